"""What each call takes and gives."""

import sys

import keras
import numpy as np
from graph_samples import (
    Keyed,
    calls_in_config,
    headline,
)
from keras import layers, ops

from layergraph.graph import (
    Argument,
    LayerGraph,
    read,
)


def test_calls_take_the_tensors_that_keras_config_says() -> None:
    model = headline()
    assert calls_in_config(model) == {call.id: list(call.inputs) for call in read(model).calls}


def test_each_call_follows_those_it_depends_on() -> None:
    graph = read(headline())
    known = {end.tensor for end in graph.inputs}
    for call in graph.calls:
        assert set(call.inputs) <= known
        known |= set(call.outputs)


def test_tensors_have_shape_and_dtype() -> None:
    tensor = read(headline()).tensor("embedding:0#0")
    assert ((None, 7, 8), "float32") == (tensor.shape, tensor.dtype)


def test_merge_keeps_the_order_of_its_arguments() -> None:
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    graph = read(keras.Model([a, b], layers.Subtract(name="minus")([b, a])))
    assert (
        Argument("inputs", "b:0#0", (0,)),
        Argument("inputs", "a:0#0", (1,)),
    ) == graph.call("minus:0").arguments


def test_a_tensor_given_twice_stands_twice() -> None:
    x = keras.Input((2,), name="x")
    graph = read(keras.Model(x, layers.Multiply(name="square")([x, x])))
    assert ("x:0#0", "x:0#0") == graph.call("square:0").inputs


def test_keyword_arguments_keep_their_names() -> None:
    x, state = keras.Input((3, 2), name="x"), keras.Input((4,), name="state")
    graph = read(keras.Model([x, state], layers.GRU(4, name="gru")(x, initial_state=state)))
    assert (
        Argument("sequences", "x:0#0"),
        Argument("initial_state", "state:0#0", keyword=True),
    ) == graph.call("gru:0").arguments


def test_dict_keys_of_an_argument_are_kept() -> None:
    x = {"p": keras.Input((1,), name="p"), "q": keras.Input((1,), name="q")}
    inner = keras.Model(x, {"sum": layers.Add()([x["p"], x["q"]])}, name="inner")
    a, b = keras.Input((1,), name="a"), keras.Input((1,), name="b")
    graph = read(keras.Model([a, b], inner({"p": b, "q": a})))
    assert {("p",): "b:0#0", ("q",): "a:0#0"} == {
        argument.path: argument.tensor for argument in graph.call("inner:0").arguments
    }


def test_several_outputs_of_one_call_are_numbered() -> None:
    x = keras.Input((3, 2), name="x")
    sequence, h, c = layers.LSTM(4, return_sequences=True, return_state=True, name="lstm")(x)
    graph = read(keras.Model(x, [c, h, sequence]))
    assert ["lstm:0#2", "lstm:0#1", "lstm:0#0"] == [end.tensor for end in graph.outputs]
    assert [(None, 3, 4), (None, 4), (None, 4)] == [
        graph.tensor(tensor).shape for tensor in graph.call("lstm:0").outputs
    ]


def test_an_operation_tells_its_constant() -> None:
    x = keras.Input((2,), name="x")
    graph = read(keras.Model(x, ops.multiply(x, 3)))
    (call,) = graph.calls
    assert ("op", (("x2", 3),)) == (graph.layer(call.layer).kind, call.constants)


def test_tensors_among_star_arguments_have_their_place() -> None:
    a, b = keras.Input((2, 3), name="a"), keras.Input((3, 4), name="b")
    graph = read(keras.Model([a, b], ops.einsum("bij,bjk->bik", a, b)))
    assert (
        Argument("operands", "a:0#0", (0,)),
        Argument("operands", "b:0#0", (1,)),
    ) == graph.calls[0].arguments


def test_a_slice_is_told_as_it_is_written() -> None:
    x = keras.Input((4, 6, 3), name="x")
    graph = read(keras.Model(x, x[:, 1::2, ..., None, 0]))
    assert (("key", (":", "1::2", "...", None, 0)),) == graph.calls[0].constants


