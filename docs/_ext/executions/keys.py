"""What an execution depends on: known before it runs (its key), and seen while it ran (its needs).

The key holds the code, the kernel and all that surrounds it. The needs are the files that the
kernel really imported and opened, with the sha256 of each: an execution holds for as long as they
are unchanged, so a change of one module runs again only what imported it.
"""

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from executions.lessons import Lesson

FORMAT = 1  # of the cache's entries; a new one makes the old ones unknown
STEERING_TAGS = {"raises-exception"}  # the tags that do more than display
WATCHED = {"python", "python3"}  # the kernels that write a journal
PAGES = {".ipynb", ".md", ".rst"}
FORKS = {"os.fork", "os.forkpty"}  # the kernel's own copies, which go on with the journal
INSTALLED_CODE = {".py", ".pyc", ".so", ".pyd", ".dll", ".dylib", ".pth"}  # the lock stands for it


def digest(value: object) -> str:
    """The sha256 of a value, through JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def file_digest(path: Path) -> str | None:
    """The sha256 of a file's bytes; ``None`` where there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:  # no result is made of what nobody can read
        return f"unreadable: {error.errno}"


def folder_digest(path: Path) -> str | None:
    """The sha256 of the names in a folder; ``None`` where there is no such folder."""
    try:
        return digest(sorted(p.name for p in path.iterdir() if p.name != "__pycache__"))
    except (FileNotFoundError, NotADirectoryError):
        return None


@dataclass(frozen=True)
class Places:
    """Folders by name, so that a cache means the same in another folder or on another machine."""

    folders: Mapping[str, Path]

    @cached_property
    def _by_length(self) -> list[tuple[str, Path]]:
        real = {name: Path(os.path.realpath(path)) for name, path in self.folders.items()}
        return sorted(real.items(), key=lambda place: -len(place[1].parts))

    def name(self, path: Path) -> str:
        """The path, told from the innermost folder that holds it."""
        for name, folder in self._by_length:
            if path.is_relative_to(folder):
                return f"{name}:{path.relative_to(folder).as_posix()}"
        return f":{path.as_posix()}"

    def path(self, name: str) -> Path:
        """The path of such a name."""
        place, _, rest = name.partition(":")
        return Path(os.path.realpath(self.folders[place]), rest) if place else Path(rest)


