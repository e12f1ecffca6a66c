"""The last layer of an output, its loss, and the targets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from layergraph.linting._heads import Heads, Trained, activation, of_keras, softmax_axes
from layergraph.linting._registry import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layergraph.graph import Call, Layer, LayerGraph, Shape
    from layergraph.linting._case import Case
    from layergraph.linting._finding import Finding, Severity

# Losses or targets that go to the wrong output suit no head.
_SWAPPED = ("LG201", "LG304", "LG305")

_BINARY = frozenset(("binary_crossentropy", "binary_focal_crossentropy"))
_ONE_HOT = frozenset(("categorical_crossentropy", "categorical_focal_crossentropy"))
_SPARSE = frozenset(("sparse_categorical_crossentropy",))
_CATEGORICAL = _ONE_HOT | _SPARSE
_CROSS = _BINARY | _CATEGORICAL
_OVERLAP = frozenset(("dice", "tversky"))
_HINGE = frozenset(("hinge", "squared_hinge"))
_DISTANCE = frozenset(("mean_squared_error", "mean_absolute_error", "huber", "log_cosh"))
_POINTWISE = (
    _DISTANCE
    | _HINGE
    | _OVERLAP
    | {
        "mean_squared_logarithmic_error",
        "mean_absolute_percentage_error",
        "poisson",
        "kl_divergence",
        "cosine_similarity",
        "categorical_hinge",
        "categorical_focal_crossentropy",
    }
)
_KNOWN = _CROSS | _POINTWISE
# Those for which Keras asks that the targets have the shape of the output.
_EXACT = _BINARY | {"categorical_crossentropy"}

_PROBABILITIES = frozenset(("sigmoid", "softmax", "hard_sigmoid"))
# Not between 0 and 1: a cross-entropy cuts them off there.
_SCORES = frozenset(("linear", "log_softmax", "log_sigmoid"))
_OTHERS = frozenset(
    (
        "relu",
        "relu6",
        "leaky_relu",
        "elu",
        "selu",
        "gelu",
        "silu",
        "swish",
        "tanh",
        "softsign",
        "softplus",
        "exponential",
    )
)
_NEVER_NEGATIVE = frozenset(("relu", "relu6", "softplus", "exponential"))

_CLASSES = {
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}

_MANY = 20_000  # rows are enough to see what rows are like
_CLOSE = 1e-3  # so much rounding does
_FEW = 0.01  # a share of targets that may be outliers


def _loss(one: Trained) -> str:
    return f"`{one.loss.name}`"


# From the graph and what compile was given


@rule(
    "LG401",
    "logits-after-activation",
    page="heads",
    needs="compile",
    severities=("error", "warning"),
    yields_to=_SWAPPED,
)
def logits_after_activation(case: Case, this: Rule) -> Iterator[Finding]:
    """A loss takes logits (`from_logits=True`), but the output ends with sigmoid or softmax."""
    heads = Heads(case)
    for one in heads.trained:
        head = heads.of(one.output)
        if not one.from_logits or one.kind not in _CROSS:
            continue
        if head is None or head.kind not in _PROBABILITIES:
            continue
        # With TensorFlow, Keras finds the numbers before the activation, if nothing is between.
        mended = (
            _backend() == "tensorflow"
            and head.direct
            and head.kind != "hard_sigmoid"
            and one.tensor.dtype == "float32"
            and "focal" not in one.kind
        )
        severity: Severity = "warning" if mended else "error"
        says = f"`from_logits=True` in the loss {_loss(one)} of `{one.name}` asks for logits"
        has = f"`{head.layer}` has made probabilities of them with `{head.kind}`"
        does = (
            "Keras takes the numbers before the activation instead, and only with TensorFlow"
            if mended
            else "they go through the activation twice, so the loss cannot come near 0"
        )
        yield this.finding(
            severity,
            f"{says}, but {has}: {does}.",
            *dict.fromkeys((head.layer, one.name)),
            repair=f"keras.losses.{_CLASSES[one.kind]}()",
        )


def _backend() -> str:
    import keras

    return str(keras.config.backend())


@rule(
    "LG402",
    "scores-as-probabilities",
    page="heads",
    needs="compile",
    severities=("error", "warning", "hint"),
    yields_to=_SWAPPED,
)
def scores_as_probabilities(case: Case, this: Rule) -> Iterator[Finding]:
    """A loss takes probabilities, but no sigmoid or softmax has made the output any."""
    heads = Heads(case)
    for one in heads.trained:
        head = heads.of(one.output)
        if head is None or (one.units == 1 and one.kind in _CATEGORICAL):
            continue
        severity = _unfit(one, head.kind)
        if severity is None:
            continue
        what = f"{_loss(one)} of `{one.name}`"
        gives = f"`{head.layer}` gives numbers of any size"
        if head.kind != "linear":
            gives = f"`{head.layer}` ends with `{head.kind}`"
        layers = tuple(dict.fromkeys((head.layer, one.name)))
        if one.from_logits:
            yield this.finding(
                severity,
                f"{what} takes logits of any size, but {gives}, which keeps them from being so.",
                *layers,
            )
        elif one.kind == "poisson":
            yield this.finding(
                severity,
                f"{what} takes the logarithm of the output, but {gives}: one below 0 makes the "
                "loss NaN.",
                *layers,
                repair='activation="softplus"',
            )
        elif one.kind in _HINGE:
            yield this.finding(
                severity,
                f"{what} takes scores beyond -1 and 1, but {gives} and reaches neither.",
                *layers,
            )
        else:
            repair = 'activation="sigmoid"' if one.kind in _BINARY else 'activation="softmax"'
            if one.kind in _CLASSES and head.kind == "linear":
                repair = f"keras.losses.{_CLASSES[one.kind]}(from_logits=True)"
            yield this.finding(
                severity,
                f"{what} takes probabilities, but {gives}: what is not between 0 and 1 is cut "
                "off there, and has no gradient.",
                *layers,
                repair=repair,
            )


def _unfit(one: Trained, head: str) -> Severity | None:
    """How bad it is that a loss gets what such a head gives; ``None`` if it fits or may."""
    if one.kind in _CROSS:
        if one.from_logits:
            return "hint" if head in _OTHERS - {"leaky_relu"} else None
        if head in _SCORES:
            return "error"
        # Keras divides by the sum: with an exponential, that is a softmax.
        positive = head in ("softplus", "exponential") and one.kind in _CATEGORICAL
        return "warning" if head in _OTHERS and not positive else None
    if one.kind == "poisson":
        return "warning" if head in _SCORES | _OTHERS - _NEVER_NEGATIVE else None
    if one.kind in _OVERLAP or one.kind == "kl_divergence":
        if head in _SCORES:
            return "warning"
        return "hint" if head in _OTHERS else None
    if one.kind in _HINGE and head in ("sigmoid", "softmax"):
        return "hint"
    return None


@rule(
    "LG403",
    "softmax-over-one",
    page="heads",
    needs="graph",
    severities=("error", "warning", "hint"),
)
def softmax_over_one(case: Case, this: Rule) -> Iterator[Finding]:
    """A softmax goes over an axis of size 1, and so gives 1 whatever comes in."""
    heads = Heads(case)
    last = {head.call for one in case.opened.outputs if (head := heads.of(one)) is not None}
    told: set[str] = set()
    for call in case.opened.calls:
        layer = case.opened.layer(call.layer)
        if layer.name in told:
            continue
        if _over_one(case.opened, call, layer):
            told.add(layer.name)
            severity: Severity = "error" if call.id in last else "warning"
            unit = layer.class_name in ("Dense", "TimeDistributed") or "Conv" in layer.class_name
            axis = softmax_axes(layer)[0]
            where = "its one unit" if unit and axis == -1 else f"axis {axis}, which has size 1"
            yield this.finding(
                severity,
                f"`{layer.name}` takes a softmax over {where}: it gives 1 whatever comes in.",
                layer.name,
                repair='activation="sigmoid"' if call.id in last else "layers.Softmax(axis=1)",
            )
        elif _one_to_look_at(case.opened, call, layer):
            told.add(layer.name)
            yield this.finding(
                "hint",
                f"`{layer.name}` attends to a sequence of one step, to which it gives all of its "
                "attention whatever comes in.",
                layer.name,
            )


def _over_one(graph: LayerGraph, call: Call, layer: Layer) -> bool:
    softmax = [one for one in (layer, *layer.wraps) if activation(one) == "softmax"]
    if not softmax or not of_keras(layer):
        return False
    if layer is not softmax[0] and layer.class_name != "TimeDistributed":
        return False
    shape = graph.tensor(call.outputs[0]).shape
    axes = softmax_axes(softmax[0])
    if any(not -len(shape) <= axis < len(shape) for axis in axes) or not axes:
        return False
    return all(shape[axis] == 1 and axis % len(shape) for axis in axes)


def _one_to_look_at(graph: LayerGraph, call: Call, layer: Layer) -> bool:
    if not of_keras(layer):
        return False
    name = layer.class_name
    if name in ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention"):
        values = [one.tensor for one in call.arguments if one.name == "value"]
    elif name in ("Attention", "AdditiveAttention"):
        values = [one.tensor for one in call.arguments if one.path == (1,)]
    else:
        return False
    shape = graph.tensor(values[0]).shape if values else ()
    return len(shape) == 3 and shape[1] == 1


@rule(
    "LG404", "one-class", page="heads", needs="compile", severities=("error",), yields_to=_SWAPPED
)
def one_class(case: Case, this: Rule) -> Iterator[Finding]:
    """A categorical cross-entropy goes over a single unit, so that it is 0 whatever comes out."""
    heads = Heads(case)
    for one in heads.trained:
        if one.kind not in _CATEGORICAL or one.units != 1:
            continue
        head = heads.of(one.output)
        if head is not None and head.kind == "softmax":
            continue  # told by its softmax
        name = one.name if head is None else head.layer
        yield this.finding(
            "error",
            f"`{name}` has one unit for {_loss(one)}, which asks for a unit a class: with one "
            "class, the loss is 0 whatever comes out.",
            *dict.fromkeys((name, one.name)),
            repair='loss="binary_crossentropy"',
        )


@rule(
    "LG405",
    "sigmoid-for-softmax",
    page="heads",
    needs="compile",
    severities=("warning", "hint"),
    yields_to=_SWAPPED,
)
def sigmoid_for_softmax(case: Case, this: Rule) -> Iterator[Finding]:
    """A loss for one class of several has sigmoid units, or one for yes or no has a softmax."""
    heads = Heads(case)
    several = {id(one) for one, *_ in _several(case, heads)}
    for one in heads.trained:
        head = heads.of(one.output)
        if head is None or one.from_logits or id(one) in several or one.units in (None, 1):
            continue
        layers = tuple(dict.fromkeys((head.layer, one.name)))
        if head.kind == "sigmoid" and one.kind in _CATEGORICAL:
            yield this.finding(
                "hint",
                f"`{head.layer}` answers yes or no for each unit, while {_loss(one)} of "
                f"`{one.name}` is for one class of {one.units}: with TensorFlow it trains a "
                "softmax, which `predict` does not give.",
                *layers,
                repair='activation="softmax"',
            )
        elif head.kind == "softmax" and one.kind in _BINARY:
            # Of two classes the answer stays the same, and many write it so.
            rows = _numbers(case, one)
            shown = rows is not None and one.axis == -1 and (one.units or 0) > 2
            yield this.finding(
                "warning" if shown and rows is not None and _is_one_hot(rows) else "hint",
                f"`{head.layer}` shares 1 among its units, while {_loss(one)} of `{one.name}` asks "
                "yes or no of each: with TensorFlow it trains sigmoid units, which `predict` does "
                "not give.",
                *layers,
                repair='loss="categorical_crossentropy"',
            )


@rule("LG412", "activation-twice", page="heads", needs="graph", severities=("warning",))
def activation_twice(case: Case, this: Rule) -> Iterator[Finding]:
    """A softmax goes over a softmax, or a sigmoid over a sigmoid, and flattens what it gave."""
    heads = Heads(case)
    told: set[str] = set()
    for call in case.opened.calls:
        layer = case.opened.layer(call.layer)
        second = activation(layer)
        if layer.weights or second not in ("softmax", "sigmoid") or layer.name in told:
            continue
        first = heads.behind(call.inputs[0]) if call.inputs else None
        if first is not None and first.kind == second:
            told.add(layer.name)
            yield this.finding(
                "warning",
                f"`{layer.name}` applies `{second}` to what `{first.layer}` has applied it to: "
                "the numbers come so close together that none is near 1.",
                layer.name,
                first.layer,
            )


# From the targets


def _rows(case: Case, one: Trained) -> NDArray[Any] | None:
    """The targets of an output, if there are any."""
    data = case.data
    if data is None or data.y is None or one.kind not in _KNOWN:
        return None
    rows = data.y.named.get(one.name)
    if rows is None or rows.ndim == 0 or not len(rows):
        return None
    return rows


def _numbers(case: Case, one: Trained) -> NDArray[Any] | None:
    """The targets of an output, if they are finite numbers that fit its shape."""
    rows = _rows(case, one)
    if rows is None or rows.dtype.kind not in "biuf" or not rows.size:
        return None
    if rows.dtype.kind == "f" and not bool(np.isfinite(rows).all()):
        return None
    return rows if _shapes(one, rows) is None else None


def _squeezed(target: Shape, output: Shape) -> tuple[Shape, Shape]:
    """The shapes as Keras compares them: it adds or drops a last axis of size 1."""
    if len(target) == len(output) + 1 and target[-1] == 1:
        return (target, (*output, 1)) if len(output) == 1 else (target[:-1], output)
    if len(output) == len(target) + 1 and output[-1] == 1:
        return ((*target, 1), output) if len(target) == 1 else (target, output[:-1])
    return target, output


def _shapes(one: Trained, rows: NDArray[Any]) -> Severity | None:
    """How badly the targets' shape does not fit the output's; ``None`` if it fits or may."""
    if one.kind in _SPARSE:
        return None if _fits_sparse(one, rows.shape) else "error"
    target, output = _squeezed((None, *rows.shape[1:]), (None, *one.shape[1:]))
    if len(target) != len(output):
        return "error"
    pairs = [
        pair
        for pair in zip(target[1:], output[1:], strict=True)
        if None not in pair and pair[0] != pair[1]
    ]
    if not pairs:
        return None
    return "warning" if one.kind in _POINTWISE and all(1 in pair for pair in pairs) else "error"


def _fits_sparse(one: Trained, shape: tuple[int, ...]) -> bool:
    classes = one.shape[:-1]
    if one.axis != -1 or one.units == 1:
        return True  # another rule's
    given = shape[:-1] if len(shape) == len(one.shape) and shape[-1] == 1 else shape
    return len(given) == len(classes) and all(
        None in (a, b) or a == b for a, b in zip(given[1:], classes[1:], strict=True)
    )


def _shape(shape: Shape) -> str:
    sizes = ["n", *("?" if size is None else str(size) for size in shape[1:])]
    return f"`({', '.join(sizes)}{',' if len(sizes) == 1 else ''})`"


def _is_one_hot(rows: NDArray[Any]) -> bool:
    some = rows[:_MANY]
    return bool(some.ndim > 1 and _zeros_and_ones(some) and (some.sum(axis=-1) == 1).all())


def _zeros_and_ones(rows: NDArray[Any]) -> bool:
    return rows.dtype.kind in "biuf" and bool(((rows == 0) | (rows == 1)).all())


def _whole(rows: NDArray[Any]) -> bool:
    return rows.dtype.kind in "biu" or bool(
        rows.dtype.kind == "f" and np.isfinite(rows).all() and (rows == np.floor(rows)).all()
    )


def _exchanged(one: Trained, rows: NDArray[Any]) -> bool:
    """Whether classes come as numbers where one-hot rows are asked for, or the other way round."""
    if one.units in (None, 1):
        return False
    if one.kind in _SPARSE:
        return bool(
            rows.ndim == len(one.shape) and rows.shape[-1] == one.units and _is_one_hot(rows)
        )
    if one.kind not in _ONE_HOT or not _whole(rows):
        return False
    return rows.ndim == len(one.shape) - 1 or (rows.ndim == len(one.shape) and rows.shape[-1] == 1)


@rule(
    "LG406",
    "classes-as-numbers",
    page="heads",
    needs="data",
    severities=("error",),
    yields_to=_SWAPPED,
)
def classes_as_numbers(case: Case, this: Rule) -> Iterator[Finding]:
    """Classes are numbers where the loss takes one-hot rows, or one-hot rows where it does not."""
    for one in Heads(case).trained:
        rows = _rows(case, one)
        if rows is None or _shapes(one, rows) is None or not _exchanged(one, rows):
            continue
        sparse = one.kind in _SPARSE
        given, asked = ("one-hot rows", "the number of the class")
        if not sparse:
            given, asked = ("numbers of classes", f"a row of {one.units} numbers, one-hot")
        other = "categorical_crossentropy" if sparse else "sparse_categorical_crossentropy"
        yield this.finding(
            "error",
            f"The targets of `{one.name}` are {given}, but its loss {_loss(one)} asks for {asked}.",
            one.name,
            repair=f'loss="{other}"',
        )


@rule(
    "LG407",
    "targets-of-other-shape",
    page="heads",
    needs="data",
    severities=("error", "warning"),
    yields_to=_SWAPPED,
)
def targets_of_other_shape(case: Case, this: Rule) -> Iterator[Finding]:
    """Targets have another shape than their output: `fit` refuses them, or repeats numbers."""
    told: set[str] = set()
    for one in Heads(case).trained:
        rows = _rows(case, one)
        severity = None if rows is None else _shapes(one, rows)
        if rows is None or severity is None or _exchanged(one, rows) or one.tensor.id in told:
            continue
        if one.kind in _CATEGORICAL and one.units == 1:
            continue  # the loss is wrong, and told by itself
        told.add(one.tensor.id)
        shapes = f"The targets of `{one.name}` have the shape {_shape(rows.shape)}"
        output = f"the output has {_shape(one.shape)}"
        if severity == "warning":
            does = f"{_loss(one)} repeats the smaller one instead of refusing it"
        elif one.kind in _POINTWISE and len(rows.shape) != len(one.shape):
            does = f"{_loss(one)} refuses them, or compares the numbers of different rows"
        else:
            does = f"{_loss(one)} refuses them at the first batch"
        yield this.finding(severity, f"{shapes}, but {output}: {does}.", one.name)


@rule(
    "LG408",
    "class-without-unit",
    page="heads",
    needs="data",
    severities=("error", "warning"),
    yields_to=_SWAPPED,
)
def class_without_unit(case: Case, this: Rule) -> Iterator[Finding]:
    """A target names a class for which there is no unit, or is no whole number."""
    for one in Heads(case).trained:
        rows = _numbers(case, one) if one.kind in _SPARSE else None
        if rows is None or one.units in (None, 1) or one.axis != -1:
            continue
        ignored = one.fact("ignore_class")
        if ignored is not None:
            rows = rows[rows != ignored]
            if not rows.size:
                continue
        units = one.units or 0
        low, high = int(np.floor(rows.min())), int(np.floor(rows.max()))
        ids = f"the {units} units of `{one.name}` are for the classes 0 to {units - 1}"
        if low < 0 or high >= units:
            wrong = high if high >= units else low
            more = "; the classes begin at 1" if low == 1 and high == units else ""
            repair = "y - 1" if more else f"layers.Dense({high + 1})" if low >= 0 else None
            if wrong == -1:
                more = "; `ignore_class=-1` in the loss leaves such targets out"
                repair = "keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)"
            yield this.finding(
                "error",
                f"The targets of `{one.name}` hold the class {wrong}, but {ids}{more}.",
                one.name,
                repair=repair,
            )
        elif not _whole(rows):
            yield this.finding(
                "warning",
                f"The targets of `{one.name}` are not whole, but {_loss(one)} asks for the number "
                "of a class, and cuts off what stands behind the point.",
                one.name,
            )


@rule(
    "LG409",
    "several-classes-a-row",
    page="heads",
    needs="data",
    severities=("warning", "hint"),
    yields_to=_SWAPPED,
)
def several_classes_a_row(case: Case, this: Rule) -> Iterator[Finding]:
    """Rows of targets name several classes or none, but the output or its loss is for one."""
    heads = Heads(case)
    for one, share, tossed in _several(case, heads):
        head = heads.of(one.output)
        softmax = head is not None and head.kind == "softmax" and not one.from_logits
        asks = (
            f"the softmax of `{head.layer}` shares 1 among them"
            if head is not None and softmax
            else f"{_loss(one)} is for one class a row"
        )
        yield this.finding(
            "hint" if tossed else "warning",
            f"In {share:.0%} of its rows, the targets of `{one.name}` name several classes or "
            f"none, but {asks}: each class needs a sigmoid unit and a binary cross-entropy.",
            *dict.fromkeys((one.name, *([head.layer] if head is not None else []))),
            repair='activation="sigmoid"' if softmax else 'loss="binary_crossentropy"',
        )


def _several(case: Case, heads: Heads) -> Iterator[tuple[Trained, float, bool]]:
    """The outputs for one class that are given several, the share of such rows, and if tossed.

    Targets that look like tosses of a coin are no data, but stand for it, as those in Keras'
    guide to the functional API do.
    """
    for one in heads.trained:
        if one.kind not in _ONE_HOT | _BINARY or one.units in (None, 1) or one.axis != -1:
            continue
        head = heads.of(one.output)
        softmax = head is not None and head.kind == "softmax" and not one.from_logits
        rows = _numbers(case, one) if softmax or one.kind in _ONE_HOT else None
        if rows is None or rows.ndim != len(one.shape) or not _zeros_and_ones(rows[:_MANY]):
            continue
        counts = rows[:_MANY].sum(axis=-1)
        # In a sequence, rows of zeros are its padding; the loss is 0 there.
        weighted = case.data is not None and case.data.sample_weight is not None
        empty = rows.ndim == 2 and one.kind in _ONE_HOT and not weighted
        share = float(((counts > 1) | (empty & (counts == 0))).mean())
        if share > _FEW:
            means = rows[:_MANY].reshape(-1, rows.shape[-1]).mean(axis=0)
            yield one, share, bool(np.all(np.abs(means - 0.5) < min(0.15, 1.5 / len(rows) ** 0.5)))


@rule(
    "LG410",
    "targets-out-of-reach",
    page="heads",
    needs="data",
    severities=("error", "warning", "hint"),
    yields_to=_SWAPPED,
)
def targets_out_of_reach(case: Case, this: Rule) -> Iterator[Finding]:
    """Targets lie where the output cannot go, or where the loss has no lowest value."""
    heads = Heads(case)
    told: set[str] = set()
    for one in heads.trained:
        rows = _numbers(case, one)
        head = heads.of(one.output)
        if rows is None or rows.dtype.kind == "b" or one.tensor.id in told:
            continue
        kind = "" if head is None else head.kind
        low, high = _range(one, kind)
        if (low, high) == (-math.inf, math.inf):
            continue
        counted = _counted(case, one, rows)
        if counted is None or not counted.size:
            continue
        smallest, largest = counted.min(), counted.max()
        if smallest >= low - _CLOSE and largest <= high + _CLOSE:
            continue
        told.add(one.tensor.id)
        severity, why, repair = _out_of_reach(one, kind, counted, low, high)
        span = f"from {smallest:.4g} to {largest:.4g}"
        layers = dict.fromkeys((one.name, *([head.layer] if head is not None else [])))
        yield this.finding(
            severity,
            f"The targets of `{one.name}` go {span}, but {why}.",
            *layers,
            repair=repair,
        )


def _range(one: Trained, head: str) -> tuple[float, float]:
    """Between what targets may lie."""
    if one.kind in _BINARY | _ONE_HOT | _OVERLAP or one.kind == "kl_divergence":
        return 0.0, 1.0
    if one.kind in ("poisson", "mean_squared_logarithmic_error"):
        return 0.0, math.inf
    if one.kind in _DISTANCE or one.kind == "mean_absolute_percentage_error":
        if head in _PROBABILITIES:
            return 0.0, 1.0
        if head in ("tanh", "softsign"):
            return -1.0, 1.0
        if head in _NEVER_NEGATIVE:
            return 0.0, math.inf
    return -math.inf, math.inf


def _counted(case: Case, one: Trained, rows: NDArray[Any]) -> NDArray[Any] | None:
    """The targets that count; ``None`` where a mask decides that, or nobody can tell."""
    if one.tensor.masked and rows.ndim > 1:
        return None
    weights = case.data.sample_weight if case.data is not None else None
    if weights is None:
        return rows
    given = weights.named.get(one.name)
    if given is None or given.dtype.kind not in "biuf" or given.ndim > rows.ndim:
        return None
    try:
        kept = np.broadcast_to(
            given.reshape(given.shape + (1,) * (rows.ndim - given.ndim)) != 0, rows.shape
        )
    except ValueError:
        return None
    counted: NDArray[Any] = rows[kept]
    return counted


def _out_of_reach(
    one: Trained, head: str, rows: NDArray[Any], low: float, high: float
) -> tuple[Severity, str, str | None]:
    """How bad it is, why, and what to do."""
    share = float(((rows < low - _CLOSE) | (rows > high + _CLOSE)).mean())
    what = _loss(one)
    if one.kind in _BINARY | _ONE_HOT:
        why = f"{what} is for targets from 0 to 1, and has no lowest value for others"
        values = np.unique(rows.reshape(-1)[: _MANY * 10])
        whole = _whole(values)
        if one.kind in _ONE_HOT and whole and values[0] >= 0:
            return "warning", f"{what} asks for rows of numbers from 0 to 1 that sum to 1", None
        if list(values) == [-1, 1]:
            return "error", why, "(y + 1) / 2"
        if list(values) == [-1, 0, 1]:
            return "warning", f"{what} leaves out no target, nor one of -1", None
        if whole and values[0] >= 0 and one.units == 1 and len(values) < 100:
            wanted = f"{why}; {len(values)} classes need as many units and a softmax"
            return "error", wanted, 'loss="sparse_categorical_crossentropy"'
        small = rows.min() > -0.05 and rows.max() < 1.05
        repair = "y / 255" if values[0] >= 0 and 200 < values[-1] <= 255 else None
        return "warning" if small else "error", why, repair
    severity: Severity = "warning" if share > _FEW else "hint"
    if one.kind in _OVERLAP or one.kind == "kl_divergence":
        return severity, f"{what} is for targets from 0 to 1", None
    if one.kind in ("poisson", "mean_squared_logarithmic_error"):
        return severity, f"{what} is for counts, which are never below 0", None
    ends = "from 0 up" if high == math.inf else f"from {low:g} to {high:g}"
    return severity, f"its `{head}` gives numbers {ends} only", 'activation="linear"'


@rule(
    "LG411",
    "targets-all-alike",
    page="heads",
    needs="data",
    severities=("hint",),
    yields_to=_SWAPPED,
)
def targets_all_alike(case: Case, this: Rule) -> Iterator[Finding]:
    """All targets of an output are the same, so that there is nothing to learn."""
    told: set[str] = set()
    for one in Heads(case).trained:
        rows = _rows(case, one)
        if rows is None or case.data is None or not case.data.whole or len(rows) < 8:
            continue
        if rows.dtype.kind not in "biuf" or one.tensor.id in told or not rows.size:
            continue
        if bool((rows == rows[:1]).all()):
            told.add(one.tensor.id)
            yield this.finding(
                "hint",
                f"All {len(rows)} targets of `{one.name}` are the same: there is nothing to learn "
                "from the inputs.",
                one.name,
            )
