"""What Keras' public face says of a model, held against what was read of it.

Nothing here looks where ``layergraph.graph`` looks: the calls and their edges come out of
``model.get_config()``, shapes and weights out of the public attributes of models and layers.
"""

import inspect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras

from layergraph.graph import Call, Layer, LayerGraph, Weight

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Edge:
    """A tensor given to a call: to which parameter, where in it, and which tensor."""

    parameter: str
    place: Place
    tensor: str
    shape: tuple[int | None, ...]
    dtype: str
    keyword: bool


def differences(model: keras.Model, graph: LayerGraph, where: str = "") -> list[str]:
    """Tell all in which a graph is not the model that it was read from.

    Args:
        model: The model.
        graph: What was read.
        where: The nested models on the way here, for the sentences.

    Returns:
        A sentence for each difference; none if there is no fault.
    """
    where = f"{where}{model.name}/"
    found = _Compared(where)
    found.same("name", model.name, graph.name)
    found.same("class", type(model).__name__, graph.class_name)
    if isinstance(model, keras.Sequential):
        expected = [model.layers[-1].name]
    else:
        expected = list(model.output_names)
    found.same("outputs' names", expected, _output_names(model, expected, graph))
    found.same(
        "outputs' shapes",
        [tuple(tensor.shape) for tensor in model.outputs],
        [graph.tensor(end.tensor).shape for end in graph.outputs],
    )
    found.same(
        "inputs' shapes",
        [(tuple(tensor.shape), tensor.dtype) for tensor in model.inputs],
        [(graph.tensor(end.tensor).shape, graph.tensor(end.tensor).dtype) for end in graph.inputs],
    )
    if isinstance(model, keras.Sequential):
        _compare_chain(found, model, graph)
    else:
        _compare_calls(found, model, graph)
    _compare_weights(found, model, graph.weights())
    for operation in _operations(model):
        if operation.name in {layer.name for layer in graph.layers}:
            _compare_layer(found, operation, graph.layer(operation.name))
    return found.sentences


class _Compared:
    """The differences found so far."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.sentences: list[str] = []

    def same(self, what: str, expected: object, got: object) -> None:
        if expected != got:
            self.sentences.append(f"{self.where} {what}: {expected} in Keras, read as {got}")


def _operations(model: keras.Model) -> list[Any]:
    """Layers and bare operations, without the inputs, in Keras' order."""
    operations = model.layers if isinstance(model, keras.Sequential) else model.operations
    return [one for one in operations if not isinstance(one, keras.layers.InputLayer)]


def _output_names(model: keras.Model, keras_names: list[str], graph: LayerGraph) -> list[str]:
    """The outputs' names as read; of nested outputs, for which Keras has no names, its own."""
    parts = model.output.values() if isinstance(model.output, dict) else model.output
    deep = isinstance(model.output, dict | list | tuple) and any(
        isinstance(part, dict | list | tuple) for part in parts
    )
    return keras_names if deep else [end.name for end in graph.outputs]


def _compare_chain(found: _Compared, model: keras.Sequential, graph: LayerGraph) -> None:
    """A Sequential: its layers in order, each on what the one before gave."""
    names = [layer.name for layer in _operations(model)]
    found.same("layers", names, [layer.name for layer in graph.layers])
    before = [end.tensor for end in graph.inputs]
    for call in graph.calls:
        found.same(f"call {call.id} takes", before, list(call.inputs)[:1])
        before = list(call.outputs)[:1]
    found.same("output", before, [end.tensor for end in graph.outputs])


