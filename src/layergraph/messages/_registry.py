"""All known messages: how Keras words them, what they mean, where they are explained."""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
import traceback
from dataclasses import dataclass, field
from pathlib import Path

# Keras filters its own frames out of a traceback, and leaves one of this file in their place.
_FILTER = "traceback_utils.py"
_PACKAGES = ("keras", "tensorflow", "jax", "optree", "tree")
_BOLD = re.compile(r"\x1b\[[0-9;]*m")

_known: dict[str, Known] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """A message of Keras that is explained.

    Attributes:
        name: Its name, such as ``loss-for-each-output``; also its label on its page.
        page: The page of the troubleshooting section, such as ``losses``.
        types: Names of the classes of error that say it.
        message: How Keras words it, with what varies in braces: ``expected: {expected}, ...``;
            ``{rest}`` is anything.
        explanation: What it means and what to do, with the same braces.
        bare: Whether the words alone say too little, such as a name in a ``KeyError``, so that
            they count only where the error says nothing else and comes from within Keras.
    """

    name: str
    page: str
    types: tuple[str, ...]
    message: str
    explanation: str
    bare: bool = False
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the pattern of the message."""
        object.__setattr__(self, "_pattern", _pattern(self.message))

    @property
    def address(self) -> str:
        """Where it is explained, from the root of the site."""
        return f"troubleshooting/{self.page}.html#{self.name}"

    def parts(self, text: str) -> dict[str, str] | None:
        """Return what stands in place of the braces; ``None`` where the text says another thing.

        Args:
            text: What an error says.

        Returns:
            The parts by their names.
        """
        words = plain(text)
        match = self._pattern.fullmatch(words) if self.bare else self._pattern.search(words)
        return None if match is None else match.groupdict()

    def explained(self, text: str) -> str:
        """Return the explanation, with the parts of this text in it.

        Args:
            text: What an error says.

        Returns:
            One or two sentences.

        Raises:
            ValueError: If the text says another thing.
        """
        parts = self.parts(text)
        if parts is None:
            raise ValueError(f"this is not the message {self.name!r}: {text!r}")
        return self.explanation.format(**parts)


def _pattern(message: str) -> re.Pattern[str]:
    """A pattern that finds a message in a text whose lines are joined."""
    pieces: list[str] = []
    seen: set[str] = set()
    parts = list(string.Formatter().parse(message))
    for number, (words, name, _, _) in enumerate(parts):
        pieces.append(re.escape(words))
        last = number == len(parts) - 1
        if name is None or (name == "rest" and last):
            continue
        if name == "rest":
            pieces.append(".*?")
        elif name in seen:
            pieces.append(f"(?P={name})")
        else:
            seen.add(name)
            pieces.append(rf"(?P<{name}>\S+)" if last else f"(?P<{name}>.*?)")
    return re.compile("".join(pieces))


def plain(text: str) -> str:
    """Return a text without bold letters, its lines joined."""
    return " ".join(_BOLD.sub("", text).split())


def known(
    name: str,
    *,
    page: str,
    types: tuple[str, ...],
    message: str,
    explanation: str,
    bare: bool = False,
) -> Known:
    """Make a message known.

    Args:
        name: In lower case with hyphens.
        page: Page of the troubleshooting section, without suffix.
        types: Names of the classes of error that say it, such as ``ValueError``.
        message: How Keras words it, with what varies in braces; ``{rest}`` is anything.
        explanation: What it means and what to do, with the same braces.
        bare: Whether the words alone say too little.

    Returns:
        The message.

    Raises:
        ValueError: If a name is malformed or taken, or the explanation has other braces.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name):
        raise ValueError(f"a message's name is in lower case with hyphens, not {name!r}")
    if name in _known:
        raise ValueError(f"the message {name!r} is known twice")
    missing = _names(explanation) - (_names(message) - {"rest"})
    if missing:
        raise ValueError(f"the message {name!r} has no {{{', '.join(sorted(missing))}}}")
    _known[name] = Known(name, page, types, message, explanation, bare)
    return _known[name]


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def messages() -> tuple[Known, ...]:
    """Return all known messages.

    Returns:
        The messages by page and name.

    Examples:
        >>> all(known.address.startswith("troubleshooting/") for known in messages())
        True
    """
    package = importlib.import_module("layergraph.messages.known")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return tuple(sorted(_known.values(), key=lambda one: (one.page, one.name)))


def find(name: str) -> Known:
    """Return a known message by its name.

    Args:
        name: Such as ``loss-for-each-output``.

    Returns:
        The message.

    Raises:
        KeyError: If there is none; the message lists those there are.

    Examples:
        >>> find("output-not-connected").types
        ('ValueError',)
    """
    everyone = {one.name: one for one in messages()}
    if name not in everyone:
        raise KeyError(f"no message {name!r}; there are {', '.join(everyone) or 'none'}")
    return everyone[name]


def look_up(error: BaseException | str) -> Known | None:
    """Find out which known message an error is.

    Args:
        error: An error, or a message as it was copied.

    Returns:
        The message, the one with most words where several fit; ``None`` if it is not known.

    Examples:
        >>> look_up("the kettle is empty") is None
        True
    """
    fitting = [one for one in messages() if _fits(one, error)]
    return max(fitting, key=lambda one: len(one.message), default=None)


def _fits(one: Known, error: BaseException | str) -> bool:
    if isinstance(error, str):
        return not one.bare and one.parts(error) is not None
    if not any(cls.__name__ in one.types for cls in type(error).__mro__):
        return False
    return one.parts(str(error)) is not None and (not one.bare or _within_keras(error))


def _within_keras(error: BaseException) -> bool:
    """Whether an error was raised in Keras or its backend, and not in a reader's code."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return False
    path = Path(frames[-1].filename)
    return path.name == _FILTER or any(name in path.parts for name in _PACKAGES)
