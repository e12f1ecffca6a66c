"""Kernels for the site's notebooks: forked from a process that has imported Keras, or new ones.

Either way the outputs are the same. On Linux all kernels have one parent process (`parent.py`)
that ends what they leave behind; elsewhere they are the builder's own children.
"""

import asyncio
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
from jupyter_client import AsyncKernelManager
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool, Dict, Instance

from executions.keys import WATCHED

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent

MODULES = (
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "keras",
    # What a kernel imports while it starts.
    "ipykernel.kernelapp",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "tornado.platform.asyncio",
    "traitlets.config.argcomplete_config",
)

# What kernels and their parent have in common unless the site says otherwise.
DEFAULTS = {
    "LC_CTYPE": "C.UTF-8",  # as Python sets it, at its start, where no locale is given
    # As ipykernel sets it, but before the parent imports matplotlib.
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # Else the parent has threads, which no fork takes over: NumPy's, and pyarrow's, which pandas
    # imports where it is there.
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}

# Variables that are read after the fork only, so that they may differ from kernel to kernel.
LATE = {"HOME", "IPYTHONDIR", "JPY_SESSION_NAME", "LAYERGRAPH_KERNEL", "PWD", "TMPDIR"}

LONGEST = 104  # characters of a socket's name, on macOS; 108 on Linux

LINUX = sys.platform == "linux" and hasattr(os, "pidfd_open")


class Kernels:
    """Starts kernels with one environment, and ends them.

    Args:
        environment: Environment variables of the kernels; nothing of this process' own is added.
        fork: Whether kernels are forked from a process that has imported `modules`. None: where
            the system can.
        modules: What that process imports.
        within: The folder for what the kernels need themselves; None: the one for temporary files.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        fork: bool | None = None,
        modules: Sequence[str] = MODULES,
        within: Path | None = None,
    ) -> None:
        if fork and not LINUX:
            raise ValueError("kernels are forked on Linux only; fork=None forks where it can")
        self.environment = {**DEFAULTS, **environment}
        self.fork = LINUX if fork is None else fork
        self.modules = modules
        self.within = within
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._closed = False
        self._folder: Path | None = None
        self._parent: _Parent | None = None
        self._local: list[LocalKernel] = []
        self._told: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def prepare(self) -> None:
        """Start the parent of the kernels, which imports by itself while this process goes on."""
        with self._lock:
            if self._closed:
                raise RuntimeError("these kernels are closed")
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="kernels-", dir=self.within))
            if LINUX and self._parent is None:
                modules = self.modules if self.fork else ()
                self._parent = _Parent(self._folder, self.environment, modules)

    def manager(
        self, *, environment: Mapping[str, str], kernel_name: str = "python3"
    ) -> AsyncKernelManager:
        """A manager of one kernel, for ``nbclient.NotebookClient(notebook, km=...)``.

        Args:
            environment: All environment variables of the kernel. One that differs from the
                environment given to the class, other than those of :data:`LATE`, lets this kernel
                start anew, as the forked one would have read it too early.
            kernel_name: ``python3`` is this site's own; another is started as its kernelspec
                says, and not watched.

        Raises:
            NoSuchKernel: Nothing of that name is installed.
        """
        self.prepare()
        assert self._folder is not None
        ours = kernel_name in WATCHED
        specs = _Specs() if ours else KernelSpecManager()
        spec = specs.get_kernel_spec(kernel_name)
        folder = Path(tempfile.mkdtemp(dir=self._folder, prefix=""))
        # Sockets with names: a free port may be another's by the time that the kernel takes it.
        named = os.name != "nt" and len(str(folder / "s-1")) < LONGEST
        where = {"transport": "ipc", "ip": str(folder / "s")} if named else {}
        manager = AsyncKernelManager(
            kernel_name=kernel_name,
            kernel_spec_manager=specs,
            connection_file=str(folder / "connection.json"),
            **where,
        )
        kind = ParentKernel if LINUX else LocalKernel
        manager.provisioner = kind(
            kernel_id=folder.name,
            kernel_spec=spec,
            parent=manager,
            kernels=self,
            environment={**DEFAULTS, **environment},
            ours=ours,
        )
        if not LINUX:
            self._local.append(manager.provisioner)
        return manager

    def start(
        self, command: list[str], environment: Mapping[str, str], folder: str, ours: bool
    ) -> "_Process":
        """Start a kernel below the parent process; the first calls wait until that is ready."""
        with self._starting:
            parent = self._ready()
            fork = ours and self.fork and not self._differing(environment)
        request = {"argv": command, "cwd": folder, "env": dict(environment), "fork": fork}
        answer = parent.ask({"start": request})
        if "error" in answer:
            raise RuntimeError(f"The kernel {command[0]} cannot start: {answer['error']}")
        return _Process(answer["pid"], parent)

    def _ready(self) -> "_Parent":
        """The parent process when it has imported; without imports where they fail."""
        self.prepare()
        assert self._parent is not None
        try:
            reason = self._parent.ready()
        except _GoneError as error:
            if self._closed or not self.fork:
                raise
            reason = str(error)
            self._parent.close()
            self.fork, self._parent = False, None
            self.prepare()
            self._parent.ready()
        if reason and reason not in self._told:
            self._told.add(reason)
            self.fork = False
            log.warning("Kernels are started anew, not forked from one process: %s", reason)
        return self._parent

    def _differing(self, environment: Mapping[str, str]) -> set[str]:
        """The variables for which a kernel cannot be forked."""
        names = self.environment.keys() | environment.keys()
        differing = {
            name for name in names - LATE if self.environment.get(name) != environment.get(name)
        }
        if not differing <= self._told:
            self._told |= differing
            log.warning(
                "Kernels are started anew, not forked, for variables of their own: %s",
                ", ".join(sorted(differing)),
            )
        return differing

    def close(self) -> None:
        """End every kernel, what their cells left running, and their parent."""
        with self._lock:  # from here on, nothing starts
            self._closed = True
        if self._parent is not None:
            self._parent.close()
        for kernel in self._local:
            kernel.end()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class _GoneError(RuntimeError):
    """The parent process is there no more."""


class _Parent:
    """This side of `parent.py`."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], modules: Sequence[str]
    ) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    str(FOLDER / "parent.py"),
                    str(theirs.fileno()),
                    str(folder),
                    json.dumps([*modules]),
                ],
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.channel = ours
        self.stream = ours.makefile("rb")
        self.lock = threading.Lock()
        self.reason: str | None = None
        self.pids: set[int] = set()

    def answer(self) -> dict[str, Any]:
        try:
            line = self.stream.readline()
        except (OSError, ValueError):
            line = b""
        if not line.endswith(b"\n"):
            raise _GoneError("The process that kernels come from has ended.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ready(self) -> str:
        """Wait until it has imported; why it cannot fork, or ""."""
        with self.lock:
            if self.reason is None:
                self.reason = self.answer()["reason"]
            return self.reason

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            try:
                self.channel.sendall(json.dumps(request).encode() + b"\n")
                answer = self.answer()
            except (OSError, _GoneError):
                self.lost()
                raise _GoneError("The process that kernels come from has ended.") from None
            if "pid" in answer:
                self.pids.add(answer["pid"])
            return answer

    def lost(self) -> None:
        """End the groups of its kernels; the kernels themselves the system has ended with it."""
        for pid in self.pids:
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
        self.pids.clear()

    def close(self) -> None:
        # First this, which also answers a thread that waits.
        with suppress(OSError):  # it has ended before
            self.channel.shutdown(socket.SHUT_RDWR)
        with self.lock:
            self.stream.close()
            self.channel.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.lost()


class _Process:
    """As much of ``subprocess.Popen`` as jupyter_client needs of a kernel below the parent."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, parent: _Parent) -> None:
        self.pid = pid
        self.parent = parent
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            try:
                self.returncode = self.parent.ask({"poll": self.pid})["code"]
            except _GoneError:
                self.returncode = -signal.SIGKILL
            if self.returncode is not None:
                self.parent.pids.discard(self.pid)
        return self.returncode

    def wait(self) -> int | None:
        """The return code; jupyter_client asks when the kernel has ended."""
        return self.poll()

    def send_signal(self, number: int) -> None:
        with suppress(_GoneError):
            self.parent.ask({"signal": [self.pid, number]})

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class _Specs(KernelSpecManager):
    """Knows this site's kernel alone, whatever the reader has installed under the same name."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, str(FOLDER / "kernel.py"), "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            metadata={"debugger": False},
        )


