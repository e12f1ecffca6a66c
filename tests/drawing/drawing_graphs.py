"""Graphs made by hand, and how their pictures are looked at."""

import html
import re
from xml.etree import ElementTree as ET

import pydot

from layergraph.drawing import Drawing
from layergraph.drawing._layout import picture
from layergraph.graph import Argument, Call, Input, Layer, LayerGraph, Output, Tensor, Weight

SVG = "{http://www.w3.org/2000/svg}"


def graph_of(
    inputs: list[str],
    steps: list[tuple[Layer, list[str], int]],
    outputs: list[str | Output],
    name: str = "made",
) -> LayerGraph:
    """A graph by hand: inputs by name, steps (layer, tensors taken, number of outputs)."""
    layers, calls = {}, []
    tensors = [Tensor(f"{x}:0#0", (None, 3), "float32") for x in inputs]
    for layer, takes, gives in steps:
        layers.setdefault(layer.name, layer)
        number = sum(call.layer == layer.name for call in calls)
        several = len(takes) > 1
        arguments = tuple(
            Argument("inputs", taken, (position,) if several else ())
            for position, taken in enumerate(takes)
        )
        outs = tuple(f"{layer.name}:{number}#{position}" for position in range(gives))
        calls.append(Call(layer.name, number, arguments, outs))
        tensors += [
            Tensor(out, (None, 4), "float32", calls[-1].id, at) for at, out in enumerate(outs)
        ]
    return LayerGraph(
        name=name,
        layers=tuple(layers.values()),
        calls=tuple(calls),
        tensors=tuple(tensors),
        inputs=tuple(Input(x, f"{x}:0#0") for x in inputs),
        outputs=tuple(
            end if isinstance(end, Output) else Output(end.split(":")[0], end) for end in outputs
        ),
    )


def dense(name: str = "dense", **options: object) -> Layer:
    weights = (Weight("kernel", (3, 4), "float32", options.get("trainable", True), 0),)
    return Layer(name, "Dense", facts=(("units", 4),), weights=weights, **options)


def line() -> LayerGraph:
    return graph_of(["x"], [(dense(), ["x:0#0"], 1)], ["dense:0#0"])


def shared() -> LayerGraph:
    one = dense("both")
    merge = Layer("merge", "Concatenate")
    steps = [(one, ["a:0#0"], 1), (one, ["b:0#0"], 1), (merge, ["both:1#0", "both:0#0"], 1)]
    return graph_of(["a", "b"], steps, ["merge:0#0"])


def nested(calls: int = 2) -> LayerGraph:
    inner = graph_of(["ids"], [(dense("inside"), ["ids:0#0"], 1)], ["inside:0#0"], "encoder")
    encoder = Layer(
        "encoder", "Functional", kind="model", weights=inner.layers[0].weights, graph=inner
    )
    merge = Layer("merge", "Subtract")
    names = ["a", "b"][:calls]
    steps = [(encoder, [f"{name}:0#0"], 1) for name in names]
    steps.append((merge, [f"encoder:{number}#0" for number in range(calls)], 1))
    return graph_of(names, steps, ["merge:0#0"])


def texts(drawing: Drawing) -> list[str | None]:
    return [element.text for element in ET.fromstring(drawing.svg).iter(f"{SVG}text")]


def edges(graph: LayerGraph, **options: object) -> list[tuple[str, str]]:
    return [(e.get_source(), e.get_destination()) for e in picture(graph, **options).get_edges()]


def labels(graph: LayerGraph, **options: object) -> dict[str, str]:
    """The labels of all boxes, frames included, without markup, by name in the DOT text."""

    def walk(part: pydot.Dot) -> None:
        for node in part.get_nodes():
            if node.get_name() not in ("node", "edge"):
                label = re.sub(r"<BR/>|</?T[DR][^>]*>", "\n", node.get("label"))
                text = html.unescape(re.sub(r"<[^>]*>|^<|>$", "", label))
                found[node.get_name()] = " / ".join(filter(None, text.strip("<>").split("\n")))
        for frame in part.get_subgraphs():
            walk(frame)

    found = {}
    walk(picture(graph, **options))
    return found
