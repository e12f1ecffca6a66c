"""The smallest phrases: names, values, shapes and lists, each with one way to read it.

A name or a text value that could be taken for something else in a sentence, such as one with a
blank or a comma, stands in quotation marks, as JSON writes it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Words that hold a sentence together, or are values: a name like one of them is quoted.
_JOINTS = re.compile(
    "again|also|and|as|by|call|from|gives|in|its|of|passing|takes|the|with|without|wraps"
    "|True|False|None"
)
_WORD = re.compile(r"[^\W\d]\w*(?:[.:/+-]\w+)*")
# What is text in a graph but reads best as code: a slice, and an object with its settings.
_SLICE = re.compile(r"-?\d*(?::-?\d*){1,2}|\.\.\.")
_OBJECT = re.compile(r"[^\W\d][\w.]*(\(.*\))", re.DOTALL)
_CODE = re.compile(r"[\w .,:=+*/()\[\]-]*")
# More values than this are data, such as a vocabulary, and no setting to read.
_MANY = 64


def name(text: str) -> str:
    """Write a name, in quotation marks where it could be misread."""
    return text if _is_plain(text) else _quoted(text)


def value(fact: object) -> str:
    """Write the value of a setting or of an argument."""
    if isinstance(fact, tuple):
        if len(fact) > _MANY:
            return f"({', '.join(map(value, fact[:3]))} and {len(fact) - 3:,} more)"
        return f"({', '.join(map(value, fact))}{',' if len(fact) == 1 else ''})"
    return _text(fact) if isinstance(fact, str) else str(fact)


def number(value: float) -> str:
    """Write a number as short as it can be without another value."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def plural(number: int, word: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def shape(sizes: Sequence[int | None]) -> str:
    """Write a shape as Keras prints it."""
    return str(tuple(sizes))


def path(keys: Sequence[str | int]) -> str:
    """Write a place in lists and dicts, the innermost first: ``item 2 of key left``."""
    steps = [f"item {key + 1}" if isinstance(key, int) else f"key {name(key)}" for key in keys]
    return " of ".join(reversed(steps))


def join(words: Sequence[str]) -> str:
    """Write a list, with commas and one "and"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _is_plain(text: str) -> bool:
    return bool(_WORD.fullmatch(text)) and not _JOINTS.fullmatch(text)


def _text(text: str) -> str:
    if _is_plain(text) or _SLICE.fullmatch(text):
        return text
    called = _OBJECT.fullmatch(text)
    if called and _CODE.fullmatch(text) and _closes_last(called[1]):
        return text
    return _quoted(text)


def _closes_last(text: str) -> bool:
    """Say whether the bracket that a text starts with is closed by its last character only."""
    depth = 0
    for at, character in enumerate(text, start=1):
        depth += (character in "([") - (character in ")]")
        if depth == 0:
            return at == len(text)
    return False


def _quoted(text: str) -> str:
    # What does not print, such as an end of line, would tear the sentence.
    letters = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in letters)
