"""What is silenced is not told: by rule, by layer, in the call and where a layer is made."""

import gc

import keras
import pytest
from keras import layers

from layergraph.graph import read
from layergraph.linting import lint, silence
from layergraph.linting._silence import _silent


def encoder(name: str, *, silent: str = "") -> keras.Model:
    ids = keras.Input((None,), dtype="int32")
    lstm = layers.LSTM(2, name="lstm")
    if silent:
        silence(lstm, silent)
    return keras.Model(ids, lstm(layers.Embedding(9, 2, name="table")(ids)), name=name)


def model(first: keras.Model | None = None) -> keras.Model:
    """An RNN without a mask on its own, and one in each of two nested models."""
    ids = keras.Input((None,), dtype="int32", name="ids")
    own = layers.LSTM(2, name="own")(layers.Embedding(9, 2, name="embedding")(ids))
    parts = [(first or encoder("first"))(ids), encoder("second")(ids), own]
    return keras.Model(ids, layers.Concatenate()(parts))


ALL = {"own", "first/lstm", "second/lstm"}


def told(small: keras.Model, *ignore: str) -> set[str]:
    return {one.layers[0] for one in lint(small, ignore=ignore).of("LG101")}


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ((), ALL),
        (("LG101",), set()),
        (("rnn-without-mask",), set()),
        (("LG101:own",), ALL - {"own"}),
        (("rnn-without-mask:own", "LG101:first/lstm"), {"second/lstm"}),
        (("LG101:first/*",), ALL - {"first/lstm"}),
        (("LG101:*/lstm",), {"own"}),
        (("LG101: own",), ALL - {"own"}),
        (("LG101:lstm",), ALL),
        (("LG101:OWN",), ALL),
        (("LG102",), ALL),
    ],
)
def test_findings_are_ignored_by_rule_and_layer(ignore: tuple[str, ...], left: set[str]) -> None:
    assert left == told(model(), *ignore)


def test_one_entry_needs_no_tuple() -> None:
    assert () == lint(model(), ignore="LG101").of("LG101")


def test_what_is_ignored_is_kept_apart() -> None:
    report = lint(model(), ignore=["LG101:own"])
    assert ["own"] == [one.layers[0] for one in report.silenced]
    assert "1 silenced" in str(report)


def test_what_ignores_nothing_is_told() -> None:
    report = lint(model(), ignore=["LG101:own", "LG101:nowhere"])
    assert ("LG101:nowhere",) == report.unused
    assert "nothing to ignore: LG101:nowhere" in str(report)


def test_an_unknown_rule_is_told_with_those_near() -> None:
    with pytest.raises(ValueError, match="no rule 'rnn-without-masks'; did you mean rnn-without"):
        lint(model(), ignore=["rnn-without-masks"])


def test_a_layer_is_silenced_where_it_is_made() -> None:
    assert ALL - {"first/lstm"} == told(model(encoder("first", silent="LG101")))


def test_a_layer_is_silent_for_its_rule_alone() -> None:
    assert told(model(encoder("first", silent="mask-dropped"))) == ALL


def test_a_nested_model_is_silenced_with_all_in_it() -> None:
    assert ALL - {"first/lstm"} == told(model(silence(encoder("first"), "LG101")))


def test_silences_add_up() -> None:
    layer = silence(silence(layers.Dense(1), "LG101"), "LG102")
    assert {"LG101", "LG102"} == _silent[layer]


def test_what_is_silenced_leaves_no_trace_in_the_model() -> None:
    silent, plain = model(encoder("first", silent="LG101")), model()
    assert read(plain) == read(silent) or len(read(plain).layers) == len(read(silent).layers)
    assert set(vars(plain.layers[1])) == set(vars(silent.layers[1]))


def test_a_silenced_layer_can_be_forgotten() -> None:
    before = len(_silent)
    layer = silence(layers.Dense(1), "LG101")
    assert before + 1 == len(_silent)
    del layer
    gc.collect()
    assert before >= len(_silent)


def test_silence_asks_for_rules_that_there_are() -> None:
    with pytest.raises(TypeError, match="which rule"):
        silence(layers.Dense(1))
    with pytest.raises(ValueError, match="no rule 'LG1001'"):
        silence(layers.Dense(1), "LG1001")
