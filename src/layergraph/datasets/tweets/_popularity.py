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
    targets: Sequence[str] = ("main_output", "aux_output"),
    seed: int = 0,
    history: int = 100,
    least: int = 1,
) -> Task:
    """Return the task of the headline model: is this tweet passed on more than usual?

    Labels:

    - ``"run"``: 1 where the retweets are above the median of the same author's up to ``history``
      previous tweets, so a tweet is held against its own author's past. A tweet with fewer than
      ``least`` previous ones has no label and is dropped; by default an author's first alone.
    - ``"median"``: 1 where the retweets are above the median of the training part. An author who
      is passed on more than others has nearly always 1: who wrote it gives the label away.

    Splits, into 70 % training, 15 % validation and 15 % test:

    - ``"random"``: drawn by ``seed``.
    - ``"time"``: the oldest tweets train, the newest test; ``seed`` changes nothing.

    No tweet stands in two parts, and near copies stand in one. Two tweets are near copies where
    the TF-IDF vectors of their words, links left out, have a cosine of 0.85 or more
    (scikit-learn's ``TfidfVectorizer`` as it comes; the bound was set by
    reading the packaged tweets' pairs between 0.6 and 1: above it they are nearly all the same
    statement, below it the same phrase about something else). What a chain of near copies joins
    is one group. In a random split a group goes into one part as a whole; in a split by time the
    copies that fall into a later part than the group's first tweet are dropped, since to move
    them would show the training what was written after it.

    The vocabulary holds the words of the training texts, the most frequent first. A word is in
    lower case and without punctuation, a mention keeps its ``@`` and a hashtag its ``#``, and
    every link is the one word ``[LINK]``. Id 0 is the padding and id 1 an unknown word, as in
    :class:`keras.layers.TextVectorization`.

    Args:
        tweets: the table.
        label: what the outputs ``main_output`` and ``aux_output`` are to say.
        split: how the tweets fall into parts.
        length: how many words of a tweet are kept.
        padding: whether the zeros that fill up a shorter tweet stand after its words, as
            :class:`keras.layers.TextVectorization` puts them, or before.
        vocabulary_size: at most so many ids, the padding and the unknown word among them.
        targets: the names of the model's outputs: ``"main_output"`` and ``"aux_output"``, both
            the label, and ``"retweets"`` and ``"likes"``, the logarithm of 1 plus the count.
        seed: what the random split is drawn by.
        history: how many previous tweets the label ``"run"`` looks back on.
        least: how many previous tweets it needs at least.

    Returns:
        A task whose inputs are ``main_input``, ``int32`` of shape ``(n, length)``, each below
        ``vocabulary_size``, and ``aux_input``, ``float32`` of shape ``(n, 5)``: the
        :data:`~layergraph.datasets.tweets.FEATURES`, standardised by mean and standard deviation
        of the training part. An author's first tweet has no previous one; that feature is then
        0, the mean.

    Raises:
        TweetsError: an option is not one of the above; fewer than 20 tweets can be used; near
            copies leave a part empty; or all training tweets have the same label.

    >>> from layergraph.datasets.tweets import load, popularity
    >>> task = popularity(load(), split="time")
    >>> task
    Task(train 3,999, validation 840, test 840; 7,403 words of vocabulary)
    >>> task.dropped
    {'too little history': 2, 'near copy of an earlier part': 33}
    >>> task.train.inputs["main_input"].shape, task.train.inputs["aux_input"].shape
    ((3999, 32), (3999, 5))
    """
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
        if len(rows) < _splits.FEWEST:
            raise TweetsError(
                f"popularity(label='run'): {len(rows)} of {len(tweets)} tweets can be used, and a "
                f"split needs {_splits.FEWEST} or more; the others have fewer than least={least} "
                f"previous tweets of their author to be held against: use label='median', or more "
                f"tweets an author"
            )
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
    # Where no training tweet has one, the mean of nothing is no cause for a warning.
    with np.errstate(invalid="ignore"):
        scaled = np.nan_to_num(StandardScaler().fit(features[parts[0]]).transform(features))
    vocabulary = _words.vocabulary(tweets.text[parts[0]], vocabulary_size)

    def part(rows: NDArray[np.int64]) -> Part:
        columns: dict[str, NDArray[Any]] = dict.fromkeys(_LABELS, above)
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
    # In the order of layergraph.datasets.tweets.FEATURES.
    features = [np.sin(angle), np.cos(angle), weekend, np.log1p(since), np.log1p(lately)]
    return usual, np.stack(features, axis=1)
