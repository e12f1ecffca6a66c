import ast
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers, ops

import layergraph
from layergraph.graph import Argument, Call, Input, Layer, LayerGraph, Loss, Output, Tensor, read

PACKAGE = Path(layergraph.__file__).parent


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


def calls_in_config(model: keras.Model) -> dict[str, list[str]]:
    return {
        f"{layer['config']['name']}:{number}": history(node)
        for layer in model.get_config()["layers"]
        for number, node in enumerate(layer["inbound_nodes"])
    }


# -- layers, calls, tensors ------------------------------------------------------------


def test_calls_take_the_tensors_that_keras_config_says() -> None:
    model = headline()
    assert calls_in_config(model) == {call.id: list(call.inputs) for call in read(model).calls}


def test_each_call_follows_those_it_depends_on() -> None:
    graph = read(headline())
    known = {end.tensor for end in graph.inputs}
    for call in graph.calls:
        assert set(call.inputs) <= known
        known |= set(call.outputs)


def test_a_layer_tells_its_class_and_what_was_set() -> None:
    layer = read(headline()).layer("main_output")
    assert ("Dense", (("units", 1), ("activation", "sigmoid"))) == (layer.class_name, layer.facts)


def test_tensors_have_shape_and_dtype() -> None:
    tensor = read(headline()).tensor("embedding:0#0")
    assert ((None, 7, 8), "float32") == (tensor.shape, tensor.dtype)


def test_inputs_stand_in_the_order_of_the_model() -> None:
    graph = read(headline())
    assert (
        Input("main_input", "main_input:0#0", (0,)),
        Input("aux_input", "aux_input:0#0", (1,)),
    ) == graph.inputs


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


def test_a_wrapper_tells_what_it_wraps() -> None:
    x = keras.Input((3, 2), name="x")
    y = layers.TimeDistributed(layers.Dense(4), name="each")(x)
    y = layers.Bidirectional(layers.LSTM(2), name="both")(y)
    graph = read(keras.Model(x, y))
    assert ["Dense", "LSTM"] == [layer.wraps[0].class_name for layer in graph.layers]


def test_a_mask_travels_with_the_tensor_it_belongs_to() -> None:
    text = keras.Input((7,), dtype="int32", name="text")
    vectors = layers.Embedding(9, 2, mask_zero=True, name="embedding")(text)
    graph = read(keras.Model(text, layers.LSTM(2, name="lstm")(vectors)))
    mask = next(a.tensor for a in graph.call("lstm:0").arguments if a.name == "mask")
    assert (True, mask) == (
        graph.tensor("embedding:0#0").masked,
        graph.tensor("embedding:0#0").mask,
    )
    assert not graph.tensor("lstm:0#0").masked


# Keras saves a weight through an array interface that NumPy 2 finds old.
@pytest.mark.parametrize("copy", ["built", "cloned", "loaded"])
def test_masks_through_many_sums_are_found_one_by_one(copy: str, tmp_path: Path) -> None:
    text = keras.Input((7,), dtype="int32", name="text")
    x = layers.Embedding(9, 2, mask_zero=True)(text)
    for _ in range(40):  # each sum asks for the masks of two; a path for each choice is too many
        x = layers.Add()([x, layers.Dropout(0.1)(x)])
    built = model = keras.Model(text, layers.LSTM(2, name="lstm")(x))
    if copy == "cloned":
        model = keras.models.clone_model(built)
    elif copy == "loaded":
        built.save(tmp_path / "model.keras")
        model = keras.saving.load_model(tmp_path / "model.keras")
    graph = read(model)
    tensor, mask = graph.call("lstm:0").inputs
    assert mask == graph.tensor(tensor).mask
    assert read(built) == graph


