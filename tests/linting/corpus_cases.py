"""How a model of the outside corpus is written: a function, right or with a known mistake.

Each was rebuilt, in other words and small, from what people wrote in public threads, guides and
notebooks: those of mistakes have the thread's address in their docstring. They were written
before the rules, so that they tell how much of what is out there the rules find.
"""

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lint_cases import Make, report

from layergraph.linting import Report

FOLDER = Path(__file__).parent / "corpus"
PREFIX = "lint_corpus_"


@dataclass(frozen=True)
class Found:
    """A function of the corpus.

    Attributes:
        make: The function.
        rule: Code of the rule that must find something, or the page of several; none for what
            is right.
        severity: The least severity of what is found.
    """

    make: Make
    rule: str = ""
    severity: str = "hint"

    def __str__(self) -> str:
        return f"{self.make.__module__.removeprefix(PREFIX)}-{self.make.__name__}"

    @property
    def report(self) -> Report:
        return report(self.make)


RIGHT: list[Found] = []
MISTAKES: list[Found] = []


def right(make: Make) -> Make:
    """Say that nothing worse than a hint may be found."""
    RIGHT.append(Found(make))
    return make


def mistake(rule: str, severity: str = "warning") -> Callable[[Make], Make]:
    """Say which rule must find the mistake, with this severity or a worse one."""

    def kept(make: Make) -> Make:
        MISTAKES.append(Found(make, rule, severity))
        return make

    return kept


def collect() -> None:
    """Run the modules of the corpus."""
    for path in sorted(FOLDER.glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"{PREFIX}{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
