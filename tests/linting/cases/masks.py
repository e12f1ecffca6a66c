"""Padding and masks."""

import keras
import numpy as np
from keras import layers, ops
from lint_cases import Lint, bad, good

AFTER = np.array([[3, 4, 0, 0, 0, 0], [5, 6, 7, 0, 0, 0], [8, 1, 2, 3, 0, 0], [9, 9, 9, 9, 9, 9]])
BEFORE = AFTER[:, ::-1].copy()
FULL = np.arange(1, 25).reshape(4, 6) % 9 + 1
ENDED = np.concatenate([FULL[:, 1:], np.zeros((4, 1), int)], axis=1)  # 0 is the end of a text
INSIDE = np.array([[3, 0, 4, 1, 0, 2], [5, 6, 0, 7, 1, 1], [0, 8, 0, 1, 2, 3], [9, 0, 9, 0, 9, 9]])
EMPTY = np.array([[3, 4, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [8, 1, 2, 3, 0, 0], [9, 9, 0, 0, 0, 0]])


def words() -> keras.KerasTensor:
    return keras.Input((6,), dtype="int32", name="words")


def embedded(x: keras.KerasTensor, *, mask_zero: bool = True) -> keras.KerasTensor:
    return layers.Embedding(10, 4, mask_zero=mask_zero)(x)


def answered(x: keras.KerasTensor, *ways: keras.KerasTensor) -> keras.Model:
    both = layers.concatenate(list(ways)) if len(ways) > 1 else ways[0]
    return keras.Model(x, layers.Dense(1, activation="sigmoid")(both))


def text_classifier(**embedding: bool) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((6,), dtype="int32", name="words"),
            layers.Embedding(10, 4, **embedding),
            layers.LSTM(3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


@bad("LG101", severity="hint", layers=("lstm", "embedding"))
def ids_into_an_lstm() -> Lint:
    return Lint(text_classifier())


@bad("LG101", severity="warning", layers=("lstm", "embedding"))
def ids_padded_at_their_end_into_an_lstm() -> Lint:
    return Lint(text_classifier(), AFTER)


@bad("LG101", severity="hint", layers=("lstm", "embedding"))
def ids_padded_before_into_an_lstm() -> Lint:
    return Lint(text_classifier(), BEFORE)


@bad("LG101", severity="warning", layers=("encoder/bidirectional", "encoder/embedding"))
def padded_ids_into_a_nested_encoder() -> Lint:
    encoder = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(10, 4),
            layers.Bidirectional(layers.GRU(3)),
        ],
        name="encoder",
    )
    a, b = (keras.Input((6,), dtype="int32", name=name) for name in "ab")
    model = keras.Model([a, b], layers.Dense(1)(layers.concatenate([encoder(a), encoder(b)])))
    return Lint(model, {"a": AFTER, "b": AFTER})


@bad("LG101", severity="warning", layers=("last", "embedding"))
def two_rnns_of_which_the_second_gives_its_last_state() -> Lint:
    x = words()
    states = layers.GRU(3, return_sequences=True)(embedded(x, mask_zero=False))
    return Lint(
        answered(x, layers.LSTM(3, name="last")(layers.Dropout(0.1)(states))), {"words": AFTER}
    )


@bad("LG101", severity="hint")
def padded_ids_into_an_average() -> Lint:
    x = words()
    return Lint(answered(x, layers.GlobalAveragePooling1D()(embedded(x, mask_zero=False))), AFTER)


@good("LG101")
def masked_ids_into_an_lstm() -> Lint:
    return Lint(text_classifier(mask_zero=True), AFTER)


@good("LG101")
def ids_that_are_never_padded() -> Lint:
    return Lint(text_classifier(), FULL)


@good("LG101")
def zero_that_ends_each_text() -> Lint:
    return Lint(text_classifier(), ENDED)


@good("LG101")
def zero_that_is_a_word() -> Lint:
    return Lint(text_classifier(), INSIDE)


