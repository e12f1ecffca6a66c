"""Losses, their weights and metrics: which output Keras gives them to."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from layergraph.graph.walks import ancestors
from layergraph.linting._heads import Head, Heads, Trained, snake
from layergraph.linting._registry import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from layergraph.graph import Metric, Output
    from layergraph.linting._case import Case
    from layergraph.linting._finding import Finding, Severity

_BINARY = frozenset(("binary_crossentropy", "binary_focal_crossentropy"))
_ONE_HOT = frozenset(("categorical_crossentropy", "categorical_focal_crossentropy"))
_SPARSE = frozenset(("sparse_categorical_crossentropy",))
_CROSS = _BINARY | _ONE_HOT | _SPARSE
_DISTANCE = frozenset(
    (
        "mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error",
        "huber",
        "log_cosh",
        "poisson",
    )
)
# Between 0 and 1, so that a cross-entropy can take it.
_PROBABILITIES = frozenset(("sigmoid", "softmax", "hard_sigmoid"))
# Heads of amounts: what comes out has no upper end.
_AMOUNTS = frozenset(("linear", "relu", "softplus", "exponential"))

# Metrics that count right and wrong answers, by what they take for a target.
_HALVES = frozenset(("accuracy", "binary_accuracy"))
_COUNTS = frozenset(("auc", "precision", "recall"))
_RIGHT_OR_WRONG = _HALVES | _COUNTS | {"exact_accuracy"}
_OF_ONE_HOT = _COUNTS | {
    "binary_accuracy",
    "categorical_accuracy",
    "top_k_categorical_accuracy",
    "f1score",
}
_OF_NUMBERS = frozenset(("sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy"))
_LIKE_TARGETS = frozenset(("mean_squared_error", "mean_absolute_error", "root_mean_squared_error"))
_LARGEST = frozenset(
    (
        "categorical_accuracy",
        "sparse_categorical_accuracy",
        "top_k_categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
    )
)
_MANY = 20_000  # rows are enough to see what rows are like

# Where one of these is written anew, compile's arguments may mean something else.
_OWN = ("compile", "compute_loss", "compute_metrics", "fit", "train_step")


@dataclass(frozen=True)
class _Compiled:
    """What compile was given, beside the outputs.

    Attributes:
        case: The model, and what is known of it.
    """

    case: Case

    @cached_property
    def usual(self) -> bool:
        """Whether training is Keras' own, so that compile's arguments mean what they say."""
        if not self.case.graph.compiled:
            return False
        return not any(
            name in vars(cls)
            for cls in type(self.case.model).__mro__
            if cls.__module__.partition(".")[0] not in ("keras", "builtins")
            for name in _OWN
        )

    @property
    def written(self) -> dict[str, Any]:
        """Compile's arguments."""
        return self.case.written

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The outputs as Keras numbers them."""
        return self.case.graph.outputs

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Their names, in the order in which they were written."""
        names = tuple(one.name for one in self.outputs)
        if not self.keyed:
            return names
        given = getattr(self.case.model, "output", None)
        keys = tuple(map(str, given)) if isinstance(given, dict) else ()
        return keys if set(keys) == set(names) else names

    @cached_property
    def keyed(self) -> bool:
        """Whether the outputs are a dict."""
        return all(len(one.path) == 1 and isinstance(one.path[0], str) for one in self.outputs)

    @cached_property
    def by_alphabet(self) -> bool:
        """Whether Keras numbers the outputs in another order than they were written in."""
        return self.names != tuple(one.name for one in self.outputs)

    @cached_property
    def several(self) -> bool:
        """Whether there are several outputs in one list or dict, each with its own name."""
        return (
            self.usual
            and self.case.graph.compile_problem is None
            and len(self.outputs) > 1
            and all(len(one.path) == 1 for one in self.outputs)
            and len({one.name for one in self.outputs}) == len(self.outputs)
        )

    @cached_property
    def loss(self) -> Any:  # noqa: ANN401 - whatever compile takes
        return self.written.get("loss")

    @cached_property
    def weights(self) -> Any:  # noqa: ANN401
        return self.written.get("loss_weights")

    @cached_property
    def heads(self) -> Heads:
        return Heads(self.case)

    @cached_property
    def trained(self) -> dict[str, list[Trained]]:
        """The losses of each output."""
        found: dict[str, list[Trained]] = {}
        for one in self.heads.trained:
            found.setdefault(one.output.tensor, []).append(one)
        return found

    def opened(self, output: Output) -> Output:
        """The same output in the opened graph."""
        return self.case.opened.outputs[self.outputs.index(output)]

    def head(self, output: Output) -> Head | None:
        return self.heads.of(self.opened(output))

    def losses(self, output: Output) -> list[Trained]:
        return self.trained.get(self.opened(output).tensor, [])

    def targets(self, output: Output) -> NDArray[Any] | None:
        """The targets of an output, if they are numbers."""
        data = self.case.data
        if data is None or data.y is None:
            return None
        array = data.y.named.get(output.name)
        if array is None or not array.size or array.dtype.kind not in "biuf":
            return None
        return array[:_MANY]

    def copies(self, output: Output) -> bool:
        """Whether the targets of an output are one of the inputs, as an autoencoder has it."""
        targets, data = self.targets(output), self.case.data
        if targets is None or data is None or data.x is None:
            return False
        some = targets[:100]
        return any(np.array_equal(one[:100], some) for one in data.x.arrays if one.ndim)

    @cached_property
    def alone(self) -> dict[str, bool]:
        """By output without a loss: whether it has weights that no loss trains."""
        graph = self.case.opened
        weights = {
            one.name: {
                weight.number
                for call in ancestors(graph, one.tensor)
                for weight in graph.layer(graph.call(call).layer).weights
                if weight.trainable
            }
            for one in graph.outputs
        }
        reached = {number for one in graph.outputs if one.losses for number in weights[one.name]}
        return {one.name: bool(weights[one.name] - reached) for one in graph.outputs}

    @cached_property
    def kinds(self) -> dict[int, list[tuple[Metric, str | None, dict[str, Any]]]]:
        """By number of the output: its metrics, the kind of each, and its settings."""
        return {
            number: list(self._kinds(number, output)) for number, output in enumerate(self.outputs)
        }

    def _kinds(
        self, number: int, output: Output
    ) -> Iterator[tuple[Metric, str | None, dict[str, Any]]]:
        given = [
            leaf
            for name in ("metrics", "weighted_metrics")
            for leaf in self._of(self.written.get(name), number, output)
        ]
        if len(given) != len(output.metrics):
            given = [re.sub(r"_\d+$", "", one.name) for one in output.metrics]
        for metric, leaf in zip(output.metrics, given, strict=True):
            yield metric, *_metric(leaf)

    def _of(self, metrics: Any, number: int, output: Output) -> list[Any]:  # noqa: ANN401
        if len(self.outputs) == 1:
            return _leaves(metrics)
        if isinstance(metrics, list | tuple) and len(metrics) == len(self.outputs):
            return _leaves(metrics[number])
        if isinstance(metrics, dict):
            return _leaves(metrics.get(output.name))
        return []

    @cached_property
    def spread(self) -> bool:
        """Whether metrics are a plain list of as many as there are outputs."""
        given = self.written.get("metrics")
        return (
            self.several
            and isinstance(given, list | tuple)
            and len(given) == len(self.outputs)
            and all(_leaf(one) and one is not None for one in given)
        )


