"""Which output gets which loss, weight and metric."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from lint_cases import Lint, bad, good

N = 12
rng = np.random.default_rng(0)
x = rng.normal(size=(N, 4)).astype("float32")
amounts = rng.normal(size=(N, 1)).astype("float32")
yes = (np.arange(N) % 2).astype("float32")[:, None]
classes = np.arange(N) % 5
one_hot = np.eye(5, dtype="float32")[classes]
several = ((np.arange(N)[:, None] + np.arange(5)) % 2).astype("float32")

FIRST, SECOND = "main", "aux"
BCE, MSE, MAE = "binary_crossentropy", "mse", "mae"
SPARSE, ONE_HOT = "sparse_categorical_crossentropy", "categorical_crossentropy"


def two(
    kind: type = list,
    activations: tuple[str | None, ...] = ("sigmoid", None),
    units: tuple[int, ...] = (1, 1),
    names: tuple[str, ...] = (FIRST, SECOND),
    **given: object,
) -> keras.Model:
    features = keras.Input((4,), name="features")
    hidden = layers.Dense(3, activation="relu")(features)
    heads = [
        layers.Dense(size, activation=one, name=name)(hidden)
        for size, one, name in zip(units, activations, names, strict=True)
    ]
    model = keras.Model(features, heads if kind is list else dict(zip(names, heads, strict=True)))
    if given:
        model.compile("sgd", **given)
    return model


def one(units: int = 1, activation: str | None = None, **given: object) -> keras.Model:
    model = keras.Sequential(
        [layers.Input((4,)), layers.Dense(units, activation=activation, name="answer")]
    )
    model.compile("sgd", **given)
    return model


def weights_applied(model: keras.Model, targets: object, named: dict[str, float]) -> None:
    """What evaluate adds up shows which weight went to which loss."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = model.evaluate(x, targets, return_dict=True, verbose=0)
    total = sum(weight * told[f"{name}_loss"] for name, weight in named.items())
    assert np.isclose(told["loss"], total, rtol=1e-4)
    other = dict(zip(named, reversed(named.values()), strict=True))
    swapped = sum(weight * told[f"{name}_loss"] for name, weight in other.items())
    assert not np.isclose(told["loss"], swapped, rtol=1e-2)


# LG201


@bad("LG201", severity="error", layers=(FIRST, SECOND))
def a_list_of_losses_and_a_dict_of_weights() -> keras.Model:
    model = two(loss=[BCE, MSE], loss_weights={FIRST: 1.0, SECOND: 0.2})
    weights_applied(model, [yes, amounts + 3], {FIRST: 0.2, SECOND: 1.0})
    return model


@bad("LG201", severity="error", layers=(FIRST, SECOND))
def lists_for_a_dict_of_outputs() -> keras.Model:
    model = two(dict, loss=[BCE, MSE], loss_weights=[1.0, 0.2])
    targets = {FIRST: yes, SECOND: amounts + 3}
    weights_applied(model, targets, {FIRST: 0.2, SECOND: 1.0})
    told = model.evaluate(x, targets, return_dict=True, verbose=0)
    guess = model.predict(x, verbose=0)[FIRST]
    assert np.isclose(told[f"{FIRST}_loss"], np.mean((guess - yes) ** 2), rtol=1e-3)
    return model


@bad("LG201", severity="error")
def a_list_of_weights_for_a_dict_of_losses_and_outputs() -> keras.Model:
    model = two(dict, loss={FIRST: BCE, SECOND: MSE}, loss_weights=[1.0, 0.2])
    weights_applied(model, {FIRST: yes, SECOND: amounts + 3}, {FIRST: 0.2, SECOND: 1.0})
    return model


@bad("LG201", severity="error")
def the_same_loss_twice_with_weights_in_lists() -> keras.Model:
    return two(dict, (None, None), loss=[MSE, MSE], loss_weights=[1.0, 0.2])


@bad("LG201", severity="error", layers=("c", "a"))
def three_outputs_of_which_two_are_swapped() -> keras.Model:
    losses = [keras.losses.Huber(), MSE, MAE]
    names = ("c", "b", "a")
    return two(dict, (None,) * 3, (1, 1, 1), names, loss=losses)


@bad("LG201", severity="error", layers=(FIRST, SECOND))
def tuples_for_a_dict_of_outputs() -> keras.Model:
    return two(dict, loss=(BCE, MSE), loss_weights=(1.0, 0.2))


