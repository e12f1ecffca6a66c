"""What `describe` says, sentence by sentence."""

import re

import keras
import pytest
from keras import layers, ops

from layergraph.drawing import Description, describe, draw
from layergraph.graph import (
    Argument,
    Call,
    Input,
    Layer,
    LayerGraph,
    Loss,
    Metric,
    Output,
    Tensor,
    Weight,
)


def lines(model: keras.Model | LayerGraph, **options: int) -> list[str]:
    return str(describe(model, **options)).splitlines()


def x(*shape: int, name: str = "x", **options: object) -> keras.KerasTensor:
    return keras.Input(shape or (3,), name=name, **options)


def one(layer: Layer, *, output: Output | None = None, **options: object) -> LayerGraph:
    """A graph of one layer, by hand."""
    made = f"{layer.name}:0#0"
    return LayerGraph(
        name="one",
        layers=(layer,),
        calls=(Call(layer.name, 0, (Argument("inputs", "x:0#0"),), (made,)),),
        tensors=(
            Tensor("x:0#0", (None, 3), "float32"),
            Tensor(made, (None, 4), "float32", f"{layer.name}:0"),
        ),
        inputs=(Input("x", "x:0#0"),),
        outputs=(output or Output(layer.name, made),),
        **options,
    )


def said_of(layer: Layer) -> str:
    """What stands in brackets behind a layer's name."""
    return lines(one(layer))[2].removeprefix(f"Layer {layer.name} (").rpartition(") takes ")[0]


# -- the model ---------------------------------------------------------------------------


def test_a_model_is_told_in_reading_order() -> None:
    a, b = x(name="a"), x(name="b")
    both = layers.Dense(4, name="both")
    merged = layers.Concatenate(name="merge")([both(a), both(b)])
    assert lines(keras.Model([a, b], merged, name="pair")) == [
        "Model pair: 2 inputs in a list, 2 layers, 1 output, 16 weights.",
        "Input a: shape (None, 3), float32.",
        "Input b: shape (None, 3), float32.",
        "Layer both (Dense, units 4, 16 weights, shared by 2 calls), call 1: "
        "takes a, gives (None, 4).",
        "both again, call 2, with the same weights: takes b, gives (None, 4).",
        "Layer merge (Concatenate) takes call 1 of both and call 2 of both, gives (None, 8).",
        "Output merge: from merge, shape (None, 8).",
    ]


def test_a_model_of_another_class_says_so() -> None:
    model = keras.Sequential([x(), layers.Dense(1)], name="stack")
    assert "Model stack (Sequential): 1 input, 1 layer, 1 output, 4 weights." == lines(model)[0]


def test_the_words_of_a_drawing_are_these() -> None:
    graph = one(Layer("dense", "Dense"))
    assert str(describe(graph)) == draw(graph).description


def test_print_gives_the_sentences() -> None:
    described = describe(one(Layer("dense", "Dense")))
    assert isinstance(described, Description)
    assert described.text == str(described)
    assert "Model one" == described.title
    assert "1 input, 1 layer, 1 output, 0 weights" == described.summary


# -- inputs and outputs --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda a, b: (a, [a]), ["1 input", "1 output in a list"]),
        (lambda a, b: ([a], a), ["1 input in a list", "1 output"]),
        (lambda a, b: ([a, b], [b, a]), ["2 inputs in a list", "2 outputs in a list"]),
        (lambda a, b: ({"a": a, "b": b}, {"c": b}), ["2 inputs in a dict", "1 output in a dict"]),
        (lambda a, b: ([a, [b]], {"c": [b]}), ["2 inputs in a nest", "1 output in a nest"]),
    ],
)
def test_the_structure_of_inputs_and_outputs_is_told(build: object, words: list[str]) -> None:
    a, b = x(name="a"), x(name="b")
    first = lines(keras.Model(*build(a, b), name="m"))[0].removesuffix(".").split(", ")
    assert words == [first[0].removeprefix("Model m: "), first[2]]