def _differ(written: Any, applied: float) -> bool:  # noqa: ANN401
    """Whether a weight is another one than was written, as far as that is a number."""
    if not isinstance(written, int | float):
        return False
    return not math.isclose(written, applied, rel_tol=1e-4, abs_tol=1e-12)


def _leaf(value: Any) -> bool:  # noqa: ANN401
    """Whether it is one loss or metric: Keras writes an object down as a dict of its own."""
    if isinstance(value, dict):
        return "class_name" in value and "config" in value
    return not isinstance(value, list | tuple)


def _leaves(value: Any) -> list[Any]:  # noqa: ANN401
    if value is None:
        return []
    if _leaf(value):
        return [value]
    if isinstance(value, dict):
        return [leaf for key in sorted(value, key=str) for leaf in _leaves(value[key])]
    return [leaf for one in value for leaf in _leaves(one)]


def _metric(leaf: Any) -> tuple[str | None, dict[str, Any]]:  # noqa: ANN401
    """The kind of a metric, ``None`` for a reader's own, and its settings."""
    if isinstance(leaf, str):
        kind = snake(leaf)
        return ("accuracy" if kind == "acc" else kind), {}
    if not isinstance(leaf, dict):
        return None, {}
    name, config = leaf.get("class_name"), leaf.get("config")
    if str(leaf.get("module")).partition(".")[0] not in ("keras", "builtins"):
        return None, {}
    if name == "function":
        return None, {}  # Keras writes a reader's function down as it does its own
    kind = "exact_accuracy" if name == "Accuracy" else snake(str(name))
    return kind, config if isinstance(config, dict) else {}


