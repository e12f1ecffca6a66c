"""What several rules ask of a graph: where tensors come from, and which are the same."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from layergraph.graph import Call, Fact, Layer, LayerGraph

# What changes no number but the shape, or only while training: one looks through these.
PASSING = frozenset(
    {"Activation", "BatchNormalization", "Dropout", "Flatten", "Identity", "ReLU", "Reshape"}
)

# The order of what they are given does not count.
_EITHER_WAY = frozenset({"Add", "Average", "Maximum", "Minimum", "Multiply"})
_EVEN = frozenset({"Absolute", "Square"})
# They give other numbers each time, or run code that nobody can look into.
_RANDOM = frozenset({"AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise"})


def is_keras(layer: Layer) -> bool:
    """Whether a layer is one of Keras' own, and no reader's function."""
    return layer.module.startswith("keras.") and layer.class_name != "Lambda"


def setting(layer: Layer, name: str, default: Fact = None) -> Fact:
    """Return a setting of a layer, or what it is if it was not set."""
    return next((value for key, value in layer.facts if key == name), default)


def size(shape: tuple[int | None, ...]) -> int | None:
    """Return how many numbers one example has; ``None`` if that is open."""
    sizes = [one for one in shape[1:] if one is not None]
    return math.prod(sizes) if len(sizes) == len(shape) - 1 else None


def sources_of_all(graph: LayerGraph) -> dict[str, frozenset[str]]:
    """Return the names of the inputs that each tensor depends on, by the tensors' ids."""
    of = {one.tensor: frozenset((one.name,)) for one in graph.inputs}
    for call in graph.calls:
        # Most calls take one tensor, or tensors of the same inputs: they share one set.
        parts = {of[one] for one in call.inputs}
        union = next(iter(parts)) if len(parts) == 1 else frozenset[str]().union(*parts)
        of.update(dict.fromkeys(call.outputs, union))
    return of


def reached(graph: LayerGraph, *tensors: str) -> frozenset[str]:
    """Return the ids of all tensors that some of these depend on, in one pass."""
    wanted = set(tensors)
    for call in reversed(graph.calls):
        if wanted.intersection(call.outputs):
            wanted.update(call.inputs)
    return frozenset(wanted)


def users(graph: LayerGraph) -> dict[str, list[Call]]:
    """Return the calls that take each tensor, by the tensors' ids."""
    found: dict[str, list[Call]] = defaultdict(list)
    for call in graph.calls:
        for one in dict.fromkeys(call.inputs):
            found[one].append(call)
    return found


def numbers(layer: Layer) -> frozenset[int]:
    """Return the numbers of a layer's weights."""
    return frozenset(one.number for one in layer.weights)


def behind(graph: LayerGraph, tensor: str) -> str:
    """Return the first tensor, on the way back, that is more than another one passed on."""
    while (call := graph.tensor(tensor).call) is not None:
        made = graph.call(call)
        if graph.layer(made.layer).class_name not in PASSING or len(made.inputs) != 1:
            break
        tensor = made.inputs[0]
    return tensor


def values(graph: LayerGraph, inputs: Mapping[str, Hashable]) -> dict[str, int]:
    """Give each tensor a number: two with the same one hold the same values for sure.

    Two with other numbers may hold the same values as well.

    Args:
        graph: A graph without nested models.
        inputs: What each input stands for, by its tensor's id.

    Returns:
        The numbers by the tensors' ids. Those of two runs with the same ``inputs`` in another
        order can be compared if :func:`swapped` made them.
    """
    return _Values({}).run(graph, inputs)


def swapped(graph: LayerGraph, first: str, second: str) -> tuple[dict[str, int], dict[str, int]]:
    """Give each tensor a number as it is, and as it is with two inputs given as each other.

    Args:
        graph: A graph without nested models.
        first: Id of an input's tensor.
        second: Id of another one.

    Returns:
        The numbers by the tensors' ids, twice.
    """
    known: dict[Hashable, int] = {}
    own = {one.tensor: one.tensor for one in graph.inputs}
    turned = own | {first: second, second: first}
    return _Values(known).run(graph, own), _Values(known).run(graph, turned)


class _Values:
    def __init__(self, known: dict[Hashable, int]) -> None:
        self.known = known

    def number(self, key: Hashable) -> int:
        return self.known.setdefault(key, len(self.known))

    def run(self, graph: LayerGraph, inputs: Mapping[str, Hashable]) -> dict[str, int]:
        of = {tensor: self.number(("input", key)) for tensor, key in inputs.items()}
        # Without its sign, the difference of two is the same either way.
        differences: dict[str, int] = {}
        for call in graph.calls:
            layer = graph.layer(call.layer)
            given = [of[one] for one in call.inputs]
            kind = layer.class_name
            if kind == "Identity" and len(given) == 1:
                of[call.outputs[0]] = given[0]
                continue
            who = self.who(layer, call)
            if kind in _EITHER_WAY and is_keras(layer):
                key: Hashable = (who, tuple(sorted(given)))
            elif kind in _EVEN and call.inputs[0] in differences:
                key = (who, "difference", differences[call.inputs[0]])
            else:
                places = tuple((one.name, one.path) for one in call.arguments)
                key = (who, places, tuple(given))
            for place, tensor in enumerate(call.outputs):
                of[tensor] = self.number((key, place))
            if kind == "Subtract" and len(given) == 2:
                differences[call.outputs[0]] = self.number(("difference", tuple(sorted(given))))
        return of

    @staticmethod
    def who(layer: Layer, call: Call) -> Hashable:
        """Say what computes: the same for two layers without weights and with equal settings."""
        if layer.weights:
            return (numbers(layer), layer.class_name, layer.facts, call.constants)
        if layer.class_name in _RANDOM:
            return ("random", call.id)
        if not is_keras(layer):
            return ("own", layer.name, call.constants)
        return (layer.module, layer.class_name, layer.facts, call.constants)
