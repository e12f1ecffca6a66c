"""The linter before a training: it sees what fit was given, and changes nothing in it."""

import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from layergraph import LintOnFit
from layergraph.linting import Finding, LintError, Rule, _registry, rules
from layergraph.linting._case import Case
from layergraph.linting._data import Data
from layergraph.linting._registry import rule

X = np.arange(24, dtype="float32").reshape(8, 3)
Y = np.arange(8, dtype="float32").reshape(8, 1)
W = np.linspace(0, 1, 8)


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """All that the rules are asked to look at."""
    seen: list[Case] = []
    rules()
    monkeypatch.setattr(_registry, "_known", {})

    @rule("LG900", "made-up", page="made", needs="graph", severities=("error", "warning", "hint"))
    def keeps(case: Case, this: Rule) -> Iterator[Finding]:
        """Keep what it sees."""
        seen.append(case)
        yield this.finding("hint", "It was looked at.")

    return seen


def says(severity: str) -> None:
    @rule("LG901", "made-so", page="made", needs="graph", severities=(severity,))
    def speaks(case: Case, this: Rule) -> Iterator[Finding]:
        """Say it."""
        yield this.finding(severity, f"It is {severity}.", repair="x = 1")


def model(*, dropout: float = 0.5) -> keras.Model:
    keras.utils.set_random_seed(0)
    x = keras.Input((3,), name="x")
    h = layers.Dropout(dropout)(layers.Dense(4, name="hidden")(x))
    small = keras.Model(x, layers.Dense(1, name="out")(h))
    small.compile("adam", "mse", metrics=["mae"])
    return small


def fit(*given: object, small: keras.Model | None = None, **options: object) -> LintOnFit:
    watch = LintOnFit()
    options = {"verbose": 0, "callbacks": [watch]} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (small or model()).fit(*given, **options)
    return watch


def data_of(case: Case) -> Data:
    assert case.data is not None
    return case.data


def test_arrays_are_those_of_fit(cases: list[Case]) -> None:
    fit(X, Y, sample_weight=W)
    data = data_of(cases[0])
    assert data.x.arrays[0] is not None
    np.testing.assert_array_equal(X, data.x.named["x"])
    np.testing.assert_array_equal(Y, data.y.named["out"])
    np.testing.assert_array_equal(W, data.sample_weight.named["out"])


def test_the_rows_kept_for_validation_are_not_among_them(cases: list[Case]) -> None:
    fit(X, Y, validation_split=0.25)
    np.testing.assert_array_equal(X[:6], data_of(cases[0]).x.named["x"])
    # Each epoch evaluates, and nothing is linted then.
    assert 1 == len(cases)


def test_the_compile_arguments_count_as_they_are(cases: list[Case]) -> None:
    fit(X, Y)
    assert cases[0].graph.compiled
    assert ["mse"] == [one.name for one in cases[0].graph.outputs[0].losses]
    assert "mse" == cases[0].written["loss"]


def batches() -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices((X, Y))


