"""Graders of the lesson ``inside_the_graph``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from layergraph.exercises import CannotGradeError, Check, check, exercise
from layergraph.experiments import doing, outputs
from layergraph.graph import LayerGraph, read
from layergraph.graph.walks import opened

if TYPE_CHECKING:
    import keras

_IMAGE, _MAPS = (8, 8, 1), (8, 8, 16)


@exercise(
    "watcher", title="See what the eye sees, and what it concludes", lesson="inside_the_graph"
)
def watcher(watcher: keras.Model, classifier: keras.Model) -> Iterator[Check]:
    """Build one model that gives the two convolutions' tensors and the ten probabilities."""
    graph, whole = opened(read(watcher)), opened(read(classifier))
    shapes = [graph.tensor(one.tensor).shape[1:] for one in graph.outputs]
    told = ", ".join(map(str, shapes))
    three = check(
        len(graph.inputs) == 1 and sorted(shapes) == sorted([_MAPS, _MAPS, (10,)]),
        right="The model takes one image and gives two stacks of feature maps and ten "
        "probabilities.",
        wrong=f"The model has {_inputs(graph)} and gives tensors of the shapes {told}: "
        f"it should take one image, and give {_MAPS} twice, for `conv_1` and `conv_2`, and (10,) "
        "for the probabilities. All of them can be had where all parts are called anew.",
    )
    yield three
    if not three:
        return
    if (given := graph.tensor(graph.inputs[0].tensor).shape[1:]) != _IMAGE:
        yield _no_image("watcher", given)
        return
    shared = _only_shared(watcher, classifier)
    yield shared
    if not shared:
        return
    expected = _expected(classifier, whole, _images())
    arrays = list(outputs(watcher, {read(watcher).inputs[0].name: _images()}).values())
    maps = [one for one in arrays if one.ndim == 4]
    (answer,) = (one for one in arrays if one.ndim == 2)
    for name in ("first", "second"):
        yield check(
            any(np.allclose(one, expected[name], atol=1e-4) for one in maps),
            right=f"One output is what the {name} convolution gives.",
            wrong=f"No output is what the {name} convolution gives: take the output of that layer, "
            "found by `eye.get_layer(...)`, not that of the one before or after it.",
        )
    yield check(
        np.allclose(answer, expected["answer"], atol=1e-4),
        right="The probabilities are those of `classifier`.",
        wrong="The probabilities are not those of `classifier`: call its own last two layers, "
        "`embedding` and `digit`, in this order, on what `eye` gives.",
    )


def _only_shared(model: keras.Model, classifier: keras.Model) -> Check:
    ids = {id(one) for one in classifier.weights}
    strange = [one.path for one in model.weights if id(one) not in ids]
    return check(
        model.weights and not strange,
        right="Every weight of it is a weight of `classifier`.",
        wrong=f"`{strange[0]}` is no weight of `classifier`: call the layers that are there, and "
        "make none anew and no copy."
        if strange
        else "The model has no weights, and so nothing of `classifier`.",
    )


def _inputs(graph: LayerGraph) -> str:
    return "1 input" if len(graph.inputs) == 1 else f"{len(graph.inputs)} inputs"


def _no_image(name: str, shape: tuple[int | None, ...]) -> Check:
    return Check(
        False,
        f"`{name}` takes arrays of the shape {shape}: it should take images, {_IMAGE}, as "
        "`classifier` does.",
    )


def _images() -> np.ndarray:
    return np.random.default_rng(0).random((6, 8, 8, 1)).astype("float32")


def _expected(classifier: keras.Model, graph: LayerGraph, images: np.ndarray) -> dict[str, Any]:
    """Run the classifier's first two convolutions, one after the other, and all of it."""
    found = []
    for call in graph.calls:
        if any(len(one.shape) == 4 for one in graph.layer(call.layer).weights):
            layer = classifier
            for part in call.layer.split("/"):
                layer = layer.get_layer(part)
            found.append(layer)
    if len(found) < 2:
        raise CannotGradeError(
            f"`classifier` has {len(found)} convolutions: give the classifier of this lesson, "
            "which has two."
        )
    with doing("run the layers of `classifier` on a few images"):
        first = found[0](images)
        second = found[1](first)
        (answer,) = outputs(classifier, {read(classifier).inputs[0].name: images}).values()
    return {"first": np.asarray(first), "second": np.asarray(second), "answer": answer}


