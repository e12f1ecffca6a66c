"""What training changes, and what it leaves alone."""

import keras
import numpy as np
from keras import layers, ops
from lint_cases import Lint, bad, good

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
Y = X[:, :1]


def base(*inside: layers.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((4,)), layers.Dense(3), *inside], name="base")


def headed(inner: keras.Model, *, training: bool | None = None) -> keras.Model:
    x = keras.Input((4,), name="x")
    model = keras.Model(x, layers.Dense(1, name="head")(inner(x, training=training)))
    model.compile("adam", "mse")
    return model


@bad("LG701", severity="warning", layers=("dropout",))
def dropout_that_is_to_drop_always() -> keras.Model:
    x = keras.Input((4,))
    return keras.Model(x, layers.Dense(1)(layers.Dropout(0.5)(x, training=True)))


@bad("LG701", severity="warning", layers=("norm",))
def moving_statistics_that_are_to_stay() -> keras.Model:
    x = keras.Input((4,))
    kept = layers.BatchNormalization(name="norm")(x, training=False)
    model = keras.Model(x, layers.Dense(1)(kept))
    model.compile("adam", "mse")
    return model


@bad("LG701", severity="hint", layers=("base",))
def a_base_with_moving_statistics_called_for_inference() -> keras.Model:
    return headed(base(layers.BatchNormalization()), training=False)


@bad("LG701", severity="warning", layers=("inner/dropout",))
def dropout_within_a_model() -> keras.Model:
    i, x = keras.Input((4,)), keras.Input((4,))
    inner = keras.Model(i, layers.Dropout(0.5)(i, training=True), name="inner")
    return keras.Model(x, layers.Dense(1)(inner(x)))


@bad("LG701", severity="hint", layers=("base",))
def a_frozen_base_that_drops() -> keras.Model:
    frozen = base(layers.Dropout(0.5))
    frozen.trainable = False
    return headed(frozen, training=False)


@good("LG701")
def a_frozen_base_called_for_inference() -> keras.Model:
    frozen = base(layers.BatchNormalization())
    frozen.trainable = False
    return headed(frozen, training=False)


@good("LG701")
def a_base_without_anything_that_trains_otherwise() -> keras.Model:
    return headed(base(layers.LayerNormalization()), training=False)


class Drops(layers.Dropout):
    """Drops in `predict` too."""

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        return super().call(inputs, training=True)


@good("LG701", "LG752")
def dropout_of_its_own_class() -> Lint:
    x = keras.Input((4,))
    return Lint(keras.Model(x, layers.Dense(1)(Drops(0.5)(x))), X)


def fitted() -> keras.Model:
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1, name="head")(layers.Dense(3, name="hidden")(x)))
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    return model


@bad("LG702", severity="warning", layers=("hidden",))
def frozen_after_a_fit() -> keras.Model:
    model = fitted()
    model.get_layer("hidden").trainable = False
    return model


@bad("LG702", severity="warning", layers=("hidden",))
def made_trainable_after_a_fit() -> keras.Model:
    model = fitted()
    model.get_layer("hidden").trainable = False
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    model.get_layer("hidden").trainable = True
    return model


@bad("LG702", severity="error", layers=("hidden",))
def made_trainable_with_the_old_optimizer() -> Lint:
    model = fitted()
    model.get_layer("hidden").trainable = False
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    model.get_layer("hidden").trainable = True
    model.compile(model.optimizer, "mse")
    return Lint(model, X, Y)


@bad("LG702", severity="warning")
def every_layer_frozen_after_a_fit() -> keras.Model:
    model = fitted()
    for layer in model.layers:
        layer.trainable = False
    return model


@bad("LG702", severity="hint")
def frozen_as_a_whole_after_a_fit() -> keras.Model:
    model = fitted()
    model.trainable = False
    return model


