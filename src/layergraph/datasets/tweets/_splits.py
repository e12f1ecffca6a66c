"""Rows into a training, a validation and a test part."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layergraph.datasets.tweets._errors import TweetsError
from layergraph.datasets.tweets._table import Tweets

Split = Literal["random", "time"]

PARTS = ("train", "validation", "test")
_SHARES = (0.70, 0.85)
FEWEST = 20
"""Fewer rows than these are not split: 20 give parts of 14, 3 and 3."""


def split(
    tweets: Tweets, rows: NDArray[np.int64], how: Split, seed: int, *, doing: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the training, validation and test part, each in the order of time."""
    if how not in ("random", "time"):
        raise TweetsError(f"split={how!r}: needs 'random' or 'time'")
    if len(rows) < FEWEST:
        raise TweetsError(
            f"{doing}: {len(rows)} of {len(tweets)} tweets can be used, and a split into training, "
            f"validation and test needs {FEWEST} or more"
        )
    groups = tweets.copies[rows]
    if how == "random":
        # A group falls where its middle does, so none is cut. Those larger than a test part come
        # first, so that they go to training if they can; where one alone is more than training
        # should have, validation and test share what it leaves.
        _, group, size = np.unique(groups, return_inverse=True, return_counts=True)
        order = np.random.default_rng([seed, 0]).permutation(len(size))
        large = np.where(size > (1 - _SHARES[1]) * len(rows), size, 0)
        order = order[np.argsort(-large[order], kind="stable")]
        middle = np.empty(len(size))
        middle[order] = np.cumsum(size[order]) - size[order] / 2
        end = max(_SHARES[0], size.max() / len(rows))
        part = np.searchsorted((end, (end + 1) / 2), middle / len(rows), side="right")[group]
    else:
        part = np.searchsorted(_SHARES, np.arange(len(rows)) / len(rows), side="right")
        # The later copies of an earlier part's tweet are left out: to move them back in time
        # would show the training what was written after it.
        _, group = np.unique(groups, return_inverse=True)
        earliest = np.full(len(rows), len(PARTS))
        np.minimum.at(earliest, group, part)
        part = np.where(part == earliest[group], part, len(PARTS))
    empty = [name for number, name in enumerate(PARTS) if not (part == number).any()]
    if empty:
        raise TweetsError(
            f"{doing}: no tweet is left for the {' and the '.join(empty)} part; the {len(rows)} "
            f"tweets are {len(np.unique(groups))} once near copies are taken together, which go "
            f"into one part"
        )
    return rows[part == 0], rows[part == 1], rows[part == 2]


def check_text_options(length: int, padding: str) -> None:
    """Raise where a tweet cannot be turned into a row of ids."""
    if length < 1:
        raise TweetsError(f"length={length}: needs 1 word or more")
    if padding not in ("after", "before"):
        raise TweetsError(f"padding={padding!r}: needs 'after' or 'before'")
