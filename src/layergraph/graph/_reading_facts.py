"""Settings and arguments as plain values: which differ from their defaults, and how to say them."""

from __future__ import annotations

import contextlib
import inspect
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from layergraph.graph._layergraph import Fact, Path

# More numbers than this are data and no setting: the array's shape is told instead.
_FEW = 64
# A longer text for an object would hide the other settings.
_LONG = 200

# Told elsewhere in the graph: the name, the flag, the layers within.
_NO_FACTS = frozenset(
    {"name", "trainable", "layer", "forward_layer", "backward_layer", "cell", "cells", "layers"}
)
_NO_FACTS_OF_OBJECTS = frozenset({"name", "trainable", "dtype"})

# What these are for any layer, unless they are set.
_COMMON: Mapping[str, Fact] = {"dtype": "float32", "data_format": "channels_last"}


@dataclass(frozen=True, slots=True)
class Signature:
    """What the ``call`` of a class of layers or operations takes.

    Attributes:
        names: All parameters.
        positional: Those that positions fill, in order.
        star: The one that takes the positions left over.
        defaults: The parameters' defaults, for those that have one.
    """

    names: frozenset[str]
    positional: tuple[str, ...]
    star: str
    defaults: Mapping[str, Fact]

    @classmethod
    def of(cls, operation: Any) -> Signature:  # noqa: ANN401 - a private class of Keras
        """Look at an operation's ``call``."""
        parameters = inspect.signature(operation.call).parameters.values()
        by_position = (
            inspect.Parameter.POSITIONAL_ONLY,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
        )
        stars = [p.name for p in parameters if p.kind is p.VAR_POSITIONAL]
        return cls(
            names=frozenset(p.name for p in parameters),
            positional=tuple(p.name for p in parameters if p.kind in by_position),
            star=stars[0] if stars else "args",
            defaults={p.name: fact(p.default) for p in parameters if p.default is not p.empty},
        )

    def bind(self, arguments: Any) -> Iterator[tuple[str, Path, Any, bool]]:  # noqa: ANN401
        """Yield what a call was given: parameter, place in ``*args``, value, whether by name."""
        own = len(self.positional)
        for place, value in enumerate(arguments.args):
            if place < own:
                yield self.positional[place], (), value, False
            else:
                yield self.star, (place - own,), value, False
        for name, value in arguments.kwargs.items():
            yield name, (), value, True

    def is_default(self, name: str, told: Fact) -> bool:
        """Say whether a parameter has the value that it has unless it is given."""
        # A keyword that the signature does not name is off unless it is set.
        return _same(told, self.defaults.get(name, None if name in self.names else False))


class Settings:
    """The settings of layers, as far as they differ from the defaults of their classes."""

    def __init__(self) -> None:
        self._classes: dict[type, tuple[Mapping[str, Fact], Mapping[str, int]]] = {}

    def of(self, operation: Any) -> tuple[tuple[str, Fact], ...]:  # noqa: ANN401
        """Return pairs (argument, value) in the order of the class's arguments.

        There are none where the class cannot tell its configuration.
        """
        try:
            config = operation.get_config()
        except Exception:  # it may be anyone's method; the rest can be read without it
            return ()
        if not isinstance(config, dict):
            return ()
        defaults, order = self._of_class(type(operation))
        facts = []
        for name, value in config.items():
            if name in _NO_FACTS:
                continue
            told = _setting(name, value)
            # What the signature does not name is off unless it is set.
            if not _same(told, defaults[name]) if name in defaults else told or name in order:
                facts.append((name, told))
        if len(facts) > 1:
            facts.sort(key=lambda pair: order.get(pair[0], len(order)))
        return tuple(facts)

    def _of_class(self, cls: type) -> tuple[Mapping[str, Fact], Mapping[str, int]]:
        """Return the defaults of a class and the places of its arguments.

        Where a class takes ``**kwargs``, they lead to the arguments of its bases.
        """
        if cls not in self._classes:
            defaults = dict(_COMMON)
            names: list[str] = []
            for base in reversed(cls.__mro__[:-1]):
                if "__init__" in vars(base):
                    parameters = list(inspect.signature(vars(base)["__init__"]).parameters.values())
                    defaults |= {
                        p.name: _default(p.name, p.default)
                        for p in parameters
                        # Without a dtype of its own, a layer takes that in _COMMON.
                        if p.default is not p.empty
                        and (p.default is not None or p.name not in _COMMON)
                    }
                    names = [p.name for p in parameters] + names
            order: dict[str, int] = {}
            for name in names:
                order.setdefault(name, len(order))
            self._classes[cls] = defaults, order
        return self._classes[cls]


def _default(name: str, value: object) -> Fact:
    """Say a default as a configuration would: ``"zeros"`` has become an object there."""
    import keras

    kinds = {
        "activation": keras.activations,
        "constraint": keras.constraints,
        "initializer": keras.initializers,
        "regularizer": keras.regularizers,
    }
    kind = kinds.get(name.rpartition("_")[2])
    if kind is not None:
        with contextlib.suppress(TypeError, ValueError):  # a word of the class's own
            value = kind.serialize(kind.get(value))
    return _setting(name, value)


def _setting(name: str, value: object) -> Fact:
    if isinstance(value, dict):
        if name == "dtype":
            return fact(value.get("config", {}).get("name", value.get("class_name")))
        if name.endswith("activation") and "class_name" not in value:
            return "lambda"  # its code, in marshalled form
    return fact(value)


def _same(one: Fact, other: Fact) -> bool:
    # For Python, 1 is True and 0.0 is False.
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, tuple) and isinstance(other, int):  # a stride of 1 is (1, 1)
        return bool(one) and all(part == other for part in one)
    return one == other


def fact(value: object) -> Fact:
    """Make a value plain: hashable, comparable, without an address in it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        # Keras keeps some numbers in single precision: what was 0.01 comes back longer.
        single = np.float32(value)
        return float(str(single)) if single == value else value
    if isinstance(value, list | tuple):
        return tuple(fact(item) for item in value)
    if isinstance(value, dict):
        if "class_name" in value and "config" in value:
            return _object(value["class_name"], value["config"])
        return tuple((str(key), fact(item)) for key, item in value.items()) or None
    if isinstance(value, slice):
        parts = [value.start, value.stop, *([] if value.step is None else [value.step])]
        return ":".join("" if part is None else str(fact(part)) for part in parts)
    if value is Ellipsis:
        return "..."
    if isinstance(value, np.ndarray) and value.size <= _FEW:
        return fact(value.tolist())
    return _kind(value)


def _object(name: str, config: Any) -> Fact:  # noqa: ANN401 - whatever a class saves
    """Say an object in Keras' form for saving as one would write it: ``L2(l2=0.01)``."""
    if name == "__lambda__":
        return "lambda"
    if name in ("__numpy__", "__tensor__"):
        return fact(np.asarray(config["value"]))
    if not isinstance(config, dict):
        return f"{name}()" if config is None else str(config)  # the name of a function
    parts = [
        f"{key}={fact(value)}"
        for key, value in config.items()
        if value is not None and key not in _NO_FACTS_OF_OBJECTS
    ]
    text = f"{name}({', '.join(parts)})"
    return text if len(text) <= _LONG else f"{name}(...)"


def _kind(value: object) -> str:
    """Say what a value is that is too large or too odd to be told."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and dtype is not None:
        name = "array" if isinstance(value, np.ndarray) else type(value).__name__
        return f"{name} of shape {tuple(shape)}, {getattr(dtype, 'name', dtype)}"
    name = getattr(value, "__name__", type(value).__name__)
    return "lambda" if name == "<lambda>" else str(name)
