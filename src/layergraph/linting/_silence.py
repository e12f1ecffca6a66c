"""Findings that are not to be told: by rule, and by layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from layergraph.linting._registry import Rule, find

if TYPE_CHECKING:
    import keras

    from layergraph.linting._finding import Finding

_L = TypeVar("_L", bound="keras.Layer")

# By the object, as an attribute of a layer would be Keras' to track and to save.
_silent: WeakKeyDictionary[keras.Layer, frozenset[str]] = WeakKeyDictionary()


def silence(layer: _L, *rules: str) -> _L:
    """Keep rules silent on one layer, where it is made.

    It holds as long as the layer does, and for every model that has this very layer. It is not
    saved with a model: for a file, use ``layergraph lint --ignore``.

    Args:
        layer: The layer; or a nested model, for all that is in it.
        *rules: Codes or names of rules.

    Returns:
        The layer, so that it can be called at once.

    Raises:
        TypeError: If no rule is given.
        ValueError: If there is no such rule; the message names those that are like it.

    Examples:
        >>> from keras import layers
        >>> lstm = silence(layers.LSTM(8), "rnn-without-mask")
    """
    if not rules:
        raise TypeError('which rule is to be silent? Such as silence(layer, "LG101")')
    codes = frozenset(find(word).code for word in rules)
    _silent[layer] = _silent.get(layer, frozenset()) | codes
    return layer


@dataclass(frozen=True, slots=True)
class Entry:
    """What keeps findings out of a report: a rule, on some layers or all.

    Attributes:
        written: As it was written.
        rule: The rule.
        layers: What names of layers have to be like, with ``*`` for anything; all by default.
    """

    written: str
    rule: Rule
    layers: str = "*"

    def covers(self, finding: Finding) -> bool:
        """Tell whether a finding is not to be told."""
        if finding.code != self.rule.code:
            return False
        return self.layers == "*" or any(fnmatchcase(one, self.layers) for one in finding.layers)


def entries(ignore: Iterable[str]) -> tuple[Entry, ...]:
    """Read what ``lint`` is given as ``ignore``.

    Args:
        ignore: Such as ``LG101``, ``rnn-without-mask``, ``LG101:lstm`` or ``LG101:encoder/*``.

    Returns:
        An entry for each.

    Raises:
        ValueError: If one names no rule.
    """
    found = []
    for written in (ignore,) if isinstance(ignore, str) else ignore:
        word, colon, layers = written.partition(":")
        found.append(Entry(written, find(word.strip()), layers.strip() if colon else "*"))
    return tuple(found)


def silent_layers(model: keras.Model | None) -> dict[str, frozenset[str]]:
    """Find the layers on which :func:`silence` keeps rules silent.

    Args:
        model: The model.

    Returns:
        Codes of rules by the names of layers, those of nested models as ``encoder/lstm``.
    """
    return dict(_walk(model, "")) if _silent and model is not None else {}


def _walk(model: keras.Model, before: str) -> Iterator[tuple[str, frozenset[str]]]:
    for layer in model.layers:
        name = before + layer.name
        if layer in _silent:
            yield name, _silent[layer]
        if hasattr(layer, "layers"):
            yield from _walk(layer, f"{name}/")


def is_silent(finding: Finding, silent: dict[str, frozenset[str]]) -> bool:
    """Tell whether the layer at fault, or a model that it is in, is silenced for the rule."""
    return any(
        finding.code in codes and (name == one or one.startswith(f"{name}/"))
        for name, codes in silent.items()
        for one in finding.layers
    )
