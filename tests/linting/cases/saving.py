"""What a file of the model will lose, or will not give back."""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers, ops
from lint_cases import Lint, bad, good

Tensor = Any  # of Keras or of its backend


def through(*some: Callable[[Tensor], Tensor], loss: Any = None) -> keras.Model:  # noqa: ANN401
    tensor = features = keras.Input((3,), name="features")
    for layer in some:
        tensor = layer(tensor)
    model = keras.Model(features, tensor)
    if loss is not None:
        model.compile("sgd", loss=loss)
    return model


def register() -> None:
    """Register once more: another test may have cleared what is registered."""
    for one in (doubled, squares, Scale):
        keras.saving.register_keras_serializable("cases")(one)


@keras.saving.register_keras_serializable("cases")
def doubled(tensor: Tensor) -> Tensor:
    return tensor * 2


def tripled(tensor: Tensor) -> Tensor:
    return tensor * 3


@keras.saving.register_keras_serializable("cases")
def squares(wanted: Tensor, given: Tensor) -> Tensor:
    return ops.mean(ops.square(wanted - given), axis=-1)


def cubes(wanted: Tensor, given: Tensor) -> Tensor:
    return ops.mean(ops.abs(wanted - given) ** 3, axis=-1)


class Cubes(keras.losses.Loss):
    def call(self, wanted: Tensor, given: Tensor) -> Tensor:
        return cubes(wanted, given)


@keras.saving.register_keras_serializable("cases")
class Scale(keras.Layer):
    def __init__(self, factor: float, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.factor = factor

    def call(self, tensor: Tensor) -> Tensor:
        return tensor * self.factor


class Plain(Scale):
    """As one writes it without thinking of files; Keras keeps the argument."""


class Told(Scale):
    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"factor": self.factor}


class Lacking(Scale):
    def get_config(self) -> dict[str, Any]:
        return super().get_config()


class Forgetting(keras.Layer):
    def __init__(self, factor: float = 1.0, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.factor = factor

    def get_config(self) -> dict[str, Any]:
        return super().get_config()

    def call(self, tensor: Tensor) -> Tensor:
        return tensor * self.factor


class Narrow(keras.Layer):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"factor": self.factor}

    def call(self, tensor: Tensor) -> Tensor:
        return tensor * self.factor


