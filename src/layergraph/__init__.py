"""Read, draw and check Keras functional models as graphs of layers.

The names here are loaded when they are first used, so that ``import layergraph`` stays light:
no backend of Keras and no matplotlib before a model or a plot is needed (:pep:`562`).
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layergraph.drawing import describe, draw
    from layergraph.graph import read
    from layergraph.linting import LintOnFit, lint
    from layergraph.messages import explain

__all__ = ["LintOnFit", "__version__", "describe", "draw", "explain", "lint", "read"]

__version__ = "0.1.0"

_HOMES = {
    "LintOnFit": "linting",
    "describe": "drawing",
    "draw": "drawing",
    "explain": "messages",
    "lint": "linting",
    "read": "graph",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type follows from the name
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
