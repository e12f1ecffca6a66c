"""What cannot be read, and what to do about it."""

from pathlib import Path

import keras
import numpy as np
import pytest
from graph_samples import (
    Subclassed,
)
from keras import layers, ops

from layergraph.graph import (
    read,
)


def test_a_subclassed_model_is_refused_with_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"(?s)subclassed.*keras\.Model\(inputs, outputs\)"):
        read(Subclassed())


def test_a_nested_subclassed_model_is_a_layer() -> None:
    x = keras.Input((2,), name="x")
    assert "layer" == read(keras.Model(x, Subclassed(name="inner")(x))).layer("inner").kind


def test_an_unbuilt_sequential_model_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"(?s)'stack'.*keras\.Input\(shape\).*model\.build"):
        read(keras.Sequential([layers.Dense(1)], name="stack"))


X = keras.Input((3,), name="x")


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        (None, r"object of type NoneType: pass what keras\.Model"),
        ("model.keras", r"keras\.saving\.load_model\(path\)"),
        (Path("model.keras"), r"keras\.saving\.load_model\(path\)"),
        (keras.Model, "the class .*: make a model of the class"),
        (Subclassed, "make a model of the class"),
        (layers.Dense(1), r"call the layer.*keras\.Model\(x, layer\(x\)\)"),
        (X, r"ends in the tensor: keras\.Model\(inputs, tensor\)"),
        (keras.Function(X, ops.add(X, 1)), r"keras\.Model\(function\.inputs, function\.outputs\)"),
        (object(), "object of type object"),
    ],
)
def test_what_is_no_model_is_refused_with_what_to_do(value: object, advice: str) -> None:
    with pytest.raises(TypeError, match=f"(?s)a Keras model is needed, not .*{advice}"):
        read(value)


def test_the_advice_for_a_function_holds() -> None:
    function = keras.Function(X, ops.add(X, 1))
    assert 1 == len(read(keras.Model(function.inputs, function.outputs)).calls)


def test_the_advice_for_a_subclassed_model_holds() -> None:
    model = Subclassed(3, name="model")
    with pytest.raises(TypeError, match=r"keras\.Model\(x, model\.call\(x\)\)"):
        read(model)
    x = keras.Input((2,))
    assert ["Dense"] == [layer.class_name for layer in read(keras.Model(x, model.call(x))).layers]


def test_a_sequential_model_of_several_inputs_is_refused_with_what_to_do() -> None:
    model = keras.Sequential([layers.Add()], name="sum")
    model([np.ones((1, 2)), np.ones((1, 2))])
    with pytest.raises(ValueError, match=r"'sum' takes a list or dict.*keras\.Model\("):
        read(model)


def test_a_sequential_model_of_several_inputs_in_another_model_tells_its_layers() -> None:
    class Sum(layers.Layer):
        def call(self, inputs: list[keras.KerasTensor], training: bool = False) -> object:
            return inputs[0] + inputs[1]

    inner = keras.Sequential([Sum(name="sum"), layers.Dropout(0.1, name="drop")], name="inner")
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    layer = read(keras.Model([a, b], inner([a, b]))).layer("inner")
    assert ("layer", ["sum", "drop"]) == (layer.kind, [part.name for part in layer.wraps])
