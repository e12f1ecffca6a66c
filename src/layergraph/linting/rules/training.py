"""What training changes, and what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layergraph.graph import read
from layergraph.linting._registry import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import keras
    from numpy.typing import NDArray

    from layergraph.graph import Layer, LayerGraph, Weight
    from layergraph.linting._case import Case
    from layergraph.linting._finding import Finding

_DROPS = (
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout"),
    *("GaussianDropout", "GaussianNoise"),
)
# Operations that let no gradient through, beside all that give whole numbers or truths.
_STEPS = ("Round", "Floor", "Ceil", "Trunc", "Sign")
_KERAS_MODELS = ("Functional", "Sequential", "Model")


def _within(layer: Layer) -> Iterator[Layer]:
    """The layers that do the work: those of a nested model, those that a wrapper applies."""
    inner = layer.graph.layers if layer.graph else layer.wraps
    for one in inner:
        yield from _within(one)
    if not inner:
        yield layer


def _rate(layer: Layer) -> float:
    """Which share a layer drops while it trains."""
    facts = dict(layer.facts)
    names = ("rate", "stddev") if layer.class_name in _DROPS else ("dropout", "recurrent_dropout")
    rates = [facts.get(name) for name in names]
    return max((float(one) for one in rates if isinstance(one, int | float)), default=0.0)


def _moves(layer: Layer) -> bool:
    return layer.class_name in ("BatchNormalization", "SyncBatchNormalization") and (
        layer.trainable and layer.stateful
    )


@rule(
    "LG701",
    "training-fixed-in-a-call",
    page="training",
    needs="graph",
    severities=("warning", "hint"),
)
def training_fixed_in_a_call(case: Case, this: Rule) -> Iterator[Finding]:
    """A call fixes `training=`, which `fit`, `evaluate` and `predict` override."""
    yield from _fixed(case, this, case.graph, "")


def _fixed(case: Case, this: Rule, graph: LayerGraph, prefix: str) -> Iterator[Finding]:
    opened, done = set[str](), set[tuple[str, object]]()
    for call in graph.calls:
        layer = graph.layer(call.layer)
        told = dict(call.constants).get("training")
        name = f"{prefix}{layer.name}"
        if told is None and layer.graph is not None and name not in opened:
            opened.add(name)
            yield from _fixed(case, this, layer.graph, f"{name}/")
        if not isinstance(told, bool | int) or (name, told) in done:
            continue
        done.add((name, told))
        parts = list(_within(layer))
        moving = [one for one in parts if _moves(one)]
        dropping = [one for one in parts if _rate(one) > 0]
        if told and (dropping or moving):
            what = "drops nothing" if dropping else "uses the statistics that it has kept"
            yield this.finding(
                "warning",
                f"`{name}` is called with `training=True`, which `predict` and `evaluate` "
                f"override: there it {what}.",
                name,
                repair="y = model(x, training=True)" if not prefix else None,
            )
        elif not told and moving:
            inside = "" if layer.graph is None else f" of `{moving[0].name}` in it"
            yield this.finding(
                # As Keras' guide to fine-tuning writes it, with a base that was frozen before.
                "warning" if case.graph.compiled and layer.graph is None else "hint",
                f"`{name}` is called with `training=False`, which `fit` overrides: the moving "
                f"statistics{inside} change as if it were not there.",
                name,
                repair="layer.trainable = False",
            )
        elif not told and dropping:
            frozen = layer.graph is not None and layer.frozen
            yield this.finding(
                "hint" if frozen or not case.graph.compiled else "warning",
                f"`{name}` is called with `training=False`, which `fit` overrides: it drops "
                "numbers there as if it were not there.",
                name,
            )


@rule(
    "LG702",
    "trainable-set-after-fit",
    page="training",
    needs="graph",
    severities=("error", "warning", "hint"),
)
def trainable_set_after_fit(case: Case, this: Rule) -> Iterator[Finding]:
    """`trainable` was set after a `fit`, and nothing follows it before the next `compile`."""
    graph = case.graph
    if graph.optimized is None or graph.class_name not in _KERAS_MODELS:
        return
    optimized = set(graph.optimized)
    weights = {one.number: one for one in graph.weights() if not one.state}
    still = {n for n in optimized if n in weights and not weights[n].trainable}
    new = {n for n, one in weights.items() if one.trainable and n not in optimized}
    if not optimized & weights.keys():
        return
    if still and graph.stepped:
        # A model frozen as a whole after its training is part of another one, such as a GAN.
        flag = case.model is not None and case.model.trainable
        whole = not flag and not any(one.trainable for one in weights.values())
        names = _holders(case.opened, still)
        if names:
            yield this.finding(
                "hint" if whole else "warning",
                f"`{names[0]}` was frozen after a `fit`, and the next one still changes its "
                "weights: a step goes by what was trainable when it was made.",
                *names,
                repair="model.compile(...)  # again, after `trainable` is set",
            )
    if new:
        names = _holders(case.opened, new)
        if names and graph.stepped:
            yield this.finding(
                "warning",
                f"`{names[0]}` was made trainable after a `fit`, and the next one does not "
                "change its weights: a step goes by what was trainable when it was made.",
                *names,
                repair="model.compile(...)  # again, after `trainable` is set",
            )
        elif names:
            yield this.finding(
                "error",
                f"`{names[0]}` is trainable, but the optimizer was built in an earlier `fit` "
                "that did not train it, and it takes no new weights.",
                *names,
                repair='model.compile(optimizer="adam", loss=...)  # a new optimizer',
            )


def _holders(graph: LayerGraph, numbers: set[int]) -> tuple[str, ...]:
    return tuple(
        one.name for one in graph.layers if any(weight.number in numbers for weight in one.weights)
    )


@rule("LG703", "nothing-to-train", page="training", needs="compile", severities=("warning", "hint"))
def nothing_to_train(case: Case, this: Rule) -> Iterator[Finding]:
    """The model has losses, and no weight is trainable."""
    graph = case.graph
    weights = [one for one in graph.weights() if not one.state]
    losses = any(one.losses for one in graph.outputs)
    if not losses or not weights or any(one.trainable for one in weights) or graph.stepped:
        return
    given = case.data is not None and case.data.y is not None
    yield this.finding(
        "warning" if given else "hint",
        f"`{graph.name}` has a loss, but all its weights are frozen: `fit` changes nothing.",
        repair="model.trainable = True  # before `compile`",
    )


def _reached(graph: LayerGraph, *, cut: bool) -> set[str]:
    """The calls whose weights a loss reaches.

    Args:
        graph: An opened graph.
        cut: Whether what lets no gradient through stops the walk.
    """
    ahead = [one.tensor for one in graph.outputs if one.losses]
    for call in graph.calls:
        layer = graph.layer(call.layer)
        # Layers of others may add a loss of their own, as a regularizer does.
        own = layer.kind == "layer" and not layer.module.startswith("keras.")
        if own or layer.class_name == "ActivityRegularization" or _regularized(layer):
            ahead += call.outputs
    found = set[str]()
    seen = set[str]()
    while ahead:
        tensor = ahead.pop()
        if tensor in seen:
            continue
        seen.add(tensor)
        made = graph.tensor(tensor)
        if made.call is None or (cut and _is_whole(made.dtype)):
            continue
        found.add(made.call)
        call = graph.call(made.call)
        if not (cut and _stops(graph.layer(call.layer))):
            ahead += call.inputs
    return found


def _regularized(layer: Layer) -> bool:
    parts = [layer, *layer.wraps]
    return any(key.endswith("_regularizer") and one for p in parts for key, one in p.facts)


def _is_whole(dtype: str) -> bool:
    return dtype.startswith(("int", "uint", "bool", "string"))


def _stops(layer: Layer) -> bool:
    if layer.kind == "op":
        return layer.class_name in (*_STEPS, "StopGradient")
    return layer.class_name == "Embedding"


@rule(
    "LG704",
    "no-loss-reaches",
    page="training",
    needs="compile",
    severities=("error", "warning", "hint"),
    yields_to=("LG202", "LG203"),
)
def no_loss_reaches(case: Case, this: Rule) -> Iterator[Finding]:
    """Trainable weights that no loss reaches, because something on the way has no gradient."""
    graph = case.opened
    if not any(one.losses for one in graph.outputs) or graph.class_name not in _KERAS_MODELS:
        return
    through, behind = _reached(graph, cut=True), _reached(graph, cut=False)
    reached = {w.number for call in through for w in _weights(graph, call)}
    trained = {w.number for one in graph.layers for w in one.weights if w.trainable}
    lost = trained - reached
    if not lost:
        return
    cut = {w.number for call in behind for w in _weights(graph, call)} & lost
    if cut:
        names = _holders(graph, cut)
        stops = _stopping(graph, through)
        at = next((one for one in stops if one.class_name != "StopGradient"), None)
        first = at or next(iter(stops), None)
        where = f"`{first.name}`" if first else "what comes after"
        severity = "hint" if at is None else "error" if lost == trained else "warning"
        if not trained - lost and at is None:
            severity = "error"
        yield this.finding(
            "error" if severity == "error" else "warning" if severity == "warning" else "hint",
            f"`{names[0]}` is not trained: {where} lets no gradient through on its way to a loss.",
            *names,
        )
    aside = lost - cut
    if aside:
        names = _holders(graph, aside)
        ends = [one.name for one in graph.outputs if not one.losses]
        after = f"only `{ends[0]}` depends on it, which has no loss" if ends else "no loss uses it"
        yield this.finding("hint", f"`{names[0]}` is not trained: {after}.", *names)


def _weights(graph: LayerGraph, call: str) -> Iterator[Weight]:
    yield from graph.layer(graph.call(call).layer).weights


def _stopping(graph: LayerGraph, through: set[str]) -> list[Layer]:
    """What lets no gradient through, nearest to the losses first."""
    found = []
    for call in reversed(graph.calls):
        layer = graph.layer(call.layer)
        if layer.class_name == "Embedding" or not call.inputs:
            continue
        whole = any(_is_whole(graph.tensor(one).dtype) for one in call.outputs)
        floats = any(not _is_whole(graph.tensor(one).dtype) for one in call.inputs)
        if (call.id in through and _stops(layer)) or (whole and floats):
            found.append(layer)
    return found


_ROWS = 8


def _given(case: Case) -> dict[str, NDArray[np.generic]]:
    """A few rows: those that were given, else random ones."""
    from layergraph.experiments import batch

    assert case.model is not None
    names = [one.name for one in case.graph.inputs]
    if case.data is not None and case.data.x is not None:
        named = case.data.x.named
        if all(name in named and len(named[name]) >= 2 for name in names):
            return {name: named[name][:_ROWS] for name in names}
    return batch(case.model, size=_ROWS)


def _known(case: Case) -> bool:
    """Whether the model is one that can be run in a copy, and the copy alone."""
    return case.behaviour and case.model is not None


@rule("LG751", "no-gradient", page="training", needs="behaviour", severities=("warning",))
def no_gradient(case: Case, this: Rule) -> Iterator[Finding]:
    """A trainable weight gets no gradient from any loss."""
    from layergraph.experiments import ExperimentError, left_alone, trained_by

    ends = [one.name for one in case.graph.outputs if one.losses]
    if not _known(case) or not ends or len(set(ends)) < len(ends) or case.model is None:
        return
    if case.graph.class_name not in _KERAS_MODELS:
        return
    if any(_adds_loss(one) for one in case.opened.layers):
        return
    told = {name for one in no_loss_reaches.look(case) for name in one.layers}
    try:
        with left_alone():
            moved = frozenset[str]().union(*(trained_by(case.model, end) for end in ends))
            still = [one.path for one in case.model.trainable_weights if one.path not in moved]
            moving = [one for one in case.model.trainable_weights if one.path in moved]
    except (ExperimentError, KeyError, ValueError, TypeError):
        return
    if not moving and not still:
        return
    layers = {path.rpartition("/")[0] for path in still} - {
        path.path.rpartition("/")[0] for path in moving
    }
    names = [
        one.name
        for one in case.opened.layers
        if one.name not in told and _path(one.name) in {_path(two) for two in layers}
    ]
    if names:
        yield this.finding(
            "warning",
            f"`{names[0]}` gets no gradient from any loss: a step of training leaves its weights "
            "as they are.",
            *names,
        )


def _path(name: str) -> str:
    return name.rpartition("/")[2]


def _adds_loss(layer: Layer) -> bool:
    return layer.class_name == "ActivityRegularization"


def _runs(case: Case) -> tuple[dict[str, NDArray[np.generic]], ...] | None:
    """What a copy gives for some rows, again for the same, and for the rows for one alone."""
    from layergraph.experiments import ExperimentError, copied, left_alone

    if not _known(case) or case.model is None:
        return None
    try:
        with left_alone():
            given = _given(case)
            first = _outputs(copied(case.model), given)
            again = _outputs(copied(case.model), given)
            one = {name: rows[:1] for name, rows in given.items()}
            alone = _outputs(copied(case.model), one)
    except (ExperimentError, IndexError, KeyError, ValueError, TypeError):
        return None
    return first, again, alone


def _outputs(
    copy: keras.Model, given: dict[str, NDArray[np.generic]]
) -> dict[str, NDArray[np.generic]]:
    """Run a copy, whose inputs may have other names."""
    from layergraph.experiments import outputs

    names = [one.name for one in read(copy).inputs]
    return outputs(copy, dict(zip(names, given.values(), strict=True)))


def _number(one: NDArray[np.generic]) -> bool:
    return one.dtype.kind == "f" and one.ndim > 0 and one.size > 0


@rule(
    "LG752",
    "rows-depend-on-rows",
    page="training",
    needs="behaviour",
    severities=("warning", "hint"),
)
def rows_depend_on_rows(case: Case, this: Rule) -> Iterator[Finding]:
    """What the model says of a row changes with the other rows of the batch."""
    runs = _runs(case)
    if runs is None:
        return
    first, again, alone = runs
    for (name, one), end in zip(first.items(), case.graph.outputs, strict=True):
        if not _number(one) or not np.allclose(one, again[name], atol=1e-4, equal_nan=True):
            continue
        other = alone[name]
        shape = case.graph.tensor(end.tensor).shape
        mixed = one.shape[1:] != other.shape[1:] or len(other) != 1
        if mixed or not np.allclose(one[:1], other, atol=1e-3, rtol=1e-3, equal_nan=True):
            pairs = mixed or None in shape[1:]
            yield this.finding(
                "hint" if pairs else "warning",
                f"What `{end.name}` gives for a row changes with the other rows of the batch: "
                "something reads across the first axis, where the rows stand.",
                end.name,
            )


@rule("LG753", "predictions-differ", page="training", needs="behaviour", severities=("hint",))
def predictions_differ(case: Case, this: Rule) -> Iterator[Finding]:
    """Two predictions of the same rows differ."""
    runs = _runs(case)
    if runs is None:
        return
    first, again, _ = runs
    for (name, one), end in zip(first.items(), case.graph.outputs, strict=True):
        if _number(one) and not np.allclose(one, again[name], atol=1e-3, equal_nan=True):
            yield this.finding(
                "hint",
                f"`{end.name}` gives other numbers for the same rows each time: something draws "
                "at random when it predicts.",
                end.name,
            )


@rule(
    "LG754",
    "output-without-news",
    page="training",
    needs="behaviour",
    severities=("error", "warning"),
)
def output_without_news(case: Case, this: Rule) -> Iterator[Finding]:
    """An output is not a number, or the same for all rows."""
    runs = _runs(case)
    if runs is None:
        return
    rows = _given(case)
    if any(one.dtype.kind == "f" and not np.isfinite(one).all() for one in rows.values()):
        return
    for (_, one), end in zip(runs[0].items(), case.graph.outputs, strict=True):
        if not _number(one) or len(one) < 2:
            continue
        if np.isnan(one).any():
            yield this.finding(
                "error",
                f"`{end.name}` is NaN for ordinary rows, and so is the loss on it.",
                end.name,
            )
        elif end.losses and _differ(rows) and np.ptp(one, axis=0).max() == 0:
            yield this.finding(
                "warning",
                f"`{end.name}` is the same for all rows, whatever the inputs are.",
                end.name,
            )


def _differ(rows: dict[str, NDArray[np.generic]]) -> bool:
    return all(len(np.unique(one, axis=0)) == len(one) for one in rows.values() if one.ndim)