def test_a_mask_that_no_call_of_the_model_makes_has_no_id() -> None:
    text = keras.Input((7,), dtype="int32", name="text")
    vectors = layers.Embedding(9, 2, mask_zero=True, name="embedding")(text)
    graph = read(keras.Model(text, vectors))
    assert (True, None) == (
        graph.tensor("embedding:0#0").masked,
        graph.tensor("embedding:0#0").mask,
    )


# -- sharing ---------------------------------------------------------------------------


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


def test_a_model_cut_out_of_another_is_read() -> None:
    x = keras.Input((4,), name="x")
    middle = layers.Dense(3, name="first")(x)
    end = layers.Dense(2, name="second")(middle)
    keras.Model(x, end)
    graph = read(keras.Model(middle, end))
    assert ["second:0"] == [call.id for call in graph.calls]
    assert [(None, 3)] == [graph.tensor(end.tensor).shape for end in graph.inputs]


# -- nested models ---------------------------------------------------------------------


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


def test_a_deep_model_does_not_exceed_the_recursion_limit() -> None:
    model = keras.Sequential([keras.Input((1,)), *(layers.Activation("relu") for _ in range(300))])
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(250)
    try:
        graph = read(model)
    finally:
        sys.setrecursionlimit(limit)
    assert 300 == len(graph.calls)


# -- weights ---------------------------------------------------------------------------


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


# -- outputs and losses ----------------------------------------------------------------


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


def test_losses_by_name_reach_their_outputs() -> None:
    graph = read(
        headline(
            loss={"aux_output": "mse", "main_output": "binary_crossentropy"},
            loss_weights={"aux_output": 0.2, "main_output": 1.0},
        )
    )
    assert {
        "main_output": (Loss("binary_crossentropy", 1.0),),
        "aux_output": (Loss("mse", 0.2),),
    } == {end.name: end.losses for end in graph.outputs}


def test_a_list_of_losses_with_a_dict_of_weights_is_told_as_keras_applies_it() -> None:
    model = headline(loss=["mse", "mse"], loss_weights={"main_output": 1.0, "aux_output": 0.0})
    ones, zeros = np.ones((4, 1)), np.zeros((4, 1))
    inputs = [np.ones((4, 7), "int32"), np.ones((4, 5))]
    main, aux = model.predict(inputs, verbose=0)
    total = model.evaluate(inputs, [ones, zeros], verbose=0, return_dict=True)["loss"]
    weights = [end.losses[0].weight for end in read(model).outputs]
    errors = [float(np.mean((main - ones) ** 2)), float(np.mean((aux - zeros) ** 2))]
    assert total == pytest.approx(weights[0] * errors[0] + weights[1] * errors[1], rel=1e-5)


def test_an_output_without_a_loss_has_none() -> None:
    graph = read(headline(loss=["mse", None]))
    assert [1, 0] == [len(end.losses) for end in graph.outputs]


def test_losses_that_do_not_fit_are_told_in_the_words_of_keras() -> None:
    graph = read(headline(loss={"main output": "mse", "aux_output": "mse"}))
    assert "main output" in graph.compile_problem
    assert [(), ()] == [end.losses for end in graph.outputs]


def test_reading_leaves_a_compiled_model_as_it_was() -> None:
    model = headline(loss="mse")
    read(model)
    assert not model._compile_loss.built


# -- the graph as a value --------------------------------------------------------------


def test_two_readings_are_equal_and_hash_alike() -> None:
    model = encoder_called_twice()
    assert read(model) == read(model)
    assert hash(read(model)) == hash(read(model))


def test_two_builds_are_equal_after_clear_session() -> None:
    def build() -> LayerGraph:
        keras.utils.clear_session()
        x = keras.Input((3,))
        return read(keras.Model(x, layers.Dense(1)(layers.Dense(2)(x))))

    assert build() == build()


