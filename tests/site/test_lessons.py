"""Lessons' own options, and the order in which lessons run."""

from pathlib import Path

import pytest
from executions.lessons import Lesson, check_options, in_order
from nbformat.v4 import new_notebook
from sphinx.errors import ExtensionError


def lesson(name: str, budget: float = 60.0, uses: tuple[str, ...] = ()) -> Lesson:
    return Lesson(name, Path(f"{name}.md"), new_notebook(), budget, uses)


def test_the_longest_budget_runs_first() -> None:
    ordered = in_order([lesson("short", 10), lesson("long", 90), lesson("middle", 50)])

    assert ["long", "middle", "short"] == [each.name for each in ordered]


def test_a_used_lesson_runs_before_its_users_however_short() -> None:
    ordered = in_order([lesson("user", 80, uses=("used",)), lesson("long", 85), lesson("used", 10)])

    assert ["used", "long", "user"] == [each.name for each in ordered]


@pytest.mark.parametrize(
    ("lessons", "message"),
    [
        ([lesson("a", uses=("b",))], r"a\.md: .*`uses` names `b`, which is no notebook"),
        ([lesson("a", uses=("a",))], "use each other: a -> a"),
        ([lesson("a", uses=("b",)), lesson("b", uses=("a",))], "use each other: a -> b -> a"),
    ],
)
def test_uses_that_cannot_be_are_told(lessons: list[Lesson], message: str) -> None:
    with pytest.raises(ExtensionError, match=message):
        in_order(lessons)


def test_options_are_read() -> None:
    options = check_options(Path("a.md"), {"budget": 20, "uses": ["tutorials/b"]})

    assert {"budget": 20.0, "uses": ("tutorials/b",)} == options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": "long"}, "`budget` must be a number of seconds, not 'long'"),
        ({"budget": 0}, "`budget` must be a number of seconds, not 0"),
        ({"budget": True}, "`budget` must be a number of seconds, not True"),
        ({"uses": "b"}, "`uses` must be a list of pages' names, not 'b'"),
        ({"limit": 3}, "`execution` knows `budget` and `uses`, not `limit`"),
        (60, "`execution` must hold options such as `budget: 60`, not 60"),
    ],
)
def test_options_that_cannot_be_understood_name_the_file(options: object, message: str) -> None:
    with pytest.raises(ExtensionError) as caught:
        check_options(Path("a.md"), options)

    assert f"a.md: in the front matter, {message}" == str(caught.value)
