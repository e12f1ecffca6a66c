"""From a graph to Graphviz's DOT language."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from layergraph.drawing._svg import INK, fill
from layergraph.drawing._view import View
from layergraph.drawing._words import (
    chain,
    class_name,
    counts,
    facts,
    flow,
    losses,
    plural,
    shape,
    value,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pydot

    from layergraph.graph import Argument, Call, Input, Layer, LayerGraph, Output, Tensor

DIRECTIONS = ("TB", "LR")
DETAILS = ("names", "shapes", "all")


def to_dot(
    graph: LayerGraph,
    *,
    direction: Literal["TB", "LR"] = "TB",
    detail: Literal["names", "shapes", "all"] = "all",
    depth: int | None = None,
) -> str:
    """Write a graph in Graphviz's DOT language.

    Args:
        graph: What to draw.
        direction: ``"TB"`` from top to bottom, ``"LR"`` from left to right.
        detail: ``"names"`` for names and classes, ``"shapes"`` with shapes, ``"all"`` with
            settings, weights and losses too.
        depth: How many levels of nested models are opened; all by default, 0 for none.

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
    return picture(graph, direction, detail, depth).to_string()


def picture(
    graph: LayerGraph, direction: str = "TB", detail: str = "all", depth: int | None = None
) -> pydot.Dot:
    """Lay out a graph as :func:`to_dot` does, as a value of pydot."""
    for name, option, known in (("direction", direction, DIRECTIONS), ("detail", detail, DETAILS)):
        if option not in known:
            raise ValueError(f"{name} is {option!r}; it must be one of {', '.join(known)}")
    if depth is not None and depth < 0:
        raise ValueError(f"depth is {depth}; it must be 0 or more, or None for all levels")
    return _Picture(graph, direction, detail, depth).dot


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

    def __init__(self, graph: LayerGraph, direction: str, detail: str, depth: int | None) -> None:
        import pydot

        self.down = direction == "TB"
        self.detail = detail
        self.depth = depth
        self.nodes = 0
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
        sources = self.inside(graph, starts, self.dot, 0)
        for output in graph.outputs:
            end = self.output(output)
            self.edge(sources[output.tensor], end, graph.tensor(output.tensor))

    # Parts of the picture

    def inside(
        self,
        graph: LayerGraph,
        sources: Mapping[str, str],
        parent: Any,  # noqa: ANN401 - pydot has no types
        level: int,
    ) -> dict[str, str]:
        """Draw the layers of a graph, and the edges to them.

        Args:
            graph: The graph.
            sources: Addresses of the graph's inputs, by tensor.
            parent: The part of the picture to draw in.
            level: How many frames there are around it.

        Returns:
            The addresses of all tensors.
        """
        view = View(graph)
        ways = {
            layer.name: self.layer(layer, calls, view, parent, level)
            for layer, calls in view.layers
        }
        places = dict(sources)
        for way in ways.values():
            places |= way.outs
        for call in view.calls:
            for position, taken in enumerate(view.taken(call)):
                tensor = taken.argument.tensor
                if _source(tensor, call, view) is not None:
                    continue
                end = ways[call.layer].ins[call.number, position]
                self.edge(places[tensor], end, graph.tensor(tensor), taken.mask)
        return places

    def input(self, end: Input, graph: LayerGraph, parent: Any) -> str:  # noqa: ANN401
        tensor = graph.tensor(end.tensor)
        small = ["input"]
        if self.detail != "names":
            small[0] += f" {shape(tensor.shape)} {tensor.dtype}"
        key = _key(end)
        if key and key != end.name:
            small.append(f"key {key}")
        label = _label(_bold(end.name), small)
        tip = f"input {end.name}"
        style = "rounded,filled"
        return self.node(parent, label, "input", tip, style=style, fillcolor=fill("input"))

    def output(self, end: Output) -> str:
        small = ["output"]
        if self.detail == "all":
            small += losses(end)
        label = _label(_bold(end.name), small)
        look = {"style": "filled", "peripheries": "2", "fillcolor": fill("output")}
        return self.node(self.dot, label, "output", f"output {end.name}", **look)

    def layer(
        self,
        layer: Layer,
        calls: Sequence[Call],
        view: View,
        parent: Any,  # noqa: ANN401
        level: int,
    ) -> _Ways:
        inside = _inside(layer)
        if inside is not None and (self.depth is None or level < self.depth):
            return self.frame(layer, inside, calls, view, parent, level)
        ins, outs = self.cells_in(calls, view), self.cells_out(calls, view)
        shared = len(calls) > 1
        label = self.box(
            ins if shared or len(ins) > len(calls) else [],
            self.title(layer, calls, view),
            "shared" if shared else "layer",
            outs if shared or len(outs) > len(calls) else [],
            dashed=layer.frozen,
        )
        tip = _tip(layer, calls)
        kind = "shared" if shared else layer.kind
        return self.ways(self.node(parent, label, kind, tip, shape="plain"), calls, view, label)

    def frame(
        self,
        layer: Layer,
        graph: LayerGraph,
        calls: Sequence[Call],
        view: View,
        parent: Any,  # noqa: ANN401
        level: int,
    ) -> _Ways:
        """Draw a nested model, or one that a wrapper applies, as a frame around its layers.

        Edges reach a box with a place for each call, and go on through the model as one. A
        model that is called more than once has a second box, where they leave, again with a
        place for each call. So has a wrapper, as its shapes are not those of the model.
        """
        import pydot

        shared = len(calls) > 1
        kind = "shared" if shared else "layer"
        tip = _tip(layer, calls)
        look: dict[str, Any] = {
            "label": "",
            "style": "rounded,filled" + (",dashed" if layer.frozen else ""),
            "fillcolor": fill("model"),
            "color": INK,
            "margin": "12",
            "tooltip": _quoted(tip),
            "class": "model",
        }
        frame = pydot.Cluster(f"m{self.nodes}", **look)
        ins, outs = self.cells_in(calls, view), self.cells_out(calls, view)
        several = shared or len(ins) > 1
        label = self.box(ins if several else [], self.title(layer, calls, view), kind, [])
        entrance = self.node(frame, label, kind, tip, shape="plain")
        ways = self.ways(entrance, calls, view, label)
        starts = {end.tensor: self.input(end, graph, frame) for end in graph.inputs}
        for tensor, start in starts.items():
            self.edge(entrance, start, graph.tensor(tensor))
        places = self.inside(graph, starts, frame, level + 1)
        if shared or layer.graph is None:
            ends = [_cell([end.name], f"e{at}") for at, end in enumerate(graph.outputs)]
            # Without calls and shapes to tell, the box still says whose way out it is.
            told = len(outs) > 1 or self.detail != "names"
            title = "" if told else _label(_bold(layer.name), [])
            label = self.box(ends if len(ends) > 1 else [], title, kind, outs if told else [])
            leave = self.node(frame, label, kind, tip, shape="plain")
            ways.outs.update(self.ways(leave, calls, view, label).outs)
            north = "n" if self.down else "w"
            for at, end in enumerate(graph.outputs):
                port = f"{leave}:e{at}:{north}" if len(ends) > 1 else leave
                self.edge(places[end.tensor], port, graph.tensor(end.tensor))
        else:
            for end, tensor in zip(graph.outputs, calls[0].outputs, strict=True):
                ways.outs[tensor] = places[end.tensor]
        parent.add_subgraph(frame)
        return ways

    # Nodes and edges

    def node(self, parent: Any, label: str, kind: str, tip: str, **look: Any) -> str:  # noqa: ANN401
        import pydot

        self.nodes += 1
        name = f"n{self.nodes}"
        look |= {"label": label, "class": kind, "tooltip": _quoted(tip)}
        parent.add_node(pydot.Node(name, **look))
        return name

    def edge(self, start: str, end: str, tensor: Tensor, mask: str = "") -> None:
        import pydot

        look: dict[str, Any] = {
            "tooltip": _quoted(f"{tensor.id} {shape(tensor.shape)} {tensor.dtype}")
        }
        if mask:
            # A blank before the label keeps it off the line.
            look |= {"label": f"<&#160;{mask}>", "class": mask.replace(" ", "-")}
        if mask == "with mask":
            look["style"] = "dashed"
        self.dot.add_edge(pydot.Edge(start, end, **look))

    def ways(self, node: str, calls: Sequence[Call], view: View, label: str) -> _Ways:
        """Find the addresses in a node: a port where its label has one, else the node."""
        north, south = ("n", "s") if self.down else ("w", "e")
        ways = _Ways()
        for call in calls:
            for position, _ in enumerate(view.taken(call)):
                port = f"i{call.number}_{position}"
                to = f"{node}:{port}:{north}" if f'"{port}"' in label else node
                ways.ins[call.number, position] = to
            for position, tensor in enumerate(call.outputs):
                port = f"o{call.number}_{position}"
                to = f"{node}:{port}:{south}" if f'"{port}"' in label else node
                ways.outs[tensor] = to
        return ways

    # Labels

    def title(self, layer: Layer, calls: Sequence[Call], view: View) -> str:
        small = []
        if self.detail == "all":
            told = facts(layer, "=")
            told += [f"{name}={value(v)}" for call in calls for name, v in call.constants]
            small += [", ".join(told[at : at + 2]) for at in range(0, len(told), 2)]
        if self.detail != "names" and len(calls) == 1:
            small.append(flow(calls[0], view))
        if self.detail == "all" or len(calls) > 1:
            small += [", ".join(counts(layer, len(calls)))]
        inside = _inside(layer)
        if inside is not None and self.detail != "names":
            small.append(f"{plural(len(View(inside).layers), 'layer')} inside")
        return _label(f"{_bold(layer.name)}&#160; {_text(class_name(layer))}", small)

    def box(
        self,
        ins: Sequence[str],
        title: str,
        kind: str,
        outs: Sequence[str],
        *,
        dashed: bool = False,
    ) -> str:
        look = ' STYLE="DASHED"' if dashed else ""
        parts = [self.inset(ins)] if ins else []
        if title:
            parts.append(f'<TD{look} BGCOLOR="{fill(kind)}" CELLPADDING="7">{title[1:-1]}</TD>')
        if outs:
            parts.append(self.inset(outs))
        if self.down:
            return _table(f"<TR>{part}</TR>" for part in parts)
        return _table([f"<TR>{''.join(parts)}</TR>"])

    def strip(self, cells: Sequence[str]) -> str:
        if self.down:
            return _table([f"<TR>{''.join(cells)}</TR>"])
        return _table(f"<TR>{cell}</TR>" for cell in cells)

    def inset(self, cells: Sequence[str]) -> str:
        return f'<TD BORDER="0" CELLPADDING="0">{self.strip(cells)[1:-1]}</TD>'

    def cells_in(self, calls: Sequence[Call], view: View) -> list[str]:
        cells = []
        for call in calls:
            inner = view.graph.layer(call.layer).graph
            order = {} if inner is None else _order(view, call, inner)
            for position, taken in enumerate(view.taken(call)):
                label = taken.label
                if label and inner is not None and position in order:
                    label = inner.inputs[order[position]].name
                source = _source(taken.argument.tensor, call, view)
                lines = [
                    ", ".join(filter(None, [_call(call, calls), label])),
                    "" if source is None else f"from call {source.number + 1}",
                    self.shape(view.graph.tensor(taken.argument.tensor)),
                ]
                cells.append(_cell(lines, f"i{call.number}_{position}"))
        return cells

    def cells_out(self, calls: Sequence[Call], view: View) -> list[str]:
        cells = []
        for call in calls:
            inner = view.graph.layer(call.layer).graph
            for position, id in enumerate(call.outputs):
                label = ""
                if len(call.outputs) > 1:
                    label = inner.outputs[position].name if inner else f"output {position + 1}"
                lines = [
                    ", ".join(filter(None, [_call(call, calls), label])),
                    self.shape(view.graph.tensor(id)),
                ]
                cells.append(_cell(lines, f"o{call.number}_{position}"))
        return cells

    def shape(self, tensor: Tensor) -> str:
        return "" if self.detail == "names" else shape(tensor.shape)


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