def _compare_calls(found: _Compared, model: keras.Model, graph: LayerGraph) -> None:
    """Layers, calls and edges, with what is constant in a call."""
    config = model.get_config()
    told = [entry for entry in config["layers"] if entry["class_name"] != "InputLayer"]
    names = [entry["name"] for entry in told]
    found.same("layers", sorted(names), sorted(layer.name for layer in graph.layers))
    keys = [f"{entry['name']}:{n}" for entry in told for n in range(len(entry["inbound_nodes"]))]
    found.same("calls", sorted(keys), sorted(call.id for call in graph.calls))
    operations = {operation.name: operation for operation in model.operations}
    read = {call.id: call for call in graph.calls}
    for entry in told:
        operation = operations[entry["name"]]
        for number, node in enumerate(entry["inbound_nodes"]):
            call = read.get(f"{entry['name']}:{number}")
            if call is not None:
                _compare_call(found, operation, node, call, graph)
    starts, ends = (list(_triples(config[f"{end}_layers"])) for end in ("input", "output"))
    found.same("inputs", [name for name, _, _ in starts], [end.name for end in graph.inputs])
    for what, expected, got in (("input", starts, graph.inputs), ("output", ends, graph.outputs)):
        ids = [_id(triple, operations) for triple in expected]
        found.same(f"{what}s' tensors", ids, [end.tensor for end in got])
    known = {end.tensor for end in graph.inputs}
    for call in graph.calls:
        if not known >= set(call.inputs):
            found.sentences.append(f"{found.where} call {call.id} stands before what it depends on")
        known |= set(call.outputs)


def _compare_call(
    found: _Compared,
    operation: Any,  # noqa: ANN401
    node: dict[str, Any],
    call: Call,
    graph: LayerGraph,
) -> None:
    parameters = inspect.signature(operation.call).parameters
    edges: list[Edge] = []
    constants: dict[str, object] = {}
    for name, place, value, keyword in _given(parameters, node):
        within = list(_tensors(value, place, name, keyword))
        edges += within
        default = parameters[name].default if name in parameters else False
        if not within and _plain(value) and value is not None and value != default:
            constants[name] = tuple(value) if isinstance(value, list) else value
    got = [
        Edge(
            argument.name,
            argument.path,
            argument.tensor,
            graph.tensor(argument.tensor).shape,
            graph.tensor(argument.tensor).dtype,
            argument.keyword,
        )
        for argument in call.arguments
    ]
    found.same(f"call {call.id} takes", edges, got)
    kept = {name: value for name, value in call.constants if name in constants}
    found.same(f"constants of {call.id}", constants, kept)
    once = len([other for other in graph.calls if other.layer == call.layer]) == 1
    if once:
        outputs = keras.tree.flatten(operation.output)
        found.same(
            f"call {call.id} gives",
            [(tuple(tensor.shape), tensor.dtype) for tensor in outputs],
            [(graph.tensor(id).shape, graph.tensor(id).dtype) for id in call.outputs],
        )


def _given(
    parameters: Any,  # noqa: ANN401
    node: dict[str, Any],
) -> Iterator[tuple[str, Place, Any, bool]]:
    """What a call was given: parameter, place in ``*args``, value, whether by name."""
    ordered = list(parameters.values())
    for at, value in enumerate(node["args"]):
        parameter = ordered[min(at, len(ordered) - 1)]
        stars = [p for p in ordered[: at + 1] if p.kind is inspect.Parameter.VAR_POSITIONAL]
        if stars:
            yield stars[0].name, (at - ordered.index(stars[0]),), value, False
        else:
            yield parameter.name, (), value, False
    for name, value in node["kwargs"].items():
        yield name, (), value, True


def _tensors(value: object, place: Place, name: str, keyword: bool) -> Iterator[Edge]:
    """The tensors in an argument of the config, with their places."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        config = value["config"]
        layer, call, tensor = config["keras_history"]
        yield Edge(
            name,
            place,
            f"{layer}:{call}#{tensor}",
            tuple(config["shape"]),
            config["dtype"],
            keyword,
        )
    elif isinstance(value, dict) and value.get("class_name") == "__tuple__":
        yield from _tensors(value["config"]["value"], place, name, keyword)
    elif isinstance(value, dict):
        for key in sorted(value):  # as keras.tree goes through a dict
            yield from _tensors(value[key], (*place, key), name, keyword)
    elif isinstance(value, list | tuple):
        for at, part in enumerate(value):
            yield from _tensors(part, (*place, at), name, keyword)


def _plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_plain, value))
    return isinstance(value, bool | int | float | str)


def _triples(structure: object) -> Iterator[tuple[str, int, int]]:
    """The ``[layer, call, tensor]`` in the config's inputs or outputs."""
    if isinstance(structure, dict):
        for key in sorted(structure):
            yield from _triples(structure[key])
    elif isinstance(structure, list | tuple):
        if len(structure) == 3 and isinstance(structure[0], str):
            yield structure[0], structure[1], structure[2]
        else:
            for part in structure:
                yield from _triples(part)


