"""Questions that a :class:`~layergraph.graph.LayerGraph` answers, whatever its layers are called.

The functions tell what they find and no more: what leads to what, where inputs meet, which weights
lie behind them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

from layergraph.graph import Argument, Call, Input, Layer, LayerGraph, Output, Tensor

__all__ = [
    "Signature",
    "added",
    "ancestors",
    "between",
    "called_with",
    "in_a_row",
    "merges",
    "opened",
    "outputs_of",
    "signatures",
    "sources",
    "weights_behind",
]

Signature: TypeAlias = tuple[str, tuple[str, ...]]
"""A call by the class of its layer, and those of the layers that it takes tensors from."""


def opened(graph: LayerGraph) -> LayerGraph:
    """Put the layers of nested models in the place of these models.

    So a stack of layers is found whether or not a reader has made a model of it. A layer within
    has the name of its model before its own, ``encoder/lstm``, and is called as often as the
    model is. What a wrapper such as ``TimeDistributed`` applies stays within. Operations that do
    nothing but compute masks are left out.

    Args:
        graph: A graph, as :func:`layergraph.graph.read` gives it.

    Returns:
        An equal graph without nested models and such operations.

    Examples:
        >>> from layergraph import models, read
        >>> graph = read(models.same_author(vocabulary_size=50))
        >>> [call.id for call in opened(graph).calls][:4]
        ['encoder/embedding:0', 'encoder/lstm:0', 'encoder/embedding:1', 'encoder/lstm:1']
    """
    return _Opening().run(graph)


class _Opening:
    def __init__(self) -> None:
        self.layers: dict[str, Layer] = {}
        self.times: Counter[str] = Counter()
        self.calls: list[Call] = []
        self.tensors: list[Tensor] = []

    def run(self, graph: LayerGraph) -> LayerGraph:
        ids = {one.tensor: one.tensor for one in graph.inputs}
        self.tensors += [graph.tensor(one) for one in dict.fromkeys(ids)]
        self.walk(graph, "", ids)
        return replace(
            graph,
            layers=tuple(self.layers.values()),
            calls=tuple(self.calls),
            tensors=tuple(self.tensors),
            outputs=tuple(replace(one, tensor=ids[one.tensor]) for one in graph.outputs),
        )

    def walk(self, graph: LayerGraph, prefix: str, ids: dict[str, str]) -> None:
        """Add the calls of a graph; ``ids`` leads from its tensors to those of the result."""
        masks = _masks(graph)
        for call in graph.calls:
            if masks.issuperset(call.outputs):
                continue
            layer = graph.layer(call.layer)
            name = f"{prefix}{layer.name}"
            if layer.graph is not None:
                inner = self.enter(layer.graph, call, ids)
                self.walk(layer.graph, f"{name}/", inner)
                for outer, one in zip(call.outputs, layer.graph.outputs, strict=True):
                    ids[outer] = inner[one.tensor]
                continue
            self.layers.setdefault(name, replace(layer, name=name))
            number = self.times[name]
            self.times[name] += 1
            made = Call(
                name,
                number,
                tuple(
                    replace(one, tensor=ids[one.tensor])
                    for one in call.arguments
                    if one.tensor not in masks
                ),
                tuple(f"{name}:{number}#{place}" for place in range(len(call.outputs))),
                call.constants,
                call.mask,
            )
            self.calls.append(made)
            for old, new in zip(call.outputs, made.outputs, strict=True):
                ids[old] = new
                self.tensors.append(replace(graph.tensor(old), id=new, call=made.id, mask=None))

    @staticmethod
    def enter(inner: LayerGraph, call: Call, ids: dict[str, str]) -> dict[str, str]:
        """Lead from the inputs of a nested model to the tensors that a call gives to it."""
        # Keras gives a nested model the masks of its inputs too; they are no inputs of it.
        given: list[Argument] = [one for one in call.arguments if one.name != "mask"]
        by_path = {one.path: ids[one.tensor] for one in given}
        if all(one.path in by_path for one in inner.inputs):
            return {one.tensor: by_path[one.path] for one in inner.inputs}
        return {
            one.tensor: ids[argument.tensor]
            for one, argument in zip(inner.inputs, given, strict=False)
        }


def _masks(graph: LayerGraph) -> frozenset[str]:
    """The tensors that are computed as masks and used as nothing else."""
    masks = {one.mask for one in graph.tensors if one.mask is not None}
    others = {
        argument.tensor
        for call in graph.calls
        if not masks.issuperset(call.outputs)
        for argument in call.arguments
        if "mask" not in argument.name or argument.tensor not in _brought(graph, call)
    }
    ends: tuple[Input | Output, ...] = (*graph.inputs, *graph.outputs)
    return frozenset(masks - others - {one.tensor for one in ends})


def _brought(graph: LayerGraph, call: Call) -> set[str | None]:
    """The masks that come with a call's tensors; any other one was given by hand."""
    return {graph.tensor(one.tensor).mask for one in call.arguments if "mask" not in one.name}


