"""Masks: where one travels, and what each call does with it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import keras
import numpy as np
import pytest
from graph_samples import (
    headline,
    tiny,
)
from keras import layers, ops

from layergraph.graph import (
    MaskUse,
    Tensor,
    read,
)


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


class Spy(layers.Layer):
    """Notes whether a mask comes to it."""

    def __init__(self) -> None:
        super().__init__(name="spy")
        self.supports_masking = True
        self.masked: list[bool] = []

    def call(self, inputs: keras.KerasTensor, mask: object = None) -> keras.KerasTensor:
        self.masked.append(mask is not None)
        return inputs


Step: TypeAlias = Callable[[keras.KerasTensor], keras.KerasTensor]


def model_of(*steps: Step) -> keras.Model:
    x = end = keras.Input((None, 4))
    for step in steps:
        end = step(end)
    return keras.Model(x, end, name="inner")


def unmasked(x: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Conv1D(4, 1)(x)


def states(x: keras.KerasTensor) -> list[keras.KerasTensor]:
    return [layers.GlobalMaxPooling1D()(x)] * 2


def sequences(**options: object) -> layers.LSTM:
    return layers.LSTM(4, return_sequences=True, **options)


# What the last call of each does: r(eceived), u(sed), p(assed on), m(ade).
STEPS: dict[str, tuple[str, Step]] = {
    "a layer that is not made for masks": ("r", unmasked),
    "an operation": ("r", lambda x: x * 2.0),
    "a reshape": ("r", lambda x: layers.Reshape((5, 4))(x)),
    "a dropout": ("rp", lambda x: layers.Dropout(0.1)(x)),
    "a dense layer": ("rp", lambda x: layers.Dense(4)(x)),
    "an RNN": ("rup", lambda x: sequences()(x)),
    "an RNN told to infer": ("rup", lambda x: sequences()(x, training=False)),
    "an RNN that starts from states": ("rp", lambda x: sequences()(x, initial_state=states(x))),
    "an RNN's states": ("rup", lambda x: sequences(return_state=True)(x)[0]),
    "a mask given": ("rup", lambda x: sequences()(unmasked(x), mask=ops.any(x > 0, axis=-1))),
    "both ways": ("rup", lambda x: layers.Bidirectional(sequences())(x)),
    "each step": ("rp", lambda x: layers.TimeDistributed(layers.Dense(4))(x)),
    "attention": ("rup", lambda x: layers.MultiHeadAttention(1, 2)(x, x)),
    "attention to masked values": ("ru", lambda x: layers.MultiHeadAttention(1, 2)(unmasked(x), x)),
    "a sum": ("rp", lambda x: layers.Add()([x, layers.Dense(4)(x)])),
    "a sum with what has none": ("r", lambda x: layers.Add()([x, unmasked(x)])),
    "a concatenation": ("rp", lambda x: layers.Concatenate()([x, unmasked(x)])),
    "a mask in place of another": ("rm", lambda x: layers.Masking(9.0)(x)),
    "a nested model": ("rp", lambda x: model_of(layers.Dense(4))(x)),
    "a nested model with an RNN": ("rup", lambda x: model_of(sequences())(x)),
    "a nested model that drops it": ("r", lambda x: model_of(unmasked)(x)),
    "a nested Sequential": ("rp", lambda x: keras.Sequential([layers.Dropout(0.1)])(x)),
    "a model in a model": ("rp", lambda x: model_of(model_of(layers.Dense(4)))(x)),
    "a layer behind a nested model": ("rp", lambda x: layers.Dense(4)(model_of(layers.ReLU())(x))),
    "an RNN behind a nested model": ("rup", lambda x: sequences()(model_of(layers.ReLU())(x))),
    "a function": ("r", lambda x: layers.Lambda(lambda inputs: inputs * 1.0)(x)),
    "a function of masks": (
        "ru",
        lambda x: layers.Lambda(lambda inputs, mask=None: inputs * 1.0)(x),
    ),
    "a mask given to a nested model": (
        "rup",
        lambda x: model_of(sequences())(unmasked(x), mask=ops.any(x > 0, axis=-1)),
    ),
    "an RNN's end behind a nested model": (
        "ru",
        lambda x: layers.LSTM(4)(model_of(layers.ReLU())(x)),
    ),
    "a product behind a nested model": (
        "r",
        lambda x: layers.Dot((2, 2))([model_of(layers.ReLU())(x), x]),
    ),
    "a sum with what has none behind a nested model": (
        "r",
        lambda x: layers.Add()([model_of(layers.ReLU())(x), unmasked(x)]),
    ),
    "a sum behind a nested model": (
        "rp",
        lambda x: layers.Add()([x, model_of(layers.ReLU())(x)]),
    ),
    "a concatenation behind a nested model": (
        "rp",
        lambda x: layers.Concatenate()([unmasked(x), model_of(layers.ReLU())(x)]),
    ),
}


@pytest.mark.parametrize("case", STEPS)
@pytest.mark.filterwarnings("ignore:Layer .* does not support masking")
@pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")
def test_masks_are_told_as_they_go_when_the_model_runs(case: str) -> None:
    does, step = STEPS[case]
    ids = keras.Input((5,), dtype="int32", name="ids")
    spy = Spy()
    model = keras.Model(ids, spy(step(layers.Embedding(9, 4, mask_zero=True, name="words")(ids))))
    spy.masked.clear()
    model(np.array([[1, 2, 0, 0, 0]]))
    graph = read(model)
    before = graph.tensor(graph.call("spy:0").inputs[0]).call
    expected = MaskUse(*(letter in does for letter in "rupm"))
    assert expected == graph.mask_use(before)
    assert MaskUse(*[expected.passed or expected.made] * 3) == graph.mask_use("spy:0")
    assert spy.masked == [graph.mask_use("spy:0").received]


def test_an_embedding_makes_the_mask() -> None:
    ids = keras.Input((5,), dtype="int32", name="ids")
    graph = read(keras.Model(ids, layers.Embedding(9, 4, mask_zero=True, name="words")(ids)))
    assert MaskUse(made=True) == graph.mask_use("words:0")


def test_a_mask_made_in_a_nested_model_comes_out_of_it() -> None:
    ids = keras.Input((5,), dtype="int32", name="ids")
    words = keras.Sequential(
        [keras.Input((5,), dtype="int32"), layers.Embedding(9, 4, mask_zero=True)], name="words"
    )
    spy = Spy()
    model = keras.Model(ids, spy(words(ids)))
    spy.masked.clear()
    model(np.array([[1, 2, 0, 0, 0]]))
    graph = read(model)
    assert (MaskUse(made=True), [True]) == (graph.mask_use("words:0"), spy.masked)
    assert graph.tensor("words:0#0").masked


@pytest.mark.parametrize("given", ["dict", "list"])
@pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")
def test_a_nested_model_of_two_inputs_keeps_their_masks_apart(given: str) -> None:
    a, b = keras.Input((5, 4), name="a"), keras.Input((5, 4), name="b")
    inputs = {"a": a, "b": b} if given == "dict" else [b, a]
    inner = keras.Model(inputs, {"p": layers.ReLU()(a), "q": layers.ReLU()(b)})
    ids, plain = keras.Input((5,), dtype="int32"), keras.Input((5, 4))
    masked = layers.Embedding(9, 4, mask_zero=True)(ids)
    graph = read(keras.Model([ids, plain], inner({"a": plain, "b": masked})))
    assert [("p", False), ("q", True)] == [
        (end.name, graph.tensor(end.tensor).masked) for end in graph.outputs
    ]


@pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")
def test_a_nested_model_that_uses_a_mask_of_its_own_does_not_use_another() -> None:
    ids, side = keras.Input((5,), dtype="int32"), keras.Input((5, 4))
    words = layers.Embedding(9, 4, mask_zero=True)(ids)
    inner = keras.Model([ids, side], [layers.LSTM(2)(words), unmasked(side)], name="inner")
    ids = keras.Input((5,), dtype="int32")
    graph = read(keras.Model(ids, inner([ids, layers.Embedding(9, 4, mask_zero=True)(ids)])))
    assert MaskUse(received=True) == graph.mask_use("inner:0")


def test_a_graph_without_masks_tells_none() -> None:
    graph = read(headline())
    assert {None} == {call.mask for call in graph.calls}
    assert {MaskUse()} == {graph.mask_use(call.id) for call in graph.calls}


def test_masks_in_a_graph_made_by_hand_are_told_by_its_tensors() -> None:
    graph = tiny(
        tensors=(
            Tensor("x:0#0", (None, 3), "float32", masked=True),
            Tensor("dense:0#0", (None, 2), "float32", "dense:0"),
        )
    )
    assert MaskUse(received=True) == graph.mask_use("dense:0")
    assert graph.mask_use("dense:0").dropped


def test_layers_tell_whether_masks_go_through_them() -> None:
    x = keras.Input((4, 3), name="x")
    y = layers.Conv1D(2, 1, name="conv")(layers.Dense(3, name="dense")(x))
    y = y * 2
    graph = read(keras.Model(x, layers.LSTM(2, name="lstm")(y)))
    told = {layer.class_name: (layer.keeps_masks, layer.takes_mask) for layer in graph.layers}
    assert {
        "Dense": (True, False),
        "Conv1D": (False, False),
        "Multiply": (False, False),
        "LSTM": (True, True),
    } == told
