"""The process that calls the functions: what it is asked, what it answers, how it ends."""

import hashlib
import json
import os
import py_compile
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from layergraph.graph import LayerGraph
from layergraph.sphinx import _worker
from layergraph.sphinx._python import Answer, Python

WIRE = """\
from layergraph.graph import Input, LayerGraph, Output, Tensor


def wire(name="wire"):
    tensor = Tensor("x:0#0", (None, 3), "float32")
    return LayerGraph(name, (), (), (tensor,), (Input("x", tensor.id),), (Output("x", tensor.id),))
"""
MODELS = """\
import keras


def line():
    x = keras.Input((2,))
    return keras.Model(x, keras.layers.Dense(1)(x))


def nothing():
    return None


def subclassed():
    class Own(keras.Model):
        pass

    return Own(name="own")


def unbuilt():
    return keras.Sequential([keras.layers.Dense(1)], name="unbuilt")


def half():
    keras.config.set_floatx("float16")
    return line()
"""


@pytest.fixture(params=[True, False], ids=["forks", "alone"])
def python(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Python]:
    """A Python that finds the modules of the test's folder."""
    (tmp_path / "wires.py").write_text(WIRE)
    python = Python([str(tmp_path), *sys.path], tmp_path, 60, fork=request.param)
    yield python
    python.close()


def module(folder: Path, code: str) -> None:
    (folder / "made.py").write_text(code)


def name(answer: Answer) -> str:
    assert answer.problem is None
    return LayerGraph.from_json(answer.graph).name


def test_it_answers_one_target_after_another(python: Python) -> None:
    assert ["wire", "wire"] == [name(python.ask("wires:wire")) for _ in range(2)]


def test_modules_are_fresh_for_each_target(python: Python, tmp_path: Path) -> None:
    code = "from wires import wire\ncount = [0]\ndef made():\n    count[0] += 1\n"
    module(tmp_path, code + "    return wire(f'wire {count[0]}')\n")
    first = [name(python.ask("made:made")) for _ in range(2)]
    module(tmp_path, code + "    return wire(f'wire {count[0] + 8}')\n")

    assert ["wire 1", "wire 1"] == first
    assert "wire 9" == name(python.ask("made:made"))


def test_compiled_modules_are_not_believed(python: Python, tmp_path: Path) -> None:
    module(tmp_path, "from wires import wire\ndef made():\n    return wire('a')\n")
    os.utime(tmp_path / "made.py", (0, 0))
    py_compile.compile(str(tmp_path / "made.py"))
    module(tmp_path, "from wires import wire\ndef made():\n    return wire('b')\n")
    os.utime(tmp_path / "made.py", (0, 0))

    assert "b" == name(python.ask("made:made"))


def test_it_tells_the_files_with_the_digests_of_what_was_imported(
    python: Python, tmp_path: Path
) -> None:
    code = "import json, numpy, wires\ndef made():\n    import late\n    return wires.wire()\n"
    module(tmp_path, code)
    (tmp_path / "late.py").write_text("")
    (tmp_path / "never.py").write_text("")
    files = python.ask("made:made").files
    own = {Path(path).name: sha for path, sha in files.items() if path.startswith(str(tmp_path))}
    texts = {"made.py": code, "late.py": "", "wires.py": WIRE}

    assert {each: hashlib.sha256(text.encode()).hexdigest() for each, text in texts.items()} == own
    assert [] == [path for path in files if "site-packages" in path or "json" in path]


def test_a_source_counts_as_it_was_read_whatever_became_of_it(
    python: Python, tmp_path: Path
) -> None:
    code = "import sys\nfrom pathlib import Path\nimport late\nfrom wires import wire\n"
    code += "def made():\n    Path('late.py').write_text('# later')\n"
    module(tmp_path, code + "    del sys.modules['late']\n    return wire()\n")
    (tmp_path / "late.py").write_text("# early")
    files = python.ask("made:made").files

    assert hashlib.sha256(b"# early").hexdigest() == files[str(tmp_path / "late.py")]


def test_what_a_function_prints_or_reads_is_no_answer(python: Python, tmp_path: Path) -> None:
    code = "import os, sys\nfrom wires import wire\ndef made():\n    print('{}', flush=True)\n"
    code += "    os.write(1, b'{}')\n    return wire(repr(sys.stdin.read()))\n"
    module(tmp_path, code)

    assert ["''", "''"] == [name(python.ask("made:made")) for _ in range(2)]


def test_a_function_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    module(
        tmp_path,
        "import subprocess, sys\ndef made():\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "    open('child', 'w').write(str(child.pid))\n    child.wait()\n",
    )
    (tmp_path / "wires.py").write_text(WIRE)
    python = Python([str(tmp_path), *sys.path], tmp_path, 2)
    answer = python.ask("made:made")
    again = name(python.ask("wires:wire"))
    python.close()

    assert answer.problem == (
        "it took longer than layergraph_timeout = 2 seconds; make it quicker, or give it more time"
        " in conf.py"
    )
    assert "wire" == again
    if sys.platform == "linux":
        assert ended(int((tmp_path / "child").read_text()))


def ended(pid: int) -> bool:
    for _ in range(100):
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or ") Z" in status.read_text():
            return True
        time.sleep(0.05)
    return False


def test_a_function_that_ends_its_process_is_told(python: Python, tmp_path: Path) -> None:
    module(tmp_path, "import os\ndef made():\n    os._exit(7)\n")

    assert python.ask("made:made").problem.startswith("Python ended before it answered: ")
    assert "wire" == name(python.ask("wires:wire"))


def test_it_ends_when_nobody_asks_any_more(python: Python) -> None:
    python.ask("wires:wire")
    process = python._process
    python.close()

    assert process is None or process.poll() is not None


def test_a_function_that_nobody_waits_for_ends_by_itself(tmp_path: Path) -> None:
    module(tmp_path, "import time\ndef made():\n    time.sleep(60)\n")
    options = {"path": [str(tmp_path), *sys.path], "timeout": 0.1, "fork": True}
    ran = subprocess.run(
        [sys.executable, _worker.__file__, json.dumps(options)],
        input="made:made\n", capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert (1, "") == (ran.returncode, ran.stdout)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Python]:
    """A Python that finds functions that need Keras."""
    folder = tmp_path_factory.mktemp("models")
    module(folder, MODELS)
    python = Python([str(folder), *sys.path], folder, 60)
    yield python
    python.close()


def test_nothing_of_a_model_is_left_for_the_next(models: Python) -> None:
    asked, processes = [], []
    for each in ("half", "line", "line"):
        asked.append(models.ask(f"made:{each}"))
        processes.append(models._process)
    graphs = [LayerGraph.from_json(answer.graph) for answer in asked]

    assert [["dense"]] * 3 == [[layer.name for layer in graph.layers] for graph in graphs]
    assert ["float16", "float32", "float32"] == [graph.tensors[0].dtype for graph in graphs]
    # The same one forks with Keras imported; elsewhere it ends with each answer.
    assert [processes[0] if sys.platform == "linux" else None] * 3 == processes


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("nothing", "a Keras model is needed, not an object of type NoneType"),
        ("subclassed", "the model 'own' is subclassed"),
        ("unbuilt", "the Sequential model 'unbuilt' has not been built"),
    ],
)
def test_what_is_no_graph_of_layers_is_told(models: Python, function: str, expected: str) -> None:
    assert models.ask(f"made:{function}").problem.startswith(expected)
