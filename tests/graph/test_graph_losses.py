"""Losses and metrics, as Keras applies them to each output."""

import keras
import numpy as np
import pytest
from graph_samples import (
    headline,
)
from keras import layers

from layergraph.graph import (
    Loss,
    Metric,
    read,
)


def test_losses_by_name_reach_their_outputs() -> None:
    graph = read(
        headline(
            loss={"aux_output": "mse", "main_output": "binary_crossentropy"},
            loss_weights={"aux_output": 0.2, "main_output": 1.0},
        )
    )
    assert {
        "main_output": (Loss("binary_crossentropy", 1.0),),
        "aux_output": (Loss("mse", 0.2),),
    } == {end.name: end.losses for end in graph.outputs}


def test_a_list_of_losses_with_a_dict_of_weights_is_told_as_keras_applies_it() -> None:
    model = headline(loss=["mse", "mse"], loss_weights={"main_output": 1.0, "aux_output": 0.0})
    ones, zeros = np.ones((4, 1)), np.zeros((4, 1))
    inputs = [np.ones((4, 7), "int32"), np.ones((4, 5))]
    main, aux = model.predict(inputs, verbose=0)
    total = model.evaluate(inputs, [ones, zeros], verbose=0, return_dict=True)["loss"]
    weights = [end.losses[0].weight for end in read(model).outputs]
    errors = [float(np.mean((main - ones) ** 2)), float(np.mean((aux - zeros) ** 2))]
    assert total == pytest.approx(weights[0] * errors[0] + weights[1] * errors[1], rel=1e-5)


def test_an_output_without_a_loss_has_none() -> None:
    graph = read(headline(loss=["mse", None]))
    assert [1, 0] == [len(end.losses) for end in graph.outputs]


def test_losses_that_do_not_fit_are_told_in_the_words_of_keras() -> None:
    graph = read(headline(loss={"main output": "mse", "aux_output": "mse"}))
    assert "main output" in graph.compile_problem
    assert [(), ()] == [end.losses for end in graph.outputs]


def test_reading_leaves_a_compiled_model_as_it_was() -> None:
    model = headline(loss="mse")
    read(model)
    assert not model._compile_loss.built


def metrics(model: keras.Model) -> list[list[str]]:
    return [[metric.name for metric in end.metrics] for end in read(model).outputs]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, [[], []]),
        (["mae", "mse"], [["mae"], ["mse"]]),
        ([["mae", "mse"], None], [["mae", "mse"], []]),
        ({"aux_output": "mae"}, [[], ["mae"]]),
        (
            {"main_output": ["accuracy", "mae"], "aux_output": ["mse"]},
            [["accuracy", "mae"], ["mse"]],
        ),
    ],
)
def test_metrics_reach_their_outputs(given: object, expected: list[list[str]]) -> None:
    model = headline(loss="mse", metrics=given)
    assert expected == metrics(model)
    ones = np.ones((2, 1))
    log = model.evaluate(
        [np.ones((2, 7), "int32"), np.ones((2, 5))], [ones, ones], verbose=0, return_dict=True
    )
    assert set(log) - {"loss", "main_output_loss", "aux_output_loss"} == {
        f"{end.name}_{metric.name}" for end in read(model).outputs for metric in end.metrics
    }


def test_metrics_that_count_sample_weights_are_told_apart() -> None:
    model = headline(loss="mse", metrics=["mae", None], weighted_metrics=["mse", "mae"])
    assert [(Metric("mae"), Metric("mse", weighted=True)), (Metric("mae", weighted=True),)] == [
        end.metrics for end in read(model).outputs
    ]


def test_metrics_that_do_not_fit_are_told_in_the_words_of_keras() -> None:
    graph = read(headline(loss="mse", metrics={"main output": "mae"}))
    assert "main output" in graph.compile_problem
    assert [(), ()] == [end.metrics for end in graph.outputs]


