"""The second task: were two tweets written by the same author?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layergraph.datasets.tweets import _splits, _words
from layergraph.datasets.tweets._errors import TweetsError
from layergraph.datasets.tweets._splits import Split
from layergraph.datasets.tweets._table import Tweets, frozen
from layergraph.datasets.tweets._task import Part, Task
from layergraph.datasets.tweets._words import Padding

EVALUATION_PAIRS = 1024
"""At most so many pairs are in the validation part, and as many in the test part."""


def same_author(
    tweets: Tweets,
    *,
    pairs: int = 4096,
    split: Split = "random",
    length: int = 32,
    padding: Padding = "after",
    vocabulary_size: int = 10_000,
    seed: int = 0,
) -> Task:
    """Return the task of the siamese model: are these two tweets by the same author?

    Both tweets of a pair are of the same part, and the parts are those of
    :func:`~layergraph.datasets.tweets.popularity`: no tweet, and no near copy of one, stands in
    two parts. Half of the pairs are by one author, with label 1, and half by two, with label 0.
    They are drawn in fours for two authors x and y: (x, x), (y, y), (x, y) and (y, x). So every
    author stands on each side as often with label 1 as with label 0, a single tweet says
    nothing about the label, and neither does the order. No two tweets are paired twice, in
    either order.

    Args:
        tweets: the table, of two authors or more.
        pairs: at most so many training pairs, a multiple of 4; there are fewer where the
            training part does not hold so many. Validation and test have 1,024 pairs each, or
            fewer for the same reason.
        split: how the tweets fall into parts, as in
            :func:`~layergraph.datasets.tweets.popularity`.
        length: how many words of a tweet are kept.
        padding: whether the zeros that fill up a shorter tweet stand after its words or before.
        vocabulary_size: at most so many ids, the padding and the unknown word among them.
        seed: what the pairs, and the random split, are drawn by.

    Returns:
        A task whose inputs are ``tweet_a`` and ``tweet_b``, ``int32`` of shape ``(n, length)``,
        each below ``vocabulary_size``, and whose target is ``same_author``.

    Raises:
        TweetsError: an option is not one of the above; the tweets are of a single author; fewer
            than 20; near copies leave a part empty; or a part lacks two authors with two tweets
            each.

    >>> from layergraph.datasets.tweets import load, same_author
    >>> task = same_author(load(), pairs=512)
    >>> task
    Task(train 512, validation 1,024, test 1,024; 7,427 words of vocabulary)
    >>> float(task.train.targets["same_author"].mean())
    0.5
    """
    _splits.check_text_options(length, padding)
    if pairs < 4 or pairs % 4:
        raise TweetsError(
            f"pairs={pairs}: needs a multiple of 4, since two pairs of the same author go with "
            f"two of different authors, one in each order"
        )
    authors = sorted(set(tweets.author))
    if len(authors) < 2:
        raise TweetsError(
            f"same_author needs tweets of two authors or more, and these {len(tweets)} tweets "
            f"are of {f'{authors[0]!r} alone' if authors else 'nobody'}"
        )
    rows = np.arange(len(tweets))
    parts = _splits.split(tweets, rows, split, seed, doing="same_author")
    vocabulary = _words.vocabulary(tweets.text[parts[0]], vocabulary_size)
    sizes = (pairs, EVALUATION_PAIRS, EVALUATION_PAIRS)

    def part(number: int) -> Part:
        generator = np.random.default_rng([seed, 1, number])
        drawn = _pairs(tweets, parts[number], sizes[number], generator)
        if not len(drawn):
            raise TweetsError(
                f"same_author: the {_splits.PARTS[number]} part has {len(parts[number])} tweets, "
                f"and no two authors with two tweets each among them; needs more tweets an author"
            )
        ids = _words.encode(tweets.text[drawn.ravel()], vocabulary, length, padding)
        ids = ids.reshape(len(drawn), 2, length)
        same = tweets.author[drawn[:, 0]] == tweets.author[drawn[:, 1]]
        return Part(
            inputs={
                "tweet_a": frozen(np.ascontiguousarray(ids[:, 0])),
                "tweet_b": frozen(np.ascontiguousarray(ids[:, 1])),
            },
            targets={"same_author": frozen(same.astype(np.float32).reshape(-1, 1))},
            rows=frozen(drawn),
        )

    return Task(
        train=part(0),
        validation=part(1),
        test=part(2),
        vocabulary=vocabulary,
        length=length,
        padding=padding,
        dropped={"near copy of an earlier part": len(tweets) - sum(map(len, parts))},
    )


def _pairs(
    tweets: Tweets, rows: NDArray[np.int64], most: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Return up to ``most`` pairs out of ``rows``, shape ``(n, 2)``, in a random order.

    They come in fours for two authors x and y: (x, x), (y, y), (x, y) and (y, x). So every
    author stands on either side as often with label 1 as with label 0, and no single tweet
    tells the label.
    """
    names, author = np.unique(tweets.author[rows].astype(str), return_inverse=True)
    own = [rows[author == number] for number in range(len(names))]
    left = np.array([len(some) * (len(some) - 1) // 2 for some in own])

    # Each round joins the authors that still have an unused pair of their own two by two. Two
    # authors always have pairs enough between them: n m / 2 is no less than the smaller of
    # n (n - 1) / 2 and m (m - 1) / 2.
    fours: list[NDArray[np.int64]] = []
    missing = most // 4
    while missing > 0 and (left > 0).sum() >= 2:
        able = generator.permutation(np.flatnonzero(left))
        chosen = np.sort(able[: len(able) // 2 * 2].reshape(-1, 2), axis=1)[:missing]
        times = 1
        if len(able) == 2:
            times = min(missing, int(left[able].min()))
        fours.append(np.repeat(chosen, times, axis=0))
        left[chosen.ravel()] -= times
        missing -= times * len(chosen)
    if not fours:
        return np.empty((0, 2), dtype=np.int64)
    couples, counts = np.unique(np.concatenate(fours), axis=0, return_counts=True)

    drawn: list[NDArray[np.int64]] = []
    for number, count in enumerate(np.bincount(np.repeat(couples, counts, axis=0).ravel())):
        some = own[number]
        total = len(some) * (len(some) - 1) // 2
        first, second = _couple(generator.choice(total, size=count, replace=False))
        pair = some[np.stack([first, second], axis=1)]
        # The older tweet stands first as often as second.
        turned = generator.permutation(count) % 2 == 0
        drawn.append(np.where(turned[:, None], pair[:, ::-1], pair))
    for (x, y), count in zip(couples, counts, strict=True):
        total = len(own[x]) * len(own[y])
        i, j = np.divmod(generator.choice(total, size=2 * count, replace=False), len(own[y]))
        pair = np.stack([own[x][i], own[y][j]], axis=1)
        pair[count:] = pair[count:, ::-1]
        drawn.append(pair)
    return generator.permutation(np.concatenate(drawn), axis=0)


def _couple(number: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the number-th (i, j) with i < j, in the order (0, 1), (0, 2), (1, 2), (0, 3) ..."""
    j = ((1 + np.sqrt(1 + 8 * number.astype(np.float64))) // 2).astype(np.int64)
    # The root is rounded: it may be one off near a whole number.
    j -= j * (j - 1) // 2 > number
    j += j * (j + 1) // 2 <= number
    return number - j * (j - 1) // 2, j
