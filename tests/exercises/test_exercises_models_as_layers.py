"""The exercises of the lesson models_as_layers."""

import keras
import numpy as np
from exercise_cells import Cases
from keras import layers, ops

cases = Cases("models_as_layers")


def build_encoder() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input(shape=(32,), dtype="int32", name="ids"),
            layers.Embedding(50, 4, mask_zero=True),
            layers.GlobalAveragePooling1D(),
            layers.Dense(6, activation="relu"),
        ],
        name="encoder",
    )


def with_head(encoder: keras.Model, name: str) -> keras.Model:
    tweet = keras.Input(shape=(32,), dtype="int32", name="tweet")
    unit = layers.Dense(1, activation="sigmoid", name="head", bias_initializer="normal")
    return keras.Model(tweet, unit(encoder(tweet)), name=name)


def build_readers(count: int = 3) -> list[keras.Model]:
    return [with_head(build_encoder(), f"reader_{number}") for number in range(count)]


@cases.namespace("frozen-encoder", "careful-ensemble", "row-with-gaps")
def page() -> dict[str, object]:
    readers = build_readers()
    return cases.names("read_row") | {
        "encoder": build_encoder(),
        "readers": readers,
        "reader": readers[0],
    }


def headed(
    encoder: keras.Model,
    *,
    units: tuple[int, ...] = (16, 1),
    compiled: bool = True,
    last: str = "sigmoid",
    loss: str | None = "binary_crossentropy",
) -> keras.Model:
    x = tweet = keras.Input(shape=(32,), dtype="int32", name="anything")
    x = encoder(x)
    for width in units[:-1]:
        x = layers.Dense(width, activation="relu")(x)
    x = layers.Dense(units[-1], activation=last)(x)
    model = keras.Model(tweet, x)
    if compiled:
        model.compile("sgd", loss=loss)
    return model


def frozen() -> keras.Sequential:
    encoder = build_encoder()
    encoder.trainable = False
    return encoder


@cases.wrong("frozen-encoder", "have the shapes (6, 8) and (8, 1); the first layer should give 16")
def another_width() -> tuple[keras.Model, keras.Model]:
    encoder = frozen()
    return encoder, headed(encoder, units=(8, 1))


@cases.wrong("frozen-encoder", "have the shapes (6, 16) and (16, 2)")
def two_numbers() -> tuple[keras.Model, keras.Model]:
    encoder = frozen()
    return encoder, headed(encoder, units=(16, 2))


@cases.wrong("frozen-encoder", "The loss `categorical_crossentropy` is not made for one")
def loss_of_many_classes() -> tuple[keras.Model, keras.Model]:
    encoder = frozen()
    return encoder, headed(encoder, loss="categorical_crossentropy")


@cases.wrong("frozen-encoder", "The model is compiled without a loss")
def no_loss() -> tuple[keras.Model, keras.Model]:
    encoder = frozen()
    return encoder, headed(encoder, loss=None)


@cases.wrong("frozen-encoder", "the loss expects a probability")
def no_sigmoid() -> tuple[keras.Model, keras.Model]:
    encoder = frozen()
    return encoder, headed(encoder, last="linear")


@cases.wrong("frozen-encoder", "A copy of it, or an encoder that is built anew")
def a_new_encoder() -> tuple[keras.Model, keras.Model]:
    return build_encoder(), headed(build_encoder())


@cases.wrong("frozen-encoder", "are still trained: set `encoder.trainable = False`")
def not_frozen() -> tuple[keras.Model, keras.Model]:
    encoder = build_encoder()
    return encoder, headed(encoder)


@cases.wrong("frozen-encoder", "The option of `keras.Model` does not reach the layers inside")
def frozen_by_option() -> tuple[keras.Model, keras.Model]:
    encoder = build_encoder()
    wrapped = keras.Model(encoder.inputs[0], encoder.outputs[0], trainable=False)
    return encoder, headed(wrapped)


