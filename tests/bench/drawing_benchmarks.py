"""Times reading and drawing against Keras' own, with pytest-benchmark; ``drawing.py`` runs it.

Each benchmark tells by ``extra_info`` which model it is of and which way; the ratios are made of
those of one run. Both ways lay out with the same program: Keras calls ``dot``, which here hands
on to the one that layergraph calls.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import pytest
from drawing import GROWTH, SIZES, WAYS
from pytest_benchmark.fixture import BenchmarkFixture
from shapes import SHAPES

import layergraph
from layergraph import models
from layergraph.drawing import _graphviz, to_dot

sys.path.insert(0, str(Path(__file__).parent.parent / "architectures"))
import applications

SOME = ("chain of 50", "headline", "same author", "ResNet50", "EfficientNetB0", "NASNetMobile")
SLOW = 300  # layers, from which on plot_model is run once

DOT = """\
#!/bin/sh
# Stands in for Graphviz' dot. Keras asks for PostScript once, only to see whether dot is there.
for arg do
  shift
  case $arg in -Tps) arg=-Tsvg ;; esac
  set -- "$@" "$arg"
done
exec '{program}' "$@"
"""


def build(name: str) -> keras.Model:
    """A model by the name that the table has; its weights take no memory."""
    keras.utils.clear_session()
    if name in applications.builders():
        return applications.build(name)
    kind, _, size = name.partition(" of ")
    with keras.StatelessScope(initialize_variables=False):
        if kind in SHAPES:
            usual = sys.getrecursionlimit()
            sys.setrecursionlimit(20 * SIZES[-1])  # Keras walks along a chain by recursion
            try:
                return SHAPES[kind](int(size))
            finally:
                sys.setrecursionlimit(usual)
        return {"headline": models.headline_popularity, "same author": models.same_author}[name]()


def names() -> list[str]:
    """The models that both ways draw."""
    every = os.environ.get("LAYERGRAPH_BENCH") == "every"
    return [*SOME[:3], *applications.builders()] if every else list(SOME)


@pytest.fixture(scope="module")
def model(request: pytest.FixtureRequest) -> tuple[str, keras.Model]:
    """A model and its name."""
    return request.param, build(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go, and the program ``dot``."""
    folder = tmp_path_factory.mktemp("drawing")
    dot = folder / "dot"
    dot.write_text(DOT.format(program=_graphviz.program()), encoding="utf-8")
    dot.chmod(0o755)
    return folder


def our_dot(model: keras.Model) -> str:
    return to_dot(layergraph.read(model))


def our_open_dot(model: keras.Model) -> str:
    return to_dot(layergraph.read(model), fold=False)


def keras_dot(model: keras.Model) -> str:
    return str(keras.utils.model_to_dot(model).to_string())


def time(benchmark: BenchmarkFixture, what: Callable[[], object], *, once: bool = False) -> None:
    """Run once to warm up, then five times; or once in all."""
    benchmark.pedantic(what, rounds=1 if once else 5, warmup_rounds=0 if once else 1)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", names(), indirect=True, scope="module")
def test_drawing(
    model: tuple[str, keras.Model],
    way: str,
    folder: Path,
    benchmark: BenchmarkFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, built = model
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    png, svg = folder / "keras.png", folder / "keras.svg"
    ways: dict[str, Callable[[], object]] = {
        "read": lambda: layergraph.read(built),
        "read, DOT": lambda: our_dot(built),
        "model_to_dot": lambda: keras_dot(built),
        "folded SVG": lambda: layergraph.draw(built).save(folder / "ours.svg"),
        "open SVG": lambda: layergraph.draw(built, fold=False).save(folder / "ours.svg"),
        "plot_model": lambda: keras.utils.plot_model(built, to_file=png),
        # As plot_model does it for another suffix, but for what then raises in a notebook.
        "its SVG": lambda: keras.utils.model_to_dot(built).write(str(svg), format="svg"),
    }
    benchmark.extra_info |= {"model": name, "way": way, "layers": len(built.layers)}
    keras_draws = way in ("plot_model", "its SVG")
    time(benchmark, ways[way], once=keras_draws and len(built.layers) > SLOW)
    if keras_draws:
        assert (png if way == "plot_model" else svg).stat().st_size > 0


@pytest.mark.parametrize("way", GROWTH)
@pytest.mark.parametrize(
    "model", [f"{shape} of {size}" for shape in SHAPES for size in SIZES], indirect=True
)
def test_growth(
    model: tuple[str, keras.Model], way: str, folder: Path, benchmark: BenchmarkFixture
) -> None:
    name, built = model
    ways: dict[str, Callable[[], object]] = {
        "read": lambda: layergraph.read(built),
        "read, DOT folded": lambda: our_dot(built),
        "read, DOT open": lambda: our_open_dot(built),
        "folded SVG": lambda: layergraph.draw(built).save(folder / "ours.svg"),
    }
    kind, _, size = name.partition(" of ")
    benchmark.extra_info |= {"growth": kind, "way": way, "size": int(size)}
    time(benchmark, ways[way])
