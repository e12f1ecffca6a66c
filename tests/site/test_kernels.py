"""How kernels start, what they share, and that nothing of them is left behind."""

import ast
import asyncio
import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from executions import forks
from executions.forks import Kernels
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

EXTENSION = Path(forks.__file__).parent

# Quick to import; what is said of kernels holds whatever their parent has imported.
SMALL = ("numpy.random", "ipykernel.kernelapp")

COMMON = {
    "KERAS_BACKEND": "tensorflow",
    "PATH": os.environ["PATH"],
    "PYTHONHASHSEED": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_DETERMINISTIC_OPS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


def environment(home: Path) -> dict[str, str]:
    return {**COMMON, "HOME": str(home), "TMPDIR": str(home)}


@pytest.fixture(scope="module", params=[True, False], ids=["forked", "anew"])
def kernels(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kernels]:
    """Kernels of both kinds."""
    home = tmp_path_factory.mktemp("home")
    common = {**environment(home), "JPY_SESSION_NAME": "the parent's own"}
    with Kernels(common, fork=request.param, modules=SMALL) as kernels:
        yield kernels
        assert request.param == kernels.fork  # none of the tests made it give up


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernels]:
    """Forked kernels."""
    with Kernels(environment(tmp_path_factory.mktemp("home")), modules=SMALL) as kernels:
        yield kernels


def client(
    kernels: Kernels,
    *cells: str,
    folder: Path,
    variables: Mapping[str, str] | None = None,
    kernel_name: str = "python3",
    **options: Any,  # noqa: ANN401
) -> NotebookClient:
    """A client of a new kernel."""
    manager = kernels.manager(
        environment={**environment(folder), **(variables or {})}, kernel_name=kernel_name
    )
    return NotebookClient(
        new_notebook(cells=[new_code_cell(cell) for cell in cells]),
        km=manager,
        resources={"metadata": {"path": str(folder)}},
        **{"timeout": 60, "shutdown_kernel": "immediate"} | options,
    )


def execute(running: NotebookClient, **options: Any) -> None:  # noqa: ANN401
    """Execute a client's notebook, and end its kernel."""
    try:
        asyncio.run(asyncio.wait_for(running.async_execute(cleanup_kc=True, **options), 120))
    finally:
        atexit.unregister(running._cleanup_kernel)  # which nbclient forgets where none starts


def run(kernels: Kernels, *cells: str, **options: Any) -> list[str]:  # noqa: ANN401
    """Execute cells in a new kernel; what each showed."""
    running = client(kernels, *cells, **options)
    execute(running)
    return [shown(cell) for cell in running.nb.cells]


def shown(cell: NotebookNode) -> str:
    """The text that a cell shows, without what it says on stderr, such as a warning of a fork."""
    told = [output for output in cell.outputs if output.get("name") != "stderr"]
    return "".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in told)


