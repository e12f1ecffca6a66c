"""Journal what a kernel reads, and refuse what it would write outside its own folders.

An audit hook sees what goes through Python: ``open``, ``os``, ``sqlite3``, imports, new processes.
It does not see what compiled code opens by itself (HDF5, TensorFlow's own files), nor what another
program does that a cell starts; that a program was started stands in the journal.
"""

import _thread
import errno
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DEVICES = ("/proc", "/sys", "/dev")
DRAINS = ("/dev", "/proc")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

# What is done to one path: the path is the first argument.
FOLLOWING = {"os.chmod", "os.chown", "os.chflags", "os.setxattr", "os.removexattr", "os.utime"}
ENTRY = {"os.mkdir", "os.remove", "os.rmdir"}  # a link itself, not what it leads to
# Where the number of the folder stands that a path is relative to.
FOLDERS = {
    "os.chmod": 2,
    "os.chown": 3,
    "os.utime": 3,
    "os.mkdir": 2,
    "os.remove": 1,
    "os.rmdir": 1,
    "os.symlink": 2,
}
# Modules of the standard library that start processes of which no event tells.
SPAWNING = {"multiprocessing.popen_forkserver", "multiprocessing.popen_spawn_posix"}
PROCESSES = {
    "_winapi.CreateProcess": 0,
    "subprocess.Popen": 0,
    "os.system": 0,
    "os.posix_spawn": 0,
    "os.exec": 0,
    "os.spawn": 1,
    "pty.spawn": 0,
}


def install(journal: Path, writable: Sequence[Path], lesson: str) -> None:
    """Watch this process, and those that it forks, for the rest of its life.

    Each line of the journal is a JSON list, once for each process: ``["import", module]``,
    ``["read", path]``, ``["list", path]``, ``["write", path]``, ``["refused", path]``,
    ``["process", name]``, ``["fault", text]`` (the watch itself failed, so something is missing).
    Paths are real paths. A file that is not there is journaled as read when it is opened.

    Args:
        journal: The file to append to.
        writable: The folders below which files may be written.
        lesson: The lesson's name, for the message about what is refused.

    Raises:
        PermissionError: Later, from the hook: in the call that would write elsewhere.
        OSError: Later, from the hook: the journal cannot be written. A lost line would be a
            dependency that nobody knows of.
    """
    sys.addaudithook(_Watch(journal, writable, lesson))