@good("LG702")
def frozen_and_compiled_again() -> keras.Model:
    model = fitted()
    model.get_layer("hidden").trainable = False
    model.compile("sgd", "mse")
    return model


@good("LG702", "LG703", "LG704")
def frozen_before_the_first_fit() -> keras.Model:
    x = keras.Input((4,))
    hidden = layers.Dense(3, name="hidden")
    model = keras.Model(x, layers.Dense(1)(hidden(x)))
    model.compile("sgd", "mse")
    hidden.trainable = False
    return model


@good("LG702", "LG703", "LG704")
def a_discriminator_within_its_adversary() -> Lint:
    judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")])
    judge.compile("adam", "binary_crossentropy")
    judge.train_on_batch(X, np.ones((16, 1)))
    judge.trainable = False
    z = keras.Input((2,))
    both = keras.Model(z, judge(layers.Dense(4)(z)))
    both.compile("adam", "binary_crossentropy")
    both.train_on_batch(X[:, :2], np.ones((16, 1)))
    return Lint(both, X[:, :2], np.ones((16, 1)))


def frozen() -> keras.Model:
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1)(x))
    model.trainable = False
    return model


@bad("LG703", severity="hint")
def compiled_and_frozen() -> keras.Model:
    model = frozen()
    model.compile("adam", "mse")
    return model


@bad("LG703", severity="warning")
def frozen_and_to_be_fitted() -> Lint:
    model = frozen()
    model.compile("adam", "mse")
    return Lint(model, X, Y)


@bad("LG703", severity="warning")
def every_layer_frozen() -> Lint:
    inner = base()
    inner.trainable = False
    x = keras.Input((4,))
    model = keras.Model(x, {"y": layers.Activation("sigmoid", name="y")(inner(x))})
    model.compile("adam", {"y": "mse"})
    return Lint(model, X, {"y": np.ones((16, 3))})


@good("LG703")
def frozen_and_not_compiled() -> keras.Model:
    return frozen()


@good("LG703")
def a_head_on_a_frozen_base() -> Lint:
    inner = base()
    inner.trainable = False
    return Lint(headed(inner), X, Y)


def through(step: object) -> keras.Model:
    x = keras.Input((4,))
    hidden = step(layers.Dense(3, name="lost")(x))
    model = keras.Model(x, layers.Dense(1, name="head")(hidden))
    model.compile("adam", "mse")
    return model


@bad("LG704", severity="warning", layers=("lost",))
def behind_an_argmax() -> keras.Model:
    return through(lambda h: ops.one_hot(ops.argmax(h, axis=-1), 3))


@bad("LG704", severity="warning", layers=("lost",))
def behind_a_round() -> keras.Model:
    return through(ops.round)


@bad("LG704", severity="error", layers=("only",))
def nothing_but_whole_numbers() -> keras.Model:
    x = keras.Input((4,))
    y = ops.cast(layers.Dense(1, name="only")(x) > 0, "float32")
    model = keras.Model(x, y)
    model.compile("adam", "mse")
    return model


@bad("LG704", severity="hint", layers=("lost",))
def behind_a_stop() -> keras.Model:
    return through(ops.stop_gradient)


@bad("LG704", severity="hint", layers=("aside",))
def beside_the_loss() -> keras.Model:
    x = keras.Input((4,))
    model = keras.Model(
        x, {"y": layers.Dense(1, name="y")(x), "aside": layers.Dense(2, name="aside")(x)}
    )
    model.compile("adam", {"y": "mse", "aside": None})
    return model


@good("LG704", "LG751")
def a_stop_around_which_the_gradient_goes() -> Lint:
    model = through(lambda h: h + ops.stop_gradient(ops.round(h) - h))
    return Lint(model, X, Y, behaviour=True)


@good("LG704")
def two_losses_through_one_trunk() -> keras.Model:
    x = keras.Input((4,))
    h = layers.Dense(3)(x)
    model = keras.Model(x, [layers.Dense(1)(h), layers.Dense(1)(ops.stop_gradient(h))])
    model.compile("adam", ["mse", "mse"])
    return model


