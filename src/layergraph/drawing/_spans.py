"""What layers at the same place in the copies of a block have in common, and how they differ."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_COUNT = re.compile(r"(\d+)")
_NUMBER = re.compile(r"((?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]))")


def numbers(values: Sequence[int | float]) -> str:
    """Write numbers as one, or as a span in their order.

    Examples:
        >>> numbers([64, 64]), numbers([56, 28, 28, 7]), numbers([1, 3, 2])
        ('64', '56..7', '1..3')
    """
    if len(set(values)) == 1:
        return f"{values[0]:,}" if isinstance(values[0], int) else f"{values[0]:g}"
    falls = all(one >= other for one, other in pairwise(values))
    ends = (max(values), min(values)) if falls else (min(values), max(values))
    return "..".join(numbers([end]) for end in ends)


def names(values: Sequence[str]) -> str:
    """Write names as one, with spans for the numbers in them.

    Examples:
        >>> names(["block2_1_conv", "block3_1_conv"])
        'block2..3_1_conv'
        >>> names(["block1a_bn", "block1b_bn"])
        'block1a_bn..block1b_bn'
    """
    if len({tuple(_COUNT.split(value)[::2]) for value in values}) > 1:
        return f"{values[0]}..{values[-1]}" if values[0] != values[-1] else values[0]
    return _spanned(values, _COUNT)


def _spanned(values: Sequence[str], number: re.Pattern[str]) -> str:
    """Write texts that differ in their numbers only."""
    places = zip(*(number.split(value) for value in values), strict=True)
    return "".join(
        numbers([_number(one) for one in place]).replace(",", "") if at % 2 else place[0]
        for at, place in enumerate(places)
    )


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def shapes(values: Sequence[Sequence[int | None]]) -> str:
    """Write shapes as one, with spans for the sizes that differ.

    Examples:
        >>> shapes([(None, 56, 64), (None, 28, 128)])
        '(None, 56..28, 64..128)'
        >>> shapes([(None, 4), (None, 4, 4)])
        '(None, 4) or (None, 4, 4)'
    """
    if len({tuple(size is None for size in value) for value in values}) > 1:
        return " or ".join(str(tuple(value)) for value in dict.fromkeys(map(tuple, values)))
    sizes = [
        "None" if place[0] is None else numbers([size or 0 for size in place]).replace(",", "")
        for place in zip(*values, strict=True)
    ]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def texts(values: Iterable[str]) -> str:
    """Write texts as one, with spans for the numbers in them, or side by side.

    Examples:
        >>> texts(["(1,)", "(3,)", "(3,)"]), texts(["0.25", "0.1"]), texts(["same", "valid"])
        ('(1..3,)', '0.25..0.1', 'same or valid')
    """
    kinds: dict[tuple[str, ...], list[str]] = {}
    for value in values:
        kinds.setdefault(tuple(_NUMBER.split(value)[::2]), []).append(value)
    different = [_spanned(alike, _NUMBER) for alike in kinds.values()]
    few = different[:3] + (["others"] if len(different) > 3 else [])
    return " or ".join(few)


def times(values: Sequence[int]) -> str:
    """Write how often something comes, at each time of what is around it.

    Examples:
        >>> times([3]), times([2, 2]), times([2, 3, 5, 2]), times(list(range(2, 9)))
        ('3 times', '2 times', '2, 3, 5 and 2 times', '2..8 times')
    """
    if len(set(values)) == 1 or len(values) > 4:
        return f"{numbers(values)} times"
    return f"{', '.join(map(str, values[:-1]))} and {values[-1]} times"
