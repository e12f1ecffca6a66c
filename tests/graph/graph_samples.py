"""Models that several tests of the graph read, and what Keras' own config says of them."""

from typing import Any

import keras
from keras import layers

from layergraph.graph import Argument, Call, Input, Layer, LayerGraph, Output, Tensor


def headline(**compile_options: object) -> keras.Model:
    text = keras.Input((7,), dtype="int32", name="main_input")
    extra = keras.Input((5,), name="aux_input")
    state = layers.LSTM(4, name="lstm")(layers.Embedding(50, 8, name="embedding")(text))
    aux = layers.Dense(1, activation="sigmoid", name="aux_output")(state)
    merged = layers.Concatenate(name="merge")([state, extra])
    main = layers.Dense(1, activation="sigmoid", name="main_output")(merged)
    model = keras.Model([text, extra], [main, aux], name="headline")
    if compile_options:
        model.compile("sgd", **compile_options)
    return model


def encoder_called_twice() -> keras.Model:
    x = keras.Input((6,), name="x")
    encoder = keras.Model(x, layers.Dense(3, name="inner")(x), name="encoder")
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    same = layers.Dot(1, name="same")([encoder(a), encoder(b)])
    return keras.Model([a, b], same, name="pair")


def tiny(**changes: object) -> LayerGraph:
    """A graph made by hand."""
    parts: dict[str, Any] = {
        "name": "tiny",
        "layers": (Layer("dense", "Dense"),),
        "calls": (Call("dense", 0, (Argument("inputs", "x:0#0"),), ("dense:0#0",)),),
        "tensors": (
            Tensor("x:0#0", (None, 3), "float32"),
            Tensor("dense:0#0", (None, 2), "float32", "dense:0"),
        ),
        "inputs": (Input("x", "x:0#0"),),
        "outputs": (Output("dense", "dense:0#0"),),
    }
    return LayerGraph(**(parts | changes))


def calls_in_config(model: keras.Model) -> dict[str, list[str]]:
    """What each call takes, as ``get_config()`` says."""
    return {
        f"{layer['config']['name']}:{number}": history(node)
        for layer in model.get_config()["layers"]
        for number, node in enumerate(layer["inbound_nodes"])
    }


def history(entry: object) -> list[str]:
    """The tensors in an entry of Keras' ``inbound_nodes``, in order, as our ids."""
    if isinstance(entry, dict):
        if entry.get("class_name") == "__keras_tensor__":
            name, call, tensor = entry["config"]["keras_history"]
            return [f"{name}:{call}#{tensor}"]
        return [id for value in entry.values() for id in history(value)]
    if isinstance(entry, list | tuple):
        return [id for value in entry for id in history(value)]
    return []


class Split(layers.Layer):
    """A layer with two outputs."""

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return inputs, -inputs

    def compute_output_shape(self, shape: tuple[int]) -> tuple[tuple[int], tuple[int]]:
        return shape, shape


class Keyed(layers.Layer):
    """A layer that takes tensors by name and in a dict, and gives a dict."""

    def call(
        self,
        x: keras.KerasTensor,
        *,
        extra: dict[str, Any] | None = None,
        scale: float = 1.0,
    ) -> dict[str, keras.KerasTensor]:
        return {"sum": x * scale + extra["p"], "rest": extra["q"][0]}


class Negative(keras.Operation):
    """A bare operation with a name of its own."""

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return -x

    def compute_output_spec(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return keras.KerasTensor(x.shape, x.dtype)


class Subclassed(keras.Model):
    """A model without a graph."""

    def __init__(self, units: int = 2, name: str | None = None) -> None:
        super().__init__(name=name)
        self.dense = layers.Dense(units)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return self.dense(inputs)
