from collections.abc import Callable, Sequence

import numpy as np
import pytest

from layergraph.datasets import tweets
from layergraph.datasets.tweets import Tweets


@pytest.fixture(scope="session")
def real() -> Tweets:
    return tweets.load()


@pytest.fixture(scope="session")
def made_up() -> Callable[..., Tweets]:
    """Tweets of nobody: words by chance, so that near copies are there only by wish."""

    def make(
        number: int = 300,
        authors: Sequence[str] = ("ada", "grace", "mary"),
        texts: Sequence[str] | None = None,
        seed: int = 0,
    ) -> Tweets:
        generator = np.random.default_rng(seed)
        if texts is None:
            words = generator.integers(0, 2000, (number, 8))
            texts = [" ".join(f"w{word}" for word in row) for row in words]
        number = len(texts)
        hours = np.cumsum(generator.integers(1, 30, number)).astype("timedelta64[h]")
        return Tweets(
            text=texts,
            author=[authors[row % len(authors)] for row in range(number)],
            created_at=np.datetime64("2020-01-01", "s") + hours,
            retweets=generator.integers(0, 1000, number),
            likes=generator.integers(0, 5000, number),
        )

    return make
