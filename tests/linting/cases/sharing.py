"""Layers that are shared, and layers that should be."""

import keras
import numpy as np
from keras import layers, ops
from lint_cases import Lint, bad, good

from layergraph import models

LENGTH, WORDS = 12, 30


def text(name: str) -> keras.KerasTensor:
    return keras.Input((LENGTH,), dtype="int32", name=name)


def read(words: keras.KerasTensor, rows: int = WORDS, units: int = 4) -> keras.KerasTensor:
    return layers.LSTM(units)(layers.Embedding(rows, 4, mask_zero=True)(words))


def nested(name: str, shape: tuple[int, ...] = (8,)) -> keras.Model:
    x = keras.Input(shape)
    return keras.Model(x, layers.Dense(4, activation="relu")(layers.Flatten()(x)), name=name)


def pool(rows: int = 60) -> np.ndarray:
    return np.random.default_rng(0).integers(1, WORDS, (rows, LENGTH)).astype("int32")


# An encoder built twice


@bad("LG501", severity="hint", layers=("embedding", "embedding_1"))
def a_factory_called_twice() -> keras.Model:
    a, b = text("a"), text("b")
    both = layers.concatenate([read(a), read(b)])
    return keras.Model([a, b], layers.Dense(1, activation="sigmoid")(both))


@bad("LG501", severity="hint", layers=("left", "right"))
def two_equal_models() -> keras.Model:
    a, b = keras.Input((8,)), keras.Input((8,))
    apart = ops.abs(nested("left")(a) - nested("right")(b))
    return keras.Model([a, b], layers.Dense(1)(apart))


@bad("LG501", severity="hint", layers=("lstm", "lstm_1"))
def only_the_embedding_is_shared() -> keras.Model:
    ends = {"first": text("a"), "second": text("b")}
    embedding = layers.Embedding(WORDS, 4, mask_zero=True)
    met = layers.Dot(1)([layers.LSTM(4)(embedding(one)) for one in ends.values()])
    return keras.Model(ends, met)


@bad("LG501", severity="warning", layers=("embedding", "embedding_1"))
def inputs_that_are_to_count_alike() -> Lint:
    return Lint(a_factory_called_twice(), symmetric=("b", "a"))


@bad("LG501", severity="warning", layers=("embedding", "embedding_1"))
def pairs_out_of_one_pool() -> Lint:
    rows = pool()
    y = np.zeros((60, 1), "float32")
    return Lint(a_factory_called_twice(), {"a": rows, "b": np.roll(rows, 7, axis=0)}, y)


@bad("LG501", severity="hint")
def three_encoders_of_a_triplet() -> keras.Model:
    ends = [keras.Input((6, 6, 1)) for _ in range(3)]
    return keras.Model(
        ends, layers.concatenate([nested(f"e{n}", (6, 6, 1))(one) for n, one in enumerate(ends)])
    )


@good("LG501")
def one_encoder_called_twice() -> Lint:
    return Lint(models.same_author(length=LENGTH, vocabulary_size=WORDS, units=4))


@good("LG501")
def an_encoder_and_a_decoder() -> keras.Model:
    question, answer = text("question"), text("answer")
    embedded = layers.Embedding(WORDS, 4, mask_zero=True)(question)
    _, *state = layers.LSTM(4, return_state=True)(embedded)
    said = layers.Embedding(WORDS, 4, mask_zero=True)(answer)
    said = layers.LSTM(4, return_sequences=True)(said, initial_state=state)
    return keras.Model([question, answer], layers.Dense(WORDS, activation="softmax")(said))


@good("LG501")
def users_and_items() -> keras.Model:
    user, item = (keras.Input((1,), dtype="int32", name=name) for name in ("user", "item"))
    ends = [layers.Flatten()(layers.Embedding(50, 4)(one)) for one in (user, item)]
    return keras.Model([user, item], layers.Dot(1)(ends))


@good("LG501")
def two_vocabularies() -> keras.Model:
    a, b = text("title"), text("body")
    return keras.Model([a, b], layers.Dense(1)(layers.concatenate([read(a), read(b, 40)])))


@good("LG501")
def two_widths() -> keras.Model:
    a, b = text("title"), text("body")
    return keras.Model([a, b], layers.Dense(1)(layers.concatenate([read(a), read(b, units=5)])))


