"""How a case of a rule is written: a function that makes what is linted.

A module in the folder ``cases`` reads so::

    from lint_cases import Lint, bad, good


    @bad("LG101", severity="warning", layers=("lstm",))
    def padded_ids_into_an_lstm() -> Lint:
        return Lint(model(mask_zero=False), x=padded, y=answers)


    @good("LG101")
    def masked_ids_into_an_lstm() -> Lint:
        return Lint(model(mask_zero=True), x=padded, y=answers)

A function may return a model alone. Its module is run in the folder of the tests, with this
module at hand. Names that Keras gives count from the start in each case: the first LSTM is
``lstm``.
"""

import contextlib
import importlib.util
import io
import sys
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import keras

from layergraph.graph import LayerGraph
from layergraph.linting import Finding, Report, lint

FOLDER = Path(__file__).parent / "cases"
PREFIX = "lint_cases_"


class Lint:
    """What is linted: a model, and what else is given to :func:`layergraph.lint`."""

    def __init__(self, model: keras.Model | LayerGraph, *given: object, **options: object) -> None:
        self.model, self.given = model, given
        self.options: dict[str, Any] = options

    def report(self) -> Report:
        """Lint it; nothing may be printed or warned of."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            report = lint(self.model, *self.given, **self.options)
        assert "" == said.getvalue()
        return report


Make = Callable[[], Lint | keras.Model | LayerGraph]


@dataclass(frozen=True)
class Case:
    """A function, and what must be found in what it makes.

    Attributes:
        code: Code of the rule.
        make: The function.
        bad: Whether the rule must find something.
        severity: The severity of what is found; for a good case ``"hint"`` or none.
        layers: The layers that are named, if that matters.
    """

    code: str
    make: Make
    bad: bool
    severity: str | None = None
    layers: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"{self.code}-{self.make.__module__.removeprefix(PREFIX)}-{self.make.__name__}"

    @property
    def report(self) -> Report:
        return report(self.make)

    @property
    def own(self) -> tuple[Finding, ...]:
        """What the rule itself found."""
        return self.report.of(self.code)


CASES: list[Case] = []


def bad(
    code: str, *, severity: str, layers: tuple[str, ...] | None = None
) -> Callable[[Make], Make]:
    """Say that a rule must find something of this severity, and at these layers if given."""

    def kept(make: Make) -> Make:
        CASES.append(Case(code, make, True, severity, layers))
        return make

    return kept


def good(*codes: str, hint: bool = False) -> Callable[[Make], Make]:
    """Say that these rules must find nothing, or only hints, and no rule more than hints."""

    def kept(make: Make) -> Make:
        CASES.extend(Case(code, make, False, "hint" if hint else None) for code in codes)
        return make

    return kept


@cache
def report(make: Make) -> Report:
    """What is found in what a function makes."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Keras says of a mistake is not asked here
        made = make()
    return (made if isinstance(made, Lint) else Lint(made)).report()


def collect(folder: Path = FOLDER) -> dict[str, str]:
    """Run the modules of cases; the result has what was raised, by the module's name."""
    raised = {}
    for path in sorted(folder.glob("*.py")):
        # Not by its bare name: messages have a folder of cases too.
        spec = importlib.util.spec_from_file_location(f"{PREFIX}{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        before = len(CASES)
        try:
            spec.loader.exec_module(module)
        except Exception:  # one module's mistake must not hide the other modules' cases
            del CASES[before:]
            raised[path.stem] = traceback.format_exc()
        else:
            raised[path.stem] = ""
    return raised
