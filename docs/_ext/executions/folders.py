"""The folders that are an execution's own: where it works, its home, its temporary files."""

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from executions.keys import Surroundings

if TYPE_CHECKING:
    from executions.lessons import Lesson
    from executions.store import Execution, Store

PREFIX = "layergraph-build"
HOME = "USERPROFILE" if os.name == "nt" else "HOME"
TEMPORARY = "TEMP" if os.name == "nt" else "TMPDIR"


def build_folder() -> Path:
    """A new folder for all executions of a build; the name tells the building process."""
    top = Path(os.path.realpath(tempfile.mkdtemp(prefix=f"{PREFIX}-{os.getpid()}-")))
    for name in ("home", "tmp"):  # of the process that kernels are forked from
        (top / name).mkdir()
    return top


def remove_left_folders() -> None:
    """Take away the folders of builds that were killed before they could do it."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}-*-*"):
        builder = folder.name.removeprefix(PREFIX).split("-")[1]
        if builder.isdigit() and not psutil.pid_exists(int(builder)):
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Folders:
    """One execution's folders.

    Attributes:
        top: Holds the others; all that the execution may write to.
        lent: Paths in ``work``, relative to it, of what it may only read.
    """

    top: Path
    lent: frozenset[Path] = frozenset()

    @property
    def work(self) -> Path:
        """The kernel's working folder."""
        return self.top / "work"

    @property
    def home(self) -> Path:
        """The kernel's home: empty, so no setting of a reader reaches a page."""
        return self.top / "home"

    @property
    def temporary(self) -> Path:
        """For temporary files."""
        return self.top / "tmp"

    @property
    def used(self) -> Path:
        """What other lessons left, of those that this one uses."""
        return self.top / "used"

    @property
    def journal(self) -> Path:
        """What the kernel did."""
        return self.top / "journal.jsonl"

    def environment(self, surroundings: Surroundings, lesson: "Lesson") -> dict[str, str]:
        """The kernel's environment variables."""
        writable = [self.work, self.home, self.temporary]
        watched = {
            "journal": str(self.journal),
            "writable": [str(path) for path in writable],
            "lesson": lesson.name,
        }
        return {
            **common_environment(surroundings, self.top),
            "LAYERGRAPH_KERNEL": json.dumps(watched),
        }

    def places(self, surroundings: Surroundings) -> dict[str, str]:
        """What stands on a page for the folders of this execution and of this machine."""
        return {
            str(self.work): ".",
            str(self.used): ".",
            str(self.home): "~",
            str(self.temporary): "/tmp",
            str(surroundings.root): "/layergraph",
            sys.prefix: "/environment",
            sys.base_prefix: "/python",
        }

    def left(self) -> list[Path]:
        """The files that the execution left in its working folder, relative to it."""
        return sorted(
            path.relative_to(self.work)
            for path in self.work.rglob("*")
            if path.is_file()
            and not path.is_symlink()
            and path.relative_to(self.work) not in self.lent
            and "__pycache__" not in path.parts
        )


def common_environment(surroundings: Surroundings, top: Path) -> dict[str, str]:
    """The variables of all kernels, and those that tell the folders below ``top``."""
    return {
        **surroundings.environment,
        "MPLCONFIGDIR": str(surroundings.shared / "matplotlib"),
        HOME: str(top / "home"),
        TEMPORARY: str(top / "tmp"),
    }


def prepare(top: Path, lesson: "Lesson", used: "dict[str, Execution]", store: "Store") -> Folders:
    """Make an execution's folders.

    The working folder shows what lies beside the lesson's source, as a reader would expect, and
    the files of the lessons that it uses. All of them are links: what the lesson writes is its
    own, and its kernel refuses to write through a link.
    """
    folders = Folders(top)
    for folder in (folders.work, folders.home, folders.temporary):
        folder.mkdir(parents=True)
    folders.journal.touch()
    for beside in lesson.source.parent.iterdir():
        if not beside.name.startswith((".", "__pycache__")):
            _link(beside.resolve(), folders.work / beside.name)
    for name, execution in used.items():
        others = folders.used / name
        store.unpack(execution, others)
        for file in execution.files:
            shown = folders.work / file
            _make_own(shown.parent, folders.work)
            shown.unlink(missing_ok=True)
            _link(others / file, shown)
    lent = (path.relative_to(folders.work) for path in folders.work.rglob("*"))
    return Folders(top, frozenset(lent))


def _make_own(folder: Path, work: Path) -> None:
    """Make a folder in ``work`` one of its own, with links where it was a link as a whole."""
    if folder == work:
        return
    _make_own(folder.parent, work)
    if folder.is_symlink():
        original = folder.resolve()
        folder.unlink()
        folder.mkdir()
        for entry in original.iterdir():
            _link(entry, folder / entry.name)
    folder.mkdir(exist_ok=True)


def _link(original: Path, link: Path) -> None:
    try:
        link.symlink_to(original)
    except OSError:  # Windows allows it to some users only
        if original.is_dir():
            shutil.copytree(original, link)
        else:
            shutil.copy(original, link)
