"""How layers are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layergraph.linting import _structure as structure
from layergraph.linting._registry import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layergraph.graph import Call, LayerGraph
    from layergraph.linting._case import Case
    from layergraph.linting._finding import Finding

# VGG's own is 25,088 numbers long; what small models of images come to is far below.
_LONG, _MANY = 16_000, 4_000_000
_IMAGES = ("Conv2D", "SeparableConv2D", "MaxPooling2D", "AveragePooling2D")
_READS_IMAGES = frozenset(
    {*_IMAGES, "DepthwiseConv2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "Flatten"}
)


@rule(
    "LG601",
    "unused-input",
    page="building",
    needs="graph",
    severities=("warning", "hint"),
)
def unused_input(case: Case, this: Rule) -> Iterator[Finding]:
    """No output depends on an input."""
    graph = case.opened
    # What is used as a mask, and as nothing else, is left out where nested models are opened.
    masks = [one.mask for one in case.graph.tensors if one.mask is not None]
    reached = structure.reached(graph, *(one.tensor for one in graph.outputs))
    reached |= structure.reached(case.graph, *masks)
    for one in graph.inputs:
        if one.tensor not in reached:
            yield this.finding(
                "hint" if one.optional else "warning",
                f"No output depends on the input `{one.name}`: whatever it is given, the model "
                "says the same.",
                one.name,
            )


@rule(
    "LG602",
    "input-without-loss",
    page="building",
    needs="compile",
    severities=("hint",),
)
def input_without_loss(case: Case, this: Rule) -> Iterator[Finding]:
    """An input reaches outputs through weights, but none of these outputs has a loss."""
    graph = case.opened
    trained = [one for one in graph.outputs if one.losses]
    if not trained or len(trained) == len(graph.outputs):
        return
    of = structure.sources_of_all(graph)
    with_loss = frozenset[str]().union(*(of[one.tensor] for one in trained))
    through: set[str] = set()
    for call in graph.calls:
        if graph.layer(call.layer).count_weights(trainable=True):
            through.update(*(of[one] for one in call.inputs))
    for one in graph.inputs:
        reaches = [f"`{end.name}`" for end in graph.outputs if one.name in of[end.tensor]]
        if reaches and one.name in through and one.name not in with_loss:
            yield this.finding(
                "hint",
                f"The input `{one.name}` reaches only {' and '.join(reaches)}, which has no "
                "loss: nothing is learned from it.",
                one.name,
            )


@rule(
    "LG603",
    "dense-on-huge-flatten",
    page="building",
    needs="graph",
    severities=("hint",),
)
def dense_on_huge_flatten(case: Case, this: Rule) -> Iterator[Finding]:
    """A Dense reads a flattened tensor so long that most of the model's weights are its own."""
    graph = case.opened
    total = graph.count_weights()
    told: set[str] = set()
    for call in graph.calls:
        layer = graph.layer(call.layer)
        if layer.class_name != "Dense" or len(call.inputs) != 1 or call.layer in told:
            continue
        length = graph.tensor(call.inputs[0]).shape[-1] or 0
        count = layer.count_weights(trainable=True)
        if length < _LONG or count < _MANY or count < total / 2:
            continue
        made = graph.tensor(structure.behind(graph, call.inputs[0]))
        if len(made.shape) < 3 or made.call is None:
            continue
        told.add(call.layer)
        yield this.finding(
            "hint",
            f"`{call.layer}` reads {length:,} flattened numbers and so has {count:,} of the "
            f"model's {total:,} weights: they need much memory and many examples.",
            call.layer,
            repair="layers.GlobalAveragePooling2D()" if len(made.shape) == 4 else None,
        )


@rule(
    "LG604",
    "concatenated-in-space",
    page="building",
    needs="graph",
    severities=("warning", "hint"),
)
def concatenated_in_space(case: Case, this: Rule) -> Iterator[Finding]:
    """Images are concatenated along height or width where their channels could be."""
    graph = case.opened
    if any(structure.setting(one, "data_format") == "channels_first" for one in graph.layers):
        return
    users = structure.users(graph)
    for call in graph.calls:
        layer = graph.layer(call.layer)
        if layer.class_name != "Concatenate" or len(call.inputs) < 2:
            continue
        axis = structure.setting(layer, "axis", -1)
        tensors = [graph.tensor(one) for one in call.inputs]
        if len(tensors[0].shape) != 4 or axis not in (1, 2, -2, -3):
            continue
        if len({(one.shape, one.dtype) for one in tensors}) > 1:
            continue
        shape = graph.tensor(call.outputs[0]).shape
        wide = list(tensors[0].shape)
        if wide[3] is not None:
            wide[3] *= len(tensors)
        sure = axis in (1, -3) and _branches(graph, call) and _is_an_image(graph, users, call)
        yield this.finding(
            "warning" if sure else "hint",
            f"`{call.layer}` has `axis={axis}`, which puts {len(tensors)} images of equal size "
            f"{'below' if axis in (1, -3) else 'beside'} each other, to {_told(shape)}; their "
            f"channels beside each other are {_told(tuple(wide))}, with `axis=-1`.",
            call.layer,
            repair="layers.Concatenate(axis=-1)",
        )