def test_numbers_of_numpy_are_told_as_numbers() -> None:
    x = keras.Input((2,), name="x")
    y = layers.Dropout(np.float32(0.25), name="drop")(x) * np.float32(3)
    graph = read(keras.Model(x, y))
    assert (("rate", 0.25),) == graph.layer("drop").facts
    assert (("x2", 3.0),) == graph.calls[1].constants


def test_an_argument_at_its_default_is_no_constant() -> None:
    x = keras.Input((3, 2), name="x")
    assert () == read(keras.Model(x, layers.LSTM(2)(x))).calls[0].constants


def test_training_given_in_a_call_is_told() -> None:
    x = keras.Input((2,), name="x")
    graph = read(keras.Model(x, layers.Dropout(0.5)(x, training=True)))
    assert (("training", True),) == graph.calls[0].constants


def test_a_deep_model_does_not_exceed_the_recursion_limit() -> None:
    model = keras.Sequential([keras.Input((1,)), *(layers.Activation("relu") for _ in range(300))])
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(250)
    try:
        graph = read(model)
    finally:
        sys.setrecursionlimit(limit)
    assert 300 == len(graph.calls)


def test_keyword_and_nested_arguments_have_their_places() -> None:
    a, b, c = (keras.Input((2,), name=name) for name in "abc")
    result = Keyed(name="keyed")(a, extra={"q": [b], "p": c}, scale=2.0)
    call = read(keras.Model([a, b, c], result)).call("keyed:0")
    assert (
        Argument("x", "a:0#0"),
        Argument("extra", "b:0#0", ("q", 0), keyword=True),
        Argument("extra", "c:0#0", ("p",), keyword=True),
    ) == call.arguments
    assert (("scale", 2.0),) == call.constants


def test_an_argument_that_is_none_is_left_out_and_the_others_keep_their_places() -> None:
    class Last(layers.Layer):
        def call(self, inputs: list[keras.KerasTensor | None]) -> keras.KerasTensor:
            return inputs[1]

    x = keras.Input((2,), name="x")
    call = read(keras.Model(x, Last(name="last")([None, x]))).call("last:0")
    assert (Argument("inputs", "x:0#0", (1,)),) == call.arguments
    assert () == call.constants


def test_a_layer_called_on_several_shapes_and_dtypes_tells_each() -> None:
    a, b = keras.Input((2,), name="a"), keras.Input((3, 2), dtype="int32", name="b")
    flat = layers.Flatten(name="flat")
    graph = read(keras.Model([a, b], [flat(a), flat(b)]))
    assert [((None, 2), "float32"), ((None, 6), "int32")] == [
        (graph.tensor(call.outputs[0]).shape, graph.tensor(call.outputs[0]).dtype)
        for call in graph.calls_of("flat")
    ]


def test_states_of_an_encoder_reach_the_decoder_one_by_one() -> None:
    source, target = keras.Input((None, 4), name="source"), keras.Input((None, 5), name="target")
    _, h, c = layers.LSTM(3, return_state=True, name="encoder")(source)
    end = layers.LSTM(3, name="decoder")(target, initial_state=[h, c])
    assert (
        Argument("sequences", "target:0#0"),
        Argument("initial_state", "encoder:0#1", (0,), keyword=True),
        Argument("initial_state", "encoder:0#2", (1,), keyword=True),
    ) == read(keras.Model([source, target], end)).call("decoder:0").arguments


def test_attention_tells_query_value_key_and_both_outputs() -> None:
    q, v = keras.Input((3, 4), name="q"), keras.Input((3, 4), name="v")
    attention = layers.MultiHeadAttention(2, 4, name="attention")
    graph = read(keras.Model([q, v], attention(q, v, key=v, return_attention_scores=True)))
    call = graph.call("attention:0")
    assert [("query", "q:0#0"), ("value", "v:0#0"), ("key", "v:0#0")] == [
        (argument.name, argument.tensor) for argument in call.arguments
    ]
    assert [(None, 3, 4), (None, 2, 3, 3)] == [graph.tensor(id).shape for id in call.outputs]
    assert (("return_attention_scores", True),) == call.constants