def _code(leaf: Any) -> str:  # noqa: ANN401
    """One loss as code."""
    if isinstance(leaf, str):
        return f'"{leaf}"'
    if leaf is None or isinstance(leaf, int | float):
        return repr(leaf)
    if isinstance(leaf, dict):
        name = leaf.get("class_name")
        if name == "function" and isinstance(leaf.get("config"), str):
            return str(leaf["config"]) if leaf["config"].isidentifier() else "..."
        if isinstance(name, str) and name.isidentifier() and name != "__lambda__":
            return f"{name}(...)"
    return "..."


def _dict(values: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f'"{key}": {_code(value)}' for key, value in values.items()) + "}"


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _ticks(names: Sequence[Any]) -> str:
    return _and([f"`{name}`" for name in names])


# Which output gets what


@rule(
    "LG201",
    "losses-in-other-order",
    page="losses",
    needs="compile",
    severities=("error", "warning", "hint"),
)
def losses_in_other_order(case: Case, this: Rule) -> Iterator[Finding]:
    """Losses, loss weights or metrics are a list that Keras goes through in another order."""
    compiled = _Compiled(case)
    if not compiled.several:
        return
    if compiled.keyed:
        yield from _by_alphabet(compiled, this)
    weights = _weights_meant(compiled)
    if weights is None:
        return
    meant, severity = weights
    wrong = {
        one.name: one.losses[0].weight
        for one in compiled.outputs
        if one.name in meant
        and len(one.losses) == 1
        and _differ(meant[one.name], one.losses[0].weight)
    }
    if not wrong:
        return
    names = list(wrong)
    says = _and([f"`{name}` gets {wrong[name]:g} and not {meant[name]:g}" for name in names])
    if isinstance(compiled.weights, dict):
        why = (
            "`loss` is a list and `loss_weights` a dict, whose names Keras sorts and does not read"
        )
    elif compiled.keyed:
        why = "`loss_weights` is a list, and Keras goes through the outputs by the alphabet"
    else:
        why = "`loss_weights` is a list in the order of the outputs, and `loss` a dict in another"
    yield this.finding(
        severity,
        f"{why}: {says}.",
        *names,
        repair=f"model.compile(..., loss_weights={_dict(meant)})"
        if isinstance(compiled.loss, dict)
        else _both(compiled, meant),
    )


def _both(compiled: _Compiled, weights: Mapping[str, Any]) -> str:
    losses = dict(zip(compiled.names, compiled.loss, strict=False))
    return f"model.compile(..., loss={_dict(losses)}, loss_weights={_dict(weights)})"


def _weights_meant(compiled: _Compiled) -> tuple[dict[str, float], Severity] | None:
    """The weight that was written for each output, and how sure that is."""
    loss, weights, names = compiled.loss, compiled.weights, compiled.names
    if isinstance(weights, dict):
        if isinstance(loss, list | tuple) and all(map(_leaf, loss)) and set(weights) == set(names):
            return weights, "error"
        return None
    if not isinstance(weights, list | tuple) or len(weights) != len(names):
        return None
    if isinstance(loss, dict) and set(loss) == set(names):
        by_loss = dict(zip(loss, weights, strict=True))
        if not compiled.keyed:
            # Whoever writes so may know that a list goes by the outputs.
            return by_loss, "hint"
        if list(loss) == list(names):
            return by_loss, "error"
        by_output = dict(zip(names, weights, strict=True))
        same = not any(
            _differ(by_output[one.name], loss.weight)
            for one in compiled.outputs
            for loss in one.losses
        )
        return None if same else (by_loss, "error")
    return None


