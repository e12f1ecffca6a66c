"""The exercises of the lesson inside_the_graph."""

import functools
from typing import Any

import keras
import numpy as np
from exercise_cells import Answers, Cases
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

cases = Cases("inside_the_graph")


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


@functools.cache
def trained() -> tuple[keras.Model, list[np.ndarray]]:
    """The page's classifier and its weights, to put back what an answer has changed."""
    keras.utils.set_random_seed(0)
    model = cases.names("build_classifier")["build_classifier"]()
    model.compile(keras.optimizers.Adam(3e-3), loss="sparse_categorical_crossentropy")
    model.fit(digits()["train_x"], digits()["train_y"], batch_size=64, epochs=8, verbose=0)
    return model, model.get_weights()


def classifier() -> keras.Model:
    model, weights = trained()
    model.set_weights(weights)
    model.trainable = True
    for layer in model.layers:
        layer.trainable = True
    return model


@cases.namespace("watcher", "even-or-odd")
def page() -> dict[str, object]:
    return cases.names() | digits() | {"classifier": classifier()}


def parts(model: keras.Model) -> tuple[keras.Model, keras.Layer, keras.Layer]:
    return tuple(model.get_layer(name) for name in ("eye", "embedding", "digit"))


def watching(*names: str, head: bool = True, of: keras.Model | None = None) -> Answers:
    model = classifier()
    eye, embedding, digit = parts(of or model)
    image = keras.Input((8, 8, 1), name="seen")
    inside = keras.Model(eye.input, [eye.get_layer(one).output for one in names] + [eye.output])
    *maps, x = inside(image)
    last = digit if head else layers.Dense(10, activation="softmax")
    return Answers(keras.Model(image, [*maps, last(embedding(x))]), model)


@cases.wrong("watcher", "All of them can be had where all parts are called anew")
def only_inside() -> Answers:
    model = classifier()
    eye = model.get_layer("eye")
    return Answers(keras.Model(eye.input, eye.get_layer("conv_1").output), model)


@cases.wrong("watcher", "is no weight of `classifier`")
def a_new_head() -> Answers:
    return watching("conv_1", "conv_2", head=False)


@cases.wrong("watcher", "is no weight of `classifier`")
def a_copy() -> Answers:
    model = classifier()
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return watching("conv_1", "conv_2", of=copy)


@cases.wrong("watcher", "No output is what the first convolution gives")
def one_convolution_twice() -> Answers:
    return watching("conv_2", "conv_2")


@cases.wrong("watcher", "The probabilities are not those of `classifier`")
def a_flipped_image() -> Answers:
    model = classifier()
    eye, embedding, digit = parts(model)
    inside = keras.Model(eye.input, [eye.get_layer(one).output for one in ("conv_1", "conv_2")])
    image = keras.Input((8, 8, 1))
    flipped = keras.ops.flip(image, axis=1)
    return Answers(
        keras.Model(image, [*inside(image), digit(embedding(eye(flipped)))]),
        model,
    )


@cases.wrong("watcher", "The model has 2 inputs")
def two_images() -> Answers:
    watcher, model = watching("conv_1", "conv_2").answers
    return Answers(keras.Model([watcher.input, keras.Input((8, 8, 1))], watcher.outputs), model)


@cases.wrong("watcher", "`watcher` takes arrays of the shape (64,)")
def a_row_of_pixels() -> Answers:
    watcher, model = watching("conv_1", "conv_2").answers
    row = keras.Input((64,))
    return Answers(keras.Model(row, watcher(layers.Reshape((8, 8, 1))(row))), model)


@cases.right("watcher")
def layer_by_layer_as_a_dict() -> Answers:
    model = classifier()
    eye, embedding, digit = parts(model)
    image = keras.Input((8, 8, 1))
    first = eye.get_layer("conv_1")(image)
    second = eye.get_layer("conv_2")(first)
    x = eye.get_layer("flat")(eye.get_layer("halve")(second))
    ends = {"z": first, "a": second, "m": digit(embedding(x))}
    return Answers(keras.Model(image, ends), model)


@cases.right("watcher")
def in_another_order() -> Answers:
    return watching("conv_2", "conv_1")


def headed(
    *,
    frozen: bool = True,
    copy: bool = False,
    epochs: int = 0,
    activation: str | None = "sigmoid",
    units: int = 1,
    odd: bool = False,
    at: str = "embedding",
) -> Answers:
    keras.utils.set_random_seed(0)
    model = classifier()
    base = keras.models.clone_model(model) if copy else model
    if at == "eye":
        cut = base.get_layer("eye")
    else:
        cut = keras.Model(base.input, base.get_layer(at).output)
    cut.trainable = not frozen
    image = keras.Input((8, 8, 1))
    even = keras.Model(image, layers.Dense(units, activation=activation)(cut(image)))
    data = digits()
    if epochs:
        even.compile(keras.optimizers.Adam(1e-2), loss="binary_crossentropy")
        target = (data["train_y"] % 2 == int(odd)).astype("float32")
        even.fit(data["train_x"], target, batch_size=64, epochs=epochs, verbose=0)
    return Answers(even, model, data["test_x"], data["test_y"])


@cases.wrong("even-or-odd", "set `trainable = False` on the cut model, before `compile`")
def not_frozen() -> Answers:
    return headed(frozen=False)


@cases.wrong("even-or-odd", "train for more epochs, on more images")
def not_trained() -> Answers:
    return headed()


@cases.wrong("even-or-odd", "It does not share the convolutions of `classifier`")
def cut_from_a_copy() -> Answers:
    return headed(copy=True)


@cases.wrong("even-or-odd", "it should give one number")
def two_numbers() -> Answers:
    return headed(units=2)


@cases.wrong("even-or-odd", "end with a sigmoid")
def no_sigmoid() -> Answers:
    return headed(activation=None)


@cases.wrong("even-or-odd", "it says odd for even")
def odd_for_even() -> Answers:
    return headed(epochs=12, odd=True)


@cases.wrong("even-or-odd", "`classifier` names only")
def classifier_harmed() -> Answers:
    answers = headed(epochs=1)
    model = answers.answers[1]
    model.set_weights(
        [0.1 * one for one in model.get_weights()[:-2]] + [1e3 * np.eye(32, 10), np.arange(10.0)]
    )
    return answers


@cases.wrong("even-or-odd", "as many of each")
def too_few_digits() -> Answers:
    *given, targets = headed().answers
    return Answers(*given, targets[:5])


@cases.wrong("even-or-odd", "give `test_y`, the digits from 0 to 9")
def what_is_even_for_the_digits() -> Answers:
    *given, targets = headed().answers
    return Answers(*given, targets % 2)


@cases.wrong("even-or-odd", "It has no layer of its own")
def no_head() -> Answers:
    model = classifier()
    model.trainable = False
    even = keras.Model(model.input, keras.ops.sum(model.output[:, ::2], axis=1, keepdims=True))
    return Answers(even, model, digits()["test_x"], digits()["test_y"])


@cases.right("even-or-odd")
def on_what_the_eye_gives() -> Answers:
    return headed(epochs=8, at="eye")


test_solution, test_stub, test_wrong, test_right = cases.tests()
