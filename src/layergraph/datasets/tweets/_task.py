"""What a task gives: three parts of arrays by the names of the model's inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from layergraph.datasets.tweets import _words


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """Training, validation or test data, as ``fit`` takes it.

    ``model.fit(part.inputs, part.targets)`` trains a model of several outputs. A model of one
    output wants its targets as the array itself: ``part.targets["same_author"]``.

    Args:
        inputs: an array by the name of each of the model's inputs.
        targets: an array by the name of each of the model's outputs, ``float32``, shape
            ``(n, 1)``.
        rows: where in the :class:`Tweets` each example stands; ``int64``, shape ``(n,)``, or
            ``(n, 2)`` where an example is a pair.
    """

    inputs: dict[str, NDArray[Any]]
    targets: dict[str, NDArray[np.float32]]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Tell the names, shapes and dtypes of the arrays."""

        def shapes(arrays: Mapping[str, NDArray[Any]]) -> str:
            return ", ".join(f"{name} {a.dtype} {a.shape}" for name, a in arrays.items())

        return f"Part(inputs: {shapes(self.inputs)}; targets: {shapes(self.targets)})"


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """A question put to tweets, as arrays for ``fit``.

    Args:
        train: what the model learns from.
        validation: what the best epoch is chosen on.
        test: what the result is told on.
        vocabulary: the words of the training texts by their id: 0 is the padding ``""``, 1 the
            unknown word ``"[UNK]"``, and every link is ``"[LINK]"``.
        length: how many words of a tweet are kept.
        padding: where the zeros stand that fill a shorter tweet.
        dropped: how many tweets are in no part, by the reason.
        threshold: for ``label="median"``, the median of the training tweets' retweets.
    """

    train: Part
    validation: Part
    test: Part
    vocabulary: tuple[str, ...]
    length: int
    padding: Literal["after", "before"]
    dropped: Mapping[str, int] = field(default_factory=dict)
    threshold: float | None = None

    def __repr__(self) -> str:
        """Tell how large the parts are."""
        sizes = ", ".join(f"{name} {len(getattr(self, name)):,}" for name in _PARTS)
        return f"Task({sizes}; {len(self.vocabulary):,} words of vocabulary)"

    def encode(self, texts: Sequence[str] | NDArray[np.object_]) -> NDArray[np.int32]:
        """Return the ids of new texts, as this task's own; shape ``(len(texts), length)``."""
        return _words.encode(texts, self.vocabulary, self.length, self.padding)

    def decode(self, ids: Sequence[int] | NDArray[np.int32]) -> str:
        """Return the words of one row of ids, without the padding."""
        return " ".join(self.vocabulary[number] for number in ids if number)


_PARTS = ("train", "validation", "test")
