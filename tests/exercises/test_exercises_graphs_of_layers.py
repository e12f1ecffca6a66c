"""The exercises of the lesson graphs_of_layers."""

import functools
from typing import Any

import keras
import numpy as np
from exercise_cells import Answers, Cases
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

cases = Cases("graphs_of_layers")


@functools.cache
def digits() -> dict[str, Any]:
    data = load_digits()
    parts = train_test_split(
        data.images[..., np.newaxis] / 16,
        data.target,
        test_size=0.3,
        stratify=data.target,
        random_state=0,
    )
    return dict(zip(("train_x", "test_x", "train_y", "test_y"), parts, strict=True))


@cases.namespace("residual-halves", "two-ends")
def page() -> dict[str, object]:
    return cases.names() | digits()


def block(
    *, relu: str | None = "relu", window: int = 1, bend: str | None = None, through: bool = False
) -> keras.Model:
    given = keras.Input((8, 8, 16))
    change = layers.Conv2D(32, 3, strides=2, padding="same", activation=relu)(given)
    long = layers.Conv2D(32, 3, padding="same")(change)
    start, stride = (change, 1) if through else (given, 2)
    short = layers.Conv2D(32, window, strides=stride, padding="same", activation=bend)(start)
    return keras.Model(given, layers.add([short, long]))


@cases.wrong("residual-halves", "The long way is linear")
def no_relu() -> keras.Model:
    return block(relu=None)


@cases.wrong("residual-halves", "The short way has one convolution of 3 by 3")
def a_wide_projection() -> keras.Model:
    return block(window=3)


@cases.wrong("residual-halves", "The short way does more than multiply and add")
def a_projection_with_relu() -> keras.Model:
    return block(bend="relu")


@cases.wrong("residual-halves", "by `largest`: leave out what is no projection")
def a_short_way_of_largest_values() -> keras.Model:
    given = keras.Input((8, 8, 16))
    long = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(given)
    long = layers.Conv2D(32, 3, padding="same")(long)
    short = layers.Conv2D(32, 1)(layers.MaxPooling2D(2, name="largest")(given))
    return keras.Model(given, layers.add([short, long]))


@cases.wrong("residual-halves", "does not stand between its two convolutions")
def a_relu_after_both_convolutions() -> keras.Model:
    given = keras.Input((8, 8, 16))
    long = layers.Conv2D(32, 3, strides=2, padding="same")(given)
    long = layers.BatchNormalization()(long)
    long = layers.Conv2D(32, 3, padding="same", activation="relu")(long)
    return keras.Model(given, layers.add([layers.Conv2D(32, 1, strides=2)(given), long]))


@cases.wrong("residual-halves", "a sum of 3 tensors")
def three_ways() -> keras.Model:
    given = keras.Input((8, 8, 16))
    ways = [layers.Conv2D(32, 1, strides=2)(given) for _ in range(3)]
    return keras.Model(given, layers.add(ways))


@cases.wrong("residual-halves", "Both ways go through")
def a_short_way_that_starts_late() -> keras.Model:
    return block(through=True)


@cases.wrong("residual-halves", "not from (8, 8, 16) to (4, 4, 32)")
def no_stride() -> keras.Model:
    given = keras.Input((8, 8, 16))
    long = layers.Conv2D(32, 3, padding="same", activation="relu")(given)
    long = layers.Conv2D(32, 3, padding="same")(long)
    return keras.Model(given, layers.add([layers.Conv2D(32, 1)(given), long]))


@cases.wrong("residual-halves", "class `Concatenate`, and not by a sum")
def side_by_side() -> keras.Model:
    given = keras.Input((8, 8, 16))
    long = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(given)
    long = layers.Conv2D(16, 3, padding="same")(long)
    short = layers.Conv2D(16, 1, strides=2)(given)
    return keras.Model(given, layers.concatenate([short, long]))


@cases.wrong("residual-halves", "The long way has one convolution of 3 by 3")
def one_convolution() -> keras.Model:
    given = keras.Input((8, 8, 16))
    long = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(given)
    return keras.Model(given, layers.Conv2D(32, 1, strides=2)(given) + long)