class Around(keras.Layer):
    def __init__(self, inner: keras.Layer, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.inner = inner

    def call(self, tensor: Tensor) -> Tensor:
        return self.inner(tensor)


class Rebuilt(Around):
    def get_config(self) -> dict[str, Any]:
        inner = keras.saving.serialize_keras_object(self.inner)
        return super().get_config() | {"inner": inner}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Rebuilt":
        return cls(keras.saving.deserialize_keras_object(config.pop("inner")), **config)


# LG801


@bad("LG801", severity="hint", layers=("lambda",))
def a_lambda() -> keras.Model:
    return through(layers.Lambda(lambda tensor: tensor * 2))


@bad("LG801", severity="hint")
def a_function_in_a_nested_model() -> keras.Model:
    return through(through(layers.Lambda(tripled)), layers.Dense(1))


@bad("LG801", severity="hint", layers=("dense",))
def a_lambda_as_activation() -> keras.Model:
    return keras.Sequential(
        [keras.Input((3,)), layers.Dense(2, activation=lambda tensor: ops.sin(tensor))]
    )


@good("LG801")
def a_registered_function() -> keras.Model:
    register()
    return through(layers.Lambda(doubled))


@good("LG801")
def an_op() -> keras.Model:
    features = keras.Input((3,))
    return keras.Model(features, ops.abs(features) * 2)


@good("LG801")
def a_named_activation() -> keras.Model:
    return through(layers.Dense(2, activation=keras.activations.relu))


# LG802


@bad("LG802", severity="warning", layers=("lambda",))
def a_layer_in_a_lambda() -> keras.Model:
    inner = layers.Dense(2)
    return through(layers.Lambda(lambda tensor: inner(tensor)))


@bad("LG802", severity="warning")
def a_layer_in_a_function_of_a_lambda() -> keras.Model:
    inner = layers.Dense(2)

    def scores(tensor: Tensor) -> Tensor:
        return inner(tensor) * 2

    return through(layers.Dense(3), layers.Lambda(lambda tensor: scores(tensor)))


@bad("LG802", severity="warning")
def a_variable_in_a_lambda_in_a_nested_model() -> keras.Model:
    factor = keras.Variable(2.0)
    return through(through(layers.Lambda(lambda tensor: tensor * factor)))


@bad("LG802", severity="hint")
def a_frozen_layer_in_a_lambda() -> keras.Model:
    inner = layers.Dense(2, trainable=False)
    return through(layers.Lambda(lambda tensor: inner(tensor)))


@good("LG802")
def a_layer_that_the_model_has_too() -> keras.Model:
    tied = layers.Dense(3)
    return through(tied, layers.Lambda(lambda tensor: ops.matmul(tensor, tied.kernel)))


@good("LG802")
def a_layer_without_weights_in_a_lambda() -> keras.Model:
    flat = layers.Flatten()
    return through(layers.Lambda(lambda tensor: flat(tensor)))


@good("LG802", "LG801")
def a_layer_without_a_lambda() -> keras.Model:
    return through(layers.Dense(2))


# LG803


@bad("LG803", severity="warning", layers=("lacking",))
def an_argument_is_lacking() -> keras.Model:
    return through(Lacking(3.0))


@bad("LG803", severity="warning")
def a_setting_is_lost() -> keras.Model:
    return through(through(Forgetting(3.0)))


@bad("LG803", severity="warning")
def the_name_is_not_taken() -> keras.Model:
    return through(layers.Dense(2), Narrow(3.0))


@bad("LG803", severity="hint")
def a_layer_is_given() -> keras.Model:
    return through(Around(layers.Dense(2)))


@good("LG803")
def the_default_is_not_told() -> keras.Model:
    return through(Forgetting())


@good("LG803", "LG804")
def a_registered_layer() -> keras.Model:
    register()
    return through(Scale(3.0))


@good("LG803")
def a_class_that_knows_how() -> keras.Model:
    return through(Rebuilt(layers.Dense(2)))


# LG804


@bad("LG804", severity="hint")
def a_class_without_a_name() -> keras.Model:
    return through(Plain(3.0))


@bad("LG804", severity="hint")
def a_class_with_a_configuration() -> keras.Model:
    return through(layers.Dense(2), Told(3.0))


@bad("LG804", severity="hint")
def a_class_in_a_nested_model() -> keras.Model:
    return through(through(Plain(3.0)), layers.Dense(2))


@good("LG804")
def a_registered_layer_after_another() -> keras.Model:
    register()
    return through(layers.Dense(2), Scale(2.0))


@good("LG804")
def layers_of_keras() -> keras.Model:
    return through(layers.Dense(2), layers.ReLU())


# LG805


def ends(pack: Callable[[list[Tensor]], Any]) -> keras.Model:
    features = keras.Input((3,))
    some = [layers.Dense(1, name=name)(features) for name in ("first", "second")]
    model = keras.Model(features, pack(some))
    names = model.output if isinstance(model.output, dict) else model.output_names
    model.compile("sgd", loss=dict.fromkeys(names, "mse"))
    return model


@bad("LG805", severity="hint", layers=("first", "second"))
def a_list_of_outputs() -> keras.Model:
    return ends(list)


@bad("LG805", severity="hint")
def a_tuple_of_outputs() -> keras.Model:
    return ends(tuple)


@bad("LG805", severity="hint")
def a_list_with_weights_by_name() -> keras.Model:
    features = keras.Input((3,))
    model = keras.Model(features, [layers.Dense(1)(ends(list)(features)[0]), features])
    model.compile("sgd", loss=["mse", "mae"], loss_weights=dict.fromkeys(model.output_names, 1.0))
    return model


@good("LG805")
def a_dict_of_outputs() -> keras.Model:
    return ends(lambda some: {"a": some[0], "b": some[1]})


@good("LG805")
def a_list_without_names() -> keras.Model:
    model = ends(list)
    model.compile("sgd", loss=["mse", "mae"])
    return model


@good("LG805")
def a_single_output() -> keras.Model:
    return ends(lambda some: some[0])


@good("LG805")
def a_list_of_one() -> keras.Model:
    return ends(lambda some: some[:1])


# LG806


@bad("LG806", severity="hint")
def a_function_as_loss() -> keras.Model:
    return through(layers.Dense(1), loss=cubes)


@bad("LG806", severity="hint")
def a_lambda_as_loss() -> keras.Model:
    return through(layers.Dense(1), loss=lambda wanted, given: ops.abs(wanted - given))


@bad("LG806", severity="hint")
def a_class_as_loss_in_a_dict() -> Lint:
    model = ends(lambda some: {"a": some[0], "b": some[1]})
    model.compile("sgd", loss={"a": Cubes(), "b": "mse"})
    return Lint(model)


@good("LG806")
def a_registered_function_as_loss() -> keras.Model:
    register()
    return through(layers.Dense(1), loss=squares)


@good("LG806")
def a_loss_of_keras() -> keras.Model:
    return through(layers.Dense(1), loss=keras.losses.Huber())


@good("LG806")
def a_function_of_keras() -> keras.Model:
    return through(layers.Dense(1), loss=keras.losses.mean_squared_error)
