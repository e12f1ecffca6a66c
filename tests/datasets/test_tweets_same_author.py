from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layergraph.datasets import tweets
from layergraph.datasets.tweets import Part, Tweets, TweetsError, _same_author

MakeTweets = Callable[..., Tweets]
PARTS = ("train", "validation", "test")


def check_balance(table: Tweets, part: Part) -> None:
    """Everything that keeps a pair's label out of a single tweet and out of the order."""
    authors = table.author[part.rows]
    orders = Counter(map(tuple, authors.tolist()))
    label = part.targets["same_author"][:, 0]
    assert [float(a == b) for a, b in authors] == label.tolist()
    assert 0.5 == label.mean()
    for (x, y), count in orders.items():
        assert count == orders[y, x]
    for side in (0, 1):
        same = Counter(authors[label == 1, side].tolist())
        different = Counter(authors[label == 0, side].tolist())
        assert same == different
    unordered = {frozenset(pair) for pair in part.rows.tolist()}
    assert len(part.rows) == len(unordered)
    assert {2} == {len(pair) for pair in unordered}


def test_inputs_and_targets_have_the_promised_names_shapes_and_dtypes(real: Tweets) -> None:
    task = tweets.same_author(real, pairs=400, length=20)
    for name, n in zip(PARTS, (400, 1024, 1024), strict=True):
        part = getattr(task, name)
        got = {key: (str(a.dtype), a.shape) for key, a in (part.inputs | part.targets).items()}
        expected = {
            "tweet_a": ("int32", (n, 20)),
            "tweet_b": ("int32", (n, 20)),
            "same_author": ("float32", (n, 1)),
        }
        assert expected == got
        assert (n, 2) == part.rows.shape


@pytest.mark.parametrize("split", ["random", "time"])
def test_the_real_pairs_are_balanced(real: Tweets, split: str) -> None:
    task = tweets.same_author(real, split=split)
    assert [4096, 1024, 1024] == [len(getattr(task, name)) for name in PARTS]
    for name in PARTS:
        check_balance(real, getattr(task, name))


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 12), min_size=2, max_size=9),
    most=st.integers(1, 60).map(lambda fours: 4 * fours),
    seed=st.integers(0, 99),
)
def test_pairs_of_any_authors_are_balanced(numbers: list[int], most: int, seed: int) -> None:
    author = [f"author {n}" for n, count in enumerate(numbers) for _ in range(count)]
    size = len(author)
    table = Tweets(
        text=[f"text {row}" for row in range(size)],
        author=author,
        created_at=np.arange(size).astype("datetime64[s]"),
        retweets=[0] * size,
        likes=[0] * size,
    )
    rows = _same_author._pairs(table, np.arange(size), most, np.random.default_rng(seed))
    assert len(rows) <= most
    able = sum(count >= 2 for count in numbers)
    assert (able >= 2) == (len(rows) > 0)
    if len(rows):
        same = table.author[rows[:, 0]] == table.author[rows[:, 1]]
        check_balance(table, Part({}, {"same_author": same.astype("float32")[:, None]}, rows))


def test_all_that_two_authors_have_is_used_before_pairs_run_out(made_up: MakeTweets) -> None:
    table = made_up(200, authors=("ada", "grace"))
    rows = np.arange(20)  # ten tweets of each, so 45 pairs within each
    pairs = _same_author._pairs(table, rows, 10_000, np.random.default_rng(0))
    assert 4 * 45 == len(pairs)


def test_every_number_is_another_couple() -> None:
    first, second = _same_author._couple(np.arange(4950))
    assert {(i, j) for j in range(100) for i in range(j)} == set(
        zip(first.tolist(), second.tolist(), strict=True)
    )


@pytest.mark.parametrize("j", [2, 94_906_267, 2**31])
def test_couples_are_right_where_the_root_is_rounded(j: int) -> None:
    number = j * (j - 1) // 2
    first, second = _same_author._couple(np.array([number - 1, number]))
    assert [(j - 2, j - 1), (0, j)] == list(zip(first.tolist(), second.tolist(), strict=True))


def test_the_older_tweet_stands_first_as_often_as_second(real: Tweets) -> None:
    part = tweets.same_author(real).train
    same = part.targets["same_author"][:, 0] == 1
    older_first = part.rows[:, 0] < part.rows[:, 1]
    assert 0.5 == older_first[same].mean()
    assert 0.5 == pytest.approx(older_first[~same].mean(), abs=0.04)


def test_the_ids_are_those_of_the_rows(real: Tweets) -> None:
    task = tweets.same_author(real, pairs=40)
    for side, name in enumerate(("tweet_a", "tweet_b")):
        expected = task.encode(real.text[task.test.rows[:, side]])
        np.testing.assert_array_equal(expected, task.test.inputs[name])


def test_the_order_of_the_pairs_tells_nothing(real: Tweets) -> None:
    label = tweets.same_author(real).train.targets["same_author"][:, 0]
    assert 0.4 < label[:200].mean() < 0.6


def test_another_seed_draws_other_pairs_by_time_too(real: Tweets) -> None:
    one, same, other = (
        tweets.same_author(real, pairs=40, split="time", seed=seed).train.rows.tolist()
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_the_vocabulary_is_of_the_training_texts_alone(made_up: MakeTweets) -> None:
    table = made_up()
    task = tweets.same_author(table, split="time")
    seen = {word for text in table.text[:210] for word in text.split()}
    assert seen == set(task.vocabulary[2:])


@pytest.mark.parametrize("pairs", [0, -4, 2, 4097])
def test_pairs_come_in_fours(made_up: MakeTweets, pairs: int) -> None:
    with pytest.raises(TweetsError, match=f"pairs={pairs}: needs a multiple of 4"):
        tweets.same_author(made_up(), pairs=pairs)


def test_a_single_author_is_named(made_up: MakeTweets) -> None:
    with pytest.raises(TweetsError, match=r"two authors or more, .* 300 tweets are of 'ada' alone"):
        tweets.same_author(made_up(authors=["ada"]))


def test_authors_of_one_tweet_each_are_told(made_up: MakeTweets) -> None:
    with pytest.raises(TweetsError, match="the train part has 70 tweets, and no two authors"):
        tweets.same_author(made_up(100, authors=[f"author {n}" for n in range(100)]))
