"""Which exercises a reader has tried and passed, kept in the user's data folder.

Each fact is a file of its own, ``NAME.tried.json`` or ``NAME.passed.json``, that is written beside
and renamed, and never changed afterwards. So processes need not wait for each other: none can
undo what another one wrote, whatever their order.
"""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layergraph.exercises._check import Grade

VARIABLE = "LAYERGRAPH_PROGRESS"
OFF = "off"


class ProgressError(Exception):
    """Progress cannot be read or kept; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reader is with an exercise.

    Attributes:
        tried: When an answer was first graded, in UTC, or ``None``.
        passed: When one first passed, in UTC, or ``None``.
        problem: A sentence on a file that cannot be read, or ``None``.
    """

    tried: str | None = None
    passed: str | None = None
    problem: str | None = None

    def __str__(self) -> str:
        if self.problem:
            return "not known"
        return "passed" if self.passed else "tried" if self.tried else "not tried"


def folder() -> Path | None:
    """Return the folder where progress is kept, or ``None`` where it is switched off."""
    told = os.environ.get(VARIABLE, "").strip()
    if told.lower() == OFF:
        return None
    if told:
        return Path(told).expanduser()
    import platformdirs

    return platformdirs.user_data_path("layergraph", appauthor=False) / "exercises"


def keep(verdict: Grade) -> None:
    """Note that an exercise was tried, and passed if it was.

    Raises:
        ProgressError: If the note cannot be written, or one that is there cannot be read.
    """
    place = folder()
    if place is None:
        return
    problem = None
    # The more telling one first, should the next not be possible.
    for fact in ("passed", "tried") if verdict.passed else ("tried",):
        path = _path(place, verdict.exercise, fact)
        try:
            if _read(path, verdict.exercise, fact) is None:
                _write(path, {"exercise": verdict.exercise, fact: _now()})
        except ProgressError as error:
            problem = problem or error
    if problem is not None:
        raise problem


def progress_of(name: str) -> Progress:
    """Return how far a reader is with an exercise."""
    place = folder()
    if place is None:
        return Progress()
    found: dict[str, str | None] = {}
    for fact in ("tried", "passed"):
        try:
            found[fact] = _read(_path(place, name, fact), name, fact)
        except ProgressError as error:
            return Progress(problem=str(error))
    return Progress(found["tried"], found["passed"])


def _path(place: Path, name: str, fact: str) -> Path:
    return place / f"{name}.{fact}.json"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(path: Path, name: str, fact: str) -> str | None:
    """Return when a fact was noted, or ``None`` if it has not been."""
    with _told(f"the progress in {path} cannot be read"):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        parts = json.loads(data)
        when = parts[fact]
        datetime.strptime(when, "%Y-%m-%dT%H:%M:%SZ")
        if parts["exercise"] != name:
            raise ValueError
    except (KeyError, TypeError, ValueError, RecursionError):
        raise ProgressError(
            f"the file {path}, which holds progress in the exercise {name!r}, is damaged; it is "
            "left as it is: delete it, and grade the exercise again"
        ) from None
    return str(when)


def _write(path: Path, parts: dict[str, str]) -> None:
    """Write beside and rename, so that nobody sees half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex}")
    with _told(f"progress cannot be kept in {path.parent}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(json.dumps(parts) + "\n", encoding="utf-8")
            beside.replace(path)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ProgressError(
            f"{what}: {error.strerror or error}; the environment variable {VARIABLE} names "
            f"another folder, and {VARIABLE}={OFF} switches it off"
        ) from error