def ancestors(graph: LayerGraph, tensor: str) -> frozenset[str]:
    """Return the ids of all calls that a tensor depends on, its own one included.

    Args:
        graph: The graph.
        tensor: Id of the tensor, such as ``graph.outputs[0].tensor``.

    Returns:
        The ids, none for an input.

    Examples:
        >>> from layergraph import models, read
        >>> graph = opened(read(models.headline_popularity(vocabulary_size=50)))
        >>> sorted(ancestors(graph, graph.outputs[1].tensor))
        ['aux_output:0', 'embedding:0', 'lstm:0']
    """
    found: set[str] = set()
    ahead = [tensor]
    while ahead:
        call = graph.tensor(ahead.pop()).call
        if call is not None and call not in found:
            found.add(call)
            ahead += graph.call(call).inputs
    return frozenset(found)


def sources(graph: LayerGraph, tensor: str) -> tuple[str, ...]:
    """Return the names of the inputs that a tensor depends on.

    Args:
        graph: The graph.
        tensor: Id of the tensor.

    Returns:
        The names, in the order of the model's inputs.

    Examples:
        >>> from layergraph import models, read
        >>> graph = read(models.headline_popularity(vocabulary_size=50))
        >>> [sources(graph, output.tensor) for output in graph.outputs]
        [('main_input', 'aux_input'), ('main_input',)]
    """
    taken = {tensor}
    for call in ancestors(graph, tensor):
        taken.update(graph.call(call).inputs)
    return tuple(one.name for one in graph.inputs if one.tensor in taken)


def outputs_of(graph: LayerGraph, *inputs: str) -> tuple[Output, ...]:
    """Return the outputs that depend on these inputs and on no other.

    Args:
        graph: The graph.
        *inputs: Names of inputs.

    Returns:
        The outputs, in the model's order.

    Examples:
        >>> from layergraph import models, read
        >>> graph = read(models.headline_popularity(vocabulary_size=50))
        >>> [output.name for output in outputs_of(graph, "main_input")]
        ['aux_output']
    """
    wanted = set(inputs)
    return tuple(one for one in graph.outputs if set(sources(graph, one.tensor)) == wanted)


def merges(graph: LayerGraph) -> tuple[Call, ...]:
    """Return the calls in which different inputs first meet.

    Args:
        graph: The graph.

    Returns:
        The calls that take tensors of which none depends on all inputs that the call's own
        tensor depends on.

    Examples:
        >>> from layergraph import models, read
        >>> [call.id for call in merges(read(models.headline_popularity(vocabulary_size=50)))]
        ['merge:0']
    """
    of = _sources_of_all(graph)
    return tuple(
        call
        for call in graph.calls
        if len({of[one] for one in call.inputs}) > 1
        and all(
            of[one] != frozenset().union(*(of[two] for two in call.inputs)) for one in call.inputs
        )
    )


def _sources_of_all(graph: LayerGraph) -> dict[str, frozenset[str]]:
    """The inputs that each tensor depends on, in one pass: calls come after what they need."""
    of = {one.tensor: frozenset((one.name,)) for one in graph.inputs}
    for call in graph.calls:
        union = frozenset[str]().union(*(of[one] for one in call.inputs))
        of.update(dict.fromkeys(call.outputs, union))
    return of


def between(graph: LayerGraph, start: str, end: str) -> tuple[Call, ...]:
    """Return the calls on the ways from one call to a tensor, without the first call.

    Args:
        graph: The graph.
        start: Id of a call.
        end: Id of a tensor.

    Returns:
        The calls that depend on ``start`` and that ``end`` depends on, in order.

    Examples:
        >>> from layergraph import models, read
        >>> graph = read(models.headline_popularity(vocabulary_size=50))
        >>> [call.layer for call in between(graph, "merge:0", graph.outputs[0].tensor)]
        ['hidden_1', 'hidden_2', 'main_output']
    """
    wanted, found, after = ancestors(graph, end), [], set(graph.call(start).outputs)
    for call in graph.calls:
        if call.id in wanted and after.intersection(call.inputs):
            found.append(call)
            after.update(call.outputs)
    return tuple(found)


