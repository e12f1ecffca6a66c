"""Layers that are put together in another way than was meant."""

import keras
import numpy as np
from keras import layers, ops
from lint_cases import Lint, bad, good

# An input that reaches no output


@bad("LG601", severity="warning", layers=("extra",))
def an_input_that_was_left_out_of_the_merge() -> keras.Model:
    text, extra = keras.Input((4,), name="text"), keras.Input((2,), name="extra")
    return keras.Model([text, extra], layers.Dense(1)(text))


@bad("LG601", severity="warning", layers=("b",))
def the_first_output_of_a_layer_called_twice() -> keras.Model:
    ends = {"a": keras.Input((4,), name="a"), "b": keras.Input((4,), name="b")}
    encoder = layers.Dense(3)
    encoder(ends["a"]), encoder(ends["b"])
    return keras.Model(ends, layers.Dense(1)(encoder.output))


@bad("LG601", severity="warning", layers=("b",))
def an_input_that_a_nested_model_does_not_use() -> keras.Model:
    x, y = keras.Input((4,)), keras.Input((4,))
    inner = keras.Model([x, y], layers.Dense(2)(x))
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    return keras.Model([a, b], inner([a, b]))


@bad("LG601", severity="hint", layers=("b",))
def an_input_that_may_be_left_out() -> keras.Model:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b", optional=True)
    return keras.Model([a, b], layers.Dense(1)(a))


@good("LG601")
def two_inputs_that_are_merged() -> keras.Model:
    text, extra = keras.Input((4,), name="text"), keras.Input((2,), name="extra")
    return keras.Model([text, extra], layers.Dense(1)(layers.concatenate([text, extra])))


@good("LG601")
def an_input_that_is_a_mask() -> keras.Model:
    x, mask = keras.Input((5, 3)), keras.Input((5,), dtype="bool")
    return keras.Model([x, mask], layers.LSTM(2)(x, mask=mask))


@good("LG601")
def an_input_that_is_a_mask_of_two_layers() -> keras.Model:
    x, mask = keras.Input((5, 3)), keras.Input((5,), dtype="bool")
    y = layers.GRU(3, return_sequences=True)(x, mask=mask)
    return keras.Model({"x": x, "mask": mask}, layers.GRU(2)(y))


@good("LG601")
def an_input_that_is_an_output() -> keras.Model:
    key, x = keras.Input((1,), name="key"), keras.Input((4,), name="x")
    return keras.Model({"key": key, "x": x}, {"key": key, "score": layers.Dense(1)(x)})


@good("LG601")
def an_input_that_another_output_uses() -> keras.Model:
    a, b = keras.Input((4,)), keras.Input((4,))
    return keras.Model([a, b], [layers.Dense(1)(a), layers.Dense(1)(b)])


# An input that reaches no loss


def two_ends(**compiled: object) -> keras.Model:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    one = layers.Dense(1, name="one")(a)
    two = layers.Dense(1, name="two")(b)
    model = keras.Model([a, b], {"one": one, "two": two})
    model.compile("adam", **compiled)
    return model


@bad("LG602", severity="hint", layers=("b",))
def one_loss_of_two() -> keras.Model:
    return two_ends(loss={"one": "mse", "two": None})


@bad("LG602", severity="hint", layers=("a",))
def the_other_loss_of_two() -> keras.Model:
    return two_ends(loss={"one": None, "two": "mse"})


@bad("LG602", severity="hint", layers=("b",))
def a_nested_model_without_a_loss() -> keras.Model:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(2)], name="inner")
    model = keras.Model([a, b], [layers.Dense(1)(a), inner(b)])
    model.compile("adam", loss=["mse", None])
    return model


@good("LG602")
def a_loss_for_each_output() -> keras.Model:
    return two_ends(loss={"one": "mse", "two": "mae"})


@good("LG602")
def a_model_that_is_not_compiled() -> keras.Model:
    a, b = keras.Input((4,)), keras.Input((4,))
    return keras.Model([a, b], [layers.Dense(1)(a), layers.Dense(1)(b)])


@good("LG602")
def a_key_that_is_passed_on() -> keras.Model:
    key, x = keras.Input((1,), name="key"), keras.Input((4,), name="x")
    model = keras.Model([key, x], {"key": key, "score": layers.Dense(1)(x)})
    model.compile("adam", loss={"key": None, "score": "mse"})
    return model


