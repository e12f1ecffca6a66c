"""Known mistakes at the end of a model: activation, loss and targets that do not fit."""

import keras
import numpy as np
from corpus_cases import mistake
from keras import layers
from lint_cases import Lint

RNG = np.random.default_rng(0)


def images(count: int = 16, size: int = 8, channels: int = 3) -> np.ndarray:
    return RNG.random((count, size, size, channels), dtype="float32")


def rows(count: int = 32, width: int = 6) -> np.ndarray:
    return RNG.normal(size=(count, width)).astype("float32")


def one_hot(count: int, classes: int) -> np.ndarray:
    return np.eye(classes, dtype="float32")[np.arange(count) % classes]


@mistake("LG401")
def cats_and_dogs() -> Lint:
    """https://github.com/lovedlim/tensorflow/issues/2: sigmoid, and from_logits."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(8, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return Lint(model, images(), np.arange(16) % 2)


@mistake("LG401")
def wearable_sensors() -> keras.Model:
    """https://github.com/mmalekzadeh/dana/issues/1: softmax, and from_logits."""
    signal = keras.Input((12, 4, 1))
    x = layers.Conv2D(6, (5, 1), activation="relu")(signal)
    x = layers.Conv2D(6, (5, 1), activation="relu")(x)
    x = layers.Reshape((4, 24))(x)
    x = layers.LSTM(5, return_sequences=True)(x)
    x = layers.Dropout(0.5)(layers.LSTM(5)(x))
    model = keras.Model(signal, layers.Dense(4, activation="softmax")(x))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@mistake("LG401")
def softmax_as_a_layer_of_its_own() -> keras.Model:
    """https://github.com/keras-team/keras/issues/15271: an Activation, and from_logits."""
    inputs = keras.Input((6,))
    x = layers.Dense(5)(inputs)
    model = keras.Model(inputs, layers.Activation("sigmoid")(x))
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
    return model


@mistake("LG403")
def first_perceptron() -> Lint:
    """https://github.com/keras-team/keras/issues/126: softmax of one unit is always 1."""
    x = RNG.random((8, 2)).astype("float32")
    model = keras.Sequential([keras.Input((2,))])
    for _ in range(2):
        model.add(layers.Dense(64, activation="tanh"))
        model.add(layers.Dropout(0.5))
    model.add(layers.Dense(1, activation="softmax"))
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), "mean_squared_error")
    return Lint(model, x, (x.sum(axis=1) > 0.5).astype("int32"))


@mistake("LG402")
def transfer_head_without_sigmoid() -> Lint:
    """https://github.com/tensorflow/tensorflow/issues/28718: no activation, no from_logits."""
    base = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
        ]
    )
    base.trainable = False
    model = keras.Sequential([base, layers.Dense(1)])
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return Lint(model, images(), np.arange(16) % 2)


@mistake("LG402")
def classifier_of_logits() -> Lint:
    """https://github.com/keras-team/keras-hub/pull/1008: logits, and the loss by its name."""
    ids = keras.Input((5,), dtype="int32")
    x = layers.GlobalAveragePooling1D()(layers.Embedding(20, 4, mask_zero=True)(ids))
    model = keras.Model(ids, layers.Dense(3, name="logits")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return Lint(model, RNG.integers(1, 20, (12, 5)), np.arange(12) % 3)


@mistake("LG402")
def forgotten_sigmoid() -> keras.Model:
    """https://github.com/keras-team/keras/issues/4744: several yes-no answers without sigmoid."""
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(4)(layers.Dense(8, activation="relu")(inputs)))
    model.compile("adam", keras.losses.BinaryCrossentropy())
    return model


@mistake("LG402")
def headlines_after_relu() -> keras.Model:
    """https://github.com/localminimum/R-net/issues/39: classes out of a relu."""
    ids = keras.Input((5,), dtype="float32")
    x = layers.Embedding(30, 6)(ids)
    x = layers.Flatten()(layers.Conv1D(4, 3, activation="relu")(x))
    model = keras.Model(ids, layers.Dense(10, activation="relu")(x))
    model.compile("nadam", "categorical_crossentropy")
    return model


