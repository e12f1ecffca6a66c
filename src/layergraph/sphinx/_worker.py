"""A Python of its own: calls functions that return models, and sends their graphs back.

Sphinx's process starts this file and stays free of Keras. The first argument is a JSON object with
``path`` (for ``sys.path``), ``timeout`` (in seconds) and ``fork``. Each line of standard input is a
target, each line of standard output the answer to one, as JSON.

Each target gets a process in which nothing was built before it, so that Keras' names count from
the start, and modules are as their sources are now. On Linux these are forks of one process that
imports Keras once. Elsewhere this process answers one target, and ends.
"""

from __future__ import annotations

import contextlib
import difflib
import faulthandler
import hashlib
import importlib
import inspect
import json
import os
import sys
import sysconfig
import traceback
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layergraph.graph import LayerGraph

KERAS = 3  # a fork's exit status, if it imported Keras
_KINDS = ("stdlib", "platstdlib", "purelib", "platlib")
_INSTALLED = {os.path.realpath(sysconfig.get_path(kind)) for kind in _KINDS}


class _TargetError(Exception):
    """A target that gives no graph; the message says why and what to do."""


def is_installed(path: str) -> bool:
    """Whether a file belongs to Python or to an installed package; no one edits such a file."""
    real = os.path.realpath(path)
    parts = Path(real).parts
    return (
        any(real.startswith(folder + os.sep) for folder in _INSTALLED)
        or "site-packages" in parts
        or "dist-packages" in parts
    )


def watch_sources() -> dict[str, str]:
    """Keep the sha256 of each source that is imported from now on, but for what is installed.

    Such sources are compiled anew: compiled modules are known by the second in which their source
    was written and by its length, and either may be as before.
    """
    seen: dict[str, str] = {}
    stats, data = SourceFileLoader.path_stats, SourceFileLoader.get_data

    def path_stats(self: SourceFileLoader, path: str) -> Mapping[str, Any]:
        if not is_installed(path):
            raise OSError("compiled modules are not looked for")
        return stats(self, path)

    def get_data(self: SourceFileLoader, path: str) -> bytes:
        read = data(self, path)
        if not is_installed(path):
            seen[os.path.realpath(path)] = hashlib.sha256(read).hexdigest()
        return read

    for function in (path_stats, get_data):
        setattr(SourceFileLoader, function.__name__, function)
    return seen


def files_used(seen: Mapping[str, str]) -> dict[str, str]:
    """The files, with their sha256, of all modules that are no part of an installed package."""
    files = dict(seen)
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        # This file is not imported, but run; other than sources are extension modules.
        if isinstance(path, str) and name != "__main__" and not is_installed(path):
            path = os.path.realpath(path)
            with contextlib.suppress(OSError):
                files.setdefault(path, hashlib.sha256(Path(path).read_bytes()).hexdigest())
    return files


def graph_of(target: str) -> str:
    """The graph of what a target's function returns, as JSON.

    Raises:
        _TargetError: There is none.
    """
    name, _, attributes = target.partition(":")
    try:
        found: Any = importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(f"{missing}."):
            raise _TargetError(
                f"there is no module {missing!r} to import; install its package for this Python "
                f"({sys.executable}), or name the folder that holds it in layergraph_path in "
                "conf.py"
            ) from error
        raise _TargetError(f"importing {name!r} raised {_told(error)}") from error
    except BaseException as error:
        raise _TargetError(f"importing {name!r} raised {_told(error)}") from error
    place = f"the module {name!r}"
    for attribute in attributes.split("."):
        if not hasattr(found, attribute):
            near = difflib.get_close_matches(attribute, dir(found), 1)
            raise _TargetError(
                f"{place} has no {attribute!r}"
                + (f"; is {near[0]!r} meant?" if near else "; correct the name, or define it there")
            )
        found, place = getattr(found, attribute), repr(attribute)
    graph = _read(found if _is_model(found) or not callable(found) else _call(found))
    return graph.to_json()


def _call(function: Any) -> Any:  # noqa: ANN401 - whatever the function is, and returns
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        raise _TargetError(
            f"it is called without arguments ({error}); name a function that needs "
            "none and calls this one"
        ) from error
    except ValueError:  # a function in C, whose signature is not known
        pass
    try:
        return function()
    except BaseException as error:
        raise _TargetError(f"it raised {_told(error)}") from error


def _is_model(found: object) -> bool:
    from layergraph.graph import LayerGraph

    keras = sys.modules.get("keras")
    # All models of Keras can be called, but what they need is data.
    return isinstance(found, (LayerGraph, keras.Model) if keras else LayerGraph)


def _read(model: Any) -> LayerGraph:  # noqa: ANN401
    from layergraph.graph import LayerGraph, read

    if isinstance(model, LayerGraph):
        return model
    try:
        return read(model)
    except (TypeError, ValueError) as error:
        raise _TargetError(str(error)) from error


def _told(error: BaseException) -> str:
    """An error in one line, with the place in the reader's own files where it arose."""
    words = " ".join(str(error).split())
    told = f"{type(error).__name__}: {words}" if words else type(error).__name__
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__
        and Path(frame.filename).is_file()
        and not is_installed(frame.filename)
    ]
    if isinstance(error, SyntaxError) or not own:
        return told
    return f"{told} ({own[-1].filename}, line {own[-1].lineno})"


def answer(target: str, seen: Mapping[str, str], *, last: bool) -> str:
    """The line that answers a target."""
    try:
        graph, problem = graph_of(target), None
    except _TargetError as error:
        graph, problem = None, str(error)
    except Exception as error:
        graph, problem = None, f"reading it raised {_told(error)}"
    files = files_used(seen)
    return json.dumps({"graph": graph, "problem": problem, "files": files, "last": last}) + "\n"


def can_fork() -> bool:
    """Whether a fork has all that this process has: threads would not be in it."""
    tasks = Path("/proc/self/task")
    return sys.platform == "linux" and tasks.is_dir() and len(list(tasks.iterdir())) == 1


def serve(targets: IO[str], answers: IO[str], *, timeout: float, fork: bool) -> None:
    """Answer targets until there are no more."""
    seen = watch_sources()
    keras = False
    for line in targets:
        target = line.rstrip("\n")
        if keras and "keras" not in sys.modules:
            with contextlib.suppress(Exception):  # it is told where a function needs it
                importlib.import_module("keras")
        if not (fork and can_fork()):
            _answer(target, seen, answers, timeout, last=True)
            return
        child = os.fork()
        if child == 0:
            _answer(target, seen, answers, timeout, last=False)
            os._exit(KERAS if "keras" in sys.modules else 0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status not in (0, KERAS):
            sys.exit(f"its process ended with status {status}")
        keras = keras or status == KERAS


def _answer(
    target: str, seen: Mapping[str, str], answers: IO[str], timeout: float, *, last: bool
) -> None:
    # Who asked ends this process after that time, unless nobody is there any more.
    faulthandler.dump_traceback_later(timeout + 1, exit=True)
    answers.write(answer(target, seen, last=last))
    answers.flush()
    faulthandler.cancel_dump_traceback_later()


def main() -> None:
    """Take the standard streams for the answers alone; what functions print is no answer."""
    options = json.loads(sys.argv[1])
    targets = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.path[:] = options["path"]
    serve(targets, answers, timeout=options["timeout"], fork=options["fork"])


if __name__ == "__main__":
    main()
