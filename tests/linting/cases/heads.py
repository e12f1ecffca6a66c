"""The last layer of an output, its loss, and the targets."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers, losses, ops
from lint_cases import Lint, bad, good

Tensor = Any  # of Keras or of its backend
Head = Callable[[Tensor], Tensor]

N = 16
x = np.random.default_rng(0).normal(size=(N, 3)).astype("float32")
classes = np.arange(N) % 5
one_hot = np.eye(5, dtype="float32")[classes]
yes = (np.arange(N) % 2).astype("float32")
several = ((np.arange(N)[:, None] + np.arange(5)) % 3 == 0).astype("float32")


def made(head: Head, loss: Any, shape: tuple[int | None, ...] = (3,)) -> keras.Model:  # noqa: ANN401
    features = keras.Input(shape, name="features")
    model = keras.Model(features, head(features))
    model.compile("sgd", loss=loss)
    return model


def dense(units: int = 1, activation: str | None = None, **options: bool) -> keras.Layer:
    return layers.Dense(units, activation=activation, name="answer", **options)


def after(*some: Head) -> Head:
    def head(tensor: Tensor) -> Tensor:
        for layer in some:
            tensor = layer(tensor)
        return tensor

    return head


# LG401


@bad("LG401", severity="warning", layers=("answer",))
def sigmoid_then_from_logits() -> keras.Model:
    return made(dense(1, "sigmoid"), losses.BinaryCrossentropy(from_logits=True))


@bad("LG401", severity="error", layers=("answer", "reshape"))
def softmax_reshaped_then_from_logits() -> keras.Model:
    head = after(dense(20, "softmax"), layers.Reshape((4, 5)))
    return made(head, losses.SparseCategoricalCrossentropy(from_logits=True))


@bad("LG401", severity="error")
def softmax_in_a_nested_model() -> keras.Model:
    part = made(after(layers.Dense(5), layers.Softmax()), "mse")
    loss = losses.CategoricalFocalCrossentropy(from_logits=True)
    return made(after(layers.Dense(3), part), {"functional": loss})


@bad("LG401", severity="warning")
def softmax_by_an_op_in_a_dict() -> keras.Model:
    features = keras.Input((3,))
    model = keras.Model(
        features, {"a": ops.softmax(dense(5)(features)), "b": layers.Dense(1, name="b")(features)}
    )
    loss = {"a": losses.CategoricalCrossentropy(from_logits=True, name="first"), "b": "mse"}
    model.compile("sgd", loss=loss)
    return model


@good("LG401", "LG402")
def logits_then_from_logits() -> keras.Model:
    return made(dense(1), losses.BinaryCrossentropy(from_logits=True))


@good("LG401", "LG402")
def softmax_then_probabilities() -> Lint:
    return Lint(made(dense(5, "softmax"), "sparse_categorical_crossentropy"), x, classes)


@good("LG401", "LG402")
def softmax_within_and_logits_at_the_end() -> keras.Model:
    head = after(layers.Dense(4, "softmax"), dense(5))
    return made(head, losses.SparseCategoricalCrossentropy(from_logits=True))


@good("LG401", "LG402")
def own_head() -> keras.Model:
    head = after(dense(5), layers.Lambda(lambda t: t - 1))
    return made(head, "categorical_crossentropy")


# LG402


@bad("LG402", severity="error", layers=("answer",))
def linear_into_a_binary_crossentropy() -> keras.Model:
    return made(dense(1), "binary_crossentropy")


@bad("LG402", severity="error")
def linear_convolution_averaged() -> keras.Model:
    head = after(layers.Conv2D(5, 3), layers.GlobalAveragePooling2D())
    return made(head, "sparse_categorical_crossentropy", (8, 8, 1))


@bad("LG402", severity="warning")
def relu_into_a_crossentropy_in_a_dict() -> keras.Model:
    features = keras.Input((3,))
    model = keras.Model(
        features, {"a": layers.ReLU()(dense()(features)), "b": layers.Dense(2)(features)}
    )
    model.compile("sgd", loss={"a": keras.losses.BinaryCrossentropy(), "b": "mse"})
    return model


@bad("LG402", severity="warning")
def tanh_into_a_crossentropy() -> keras.Model:
    return made(dense(5, "tanh"), "categorical_crossentropy")


@bad("LG402", severity="warning")
def an_lstm_into_a_crossentropy() -> keras.Model:
    return made(layers.LSTM(1), "bce", (4, 3))


@bad("LG402", severity="warning")
def linear_into_poisson() -> keras.Model:
    return made(dense(1), "poisson")


@bad("LG402", severity="warning")
def linear_into_dice() -> keras.Model:
    return made(layers.Conv2D(1, 1), losses.Dice(), (8, 8, 1))


@bad("LG402", severity="hint")
def relu_as_logits() -> keras.Model:
    return made(dense(5, "relu"), losses.SparseCategoricalCrossentropy(from_logits=True))


@bad("LG402", severity="error")
def steps_without_a_softmax() -> keras.Model:
    head = after(layers.LSTM(4, return_sequences=True), layers.TimeDistributed(layers.Dense(5)))
    return made(head, "sparse_categorical_crossentropy", (4, 3))


@good("LG402")
def a_loss_of_ones_own() -> keras.Model:
    def binary_crossentropy(wanted: Tensor, given: Tensor) -> Tensor:
        return ops.mean(ops.relu(given) - given * wanted)

    return made(dense(1), binary_crossentropy)


@good("LG402")
def averaged_probabilities() -> Lint:
    head = after(layers.Conv2D(5, 3, activation="softmax"), layers.GlobalAveragePooling2D())
    model = made(head, "sparse_categorical_crossentropy", (8, 8, 1))
    return Lint(model, np.zeros((N, 8, 8, 1)), classes)


@good("LG402")
def softplus_into_poisson() -> Lint:
    return Lint(made(dense(1, "softplus"), "poisson"), x, classes)


@good("LG402")
def an_exponential_is_a_softmax() -> keras.Model:
    return made(dense(5, "exponential"), "categorical_crossentropy")


@good("LG402")
def a_fixed_average_of_probabilities() -> keras.Model:
    head = after(layers.Dense(4, "sigmoid"), dense(1, use_bias=False, trainable=False))
    return made(head, "binary_crossentropy")


# LG403


@bad("LG403", severity="error", layers=("answer",))
def softmax_of_one_unit() -> keras.Model:
    return made(dense(1, "softmax"), "binary_crossentropy")


@bad("LG403", severity="warning", layers=("dense",))
def attention_over_the_wrong_axis() -> keras.Model:
    steps = keras.Input((4, 3))
    scores = layers.Dense(1, activation="softmax")(steps)
    mixed = layers.Dot(axes=1)([scores, steps])
    return keras.Model(steps, layers.Dense(1)(layers.Flatten()(mixed)))


@bad("LG403", severity="error")
def softmax_layer_over_one() -> keras.Model:
    return keras.Sequential([keras.Input((3,)), layers.Dense(1), layers.Softmax()])


@bad("LG403", severity="warning")
def softmax_over_time_by_an_op() -> keras.Model:
    steps = keras.Input((4, 1))
    return keras.Model(steps, ops.sum(ops.softmax(steps) * steps, axis=1))


@bad("LG403", severity="hint")
def attention_to_one_step() -> keras.Model:
    one = keras.Input((1, 3))
    return keras.Model(one, layers.MultiHeadAttention(1, 2)(one, one))


@good("LG403")
def attention_over_time() -> keras.Model:
    steps = keras.Input((4, 3))
    scores = layers.Softmax(axis=1)(layers.Dense(1)(steps))
    mixed = layers.Dot(axes=1)([scores, steps])
    return keras.Model(steps, layers.Dense(1)(layers.Flatten()(mixed)))


@good("LG403")
def softmax_of_two_units() -> Lint:
    return Lint(made(dense(2, "softmax"), "sparse_categorical_crossentropy"), x, yes)


@good("LG403")
def softmax_of_flat_scores() -> keras.Model:
    steps = keras.Input((4, 3))
    scores = layers.Activation("softmax")(layers.Flatten()(layers.Dense(1)(steps)))
    return keras.Model(steps, layers.Dot(axes=1)([scores, steps]))


# LG404


@bad("LG404", severity="error", layers=("answer",))
def one_unit_for_categories() -> Lint:
    return Lint(made(dense(1, "sigmoid"), "categorical_crossentropy"), x, yes)


@bad("LG404", severity="error")
def one_unit_for_sparse_categories() -> keras.Model:
    return made(dense(1), losses.SparseCategoricalCrossentropy(from_logits=True))


@bad("LG404", severity="error")
def one_channel_for_categories() -> keras.Model:
    head = layers.Conv2D(1, 3, activation="sigmoid")
    return made(head, "categorical_crossentropy", (8, 8, 1))


@good("LG404")
def one_unit_for_yes_or_no() -> Lint:
    return Lint(made(dense(1, "sigmoid"), "binary_crossentropy"), x, yes)


@good("LG404")
def one_unit_and_the_crossentropy_that_fits() -> keras.Model:
    return made(dense(1, "sigmoid"), "crossentropy")


@good("LG404")
def categories_along_the_first_axis() -> keras.Model:
    head = after(layers.Permute((2, 1)), layers.Softmax(axis=1))
    return made(head, losses.CategoricalCrossentropy(axis=1), (1, 4))


# LG405


@bad("LG405", severity="hint")
def sigmoid_units_for_one_class() -> Lint:
    return Lint(made(dense(5, "sigmoid"), "categorical_crossentropy"), x, one_hot)


@bad("LG405", severity="warning")
def softmax_for_yes_or_no() -> Lint:
    return Lint(made(dense(5, "softmax"), "binary_crossentropy"), x, one_hot)


@bad("LG405", severity="hint")
def softmax_of_two_for_yes_or_no() -> Lint:
    return Lint(made(dense(2, "softmax"), "binary_crossentropy"), x, np.eye(2)[np.arange(N) % 2])


@bad("LG405", severity="hint")
def softmax_for_yes_or_no_of_unknown_targets() -> keras.Model:
    return made(dense(5, "softmax"), "binary_crossentropy")


@bad("LG405", severity="hint")
def sigmoid_layer_for_pixels() -> keras.Model:
    head = after(layers.Conv2D(3, 1), layers.Activation("sigmoid"))
    return made(head, "sparse_categorical_crossentropy", (4, 4, 1))


@good("LG405", "LG409", "LG410")
def sigmoid_units_for_several() -> Lint:
    return Lint(made(dense(5, "sigmoid"), "binary_crossentropy"), x, several)


@good("LG405", "LG407", "LG409")
def softmax_for_one_class() -> Lint:
    return Lint(made(dense(5, "softmax"), "categorical_crossentropy"), x, one_hot)


@good("LG405")
def softmax_and_squares() -> Lint:
    return Lint(made(dense(5, "softmax"), "mse"), x, one_hot)


# LG406


@bad("LG406", severity="error")
def numbers_for_one_hot() -> Lint:
    return Lint(made(dense(5, "softmax"), "categorical_crossentropy"), x, classes)


@bad("LG406", severity="error")
def a_column_of_numbers_in_a_dict() -> Lint:
    features = keras.Input((3,))
    model = keras.Model(features, {"kind": dense(5)(features), "size": layers.Dense(1)(features)})
    loss = losses.CategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss={"kind": loss, "size": "mse"})
    return Lint(model, x, {"kind": classes[:, None], "size": x[:, :1]})


@bad("LG406", severity="error")
def one_hot_for_numbers() -> Lint:
    return Lint(made(dense(5, "softmax"), "sparse_categorical_crossentropy"), x, one_hot)


@good("LG406", "LG407", "LG408")
def a_column_of_numbers() -> Lint:
    model = made(dense(5, "softmax"), "sparse_categorical_crossentropy")
    return Lint(model, x, classes[:, None])


@good("LG406", "LG409", "LG410")
def smooth_rows() -> Lint:
    rows = one_hot * 0.7 + one_hot[::-1] * 0.3
    return Lint(made(dense(5, "softmax"), "categorical_crossentropy"), x, rows)


@good("LG406", "LG407", "LG408")
def numbers_at_each_step() -> Lint:
    head = layers.Dense(5, activation="softmax")
    model = made(head, "sparse_categorical_crossentropy", (4, 3))
    return Lint(model, np.zeros((N, 4, 3)), np.tile(classes[:, None], (1, 4)))


# LG407


@bad("LG407", severity="warning", layers=("answer",))
def squares_of_one_against_five() -> Lint:
    return Lint(made(dense(5), "mse"), x, x[:, :1])


@bad("LG407", severity="warning")
def one_unit_for_five_targets() -> Lint:
    return Lint(made(dense(1), "mae"), x, several)


@bad("LG407", severity="error")
def four_units_for_five_classes() -> Lint:
    return Lint(made(dense(4, "softmax"), "categorical_crossentropy"), x, one_hot)


@bad("LG407", severity="error")
def one_unit_for_two_columns() -> Lint:
    rows = np.eye(2)[yes.astype(int)]
    return Lint(made(dense(1, "sigmoid"), "binary_crossentropy"), x, rows)


@bad("LG407", severity="warning")
def a_sequence_for_one_target() -> Lint:
    head = after(layers.LSTM(4, return_sequences=True), dense(1))
    return Lint(made(head, "mse", (6, 3)), np.zeros((N, 6, 3)), x[:, :1])


@bad("LG407", severity="error")
def numbers_for_five_units_of_a_regression() -> Lint:
    features = keras.Input((3,))
    model = keras.Model(features, [dense(5)(features), layers.Dense(1, name="b")(features)])
    model.compile("sgd", loss=["mse", "mse"])
    return Lint(model, x, [x[:, 0], x[:, 1]])


@good("LG407", "LG410")
def a_flat_column() -> Lint:
    return Lint(made(dense(1), "mse"), x, x[:, 0])


@good("LG407")
def quantiles_by_a_loss_of_ones_own() -> Lint:
    def pinball(wanted: Tensor, given: Tensor) -> Tensor:
        return ops.mean(ops.maximum(0.9 * (wanted - given), 0.1 * (given - wanted)), axis=-1)

    return Lint(made(dense(5), pinball), x, x[:, :1])


@good("LG407")
def flat_steps() -> Lint:
    head = after(layers.LSTM(4, return_sequences=True), dense(1))
    return Lint(made(head, "mse", (6, 3)), np.zeros((N, 6, 3)), np.random.rand(N, 6))


@good("LG407")
def open_sizes() -> Lint:
    head = layers.Conv2D(1, 3, padding="same", activation="sigmoid")
    model = made(head, "binary_crossentropy", (None, None, 1))
    images = np.random.rand(N, 8, 8, 1)
    return Lint(model, images, images)


# LG408


@bad("LG408", severity="error")
def classes_from_one() -> Lint:
    return Lint(made(dense(5, "softmax"), "sparse_categorical_crossentropy"), x, classes + 1)


@bad("LG408", severity="error")
def missing_as_minus_one() -> Lint:
    head = layers.Dense(5)
    model = made(head, losses.SparseCategoricalCrossentropy(from_logits=True), (4, 3))
    return Lint(model, np.zeros((N, 4, 3)), np.tile(classes[:, None], (1, 4)) - 1)


@bad("LG408", severity="warning")
def classes_between() -> Lint:
    return Lint(made(dense(5, "softmax"), "sparse_categorical_crossentropy"), x, classes / 2)


@good("LG408")
def missing_is_ignored() -> Lint:
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    return Lint(made(dense(5, "softmax"), loss), x, classes - 1)


@good("LG408")
def more_units_than_classes() -> Lint:
    return Lint(made(dense(9, "softmax"), "sparse_categorical_crossentropy"), x, classes + 1)


@good("LG408")
def whole_floats() -> Lint:
    model = made(dense(5, "softmax"), "sparse_categorical_crossentropy")
    return Lint(model, x, classes.astype("float64"))


# LG409


@bad("LG409", severity="warning")
def several_into_a_softmax() -> Lint:
    return Lint(made(dense(5, "softmax"), "categorical_crossentropy"), x, several)


@bad("LG409", severity="warning")
def several_into_a_softmax_with_a_binary_loss() -> Lint:
    return Lint(made(dense(5, "softmax"), "binary_crossentropy"), x, several)


@bad("LG409", severity="hint")
def tosses_of_a_coin_for_classes() -> Lint:
    # As in Keras' guide to the functional API, where random numbers stand for data.
    tossed = np.random.default_rng(1).integers(2, size=(1280, 4))
    loss = losses.CategoricalCrossentropy(from_logits=True)
    return Lint(made(dense(4), loss), np.zeros((1280, 3)), tossed)


@bad("LG409", severity="warning")
def several_into_logits() -> Lint:
    loss = losses.CategoricalCrossentropy(from_logits=True)
    return Lint(made(after(layers.Dense(4), dense(5)), loss), x, several)


@bad("LG409", severity="warning")
def rows_of_zeros() -> Lint:
    rows = one_hot * yes[:, None]
    return Lint(made(dense(5, "softmax"), "categorical_crossentropy"), x, rows)


@good("LG409")
def steps_of_zeros() -> Lint:
    rows = np.tile(one_hot[:, None] * yes[:, None, None], (1, 4, 1))
    head = layers.Dense(5, activation="softmax")
    return Lint(made(head, "categorical_crossentropy", (4, 3)), np.zeros((N, 4, 3)), rows)


# LG410


@bad("LG410", severity="error", layers=("answer",))
def random_normal_targets() -> Lint:
    return Lint(made(dense(1, "sigmoid"), "binary_crossentropy"), x, x[:, :1])


@bad("LG410", severity="error")
def minus_one_and_one() -> Lint:
    return Lint(made(dense(1), losses.BinaryCrossentropy(from_logits=True)), x, yes * 2 - 1)


@bad("LG410", severity="error")
def classes_for_one_unit() -> Lint:
    return Lint(made(dense(1, "sigmoid"), "binary_crossentropy"), x, classes)


@bad("LG410", severity="warning")
def beyond_tanh() -> Lint:
    return Lint(made(dense(1, "tanh"), "mse"), x, x[:, 0] * 10)


@bad("LG410", severity="warning")
def below_relu_in_a_list() -> Lint:
    features = keras.Input((3,))
    model = keras.Model(features, [dense(1, "relu")(features), layers.Dense(1, name="b")(features)])
    model.compile("sgd", loss=["mae", "mse"])
    return Lint(model, x, [x[:, 0], x[:, 1]])


@bad("LG410", severity="hint")
def a_few_below_relu() -> Lint:
    rows = np.linspace(-0.01, 9, 200)
    return Lint(made(dense(1, "relu"), "mse"), np.zeros((200, 3)), rows)


@good("LG410")
def an_autoencoder_of_images() -> Lint:
    images = np.random.default_rng(0).uniform(size=(N, 4, 4, 1))
    head = layers.Conv2D(1, 3, padding="same", activation="sigmoid")
    return Lint(made(head, "binary_crossentropy", (4, 4, 1)), images, images)


@good("LG410")
def missing_has_no_weight() -> Lint:
    wanted = np.where(np.arange(N) % 3 == 0, -1, yes)
    weights = (wanted >= 0).astype("float32")
    return Lint(made(dense(1, "sigmoid"), "binary_crossentropy"), x, wanted, weights)


@good("LG410")
def scores_of_a_hinge() -> Lint:
    return Lint(made(dense(1), "hinge"), x, yes * 2 - 1)


@good("LG410")
def steps_behind_a_mask() -> Lint:
    ids = keras.Input((4,), dtype="int32")
    steps = layers.LSTM(3, return_sequences=True)(layers.Embedding(9, 2, mask_zero=True)(ids))
    model = keras.Model(ids, dense(1, "sigmoid")(steps))
    model.compile("sgd", loss="binary_crossentropy")
    given = np.tile([3, 2, 1, 0], (N, 1))
    return Lint(model, given, np.where(given == 0, -1, given > 1)[..., None].astype("float32"))


@good("LG410")
def tanh_and_its_range() -> Lint:
    return Lint(made(dense(1, "tanh"), "mse"), x, np.sin(x[:, 0]))


# LG411


@bad("LG411", severity="hint")
def all_ones() -> Lint:
    return Lint(made(dense(1, "sigmoid"), "binary_crossentropy"), x, np.ones(N))


@bad("LG411", severity="hint")
def all_of_one_class() -> Lint:
    rows = np.tile(one_hot[:1], (N, 1))
    return Lint(made(dense(5, "softmax"), "categorical_crossentropy"), x, rows)


@bad("LG411", severity="hint")
def one_output_of_zeros() -> Lint:
    features = keras.Input((3,))
    model = keras.Model(features, {"a": dense()(features), "b": layers.Dense(1)(features)})
    model.compile("sgd", loss="mse")
    return Lint(model, x, {"a": x[:, 0], "b": np.zeros(N)})


@good("LG411")
def dummies_for_a_loss_of_ones_own() -> Lint:
    def far(wanted: Tensor, given: Tensor) -> Tensor:
        return ops.mean(given) + 0 * ops.mean(wanted)

    return Lint(made(dense(2), far), x, np.zeros(N))


@good("LG411")
def two_answers() -> Lint:
    return Lint(made(dense(1, "sigmoid"), "binary_crossentropy"), x, yes.astype(bool))


@good("LG411")
def no_loss_no_targets() -> Lint:
    features = keras.Input((3,))
    model = keras.Model(features, {"a": dense()(features), "b": layers.Dense(1)(features)})
    model.compile("sgd", loss={"a": "mse"})
    return Lint(model, x, {"a": x[:, 0]})


# LG412


@bad("LG412", severity="warning", layers=("softmax", "answer"))
def softmax_of_a_softmax() -> keras.Model:
    return made(after(dense(5, "softmax"), layers.Softmax()), "categorical_crossentropy")


@bad("LG412", severity="warning")
def sigmoid_of_a_nested_sigmoid() -> keras.Model:
    part = made(dense(1, "sigmoid"), "mse")
    return made(after(part, layers.Activation("sigmoid")), "binary_crossentropy")


@bad("LG412", severity="warning")
def softmax_of_a_softmax_by_ops() -> keras.Model:
    return made(lambda tensor: ops.softmax(ops.softmax(tensor * 2)), "mse")


@good("LG412")
def softmax_of_scores_of_a_softmax() -> keras.Model:
    return made(after(layers.Dense(4, "softmax"), dense(5, "softmax")), "mse")


@good("LG412")
def softmax_of_relu() -> keras.Model:
    return made(after(layers.Dense(4, "relu"), layers.Softmax()), "mse")


@good("LG412")
def sigmoid_of_a_linear_layer() -> keras.Model:
    return made(after(layers.Dense(1), layers.Activation("sigmoid")), "binary_crossentropy")
