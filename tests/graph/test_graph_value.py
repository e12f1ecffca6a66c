"""The graph as a value: compared, hashed, pickled, as JSON and back."""

import dataclasses
import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from graph_samples import (
    encoder_called_twice,
    headline,
    tiny,
)
from keras import layers

from layergraph.graph import (
    Call,
    Input,
    Layer,
    LayerGraph,
    Output,
    Tensor,
    Weight,
    read,
)


def test_two_readings_are_equal_and_hash_alike() -> None:
    model = encoder_called_twice()
    assert read(model) == read(model)
    assert hash(read(model)) == hash(read(model))


def test_two_builds_are_equal_after_clear_session() -> None:
    def build() -> LayerGraph:
        keras.utils.clear_session()
        x = keras.Input((3,))
        return read(keras.Model(x, layers.Dense(1)(layers.Dense(2)(x))))

    assert build() == build()


def test_saving_and_loading_keeps_the_graph(tmp_path: Path) -> None:
    text = keras.Input((7,), dtype="int32", name="text")
    vectors = layers.Embedding(9, 2, mask_zero=True)(text)
    model = keras.Model(text, layers.LSTM(2)(layers.Dropout(0.1)(vectors)))
    model.save(tmp_path / "model.keras")
    assert read(model) == read(keras.saving.load_model(tmp_path / "model.keras"))


def test_json_is_plain_and_complete() -> None:
    graph = read(headline(loss="mse"))
    plain = json.loads(graph.to_json())
    assert plain == graph.to_dict()
    assert {"name", "layers", "calls", "tensors", "inputs", "outputs"} <= plain.keys()
    assert [None, 7, 8] == next(t for t in plain["tensors"] if t["id"] == "embedding:0#0")["shape"]


def test_a_graph_survives_pickling() -> None:
    graph = read(encoder_called_twice())
    assert graph == pickle.loads(pickle.dumps(graph))


def test_a_graph_made_by_hand_equals_one_that_was_read() -> None:
    x = keras.Input((3,), name="x")
    made = read(keras.Model(x, layers.Dense(2, name="dense")(x), name="tiny"))
    assert tiny(layers=made.layers) == made


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": ()}, "call 'dense:0' names a layer that is not there"),
        ({"layers": (Layer("dense", "A"), Layer("dense", "B"))}, "2 layers are named 'dense'"),
        ({"outputs": (Output("y", "y:0#0"),)}, "output 'y' names a tensor that is not there"),
        ({"inputs": (Input("y", "y:0#0"),)}, "input 'y' names a tensor that is not there"),
        ({"calls": ()}, "tensor 'dense:0#0' names a call that is not there"),
    ],
)
def test_a_graph_with_a_loose_end_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        tiny(**changes)


def test_asking_for_a_layer_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(KeyError, match="no layer 'lstm'; there are dense"):
        tiny().layer("lstm")


MODELS: dict[str, Callable[[], keras.Model]] = {
    "headline": lambda: headline(
        loss="mse", loss_weights=[1.0, 0.2], metrics=["mae", None], weighted_metrics=["mse", "mae"]
    ),
    "pair": encoder_called_twice,
    "wrapped": lambda: keras.Sequential(
        [
            keras.Input((3, 2), name="x"),
            layers.Masking(name="mask"),
            layers.Bidirectional(layers.LSTM(2, kernel_regularizer="l2"), name="both"),
        ]
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_graph_comes_back_from_its_json(name: str) -> None:
    graph = read(MODELS[name]())
    assert graph == LayerGraph.from_json(graph.to_json())
    assert graph == LayerGraph.from_dict(graph.to_dict())
    assert hash(graph) == hash(LayerGraph.from_json(graph.to_json(indent=1)))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("layers", 0, "name"), 3, r"graph.layers[0].name must be text, not int 3"),
        (
            ("layers", 0, "facts"),
            [["units"]],
            "graph.layers[0].facts[0] must be a list of 2, not of 1",
        ),
        (("layers", 0, "facts"), [["units", {}]], "graph.layers[0].facts[0][1] must be text or"),
        (("layers", 0, "wraps"), None, "graph.layers[0].wraps must be a list, not null"),
        (("layers", 0, "graph"), {"name": "x"}, "graph.layers[0].graph has no part 'layers'"),
        (("layers", 0, "weights"), [{}], "graph.layers[0].weights[0] has no part 'name'"),
        (
            ("calls", 0, "number"),
            True,
            "graph.calls[0].number must be a whole number, not bool True",
        ),
        (("calls", 0, "arguments", 0, "path"), [1.5], "path[0] must be text or a whole number"),
        (
            ("tensors", 1, "shape", 0),
            "all",
            "graph.tensors[1].shape[0] must be a whole number or null",
        ),
        (("outputs", 0, "weight"), 1, "graph.outputs[0] has an unknown part 'weight'"),
        (("outputs", 0, "losses"), [{"name": "mse", "weight": "1"}], "weight must be a number"),
        (("outputs", 0, "tensor"), "y:0#0", "output 'dense' names a tensor that is not there"),
        (("inputs",), {}, "graph.inputs must be a list, not dict {}"),
    ],
)
def test_a_part_at_fault_is_named(path: tuple[Any, ...], value: object, message: str) -> None:
    parts = place = tiny().to_dict()
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=re.escape(message)):
        LayerGraph.from_dict(parts)


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "this is none: Expecting"), ("[]", r"graph must be a dict, not list \[\]")],
)
def test_text_that_is_no_graph_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LayerGraph.from_json(text)


def test_a_whole_number_is_taken_for_a_weight() -> None:
    parts = tiny().to_dict()
    parts["outputs"][0]["losses"] = [{"name": "mse", "weight": 1}]
    assert 1.0 == LayerGraph.from_dict(parts).outputs[0].losses[0].weight


def test_what_has_a_default_may_be_left_out() -> None:
    parts = tiny().to_dict()
    for name in ("class_name", "compiled", "compile_problem"):
        del parts[name]
    assert tiny() == LayerGraph.from_dict(parts)


def test_each_part_of_a_graph_stands_in_its_json() -> None:
    plain = read(MODELS["wrapped"]()).to_dict()
    (both,) = (layer for layer in plain["layers"] if layer["name"] == "both")
    for part, kind in (
        (both, Layer),
        (both["wraps"][0]["weights"][0], Weight),
        (plain["calls"][0], Call),
        (plain["tensors"][0], Tensor),
        (plain["outputs"][0], Output),
    ):
        assert {f.name for f in dataclasses.fields(kind) if f.init} == set(part)
