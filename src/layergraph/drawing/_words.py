"""A graph in words, and the phrases that the picture shares with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from layergraph.drawing._description import Description, Row, Section
from layergraph.drawing._phrases import join, name, number, path, plural, shape, value
from layergraph.drawing._view import View
from layergraph.graph import LayerGraph, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import keras

    from layergraph.drawing._view import Taken
    from layergraph.graph import Call, Fact, Input, Layer, Output, Tensor

# What layers call their first parameter, and operations theirs. A tensor that is given as that
# needs no more words.
_FIRST = frozenset(("inputs", "data", "sequence", "sequences", "x"))
_FIRST_OF_OPERATIONS = frozenset(("inputs", "data", "x", "x1", "a", "images"))

Place: TypeAlias = tuple[str, ...]
"""Where a layer is, the innermost name first: ``("dense", "encoder")``."""


def describe(model: keras.Model | LayerGraph, *, depth: int | None = None) -> Description:
    """Put a model into words, in reading order.

    The words say all that it takes to build the model again with the functional API, but for
    the values of its weights: names, shapes, settings that are not the default ones, what each
    call takes and in which order, what is shared, and what is trained. A name or a text that
    could be misread in a sentence stands in quotation marks. Of a setting with more than 64
    values, such as a vocabulary, only the first are told.

    Args:
        model: A functional or Sequential model, or a graph that was read or made by hand.
        depth: How many levels of nested models are told; all by default, 0 for none.

    Returns:
        Plain sentences, one a line, on the inputs, each call with what it takes and gives,
        and the outputs, which notebooks show as tables. A nested model is told once, after
        the graph that uses it.

    Raises:
        TypeError: If it is no model, or a subclassed one.
        ValueError: If a Sequential model has not been built, or ``depth`` is negative.

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
    check_depth(depth)
    graph = model if isinstance(model, LayerGraph) else read(model)
    sections = tuple(_Teller(depth).sections(graph))
    return Description(sections[0].title, sections[0].summary, sections)


def check_depth(depth: object) -> None:
    """Raise ValueError for what is no number of levels."""
    number = isinstance(depth, int) and not isinstance(depth, bool) and depth >= 0
    if depth is not None and not number:
        raise ValueError(f"depth is {depth!r}; it must be 0 or more, or None for all levels")


class _Teller:
    """Tells a graph and those nested in it, and remembers what has been told."""

    def __init__(self, depth: int | None) -> None:
        self.depth = depth
        self.opened: set[Layer] = set()
        self.known: dict[object, Place] = {}
        self.owners: dict[int, Place] = {}

    def sections(self, graph: LayerGraph, place: Place = (), level: int = 0) -> Iterator[Section]:
        """Tell a graph, then what is nested in it."""
        section = _Section(self, View(graph), place, level)
        yield section.told()
        for nested, there in section.inside:
            yield from self.sections(nested, there, level + 1)

    def opens(self, layer: Layer, level: int) -> bool:
        """Say whether the graph inside a layer is to be told now, and note that it will be."""
        too_deep = self.depth is not None and level >= self.depth
        if layer.graph is None or layer in self.opened or too_deep:
            return False
        self.opened.add(layer)
        return True

    def same(self, layer: Layer, place: Place) -> str:
        """Say that a layer is one that has been told elsewhere, or note that it now is."""
        if layer.graph is None and not layer.weights:
            return ""  # two without weights are as good as one
        numbers = tuple(weight.number for weight in layer.weights)
        key = layer if layer.graph is not None else (layer.class_name, layer.name, numbers)
        if key in self.known:
            kind = "layer" if layer.graph is None else "model"
            return f"the same {kind} as {whereabouts(self.known[key])}"
        self.known[key] = place
        return ""

    def shared_weights(self, layer: Layer, place: Place) -> list[str]:
        """Say which single weights belong to another layer, told before, as well."""
        if layer.graph is not None or layer.wraps:
            return []
        shared: dict[Place, list[str]] = {}
        for weight in layer.weights:
            owner = self.owners.setdefault(weight.number, place)
            if owner != place:
                shared.setdefault(owner, []).append(name(weight.name))
        return [f"shares {join(of)} with {whereabouts(owner)}" for owner, of in shared.items()]