class _Watch:
    def __init__(self, journal: Path, writable: Sequence[Path], lesson: str) -> None:
        self.journal = os.path.realpath(journal)
        self.descriptor, self.process = self.open(), os.getpid()
        self.writable = tuple(os.path.realpath(folder) for folder in writable)
        self.lesson = lesson
        self.said: set[bytes] = set()
        self.inside = _thread._local()
        self.answers: dict[str, Callable[[str, tuple[Any, ...]], None]] = {
            "import": self.on_import,
            "open": self.on_open,
            "os.listdir": self.on_list,
            "os.scandir": self.on_list,
            "os.truncate": self.on_truncate,
            "os.rename": self.on_rename,
            "os.link": self.on_link,
            "os.symlink": self.on_symlink,
            "sqlite3.connect": self.on_sqlite,
            "os.fork": self.on_fork,
            "os.forkpty": self.on_fork,
            **dict.fromkeys(FOLLOWING | ENTRY, self.on_change),
            **dict.fromkeys(PROCESSES, self.on_process),
        }

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        answer = self.answers.get(event)
        if answer is None or getattr(self.inside, "hook", False):
            return
        self.inside.hook = True
        try:
            answer(event, arguments)
        except (_Refusal, _LostLineError) as error:
            raise error.args[0] from None
        except Exception as error:
            self.say("fault", f"{event}: {error!r}")
        finally:
            self.inside.hook = False

    def open(self) -> int:
        """Open the journal, to append to it."""
        flags = os.O_APPEND | os.O_CREAT | os.O_WRONLY | getattr(os, "O_CLOEXEC", 0)
        return os.open(self.journal, flags, 0o600)

    def append(self, line: bytes) -> int:
        """Write a line; a forked child may have closed what it did not open itself."""
        if self.process != os.getpid():
            self.descriptor, self.process = self.open(), os.getpid()
        try:
            return os.write(self.descriptor, line)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            self.descriptor = self.open()
            return os.write(self.descriptor, line)

    def say(self, kind: str, what: str) -> None:
        """Append a line, once."""
        line = json.dumps([kind, what]).encode() + b"\n"
        if line not in self.said:
            try:
                written = self.append(line)
            except OSError as error:
                raise _LostLineError(error) from None
            if written != len(line):
                raise _LostLineError(OSError(f"{self.lesson}: the journal of its files is full"))
            self.said.add(line)

    def on_import(self, _event: str, arguments: tuple[Any, ...]) -> None:
        self.say("import", arguments[0])
        if arguments[0] in SPAWNING:
            self.say("process", arguments[0])

    def on_open(self, _event: str, arguments: tuple[Any, ...]) -> None:
        path, _mode, flags = arguments
        if path is None or isinstance(path, int):
            return  # open already
        path = os.fsdecode(path)
        if not flags & WRITING:
            self.read(os.path.realpath(path))
            return
        if flags & os.O_RDWR and not flags & os.O_TRUNC and Path(path).exists():
            self.read(os.path.realpath(path))
        self.write(os.path.realpath(path))

    def on_list(self, _event: str, arguments: tuple[Any, ...]) -> None:
        frame = sys._getframe(2)  # this method, __call__, and who lists
        if not frame.f_code.co_filename.startswith("<frozen importlib"):
            path = os.path.realpath(_path(arguments[0] if arguments[0] is not None else "."))
            if not _below(path, DEVICES):
                self.say("list", path)

    def on_change(self, event: str, arguments: tuple[Any, ...]) -> None:
        folder = arguments[FOLDERS[event]] if event in FOLDERS else -1
        resolve = _entry if event in ENTRY else _real
        self.write(resolve(arguments[0], folder), there=event != "os.mkdir")

    def on_truncate(self, _event: str, arguments: tuple[Any, ...]) -> None:
        if not isinstance(arguments[0], int):  # a number was opened for writing, and seen then
            self.write(_real(arguments[0]), there=True)

    def on_rename(self, _event: str, arguments: tuple[Any, ...]) -> None:
        source, target, source_folder, target_folder = arguments
        self.write(_entry(source, source_folder), there=True)
        self.write(_entry(target, target_folder))

    def on_link(self, _event: str, arguments: tuple[Any, ...]) -> None:
        # Both: through another name of it, a file could be written wherever it lies.
        source, target, source_folder, target_folder = arguments
        self.write(_real(source, source_folder), there=True)
        self.write(_entry(target, target_folder))

    def on_symlink(self, _event: str, arguments: tuple[Any, ...]) -> None:
        _source, target, folder = arguments
        self.write(_entry(target, folder))

    def on_sqlite(self, _event: str, arguments: tuple[Any, ...]) -> None:
        name = os.fsdecode(arguments[0])
        reading = False
        if name.startswith("file:"):
            parts = urlsplit(name)
            query = parse_qs(parts.query)
            reading = query.get("mode") == ["ro"] or query.get("immutable") == ["1"]
            name = ":memory:" if query.get("mode") == ["memory"] else unquote(parts.path)
        if name in {"", ":memory:"}:
            return
        path = os.path.realpath(name)
        self.read(path)
        if not reading:
            self.write(path)

    def on_process(self, event: str, arguments: tuple[Any, ...]) -> None:
        name = arguments[PROCESSES[event]]
        if name is None:  # no executable beside the command line
            name = arguments[1]
        if not isinstance(name, str | bytes | os.PathLike):
            name = name[0]
        self.say("process", os.fsdecode(name))

    def on_fork(self, event: str, _arguments: tuple[Any, ...]) -> None:
        self.say("process", event)

    def read(self, path: str) -> None:
        if _below(path, DEVICES):
            return
        if path.endswith(".pyc") and Path(path).parent.name == "__pycache__":
            with suppress(ValueError):  # a file of that name that Python did not write
                path = importlib.util.source_from_cache(path)
        self.say("read", path)

    def write(self, path: str, *, there: bool | None = None) -> None:
        """Journal a write to ``path``, or refuse it.

        Args:
            path: The real path.
            there: Whether the call needs something there (True) or nothing (False); where it is
                not so, the call fails by itself, and code that expects that goes on.
        """
        if _below(path, DRAINS) or "__pycache__" in Path(path).parts:
            return
        if there is not None and there != os.path.lexists(path):
            return
        if _below(path, self.writable):
            self.say("write", path)
            return
        self.say("refused", path)
        raise _Refusal(
            PermissionError(
                errno.EACCES,  # else what a caller adds to the error takes the message's place
                f"{self.lesson} may write only into its own working folder, not to {path}",
            )
        )


class _Refusal(Exception):  # noqa: N818 - carries the error that the cell gets
    """Out of the hook on purpose: the cell's call must not happen."""


class _LostLineError(Exception):
    """Out of the hook on purpose: the journal cannot be written."""


def _below(path: str, folders: Sequence[str]) -> bool:
    return any(
        path == folder or path.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders
    )


def _path(path: Any, folder: int = -1) -> str:  # noqa: ANN401 - whatever a caller of os gave
    """A path as text: that of an open file where a number is given."""
    if isinstance(path, int):
        return f"/proc/self/fd/{path}"
    text = os.fsdecode(path)
    if folder is None or folder < 0:  # relative to the working folder
        return text
    return os.path.join(f"/proc/self/fd/{folder}", text)  # noqa: PTH118 - text may be absolute


def _real(path: Any, folder: int = -1) -> str:  # noqa: ANN401
    return os.path.realpath(_path(path, folder))


def _entry(path: Any, folder: int = -1) -> str:  # noqa: ANN401
    """The real path of a folder's entry, which may itself be a link."""
    parent, name = os.path.split(_path(path, folder).rstrip(os.sep))
    return f"{os.path.realpath(parent).rstrip(os.sep)}{os.sep}{name}"