@bad("LG201", severity="warning", layers=(FIRST, SECOND))
def lists_of_metrics_for_a_dict_of_outputs() -> keras.Model:
    return two(dict, loss={FIRST: BCE, SECOND: MSE}, metrics=[["accuracy"], ["mae"]])


@bad("LG201", severity="hint")
def weights_in_a_list_and_losses_in_a_dict_of_another_order() -> keras.Model:
    model = two(loss={SECOND: MSE, FIRST: BCE}, loss_weights=[1.0, 0.2])
    weights_applied(model, [yes, amounts + 3], {FIRST: 1.0, SECOND: 0.2})
    return model


@good("LG201")
def dicts_throughout() -> keras.Model:
    losses = {FIRST: BCE, SECOND: MSE}
    return two(dict, loss=losses, loss_weights={FIRST: 1.0, SECOND: 0.2}, metrics={SECOND: ["mae"]})


@good("LG201")
def dicts_for_a_list_of_outputs() -> keras.Model:
    weights = {SECOND: 0.2, FIRST: 1.0}
    model = two(loss={FIRST: BCE, SECOND: MSE}, loss_weights=weights)
    weights_applied(model, [yes, amounts + 3], {FIRST: 1.0, SECOND: 0.2})
    return model


@good("LG201")
def weights_of_numpy_and_of_keras() -> keras.Model:
    weights = {"first": np.float32(0.1), "second": keras.Variable(0.2)}
    return two(names=("first", "second"), loss=[BCE, MSE], loss_weights=weights)


@good("LG201")
def lists_throughout() -> keras.Model:
    return two(loss=[BCE, MSE], loss_weights=[1.0, 0.2], metrics=[["accuracy"], ["mae"]])


@good("LG201")
def a_dict_of_weights_whose_names_are_in_order() -> keras.Model:
    losses, weights = [BCE, MSE], {"first": 1.0, "second": 0.2}
    return two(names=("first", "second"), loss=losses, loss_weights=weights)


@good("LG201")
def lists_for_a_dict_of_outputs_in_order() -> keras.Model:
    return two(dict, names=("first", "second"), loss=[BCE, MSE], loss_weights=[1.0, 0.2])


@good("LG201")
def equal_losses_and_weights_in_lists() -> keras.Model:
    return two(dict, (None, None), loss=[MSE, MSE], loss_weights=[0.5, 0.5])


@good("LG201")
def a_list_of_losses_that_is_meant_by_the_alphabet() -> keras.Model:
    return two(dict, loss=[MSE, BCE])


# LG202


@bad("LG202", severity="warning", layers=(SECOND,))
def one_loss_in_a_list_for_two_heads() -> keras.Model:
    return two(loss=[BCE])


@bad("LG202", severity="warning", layers=("c",))
def two_losses_for_three_heads() -> keras.Model:
    return two(list, (None,) * 3, (1, 1, 1), ("a", "b", "c"), loss=[MSE, MAE])


@bad("LG202", severity="warning", layers=("hidden",))
def features_with_targets_and_no_loss() -> Lint:
    return Lint(features_beside(["mse"]), x, [amounts, np.ones((N, 3), "float32")])


@bad("LG202", severity="warning", layers=("a", "b", "c"))
def a_short_tuple_is_for_all_outputs_together() -> keras.Model:
    model = two(list, (None,) * 3, (1, 1, 1), ("a", "b", "c"), loss=(MSE, MAE))
    told = model.evaluate(x, [amounts, amounts + 1, amounts + 2], return_dict=True, verbose=0)
    guesses = np.stack(model.predict(x, verbose=0))
    targets = np.stack([amounts, amounts + 1, amounts + 2])
    both = np.mean((guesses - targets) ** 2) + np.mean(abs(guesses - targets))
    assert np.isclose(told["loss"], both, rtol=1e-3)
    return model


@bad("LG202", severity="hint", layers=("hidden",))
def features_to_look_at_without_a_word() -> keras.Model:
    return features_beside(["mse"])


def features_beside(loss: object) -> keras.Model:
    features = keras.Input((4,))
    hidden = layers.Dense(3, activation="relu", name="hidden")(features)
    model = keras.Model(features, [layers.Dense(1, name="answer")(hidden), hidden])
    model.compile("sgd", loss=loss)
    return model


@good("LG202", "LG203")
def none_on_purpose() -> keras.Model:
    return features_beside(["mse", None])


@good("LG202")
def one_loss_for_all() -> keras.Model:
    return two(list, ("sigmoid", "sigmoid"), loss=BCE)


