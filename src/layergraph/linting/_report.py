"""All that the linter says of a model."""

from __future__ import annotations

import html
import json
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layergraph.linting._finding import SEVERITIES, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.text import Text

# Each holds 3:1 on the site's light and dark pages; words say the same.
_COLOURS: dict[Severity, str] = {"error": "#d55e00", "warning": "#a87b00", "hint": "#0080c0"}
# Of a terminal, whose own colours hold on its own background.
_STYLES: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow", "hint": "bold cyan"}


class LintError(ValueError):
    """A model is not trained, as the linter found something in it.

    Attributes:
        report: All that was found.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(
            f"the model is not trained, as the linter found mistakes in it\n{report}\n"
            "(LintOnFit(stop_on=None) trains it all the same)"
        )
        self.report = report


@dataclass(frozen=True, slots=True)
class Report:
    """What :func:`lint` says of a model.

    ``print`` gives it as text, a notebook as a list, and ``rich.print`` in colours. A report is
    true as any object is, with findings or without: ask for ``report.findings``.

    Attributes:
        model: Name of the model.
        findings: The findings, the worst first, and else in the order of the graph.
        silenced: Those that are kept out of the findings by ``ignore`` or :func:`silence`.
        unused: What ``ignore`` names, and what was not found.
        problems: Rules that could not look, each with the error. It is a mistake of theirs:
            other rules have looked, and these say nothing.

    Examples:
        >>> found = Finding("LG101", "rnn-without-mask", "hint", "`lstm` reads padding.", ("lstm",))
        >>> report = Report("tweets", (found,))
        >>> print(report)
        tweets: 1 hint
        <BLANKLINE>
        hint LG101 rnn-without-mask
          `lstm` reads padding.
        >>> report.exit_status
        0
    """

    model: str
    findings: tuple[Finding, ...] = ()
    silenced: tuple[Finding, ...] = ()
    unused: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return self._of("error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are warnings."""
        return self._of("warning")

    @property
    def hints(self) -> tuple[Finding, ...]:
        """The findings that are hints."""
        return self._of("hint")

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity == severity)

    @property
    def exit_status(self) -> int:
        """The exit status of the command, 1 if there are errors and else 0."""
        return 1 if self.errors else 0

    def of(self, word: str) -> tuple[Finding, ...]:
        """Return the findings of a rule.

        Args:
            word: Its code or its name.

        Returns:
            The findings; none for a rule that is not there.
        """
        return tuple(one for one in self.findings if word in (one.code, one.name))

    @property
    def summary(self) -> str:
        """How many findings there are of each severity, in one line."""
        counts = [(len(self._of(severity)), severity) for severity in SEVERITIES]
        told = ", ".join(f"{n} {one}{'s' * (n > 1)}" for n, one in counts if n)
        return f"{self.model}: {told or 'nothing found'}"

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines on what is silenced, on what silences nothing, and on rules that failed."""
        silenced = len(self.silenced)
        return (
            *([f"{silenced} silenced"] if silenced else []),
            *(f"nothing to ignore: {one}" for one in self.unused),
            *self.problems,
        )

    def __str__(self) -> str:
        lines = [self.summary]
        for one in self.findings:
            lines += ["", f"{one.severity} {one.code} {one.name}", _wrapped(one.sentence)]
            if one.repair is not None:
                lines += ["  Write instead:", *(f"      {row}" for row in one.repair.splitlines())]
            if one.address:
                lines.append(f"  See {one.address}")
        if self.notes:
            lines += ["", *(f"({note})" for note in self.notes)]
        return "\n".join(lines)

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        from rich.padding import Padding
        from rich.text import Text

        yield Text(self.summary, style="bold")
        for one in self.findings:
            yield Text()
            yield Text.assemble(
                (one.severity, _STYLES[one.severity]), " ", (one.code, "bold"), f" {one.name}"
            )
            yield Padding(_styled(one.sentence), (0, 0, 0, 2))
            if one.repair is not None:
                yield Padding(Text("Write instead:"), (0, 0, 0, 2))
                yield Padding(Text(one.repair, style="green", overflow="fold"), (0, 0, 0, 6))
            if one.address:
                yield Padding(
                    Text(f"See {one.address}", style="dim", overflow="fold"), (0, 0, 0, 2)
                )
        if self.notes:
            yield Text()
            yield from (Text(f"({note})") for note in self.notes)

    def _repr_html_(self) -> str:
        items = "".join(map(_item, self.findings))
        # Safari takes a list without signs for none, unless it has the role.
        items = items and f'<ul role="list" style="margin:.35em 0 0;padding:0">\n{items}</ul>\n'
        notes = "".join(f'<p style="margin:.35em 0 0">({_html(note)})</p>\n' for note in self.notes)
        return (
            f'<div class="layergraph-report" role="group" '
            f'aria-label="What the linter says of {html.escape(self.model)}" '
            'style="overflow-wrap:anywhere">\n'
            f'<p style="margin:0"><strong>{html.escape(self.summary)}</strong></p>\n'
            f"{items}{notes}</div>"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the report as dicts, lists and text, for JSON.

        Returns:
            A dict with the attributes as keys.
        """
        return {
            "model": self.model,
            "findings": [one.to_dict() for one in self.findings],
            "silenced": [one.to_dict() for one in self.silenced],
            "unused": list(self.unused),
            "problems": list(self.problems),
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the report as JSON text.

        Args:
            indent: Spaces of indentation; one line by default.

        Returns:
            The text.
        """
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)


def _wrapped(sentence: str) -> str:
    # At spaces alone, so that names stay whole.
    return textwrap.fill(
        sentence,
        78,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _styled(sentence: str) -> Text:
    from rich.text import Text

    text = Text(sentence, overflow="fold")
    text.highlight_regex(r"`[^`]+`", "bold")
    return text


def _item(one: Finding) -> str:
    # Words say what the colours say, and letters keep the colour of the page.
    repair = one.repair and (
        '<p style="margin:.2em 0 0">Write instead:</p>\n'
        '<pre style="margin:.2em 0 0;white-space:pre-wrap;background:none;color:inherit">'
        f"{html.escape(one.repair)}</pre>\n"
    )
    address = one.address and f'<p style="margin:.2em 0 0">See {html.escape(one.address)}</p>\n'
    return (
        f'<li style="list-style:none;margin:.6em 0;padding-left:.6em;'
        f'border-left:.25em solid {_COLOURS[one.severity]}">\n'
        f'<p style="margin:0"><strong>{one.severity} {one.code}</strong> {html.escape(one.name)}'
        f'</p>\n<p style="margin:.2em 0 0">{_html(one.sentence)}</p>\n'
        f"{repair or ''}{address}</li>\n"
    )


def _html(sentence: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(sentence))
