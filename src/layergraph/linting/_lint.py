"""The linter: every rule looks at a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from layergraph.experiments import left_alone
from layergraph.graph import LayerGraph, read
from layergraph.linting._case import Case
from layergraph.linting._data import data_of
from layergraph.linting._finding import SEVERITIES, Finding
from layergraph.linting._registry import Rule, rules
from layergraph.linting._report import Report
from layergraph.linting._silence import entries, is_silent, silent_layers

if TYPE_CHECKING:
    import keras

# Whether the error of a rule goes on to who called: for tests, where it is a mistake of ours.
STRICT = False


def lint(
    model: keras.Model | LayerGraph,
    x: Any = None,  # noqa: ANN401 - whatever fit takes
    y: Any = None,  # noqa: ANN401
    sample_weight: Any = None,  # noqa: ANN401
    *,
    behaviour: bool = False,
    symmetric: tuple[str, str] | None = None,
    ignore: Iterable[str] = (),
) -> Report:
    """Look for mistakes that Keras lets pass.

    The model is neither changed nor trained. Of a dataset the first rows are read, and nothing
    of a generator.

    Args:
        model: A functional or Sequential model, compiled or not; or its graph.
        x: The inputs, as ``fit`` will be given them; or a dataset, which gives all three.
        y: The targets.
        sample_weight: The sample weights.
        behaviour: Whether to run copies of the model on a few rows too.
        symmetric: Names of two inputs that are to count alike.
        ignore: Rules to be silent, by code or name, ``"LG101"``, or on some layers,
            ``"LG101:lstm"``, ``"LG101:encoder/*"``. See :func:`silence` too.

    Returns:
        What was found.

    Raises:
        TypeError: As :func:`layergraph.graph.read`.
        ValueError: As :func:`layergraph.graph.read`, if ``ignore`` names no rule, or if
            ``symmetric`` names no two inputs.

    Examples:
        >>> from layergraph import models
        >>> model = models.headline_popularity(mask=False)
        >>> [finding.name for finding in lint(model).of("rnn-without-mask")]
        ['rnn-without-mask']
        >>> lint(models.headline_popularity(mask=True)).errors
        ()
    """
    return look(
        model,
        (x, y, sample_weight),
        behaviour=behaviour,
        symmetric=symmetric,
        ignore=ignore,
    )


def look(
    model: keras.Model | LayerGraph,
    given: tuple[Any, Any, Any],
    *,
    behaviour: bool = False,
    symmetric: tuple[str, str] | None = None,
    ignore: Iterable[str] = (),
    training: bool = False,
) -> Report:
    """Do what :func:`lint` does, if need be without a trace in data that training will take.

    Args:
        model: As for ``lint``.
        given: ``x``, ``y`` and ``sample_weight``.
        behaviour: As for ``lint``.
        symmetric: As for ``lint``.
        ignore: As for ``lint``.
        training: As for ``data_of``.

    Returns:
        The report.
    """
    ignored = entries(ignore)
    found: list[Finding] = []
    problems: list[str] = []
    with left_alone():
        case = _case(model, given, behaviour, symmetric, training=training)
        for rule in rules():
            if _can_look(rule, case):
                _let_look(rule, case, found, problems)
    found = _without_consequences(found)
    found.sort(key=_order(case))
    silent = silent_layers(case.model)
    kept = [
        one
        for one in found
        if not is_silent(one, silent) and not any(entry.covers(one) for entry in ignored)
    ]
    return Report(
        case.graph.name,
        tuple(kept),
        tuple(one for one in found if one not in kept),
        tuple(entry.written for entry in ignored if not any(map(entry.covers, found))),
        tuple(problems),
    )


def _case(
    model: keras.Model | LayerGraph,
    given: tuple[Any, Any, Any],
    behaviour: bool,
    symmetric: tuple[str, str] | None,
    *,
    training: bool,
) -> Case:
    is_graph = isinstance(model, LayerGraph)
    graph = model if is_graph else read(model)
    if symmetric is not None:
        _check_symmetric(graph, symmetric)
    return Case(
        graph=graph,
        model=None if is_graph else model,
        data=data_of(graph, *given, training=training),
        behaviour=behaviour,
        symmetric=symmetric,
    )


def _check_symmetric(graph: LayerGraph, symmetric: tuple[str, str]) -> None:
    names = [one.name for one in graph.inputs]
    wanted = tuple(symmetric)
    if len(set(wanted)) != 2 or not set(wanted) <= set(names):
        raise ValueError(
            f"symmetric has to name two inputs of the model, not {symmetric!r}; "
            f"its inputs are {', '.join(names)}"
        )


def _can_look(rule: Rule, case: Case) -> bool:
    if rule.needs == "behaviour":
        return case.behaviour and case.model is not None
    return rule.needs != "data" or case.data is not None


def _let_look(rule: Rule, case: Case, found: list[Finding], problems: list[str]) -> None:
    try:
        found += list(rule.look(case))
    except Exception as error:  # whatever an odd model may make it raise
        if STRICT:
            raise
        problems.append(
            f"rule {rule.code} {rule.name} could not look: {type(error).__name__}: {error}"
        )


def _without_consequences(found: list[Finding]) -> list[Finding]:
    """Leave out what another finding, which is sure, is the cause of."""
    causes: dict[str, set[str]] = {}
    for one in found:
        if one.severity != "hint":
            causes.setdefault(one.code, set()).update(one.layers)
    yields = {rule.code: rule.yields_to for rule in rules() if rule.yields_to}
    return [
        one
        for one in found
        if not any(
            causes.get(code, set()).intersection(one.layers) for code in yields.get(one.code, ())
        )
    ]


def _order(case: Case) -> Callable[[Finding], tuple[int, int, str]]:
    """Put the worst first, then by the first layer's place in the graph."""
    graph, opened = case.graph, case.opened
    names = [
        *(one.name for one in graph.inputs),
        *(one.name for one in opened.layers),
        *(one.name for one in graph.layers),
        *(one.name for one in graph.outputs),
    ]
    place = {name: n for n, name in reversed(list(enumerate(names)))}

    def order(one: Finding) -> tuple[int, int, str]:
        first = one.layers[0] if one.layers else ""
        return SEVERITIES.index(one.severity), place.get(first, len(names)), one.code

    return order