def _branches(graph: LayerGraph, call: Call) -> bool:
    """Whether different layers for images read one tensor, and end in this call."""
    ways = [_way_back(graph, one) for one in call.inputs]
    common = set.intersection(*(set(tensors) for tensors, _ in ways))
    return bool(common) and len({kinds for _, kinds in ways}) > 1


def _way_back(graph: LayerGraph, tensor: str) -> tuple[list[str], tuple[object, ...]]:
    """The tensors that layers for images in a row have read, and what these layers are."""
    tensors, kinds = [], []
    while (made := graph.tensor(tensor).call) is not None:
        before = graph.call(made)
        layer = graph.layer(before.layer)
        if len(before.inputs) != 1 or layer.class_name not in {*_IMAGES, *structure.PASSING}:
            break
        tensor = before.inputs[0]
        tensors.append(tensor)
        kinds.append((layer.class_name, structure.setting(layer, "kernel_size")))
    return tensors, tuple(kinds)


def _is_an_image(graph: LayerGraph, users: dict[str, list[Call]], call: Call) -> bool:
    """Whether the result is read as an image, and is no part of a larger one."""
    after = users.get(call.outputs[0], [])
    return all(graph.layer(one.layer).class_name in _READS_IMAGES for one in after)


def _told(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("?" if one is None else str(one) for one in shape[1:]) + ")"


@rule(
    "LG605",
    "added-by-broadcasting",
    page="building",
    needs="graph",
    severities=("hint",),
)
def added_by_broadcasting(case: Case, this: Rule) -> Iterator[Finding]:
    """A single channel is added to, or subtracted from, each of many."""
    graph = case.opened
    for call in graph.calls:
        layer = graph.layer(call.layer)
        if layer.class_name not in ("Add", "Average", "Subtract") or len(call.inputs) < 2:
            continue
        shapes = [graph.tensor(one).shape for one in call.inputs]
        lengths = {len(one) for one in shapes}
        if len(lengths) > 1 or lengths == {2} or len({one[1:-1] for one in shapes}) > 1:
            continue
        last = {one[-1] for one in shapes if one}
        many = max((one for one in last if one is not None), default=1)
        if 1 in last and many > 1 and (structure.size(shapes[0][:-1]) or 2) > 1:
            yield this.finding(
                "hint",
                f"`{call.layer}` merges tensors with 1 and with {many} channels: the one counts "
                "for each of the others.",
                call.layer,
                repair=f"layers.Conv2D({many}, 1)" if lengths == {4} else f"layers.Dense({many})",
            )


@rule(
    "LG606",
    "dense-after-linear-dense",
    page="building",
    needs="graph",
    severities=("hint",),
)
def dense_after_linear_dense(case: Case, this: Rule) -> Iterator[Finding]:
    """A Dense without an activation is read by a Dense: both could be one."""
    graph = case.opened
    users = structure.users(graph)
    ends = {one.tensor for one in graph.outputs}
    for call in graph.calls:
        layer = graph.layer(call.layer)
        if not _plain_dense(graph, call) or structure.setting(layer, "activation") is not None:
            continue
        if len(graph.calls_of(call.layer)) > 1 or not layer.count_weights(trainable=True):
            continue
        tensor = call.outputs[0]
        while tensor not in ends and len(after := users.get(tensor, [])) == 1:
            user = graph.layer(after[0].layer)
            if user.class_name not in ("Dropout", "Identity"):
                break
            tensor = after[0].outputs[0]
        after = users.get(tensor, [])
        if tensor in ends or len(after) != 1 or not _plain_dense(graph, after[0]):
            continue
        units, wide, out = (
            graph.tensor(one).shape[-1] or 0
            for one in (call.outputs[0], call.inputs[0], after[0].outputs[0])
        )
        # Fewer units than both sides are a bottleneck, which one layer alone has not.
        if units >= min(wide, out):
            yield this.finding(
                "hint",
                f"`{call.layer}` has no activation and `{after[0].layer}` reads it: two such "
                "layers can do no more than one.",
                call.layer,
                after[0].layer,
                repair=f'layers.Dense({units}, activation="relu")',
            )


def _plain_dense(graph: LayerGraph, call: Call) -> bool:
    layer = graph.layer(call.layer)
    return layer.class_name == "Dense" and structure.is_keras(layer) and len(call.inputs) == 1


@rule(
    "LG607",
    "loss-without-weights",
    page="building",
    needs="compile",
    severities=("warning", "hint"),
)
def loss_without_weights(case: Case, this: Rule) -> Iterator[Finding]:
    """An output has a loss, and nothing that leads to it can be trained."""
    graph = case.opened
    if not graph.count_weights(trainable=True):
        return  # a model that is only evaluated
    behind: dict[str, tuple[bool, bool]] = {}  # trainable weights, any others
    for call in graph.calls:
        layer = graph.layer(call.layer)
        given = [behind.get(one, (False, False)) for one in call.inputs]
        # A reader's function may hold what nobody can see.
        trains = bool(layer.count_weights(trainable=True))
        other = bool(layer.weights) or not structure.is_keras(layer)
        found = (trains or any(one for one, _ in given), other or any(one for _, one in given))
        behind.update(dict.fromkeys(call.outputs, found))
    for output in graph.outputs:
        trains, other = behind.get(output.tensor, (False, False))
        if output.losses and not trains:
            why = "all that leads to it is frozen" if other else "no weight leads to it"
            yield this.finding(
                "hint" if other else "warning",
                f"The output `{output.name}` has a loss, but {why}: the loss trains nothing.",
                output.name,
            )


@rule(
    "LG651",
    "input-without-effect",
    page="building",
    needs="behaviour",
    severities=("hint",),
)
def input_without_effect(case: Case, this: Rule) -> Iterator[Finding]:
    """An input leads to outputs, but changing it changes none of them."""
    if not case.behaviour or case.model is None or len(case.graph.inputs) < 2:
        return
    from layergraph.experiments import ExperimentError, influenced

    graph = case.opened
    reached = structure.reached(graph, *(one.tensor for one in graph.outputs))
    names = [one.name for one in graph.inputs if one.tensor in reached]
    try:
        moved = {name: influenced(case.model, name) for name in names}
    except (ExperimentError, ValueError, TypeError):
        return
    of = structure.sources_of_all(graph)
    for name in names:
        reaches = [one.name for one in graph.outputs if name in of[one.tensor]]
        # An output that nothing moves tells nothing of this input.
        alive = [one for one in reaches if any(one in ends for ends in moved.values())]
        if alive and not moved[name]:
            # Random inputs may all be on one side of what the model tells apart.
            yield this.finding(
                "hint",
                f"The input `{name}` leads to {' and '.join(f'`{one}`' for one in alive)}, but "
                "changing it changes nothing there.",
                name,
            )


@rule(
    "LG608",
    "channels-first-by-habit",
    page="building",
    needs="graph",
    severities=("hint",),
)
def channels_first_by_habit(case: Case, this: Rule) -> Iterator[Finding]:
    """A convolution reads an input whose first size looks like channels, as the last one."""
    graph = case.opened
    inputs = {one.tensor: one.name for one in graph.inputs}
    told: set[str] = set()
    for call in graph.calls:
        layer = graph.layer(call.layer)
        if layer.class_name not in _IMAGES or not structure.is_keras(layer):
            continue
        tensor = structure.behind(graph, call.inputs[0])
        shape = graph.tensor(tensor).shape
        if tensor not in inputs or tensor in told or len(shape) != 4:
            continue
        if structure.setting(layer, "data_format") == "channels_first":
            continue
        first, height, width = shape[1:]
        if first in (1, 3) and height == width and height is not None and height > 4:
            told.add(tensor)
            yield this.finding(
                "hint",
                f"`{layer.name}` reads `{inputs[tensor]}` as {first} x {height} pixels with "
                f"{width} channels: if it is an image of {height} x {width} pixels, the channels "
                "come last.",
                layer.name,
                inputs[tensor],
                repair=f"keras.Input(({height}, {width}, {first}))",
            )
