"""Graders of the lesson ``from_sequential``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from layergraph.exercises import Check, check, exercise
from layergraph.experiments import batch, doing, outputs, padding_matters, shaken
from layergraph.graph import read
from layergraph.graph.walks import opened, outputs_of, sources

if TYPE_CHECKING:
    import keras

    from layergraph.graph import LayerGraph, Weight

_SHAPES: dict[str, tuple[int | None, ...]] = {
    "a": (None, 20, 8),
    "b": (None, 16, 4),
    "c": (None, 4),
    "d": (None, 3),
}
_LAYERS = {"a": "Embedding", "b": "Conv1D", "c": "GlobalMaxPooling1D", "d": "Dense"}
_ADVICE = {
    "a": "an Embedding puts a vector of 8 numbers in the place of each of the 20 ids, so the 20 "
    "stays and the 8 comes after it.",
    "b": "a window of 5 words fits at fewer than 20 places, and gives 4 numbers at each of them; "
    "first comes the number of places, then that of the numbers.",
    "c": "the largest value is taken over all places, so their size is gone and the 4 is left.",
    "d": "a Dense layer changes the last size, and no other.",
}


@exercise("shapes-on-paper", title="Shapes on paper", lesson="from_sequential")
def shapes_on_paper(shapes: Mapping[str, Any]) -> Iterator[Check]:
    """Write down the shapes of the four tensors of a small network, the batch included."""
    for name, expected in _SHAPES.items():
        written = shapes.get(name)
        given = _shape(written)
        layer = f"`{name}`, the tensor of the {_LAYERS[name]},"
        if given is None and written not in (None, (), []):
            wrong = (
                f"The shape of {layer} is written as `{written!r}`: write a tuple of whole numbers "
                "and `None`, without quotes, such as `(None, 20)`."
            )
        elif given is None:
            wrong = (
                f"The shape of {layer} is missing: write a tuple, such as `(None, 20)`, under the "
                f'key "{name}".'
            )
        elif given == expected[1:]:
            wrong = (
                f"The shape of {layer} lacks the batch: `{given}` is that of one text, and a "
                "tensor's shape starts with `None`, the number of texts."
            )
        elif given and given[0] is not None:
            wrong = (
                f"The shape of {layer} cannot start with {given[0]}: the first size is that of the "
                "batch, which nobody knows yet, so it is `None`."
            )
        else:
            wrong = f"The shape of {layer} is not `{given}`: {_ADVICE[name]}"
        yield check(given == expected, right=f"`{name}` has the shape `{expected}`.", wrong=wrong)


def _shape(answer: object) -> tuple[int | None, ...] | None:
    """Return an answer as a shape; None if it is none, or is still empty."""
    answer = getattr(answer, "shape", answer)
    if not isinstance(answer, tuple | list) or not answer:
        return None
    sizes = [getattr(size, "item", lambda size=size: size)() for size in answer]
    if any(size is not None and not isinstance(size, int) for size in sizes):
        return None
    return tuple(sizes)


@exercise("from-list-to-graph", title="From the list to the graph", lesson="from_sequential")
def from_list_to_graph(listed: keras.Model, model: keras.Model) -> Iterator[Check]:
    """Write a Sequential network with the functional API, with equal weights of its own."""
    graph, list_graph = read(model), read(listed)
    first = check(
        list_graph.class_name == "Sequential",
        right="The network that you were given is a list of layers.",
        wrong="What you give first is no `Sequential` network: give `listed` first, as it stands "
        "in the cell to start from, and then the model that you wrote.",
    )
    yield first
    if not first:
        return
    functional = check(
        graph.class_name != "Sequential",
        right="The model is made from tensors, not from a list.",
        wrong="The model is a `Sequential` one, so it is still a list of layers: start with "
        "`keras.Input`, call each layer on a tensor, and end with `keras.Model(inputs, outputs)`.",
    )
    yield functional
    if not functional:
        return
    inner = [layer.name for layer in graph.layers if layer.kind == "model"]
    flat = check(
        not inner,
        right="Each layer is called by itself.",
        wrong=f"The model calls a whole model, `{inner[0] if inner else ''}`, as a layer: call "
        "each layer of the network by itself, on the tensor that the one before it returned.",
    )
    yield flat
    if not flat:
        return
    theirs = {id(weight) for weight in listed.weights}
    shared = [weight.path for weight in model.weights if id(weight) in theirs]
    yield check(
        not shared,
        right="It has weights of its own.",
        wrong=f"{len(shared)} of its weights, such as `{shared[0] if shared else ''}`, are those "
        "of `listed`, so training one model changes the other: make new layers, and copy the "
        "weights with `set_weights`.",
    )
    shapes = [weight.shape for weight in _weights(list_graph)]
    own = [weight.shape for weight in _weights(graph)]
    counted = check(
        sorted(shapes) == sorted(own),
        right="It has the same weights, in number and shape, as `listed`.",
        wrong=f"Its weights have the shapes {_told(own)}, and those of `listed` "
        f"{_told(shapes)}: look for a layer that is missing, is there twice, or has another "
        "number of units.",
    )
    yield counted
    if not counted:
        return
    with doing("run both models on a few random texts"):
        ids = list(batch(listed, size=16).values())
        answers = [np.asarray(one(ids[0], training=False)) for one in (listed, model)]
    same = [one.shape for one in answers] == [answers[0].shape] * 2
    gap = np.abs(answers[0] - answers[1]).max() if same else np.inf
    yield check(
        gap < 1e-5,
        right="Both models give the same answers.",
        wrong="The models give different answers for the same ids: copy the weights with "
        "`model.set_weights(listed.get_weights())`, and if that is done, look for an activation "
        "or an option that differs.",
    )


@exercise(
    "second-input-and-output",
    title="A second input, and a second output",
    lesson="from_sequential",
)
def second_input_and_output(model: keras.Model) -> Iterator[Check]:
    """Build a model of words and time with two outputs, the second from the words alone."""
    graph = opened(read(model))
    shapes = [graph.tensor(one.tensor).shape for one in graph.inputs]
    two = check(
        shapes == [(None, 32), (None, 5)],
        right="The model takes 32 ids and five numbers.",
        wrong=f"The model's inputs have the shapes {_told(shapes)}, and should have (None, 32) "
        "for the ids and (None, 5) for the numbers: each is an `Input`, and "
        "`keras.Model([ids, numbers], ...)` names both.",
    )
    yield two
    if not two:
        return
    made = [graph.tensor(one.tensor).shape for one in graph.outputs]
    both = check(
        made == [(None, 1), (None, 1)],
        right="It has two outputs of one number each.",
        wrong=f"The model's outputs have the shapes {_told(made)}; there should be two of the "
        "shape (None, 1): call a `Dense(1)` for each, and name both in "
        "`keras.Model(..., [first, second])`.",
    )
    yield both
    if not both:
        return
    words, numbers = (one.name for one in graph.inputs)
    first, second = graph.outputs
    merged = check(
        set(sources(graph, first.tensor)) == {words, numbers},
        right="The first output depends on both inputs.",
        wrong=f"The first output depends on {_names(sources(graph, first.tensor))} only: merge "
        "the encoded words with the numbers, by `Concatenate` for instance, before the layers of "
        "this output.",
    )
    yield merged
    alone = check(
        second in outputs_of(graph, words),
        right="The second output depends on the words alone.",
        wrong=f"The second output depends on {_names(sources(graph, second.tensor))}: call its "
        "layer on the tensor of the encoded words, before the merge.",
    )
    yield alone
    if not (merged and alone):
        return
    tables = [layer for layer in graph.layers if layer.class_name == "Embedding"]
    yield check(
        len(tables) == 1,
        right="One Embedding serves both outputs.",
        wrong=f"The model has {len(tables)} Embeddings: look up the words once, and use the "
        "tensor for both outputs.",
    )
    random = shaken(model)
    given, others = batch(random, size=16), batch(random, size=16, seed=1)
    time = list(given)[1]
    answers = outputs(random, given)
    after = outputs(random, given | {time: others[time]})
    changed = [not np.array_equal(answers[name], after[name]) for name in answers]
    yield check(
        changed == [True, False],
        right="Other numbers change the first answer and leave the second as it is.",
        wrong="With other numbers in the second input, the answers of the model do not change as "
        "they should: the first one should, and the second should not.",
    )
    yield check(
        all((one >= 0).all() and (one <= 1).all() for one in answers.values()),
        right="Both outputs are between 0 and 1.",
        wrong="An output leaves the range from 0 to 1, so it is no probability: its last layer "
        'needs `activation="sigmoid"`.',
    )
    yield check(
        padding_matters(model, words) < 1e-3,
        right="Padding does not matter: zeros before the words give the same as zeros after.",
        wrong="The answers change when the zeros stand before the words instead of after them: "
        "give the Embedding `mask_zero=True`, and let a layer that knows masks follow it.",
    )


def _weights(graph: LayerGraph) -> list[Weight]:
    """Return each weight of a graph once."""
    found = {weight.number: weight for layer in graph.layers for weight in layer.weights}
    return list(found.values())


def _told(shapes: list[Any]) -> str:
    return ", ".join(map(str, shapes)) or "none"


def _names(inputs: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in inputs) or "no input"
