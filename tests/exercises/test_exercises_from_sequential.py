"""The exercises of the lesson from_sequential."""

import keras
import numpy as np
from exercise_cells import Answers, Cases
from keras import layers

cases = Cases("from_sequential")

SHAPES = {"a": (None, 20, 8), "b": (None, 16, 4), "c": (None, 4), "d": (None, 3)}


@cases.wrong("shapes-on-paper", "lacks the batch")
def shapes_of_one_text() -> dict[str, object]:
    return SHAPES | {"d": (3,)}


@cases.wrong("shapes-on-paper", "a window of 5 words fits at fewer than 20 places")
def window_at_every_place() -> dict[str, object]:
    return SHAPES | {"b": (None, 20, 4)}


@cases.wrong("shapes-on-paper", "cannot start with 32")
def batch_of_32() -> dict[str, object]:
    return SHAPES | {"a": (32, 20, 8)}


@cases.wrong("shapes-on-paper", "the largest value is taken over all places")
def pooling_keeps_the_places() -> dict[str, object]:
    return SHAPES | {"c": (None, 16, 4)}


@cases.wrong("shapes-on-paper", "The shape of `d`, the tensor of the Dense, is missing")
def one_is_missing() -> dict[str, object]:
    return {name: shape for name, shape in SHAPES.items() if name != "d"}


@cases.wrong("shapes-on-paper", "without quotes, such as `(None, 20)`")
def a_shape_as_text() -> dict[str, object]:
    return SHAPES | {"a": "(None, 20, 8)"}


@cases.wrong("shapes-on-paper", "should be a dictionary")
def a_list_of_shapes() -> Answers:
    return Answers(list(SHAPES.values()))


@cases.right("shapes-on-paper")
def lists_and_numpy_numbers() -> dict[str, object]:
    return {name: [None, *map(np.int64, shape[1:])] for name, shape in SHAPES.items()}


@cases.right("shapes-on-paper")
def the_tensors_themselves() -> dict[str, object]:
    return {name: keras.KerasTensor(shape) for name, shape in SHAPES.items()}


