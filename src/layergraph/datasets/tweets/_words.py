"""Text to words, and words to ids."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layergraph.datasets.tweets._errors import TweetsError

Padding = Literal["after", "before"]

PADDING, UNKNOWN, LINK = "", "[UNK]", "[LINK]"

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)

# A word is a run of anything but white space and punctuation: unlike \w this keeps the vowel
# signs of Indic and Thai script, and emoji. The ranges are the punctuation of ASCII, Latin-1,
# General Punctuation (without the joiners U+200C and U+200D), CJK, fullwidth forms, Arabic and
# Devanagari. Han and kana are written without spaces, so each character is a word.
_MARKS = (
    r"\s!-/:-@\[-^`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2000-\u200b"
    r"\u200e-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\u060c\u061b\u061f\u0964\u0965"
)
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_LETTERS = rf"[^{_MARKS}{_UNSPACED}]+"
_WORD = re.compile(rf"\[LINK\]|[{_UNSPACED}]|[#@]?{_LETTERS}(?:['\u2019]{_LETTERS})*")


def words(text: str) -> list[str]:
    """Return the words of a tweet in lower case, each link as ``[LINK]``."""
    linked = _ADDRESS.sub(f" {LINK} ", html.unescape(text))
    return [word if word == LINK else word.lower() for word in _WORD.findall(linked)]


def vocabulary(texts: Iterable[str], size: int) -> tuple[str, ...]:
    """Return at most ``size`` entries: padding, unknown, then the words, most frequent first.

    Words of the same frequency stand in falling alphabetical order, as in
    :class:`keras.layers.TextVectorization`.
    """
    if size < 3:
        raise TweetsError(
            f"vocabulary_size={size}: needs 3 or more, since id 0 is the padding and id 1 the "
            f"unknown word"
        )
    counts = Counter(word for text in texts for word in words(text))
    ranked = sorted(counts, key=lambda word: (counts[word], word), reverse=True)
    return (PADDING, UNKNOWN, *ranked[: size - 2])


def encode(
    texts: Sequence[str] | NDArray[np.object_],
    known: Sequence[str],
    length: int,
    padding: Padding,
) -> NDArray[np.int32]:
    """Return the ids of each text's first ``length`` words, shape ``(len(texts), length)``."""
    index = {word: number for number, word in enumerate(known)}
    ids = np.zeros((len(texts), length), dtype=np.int32)
    for row, text in enumerate(texts):
        numbers = [index.get(word, 1) for word in words(text)[:length]]
        start = length - len(numbers) if padding == "before" else 0
        ids[row, start : start + len(numbers)] = numbers
    return ids
