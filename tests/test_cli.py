import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import IO

import keras
import numpy as np
import pytest
from keras import layers

import layergraph
from layergraph import cli
from layergraph.drawing import describe, draw
from layergraph.exercises import Check, _registry, exercise, exercises, grade
from layergraph.graph import read
from layergraph.linting import Finding, Rule, lint, rules
from layergraph.linting import _registry as lint_registry
from layergraph.linting._case import Case
from layergraph.linting._registry import rule
from layergraph.models import headline_popularity

# Keras saves a weight through an array interface that NumPy 2 finds old.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def model(*more: layers.Layer) -> keras.Model:
    x = keras.Input((3,), name="x")
    y = layers.Dense(2, name="dense")(x)
    for layer in more:
        y = layer(y)
    return keras.Model(x, y, name="small")


@pytest.fixture
def saved(folder: Path) -> Path:
    model().save("small.keras")
    return folder / "small.keras"


def error(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on stderr."""
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith("layergraph: error: ")
    return line


def test_draw_writes_svg_into_this_folder(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == cli.main(["draw", str(saved)])
    assert "wrote small.svg" in capsys.readouterr().out
    assert draw(model()).svg.split("<g", 1)[1] in Path("small.svg").read_text(encoding="utf-8")


def test_draw_writes_where_it_is_told(saved: Path) -> None:
    assert 0 == cli.main(["draw", str(saved), "-o", "picture.dot"])
    assert draw(model()).dot == Path("picture.dot").read_text(encoding="utf-8")


def test_draw_hands_its_options_on(saved: Path) -> None:
    options = ["--direction", "LR", "--detail", "names", "--depth", "0", "--title", "Mine"]
    assert 0 == cli.main(["draw", str(saved), *options])
    drawing = draw(model(), direction="LR", detail="names", depth=0, title="Mine")
    assert drawing.svg.split("<g", 1)[1] in Path("small.svg").read_text(encoding="utf-8")
    assert ">Mine</title>" in Path("small.svg").read_text(encoding="utf-8")


def test_draw_draws_every_layer_with_no_fold(saved: Path) -> None:
    model(*(layers.Dense(2, name=f"again_{n}") for n in range(9))).save("long.keras")
    assert 0 == cli.main(["draw", "long.keras", "-o", "folded.dot"])
    assert 0 == cli.main(["draw", "long.keras", "-o", "open.dot", "--no-fold"])
    assert "again_4" not in Path("folded.dot").read_text(encoding="utf-8")
    assert "again_4" in Path("open.dot").read_text(encoding="utf-8")


def test_json_is_the_graph_and_nothing_else(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("describe", "draw"):
        assert 0 == cli.main([command, str(saved), "--json"])
        assert read(model()).to_json(indent=2) + "\n" == capsys.readouterr().out
    assert [saved] == list(saved.parent.iterdir())


def test_json_and_a_file_for_the_picture_exclude_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as leaving:
        cli.main(["draw", "small.keras", "--json", "-o", "small.svg"])
    assert 2 == leaving.value.code
    assert "-o/--output: not allowed with argument --json" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_describe_tells_as_many_levels_as_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    inner = model()
    x = keras.Input((3,), name="y")
    keras.Model(x, inner(x), name="outer").save("outer.keras")
    assert 0 == cli.main(["describe", "outer.keras"])
    assert "Inside small:" in capsys.readouterr().out
    assert 0 == cli.main(["describe", "outer.keras", "--depth", "0"])
    assert "Inside small:" not in capsys.readouterr().out


def test_describe_prints_the_words(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == cli.main(["describe", str(saved)])
    assert str(describe(model())) + "\n" == capsys.readouterr().out


def test_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        cli.main(["--version"])
    assert 0 == leaving.value.code
    assert f"layergraph {layergraph.__version__}\n" == capsys.readouterr().out


def test_the_command_of_the_package_is_main() -> None:
    text = Path(layergraph.__file__).parents[2].joinpath("pyproject.toml").read_text("utf-8")
    assert 'layergraph = "layergraph.cli:main"' in text


@pytest.mark.usefixtures("folder")
def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == cli.main(["draw", "nowhere.keras"])
    assert "there is no file nowhere.keras" in error(capsys)


def _text(path: Path) -> None:
    path.write_text("no model")


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no model")


def _half(path: Path) -> None:
    model().save("whole.keras")
    whole = Path("whole.keras").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _export(path: Path) -> None:
    path.mkdir()
    path.joinpath("saved_model.pb").touch()


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("a.keras", _text, "is damaged, or no Keras model file; save"),
        ("b.keras", _half, "is damaged, or no Keras model file; save"),
        ("c.keras", _zip, "is not a Keras model file; save"),
        ("d.txt", _text, "is not a Keras model file; save"),
        ("e.zip", _zip, "is not a Keras model file; save"),
        ("f.h5", _text, "is not a Keras model file but an older HDF5 file; load it with"),
        ("g.weights.h5", _text, "holds weights alone, not the graph; build the model"),
        ("h", Path.mkdir, "is a folder, not a Keras model file; save"),
        ("i", _export, "is a SavedModel, for serving, not a Keras model file; save"),
    ],
)
def test_what_is_no_keras_file_is_refused(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    make: Callable[[Path], None],
    message: str,
) -> None:
    make(folder / name)
    assert 1 == cli.main(["describe", name])
    told = error(capsys)
    assert f"{name} {message}" in told
    assert 'model.save("model.keras")' in told


def test_a_keras_file_under_another_name_is_refused(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved.rename("small.zip")
    assert 1 == cli.main(["describe", "small.zip"])
    assert "small.zip is not a Keras model file" in error(capsys)


def test_a_file_that_may_not_be_read_is_told(
    saved: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(zipfile, "ZipFile", forbidden)
    assert 1 == cli.main(["describe", str(saved)])
    assert "small.keras cannot be read: Permission denied" in error(capsys)


def test_a_damaged_model_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(folder / "cut.keras", "w") as archive:
        archive.writestr("config.json", "{")
    assert 1 == cli.main(["describe", "cut.keras"])
    assert "cut.keras cannot be loaded:" in error(capsys)


class Scale(layers.Layer):
    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return inputs * 2


class Subclassed(keras.Model):
    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.dense = layers.Dense(1)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return self.dense(inputs)


def squared(x: keras.KerasTensor) -> keras.KerasTensor:
    return x * x


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("layer", "missing"),
    [
        (lambda: layers.Lambda(lambda x: x + 1), "a `Lambda` layer"),
        (lambda: Scale(), "Could not locate class 'Scale'"),
        (lambda: Subclassed(name="inner"), "Could not locate class 'Subclassed'"),
        (lambda: layers.Activation(squared), "Could not locate function 'squared'"),
    ],
)
def test_a_model_that_needs_custom_code_says_so(
    capsys: pytest.CaptureFixture[str], layer: Callable[[], layers.Layer], missing: str
) -> None:
    model(layer()).save("custom.keras")
    assert 1 == cli.main(["draw", "custom.keras"])
    told = error(capsys)
    assert "custom.keras needs custom code, which is not run from a file" in told
    assert "call layergraph.draw(model)" in told
    assert missing in told
    assert not Path("custom.svg").exists()


@pytest.mark.usefixtures("folder")
def test_a_class_that_is_registered_elsewhere_is_missing_here(
    capsys: pytest.CaptureFixture[str],
) -> None:
    register = keras.saving.register_keras_serializable("elsewhere")
    model(register(type("Elsewhere", (Scale,), {}))()).save("elsewhere.keras")
    keras.saving.get_custom_objects().pop("elsewhere>Elsewhere")
    assert 1 == cli.main(["describe", "elsewhere.keras"])
    assert "Could not locate class 'Elsewhere'" in error(capsys)


# Objects that a malicious file could ask for, to be called with arguments of its choice.
EVIL = [
    {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
    {"module": "builtins", "class_name": "function", "config": "exec", "registered_name": "exec"},
    {
        "module": "subprocess",
        "class_name": "Popen",
        "config": {"args": ["touch", "touched"]},
        "registered_name": None,
    },
    {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"function": {"module": "os", "class_name": "function", "config": "system"}},
        "registered_name": None,
    },
]


@pytest.mark.parametrize("evil", EVIL, ids=lambda evil: f"{evil['module']}-{evil['class_name']}")
def test_a_file_cannot_name_code_to_run(
    saved: Path, capsys: pytest.CaptureFixture[str], evil: dict[str, object]
) -> None:
    with zipfile.ZipFile(saved) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    config["config"]["layers"][1]["config"]["activation"] = evil
    parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile("evil.keras", "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert 1 == cli.main(["draw", "evil.keras"])
    assert "evil.keras needs custom code, which is not run from a file" in error(capsys)
    assert {"small.keras", "evil.keras"} == {path.name for path in saved.parent.iterdir()}


@pytest.mark.filterwarnings("ignore:You are saving a model that has not yet been built")
@pytest.mark.usefixtures("folder")
def test_a_model_without_a_graph_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    keras.Sequential([layers.Dense(1)], name="stack").save("stack.keras")
    assert 1 == cli.main(["describe", "stack.keras"])
    assert "the Sequential model 'stack' has not been built" in error(capsys)


def test_an_unknown_suffix_is_told(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == cli.main(["draw", str(saved), "-o", "model.pdf"])
    assert "cannot write 'model.pdf'" in error(capsys)


@pytest.mark.parametrize(
    ("number", "words"), [(13, "Permission denied"), (28, "No space left on device")]
)
def test_a_place_that_cannot_be_written_is_told(
    saved: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    words: str,
) -> None:
    def fail(path: Path, data: bytes) -> None:
        raise OSError(number, words, str(path))

    monkeypatch.setattr(Path, "write_bytes", fail)
    assert 1 == cli.main(["draw", str(saved)])
    assert f"cannot write small.svg: {words}" in error(capsys)


class Failing(io.StringIO):
    """A standard output that cannot be written to."""

    def __init__(self, reason: OSError, below: IO[str]) -> None:
        super().__init__()
        self.reason, self.below = reason, below

    def write(self, text: str) -> int:
        raise self.reason

    def fileno(self) -> int:
        return self.below.fileno()


@pytest.mark.parametrize(
    ("reason", "status", "told"),
    [
        (OSError(28, "No space left"), 1, "cannot write to the standard output: No space left"),
        (BrokenPipeError(32, "Broken pipe"), 0, ""),  # its reader, such as head, has enough
    ],
)
def test_what_cannot_be_printed_is_dropped(
    saved: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    reason: OSError,
    status: int,
    told: str,
) -> None:
    with Path("printed").open("w") as below:
        monkeypatch.setattr(sys, "stdout", Failing(reason, below))
        assert status == cli.main(["describe", str(saved)])
        assert told == capsys.readouterr().err.removeprefix("layergraph: error: ").strip()
        below.write("left")  # as Python does when it ends
    assert "" == Path("printed").read_text()


@pytest.mark.parametrize("depth", ["-1", "all"])
def test_a_depth_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], depth: str) -> None:
    with pytest.raises(SystemExit) as leaving:
        cli.main(["draw", "model.keras", f"--depth={depth}"])
    assert 2 == leaving.value.code
    assert "invalid number of levels value" in capsys.readouterr().err


HOMEWORK = "two-more-dense-layers"


@pytest.fixture
def progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAYERGRAPH_PROGRESS", str(tmp_path / "progress"))
    return tmp_path / "progress"


def homework(layers: int) -> str:
    headline_popularity(vocabulary_size=50, hidden=(64,) * layers).save("homework.keras")
    return "homework.keras"


def listed(capsys: pytest.CaptureFixture[str], name: str) -> dict[str, object]:
    assert 0 == cli.main(["exercises", "--json"])
    (found,) = (one for one in json.loads(capsys.readouterr().out) if one["name"] == name)
    return found


@pytest.mark.usefixtures("folder", "progress")
@pytest.mark.parametrize(("layers", "status"), [(4, 0), (2, 1)])
def test_grade_prints_sentences_and_its_status_tells_whether_it_passed(
    capsys: pytest.CaptureFixture[str], layers: int, status: int
) -> None:
    assert status == cli.main(["grade", HOMEWORK, homework(layers)])
    printed = capsys.readouterr()
    model = keras.saving.load_model("homework.keras")
    assert f"{grade(HOMEWORK, model)}\n" == printed.out
    assert "" == printed.err


@pytest.mark.usefixtures("folder", "progress")
def test_grade_as_json_is_the_grade_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == cli.main(["grade", HOMEWORK, homework(2), "--json"])
    model = keras.saving.load_model("homework.keras")
    assert grade(HOMEWORK, model).to_dict() == json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("folder", "progress")
def test_exercises_lists_what_is_asked_and_where_and_how_far_one_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert 0 == cli.main(["exercises"])
    before = capsys.readouterr().out
    for one in exercises():
        assert f"{one.name} (not tried): {one.title}\n    {one.task}\n" in before
        assert f"page: {one.address}" in before
    assert f"0 of {len(exercises())} passed" in before

    cli.main(["grade", HOMEWORK, homework(2)])
    capsys.readouterr()
    assert 0 == cli.main(["exercises"])
    assert f"{HOMEWORK} (tried): " in capsys.readouterr().out

    cli.main(["grade", HOMEWORK, homework(4)])
    capsys.readouterr()
    assert 0 == cli.main(["exercises"])
    after = capsys.readouterr().out
    assert f"{HOMEWORK} (passed): " in after
    assert f"1 of {len(exercises())} passed" in after


@pytest.mark.usefixtures("folder", "progress")
def test_exercises_as_json_has_the_progress(capsys: pytest.CaptureFixture[str]) -> None:
    assert (None, None) == itemgetter("tried", "passed")(listed(capsys, HOMEWORK))
    cli.main(["grade", HOMEWORK, homework(4)])
    capsys.readouterr()
    one = listed(capsys, HOMEWORK)
    assert None not in itemgetter("tried", "passed")(one)
    assert f"tutorials/headline_popularity.html#ex-{HOMEWORK}" == one["address"]


def test_an_unknown_exercise_is_told_with_those_near(capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == cli.main(["grade", "two-dense-layers", "model.keras"])
    assert f"no exercise 'two-dense-layers': did you mean '{HOMEWORK}'?" in error(capsys)


def test_the_model_to_grade_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == cli.main(["grade", HOMEWORK])
    assert f"which model? layergraph grade {HOMEWORK} MODEL.keras" in error(capsys)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two exercises that no file can be graded for."""
    exercises()  # all that there are, so that only the next two are forgotten again
    monkeypatch.setattr(_registry, "_known", dict(_registry._known))

    @exercise("own-layer", title="A layer", lesson="nowhere", own_process=True)
    def own_layer(model: keras.Model) -> Iterator[Check]:
        """Write a layer."""
        yield Check(True, "Yes.")

    @exercise("two-answers", title="Two answers", lesson="nowhere")
    def two_answers(model: keras.Model, share: float) -> Iterator[Check]:
        """Give two."""
        yield Check(True, "Yes.")


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("more", [[], ["small.keras"]])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "own-layer",
            "as its answer has code of yours, which is not run from a file: "
            'from layergraph.exercises import grade; grade("own-layer", model)',
        ),
        (
            "two-answers",
            "as it asks for something other than one saved model: "
            'from layergraph.exercises import grade; grade("two-answers", model, share)',
        ),
    ],
)
def test_what_no_file_can_be_graded_for_is_graded_in_python(
    capsys: pytest.CaptureFixture[str], name: str, words: str, more: list[str]
) -> None:
    assert 1 == cli.main(["grade", name, *more])
    assert f"the exercise '{name}' is graded in Python, {words}" in error(capsys)


