"""Tweets of quite another origin train both tasks, and two processes agree on every number."""

import csv
import os
import subprocess
import sys

import numpy as np
import pytest

from layergraph import models
from layergraph.datasets import tweets
from layergraph.datasets.tweets import Part, Task, Tweets

LETTERS = [
    "abcdefgilmnoprstuv",
    "\u03b1\u03b2\u03b3\u03b4\u03b5\u03bb\u03c1",
    "\u6d77\u5c71\u7a7a\u306e\u3092\u732b",
]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Tweets:
    """Thirty authors in three languages, with other names, dates and separators than ours."""
    generator = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("elsewhere") / "posts.csv"
    with path.open("w", newline="", encoding="utf-16") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["id", "gefaellt", "geteilt", "wann", "wer", "was"])
        for row in range(400):
            who = int(generator.integers(0, 30))
            letters = list(LETTERS[who % 3])
            words = [
                "".join(generator.choice(letters, 3)) for _ in range(generator.integers(3, 30))
            ]
            day, hour = divmod(row * 7, 24)
            when = f"{day % 28 + 1:02}.{day // 28 + 1:02}.2021 {hour:02}:00"
            likes, shares = generator.integers(0, 90, 2)
            writer.writerow([row, likes, shares, when, f"k{who}", " ".join(words) + "\n\U0001f600"])
    return tweets.load(
        path,
        columns={
            "text": "was",
            "author": "wer",
            "created_at": "wann",
            "retweets": "geteilt",
            "likes": "gefaellt",
        },
        encoding="utf-16",
        separator=";",
        date_format="%d.%m.%Y %H:%M",
    )


def fit(model: object, task: Task) -> dict[str, list[float]]:
    def targets(part: Part) -> object:
        # Keras takes a dict for several outputs, and the array itself for one.
        return part.targets if len(part.targets) > 1 else part.targets["same_author"]

    model.compile(optimizer="rmsprop", loss="binary_crossentropy")  # type: ignore[attr-defined]
    history = model.fit(  # type: ignore[attr-defined]
        task.train.inputs,
        targets(task.train),
        validation_data=(task.validation.inputs, targets(task.validation)),
        epochs=1,
        verbose=0,
    )
    return history.history


@pytest.mark.parametrize("split", ["random", "time"])
def test_popularity_trains_on_tweets_of_another_origin(elsewhere: Tweets, split: str) -> None:
    task = tweets.popularity(elsewhere, split=split)
    model = models.headline_popularity(
        vocabulary_size=len(task.vocabulary), embedding_width=4, encoder="average", hidden=(4,)
    )
    history = fit(model, task)
    assert 30 == len(set(elsewhere.author))
    assert np.isfinite([history["loss"], history["val_loss"]]).all()


@pytest.mark.parametrize("split", ["random", "time"])
def test_same_author_trains_on_tweets_of_another_origin(elsewhere: Tweets, split: str) -> None:
    task = tweets.same_author(elsewhere, split=split)
    model = models.same_author(
        vocabulary_size=len(task.vocabulary), embedding_width=4, encoder="average"
    )
    history = fit(model, task)
    assert np.isfinite([history["loss"], history["val_loss"]]).all()


def test_two_processes_agree_whatever_their_hash_seed() -> None:
    code = """
import hashlib
from layergraph.datasets import tweets

table, digest = tweets.load(), hashlib.sha256()
for split in ("random", "time"):
    for task in (tweets.popularity(table, split=split), tweets.same_author(table, split=split)):
        digest.update(repr((task.vocabulary, task.dropped)).encode())
        for part in (task.train, task.validation, task.test):
            for array in (*part.inputs.values(), *part.targets.values(), part.rows):
                digest.update(array.tobytes())
print(digest.hexdigest())
"""
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert 1 == len(runs)
