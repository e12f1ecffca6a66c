"""The comparisons with Keras' config notice what is read or drawn wrongly."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import published
import pytest
from keras_config import differences, edges_in_config
from portrait import edges, folded_counts, taken_apart

from layergraph.drawing import draw
from layergraph.graph import LayerGraph, read


def change(graph: LayerGraph, part: str, at: str, /, **new: object) -> LayerGraph:
    """A graph in which one layer, call or tensor has other attributes."""
    changed = [
        replace(one, **new) if at in (getattr(one, "id", None), getattr(one, "name", None)) else one
        for one in getattr(graph, part)
    ]
    return replace(graph, **{part: tuple(changed)})


@pytest.fixture(scope="module")
def transformer() -> tuple[keras.Model, LayerGraph]:
    """A model, and what is read of it."""
    model = published.transformer()
    return model, read(model)


def arguments_swapped(graph: LayerGraph) -> LayerGraph:
    given = graph.call("encoder_0_attention:0").arguments
    return change(graph, "calls", "encoder_0_attention:0", arguments=given[::-1])


def another_tensor(graph: LayerGraph) -> LayerGraph:
    (given,) = graph.call("words:0").arguments
    return change(graph, "calls", "words:0", arguments=(replace(given, tensor="target:0#0"),))


def constant_lost(graph: LayerGraph) -> LayerGraph:
    assert graph.call("decoder_0_attention:0").constants
    return change(graph, "calls", "decoder_0_attention:0", constants=())


def shape_of_an_output(graph: LayerGraph) -> LayerGraph:
    return change(graph, "tensors", "logits:0#0", shape=(None, None, 99))


def shape_inside(graph: LayerGraph) -> LayerGraph:
    return change(graph, "tensors", "words:1#0", shape=(None, None, 15))


def weight_counted_twice(graph: LayerGraph) -> LayerGraph:
    weights = graph.layer("words").weights
    return change(graph, "layers", "words", weights=weights * 2)


def weight_not_trained(graph: LayerGraph) -> LayerGraph:
    (weight,) = graph.layer("words").weights
    return change(graph, "layers", "words", weights=(replace(weight, trainable=False),))


def output_named_otherwise(graph: LayerGraph) -> LayerGraph:
    (output,) = graph.outputs
    return replace(graph, outputs=(replace(output, name="words"),))


def inputs_swapped(graph: LayerGraph) -> LayerGraph:
    return replace(graph, inputs=graph.inputs[::-1])


def setting_misread(graph: LayerGraph) -> LayerGraph:
    facts: Any = tuple((name, 3) for name, _ in graph.layer("words").facts)
    return change(graph, "layers", "words", facts=facts)


def calls_in_another_order(graph: LayerGraph) -> LayerGraph:
    return replace(graph, calls=graph.calls[::-1])


@pytest.mark.parametrize(
    "fault",
    [
        arguments_swapped, another_tensor, constant_lost, shape_of_an_output, shape_inside,
        weight_counted_twice, weight_not_trained, output_named_otherwise, inputs_swapped,
        setting_misread, calls_in_another_order,
    ],
)  # fmt: skip
def test_a_fault_is_told(
    fault: Callable[[LayerGraph], LayerGraph], transformer: tuple[keras.Model, LayerGraph]
) -> None:
    model, graph = transformer

    assert [] == differences(model, graph)
    assert [] != differences(model, fault(graph))


def test_a_fault_in_a_nested_model_is_told() -> None:
    model = published.perceiver()
    graph = read(model)
    inner = graph.layer("cross").graph
    wrong = replace(inner, outputs=(replace(inner.outputs[0], name="look"),))

    assert [] != differences(model, change(graph, "layers", "cross", graph=wrong))


def test_a_fault_within_a_wrapper_is_told() -> None:
    model = published.hierarchical_attention()
    graph = read(model)
    (encoder,) = graph.layer("sentences").wraps
    wrong = replace(encoder, weights=encoder.weights[1:])

    assert [] != differences(model, change(graph, "layers", "sentences", wraps=(wrong,)))


def test_what_a_picture_leaves_out_is_told() -> None:
    model = published.resnext()
    drawing = draw(model, fold=False)
    lines = drawing.dot.splitlines()
    box = next(line for line in lines if line.startswith("n9 ["))
    arrow = next(line for line in lines if line.startswith("n9 -> "))
    without_box, without_arrow = (
        replace(drawing, dot="\n".join(line for line in lines if line != gone))
        for gone in (box, arrow)
    )

    assert edges_in_config(model) == edges(drawing)
    assert edges_in_config(model) != edges(without_arrow)
    assert 109 == folded_counts(drawing)[""]
    assert 108 == folded_counts(without_box)[""]


def test_a_repeat_that_tells_too_few_is_told() -> None:
    drawing = draw(published.resnext())
    told = re.search(r"(\d+) layers in all", drawing.dot)
    wrong = drawing.dot.replace(told[0], f"{int(told[1]) - 1} layers in all", 1)

    assert [] == list(taken_apart(drawing).faults())
    assert [] != list(taken_apart(replace(drawing, dot=wrong)).faults())
