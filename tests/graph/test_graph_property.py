"""Any graph that the functional API builds is read as it was built, and as Keras saves it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import keras
import pytest
from graph_samples import Keyed, Negative, Split, calls_in_config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers, ops

from layergraph.graph import LayerGraph, read

if TYPE_CHECKING:
    from collections.abc import Callable

Tensor: TypeAlias = keras.KerasTensor
WIDTH = 2
KINDS = [
    *("dense", "again", "frozen", "norm", "masking", "each", "both", "split", "negative"),
    *("add", "minus", "twice", "concat", "plus", "less", "slice", "top", "keyed", "keyed_again"),
    *("lstm", "decoder", "nested", "nested_dict", "deep", "deep_again", "stack"),
]
STEP = st.tuples(st.sampled_from(KINDS), *[st.integers(0, 50)] * 3)
STRUCTURES = ("one", "list", "tuple", "dict", "nest")


def nested_in_dict() -> keras.Model:
    """A model with dicts of inputs and outputs."""
    p, q = (keras.Input((None, WIDTH), name=name) for name in "pq")
    first = layers.Dense(WIDTH, name="first")
    ends = {"b": layers.Add(name="sum")([first(p), first(q)]), "a": q}
    return keras.Model({"p": p, "q": q}, ends, name="nested_dict")


def nested(name: str, *inside: keras.Operation) -> keras.Model:
    x = end = keras.Input((None, WIDTH), name=f"{name}_in")
    for operation in inside:
        end = operation(end)
    return keras.Model(x, end, name=name)


class Built:
    """A model in the making, and what was written of each call."""

    def __init__(self, inputs: int) -> None:
        self.tensors: list[Tensor] = []
        self.ids: dict[int, str] = {}
        self.takes: dict[str, list[str]] = {}
        self.made: dict[str, int] = {}
        self.layers: dict[str, Any] = {}
        self.keep: list[Tensor] = []  # so that no identity is used again
        for number in range(inputs):
            tensor = keras.Input((None, WIDTH), name=f"in{number}")
            self.ids[id(tensor)] = f"in{number}:0#0"
            self.tensors.append(tensor)
        self.inputs = list(self.tensors)

    def shared(self, name: str, make: Callable[[], keras.layers.Layer]) -> keras.layers.Layer:
        if name not in self.layers:
            self.layers[name] = make()
        return self.layers[name]

    def note(
        self, result: object, given: list[Tensor], layer: keras.layers.Layer | None = None
    ) -> list[Tensor]:
        """Note what a call took, and return what it gave."""
        results = keras.tree.flatten(result)
        name = (layer or results[0]._keras_history.operation).name
        number = self.made[name] = self.made.get(name, -1) + 1
        for position, tensor in enumerate(results):
            self.ids[id(tensor)] = f"{name}:{number}#{position}"
        self.keep += results
        self.takes[f"{name}:{number}"] = [self.ids[id(tensor)] for tensor in given]
        return results

    def step(self, kind: str, a: Tensor, b: Tensor, c: Tensor) -> None:
        name = f"{kind}{len(self.takes)}"
        dense = layers.Dense
        single = {
            "dense": lambda: dense(WIDTH, name=name),
            "frozen": lambda: dense(WIDTH, name=name, trainable=False),
            "again": lambda: self.shared("again", lambda: dense(WIDTH, name="again")),
            "split": lambda: Split(name=name),
            "negative": lambda: Negative(name=name),
            "masking": lambda: layers.Masking(name=name),
            "norm": lambda: layers.BatchNormalization(name=name),
            "each": lambda: layers.TimeDistributed(dense(WIDTH), name=name),
            "both": lambda: layers.Bidirectional(layers.LSTM(1, return_sequences=True), name=name),
            "nested": lambda: self.shared(
                "nested", lambda: nested("nested", dense(WIDTH, name="nested_dense"))
            ),
            "stack": lambda: self.shared(
                "stack", lambda: keras.Sequential([dense(WIDTH, name="layer")], name="stack")
            ),
            "deep": lambda: nested(name, self.nested_again(), dense(WIDTH, name="deep_dense")),
            "deep_again": lambda: self.shared(
                "deep_again",
                lambda: nested("deep_again", self.nested_again(), self.nested_again()),
            ),
        }
        if kind in single:
            layer = single[kind]()
            out = self.note(layer(a), [a], layer)
        elif kind == "add":
            out = self.note(layers.Add(name=name)([a, b, c]), [a, b, c])
        elif kind == "minus":
            out = self.note(layers.Subtract(name=name)([b, a]), [b, a])
        elif kind == "twice":
            out = self.note(layers.Multiply(name=name)([a, a]), [a, a])
        elif kind == "concat":
            wide = self.note(layers.Concatenate(name=name)((b, a)), [b, a])
            out = self.note(dense(WIDTH, name=f"{name}_dense")(wide[0]), wide)
        elif kind == "plus":
            out = self.note(a + b, [a, b])
        elif kind == "less":
            out = self.note(1 - a, [a])
        elif kind == "slice":
            out = self.note(a[:, ::1, :WIDTH], [a])
        elif kind == "top":
            out = self.note(ops.top_k(a, WIDTH), [a])[:1]
        elif kind.startswith("keyed"):
            layer = Keyed(name=name)
            if kind == "keyed_again":
                layer = self.shared("keyed_again", lambda: Keyed(name="keyed_again"))
            result = layer(a, extra={"q": [b], "p": c}, scale=2.0)
            out = self.note(result, [a, b, c], layer)
        elif kind == "lstm":
            layer = layers.LSTM(WIDTH, return_sequences=True, return_state=True, name=name)
            sequence, h, c = self.note(layer(a), [a], layer)
            decoder = layers.LSTM(WIDTH, return_sequences=True, name=f"{name}_decoder")
            result = decoder(b, initial_state=[h, c])
            out = [sequence, *self.note(result, [b, h, c], decoder)]
        elif kind == "decoder":
            layer = self.shared("mha", lambda: layers.MultiHeadAttention(1, WIDTH, name="mha"))
            result = layer(a, b, key=c, return_attention_scores=True)
            out = self.note(result, [a, b, c], layer)[:1]
        else:
            layer = self.shared("nested_dict", nested_in_dict)
            out = self.note(layer({"q": a, "p": b}), [a, b], layer)
        self.tensors += out

    def nested_again(self) -> keras.Model:
        return self.shared(
            "inner", lambda: nested("inner", layers.Dense(WIDTH, name="inner_dense"))
        )

    def model(self, structure: str, ends: list[Tensor]) -> keras.Model:
        inputs: Any = self.inputs
        if structure == "dict":
            inputs = {tensor.name: tensor for tensor in self.inputs}
        elif structure == "tuple":
            inputs = tuple(self.inputs)
        elif structure == "nest":
            inputs = [self.inputs[0], {"more": self.inputs[1:]}] if self.inputs[1:] else inputs
        elif structure == "one" and len(inputs) == 1:
            (inputs,) = inputs
        outputs = {
            "one": ends[0] if len(ends) == 1 else ends,
            "list": ends,
            "tuple": tuple(ends),
            "dict": {f"end{len(ends) - n}": end for n, end in enumerate(ends)},
            "nest": {"z": ends[:1], "y": {"deep": ends}},
        }[structure]
        return keras.Model(inputs, outputs)

    def expected(self, ends: list[Tensor]) -> tuple[dict[str, list[str]], dict[str, str]]:
        """What the calls that the ends need take, and the numbers that they get in the model.

        Calls of a shared layer that no output needs are not in it; the others move up.
        """
        needed, waiting = set(), [self.ids[id(tensor)] for tensor in ends]
        while waiting:
            one = waiting.pop().rpartition("#")[0]
            if one in self.takes and one not in needed:
                needed.add(one)
                waiting += self.takes[one]
        numbers: dict[str, str] = {}
        counts: dict[str, int] = {}
        for one in sorted(needed, key=lambda one: int(one.rpartition(":")[2])):
            name = one.rpartition(":")[0]
            numbers[one] = f"{name}:{counts.setdefault(name, 0)}"
            counts[name] += 1

        def renamed(tensor: str) -> str:
            one, _, position = tensor.rpartition("#")
            return f"{numbers.get(one, one)}#{position}"

        calls = {numbers[one]: [renamed(t) for t in self.takes[one]] for one in needed}
        return calls, {tensor: renamed(tensor) for tensor in self.ids.values()}


def same_as_config(model: keras.Model, graph: LayerGraph) -> None:
    """Compare a graph, and those nested in it, with what Keras would save."""
    assert model.count_params() == graph.count_weights()
    assert {call.id: list(call.inputs) for call in graph.calls} == calls_in_config(model)
    for layer in graph.layers:
        if layer.kind == "model" and layer.class_name != "Sequential":
            same_as_config(model.get_layer(layer.name), layer.graph)


@pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    inputs=st.integers(1, 3),
    steps=st.lists(STEP, min_size=1, max_size=8),
    ends=st.integers(1, 3),
    structure=st.sampled_from(STRUCTURES),
)
def test_any_graph_is_read_as_it_was_built(
    inputs: int, steps: list[tuple[str, int, int, int]], ends: int, structure: str
) -> None:
    built = Built(inputs)
    for kind, *picks in steps:
        built.step(kind, *(built.tensors[pick % len(built.tensors)] for pick in picks))
    outputs = built.tensors[-ends:]
    model = built.model(structure, outputs)
    graph = read(model)
    calls, renamed = built.expected(outputs)

    # Keras adds calls that compute masks, and hands the masks on.
    written = {
        call.id: [a.tensor for a in call.arguments if a.name != "mask"]
        for call in graph.calls
        if call.id in calls
    }
    assert calls == written
    added = {call.layer for call in graph.calls if call.id not in calls}
    assert {"op"} >= {graph.layer(name).kind for name in added}
    flat = keras.tree.flatten(model.output)
    assert [renamed[built.ids[id(t)]] for t in flat] == [end.tensor for end in graph.outputs]
    assert [renamed[built.ids[id(t)]] for t in model.inputs] == [e.tensor for e in graph.inputs]
    assert [tuple(path) for path, _ in keras.tree.flatten_with_path(model.output)] == [
        end.path for end in graph.outputs
    ]
    same_as_config(model, graph)
    trainable = sum(math.prod(variable.shape) for variable in model.trainable_variables)
    assert trainable == graph.count_weights(trainable=True)
    assert graph == LayerGraph.from_json(graph.to_json())
    assert graph == read(model)
