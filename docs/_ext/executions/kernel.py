"""The script that a watched kernel starts with: ``python kernel.py -f connection.json``.

It says what the watch needs in the environment variable :data:`VARIABLE`, as JSON:
``{"journal": path, "writable": [path, ...], "lesson": name}``.
"""

import os
import sys

if __name__ == "__main__" and sys.path[0] == os.path.dirname(os.path.realpath(__file__)):  # noqa: PTH120
    del sys.path[0]  # no module of that folder hides one that a cell, or this script, imports

import importlib.util
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType

VARIABLE = "LAYERGRAPH_KERNEL"

ARGUMENTS = [
    "--log-level=ERROR",
    "--HistoryManager.enabled=False",  # no database, which kernels would share and lock
    "--InteractiveShell.system_raise_on_error=True",  # a shell line that fails fails its cell
]


def load(name: str) -> ModuleType:
    """Load a file beside this one, under a name that no cell imports by accident."""
    spec = importlib.util.spec_from_file_location(
        f"layergraph-{name}", Path(__file__).with_name(f"{name}.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def needed(arguments: Sequence[str]) -> list[Path]:
    """The folders in which a kernel itself must write."""
    places = ["/dev", "/proc", sys.prefix, sys.base_prefix]  # Python's compiled modules
    connection = [Path(file).parent for flag, file in pairwise(arguments) if flag == "-f"]
    return [*map(Path, places), *connection]


def share_cores() -> None:
    """Let threads that are woken wait for their turn, where the system offers that (Linux).

    Else they interrupt the one that woke them. Where kernels keep all cores busy, that costs time
    in itself, and tf.data's tuning thread then goes back to sleep instead of ending, for up to
    0.6 s at the end of each epoch.
    """
    if hasattr(os, "SCHED_BATCH"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def launch(arguments: Sequence[str]) -> None:
    """Run a kernel until it is told to stop; the same in a new process and in a forked one."""
    settings = os.environ.pop(VARIABLE, None)
    if settings is not None:
        known = json.loads(settings)
        writable = [Path(folder) for folder in known["writable"]]
        journal = Path(known["journal"])
        load("watch").install(journal, writable, known["lesson"])
        load("confine").confine([*writable, journal, *needed(arguments)])
    share_cores()
    sys.argv = [__file__, *arguments, *ARGUMENTS]
    if "JPY_PARENT_PID" not in os.environ:
        # 1: a parent that says itself when it is over; 0 would print how to connect.
        sys.argv.append("--IPKernelApp.parent_handle=1")

    from ipykernel.kernelapp import IPKernelApp

    sys.modules["debugpy"] = None  # type: ignore[assignment] # the debugger: half of the start
    app = IPKernelApp.instance()
    app.initialize()
    del sys.modules["debugpy"]
    app.start()


if __name__ == "__main__":
    launch(sys.argv[1:])
