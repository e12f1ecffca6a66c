"""What Keras' public face says of a model, held against what was read of it.

Nothing here looks where ``layergraph.graph`` looks: the calls and their edges come out of
``model.get_config()``, shapes and weights out of the public attributes of models and layers.
"""

import inspect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import keras
import numpy as np

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


def differences(model: keras.Model, graph: LayerGraph) -> list[str]:
    """Tell all in which a graph is not the model that it was read from.

    Args:
        model: The model.
        graph: What was read.

    Returns:
        A sentence for each difference; none if there is no fault.
    """
    held = Counter(id(one) for part in _models(model) for one in _operations(part))
    found = _Compared(
        trained={id(weight) for weight in model.trainable_weights},
        several={one for one, times in held.items() if times > 1},
    )
    _compare(found, model, graph, "")
    return found.sentences


@dataclass
class _Compared:
    """The differences found so far.

    Attributes:
        trained: The variables that training the whole model changes.
        several: The layers that more than one of the models use.
        where: The model that is looked at, with those around it.
        sentences: The differences.
    """

    trained: set[int]
    several: set[int]
    where: str = ""
    sentences: list[str] = field(default_factory=list)

    def same(self, what: str, expected: object, got: object) -> None:
        if expected != got:
            self.sentences.append(f"{self.where} {what}: {expected} in Keras, read as {got}")


def _compare(found: _Compared, model: keras.Model, graph: LayerGraph, outside: str) -> None:
    found.where = f"{outside}{model.name}/"
    found.same("name", model.name, graph.name)
    found.same("class", type(model).__name__, graph.class_name)
    found.same("outputs' names", output_names(model), [end.name for end in graph.outputs])
    for what, ends, tensors in (
        ("inputs'", graph.inputs, model.inputs),
        ("outputs'", graph.outputs, model.outputs),
    ):
        found.same(
            f"{what} shapes",
            [(tuple(tensor.shape), tensor.dtype) for tensor in tensors],
            [(graph.tensor(end.tensor).shape, graph.tensor(end.tensor).dtype) for end in ends],
        )
    if isinstance(model, keras.Sequential):
        _compare_chain(found, model, graph)
    else:
        _compare_calls(found, model, graph)
    _compare_weights(found, model, graph.weights())
    read = {layer.name: layer for layer in graph.layers}
    for operation in _operations(model):
        if operation.name in read:
            _compare_layer(found, operation, read[operation.name])


def output_names(model: keras.Model) -> list[str]:
    """The names that losses go by: the dict keys, else the layers'; ``/`` between parts."""
    if isinstance(model, keras.Sequential):
        return [model.layers[-1].name]
    layers = [name for name, _, _ in _triples(_config(model)["output_layers"])]
    paths = [path for path, _ in keras.tree.flatten_with_path(model.output)]
    if isinstance(model.output, keras.KerasTensor):
        paths = [()]
    names = []
    for path, layer in zip(paths, layers, strict=True):
        keys = [key for key in path if isinstance(key, str)]
        names.append("/".join(keys if path and path[-1:] == tuple(keys[-1:]) else [*keys, layer]))
    return names


@lru_cache(maxsize=8)
def _config(model: keras.Model) -> dict[str, Any]:
    # Keras copies all of it each time. A class of its own may tell its settings instead.
    config = model.get_config()
    if "layers" not in config:
        config = keras.Model(model.input, model.output, name=model.name).get_config()
    return config


def _is_model(operation: object) -> bool:
    return isinstance(operation, keras.Sequential | keras.Function)


def _models(model: keras.Model) -> Iterator[keras.Model]:
    """A model and all that are nested in it."""
    yield model
    for operation in _operations(model):
        while isinstance(operation, keras.layers.Wrapper):
            operation = operation.layer
        if _is_model(operation):
            yield from _models(operation)


def _operations(model: keras.Model) -> list[Any]:
    """Layers and bare operations, without the inputs, in Keras' order."""
    operations = model.layers if isinstance(model, keras.Sequential) else model.operations
    return [one for one in operations if not isinstance(one, keras.layers.InputLayer)]


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
    config = _config(model)
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
            constants[name] = value
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
    kept = {name: _rounded(value) for name, value in call.constants if name in constants}
    expected = {name: _rounded(value) for name, value in constants.items()}
    found.same(f"constants of {call.id}", expected, kept)
    # The public attribute tells what the first call gave, whichever model that was for, and of a
    # nested model its own outputs.
    several = id(operation) in found.several or len(graph.calls_of(call.layer)) > 1
    if not several and not _is_model(operation):
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


