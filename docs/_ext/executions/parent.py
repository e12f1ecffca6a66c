"""The process that kernels come from, on Linux.

It is started as ``python parent.py descriptor folder '["keras", ...]'``.

It imports the slow modules once and forks kernels on request, or starts other programs as kernels.
As their parent it knows how each kernel ended, inherits whatever a dead kernel leaves running and
ends it; and when the builder goes, however it goes, everything below this process goes with it.

Requests and answers are lines of JSON on a socket, one answer to a request. It has one thread:
a fork takes over only the thread that forks, with every lock as it stands.
"""

import os
import sys

if __name__ == "__main__" and sys.path[0] == os.path.dirname(os.path.realpath(__file__)):  # noqa: PTH120
    del sys.path[0]  # no module of that folder hides one of the standard library

import ctypes
import fcntl
import gc
import importlib
import importlib.util
import json
import select
import shutil
import signal
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
SWEEP = 2.0  # seconds to end what a kernel left

libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int) -> None:
    """Set a property of this process, as Linux' ``prctl`` does."""
    if libc.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value})")


def children() -> set[int]:
    """The processes whose parent is this one."""
    found, me = set(), str(os.getpid()).encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_bytes()
            except OSError:  # ended in between
                continue
            if stat.rpartition(b")")[2].split()[1] == me:
                found.add(int(entry.name))
    return found


def reap(pid: int) -> int | None:
    """A child's return code as ``subprocess`` has it, or None while it runs."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return -signal.SIGKILL
    return os.waitstatus_to_exitcode(status) if ended else None


class Parent:
    """The state of this process: its kernels and how they ended."""

    def __init__(self, channel: socket.socket, folder: Path) -> None:
        self.channel = channel
        self.folder = folder
        self.running: set[int] = set()
        self.ended: dict[int, int] = {}
        self.builder = os.pidfd_open(os.getppid())
        # A handler that does nothing, and a pipe that it makes readable.
        self.awake, self.wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(self.wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> dict[str, Any]:
        """Answer until the builder is gone. Returns in a forked child only: with what it runs."""
        buffer = b""
        poll = select.poll()
        for descriptor in (self.channel.fileno(), self.builder, self.awake):
            poll.register(descriptor, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self.awake in ready:
                os.read(self.awake, 4096)
                self.look()
            if self.builder in ready:
                self.end()
            if self.channel.fileno() not in ready:
                continue
            try:
                data = self.channel.recv(65536)
            except OSError:
                data = b""
            if not data:
                self.end()
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                request = json.loads(line)
                if "start" in request:
                    answer = self.start(request["start"])
                    if answer is None:
                        return request["start"]
                elif "poll" in request:
                    answer = self.poll(request["poll"])
                else:
                    answer = self.send(*request["signal"])
                self.say(answer)

    def say(self, answer: dict[str, Any]) -> None:
        """Answer a request."""
        try:
            self.channel.sendall(json.dumps(answer).encode() + b"\n")
        except OSError:
            self.end()

    def start(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Start a kernel, and answer when it leads a session of its own. None in the child."""
        told, tell = os.pipe2(os.O_CLOEXEC)
        sys.stdout.flush()
        sys.stderr.flush()
        me = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.close(told)
            try:
                self.become_kernel(me, request)
            except BaseException as error:
                os.write(tell, str(error).encode())
                os._exit(1)
            os.close(tell)
            return None
        os.close(tell)
        self.running.add(pid)
        with os.fdopen(
            told, "rb"
        ) as file:  # ends when the child has closed its end, or run a program
            error = file.read().decode()
        if not error:
            return {"pid": pid}
        os.waitpid(pid, 0)
        self.running.discard(pid)
        return {"error": error}

    def become_kernel(self, parent: int, request: dict[str, Any]) -> None:
        """Turn this forked child into what a newly started process would be."""
        os.setsid()  # Ctrl-C in the builder's terminal is the builder's; one group to signal
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # What its cells leave comes to it, and to the parent only once it is gone.
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        if os.getppid() != parent:
            os._exit(1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.chdir(request["cwd"])
        if not request["fork"]:
            os.execvpe(request["argv"][0], request["argv"], request["env"])
        self.channel.close()
        for descriptor in (self.builder, self.awake, self.wake):
            os.close(descriptor)
        os.environ.clear()
        os.environ.update(request["env"])
        tempfile.tempdir = None  # as the environment names it
        if "numpy.random" in sys.modules:
            sys.modules["numpy.random"].seed()  # else all kernels draw the same numbers
        gc.enable()

    def poll(self, pid: int) -> dict[str, Any]:
        """How a kernel ended, or None while it runs."""
        if pid in self.running:
            self.look()
        return {"code": None if pid in self.running else self.ended.get(pid, -signal.SIGKILL)}

    def send(self, pid: int, number: int) -> dict[str, Any]:
        """Send a signal to a kernel and the processes of its session's first group."""
        if pid in self.running:  # not waited for yet, so the number is still its own
            with suppress(ProcessLookupError):
                os.killpg(pid, number)
        return {}

    def look(self) -> None:
        """Note which kernels have ended; end what they left."""
        for pid in [*self.running]:
            code = reap(pid)
            if code is not None:
                self.running.discard(pid)
                self.ended[pid] = code
        self.sweep()

    def sweep(self) -> None:
        """End each child that is no kernel: it is what a dead kernel left."""
        deadline = time.monotonic() + SWEEP
        while time.monotonic() < deadline:
            left = children() - self.running
            if not left:
                return
            for pid in left:
                with suppress(OSError):  # gone, or of another user
                    os.kill(pid, signal.SIGKILL)
                reap(pid)
            time.sleep(0.002)

    def end(self) -> NoReturn:
        """End everything, as the builder is gone or wants no more kernels."""
        self.running.clear()
        self.sweep()
        shutil.rmtree(self.folder, ignore_errors=True)
        os._exit(0)


def prepare(modules: list[str]) -> str:
    """Import, and make the memory fit to be shared. Returns why no kernel can be forked, or ""."""
    gc.disable()
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception as error:
            return f"{name} cannot be imported ({type(error).__name__}: {error})"
    threads = len([*Path("/proc/self/task").iterdir()])
    if threads != 1:
        return f"with {', '.join(modules)} imported it has {threads} threads"
    gc.collect()
    gc.freeze()
    return ""


def main() -> None:
    """Serve; in a forked child, be a kernel."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    spec = importlib.util.spec_from_file_location(
        "layergraph-kernel", Path(__file__).with_name("kernel.py")
    )
    kernel = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kernel)

    channel = socket.socket(fileno=int(sys.argv[1]))
    folder = Path(sys.argv[2])

    def end(*_: object) -> NoReturn:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)

    # Until it listens, any stir of the other end is a signal that ends this process.
    signal.signal(signal.SIGIO, end)
    fcntl.fcntl(channel, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(channel, fcntl.F_GETFL)
    fcntl.fcntl(channel, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([channel], [], [], 0)[0]:
        end()  # gone before that
    reason = prepare(json.loads(sys.argv[3]))
    fcntl.fcntl(channel, fcntl.F_SETFL, flags)
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    parent = Parent(channel, folder)
    parent.say({"reason": reason})
    request = parent.serve()
    kernel.launch(request["argv"][2:])


if __name__ == "__main__":
    main()
