"""The linter: every rule looks at a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from layergraph.graph import LayerGraph, read
from layergraph.linting._case import Case
from layergraph.linting._data import data_of
from layergraph.linting._finding import SEVERITIES
from layergraph.linting._registry import rules
from layergraph.linting._report import Report

if TYPE_CHECKING:
    import keras


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

    Args:
        model: A functional or Sequential model, compiled or not; or its graph.
        x: The inputs, as ``fit`` will be given them.
        y: The targets.
        sample_weight: The sample weights.
        behaviour: Whether to run the model on a few rows too.
        symmetric: Names of two inputs that are to count alike.
        ignore: Rules to be silent, by code or name, ``"LG101"``, or for one layer,
            ``"LG101:lstm"``.

    Returns:
        What was found.

    Raises:
        TypeError: As :func:`layergraph.graph.read`.
        ValueError: As :func:`layergraph.graph.read`, or if ``ignore`` names no rule.
    """
    is_graph = isinstance(model, LayerGraph)
    graph = model if is_graph else read(model)
    case = Case(
        graph=graph,
        model=None if is_graph else model,
        data=data_of(graph, x, y, sample_weight),
        behaviour=behaviour,
        symmetric=symmetric,
    )
    found = [one for rule in rules() for one in rule.look(case)]
    found.sort(key=lambda one: (SEVERITIES.index(one.severity), one.code))
    return Report(graph.name, tuple(found))