@good("LG202")
def several_losses_on_the_only_output() -> keras.Model:
    return one(loss=[MSE, MAE])


# LG203


@bad("LG203", severity="hint", layers=(SECOND,))
def a_head_is_left_out_of_the_dict() -> keras.Model:
    return two(dict, loss={FIRST: BCE})


@bad("LG203", severity="warning", layers=(SECOND,))
def a_head_with_targets_is_left_out() -> Lint:
    return Lint(two(dict, loss={FIRST: BCE}), x, {FIRST: yes, SECOND: amounts})


@bad("LG203", severity="hint", layers=("b",))
def one_of_three_is_left_out() -> keras.Model:
    model = two(dict, (None,) * 3, (1, 1, 1), ("a", "b", "c"))
    model.compile("sgd", loss={"a": MSE, "c": MAE})
    return model


@good("LG203")
def none_for_a_key() -> keras.Model:
    return two(dict, loss={FIRST: BCE, SECOND: None})


@good("LG203")
def one_loss_for_a_dict() -> keras.Model:
    return two(dict, (None, None), loss=MSE)


@good("LG203")
def not_compiled() -> keras.Model:
    return two(dict)


# LG204


@bad("LG204", severity="error", layers=(FIRST,))
def a_misspelt_key_swaps_the_weights() -> keras.Model:
    # By the alphabet "other" comes after "main", as "main" does after "aux".
    weights = {FIRST: 1.0, "other": 0.2}
    model = two(dict, loss={FIRST: BCE, SECOND: MSE}, loss_weights=weights)
    weights_applied(model, {FIRST: yes, SECOND: amounts + 3}, {FIRST: 0.2, SECOND: 1.0})
    return model


@bad("LG204", severity="warning", layers=(SECOND,))
def a_misspelt_key_in_the_right_place() -> keras.Model:
    weights = {FIRST: 1.0, "auxiliary": 0.2}
    return two(dict, loss={FIRST: BCE, SECOND: MSE}, loss_weights=weights)


@bad("LG204", severity="warning")
def a_key_too_many() -> keras.Model:
    weights = {FIRST: 1.0, SECOND: 0.2, "other": 0.5}
    return two(loss={FIRST: BCE, SECOND: MSE}, loss_weights=weights)


@bad("LG204", severity="error", layers=(FIRST,))
def a_misspelt_key_beside_a_list_of_losses() -> keras.Model:
    return two(loss=[BCE, MSE], loss_weights={FIRST: 1.0, "auxiliary": 0.2})


@good("LG204")
def keys_of_the_outputs_in_any_order() -> keras.Model:
    losses = {FIRST: BCE, SECOND: MSE}
    return two(dict, loss=losses, loss_weights={SECOND: 0.2, FIRST: 1.0})


@good("LG204")
def weights_by_the_layers_of_a_list() -> keras.Model:
    return two(loss={FIRST: BCE, SECOND: MSE}, loss_weights={FIRST: 1.0, SECOND: 0.2})


@good("LG204")
def a_weight_for_the_only_output() -> keras.Model:
    return one(loss=MSE, loss_weights=[0.5])


# LG205


def siamese(**given: object) -> keras.Model:
    encoder = layers.Dense(2, name="encoder")
    pair = [keras.Input((4,), name=name) for name in ("a", "b")]
    model = keras.Model(pair, [encoder(tensor) for tensor in pair])
    if given:
        model.compile("sgd", **given)
    return model


@bad("LG205", severity="warning", layers=("encoder",))
def a_shared_layer_makes_both_outputs() -> keras.Model:
    return siamese(loss="mse")


@bad("LG205", severity="warning", layers=("encoder",))
def a_list_of_losses_for_outputs_of_one_name() -> keras.Model:
    model = siamese(loss=["mse", "mae"])
    targets = [np.zeros((N, 2)), np.ones((N, 2))]
    assert {"loss", "encoder_loss"} == set(
        model.evaluate([x, x], targets, return_dict=True, verbose=0)
    )
    return model


@bad("LG205", severity="warning", layers=("block",))
def a_shared_model_makes_both_outputs() -> keras.Model:
    inner = keras.Input((4,))
    block = keras.Model(inner, layers.Dense(1)(layers.Dense(3)(inner)), name="block")
    pair = [keras.Input((4,)), keras.Input((4,))]
    model = keras.Model(pair, [block(tensor) for tensor in pair])
    model.compile("sgd", loss="mse")
    return model


