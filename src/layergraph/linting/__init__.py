"""Find the mistakes in a functional model that Keras lets pass.

:func:`lint` lets every rule look at a model, at what ``compile`` was given and, where they are
given, at the data. What only may be wrong is a hint; it becomes a warning or an error when the
compile arguments or the data show that it is. :class:`LintOnFit` does it before a training.
"""

from typing import TYPE_CHECKING, Any

# The package is loaded first, as loading it later would put it in the place of the function.
from layergraph.linting import rules as _rules  # noqa: F401
from layergraph.linting._case import Case
from layergraph.linting._data import Data, Given
from layergraph.linting._finding import Finding
from layergraph.linting._lint import lint
from layergraph.linting._registry import Rule, find, rules
from layergraph.linting._report import LintError, Report
from layergraph.linting._silence import silence

if TYPE_CHECKING:
    from layergraph.linting._callback import LintOnFit

__all__ = [
    "Case",
    "Data",
    "Finding",
    "Given",
    "LintError",
    "LintOnFit",
    "Report",
    "Rule",
    "find",
    "lint",
    "rules",
    "silence",
]

for _name in __all__:
    if _name != "LintOnFit":
        globals()[_name].__module__ = __name__


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type follows from the name
    # A callback needs Keras, which is not imported before a model is there.
    if name != "LintOnFit":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from layergraph.linting._callback import LintOnFit

    LintOnFit.__module__ = __name__
    return LintOnFit