@good("LG501")
def two_readers_of_one_image() -> keras.Model:
    x = keras.Input((6, 6, 1))
    ends = [nested(name, (6, 6, 1))(x) for name in ("left", "right")]
    return keras.Model(x, layers.Average()(ends))


@good("LG501")
def a_teacher_and_a_learner() -> keras.Model:
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    teacher = nested("teacher")
    teacher.trainable = False
    return keras.Model([a, b], layers.Dot(1)([teacher(a), nested("learner")(b)]))


@good("LG501", hint=True)
def one_image_given_to_two_readers() -> Lint:
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    model = keras.Model([a, b], layers.Average()([nested("left")(a), nested("right")(b)]))
    rows = np.random.default_rng(0).random((40, 8), "float32")
    return Lint(model, {"a": rows, "b": rows}, np.zeros((40, 4), "float32"))


# A stateful layer that is shared


def frames(name: str) -> keras.KerasTensor:
    return keras.Input(batch_shape=(2, 5, 3), name=name)


@bad("LG502", severity="warning", layers=("lstm",))
def a_stateful_lstm_on_two_inputs() -> keras.Model:
    a, b = frames("a"), frames("b")
    lstm = layers.LSTM(4, stateful=True)
    return keras.Model([a, b], layers.Add()([lstm(a), lstm(b)]))


@bad("LG502", severity="warning", layers=("encoder/gru",))
def a_stateful_layer_within_a_shared_model() -> keras.Model:
    encoder = keras.Sequential(
        [keras.Input(batch_shape=(2, 5, 3)), layers.GRU(4, stateful=True)], name="encoder"
    )
    ends = {"first": frames("a"), "second": frames("b")}
    return keras.Model(ends, {name: encoder(one) for name, one in ends.items()})


@bad("LG502", severity="warning", layers=("bidirectional",))
def a_stateful_layer_within_a_wrapper() -> keras.Model:
    a, b = frames("a"), frames("b")
    both = layers.Bidirectional(layers.SimpleRNN(4, stateful=True))
    return keras.Model([a, b], layers.concatenate([both(a), both(b)]))


@bad("LG502", severity="hint", layers=("lstm",))
def two_halves_of_one_input() -> keras.Model:
    x = keras.Input(batch_shape=(2, 6, 3))
    lstm = layers.LSTM(4, stateful=True)
    return keras.Model(x, layers.Add()([lstm(x[:, :3]), lstm(x[:, 3:])]))


@good("LG502")
def a_shared_lstm_without_a_state() -> keras.Model:
    a, b = frames("a"), frames("b")
    lstm = layers.LSTM(4)
    return keras.Model([a, b], layers.Add()([lstm(a), lstm(b)]))


@good("LG502")
def a_stateful_layer_each() -> keras.Model:
    a, b = frames("a"), keras.Input(batch_shape=(2, 5, 2), name="b")
    ends = [layers.LSTM(4, stateful=True)(one) for one in (a, b)]
    return keras.Model([a, b], layers.Add()(ends))


@good("LG502")
def a_stateful_layer_called_once() -> keras.Model:
    return keras.Sequential(
        [keras.Input(batch_shape=(2, 5, 3)), layers.LSTM(4, stateful=True), layers.Dense(1)]
    )


@good("LG502")
def a_state_that_is_given() -> keras.Model:
    a, b, state = frames("a"), frames("b"), keras.Input(batch_shape=(2, 4), name="state")
    gru = layers.GRU(4, stateful=True)
    ends = [gru(one, initial_state=state) for one in (a, b)]
    return keras.Model([a, b, state], layers.Add()(ends))


# A head that is not symmetric


def pair(head: str, **options: object) -> Lint:
    model = models.same_author(length=LENGTH, vocabulary_size=WORDS, units=4, head=head)
    return Lint(model, symmetric=("tweet_a", "tweet_b"), **options)


@bad("LG503", severity="error")
def a_measured_concatenation() -> Lint:
    return pair("concatenate", behaviour=True)


@bad("LG503", severity="warning")
def a_concatenation_and_dense_layers() -> Lint:
    return pair("concatenate_dense")


@bad("LG503", severity="warning", layers=("subtract", "dense_1"))
def a_difference_with_its_sign() -> Lint:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    encoder = layers.Dense(3, activation="relu")
    out = layers.Dense(1, activation="sigmoid")(layers.Subtract()([encoder(a), encoder(b)]))
    return Lint(keras.Model([a, b], out), symmetric=("a", "b"))