@good("LG205")
def a_feature_extractor_for_pairs() -> keras.Model:
    return siamese()


@good("LG205")
def a_shared_layer_and_names_for_the_outputs() -> keras.Model:
    encoder = layers.Dense(2, name="encoder")
    pair = {name: keras.Input((4,), name=name) for name in ("a", "b")}
    model = keras.Model(pair, {name: encoder(tensor) for name, tensor in pair.items()})
    model.compile("sgd", loss="mse")
    return model


@good("LG205")
def one_of_two_outputs_of_a_layer_has_a_loss() -> keras.Model:
    return siamese(loss=["mse", None])


class Triplet(keras.Model):
    """A model with a loss of its own, over both outputs."""

    def compute_loss(
        self, x: object = None, y: object = None, y_pred: object = None, *_: object, **__: object
    ) -> keras.KerasTensor:
        return keras.ops.mean(keras.ops.square(y_pred[0] - y_pred[1]))


@good("LG205", "LG208")
def a_loss_of_its_own_over_both() -> keras.Model:
    plain = siamese()
    model = Triplet(plain.inputs, plain.outputs)
    model.compile("sgd", loss={"other": "mse"})
    return model


# LG206


@bad("LG206", severity="warning", layers=(FIRST,))
def two_metrics_meant_for_both_amounts() -> keras.Model:
    return two(list, (None, None), loss=MSE, metrics=["accuracy", "mae"])


@bad("LG206", severity="warning", layers=(SECOND,))
def metrics_in_the_order_of_the_other_outputs() -> keras.Model:
    return two(loss=[BCE, MSE], metrics=["mae", "accuracy"])


@bad("LG206", severity="error", layers=(FIRST,))
def a_metric_of_one_hot_rows_on_classes() -> keras.Model:
    losses = [SPARSE, BCE]
    return two(list, ("softmax", "sigmoid"), (5, 1), loss=losses, metrics=["auc", "accuracy"])


@bad("LG206", severity="hint")
def two_metrics_for_two_outputs_alike() -> keras.Model:
    return two(list, ("sigmoid", "sigmoid"), loss=BCE, metrics=["accuracy", "AUC"])


@good("LG206")
def each_metric_suits_its_output() -> keras.Model:
    return two(loss=[BCE, MSE], metrics=["accuracy", "mae"])


@good("LG206")
def one_metric_twice() -> keras.Model:
    return two(list, ("sigmoid", "sigmoid"), loss=BCE, metrics=["accuracy", "accuracy"])


@good("LG206")
def all_metrics_for_all_outputs() -> keras.Model:
    both = ["accuracy", "AUC"]
    return two(list, ("sigmoid", "sigmoid"), loss=BCE, metrics=[both, both])


@good("LG206")
def one_metric_in_a_list_for_each_output() -> keras.Model:
    return two(list, ("sigmoid", "sigmoid"), loss=BCE, metrics=[["accuracy"], ["AUC"]])


@good("LG206")
def two_metrics_for_one_output() -> keras.Model:
    return one(1, "sigmoid", loss=BCE, metrics=["accuracy", "AUC"])


# LG207


@bad("LG207", severity="warning", layers=("answer",))
def accuracy_of_house_prices() -> Lint:
    return Lint(one(loss=MSE, metrics=["accuracy"]), x, amounts)


@bad("LG207", severity="hint", layers=("answer",))
def accuracy_of_amounts_that_nobody_has_seen() -> keras.Model:
    return one(loss=MSE, metrics=["accuracy"])


@bad("LG207", severity="warning")
def accuracy_with_an_absolute_error() -> keras.Model:
    return one(loss=MAE, metrics=["mae", "accuracy"])


@bad("LG207", severity="warning", layers=(SECOND,))
def accuracy_on_the_wrong_one_of_a_dict() -> Lint:
    model = two(dict, loss={FIRST: BCE, SECOND: MSE}, metrics={SECOND: ["accuracy"]})
    return Lint(model, x, {FIRST: yes, SECOND: amounts})


@bad("LG207", severity="error")
def precision_of_classes_as_numbers() -> keras.Model:
    def made() -> keras.Model:
        return one(5, "softmax", loss=SPARSE, metrics=[keras.metrics.Precision()])

    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        made().evaluate(x, classes, verbose=0)
    return made()