@good("LG602")
def features_to_look_at() -> keras.Model:
    x = keras.Input((4,))
    hidden = layers.Dense(3, activation="relu")(x)
    model = keras.Model(x, {"answer": layers.Dense(1)(hidden), "features": hidden})
    model.compile("adam", loss={"answer": "mse", "features": None})
    return model


# A Dense on a long flattened tensor


def images(side: int, channels: int, *between: keras.Layer, units: int = 300) -> keras.Model:
    x = keras.Input((side, side, channels))
    y = x
    for layer in (layers.Conv2D(channels, 3, padding="same"), *between):
        y = layer(y)
    y = layers.Dense(units, activation="relu")(y)
    return keras.Model(x, layers.Dense(10)(y))


@bad("LG603", severity="hint", layers=("dense",))
def a_dense_on_a_flattened_image() -> keras.Model:
    return images(64, 4, layers.Flatten())


@bad("LG603", severity="hint", layers=("dense",))
def a_dense_on_a_reshaped_image() -> keras.Model:
    return images(64, 4, layers.Reshape((64 * 64 * 4,)), layers.Dropout(0.5))


@bad("LG603", severity="hint", layers=("dense",))
def a_dense_on_a_flattened_sequence() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((2000,), dtype="int32"),
            layers.Embedding(50, 10),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(1),
        ]
    )


@good("LG603")
def a_pooled_image() -> keras.Model:
    return images(64, 4, layers.GlobalAveragePooling2D())


@good("LG603")
def a_small_flattened_image() -> keras.Model:
    return images(16, 4, layers.Flatten())


@good("LG603")
def few_units_on_a_long_image() -> keras.Model:
    return images(64, 4, layers.Flatten(), units=8)


# Images side by side


def inception(axis: int, kernels: tuple[int, ...] = (1, 3, 5)) -> keras.Model:
    x = keras.Input((8, 8, 3))
    ways = [layers.Conv2D(4, size, padding="same", activation="relu")(x) for size in kernels]
    return keras.Model(x, layers.GlobalAveragePooling2D()(layers.Concatenate(axis=axis)(ways)))


@bad("LG604", severity="warning", layers=("concatenate",))
def an_inception_module_along_the_height() -> keras.Model:
    return inception(1)


@bad("LG604", severity="warning", layers=("concatenate",))
def the_old_guides_inception_module() -> keras.Model:
    x = keras.Input((8, 8, 3))
    ways = [layers.Conv2D(4, 3, padding="same")(layers.Conv2D(4, 1)(x))]
    ways.append(layers.Conv2D(4, 5, padding="same")(layers.Conv2D(4, 1)(x)))
    ways.append(layers.Conv2D(4, 1)(layers.MaxPooling2D(3, strides=1, padding="same")(x)))
    return keras.Model(x, layers.concatenate(ways, axis=1))


@bad("LG604", severity="hint", layers=("concatenate",))
def two_images_of_two_inputs() -> keras.Model:
    a, b = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    return keras.Model([a, b], layers.Conv2D(2, 3)(layers.Concatenate(axis=2)([a, b])))


@bad("LG604", severity="warning", layers=("concatenate",))
def branches_by_an_operation() -> keras.Model:
    x = keras.Input((8, 8, 3))
    ways = [layers.Conv2D(4, size, padding="same")(x) for size in (1, 3)]
    return keras.Model({"image": x}, {"maps": layers.Conv2D(2, 1)(ops.concatenate(ways, axis=1))})


@good("LG604")
def an_inception_module() -> keras.Model:
    return inception(-1)


@good("LG604")
def an_inception_module_by_its_last_axis() -> keras.Model:
    return inception(3)


@good("LG604")
def steps_of_a_sequence() -> keras.Model:
    a, b = keras.Input((5, 3)), keras.Input((5, 3))
    return keras.Model([a, b], layers.Concatenate(axis=1)([a, b]))


@good("LG604")
def channels_that_come_first() -> keras.Model:
    x = keras.Input((3, 8, 8))
    ways = [
        layers.MaxPooling2D(size, strides=1, padding="same", data_format="channels_first")(x)
        for size in (1, 3)
    ]
    return keras.Model(x, layers.Concatenate(axis=1)(ways))


@good("LG604", hint=True)
def a_larger_image_out_of_four() -> keras.Model:
    x = keras.Input((8, 8, 3))
    parts = [layers.Conv2D(4, size, padding="same")(x) for size in (1, 2, 3, 4)]
    rows = [layers.Concatenate(axis=1)(parts[n : n + 2]) for n in (0, 2)]
    return keras.Model(x, layers.Conv2D(1, 3)(layers.Concatenate(axis=2)(rows)))