class _Section:
    """One graph while it is told; ``inside`` are the graphs to tell after it."""

    def __init__(self, teller: _Teller, view: View, place: Place, level: int) -> None:
        self.teller = teller
        self.view = view
        self.place = place
        self.level = level
        self.inside: list[tuple[LayerGraph, Place]] = []
        self.tensors = _tensor_names(view)

    def told(self) -> Section:
        graph, nested = self.view.graph, bool(self.place)
        title = f"Inside {_place(self.place)}" if nested else f"Model {name(graph.name)}"
        if not nested and graph.class_name != "Functional":
            title += f" ({graph.class_name})"
        rows = [self.input(end) for end in graph.inputs]
        rows += [row for call in self.calls() for row in call]
        rows += [self.output(end) for end in graph.outputs]
        note = ""
        if graph.compile_problem and not nested:
            note = f"The losses or metrics do not fit the outputs: {graph.compile_problem}"
        # Keras' message may have several lines.
        return Section(title, _summary(self.view), tuple(rows), " ".join(note.split()))

    def input(self, end: Input) -> Row:
        place = way(end, self.view.graph.inputs)
        tensor = self.view.graph.tensor(end.tensor)
        shaped = [shape(tensor.shape), tensor.dtype]
        kinds = kinds_of(end)
        words = ", ".join(filter(None, [place, f"shape {shaped[0]}", shaped[1], *kinds]))
        part = f"Input {name(end.name)}"
        about = ", ".join(filter(None, [place, *kinds]))
        return Row(f"{part}: {words}.", part, about, gives=", ".join(shaped))

    def output(self, end: Output) -> Row:
        graph = self.view.graph
        place = way(end, graph.outputs)
        source, shaped = self.tensors[end.tensor], shape(graph.tensor(end.tensor).shape)
        aims = [*losses(end), *metrics(end)]
        if graph.compiled and not graph.compile_problem and not end.losses:
            aims.insert(0, "no loss")
        if self.place:  # what a nested model was compiled with plays no part in this one
            aims = []
        words = ", ".join(filter(None, [place, f"from {source}", f"shape {shaped}", *aims]))
        part = f"Output {name(end.name)}"
        about = ", ".join(filter(None, [place, *aims]))
        return Row(f"{part}: {words}.", part, about, source, shaped)

    def calls(self) -> Iterator[list[Row]]:
        times = {layer.name: len(calls) for layer, calls in self.view.layers}
        told = set()
        for call in self.view.calls:
            layer = self.view.graph.layer(call.layer)
            called = name(layer.name)
            kind = {"op": "Operation", "model": "Nested model"}.get(layer.kind, "Layer")
            which = f", call {call.number + 1}" if times[layer.name] > 1 else ""
            below: list[Row] = []
            if layer.name in told:
                about = "again" + (", with the same weights" if layer.weights else "")
                head = f"{called} again{which}{about.removeprefix('again')}:"
            else:
                told.add(layer.name)
                about, below = self.about(layer, times[layer.name], (layer.name,))
                head = f"{kind} {called} ({about}){which}" + (":" if which else "")
            takes, gives = self.takes(call), self.gives(call)
            sentence = f"{head} takes {takes}, gives {gives}."
            yield [Row(sentence, f"{kind} {called}{which}", about, takes, gives), *below]

    def about(self, layer: Layer, calls: int, way: Place) -> tuple[str, list[Row]]:
        """Tell what a layer is, and in rows of their own the layers that it wraps.

        Args:
            layer: The layer.
            calls: How many calls of it there are.
            way: Where it is in this graph: its name, then those of the wrappers around it.
        """
        place = (*way, *self.place)
        same = self.teller.same(layer, place)
        words = [_qualified(layer), *_settings(layer, " ")]
        if self.teller.opens(layer, self.level) and layer.graph is not None:
            self.inside.append((layer.graph, place))
        elif layer.graph is not None and layer not in self.teller.opened:
            words.append(f"{plural(len(View(layer.graph).layers), 'layer')} inside")
        words += counts(layer, calls)
        if layer.frozen and layer.trainable:
            words[-1] = "frozen inside"
        elif not layer.frozen and not layer.trainable:
            words.append("trainable off")
        if layer.stateful:
            words.append("keeps state between batches")
        if same:
            return ", ".join([*words, same]), []
        words += self.teller.shared_weights(layer, place)
        return ", ".join(words), self.wrapped(layer, way)

    def wrapped(self, layer: Layer, way: Place) -> list[Row]:
        rows = []
        for at, part in enumerate(layer.wraps):
            about, below = self.about(part, 1, (part.name, *way))
            if part.kind == "model":
                about = f"nested model {about}"
            verb = "also wraps" if at else "wraps"
            sentence = f"{_place(way)} {verb} {name(part.name)} ({about})."
            rows += [Row(sentence, f"{name(part.name)}, wrapped in {_place(way)}", about), *below]
        return rows

    def takes(self, call: Call) -> str:
        taken = self.view.taken(call)
        positional = [t for t in taken if not t.argument.keyword]
        words = [join(self.arguments(call, positional, unnamed=self.first(call, positional)))]
        if len(positional) < len(taken):
            keywords = [t for t in taken if t.argument.keyword]
            words.append(f"by keyword {join(self.arguments(call, keywords, unnamed=False))}")
        if call.constants:
            words.append(f"with {join([f'{key} {value(v)}' for key, v in call.constants])}")
        return ", ".join(filter(None, words)) or "nothing"

    def first(self, call: Call, taken: Sequence[Taken]) -> bool:
        """Say whether all of some tensors are what a layer takes in the first place."""
        is_op = self.view.graph.layer(call.layer).kind == "op"
        if is_op and call.constants:
            return False
        names = {t.argument.name for t in taken}
        return len(names) == 1 and names <= (_FIRST_OF_OPERATIONS if is_op else _FIRST)

    def arguments(self, call: Call, taken: Sequence[Taken], *, unnamed: bool) -> list[str]:
        paths = [t.argument.path for t in taken]
        # The order of the words tells the order of a list.
        listed = unnamed and len(paths) > 1 and paths == [(at,) for at in range(len(paths))]
        only_passed = not (use := self.view.graph.mask_use(call.id)).used and use.passed
        masks = {
            "with mask": " passing its mask on" if only_passed else " with its mask",
            "mask dropped": " without its mask",
        }
        words = []
        for t in taken:
            role = "" if listed else path(t.argument.path)
            role = " of ".join(filter(None, [role, "" if unnamed else t.argument.name]))
            along = masks.get(t.mask, "")
            words.append(f"{self.tensors[t.argument.tensor]}{role and f' as {role}'}{along}")
        return words

    def gives(self, call: Call) -> str:
        return join([_given(self.view.graph.tensor(tensor)) for tensor in call.outputs])