def test_losses_and_metrics_of_nested_outputs_reach_them() -> None:
    x = keras.Input((2,), name="x")
    one, two, three = (layers.Dense(1, name=name)(x) for name in ("one", "two", "three"))
    model = keras.Model(x, {"y": [one, two], "z": {"deep": three}})
    model.compile(
        "sgd",
        loss={"y": ["mse", "mae"], "z": {"deep": None}},
        metrics={"y": ["mae", None], "z": {"deep": ["mse"]}},
    )
    assert [("y/one", "mse", "mae"), ("y/two", "mae", ""), ("z/deep", "", "mse")] == [
        (
            end.name,
            "".join(loss.name for loss in end.losses),
            "".join(metric.name for metric in end.metrics),
        )
        for end in read(model).outputs
    ]


def test_one_loss_goes_to_every_output() -> None:
    assert [(Loss("mse"),), (Loss("mse"),)] == [
        end.losses for end in read(headline(loss="mse")).outputs
    ]


def test_two_losses_may_stand_on_one_output() -> None:
    x = keras.Input((2,), name="x")
    model = keras.Model(x, {"y": layers.Dense(1)(x)})
    model.compile("sgd", loss={"y": ["mse", "mae"]}, loss_weights={"y": [1.0, 0.5]})
    assert (Loss("mse", 1.0), Loss("mae", 0.5)) == read(model).outputs[0].losses


def test_one_loss_in_a_list_for_a_tuple_of_outputs_is_the_mean_over_them() -> None:
    x = keras.Input((2,), name="x")
    model = keras.Model(x, (layers.Dense(1)(x), layers.Dense(1)(x)))
    model.compile("sgd", loss=["mse"])
    ones = np.ones((4, 1))
    total = model.evaluate(np.ones((4, 2)), (ones, ones), verbose=0, return_dict=True)["loss"]
    errors = [float(np.mean((p - ones) ** 2)) for p in model.predict(np.ones((4, 2)), verbose=0)]
    weights = [end.losses[0].weight for end in read(model).outputs]
    assert total == pytest.approx(weights[0] * errors[0] + weights[1] * errors[1], rel=1e-5)


def test_one_loss_in_a_list_for_a_dict_of_outputs_is_a_problem() -> None:
    x = keras.Input((2,), name="x")
    model = keras.Model(x, {"p": layers.Dense(1)(x), "q": layers.Dense(1)(x)})
    model.compile("sgd", loss=["mse"])
    assert "the loss 'mse' is given for the outputs p, q together" in read(model).compile_problem
    with pytest.raises(TypeError):
        model.evaluate(np.ones((4, 2)), {"p": np.ones((4, 1)), "q": np.ones((4, 1))}, verbose=0)


def test_weights_of_losses_that_lack_one_are_a_problem() -> None:
    model = headline(
        loss={"main_output": "mse", "aux_output": "mse"}, loss_weights={"main_output": 1.0}
    )
    assert "aux_output" in read(model).compile_problem


def test_reading_takes_no_name_from_what_is_built_later() -> None:
    keras.utils.clear_session()
    read(headline(loss="mse", metrics=[keras.metrics.AUC, None]))
    assert "auc" == keras.metrics.AUC().name
    assert "dense" == layers.Dense(1).name
    read(headline())
    assert "dense_1" == layers.Dense(1).name


def test_metrics_of_keys_that_are_names_of_other_outputs_go_where_keras_puts_them() -> None:
    x = keras.Input((2,), name="x")
    model = keras.Model(x, {"p": layers.Dense(1, name="q")(x), "q": layers.Dense(1, name="p")(x)})
    model.compile("sgd", loss={"p": "mse", "q": "mse"}, metrics=["mae", "mse"])
    ones = np.ones((4, 1))
    log = model.evaluate(np.ones((4, 2)), {"p": ones, "q": ones}, verbose=0, return_dict=True)
    told = [f"{end.name}_{metric.name}" for end in read(model).outputs for metric in end.metrics]
    assert ["p_mse", "q_mae"] == told
    assert {"loss", "p_loss", "q_loss", *told} == set(log)


def test_settings_of_losses_and_metrics_are_told_where_they_are_not_the_default() -> None:
    x = keras.Input((3,), name="x")
    model = keras.Model(x, layers.Dense(4, name="y")(x))
    model.compile(
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(k=2)],
    )
    (end,) = read(model).outputs
    assert (Loss("binary_crossentropy", 1.0, (("from_logits", True),)),) == end.losses
    assert [(), (("k", 2),)] == [metric.facts for metric in end.metrics]