@exercise("even-or-odd", title="Even or odd", lesson="inside_the_graph")
def even_or_odd(
    even: keras.Model, classifier: keras.Model, images: np.ndarray, digits: np.ndarray
) -> Iterator[Check]:
    """Cut the classifier, and train a new head for even and odd on frozen features."""
    graph = opened(read(even))
    shapes = [graph.tensor(one.tensor).shape[1:] for one in graph.outputs]
    one_number = check(
        len(graph.inputs) == 1 and shapes in ([(1,)], [()]),
        right="`even` takes one image and gives one number.",
        wrong=f"`even` has {_inputs(graph)} and gives tensors of the shapes "
        f"{', '.join(map(str, shapes))}: it should take one image, and it should give one number, "
        "the probability of even, by a `Dense(1, activation='sigmoid')`.",
    )
    yield one_number
    if not one_number:
        return
    if (given := graph.tensor(graph.inputs[0].tensor).shape[1:]) != _IMAGE:
        yield _no_image("even", given)
        return
    ids = {id(one) for one in classifier.weights}
    shared = [one for one in even.weights if id(one) in ids]
    new = [one for one in even.weights if id(one) not in ids]
    cut = check(
        shared and sum(len(one.shape) == 4 for one in shared) >= 2,
        right="It looks at the image through the layers of `classifier`.",
        wrong="It does not share the convolutions of `classifier`: cut the classifier itself, and "
        "not a copy of it, by `keras.Model(classifier.input, ...)`.",
    )
    yield cut
    if not cut:
        return
    yield check(
        new and all(len(one.shape) <= 2 for one in new),
        right="It has a head of its own.",
        wrong="Some of its convolutions are new: only the layers after the cut should be."
        if new
        else "It has no layer of its own: a new head, with weights to learn, should stand after "
        "the cut.",
    )
    learning = {id(one) for one in even.trainable_weights}
    warm = [one.path for one in shared if id(one) in learning]
    yield check(
        not warm,
        right="What it shares with `classifier` is frozen.",
        wrong=f"Training `even` would change `{(warm or [''])[0]}`, which is a weight of "
        "`classifier` too: set `trainable = False` on the cut model, before `compile`.",
    )
    targets = digits.argmax(axis=-1) if digits.ndim == 2 and digits.shape[1] == 10 else digits
    targets = targets.reshape(-1)
    if images.shape[1:] != _images().shape[1:] or not len(images) or len(images) != len(targets):
        yield Check(
            False,
            f"The images have shape {images.shape} and the digits {digits.shape}: give `test_x` "
            "and `test_y`, as many of each.",
        )
        return
    if targets.max() <= 1:
        yield Check(
            False,
            "The digits that were given are 0 and 1 only, as if they told what is even: give "
            "`test_y`, the digits from 0 to 9.",
        )
        return
    (first,) = outputs(classifier, {read(classifier).inputs[0].name: images}).values()
    share = float(np.mean(first.argmax(axis=-1) == targets))
    yield check(
        share > 0.9,
        right="`classifier` still names the digits.",
        wrong=f"`classifier` names only {share:.0%} of the digits: its weights have been changed, "
        "as by training `even` without freezing them. Run the page from the top, and freeze first.",
    )
    (answer,) = outputs(even, {read(even).inputs[0].name: images}).values()
    answer = answer.reshape(-1)
    yield check(
        np.all((answer >= 0) & (answer <= 1)),
        right="Its answers are probabilities.",
        wrong=f"Its answers go from {answer.min():.1f} to {answer.max():.1f}, and a probability "
        "lies between 0 and 1: end with a sigmoid.",
    )
    right = float(np.mean((answer > 0.5) == (targets % 2 == 0)))
    advice = (
        "it says odd for even: the target should be 1 for an even digit."
        if right < 0.2
        else "train for more epochs, on more images, and see that the target is 1 for an even "
        "digit and 0 for an odd one."
    )
    yield check(
        right > 0.9,
        right="It is right on more than 90 % of the images.",
        wrong=f"It is right on {right:.0%} of the images, and should be on more than 90 %: "
        f"{advice}",
    )