# Keras saves a weight through an array interface that NumPy 2 finds old.
def test_saving_and_loading_keeps_the_graph(tmp_path: Path) -> None:
    text = keras.Input((7,), dtype="int32", name="text")
    vectors = layers.Embedding(9, 2, mask_zero=True)(text)
    model = keras.Model(text, layers.LSTM(2)(layers.Dropout(0.1)(vectors)))
    model.save(tmp_path / "model.keras")
    assert read(model) == read(keras.saving.load_model(tmp_path / "model.keras"))


def test_json_is_plain_and_complete() -> None:
    graph = read(headline(loss="mse"))
    plain = json.loads(graph.to_json())
    assert plain == graph.to_dict()
    assert {"name", "layers", "calls", "tensors", "inputs", "outputs"} <= plain.keys()
    assert [None, 7, 8] == next(t for t in plain["tensors"] if t["id"] == "embedding:0#0")["shape"]


def tiny(**changes: object) -> LayerGraph:
    parts = {
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


def test_a_graph_survives_pickling() -> None:
    graph = read(encoder_called_twice())
    assert graph == pickle.loads(pickle.dumps(graph))


def test_a_graph_made_by_hand_equals_one_that_was_read() -> None:
    x = keras.Input((3,), name="x")
    made = read(keras.Model(x, layers.Dense(2, name="dense")(x), name="tiny"))
    assert tiny(layers=made.layers) == made


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": ()}, "call 'dense:0' names a layer that is not there"),
        ({"layers": (Layer("dense", "A"), Layer("dense", "B"))}, "2 layers are named 'dense'"),
        ({"outputs": (Output("y", "y:0#0"),)}, "output 'y' names a tensor that is not there"),
        ({"inputs": (Input("y", "y:0#0"),)}, "input 'y' names a tensor that is not there"),
        ({"calls": ()}, "tensor 'dense:0#0' names a call that is not there"),
    ],
)
def test_a_graph_with_a_loose_end_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        tiny(**changes)


def test_asking_for_a_layer_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(KeyError, match="no layer 'lstm'; there are dense"):
        tiny().layer("lstm")


# -- what cannot be read ---------------------------------------------------------------


class Subclassed(keras.Model):
    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return inputs


def test_a_subclassed_model_is_refused_with_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"(?s)subclassed.*keras\.Model\(inputs, outputs\)"):
        read(Subclassed())


def test_a_nested_subclassed_model_is_a_layer() -> None:
    x = keras.Input((2,), name="x")
    assert "layer" == read(keras.Model(x, Subclassed(name="inner")(x))).layer("inner").kind


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


def test_an_unbuilt_sequential_model_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"(?s)'stack'.*keras\.Input\(shape\).*model\.build"):
        read(keras.Sequential([layers.Dense(1)], name="stack"))


@pytest.mark.parametrize("value", [None, "model.keras", keras.Model, layers.Dense(1)])
def test_what_is_no_model_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="a Keras model is needed"):
        read(value)


# -- any graph -------------------------------------------------------------------------

STEP = st.tuples(
    st.sampled_from(["new", "shared", "merge", "minus", "twice", "split", "nested", "op"]),
    st.integers(0, 50),
    st.integers(0, 50),
)