def _by_alphabet(compiled: _Compiled, this: Rule) -> Iterator[Finding]:
    """Lists for a dict of outputs, which Keras goes through by the alphabet."""
    order = [one.name for one in compiled.outputs]
    found: dict[str, list[str]] = {}
    for argument in ("loss", "loss_weights", "metrics"):
        given = compiled.written.get(argument)
        if not isinstance(given, list | tuple) or len(given) != len(order):
            continue
        if argument == "loss_weights" and not isinstance(compiled.loss, list | tuple):
            continue
        meant = dict(zip(compiled.names, given, strict=True))
        got = dict(zip(order, given, strict=True))
        if argument == "loss" and _fewer_misfits(compiled, got, meant):
            return
        wrong = [name for name in compiled.names if meant[name] != got[name]]
        if wrong:
            found[argument] = wrong
    if not found:
        return
    names = list(dict.fromkeys(name for wrong in found.values() for name in wrong))
    first = next(iter(found))
    given = compiled.written[first]
    got = dict(zip(order, given, strict=True))
    says = [f"`{name}` gets {_words(got[name])}" for name in found[first]]
    repair = [
        f"{argument}={_dict(dict(zip(compiled.names, compiled.written[argument], strict=True)))}"
        for argument in found
        if argument != "metrics" or all(map(_leaf, compiled.written[argument]))
    ]
    severity: Severity = "warning" if list(found) == ["metrics"] else "error"
    yield this.finding(
        severity,
        f"The outputs are a dict and {_ticks(list(found))} "
        f"{'is a list' if len(found) == 1 else 'are lists'}, which Keras gives to the outputs "
        f"by the alphabet: {_and(says)}.",
        *names,
        repair=f"model.compile(..., {', '.join(repair)})" if repair else None,
    )


def _words(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, int | float):
        return f"{value:g}"
    return _and([f"`{_code(one).strip(chr(34))}`" for one in _leaves(value)]) or "nothing"


def _fewer_misfits(compiled: _Compiled, got: dict[str, Any], meant: dict[str, Any]) -> bool:
    """Whether the losses fit the outputs that they go to better than those they seem meant for."""

    def misfits(losses: dict[str, Any]) -> int:
        count = 0
        for output in compiled.outputs:
            head = compiled.head(output)
            kind, facts = _metric(losses[output.name])
            if head is None or kind not in _CROSS:
                continue
            fits = (
                head.kind == "linear"
                if facts.get("from_logits")
                else (head.kind == ("sigmoid" if kind in _BINARY else "softmax"))
            )
            count += not fits
        return count

    return misfits(got) < misfits(meant)


@rule(
    "LG202",
    "fewer-losses-than-outputs",
    page="losses",
    needs="compile",
    severities=("warning", "hint"),
)
def fewer_losses_than_outputs(case: Case, this: Rule) -> Iterator[Finding]:
    """A list of losses is shorter than the outputs, of which the last then have no loss."""
    compiled = _Compiled(case)
    loss = compiled.loss if compiled.several and not compiled.keyed else None
    if not isinstance(loss, list | tuple) or len(loss) >= len(compiled.outputs):
        return
    if isinstance(loss, tuple) and len(loss) < len(compiled.outputs) and all(map(_leaf, loss)):
        yield this.finding(
            "warning",
            f"`loss` is a tuple of {len(loss)} for {len(compiled.outputs)} outputs, so Keras "
            f"stacks {_ticks(compiled.names)} and takes each loss of all of them; write "
            "a list, with one loss for each output.",
            *compiled.names,
        )
        return
    without = [one for one in compiled.outputs[len(loss) :] if not one.losses]
    if not without:
        return
    names = [one.name for one in without]
    alone = any(compiled.alone[name] for name in names)
    targets = [compiled.targets(one) for one in without]
    given = any(one is not None and bool(np.any(one)) for one in targets)
    trained = "nothing trains them" if alone else "nothing is asked of them"
    trained = trained if len(names) > 1 else trained.replace("them", "it")
    on_purpose = [*map(_code, loss), *["None"] * len(names)]
    yield this.finding(
        "warning" if alone or given else "hint",
        f"`loss` is a list of {len(loss)} for {len(compiled.outputs)} outputs, so {_ticks(names)} "
        f"{'have' if len(names) > 1 else 'has'} no loss and {trained}; write one loss for each "
        "output, or `None` on purpose.",
        *names,
        repair=None if alone or given else f"loss=[{', '.join(on_purpose)}]",
    )