def _key(end: Input) -> str:
    return "/".join(str(key) for key in end.path if isinstance(key, str))


def _call(call: Call, calls: Sequence[Call]) -> str:
    return f"call {call.number + 1}" if len(calls) > 1 else ""


def _tip(layer: Layer, calls: Sequence[Call]) -> str:
    words = [class_name(layer), *facts(layer, "="), *counts(layer, len(calls))]
    return f"{layer.name}: {', '.join(words)}"


def _quoted(text: str) -> str:
    # pydot leaves text in quotation marks alone; Graphviz reads \ as the start of an escape.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(text: str) -> str:
    return html.escape(text)


def _bold(text: str) -> str:
    return f"<B>{_text(text)}</B>"


def _label(head: str, small: Iterable[str]) -> str:
    """Write a label: a line of normal size, then small ones; the empty ones are left out."""
    return f"<{'<BR/>'.join([head, *(_small(line) for line in small if line)])}>"


def _small(text: str) -> str:
    return f'<FONT POINT-SIZE="13">{_text(text)}</FONT>'


def _cell(lines: Iterable[str], port: str) -> str:
    return f'<TD PORT="{port}">{"<BR/>".join(_small(line) for line in lines if line)}</TD>'


def _table(rows: Iterable[str]) -> str:
    look = f'BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="5" COLOR="{INK}"'
    return f"<<TABLE {look}>{''.join(rows)}</TABLE>>"