# One channel against many


@bad("LG605", severity="hint", layers=("add",))
def a_grey_image_past_a_convolution() -> keras.Model:
    x = keras.Input((8, 8, 1))
    return keras.Model(x, layers.Add()([layers.Conv2D(4, 3, padding="same")(x), x]))


@bad("LG605", severity="hint", layers=("subtract",))
def one_series_against_many() -> keras.Model:
    x = keras.Input((10, 1))
    return keras.Model(x, layers.Subtract()([x, layers.LSTM(3, return_sequences=True)(x)]))


@bad("LG605", severity="hint", layers=("average",))
def an_average_of_a_mask_and_maps() -> keras.Model:
    a, b = keras.Input((8, 8, 5)), keras.Input((8, 8, 1))
    return keras.Model([a, b], layers.Average()([a, b]))


@good("LG605")
def a_residual_connection() -> keras.Model:
    x = keras.Input((8, 8, 4))
    return keras.Model(x, layers.Add()([layers.Conv2D(4, 3, padding="same")(x), x]))


@good("LG605")
def squeeze_and_excitation() -> keras.Model:
    x = keras.Input((8, 8, 4))
    y = layers.Reshape((1, 1, 4))(layers.GlobalAveragePooling2D()(x))
    return keras.Model(x, layers.Multiply()([x, layers.Dense(4, activation="sigmoid")(y)]))


@good("LG605")
def a_value_and_advantages() -> keras.Model:
    x = keras.Input((6,))
    return keras.Model(x, layers.Add()([layers.Dense(1)(x), layers.Dense(4)(x)]))


@good("LG605")
def a_time_for_all_pixels() -> keras.Model:
    x, time = keras.Input((8, 8, 4)), keras.Input((1, 1, 4))
    return keras.Model([x, time], layers.Add()([x, time]))


# Dense layers without activations


@bad("LG606", severity="hint", layers=("dense", "dense_1"))
def two_dense_layers_without_an_activation() -> keras.Model:
    return keras.Sequential(
        [keras.Input((8,)), layers.Dense(16), layers.Dense(1, activation="sigmoid")]
    )


@bad("LG606", severity="hint", layers=("dense", "dense_1"))
def a_dropout_between_them() -> keras.Model:
    x = keras.Input((8,))
    y = layers.Dropout(0.2)(layers.Dense(16)(x))
    y = layers.Dense(16, activation="relu")(y)
    return keras.Model(x, layers.Dense(1)(y))


@bad("LG606", severity="hint", layers=("dense", "dense_1"))
def dense_layers_in_one_of_two_branches() -> keras.Model:
    a, b = keras.Input((8,)), keras.Input((5,))
    one = layers.Dense(8)(a)
    one = layers.Dense(4)(one)
    return keras.Model({"a": a, "b": b}, layers.Dense(1)(layers.concatenate([one, b])))


@good("LG606")
def activations_between_them() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(16),
            layers.ReLU(),
            layers.Dense(16, "relu"),
            layers.Dense(1),
        ]
    )


@good("LG606")
def a_bottleneck() -> keras.Model:
    x = keras.Input((8,))
    return keras.Model(x, layers.Add()([layers.Dense(8)(layers.Dense(2)(x)), layers.Dense(8)(x)]))


@good("LG606")
def an_output_on_the_way() -> keras.Model:
    x = keras.Input((8,))
    logits = layers.Dense(8)(x)
    return keras.Model(x, [logits, layers.Dense(1)(logits)])


@good("LG606")
def a_frozen_embedding_of_numbers() -> keras.Model:
    x = keras.Input((8,))
    features = layers.Dense(16)
    features.trainable = False
    return keras.Model(x, layers.Dense(1)(features(x)))


# A loss that trains nothing


@bad("LG607", severity="warning", layers=("key",))
def a_loss_on_an_input() -> keras.Model:
    key, x = keras.Input((1,), name="key"), keras.Input((4,), name="x")
    model = keras.Model([key, x], {"key": key, "score": layers.Dense(1)(x)})
    model.compile("adam", loss="mse")
    return model