@good("LG101")
def numbers_over_time_into_an_lstm() -> keras.Model:
    x = keras.Input((6, 3))
    return answered(x, layers.LSTM(3)(x))


@good("LG101", hint=True)
def a_language_model_of_padded_texts() -> Lint:
    x = words()
    return Lint(
        answered(x, layers.LSTM(3, return_sequences=True)(embedded(x, mask_zero=False))), AFTER
    )


@bad("LG102", severity="warning", layers=("multiply", "lstm"))
def a_product_on_the_way() -> keras.Model:
    x = words()
    return answered(x, layers.LSTM(3)(embedded(x) * 2))


@bad("LG102", severity="warning", layers=("get_item", "lstm"))
def a_slice_on_the_way() -> keras.Model:
    x = words()
    return answered(x, layers.LSTM(3)(embedded(x)[:, 1:]))


@bad("LG102", severity="warning", layers=("add", "bidirectional"))
def an_add_of_masked_and_unmasked() -> keras.Model:
    x = words()
    place = layers.Embedding(10, 4, name="place")(x)
    both = layers.Add()([embedded(x), place])
    return answered(x, layers.Bidirectional(layers.GRU(2))(both))


@bad("LG102", severity="warning", layers=("reshape", "lstm"))
def a_reshape_on_the_way_of_padded_ids() -> Lint:
    x = words()
    return Lint(answered(x, layers.LSTM(3)(layers.Reshape((6, 4))(embedded(x)))), AFTER)


@bad("LG102", severity="hint", layers=("reshape", "lstm"))
def a_reshape_on_the_way() -> keras.Model:
    x = words()
    return answered(x, layers.LSTM(3)(layers.Reshape((6, 4))(embedded(x))))


@bad("LG102", severity="warning", layers=("add", "global_average_pooling1d"))
def a_residual_that_is_no_layer() -> keras.Model:
    x = words()
    e = embedded(x)
    e = e + layers.MultiHeadAttention(1, 2)(e, e)
    return answered(x, layers.GlobalAveragePooling1D()(layers.LayerNormalization()(e)))


@bad("LG102", severity="warning", layers=("mean",))
def a_mean_without_the_mask() -> Lint:
    x = words()
    return Lint(answered(x, ops.mean(embedded(x), axis=1)), AFTER)


@bad("LG102", severity="hint", layers=("flatten",))
def a_flattened_masked_text() -> Lint:
    x = words()
    return Lint(answered(x, layers.Flatten()(embedded(x))), AFTER)


@good("LG102")
def a_residual_that_is_a_layer() -> keras.Model:
    x = words()
    e = embedded(x)
    e = layers.Add()([e, layers.MultiHeadAttention(1, 2)(e, e)])
    return answered(x, layers.GlobalAveragePooling1D()(layers.LayerNormalization()(e)))


@good("LG102")
def layers_that_let_the_mask_through() -> Lint:
    x = words()
    e = layers.Activation("tanh")(layers.Dense(4)(layers.SpatialDropout1D(0.1)(embedded(x))))
    return Lint(answered(x, layers.LSTM(3)(layers.TimeDistributed(layers.Dense(3))(e))), AFTER)


@good("LG102")
def a_mask_given_by_hand() -> Lint:
    x = words()
    e = embedded(x) * 2
    return Lint(answered(x, layers.LSTM(3)(e, mask=ops.not_equal(x, 0))), AFTER)


@good("LG102")
def a_convolution_and_the_largest_of_all_places() -> Lint:
    x = words()
    e = layers.Conv1D(3, 3, padding="same")(embedded(x))
    return Lint(answered(x, layers.GlobalMaxPooling1D()(e)), AFTER)


@good("LG102", hint=True)
def a_convolution_and_the_average_of_all_places() -> Lint:
    x = words()
    e = layers.Conv1D(3, 3, padding="same")(embedded(x))
    return Lint(answered(x, layers.GlobalAveragePooling1D()(e)), AFTER)