def test_a_key_is_told_with_each_input_and_output() -> None:
    a = x(name="a")
    told = lines(keras.Model({"a": a}, {"score": layers.Dense(1, name="dense")(a)}))
    assert "Input a: key a, shape (None, 3), float32." == told[1]
    assert "Output score: key score, from dense, shape (None, 1)." == told[-1]


def test_a_place_in_a_nest_is_told_from_the_inside() -> None:
    a, b = x(name="a"), x(name="b")
    told = lines(keras.Model({"text": [a, b]}, a))
    assert "Input b: item 2 of key text, shape (None, 3), float32." == told[2]


def test_losses_come_with_their_weights_and_metrics_with_what_weights_them() -> None:
    losses, metrics = (Loss("mse", 1 / 3),), (Metric("mae"), Metric("auc", weighted=True))
    end = Output("score", "dense:0#0", losses=losses, metrics=metrics)
    told = lines(one(Layer("dense", "Dense"), output=end, compiled=True))[-1]
    assert told.endswith("loss mse, weight 0.3333333333333333, metric mae, weighted metric auc.")


def test_an_output_without_a_loss_says_so_once_compiled() -> None:
    dense = Layer("dense", "Dense")
    assert lines(one(dense, compiled=True))[-1].endswith("shape (None, 4), no loss.")
    assert lines(one(dense))[-1].endswith("shape (None, 4).")


def test_losses_that_do_not_fit_are_told_on_one_line() -> None:
    graph = one(Layer("dense", "Dense"), compiled=True, compile_problem="Expected\n  keys.")
    assert ["The losses or metrics do not fit the outputs: Expected keys."] == lines(graph)[4:]
    assert "no loss" not in lines(graph)[3]


# -- layers --------------------------------------------------------------------------------


def test_settings_stand_behind_the_class() -> None:
    conv = Layer("conv", "Conv2D", facts=(("kernel_size", (3, 3)), ("padding", "same")))
    assert "Conv2D, kernel size (3, 3), padding same" == said_of(conv)


def test_a_setting_of_one_value_keeps_its_comma() -> None:
    assert "LayerNormalization, axis (-1,)" == said_of(
        Layer("norm", "LayerNormalization", facts=(("axis", (-1,)),))
    )


def test_an_object_as_a_setting_is_told_as_code() -> None:
    facts = (("kernel_regularizer", "L1L2(l1=0.0, l2=0.01)"), ("kernel_initializer", "Zeros()"))
    assert said_of(Layer("dense", "Dense", facts=facts)) == (
        "Dense, kernel regularizer L1L2(l1=0.0, l2=0.01), kernel initializer Zeros()"
    )


@pytest.mark.parametrize(
    "text", ["a, b", "3", "None", "two words", "x(y, z", "x)", "f(a)(b)", 'f("a")', "", "a\nb"]
)
def test_a_text_that_could_be_misread_is_quoted(text: str) -> None:
    said = said_of(Layer("layer", "Mine", facts=(("words", text),)))
    assert said.startswith('Mine, words "')
    assert said.endswith('"')
    assert "\n" not in said


def test_of_very_many_values_the_first_are_told() -> None:
    layer = Layer("lookup", "StringLookup", facts=(("vocabulary", ("word",) * 10_000),))
    assert "StringLookup, vocabulary (word, word, word and 9,997 more)" == said_of(layer)


def test_a_class_of_someone_s_own_is_told_with_its_module() -> None:
    assert "my.parts.Scale" == said_of(Layer("scale", "Scale", "my.parts"))
    assert "Dense" == said_of(Layer("dense", "Dense", "keras.src.layers.core.dense"))


KERNEL = (Weight("kernel", (3, 4), "float32", True, 0),)
FIXED = (Weight("kernel", (3, 4), "float32", False, 0),)
STATE = (Weight("mean", (3,), "float32", False, 0, state=True),)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Layer("a", "A", weights=KERNEL), "A, 12 weights"),
        (Layer("a", "A", weights=FIXED, trainable=False), "A, 12 weights, frozen"),
        (Layer("a", "A", weights=STATE), "A, 3 weights, 3 of them not trained"),
        (Layer("a", "A", trainable=False), "A, trainable off"),
        (Layer("a", "A", stateful=True), "A, keeps state between batches"),
    ],
)
def test_what_training_does_to_a_layer_is_told(layer: Layer, words: str) -> None:
    assert words == said_of(layer)