@bad("LG607", severity="warning", layers=("size",))
def a_loss_on_a_sum_of_inputs() -> keras.Model:
    x = keras.Input((4,))
    model = keras.Model(x, {"size": ops.sum(x, axis=-1), "score": layers.Dense(1)(x)})
    model.compile("adam", loss={"size": "mae", "score": "mse"})
    return model


@bad("LG607", severity="hint", layers=("old",))
def a_loss_on_a_frozen_branch() -> keras.Model:
    x = keras.Input((4,))
    old = layers.Dense(2, name="old")
    old.trainable = False
    model = keras.Model(x, [old(x), layers.Dense(1, name="new")(x)])
    model.compile("adam", loss=["mse", "mse"])
    return model


@good("LG607")
def a_frozen_base_and_a_new_head() -> keras.Model:
    x = keras.Input((4,))
    base = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu")])
    base.trainable = False
    model = keras.Model(x, layers.Dense(1)(base(x)))
    model.compile("adam", "mse")
    return model


@good("LG607")
def a_frozen_judge_of_a_generator() -> keras.Model:
    judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")])
    judge.trainable = False
    noise = keras.Input((3,))
    model = keras.Model(noise, judge(layers.Dense(4, activation="tanh")(noise)))
    model.compile("adam", "binary_crossentropy")
    return model


@good("LG607")
def a_model_that_is_only_evaluated() -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.trainable = False
    model.compile(loss="mse")
    return model


# An input that changes nothing


@bad("LG651", severity="hint", layers=("b",))
def an_input_times_nothing() -> Lint:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    return Lint(keras.Model([a, b], layers.Dense(2)(a + 0.0 * b)), behaviour=True)


@bad("LG651", severity="hint", layers=("b",))
def a_softmax_of_one_number() -> Lint:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    gate = layers.Softmax()(layers.Dense(1)(b))
    return Lint(keras.Model([a, b], layers.Dense(2)(a) * gate), behaviour=True)


@bad("LG651", severity="hint", layers=("b",))
def a_cut_that_leaves_nothing() -> Lint:
    ends = {"a": keras.Input((4,), name="a"), "b": keras.Input((4,), name="b")}
    both = layers.concatenate([ends["a"], ends["b"][:, 4:]])
    return Lint(keras.Model(ends, layers.Dense(2)(both)), behaviour=True)


@good("LG651")
def inputs_that_count() -> Lint:
    return Lint(two_inputs_that_are_merged(), behaviour=True)


@good("LG651")
def inputs_that_count_with_data() -> Lint:
    x = [np.ones((4, 4), "float32"), np.ones((4, 2), "float32")]
    return Lint(two_inputs_that_are_merged(), x, np.ones((4, 1), "float32"), behaviour=True)


@good("LG651")
def a_gate() -> Lint:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    gate = layers.Dense(2, activation="sigmoid")(b)
    return Lint(keras.Model([a, b], layers.Dense(2)(a) * gate), behaviour=True)


# Channels that come first


@bad("LG608", severity="hint", layers=("conv2d", "image"))
def an_image_with_its_channels_first() -> keras.Model:
    image = keras.Input((3, 32, 32), name="image")
    return keras.Model(image, layers.Conv2D(4, 3, padding="same")(image))


@bad("LG608", severity="hint", layers=("conv2d", "digit"))
def a_grey_image_in_a_sequence_of_layers() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((1, 28, 28), name="digit"),
            layers.Conv2D(4, 3, padding="same"),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )


@bad("LG608", severity="hint", layers=("max_pooling2d", "right"))
def one_of_two_images() -> keras.Model:
    left, right = keras.Input((16, 16, 3), name="left"), keras.Input((3, 16, 16), name="right")
    ends = [layers.Flatten()(layers.MaxPooling2D(1)(right)), layers.Flatten()(left)]
    return keras.Model({"left": left, "right": right}, layers.concatenate(ends))


@good("LG608")
def an_image_with_its_channels_last() -> keras.Model:
    image = keras.Input((32, 32, 3))
    return keras.Model(image, layers.Conv2D(4, 3)(image))


@good("LG608")
def an_image_that_says_so() -> keras.Model:
    image = keras.Input((3, 32, 32))
    return keras.Model(image, layers.MaxPooling2D(2, data_format="channels_first")(image))


@good("LG608")
def an_image_that_is_turned_round() -> keras.Model:
    image = keras.Input((3, 32, 32))
    return keras.Model(image, layers.Conv2D(4, 3)(layers.Permute((2, 3, 1))(image)))
