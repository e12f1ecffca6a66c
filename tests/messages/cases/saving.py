"""Models that a file does not bring back."""

import tempfile
import warnings
from pathlib import Path
from typing import Any

import keras
from keras import layers, ops
from message_cases import raises


def loaded(layer: Any, loss: Any = None) -> None:  # noqa: ANN401
    features = keras.Input((3,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a layer in a layer that does not build it
        model = keras.Model(features, layer(features))
    if loss is not None:
        model.compile("sgd", loss=loss)
    again(model)


def again(model: keras.Model) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.keras"
        model.save(path)
        own = {cls.__name__: cls for cls in (Lacking, Narrow, Half)}
        keras.saving.load_model(path, custom_objects=own)


def cubes(wanted: Any, given: Any) -> Any:  # noqa: ANN401
    return ops.mean(ops.abs(wanted - given) ** 3)


class Scale(keras.Layer):
    def __init__(self, factor: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.factor = factor

    def call(self, tensor: Any) -> Any:  # noqa: ANN401
        return tensor * 2


class Lacking(Scale):
    def get_config(self) -> dict[str, Any]:
        return super().get_config()


class Narrow(keras.Layer):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"factor": self.factor}

    def call(self, tensor: Any) -> Any:  # noqa: ANN401
        return tensor * self.factor


class Half(keras.Model):
    def __init__(self, units: int) -> None:
        features = keras.Input((3,))
        super().__init__(features, layers.Dense(units)(features))


@raises("lambda-layer-on-load")
def a_lambda_layer() -> None:
    loaded(layers.Lambda(lambda tensor: tensor * 2))


@raises("python-lambda-on-load")
def a_lambda_as_loss() -> None:
    loaded(layers.Dense(1), lambda wanted, given: ops.abs(wanted - given))


@raises("custom-object-not-found")
def a_class() -> None:
    loaded(Scale(3.0))


@raises("custom-object-not-found")
def a_function_as_loss() -> None:
    loaded(layers.Dense(1), cubes)


@raises("unexpected-keyword-on-load")
def a_class_without_kwargs() -> None:
    loaded(Narrow(3.0))


@raises("unexpected-keyword-on-load")
def a_functional_subclass() -> None:
    again(Half(2))


@raises("missing-argument-on-load")
def an_argument_is_lacking() -> None:
    loaded(Lacking(3.0))


@raises("argument-not-saved")
def a_layer_is_given() -> None:
    loaded(Scale(layers.Dense(2)))