def test_a_model_whose_layers_are_frozen_one_by_one_is_frozen_inside() -> None:
    dense = Layer("dense", "Dense", weights=FIXED, trainable=False)
    nested = Layer("inner", "Functional", kind="model", weights=FIXED, graph=one(dense))
    told = lines(one(nested))
    assert told[2].startswith("Nested model inner (Functional, 12 weights, frozen inside) takes")
    assert told[6].startswith("Layer dense (Dense, 12 weights, frozen) takes")


def test_a_layer_without_weights_has_none_to_share() -> None:
    a, b = x(name="a"), x(name="b")
    drop = layers.Dropout(0.5, name="drop")
    told = lines(keras.Model([a, b], [drop(a), drop(b)]))
    assert "Layer drop (Dropout, rate 0.5, called 2 times), call 1: takes a" in told[3]
    assert "drop again, call 2: takes b, gives (None, 3)." == told[4]


# -- calls ---------------------------------------------------------------------------------


def call_of(name: str, model: keras.Model) -> str:
    """What stands behind the brackets of a layer, or of an operation that Keras has named."""
    pattern = rf"(Layer {name}|Operation {name}(_\d+)?) "
    (told,) = (line for line in lines(model) if re.match(pattern, line))
    return told.rpartition(") takes ")[2]


def test_parameters_are_told_where_there_are_several() -> None:
    a, b = x(4, 3, name="a"), x(4, 3, name="b")
    attention = layers.MultiHeadAttention(1, 2, name="look")
    model = keras.Model([a, b], attention(a, b, key=a))
    assert "a as query and b as value, by keyword a as key, gives (None, 4, 3)." == call_of(
        "look", model
    )


def test_items_of_a_parameter_are_numbered() -> None:
    a, h, c = x(4, 3, name="a"), x(2, name="h"), x(2, name="c")
    model = keras.Model([a, h, c], layers.LSTM(2, name="lstm")(a, initial_state=[h, c]))
    assert call_of("lstm", model) == (
        "a, by keyword h as item 1 of initial_state and c as item 2 of initial_state, "
        "gives (None, 2)."
    )


def test_a_list_is_told_by_the_order_of_the_words() -> None:
    a, b = x(name="a"), x(name="b")
    model = keras.Model([a, b], layers.Subtract(name="less")([b, a]))
    assert "b and a, gives (None, 3)." == call_of("less", model)


def test_a_dict_given_to_a_nested_model_is_told_by_its_keys() -> None:
    a, b = x(name="a"), x(name="b")
    inner = keras.Model({"a": a, "b": b}, layers.Add()([a, b]), name="inner")
    p, q = x(name="p"), x(name="q")
    model = keras.Model([p, q], inner({"a": q, "b": p}))
    told = next(line for line in lines(model) if line.startswith("Nested model inner"))
    assert told.endswith("takes q as key a and p as key b, gives (None, 3).")


def test_constants_are_told_with_the_place_of_the_tensor() -> None:
    a = x(name="a")
    model = keras.Model(a, ops.subtract(1.5, a))
    assert "a as x2, with x1 1.5, gives (None, 3)." == call_of("subtract", model)


def test_a_constant_of_a_layer_is_told() -> None:
    a = x(name="a")
    model = keras.Model(a, layers.Dropout(0.5, name="drop")(a, training=True))
    assert "a, with training True, gives (None, 3)." == call_of("drop", model)


def test_an_index_is_told_as_it_is_written() -> None:
    a = x(4, 3, name="a")
    assert "a as x, with key (..., 1:), gives (None, 4, 2)." == call_of(
        "get_item", keras.Model(a, a[..., 1:])
    )


def test_a_dtype_is_told_where_it_is_not_float32() -> None:
    a = x(name="a")
    assert call_of("cast", keras.Model(a, ops.cast(a, "int32"))).endswith("gives (None, 3) int32.")