@keras.saving.register_keras_serializable("lint_cases")
class Steps(layers.Layer):
    """Rounds, which nobody can see from outside."""

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return ops.round(x)


@bad("LG751", severity="warning", layers=("lost",))
def behind_a_layer_that_rounds() -> Lint:
    return Lint(unseen(lambda x: ops.round(x)), X, Y, behaviour=True)


def unseen(function: object) -> keras.Model:
    x = keras.Input((4,))
    hidden = layers.Lambda(function, output_shape=(3,))(layers.Dense(3, name="lost")(x))
    model = keras.Model(x, layers.Dense(1, name="head")(hidden))
    model.compile("adam", "mse")
    return model


@bad("LG751", severity="warning", layers=("lost",))
def behind_a_lambda_that_stops() -> Lint:
    return Lint(unseen(lambda x: ops.stop_gradient(x)), X, Y, behaviour=True)


@bad("LG751", severity="warning", layers=("lost",))
def behind_a_lambda_that_multiplies_by_nothing() -> Lint:
    return Lint(unseen(lambda x: x * 0.0), X, Y, behaviour=True)


@good("LG751", "LG752", "LG753", "LG754")
def an_ordinary_model() -> Lint:
    return Lint(fitted(), X, Y, behaviour=True)


@good("LG751", "LG752", "LG753", "LG754")
def a_model_with_dropout_and_statistics() -> Lint:
    model = headed(base(layers.BatchNormalization(), layers.Dropout(0.5)))
    return Lint(model, X, Y, behaviour=True)


def mixed(function: object, *shape: int) -> Lint:
    x = keras.Input((4,))
    y = layers.Lambda(function, output_shape=shape)(layers.Dense(4)(x))
    model = keras.Model(x, layers.Dense(1, name="y")(y))
    return Lint(model, X, behaviour=True)


@bad("LG752", severity="warning", layers=("y",))
def rows_less_the_mean_of_all_rows() -> Lint:
    return mixed(lambda x: x - ops.mean(x, axis=0), 4)


@bad("LG752", severity="warning", layers=("y",))
def rows_scaled_by_the_largest_of_all() -> Lint:
    return mixed(lambda x: x / ops.max(ops.abs(x)), 4)


@bad("LG752", severity="hint")
def each_row_with_each() -> Lint:
    x = keras.Input((4,))
    y = layers.Dense(3)(x)
    return Lint(keras.Model(x, ops.matmul(y, ops.transpose(y))), X, behaviour=True)


@good("LG752", "LG753", "LG754")
def a_mean_of_each_row() -> Lint:
    return mixed(lambda x: x - ops.mean(x, axis=1, keepdims=True), 4)


@bad("LG753", severity="hint")
def dropout_at_each_prediction() -> Lint:
    return mixed(lambda x: keras.random.dropout(x, 0.5), 4)


@bad("LG753", severity="hint")
def noise_at_each_prediction() -> Lint:
    return mixed(lambda x: x + keras.random.normal((4,)), 4)


@bad("LG753", severity="hint")
def a_draw_for_each_row() -> Lint:
    return mixed(lambda x: x + keras.random.uniform(ops.shape(x)), 4)


@bad("LG754", severity="error", layers=("y",))
def the_logarithm_of_negative_numbers() -> Lint:
    return mixed(lambda x: ops.log(x), 4)


@bad("LG754", severity="error", layers=("y",))
def nothing_divided_by_nothing() -> Lint:
    return mixed(lambda x: (x - x) / (x - x), 4)


@bad("LG754", severity="warning", layers=("y",))
def an_answer_without_the_question() -> Lint:
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1, name="y")(x * 0.0))
    model.compile("adam", "mse")
    return Lint(model, X, Y, behaviour=True)
