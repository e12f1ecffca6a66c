"""Layers that apply other layers."""

import keras
from keras import layers

from layergraph.graph import (
    Layer,
    read,
)


def test_a_wrapper_tells_what_it_wraps() -> None:
    x = keras.Input((3, 2), name="x")
    y = layers.TimeDistributed(layers.Dense(4), name="each")(x)
    y = layers.Bidirectional(layers.LSTM(2), name="both")(y)
    graph = read(keras.Model(x, y))
    assert ["Dense", "LSTM"] == [layer.wraps[0].class_name for layer in graph.layers]


def test_an_unbuilt_model_in_a_wrapper_is_a_layer() -> None:
    class Aside(layers.Wrapper):
        def build(self, shape: object) -> None:
            self.built = True

        def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
            return inputs

    x = keras.Input((2,), name="x")
    aside = Aside(keras.Sequential([layers.Dense(1)], name="lazy"), name="aside")
    (lazy,) = read(keras.Model(x, aside(x))).layer("aside").wraps
    assert ("lazy", "layer", (), None) == (lazy.name, lazy.kind, lazy.facts, lazy.graph)


def sequence() -> keras.KerasTensor:
    return keras.Input((3, 4), name="x")


def wrapped(layer: layers.Layer) -> Layer:
    x = sequence()
    return read(keras.Model(x, layer(x))).layers[0]


def test_a_wrapped_model_has_its_graph() -> None:
    x = keras.Input((4,), name="one")
    encoder = keras.Model(x, layers.Dense(2, name="dense")(x), name="encoder")
    (inside,) = wrapped(layers.TimeDistributed(encoder)).wraps
    assert ("encoder", ["dense:0"]) == (inside.name, [call.id for call in inside.graph.calls])


def test_a_wrapped_sequential_that_is_built_by_the_call_has_its_graph() -> None:
    (inside,) = wrapped(
        layers.TimeDistributed(keras.Sequential([layers.Dense(2, name="dense")]))
    ).wraps
    assert ["dense:0"] == [call.id for call in inside.graph.calls]


def test_a_bidirectional_layer_tells_the_backward_layer_where_it_is_another() -> None:
    alike = wrapped(layers.Bidirectional(layers.LSTM(2)))
    assert ["LSTM"] == [layer.class_name for layer in alike.wraps]
    other = layers.GRU(2, go_backwards=True)
    unlike = wrapped(layers.Bidirectional(layers.LSTM(2), backward_layer=other))
    assert ["LSTM", "GRU"] == [layer.class_name for layer in unlike.wraps]
    smaller = layers.LSTM(1, go_backwards=True)
    unlike = wrapped(layers.Bidirectional(layers.LSTM(2), backward_layer=smaller))
    assert [2, 1] == [dict(layer.facts)["units"] for layer in unlike.wraps]


def test_a_recurrent_layer_tells_the_cells_it_was_given() -> None:
    rnn = wrapped(layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)]))
    (cells,) = rnn.wraps
    assert ("StackedRNNCells", ["LSTMCell", "GRUCell"]) == (
        cells.class_name,
        [cell.class_name for cell in cells.wraps],
    )
    assert () == wrapped(layers.LSTM(3)).wraps
    both = wrapped(layers.Bidirectional(layers.RNN(layers.LSTMCell(3))))
    assert "LSTMCell" == both.wraps[0].wraps[0].class_name


def test_weights_within_a_wrapper_are_those_of_the_wrapper() -> None:
    layer = wrapped(layers.SpectralNormalization(layers.Dense(2)))
    assert {weight.number for weight in layer.wraps[0].weights} < {
        weight.number for weight in layer.weights
    }


def test_a_pipeline_tells_its_steps() -> None:
    steps = layers.Pipeline([layers.Rescaling(2.0), layers.Reshape((4, 3))])
    assert ["Rescaling", "Reshape"] == [layer.class_name for layer in wrapped(steps).wraps]
