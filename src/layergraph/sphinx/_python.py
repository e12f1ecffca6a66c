"""Ask another Python for the graphs of targets, so that Sphinx's own process imports no Keras."""

from __future__ import annotations

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Where a library starts threads when it is imported, NumPy's and the pyarrow of pandas among them,
# no process can be forked any more. Nor is there much to calculate, or anything to log.
QUIET = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


@dataclass(frozen=True)
class Answer:
    """What came of a target.

    Attributes:
        graph: Its graph as JSON; ``None`` where there is a problem.
        problem: Why there is none, and what to do.
        files: The sha256 of each file that it depends on.
    """

    graph: str | None = None
    problem: str | None = None
    files: dict[str, str] = field(default_factory=dict)


class Python:
    """Another Python, started when it is first asked.

    Args:
        path: Its ``sys.path``.
        folder: Its working folder.
        timeout: Seconds that an answer may take.
        fork: Whether it may fork a process for each target, where it can.
    """

    def __init__(
        self, path: Sequence[str], folder: Path, timeout: float, *, fork: bool = True
    ) -> None:
        self.path = list(path)
        self.folder = folder
        self.timeout = timeout
        self.fork = fork
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.SimpleQueue[str]
        self._said: IO[str]
        self._owner = 0

    def ask(self, target: str) -> Answer:
        """Ask for the graph of a target."""
        if self._process is None or self._owner != os.getpid():  # a fork of Sphinx's own
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(OSError):  # it ended; no answer comes
            self._process.stdin.write(f"{target}\n")
            self._process.stdin.flush()
        try:
            line = self._answers.get(timeout=self.timeout)
        except queue.Empty:
            self.close()
            return Answer(
                problem=f"it took longer than layergraph_timeout = {self.timeout:g} seconds; make "
                "it quicker, or give it more time in conf.py"
            )
        if not line:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
            self._said.seek(0)
            said = self._said.read().strip().splitlines() or ["it said nothing"]
            self.close()
            return Answer(problem=f"Python ended before it answered: {said[-1]}")
        given = json.loads(line)
        if given.pop("last"):
            self.close()
        return Answer(**given)

    def _start(self) -> None:
        options = {"path": self.path, "timeout": self.timeout, "fork": self.fork}
        self._said = tempfile.TemporaryFile(  # noqa: SIM115 - closed with the process
            "w+", encoding="utf-8", errors="replace"
        )
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("_worker.py")), json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            encoding="utf-8",
            cwd=self.folder,
            env={**QUIET, **os.environ, "PYTHONHASHSEED": "0"},
            start_new_session=True,
        )
        self._answers = queue.SimpleQueue()
        self._owner = os.getpid()
        threading.Thread(
            target=_listen, args=(self._process.stdout, self._answers), daemon=True
        ).start()
        atexit.register(self.close)

    def close(self) -> None:
        """End it, and all that it started."""
        process, self._process = self._process, None
        atexit.unregister(self.close)
        if process is None or self._owner != os.getpid():
            return
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):  # none is left
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdin is not None
        with suppress(OSError):  # what it did not take
            process.stdin.close()
        self._said.close()


def _listen(lines: IO[str], answers: queue.SimpleQueue[str]) -> None:
    with lines:
        for line in lines:
            answers.put(line)
    answers.put("")
