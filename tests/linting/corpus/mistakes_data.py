"""Known mistakes in what fit is given, and how it is matched."""

import keras
import numpy as np
from corpus_cases import mistake
from keras import layers
from lint_cases import Lint

RNG = np.random.default_rng(1)


def rows(count: int = 32, width: int = 6) -> np.ndarray:
    return RNG.normal(size=(count, width)).astype("float32")


def two_answers(*, named: bool = False) -> keras.Model:
    """A price, and whether it is sold."""
    inputs = keras.Input((6,), name="house")
    x = layers.Dense(8, activation="relu", name="hidden")(inputs)
    price = layers.Dense(1, name="price")(x)
    sold = layers.Dense(1, activation="sigmoid", name="bought")(x)
    return keras.Model(inputs, {"price": price, "bought": sold} if named else [price, sold])


PRICES = RNG.normal(50, 20, (32, 1)).astype("float32")
BOUGHT = (np.arange(32) % 2).reshape(-1, 1).astype("float32")


@mistake("LG306", "error")
def last_word_is_missing() -> Lint:
    """https://github.com/keras-team/keras/issues/11819: an id as large as the vocabulary."""
    ids = keras.Input((5,))
    x = layers.Flatten()(layers.Embedding(236, 5)(ids))
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    x = RNG.integers(0, 236, (32, 5))
    x[6, 4] = 236
    return Lint(model, x, np.arange(32) % 2)


@mistake("LG306")
def an_id_below_zero() -> Lint:
    """https://github.com/keras-team/keras-io/issues/602: an id of -26."""
    ids = keras.Input((8,), dtype="int32")
    x = layers.Embedding(60, 8)(ids)
    x = layers.MultiHeadAttention(2, 4)(x, x)
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(ids, layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    x = RNG.integers(1, 60, (32, 8))
    x[23, 6] = -26
    return Lint(model, x, np.arange(32) % 2)


@mistake("LG306", "error")
def positions_beyond_their_table() -> Lint:
    """https://github.com/tensorflow/tensorflow/issues/37254: ids beyond one of the tables."""
    text = keras.Input((7,), dtype="int32", name="main_input")
    tags = keras.Input((7,), dtype="int32", name="pos_input")
    meta = keras.Input((3,), name="aux_input")
    words = layers.Conv1D(4, 2, activation="relu")(layers.Embedding(40, 6)(text))
    roles = layers.Conv1D(4, 2, activation="relu")(layers.Embedding(10, 6)(tags))
    x = layers.Concatenate()(
        [layers.GlobalMaxPooling1D()(words), layers.GlobalMaxPooling1D()(roles), meta]
    )
    model = keras.Model([text, tags, meta], layers.Dense(6, activation="softmax", name="out")(x))
    model.compile("sgd", "sparse_categorical_crossentropy")
    x = {
        "main_input": RNG.integers(0, 40, (24, 7)),
        "pos_input": RNG.integers(0, 11, (24, 7)),
        "aux_input": rows(24, 3),
    }
    x["pos_input"][0, 4] = 10
    return Lint(model, x, np.arange(24) % 6)


@mistake("LG311", "error")
def nothing_where_a_number_should_be() -> Lint:
    """https://github.com/keras-team/keras/issues/2134: NaN after dividing by a spread of 0."""
    steps = keras.Input((4, 3))
    model = keras.Model(steps, layers.Dense(1)(layers.LSTM(5)(steps)))
    model.compile("rmsprop", "mse")
    x = RNG.normal(size=(32, 4, 3))
    x[:, :, 1] = np.nan
    return Lint(model, x, RNG.normal(size=32))


@mistake("LG311", "error")
def nothing_among_the_targets() -> Lint:
    """https://github.com/keras-team/keras/issues/12371: NaN in the table that is encoded."""
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(6)(layers.Dense(2, activation="relu")(inputs)))
    model.compile("adam", "mse")
    x = rows()
    x[5, 2] = np.nan
    return Lint(model, np.nan_to_num(x), x)


@mistake("LG313", "error")
def people_by_their_names() -> Lint:
    """https://github.com/keras-team/keras/issues/12047: labels are text."""
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(inputs))
    model.compile("adam", "sparse_categorical_crossentropy")
    return Lint(model, rows(), np.array(["Anna", "Bela", "Cleo", "Anna"] * 8))


@mistake("LG304")
def dict_outputs_and_a_list_of_targets() -> Lint:
    """https://github.com/keras-team/keras/pull/20613: a list goes by the keys' alphabet."""
    model = two_answers(named=True)
    model.compile("adam", {"price": "mse", "bought": "binary_crossentropy"})
    return Lint(model, rows(), [PRICES, BOUGHT])


@mistake("LG201")
def dict_outputs_and_a_list_of_losses() -> keras.Model:
    """https://github.com/tensorflow/tensorflow/issues/34713: a list goes by the keys' alphabet."""
    model = two_answers(named=True)
    model.compile("adam", ["mse", "binary_crossentropy"])
    return model


