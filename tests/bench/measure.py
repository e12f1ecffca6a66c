"""Run a command and measure its whole tree of processes: time, CPU seconds, memory."""

import ctypes
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

import psutil

EVERY = 0.2  # seconds between two looks at the memory
LOOKS_FOR_PSS = 5  # looks between two at what is shared, each of which costs 15 ms a kernel
GRACE = 1.0  # seconds that helper processes have to notice that their parent is over
LIMIT = 1800.0  # seconds after which a command is ended
PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>


class CommandFailedError(Exception):
    """A measured command failed or did not end, so its time says nothing."""


@dataclass(frozen=True)
class Measured:
    """What commands took, one after another.

    Attributes:
        wall: Seconds from the first start to the last end.
        cpu: Seconds of all processes, user and system.
        pss: Most bytes of memory at one time; a page that n processes share counts n-th in each.
        rss: The same, with shared pages counted in each process.
        others: CPU seconds that everything else on the machine took meanwhile.
        left: Processes that had to be ended when their command was over.
        output: What the commands wrote.
    """

    wall: float = 0.0
    cpu: float = 0.0
    pss: int = 0
    rss: int = 0
    others: float = 0.0
    left: int = 0
    output: str = ""

    def then(self, other: "Measured") -> "Measured":
        """Both, one after the other."""
        peaks = {"pss", "rss"}
        pairs = {f.name: (getattr(self, f.name), getattr(other, f.name)) for f in fields(self)}
        return Measured(**{n: max(p) if n in peaks else p[0] + p[1] for n, p in pairs.items()})


def adopt_orphans() -> None:
    """Become the parent of what commands leave behind, so that nothing escapes the measuring."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")


def run_all(
    commands: Iterable[Sequence[str | Path]], folder: Path, environment: Mapping[str, str]
) -> Measured:
    """Run commands one after another; all must succeed."""
    took = Measured()
    for command in commands:
        took = took.then(run(command, folder, environment))
    return took


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> Measured:
    """Run a command in a folder, answering yes if it asks.

    Raises:
        CommandFailedError: It failed, or took longer than ``LIMIT``; the end of its output is told.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as answer:
        answer.write(b"y\n")
        answer.seek(0)
        busy = busy_seconds()
        began = time.perf_counter()
        started = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder, env=dict(environment), stdin=answer, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        memory = Memory(began + LIMIT)
        memory.start()
        try:
            _, status, usage = os.wait4(started.pid, 0)
            wall = time.perf_counter() - began
            started.returncode = os.waitstatus_to_exitcode(status)
        finally:
            memory.stop()
            busy = busy_seconds() - busy
            left, cpu_left = end_descendants()
        output.seek(0)
        text = output.read().decode(errors="replace")
    if started.returncode != 0:
        reason = f"took more than {LIMIT:g} s" if memory.late else f"gave {started.returncode}"
        raise CommandFailedError(
            f"{' '.join(map(str, command))} in {folder} {reason}:\n{text[-4000:]}"
        )
    cpu = usage.ru_utime + usage.ru_stime + cpu_left
    others = max(0.0, busy - cpu)
    return Measured(wall, cpu, memory.pss, memory.rss, others, left, text)


def busy_seconds() -> float:
    """CPU seconds that the machine has spent, but for this process, or was kept from spending."""
    times = psutil.cpu_times()
    own = psutil.Process().cpu_times()
    # The time of guests is in the users' time.
    busy = times.user + times.nice + times.system + times.irq + times.softirq + times.steal
    return float(busy - own.user - own.system)


class Memory(threading.Thread):
    """Looks at the memory of this process' descendants, and ends them at a deadline."""

    def __init__(self, deadline: float) -> None:
        super().__init__(daemon=True)
        self.pss = self.rss = 0
        self.late = False
        self._deadline = deadline
        self._over = threading.Event()

    def run(self) -> None:
        """Look until stopped."""
        for look in itertools.count():
            if self._over.wait(EVERY):
                return
            running = descendants()
            self.rss = max(self.rss, total(running, "memory_info", "rss"))
            if look % LOOKS_FOR_PSS == 0:
                self.pss = max(self.pss, total(running, "memory_full_info", "pss"))
            if time.perf_counter() > self._deadline:
                self.late = True
                for process in running:
                    with suppress(psutil.Error):
                        process.kill()

    def stop(self) -> None:
        """Stop looking."""
        self._over.set()
        self.join()


def total(processes: Iterable[psutil.Process], look: str, size: str) -> int:
    """The sum of a size in bytes over processes; those that have ended meanwhile have none."""
    summed = 0
    for process in processes:
        with suppress(psutil.Error, OSError):
            summed += getattr(getattr(process, look)(), size)
    return summed


def descendants() -> list[psutil.Process]:
    """The processes below this one that still run."""
    running = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                running.append(process)
    return running


def end_descendants() -> tuple[int, float]:
    """End what a command left; returns how many did not end by themselves, and their CPU time."""
    deadline = time.perf_counter() + GRACE
    while descendants() and time.perf_counter() < deadline:
        time.sleep(0.05)
    left: set[int] = set()
    while remaining := descendants():
        for process in remaining:
            with suppress(psutil.Error):
                process.kill()
                left.add(process.pid)
        time.sleep(0.05)
    cpu = 0.0
    with suppress(ChildProcessError):  # no child is left
        while (waited := os.wait4(-1, os.WNOHANG))[0] != 0:
            cpu += waited[2].ru_utime + waited[2].ru_stime
    return len(left), cpu


def say(text: str) -> None:
    """Tell the reader how far the benchmark is."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