def listed() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input(shape=(20,), dtype="int32"),
            layers.Embedding(50, 8),
            layers.Conv1D(4, kernel_size=5, activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def written(
    reference: keras.Model, *, activation: str | None = "relu", units: int = 4, copy: bool = True
) -> keras.Model:
    text = keras.Input(shape=(20,), dtype="int32", name="anything")
    x = layers.Embedding(50, 8)(text)
    x = layers.Conv1D(units, kernel_size=5, activation=activation)(x)
    x = layers.GlobalMaxPooling1D()(x)
    model = keras.Model(text, layers.Dense(3, activation="softmax")(x))
    if copy:
        model.set_weights(reference.get_weights())
    return model


@cases.wrong("from-list-to-graph", "is a `Sequential` one")
def another_list() -> tuple[keras.Model, keras.Model]:
    return listed(), listed()


@cases.wrong("from-list-to-graph", "give `listed` first")
def the_models_swapped() -> tuple[keras.Model, keras.Model]:
    reference = listed()
    return written(reference), reference


@cases.wrong("from-list-to-graph", "calls a whole model, `sequential")
def the_list_as_a_layer() -> tuple[keras.Model, keras.Model]:
    reference = listed()
    text = keras.Input(shape=(20,), dtype="int32")
    return reference, keras.Model(text, reference(text))


@cases.wrong("from-list-to-graph", "training one model changes the other")
def the_same_layers() -> tuple[keras.Model, keras.Model]:
    reference = listed()
    x = text = keras.Input(shape=(20,), dtype="int32")
    for layer in reference.layers:
        x = layer(x)
    return reference, keras.Model(text, x)


@cases.wrong("from-list-to-graph", "give different answers")
def weights_not_copied() -> tuple[keras.Model, keras.Model]:
    reference = listed()
    return reference, written(reference, copy=False)


@cases.wrong("from-list-to-graph", "give different answers")
def activation_forgotten() -> tuple[keras.Model, keras.Model]:
    reference = listed()
    # So that some of what relu takes away is there.
    reference.layers[1].bias.assign([-1.0, -1.0, -1.0, -1.0])
    return reference, written(reference, activation=None)


@cases.wrong("from-list-to-graph", "has another number of units")
def other_units() -> tuple[keras.Model, keras.Model]:
    reference = listed()
    return reference, written(reference, units=5, copy=False)


@cases.right("from-list-to-graph")
def with_other_names_and_compiled() -> tuple[keras.Model, keras.Model]:
    reference = listed()
    model = written(reference)
    model.compile("adam", "mse")
    return reference, model


@cases.right("from-list-to-graph")
def activation_as_a_function() -> tuple[keras.Model, keras.Model]:
    reference = listed()
    text = keras.Input(shape=(20,), dtype="int32")
    x = layers.Conv1D(4, kernel_size=5)(layers.Embedding(50, 8)(text))
    x = keras.ops.max(keras.ops.relu(x), axis=1)
    model = keras.Model(text, layers.Softmax()(layers.Dense(3)(x)))
    model.set_weights(reference.get_weights())
    return reference, model


def two_by_two(
    *,
    swapped: bool = False,
    merged: bool = True,
    early: bool = True,
    tables: int = 1,
    mask: bool = True,
    activation: str | None = "sigmoid",
    encoder: str = "average",
) -> keras.Model:
    text = keras.Input(shape=(32,), dtype="int32", name="words")
    time = keras.Input(shape=(5,), name="numbers")

    def encode() -> keras.KerasTensor:
        x = layers.Embedding(50, 4, mask_zero=mask)(text)
        return layers.LSTM(4)(x) if encoder == "lstm" else layers.GlobalAveragePooling1D()(x)

    x = encode()
    alone = encode() if tables == 2 else x
    both = layers.Concatenate()([x, time])
    first = layers.Dense(1, activation=activation)(both if merged else x)
    second = layers.Dense(1, activation=activation)(alone if early else both)
    return keras.Model([time, text] if swapped else [text, time], [first, second])


@cases.wrong("second-input-and-output", "The model's inputs have the shapes (None, 5), (None, 32)")
def inputs_in_the_other_order() -> keras.Model:
    return two_by_two(swapped=True)


@cases.wrong("second-input-and-output", "The model's outputs have the shapes (None, 1);")
def one_output() -> keras.Model:
    model = two_by_two()
    return keras.Model(model.inputs, model.outputs[0])


@cases.wrong("second-input-and-output", "The first output depends on `words` only")
def nothing_merged() -> keras.Model:
    model = two_by_two()
    text, time = model.inputs
    x = layers.GlobalAveragePooling1D()(layers.Embedding(50, 4, mask_zero=True)(text))
    ends = [layers.Dense(1, activation="sigmoid")(x), layers.Dense(1, activation="sigmoid")(time)]
    return keras.Model([text, time], ends)


@cases.wrong("second-input-and-output", "call its layer on the tensor of the encoded words")
def second_output_after_the_merge() -> keras.Model:
    return two_by_two(early=False)


@cases.wrong("second-input-and-output", "The model has 2 Embeddings")
def two_tables() -> keras.Model:
    return two_by_two(tables=2)


@cases.wrong("second-input-and-output", "so it is no probability")
def no_sigmoid() -> keras.Model:
    return two_by_two(activation=None)


@cases.wrong("second-input-and-output", "give the Embedding `mask_zero=True`")
def no_mask() -> keras.Model:
    return two_by_two(mask=False, encoder="lstm")


@cases.right("second-input-and-output")
def with_an_lstm() -> keras.Model:
    return two_by_two(encoder="lstm")


@cases.right("second-input-and-output")
def without_any_name_and_one_output_feeding_the_other() -> keras.Model:
    text, time = keras.Input((32,), dtype="int32"), keras.Input((5,))
    x = layers.GlobalAveragePooling1D()(layers.Embedding(50, 4, mask_zero=True)(text))
    alone = layers.Dense(1, activation="sigmoid")(x)
    both = layers.Dense(1, activation="sigmoid")(layers.Concatenate()([alone, time]))
    return keras.Model([text, time], [both, alone])


@cases.wrong("second-input-and-output", "so it is no probability")
def no_sigmoid_and_no_name() -> keras.Model:
    text, time = keras.Input((32,), dtype="int32"), keras.Input((5,))
    x = layers.GlobalAveragePooling1D()(layers.Embedding(50, 4, mask_zero=True)(text))
    both = layers.Dense(1)(layers.Concatenate()([x, time]))
    return keras.Model([text, time], [both, layers.Dense(1)(x)])


@cases.right("second-input-and-output")
def with_an_encoder_as_a_model_and_functions() -> keras.Model:
    encoder = keras.Sequential(
        [
            keras.Input((32,), dtype="int32"),
            layers.Embedding(50, 4, mask_zero=True),
            layers.GlobalAveragePooling1D(),
        ]
    )
    text, time = keras.Input((32,), dtype="int32"), keras.Input((5,))
    x = encoder(text)
    both = keras.ops.concatenate([x, layers.Dense(4, activation="tanh")(time)], axis=-1)
    first = keras.ops.sigmoid(layers.Dense(1)(both))
    return keras.Model([text, time], [first, keras.ops.sigmoid(layers.Dense(1)(x))])


test_solution, test_stub, test_wrong, test_right = cases.tests()
