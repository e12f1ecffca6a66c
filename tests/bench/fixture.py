"""The six small notebooks: as plain scripts, and built by this project."""

import os
import runpy
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import jupytext
from measure import CommandFailedError, Measured, run, run_all

ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = ROOT / "tests" / "site" / "notebooks"
LESSONS = ["autoencoder", "curves", "graph", "neighbours", "seeds", "tweets"]
SAVED = "encoder.keras"  # what one lesson writes and another one reads

# Of the build: what the docs session of the noxfile gives to Sphinx.
SPHINX = [
    sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-b", "html",
    "--doctree-dir=build/doctrees", "docs", "build/html",
]  # fmt: skip

# What a page shows only if its cells ran.
SHOWN = {
    "autoencoder": "saved encoder with 306 weights",
    "curves": "<desc",
    "graph": "Input left: shape (None, 8), float32.",
    "neighbours": 'class="dataframe"',
    "seeds": "2 settings, 2 runs each",
    "tweets": "the loss of 256 pairs: 0.69",
}

# The kernels' own variables.
VARIABLES = runpy.run_path(str(ROOT / "docs" / "conf.py"))["execution_environment"]


def environment(root: Path) -> dict[str, str]:
    """Variables for all that is measured: those of the kernels, and ``root``'s own package."""
    mine = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    path = [str(Path(sys.executable).parent), mine.get("PATH", os.defpath)]
    return {
        **mine,
        **VARIABLES,
        "NO_COLOR": "1",
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": str(root / "src"),
    }


def scripts(root: Path) -> list[list[str]]:
    """Write the notebooks as plain scripts; returns how to run them, one after another."""
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "tutorials").mkdir(parents=True)
    for name in LESSONS:
        notebook = jupytext.read(NOTEBOOKS / "tutorials" / f"{name}.md")
        jupytext.write(notebook, root / "tutorials" / f"{name}.py", fmt="py:percent")
    return [[sys.executable, f"{name}.py"] for name in LESSONS]


def run_scripts(root: Path) -> Measured:
    """The base of all ratios: each notebook as a script in a process of its own."""
    return run_all(scripts(root), root / "tutorials", environment(root))


def copy_site(root: Path) -> None:
    """A whole small project: the notebooks with this project's settings, extensions and package."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(NOTEBOOKS, root)
    for name in ("docs/_ext", "docs/_static", "docs/_templates", "requirements", "src"):
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in ("docs/conf.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)


def build(root: Path) -> Measured:
    """Build the six notebooks as this project builds its site, cold."""
    copy_site(root)
    measured = run(SPHINX, root, environment(root))
    check_shown(root / "build" / "html" / "tutorials", LESSONS)
    return measured


def check_shown(pages: Path, lessons: Iterable[str]) -> None:
    """Raise if a page lacks what its cells show: a way that executes nothing is quick."""
    for name in lessons:
        page = pages / f"{name}.html"
        if not page.is_file() or SHOWN[name] not in page.read_text(encoding="utf-8"):
            raise CommandFailedError(f"{page} does not show {SHOWN[name]!r}")