def until(happened: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it happens within some seconds."""
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.02)
    return happened()


def gone(*pids: int) -> bool:
    """Whether processes run no more."""
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                return False
        except psutil.NoSuchProcess:
            continue
    return True


# What is the same either way


TRAINING = [
    "import sys; sys.path, sys.flags.hash_randomization, hash('layergraph'), __name__",
    "import keras, numpy as np; keras.utils.set_random_seed(1)\n"
    "x = np.random.normal(size=(64, 8)).astype('float32'); y = x.sum(1, keepdims=True)\n"
    "model = keras.Sequential([keras.layers.Dense(4, 'relu'), keras.layers.Dense(1)])\n"
    "model.compile('adam', 'mse'); history = model.fit(x, y, epochs=2, verbose=2)",
    "history.history, [w.sum() for w in model.get_weights()]",
    "import matplotlib.pyplot as plt; plt.plot(history.history['loss']);",
    "from layergraph.plots import curves; curves(history)",
    "model.summary(); {'b', 'a', 'c'}",
    "import pandas as pd; pd.DataFrame({'a': np.random.rand(3)}).describe()",
    "np.linalg.svd(x @ x.T)[1]",
    "import tempfile, os; os.path.samefile(tempfile.gettempdir(), os.environ['TMPDIR'])",
    "from concurrent.futures import ProcessPoolExecutor; import multiprocessing as m\n"
    "pool = ProcessPoolExecutor(2, m.get_context('fork')); list(pool.map(abs, [-1, -2]))",
    "!echo from a shell",
    "1 / 0",
]


def test_a_notebook_gives_the_same_outputs_forked_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    for fork in (True, False):
        home = tmp_path / str(fork)
        home.mkdir()
        with Kernels(environment(home), fork=fork) as kernels:
            running = client(kernels, *TRAINING, folder=home, allow_errors=True)
            execute(running)
            assert fork == kernels.fork
        done.append(running.nb.cells)
        for cell in running.nb.cells:
            cell.metadata.pop("execution")
            cell.pop("id")
            for output in cell.outputs:
                text = output.get("text", "")
                output["text"] = "\n".join(line.split(" - ")[-1] for line in text.split("\n"))
                output.pop("traceback", None)  # holds the number of the process

    forked, anew = done
    assert 1 == sum(output.get("ename") == "ZeroDivisionError" for output in anew[-1].outputs)
    assert "image/png" in anew[3].outputs[0].data
    assert anew == forked


def test_modules_are_found_as_in_a_kernel_of_jupyter(kernels: Kernels, tmp_path: Path) -> None:
    code = "import sys; sys.path"
    usual = new_notebook(cells=[new_code_cell(code)])
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (tmp_path / "kernels" / "usual").mkdir(parents=True)
    (tmp_path / "kernels" / "usual" / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "Usual", "language": "python"}), "utf-8"
    )
    os.environ["JUPYTER_PATH"] = str(tmp_path)
    try:
        [usual] = run(kernels, code, folder=tmp_path, kernel_name="usual")
    finally:
        del os.environ["JUPYTER_PATH"]

    assert [usual] == run(kernels, code, folder=tmp_path)


def test_no_cell_imports_a_file_of_this_extension(kernels: Kernels, tmp_path: Path) -> None:
    names = sorted(
        path.stem
        for path in EXTENSION.glob("*.py")
        if path.stem.strip("_") not in {"queue", "init", "main"}
    )
    code = f"import importlib.util as u; [n for n in {names} if u.find_spec(n)]"

    assert {"kernel", "parent", "watch"} <= {*names}
    assert ["[]"] == run(kernels, code, folder=tmp_path)


def test_a_kernel_has_the_environment_that_is_given_and_no_other(
    kernels: Kernels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUILDERS_OWN", "1")
    code = (
        "import os\n"
        "jupyters = {'CLICOLOR', 'CLICOLOR_FORCE', 'FORCE_COLOR', 'TERM', 'PAGER', 'GIT_PAGER'}\n"
        "sorted({*os.environ} - jupyters), os.environ['HOME'], os.getcwd()"
    )
    settings = json.dumps(
        {"journal": str(tmp_path / "j"), "writable": [str(tmp_path)], "lesson": "a"}
    )
    [text] = run(kernels, code, folder=tmp_path, variables={"LAYERGRAPH_KERNEL": settings})

    names = sorted({*environment(tmp_path), *forks.DEFAULTS})
    assert (names, str(tmp_path), str(tmp_path)) == ast.literal_eval(text)


def test_a_start_up_file_of_the_profile_runs(kernels: Kernels, tmp_path: Path) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("told = 'by the profile'", encoding="utf-8")
    variables = {"IPYTHONDIR": str(tmp_path / "ipython")}

    assert ["'by the profile'"] == run(kernels, "told", folder=tmp_path, variables=variables)


def test_no_kernel_keeps_a_history(kernels: Kernels, tmp_path: Path) -> None:
    code = "get_ipython().history_manager.enabled, _ih[-1][:3]"

    assert ["(False, 'get')"] == run(kernels, code, folder=tmp_path)


def test_a_watched_kernel_journals_and_refuses(kernels: Kernels, tmp_path: Path) -> None:
    own, journal = tmp_path / "own", tmp_path / "journal"
    own.mkdir()
    (tmp_path / "b.md").write_text("theirs", encoding="utf-8")
    (own / "helper.py").touch()
    settings = {"journal": str(journal), "writable": [str(own)], "lesson": "tutorials/a"}
    running = client(
        kernels, "import helper; open('../b.md').read()", "open('../b.md', 'w')", folder=own,
        variables={"LAYERGRAPH_KERNEL": json.dumps(settings)}, allow_errors=True,
    )  # fmt: skip
    execute(running)
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    b = str((tmp_path / "b.md").resolve())

    assert "'theirs'" == shown(running.nb.cells[0])
    assert f"[Errno 13] tutorials/a may write only into its own working folder, not to {b}" == (
        running.nb.cells[1].outputs[0].evalue
    )
    assert [["refused", b]] == [line for line in lines if line[0] in ("refused", "fault")]
    assert ["import", "helper"] in lines
    assert ["read", str((own / "helper.py").resolve())] in lines
    assert ["read", b] in lines


def test_forked_kernels_draw_other_numbers_where_none_is_seeded(
    forked: Kernels, tmp_path: Path
) -> None:
    code = "import random, numpy; random.random(), numpy.random.rand()"
    (first,), (second,) = (run(forked, code, folder=tmp_path) for _ in range(2))

    assert not {*first.strip("()").split(", ")} & {*second.strip("()").split(", ")}


def test_a_folder_for_temporary_files_is_the_kernels_own(tmp_path: Path) -> None:
    (tmp_path / "modul_early.py").write_text("import tempfile; tempfile.gettempdir()", "utf-8")
    variables = {"PYTHONPATH": str(tmp_path)}
    common = {**environment(tmp_path), **variables}
    own = tmp_path / "own"
    own.mkdir()
    with Kernels(common, modules=["modul_early"]) as kernels:
        code = "import tempfile; tempfile.gettempdir()"
        assert [repr(str(own))] == run(kernels, code, folder=own, variables=variables)
        assert kernels.fork


# Where kernels cannot be forked


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == forks.__name__]


UNFIT = {
    "absent": ("", "modul_absent cannot be imported (ModuleNotFoundError"),
    "with a thread": (
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "it has 2 threads",
    ),
    "that ends the process": ("import os; os._exit(1)", "process that kernels come from has ended"),
}


@pytest.mark.parametrize(("code", "reason"), UNFIT.values(), ids=UNFIT.keys())
def test_kernels_start_anew_where_the_parent_cannot_fork(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, code: str, reason: str
) -> None:
    name = "modul_present" if code else "modul_absent"
    (tmp_path / "modul_present.py").write_text(code, encoding="utf-8")
    variables = {"PYTHONPATH": str(tmp_path)}
    with Kernels({**environment(tmp_path), **variables}, modules=[name]) as kernels:
        results = [run(kernels, "6 * 7", folder=tmp_path, variables=variables) for _ in range(2)]

    assert [["42"], ["42"]] == results
    [message] = told(caplog)
    assert message.startswith("Kernels are started anew, not forked from one process: ")
    assert reason in message


def test_a_variable_that_was_read_too_early_lets_a_kernel_start_anew(
    forked: Kernels, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    code = "hash('layergraph')"
    plain = [run(forked, code, folder=tmp_path)[0]]
    for _ in range(2):
        plain += run(forked, code, folder=tmp_path, variables={"PYTHONHASHSEED": "1"})

    assert plain[0] != plain[1] == plain[2]
    assert ["Kernels are started anew, not forked, for variables of their own: PYTHONHASHSEED"] == (
        told(caplog)
    )
    assert forked.fork


def test_where_there_is_no_linux_kernels_are_children_of_the_builder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forks, "LINUX", False)
    with pytest.raises(ValueError, match="forked on Linux only"):
        Kernels({}, fork=True)
    with Kernels(environment(tmp_path)) as kernels:
        [text] = run(
            kernels,
            "import os, subprocess\n"
            "sleeps = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
            "os.getppid(), sleeps.pid",
            folder=tmp_path,
        )
        parent, sleeps = ast.literal_eval(text)

        assert os.getpid() == parent
        assert until(lambda: gone(sleeps))


def test_a_folder_too_long_for_sockets_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("long" * 25)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with Kernels(environment(tmp_path), fork=False) as kernels:
        assert ["42"] == run(kernels, "6 * 7", folder=tmp_path)


# What goes wrong


DEATHS = {
    "os._exit": ("import os; os._exit(3)", 3),
    "kill": ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
    "crash": (
        "import resource, ctypes; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        "ctypes.string_at(0)",
        -signal.SIGSEGV,
    ),
}


@pytest.mark.parametrize(("code", "status"), DEATHS.values(), ids=DEATHS.keys())
def test_a_kernel_that_dies_is_noticed(
    kernels: Kernels, tmp_path: Path, code: str, status: int
) -> None:
    running = client(kernels, code, folder=tmp_path)
    manager = running.km

    with pytest.raises(DeadKernelError):
        execute(running)
    assert status == manager.provisioner.process.returncode


def test_a_kernel_is_interrupted(kernels: Kernels, tmp_path: Path) -> None:
    running = client(
        kernels, "import time; time.sleep(600)", "6 * 7", folder=tmp_path, timeout=1,
        interrupt_on_timeout=True, allow_errors=True,
    )  # fmt: skip
    execute(running)

    assert "KeyboardInterrupt" == running.nb.cells[0].outputs[0].ename
    assert "42" == shown(running.nb.cells[1])


def test_a_folder_that_is_not_there_is_named(kernels: Kernels, tmp_path: Path) -> None:
    running = client(kernels, "1", folder=tmp_path)
    with pytest.raises(RuntimeError, match=r"cannot start: .*'/absent'"):
        execute(running, cwd="/absent")


def test_an_error_in_a_cell_is_its_own(kernels: Kernels, tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        run(kernels, "1 / 0", folder=tmp_path)


# What is left behind

SLEEPERS = """\
import os, subprocess, time
def start(**options):
    return subprocess.Popen(["sleep", "600"], **options).pid
pids = [os.getpid(), start(), start(start_new_session=True)]
read, write = os.pipe()
if os.fork() == 0:  # a daemon, which leaves its parent and its session
    os.setsid()
    if os.fork() == 0:
        os.write(write, f"{os.getpid()} {start(start_new_session=True)}".encode())
        os.closerange(0, 100)
        time.sleep(600)
    os._exit(0)
os.wait()
pids += map(int, os.read(read, 40).split())
pids
"""


def test_what_a_kernel_started_ends_with_it_and_nothing_else(
    kernels: Kernels, tmp_path: Path
) -> None:
    async def check() -> None:
        other = client(kernels, SLEEPERS, "pids", folder=tmp_path)
        async with other.async_setup_kernel(cleanup_kc=True):
            first, second = other.nb.cells
            await other.async_execute_cell(first, 0)
            theirs = json.loads(shown(first))
            running = client(kernels, SLEEPERS, folder=tmp_path)
            await running.async_execute(cleanup_kc=True)
            assert until(lambda: gone(*json.loads(shown(running.nb.cells[0]))))
            assert not any(map(gone, theirs))
            await other.async_execute_cell(second, 1)
            assert theirs == json.loads(shown(second))
        assert until(lambda: gone(*theirs))

    asyncio.run(check())


def test_what_a_kernel_that_dies_has_started_ends_too(kernels: Kernels, tmp_path: Path) -> None:
    running = client(kernels, SLEEPERS, "os._exit(1)", folder=tmp_path)
    with pytest.raises(DeadKernelError):
        execute(running)

    assert until(lambda: gone(*json.loads(shown(running.nb.cells[0]))))


@pytest.mark.parametrize("fork", [True, False], ids=["forked", "anew"])
def test_closing_ends_kernels_that_run_and_their_folder(tmp_path: Path, fork: bool) -> None:
    kernels = Kernels(environment(tmp_path), fork=fork, modules=SMALL)
    with ThreadPoolExecutor() as pool, kernels:
        running = client(kernels, SLEEPERS, "time.sleep(600)", folder=tmp_path)
        ends = pool.submit(execute, running)
        assert until(lambda: bool(running.nb.cells[0].outputs), 60)
        kernels.close()
        with pytest.raises(DeadKernelError):
            ends.result(60)

    assert until(lambda: gone(*json.loads(shown(running.nb.cells[0]))))
    assert not kernels._folder.exists()
    with pytest.raises(RuntimeError, match="closed"):
        kernels.manager(environment={})


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed", "not noticed"])
def test_kernels_end_with_their_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noticed: bool
) -> None:
    if not noticed:
        monkeypatch.setattr(forks._Parent, "lost", lambda _: None)
    with ThreadPoolExecutor() as pool, Kernels(environment(tmp_path), modules=SMALL) as kernels:
        running = client(kernels, SLEEPERS, "time.sleep(600)", folder=tmp_path)
        ends = pool.submit(execute, running)
        assert until(lambda: bool(running.nb.cells[0].outputs), 60)
        kernel, child, *others = json.loads(shown(running.nb.cells[0]))
        try:
            os.kill(psutil.Process(kernel).ppid(), signal.SIGKILL)
            with pytest.raises(DeadKernelError):
                ends.result(60)
            assert until(lambda: gone(kernel))
            assert not noticed or until(lambda: gone(child))
            with pytest.raises(RuntimeError, match="has ended"):
                run(kernels, "1", folder=tmp_path)
        finally:
            for pid in [child, *others]:  # in other sessions, where only the parent finds them
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


BUILDER = """\
import json, os, sys, threading
from pathlib import Path
sys.path.insert(0, {tests!r}); sys.path.insert(0, {extensions!r})
from test_kernels import SLEEPERS, Kernels, client, environment, shown
folder = Path({folder!r})
kernels = Kernels(environment(folder), fork={fork}, modules={modules})
kernels.prepare()
running = client(kernels, SLEEPERS, folder=folder)
worker = os.fork()  # as Sphinx starts them to write pages; it holds what the builder has open
if worker == 0:
    threading.Event().wait(60)
    os._exit(0)
print(json.dumps([kernels._parent.process.pid, str(kernels._folder), worker]), flush=True)
with running.setup_kernel():
    running.execute_cell(running.nb.cells[0], 0)
    print(shown(running.nb.cells[0]), flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["SIGKILL", "Ctrl-C"])
@pytest.mark.parametrize("fork", [True, False], ids=["forked", "anew"])
def test_nothing_survives_a_builder_that_is_killed(
    tmp_path: Path, fork: bool, number: signal.Signals
) -> None:
    code = BUILDER.format(
        tests=str(Path(__file__).parent), extensions=str(EXTENSION.parent), folder=str(tmp_path),
        fork=fork, modules=SMALL,
    )  # fmt: skip
    builder = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    with builder:
        try:
            parent, folder, worker = json.loads(builder.stdout.readline())
            pids = json.loads(builder.stdout.readline())
            sessions = {os.getsid(pid) for pid in (builder.pid, parent, pids[0])}
        finally:
            if number == signal.SIGINT:
                os.killpg(builder.pid, number)  # as a terminal does: the whole group
            else:
                builder.send_signal(number)
            builder.wait(20)

    try:
        assert {builder.pid, parent, pids[0]} == sessions
        assert until(lambda: gone(parent, *pids), 5)
        assert not Path(folder).exists()
    finally:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


SLOW = """\
import pathlib, time
pathlib.Path(__file__).with_name("begun").touch()
time.sleep(600)
"""


def test_a_parent_that_still_imports_ends_with_its_builder(tmp_path: Path) -> None:
    (tmp_path / "modul_slow.py").write_text(SLOW, encoding="utf-8")
    code = BUILDER.format(
        tests=str(Path(__file__).parent), extensions=str(EXTENSION.parent), folder=str(tmp_path),
        fork=True, modules=["modul_slow"],
    ).replace("Kernels(", "Kernels({'PYTHONPATH': str(folder)} | ")  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as builder:
        parent, folder, worker = json.loads(builder.stdout.readline())
        os.kill(worker, signal.SIGKILL)
        assert until((tmp_path / "begun").exists)
        builder.kill()

    assert until(lambda: gone(parent), 5)
    assert not Path(folder).exists()


def test_closing_does_not_wait_for_a_parent_that_imports(tmp_path: Path) -> None:
    (tmp_path / "modul_slow.py").write_text(SLOW, encoding="utf-8")
    variables = {**environment(tmp_path), "PYTHONPATH": str(tmp_path)}
    kernels = Kernels(variables, modules=["modul_slow"])
    with ThreadPoolExecutor() as pool, kernels:
        kernels.prepare()
        starts = pool.submit(run, kernels, "1", folder=tmp_path, variables=variables)
        parent = kernels._parent.process.pid
        kernels.close()
        with pytest.raises(RuntimeError, match=r"has ended|closed"):
            starts.result(60)

    assert gone(parent)


# Many at once


def test_two_at_a_time_never_fail(forked: Kernels, tmp_path: Path) -> None:
    def one(number: int) -> list[str]:
        folder = tmp_path / str(number)
        folder.mkdir()
        return run(forked, f"print({number})", "import os; os.getcwd()", folder=folder)

    with ThreadPoolExecutor(2) as pool:
        results = [*pool.map(one, range(40))]

    assert [[f"{n}\n", repr(str(tmp_path / str(n)))] for n in range(40)] == results