def _id(triple: tuple[str, int, int], operations: dict[str, Any]) -> str:
    layer, call, tensor = triple
    # The config counts a nested functional model's own outputs as its call 0, here alone.
    nested = isinstance(operations[layer], keras.Function)
    return f"{layer}:{call - nested}#{tensor}"


def _compare_layer(found: _Compared, layer: Any, read: Layer) -> None:  # noqa: ANN401
    found.same(f"class of {read.name}", type(layer).__name__, read.class_name)
    if not isinstance(layer, keras.layers.Layer):
        found.same(f"kind of {read.name}", "op", read.kind)
        return
    nested = isinstance(layer, keras.Sequential | keras.Function)
    found.same(f"kind of {read.name}", "model" if nested else "layer", read.kind)
    found.same(f"trainable of {read.name}", layer.trainable, read.trainable)
    _compare_weights(found, layer, read.weights)
    config = layer.get_config()
    _compare_wrapped(found, config, read)
    for name, fact in read.facts:
        value = config.get(name)
        if _plain(value) and _plain(fact):
            expected = tuple(value) if isinstance(value, list) else value
            found.same(f"{name} of {read.name}", expected, fact)
    if nested:
        if read.graph is None:
            found.sentences.append(f"{found.where} {read.name} is a model without a graph")
        else:
            found.sentences += differences(layer, read.graph, found.where)


def _compare_weights(found: _Compared, layer: Any, read: tuple[Weight, ...]) -> None:  # noqa: ANN401
    """The weights one by one, and their numbers as Keras counts them."""
    found.same(
        f"weights of {layer.name}",
        sorted((weight.name, tuple(weight.shape), weight.dtype) for weight in layer.weights),
        sorted((weight.name, weight.shape, weight.dtype) for weight in read),
    )
    counts = (
        layer.count_params(),
        sum(map(_size, layer.trainable_weights)),
    )
    numbers = {weight.number: weight for weight in read}.values()
    found.same(
        f"total and trainable weights of {layer.name}",
        counts,
        (
            sum(weight.count for weight in numbers),
            sum(weight.count for weight in numbers if weight.trainable),
        ),
    )


def _size(weight: Any) -> int:  # noqa: ANN401
    size = 1
    for length in weight.shape:
        size *= length
    return size


def _compare_wrapped(found: _Compared, config: dict[str, Any], read: Layer) -> None:
    """What a wrapper or an RNN holds, by name, down to the last."""
    inside = [config[key] for key in ("layer", "cell") if isinstance(config.get(key), dict)]
    cells = config.get("cells")
    if isinstance(cells, list):
        inside += cells
    if not inside:
        return
    found.same(
        f"layers inside {read.name}",
        [part["config"]["name"] for part in inside],
        [part.name for part in read.wraps][: len(inside)],
    )
    for part, layer in zip(inside, read.wraps, strict=False):
        _compare_wrapped(found, part["config"], layer)


def edges_in_config(model: keras.Model) -> Counter[tuple[str, str]]:
    """From which layer to which tensors go, and how many; outputs are layers of their name.

    Not those that a mask takes, nor those from a call of a layer to another of the same, which
    a picture tells within the layer's box.
    """
    config = model.get_config()
    operations = {operation.name: operation for operation in model.operations}
    found: Counter[tuple[str, str]] = Counter()
    for entry in config["layers"]:
        parameters = inspect.signature(operations[entry["name"]].call).parameters
        for node in entry["inbound_nodes"]:
            for name, place, value, keyword in _given(parameters, node):
                if "mask" not in name:
                    for edge in _tensors(value, place, name, keyword):
                        found[edge.tensor.split(":")[0], entry["name"]] += 1
    for (layer, _, _), name in zip(
        _triples(config["output_layers"]), model.output_names, strict=True
    ):
        found[layer, f"output {name}"] += 1
    return Counter({ends: times for ends, times in found.items() if ends[0] != ends[1]})