@pytest.mark.usefixtures("folder", "progress")
def test_a_model_with_custom_code_is_graded_in_python(capsys: pytest.CaptureFixture[str]) -> None:
    model(Scale()).save("custom.keras")
    assert 1 == cli.main(["grade", HOMEWORK, "custom.keras"])
    told = error(capsys)
    assert "custom.keras needs custom code, which is not run from a file" in told
    assert f'from layergraph.exercises import grade; grade("{HOMEWORK}", model)' in told
    assert "layergraph.draw" not in told


@pytest.mark.usefixtures("folder")
def test_damaged_progress_is_told_and_left(
    capsys: pytest.CaptureFixture[str], progress: Path
) -> None:
    progress.mkdir()
    damaged = progress / f"{HOMEWORK}.passed.json"
    damaged.write_text("{")
    assert 1 == cli.main(["exercises"])
    captured = capsys.readouterr()
    assert f"{HOMEWORK} (not known): " in captured.out
    (line,) = captured.err.splitlines()
    assert f"{damaged}, which holds progress in the exercise '{HOMEWORK}', is damaged" in line

    assert 0 == cli.main(["grade", HOMEWORK, homework(4)])
    captured = capsys.readouterr()
    assert "passed" in captured.out
    (line,) = captured.err.splitlines()
    assert line.startswith("layergraph: warning: the file ")
    assert "{" == damaged.read_text()