def _rounded(value: Any) -> Any:  # noqa: ANN401
    """Lists as tuples, and numbers as the 32 bits that Keras computes with, as they are read."""
    if isinstance(value, list | tuple):
        return tuple(map(_rounded, value))
    return float(np.float32(value)) if isinstance(value, float) else value


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
    nested = _is_model(layer)
    found.same(f"kind of {read.name}", "model" if nested else "layer", read.kind)
    found.same(f"a graph in {read.name}", nested, read.graph is not None)
    if nested and read.graph is not None:
        where = found.where
        _compare(found, layer, read.graph, where)
        found.where = where
    if isinstance(layer, keras.layers.Wrapper) and read.wraps:
        _compare_layer(found, layer.layer, read.wraps[0])
    found.same(f"trainable of {read.name}", layer.trainable, read.trainable)
    _compare_weights(found, layer, read.weights)
    config = layer.get_config()
    _compare_wrapped(found, config, read)
    for name, fact in read.facts:
        value = config.get(name)
        if _plain(value) and _plain(fact):
            found.same(f"{name} of {read.name}", _rounded(value), _rounded(fact))


def _compare_weights(found: _Compared, layer: Any, read: tuple[Weight, ...]) -> None:  # noqa: ANN401
    """The weights one by one, and their numbers as Keras counts them."""
    found.same(
        f"weights of {layer.name}",
        sorted((weight.name, tuple(weight.shape), weight.dtype) for weight in layer.weights),
        sorted((weight.name, weight.shape, weight.dtype) for weight in read),
    )
    trained = [weight for weight in layer.weights if id(weight) in found.trained]
    counts = layer.count_params(), sum(map(_size, trained))
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

    Not those on which Keras makes masks and hands them on, nor those from a call of a layer to
    another of the same, which a picture tells within the layer's box.
    """
    hidden = mask_makers(model)
    config = _config(model)
    operations = {operation.name: operation for operation in model.operations}
    found: Counter[tuple[str, str]] = Counter()
    for entry in config["layers"]:
        parameters = inspect.signature(operations[entry["name"]].call).parameters
        for node in entry["inbound_nodes"]:
            for name, place, value, keyword in _given(parameters, node):
                for edge in _tensors(value, place, name, keyword):
                    found[edge.tensor.split(":")[0], entry["name"]] += 1
    ends = _triples(config["output_layers"])
    for (layer, _, _), name in zip(ends, output_names(model), strict=True):
        found[layer, f"output {name}"] += 1
    return Counter(
        {
            (start, end): times
            for (start, end), times in found.items()
            if start != end and not {start, end} & hidden
        }
    )


def _hands_on(name: str, parameters: Any) -> bool:  # noqa: ANN401
    """Whether Keras itself gives masks to this parameter: ``mask``, or ``x_mask`` beside ``x``."""
    return name == "mask" or (name.endswith("_mask") and name.removesuffix("_mask") in parameters)


def mask_makers(model: keras.Model) -> set[str]:
    """Names of the bare operations that Keras adds to compute masks, which nobody wrote.

    What they give goes to the ``mask`` of a call, or to another of them, and nowhere else.
    """
    found: set[str] = set()
    for part in _models(model):
        if isinstance(part, keras.Sequential):
            continue
        operations = {one.name: one for one in part.operations}
        config = _config(part)
        to: dict[str, set[str]] = {}
        for entry in config["layers"]:
            parameters = inspect.signature(operations[entry["name"]].call).parameters
            for node in entry["inbound_nodes"]:
                for name, place, value, keyword in _given(parameters, node):
                    for edge in _tensors(value, place, name, keyword):
                        taker = "mask" if _hands_on(name, parameters) else entry["name"]
                        to.setdefault(edge.tensor.split(":")[0], set()).add(taker)
        ends = {name for name, _, _ in _triples(config["output_layers"])}
        bare = {
            name
            for name, one in operations.items()
            if not isinstance(one, keras.layers.Layer) and name not in ends
        }
        makers: set[str] = set()
        while more := {name for name in bare - makers if to[name] <= {"mask", *makers}}:
            makers |= more
        found |= makers
    return found
