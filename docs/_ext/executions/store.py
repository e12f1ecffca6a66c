"""The cache of executions: a folder of zip files, one for each execution.

A file is written beside its place and renamed, and checked as a whole when it is read, so that
whatever interrupts a build leaves either a sound execution or none.
"""

import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from executions.keys import digest

# What reading a damaged file raises; RuntimeError where its flags say that it is encrypted, or
# packed in a way that nobody knows.
BROKEN = (
    AttributeError, EOFError, KeyError, OSError, RuntimeError, TypeError, ValueError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
BESIDES = ("last.json", "shared")  # what a build keeps in the folder beside the executions
ENTRY = "[0-9a-f]" * 64 + "-" + "[0-9a-f]" * 16 + ".zip"


@dataclass(frozen=True)
class Execution:
    """The results of a notebook's code.

    Attributes:
        lesson: The page that ran.
        key: What it depended on that was known before (see :mod:`executions.keys`).
        needs: The sha256 of each file that it read, by the file's name.
        outputs: The execution count and the outputs of each code cell.
        language: The kernel's description of its language.
        seconds: How long each code cell took.
        cpu: The kernel's CPU seconds.
        memory: The most memory seen of it, in bytes.
        when: When it began, in seconds since 1970.
        files: The sha256 of each file left in the working folder, by its relative path.
        folder: Where these files lie, in the build that ran it; else they are in the cache.
    """

    lesson: str
    key: str
    needs: Mapping[str, str | None]
    outputs: list[tuple[int | None, list[dict[str, Any]]]]
    language: Mapping[str, Any]
    seconds: list[float]
    cpu: float
    memory: int = 0
    when: float = 0.0
    files: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def results(self) -> str:
        """The digest of what another lesson can see of this one."""
        return digest([self.outputs, dict(self.files)])


@dataclass(frozen=True)
class Entry:
    """A file of the cache, as the listing shows it."""

    path: Path
    lesson: str
    seconds: float
    size: int
    used: float


class Store:
    """A folder of executions.

    Args:
        folder: The cache.
        limit: Bytes that it may hold.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self._in_use: set[Path] = set()

    def make(self) -> None:
        """Make the folder."""
        if self.folder.exists() and not self.folder.is_dir():
            self.folder.unlink()  # something else of this name, in a folder that is ours
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to find."""
        return not self._paths(ENTRY)

    def find(
        self, key: str, unchanged: Callable[[Mapping[str, str | None]], bool]
    ) -> Execution | None:
        """The execution of a key whose needs are unchanged; a damaged file is taken away."""
        for path in sorted(self._paths(f"{key}-*.zip"), key=_modified, reverse=True):
            try:
                execution = self._read(path)
                holds = unchanged(execution.needs)
            except BROKEN:
                _remove(path)
                continue
            if holds:
                self._in_use.add(path)
                with suppress(OSError):
                    os.utime(path)  # the least recently used go first
                return execution
        return None

    def keep(self, execution: Execution) -> None:
        """Add an execution.

        Raises:
            OSError: It could not be written, for example as the disk is full; the cache is as
                it was.
        """
        self.make()
        path = self._path(execution)
        record = {**vars(execution), "folder": None}
        beside = self.folder / f"{path.stem}.{os.getpid()}.part"
        try:
            with zipfile.ZipFile(
                beside, "w", zipfile.ZIP_DEFLATED, compresslevel=6, strict_timestamps=False
            ) as archive:
                archive.writestr("execution.json", json.dumps(record))
                for name in execution.files:
                    archive.write(Path(execution.folder or "", name), f"files/{name}")
            if path.is_dir():
                shutil.rmtree(path)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        self._in_use.add(path)

    def unpack(self, execution: Execution, folder: Path) -> None:
        """Write the files that an execution left into a folder."""
        for name in execution.files:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if execution.folder is not None:
                shutil.copy(execution.folder / name, target)
            else:
                with zipfile.ZipFile(self._path(execution)) as archive:
                    target.write_bytes(archive.read(f"files/{name}"))

    def entries(self) -> Iterator[Entry]:
        """What the cache holds; a damaged file's lesson is told as ``(damaged)``."""
        for path in sorted(self._paths(ENTRY)):
            try:
                execution = self._read(path)
                lesson, seconds = execution.lesson, sum(execution.seconds)
            except BROKEN:
                lesson, seconds = "(damaged)", 0.0
            yield Entry(path, lesson, seconds, _size(path), _modified(path))

    def clean(self, *, everything: bool = False) -> list[Path]:
        """Take away what builds left unfinished, and the least recently used beyond the limit.

        What this build used stays, whatever its size. With ``everything``, nothing stays.
        """
        gone = []
        for path in self._paths("*.part"):
            writer = path.name.split(".")[-2]
            if everything or not (writer.isdigit() and psutil.pid_exists(int(writer))):
                gone.append(path)
        oldest_first = sorted(self._paths(ENTRY), key=_modified)
        size = sum(map(_size, oldest_first))
        for path in oldest_first:
            if everything or (size > self.limit and path not in self._in_use):
                size -= _size(path)
                gone.append(path)
        if everything:
            gone += [path for name in BESIDES if (path := self.folder / name).exists()]
        for path in gone:
            _remove(path)
        return gone

    def _path(self, execution: Execution) -> Path:
        return self.folder / f"{execution.key}-{digest(dict(execution.needs))[:16]}.zip"

    def _paths(self, pattern: str) -> list[Path]:
        return list(self.folder.glob(pattern)) if self.folder.is_dir() else []

    @staticmethod
    def _read(path: Path) -> Execution:
        with zipfile.ZipFile(path) as archive:
            if (damaged := archive.testzip()) is not None:
                raise ValueError(f"{damaged} is damaged")
            record = json.loads(archive.read("execution.json"))
            execution = Execution(**record)
            if not path.name.startswith(f"{execution.key}-"):
                raise ValueError("it is another's")
            if {f"files/{name}" for name in execution.files} - set(archive.namelist()):
                raise ValueError("a file is missing")
        return execution


def _modified(path: Path) -> float:
    with suppress(OSError):  # another build may have taken it away
        return path.stat().st_mtime
    return 0.0


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
