"""Calls of fit that Keras refuses with a message of the page data."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from message_cases import raises

N = 8
NUMBERS = np.zeros((N, 3), "float32")
TARGET = np.zeros((N, 1), "float32")


def two_inputs(form: type = list) -> keras.Model:
    given = {name: keras.Input((3,), name=name) for name in ("text", "other")}
    out = layers.Dense(1)(layers.Concatenate()(list(given.values())))
    model = keras.Model(given if form is dict else list(given.values()), out)
    model.compile("sgd", "mse")
    return model


def two_outputs(form: type = list) -> keras.Model:
    given = keras.Input((3,))
    outputs = {name: layers.Dense(1, name=name)(given) for name in ("main", "aux")}
    model = keras.Model(given, outputs if form is dict else list(outputs.values()))
    model.compile("sgd", dict.fromkeys(outputs, "mse"))
    return model


def one_of_each() -> keras.Model:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@raises("missing-data-for-input")
def a_misspelt_key_in_predict() -> None:
    two_inputs().predict({"text": NUMBERS, "others": NUMBERS}, verbose=0)


@raises("arrays-for-each-input")
def a_flat_tuple_in_a_dataset() -> None:
    data = tf.data.Dataset.from_tensor_slices((NUMBERS, NUMBERS, TARGET)).batch(4)
    two_inputs().fit(data, verbose=0, shuffle=False)


@raises("inputs-of-other-structure")
def a_tuple_for_unsorted_keys() -> None:
    two_inputs(dict).predict((NUMBERS, NUMBERS), verbose=0)


@raises("target-key-is-text")
def a_dict_for_a_sequential_model() -> None:
    one_of_each().fit(NUMBERS, {"dense": TARGET}, verbose=0)


@raises("targets-of-other-structure")
def three_targets_for_two_outputs() -> None:
    two_outputs(dict).fit(NUMBERS, [TARGET, TARGET, TARGET], verbose=0)


@raises("sample-weight-for-each-output")
def weights_for_one_output() -> None:
    targets = {"main": TARGET, "aux": TARGET}
    two_outputs(dict).fit(NUMBERS, targets, sample_weight={"main": np.ones(N)}, verbose=0)


@raises("sample-weight-for-a-list")
def weights_by_name_for_a_list_of_outputs() -> None:
    targets = {"main": TARGET, "aux": TARGET}
    weights = {"main": np.ones(N), "aux": np.ones(N)}
    two_outputs(list).fit(NUMBERS, targets, sample_weight=weights, verbose=0)


@raises("class-weight-one-output")
def class_weights_for_a_dict() -> None:
    targets = {"main": TARGET, "aux": TARGET}
    two_outputs(dict).fit(NUMBERS, targets, class_weight={0: 1.0, 1: 2.0}, verbose=0)


class Lists(keras.utils.PyDataset):
    def __len__(self) -> int:
        return 1

    def __getitem__(self, place: int) -> tuple[Any, ...]:
        return [NUMBERS, NUMBERS], TARGET


@raises("lists-from-a-generator")
def a_dataset_of_python_that_gives_lists() -> None:
    two_inputs().fit(Lists(), verbose=0)


@raises("dataset-of-unequal-lists")
def a_dataset_of_lists_of_two_widths() -> None:
    tf.data.Dataset.from_tensor_slices(([NUMBERS, NUMBERS[:, :2]], TARGET))


@raises("dataset-of-stacked-lists")
def a_dataset_of_lists_of_one_width() -> None:
    tf.data.Dataset.from_tensor_slices(([NUMBERS, NUMBERS], TARGET))


@raises("data-in-format-x-y")
def validation_data_in_a_row() -> None:
    parts = (NUMBERS, NUMBERS, TARGET, TARGET)
    two_inputs().fit([NUMBERS, NUMBERS], TARGET, validation_data=parts, verbose=0)


@raises("id-not-in-rows")
def an_id_below_all_rows() -> None:
    model = keras.Sequential([keras.Input((2,)), layers.Embedding(5, 2)])
    model.predict(np.full((N, 2), -9), verbose=0)


@raises("data-cardinality")
def a_weight_too_few() -> None:
    one_of_each().fit(NUMBERS, TARGET, sample_weight=np.ones(N - 1), verbose=0)


@raises("unrecognized-data-type")
def weights_in_a_list() -> None:
    one_of_each().fit(NUMBERS, TARGET, sample_weight=[1.0] * N, verbose=0)


@raises("invalid-dtype")
def text_for_numbers() -> None:
    one_of_each().predict(np.full((N, 3), "1"), verbose=0)


@raises("invalid-input-shape")
def a_dataset_without_batches() -> None:
    data = tf.data.Dataset.from_tensor_slices((NUMBERS, TARGET))
    one_of_each().fit(data, verbose=0, shuffle=False)
