"""The linter lets each rule look, in order, and survives what odd models do to rules."""

import random
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator

import keras
import numpy as np
import pytest
from keras import layers

import layergraph
from layergraph.linting import Finding, Rule, _lint, _registry, lint, rules
from layergraph.linting._case import Case
from layergraph.linting._registry import rule

Look = Callable[[Case, Rule], Iterator[Finding]]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rule]:
    """Makes rules, beside which there are no others."""
    rules()  # all are loaded now, and none comes later
    monkeypatch.setattr(_registry, "_known", {})
    count = iter(range(900, 1000))

    def make(look: Look, **options: object) -> Rule:
        look.__doc__ = look.__doc__ or "Looks."
        n = next(count)
        options = {"needs": "graph", "severities": ("error", "warning", "hint")} | options
        return rule(f"LG{n}", f"made-{n}", page="made", **options)(look)

    return make


def model() -> keras.Model:
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(3, name="deep")], name="inner")
    x = keras.Input((3,), name="x")
    y = layers.Dense(2, name="last")(inner(layers.Dense(3, name="first")(x)))
    return keras.Model(x, y, name="small")


def test_the_worst_come_first_and_then_the_order_of_the_graph(made: Callable[..., Rule]) -> None:
    def one(case: Case, this: Rule) -> Iterator[Finding]:
        for severity in ("hint", "error", "warning"):
            for name in ("nowhere", "last", "inner/deep", "first", "x"):
                yield this.finding(severity, f"{severity} {name}", name)
            yield this.finding(severity, f"{severity} all")

    made(one)
    told = [finding.sentence for finding in lint(model()).findings]
    places = ("x", "first", "inner/deep", "last", "nowhere", "all")
    assert [f"{s} {p}" for s in ("error", "warning", "hint") for p in places] == told


def broken(case: Case, this: Rule) -> Iterator[Finding]:
    yield this.finding("error", "Half of it.", "first")
    raise LookupError("no such thing")


def whole(case: Case, this: Rule) -> Iterator[Finding]:
    yield this.finding("hint", "Seen.", "first")


def test_a_rule_that_raises_says_nothing_and_the_others_look(
    made: Callable[..., Rule], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_lint, "STRICT", False)
    made(broken)
    made(whole)
    report = lint(model())
    assert ["Seen."] == [one.sentence for one in report.findings]
    assert ("rule LG900 made-900 could not look: LookupError: no such thing",) == report.problems
    assert report.problems[0] in str(report)


def test_in_tests_a_rule_that_raises_fails(made: Callable[..., Rule]) -> None:
    made(broken)
    with pytest.raises(LookupError):
        lint(model())


def test_a_rule_that_needs_more_than_there_is_does_not_look(made: Callable[..., Rule]) -> None:
    made(whole, needs="data")
    made(whole, needs="behaviour")
    assert () == lint(model()).findings
    assert ("LG900",) == tuple(one.code for one in lint(model(), np.ones((4, 3))).findings)
    assert ("LG901",) == tuple(one.code for one in lint(model(), behaviour=True).findings)
    # A graph alone cannot be run.
    assert () == lint(layergraph.read(model()), behaviour=True).findings


def test_rules_see_what_is_given(made: Callable[..., Rule]) -> None:
    def all_of_it(case: Case, this: Rule) -> Iterator[Finding]:
        parts = (case.data.x, case.data.y, case.data.sample_weight)
        yield this.finding("hint", " ".join(str(part.arrays[0][0]) for part in parts))
        yield this.finding("hint", f"{case.symmetric}")

    made(all_of_it)
    a, b = keras.Input((), name="a"), keras.Input((), name="b")
    small = keras.Model([a, b], a + b)
    numbers = np.arange(4)
    report = lint(small, [numbers + 1] * 2, numbers + 2, numbers + 3, symmetric=("a", "b"))
    assert ["1 2 3", "('a', 'b')"] == [one.sentence for one in report.findings]


def test_a_rule_draws_no_number_that_was_another_s_and_warns_nobody(
    made: Callable[..., Rule],
) -> None:
    def chance(case: Case, this: Rule) -> Iterator[Finding]:
        warnings.warn("not for the reader", stacklevel=1)
        yield this.finding("hint", f"{random.random()} {np.random.rand()}")

    made(chance)
    small = model()
    before = random.getstate(), np.random.get_state()[1].tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lint(small)
    assert before == (random.getstate(), np.random.get_state()[1].tolist())


