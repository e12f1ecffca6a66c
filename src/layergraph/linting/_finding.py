"""What a rule says of a model: a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "hint"]
"""How sure a finding is, and how bad: the worst first."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in one place.

    Attributes:
        code: Code of the rule, such as ``LG101``.
        name: Name of the rule, such as ``rnn-without-mask``.
        severity: ``"error"`` for what gives wrong results for sure, ``"warning"`` for what does
            where no reason speaks for it, ``"hint"`` for what only may be wrong.
        sentence: What is wrong, with the layer's name, in one sentence. Words between backticks
            are code.
        layers: Names of the layers, inputs or outputs at fault, the first one first; a layer
            within a nested model has that model's name before its own: ``encoder/lstm``.
        repair: What to write instead, as code, where it can be given.
        address: Where the rule is explained, from the root of the site.

    Examples:
        >>> finding = Finding("LG101", "rnn-without-mask", "hint", "`lstm` reads padding.")
        >>> print(finding)
        LG101 rnn-without-mask (hint): `lstm` reads padding.
    """

    code: str
    name: str
    severity: Severity
    sentence: str
    layers: tuple[str, ...] = ()
    repair: str | None = None
    address: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.name} ({self.severity}): {self.sentence}"

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as a dict of text and lists, for JSON.

        Returns:
            A dict with the attributes as keys.
        """
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity,
            "sentence": self.sentence,
            "layers": list(self.layers),
            "repair": self.repair,
            "address": self.address,
        }
