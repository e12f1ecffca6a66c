"""What a grader says: checks, and the grade that they make."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

# Each holds 3:1 on the site's light and dark pages; words and a sign say the same.
_GREEN = "#009e73"
_VERMILLION = "#d55e00"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a grader looked at.

    A check is true where it passed, so that a grader can write ``if not one: return``.

    Attributes:
        passed: Whether it is as the exercise asks.
        sentence: What is right, or what is missing and where to look. Words between backticks
            are code.

    Examples:
        >>> bool(Check(True, "The model has two inputs."))
        True
    """

    passed: bool
    sentence: str

    def __bool__(self) -> bool:
        return self.passed


def check(condition: object, *, right: str, wrong: str) -> Check:
    """Make a check.

    Args:
        condition: Anything that is true or false, such as a comparison.
        right: The sentence if it is true: what is right.
        wrong: The sentence if it is false: what is missing, and where to look.

    Returns:
        The check.

    Raises:
        ValueError: If the condition is an array of several values, which is neither.

    Examples:
        >>> check(1 + 1 == 3, right="The sum is 3.", wrong="The sum is not 3: look at `b`.")
        Check(passed=False, sentence='The sum is not 3: look at `b`.')
    """
    passed = bool(condition)
    return Check(passed, right if passed else wrong)


@dataclass(frozen=True, slots=True)
class Grade:
    """What :func:`grade` says of an answer.

    ``print`` gives one line for each check, and a notebook shows the same as a list. A grade is
    true where the exercise is passed.

    Attributes:
        exercise: Name of the exercise.
        title: Its title.
        checks: What was looked at, in order. Checks that would make no sense after one that
            failed are left out.
        address: Where the exercise stands, from the root of the site.

    Examples:
        >>> print(Grade("sum", "Add", (Check(True, "It is a number."), Check(False, "Not 3."))))
        Add: not passed yet, 1 of 2 right.
        - right: It is a number.
        - to do: Not 3.
    """

    exercise: str
    title: str
    checks: tuple[Check, ...]
    address: str = ""

    @property
    def passed(self) -> bool:
        """Whether all checks passed, and there was one."""
        return bool(self.checks) and all(self.checks)

    @property
    def summary(self) -> str:
        """Whether the exercise is passed, and how many checks are, in one line."""
        right = sum(map(bool, self.checks))
        if self.passed:
            return f"{self.title}: passed."
        return f"{self.title}: not passed yet, {right} of {len(self.checks)} right."

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        lines = (f"- {_word(one)}: {one.sentence}" for one in self.checks)
        return "\n".join((self.summary, *lines))

    def _repr_html_(self) -> str:
        # Words say what the colours say, and letters keep the colour of the page.
        items = "".join(
            f'<li style="list-style:none;margin:.35em 0;padding-left:.6em;'
            f'border-left:.25em solid {_GREEN if one else _VERMILLION}">'
            f'<span aria-hidden="true">{"✓" if one else "✗"}</span> '
            f"<strong>{_word(one)}:</strong> {_html(one.sentence)}</li>\n"
            for one in self.checks
        )
        return (
            f'<div class="layergraph-grade" role="group" '
            f'aria-label="Grade of the exercise {html.escape(self.title)}" '
            'style="overflow-wrap:anywhere">\n'
            f'<p style="margin:0"><strong>{html.escape(self.summary)}</strong></p>\n'
            # Safari takes a list without signs for none, unless it has the role.
            f'<ul role="list" style="margin:.35em 0 0;padding:0">\n{items}</ul>\n</div>'
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the grade as dicts, lists and text, for JSON.

        Returns:
            A dict with ``exercise``, ``title``, ``passed``, ``checks`` and ``address``.

        Examples:
            >>> Grade("sum", "Add", (Check(True, "It is 3."),)).to_dict()["checks"]
            [{'passed': True, 'sentence': 'It is 3.'}]
        """
        return {
            "exercise": self.exercise,
            "title": self.title,
            "passed": self.passed,
            "checks": [{"passed": one.passed, "sentence": one.sentence} for one in self.checks],
            "address": self.address,
        }


def _word(one: Check) -> str:
    return "right" if one else "to do"


def _html(sentence: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(sentence))