class Batches(keras.utils.PyDataset):
    """Two batches."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        return X[index * 4 :][:4], Y[index * 4 :][:4]


@pytest.mark.parametrize(
    ("given", "source"),
    [(lambda: batches().shuffle(8).batch(4), "dataset"), (Batches, "pydataset")],
)
def test_datasets_are_seen(cases: list[Case], given: Callable[[], object], source: str) -> None:
    fit(given())
    data = data_of(cases[0])
    assert source == data.source
    assert X[0].tolist() == data.x.named["x"][0].tolist()
    assert ["out"] == list(data.y.named)


def generator() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    while True:
        yield X, Y


def test_a_generator_is_left_alone(cases: list[Case]) -> None:
    fit(generator(), steps_per_epoch=2)
    assert ("generator", None) == (data_of(cases[0]).source, data_of(cases[0]).x)


def test_a_loop_of_one_s_own_is_linted_without_data(cases: list[Case]) -> None:
    small, watch = model(), LintOnFit()
    callbacks = keras.callbacks.CallbackList([watch], model=small)
    callbacks.on_train_begin()
    assert cases[0].data is None
    assert 1 == len(watch.report.hints)


def test_the_data_of_another_model_s_fit_is_not_taken(cases: list[Case]) -> None:
    class Inner(keras.callbacks.Callback):
        def on_train_begin(self, logs: object = None) -> None:
            callbacks = keras.callbacks.CallbackList([LintOnFit()], model=model())
            callbacks.on_train_begin()

    fit(X, Y, callbacks=[Inner()])
    assert cases[0].data is None


def test_a_second_fit_is_linted_again(cases: list[Case]) -> None:
    small, watch = model(), LintOnFit()
    small.fit(X, Y, verbose=0, callbacks=[watch])
    first = watch.report
    small.fit(X[:4], Y[:4], verbose=0, callbacks=[watch])
    assert first is not watch.report
    assert [8, 4] == [data_of(case).x.rows for case in cases]


STREAMS = {
    "arrays": lambda: {"x": X, "y": Y, "sample_weight": W},
    "shuffled dataset": lambda: {"x": batches().shuffle(8, seed=3).batch(2)},
    "mapped at random": lambda: {
        "x": batches().map(lambda x, y: (x + tf.random.uniform(()), y)).shuffle(8, seed=3).batch(2)
    },
    "pydataset": lambda: {"x": Batches()},
    "generator": lambda: {"x": generator(), "steps_per_epoch": 3},
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("stream", STREAMS)
def test_training_goes_as_without_it(stream: str) -> None:
    def weights(*callbacks: keras.callbacks.Callback) -> list[np.ndarray]:
        small = model()
        small.fit(**STREAMS[stream](), epochs=2, verbose=0, callbacks=list(callbacks))
        return small.get_weights()

    for one, other in zip(weights(), weights(LintOnFit(stop_on=None)), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("stop_on", "severity", "stops"),
    [
        ("error", "error", True),
        ("error", "warning", False),
        ("warning", "error", True),
        ("warning", "warning", True),
        ("warning", "hint", False),
        (None, "error", False),
    ],
)
@pytest.mark.usefixtures("cases")
def test_it_stops_on_what_it_is_told_to(stop_on: str | None, severity: str, stops: bool) -> None:
    says(severity)
    small, watch = model(), LintOnFit(stop_on=stop_on)
    before = small.get_weights()
    if not stops:
        small.fit(X, Y, verbose=0, callbacks=[watch])
        assert not np.array_equal(before[0], small.get_weights()[0])
        return
    with pytest.raises(LintError, match=f"It is {severity}.") as stopped:
        small.fit(X, Y, verbose=0, callbacks=[watch])
    assert watch.report is stopped.value.report
    np.testing.assert_array_equal(before[0], small.get_weights()[0])
    # Nothing is left that a training without it would stumble on.
    small.fit(X, Y, verbose=0)


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(
    ("severity", "verbose", "shown"),
    [("warning", False, True), ("hint", False, False), ("hint", True, True)],
)
def test_it_prints_what_is_more_than_a_hint(
    severity: str, verbose: bool, shown: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    says(severity)
    model().fit(X, Y, verbose=0, callbacks=[LintOnFit(verbose=verbose)])
    assert shown == (f"It is {severity}." in capsys.readouterr().out)


@pytest.mark.usefixtures("cases")
def test_what_is_ignored_stops_nothing() -> None:
    says("error")
    watch = LintOnFit(ignore=["made-so"])
    model().fit(X, Y, verbose=0, callbacks=[watch])
    assert 1 == len(watch.report.silenced)


def test_wrong_options_are_told_where_they_stand() -> None:
    with pytest.raises(ValueError, match="stop_on is 'error', 'warning' or None, not 'hint'"):
        LintOnFit(stop_on="hint")
    with pytest.raises(ValueError, match="no rule 'LG1001'"):
        LintOnFit(ignore=["LG1001"])


def test_a_model_that_cannot_be_read_is_trained() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
            return self.dense(inputs)

    small, watch = Own(), LintOnFit()
    small.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="LintOnFit cannot look at this model"):
        small.fit(X, Y, verbose=0, callbacks=[watch])
    assert watch.report is None


def test_on_jax_it_sees_the_same() -> None:
    script = """
import json, sys
import keras, numpy as np
from layergraph import LintOnFit
from layergraph.linting import _lint
_lint.STRICT = True
seen = []
real = _lint.data_of
def data_of(*given, **options):
    seen.append(real(*given, **options))
    return seen[-1]
_lint.data_of = data_of
def trained(*callbacks):
    keras.utils.set_random_seed(0)
    x = keras.Input((3,), name="x")
    model = keras.Model(x, keras.layers.Dense(1, name="out")(keras.layers.Dropout(0.5)(x)))
    model.compile("adam", "mse")
    given = np.arange(24.0).reshape(8, 3), np.ones((8, 1))
    model.fit(*given, epochs=2, validation_split=0.25, verbose=0, callbacks=list(callbacks))
    return model.get_weights()
same = all(map(np.array_equal, trained(), trained(LintOnFit())))
names = [list(seen[0].x.named), list(seen[0].y.named), seen[0].x.rows]
print(json.dumps([keras.backend.backend(), same, names, "tensorflow" in sys.modules]))
"""
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={"KERAS_BACKEND": "jax", "PATH": ""},
    )
    assert 0 == run.returncode, run.stderr
    assert ["jax", True, [["x"], ["out"], 6]] == json.loads(run.stdout)[:3]
