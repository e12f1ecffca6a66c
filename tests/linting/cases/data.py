"""What fit is given, against what the model takes."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from lint_cases import Lint, bad, good

N = 8
NUMBERS = np.random.default_rng(0).normal(size=(N, 4)).astype("float32")
IDS = np.random.default_rng(1).integers(1, 10, (N, 4))
TARGET = np.random.default_rng(2).normal(size=(N, 1)).astype("float32")
CLASSES = np.arange(N) % 3


def compiled(model: keras.Model, loss: object = "mse") -> keras.Model:
    model.compile("sgd", loss)
    return model


def text_and_numbers(
    form: type = dict, ids: str = "ids", numbers: str = "numbers", rows: int = 10
) -> keras.Model:
    """Ids for an Embedding, and numbers beside them, of the same shape."""
    text = keras.Input((4,), dtype="int32", name=ids)
    other = keras.Input((4,), name=numbers)
    words = layers.GlobalAveragePooling1D()(layers.Embedding(rows, 2, name="words")(text))
    out = layers.Dense(1, name="out")(layers.Concatenate()([words, other]))
    inputs = {ids: text, numbers: other} if form is dict else [text, other]
    return compiled(keras.Model(inputs, out))


def two_heads(
    form: type = dict,
    loss: tuple[Any, ...] = ("mse", "mse"),
    names: tuple[str, ...] = ("main", "aux"),
    units: tuple[int, ...] = (1, 1),
) -> keras.Model:
    given = keras.Input((4,), name="numbers")
    hidden = layers.Dense(3, activation="relu")(given)
    outputs = {
        name: layers.Dense(one, name=name)(hidden) for name, one in zip(names, units, strict=False)
    }
    if form is dict:
        model, loss = keras.Model(given, outputs), dict(zip(names, loss, strict=False))
    else:
        model, loss = keras.Model(given, list(outputs.values())), list(loss)
    return compiled(model, loss)


def one_head(
    *middle: keras.Layer,
    shape: tuple[int, ...] = (4,),
    dtype: str = "float32",
    cls: str = "functional",
) -> keras.Model:
    given = keras.Input(shape, dtype=dtype, name="given")
    if cls == "sequential":
        return compiled(keras.Sequential([given, *middle, layers.Dense(1, name="out")]))
    x = given
    for layer in middle:
        x = layer(x)
    return compiled(keras.Model(given, layers.Dense(1, name="out")(x)))


def reader(rows: int = 10, dtype: str = "int32") -> keras.Model:
    embedding = layers.Embedding(rows, 2, name="words")
    return one_head(embedding, layers.Flatten(), dtype=dtype)


# LG301 extra-input-key


@bad("LG301", severity="error")
def a_key_that_sorts_before_the_inputs() -> Lint:
    x = {"ids": IDS, "numbers": NUMBERS, "author": NUMBERS}
    return Lint(text_and_numbers(), x, TARGET)


@bad("LG301", severity="error", layers=("numbers",))
def a_key_that_sorts_between_the_inputs() -> Lint:
    x = {"ids": IDS, "numbers": NUMBERS, "length": NUMBERS}
    return Lint(text_and_numbers(), x, TARGET)


@bad("LG301", severity="hint")
def a_key_that_sorts_behind_the_inputs() -> Lint:
    x = {"ids": IDS, "numbers": NUMBERS, "title": NUMBERS}
    return Lint(text_and_numbers(), x, TARGET)


@bad("LG301", severity="error")
def two_arrays_for_a_sequential_model() -> Lint:
    return Lint(one_head(cls="sequential"), [NUMBERS, NUMBERS + 1], TARGET)


@good("LG301", "LG302", "LG303", "LG305")
def the_keys_of_the_inputs_in_another_order() -> Lint:
    return Lint(text_and_numbers(), {"numbers": NUMBERS, "ids": IDS}, TARGET)


@good("LG301", "LG302")
def a_key_too_many_for_a_list_of_inputs() -> Lint:
    x = {"ids": IDS, "numbers": NUMBERS, "author": NUMBERS}
    return Lint(text_and_numbers(list), x, TARGET)


@good("LG301", "LG302", "LG314")
def one_array_in_a_list_for_a_sequential_model() -> Lint:
    return Lint(one_head(cls="sequential"), [NUMBERS], TARGET)


# LG302 inputs-missing


@bad("LG302", severity="error", layers=("numbers",))
def a_misspelt_key() -> Lint:
    return Lint(text_and_numbers(), {"ids": IDS, "number": NUMBERS}, TARGET)


@bad("LG302", severity="error")
def one_array_for_two_inputs() -> Lint:
    return Lint(text_and_numbers(list), IDS, TARGET)


@bad("LG302", severity="error")
def three_arrays_for_two_inputs() -> Lint:
    return Lint(text_and_numbers(list), [IDS, NUMBERS, NUMBERS], TARGET)


@bad("LG302", severity="error", layers=("numbers",))
def none_for_an_input_that_is_needed() -> Lint:
    return Lint(text_and_numbers(list), [IDS, None], TARGET)


@good("LG302", "LG305", "LG312", "LG313")
def a_list_for_a_list() -> Lint:
    return Lint(text_and_numbers(list), [IDS, NUMBERS], TARGET)


# LG303 list-for-dict-inputs


@bad("LG303", severity="error")
def a_list_for_unsorted_keys() -> Lint:
    model = text_and_numbers(ids="text", numbers="features")
    return Lint(model, [IDS, NUMBERS], TARGET)


@bad("LG303", severity="error")
def a_tuple_for_unsorted_keys() -> Lint:
    model = text_and_numbers(ids="b", numbers="a")
    return Lint(model, (NUMBERS, IDS), TARGET)


@bad("LG303", severity="hint")
def a_list_for_sorted_keys() -> Lint:
    return Lint(text_and_numbers(), [IDS, NUMBERS], TARGET)


@good("LG303")
def a_dict_for_unsorted_keys() -> Lint:
    model = text_and_numbers(ids="text", numbers="features")
    return Lint(model, {"text": IDS, "features": NUMBERS}, TARGET)


@good("LG303")
def a_tuple_for_a_list() -> Lint:
    return Lint(text_and_numbers(list, ids="text", numbers="features"), (IDS, NUMBERS), TARGET)


# LG304 list-for-dict-outputs


@bad("LG304", severity="warning")
def a_list_of_like_targets_for_unsorted_keys() -> Lint:
    return Lint(two_heads(), NUMBERS, [TARGET, TARGET + 1])


@bad("LG304", severity="error")
def a_list_whose_widths_fit_the_written_order() -> Lint:
    return Lint(two_heads(units=(1, 4)), NUMBERS, [TARGET, NUMBERS])


@bad("LG304", severity="error")
def a_list_whose_numbers_fit_the_written_order() -> Lint:
    loss = (keras.losses.SparseCategoricalCrossentropy(from_logits=True), "mse")
    return Lint(two_heads(loss=loss, units=(3, 1)), NUMBERS, [CLASSES[:, None], TARGET])


@bad("LG304", severity="hint")
def a_list_whose_widths_fit_the_alphabet() -> Lint:
    return Lint(two_heads(units=(1, 4)), NUMBERS, [NUMBERS, TARGET])


@good("LG304", "LG308", "LG309")
def a_dict_of_targets() -> Lint:
    return Lint(two_heads(), NUMBERS, {"main": TARGET, "aux": TARGET + 1})


@good("LG304")
def a_list_for_sorted_outputs() -> Lint:
    return Lint(two_heads(names=("a", "b")), NUMBERS, [TARGET, TARGET + 1])


@good("LG304", "LG309")
def a_list_for_a_list_of_outputs() -> Lint:
    return Lint(two_heads(list), NUMBERS, [TARGET, TARGET + 1])


@good("LG304")
def the_same_target_for_both() -> Lint:
    return Lint(two_heads(), NUMBERS, [TARGET, TARGET])


# LG305 inputs-swapped


@bad("LG305", severity="error")
def ids_and_numbers_swapped_in_a_list() -> Lint:
    return Lint(text_and_numbers(list), [NUMBERS, IDS], TARGET)


@bad("LG305", severity="error")
def ids_and_numbers_swapped_in_a_dict() -> Lint:
    return Lint(text_and_numbers(), {"ids": NUMBERS, "numbers": IDS}, TARGET)


def two_embeddings(small: int = 5, large: int = 50) -> keras.Model:
    users = keras.Input((1,), dtype="int32", name="user")
    films = keras.Input((1,), dtype="int32", name="film")
    encoder = keras.Sequential([keras.Input((1,)), layers.Embedding(large, 2), layers.Flatten()])
    user = layers.Flatten()(layers.Embedding(small, 2)(users))
    out = layers.Dot(axes=1)([user, encoder(films)])
    return compiled(keras.Model([users, films], out))


FEW, MANY = np.arange(N)[:, None] % 5, np.arange(N)[:, None] * 6


@bad("LG305", severity="error", layers=("user", "film"))
def users_and_films_swapped() -> Lint:
    return Lint(two_embeddings(), [MANY, FEW], TARGET)


@good("LG305", "LG306")
def users_and_films() -> Lint:
    return Lint(two_embeddings(), [FEW, MANY], TARGET)


# LG306 ids-outside-embedding


@bad("LG306", severity="error", layers=("words", "given"))
def the_greatest_id_is_the_number_of_rows() -> Lint:
    return Lint(reader(10), np.minimum(IDS + 5, 10), TARGET)


@bad("LG306", severity="error")
def too_great_an_id_in_a_nested_model() -> Lint:
    return Lint(two_embeddings(), [FEW, MANY + 20], TARGET)


@bad("LG306", severity="error")
def too_great_an_id_behind_a_reshape() -> Lint:
    middle = (layers.Reshape((2, 2)), layers.Embedding(9, 2), layers.Flatten())
    return Lint(one_head(*middle, dtype="int32"), np.minimum(IDS + 5, 9), TARGET)


@bad("LG306", severity="warning")
def minus_one_for_unknown() -> Lint:
    return Lint(reader(10), np.where(IDS == IDS[0, 0], -1, IDS), TARGET)


@bad("LG306", severity="error")
def far_below_zero() -> Lint:
    return Lint(reader(10), IDS - 40, TARGET)


@good("LG306", "LG307")
def the_greatest_id_is_the_last_row() -> Lint:
    return Lint(reader(11), np.minimum(IDS + 5, 10), TARGET)


@good("LG306")
def any_id_where_hashing_stands_before() -> Lint:
    middle = (layers.Hashing(5), layers.Embedding(5, 2), layers.Flatten())
    return Lint(one_head(*middle, dtype="int64"), IDS * 100, TARGET)


@good("LG306")
def any_id_where_a_lookup_stands_before() -> Lint:
    lookup = layers.IntegerLookup(vocabulary=[100, 200])
    middle = (lookup, layers.Embedding(3, 2), layers.Flatten())
    return Lint(one_head(*middle, dtype="int64"), IDS * 100, TARGET)


# LG307 fractions-cut-off


@bad("LG307", severity="error")
def fractions_for_an_embedding() -> Lint:
    return Lint(reader(10), np.abs(NUMBERS), TARGET)


@bad("LG307", severity="error")
def fractions_for_an_embedding_behind_a_float_input() -> Lint:
    return Lint(reader(10, dtype="float32"), np.abs(NUMBERS), TARGET)


@bad("LG307", severity="warning", layers=("given",))
def fractions_for_whole_numbers() -> Lint:
    return Lint(one_head(layers.Rescaling(1 / 255), dtype="uint8"), np.abs(NUMBERS) % 1, TARGET)


@good("LG307")
def whole_numbers_as_floats() -> Lint:
    return Lint(reader(10), IDS.astype("float32"), TARGET)


@good("LG307", "LG312", "LG313")
def fractions_for_floats() -> Lint:
    return Lint(one_head(), NUMBERS, TARGET)


# LG308 unknown-target-key


@bad("LG308", severity="error")
def a_key_for_a_model_with_one_output() -> Lint:
    return Lint(one_head(), NUMBERS, {"out": TARGET})


@bad("LG308", severity="error", layers=("aux_output",))
def a_key_that_is_no_output() -> Lint:
    return Lint(two_heads(), NUMBERS, {"main": TARGET, "aux_output": TARGET})


@bad("LG308", severity="error")
def a_key_that_is_no_output_of_a_list() -> Lint:
    return Lint(two_heads(list), NUMBERS, {"main": TARGET, "second": TARGET})


@bad("LG308", severity="error", layers=("aux",))
def the_target_of_an_output_without_loss() -> Lint:
    return Lint(two_heads(loss=("mse", None)), NUMBERS, {"aux": TARGET})


@good("LG308", "LG309")
def the_names_of_a_list_of_outputs() -> Lint:
    return Lint(two_heads(list), NUMBERS, {"aux": TARGET, "main": TARGET})


@good("LG308", "LG309")
def a_target_for_the_output_with_a_loss() -> Lint:
    return Lint(two_heads(loss=("mse", None)), NUMBERS, {"main": TARGET})


# LG309 target-missing


@bad("LG309", severity="error")
def one_array_for_two_outputs() -> Lint:
    return Lint(two_heads(list), NUMBERS, TARGET)


@bad("LG309", severity="error", layers=("aux",))
def a_key_is_missing() -> Lint:
    return Lint(two_heads(), NUMBERS, {"main": TARGET})


@bad("LG309", severity="error")
def three_targets_for_two_outputs() -> Lint:
    return Lint(two_heads(list), NUMBERS, [TARGET, TARGET, TARGET])


# LG310 sample-weight-form

WEIGHTS = np.linspace(0, 1, N)


@bad("LG310", severity="error")
def a_dict_of_weights_for_a_list_of_outputs() -> Lint:
    y, weights = {"main": TARGET, "aux": TARGET}, {"main": WEIGHTS, "aux": WEIGHTS}
    return Lint(two_heads(list), NUMBERS, y, weights)


@bad("LG310", severity="error")
def weights_for_one_output_of_two() -> Lint:
    y = {"main": TARGET, "aux": TARGET}
    return Lint(two_heads(), NUMBERS, y, {"main": WEIGHTS})


@bad("LG310", severity="error")
def a_weight_for_each_class() -> Lint:
    return Lint(one_head(), NUMBERS, TARGET, np.ones((N, 3)))


@bad("LG310", severity="error")
def a_weight_for_each_row_of_steps() -> Lint:
    steps = one_head(layers.Reshape((4, 1)))
    return Lint(steps, NUMBERS, np.ones((N, 4, 1)), WEIGHTS)


@bad("LG310", severity="hint")
def one_array_of_weights_for_two_outputs() -> Lint:
    return Lint(two_heads(), NUMBERS, {"main": TARGET, "aux": TARGET}, WEIGHTS)


@good("LG310")
def a_dict_of_weights_for_a_dict() -> Lint:
    y, weights = {"main": TARGET, "aux": TARGET}, {"aux": WEIGHTS, "main": WEIGHTS}
    return Lint(two_heads(), NUMBERS, y, weights)


@good("LG310")
def a_list_of_weights_for_a_list() -> Lint:
    return Lint(two_heads(list), NUMBERS, [TARGET, TARGET], [WEIGHTS, None])


@good("LG310")
def a_weight_for_each_step() -> Lint:
    steps = one_head(layers.Reshape((4, 1)))
    return Lint(steps, NUMBERS, np.ones((N, 4, 1)), np.ones((N, 4)))


# LG311 nan-in-data

HOLE = np.where(np.arange(4) == 2, np.nan, NUMBERS).astype("float32")


@bad("LG311", severity="error")
def a_hole_in_the_inputs() -> Lint:
    return Lint(one_head(), HOLE, TARGET)


@bad("LG311", severity="error")
def a_hole_in_a_target() -> Lint:
    return Lint(two_heads(), NUMBERS, {"main": TARGET, "aux": TARGET * np.nan})


@bad("LG311", severity="error")
def the_logarithm_of_nothing() -> Lint:
    return Lint(one_head(cls="sequential"), -np.log(np.zeros((N, 4))), TARGET)


@bad("LG311", severity="hint")
def a_hole_that_the_model_may_take_out() -> Lint:
    given = keras.Input((4,))
    whole = keras.ops.where(keras.ops.isnan(given), 0.0, given)
    return Lint(compiled(keras.Model(given, layers.Dense(1)(whole))), HOLE, TARGET)


@good("LG311")
def large_numbers_and_none_missing() -> Lint:
    return Lint(one_head(), NUMBERS * 1e20, TARGET)


@good("LG311", hint=True)
def a_loss_that_leaves_out_what_is_missing() -> Lint:
    def seen(y: keras.KerasTensor, found: keras.KerasTensor) -> keras.KerasTensor:
        return keras.ops.where(keras.ops.isnan(y), 0.0, keras.ops.square(y - found))

    model = one_head()
    return Lint(compiled(model, seen), NUMBERS, np.where(TARGET > 0, TARGET, np.nan))


@good("LG311")
def a_mask_of_minus_infinity() -> Lint:
    given, bias = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    out = layers.Dense(1)(layers.Softmax()(layers.Add()([given, bias])))
    hidden = np.where(NUMBERS > 1, -np.inf, 0)
    return Lint(compiled(keras.Model([given, bias], out)), [NUMBERS, hidden], TARGET)


# LG312 rows-differ


@bad("LG312", severity="error")
def a_target_too_few() -> Lint:
    return Lint(one_head(), NUMBERS, TARGET[1:])


@bad("LG312", severity="error")
def an_input_with_fewer_rows() -> Lint:
    return Lint(text_and_numbers(), {"ids": IDS[1:], "numbers": NUMBERS}, TARGET)


@bad("LG312", severity="error")
def weights_of_another_part() -> Lint:
    return Lint(one_head(), NUMBERS, TARGET, WEIGHTS[:-2])


@good("LG312")
def as_many_weights_as_rows() -> Lint:
    return Lint(one_head(), NUMBERS, TARGET, WEIGHTS)


# LG313 not-an-array


@bad("LG313", severity="error")
def lists_of_numbers() -> Lint:
    return Lint(one_head(), NUMBERS.tolist(), TARGET)


@bad("LG313", severity="error")
def a_list_of_targets_of_python() -> Lint:
    return Lint(one_head(), NUMBERS, TARGET[:, 0].tolist())


@bad("LG313", severity="error")
def numbers_as_text() -> Lint:
    return Lint(one_head(), NUMBERS.astype(str), TARGET)


@bad("LG313", severity="error")
def objects_in_the_targets() -> Lint:
    return Lint(one_head(), NUMBERS, TARGET.astype(object))


class Batches(keras.utils.PyDataset):
    def __init__(self, batch: tuple[Any, ...]) -> None:
        super().__init__()
        self.batch = batch

    def __len__(self) -> int:
        return 1

    def __getitem__(self, place: int) -> tuple[Any, ...]:
        return self.batch


@bad("LG313", severity="error")
def lists_in_the_batches() -> Lint:
    return Lint(text_and_numbers(list), Batches(([IDS, NUMBERS], TARGET)))


@good("LG313")
def tuples_in_the_batches() -> Lint:
    return Lint(text_and_numbers(list), Batches(((IDS, NUMBERS), TARGET)))


@good("LG313")
def text_for_a_model_that_reads_text() -> Lint:
    text = keras.Input((1,), dtype="string")
    vectors = layers.TextVectorization(vocabulary=["a", "b"], output_mode="multi_hot")(text)
    model = compiled(keras.Model(text, layers.Dense(1)(vectors)))
    return Lint(model, tf.constant([["a b"]] * N), TARGET)


# LG314 input-shape


@bad("LG314", severity="error")
def a_column_too_many() -> Lint:
    return Lint(one_head(), np.ones((N, 5)), TARGET)


@bad("LG314", severity="error", layers=("given",))
def flat_images() -> Lint:
    return Lint(
        one_head(layers.Conv2D(2, 3), layers.Flatten(), shape=(6, 6, 1)), np.ones((N, 36)), TARGET
    )


@bad("LG314", severity="error")
def channels_first() -> Lint:
    model = one_head(layers.Conv2D(2, 3), layers.Flatten(), shape=(6, 6, 3), cls="sequential")
    return Lint(model, np.ones((N, 3, 6, 6)), TARGET)


@good("LG314", "LG315")
def images_without_the_axis_of_one_channel() -> Lint:
    model = one_head(layers.Conv2D(2, 3), layers.Flatten(), shape=(6, 6, 1))
    return Lint(model, np.ones((N, 6, 6)), TARGET)


@good("LG314", "LG315")
def a_column_as_a_list_of_numbers() -> Lint:
    return Lint(one_head(shape=(1,)), np.ones(N), TARGET)


# LG315 no-batch-axis


@bad("LG315", severity="error")
def a_dataset_without_batches() -> Lint:
    return Lint(one_head(), tf.data.Dataset.from_tensor_slices((NUMBERS, TARGET)))


@bad("LG315", severity="error")
def a_dataset_of_dicts_without_batches() -> Lint:
    x = {"ids": IDS, "numbers": NUMBERS}
    return Lint(text_and_numbers(), tf.data.Dataset.from_tensor_slices((x, TARGET)))


@bad("LG315", severity="error")
def one_image_alone() -> Lint:
    model = one_head(layers.Conv2D(2, 3), layers.Flatten(), shape=(6, 6, 3))
    return Lint(model, np.ones((6, 6, 3)))


@good("LG315", "LG314")
def a_dataset_of_batches() -> Lint:
    return Lint(one_head(), tf.data.Dataset.from_tensor_slices((NUMBERS, TARGET)).batch(4))