class _Kernel(LocalProvisioner):
    """A kernel with exactly the environment that is given, in a folder for its sockets."""

    kernels = Instance(Kernels)
    environment = Dict()
    ours = Bool()

    async def pre_launch(self, **kwargs: object) -> dict[str, Any]:
        """Give the environment, all of it."""
        kwargs["env"] = dict(self.environment)
        return await super().pre_launch(**kwargs)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove its folder."""
        await super().cleanup(restart=restart)
        if not restart:
            shutil.rmtree(Path(self.parent.connection_file).parent, ignore_errors=True)


class ParentKernel(_Kernel):
    """A kernel below the parent process."""

    async def launch_kernel(self, cmd: list[str], **kwargs: object) -> KernelConnectionInfo:
        """Ask the parent for it, in a thread, as the parent may still be importing."""
        self.cwd = str(Path(kwargs.get("cwd") or ".").absolute())
        self.process = await asyncio.to_thread(
            self.kernels.start, cmd, kwargs["env"], self.cwd, self.ours
        )
        self.pid = self.process.pid  # and no group: signals go through the parent
        return self.connection_info


class LocalKernel(_Kernel):
    """A kernel as a child of the builder."""

    left: tuple[psutil.Process, ...] = ()

    async def poll(self) -> int | None:
        """Look whether it runs, and which processes it has, for the time when it does not."""
        self.look()
        return await super().poll()

    async def cleanup(self, restart: bool = False) -> None:
        """End what it left."""
        self.end()
        await super().cleanup(restart=restart)

    def look(self) -> None:
        """Remember the processes that its cells have started."""
        if self.process is not None and self.process.poll() is None:
            with suppress(psutil.Error):
                self.left = tuple(psutil.Process(self.process.pid).children(recursive=True))

    def end(self) -> None:
        """End it and them."""
        self.look()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for process in self.left:
            with suppress(psutil.Error):  # it notices a number that another process has by now
                process.kill()
        self.left = ()
