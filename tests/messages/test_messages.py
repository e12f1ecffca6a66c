"""Every known message is what the pinned Keras says, and is explained."""

import re
import string
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from message_cases import CASES, Refused, collected

from layergraph import messages
from layergraph.messages import Known, explain, shows

EVERY = collected()


@contextmanager
def unsaid() -> Iterator[None]:
    """Let nothing be explained: the error goes on as Keras raised it."""
    yield


def caught(function: Refused, around: object = unsaid) -> Exception:
    with pytest.raises(Exception) as raised, around():  # noqa: PT011 - which one is the question
        function()
    return raised.value


each = pytest.mark.parametrize(
    ("name", "function"), EVERY, ids=[f"{name}-{function.__name__}" for name, function in EVERY]
)


@each
def test_an_error_of_keras_is_recognised_and_explained(name: str, function: Refused) -> None:
    error = caught(function, explain)

    assert messages.find(name) is messages.look_up(error)
    (note,) = error.__notes__
    assert messages.find(name).address in note
    assert "{" not in note


@each
def test_a_page_can_show_it(
    name: str, function: Refused, capsys: pytest.CaptureFixture[str]
) -> None:
    with shows(name):
        function()

    printed = capsys.readouterr().out
    assert re.match(r"\w+: ", printed)
    assert messages.find(name).parts(printed.partition(": ")[2]) is not None
    assert "/site-packages/" not in printed


@pytest.mark.parametrize("one", messages.messages(), ids=lambda one: one.name)
def test_every_message_has_a_case(one: Known) -> None:
    assert CASES[one.name]


@pytest.mark.parametrize("one", messages.messages(), ids=lambda one: one.name)
def test_an_explanation_is_one_or_more_sentences(one: Known) -> None:
    text = "".join(words for words, *_ in string.Formatter().parse(one.explanation))

    assert text.endswith((".", "`."))
    assert 0 == text.count("`") % 2


def test_no_message_hides_another() -> None:
    """The name of a case's message is the one found, so none is found for another's case."""
    found = Counter(name for name, function in EVERY)
    assert set(found) == {one.name for one in messages.messages()}