@bad("LG207", severity="error")
def categorical_accuracy_of_classes_as_numbers() -> Lint:
    model = one(5, "softmax", loss=SPARSE, metrics=["categorical_accuracy"])
    return Lint(model, x, classes)


@bad("LG207", severity="error")
def accuracy_of_numbers_for_one_hot_rows() -> keras.Model:
    return one(5, "softmax", loss=ONE_HOT, metrics=["sparse_categorical_accuracy"])


@bad("LG207", severity="error")
def categorical_accuracy_of_one_unit() -> Lint:
    model = one(1, "sigmoid", loss=BCE, metrics=["categorical_accuracy"])
    told = model.evaluate(x, yes, return_dict=True, verbose=0)
    assert 1.0 == told["categorical_accuracy"]
    return Lint(model, x, yes)


@bad("LG207", severity="warning")
def accuracy_as_a_class() -> keras.Model:
    return one(1, "sigmoid", loss=BCE, metrics=[keras.metrics.Accuracy()])


@bad("LG207", severity="warning")
def binary_accuracy_of_a_softmax() -> keras.Model:
    return one(5, "softmax", loss=ONE_HOT, metrics=[keras.metrics.BinaryAccuracy(name="acc")])


@bad("LG207", severity="warning")
def accuracy_of_several_labels() -> Lint:
    return Lint(one(5, "sigmoid", loss=BCE, metrics=["accuracy"]), x, several)


@bad("LG207", severity="hint")
def accuracy_of_labels_that_nobody_has_seen() -> keras.Model:
    return one(5, "sigmoid", loss=BCE, metrics=["accuracy"])


@bad("LG207", severity="warning")
def auc_of_logits() -> keras.Model:
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return one(loss=loss, metrics=[keras.metrics.AUC(name="area")])


@bad("LG207", severity="hint")
def accuracy_of_logits() -> keras.Model:
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return one(loss=loss, metrics=[keras.metrics.BinaryAccuracy()])


@bad("LG207", severity="hint", layers=(SECOND, FIRST))
def a_metric_where_there_is_no_loss() -> keras.Model:
    return two(dict, loss={FIRST: BCE, SECOND: None}, metrics={SECOND: ["mae"]})


@good("LG207")
def accuracy_of_yes_and_no() -> Lint:
    return Lint(one(1, "sigmoid", loss=BCE, metrics=["accuracy", "AUC", "mae"]), x, yes)


@good("LG207")
def accuracy_of_classes() -> Lint:
    return Lint(one(5, "softmax", loss=SPARSE, metrics=["accuracy"]), x, classes)


@good("LG207")
def auc_and_precision_of_one_hot_rows() -> Lint:
    metrics = [keras.metrics.AUC(), keras.metrics.Precision(), "categorical_accuracy"]
    return Lint(one(5, "softmax", loss=ONE_HOT, metrics=metrics), x, one_hot)


@good("LG207")
def least_squares_of_true_and_fake() -> Lint:
    return Lint(one(loss=MSE, metrics=["accuracy"]), x, yes)


@good("LG207", hint=True)
def a_discriminator_of_least_squares() -> keras.Model:
    return one(loss=MSE, metrics=["accuracy"])


@good("LG207")
def squares_of_a_sigmoid() -> keras.Model:
    return one(1, "sigmoid", loss=MSE, metrics=["accuracy"])


@good("LG207")
def accuracy_of_labels_one_by_one() -> Lint:
    return Lint(one(5, "sigmoid", loss=BCE, metrics=["binary_accuracy"]), x, several)


@good("LG207")
def largest_of_several_sigmoids() -> Lint:
    metrics = ["categorical_accuracy", "accuracy"]
    return Lint(one(5, "sigmoid", loss=BCE, metrics=metrics), x, one_hot)


@good("LG207")
def auc_of_logits_as_logits() -> keras.Model:
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    metrics = [keras.metrics.AUC(from_logits=True), keras.metrics.BinaryAccuracy(threshold=0)]
    return one(loss=loss, metrics=metrics)


