"""All that the linter says of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layergraph.linting._finding import Finding


@dataclass(frozen=True, slots=True)
class Report:
    """What :func:`lint` says of a model.

    Attributes:
        model: Name of the model.
        findings: The findings, the worst first.
        silenced: Those that ``ignore`` keeps out of the findings.
    """

    model: str
    findings: tuple[Finding, ...] = ()
    silenced: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are warnings."""
        return tuple(one for one in self.findings if one.severity == "warning")

    @property
    def hints(self) -> tuple[Finding, ...]:
        """The findings that are hints."""
        return tuple(one for one in self.findings if one.severity == "hint")

    def of(self, word: str) -> tuple[Finding, ...]:
        """Return the findings of a rule, by its code or its name."""
        return tuple(one for one in self.findings if word in (one.code, one.name))

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings)) or f"{self.model}: nothing found"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as dicts, lists and text, for JSON."""
        return {
            "model": self.model,
            "findings": [one.to_dict() for one in self.findings],
            "silenced": [one.to_dict() for one in self.silenced],
        }
