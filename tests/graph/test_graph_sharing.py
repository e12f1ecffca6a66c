"""Layers, models and weights that are used more than once."""

import keras
from graph_samples import (
    encoder_called_twice,
)
from keras import layers, ops

from layergraph.graph import (
    read,
)


def test_a_layer_called_twice_is_one_layer_with_two_calls() -> None:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    dense = layers.Dense(3, name="dense")
    graph = read(keras.Model([a, b], layers.Add(name="sum")([dense(a), dense(b)])))
    assert ["dense", "sum"] == [layer.name for layer in graph.layers]
    assert ["a:0#0", "b:0#0"] == [call.inputs[0] for call in graph.calls_of("dense")]


def test_shared_weights_count_once() -> None:
    model = encoder_called_twice()
    assert model.count_params() == read(model).count_weights() == 21


def test_a_weight_in_two_models_counts_once() -> None:
    x = keras.Input((4,), name="x")
    dense = layers.Dense(4, name="dense")
    inner = keras.Model(x, dense(x), name="inner")
    y = keras.Input((4,), name="y")
    model = keras.Model(y, dense(inner(y)))
    assert model.count_params() == read(model).count_weights() == 20


def test_a_tied_chain_calls_the_layer_on_its_own_output() -> None:
    x = keras.Input((4,), name="x")
    step = layers.Dense(4, name="step")
    graph = read(keras.Model(x, step(step(step(x)))))
    assert ["x:0#0", "step:0#0", "step:1#0"] == [c.inputs[0] for c in graph.calls_of("step")]


def test_calls_made_for_other_models_do_not_appear() -> None:
    x = keras.Input((4,), name="x")
    dense = layers.Dense(4, name="dense")
    other = keras.Model(x, dense(x))
    y = keras.Input((4,), name="y")
    graph = read(keras.Model(y, dense(y)))
    assert ["dense:0"] == [call.id for call in graph.calls]
    assert ("y:0#0",) == graph.call("dense:0").inputs
    assert ("x:0#0",) == read(other).call("dense:0").inputs


def test_two_layers_that_hold_one_variable_count_it_once() -> None:
    class Tied(layers.Layer):
        def __init__(self, embedding: layers.Layer, name: str) -> None:
            super().__init__(name=name)
            self.embedding = embedding

        def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
            return ops.matmul(inputs, ops.transpose(self.embedding.embeddings))

    ids = keras.Input((3,), dtype="int32", name="ids")
    embedding = layers.Embedding(7, 4, name="embedding")
    model = keras.Model(ids, Tied(embedding, name="tied")(embedding(ids)))
    graph = read(model)
    assert model.count_params() == graph.count_weights() == 28
    assert graph.layer("embedding").weights == graph.layer("tied").weights


def test_a_model_reached_on_two_ways_has_one_set_of_weights() -> None:
    x = keras.Input((4,), name="x")
    core = keras.Model(x, layers.Dense(4, name="dense")(x), name="core")

    def around(name: str) -> keras.Model:
        y = keras.Input((4,), name=f"{name}_in")
        return keras.Model(y, core(y), name=name)

    z = keras.Input((4,), name="z")
    both = [around("left")(z), around("right")(z), core(z)]
    model = keras.Model(z, layers.Add(name="sum")(both))
    graph = read(model)
    assert model.count_params() == graph.count_weights() == 20
    cores = [graph.layer(name).graph.layer("core") for name in ("left", "right")]
    assert cores == [graph.layer("core")] * 2