@cases.wrong("frozen-encoder", "The head has 1 weight matrices")
def one_layer() -> tuple[keras.Model, keras.Model]:
    encoder = build_encoder()
    encoder.trainable = False
    return encoder, headed(encoder, units=(1,))


@cases.wrong("frozen-encoder", "The head is frozen too")
def all_frozen() -> tuple[keras.Model, keras.Model]:
    encoder = build_encoder()
    model = headed(encoder, compiled=False)
    model.trainable = False
    model.compile("sgd", loss="binary_crossentropy")
    return encoder, model


@cases.wrong("frozen-encoder", "The model is not compiled")
def not_compiled() -> tuple[keras.Model, keras.Model]:
    encoder = build_encoder()
    encoder.trainable = False
    return encoder, headed(encoder, compiled=False)


def trained_then_frozen() -> tuple[keras.Model, keras.Model]:
    keras.utils.set_random_seed(0)
    encoder = build_encoder()
    model = headed(encoder)
    model.compile("adam", loss="binary_crossentropy")
    ids = np.random.default_rng(0).integers(1, 50, (16, 32))
    model.fit(ids, np.ones((16, 1)), verbose=0)
    encoder.trainable = False
    return encoder, model


cases.wrong("frozen-encoder", "call `model.compile` once more")(trained_then_frozen)


@cases.right("frozen-encoder")
def trained_then_frozen_and_compiled() -> tuple[keras.Model, keras.Model]:
    encoder, model = trained_then_frozen()
    model.compile("sgd", loss="binary_crossentropy")
    return encoder, model