def _tensor_names(view: View) -> dict[str, str]:
    names = {end.tensor: name(end.name) for end in view.graph.inputs}
    for layer, calls in view.layers:
        for call in calls:
            which = name(layer.name)
            if len(calls) > 1:
                which = f"call {call.number + 1} of {which}"
            for position, tensor in enumerate(call.outputs):
                several = len(call.outputs) > 1
                names[tensor] = f"output {position + 1} of {which}" if several else which
    return names


def _given(tensor: Tensor) -> str:
    words = [shape(tensor.shape)]
    if tensor.dtype != "float32":
        words.append(tensor.dtype)
    if tensor.masked:
        words.append("with a mask")
    return " ".join(words)


def _structure(ends: Sequence[Input | Output]) -> str:
    """Say in what structure a model has its inputs, or its outputs."""
    paths = [end.path for end in ends]
    if not any(paths):
        return ""  # one, without a structure around it
    if paths == [(at,) for at in range(len(paths))]:
        return "list"
    return "dict" if all(len(at) == 1 and isinstance(at[0], str) for at in paths) else "nest"


def way(end: Input | Output, ends: Sequence[Input | Output]) -> str:
    """Say where in the structure an input or output is, unless the order says it."""
    return "" if _structure(ends) == "list" else path(end.path)


