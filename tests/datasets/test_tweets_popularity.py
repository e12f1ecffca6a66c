from collections.abc import Callable

import numpy as np
import pytest

from layergraph.datasets import tweets
from layergraph.datasets.tweets import FEATURES, Task, Tweets, TweetsError

MakeTweets = Callable[..., Tweets]
PARTS = ("train", "validation", "test")


def table(
    hours: list[float],
    retweets: list[int] | None = None,
    authors: list[str] | None = None,
    start: str = "2020-01-01",
) -> Tweets:
    number = len(hours)
    seconds = (np.array(hours) * 3600).astype("timedelta64[s]")
    return Tweets(
        text=[f"a{row} b{row} c{row} d{row}" for row in range(number)],
        author=authors or ["ada"] * number,
        created_at=np.datetime64(start, "s") + seconds,
        retweets=list(range(number)) if retweets is None else retweets,
        likes=[0] * number,
    )


def by_row(task: Task, values: Callable[[tweets.Part], np.ndarray]) -> dict[int, object]:
    """Whatever the parts say of each row of the table."""
    return {
        int(row): value
        for part in (task.train, task.validation, task.test)
        for row, value in zip(part.rows, values(part).tolist(), strict=True)
    }


def labels(task: Task) -> dict[int, object]:
    return by_row(task, lambda part: part.targets["main_output"][:, 0])


def test_inputs_and_targets_have_the_promised_names_shapes_and_dtypes(real: Tweets) -> None:
    task = tweets.popularity(
        real, length=20, targets=("main_output", "aux_output", "retweets", "likes")
    )
    for name in PARTS:
        part = getattr(task, name)
        n = len(part.rows)
        got = {key: (str(a.dtype), a.shape) for key, a in (part.inputs | part.targets).items()}
        expected = {
            "main_input": ("int32", (n, 20)),
            "aux_input": ("float32", (n, 5)),
            "main_output": ("float32", (n, 1)),
            "aux_output": ("float32", (n, 1)),
            "retweets": ("float32", (n, 1)),
            "likes": ("float32", (n, 1)),
        }
        assert expected == got
        assert (n,) == part.rows.shape


def test_both_outputs_have_the_same_label(real: Tweets) -> None:
    targets = tweets.popularity(real).train.targets
    np.testing.assert_array_equal(targets["main_output"], targets["aux_output"])


def test_counts_are_logarithms_of_1_plus_the_count(real: Tweets) -> None:
    part = tweets.popularity(real, targets=("likes", "retweets")).test
    assert ["likes", "retweets"] == list(part.targets)
    for name in part.targets:
        expected = np.log(1 + getattr(real, name)[part.rows].astype(float))
        np.testing.assert_allclose(expected, part.targets[name][:, 0], rtol=1e-6)


def test_run_is_above_the_median_of_the_same_authors_previous_tweets() -> None:
    generator = np.random.default_rng(0)
    retweets = generator.integers(0, 50, 150).tolist()
    authors = [["ada", "grace"][n] for n in generator.integers(0, 2, 150)]
    task = tweets.popularity(table(list(range(150)), retweets, authors), history=10, least=3)
    expected = {}
    for row in range(150):
        past = [retweets[i] for i in range(row) if authors[i] == authors[row]][-10:]
        if len(past) >= 3:
            expected[row] = float(retweets[row] > np.median(past))
    assert expected == labels(task)


def test_run_drops_and_counts_the_tweets_with_too_little_history(made_up: MakeTweets) -> None:
    task = tweets.popularity(made_up(90), least=4)
    assert 3 * 4 == task.dropped["too little history"]
    assert set(range(12, 90)) == set(labels(task))


def test_run_of_the_real_tweets_is_balanced(real: Tweets) -> None:
    task = tweets.popularity(real)
    assert 0.52 == pytest.approx(np.mean(list(labels(task).values())), abs=0.005)
    assert 2 == task.dropped["too little history"]


def test_no_label_and_no_feature_sees_the_future() -> None:
    generator = np.random.default_rng(0)
    hours, retweets = np.cumsum(generator.random(60) * 9), generator.integers(0, 9, 60)
    usual, features = tweets._popularity._look_back(table(hours.tolist(), retweets.tolist()), 10, 1)
    # Another future: later tweets at other times, with other counts.
    hours[40:], retweets[40:] = hours[39] + np.arange(1, 21), 99
    changed = tweets._popularity._look_back(table(hours.tolist(), retweets.tolist()), 10, 1)
    np.testing.assert_array_equal(usual[:40], changed[0][:40])
    np.testing.assert_array_equal(features[:40], changed[1][:40])


def test_tweets_of_the_same_second_do_not_see_each_other() -> None:
    usual, features = tweets._popularity._look_back(table([0, 5, 5, 5], [1, 100, 200, 300]), 10, 1)
    np.testing.assert_array_equal([np.nan, 1, 1, 1], usual)
    np.testing.assert_allclose(np.log1p([5, 5, 5]), features[1:, 3])


def test_median_is_above_the_median_of_the_training_part(real: Tweets) -> None:
    task = tweets.popularity(real, label="median", split="time")
    expected = float(np.median(real.retweets[task.train.rows]))
    assert expected == task.threshold
    assert expected != float(np.median(real.retweets))
    assert {row: float(real.retweets[row] > expected) for row in labels(task)} == labels(task)


def test_there_are_five_features_of_known_names() -> None:
    expected = (
        "hour_sine",
        "hour_cosine",
        "weekend",
        "log_hours_since_previous",
        "log_tweets_in_24_hours",
    )
    assert expected == FEATURES