@good("LG102", "LG151")
def a_nested_model_within_masks() -> Lint:
    vectors = keras.Input((6, 4))
    inner = keras.Model(vectors, layers.LSTM(3, return_sequences=True)(vectors), name="inner")
    x = words()
    return Lint(answered(x, layers.LSTM(3)(inner(embedded(x)))), AFTER, behaviour=True)


@bad("LG103", severity="warning", layers=("concatenate", "lstm"))
def joined_with_an_embedding_without_a_mask() -> keras.Model:
    x = words()
    return answered(
        x, layers.LSTM(3)(layers.Concatenate()([embedded(x), embedded(x, mask_zero=False)]))
    )


@bad("LG103", severity="warning", layers=("concatenate", "lstm"))
def joined_with_an_image_at_each_word() -> Lint:
    x, image = words(), keras.Input((5,), name="image")
    at_each = layers.RepeatVector(6)(image)
    state = layers.LSTM(3)(layers.Concatenate()([embedded(x), at_each]))
    model = keras.Model([x, image], layers.Dense(1)(state))
    return Lint(model, {"words": AFTER, "image": np.ones((4, 5))})


@bad("LG103", severity="hint", layers=("concatenate", "attention"))
def joined_before_attention() -> keras.Model:
    x = words()
    e = layers.Concatenate()([embedded(x), embedded(x, mask_zero=False)])
    return answered(x, layers.GlobalMaxPooling1D()(layers.Attention()([e, e])))


@good("LG103")
def joined_with_another_masked_embedding() -> keras.Model:
    x = words()
    return answered(x, layers.LSTM(3)(layers.Concatenate()([embedded(x), embedded(x)])))


@good("LG103")
def joined_where_nothing_is_padded() -> Lint:
    x = words()
    e = layers.Concatenate()([embedded(x), embedded(x, mask_zero=False)])
    return Lint(answered(x, layers.LSTM(3)(e)), FULL)


@good("LG103")
def joined_and_given_the_mask() -> keras.Model:
    x = words()
    e = layers.Concatenate()([embedded(x), embedded(x, mask_zero=False)])
    return answered(x, layers.LSTM(3)(e, mask=ops.not_equal(x, 0)))


@bad("LG104", severity="warning", layers=("lstm", "embedding"))
def a_caption_reader_that_begins_with_the_image() -> keras.Model:
    x, image = words(), keras.Input((5,), name="image")
    state = layers.Dense(3)(image)
    read = layers.LSTM(3, name="lstm")(embedded(x), initial_state=[state, state])
    return keras.Model([x, image], layers.Dense(10, activation="softmax")(read))


@bad("LG104", severity="warning")
def one_rnn_after_another() -> Lint:
    x = words()
    e = embedded(x)
    return Lint(answered(x, layers.GRU(3)(e, initial_state=layers.GRU(3)(e))), AFTER)


@bad("LG104", severity="warning")
def both_ways_from_a_state() -> keras.Model:
    x = words()
    e = embedded(x)
    state = layers.GRU(3)(e)
    both = layers.Bidirectional(layers.GRU(3))(e, initial_state=[state, state])
    return answered(x, both)


@good("LG104")
def a_decoder_with_the_words_before() -> Lint:
    x, before = words(), keras.Input((6,), dtype="int32", name="before")
    _, h, c = layers.LSTM(3, return_state=True)(embedded(x))
    decoded = layers.LSTM(3, return_sequences=True)(embedded(before), initial_state=[h, c])
    model = keras.Model([x, before], layers.Dense(10, activation="softmax")(decoded))
    return Lint(model, {"words": AFTER, "before": AFTER})


@good("LG104")
def a_state_and_the_mask_by_hand() -> keras.Model:
    x = words()
    e = embedded(x)
    return answered(x, layers.GRU(3)(e, initial_state=layers.GRU(3)(e), mask=ops.not_equal(x, 0)))