@rule(
    "LG203",
    "output-left-out",
    page="losses",
    needs="compile",
    severities=("warning", "hint"),
)
def output_left_out(case: Case, this: Rule) -> Iterator[Finding]:
    """A dict of losses has no entry for an output, which then has no loss."""
    compiled = _Compiled(case)
    loss = compiled.loss if compiled.several and compiled.keyed else None
    if not isinstance(loss, dict) or _leaf(loss):
        return
    for output in compiled.outputs:
        if output.name in loss or output.losses:
            continue
        alone = compiled.alone[output.name]
        given = compiled.targets(output) is not None
        yield this.finding(
            "warning" if alone and given else "hint",
            f"`loss` has no entry for the output `{output.name}`, so that nothing "
            f"{'trains it, although it is given targets' if given else 'is asked of it'}.",
            output.name,
            repair=f'loss = {{**loss, "{output.name}": {"..." if given else None}}}',
        )


@rule(
    "LG204",
    "loss-weight-of-no-output",
    page="losses",
    needs="compile",
    severities=("error", "warning"),
)
def loss_weight_of_no_output(case: Case, this: Rule) -> Iterator[Finding]:
    """A key of `loss_weights` is the name of no output, and Keras takes it all the same."""
    compiled = _Compiled(case)
    weights = compiled.weights
    if not compiled.several or not isinstance(weights, dict):
        return
    unknown = [key for key in weights if key not in compiled.names]
    if not unknown:
        return
    wrong = [
        one.name
        for one in compiled.outputs
        if len(one.losses) == 1
        and one.name in weights
        and _differ(weights[one.name], one.losses[0].weight)
    ]
    missing = [name for name in compiled.names if name not in weights]
    if wrong:
        got = {one.name: one.losses[0].weight for one in compiled.outputs if one.losses}
        does = "the weights go by the alphabet, and " + _and(
            [f"`{name}` gets {got[name]:g} and not {weights[name]:g}" for name in wrong]
        )
    elif missing:
        does = f"its weight is taken for {_ticks(missing)}, by luck alone"
    else:
        does = "its weight counts nowhere"
    yield this.finding(
        "error" if wrong else "warning",
        f"`loss_weights` has {_ticks(unknown)}, but the outputs are {_ticks(compiled.names)}: "
        f"{does}.",
        *(wrong or missing),
        repair="loss_weights="
        + _dict({**dict.fromkeys(compiled.names, 1.0), **_respelt(weights, missing, unknown)})
        if len(missing) == len(unknown)
        else None,
    )


def _respelt(
    weights: dict[str, Any], missing: Sequence[str], unknown: Sequence[str]
) -> dict[str, Any]:
    import difflib

    named = {key: value for key, value in weights.items() if key not in unknown}
    left = list(missing)
    for key in unknown:
        near = difflib.get_close_matches(key, left, 1, 0.0)
        left.remove(near[0])
        named[near[0]] = weights[key]
    return named


@rule(
    "LG205",
    "outputs-of-one-name",
    page="losses",
    needs="compile",
    severities=("warning",),
)
def outputs_of_one_name(case: Case, this: Rule) -> Iterator[Finding]:
    """Several outputs with a loss have one name, so that the history shows one of them."""
    compiled = _Compiled(case)
    if not compiled.usual:
        return
    times: dict[str, int] = {}
    for one in compiled.outputs:
        times[one.name] = times.get(one.name, 0) + bool(one.losses)
    for name, count in times.items():
        if count > 1:
            yield this.finding(
                "warning",
                f"{count} outputs with a loss are named `{name}` after the layer that makes them, "
                f"so the history has one `{name}_loss` for all of them.",
                name,
                repair="keras.Model(inputs, {'first': first, 'second': second})",
            )


# Metrics