@pytest.mark.parametrize("symmetric", [("x", "y"), ("x", "x"), ("x",)])
def test_symmetric_names_two_inputs(symmetric: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"has to name two inputs.*its inputs are x"):
        lint(model(), symmetric=symmetric)


def test_the_model_stays_as_it_is() -> None:
    small = model()
    small.compile("sgd", "mse")
    weights, config = small.get_weights(), small.get_config()
    lint(small, np.ones((4, 3)), np.ones((4, 2)), behaviour=True)
    assert config == small.get_config()
    for before, after in zip(weights, small.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert 0 == int(small.optimizer.iterations.numpy())


ODD = {
    "no rows": (np.empty((0, 3)), np.empty((0, 2))),
    "no axis": (np.float32(1), np.float32(1)),
    "numbers": ([[1.0, 2.0, 3.0]], [1, 2]),
    "none": ([None], {"last": None}),
    "text": (np.array(["a", "b"]), np.array(["a", "b"], object)),
    "not a number": (np.full((4, 3), np.nan), np.full((4, 2), np.inf)),
    "an object": (object(), object()),
    "nothing": ([], {}),
    "too many": ([np.ones((4, 3))] * 3, [np.ones((4, 2))] * 3),
    "nested": ({"a": [np.ones(4)]}, {"b": {"c": np.ones(4)}}),
    "bool": (np.ones((4, 3), bool), np.ones((4, 2), bool)),
    "complex": (np.ones((4, 3), complex), np.ones((4, 2), complex)),
    "dates": (np.ones((4, 3), "datetime64[s]"), np.ones((4, 2), "timedelta64[s]")),
    "many axes": (np.ones((1,) * 9), np.ones((1,) * 9)),
}


def ids() -> keras.Model:
    x = keras.Input((None,), dtype="int32", name="x")
    h = layers.LSTM(2)(layers.Embedding(9, 2, mask_zero=True)(x))
    outputs = {
        "last": layers.Dense(2, activation="softmax")(h),
        "other": layers.Dense(1, activation="sigmoid")(h),
    }
    return keras.Model(x, outputs)


@pytest.mark.parametrize("given", ODD)
def test_no_rule_raises_on_odd_data(given: str) -> None:
    x, y = ODD[given]
    plain, several = model(), ids()
    plain.compile("sgd", "mse", metrics=["mae"])
    losses = {"last": "sparse_categorical_crossentropy", "other": "binary_crossentropy"}
    several.compile("sgd", losses, metrics={"last": ["accuracy"]})
    for one in (model(), plain, ids(), several):
        assert () == lint(one, x, y, y).problems
        assert () == lint(one, x=x).problems
        assert () == lint(one, y=y).problems


def test_linting_alone_imports_no_keras() -> None:
    script = (
        "import sys, layergraph.linting; layergraph.linting.rules();"
        "print({'keras', 'tensorflow', 'matplotlib', 'rich'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert "set()\n" == run.stdout


def test_the_callback_is_had_from_both_rooms() -> None:
    assert layergraph.LintOnFit is layergraph.linting.LintOnFit
    assert "layergraph.linting" == layergraph.LintOnFit.__module__
    with pytest.raises(AttributeError, match="no attribute 'LintOnFits'"):
        layergraph.linting.LintOnFits  # noqa: B018


def test_the_list_of_rules_is_a_function_before_and_after_it_is_loaded() -> None:
    script = (
        "import layergraph.linting as room; first = room.rules; first();"
        "assert first is room.rules; from layergraph.linting import rules; rules()"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "" == run.stderr


def test_a_finding_yields_to_that_of_its_cause() -> None:
    given = keras.Input((4,))
    one = keras.layers.Dense(1, name="one")(given)
    three = keras.layers.Dense(3, activation="softmax", name="three")(given)
    model = keras.Model(given, {"three": three, "one": one})
    model.compile("sgd", ["categorical_crossentropy", "mse"])
    # By the alphabet: the cross-entropy is that of `one`, which has a single unit.
    swapped = lint(model)

    assert ["LG201"] == [finding.code for finding in swapped.errors]

    model.compile("sgd", {"one": "categorical_crossentropy", "three": "mse"})
    assert ["LG404"] == [finding.code for finding in lint(model).errors]