@mistake("LG408", "error")
def iris_from_one() -> Lint:
    """https://github.com/rstudio/keras3/issues/465: three units, classes 1 to 3."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu")])
    model.add(layers.Dense(3, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return Lint(model, rows(30, 4), np.arange(30) % 3 + 1)


@mistake("LG408", "error")
def moods_from_minus_six() -> Lint:
    """https://github.com/tplusone/hanser_ml_zeitreihen/issues/3: classes below 0."""
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(13, activation="softmax")(inputs))
    model.compile("adam", "sparse_categorical_crossentropy")
    return Lint(model, rows(26, 4), np.arange(26) % 13 - 6)


@mistake("LG408", "error")
def one_class_too_many() -> Lint:
    """https://github.com/tensorflow/tensorflow/issues/8484: five logits, six classes."""
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(5)(inputs))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return Lint(model, rows(24, 4), np.arange(24) % 6)


@mistake("LG410")
def encoded_labels_for_a_yes_or_no() -> Lint:
    """https://github.com/keras-team/keras/issues/13926: yes or no, targets 0 to 2."""
    inputs = keras.Input((6,))
    x = layers.Dense(8, activation="relu")(inputs)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return Lint(model, rows(), np.arange(32) % 3)


@mistake("LG410")
def targets_of_minus_two_and_two() -> Lint:
    """https://github.com/keras-team/keras/issues/14046: targets beyond 0 and 1."""
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(2)(inputs))
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    return Lint(model, rows(), np.tile([[-2.0, 2.0]], (32, 1)))


@mistake("LG410")
def masks_of_255() -> Lint:
    """https://github.com/milesial/Pytorch-UNet/issues/65: the masks are 0 and 255."""
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    down = layers.Conv2D(6, 3, padding="same", activation="relu")(layers.MaxPooling2D()(x))
    x = layers.Concatenate()([x, layers.UpSampling2D()(down)])
    model = keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return Lint(model, images(), RNG.integers(0, 2, (16, 8, 8, 1)) * 255)


@mistake("LG410")
def colours_into_sigmoids() -> Lint:
    """https://github.com/keras-team/keras/issues/2841: an autoencoder of images of 0 to 255."""
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(image)
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(layers.MaxPooling2D()(x))
    x = layers.UpSampling2D()(x)
    model = keras.Model(image, layers.Conv2D(3, 3, padding="same", activation="sigmoid")(x))
    model.compile("adadelta", "binary_crossentropy")
    x = RNG.integers(0, 256, (16, 8, 8, 3)).astype("float32")
    return Lint(model, x, x)


@mistake("LG410")
def digits_that_nobody_divided() -> Lint:
    """https://github.com/keras-team/keras/issues/3642: an autoencoder of whole numbers."""
    image = keras.Input((64,))
    encoded = layers.Dense(8, activation="relu")(image)
    model = keras.Model(image, layers.Dense(64, activation="sigmoid")(encoded))
    model.compile("adadelta", "mean_squared_error")
    x = RNG.integers(0, 256, (16, 64)).astype("uint8")
    return Lint(model, x, x)


@mistake("LG207")
def accuracy_of_house_prices() -> Lint:
    """https://github.com/rstudio/keras3/issues/30: the accuracy of a regression."""
    model = keras.Sequential([keras.Input((13,)), layers.Dense(13, activation="relu")])
    model.add(layers.Dense(1))
    model.compile("adam", "mean_squared_error", metrics=["accuracy"])
    return Lint(model, rows(32, 13), RNG.normal(22, 9, 32))


@mistake("LG410")
def large_numbers_out_of_tanh() -> Lint:
    """https://github.com/keras-team/keras/issues/108: a regression that ends in tanh."""
    model = keras.Sequential([keras.Input((5,)), layers.Dense(16), layers.Activation("tanh")])
    model.add(layers.Dense(1))
    model.add(layers.Activation("tanh"))
    model.compile("rmsprop", "mse")
    return Lint(model, rows(32, 5), RNG.normal(100, 30, 32))


@mistake("LG409")
def tags_out_of_a_softmax() -> Lint:
    """https://github.com/keras-team/keras/issues/741: several labels a row, one softmax."""
    inputs = keras.Input((6,))
    x = layers.Dense(16, activation="relu")(inputs)
    model = keras.Model(inputs, layers.Dense(7, activation="softmax")(x))
    model.compile("adam", "categorical_crossentropy")
    y = np.zeros((32, 7), "float32")
    y[np.arange(32), np.arange(32) % 7] = y[np.arange(32), (np.arange(32) * 3 + 2) % 7] = 1
    return Lint(model, rows(), y)