@cases.right("frozen-encoder")
def frozen_layer_by_layer_with_dropout() -> tuple[keras.Model, keras.Model]:
    encoder = build_encoder()
    for layer in encoder.layers:
        layer.trainable = False
    tweet = keras.Input(shape=(32,), dtype="int32")
    head = keras.Sequential(
        [layers.Dense(16, activation="relu"), layers.Dropout(0.5), layers.Dense(1)]
    )
    model = keras.Model(tweet, head(encoder(tweet)))
    model.compile("adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
    return encoder, model


def merged(members: list[keras.Model], merge: object) -> keras.Model:
    tweet = keras.Input(shape=(32,), dtype="int32")
    return keras.Model(tweet, merge([member(tweet) for member in members]))


@cases.wrong("careful-ensemble", "gives the average of the answers")
def the_average() -> tuple[list[keras.Model], keras.Model]:
    members = build_readers()
    return members, merged(members, layers.Average())


@cases.wrong("careful-ensemble", "gives the highest of the answers")
def the_highest() -> tuple[list[keras.Model], keras.Model]:
    members = build_readers()
    return members, merged(members, layers.Maximum())


@cases.wrong("careful-ensemble", "The weights of `members[2]` are not in the ensemble")
def one_left_out() -> tuple[list[keras.Model], keras.Model]:
    members = build_readers()
    return members, merged(members[:2], layers.Minimum())


@cases.wrong("careful-ensemble", "weights of the ensemble belong to no member")
def a_layer_that_learns() -> tuple[list[keras.Model], keras.Model]:
    members = build_readers()
    tweet = keras.Input(shape=(32,), dtype="int32")
    answers = layers.Concatenate()([member(tweet) for member in members])
    return members, keras.Model(tweet, layers.Dense(1, activation="sigmoid")(answers))


@cases.wrong("careful-ensemble", "The ensemble has 3 inputs")
def an_input_each() -> tuple[list[keras.Model], keras.Model]:
    members = build_readers()
    tweets = [keras.Input(shape=(32,), dtype="int32") for _ in members]
    answers = [member(tweet) for member, tweet in zip(members, tweets, strict=True)]
    return members, keras.Model(tweets, layers.Minimum()(answers))


@cases.wrong("careful-ensemble", "should be a list")
def members_forgotten() -> tuple[object, keras.Model]:
    members = build_readers()
    return None, merged(members, layers.Minimum())


@cases.right("careful-ensemble")
def by_functions_of_ops() -> tuple[list[keras.Model], keras.Model]:
    members = build_readers()
    return members, merged(members, lambda x: ops.minimum(ops.minimum(x[2], x[0]), x[1]))


@cases.right("careful-ensemble")
def by_the_lowest_of_a_stack() -> tuple[list[keras.Model], keras.Model]:
    members = build_readers()
    return members, merged(members, lambda x: ops.min(ops.stack(x), axis=0))


def row_model(reader: keras.Model, kind: str) -> keras.Model:
    row = keras.Input(shape=(4, 32), dtype="int32")
    each = layers.TimeDistributed(reader)(row)
    there = ops.any(ops.not_equal(row, 0), axis=2, keepdims=True)
    weight = ops.cast(there, "float32")
    number = ops.sum(weight, axis=1)
    if kind == "plain":
        return keras.Model(row, layers.GlobalAveragePooling1D()(each))
    if kind == "factor":
        return keras.Model(row, ops.sum(each * weight, axis=1) / number)
    each = ops.where(there, each, 0.0)
    if kind == "by four":
        return keras.Model(row, ops.sum(each, axis=1) / 4.0)
    if kind == "sum":
        return keras.Model(row, ops.sum(each, axis=1))
    if kind == "each":
        return keras.Model(row, each)
    if kind == "learns":
        return keras.Model(row, layers.Dense(1)(ops.sum(each, axis=1) / number))
    mask = ops.squeeze(there, axis=2)
    return keras.Model(row, layers.GlobalAveragePooling1D()(each, mask=mask))


@cases.wrong("row-with-gaps", "NaN times 0 is NaN")
def gaps_times_zero() -> tuple[keras.Model, keras.Model]:
    reader = build_readers(1)[0]
    return reader, row_model(reader, "factor")


@cases.wrong("row-with-gaps", "divide the sum by the number of these tweets")
def divided_by_four() -> tuple[keras.Model, keras.Model]:
    reader = build_readers(1)[0]
    return reader, row_model(reader, "by four")


@cases.wrong("row-with-gaps", "look at what is summed, and at what it is divided by")
def not_divided() -> tuple[keras.Model, keras.Model]:
    reader = build_readers(1)[0]
    return reader, row_model(reader, "sum")


@cases.wrong("row-with-gaps", "take the average over the four tweets")
def no_average() -> tuple[keras.Model, keras.Model]:
    reader = build_readers(1)[0]
    return reader, row_model(reader, "each")


@cases.wrong("row-with-gaps", "add no layer that learns")
def one_layer_more() -> tuple[keras.Model, keras.Model]:
    reader = build_readers(1)[0]
    return reader, row_model(reader, "learns")


@cases.wrong("row-with-gaps", "one of the shape (None, 4, 32) was asked for")
def a_single_tweet() -> tuple[keras.Model, keras.Model]:
    reader = build_readers(1)[0]
    return reader, reader


@cases.right("row-with-gaps")
def by_a_mask() -> tuple[keras.Model, keras.Model]:
    reader = build_readers(1)[0]
    return reader, row_model(reader, "mask")


@cases.right("row-with-gaps")
def step_by_step() -> tuple[keras.Model, keras.Model]:
    reader = build_readers(1)[0]
    row = keras.Input(shape=(4, 32), dtype="int32")
    total = number = 0.0
    for step in range(4):
        ids = row[:, step]
        there = ops.any(ops.not_equal(ids, 0), axis=1, keepdims=True)
        total = ops.where(there, reader(ids), 0.0) + total
        number = ops.cast(there, "float32") + number
    return reader, keras.Model(row, total / number)


test_solution, test_stub, test_wrong, test_right = cases.tests()
