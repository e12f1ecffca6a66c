from collections.abc import Callable, Iterator

import keras
import numpy as np
import pytest
from exercise_cells import same, state
from keras import layers

from layergraph import experiments as ran
from layergraph.experiments import ExperimentError
from layergraph.graph import read, walks
from layergraph.models import headline_popularity, same_author

SMALL = {"length": 12, "vocabulary_size": 20, "embedding_width": 4}
BINARY = "binary_crossentropy"


def headline(**options: object) -> keras.Model:
    return headline_popularity(**(SMALL | options))


def pair(**options: object) -> keras.Model:
    return same_author(**(SMALL | options))


def layers_of(paths: frozenset[str]) -> set[str]:
    return {path.split("/")[0] for path in paths}


class Scale(layers.Layer):
    """A layer that nobody has registered."""

    def __init__(self, factor: float = 2.0, **options: object) -> None:
        super().__init__(**options)
        self.factor = factor

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return inputs * self.factor

    def get_config(self) -> dict[str, object]:
        return super().get_config() | {"factor": self.factor}


def own_loss(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def own() -> keras.Model:
    x = keras.Input((3,), name="x")
    model = keras.Model(x, layers.Dense(1, name="y")(Scale(3.0)(x)), name="own")
    model.compile("sgd", loss=own_loss)
    return model


def tied() -> keras.Model:
    """One layer within a nested model, and outside of it."""
    dense = layers.Dense(3, name="tied")
    inner = keras.Sequential([keras.Input((3,)), dense, layers.BatchNormalization()], name="inner")
    x = keras.Input((3,), name="x")
    model = keras.Model(x, dense(inner(x)), name="outer")
    dense.trainable = False
    return model


def lambdas() -> keras.Model:
    x = keras.Input((3,), name="x")
    inner = keras.Sequential([keras.Input((3,)), layers.Lambda(lambda x: x + 1)])
    return keras.Model(x, layers.Dense(1)(inner(x)), name="lambdas")


@pytest.mark.parametrize("build", [headline, pair, own, tied, lambdas])
def test_a_copy_does_the_same_and_leaves_the_model_alone(build: Callable[[], keras.Model]) -> None:
    model = build()
    before = state(model)
    copy = ran.copied(model)
    assert len(model.weights) == len(copy.weights)
    assert [one.trainable for one in model.weights] == [one.trainable for one in copy.weights]
    assert 0 == ran.difference(model, copy)
    copy.set_weights([weight + 1 for weight in copy.get_weights()])
    assert same(before, state(model))


def test_a_model_that_cannot_be_made_again_is_told() -> None:
    class Sealed(layers.Layer):
        def __init__(self, secret: object) -> None:
            super().__init__()
            self.secret = secret

        def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
            return inputs

    x = keras.Input((3,))
    model = keras.Model(x, Sealed(object())(x))
    with pytest.raises(ExperimentError, match="not possible to make a copy of the model"):
        ran.copied(model)


def test_random_weights_are_random_whatever_they_begin_with() -> None:
    x = keras.Input((3,))
    model = keras.Model(x, layers.Dense(2, kernel_initializer="zeros")(x))
    assert all(np.all(weight != 0) for weight in ran.shaken(model).get_weights())
    assert all(np.all(weight == 0) for weight in model.get_weights())


def test_statistics_are_not_random() -> None:
    x = keras.Input((3,))
    model = keras.Model(x, layers.BatchNormalization(center=False, scale=False)(x))
    assert same(model.get_weights(), ran.shaken(model).get_weights())


def test_a_batch_fits_each_kind_of_input() -> None:
    given = [
        keras.Input((None,), dtype="int32", name="ids"),
        keras.Input((4, None), name="numbers"),
        keras.Input((), dtype="string", name="texts"),
        keras.Input((2,), dtype="bool", name="flags"),
        keras.Input((1,), dtype="int64", name="others"),
    ]
    embedded = layers.Embedding(3, 2)(given[0] * 1)
    model = keras.Model(given, [embedded, *given[1:]])
    batch = ran.batch(model, size=5)
    assert [(5, 6), (5, 4, 6), (5,), (5, 2), (5, 1)] == [tuple(a.shape) for a in batch.values()]
    assert {1, 2} == set(batch["ids"].ravel())
    assert 4 == len(ran.outputs(keras.Model(given[1:], given[1:]), batch))


def test_outputs_of_one_name_are_told_apart() -> None:
    x = keras.Input((3,), name="x")
    model = keras.Model(x, [layers.Dense(1, name="y")(x)] * 2)
    assert 2 == len(ran.outputs(model, ran.batch(model)))


def test_an_input_that_is_taken_and_then_multiplied_by_nothing_influences_nothing() -> None:
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    model = keras.Model([a, b], layers.Dense(1, name="y")(a + 0.0 * b))
    assert ("a", "b") == walks.sources(read(model), read(model).outputs[0].tensor)
    assert () == ran.influenced(model, "b")
    assert ("y",) == ran.influenced(model, "a")


def test_zero_weights_hide_no_influence() -> None:
    x = keras.Input((3,), name="x")
    model = keras.Model(x, layers.Dense(1, kernel_initializer="zeros", name="y")(x))
    assert ("y",) == ran.influenced(model, "x")


@pytest.mark.parametrize(
    ("options", "symmetric"),
    [
        ({}, True),
        ({"encoder": "average"}, True),
        ({"shared": False}, False),
        ({"head": "concatenate"}, False),
        ({"head": "concatenate_dense"}, False),
    ],
)
def test_symmetry_is_found_on_untrained_weights(
    options: dict[str, object], symmetric: bool
) -> None:
    share = ran.asymmetry(pair(**options), "tweet_a", "tweet_b")
    assert symmetric == (share < 1e-3)
    assert symmetric or share > 0.05


def test_a_head_of_zeros_is_not_taken_for_symmetric() -> None:
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    dense = layers.Dense(1, kernel_initializer="zeros")
    model = keras.Model([a, b], dense(layers.concatenate([a, b])))
    assert ran.asymmetry(model, "a", "b") > 0.1


def test_a_constant_output_is_not_taken_for_symmetric() -> None:
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    model = keras.Model([a, b], 0.0 * layers.add([a, b]))
    with pytest.raises(ExperimentError, match="the same output for all examples"):
        ran.asymmetry(model, "a", "b")


def test_inputs_and_layers_without_names_are_told_by_those_that_keras_gives() -> None:
    given = [keras.Input((3,)), keras.Input((3,))]
    model = keras.Model(given, layers.Dense(1)(layers.concatenate(given)))
    model.compile("sgd", loss="mse")
    first, second = (one.name for one in read(model).inputs)
    assert tuple(model.output_names) == ran.influenced(model, first)
    assert ran.asymmetry(model, first, second) > 0.1
    assert 2 == len(ran.moved_by_fit(model)) == len(ran.trained_by(model, *model.output_names))
    assert {model.output_names[0]: 1.0} == ran.weights_in_effect(model)
    assert 0 == ran.difference(model, ran.saved_and_loaded(model))


def test_values_that_are_no_numbers_are_told() -> None:
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    model = keras.Model([a, b], keras.ops.log(-keras.ops.square(a)) + b)
    with pytest.raises(ExperimentError, match="no numbers"):
        ran.asymmetry(model, "a", "b")


@pytest.mark.parametrize("encoder", ["lstm", "average"])
@pytest.mark.parametrize("mask", [True, False])
def test_padding_matters_where_it_is_not_masked(encoder: str, mask: bool) -> None:
    model = headline(mask=mask, encoder=encoder)
    # The average of all, padding included, does not care for the order.
    expected = not mask and encoder == "lstm"
    assert expected == (ran.padding_matters(model, "main_input") > 0.01)


def test_a_loss_trains_what_leads_to_its_output() -> None:
    model = headline()
    assert {"embedding", "lstm", "aux_output"} == layers_of(ran.trained_by(model, "aux_output"))
    main = layers_of(ran.trained_by(model, "main_output"))
    assert {"embedding", "lstm", "hidden_1", "hidden_2", "main_output"} == main


def test_a_gradient_that_is_tiny_is_found_and_one_that_is_stopped_is_not() -> None:
    x = keras.Input((3,), name="x")
    y = layers.Dense(4, name="first")(x)
    for number in range(8):
        y = layers.Dense(4, activation="sigmoid", name=f"sigmoid_{number}")(y)
    model = keras.Model(x, layers.Dense(1, name="y")(y))
    assert "first" in layers_of(ran.trained_by(model, "y"))
    stopped = keras.ops.stop_gradient(layers.Dense(4, name="first")(x))
    model = keras.Model(x, layers.Dense(1, name="y")(stopped))
    assert {"y"} == layers_of(ran.trained_by(model, "y"))


def test_a_penalty_on_weights_is_no_loss_of_an_output() -> None:
    x = keras.Input((3,), name="x")
    one = layers.Dense(1, name="one", kernel_regularizer="l2")(x)
    two = layers.Dense(1, name="two", kernel_regularizer="l2")(layers.Dense(2, name="before")(x))
    model = keras.Model(x, [one, two])
    assert {"one"} == layers_of(ran.trained_by(model, "one"))


def test_frozen_layers_are_not_trained() -> None:
    model = headline()
    model.get_layer("embedding").trainable = False
    assert {"lstm", "aux_output"} == layers_of(ran.trained_by(model, "aux_output"))
    model.compile("sgd", loss=[BINARY] * 2)
    assert "embedding" not in layers_of(ran.moved_by_fit(model))
    assert "lstm" in layers_of(ran.moved_by_fit(model))


def test_statistics_move_though_no_gradient_reaches_them() -> None:
    x = keras.Input((3,), name="x")
    norm = layers.BatchNormalization(name="norm", center=False, scale=False)
    model = keras.Model(x, layers.Dense(1, name="y")(norm(x)))
    model.compile("sgd", loss="mse")
    assert {"norm", "y"} == layers_of(ran.moved_by_fit(model))
    norm.trainable = False
    model.compile("sgd", loss="mse")
    assert {"y"} == layers_of(ran.moved_by_fit(model))


def test_weights_that_swap_are_measured() -> None:
    model, weights = headline(), {"main_output": 1.0, "aux_output": 0.2}
    model.compile("sgd", loss=dict.fromkeys(weights, BINARY), loss_weights=weights)
    assert weights == pytest.approx(ran.weights_in_effect(model), rel=1e-3)
    model.compile("sgd", loss=[BINARY] * 2, loss_weights=weights)
    swapped = {"main_output": 0.2, "aux_output": 1.0}
    assert swapped == pytest.approx(ran.weights_in_effect(model), rel=1e-3)


def test_an_output_without_a_loss_has_no_weight() -> None:
    model = headline()
    model.compile("sgd", loss={"main_output": BINARY, "aux_output": None})
    assert {"main_output": 1.0} == pytest.approx(ran.weights_in_effect(model), rel=1e-3)


def test_losses_of_other_kinds_are_measured() -> None:
    x = keras.Input((3,), name="x")
    classes = layers.Dense(4, activation="softmax", name="classes")(x)
    hot = layers.Dense(4, activation="softmax", name="hot")(x)
    number = layers.Dense(2, name="number", kernel_regularizer="l2")(x)
    model = keras.Model(x, {"classes": classes, "hot": hot, "number": number})
    model.compile(
        "sgd",
        loss={
            "classes": "sparse_categorical_crossentropy",
            "hot": "categorical_crossentropy",
            "number": own_loss,
        },
        loss_weights={"classes": 0.5, "hot": 2.0, "number": 3.0},
    )
    expected = {"classes": 0.5, "hot": 2.0, "number": 3.0}
    assert expected == pytest.approx(ran.weights_in_effect(model), rel=1e-3)


def test_a_model_with_one_output_has_one_weight() -> None:
    assert {"y": 1.0} == ran.weights_in_effect(own())


def test_a_model_that_is_not_compiled_is_told() -> None:
    for check in (ran.weights_in_effect, ran.moved_by_fit):
        with pytest.raises(ExperimentError, match="not compiled"):
            check(headline())


def test_losses_that_do_not_fit_are_told() -> None:
    model = headline()
    model.compile("sgd", loss={"main_output": BINARY, "news_out": BINARY})
    for check in (ran.weights_in_effect, ran.moved_by_fit):
        with pytest.raises(ExperimentError, match="not possible to"):
            check(model)


def test_a_model_that_needs_code_of_its_own_does_not_survive_saving() -> None:
    with pytest.raises(ExperimentError, match=r"not possible to load .* in safe mode"):
        ran.saved_and_loaded(own())
    x = keras.Input((3,))
    with pytest.raises(ExperimentError, match=r"not possible to load .* in safe mode"):
        ran.saved_and_loaded(keras.Model(x, layers.Lambda(lambda x: x + 1)(x)))


def test_what_was_saved_and_loaded_does_the_same() -> None:
    model = pair()
    again = ran.saved_and_loaded(model)
    assert read(model) == read(again)
    assert 0 == ran.difference(model, again)


def test_models_that_differ_are_told_apart() -> None:
    assert 0 < ran.difference(headline(), headline())
    assert float("inf") == ran.difference(headline(), pair())
    x = keras.Input((3,))
    assert float("inf") == ran.difference(keras.Model(x, x), keras.Model(x, [x, x]))


def failing() -> keras.Model:
    class Failing(layers.Layer):
        def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
            if not isinstance(inputs, keras.KerasTensor):
                raise RuntimeError("it refuses")
            return inputs

        def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
            return shape

    x = keras.Input((3,), name="x")
    return keras.Model(x, layers.Dense(1, name="y")(Failing()(x)))


@pytest.mark.parametrize(
    "check",
    [
        lambda model: ran.outputs(model, ran.batch(model)),
        lambda model: ran.influenced(model, "x"),
        lambda model: ran.trained_by(model, "y"),
        lambda model: ran.difference(model, model),
    ],
)
def test_a_model_that_cannot_run_is_told(check: Callable[[keras.Model], object]) -> None:
    with pytest.raises(ExperimentError, match=r"It was not possible to .*it refuses"):
        check(failing())


EXPERIMENTS: dict[str, Callable[[keras.Model], object]] = {
    "influenced": lambda model: ran.influenced(model, "main_input"),
    "asymmetry": lambda model: ran.asymmetry(model, "main_input", "main_input"),
    "padding": lambda model: ran.padding_matters(model, "main_input"),
    "trained": lambda model: ran.trained_by(model, "main_output"),
    "moved": ran.moved_by_fit,
    "weights": ran.weights_in_effect,
    "saved": ran.saved_and_loaded,
    "difference": lambda model: ran.difference(model, model),
}


@pytest.fixture(scope="module")
def trained() -> Iterator[keras.Model]:
    model = headline()
    model.get_layer("hidden_1").trainable = False
    model.compile("adam", loss=[BINARY] * 2)
    given = list(ran.batch(model).values())
    model.fit(given, [np.ones((8, 1))] * 2, verbose=0)
    return model


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_leaves_the_model_as_it_is(name: str, trained: keras.Model) -> None:
    before = state(trained), [np.array(one) for one in trained.optimizer.variables]
    EXPERIMENTS[name](trained)
    after = state(trained), [np.array(one) for one in trained.optimizer.variables]
    assert same(before, after)


def test_a_stateful_layer_keeps_its_state() -> None:
    x = keras.Input(batch_shape=(4, 3, 2), name="x")
    model = keras.Model(x, layers.LSTM(2, stateful=True, name="y")(x))
    before = [np.array(one) for one in model.non_trainable_variables]
    ran.difference(model, model)
    ran.influenced(model, "x")
    assert same(before, [np.array(one) for one in model.non_trainable_variables])