def test_it_is_told_which_output_of_which_call_goes_where() -> None:
    a, b = x(4, 3, name="a"), x(4, 3, name="b")
    lstm = layers.LSTM(2, return_state=True, name="lstm")
    lstm(a)
    told = lines(keras.Model([a, b], [lstm(a)[0], lstm(b)[2]]))
    assert "Output lstm: from output 1 of call 1 of lstm, shape (None, 2)." == told[-2]
    assert "Output lstm: from output 3 of call 2 of lstm, shape (None, 2)." == told[-1]


def test_a_mask_is_made_used_passed_on_and_dropped_in_words() -> None:
    ids = x(5, name="ids", dtype="int32")
    vectors = layers.Embedding(9, 2, mask_zero=True, name="embedding")(ids)
    passed = layers.Dropout(0.1, name="drop")(vectors)
    used = layers.LSTM(2, name="lstm")(passed)
    with pytest.warns(UserWarning, match="destroy"):
        dropped = layers.Flatten(name="flat")(passed)
    model = keras.Model(ids, [used, dropped])
    assert "ids, gives (None, 5, 2) with a mask." == call_of("embedding", model)
    assert "embedding passing its mask on, gives (None, 5, 2) with a mask." == call_of(
        "drop", model
    )
    assert "drop with its mask, gives (None, 2)." == call_of("lstm", model)
    assert "drop without its mask, gives (None, 10)." == call_of("flat", model)


# -- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a, b", "left and right", "and", "of", "1", "None", "x (old)", "é ü", ""]
)
def test_a_name_that_could_be_misread_is_quoted(name: str) -> None:
    told = lines(one(Layer(name, "Dense")))
    assert f'Layer "{name}" (Dense) takes x, gives (None, 4).' == told[2]
    assert f'from "{name}"' in told[3]


@pytest.mark.parametrize(
    "name", ["dense_1", "block1/conv", "a.b", "a-b", "größe", "output", "mask"]
)
def test_a_plain_name_stands_as_it_is(name: str) -> None:
    assert lines(one(Layer(name, "Dense")))[2].startswith(f"Layer {name} (Dense) takes x")


@pytest.mark.parametrize("name", ['say "so"', "back\\slash", "two\nlines", "tab\t", "\u2028"])
def test_a_name_with_odd_characters_stays_in_its_line(name: str) -> None:
    assert 4 == len(lines(one(Layer(name, "Dense"))))


# -- wrappers and nested models --------------------------------------------------------------


def test_a_wrapper_says_what_it_wraps_with_its_settings() -> None:
    a = x(4, 3, name="a")
    each = layers.TimeDistributed(layers.Dense(2, name="inner"), name="each")
    told = lines(keras.Model(a, each(a)))
    assert "Layer each (TimeDistributed, 8 weights) takes a, gives (None, 4, 2)." == told[2]
    assert "each wraps inner (Dense, units 2, 8 weights)." == told[3]


def test_wrappers_in_wrappers_say_where_they_are() -> None:
    gru, lstm = Layer("gru", "GRUCell"), Layer("lstm", "LSTMCell")
    cells = Layer("cells", "StackedRNNCells", wraps=(gru, lstm))
    told = lines(one(Layer("rnn", "RNN", wraps=(cells,))))
    assert told[3:6] == [
        "rnn wraps cells (StackedRNNCells).",
        "cells in rnn wraps gru (GRUCell).",
        "cells in rnn also wraps lstm (LSTMCell).",
    ]


def encoder(name: str = "encoder") -> keras.Model:
    ids = x(3, name="ids")
    return keras.Model(ids, layers.Dense(2, name="inside")(ids), name=name)


