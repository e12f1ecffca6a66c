"""Frozen dataclasses as dicts, lists, text and numbers, and back."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from typing import Any, TypeVar

if typing.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_T = TypeVar("_T")

_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: "a list",
    types.NoneType: "null",
}


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as JSON knows it: dataclasses as dicts, tuples as lists."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        kind: Any = type(value)
        return {name: plain(getattr(value, name)) for name in _fields(kind)}
    return value


def build(cls: type[_T], data: object, where: str) -> _T:
    """Make a dataclass of what :func:`plain` made of it.

    Args:
        cls: The dataclass.
        data: The dict.
        where: What to call it in a message.

    Returns:
        The value.

    Raises:
        ValueError: If a part is missing, unknown or of another type; the message names it.
    """
    if not isinstance(data, dict):
        raise ValueError(f"{where} must be a dict, not {_kind_of(data)}")
    kind: Any = cls
    fields = _fields(kind)
    for name in data:
        if name not in fields:
            raise ValueError(f"{where} has an unknown part {name!r}; there are {', '.join(fields)}")
    parts = {}
    for name, (wanted, needed) in fields.items():
        if name in data:
            parts[name] = _convert(wanted, data[name], f"{where}.{name}")
        elif needed:
            raise ValueError(f"{where} has no part {name!r}, which it needs")
    return cls(**parts)


@functools.cache
def _fields(cls: Any) -> Mapping[str, tuple[Any, bool]]:  # noqa: ANN401 - a dataclass
    """Return the type of each field that a dataclass is made of, and whether it is needed."""
    # The names of types are known where the class was made; its __module__ is its public one.
    kinds = typing.get_type_hints(cls, cls.__init__.__globals__)
    return {
        part.name: (kinds[part.name], part.default is dataclasses.MISSING)
        for part in dataclasses.fields(cls)
        if part.init
    }


def _convert(kind: Any, value: object, where: str) -> Any:  # noqa: ANN401 - as kind says
    kinds = _alternatives(kind)
    if dataclasses.is_dataclass(value_kind := kinds[0]) and not (
        value is None and types.NoneType in kinds
    ):
        return build(value_kind, value, where)  # type: ignore[arg-type]
    if isinstance(value, list):
        for one in kinds:
            if typing.get_origin(one) is tuple:
                return tuple(_items(typing.get_args(one), value, where))
    if type(value) in kinds:
        return value
    if type(value) is int and float in kinds:
        return float(value)
    wanted = " or ".join(_WORDS[typing.get_origin(one) or one] for one in kinds)
    raise ValueError(f"{where} must be {wanted}, not {_kind_of(value)}")


def _items(kinds: tuple[Any, ...], values: list[object], where: str) -> Iterable[Any]:
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(values)
    if len(kinds) != len(values):
        raise ValueError(f"{where} must be a list of {len(kinds)}, not of {len(values)}")
    for number, (kind, value) in enumerate(zip(kinds, values, strict=True)):
        yield _convert(kind, value, f"{where}[{number}]")


def _alternatives(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 - any type
    if kind is Any:  # within a fact: a fact again
        from layergraph.graph._layergraph import Fact

        kind = Fact
    is_union = isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union
    return typing.get_args(kind) if is_union else (kind,)


def _kind_of(value: object) -> str:
    return "null" if value is None else f"{type(value).__name__} {value!r}"[:80]