@dataclass
class Surroundings:
    """What all executions of a build depend on.

    Attributes:
        root: The project's folder.
        sources: Folders of the project's importable code.
        locks: Lock files of the environment that the kernels run in.
        programs: Names of programs that read nothing of the project by themselves.
        environment: Variables of the kernels.
        unkeyed: Names of variables whose values do not matter to what a page shows.
        startup: Gives name and text of each file that the kernels read when they start.
        shared: A folder for what libraries keep from kernel to kernel, such as a list of fonts.
    """

    root: Path
    sources: Sequence[Path]
    locks: Sequence[Path]
    programs: Collection[str]
    environment: Mapping[str, str]
    unkeyed: Collection[str]
    startup: Callable[[], Sequence[tuple[str, str]]]
    shared: Path
    _digests: dict[str, str | None] = field(default_factory=dict, repr=False)

    @cached_property
    def places(self) -> Places:
        """The folders that a cache's entries name."""
        return Places(
            {"root": self.root, "environment": Path(sys.prefix), "python": Path(sys.base_prefix)}
        )

    @cached_property
    def fixed(self) -> dict[str, Any]:
        """All that does not change from lesson to lesson."""
        runner = sorted(Path(__file__).parent.glob("*.py"))
        root = os.path.realpath(self.root)
        return {
            "format": FORMAT,
            "runner": {path.name: file_digest(path) for path in runner},
            "python": [platform.python_implementation(), sys.version],
            "machine": [platform.system(), platform.machine()],
            "installed": sorted({f"{d.name}=={d.version}" for d in distributions()}),
            "locks": {path.name: file_digest(path) for path in self.locks},
            "environment": {
                name: value.replace(root, "{root}")
                for name, value in self.environment.items()
                if name not in self.unkeyed
            },
            "startup": self.startup(),
        }

    def key(self, lesson: "Lesson", used: Mapping[str, str]) -> str:
        """The key of a lesson's execution.

        Args:
            lesson: The lesson; its prose and the tags that only display are not looked at.
            used: The digest of the results of each lesson that it uses, by name.
        """
        cells = [
            [cell.source, sorted(STEERING_TAGS.intersection(cell.metadata.get("tags", [])))]
            for cell in lesson.code
        ]
        own = {
            "cells": cells,
            "folder": self.places.name(Path(os.path.realpath(lesson.source.parent))),
            "kernel": kernel_of(lesson),
            "used": dict(used),
        }
        return digest({**self.fixed, **own})

    def unchanged(self, needs: Mapping[str, str | None]) -> bool:
        """Whether all that an execution read is still as it was then."""
        return all(self._now(need) == was for need, was in needs.items())

    def _now(self, need: str) -> str | None:
        if need not in self._digests:
            self._digests[need] = self._look(need)
        return self._digests[need]

    def _look(self, need: str) -> str | None:
        kind, _, name = need.partition(" ")
        path = self.places.path(name)
        return folder_digest(path) if kind == "folder" else file_digest(path)

    def needs(
        self, lesson: "Lesson", journal: Path, own: Collection[Path], work: Path
    ) -> dict[str, str | None]:
        """What an execution depended on, with the sha256 of each file and folder.

        Args:
            lesson: The lesson that ran.
            journal: What its kernel did (see :mod:`executions.watch`).
            own: The folders that were the execution's own.
            work: The one of them that showed what lies beside the lesson's source.
        """
        events: dict[str, set[str]] = {}
        for line in journal.read_text(encoding="utf-8").splitlines():
            kind, what = json.loads(line)
            events.setdefault(kind, set()).add(what)

        beside = Path(os.path.realpath(lesson.source.parent))
        shown = Path(os.path.realpath(work))

        def at_source(path: str) -> Path:
            """The path beside the source of what the kernel looked for in its working folder."""
            inside = Path(path).is_relative_to(shown)
            return beside / Path(path).relative_to(shown) if inside else Path(path)

        written = events.get("write", set())
        files = {at_source(path) for path in events.get("read", set()) - written}
        files |= self._named_in(lesson)
        files |= {other for path in files for other in self._before(path)}
        files |= {path for name in events.get("import", ()) for path in self._candidates(name)}
        started = {Path(name).stem for name in events.get("process", set()) - FORKS}
        folders = {at_source(path) for path in events.get("list", ())}
        watched = kernel_of(lesson) in WATCHED
        if not watched or events.get("fault") or started - set(self.programs):
            # Of another program nothing is known, so it may have read all.
            near = [path for path in beside.rglob("*") if path.suffix not in PAGES]
            near += [path for source in self.sources for path in source.rglob("*")]
            near = [path for path in near if "__pycache__" not in path.parts]
            files |= {path for path in near if path.is_file()}
            folders |= {path.parent for path in near}

        own = [Path(os.path.realpath(path)) for path in (*own, self.shared)]
        needs = [
            *(f"file {self.places.name(path)}" for path in files if self._counts(path, own)),
            *(f"folder {self.places.name(path)}" for path in folders if self._counts(path, own)),
        ]
        return {need: self._look(need) for need in sorted(needs)}

    def _counts(self, path: Path, own: Iterable[Path]) -> bool:
        """Whether a path is not the execution's own, nor what the lock stands for."""
        if any(path.is_relative_to(folder) for folder in own):
            return False
        if path.parent == Path(__file__).parent:
            return False  # in the key
        place, _, rest = self.places.name(path).partition(":")
        installed = place in ("environment", "python")
        return not (installed and (path.suffix in INSTALLED_CODE or not Path(rest).suffix))

    def _candidates(self, module: str) -> Iterable[Path]:
        """Where the project may hold a module of this name, now or after a change."""
        for source in self.sources:
            package = Path(os.path.realpath(source), *module.split("."))
            if Path(os.path.realpath(source), module.partition(".")[0]).exists():
                yield package.with_name(f"{package.name}.py")
                yield package / "__init__.py"

    def _before(self, path: Path) -> Iterable[Path]:
        """What would be imported instead of a module of the project, if it were there."""
        in_source = any(path.is_relative_to(os.path.realpath(source)) for source in self.sources)
        if in_source and path.suffix == ".py" and path.name != "__init__.py":
            yield path.with_suffix("") / "__init__.py"

    def _named_in(self, lesson: "Lesson") -> set[Path]:
        """Files that the code names: code in C may open them, and Python look for them, unseen."""
        text = "\n".join(cell.source for cell in lesson.code)
        named = set(re.findall(r"[\w.-]+", text))
        beside = Path(os.path.realpath(lesson.source.parent))
        quoted = re.findall(r"""["']([\w.-][\w./-]*\.\w+)["']""", text)
        return {path for path in beside.rglob("*") if path.name in named and path.is_file()} | {
            beside / name for name in quoted
        }


def kernel_of(lesson: "Lesson") -> str:
    """The name of a lesson's kernel."""
    return str(lesson.notebook.metadata.get("kernelspec", {}).get("name", "python3"))


def changed_since(needs: Mapping[str, str | None], places: Places, start: float) -> list[str]:
    """Needed files written after a time (in seconds): which of their contents was read?"""
    late = []
    for need in needs:
        kind, _, name = need.partition(" ")
        path = places.path(name)
        if kind == "file" and path.exists():
            status = path.stat()
            # The time of the inode's change cannot be set back, as copying tools set the other.
            if max(status.st_mtime, status.st_ctime if os.name == "posix" else 0) >= start:
                late.append(name.partition(":")[2])
    return late
