"""Find the mistakes in a functional model that Keras lets pass.

:func:`lint` lets every rule look at a model, at what ``compile`` was given and, where they are
given, at the data. What only may be wrong is a hint; it becomes a warning or an error when the
compile arguments or the data show that it is.
"""

from layergraph.linting._finding import Finding
from layergraph.linting._lint import lint
from layergraph.linting._registry import Rule, find, rules
from layergraph.linting._report import Report

__all__ = ["Finding", "Report", "Rule", "find", "lint", "rules"]

for _name in __all__:
    globals()[_name].__module__ = __name__