@good("LG104")
def a_decoder_word_by_word() -> keras.Model:
    x, state = keras.Input((1,), dtype="int32"), keras.Input((3,))
    return keras.Model([x, state], layers.GRU(3)(embedded(x), initial_state=state))


@bad("LG105", severity="warning", layers=("embedding", "words"))
def zero_is_masked_and_a_word() -> Lint:
    return Lint(text_classifier(mask_zero=True), INSIDE)


@bad("LG105", severity="warning")
def zero_is_masked_and_a_word_in_one_of_two_inputs() -> Lint:
    x, other = words(), keras.Input((6,), dtype="int32", name="other")
    table = layers.Embedding(10, 4, mask_zero=True)
    both = layers.concatenate([layers.LSTM(2)(table(x)), layers.GRU(2)(table(other))])
    return Lint(keras.Model([x, other], layers.Dense(1)(both)), {"words": AFTER, "other": INSIDE})


@bad("LG105", severity="warning")
def a_class_of_letters_from_zero() -> Lint:
    x = words()
    return Lint(
        answered(x, layers.GlobalAveragePooling1D()(embedded(x))), np.arange(24).reshape(4, 6) % 4
    )


@good("LG105", "LG106", "LG151")
def zero_is_padding() -> Lint:
    return Lint(text_classifier(mask_zero=True), AFTER, behaviour=True)


@good("LG105")
def zero_is_padding_before() -> Lint:
    return Lint(text_classifier(mask_zero=True), BEFORE)


@good("LG105")
def zero_is_a_word_and_not_masked() -> Lint:
    return Lint(text_classifier(), INSIDE)


def averaged() -> keras.Model:
    x = words()
    return answered(x, layers.GlobalAveragePooling1D()(layers.Dense(3)(embedded(x))))


@bad("LG106", severity="error", layers=("global_average_pooling1d", "words"))
def an_average_of_no_words() -> Lint:
    return Lint(averaged(), EMPTY)


@bad("LG106", severity="error")
def an_average_of_states_of_no_words() -> Lint:
    x = words()
    states = layers.LSTM(2, return_sequences=True)(embedded(x))
    return Lint(answered(x, layers.GlobalAveragePooling1D()(states)), {"words": EMPTY})


@bad("LG106", severity="error")
def an_empty_one_of_two_texts() -> Lint:
    x, other = words(), keras.Input((6,), dtype="int32", name="other")
    table = layers.Embedding(10, 4, mask_zero=True)
    pool = layers.GlobalAveragePooling1D()
    both = layers.concatenate([pool(table(x)), pool(table(other))])
    return Lint(keras.Model([x, other], layers.Dense(1)(both)), {"words": AFTER, "other": EMPTY})


@good("LG106")
def the_state_after_no_words() -> Lint:
    return Lint(text_classifier(mask_zero=True), EMPTY)


@good("LG106", "LG101")
def an_average_without_empty_rows() -> Lint:
    return Lint(averaged(), AFTER)


class Counted(layers.Layer):
    """Averages in a way of its own, and asks for no mask."""

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return ops.sum(x, axis=1)


@bad("LG151", severity="warning", layers=("words",))
def a_sum_of_all_places() -> Lint:
    x = words()
    return Lint(answered(x, Counted()(embedded(x))), AFTER, behaviour=True)


@bad("LG151", severity="warning")
def a_flattening_op() -> Lint:
    x = words()
    return Lint(answered(x, ops.reshape(embedded(x), (-1, 24))), behaviour=True)


@bad("LG151", severity="hint")
def the_largest_of_padded_places() -> Lint:
    x = words()
    return Lint(answered(x, layers.GlobalMaxPooling1D()(embedded(x))), AFTER, behaviour=True)


@good("LG151")
def a_sum_that_leaves_padding_out() -> Lint:
    x = words()
    kept = ops.cast(ops.not_equal(x, 0), "float32")
    total = ops.sum(embedded(x, mask_zero=False) * kept[:, :, None], axis=1)
    return Lint(answered(x, total), AFTER, behaviour=True)
