"""Small sites, built with the project's own settings and extensions."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = Path(__file__).parent / "notebooks"

NOTEBOOK = """\
---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
{options}---

# A lesson

{text}

```{{code-cell}} ipython3
{code}
```
"""


@dataclass
class Built:
    """What a build said, and with what status it ended."""

    status: int
    said: str

    @property
    def executed(self) -> set[str]:
        """The lessons that ran to their end."""
        return set(re.findall(r"^executed (\S+) in", self.said, re.MULTILINE))

    @property
    def kernels(self) -> set[str]:
        """The lessons for which a kernel was started."""
        return set(re.findall(r"executing (\S+) \(", self.said))


@dataclass
class Site:
    """A small site's folder."""

    root: Path

    @property
    def html(self) -> Path:
        """The built pages."""
        return self.root / "build" / "html"

    @property
    def cache(self) -> Path:
        """The executions."""
        return self.root / "build" / "executed"

    def page(self, name: str) -> BeautifulSoup:
        """A built page."""
        text = (self.html / f"{name}.html").read_text(encoding="utf-8")
        return BeautifulSoup(text, "html.parser")

    def files(self) -> dict[str, bytes]:
        """All built files."""
        paths = (path for path in self.html.rglob("*") if path.is_file())
        return {path.relative_to(self.html).as_posix(): path.read_bytes() for path in paths}

    def write(self, name: str, text: str) -> None:
        """Write a file of the site."""
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def command(self, *options: str) -> list[str]:
        """The command that builds it, as ``nox -s docs`` runs it."""
        return [
            sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-b", "html",
            "--doctree-dir=build/doctrees", *options, "docs", "build/html",
        ]  # fmt: skip

    def build(self, *options: str, timeout: float = 300) -> Built:
        """Build it."""
        ran = subprocess.run(
            self.command(*options), cwd=self.root, env=environment(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
        )  # fmt: skip
        return Built(ran.returncode, ran.stdout)

    @contextmanager
    def changed(self, name: str, old: str, new: str) -> Iterator[None]:
        """The site with one text of a file in place of another, until the block's end."""
        path = self.root / name
        before = path.read_text(encoding="utf-8")
        assert old in before
        path.write_text(before.replace(old, new, 1), encoding="utf-8")
        yield
        path.write_text(before, encoding="utf-8")


def environment() -> dict[str, str]:
    """The variables for a build: as they are here, but without what this session set."""
    session = ("TF_", "PYTEST_", "SOURCE_")
    kept = {name: v for name, v in os.environ.items() if not name.startswith(session)}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "NO_COLOR": "1"}


def make(root: Path) -> Site:
    """A site without pages, with all that the project's own is built with."""
    for name in ("docs/_ext", "docs/_static", "docs/_templates", "requirements", "src"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in ("docs/conf.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    return Site(root)


def make_lessons(root: Path, **lessons: str) -> Site:
    """A site of a home page and lessons of one cell each, given by name.

    A lesson's text may begin with options for its front matter, ended by a line of three dots.
    """
    site = make(root)
    for name, code in lessons.items():
        options, dots, rest = code.partition("...\n")
        given = (options, rest) if dots else ("", code)
        site.write(
            f"tutorials/{name}.md", NOTEBOOK.format(options=given[0], text="", code=given[1])
        )
    tree = "\n".join(f"tutorials/{name}" for name in lessons)
    site.write("docs/index.md", f"# Home\n\n```{{toctree}}\n{tree}\n```\n")
    return site


def make_fixture(root: Path) -> Site:
    """The site of six small notebooks."""
    site = make(root)
    shutil.copytree(NOTEBOOKS, root, dirs_exist_ok=True)
    return site
