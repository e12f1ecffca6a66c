"""The table of tweets that everything else in this package takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layergraph.datasets.tweets import _copies
from layergraph.datasets.tweets._errors import TweetsError

COLUMNS = ("text", "author", "created_at", "retweets", "likes")
"""The columns of a table of tweets, in the order of :class:`Tweets`."""


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array, closed for writing."""
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False, repr=False)
class Tweets:
    """A table of tweets: one row each, in the order of time, with checked columns.

    The rows are sorted by time; rows of the same second keep the order they were given in.
    The arrays cannot be written to.

    Args:
        text: what the tweets say, as published; an object array of ``str``, shape ``(n,)``.
        author: the account that wrote each; an object array of ``str``, shape ``(n,)``.
        created_at: when, in UTC; ``datetime64[s]``, shape ``(n,)``.
        retweets: how often each was passed on; ``int64``, shape ``(n,)``, never negative.
        likes: how many liked each; ``int64``, shape ``(n,)``, never negative.

    Raises:
        TweetsError: the columns differ in length, a text or an author is empty or no ``str``,
            a time is missing, or a count is negative or no whole number.

    >>> import numpy as np
    >>> from layergraph.datasets.tweets import Tweets
    >>> tweets = Tweets(
    ...     text=["Later", "Sooner"],
    ...     author=["ada", "grace"],
    ...     created_at=np.array(["2020-01-02", "2020-01-01"], dtype="datetime64[s]"),
    ...     retweets=[3, 5],
    ...     likes=[10, 20],
    ... )
    >>> len(tweets), tweets.text[0], int(tweets.retweets[0])
    (2, 'Sooner', 5)
    """

    text: NDArray[np.object_]
    author: NDArray[np.object_]
    created_at: NDArray[np.datetime64]
    retweets: NDArray[np.int64]
    likes: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Check the columns, sort the rows by time and close the arrays."""
        columns: dict[str, NDArray[Any]] = {
            "text": _strings("text", self.text),
            "author": _strings("author", self.author),
            "created_at": _times(self.created_at),
            "retweets": _counts("retweets", self.retweets),
            "likes": _counts("likes", self.likes),
        }
        sizes = {name: len(column) for name, column in columns.items()}
        if len(set(sizes.values())) > 1:
            raise TweetsError(f"the columns of Tweets differ in length: {sizes}")
        order = np.argsort(columns["created_at"], kind="stable")
        for name, column in columns.items():
            object.__setattr__(self, name, frozen(column[order]))

    def __len__(self) -> int:
        """Return the number of tweets."""
        return len(self.text)

    def __repr__(self) -> str:
        """Tell how many tweets of how many authors these are, and of which time."""
        if not len(self):
            return "Tweets(0 tweets)"
        authors = len(set(self.author))
        first, last = (str(time)[:10] for time in (self.created_at[0], self.created_at[-1]))
        return (
            f"Tweets({len(self):,} {'tweet' if len(self) == 1 else 'tweets'} of "
            f"{authors:,} {'author' if authors == 1 else 'authors'}, {first} to {last})"
        )

    def frame(self) -> pd.DataFrame:
        """Return the tweets as a new data frame; ``created_at`` says that it is UTC.

        >>> from layergraph.datasets.tweets import load
        >>> load().frame().dtypes["retweets"]
        dtype('int64')
        """
        frame = pd.DataFrame({name: getattr(self, name) for name in COLUMNS})
        return frame.assign(created_at=frame["created_at"].dt.tz_localize("UTC"))

    @cached_property
    def copies(self) -> NDArray[np.int64]:
        """The group of near copies that each tweet belongs to; ``int64``, shape ``(n,)``.

        Tweets with the same number say nearly the same, see
        :func:`layergraph.datasets.tweets.popularity`. A tweet without a near copy is a group
        of its own.
        """
        return frozen(_copies.groups(self.text))


def _strings(name: str, values: Sequence[str] | NDArray[Any]) -> NDArray[np.object_]:
    column = np.empty(len(values), dtype=object)
    column[:] = list(values)
    for row, value in enumerate(column):
        if not isinstance(value, str) or not value.strip():
            raise TweetsError(
                f"row {row} of Tweets, column {name!r}: needs a str that is not empty, "
                f"got {value!r}"
            )
    return column


def _times(values: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    try:
        column = np.array(values, dtype="datetime64[s]")
    except (TypeError, ValueError) as error:
        raise TweetsError(f"column 'created_at' of Tweets needs datetime64[s]: {error}") from error
    missing = np.flatnonzero(np.isnat(column))
    if len(missing):
        raise TweetsError(f"row {missing[0]} of Tweets, column 'created_at': the time is missing")
    return column


def _counts(name: str, values: Sequence[int] | NDArray[Any]) -> NDArray[np.int64]:
    column = np.array(values)
    if len(column) and column.dtype.kind not in "iu":
        raise TweetsError(f"column {name!r} of Tweets needs whole numbers, got {column.dtype}")
    negative = np.flatnonzero(column < 0)
    if len(negative):
        raise TweetsError(
            f"row {negative[0]} of Tweets, column {name!r}: {column[negative[0]]} is negative"
        )
    return column.astype(np.int64)
