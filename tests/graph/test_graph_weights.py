"""Weights: which are trained, frozen, or changed by the layer itself."""

import keras
import numpy as np
from keras import layers, ops

from layergraph.graph import (
    Layer,
    read,
)


def test_frozen_weights_are_not_trainable() -> None:
    x = keras.Input((4,), name="x")
    dense = layers.Dense(3, name="dense")
    model = keras.Model(x, dense(x))
    dense.trainable = False
    layer = read(model).layer("dense")
    assert (True, 0, 15) == (
        layer.frozen,
        layer.count_weights(trainable=True),
        layer.count_weights(trainable=False),
    )


def test_a_model_whose_layers_are_frozen_is_frozen() -> None:
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="dense")], name="inner")
    inner.get_layer("dense").trainable = False
    x = keras.Input((4,), name="x")
    each = layers.TimeDistributed(inner, name="each")
    t = keras.Input((2, 4), name="t")
    graph = read(keras.Model([x, t], [inner(x), each(t)]))
    assert (True, True) == (graph.layer("inner").frozen, graph.layer("each").frozen)


def test_a_layer_of_statistics_only_is_not_frozen() -> None:
    x = keras.Input((4,), name="x")
    norm = layers.BatchNormalization(center=False, scale=False, name="norm")
    graph = read(keras.Model(x, norm(x)))
    assert (0, False) == (graph.count_weights(trainable=True), graph.layer("norm").frozen)
    norm.trainable = False
    assert read(keras.Model(x, norm(x))).layer("norm").frozen


def test_batch_statistics_are_counted_apart() -> None:
    x = keras.Input((4,), name="x")
    graph = read(keras.Model(x, layers.BatchNormalization()(x)))
    assert (8, 8) == (graph.count_weights(trainable=True), graph.count_weights(trainable=False))


def read_layer(layer: layers.Layer) -> Layer:
    x = keras.Input(batch_shape=(2, 3, 4), name="x")
    return read(keras.Model(x, layer(x))).layers[0]


def test_what_is_trained_is_what_training_the_whole_model_changes() -> None:
    base = keras.Sequential(
        [keras.Input((3,)), layers.Dense(2, name="first"), layers.Dense(3, name="second")],
        name="base",
    )
    base.trainable = False
    base.get_layer("second").trainable = True
    x = keras.Input((3,), name="x")
    model = keras.Model(x, layers.Dense(1, name="head")(base(x)))
    graph = read(model)
    trained = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    assert trained == graph.count_weights(trainable=True) == 13
    inside = graph.layer("base").graph
    assert [True, False] == [inside.layer(name).frozen for name in ("first", "second")]
    model.trainable = False
    assert 0 == read(model).count_weights(trainable=True)


def test_a_layer_made_frozen_is_frozen() -> None:
    assert read_layer(layers.Dense(2, trainable=False)).frozen


def test_statistics_are_state_and_frozen_weights_are_not() -> None:
    norm = read_layer(layers.BatchNormalization())
    assert {"gamma": False, "beta": False, "moving_mean": True, "moving_variance": True} == {
        weight.name: weight.state for weight in norm.weights
    }
    assert {False} == {w.state for w in read_layer(layers.Dense(2, trainable=False)).weights}


def test_layers_that_carry_something_on_are_stateful() -> None:
    frozen = layers.BatchNormalization(trainable=False)
    still = layers.Normalization()
    still.adapt(np.ones((2, 3, 4)))
    assert [True, True, True, True, False, False, False] == [
        read_layer(layer).stateful
        for layer in (
            layers.LSTM(2, stateful=True),
            layers.Bidirectional(layers.GRU(2, stateful=True)),
            layers.BatchNormalization(),
            layers.SpectralNormalization(layers.Dense(2)),
            layers.LSTM(2),
            frozen,
            still,
        )
    ]
    assert {True} == {weight.state for weight in read_layer(still).weights}


def test_a_model_with_a_stateful_layer_inside_is_stateful() -> None:
    inner = keras.Sequential([keras.Input((4,)), layers.BatchNormalization()], name="inner")
    assert read_layer(layers.TimeDistributed(inner)).stateful
    inner.trainable = False
    assert not read_layer(layers.TimeDistributed(inner)).stateful


def test_a_table_that_no_method_changes_is_no_state() -> None:
    class Table(layers.Layer):
        def build(self, shape: tuple[int, ...]) -> None:
            self.table = self.add_weight(shape=shape[1:], trainable=False)

        def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
            return inputs + self.table

    class Count(Table):
        def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
            self.table.assign_add(ops.ones_like(self.table))
            return inputs + self.table

    table, count = read_layer(Table()), read_layer(Count())
    assert [(False, False), (True, True)] == [
        (layer.stateful, layer.weights[0].state) for layer in (table, count)
    ]
    assert not table.frozen


def test_quantized_weights_are_no_state() -> None:
    dense = layers.Dense(4, name="dense")
    x = keras.Input((4,), name="x")
    model = keras.Model(x, dense(x))
    dense.quantize("int8")
    layer = read(model).layer("dense")
    assert "int8" in {weight.dtype for weight in layer.weights}
    assert ({False}, False) == ({weight.state for weight in layer.weights}, layer.stateful)


def test_the_weights_that_fit_trains_are_those_it_was_made_for() -> None:
    x = keras.Input((4,), name="x")
    hidden = layers.Dense(3, name="hidden")
    model = keras.Model(x, layers.Dense(1, name="y")(hidden(x)))
    model.compile("sgd", "mse")
    assert (None, False) == (read(model).optimized, read(model).stepped)
    model.fit(np.ones((2, 4)), np.ones((2, 1)), verbose=0)
    hidden.trainable = False
    graph = read(model)
    assert ((0, 1, 2, 3), True) == (graph.optimized, graph.stepped)
    assert not graph.layer("hidden").weights[0].trainable
    assert graph.optimized == type(graph).from_dict(graph.to_dict()).optimized
    model.compile("sgd", "mse")
    assert (None, False) == (read(model).optimized, read(model).stepped)


def test_an_eager_step_looks_anew_at_what_is_trainable() -> None:
    x = keras.Input((4,), name="x")
    model = keras.Model(x, layers.Dense(1, name="y")(x))
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(np.ones((2, 4)), np.ones((2, 1)), verbose=0)
    assert ((0, 1), False) == (read(model).optimized, read(model).stepped)
