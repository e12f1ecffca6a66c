"""All rules: what each looks for, where it is explained, and what looks."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from layergraph.linting._finding import SEVERITIES, Finding, Severity

if TYPE_CHECKING:
    from layergraph.linting._case import Case

Look: TypeAlias = "Callable[[Case], Iterator[Finding]]"
Needs: TypeAlias = Literal["graph", "compile", "data", "behaviour", "request"]

_known: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the linter.

    Attributes:
        code: Its code, ``LG`` and three digits.
        name: Its name, such as ``rnn-without-mask``; also its label on its page.
        page: The page of the troubleshooting section that explains it, such as ``masks``.
        needs: The least that it has to see: ``"graph"``, ``"compile"`` for what ``compile`` was
            given, ``"data"``, ``"behaviour"`` for running the model, ``"request"`` for what is
            looked for only when it is asked for.
        severities: The severities that its findings may have, the worst first.
        summary: What it looks for, in one sentence.
        yields_to: Codes of the rules that tell the cause of what this one sees: where one of
            them has a finding above a hint on the same layer, this rule's is not told.
    """

    code: str
    name: str
    page: str
    needs: Needs
    severities: tuple[Severity, ...]
    summary: str
    yields_to: tuple[str, ...]
    _look: Look = field(repr=False, compare=False)

    @property
    def address(self) -> str:
        """Where it is explained, from the root of the site."""
        return f"troubleshooting/{self.page}.html#{self.name}"

    def look(self, case: Case) -> Iterator[Finding]:
        """Look at a model.

        Args:
            case: The model, and what is known of it.

        Yields:
            A finding for each place.
        """
        yield from self._look(case)

    def finding(
        self,
        severity: Severity,
        sentence: str,
        *layers: str,
        repair: str | None = None,
    ) -> Finding:
        """Make a finding of this rule.

        Args:
            severity: One of the rule's own.
            sentence: What is wrong, with the layer's name; words between backticks are code.
            *layers: Names of the layers, inputs or outputs at fault.
            repair: What to write instead, as code.

        Returns:
            The finding.

        Raises:
            ValueError: If the severity is none of the rule's own.
        """
        if severity not in self.severities:
            raise ValueError(f"the rule {self.name!r} has no severity {severity!r}")
        return Finding(self.code, self.name, severity, sentence, layers, repair, self.address)


def rule(
    code: str,
    name: str,
    *,
    page: str,
    needs: Needs,
    severities: tuple[Severity, ...],
    yields_to: tuple[str, ...] = (),
) -> Callable[[Callable[[Case, Rule], Iterator[Finding]]], Rule]:
    """Make a generator of findings a rule.

    The generator takes the case and the rule itself, and yields ``rule.finding(...)``. The first
    line of its docstring is the rule's summary.

    Args:
        code: ``LG`` and three digits.
        name: In lower case with hyphens.
        page: Page of the troubleshooting section, without suffix.
        needs: The least that the rule has to see.
        severities: Those that its findings may have, the worst first.
        yields_to: Codes of rules that tell the cause of what this one sees.

    Returns:
        A decorator that gives the rule.

    Raises:
        ValueError: If a code or a name is malformed or taken, or there is no docstring.
    """

    def made(look: Callable[[Case, Rule], Iterator[Finding]]) -> Rule:
        if not re.fullmatch(r"LG\d{3}", code):
            raise ValueError(f"a rule's code is LG and three digits, not {code!r}")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name):
            raise ValueError(f"a rule's name is in lower case with hyphens, not {name!r}")
        for other in _known.values():
            if code == other.code or name == other.name:
                raise ValueError(f"the rule {code} {name} is like {other.code} {other.name}")
        if not severities or list(severities) != [s for s in SEVERITIES if s in severities]:
            raise ValueError(f"the rule {name!r} needs severities, the worst first")
        if not look.__doc__:
            raise ValueError(f"the rule {name!r} has no docstring, which is its summary")
        summary = look.__doc__.strip().splitlines()[0]
        this = Rule(
            code, name, page, needs, severities, summary, yields_to, lambda case: look(case, this)
        )
        _known[code] = this
        return this

    return made


def rules() -> tuple[Rule, ...]:
    """Return all rules.

    Returns:
        The rules in the order of their codes.

    Examples:
        >>> rules()[0].name
        'rnn-without-mask'
    """
    package = importlib.import_module("layergraph.linting.rules")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return tuple(sorted(_known.values(), key=lambda one: one.code))


def find(word: str) -> Rule:
    """Return a rule by its code or its name.

    Args:
        word: Such as ``LG101`` or ``rnn-without-mask``.

    Returns:
        The rule.

    Raises:
        ValueError: If there is none; the message names those that are like it.

    Examples:
        >>> find("LG101").name
        'rnn-without-mask'
    """
    everyone = {key: one for one in rules() for key in (one.code, one.name)}
    if word in everyone:
        return everyone[word]
    near = difflib.get_close_matches(word, everyone, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "layergraph.linting.rules() has all"
    raise ValueError(f"there is no rule {word!r}; {hint}")
