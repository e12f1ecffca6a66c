"""Losses, weights and metrics that Keras refuses."""

import keras
import numpy as np
from keras import layers
from message_cases import raises

x = np.ones((4, 3), "float32")
y = np.ones((4, 1), "float32")


def two(kind: type = list, **given: object) -> keras.Model:
    features = keras.Input((3,))
    heads = {name: layers.Dense(1, name=name)(features) for name in ("main", "aux")}
    model = keras.Model(features, heads if kind is dict else list(heads.values()))
    model.compile("sgd", **given)
    return model


def fitted(model: keras.Model, targets: object = None, **given: object) -> None:
    model.fit(x, [y, y] if targets is None else targets, verbose=0, **given)


BOTH = {"main": y, "aux": y}


@raises("metrics-for-each-output")
def one_metric_for_two_outputs() -> None:
    fitted(two(loss="mse", metrics=["mae"]))


@raises("metrics-for-each-output")
def three_weighted_metrics_for_two_outputs() -> None:
    fitted(two(loss="mse", weighted_metrics=["mae", "mse", "accuracy"]))


@raises("metrics-by-other-keys")
def a_metric_for_an_unknown_output() -> None:
    fitted(two(loss="mse", metrics={"main": "mae", "other": "mae"}))


@raises("loss-of-no-output")
def losses_by_layers_for_a_dict() -> None:
    features = keras.Input((3,))
    heads = {key: layers.Dense(1, name=f"{key}_layer")(features) for key in "ab"}
    model = keras.Model(features, heads)
    model.compile("sgd", loss={"a_layer": "mse", "b_layer": "mse"})
    fitted(model, {"a": y, "b": y})


@raises("loss-of-no-output")
def more_losses_than_outputs() -> None:
    fitted(two(loss=["mse", "mse", "mse"]))


@raises("loss-dict-incomplete")
def a_dict_of_losses_lacks_an_output() -> None:
    fitted(two(loss={"main": "mse"}))


@raises("loss-dict-incomplete")
def a_misspelt_loss() -> None:
    fitted(two(loss={"main": "mse", "auxiliary": "mse"}))


@raises("loss-weights-count")
def one_loss_and_two_weights() -> None:
    fitted(two(loss="mse", loss_weights=[1.0, 0.2]))


@raises("loss-weights-count")
def a_weight_for_an_output_without_a_loss() -> None:
    fitted(two(dict, loss={"main": "mse"}, loss_weights={"main": 1.0, "aux": 0.2}), BOTH)


@raises("key-left-out")
def a_weight_is_missing() -> None:
    fitted(two(loss={"main": "mse", "aux": "mse"}, loss_weights={"main": 1.0}))


@raises("key-left-out")
def a_target_is_missing() -> None:
    model = two(dict, loss={"main": "mse", "aux": None}, metrics={"main": ["mae"]})
    model.evaluate(x, {"main": y}, verbose=0)


@raises("metrics-as-loss-weights")
def metrics_as_the_third_argument() -> None:
    model = two()
    model.compile("sgd", "mse", ["accuracy"])
    fitted(model)


@raises("list-of-losses-for-a-dict")
def one_loss_in_a_list_for_a_dict() -> None:
    fitted(two(dict, loss=["mse"]), BOTH)


@raises("loss-not-known")
def a_loss_with_a_space() -> None:
    fitted(two(loss="mean squared error"))


@raises("monitor-without-mode")
def early_stopping_on_one_output() -> None:
    stop = keras.callbacks.EarlyStopping("val_main_loss")
    fitted(two(loss="mse"), validation_data=(x, (y, y)), callbacks=[stop])


@raises("monitor-without-mode")
def a_slower_rate_by_one_output() -> None:
    slower = keras.callbacks.ReduceLROnPlateau("val_main_loss")
    fitted(two(loss="mse"), validation_data=(x, (y, y)), callbacks=[slower])
