"""Inputs and outputs, in whatever structure they stand."""

import collections

import keras
import numpy as np
from graph_samples import (
    headline,
)
from keras import layers

from layergraph.graph import (
    Input,
    read,
)


def test_inputs_stand_in_the_order_of_the_model() -> None:
    graph = read(headline())
    assert (
        Input("main_input", "main_input:0#0", (0,)),
        Input("aux_input", "aux_input:0#0", (1,)),
    ) == graph.inputs


def test_outputs_of_a_list_have_the_names_that_keras_gives() -> None:
    model = headline()
    assert model.output_names == [end.name for end in read(model).outputs]


def test_outputs_of_a_dict_have_its_keys() -> None:
    x = keras.Input((2,), name="x")
    model = keras.Model({"x": x}, {"b": layers.Dense(1)(x), "a": layers.Dense(2)(x)})
    graph = read(model)
    assert {"b": (None, 1), "a": (None, 2)} == {
        end.name: graph.tensor(end.tensor).shape for end in graph.outputs
    }
    assert [("x",)] == [end.path for end in graph.inputs]


def test_outputs_in_a_list_within_a_dict_are_named_as_keras_names_their_losses() -> None:
    x = keras.Input((2,), name="x")
    one, two, three = (layers.Dense(1, name=name)(x) for name in ("one", "two", "three"))
    model = keras.Model(x, {"y": [one, two], "z": {"deep": three}})
    model.compile("sgd", loss={"y": ["mse", "mae"], "z": {"deep": "mse"}})
    ones = np.ones((2, 1))
    log = model.evaluate(
        np.ones((2, 2)), {"y": [ones, ones], "z": {"deep": ones}}, verbose=0, return_dict=True
    )
    names = [end.name for end in read(model).outputs]
    assert ["y/one", "y/two", "z/deep"] == names
    assert {"loss", "y/one_loss", "y/two_loss", "z/deep_loss"} == set(log)


def test_a_model_cut_out_of_another_is_read() -> None:
    x = keras.Input((4,), name="x")
    middle = layers.Dense(3, name="first")(x)
    end = layers.Dense(2, name="second")(middle)
    keras.Model(x, end)
    graph = read(keras.Model(middle, end))
    assert ["second:0"] == [call.id for call in graph.calls]
    assert [(None, 3)] == [graph.tensor(end.tensor).shape for end in graph.inputs]


def ends(count: int) -> list[keras.KerasTensor]:
    return [keras.Input((2,), name=name) for name in "abcdef"[:count]]


def test_nested_inputs_and_outputs_keep_their_places() -> None:
    a, b, c = ends(3)
    model = keras.Model(
        {"p": [a, b], "q": {"r": c}}, ([layers.Add(name="sum")([a, b])], {"z": layers.ReLU()(c)})
    )
    graph = read(model)
    assert [("a", ("p", 0)), ("b", ("p", 1)), ("c", ("q", "r"))] == [
        (end.name, end.path) for end in graph.inputs
    ]
    assert [(0, 0), (1, "z")] == [end.path for end in graph.outputs]


def test_a_tuple_of_inputs_and_outputs_is_read_as_a_list_is() -> None:
    a, b = ends(2)
    graph = read(keras.Model((a, b), (b, a)))
    assert [(0,), (1,)] == [end.path for end in graph.inputs]
    assert ["b:0#0", "a:0#0"] == [end.tensor for end in graph.outputs]


def test_named_tuples_are_read_by_position() -> None:
    pair = collections.namedtuple("pair", "u v")
    a, b = ends(2)
    graph = read(keras.Model(pair(a, b), pair(layers.ReLU()(b), a)))
    assert [(0,), (1,)] == [end.path for end in graph.inputs]


def test_keys_that_are_numbers_stay_numbers() -> None:
    (a,) = ends(1)
    graph = read(keras.Model(a, {1: layers.ReLU(name="one")(a), 0: layers.ReLU(name="nought")(a)}))
    assert [("nought", (0,)), ("one", (1,))] == [(end.name, end.path) for end in graph.outputs]


def test_an_input_that_is_an_output_too_is_both() -> None:
    (a,) = ends(1)
    assert ((), "a:0#0") == (read(model := keras.Model(a, a)).calls, read(model).outputs[0].tensor)
    graph = read(keras.Model(a, [a, layers.ReLU(name="relu")(a)]))
    assert ["a:0#0", "relu:0#0"] == [end.tensor for end in graph.outputs]


def test_one_tensor_may_be_two_outputs() -> None:
    (a,) = ends(1)
    same = layers.ReLU(name="relu")(a)
    graph = read(keras.Model(a, {"p": same, "q": same}))
    assert [("p", "relu:0#0"), ("q", "relu:0#0")] == [(e.name, e.tensor) for e in graph.outputs]


def test_one_tensor_may_be_two_inputs() -> None:
    (a,) = ends(1)
    graph = read(keras.Model([a, a], layers.ReLU()(a)))
    assert ["a:0#0", "a:0#0"] == [end.tensor for end in graph.inputs]
    assert 2 == len(graph.tensors)


def test_an_input_that_no_layer_takes_is_there() -> None:
    a, b = ends(2)
    assert ["a", "b"] == [end.name for end in read(keras.Model([a, b], layers.ReLU()(b))).inputs]


def test_an_optional_or_sparse_input_is_told() -> None:
    class Maybe(layers.Layer):
        def call(self, x: object, other: object = None) -> object:
            return x if other is None else x + other

    a = keras.Input((2,), name="a")
    b = keras.Input((2,), name="b", optional=True)
    c = keras.Input((2,), name="c", sparse=True)
    graph = read(keras.Model([a, b, c], [Maybe()(a, b), layers.Dense(1)(c)]))
    assert [(False, False), (True, False), (False, True)] == [
        (end.optional, end.sparse) for end in graph.inputs
    ]


def test_a_model_of_inner_tensors_starts_there() -> None:
    x = keras.Input((4,), name="x")
    middle = layers.Dense(3, name="first")(x)
    end = layers.Add(name="sum")([middle, layers.Dense(3, name="second")(middle)])
    graph = read(keras.Model([x, middle], end))
    assert ["second:0", "sum:0"] == [call.id for call in graph.calls]
    assert [(None, 4), (None, 3)] == [graph.tensor(end.tensor).shape for end in graph.inputs]