@settings(max_examples=60, deadline=None)
@given(
    inputs=st.integers(1, 3), steps=st.lists(STEP, min_size=1, max_size=9), ends=st.integers(1, 3)
)
def test_any_graph_is_read_as_it_was_built(
    inputs: int, steps: list[tuple[str, int, int]], ends: int
) -> None:
    width = 3
    shared = layers.Dense(width, name="shared")
    x = keras.Input((width,), name="nested_in")
    nested = keras.Model(x, layers.Dense(width, name="nested_dense")(x), name="nested")
    ids = {}  # id of each tensor, by the tensor's identity
    tensors, built, made = [], {}, {}

    def call(layer: keras.Operation, argument: object, given: list[keras.KerasTensor]) -> None:
        number = made[layer.name] = made.get(layer.name, -1) + 1
        result = layer(argument)
        results = result if isinstance(result, list | tuple) else [result]
        for position, tensor in enumerate(results):
            ids[id(tensor)] = f"{layer.name}:{number}#{position}"
        tensors.extend(results)
        built[f"{layer.name}:{number}"] = [ids[id(tensor)] for tensor in given]

    for number in range(inputs):
        tensor = keras.Input((width,), name=f"in{number}")
        ids[id(tensor)] = f"in{number}:0#0"
        tensors.append(tensor)
    for kind, i, j in steps:
        a, b = tensors[i % len(tensors)], tensors[j % len(tensors)]
        name = f"{kind}{len(built)}"
        if kind == "new":
            call(layers.Dense(width, name=name), a, [a])
        elif kind == "shared":
            call(shared, a, [a])
        elif kind == "nested":
            call(nested, a, [a])
        elif kind == "merge":
            call(layers.Add(name=name), [a, b], [a, b])
        elif kind == "minus":
            call(layers.Subtract(name=name), [b, a], [b, a])
        elif kind == "twice":
            call(layers.Multiply(name=name), [a, a], [a, a])
        elif kind == "split":
            call(Split(name=name), a, [a])
        else:
            call(Negative(name=name), a, [a])
    outputs = tensors[-ends:]
    model = keras.Model(tensors[:inputs], outputs)
    graph = read(model)

    needed, waiting = set(), [ids[id(tensor)] for tensor in outputs]
    while waiting:
        one = waiting.pop().partition("#")[0]
        if one in built and one not in needed:
            needed.add(one)
            waiting += built[one]
    # Calls of a shared layer that no output needs are not in the model; the others move up.
    numbers = {}
    for one in sorted(needed, key=lambda one: (one.split(":")[0], int(one.split(":")[1]))):
        name = one.split(":")[0]
        numbers[one] = f"{name}:{sum(other.startswith(name + ':') for other in numbers)}"

    def renamed(tensor: str) -> str:
        one, _, position = tensor.partition("#")
        return f"{numbers.get(one, one)}#{position}"

    expected = {numbers[one]: [renamed(tensor) for tensor in built[one]] for one in needed}
    assert expected == {call.id: list(call.inputs) for call in graph.calls}
    assert [renamed(ids[id(tensor)]) for tensor in outputs] == [e.tensor for e in graph.outputs]
    assert calls_in_config(model) == {call.id: list(call.inputs) for call in graph.calls}
    assert model.count_params() == graph.count_weights()


class Split(layers.Layer):
    """A layer with two outputs."""

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return inputs, -inputs

    def compute_output_shape(self, shape: tuple[int]) -> tuple[tuple[int], tuple[int]]:
        return shape, shape


class Negative(keras.Operation):
    """A bare operation with a name of its own."""

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return -x

    def compute_output_spec(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return keras.KerasTensor(x.shape, x.dtype)


# -- the house -------------------------------------------------------------------------


def test_private_names_of_keras_stay_in_the_reader() -> None:
    """No file but the reader's imports from within Keras or uses an underscored name of others."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith("graph/_reading"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [getattr(node, "module", None) or "", *(a.name for a in node.names)]
                private = any((one + ".").startswith("keras.src.") for one in names)
            else:
                private = isinstance(node, ast.Attribute) and is_private(node)
            if private:
                found.append(f"{name}:{node.lineno}: {ast.unparse(node)}")
    assert [] == found


def is_private(node: ast.Attribute) -> bool:
    # Names that end with an underscore too are protocols, such as _repr_html_.
    if not node.attr.startswith("_") or node.attr.endswith("_"):
        return False
    return ast.unparse(node.value) not in ("self", "cls") and ast.unparse(node) != "os._exit"


def test_importing_graph_and_drawing_imports_no_keras() -> None:
    script = (
        "import sys, layergraph.graph, layergraph.drawing, layergraph.cli;"
        "print({'keras', 'tensorflow', 'matplotlib'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert "set()\n" == run.stdout
