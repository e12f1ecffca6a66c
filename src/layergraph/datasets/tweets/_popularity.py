"""The first task: is a tweet passed on more than usual?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layergraph.datasets.tweets import _splits, _words
from layergraph.datasets.tweets._errors import TweetsError
from layergraph.datasets.tweets._splits import Split
from layergraph.datasets.tweets._table import Tweets, frozen
from layergraph.datasets.tweets._task import Part, Task
from layergraph.datasets.tweets._words import Padding

Label = Literal["run", "median"]

FEATURES = (
    "hour_sine",
    "hour_cosine",
    "weekend",
    "log_hours_since_previous",
    "log_tweets_in_24_hours",
)
"""The five features of a tweet, in the order of the columns of ``aux_input``."""

_LABELS = ("main_output", "aux_output")
_COUNTS = ("retweets", "likes")
_DAY = np.timedelta64(24 * 60 * 60, "s")


def popularity(
    tweets: Tweets,
    *,
    label: Label = "run",
    split: Split = "random",
    length: int = 32,
    padding: Padding = "after",
    vocabulary_size: int = 10_000,
    targets: Sequence[str] = _LABELS,
    seed: int = 0,
    history: int = 100,
    least: int = 5,
) -> Task:
    """Return the task of the headline model: was this tweet passed on more than usual?"""
    _splits.check_text_options(length, padding)
    unknown = [name for name in targets if name not in (*_LABELS, *_COUNTS)]
    if unknown or isinstance(targets, str) or not targets:
        raise TweetsError(f"targets={targets!r}: needs some of {[*_LABELS, *_COUNTS]}")
    if label not in ("run", "median"):
        raise TweetsError(f"label={label!r}: needs 'run' or 'median'")
    if not 1 <= least <= history:
        raise TweetsError(f"least={least}, history={history}: needs 1 <= least <= history")

    usual, features = _look_back(tweets, history, least)
    rows = np.arange(len(tweets))
    dropped = {}
    if label == "run":
        rows = np.flatnonzero(~np.isnan(usual))
        dropped["too little history"] = len(tweets) - len(rows)
    parts = _splits.split(tweets, rows, split, seed, doing=f"popularity(label={label!r})")
    dropped["near copy of an earlier part"] = len(rows) - sum(map(len, parts))

    threshold = None
    if label == "median":
        threshold = float(np.median(tweets.retweets[parts[0]]))
        usual = np.full(len(tweets), threshold)
    above = tweets.retweets > usual
    if len(set(above[parts[0]])) == 1:
        raise TweetsError(
            f"popularity(label={label!r}): every one of the {len(parts[0])} training tweets has "
            f"the same label, so there is nothing to learn; are the retweets all alike?"
        )

    from sklearn.preprocessing import StandardScaler

    # A first tweet has no previous one: it gets the mean, which is 0 after standardising.
    scaled = np.nan_to_num(StandardScaler().fit(features[parts[0]]).transform(features))
    vocabulary = _words.vocabulary(tweets.text[parts[0]], vocabulary_size)

    def part(rows: NDArray[np.int64]) -> Part:
        columns: dict[str, NDArray[Any]] = {name: above for name in _LABELS}
        columns |= {name: np.log1p(getattr(tweets, name)) for name in _COUNTS}
        return Part(
            inputs={
                "main_input": frozen(_words.encode(tweets.text[rows], vocabulary, length, padding)),
                "aux_input": frozen(scaled[rows].astype(np.float32)),
            },
            targets={
                name: frozen(columns[name][rows].astype(np.float32).reshape(-1, 1))
                for name in targets
            },
            rows=frozen(rows),
        )

    train, validation, test = map(part, parts)
    return Task(
        train=train,
        validation=validation,
        test=test,
        vocabulary=vocabulary,
        length=length,
        padding=padding,
        dropped=dropped,
        threshold=threshold,
    )


def _look_back(
    tweets: Tweets, history: int, least: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each author's past says: the usual retweets, and the five features.

    The past of a tweet is what its author wrote in an earlier second; NaN where there is none.
    """
    time = tweets.created_at
    usual = np.full(len(tweets), np.nan)
    since = np.full(len(tweets), np.nan)
    lately = np.zeros(len(tweets))
    for rows in pd.Series(tweets.author).groupby(tweets.author).indices.values():
        times = time[rows]
        earlier = np.searchsorted(times, times, side="left")
        some = earlier > 0
        medians = pd.Series(tweets.retweets[rows]).rolling(history, min_periods=least).median()
        usual[rows[some]] = medians.to_numpy()[earlier[some] - 1]
        since[rows[some]] = (times[some] - times[earlier[some] - 1]) / np.timedelta64(1, "h")
        lately[rows] = earlier - np.searchsorted(times, times - _DAY, side="left")
    angle = 2 * np.pi * ((time - time.astype("datetime64[D]")) / _DAY)
    # 1970-01-01, day 0, was a Thursday.
    weekend = (time.astype("datetime64[D]").astype(np.int64) + 3) % 7 >= 5
    features = [np.sin(angle), np.cos(angle), weekend, np.log1p(since), np.log1p(lately)]
    return usual, np.stack(features, axis=1)
