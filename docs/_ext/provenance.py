"""Say at the foot of each page what the site was built with: versions, commit, date.

Nothing of it is asked of a clock. The commit and whether the files differ from it are git's answer
for the site's own repository; a copy without one may be told by the variable ``SOURCE_COMMIT``
(the commit's digits, with ``-dirty`` behind them for one with changes). The date is that of
``SOURCE_DATE_EPOCH``; where it is not set, the commit's.

The footer is a value of ``html_context``, so Sphinx writes all pages again when it changes, and
reads none.
"""

import os
import platform
import re
import subprocess
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util.typing import ExtensionMetadata

# Name -> the distributions that bring it, in the order of trial. The kernels run in this very
# environment, so what is installed here is what executed the pages.
PACKAGES = {"Keras": ("keras",), "TensorFlow": ("tensorflow-cpu", "tensorflow")}
ELSEWHERE = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")  # name another repository, as in hooks
DIGITS = 10  # of a commit; git's own abbreviation depends on how many commits a clone holds


@dataclass(frozen=True)
class Commit:
    """Where the sources come from.

    Attributes:
        digits: The commit, whole.
        changed: Whether the files differ from it.
        time: When it was made, in seconds since 1970; ``None`` where it was only told.
    """

    digits: str
    changed: bool
    time: int | None = None


def git(root: Path, *arguments: str) -> str | None:
    """What git says in a folder; ``None`` where it fails or is not installed."""
    environment = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    # Another program's commit, made meanwhile, must not find this one's lock.
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        ran = subprocess.run(command, capture_output=True, env=environment, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return ran.stdout.decode(errors="replace").strip()


def commit_of(root: Path) -> Commit | None:
    """The commit of the repository whose top is ``root``, else the one that was told."""
    top = git(root, "rev-parse", "--show-toplevel")
    # In a folder of another repository, that one's commit says nothing of the site.
    if top is not None and Path(top).resolve() == root.resolve():
        last = git(root, "-c", "log.showSignature=false", "log", "-1", "--format=%H %ct")
        status = git(root, "status", "--porcelain")
        if last and status is not None:
            digits, time = last.split()
            return Commit(digits, bool(status), int(time))
        return None
    told = os.environ.get("SOURCE_COMMIT")
    if not told:
        return None
    match = re.fullmatch(r"([0-9a-f]{10,64})(-dirty)?", told)
    if match is None:
        raise ExtensionError(
            "SOURCE_COMMIT must be the digits of a commit, 10 or more, with -dirty behind them"
            f" for one with changes; it is {told!r}"
        )
    return Commit(match[1], match[2] is not None)


def date_of(commit: Commit | None) -> str | None:
    """The day to name, in Greenwich."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    seconds = int(told) if told else commit.time if commit else None
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()


def versions() -> list[str]:
    """Python and the packages that executed the pages, each with its version."""
    found = [f"Python {platform.python_version()}"]
    for name, distributions in PACKAGES.items():
        for distribution in distributions:
            try:
                found.append(f"{name} {version(distribution)}")
            except PackageNotFoundError:
                continue
            break
    return found


def add_footer(app: Sphinx, config: Config) -> None:
    """Give the footer's template what it tells."""
    root = Path(app.confdir).parent
    commit = commit_of(root)
    with (root / "pyproject.toml").open("rb") as file:
        address = tomllib.load(file)["project"].get("urls", {}).get("Repository", "").rstrip("/")
    *others, last = versions()
    built_with: dict[str, object] = {
        "versions": f"{', '.join(others)} and {last}" if others else last,
        "commit": commit.digits[:DIGITS] if commit else None,
        "address": f"{address}/commit/{commit.digits}" if commit and address else None,
        "changed": commit is not None and commit.changed,
        "date": date_of(commit),
    }
    config.html_context = {**config.html_context, "built_with": built_with}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Fill in before the builder compares the settings with those of the last build."""
    app.connect("config-inited", add_footer)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
