"""A repair that can be run does away with what it is for."""

from collections.abc import Callable

import keras
import pytest
from keras import layers

from layergraph.linting import lint


def read_by_an_lstm(change: Callable[[keras.KerasTensor], keras.KerasTensor]) -> keras.Model:
    ids = keras.Input((5,), dtype="int32")
    vectors = layers.Embedding(10, 4, mask_zero=True)(ids)
    return keras.Model(ids, layers.LSTM(3)(change(vectors)))


@pytest.mark.parametrize(
    "change",
    [lambda x: x * 2.0, lambda x: 0.5 * x, lambda x: x + 1.0, lambda x: x - 3.0],
    ids=["times", "times, the other way", "plus", "minus"],
)
def test_arithmetic_with_a_number_becomes_a_layer_that_keeps_the_mask(
    change: Callable[[keras.KerasTensor], keras.KerasTensor],
) -> None:
    (finding,) = lint(read_by_an_lstm(change)).of("mask-dropped")
    repaired = read_by_an_lstm(lambda x: eval(finding.repair, {"layers": layers, "x": x}))

    assert () == lint(repaired).of("mask-dropped")
    given = keras.ops.ones((1, 3))
    layer = eval(finding.repair.removesuffix("(x)"), {"layers": layers})
    assert keras.ops.all(change(given) == layer(given))


def test_a_number_less_a_tensor_has_no_layer() -> None:
    (finding,) = lint(read_by_an_lstm(lambda x: 1.0 - x)).of("mask-dropped")

    assert finding.repair is None