@cases.right("residual-halves")
def in_operations_with_a_layer_of_relu_and_normalised() -> keras.Model:
    given = keras.Input((8, 8, 16), name="seen")
    long = layers.BatchNormalization()(layers.Conv2D(32, 3, padding="same")(given))
    long = layers.Conv2D(32, 3, strides=2, padding="same")(ops.relu(long))
    short = layers.Conv2D(32, 1)(layers.AveragePooling2D(2)(given))
    return keras.Model({"seen": given}, long + short)


@cases.right("residual-halves")
def with_the_ways_as_models() -> keras.Model:
    way = keras.Sequential(
        [
            keras.Input((8, 8, 16)),
            layers.Conv2D(32, 3, strides=2, padding="same", activation="gelu"),
            layers.Conv2D(32, 3, padding="same"),
        ]
    )
    given = keras.Input((8, 8, 16))
    short = layers.Conv2D(32, 1, strides=2)(given)
    return keras.Model(given, layers.Add()([way(given), short]))


def two(
    *, width: int = 8, epochs: int = 0, anew: bool = False, past: bool = False, named: bool = False
) -> Answers:
    keras.utils.set_random_seed(0)
    data = digits()
    image = keras.Input((8, 8, 1))
    x = layers.Dense(64, activation="relu")(layers.Flatten()(image))
    code = layers.Dense(width)(x)
    head = layers.Dense(10, activation="softmax")
    digit = head(x if past else code)
    y = layers.Dense(64, activation="relu")(code)
    back = layers.Reshape((8, 8, 1))(layers.Dense(64, activation="sigmoid")(y))
    ends = {"back": back, "digit": digit} if named else [digit, back]
    both = keras.Model(image, ends)
    if epochs:
        mse, named_loss = "mse", "sparse_categorical_crossentropy"
        loss = {"back": mse, "digit": named_loss} if named else [named_loss, mse]
        weights = {"back": 20, "digit": 1} if named else [1, 20]
        targets = (
            {"back": data["train_x"], "digit": data["train_y"]}
            if named
            else [data["train_y"], data["train_x"]]
        )
        both.compile(keras.optimizers.Adam(1e-2), loss=loss, loss_weights=weights)
        both.fit(data["train_x"], targets, batch_size=64, epochs=epochs, verbose=0)
    namer = keras.Model(image, layers.Dense(10)(code) if anew else digit)
    return Answers(both, namer, data["test_x"], data["test_y"])


@cases.wrong("two-ends", "train for more epochs")
def not_trained() -> Answers:
    return two()


@cases.wrong("two-ends", "`namer` has weights that `both` has not")
def a_new_head() -> Answers:
    return two(anew=True)


@cases.wrong("two-ends", "goes past a code of 8 numbers")
def a_way_past_the_code() -> Answers:
    return two(past=True)


@cases.wrong("two-ends", "goes past a code of 8 numbers")
def a_wide_code() -> Answers:
    return two(width=12)


@cases.wrong("two-ends", "`namer` has outputs of the shapes")
def namer_is_both() -> Answers:
    both, _, *data = two().answers
    return Answers(both, both, *data)


@cases.wrong("two-ends", "as many of each")
def images_without_channels() -> Answers:
    both, namer, images, targets = two().answers
    return Answers(both, namer, images[..., 0], targets)


@cases.wrong("two-ends", "`namer` takes arrays of the shape (8,)")
def namer_from_the_code() -> Answers:
    both, namer, *data = two().answers
    code = namer.layers[-1].input
    return Answers(both, keras.Model(code, namer.output), *data)


@cases.wrong("two-ends", "The ten numbers of an image are no probabilities")
def no_softmax() -> Answers:
    image = keras.Input((8, 8, 1))
    code = layers.Dense(8)(layers.Flatten()(image))
    back = layers.Reshape((8, 8, 1))(layers.Dense(64)(code))
    digit = layers.Dense(10)(code)
    data = digits()
    both = keras.Model(image, [back, digit])
    return Answers(both, keras.Model(image, digit), data["test_x"], data["test_y"])


@cases.right("two-ends")
def outputs_by_name() -> Answers:
    return two(epochs=14, named=True)


@cases.right("two-ends")
def outputs_in_the_other_order() -> Answers:
    return two(epochs=14)


test_solution, test_stub, test_wrong, test_right = cases.tests()
