"""Layers that are shared, or should be."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from layergraph.linting import _structure as structure
from layergraph.linting._registry import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layergraph.graph import Call, Input, Layer, LayerGraph
    from layergraph.linting._case import Case
    from layergraph.linting._finding import Finding

# Two results that meet here are used alike: neither is the query and the other the answer.
_MEETINGS = frozenset(
    [
        "Add",
        "Average",
        "Concatenate",
        "Dot",
        "Lambda",
        "Maximum",
        "Minimum",
        "Multiply",
        "Stack",
        "Subtract",
    ]
)
# What a reader may set in one place and not in the other without meaning a difference.
_NO_DIFFERENCE = frozenset({"seed"})
# Fewer rows, or rows of fewer different numbers, may be equal by chance.
_ROWS, _NUMBERS = 20, 4


@rule(
    "LG501",
    "encoder-built-twice",
    page="sharing",
    needs="graph",
    severities=("warning", "hint"),
)
def encoder_built_twice(case: Case, this: Rule) -> Iterator[Finding]:
    """Two inputs that are used alike go through equal layers that share no weights."""
    graph = case.opened
    of = structure.sources_of_all(graph)
    told: set[frozenset[str]] = set()
    for call in graph.calls:
        if graph.layer(call.layer).class_name not in _MEETINGS:
            continue
        firsts: list[str] = []
        for tensor in dict.fromkeys(call.inputs):
            for first in firsts:
                pairs = _twins(graph, first, tensor) if not of[first] & of[tensor] else None
                if pairs is not None:
                    apart = [two for two in pairs if not _shared(graph, *two)]
                    fresh = frozenset(name for two in apart for name in two)
                    if apart and fresh not in told and _trained_alike(graph, apart):
                        told.add(fresh)
                        yield _built_twice(case, this, call, apart, (of[first], of[tensor]))
                    break
            else:
                firsts.append(tensor)


def _built_twice(
    case: Case,
    this: Rule,
    meeting: Call,
    apart: list[tuple[str, str]],
    inputs: tuple[frozenset[str], frozenset[str]],
) -> Finding:
    one, other = _model_or_layer(apart)
    a, b = (_in_order(case.graph, names) for names in inputs)
    says = (
        f"`{one}` and `{other}` are built alike, read {_listed(a)} and {_listed(b)} and meet in "
        f"`{meeting.layer}`, but share no weights"
    )
    first, second = a[0], b[0]
    repair = f"encoder = keras.Model(...)  # once\nencoder({first}), encoder({second})"
    if case.symmetric is not None and set(case.symmetric) == {first, second}:
        says += ": the inputs that are to count alike are not read alike."
        return this.finding("warning", says, one, other, repair=repair)
    rows = _common_rows(case, first, second)
    if rows:
        says += (
            f": {rows} rows of `{first}` stand among those of `{second}` too, so both are of one "
            "kind, and two encoders learn what one could."
        )
        return this.finding("warning", says, one, other, repair=repair)
    says += ": if both inputs hold the same kind of data, one encoder called twice does."
    return this.finding("hint", says, one, other, repair=repair)


def _twins(graph: LayerGraph, first: str, second: str) -> list[tuple[str, str]] | None:
    """Return the pairs of layers on two ways that are built alike; ``None`` if they are not."""
    paired: dict[str, str] = {}
    pairs: dict[tuple[str, str], None] = {}
    ahead = [(first, second)]
    ends = False
    while ahead:
        one, other = ahead.pop()
        if one in paired:
            if paired[one] != other:
                return None
            continue
        paired[one] = other
        here, there = graph.tensor(one), graph.tensor(other)
        if here.shape != there.shape or here.dtype != there.dtype:
            return None
        if here.call is None or there.call is None:
            # Of single numbers, such as two ids, many mean different things.
            if here.call != there.call or one == other or structure.size(here.shape) in (0, 1):
                return None
            ends = True
            continue
        a, b = graph.call(here.call), graph.call(there.call)
        if here.position != there.position or not _alike(graph, a, b):
            return None
        pairs[a.layer, b.layer] = None
        ahead += zip(a.inputs, b.inputs, strict=True)
    return list(pairs) if ends else None


def _alike(graph: LayerGraph, first: Call, second: Call) -> bool:
    places = [[(one.name, one.path) for one in call.arguments] for call in (first, second)]
    if places[0] != places[1] or first.constants != second.constants:
        return False
    if first.layer == second.layer:
        return True
    one, other = graph.layer(first.layer), graph.layer(second.layer)
    return _form(one) == _form(other)


def _form(layer: Layer) -> tuple[object, ...]:
    return (
        layer.class_name,
        layer.module,
        tuple(pair for pair in layer.facts if pair[0] not in _NO_DIFFERENCE),
        tuple((one.shape, one.dtype) for one in layer.weights),
        tuple(_form(one) for one in layer.wraps),
    )


def _shared(graph: LayerGraph, first: str, second: str) -> bool:
    one, other = (structure.numbers(graph.layer(name)) for name in (first, second))
    return one == other


def _trained_alike(graph: LayerGraph, pairs: list[tuple[str, str]]) -> bool:
    """Whether both are trained: of a teacher and a learner, one is frozen."""
    counts = [
        [graph.layer(name).count_weights(trainable=True) for name in names]
        for names in zip(*pairs, strict=True)
    ]
    return counts[0] == counts[1] and any(counts[0])


def _model_or_layer(pairs: list[tuple[str, str]]) -> tuple[str, str]:
    """Name two ways by their nested models, or else by the layers nearest to the inputs."""
    one, other = (names[-1] for names in zip(*pairs, strict=True))
    while "/" in one and "/" in other and one.split("/")[0] != other.split("/")[0]:
        one, other = one.rpartition("/")[0], other.rpartition("/")[0]
    return one, other


def _common_rows(case: Case, first: str, second: str) -> int:
    """Count the rows of one input that are rows of the other too, if that is no chance."""
    if case.data is None or case.data.x is None:
        return 0
    one, other = (case.data.x.named.get(name) for name in (first, second))
    if one is None or other is None or one.ndim < 2 or one.shape != other.shape:
        return 0
    if len(one) < _ROWS or one.dtype != other.dtype or one.dtype.hasobject:
        return 0
    same_place = sum(map(np.array_equal, one, other))
    pool = _rows(other)
    common = sum(row in pool for row in _rows(one))
    # One image given to two readers is not a pair out of one pool.
    return common if common >= len(one) / 20 and same_place < len(one) / 2 else 0


def _rows(array: NDArray[np.generic]) -> set[bytes]:
    flat = np.ascontiguousarray(array.reshape(len(array), -1))
    return {row.tobytes() for row in flat if len(np.unique(row)) >= _NUMBERS}


@rule(
    "LG502",
    "stateful-layer-shared",
    page="sharing",
    needs="graph",
    severities=("warning", "hint"),
)
def stateful_layer_shared(case: Case, this: Rule) -> Iterator[Finding]:
    """A recurrent layer with `stateful=True` is called more than once in a model."""
    graph = case.opened
    of = structure.sources_of_all(graph)
    calls: dict[object, list[Call]] = defaultdict(list)
    for call in graph.calls:
        layer = graph.layer(call.layer)
        # A state that is given replaces the one that was kept.
        if _keeps_state(layer) and all(one.name != "initial_state" for one in call.arguments):
            calls[structure.numbers(layer) or layer.name].append(call)
    for many in calls.values():
        if len(many) < 2:
            continue
        name = many[0].layer
        reads = {of[call.inputs[0]] for call in many}
        if len(reads) > 1:
            yield this.finding(
                "warning",
                f"`{name}` is stateful and is called {len(many)} times, on different inputs: "
                "each call begins with the state that the other one left, so what the model "
                "says of one input depends on the other.",
                name,
                repair=f"layers.{graph.layer(name).class_name}(...)  # without stateful=True",
            )
        else:
            yield this.finding(
                "hint",
                f"`{name}` is stateful and is called {len(many)} times: each call begins with "
                "the state that another one left, in an order that the graph does not fix.",
                name,
            )


def _keeps_state(layer: Layer) -> bool:
    return structure.setting(layer, "stateful") is True or any(map(_keeps_state, layer.wraps))


@rule(
    "LG503",
    "asymmetric-head",
    page="sharing",
    needs="request",
    severities=("error", "warning"),
)
def asymmetric_head(case: Case, this: Rule) -> Iterator[Finding]:
    """The order of two inputs that are to count alike changes an output."""
    asked = _asked(case)
    if asked is None:
        return
    graph = case.opened
    a, b = asked
    own, turned = structure.swapped(graph, a.tensor, b.tensor)
    of = structure.sources_of_all(graph)
    both = {a.name, b.name}
    unproven = [
        one
        for one in graph.outputs
        if both <= of[one.tensor] and own[one.tensor] != turned[one.tensor]
    ]
    if not unproven or any(
        set(case.symmetric or ()) == {*ins} for ins in _inputs_built_twice(graph, of)
    ):
        return
    named = " and ".join(f"`{one.name}`" for one in unproven)
    share = _measured(case, [one.name for one in unproven]) if case.behaviour else None
    if share is not None:
        if share > 0.01:
            where = next((name for name, _, _ in _places(graph, own, turned, of, both)), None)
            yield this.finding(
                "error",
                f"{named} changes by up to {share:.0%} of its range when `{a.name}` and "
                f"`{b.name}` are given as each other"
                + (f": `{where}` does not take them alike." if where else "."),
                *([where] if where else [one.name for one in unproven]),
                repair=_REPAIR,
            )
        return
    for merge, dense, what in _places(graph, own, turned, of, both):
        yield this.finding("warning", what, merge, *([dense] if dense else []), repair=_REPAIR)
        return


_REPAIR = "layers.Concatenate()([ops.abs(a - b), a * b])"


def _asked(case: Case) -> tuple[Input, Input] | None:
    wanted = case.symmetric
    found = {one.name: one for one in case.opened.inputs}
    if wanted is None or len(set(wanted)) != 2 or not all(name in found for name in wanted):
        return None
    return found[wanted[0]], found[wanted[1]]


def _inputs_built_twice(
    graph: LayerGraph, of: dict[str, frozenset[str]]
) -> Iterator[frozenset[str]]:
    """Yield the inputs of encoders that are built twice: the other rule speaks of them."""
    for call in graph.calls:
        if graph.layer(call.layer).class_name in _MEETINGS and len(set(call.inputs)) > 1:
            first, *rest = dict.fromkeys(call.inputs)
            for one in rest:
                if of[first] & of[one]:
                    continue
                pairs = _twins(graph, first, one) or []
                apart = [two for two in pairs if not _shared(graph, *two)]
                if apart and _trained_alike(graph, apart):
                    yield of[first] | of[one]


def _measured(case: Case, outputs: list[str]) -> float | None:
    if case.model is None or case.symmetric is None:
        return None
    import keras

    from layergraph.experiments import ExperimentError, asymmetry

    try:
        ends = [
            tensor
            for tensor, one in zip(case.model.outputs, case.graph.outputs, strict=True)
            if one.name in outputs
        ]
        return asymmetry(keras.Model(case.model.input, ends), *case.symmetric)
    except (ExperimentError, ValueError, TypeError):
        return None


def _places(
    graph: LayerGraph,
    own: dict[str, int],
    turned: dict[str, int],
    of: dict[str, frozenset[str]],
    both: set[str],
) -> Iterator[tuple[str, str | None, str]]:
    """Yield where two inputs are not taken alike: the layer, the Dense after it, a sentence."""
    users = structure.users(graph)
    first, second = sorted(both, key=[one.name for one in graph.inputs].index)
    for call in graph.calls:
        kind = graph.layer(call.layer).class_name
        if kind not in _MEETINGS:
            continue
        of_one, of_other = (
            [one for one in call.inputs if of[one] & both == {name}] for name in (first, second)
        )
        if not of_one or not of_other:
            continue
        if {own[one] for one in of_one} != {turned[one] for one in of_other}:
            yield (
                call.layer,
                None,
                f"`{first}` and `{second}` go through different layers to `{call.layer}`, so "
                "which of two is given as which changes the result.",
            )
            continue
        if kind not in ("Concatenate", "Subtract"):
            continue
        dense = _dense_after(graph, users, call.outputs[0])
        if dense is None:
            continue
        if kind == "Concatenate":
            what = (
                f"`{call.layer}` puts what comes of `{first}` before what comes of `{second}`, "
                f"and `{dense}` has weights of its own for each place, so the order of the two "
                "changes the result."
            )
        else:
            what = (
                f"`{call.layer}` takes one of `{first}` and `{second}` from the other, and "
                f"`{dense}` reads its sign, so the order of the two changes the result."
            )
        yield call.layer, dense, what


def _dense_after(graph: LayerGraph, users: dict[str, list[Call]], tensor: str) -> str | None:
    """Name the Dense that reads a tensor, with nothing between that takes its places away."""
    for call in users.get(tensor, []):
        layer = graph.layer(call.layer)
        if layer.class_name == "Dense":
            return call.layer
        if layer.class_name in structure.PASSING and call.outputs:
            found = _dense_after(graph, users, call.outputs[0])
            if found is not None:
                return found
    return None


@rule(
    "LG504",
    "normalization-shared",
    page="sharing",
    needs="graph",
    severities=("warning", "hint"),
)
def normalization_shared(case: Case, this: Rule) -> Iterator[Finding]:
    """One BatchNormalization stands after different layers, and keeps one mean for all of them."""
    graph = case.opened
    calls: dict[frozenset[int], list[Call]] = defaultdict(list)
    for call in graph.calls:
        layer = graph.layer(call.layer)
        if layer.class_name == "BatchNormalization" and layer.trainable and layer.weights:
            calls[structure.numbers(layer)].append(call)
    users = structure.users(graph)
    for many in calls.values():
        if len(many) < 2:
            continue
        before = [_weighted_before(graph, call) for call in many]
        after = [{user.layer for user in users.get(call.outputs[0], [])} for call in many]
        if not _apart(before):
            continue
        name = many[0].layer
        names = [sorted(one)[0] for one in before if one]
        listed = " and ".join(f"`{one}`" for one in names[:2])
        rows = _in_a_row(graph, many)
        if (
            rows
            and len(names) == len(many)
            and all(len(graph.calls_of(one)) == 1 for some in before for one in some)
        ):
            yield this.finding(
                "warning",
                f"`{name}` is one layer that stands at {len(many)} places, after {listed}: it "
                "keeps one mean and one variance for all of them, which fit none when the model "
                "predicts.",
                name,
                repair="layers.BatchNormalization()  # a new one at each place",
            )
        elif not rows and _apart(after):
            yield this.finding(
                "hint",
                f"`{name}` is called at {len(many)} places between different layers: it keeps "
                "one mean and one variance for all of them, which fit none if their values "
                "differ.",
                name,
                repair="layers.BatchNormalization()  # a new one at each place",
            )


def _apart(groups: list[set[str]]) -> bool:
    """Whether no name is in two of these groups."""
    return sum(map(len, groups)) == len(set().union(*groups))


def _weighted_before(graph: LayerGraph, call: Call) -> set[str]:
    """The nearest layers with weights before a call; none where an input is reached first."""
    found: set[str] = set()
    ahead = list(call.inputs)
    seen: set[str] = set()
    while ahead:
        made = graph.tensor(ahead.pop()).call
        if made is None or made in seen:
            continue
        seen.add(made)
        before = graph.call(made)
        if graph.layer(before.layer).weights:
            found.add(before.layer)
        else:
            ahead += before.inputs
    return found


def _in_a_row(graph: LayerGraph, calls: list[Call]) -> bool:
    """Whether some of these calls depend on another one of them."""
    own = {call.id for call in calls}
    after: set[str] = set()
    for call in graph.calls:
        if after.intersection(call.inputs):
            if call.id in own:
                return True
            after.update(call.outputs)
        elif call.id in own:
            after.update(call.outputs)
    return False


@rule(
    "LG505",
    "outputs-are-one",
    page="sharing",
    needs="graph",
    severities=("warning", "hint"),
)
def outputs_are_one(case: Case, this: Rule) -> Iterator[Finding]:
    """Two outputs of different names always hold the same values."""
    graph = case.opened
    of = structure.values(graph, {one.tensor: one.tensor for one in graph.inputs})
    firsts: dict[int, str] = {}
    tensors: dict[str, str] = {one.name: one.tensor for one in graph.outputs}
    for output in graph.outputs:
        name = firsts.setdefault(of[output.tensor], output.name)
        if name == output.name:
            continue
        one, other = (graph.tensor(tensors[end]).call for end in (name, output.name))
        if tensors[name] == output.tensor:
            yield this.finding(
                "hint",
                f"The outputs `{name}` and `{output.name}` are one tensor: both always hold the "
                "same values.",
                name,
                output.name,
            )
        elif one is not None and other is not None:
            layer, again = graph.call(one).layer, graph.call(other).layer
            # An Identity on a tensor is how an output gets a name.
            if layer == again and graph.layer(layer).weights:
                yield this.finding(
                    "warning",
                    f"The outputs `{name}` and `{output.name}` are both `{layer}` called on the "
                    "same tensor: one layer has one set of weights, so both always hold the same "
                    "values.",
                    layer,
                    name,
                    output.name,
                    repair="first, second = layers.Dense(1)(x), layers.Dense(1)(x)",
                )


@rule(
    "LG506",
    "merged-with-itself",
    page="sharing",
    needs="graph",
    severities=("warning", "hint"),
)
def merged_with_itself(case: Case, this: Rule) -> Iterator[Finding]:
    """A tensor is subtracted from itself, or put beside itself."""
    graph = case.opened
    of = structure.values(graph, {one.tensor: one.tensor for one in graph.inputs})
    told: set[str] = set()
    for call in graph.calls:
        layer = graph.layer(call.layer)
        kind, given = layer.class_name, call.inputs
        if len(given) < 2 or not structure.is_keras(layer) or len({of[one] for one in given}) > 1:
            continue
        if call.layer in told:
            continue
        told.add(call.layer)
        by = graph.tensor(given[0]).call
        what = f"`{graph.call(by).layer}`" if by else "an input"
        if kind == "Subtract":
            yield this.finding(
                "warning",
                f"`{call.layer}` subtracts {what} from itself, which is 0 for every input.",
                call.layer,
            )
        elif kind == "Concatenate" and by and graph.tensor(given[0]).shape[-1] != 1:
            yield this.finding(
                "hint",
                f"`{call.layer}` puts {what} beside itself: nothing new comes in.",
                call.layer,
            )
        elif kind in ("Average", "Maximum", "Minimum"):
            yield this.finding(
                "hint",
                f"`{call.layer}` merges {what} with itself, which changes nothing.",
                call.layer,
            )


def _in_order(graph: LayerGraph, names: frozenset[str]) -> list[str]:
    return [one.name for one in graph.inputs if one.name in names]


def _listed(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
