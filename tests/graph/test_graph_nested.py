"""Models within models."""

import keras
from graph_samples import (
    encoder_called_twice,
)
from keras import layers, ops

from layergraph.graph import (
    read,
)


def test_a_nested_model_has_a_graph_of_its_own() -> None:
    encoder = read(encoder_called_twice()).layer("encoder")
    assert ("model", "inner") == (encoder.kind, encoder.graph.layers[0].name)


def test_a_nested_model_called_twice_has_two_calls() -> None:
    graph = read(encoder_called_twice())
    assert [("a:0#0",), ("b:0#0",)] == [call.inputs for call in graph.calls_of("encoder")]


def test_a_sequential_model_is_read() -> None:
    model = keras.Sequential(
        [keras.Input((3,), name="x"), layers.Dense(2, name="dense")], name="stack"
    )
    graph = read(model)
    assert ("stack", "Sequential", ["dense:0"]) == (
        graph.name,
        graph.class_name,
        [call.id for call in graph.calls],
    )


def test_a_nested_sequential_model_is_read() -> None:
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")], name="inner")
    x = keras.Input((3,), name="x")
    assert "dense" == read(keras.Model(x, inner(x))).layer("inner").graph.layers[0].name


def test_models_are_read_at_any_depth() -> None:
    x = keras.Input((3,), name="x")
    model = keras.Model(x, layers.Dense(3, name="dense")(x), name="level0")
    for level in range(1, 12):
        x = keras.Input((3,), name=f"x{level}")
        model = keras.Model(x, model(model(x)), name=f"level{level}")
    graph = read(model)
    for level in reversed(range(11)):
        assert [f"level{level}:0", f"level{level}:1"] == [call.id for call in graph.calls]
        graph = graph.layers[0].graph
    assert ["dense:0"] == [call.id for call in graph.calls]


def test_a_sequential_model_that_its_call_builds_is_read() -> None:
    lazy = keras.Sequential([layers.Dense(2, name="dense")], name="lazy")
    x = keras.Input((3,), name="x")
    layer = read(keras.Model(x, lazy(x))).layer("lazy")
    assert ("model", ["dense:0"]) == (layer.kind, [call.id for call in layer.graph.calls])


def test_a_part_of_a_nested_model_shares_its_weights() -> None:
    x = keras.Input((4,), name="x")
    base = keras.Model(x, layers.Dense(2, name="b")(layers.Dense(3, name="a")(x)), name="base")
    part = keras.Model(base.input, base.get_layer("a").output, name="part")
    y = keras.Input((4,), name="y")
    model = keras.Model(y, [part(y), base(y)])
    graph = read(model)
    assert ["a:0"] == [call.id for call in graph.layer("part").graph.calls]
    assert model.count_params() == graph.count_weights()


def test_a_head_on_the_output_of_a_model_stands_beside_its_layers() -> None:
    x = keras.Input((4,), name="x")
    base = keras.Model(x, layers.Dense(3, name="a")(x), name="base")
    base(keras.Input((4,)))
    head = keras.Model(base.input, layers.Dense(1, name="head")(base.output))
    assert [("a:0", "x:0#0"), ("head:0", "a:0#0")] == [
        (call.id, call.inputs[0]) for call in read(head).calls
    ]


def test_a_functional_subclass_is_read_as_the_model_it_is() -> None:
    class Half(keras.Model):
        def __init__(self) -> None:
            x = keras.Input((3,), name="x")
            super().__init__(x, layers.Dense(1, name="dense")(x), name="half")

    assert ("Half", ["dense:0"]) == (
        read(Half()).class_name,
        [call.id for call in read(Half()).calls],
    )
    y = keras.Input((3,), name="y")
    assert "model" == read(keras.Model(y, Half()(y))).layer("half").kind


def test_a_nested_function_of_keras_has_a_graph() -> None:
    x = keras.Input((3,), name="x")
    function = keras.Function(x, ops.add(x, 1.0), name="function")
    y = keras.Input((3,), name="y")
    layer = read(keras.Model(y, function(y))).layer("function")
    assert ("model", 1) == (layer.kind, len(layer.graph.calls))


def test_what_a_call_of_a_nested_model_takes_keeps_keys() -> None:
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    inner = keras.Model([a, b], layers.Subtract(name="minus")([a, b]), name="inner")
    y, z = keras.Input((2,), name="y"), keras.Input((2,), name="z")
    graph = read(keras.Model([y, z], inner({"b": y, "a": z})))
    assert {("b",): "y:0#0", ("a",): "z:0#0"} == {
        argument.path: argument.tensor for argument in graph.call("inner:0").arguments
    }
