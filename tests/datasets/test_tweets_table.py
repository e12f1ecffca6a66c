from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layergraph.datasets.tweets import Tweets, TweetsError

GOOD: dict[str, Any] = {
    "text": ["later", "sooner", "same second"],
    "author": ["ada", "grace", "ada"],
    "created_at": np.array(["2020-01-02", "2020-01-01", "2020-01-02"], dtype="datetime64[D]"),
    "retweets": [3, 5, 7],
    "likes": np.array([1, 2, 3], dtype=np.int16),
}


def test_rows_are_sorted_by_time_and_ties_keep_their_order() -> None:
    assert ["sooner", "later", "same second"] == list(Tweets(**GOOD).text)


def test_many_rows_of_the_same_seconds_keep_their_order() -> None:
    times = np.array([n % 2 for n in range(200)]).astype("datetime64[s]")
    tweets = Tweets(
        **{name: [*values[:1]] * 200 for name, values in GOOD.items()}
        | {"created_at": times, "likes": list(range(200))}
    )
    assert [*range(0, 200, 2), *range(1, 200, 2)] == tweets.likes.tolist()


def test_columns_have_the_promised_dtypes() -> None:
    tweets = Tweets(**GOOD)
    dtypes = {name: str(getattr(tweets, name).dtype) for name in GOOD}
    expected = {
        "text": "object",
        "author": "object",
        "created_at": "datetime64[s]",
        "retweets": "int64",
        "likes": "int64",
    }
    assert expected == dtypes


@pytest.mark.parametrize("column", list(GOOD))
def test_arrays_are_read_only(column: str) -> None:
    array = getattr(Tweets(**GOOD), column)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = array[1]


def test_the_arrays_given_stay_writable() -> None:
    likes = np.array([1, 2, 3])
    Tweets(**GOOD | {"likes": likes})
    likes[0] = 9
    assert 9 == likes[0]


def test_columns_cannot_be_replaced() -> None:
    tweets = Tweets(**GOOD)
    with pytest.raises(FrozenInstanceError):
        tweets.text = np.array([], dtype=object)  # type: ignore[misc]


def test_the_frame_has_every_column_and_says_utc() -> None:
    frame = Tweets(**GOOD).frame()
    assert list(GOOD) == list(frame.columns)
    assert pd.Timestamp("2020-01-01", tz="UTC") == frame["created_at"][0]


def test_length_and_repr_count_the_rows() -> None:
    tweets = Tweets(**GOOD)
    assert 3 == len(tweets)
    assert "Tweets(3 tweets of 2 authors, 2020-01-01 to 2020-01-02)" == repr(tweets)


def test_no_tweets_are_a_table_too() -> None:
    empty = Tweets(*(np.array([], dtype=kind) for kind in ("O", "O", "M8[s]", "i8", "i8")))
    assert "Tweets(0 tweets)" == repr(empty)
    assert 0 == len(empty.copies)


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("text", ["a", " ", "c"], ["row 1", "'text'", "' '"]),
        ("author", ["a", "b", None], ["row 2", "'author'", "None"]),
        ("created_at", np.array(["2020", "NaT", "2020"], "M8[s]"), ["row 1", "'created_at'"]),
        ("created_at", ["yesterday"] * 3, ["'created_at'", "datetime64[s]", "yesterday"]),
        ("retweets", [1, -2, 3], ["row 1", "'retweets'", "-2 is negative"]),
        ("likes", [1.5, 2, 3], ["'likes'", "whole numbers", "float64"]),
        ("likes", [1], ["differ in length", "'likes': 1"]),
    ],
)
def test_a_bad_column_is_named(column: str, values: object, words: list[str]) -> None:
    with pytest.raises(TweetsError) as caught:
        Tweets(**GOOD | {column: values})
    assert [] == [word for word in words if word not in str(caught.value)]