@bad("LG503", severity="warning", layers=("add",))
def two_ways_that_differ() -> Lint:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    met = layers.Add()([layers.Dense(3, activation="relu")(a), layers.Dense(3)(b)])
    return Lint(keras.Model([a, b], layers.Dense(1)(met)), symmetric=("a", "b"))


@bad("LG503", severity="error")
def a_function_of_ones_own_that_is_measured() -> Lint:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    encoder = layers.Dense(3, activation="relu")
    met = layers.Lambda(lambda ends: ends[0] - 2 * ends[1])([encoder(a), encoder(b)])
    out = keras.Model({"a": a, "b": b}, {"same": met, "first": layers.Dense(1)(a)})
    return Lint(out, symmetric=("a", "b"), behaviour=True)


@good("LG503")
def a_symmetric_head() -> Lint:
    return pair("symmetric")


@good("LG503")
def a_symmetric_head_that_is_measured() -> Lint:
    return pair("symmetric", behaviour=True)


@good("LG503")
def a_concatenation_that_nobody_asked_of() -> Lint:
    return Lint(pair("concatenate").model)


@good("LG503")
def both_orders_averaged() -> Lint:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    encoder, head = layers.Dense(3, activation="relu"), layers.Dense(1)
    one, other = encoder(a), encoder(b)
    ends = [head(layers.concatenate(two)) for two in ([one, other], [other, one])]
    return Lint(keras.Model([a, b], layers.Average()(ends)), symmetric=("a", "b"))


@good("LG503")
def a_lambda_that_is_symmetric() -> Lint:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    encoder = layers.Dense(3, activation="relu")
    met = layers.Lambda(lambda ends: ops.abs(ends[0] - ends[1]))([encoder(a), encoder(b)])
    out = {"same": layers.Dense(1)(met), "first": layers.Dense(1)(a)}
    return Lint(keras.Model([a, b], out), symmetric=("a", "b"), behaviour=True)


# A BatchNormalization that is shared


@bad("LG504", severity="warning", layers=("batch_normalization",))
def one_normalization_after_two_layers() -> keras.Model:
    x = keras.Input((8, 8, 3))
    norm = layers.BatchNormalization()
    y = norm(layers.Conv2D(4, 3)(x))
    return keras.Model(x, norm(layers.Conv2D(4, 3)(layers.ReLU()(y))))


@bad("LG504", severity="warning", layers=("batch_normalization",))
def one_normalization_in_a_sequence_of_dense_layers() -> keras.Model:
    x = y = keras.Input((8,))
    norm = layers.BatchNormalization()
    for _ in range(3):
        y = layers.Dropout(0.1)(norm(layers.Dense(6, activation="relu")(y)))
    return keras.Model(x, layers.Dense(1)(y))


@bad("LG504", severity="hint", layers=("batch_normalization",))
def one_normalization_for_two_kinds_of_input() -> keras.Model:
    a, b = keras.Input((8,)), keras.Input((5,))
    norm = layers.BatchNormalization()
    ends = [layers.Dense(3)(norm(layers.Dense(6, activation="relu")(one))) for one in (a, b)]
    return keras.Model([a, b], layers.concatenate(ends))


@good("LG504")
def a_normalization_at_each_place() -> keras.Model:
    x = y = keras.Input((8, 8, 3))
    for _ in range(2):
        y = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3)(y)))
    return keras.Model(x, y)


@good("LG504")
def a_normalization_within_a_shared_encoder() -> keras.Model:
    a, b = keras.Input((8,)), keras.Input((8,))
    encoder = keras.Sequential([keras.Input((8,)), layers.Dense(4), layers.BatchNormalization()])
    return keras.Model([a, b], layers.Dot(1)([encoder(a), encoder(b)]))


@good("LG504")
def a_block_that_is_called_again_and_again() -> keras.Model:
    x = keras.Input((6,))
    block = keras.Sequential(
        [keras.Input((6,)), layers.BatchNormalization(), layers.Dense(6, activation="relu")]
    )
    y = layers.Dense(6)(x)
    for _ in range(3):
        y = layers.Add()([y, block(y)])
    return keras.Model(x, y)