def test_exercises_says_that_progress_is_off(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERGRAPH_PROGRESS", "off")
    assert 0 == cli.main(["exercises"])
    assert "progress is not kept: it is switched off." in capsys.readouterr().out


def test_exercises_needs_no_backend() -> None:
    script = (
        "import sys; sys.modules['keras'] = None;from layergraph.cli import main; sys.exit(main())"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, "exercises"], capture_output=True, text=True
    )
    assert (0, "") == (run.returncode, run.stderr)
    assert HOMEWORK in run.stdout


def test_without_a_backend_the_line_that_installs_one_is_given(saved: Path) -> None:
    script = (
        "import sys; sys.modules['tensorflow'] = None;"
        "from layergraph.cli import main; sys.exit(main())"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, "draw", str(saved)], capture_output=True, text=True
    )
    assert 1 == run.returncode
    assert 'tensorflow is not installed: python -m pip install "layergraph[tensorflow]"' in (
        run.stderr
    )
    assert 1 == len(run.stderr.splitlines())


def two_losses() -> keras.Model:
    """A model with a mistake that is plain from how it is compiled."""
    x = keras.Input((3,), name="x")
    model = keras.Model(x, [layers.Dense(1, name="b")(x), layers.Dense(1, name="a")(x)])
    model.compile("sgd", ["mse", "mse"], loss_weights={"b": 1.0, "a": 0.2})
    return model