def test_a_nested_model_is_told_once_for_all_its_calls() -> None:
    inner = encoder()
    a, b = x(name="a"), x(name="b")
    told = lines(keras.Model([a, b], layers.Subtract(name="less")([inner(a), inner(b)])))
    assert told[3] == (
        "Nested model encoder (Functional, 8 weights, shared by 2 calls), call 1: "
        "takes a, gives (None, 2)."
    )
    assert "encoder again, call 2, with the same weights: takes b, gives (None, 2)." == told[4]
    assert told[7:] == [
        "Inside encoder: 1 input, 1 layer, 1 output, 8 weights.",
        "Input ids: shape (None, 3), float32.",
        "Layer inside (Dense, units 2, 8 weights) takes ids, gives (None, 2).",
        "Output inside: from inside, shape (None, 2).",
    ]


def test_a_model_within_a_wrapper_is_told_too() -> None:
    a = x(4, 3, name="a")
    told = lines(keras.Model(a, layers.TimeDistributed(encoder(), name="each")(a)))
    assert "each wraps encoder (nested model Functional, 8 weights)." == told[3]
    assert "Inside encoder in each: 1 input, 1 layer, 1 output, 8 weights." == told[5]


def test_a_nested_model_in_two_places_is_told_once() -> None:
    inner = encoder()
    p = x(name="p")
    outer = keras.Model(p, layers.Dense(1, name="top")(inner(p)), name="outer")
    a = x(name="a")
    told = lines(keras.Model(a, [outer(a), inner(a)]))
    assert 1 == sum(line.startswith("Layer inside ") for line in told)
    assert 1 == sum(line.startswith("Inside encoder:") for line in told)
    assert any(
        line.startswith(
            "Nested model encoder (Functional, 8 weights, "
            "the same model as encoder in the outermost model) takes p"
        )
        for line in told
    )


def test_a_layer_in_two_models_is_told_to_be_the_same() -> None:
    base = encoder()
    deep = keras.Model(base.input, base.output * 2, name="deep")
    a = x(name="a")
    told = lines(keras.Model(a, [base(a), deep(a)]))
    assert any(
        line.startswith("Layer inside (Dense, units 2, 8 weights, the same layer as inside in enc")
        for line in told
    )


def test_a_weight_of_two_layers_is_told() -> None:
    embedding = Layer("embedding", "Embedding", weights=KERNEL)
    more = (*KERNEL, Weight("bias", (4,), "float32", True, 1))
    tied = Layer("tied", "Tied", weights=more)
    graph = LayerGraph(
        name="tie",
        layers=(embedding, tied),
        calls=(
            Call("embedding", 0, (Argument("inputs", "x:0#0"),), ("embedding:0#0",)),
            Call("tied", 0, (Argument("inputs", "embedding:0#0"),), ("tied:0#0",)),
        ),
        tensors=(
            Tensor("x:0#0", (None, 3), "int32"),
            Tensor("embedding:0#0", (None, 3, 4), "float32", "embedding:0"),
            Tensor("tied:0#0", (None, 3, 3), "float32", "tied:0"),
        ),
        inputs=(Input("x", "x:0#0"),),
        outputs=(Output("tied", "tied:0#0"),),
    )
    assert lines(graph)[3].startswith(
        "Layer tied (Tied, 16 weights, shares kernel with embedding in the outermost model) takes"
    )


def test_a_nested_model_s_losses_play_no_part() -> None:
    inner = encoder()
    inner.compile(loss="mse")
    a = x(name="a")
    assert "loss" in str(describe(inner))
    assert "loss" not in str(describe(keras.Model(a, inner(a))))


def deep(levels: int) -> keras.Model:
    model = encoder("level_0")
    for level in range(1, levels):
        a = x(name="a")
        model = keras.Model(a, layers.Dense(3)(model(a)), name=f"level_{level}")
    return model


@pytest.mark.parametrize(("depth", "told"), [(None, 2), (2, 2), (1, 1), (0, 0)])
def test_depth_says_how_many_levels_are_told(depth: int | None, told: int) -> None:
    assert told == sum(line.startswith("Inside ") for line in lines(deep(3), depth=depth))


def test_what_is_not_told_is_counted() -> None:
    told = lines(deep(2), depth=0)
    assert told[2].startswith("Nested model level_0 (Functional, 1 layer inside, 8 weights) takes")


def test_a_depth_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="depth is -1; it must be 0 or more"):
        describe(one(Layer("dense", "Dense")), depth=-1)
