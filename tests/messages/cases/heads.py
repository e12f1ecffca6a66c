"""Targets that do not fit the last layer or its loss."""

import keras
import numpy as np
from keras import layers
from message_cases import raises


def fitted(units: int, loss: str, targets: object) -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(units, activation="softmax")])
    model.compile("sgd", loss=loss)
    model.fit(np.zeros((4, 3)), targets, verbose=0)


@raises("targets-of-other-rank")
def numbers_for_one_hot() -> None:
    fitted(5, "categorical_crossentropy", np.arange(4))


@raises("targets-of-other-rank")
def numbers_for_five_units() -> None:
    fitted(5, "binary_crossentropy", np.arange(4) % 2)


@raises("targets-of-other-size")
def four_units_for_five() -> None:
    fitted(4, "categorical_crossentropy", np.eye(5)[:4])


@raises("targets-of-other-size")
def a_column_of_numbers() -> None:
    fitted(5, "categorical_crossentropy", np.arange(4)[:, None])


@raises("one-hot-for-sparse")
def one_hot_rows() -> None:
    fitted(4, "sparse_categorical_crossentropy", np.eye(4))


@raises("label-outside-units")
def classes_from_one() -> None:
    fitted(4, "sparse_categorical_crossentropy", np.arange(4) + 1)


@raises("label-outside-units")
def missing_as_minus_one() -> None:
    fitted(4, "sparse_categorical_crossentropy", np.arange(4) - 1)


@raises("label-not-in-units")
def classes_from_one_in_deterministic_operations() -> None:
    from tensorflow.python.framework import config

    keras.utils.set_random_seed(0)
    config.enable_op_determinism()
    try:
        fitted(4, "sparse_categorical_crossentropy", np.arange(4) + 1)
    finally:
        config.disable_op_determinism()
