import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import pytest
from keras import layers

import layergraph
from layergraph import cli
from layergraph.drawing import describe, draw

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


@pytest.mark.parametrize(
    ("name", "make"), [("a.keras", _text), ("b.keras", _zip), ("c.h5", _text), ("d.txt", _text)]
)
def test_what_is_no_keras_file_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, make: object
) -> None:
    make(folder / name)
    assert 1 == cli.main(["describe", name])
    assert f"{name} is not a Keras model file; save the model with" in error(capsys)


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


def test_code_in_a_file_does_not_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model(layers.Lambda(lambda x: x + 1)).save("code.keras")
    assert 1 == cli.main(["draw", "code.keras"])
    assert "code.keras needs custom code, which is not run from a file" in error(capsys)
    assert not (folder / "code.svg").exists()


class Scale(layers.Layer):
    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return inputs * 2


@pytest.mark.usefixtures("folder")
def test_a_missing_class_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    model(Scale()).save("custom.keras")
    assert 1 == cli.main(["draw", "custom.keras"])
    assert "Keras says: Could not locate class 'Scale'" in error(capsys)


@pytest.mark.filterwarnings("ignore:You are saving a model that has not yet been built")
@pytest.mark.usefixtures("folder")
def test_a_model_without_a_graph_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    keras.Sequential([layers.Dense(1)], name="stack").save("stack.keras")
    assert 1 == cli.main(["describe", "stack.keras"])
    assert "the Sequential model 'stack' has not been built" in error(capsys)


def test_an_unknown_suffix_is_told(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == cli.main(["draw", str(saved), "-o", "model.pdf"])
    assert "cannot write 'model.pdf'" in error(capsys)


@pytest.mark.parametrize("depth", ["-1", "all"])
def test_a_depth_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], depth: str) -> None:
    with pytest.raises(SystemExit) as leaving:
        cli.main(["draw", "model.keras", f"--depth={depth}"])
    assert 2 == leaving.value.code
    assert "invalid number of levels value" in capsys.readouterr().err


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
