"""Graders of the lesson ``graphs_of_layers``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from layergraph.exercises import Check, check, exercise
from layergraph.experiments import doing, outputs, shaken
from layergraph.graph import Call, LayerGraph, read
from layergraph.graph.walks import ancestors, opened

if TYPE_CHECKING:
    import keras

_LONG, _SHORT = "3 by 3", "1 by 1"
# What may stand between two convolutions and bends nothing.
_LINEAR = {
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dropout",
    "Identity",
    "SpatialDropout2D",
    "ZeroPadding2D",
}


@exercise(
    "residual-halves", title="A residual block that halves the image", lesson="graphs_of_layers"
)
def residual_halves(model: keras.Model) -> Iterator[Check]:
    """Build one residual block that takes (8, 8, 16) and gives (4, 4, 32).

    Two convolutions of 3 by 3 with a relu between them stand on the long way, a projection of
    1 by 1 on the short way, and the output is the sum of both.
    """
    graph = opened(read(model))
    yield (ends := _shapes(graph))
    if not ends:
        return
    summed = graph.tensor(graph.outputs[0].tensor).call
    last = graph.call(summed) if summed else None
    kind = graph.layer(last.layer).class_name if last else "input"
    count = len(last.inputs) if last else 0
    is_sum = check(
        last is not None and kind == "Add" and count == 2,
        right="The output is a sum of two tensors.",
        wrong=f"The output is a sum of {count} tensors: it should be one of two, what the short "
        "way gives and what the long way gives."
        if kind == "Add"
        else f"The output is made by a layer of the class `{kind}`, and not by a sum of two "
        "tensors: let `layers.add([shortcut, change])` be the last step.",
    )
    yield is_sum
    if last is None or not is_sum:
        return
    ways = [ancestors(graph, one) for one in last.inputs]
    common = sorted({graph.call(one).layer for one in ways[0] & ways[1]})
    apart = check(
        not common and ways[0] and ways[1],
        right="Both ways begin at the input and share no layer.",
        wrong=f"Both ways go through {_listed(common)}: the short way must leave at the input, "
        "and pass by all layers of the long way."
        if common
        else "One way has no layer at all, so its shape is that of the input.",
    )
    yield apart
    if not apart:
        return
    short, long = sorted((_convolutions(graph, way) for way in ways), key=len)
    # Which way is the long one is told by the windows where both have as many layers.
    if len(short) == len(long) and short[0:1] > long[0:1]:
        short, long = long, short
    yield check(
        short == [(1, 1)],
        right=f"The short way has one projection, a convolution of {_SHORT}.",
        wrong=f"The short way has {_windows(short)}: it should have one convolution with a window "
        f"of {_SHORT}, which changes the channels and looks at no neighbours.",
    )
    yield check(
        long == [(3, 3), (3, 3)],
        right=f"The long way has two convolutions of {_LONG}.",
        wrong=f"The long way has {_windows(long)}: it should have two convolutions with windows "
        f"of {_LONG}.",
    )
    if short != [(1, 1)] or long != [(3, 3), (3, 3)]:
        return
    first = 0 if _convolutions(graph, ways[0]) == short else 1
    for way, name, straight in (
        (ways[first], "short", True),
        (ways[1 - first], "long", False),
    ):
        bend = _bend(model, graph, silent=ways[1 - first] if straight else ways[first])
        yield check(
            bend is not None,
            right=f"The {name} way reaches the output.",
            wrong=f"Nothing comes over the {name} way: with random weights on it, and zeros on the "
            "other one, the output is the same for all images.",
        )
        if bend is None:
            continue
        acts = [graph.call(one).layer for one in way if _bends(graph, graph.call(one))]
        if straight:
            yield check(
                bend < 1e-3,
                right="The projection has no activation: it only multiplies and adds.",
                wrong=f"The short way does more than multiply and add, by {_listed(sorted(acts))}: "
                "leave out what is no projection, so that the sum gets what was there before, and "
                "halve the image with `strides=2`.",
            )
        else:
            yield check(
                bend > 1e-3 and _bends_between(graph, way),
                right="There is an activation between the two convolutions of the long way.",
                wrong="The activation of the long way does not stand between its two convolutions, "
                "where it is needed. Give the first one `activation='relu'`."
                if bend > 1e-3
                else "The long way is linear: two convolutions without an activation between "
                "them can do no more than one. Give the first one `activation='relu'`.",
            )


def _shapes(graph: LayerGraph) -> Check:
    given = [graph.tensor(one.tensor).shape[1:] for one in graph.inputs]
    made = [graph.tensor(one.tensor).shape[1:] for one in graph.outputs]
    right = given == [(8, 8, 16)] and made == [(4, 4, 32)]
    told = f"{' and '.join(map(str, given))} to {' and '.join(map(str, made))}"
    return check(
        right,
        right="The model goes from (8, 8, 16) to (4, 4, 32).",
        wrong=f"The model goes from {told}, not from (8, 8, 16) to (4, 4, 32): 32 filters make 32 "
        "channels, and `strides=2` halves height and width.",
    )


def _bends_between(graph: LayerGraph, way: frozenset[str]) -> bool:
    """Whether something bends from the first of two convolutions on, before the second one."""
    first, second = (
        call
        for call in graph.calls
        if call.id in way and any(len(one.shape) == 4 for one in graph.layer(call.layer).weights)
    )
    between = ancestors(graph, second.inputs[0]) - ancestors(graph, first.inputs[0])
    return any(
        _bends(graph, call) or graph.layer(call.layer).class_name not in _LINEAR
        for call in map(graph.call, between)
    )


def _convolutions(graph: LayerGraph, way: frozenset[str]) -> list[tuple[int, ...]]:
    """The windows of the layers with a window on a way, in order."""
    return [
        weight.shape[:2]
        for call in graph.calls
        if call.id in way
        for weight in graph.layer(call.layer).weights
        if len(weight.shape) == 4
    ]


def _windows(windows: list[tuple[int, ...]]) -> str:
    told = [" by ".join(map(str, one)) for one in windows]
    if not told:
        return "no convolution"
    count = "one convolution" if len(told) == 1 else f"{len(told)} convolutions"
    return f"{count} of {' and '.join(told)}"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "a layer on it"


def _bends(graph: LayerGraph, call: Call) -> bool:
    facts = dict(graph.layer(call.layer).facts)
    kinds = "Activation", "LeakyReLU", "MaxPooling2D", "ReLU", "Relu"
    return "activation" in facts or graph.layer(call.layer).class_name in kinds


def _bend(model: keras.Model, graph: LayerGraph, silent: frozenset[str]) -> float | None:
    """How far a copy, zeros on one way, is from linear; None if its output never changes."""
    copy = shaken(model)
    for name in {graph.call(one).layer for one in silent}:
        if not graph.layer(name).weights:
            continue
        for variable in _layer(copy, name).weights:
            variable.assign(np.zeros(variable.shape))
    (name,) = (one.name for one in read(copy).inputs)  # an input without a name has a new one
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 4, 8, 8, 16)).astype("float32")

    def run(images: np.ndarray) -> np.ndarray:
        (answer,) = outputs(copy, {name: images}).values()
        return answer

    nothing = run(0 * first)
    size = float(np.abs(run(first) - nothing).max())
    if size < 1e-6:
        return None
    bent = run(first) + run(second) - run(first + second) - nothing
    return float(np.abs(bent).max()) / size


def _layer(model: keras.Model, name: str) -> keras.Layer:
    """Find the layer that an opened graph calls ``outer/inner``."""
    for part in name.split("/"):
        model = model.get_layer(part)
    return model


@exercise("two-ends", title="A decoder with two ends", lesson="graphs_of_layers")
def two_ends(
    both: keras.Model, namer: keras.Model, images: np.ndarray, digits: np.ndarray
) -> Iterator[Check]:
    """Train one graph to give images back and to name their digits, and take two models of it."""
    graph, small = opened(read(both)), opened(read(namer))
    shapes = {graph.tensor(one.tensor).shape[1:]: one for one in graph.outputs}
    told = ", ".join(map(str, shapes))
    ends = check(
        len(graph.inputs) == 1 and len(graph.outputs) == 2 and set(shapes) == {(8, 8, 1), (10,)},
        right="`both` has one input and two outputs, an image and ten probabilities.",
        wrong=f"`both` has {_inputs(graph)} and outputs of the shapes {told}: it needs one input, "
        "the reconstruction, (8, 8, 1), and the probabilities, (10,), as a list of two outputs.",
    )
    yield ends
    of_namer = [small.tensor(one.tensor).shape[1:] for one in small.outputs]
    one_end = check(
        of_namer == [(10,)] and len(small.inputs) == 1,
        right="`namer` goes from the image to the ten probabilities alone.",
        wrong=f"`namer` has outputs of the shapes {', '.join(map(str, of_namer))}: it should have "
        "the ten probabilities only.",
    )
    yield one_end
    if not (ends and one_end):
        return
    for name, taken in (("both", graph), ("namer", small)):
        shape = taken.tensor(taken.inputs[0].tensor).shape[1:]
        if shape != (8, 8, 1):
            yield Check(
                False,
                f"`{name}` takes arrays of the shape {shape}: it should begin at the image, "
                "(8, 8, 1), as in `keras.Model(image, ...)`.",
            )
            return

    narrow = [
        one.id
        for one in graph.tensors
        if one.shape[1:] == (8,)
        and not any(_reaches(graph, end.tensor, one.id) for end in graph.outputs)
    ]
    yield check(
        narrow,
        right="Both outputs are made from a code of 8 numbers.",
        wrong="There is a way from the image to an output that goes past a code of 8 numbers: a "
        "`Dense(8)` must stand before both ends, and nothing may pass it by.",
    )
    held = {id(one) for one in both.weights}
    strange = [one.path for one in namer.weights if id(one) not in held]
    shared = check(
        not strange and namer.weights,
        right="Every weight of `namer` is a weight of `both`.",
        wrong=f"`namer` has weights that `both` has not, such as `{(strange or ['none'])[0]}`: "
        "make it by `keras.Model(image, digit)` from the tensors of the same graph, and call no "
        "layer anew.",
    )
    yield shared
    if not shared:
        return
    targets = digits.argmax(axis=-1) if digits.ndim == 2 and digits.shape[1] == 10 else digits
    if images.shape[1:] != (8, 8, 1) or targets.size != len(images) or not len(images):
        yield Check(
            False,
            f"The images have shape {images.shape} and the digits {digits.shape}: give `test_x` "
            "and `test_y`, as many of each.",
        )
        return
    with doing("run both models on the images"):
        (given,) = (one.name for one in graph.inputs)
        arrays = {one.shape[1:]: one for one in outputs(both, {given: images}).values()}
        (named,) = outputs(namer, {small.inputs[0].name: images}).values()
    yield check(
        np.all(named >= 0) and np.allclose(named.sum(axis=-1), 1, atol=1e-3),
        right="The ten numbers of an image are probabilities.",
        wrong="The ten numbers of an image are no probabilities, which are not below 0 and add up "
        "to 1: give the last layer `activation='softmax'`.",
    )
    error = float(np.mean((arrays[8, 8, 1] - images) ** 2))
    # Not the same as sharing all weights: a model may use them in another way.
    yield check(
        np.allclose(named, arrays[10,], atol=1e-4),
        right="`namer` gives the probabilities that `both` gives.",
        wrong="`namer` gives other probabilities than `both`, though the weights are the same: "
        "look at which layers each of them calls, and in which order.",
    )
    yield check(
        error < 0.03,
        right="The reconstructions are close to the images.",
        wrong=f"The mean squared error of the reconstructions is {error:.3f}, and should be below "
        "0.03: train for more epochs, or give the loss of the images more weight.",
    )
    share = float(np.mean(named.argmax(axis=-1) == targets.reshape(-1)))
    yield check(
        share > 0.85,
        right="`namer` names most of the digits, though it was never trained itself.",
        wrong=f"`namer` is right on {share:.0%} of the images, and should be on more than 85 %: "
        "train `both` on the images and the digits, with a loss for each output.",
    )


def _inputs(graph: LayerGraph) -> str:
    return "1 input" if len(graph.inputs) == 1 else f"{len(graph.inputs)} inputs"


def _reaches(graph: LayerGraph, end: str, without: str) -> bool:
    """Whether a tensor depends on the input by a way that leaves out another tensor."""
    ahead, seen = [end], set()
    inputs = {one.tensor for one in graph.inputs}
    while ahead:
        tensor = ahead.pop()
        if tensor == without or tensor in seen:
            continue
        seen.add(tensor)
        if tensor in inputs:
            return True
        call = graph.tensor(tensor).call
        if call is not None:
            ahead += graph.call(call).inputs
    return False