@rule(
    "LG206",
    "metrics-spread-over-outputs",
    page="losses",
    needs="compile",
    severities=("error", "warning", "hint"),
)
def metrics_spread_over_outputs(case: Case, this: Rule) -> Iterator[Finding]:
    """A list of as many metrics as outputs gives one to each, and not all to all."""
    compiled = _Compiled(case)
    if not compiled.spread or compiled.by_alphabet:
        return
    kinds = [compiled.kinds[number] for number in range(len(compiled.outputs))]
    if any(len(one) != 1 for one in kinds):
        return
    words = [
        f"`{one.name}` gets `{of[0][0].name}`"
        for one, of in zip(compiled.outputs, kinds, strict=True)
    ]
    names = [one.name for one in compiled.outputs]
    both = ", ".join(f'"{of[0][0].name}"' for of in kinds)
    repair = "metrics={" + ", ".join(f'"{name}": [{both}]' for name in names) + "}"
    reasons = []
    for output, of in zip(compiled.outputs, kinds, strict=True):
        _, kind, facts = of[0]
        bad = _misfit(compiled, output, kind, facts)
        if bad is not None:
            elsewhere = any(
                _misfit(compiled, other, kind, facts) is None and compiled.head(other) is not None
                for other in compiled.outputs
                if other is not output
            )
            alike = _alike(compiled)
            severity = "warning" if bad[0] == "hint" and (elsewhere or alike) else bad[0]
            reasons.append((severity, output, f"`{of[0][0].name}` does not suit it: {bad[1]}"))
    if reasons:
        severity, output, why = min(
            reasons, key=lambda one: ("error", "warning", "hint").index(one[0])
        )
        yield this.finding(
            severity,
            f"`metrics` is a list of one for each output, and as for `{output.name}`, {why}.",
            output.name,
            repair="metrics={" + ", ".join(f'"{name}": [...]' for name in names) + "}",
        )
    elif _alike(compiled) and len({of[0][1] for of in kinds}) > 1:
        yield this.finding(
            "hint",
            f"`metrics` is a list of one for each output, and not of all for all: {_and(words)}.",
            *names,
            repair=repair,
        )


def _alike(compiled: _Compiled) -> bool:
    """Whether all outputs have the same losses and end in the same way."""
    signs = set()
    for one in compiled.outputs:
        head = compiled.head(one)
        losses = tuple(loss.name for loss in one.losses)
        signs.add((losses, head and head.kind, compiled.case.graph.tensor(one.tensor).shape))
    return len(signs) == 1


@rule(
    "LG207",
    "metric-of-other-kind",
    page="losses",
    needs="compile",
    severities=("error", "warning", "hint"),
)
def metric_of_other_kind(case: Case, this: Rule) -> Iterator[Finding]:
    """A metric does not suit the output that it measures, or the targets that its loss takes."""
    compiled = _Compiled(case)
    if not compiled.usual or compiled.spread:
        return
    listed = isinstance(compiled.written.get("metrics"), list | tuple)
    if listed and compiled.several and compiled.by_alphabet:
        return  # the order is the mistake
    bare = [one for one in compiled.outputs if one.losses and not one.metrics]
    for number, output in enumerate(compiled.outputs):
        if output.metrics and not output.losses and bare:
            yield this.finding(
                "hint",
                f"`{output.name}` has a metric and no loss, and `{bare[0].name}` has a loss and no "
                "metric.",
                output.name,
                bare[0].name,
            )
            continue
        for metric, kind, facts in compiled.kinds[number]:
            bad = _misfit(compiled, output, kind, facts)
            if bad is not None:
                yield this.finding(
                    bad[0],
                    f"The metric `{metric.name}` of `{output.name}` does not suit it: {bad[1]}.",
                    output.name,
                    repair=bad[2],
                )
                break


