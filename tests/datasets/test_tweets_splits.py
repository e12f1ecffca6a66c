from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layergraph.datasets import tweets
from layergraph.datasets.tweets import Task, Tweets, TweetsError, _splits

MakeTweets = Callable[..., Tweets]
TASKS = (tweets.popularity, tweets.same_author)
SPLITS = ("random", "time")


def parts(task: Task) -> list[set[int]]:
    return [set(part.rows.ravel().tolist()) for part in (task.train, task.validation, task.test)]


@pytest.mark.parametrize("split", SPLITS)
def test_parts_are_70_15_15(made_up: MakeTweets, split: _splits.Split) -> None:
    table = made_up(200)
    sizes = [len(rows) for rows in _splits.split(table, np.arange(200), split, 0, doing="a test")]
    assert [140, 30, 30] == sizes


@pytest.mark.parametrize("make", TASKS)
@pytest.mark.parametrize("split", SPLITS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_tweet_and_no_near_copy_stands_in_two_parts(
    make: Callable[..., Task], split: str, data: st.DataObject, made_up: MakeTweets
) -> None:
    kinds = data.draw(st.lists(st.integers(0, 60), min_size=100, max_size=140))
    texts = [f"{kind}a {kind}b {kind}c {kind}d {kind}e" for kind in kinds]
    # Some have two words of their own, so they are no near copies.
    texts[::5] = [f"{text} x{row} y{row}" for row, text in enumerate(texts[::5])]
    table = made_up(texts=texts, seed=data.draw(st.integers(0, 9)))
    try:
        task = make(table, split=split, seed=data.draw(st.integers(0, 99)))
    except TweetsError as error:
        # Large groups of copies can leave too little: that is said, and nothing is handed out.
        assert "part" in str(error)  # noqa: PT017
        return
    for one, other in combinations(parts(task), 2):
        assert set() == one & other
        copies = {*table.copies[list(one)]} & {*table.copies[list(other)]}
        assert set() == copies


@pytest.mark.parametrize("make", TASKS)
def test_a_split_by_time_trains_on_the_oldest(make: Callable[..., Task], real: Tweets) -> None:
    train, validation, test = parts(make(real, split="time"))
    assert max(train) < min(validation)
    assert max(validation) < min(test)


def test_later_copies_across_a_border_of_time_are_dropped_and_counted(made_up: MakeTweets) -> None:
    texts = [f"w{row} x{row} y{row} z{row}" for row in range(100)]
    texts[95] = texts[80] = texts[10]  # training keeps its copy
    texts[96] = texts[97] = texts[75]  # validation keeps its copy
    texts[99] = texts[98]  # both in the test part
    task = tweets.popularity(made_up(texts=texts), label="median", split="time")
    assert {10} == {10, 80, 95} & set().union(*parts(task))
    assert {75} == {75, 96, 97} & set().union(*parts(task))
    assert {98, 99} <= parts(task)[2]
    assert {"near copy of an earlier part": 4} == task.dropped


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ([80], [80, 10, 10]),  # training takes the large group, the others share the rest
        ([30], [70, 15, 15]),
        ([16] * 6, [64, 16, 20]),
    ],
)
def test_large_groups_of_copies_go_to_training(
    made_up: MakeTweets, copies: list[int], expected: list[int]
) -> None:
    same = [
        f"a{number} b{number} c{number}" for number, size in enumerate(copies) for _ in range(size)
    ]
    others = [f"w{row} x{row} y{row} z{row}" for row in range(100 - len(same))]
    table = made_up(texts=same + others)
    for seed in range(5):
        task = tweets.popularity(table, label="median", seed=seed)
        assert expected == [len(part) for part in parts(task)]


def test_a_random_split_drops_nothing(real: Tweets) -> None:
    task = tweets.popularity(real, label="median")
    assert set(range(len(real))) == set().union(*parts(task))
    assert {"near copy of an earlier part": 0} == task.dropped


@pytest.mark.parametrize("make", TASKS)
def test_another_seed_splits_otherwise(make: Callable[..., Task], made_up: MakeTweets) -> None:
    table = made_up()
    assert parts(make(table, seed=1)) == parts(make(table, seed=1))
    assert parts(make(table, seed=1)) != parts(make(table, seed=2))


@pytest.mark.parametrize("make", TASKS)
def test_both_tasks_split_the_same_rows_alike(
    make: Callable[..., Task], made_up: MakeTweets
) -> None:
    table = made_up()
    train, validation, test = _splits.split(table, np.arange(300), "random", 3, doing="a test")
    options = {"label": "median"} if make is tweets.popularity else {}
    for got, allowed in zip(
        parts(make(table, seed=3, **options)), (train, validation, test), strict=True
    ):
        assert got <= set(allowed.tolist())


@pytest.mark.parametrize("make", TASKS)
def test_too_few_rows_are_counted(make: Callable[..., Task], made_up: MakeTweets) -> None:
    options = {"label": "median"} if make is tweets.popularity else {}
    with pytest.raises(
        TweetsError, match=f"{make.__name__}.*: 19 of 19 tweets .* needs 20 or more"
    ):
        make(made_up(19), **options)


def test_twenty_rows_are_enough(made_up: MakeTweets) -> None:
    task = tweets.popularity(made_up(20), label="median")
    assert [14, 3, 3] == [len(part) for part in parts(task)]


@pytest.mark.parametrize("split", SPLITS)
def test_copies_that_leave_a_part_empty_are_told(made_up: MakeTweets, split: str) -> None:
    table = made_up(texts=["always the same"] * 50)
    with pytest.raises(TweetsError, match=r"no tweet is left for the .*50 tweets are 1 once"):
        tweets.popularity(table, label="median", split=split)


@pytest.mark.parametrize("make", TASKS)
@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"split": "weekday"}, "split='weekday': needs 'random' or 'time'"),
        ({"padding": "left"}, "padding='left': needs 'after' or 'before'"),
        ({"length": 0}, "length=0: needs 1 word or more"),
        ({"vocabulary_size": 2}, "vocabulary_size=2: needs 3 or more"),
    ],
)
def test_an_unknown_option_is_named(
    make: Callable[..., Task], made_up: MakeTweets, option: dict[str, object], message: str
) -> None:
    with pytest.raises(TweetsError, match=message):
        make(made_up(), **option)
