"""From a graph to Graphviz's DOT language."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from layergraph.drawing import _labels as labels
from layergraph.drawing import _spans as spans
from layergraph.drawing._documentation import address
from layergraph.drawing._folding import fold
from layergraph.drawing._parts import Chain, Folded, Repeat, calls, unfolded
from layergraph.drawing._phrases import join, plural, shape
from layergraph.drawing._svg import INK, fill
from layergraph.drawing._view import View
from layergraph.drawing._words import (
    chain,
    check_depth,
    class_name,
    counts,
    kinds_of,
    losses,
    metrics,
    way,
    whereabouts,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pydot

    from layergraph.drawing._parts import Alike, Part
    from layergraph.graph import Argument, Call, Input, Layer, LayerGraph, Output, Tensor

DIRECTIONS = ("TB", "LR")
DETAILS = ("names", "shapes", "all")


def to_dot(
    graph: LayerGraph,
    *,
    direction: Literal["TB", "LR"] = "TB",
    detail: Literal["names", "shapes", "all"] = "all",
    depth: int | None = None,
    fold: bool = True,
) -> str:
    """Write a graph in Graphviz's DOT language.

    Args:
        graph: What to draw.
        direction: ``"TB"`` from top to bottom, ``"LR"`` from left to right.
        detail: ``"names"`` for names and classes, ``"shapes"`` with shapes, ``"all"`` with
            settings, weights and losses too.
        depth: How many levels of nested models are opened; all by default, 0 for none.
        fold: Whether repeated blocks are drawn once, with how often they come, and long chains
            as one box, as :func:`draw` tells.

    Returns:
        The text, for Graphviz or for what reads its language, such as pydot.

    Raises:
        ValueError: If an option is unknown.

    Examples:
        >>> from layergraph.graph import Input, LayerGraph, Output, Tensor
        >>> wire = LayerGraph(
        ...     name="wire",
        ...     layers=(),
        ...     calls=(),
        ...     tensors=(Tensor("x:0#0", (None, 3), "float32"),),
        ...     inputs=(Input("x", "x:0#0"),),
        ...     outputs=(Output("x", "x:0#0"),),
        ... )
        >>> to_dot(wire).startswith("digraph")
        True
    """
    return picture(graph, direction, detail, depth, fold).to_string()


def picture(
    graph: LayerGraph,
    direction: str = "TB",
    detail: str = "all",
    depth: int | None = None,
    fold: bool = True,
) -> pydot.Dot:
    """Lay out a graph as :func:`to_dot` does, as a value of pydot."""
    for name, option, known in (("direction", direction, DIRECTIONS), ("detail", detail, DETAILS)):
        if option not in known:
            raise ValueError(f"{name} is {option!r}; it must be one of {', '.join(known)}")
    check_depth(depth)
    if not isinstance(fold, bool):
        raise ValueError(f"fold is {fold!r}; it must be True or False")
    return _Picture(graph, direction, detail, depth, fold).dot


@dataclass(frozen=True, slots=True)
class _Ways:
    """Where edges reach and leave a layer, as DOT addresses.

    Attributes:
        ins: Addresses by number of the call and position among the arguments told.
        outs: Addresses by id of the tensor.
    """

    ins: dict[tuple[int, int], str] = field(default_factory=dict)
    outs: dict[str, str] = field(default_factory=dict)


class _Picture:
    """A picture in the making; ``dot`` is the result."""

    def __init__(
        self, graph: LayerGraph, direction: str, detail: str, depth: int | None, fold: bool
    ) -> None:
        import pydot

        self.down = direction == "TB"
        self.detail = detail
        self.depth = depth
        self.fold = fold
        self.nodes = self.frames = 0
        self.place: list[str] = []  # the nested models around
        self.known: dict[object, tuple[str, ...]] = {}  # where a layer was drawn first
        self.dot = pydot.Dot(
            "layergraph",
            graph_type="digraph",
            rankdir=direction,
            bgcolor="transparent",
            fontname="Arial",
            fontsize="14",
            nodesep="0.35",
            ranksep="0.35",
            pad="0.1",
        )
        ink: dict[str, Any] = {"color": INK, "fontcolor": INK, "fontname": "Arial"}
        self.dot.set_node_defaults(shape="box", fontsize="14", margin="0.14,0.07", **ink)
        self.dot.set_edge_defaults(fontsize="12", arrowsize="0.7", **ink)
        starts = {end.tensor: self.input(end, graph, self.dot) for end in graph.inputs}
        sources = self.inside(graph, starts, self.dot)
        if graph.compile_problem and detail == "all":
            self.dot.set("label", labels.label("The losses or metrics do not fit the outputs", []))
        for output in graph.outputs:
            end = self.output(output, graph)
            self.edge(sources[output.tensor], end, graph.tensor(output.tensor))

    # Parts of the picture

    def inside(
        self,
        graph: LayerGraph,
        sources: Mapping[str, str],
        parent: Any,  # noqa: ANN401 - pydot has no types
    ) -> dict[str, str]:
        """Draw the layers of a graph, and the edges to them.

        Args:
            graph: The graph.
            sources: Addresses of the graph's inputs, by tensor.
            parent: The part of the picture to draw in.

        Returns:
            The addresses of all tensors.
        """
        view = View(graph)
        parts = fold(view) if self.fold else unfolded(view)
        folded = Folded(view, parts)
        ways: dict[str, _Ways] = {}
        self.parts(parts, folded, ways, parent)
        places = dict(sources)
        for start, end in folded.boxes:
            outs = ways[start.calls[0].layer].outs
            drawn = end.calls[0].outputs
            for call in end.calls:
                places |= {id: outs[like] for id, like in zip(call.outputs, drawn, strict=True)}
        for start, _ in folded.boxes:
            call = start.calls[0]
            for told in folded.taken(call):
                tensor = told.taken.argument.tensor
                if _source(tensor, call, view) is None:
                    end_of = ways[call.layer].ins[call.number, told.position]
                    note = " ".join(filter(None, [told.taken.mask, told.note]))
                    self.edge(places[tensor], end_of, graph.tensor(tensor), note)
            for position, tensor, note in folded.later(call):
                end_of = ways[call.layer].ins[call.number, position]
                self.edge(places[tensor], end_of, graph.tensor(tensor), note)
        return places

    def parts(
        self,
        parts: Iterable[Part],
        folded: Folded,
        ways: dict[str, _Ways],
        parent: Any,  # noqa: ANN401
    ) -> None:
        """Draw the boxes of some parts, and note the ways into and out of them."""
        import pydot

        for part in parts:
            if isinstance(part, Repeat):
                self.frames += 1
                frame = pydot.Cluster(f"r{self.frames}", **_repeat_look(part, folded))
                self.parts(part.parts, folded, ways, frame)
                parent.add_subgraph(frame)
            elif isinstance(part, Chain):
                ways[part.links[0].calls[0].layer] = self.chain(part, folded, parent)
            elif part.calls[0].layer not in ways:
                ways[part.calls[0].layer] = self.layer(part, folded, parent)

    def chain(self, part: Chain, folded: Folded, parent: Any) -> _Ways:  # noqa: ANN401
        """Draw a chain of layers as one box."""
        view = folded.view
        layers = [folded.layers(link) for link in part.links]
        classes = [class_name(link[0]) for link in layers]
        ends = [spans.names([layer.name for layer in layers[end]]) for end in (0, -1)]
        small = [f"{len(layers)} layers in a row"]
        often = Counter(classes).items()
        small += labels.rows([f"{number} {name}" if number > 1 else name for name, number in often])
        first, last = part.links[0], part.links[-1]
        if self.detail != "names":
            small.append(self.flow(view, first, last))
        if self.detail == "all":
            copies = zip(*layers, strict=True)
            small.append(
                labels.weights([sum(one.count_weights() for one in copy) for copy in copies])
            )
        weighty = [link[0] for link in layers if link[0].weights]
        frozen = bool(weighty) and all(layer.frozen for layer in weighty)
        if frozen:
            small.append("frozen")
        names = zip(layers, classes, strict=True)
        tip = ", ".join(f"{link[0].name} ({name})" for link, name in names)
        title = labels.label(" to ".join(map(labels.bold, ends)), small)
        label = self.box([], title, "layer", [], dashed=frozen)
        node = self.node(parent, label, "chain", layers[0][0].name, tip, shape="plain")
        ways = _Ways(outs=dict.fromkeys(last.calls[0].outputs, node))
        for told in folded.taken(first.calls[0]):
            ways.ins[first.calls[0].number, told.position] = node
        return ways

    def flow(self, view: View, first: Alike, last: Alike) -> str:
        """Say the shapes that go in and come out, where there is one of each."""
        if len(last.calls[0].outputs) > 1:
            return ""
        taken = [[one.argument.tensor for one in view.taken(call)] for call in first.calls]
        start = self.span(view, [ids[0] for ids in taken]) + " " if len(taken[0]) == 1 else ""
        return f"{start}→ {self.span(view, [call.outputs[0] for call in last.calls])}"

    def span(self, view: View, ids: Iterable[str]) -> str:
        return spans.shapes([view.graph.tensor(id).shape for id in ids])

    def input(self, end: Input, graph: LayerGraph, parent: Any) -> str:  # noqa: ANN401
        tensor = graph.tensor(end.tensor)
        small = ["input"]
        if self.detail != "names":
            small[0] += f" {shape(tensor.shape)} {tensor.dtype}"
        small.append(", ".join(kinds_of(end)))
        where = way(end, graph.inputs)
        small.append("" if end.path == (end.name,) else where)
        label = labels.label(labels.bold(end.name), small)
        tip = f"input {end.name}"
        style = "rounded,filled"
        look = {"style": style, "fillcolor": fill("input")}
        return self.node(parent, label, "input", end.name, tip, "input", **look)

    def output(self, end: Output, graph: LayerGraph) -> str:
        where = way(end, graph.outputs)
        small = ["output", "" if end.path == (end.name,) else where]
        if self.detail == "all":
            small += [*losses(end), *metrics(end)]
        label = labels.label(labels.bold(end.name), small)
        look = {"style": "filled", "peripheries": "2", "fillcolor": fill("output")}
        tip = f"output {end.name}"
        return self.node(self.dot, label, "output", end.name, tip, "output", **look)

    def layer(
        self,
        alike: Alike,
        folded: Folded,
        parent: Any,  # noqa: ANN401
    ) -> _Ways:
        layer = folded.layers(alike)[0]
        inside = _inside(layer)
        if inside is not None and self.opens:
            return self.frame(alike, inside, folded, parent)
        calls = folded.calls_of(layer.name)
        ins, outs = self.cells_in(calls, folded), self.cells_out(calls, folded)
        shared = len(calls) > 1
        kind = "shared" if shared else "layer"
        label = self.box(
            ins if shared or len(ins) > len(calls) else [],
            self.title(alike, folded),
            kind,
            outs if shared or len(outs) > len(calls) else [],
            dashed=layer.frozen,
            heavy=layer.stateful,
            page=address(layer),
        )
        kind = "shared" if shared else layer.kind
        tip = labels.tip(folded.layers(alike), folded.view)
        node = self.node(parent, label, kind, layer.name, tip, shape="plain")
        return self.ways(node, calls, folded, label)

    def frame(
        self,
        alike: Alike,
        graph: LayerGraph,
        folded: Folded,
        parent: Any,  # noqa: ANN401
    ) -> _Ways:
        """Draw a nested model, or one that a wrapper applies, as a frame around its layers.

        Edges reach a box with a place for each call, and go on through the model as one. A
        model that is called more than once has a second box, where they leave, again with a
        place for each call. So has a wrapper, as its shapes are not those of the model.
        """
        import pydot

        layer = folded.layers(alike)[0]
        calls = folded.calls_of(layer.name)
        shared = len(calls) > 1
        kind = "shared" if shared else "layer"
        tip = labels.tip(folded.layers(alike), folded.view)
        look: dict[str, Any] = {
            "label": "",
            "style": "rounded,filled" + (",dashed" if layer.frozen else ""),
            "fillcolor": fill("model"),
            "color": INK,
            "margin": "12",
            "tooltip": labels.quoted(tip),
            "class": "model",
        }
        self.frames += 1
        frame = pydot.Cluster(f"m{self.frames}", **look)
        ins, outs = self.cells_in(calls, folded), self.cells_out(calls, folded)
        several = shared or len(ins) > 1
        title, page = self.title(alike, folded), address(layer)
        label = self.box(ins if several else [], title, kind, [], page=page)
        entrance = self.node(frame, label, kind, layer.name, tip, shape="plain")
        ways = self.ways(entrance, calls, folded, label)
        self.place.append(layer.name)
        starts = {end.tensor: self.input(end, graph, frame) for end in graph.inputs}
        for tensor, start in starts.items():
            self.edge(entrance, start, graph.tensor(tensor))
        places = self.inside(graph, starts, frame)
        self.place.pop()
        if shared or layer.graph is None:
            ends = [labels.cell([end.name], f"e{at}") for at, end in enumerate(graph.outputs)]
            # Without calls and shapes to tell, the box still says whose way out it is.
            told = len(outs) > 1 or self.detail != "names"
            title = "" if told else labels.label(labels.bold(layer.name), [])
            label = self.box(ends if len(ends) > 1 else [], title, kind, outs if told else [])
            leave = self.node(frame, label, kind, layer.name, tip, "out", shape="plain")
            ways.outs.update(self.ways(leave, calls, folded, label).outs)
            north = "n" if self.down else "w"
            for at, end in enumerate(graph.outputs):
                port = f"{leave}:e{at}:{north}" if len(ends) > 1 else leave
                self.edge(places[end.tensor], port, graph.tensor(end.tensor))
        else:
            for end, tensor in zip(graph.outputs, calls[0].outputs, strict=True):
                ways.outs[tensor] = places[end.tensor]
        parent.add_subgraph(frame)
        return ways

    @property
    def opens(self) -> bool:
        """Whether nested models are opened at this depth."""
        return self.depth is None or len(self.place) < self.depth

    # Nodes and edges

    def node(
        self,
        parent: Any,  # noqa: ANN401
        label: str,
        kind: str,
        called: str,
        tip: str,
        part: str = "layer",
        **look: Any,  # noqa: ANN401
    ) -> str:
        """Draw a box.

        Args:
            parent: The part of the picture to draw in.
            label: What is in it.
            kind: Its class in SVG.
            called: Name of the layer, the input or the output.
            tip: Its tooltip.
            part: What it is, for its id.
            look: More attributes of DOT.

        Returns:
            The name of the node in the DOT text.
        """
        import pydot

        self.nodes += 1
        name = f"n{self.nodes}"
        look |= {"label": label, "class": kind, "tooltip": labels.quoted(tip)}
        look["id"] = labels.quoted(f"{part}-{'/'.join((*self.place, called))}")
        parent.add_node(pydot.Node(name, **look))
        return name

    def edge(self, start: str, end: str, tensor: Tensor, note: str = "") -> None:
        import pydot

        look: dict[str, Any] = {
            "tooltip": labels.quoted(f"{tensor.id} {shape(tensor.shape)} {tensor.dtype}")
        }
        if note:
            # A blank before the label keeps it off the line.
            look["label"] = f"<&#160;{note}>"
        for mask, style in (("with mask", "dashed"), ("mask dropped", "dotted")):
            if note.startswith(mask):
                look |= {"class": mask.replace(" ", "-"), "style": style}
        self.dot.add_edge(pydot.Edge(start, end, **look))

    def ways(self, node: str, calls: Sequence[Call], folded: Folded, label: str) -> _Ways:
        """Find the addresses in a node: a port where its label has one, else the node."""
        north, south = ("n", "s") if self.down else ("w", "e")
        ways = _Ways()
        for call in calls:
            for told in folded.taken(call):
                port = f"i{call.number}_{told.position}"
                to = f"{node}:{port}:{north}" if f'"{port}"' in label else node
                ways.ins[call.number, told.position] = to
            for position, tensor in enumerate(call.outputs):
                port = f"o{call.number}_{position}"
                to = f"{node}:{port}:{south}" if f'"{port}"' in label else node
                ways.outs[tensor] = to
        return ways

    # Labels

    def drawn_first(self, layer: Layer) -> tuple[str, ...] | None:
        """Say where else a layer was drawn before, which several models may use."""
        if not layer.weights:
            return None
        numbers = tuple(weight.number for weight in layer.weights)
        here = (layer.name, *reversed(self.place))
        first = self.known.setdefault((layer.class_name, layer.name, numbers), here)
        return None if first == here else first

    def title(self, alike: Alike, folded: Folded) -> str:
        view, layers = folded.view, folded.layers(alike)
        layer, calls = layers[0], folded.calls_of(layers[0].name)
        small = []
        if self.detail == "all":
            made = calls if len(calls) > 1 else alike.calls
            told = labels.settings(layers)
            told += [
                f"{name}={spans.texts(values)}"
                for name, values in labels.together([dict(call.constants) for call in made])
            ]
            small += labels.rows(told)
        if self.detail != "names" and len(calls) == 1:
            small.append(self.flow(view, alike, alike))
        if self.detail == "all" or view.times(layer) > 1:
            if len(alike.calls) == 1 or view.times(layer) > 1:
                words = counts(layer, view.times(layer))
            else:
                words = [labels.weights([one.count_weights() for one in layers])]
                words += ["frozen"] if layer.frozen else []
            words += ["keeps state"] if layer.stateful else []
            small.append(", ".join(filter(None, words)))
        if len(alike.calls) == 1 and (first := self.drawn_first(layer)) is not None:
            small.append(f"the same as {whereabouts(first)}")
        inside = _inside(layer)
        if inside is not None and self.detail != "names":
            small.append(f"{plural(len(View(inside).layers), 'layer')} inside")
            # Each time it is another model, and what is opened is one of them.
            several = len({one.name for one in layers}) > 1
            small += ["the first is shown"] if several and self.opens else []
        name = spans.names([one.name for one in layers])
        return labels.label(f"{labels.bold(name)}&#160; {labels.linked_class(layer)}", small)

    def box(
        self,
        ins: Sequence[str],
        title: str,
        kind: str,
        outs: Sequence[str],
        *,
        dashed: bool = False,
        heavy: bool = False,
        page: str | None = None,
    ) -> str:
        look = (' STYLE="DASHED"' if dashed else "") + (' BORDER="2"' if heavy else "")
        if page:
            look += f' HREF="{labels.text(page)}"'
        parts = [self.inset(ins)] if ins else []
        if title:
            parts.append(f'<TD{look} BGCOLOR="{fill(kind)}" CELLPADDING="7">{title[1:-1]}</TD>')
        if outs:
            parts.append(self.inset(outs))
        if self.down:
            return labels.table(f"<TR>{part}</TR>" for part in parts)
        return labels.table([f"<TR>{''.join(parts)}</TR>"])

    def strip(self, cells: Sequence[str]) -> str:
        if self.down:
            return labels.table([f"<TR>{''.join(cells)}</TR>"])
        return labels.table(f"<TR>{cell}</TR>" for cell in cells)

    def inset(self, cells: Sequence[str]) -> str:
        return f'<TD BORDER="0" CELLPADDING="0">{self.strip(cells)[1:-1]}</TD>'

    def cells_in(self, calls: Sequence[Call], folded: Folded) -> list[str]:
        cells, view = [], folded.view
        for call in calls:
            inner = view.graph.layer(call.layer).graph
            order = {} if inner is None else _order(view, call, inner)
            for told in folded.taken(call):
                taken, position, label = told.taken, told.position, told.label
                if label and inner is not None and position in order:
                    label = inner.inputs[order[position]].name
                source = _source(taken.argument.tensor, call, view)
                lines = [
                    ", ".join(filter(None, [_call(call, calls), label])),
                    "" if source is None else f"from call {source.number + 1}",
                    self.shapes(
                        view,
                        [
                            view.taken(one)[position].argument.tensor
                            for one in folded.alike(call).calls
                        ],
                    ),
                ]
                cells.append(labels.cell(lines, f"i{call.number}_{position}"))
        return cells

    def cells_out(self, calls: Sequence[Call], folded: Folded) -> list[str]:
        cells, view = [], folded.view
        for call in calls:
            inner = view.graph.layer(call.layer).graph
            for position in range(len(call.outputs)):
                label = ""
                if len(call.outputs) > 1:
                    label = inner.outputs[position].name if inner else f"output {position + 1}"
                    label += "" if call.outputs[position] in folded.used else ", unused"
                lines = [
                    ", ".join(filter(None, [_call(call, calls), label])),
                    self.shapes(view, [one.outputs[position] for one in folded.alike(call).calls]),
                ]
                cells.append(labels.cell(lines, f"o{call.number}_{position}"))
        return cells

    def shapes(self, view: View, ids: Iterable[str]) -> str:
        return "" if self.detail == "names" else self.span(view, ids)


def _repeat_look(part: Repeat, folded: Folded) -> dict[str, Any]:
    often = f"{spans.times(part.times)} in a row"
    inside = plural(len({call.layer for call in calls(part)}), "layer")
    hands = {id(folded.made_by(one)): folded.made_by(one) for one in part.hands}
    names = [spans.names([layer.name for layer in folded.layers(one)]) for one in hands.values()]
    before = "the time before or earlier" if folded.skips(part) else "the time before"
    on = f"each time on what {join(names)} gave {before}"
    head = f"{labels.bold(often)}&#160; {labels.small(f'{inside} in all')}"
    return {
        "label": "<"
        + "".join(f'{line}<BR ALIGN="LEFT"/>' for line in (head, labels.small(on)))
        + ">",
        "labeljust": "l",
        "style": "rounded",
        "penwidth": "2",
        "color": INK,
        "fontcolor": INK,
        "fontname": "Arial",
        "margin": "12",
        "tooltip": labels.quoted(f"{often}, {on}"),
        "class": "repeat",
    }


def _order(view: View, call: Call, graph: LayerGraph) -> dict[int, int]:
    """Match the arguments of a nested model's call with its inputs.

    Keras goes by the structure of the inputs, else by their names, else by order.
    """
    arguments: list[Argument] = [taken.argument for taken in view.taken(call)]
    named: list[tuple[str | int, ...]] = [(end.name,) for end in graph.inputs]
    for keys in ([end.path for end in graph.inputs], named):
        if {argument.path for argument in arguments} == set(keys):
            return {at: keys.index(argument.path) for at, argument in enumerate(arguments)}
    return {at: at for at in range(min(len(arguments), len(graph.inputs)))}


def _source(tensor: str, call: Call, view: View) -> Call | None:
    """Find the call of the same layer that a call takes a tensor from.

    The places of the two calls are in one box. An arrow around it would cross the other
    arrows; the place says where its tensor is from instead.
    """
    made_by = view.graph.tensor(tensor).call
    source = None if made_by is None else view.graph.call(made_by)
    return source if source is not None and source.layer == call.layer else None


def _inside(layer: Layer) -> LayerGraph | None:
    """Return the graph of a nested model, or of the one that a wrapper applies."""
    return next((part.graph for part in chain(layer) if part.graph is not None), None)


def _call(call: Call, calls: Sequence[Call]) -> str:
    return f"call {call.number + 1}" if len(calls) > 1 else ""