def _place(place: Place) -> str:
    return " in ".join(map(name, place))


def whereabouts(place: Place) -> str:
    return _place(place) + (" in the outermost model" if len(place) == 1 else "")


def _summary(view: View) -> str:
    words = _sizes(view)
    for at, ends in ((0, view.graph.inputs), (2, view.graph.outputs)):
        structure = _structure(ends)
        words[at] += structure and f" in a {structure}"
    return ", ".join(words)


def _qualified(layer: Layer) -> str:
    """Write a layer's class, with the module that one must have to build it."""
    keras = layer.module.split(".")[0] in ("", "keras")
    return layer.class_name if keras else f"{layer.module}.{layer.class_name}"


def chain(layer: Layer) -> Iterator[Layer]:
    """Yield a layer, what it wraps, what that wraps, and so on."""
    yield layer
    for part in layer.wraps:
        yield from chain(part)


def size(graph: LayerGraph) -> str:
    """Say how much there is of everything."""
    return ", ".join(_sizes(View(graph)))


def _sizes(view: View) -> list[str]:
    return [
        plural(len(view.graph.inputs), "input"),
        plural(len(view.layers), "layer"),
        plural(len(view.graph.outputs), "output"),
        plural(view.graph.count_weights(), "weight"),
    ]


def class_name(layer: Layer) -> str:
    """Write a layer's class, with what it wraps."""
    wrapped = join([class_name(part) for part in layer.wraps])
    return " of ".join(filter(None, [layer.class_name, wrapped]))


def facts(layer: Layer, sign: str) -> list[str]:
    """Write the settings of a layer and of what it wraps."""
    return [fact for part in chain(layer) for fact in _settings(part, sign)]


def _settings(layer: Layer, sign: str) -> list[str]:
    return [
        f"{key.replace('_', ' ') if sign == ' ' else key}{sign}{value(fact)}"
        for key, fact in layer.facts
    ]


def counts(layer: Layer, calls: int) -> list[str]:
    """Say how many weights there are, how many are trained, and how many calls share them."""
    total, trained = layer.count_weights(), layer.count_weights(trainable=True)
    words = []
    if total:
        words.append(plural(total, "weight"))
        words += [f"shared by {calls} calls"] if calls > 1 else []
    elif calls > 1:
        words.append(f"called {calls} times")
    if layer.frozen:
        words.append("frozen")
    elif trained < total:
        words.append(f"{total - trained:,} of them not trained")
    return words


def kinds_of(end: Input) -> list[str]:
    """Say what is unusual about an input."""
    return ["optional"] * end.optional + ["sparse"] * end.sparse


def losses(output: Output) -> list[str]:
    """Say what an output is trained for."""
    return [
        f"loss {value(loss.name)}{_with(loss.facts)}, weight {number(loss.weight)}"
        for loss in output.losses
    ]


def metrics(output: Output) -> list[str]:
    """Say what is measured on an output."""
    return [
        f"{'weighted ' if metric.weighted else ''}metric {value(metric.name)}{_with(metric.facts)}"
        for metric in output.metrics
    ]


def _with(facts: Sequence[tuple[str, Fact]]) -> str:
    settings = ", ".join(f"{key.replace('_', ' ')} {value(fact)}" for key, fact in facts)
    return f" ({settings})" if facts else ""