@pytest.fixture
def severe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that find what the tests need, in the place of all others."""
    rules()
    monkeypatch.setattr(lint_registry, "_known", {})

    @rule("LG901", "made-up", page="made", needs="graph", severities=("error",))
    def made_up(case: Case, this: Rule) -> Iterator[Finding]:
        """Find an error in two outputs."""
        if len(case.graph.outputs) > 1:
            yield this.finding("error", "Two outputs are too many.", "b", repair="less")

    @rule("LG902", "as-asked", page="made", needs="request", severities=("warning", "hint"))
    def as_asked(case: Case, this: Rule) -> Iterator[Finding]:
        """Tell what was asked for."""
        if case.symmetric or case.behaviour:
            yield this.finding("hint", f"{case.symmetric} {case.behaviour}")
        for part in ("x", "y", "sample_weight"):
            given = getattr(case.data, part, None)
            for name, array in given.named.items() if given else ():
                yield this.finding("hint", f"{part} {given.kind} {name} {array.shape}")


@pytest.mark.usefixtures("folder", "severe")
def test_lint_finds_errors_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    two_losses().save("two.keras")
    assert 1 == cli.main(["lint", "two.keras"])
    assert f"{lint(two_losses())}\n".split(":", 1)[1] == capsys.readouterr().out.split(":", 1)[1]


@pytest.mark.usefixtures("severe")
def test_lint_ends_with_0_without_errors(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == cli.main(["lint", str(saved)])
    assert "small: nothing found\n" == capsys.readouterr().out


@pytest.mark.usefixtures("folder", "severe")
def test_lint_as_json_is_the_report_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    two_losses().save("two.keras")
    assert 1 == cli.main(["lint", "two.keras", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert lint(two_losses()).to_dict()["findings"] == told["findings"]


@pytest.mark.usefixtures("folder", "severe")
def test_lint_ignores_what_it_is_told_to(capsys: pytest.CaptureFixture[str]) -> None:
    two_losses().save("two.keras")
    options = ["--ignore", "LG902", "made-up:b", "--ignore", "LG902:x"]
    assert 0 == cli.main(["lint", "two.keras", *options])
    assert "1 silenced" in capsys.readouterr().out
    assert 1 == cli.main(["lint", "two.keras", "--ignore", "LG1001"])
    assert "there is no rule 'LG1001'" in error(capsys)


def merged() -> keras.Model:
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    return keras.Model([a, b], layers.Dense(1, name="out")(a + b))


@pytest.mark.usefixtures("folder", "severe")
def test_lint_hands_its_options_on(capsys: pytest.CaptureFixture[str]) -> None:
    merged().save("merged.keras")
    assert 0 == cli.main(["lint", "merged.keras", "--symmetric", "a", "b", "--behaviour"])
    assert "('a', 'b') True" in capsys.readouterr().out.replace("['a', 'b']", "('a', 'b')")
    assert 1 == cli.main(["lint", "merged.keras", "--symmetric", "a", "c"])
    assert "its inputs are a, b" in error(capsys)


@pytest.mark.usefixtures("folder", "severe")
def test_lint_takes_data_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    merged().save("merged.keras")
    arrays = {"x/a": np.ones((4, 3)), "x/b": np.ones((4, 3)), "y/out": np.ones((4, 1))}
    np.savez("data.npz", **arrays, **{"sample_weight/out": np.ones(4)})
    assert 0 == cli.main(["lint", "merged.keras", "--data", "data.npz"])
    told = capsys.readouterr().out
    # As fit takes them: a dict of inputs, and a single target without a name.
    for line in ("x dict a (4, 3)", "x dict b (4, 3)", "y array out (4, 1)"):
        assert line in told
    assert "sample_weight array out (4,)" in told


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda: None, "there is no file data.npz"),
        (lambda: Path("data.npz").write_text("no"), "data.npz cannot be read as arrays"),
        (lambda: np.savez("data.npz", x=np.ones(3)), "data.npz has an array 'x'; the model takes"),
        (
            lambda: np.savez("data.npz", **{"x/a": np.array([object()])}),
            "data.npz cannot be read as arrays that numpy.savez has written: Object arrays",
        ),
    ],
)
def test_lint_refuses_a_file_that_holds_no_data_for_the_model(
    capsys: pytest.CaptureFixture[str], write: Callable[[], None], message: str
) -> None:
    merged().save("merged.keras")
    write()
    assert 1 == cli.main(["lint", "merged.keras", "--data", "data.npz"])
    assert message in error(capsys)


@pytest.mark.usefixtures("folder")
def test_lint_of_custom_code_is_done_in_python(capsys: pytest.CaptureFixture[str]) -> None:
    model(Scale()).save("custom.keras")
    assert 1 == cli.main(["lint", "custom.keras"])
    assert "call layergraph.lint(model)" in error(capsys)


def test_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == cli.main(["rules"])
    text = capsys.readouterr().out
    assert 0 == cli.main(["rules", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert [one.code for one in rules()] == [one["code"] for one in listed]
    for one, told in zip(rules(), listed, strict=True):
        assert f"{one.code} {one.name} ({', '.join(one.severities)})\n  {one.summary}" in text
        assert f"page: {one.address}\n" in text + "\n"
        assert (one.name, one.summary, one.address) == (
            told["name"],
            told["summary"],
            told["address"],
        )
