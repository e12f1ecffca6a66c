"""A graph in words, and the phrases that the picture shares with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layergraph.drawing._view import View
from layergraph.graph import LayerGraph, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import keras

    from layergraph.graph import Call, Layer, Loss, Output


def describe(model: keras.Model | LayerGraph) -> str:
    """Put a model into words, in reading order.

    Args:
        model: A functional or Sequential model, or a graph that was read or made by hand.

    Returns:
        Plain sentences, one a line, on the inputs, each call with what it takes and gives,
        and the outputs. A nested model is told once, after the graph that uses it.

    Raises:
        TypeError: If it is no model, or a subclassed one.
        ValueError: If a Sequential model has not been built.

    Examples:
        >>> import keras
        >>> points = keras.Input((2,), name="points")
        >>> side = keras.layers.Dense(1, activation="sigmoid", name="side")(points)
        >>> print(describe(keras.Model(points, side, name="line")))
        Model line: 1 input, 1 layer, 1 output, 3 weights.
        Input points: shape (None, 2), float32.
        Layer side (Dense, units 1, activation sigmoid, 3 weights) takes points, gives (None, 1).
        Output side: from side, shape (None, 1).
    """
    graph = model if isinstance(model, LayerGraph) else read(model)
    return "\n".join(_sentences(graph, f"Model {graph.name}", trained=True))


def _sentences(graph: LayerGraph, title: str, *, trained: bool) -> Iterator[str]:
    view = View(graph)
    names = _tensor_names(view)
    numbers = {layer.name: len(calls) for layer, calls in view.layers}
    yield f"{title}: {size(graph)}."
    for end in graph.inputs:
        tensor = graph.tensor(end.tensor)
        yield f"Input {end.name}: shape {shape(tensor.shape)}, {tensor.dtype}."
    told = set()
    for call in view.calls:
        layer = graph.layer(call.layer)
        takes = _join([_taken(names[t.argument.tensor], t.label, t.mask) for t in view.taken(call)])
        gives = _join([shape(graph.tensor(tensor).shape) for tensor in call.outputs])
        if layer.name not in told:
            kind = {"op": "Operation", "model": "Nested model"}.get(layer.kind, "Layer")
            about = [class_name(layer), *facts(layer, " "), *counts(layer, numbers[layer.name])]
            head = f"{kind} {layer.name} ({', '.join(about)})"
            if numbers[layer.name] > 1:
                head += f", call {call.number + 1}:"
        else:
            head = f"{layer.name} again, call {call.number + 1}, with the same weights:"
        told.add(layer.name)
        extra = "".join(f", {name} {value(v)}" for name, v in call.constants)
        yield f"{head} takes {takes}{extra}, gives {gives}."
    for output in graph.outputs:
        tensor = graph.tensor(output.tensor)
        parts = [f"from {names[output.tensor]}", f"shape {shape(tensor.shape)}"]
        if trained:
            parts += losses(output)
        yield f"Output {output.name}: {', '.join(parts)}."
    if trained and graph.compile_problem:
        yield f"The losses do not fit the outputs: {graph.compile_problem}"
    for layer, _ in view.layers:
        for part in chain(layer):
            if part.graph is not None:
                # Losses that a nested model was compiled with play no part in this one.
                yield from _sentences(part.graph, f"Inside {layer.name}", trained=False)


def _tensor_names(view: View) -> dict[str, str]:
    names = {end.tensor: end.name for end in view.graph.inputs}
    for layer, calls in view.layers:
        for call in calls:
            name = layer.name if len(calls) == 1 else f"call {call.number + 1} of {layer.name}"
            for position, tensor in enumerate(call.outputs):
                several = len(call.outputs) > 1
                names[tensor] = f"output {position + 1} of {name}" if several else name
    return names


def _taken(name: str, label: str, mask: str) -> str:
    # A number says no more than the order of the words does.
    role = "" if label.replace(".", "").isdigit() else f" as {label}" if label else ""
    along = {"with mask": " with its mask", "mask dropped": " without its mask"}.get(mask, "")
    return f"{name}{role}{along}"


def _join(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def chain(layer: Layer) -> Iterator[Layer]:
    """Yield a layer, what it wraps, what that wraps, and so on."""
    yield layer
    for part in layer.wraps:
        yield from chain(part)


def size(graph: LayerGraph) -> str:
    """Say how much there is of everything."""
    layers = View(graph).layers
    return ", ".join(
        [
            plural(len(graph.inputs), "input"),
            plural(len(layers), "layer"),
            plural(len(graph.outputs), "output"),
            plural(graph.count_weights(), "weight"),
        ]
    )


def plural(number: int, word: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def shape(sizes: Sequence[int | None]) -> str:
    """Write a shape as Keras prints it."""
    return str(tuple(sizes))


def value(fact: object) -> str:
    """Write a setting's value."""
    if isinstance(fact, tuple):
        return f"({', '.join(map(value, fact))}{',' if len(fact) == 1 else ''})"
    return str(fact)


def class_name(layer: Layer) -> str:
    """Write a layer's class, with what it wraps."""
    return " of ".join(part.class_name for part in chain(layer))


def facts(layer: Layer, sign: str) -> list[str]:
    """Write the settings of a layer and of what it wraps."""
    return [
        f"{name.replace('_', ' ') if sign == ' ' else name}{sign}{value(fact)}"
        for part in chain(layer)
        for name, fact in part.facts
    ]


def counts(layer: Layer, calls: int) -> list[str]:
    """Say how many weights there are, how many are trained, and how many calls share them."""
    total, trained = layer.count_weights(), layer.count_weights(trainable=True)
    words = []
    if total:
        words.append(plural(total, "weight") + (f" shared by {calls} calls" if calls > 1 else ""))
    elif calls > 1:
        words.append(f"called {calls} times")
    if layer.frozen:
        words.append("frozen")
    elif trained < total:
        words.append(f"{total - trained:,} of them not trained")
    return words


def losses(output: Output) -> list[str]:
    """Say what an output is trained for."""
    return [_loss(loss) for loss in output.losses]


def _loss(loss: Loss) -> str:
    return f"loss {loss.name}, weight {loss.weight:g}"


def flow(call: Call, view: View) -> str:
    """Say the shapes that go in and come out of a call with one of each."""
    taken = view.taken(call)
    ends = [shape(view.graph.tensor(tensor).shape) for tensor in call.outputs]
    starts = [shape(view.graph.tensor(t.argument.tensor).shape) for t in taken]
    if len(ends) > 1:
        return ""
    return f"{starts[0]} → {ends[0]}" if len(starts) == 1 else f"→ {ends[0]}"
