"""The executions of one run of Sphinx: begun before it reads, shown where it reads, then told."""

import json
import os
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import nbformat
from myst_nb.core.config import NbParserConfig
from myst_nb.core.execute.base import NotebookClientBase
from myst_nb.core.loggers import LoggerType
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.console import strip_escape_sequences

from executions.lessons import read_lesson
from executions.queue import Queue, cores, slowest_cells
from executions.room import MEBIBYTE, Room
from executions.run import ExecutionFailedError, Limits
from executions.store import Execution

log = logging.getLogger(__name__)

ERASE = "\r\x1b[2K"  # the line on which a terminal's cursor stands


class Build:
    """The executions of one run of Sphinx."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.queue: Queue | None = None
        self.pages: dict[Path, str] = {}
        self._terminal = sys.stdout.isatty()
        self._told = False

    def start(
        self, app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], _: set[str]
    ) -> Iterable[str]:
        """Begin to execute; returns the pages whose outputs are new."""
        if app.builder.name == "gettext":
            return []  # it reads no outputs
        found = (read_lesson(env, name) for name in sorted(env.found_docs))
        lessons = [lesson for lesson in found if lesson is not None]
        self.pages = {lesson.source.resolve(): lesson.name for lesson in lessons}
        self.queue = Queue(
            lessons,
            self.room.surroundings,
            self.room.store,
            kernels=self.room.kernels,
            top=self.room.top,
            limits=Limits(app.config.execution_memory_limit * MEBIBYTE),
            workers=app.config.execution_workers or cores(),
            say=self.say,
        )
        self.queue.start()
        if app.parallel > 1:  # the processes that read cannot wait for this one's threads
            for name in self.queue.lessons:
                self.outcome(name)
        shown = getattr(env, "execution_results", {})
        outcomes = self.queue.outcomes
        return [
            name
            for name in self.queue.lessons
            if not isinstance(done := outcomes.get(name), Execution)
            or (done.key, done.results) != shown.get(name)
        ]

    def outcome(self, name: str) -> Execution | ExecutionFailedError:
        """The outcome of a lesson; what runs is told until it is there."""
        assert self.queue is not None
        return self.queue.wait(name, self.tell, every=1.0 if self._terminal else 30.0)

    def code(self, name: str) -> list[str]:
        """The code of a lesson's cells, as it was executed."""
        assert self.queue is not None
        return [cell.source for cell in self.queue.lessons[name].code]

    def say(self, line: str) -> None:
        """Say a line; in a terminal it takes the place of what :meth:`tell` said."""
        if self._told:
            log.info(ERASE, nonl=True)
            self._told = False
        log.info(line)

    def tell(self) -> None:
        """Say what runs, for how long, and how much is left."""
        assert self.queue is not None
        unfinished = self.queue.unfinished
        running = [
            f"{name} {progress.elapsed:.0f} s (cell {progress.position} of"
            f" {len(progress.lesson.code)})"
            for name in unfinished
            if (progress := self.queue.progress.get(name)) is not None
        ]
        line = f"{len(unfinished)} left, running: {', '.join(running) or 'no kernel yet'}"
        if self._terminal:
            log.info(ERASE + line[: shutil.get_terminal_size().columns - 1], nonl=True)
            self._told = True
        else:
            log.info(line)

    def remember(self, app: Sphinx, env: BuildEnvironment) -> None:
        """Note whose results the pages show, for the next build."""
        if self.queue is not None:
            results = {
                name: (done.key, done.results)
                for name, done in self.queue.outcomes.items()
                if isinstance(done, Execution)
            }
            cast(Any, env).execution_results = results

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        """End what still runs, tell what took too long, and hold the cache to its limit."""
        self.close()
        executed = self.queue.executed if self.queue is not None else {}
        for name, progress in executed.items():
            if sum(progress.seconds) > progress.lesson.budget:
                log.info(
                    "%s took %.1f s, more than its budget of %g s; its slowest cells: %s",
                    name, sum(progress.seconds), progress.lesson.budget,
                    ", ".join(
                        f"line {line} ({seconds:.1f} s)"
                        for line, seconds in slowest_cells(progress).items()
                    ),
                )  # fmt: skip
        self.room.store.clean()
        report = [
            {
                "lesson": name,
                "wall": sum(progress.seconds),
                "cpu": progress.cpu,
                "memory": progress.memory,
                "cells": progress.seconds,
            }
            for name, progress in executed.items()
        ]
        with suppress(OSError):  # on a full disk there is none
            write_whole(
                self.room.store.folder / "last.json",
                json.dumps({"cores": cores(), "executions": report}, indent=1),
            )

    def close(self) -> None:
        """Start no other lesson, and end what runs."""
        if self.queue is not None:
            self.queue.close()
        self.room.kernels.close()
        if self.queue is not None:
            self.queue.join(5)
        self.room.close()

    def client(
        self,
        notebook: nbformat.NotebookNode,
        source: str,
        nb_config: NbParserConfig,
        logger: LoggerType,
        _read_fmt: object = None,
    ) -> "Outputs":
        """What myst-nb asks for a client for a notebook's cells."""
        name = self.pages.get(Path(source).resolve())
        return Outputs(self, name, notebook, Path(source), nb_config, logger)


class Outputs(NotebookClientBase):
    """myst-nb's client: gives the cells the outputs that their execution left."""

    def __init__(
        self,
        build: Build,
        name: str | None,
        notebook: nbformat.NotebookNode,
        path: Path,
        nb_config: NbParserConfig,
        logger: LoggerType,
    ) -> None:
        super().__init__(notebook, path, nb_config, logger)
        self._build = build
        self._name = name

    def start_client(self) -> None:
        """Wait for the execution; a failed one is a warning at its cell."""
        if self._name is None:
            return
        done = self._build.outcome(self._name)
        code = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        if [cell.source for cell in code] != self._build.code(self._name):
            log.warning(
                "the code changed while the site was built; build it again",
                location=self._name, type="execution",
            )  # fmt: skip
            return
        for cell, (count, outputs) in zip(code, done.outputs, strict=False):
            cell.execution_count = count
            cell.outputs = [nbformat.from_dict(output) for output in outputs]
        if isinstance(done, Execution):
            self.notebook.metadata["language_info"] = nbformat.from_dict(dict(done.language))
        else:
            self.notebook.metadata.setdefault(
                "language_info", nbformat.from_dict({"pygments_lexer": "ipython3"})
            )
            log.warning(
                "Executing notebook failed: %s", strip_escape_sequences(str(done)),
                location=(self._name, done.line), type="execution",
            )  # fmt: skip


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and rename it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