def _misfit(
    compiled: _Compiled, output: Output, kind: str | None, facts: dict[str, Any]
) -> tuple[Severity, str, str | None] | None:
    """How badly a metric suits an output, why, and what to write; ``None`` if it may."""
    losses = compiled.losses(output)
    if kind is None or not losses or len(losses) != len(output.losses):
        return None
    tensor = compiled.case.graph.tensor(output.tensor)
    units = tensor.shape[-1] if len(tensor.shape) > 1 else None
    of = {one.kind for one in losses}
    head = compiled.head(output)
    if units is not None and units > 1:
        several = _of_classes(kind, of)
        if several is not None:
            return several
    if units == 1 and kind in _LARGEST and of & (_BINARY | _DISTANCE):
        return (
            "error",
            "it looks for the largest of several units, and there is one, so that every answer "
            "counts alike",
            'metrics=["accuracy"]' if of & _BINARY else 'metrics=["mae"]',
        )
    if head is None:
        return None
    if kind == "exact_accuracy" and of & _CROSS:
        return (
            "warning",
            "`keras.metrics.Accuracy` asks whether two numbers are equal, and a probability never "
            "equals a class",
            'metrics=["accuracy"]',
        )
    if of <= _DISTANCE and head.kind in _AMOUNTS and kind in _RIGHT_OR_WRONG:
        bad = _of_amounts(compiled.targets(output), of, head, units)
        # So many write it of autoencoders, whose weights it does not change.
        return ("hint", *bad[1:]) if bad and compiled.copies(output) else bad
    if kind == "binary_accuracy" and head.kind == "softmax" and (units or 0) > 2 and of & _ONE_HOT:
        return (
            "warning",
            f"it counts each of the {units} units as an answer of its own, of which most are right "
            "when none is chosen",
            'metrics=["categorical_accuracy"]',
        )
    if kind == "accuracy" and head.kind == "sigmoid" and (units or 0) > 1 and of & _BINARY:
        return _of_labels(compiled.targets(output))
    if head.kind == "linear" and of & _BINARY and all(one.from_logits for one in losses):
        return _of_logits(kind, facts)
    return None


def _of_classes(kind: str, of: set[str]) -> tuple[Severity, str, str | None] | None:
    if of <= _SPARSE and kind in _OF_ONE_HOT | _LIKE_TARGETS:
        return (
            "error",
            "it takes targets of as many numbers as there are units, and the loss takes the "
            "number of the class",
            'metrics=["sparse_categorical_accuracy"]',
        )
    if of <= _ONE_HOT and kind in _OF_NUMBERS:
        return (
            "error",
            "it takes the number of the class, and the loss takes one-hot rows",
            'metrics=["categorical_accuracy"]',
        )
    return None


def _of_amounts(
    targets: NDArray[Any] | None, of: set[str], head: Head, units: int | None
) -> tuple[Severity, str, str | None] | None:
    why = "it counts right and wrong answers, and the output and its loss are of amounts"
    repair = 'metrics=["mae"]'
    if targets is None:
        sure = head.kind != "linear" or "mean_squared_error" not in of
        return "warning" if sure else "hint", why, repair
    values = np.unique(targets)
    if len(values) <= 2:
        return None
    if (units or 0) > 1 and set(values.tolist()) <= {0, 1, -1}:
        return None
    return "warning", f"{why}, as the targets are", repair


def _of_labels(targets: NDArray[Any] | None) -> tuple[Severity, str, str | None] | None:
    repair = 'metrics=["binary_accuracy"]'
    why = "`accuracy` compares the largest unit alone, and every unit is an answer of its own"
    if targets is None or targets.ndim < 2:
        return "hint", why, repair
    several = np.mean(targets.sum(axis=-1) != 1)
    if several < 0.01:
        return None
    return "warning", f"{why}: rows of the targets have several ones, or none", repair


def _of_logits(kind: str, facts: dict[str, Any]) -> tuple[Severity, str, str | None] | None:
    if kind == "auc" and not facts.get("from_logits"):
        return (
            "warning",
            "it takes probabilities, and the output gives logits",
            "keras.metrics.AUC(from_logits=True)",
        )
    threshold = facts.get("threshold", 0.5) if kind == "binary_accuracy" else 0.5
    cut = facts.get("thresholds")
    if (kind in _HALVES and threshold == 0.5) or (kind in ("precision", "recall") and cut is None):
        name = {"precision": "Precision", "recall": "Recall"}.get(kind)
        return (
            "hint",
            "it says yes from 0.5 on, and the output gives logits, which say yes from 0 on",
            f"keras.metrics.{name}(thresholds=0)"
            if name
            else 'keras.metrics.BinaryAccuracy(name="accuracy", threshold=0)',
        )
    return None


