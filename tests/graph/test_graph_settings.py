"""The settings of layers that differ from the defaults."""

import warnings
from pathlib import Path

import keras
import pytest
from graph_samples import (
    headline,
)
from keras import layers

from layergraph.graph import (
    read,
)


def test_a_layer_tells_its_class_and_what_was_set() -> None:
    layer = read(headline()).layer("main_output")
    assert ("Dense", (("units", 1), ("activation", "sigmoid"))) == (layer.class_name, layer.facts)


def facts(layer: layers.Layer, shape: tuple[int, ...] = (8, 8)) -> dict[str, object]:
    x = keras.Input(shape, name="x")
    return dict(read(keras.Model(x, layer(x))).layers[0].facts)


def custom_activation(x: keras.KerasTensor) -> keras.KerasTensor:
    return x


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.Dense(3), {"units": 3}),
        (layers.Dense(3, activation="linear", use_bias=False), {"units": 3, "use_bias": False}),
        (layers.LSTM(3, activation=None), {"units": 3, "activation": "linear"}),
        (layers.Dropout(0), {"rate": 0}),
        (layers.Conv1D(3, 2, strides=1), {"filters": 3, "kernel_size": (2,)}),
        (layers.Conv1D(3, 2, strides=2), {"filters": 3, "kernel_size": (2,), "strides": (2,)}),
        (layers.Bidirectional(layers.LSTM(3), merge_mode="sum"), {"merge_mode": "sum"}),
        (
            layers.Dense(
                2,
                kernel_initializer="he_normal",
                kernel_regularizer=keras.regularizers.L2(0.5),
                bias_constraint="non_neg",
            ),
            {
                "units": 2,
                "kernel_initializer": "HeNormal()",
                "kernel_regularizer": "L2(l2=0.5)",
                "bias_constraint": "NonNeg()",
            },
        ),
        (
            layers.Dense(2, bias_initializer=keras.initializers.Constant(3.0)),
            {"units": 2, "bias_initializer": "Constant(value=3.0)"},
        ),
        (
            layers.Dense(2, activation=layers.LeakyReLU(0.5)),
            {"units": 2, "activation": "LeakyReLU(negative_slope=0.5)"},
        ),
        (
            layers.Dense(2, activation=custom_activation),
            {"units": 2, "activation": "custom_activation"},
        ),
        (layers.Dense(2, activation=lambda x: x), {"units": 2, "activation": "lambda"}),
        (
            layers.Lambda(lambda x: x, output_shape=(8, 8)),
            {"function": "lambda", "output_shape": (8, 8)},
        ),
        (
            layers.Dense(2, activity_regularizer="l1"),
            {"units": 2, "activity_regularizer": "L1(l1=0.01)"},
        ),
        (layers.Dense(2, dtype="mixed_bfloat16"), {"units": 2, "dtype": "mixed_bfloat16"}),
    ],
)
def test_a_layer_tells_what_differs_from_its_defaults(
    layer: layers.Layer, expected: dict[str, object]
) -> None:
    assert expected == facts(layer)
    assert list(expected) == list(facts(layer))


def test_what_a_default_is_not_is_told_even_if_it_is_none() -> None:
    x = keras.Input((3, 2), name="x")
    both = layers.Bidirectional(layers.LSTM(2), merge_mode=None, name="both")
    graph = read(keras.Model(x, both(x)))
    assert (("merge_mode", None),) == graph.layer("both").facts


def test_a_custom_layer_tells_its_arguments_and_those_of_its_base() -> None:
    class Wide(layers.Dense):
        def __init__(self, factor: int = 2, **options: object) -> None:
            super().__init__(**options)
            self.factor = factor

        def get_config(self) -> dict[str, object]:
            return super().get_config() | {"factor": self.factor}

    assert {"factor": 3, "units": 2} == facts(Wide(factor=3, units=2))


def test_a_layer_that_cannot_tell_its_settings_is_still_read() -> None:
    class Mute(layers.Layer):
        def get_config(self) -> dict[str, object]:
            raise AttributeError("nothing to tell")

        def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
            return inputs

    assert {} == facts(Mute())


def test_settings_do_not_depend_on_how_the_model_came_about(tmp_path: Path) -> None:
    x = keras.Input((8, 8, 3), name="x")
    y = layers.Conv2D(2, 3, strides=2, kernel_initializer="he_uniform", name="conv")(x)
    y = layers.Dense(2, activation=layers.ReLU(max_value=6.0), name="dense")(y)
    model = keras.Model(x, y, name="model")
    model.save(tmp_path / "model.keras")
    assert read(model) == read(keras.models.clone_model(model))
    assert read(model) == read(keras.saving.load_model(tmp_path / "model.keras"))


def test_reading_warns_of_nothing() -> None:
    x = keras.Input((2,), name="x")
    model = keras.Model(x, layers.Dense(2, activation=lambda x: x, name="dense")(x))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ("activation", "lambda") in read(model).layer("dense").facts


def test_a_number_is_no_answer_to_yes_or_no() -> None:
    class Times(layers.Layer):
        def __init__(self, times: object = True, flag: object = 0) -> None:
            super().__init__()
            self.times, self.flag = times, flag

        def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
            return inputs

    assert {"times": 1, "flag": False} == facts(Times(times=1, flag=False))
