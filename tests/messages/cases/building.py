"""Models that cannot be built."""

import os
from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from message_cases import raises


def x(*shape: int | None) -> keras.KerasTensor:
    return keras.Input(shape or (4,))


def base() -> keras.Model:
    image = x(8, 8, 3)
    return keras.Model(image, layers.Conv2D(2, 3, name="conv")(image), name="base")


@raises("output-not-connected")
def an_input_is_left_out() -> None:
    text = keras.Input((4,), name="text")
    extra = keras.Input((2,), name="extra")
    keras.Model(text, keras.layers.concatenate([text, extra]))


@raises("output-not-connected")
def features_of_a_nested_model() -> None:
    inner, image = base(), x(8, 8, 3)
    model = keras.Model(image, layers.Flatten()(inner(image)))
    keras.Model(model.input, {"features": inner.get_layer("conv").output})


@raises("tensorflow-on-keras-tensor")
def two_tensors_joined_by_tensorflow() -> None:
    tf.concat([x(), x()], -1)


@raises("keras-tensor-without-value")
def numpy_on_a_tensor() -> None:
    np.concatenate([x(), x()])


@raises("keras-tensor-without-value")
def a_float_of_a_tensor() -> None:
    float(x())


@raises("keras-tensor-as-boolean")
def a_tensor_in_a_condition() -> None:
    while x() > 0:
        break


@raises("name-used-twice")
def a_factory_with_a_name() -> None:
    ends = [x(8, 8, 3), x(8, 8, 3)]
    keras.Model(ends, layers.Add()([base()(one) for one in ends]))


@raises("no-such-layer")
def a_layer_of_a_nested_model() -> None:
    image = x(8, 8, 3)
    keras.Model(image, base()(image)).get_layer("conv")


@raises("merge-needs-a-list")
def one_tensor_to_add() -> None:
    layers.Multiply()(x())


@raises("shapes-do-not-add")
def a_shortcut_of_another_width() -> None:
    image = x(8, 8, 3)
    layers.Add()([image, layers.Conv2D(4, 3, padding="same")(image)])


@raises("flatten-of-an-open-size")
def a_flattened_text_of_any_length() -> None:
    layers.Dense(2)(layers.Flatten()(x(None, 4)))


@raises("wrong-number-of-dimensions")
def a_sequence_of_no_vectors() -> None:
    layers.GRU(2)(x(5))


@raises("model-of-keras-1")
def an_argument_without_its_s() -> None:
    one = x()
    keras.Model(input=one, output=layers.Dense(2)(one))


@raises("no-get-output-at")
def the_second_call() -> None:
    lstm = layers.LSTM(2)
    lstm(x(4, 3)), lstm(x(4, 3))
    lstm.get_output_at(1)


@raises("no-input-shape")
def the_shape_of_what_a_layer_takes() -> None:
    base().get_layer("conv").input_shape  # noqa: B018


@raises("no-output-shape")
def the_shape_of_what_a_layer_gives() -> None:
    base().get_layer("conv").output_shape  # noqa: B018


@raises("never-been-called")
def a_layer_of_no_model() -> None:
    layers.Dense(2).input  # noqa: B018


class Scorer(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return self.dense(inputs)


@raises("no-output-names")
def outputs_of_a_subclassed_model() -> None:
    Scorer().output_names  # noqa: B018


@raises("no-pydot")
def a_drawing_without_pydot() -> None:
    with mock.patch("keras.src.utils.model_visualization.pydot", None):
        keras.utils.plot_model(base(), "base.png")


@raises("no-graphviz")
def a_drawing_without_graphviz() -> None:
    with mock.patch.dict(os.environ, {"PATH": ""}):
        keras.utils.plot_model(base(), "base.png")