@good("LG504")
def a_frozen_normalization() -> keras.Model:
    x = keras.Input((6,))
    norm = layers.BatchNormalization()
    model = keras.Model(x, norm(layers.Dense(6)(norm(layers.Dense(6)(x)))))
    norm.trainable = False
    return model


# Outputs that are one


@bad("LG505", severity="warning", layers=("head", "popular", "shared"))
def one_head_for_two_outputs() -> keras.Model:
    x = keras.Input((4,))
    head, hidden = layers.Dense(1, name="head"), layers.Dense(3, activation="relu")(x)
    return keras.Model(x, {"popular": head(hidden), "shared": head(hidden)})


@bad("LG505", severity="warning")
def one_model_for_two_outputs() -> keras.Model:
    x = keras.Input((8,))
    encoder = nested("encoder")
    return keras.Model(x, {"left": encoder(x), "right": encoder(layers.Identity()(x))})


@bad("LG505", severity="hint", layers=("answer", "score"))
def one_tensor_under_two_names() -> keras.Model:
    x = keras.Input((4,))
    y = layers.Dense(1)(x)
    return keras.Model(x, {"answer": y, "score": y})


@good("LG505")
def a_head_for_each_output() -> keras.Model:
    x = keras.Input((4,))
    hidden = layers.Dense(3, activation="relu")(x)
    return keras.Model(x, {name: layers.Dense(1)(hidden) for name in ("popular", "shared")})


@good("LG505")
def one_head_on_two_tensors() -> keras.Model:
    a, b = keras.Input((4,)), keras.Input((4,))
    head = layers.Dense(1)
    return keras.Model([a, b], {"left": head(a), "right": head(b)})


@good("LG505")
def a_name_by_identity() -> keras.Model:
    x = keras.Input((4,))
    y = layers.Dense(3)(x)
    ends = [layers.Identity(name=name)(y) for name in ("hard", "soft")]
    return keras.Model(x, ends)


@good("LG505")
def one_head_after_two_dropouts() -> keras.Model:
    x = keras.Input((4,))
    head = layers.Dense(1)
    ends = {name: head(layers.Dropout(0.5)(x)) for name in ("one", "other")}
    return keras.Model(x, ends)


# A tensor that is merged with itself


@bad("LG506", severity="warning", layers=("subtract",))
def the_output_of_a_layer_called_twice() -> keras.Model:
    a, b = keras.Input((4,)), keras.Input((4,))
    encoder = layers.Dense(3)
    encoder(a), encoder(b)
    return keras.Model([a], layers.Subtract()([encoder.output, encoder.output]))


@bad("LG506", severity="warning", layers=("subtract",))
def a_difference_of_one_thing() -> keras.Model:
    a = keras.Input((8,))
    encoder = nested("encoder")
    return keras.Model(a, layers.Dense(1)(ops.abs(encoder(a) - encoder(a))))


@bad("LG506", severity="hint", layers=("concatenate",))
def a_state_beside_itself() -> keras.Model:
    x = keras.Input((5, 3))
    state = layers.GRU(4)(x)
    return keras.Model(x, layers.Dense(2)(layers.concatenate([state, state])))


@bad("LG506", severity="hint", layers=("average",))
def an_average_of_one() -> keras.Model:
    x = keras.Input((4,))
    y = layers.Dense(3)(x)
    return keras.Model(x, layers.Average()([y, y, y]))


@good("LG506")
def a_difference_of_two_calls() -> keras.Model:
    a, b = keras.Input((4,)), keras.Input((4,))
    encoder = layers.Dense(3)
    return keras.Model([a, b], layers.Subtract()([encoder(a), encoder(b)]))


@good("LG506")
def a_square() -> keras.Model:
    x = keras.Input((4,))
    y = layers.Dense(3)(x)
    return keras.Model(x, layers.Multiply()([y, y]))


@good("LG506")
def three_channels_out_of_one() -> keras.Model:
    x = keras.Input((8, 8, 1))
    grey = layers.Rescaling(1 / 255)(x)
    return keras.Model(x, layers.Conv2D(2, 3)(layers.concatenate([grey, grey, grey])))


@good("LG506")
def attention_of_a_text_to_itself() -> keras.Model:
    x = keras.Input((6, 4))
    return keras.Model(x, layers.Add()([x, layers.MultiHeadAttention(2, 2)(x, x)]))
