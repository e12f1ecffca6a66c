"""Execute one notebook in a kernel of its own."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from executions.lessons import Lesson
from executions.room import MEBIBYTE

LOOK = 0.1  # seconds between two looks at a kernel's time and memory
LOOKS_FOR_CHILDREN = 10  # looks between two searches for its children, which are slower


@dataclass
class Progress:
    """How far a notebook is; read by the thread that tells it.

    Attributes:
        lesson: The notebook.
        cell: Index, among all cells, of the code cell that runs; ``None`` before the first.
        started: When the first code cell began, by the monotonic clock.
        seconds: How long each finished code cell took.
        cpu: CPU seconds of the kernel and its processes so far.
        memory: The most memory seen, in bytes.
    """

    lesson: Lesson
    cell: int | None = None
    started: float | None = None
    seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0
    memory: int = 0

    @property
    def elapsed(self) -> float:
        """Seconds since the first code cell began."""
        return time.monotonic() - self.started if self.started is not None else 0.0

    @property
    def position(self) -> int:
        """The number of the code cell that runs, from 1."""
        return min(len(self.seconds) + 1, len(self.lesson.code))


class ExecutionFailedError(Exception):
    """A notebook could not be executed to its end.

    Args:
        message: What went wrong, for the author.
        line: The line of the source at which the cell in question begins.
        outputs: What the cells gave until then.
    """

    def __init__(self, message: str, line: int, outputs: list[tuple[int | None, Any]]) -> None:
        super().__init__(message)
        self.line = line
        self.outputs = outputs


@dataclass(frozen=True)
class Limits:
    """What ends an execution.

    Attributes:
        memory: Bytes of the kernel and the processes that it started.
        times_budget: How many times its budget a lesson may take.
    """

    memory: int
    times_budget: float = 10.0


def execute(
    lesson: Lesson,
    manager: AsyncKernelManager,
    folder: Path,
    limits: Limits,
    progress: Progress,
    tidy: Callable[[NotebookNode], NotebookNode],
) -> NotebookNode:
    """Execute a lesson.

    Args:
        lesson: The lesson.
        manager: A manager whose kernel has not started; it is shut down at the end.
        folder: The kernel's working folder.
        limits: What ends the execution.
        progress: Told of each cell.
        tidy: Takes out of the outputs what differs from run to run.

    Returns:
        The executed notebook.

    Raises:
        ExecutionFailedError: A cell raised, or the kernel died or was ended at a limit.
    """
    notebook = deepcopy(lesson.notebook)
    began = time.monotonic()

    def cell_begins(cell: NotebookNode, cell_index: int) -> None:
        nonlocal began
        progress.cell, began = cell_index, time.monotonic()
        progress.started = progress.started or began

    def cell_ends(cell: NotebookNode, cell_index: int, execute_reply: object) -> None:
        progress.seconds.append(time.monotonic() - began)

    client = NotebookClient(
        notebook,
        km=manager,
        timeout=None,  # the watchdog below sees the lesson as a whole
        record_timing=False,
        skip_cells_with_tag="",  # no cell is skipped
        on_cell_execute=cell_begins,
        on_cell_executed=cell_ends,
    )
    watchdog = Watchdog(manager, limits, progress)
    failure: str | None = None
    try:
        with watchdog:
            asyncio.run(_execute(client, folder))
    except CellExecutionError as error:
        failure = f"{type(error).__name__}\n{error}"
    except DeadKernelError:
        failure = f"{watchdog.ended or 'its kernel died'}\n{_cell_text(lesson, progress)}"
    except RuntimeError as error:  # jupyter_client's, for a kernel that does not come up
        failure = f"{watchdog.ended or f'its kernel did not start: {error}'}"
    notebook = tidy(notebook)
    if failure is not None:
        raise ExecutionFailedError(failure, lesson.line(progress.cell or 0), code_outputs(notebook))
    return notebook


async def _execute(client: NotebookClient, folder: Path) -> None:
    manager = client.km
    try:
        await client.async_execute(cwd=str(folder))
    finally:
        with suppress(RuntimeError):
            await manager.shutdown_kernel(now=True)
        await manager.cleanup_resources()
        if client.kc is not None:
            client.kc.stop_channels()


def _cell_text(lesson: Lesson, progress: Progress) -> str:
    if progress.cell is None:
        return ""
    source = lesson.notebook.cells[progress.cell].source
    rule = "-" * 18
    return f"in code cell {progress.position} of {len(lesson.code)}:\n{rule}\n{source}\n{rule}"


def code_outputs(notebook: NotebookNode) -> list[tuple[int | None, Any]]:
    """The execution count and the outputs of each code cell."""
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [(cell.execution_count, cell.outputs) for cell in cells]


class Watchdog:
    """Looks at a kernel's time and memory beside the thread that waits for its messages."""

    def __init__(self, manager: AsyncKernelManager, limits: Limits, progress: Progress) -> None:
        self.ended: str | None = None
        self._manager = manager
        self._limits = limits
        self._progress = progress
        self._processes: list[psutil.Process] = []
        self._looks = 0
        self._cpu: dict[int, float] = {}  # of each process, ended ones included
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watchdog":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        limit = self._progress.lesson.budget * self._limits.times_budget
        while not self._stop.wait(LOOK):
            memory = self._look()
            self._progress.memory = max(self._progress.memory, memory)
            self._progress.cpu = sum(self._cpu.values())
            if memory > self._limits.memory:
                self.ended = (
                    f"it was ended as it took more than {self._limits.memory / MEBIBYTE:,.0f} MiB"
                    " of memory (`execution_memory_limit` in conf.py)"
                )
            elif self._progress.elapsed > limit:
                self.ended = (
                    f"it was ended as it ran for more than {limit:g} s,"
                    f" {self._limits.times_budget:g} times its budget"
                    " (`execution: {budget: ...}` in its front matter)"
                )
            if self.ended:
                self._kill()
                return

    def _look(self) -> int:
        """The memory of the kernel and its children now; their CPU seconds are noted."""
        memory = 0
        pid = self._pid()
        if pid is None:
            return 0
        with suppress(psutil.Error):
            if self._looks % LOOKS_FOR_CHILDREN == 0:
                kernel = psutil.Process(pid)
                self._processes = [kernel, *kernel.children(recursive=True)]
            self._looks += 1
        for process in self._processes:
            with suppress(psutil.Error), process.oneshot():
                memory += process.memory_info().rss
                times = process.cpu_times()
                self._cpu[process.pid] = times.user + times.system
        return memory

    def _pid(self) -> int | None:
        """The kernel's process; ``None`` before it has one, and when it has one no longer."""
        provisioner = self._manager.provisioner
        return provisioner.pid if provisioner is not None and provisioner.has_process else None

    def _kill(self) -> None:
        pid = self._pid()
        if pid is not None:
            with suppress(psutil.Error):
                psutil.Process(pid).kill()