@mistake("LG201")
def a_list_of_losses_and_named_weights() -> keras.Model:
    """https://github.com/keras-team/keras-io/pull/500: losses and weights in two manners."""
    model = two_answers()
    model.compile("adam", ["mse", "binary_crossentropy"], loss_weights={"price": 0.1, "bought": 1})
    return model


@mistake("LG208", "error")
def one_loss_and_a_list_of_weights() -> keras.Model:
    """https://github.com/keras-team/keras/issues/3212: one loss by name, two weights."""
    inputs = keras.Input((6,))
    outputs = [layers.Dense(3, activation="softmax", name=f"task_{n}")(inputs) for n in range(2)]
    model = keras.Model(inputs, outputs)
    model.compile(
        "adam", "categorical_crossentropy", metrics=[["accuracy"]] * 2, loss_weights=[1.0, 0.1]
    )
    return model


@mistake("LG202")
def seven_outputs_two_losses() -> keras.Model:
    """https://github.com/hamidriasat/BASNet/issues/1: stages of a network without a loss."""
    image = keras.Input((8, 8, 3))
    stages, x = [], image
    for number in range(7):
        x = layers.Conv2D(3, 3, padding="same", activation="relu")(x)
        side = layers.Conv2D(1, 1, activation="sigmoid", name=f"stage_{number}")(x)
        stages.append(side)
    model = keras.Model(image, stages)
    model.compile("adam", ["binary_crossentropy", "binary_crossentropy"])
    return model


@mistake("LG208", "error")
def a_loss_for_one_of_two() -> keras.Model:
    """https://github.com/keras-team/keras/issues/18708: a dict of losses that lacks an output."""
    model = two_answers()
    model.compile("adam", {"price": "mse"})
    return model


@mistake("LG208", "error")
def losses_by_layer_for_dict_outputs() -> keras.Model:
    """https://github.com/tensorflow/tensorflow/issues/34691: keys are layers, not outputs."""
    inputs = keras.Input((6,))
    outputs = {
        "a": layers.Dense(1, name="main_output")(inputs),
        "b": layers.Dense(1, name="aux_output")(inputs),
    }
    model = keras.Model(inputs, outputs)
    model.compile("adam", {"main_output": "mse", "aux_output": "mae"})
    return model


@mistake("LG208", "error")
def one_metric_for_two_outputs() -> keras.Model:
    """https://github.com/keras-team/keras/issues/21259: one metric, two outputs."""
    model = two_answers()
    model.compile("adam", ["mse", "binary_crossentropy"], metrics=["mae"])
    return model


@mistake("LG205")
def two_names_for_one_layer() -> keras.Model:
    """https://github.com/keras-team/keras/issues/14031: one layer gives two outputs."""
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    shared = layers.Dense(1, activation="sigmoid", name="judge")
    model = keras.Model([a, b], [shared(a), shared(b)])
    model.compile("adam", ["binary_crossentropy", "mse"])
    return model


@mistake("LG308", "error")
def a_target_with_another_key() -> Lint:
    """https://github.com/keras-team/keras/issues/21513: targets by names of no output."""
    model = two_answers()
    model.compile("adam", ["mse", "binary_crossentropy"])
    return Lint(model, rows(), {"price": PRICES, "is_bought": BOUGHT})


@mistake("LG309", "error")
def one_array_for_two_outputs() -> Lint:
    """https://github.com/keras-team/keras/issues/18708: one target for two heads."""
    model = two_answers()
    model.compile("adam", ["mse", "binary_crossentropy"])
    return Lint(model, rows(), PRICES)


@mistake("LG310", "error")
def weights_by_name_for_a_list() -> Lint:
    """https://github.com/keras-team/keras/issues/20992: a dict of weights, a list of outputs."""
    model = two_answers()
    model.compile("adam", ["mse", "binary_crossentropy"])
    weights = {"price": np.ones(32), "bought": np.ones(32)}
    return Lint(model, rows(), [PRICES, BOUGHT], weights)


@mistake("LG303")
def a_list_for_named_inputs() -> Lint:
    """https://github.com/tensorflow/tensorflow/issues/82372: a list for a dict of inputs."""
    inputs = {"words": keras.Input((6,), name="words"), "age": keras.Input((6,), name="age")}
    x = layers.Concatenate()([layers.Dense(4)(inputs["words"]), inputs["age"]])
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return Lint(model, [rows(), rows()], BOUGHT)


@mistake("LG301")
def one_key_too_many() -> Lint:
    """https://github.com/keras-team/keras/issues/23258: a dict of inputs has a key that is none."""
    inputs = {"left": keras.Input((6,), name="left"), "right": keras.Input((6,), name="right")}
    x = layers.Concatenate()([inputs["left"], inputs["right"]])
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return Lint(model, {"id": rows(), "left": rows(), "right": rows()}, BOUGHT)


@mistake("LG410")
def targets_the_other_way_round() -> Lint:
    """https://github.com/keras-team/keras/issues/20596: each loss meets the other's target."""
    model = two_answers()
    model.compile("adam", ["mse", "binary_crossentropy"])
    return Lint(model, rows(), [BOUGHT, PRICES])