def in_a_row(graph: LayerGraph, calls: tuple[Call, ...]) -> bool:
    """Whether each of these calls depends on the one before it.

    Args:
        graph: The graph.
        calls: Calls of it.

    Returns:
        Whether they stand one after another, other calls between them or not.

    Examples:
        >>> from layergraph import models, read
        >>> graph = read(models.headline_popularity(vocabulary_size=50))
        >>> in_a_row(graph, graph.calls_of("lstm") + graph.calls_of("hidden_1"))
        True
        >>> in_a_row(graph, graph.calls_of("aux_output") + graph.calls_of("hidden_1"))
        False
    """
    return all(first.id in ancestors(graph, second.outputs[0]) for first, second in pairwise(calls))


def weights_behind(graph: LayerGraph, *inputs: str) -> frozenset[int]:
    """Return the numbers of the weights through which these inputs go, and no other input.

    Two inputs have one shared encoder if the weights behind both are the same, and there are
    any: ``weights_behind(graph, "a") == weights_behind(graph, "b") != frozenset()``.

    Args:
        graph: The graph; nested models are opened.
        *inputs: Names of inputs.

    Returns:
        Numbers as in ``Weight.number``.

    Examples:
        >>> from layergraph import models, read
        >>> graph = read(models.same_author(vocabulary_size=50))
        >>> weights_behind(graph, "tweet_a") == weights_behind(graph, "tweet_b")
        True
        >>> graph = read(models.same_author(vocabulary_size=50, shared=False))
        >>> weights_behind(graph, "tweet_a") & weights_behind(graph, "tweet_b")
        frozenset()
    """
    graph = opened(graph)
    of, wanted = _sources_of_all(graph), frozenset(inputs)
    return frozenset(
        weight.number
        for call in graph.calls
        if frozenset[str]().union(*(of[one] for one in call.inputs)) == wanted
        for weight in graph.layer(call.layer).weights
    )


def called_with(graph: LayerGraph, weight: int) -> tuple[Call, ...]:
    """Return the calls that use a weight, whichever layers hold it.

    Args:
        graph: The graph; nested models are opened.
        weight: Number of the weight.

    Returns:
        The calls, more than one where the weight is shared.

    Examples:
        >>> from layergraph import models, read
        >>> graph = read(models.same_author(vocabulary_size=50))
        >>> [call.id for call in called_with(graph, 0)]
        ['encoder/embedding:0', 'encoder/embedding:1']
    """
    graph = opened(graph)
    holders = {
        layer.name for layer in graph.layers if any(one.number == weight for one in layer.weights)
    }
    return tuple(call for call in graph.calls if call.layer in holders)


def signatures(graph: LayerGraph) -> dict[Signature, int]:
    """Count the calls by the class of the layer and the classes of those before it.

    Args:
        graph: The graph; nested models are opened.

    Returns:
        How many calls there are of each signature. The parents are in the order of the
        arguments; an input is ``Input``. What is not there counts 0.

    Examples:
        >>> from layergraph import models, read
        >>> graph = read(models.headline_popularity(vocabulary_size=50))
        >>> signatures(graph)["Dense", ("Dense",)]
        2
    """
    graph = opened(graph)
    classes: dict[str, str] = defaultdict(lambda: "Input")
    count: Counter[Signature] = Counter()
    for call in graph.calls:
        own = graph.layer(call.layer).class_name
        count[own, tuple(classes[one] for one in call.inputs)] += 1
        classes.update(dict.fromkeys(call.outputs, own))
    return count


def added(
    before: LayerGraph, after: LayerGraph
) -> tuple[dict[Signature, int], dict[Signature, int]]:
    """Compare two graphs by the signatures of their calls, names aside.

    Args:
        before: The graph that a reader started from.
        after: The reader's graph.

    Returns:
        What ``after`` has and ``before`` has not, and the other way round.

    Examples:
        >>> from layergraph import models, read
        >>> two = read(models.headline_popularity(vocabulary_size=50))
        >>> four = read(models.headline_popularity(vocabulary_size=50, hidden=(64, 64, 64, 64)))
        >>> more, less = added(two, four)
        >>> dict(more), dict(less)
        ({('Dense', ('Dense',)): 2}, {})
    """
    first, second = Counter(signatures(before)), Counter(signatures(after))
    return second - first, first - second