@good("LG207")
def metrics_of_the_readers_own() -> keras.Model:
    def precision(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        return keras.ops.mean(y_true * y_pred)

    return one(5, "softmax", loss=SPARSE, metrics=[precision, lambda a, b: keras.ops.mean(b)])


@good("LG207")
def a_metric_of_features_and_one_of_the_answer() -> keras.Model:
    metrics = {FIRST: ["accuracy"], SECOND: ["mae"]}
    return two(dict, loss={FIRST: BCE, SECOND: None}, metrics=metrics)


def copies(targets: np.ndarray, inputs: np.ndarray) -> Lint:
    model = one(4, loss=MSE, metrics=["accuracy"])
    return Lint(model, inputs, targets)


@good("LG207", hint=True)
def accuracy_of_an_autoencoder() -> Lint:
    return copies(x, x)


@bad("LG207", severity="warning")
def accuracy_of_amounts_that_are_not_the_inputs() -> Lint:
    return copies(x[::-1], x)


# LG208


@bad("LG208", severity="error")
def one_loss_and_two_weights() -> keras.Model:
    return two(loss=MSE, loss_weights=[1.0, 0.2])


@bad("LG208", severity="error")
def one_metric_for_two_outputs() -> keras.Model:
    return two(loss=MSE, metrics=["mae"])


@bad("LG208", severity="error")
def losses_by_layers_for_a_dict() -> keras.Model:
    features = keras.Input((4,))
    heads = {key: layers.Dense(1, name=f"{key}_layer")(features) for key in "ab"}
    model = keras.Model(features, heads)
    model.compile("sgd", loss={"a_layer": MSE, "b_layer": MSE})
    return model


@bad("LG208", severity="error")
def a_dict_of_losses_that_lacks_a_list_output() -> keras.Model:
    return two(loss={FIRST: BCE})


@bad("LG208", severity="error")
def a_weight_is_missing() -> keras.Model:
    return two(loss={FIRST: BCE, SECOND: MSE}, loss_weights={FIRST: 1.0})


@bad("LG208", severity="error")
def a_list_too_long() -> keras.Model:
    return two(loss=[MSE] * 3)


@bad("LG208", severity="error")
def a_short_list_for_a_dict() -> keras.Model:
    return two(dict, loss=[MSE])


@bad("LG208", severity="error")
def metrics_as_the_third_argument() -> keras.Model:
    model = two()
    model.compile("sgd", "mse", ["accuracy"])
    return model


@bad("LG208", severity="error")
def a_loss_with_a_space() -> keras.Model:
    return one(1, "sigmoid", loss="binary crossentropy")


@bad("LG208", severity="error")
def a_metric_for_an_unknown_output() -> keras.Model:
    return two(loss=[BCE, MSE], metrics={"other": "mae"})


@good("LG208")
def one_loss_in_a_dict_for_one_output() -> keras.Model:
    features = keras.Input((4,))
    model = keras.Model(features, layers.Dense(1, name="answer")(features))
    model.compile("sgd", loss={"answer": MSE}, metrics={"answer": ["mae"]})
    return model


@good("LG208")
def one_loss_for_two_outputs_and_no_weights() -> keras.Model:
    return two(list, (None, None), loss=MSE, metrics=[["mae"], ["mae"]])


@good("LG208")
def losses_by_the_keys_of_a_dict() -> keras.Model:
    features = keras.Input((4,))
    heads = {key: layers.Dense(1, name=f"{key}_layer")(features) for key in "ab"}
    model = keras.Model(features, heads)
    model.compile("sgd", loss={"a": MSE, "b": MSE}, loss_weights={"a": 1.0, "b": 0.2})
    return model


@good("LG208")
def no_loss_at_all() -> keras.Model:
    model = two()
    model.compile("sgd")
    return model


@bad("LG208", severity="error")
def a_name_for_the_output_of_a_sequential_model() -> keras.Model:
    return one(loss={"answer": MSE})


# LG209


@bad("LG209", severity="hint", layers=(SECOND,))
def a_weight_of_nothing() -> keras.Model:
    return two(loss=[BCE, MSE], loss_weights=[1.0, 0.0])


@bad("LG209", severity="hint", layers=(SECOND,))
def a_negative_weight() -> keras.Model:
    weights = {FIRST: 1.0, SECOND: -0.2}
    return two(dict, loss={FIRST: BCE, SECOND: MSE}, loss_weights=weights)


@bad("LG209", severity="warning")
def every_weight_is_nothing() -> keras.Model:
    return two(loss=[BCE, MSE], loss_weights=[0.0, 0.0])


@good("LG209")
def small_weights() -> keras.Model:
    return two(loss=[BCE, MSE], loss_weights=[1e-3, 1e-6])


@good("LG209")
def no_weights() -> keras.Model:
    return two(loss=[BCE, MSE])


@good("LG209")
def no_loss_where_none_is_wanted() -> keras.Model:
    return two(dict, loss={FIRST: BCE, SECOND: None})