def test_outputs_in_a_dict_are_numbered_in_the_order_of_keras() -> None:
    x = keras.Input((2,), name="x")
    result = Keyed(name="keyed")(x, extra={"p": x, "q": [x]})
    graph = read(keras.Model(x, [result["sum"], result["rest"]]))
    assert ["keyed:0#1", "keyed:0#0"] == [end.tensor for end in graph.outputs]


def test_operators_are_operations_with_their_operands_in_order() -> None:
    a, b = keras.Input((2, 2), name="a"), keras.Input((2, 2), name="b")
    graph = read(keras.Model([a, b], (b - a) @ b))
    assert [("Subtract", ("b:0#0", "a:0#0")), ("Matmul", (graph.calls[0].outputs[0], "b:0#0"))] == [
        (graph.layer(call.layer).class_name, call.inputs) for call in graph.calls
    ]


def test_an_operation_of_several_outputs_numbers_them() -> None:
    x = keras.Input((4,), name="x")
    values, places = ops.top_k(x, 2)
    left, right = ops.split(x, 2, axis=1)
    graph = read(keras.Model(x, [places, right, values, left]))
    assert [1, 1, 0, 0] == [graph.tensor(end.tensor).position for end in graph.outputs]
    assert [("int32", (None, 2)), ("float32", (None, 2))] == [
        (graph.tensor(end.tensor).dtype, graph.tensor(end.tensor).shape)
        for end in graph.outputs[:2]
    ]


def test_constants_among_tensors_are_told_with_their_places() -> None:
    x = keras.Input((2,), name="x")
    few, many = np.array([[1.0, 2.0]], "float32"), np.zeros((100, 2), "float32")
    graph = read(keras.Model(x, ops.concatenate([few, x, many], axis=0)))
    assert (Argument("xs", "x:0#0", (1,)),) == graph.calls[0].arguments
    assert (
        ("xs[0]", ((1.0, 2.0),)),
        ("xs[2]", "array of shape (100, 2), float32"),
    ) == graph.calls[0].constants


def test_a_variable_in_an_operation_is_told_by_its_shape() -> None:
    x = keras.Input((2,), name="x")
    graph = read(keras.Model(x, ops.add(x, keras.Variable(np.ones(2, "float32")))))
    assert (("x2", "Variable of shape (2,), float32"),) == graph.calls[0].constants


def test_names_that_look_like_ids_stay_apart() -> None:
    x = keras.Input((2,), name="x:0#0")
    end = layers.Dense(2, name="a")(layers.Dense(2, name="a:0")(layers.Dense(2, name='é "q"')(x)))
    graph = read(keras.Model(x, end))
    assert ['é "q":0', "a:0:0", "a:0"] == [call.id for call in graph.calls]
    assert ["x:0#0:0#0", 'é "q":0#0', "a:0:0#0"] == [call.inputs[0] for call in graph.calls]
    assert graph == LayerGraph.from_json(graph.to_json())


def test_text_goes_in_as_text() -> None:
    x = keras.Input((), dtype="string", name="x")
    ids = layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3, name="ids")(x)
    graph = read(keras.Model(x, ids))
    assert [("string", (None,)), ("int64", (None, 3))] == [
        (tensor.dtype, tensor.shape) for tensor in graph.tensors
    ]


def test_a_policy_of_mixed_precision_shows_in_tensors_and_settings() -> None:
    x = keras.Input((2,), name="x")
    graph = read(keras.Model(x, layers.Dense(1, dtype="mixed_float16", name="half")(x)))
    assert "float16" == graph.tensor("half:0#0").dtype
    assert {"float32"} == {weight.dtype for weight in graph.weights()}
    assert ("dtype", "mixed_float16") in graph.layer("half").facts