@mistake("LG409")
def rows_without_a_class() -> Lint:
    """https://github.com/keras-team/keras/issues/6421: most targets are all zeros."""
    model = keras.Sequential([keras.Input((31,)), layers.Dense(10, activation="relu")])
    model.add(layers.Dense(2, activation="sigmoid"))
    model.compile("adam", "categorical_crossentropy", metrics=["categorical_accuracy"])
    y = np.zeros((32, 2))
    y[:4, 1] = 1
    return Lint(model, rows(32, 31), y)


@mistake("LG405", "hint")
def ten_classes_as_yes_or_no() -> Lint:
    """https://github.com/keras-team/keras/issues/3396: softmax with binary crossentropy."""
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu")])
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax"))
    model.compile("adadelta", "binary_crossentropy", metrics=["accuracy"])
    return Lint(model, images(20, 8, 1), one_hot(20, 10))


@mistake("LG405", "hint")
def two_probabilities_as_yes_or_no() -> Lint:
    """https://discuss.tensorflow.org/t/11073: softmax of two with binary crossentropy."""
    model = keras.Sequential([keras.Input((1,)), layers.Dense(16, activation="relu")])
    model.add(layers.Dense(2, activation="softmax"))
    model.compile("adam", keras.losses.BinaryCrossentropy())
    return Lint(model, rows(12, 1), one_hot(12, 2))


@mistake("LG406", "error")
def one_hot_for_a_sparse_loss() -> Lint:
    """https://github.com/keras-team/keras/issues/7749: one-hot targets for a sparse loss."""
    model = keras.Sequential([keras.Input((6,)), layers.Dense(3), layers.Activation("softmax")])
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return Lint(model, rows(), one_hot(32, 3))


@mistake("LG406", "error")
def numbers_for_a_categorical_loss() -> Lint:
    """https://github.com/keras-team/keras/issues/11786: classes as numbers, seven units."""
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3, activation="relu")])
    model.add(layers.Flatten())
    model.add(layers.Dense(7, activation="softmax"))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return Lint(model, images(21), np.arange(21) % 7)


@mistake("LG402", "hint")
def negative_targets_for_a_divergence() -> Lint:
    """https://github.com/keras-team/keras/issues/1917: a divergence without probabilities."""
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    x = layers.Conv2D(1, 3, padding="same", activation="relu")(x)
    model = keras.Model(image, layers.Flatten()(x))
    model.compile(keras.optimizers.Adam(1e-5), "kld", metrics=["accuracy"])
    return Lint(model, images(), RNG.random((16, 64)))


@mistake("LG403")
def attention_that_weighs_all_alike() -> keras.Model:
    """https://github.com/keras-team/keras/issues/4962: softmax along an axis of one."""
    ids = keras.Input((10,), dtype="int32")
    x = layers.Embedding(30, 8, mask_zero=True)(ids)
    x = layers.LSTM(6, return_sequences=True)(x)
    weights = layers.Dense(1, activation="softmax")(x)
    x = layers.Lambda(lambda both: keras.ops.sum(both[0] * both[1], axis=1))([x, weights])
    model = keras.Model(ids, layers.Dense(3, activation="softmax")(x))
    model.compile("adam", "categorical_crossentropy")
    return model


@mistake("LG403")
def attention_by_a_softmax_layer() -> keras.Model:
    """https://github.com/keras-team/keras/pull/19193: a Softmax layer along an axis of one."""
    steps = keras.Input((10, 4))
    x = layers.GRU(6, return_sequences=True)(steps)
    weights = layers.Softmax()(layers.Dense(1)(x))
    x = layers.GlobalAveragePooling1D()(layers.Multiply()([x, weights]))
    model = keras.Model(steps, layers.Dense(1)(x))
    model.compile("adam", "mse")
    return model


@mistake("LG412")
def softmax_twice() -> keras.Model:
    """https://github.com/matterport/Mask_RCNN/issues/427: softmax of a softmax."""
    inputs = keras.Input((6,))
    x = layers.Dense(4, activation="softmax")(inputs)
    model = keras.Model(inputs, layers.Activation("softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@mistake("LG407")
def one_target_for_three_answers() -> Lint:
    """https://github.com/tensorflow/tensorflow/issues/37770: shapes that are broadcast."""
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(3)(layers.Dense(8, activation="relu")(inputs)))
    model.compile("adam", "mse")
    return Lint(model, rows(), RNG.normal(size=(32, 1)))