# What fit refuses, and weights


@rule("LG208", "refused-by-fit", page="losses", needs="compile", severities=("error",))
def refused_by_fit(case: Case, this: Rule) -> Iterator[Finding]:
    """The losses, their weights or the metrics do not fit the outputs, and `fit` will say so."""
    problem = case.graph.compile_problem
    compiled = _Compiled(case)
    if problem is None or not compiled.usual:
        return
    sentence, repair = _reason(compiled, problem)
    yield this.finding("error", f"`fit` will refuse this: {sentence}.", repair=repair)


def _reason(compiled: _Compiled, problem: str) -> tuple[str, str | None]:
    names = compiled.names
    outputs = (
        f"the outputs are {_ticks(names)}" if len(names) > 1 else f"the output is `{names[0]}`"
    )
    if compiled.case.graph.class_name == "Sequential" and isinstance(compiled.loss, dict):
        return "`loss` is a dict, and the output of a Sequential model has no name", None
    each = "{" + ", ".join(f'"{name}": ...' for name in names) + "}"
    for pattern, says, repair in (
        (
            r"must match the number of losses, got (\d+) losses and (\d+) weights",
            "`loss_weights` has {1} for a `loss` of {0}; write one loss for each output",
            f"model.compile(..., loss={each}, loss_weights={each})",
        ),
        (
            r"Expected keys .* in loss dict, but found loss.keys\(\)=\[(.*)\]",
            "`loss` has the keys [{0}], but " + outputs + "; a list of outputs needs an entry for "
            "each, `None` for one without a loss",
            f"model.compile(..., loss={each})",
        ),
        (
            r"The path: \((\d+),\) in the `loss`",
            "`loss` has more entries than there are outputs: " + outputs,
            f"model.compile(..., loss={each})",
        ),
        (
            r"The path: (\(.*\)) in",
            "`loss` and the outputs do not fit at `{0}`: " + outputs,
            f"model.compile(..., loss={each})",
        ),
        (
            r"(?s)(?:arity|Expected|mismatch).*Invalid `(\w+)`",
            "`{0}` needs an entry for each output, and " + outputs,
            f"model.compile(..., metrics={each})",
        ),
        (
            r"is given for the outputs .* together",
            "a list of losses for a dict of outputs needs one for each, and " + outputs,
            f"model.compile(..., loss={each})",
        ),
        (
            r"`loss_weights` has ('.*'), which is no number",
            "{0} stands among the loss weights; the third argument of `compile` is `loss_weights`,"
            " so write the name of the argument",
            "model.compile(optimizer, loss, metrics=[...])",
        ),
        (
            r"Could not interpret (loss|metric) identifier: (.*)",
            "Keras knows no {0} `{1}`",
            None,
        ),
    ):
        match = re.search(pattern, problem)
        if match is not None:
            parts = [part.replace("`", "") for part in match.groups()]
            return says.format(*parts), repair
    if problem in names and isinstance(compiled.weights, dict):
        return (
            f"`loss_weights` has no entry for the output `{problem}`",
            f"model.compile(..., loss_weights={each})",
        )
    first = problem.strip().splitlines()[0].rstrip(".").replace("`", "'")
    return f"Keras says, {first}", None


@rule(
    "LG209",
    "loss-weight-not-positive",
    page="losses",
    needs="compile",
    severities=("warning", "hint"),
)
def loss_weight_not_positive(case: Case, this: Rule) -> Iterator[Finding]:
    """A loss weight is 0, so that the loss trains nothing, or negative, so that it grows."""
    compiled = _Compiled(case)
    if not compiled.usual:
        return
    weights = [loss.weight for one in compiled.outputs for loss in one.losses]
    none = bool(weights) and not any(weights)
    for output in compiled.outputs:
        if any(loss.weight < 0 for loss in output.losses):
            says = "is negative, so that training makes the loss large"
        elif output.losses and not any(loss.weight for loss in output.losses):
            says = "is 0, so that the loss trains nothing"
            says += ", as all weights are 0" if none else ""
        else:
            continue
        yield this.finding(
            "warning" if none else "hint",
            f"The loss weight of `{output.name}` {says}.",
            output.name,
        )
