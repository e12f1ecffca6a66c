"""The exercises of the lesson same_author."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from exercise_cells import Cases
from keras import layers, ops

from layergraph.datasets import tweets
from layergraph.models import same_author

cases = Cases("same_author")

Head = Callable[..., Any]


@cases.namespace("same-author-average")
def lesson() -> dict[str, object]:
    known = cases.names("quick_encoder")
    known["task"] = tweets.same_author(tweets.load(), pairs=64)
    return known


@cases.namespace("same-author-time")
def lesson_with_values() -> dict[str, object]:
    """The exercise takes a task of its own, and three values from the page."""
    known = cases.names("auc", "train_quickly", "task", "table")
    known["shared_aucs"] = [0.92, 0.93, 0.92]
    return known


def pair(head: Head, *, encoders: int = 1, blind: bool = False) -> keras.Model:
    """A model of pairs with this head; ``blind`` looks at the first tweet twice."""
    a = keras.Input((6,), dtype="int32", name="a")
    b = keras.Input((6,), dtype="int32", name="b")
    made = [
        keras.Sequential([layers.Embedding(20, 4), layers.GlobalAveragePooling1D()])
        for _ in range(encoders)
    ]
    u, v = made[0](a), made[-1](a if blind else b)
    return keras.Model([a, b], head(u, v))


def dense_head() -> keras.Sequential:
    return keras.Sequential(
        [layers.Dense(32, activation="relu"), layers.Dense(1, activation="sigmoid")]
    )


def both(first: Head, second: Head, mean: Head = layers.average) -> Head:
    return lambda u, v: mean(
        [first(layers.concatenate([u, v])), second(layers.concatenate([v, u]))]
    )


@cases.wrong("same-author-average", "no `Dense` layer of 32 units with `relu`")
def the_course() -> keras.Model:
    return same_author(vocabulary_size=20, head="concatenate")


@cases.wrong("same-author-average", "merged by `Multiply`, `Subtract`")
def the_merge_of_the_lesson() -> keras.Model:
    return same_author(vocabulary_size=20)


@cases.wrong("same-author-average", "The head is called once")
def one_order() -> keras.Model:
    return same_author(vocabulary_size=20, head="concatenate_dense")


@cases.wrong("same-author-average", "not a new one")
def two_heads() -> keras.Model:
    return pair(both(dense_head(), dense_head()))


@cases.wrong("same-author-average", "neither order counts more")
def the_same_order_twice() -> keras.Model:
    head = dense_head()

    def twice(u: keras.KerasTensor, v: keras.KerasTensor) -> keras.KerasTensor:
        there = layers.concatenate([u, v])
        return layers.average([head(there), head(there)])

    return pair(twice)


@cases.wrong("same-author-average", "read by different weights")
def two_encoders() -> keras.Model:
    head = dense_head()
    return pair(both(head, head), encoders=2)


@cases.wrong("same-author-average", "does not change with each of the two tweets")
def one_tweet() -> keras.Model:
    head = dense_head()
    return pair(both(head, head), blind=True)


@cases.wrong("same-author-average", "their sum is not")
def a_sum() -> keras.Model:
    head = dense_head()
    return pair(both(head, head, mean=layers.add))


@cases.right("same-author-average")
def with_ops() -> keras.Model:
    hidden, last = layers.Dense(32), layers.Dense(1)

    def logit(u: keras.KerasTensor, v: keras.KerasTensor) -> keras.KerasTensor:
        return last(ops.relu(hidden(ops.concatenate([u, v], axis=-1))))

    return pair(lambda u, v: ops.sigmoid((logit(u, v) + logit(v, u)) / 2))


@cases.right("same-author-average")
def the_head_as_a_model() -> keras.Model:
    head = dense_head()
    return pair(both(head, head))


def later(split: str = "time") -> tweets.Task:
    return tweets.same_author(tweets.load(), pairs=256, split=split)


def guesses(task: tweets.Task, *, seeds: int = 3, noise: float = 0.5) -> list[np.ndarray]:
    """The truth and noise, as a model might know it."""
    truth = task.test.targets["same_author"]
    return [
        truth + np.random.default_rng(seed).normal(0, noise, truth.shape) for seed in range(seeds)
    ]


@cases.wrong("same-author-time", "the split is not by time")
def a_random_split() -> tuple[object, ...]:
    task = later("random")
    return task, guesses(task), -0.05


@cases.wrong("same-author-time", "predictions of 1 trainings")
def one_training() -> tuple[object, ...]:
    return later(), guesses(later(), seeds=1), -0.05


@cases.wrong("same-author-time", "one number for each of the")
def predictions_for_other_pairs() -> tuple[object, ...]:
    return later(), [one[:-1] for one in guesses(later())], -0.05


@cases.wrong("same-author-time", "not its AUC")
def aucs_in_place_of_predictions() -> tuple[object, ...]:
    return later(), [0.83, 0.84, 0.82], -0.05


@cases.wrong("same-author-time", "Two of the trainings gave the same")
def one_training_three_times() -> tuple[object, ...]:
    return later(), guesses(later())[:1] * 3, -0.05


@cases.wrong("same-author-time", "hardly better than a guess")
def nothing_learnt() -> tuple[object, ...]:
    return later(), guesses(later(), noise=1e6), -0.05


@cases.wrong("same-author-time", "so it is negative")
def the_other_way_round() -> tuple[object, ...]:
    return later(), guesses(later()), 0.05


@cases.wrong("same-author-time", "which is not what the lesson found")
def another_mean() -> tuple[object, ...]:
    return later(), guesses(later()), -0.4


@cases.wrong("same-author-time", "the task that `tweets.same_author` returns")
def the_table() -> tuple[object, ...]:
    return tweets.load(), guesses(later()), -0.05


@cases.right("same-author-time")
def flat_predictions_of_four() -> tuple[object, ...]:
    return later(), [one.ravel() for one in guesses(later(), seeds=4, noise=0.6)], -0.05


test_solution, test_stub, test_wrong, test_right = cases.tests()
