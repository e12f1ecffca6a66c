"""Add to an error what it means, or show it on a page."""

from __future__ import annotations

import contextlib
import re
import textwrap
from typing import TYPE_CHECKING

from layergraph.experiments import told
from layergraph.messages._registry import Known, find, look_up

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def explain() -> Iterator[None]:
    """Explain the errors of Keras that are known.

    The same error goes on, with a note (:pep:`678`) that says what it means and where it is
    explained. Other errors go on as they are. It is a decorator too.

    Yields:
        Nothing.

    Examples:
        >>> import keras
        >>> text = keras.Input((4,), name="text")
        >>> extra = keras.Input((2,), name="extra")
        >>> both = keras.layers.concatenate([text, extra])
        >>> try:
        ...     with explain():
        ...         keras.Model(text, both)
        ... except ValueError as error:
        ...     print(error.__notes__[0].splitlines()[-1])
        layergraph: see troubleshooting/building.html#output-not-connected
    """
    try:
        yield
    except Exception as error:
        one = look_up(error)
        if one is not None:
            note = _note(one, str(error))
            if note not in getattr(error, "__notes__", ()):
                error.add_note(note)
        raise


def _note(one: Known, text: str) -> str:
    # At spaces alone, so that names stay whole.
    words = textwrap.fill(
        f"layergraph: {one.explained(text)}",
        78,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return f"{words}\nlayergraph: see {one.address}"


@contextlib.contextmanager
def shows(name: str) -> Iterator[None]:
    """Run code that Keras refuses with a known message, and print the message.

    The pages on mistakes are made with it: once Keras words a message in another way, or takes
    the code, the page fails and names the entry.

    Args:
        name: Name of the message, such as ``loss-for-each-output``.

    Yields:
        Nothing.

    Raises:
        AssertionError: If the code is not refused, or with other words.
        KeyError: If no message has this name.

    Examples:
        >>> with shows("output-not-connected"):
        ...     raise IndexError("list index out of range")
        Traceback (most recent call last):
            ...
        AssertionError: the entry 'output-not-connected' (troubleshooting/building.html) is out of \
date: Keras says IndexError: list index out of range.
    """
    one = find(name)
    stale = f"the entry {name!r} ({one.address.partition('#')[0]}) is out of date: Keras "
    try:
        yield
    except Exception as error:
        if look_up(error) is not one:
            raise AssertionError(f"{stale}says {told(error)}") from error
        print(f"{type(error).__name__}: {_said(one, str(error))}")
    else:
        raise AssertionError(f"{stale}takes the code without an error")


def _said(one: Known, text: str) -> str:
    """Return the lines of an error that are the message, without those around it.

    TensorFlow puts the places of the code before them, and Keras the arguments of the call behind.
    """
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).strip().splitlines()

    # The fewest lines that hold the whole message, from its first to its last.
    def holds(begin: int, end: int) -> bool:
        return one.parts("\n".join(lines[begin:end])) is not None

    ends = (end for end in range(1, len(lines) + 1) if holds(0, end))
    end = next(ends)
    start = max(begin for begin in range(end) if holds(begin, end))
    return "\n".join(line.rstrip() for line in lines[start:end])