def test_features_are_what_their_names_say() -> None:
    # 2020-01-03 was a Friday: hours 0, 18, 24 + 6 and 24 + 18 of it.
    one = table([0, 18, 30, 42], authors=["ada", "ada", "ada", "grace"], start="2020-01-03")
    _, features = tweets._popularity._look_back(one, 10, 1)
    expected = [
        [0, 1, 0, np.nan, 0],
        [-1, 0, 0, np.log(1 + 18), np.log(2)],
        [1, 0, 1, np.log(1 + 12), np.log(2)],
        [-1, 0, 1, np.nan, 0],
    ]
    np.testing.assert_allclose(expected, features, atol=1e-12)


@pytest.mark.parametrize(("day", "weekend"), [("03", 0), ("04", 1), ("05", 1), ("06", 0)])
def test_the_weekend_is_saturday_and_sunday(day: str, weekend: int) -> None:
    _, features = tweets._popularity._look_back(table([12], start=f"2020-01-{day}"), 10, 1)
    assert weekend == features[0, 2]


def test_24_hours_ago_still_counts_and_a_second_more_does_not() -> None:
    _, features = tweets._popularity._look_back(table([0, 24, 48 + 1 / 3600]), 10, 1)
    np.testing.assert_allclose([0, np.log(2), 0], features[:, 4])


@pytest.mark.parametrize("split", ["random", "time"])
def test_features_are_standardised_on_the_training_part_alone(real: Tweets, split: str) -> None:
    task = tweets.popularity(real, split=split)
    train = task.train.inputs["aux_input"].astype(float)
    np.testing.assert_allclose(0, train.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(1, train.std(axis=0), atol=1e-3)
    assert np.abs(task.test.inputs["aux_input"].mean(axis=0)).max() > 0.01


def test_a_first_tweet_has_the_mean_for_what_it_cannot_know(made_up: MakeTweets) -> None:
    task = tweets.popularity(made_up(), label="median")
    since = by_row(task, lambda part: part.inputs["aux_input"][:, 3])
    assert [0, 0, 0] == [since[row] for row in (0, 1, 2)]
    assert 0 != since[3]


def test_authors_of_one_tweet_each_leave_no_gap_in_the_features(made_up: MakeTweets) -> None:
    one_each = made_up(60, authors=[f"author {n}" for n in range(60)])
    task = tweets.popularity(one_each, label="median")
    assert not np.isnan(task.train.inputs["aux_input"]).any()


def test_the_vocabulary_is_of_the_training_texts_alone(made_up: MakeTweets) -> None:
    table = made_up()
    task = tweets.popularity(table)
    seen = {word for text in table.text[task.train.rows] for word in text.split()}
    assert seen == set(task.vocabulary[2:])
    assert ("", "[UNK]") == task.vocabulary[:2]
    assert (task.test.inputs["main_input"] == 1).any()
    assert not (task.train.inputs["main_input"] == 1).any()


@pytest.mark.parametrize("size", [3, 100, 10_000])
def test_every_id_is_below_the_size_of_the_vocabulary(real: Tweets, size: int) -> None:
    task = tweets.popularity(real, vocabulary_size=size)
    assert len(task.vocabulary) <= size
    highest = max(int(getattr(task, name).inputs["main_input"].max()) for name in PARTS)
    assert len(task.vocabulary) - 1 == highest


def test_no_real_tweet_is_cut_at_32_words_but_some_at_31(real: Tweets) -> None:
    assert 32 == max(len(tweets._words.words(text)) for text in real.text)


def test_a_task_encodes_a_new_text_as_its_own_and_reads_ids_back(real: Tweets) -> None:
    task = tweets.popularity(real, padding="before")
    rows = task.validation.rows[:5]
    np.testing.assert_array_equal(
        task.validation.inputs["main_input"][:5], task.encode(real.text[rows])
    )
    assert "the [UNK] [LINK]" == task.decode(task.encode(["The qwertzuiop http://x.org"])[0])


def test_arrays_are_read_only(real: Tweets) -> None:
    part = tweets.popularity(real).train
    arrays = [*part.inputs.values(), *part.targets.values(), part.rows]
    assert [False] * 5 == [array.flags.writeable for array in arrays]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"label": "likes"}, "label='likes': needs 'run' or 'median'"),
        ({"targets": ("main_out",)}, r"targets=.*main_out.*: needs some of \['main_output'"),
        ({"targets": "likes"}, "targets='likes': needs some of"),
        ({"targets": ()}, r"targets=\(\): needs some of"),
        ({"least": 0}, "least=0, history=100"),
        ({"history": 3, "least": 5}, "least=5, history=3"),
    ],
)
def test_an_unknown_option_is_named(
    made_up: MakeTweets, option: dict[str, object], message: str
) -> None:
    with pytest.raises(TweetsError, match=message):
        tweets.popularity(made_up(), **option)


def test_authors_without_history_are_told_with_the_options_that_help(made_up: MakeTweets) -> None:
    with pytest.raises(TweetsError) as caught:
        tweets.popularity(made_up(100, authors=[f"author {n}" for n in range(100)]))
    words = ["0 of 100 tweets", "least=1", "label='median'"]
    assert [] == [word for word in words if word not in str(caught.value)]


def test_labels_that_are_all_alike_are_refused() -> None:
    with pytest.raises(TweetsError, match="same label"):
        tweets.popularity(table(list(range(40)), [7] * 40))
