"""Draw a model, and put it into words.

:func:`draw` makes a :class:`Drawing`: SVG that shows itself in a notebook and follows
the colours of the page, with the words of :func:`describe` as its text alternative.
The picture is laid out by Graphviz, as the package ``graphviz-pure`` brings it.

A layer is one box. A layer that is called more than once is still one box, with a
numbered way in and out for each call, so that what is shared looks shared. A nested
model is a frame around its own layers, with the same numbered ways.
"""

from __future__ import annotations

import hashlib
import html
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from xml.etree import ElementTree as ET

from layergraph.graph import Argument, Call, Input, Layer, LayerGraph, Output, Tensor, read

if TYPE_CHECKING:
    import keras
    import pydot

__all__ = ["Drawing", "describe", "draw", "to_dot"]

Direction: TypeAlias = Literal["TB", "LR"]
Detail: TypeAlias = Literal["names", "shapes", "all"]

_SVG = "http://www.w3.org/2000/svg"

# Fill colours of the Okabe-Ito palette, which colour-blind readers can tell apart. They are
# laid over the page thinly, so that text keeps the contrast that it has with the page.
_FILLS = {
    "input": ("#0072b2", 0.16),
    "output": ("#e69f00", 0.22),
    "shared": ("#009e73", 0.20),
    "layer": ("#808080", 0.07),
    "model": ("#808080", 0.07),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn model.

    In a notebook it shows itself as SVG. ``print`` gives one line.

    Attributes:
        graph: What is drawn.
        title: The picture's title.
        description: The picture in words, as :func:`describe` gives them.
        dot: The picture in Graphviz's DOT language.
        svg: The picture as SVG for a page: no script, nothing from elsewhere.
    """

    graph: LayerGraph = field(repr=False)
    title: str
    description: str = field(repr=False)
    dot: str = field(repr=False)
    svg: str = field(repr=False)

    def __str__(self) -> str:
        """Say what is drawn in one line."""
        return f"{self.title}: {_size(self.graph)}"

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        # A wide drawing scrolls in its own frame, which the keyboard reaches and a screen
        # reader can name; the page keeps its width.
        return (
            f'<div class="layergraph-drawing" role="group" tabindex="0" '
            f'aria-label="{html.escape(self.title)} (scrolls)" '
            f'style="overflow-x:auto;max-width:100%">{self.svg}</div>'
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the drawing to a file.

        The file is written beside its place and then renamed, so that no half of one is
        ever seen.

        Args:
            path: Where to; the suffix says what: ``.svg``, ``.png`` or ``.dot``.

        Returns:
            The path written.

        Raises:
            ValueError: If the suffix is another one.
            FileNotFoundError: If the folder is not there, or Graphviz is missing (PNG only).
        """
        path = Path(path)
        writers = {
            ".svg": lambda: _standalone(self.svg).encode(),
            ".png": lambda: _graphviz(self.dot, "png"),
            ".dot": lambda: self.dot.encode(),
        }
        if path.suffix.lower() not in writers:
            raise ValueError(
                f"cannot write {path.name!r}: a drawing is saved as "
                f"{', '.join(writers)}; choose one of these suffixes"
            )
        if not path.parent.is_dir():
            raise FileNotFoundError(f"cannot write {path}: there is no folder {path.parent}")
        data = writers[path.suffix.lower()]()
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            # mkstemp makes a file for its owner alone; a picture is for whom the folder is.
            Path(beside).chmod(0o666 & ~_umask())
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        return path


def draw(
    model: keras.Model | LayerGraph,
    *,
    title: str | None = None,
    direction: Direction = "TB",
    detail: Detail = "all",
    depth: int | None = None,
) -> Drawing:
    """Draw a model.

    Args:
        model: A functional or Sequential model, or a graph that was read or made by hand.
        title: The picture's title; ``Graph of <name>`` by default.
        direction: ``"TB"`` from top to bottom, ``"LR"`` from left to right.
        detail: ``"names"`` for names and classes, ``"shapes"`` with shapes, ``"all"`` with
            settings, weights and losses too.
        depth: How many levels of nested models are opened; all by default, 0 for none.

    Returns:
        The drawing.

    Raises:
        TypeError: If it is no model, or a subclassed one.
        ValueError: If a Sequential model has not been built, or an option is unknown.
        FileNotFoundError: If Graphviz is missing; the message has the line that installs it.

    Examples:
        >>> import keras
        >>> points = keras.Input((2,), name="points")
        >>> side = keras.layers.Dense(1, activation="sigmoid", name="side")(points)
        >>> drawing = draw(keras.Model(points, side, name="line"))
        >>> print(drawing)
        Graph of line: 1 input, 1 layer, 1 output, 3 weights
    """
    graph = model if isinstance(model, LayerGraph) else read(model)
    title = f"Graph of {graph.name}" if title is None else title
    dot = to_dot(graph, direction=direction, detail=detail, depth=depth).to_string()
    words = describe(graph)
    svg = _finish(_graphviz(dot, "svg").decode(), title, words)
    return Drawing(graph, title, words, dot, svg)


# -- the picture ---------------------------------------------------------------------


def to_dot(
    graph: LayerGraph,
    *,
    direction: Direction = "TB",
    detail: Detail = "all",
    depth: int | None = None,
) -> pydot.Dot:
    """Lay a graph out in Graphviz's DOT language.

    Args:
        graph: What to draw.
        direction: ``"TB"`` or ``"LR"``, as for :func:`draw`.
        detail: ``"names"``, ``"shapes"`` or ``"all"``, as for :func:`draw`.
        depth: How many levels of nested models are opened; all by default.

    Returns:
        The graph for pydot; its ``to_string()`` is the text.

    Raises:
        ValueError: If an option is unknown.
    """
    if direction not in ("TB", "LR"):
        raise ValueError(f"direction is {direction!r}; it must be 'TB' or 'LR'")
    if detail not in ("names", "shapes", "all"):
        raise ValueError(f"detail is {detail!r}; it must be 'names', 'shapes' or 'all'")
    if depth is not None and depth < 0:
        raise ValueError(f"depth is {depth}; it must be 0 or more, or None for all levels")
    return _Picture(graph, direction, detail, depth).dot


@dataclass(frozen=True, slots=True)
class _Ways:
    """Where the edges of one layer start and end: DOT addresses by call and position."""

    ins: dict[tuple[int, int], str] = field(default_factory=dict)
    outs: dict[str, str] = field(default_factory=dict)


class _Picture:
    def __init__(
        self, graph: LayerGraph, direction: Direction, detail: Detail, depth: int | None
    ) -> None:
        import pydot

        self.direction = direction
        self.detail = detail
        self.depth = depth
        self.count = 0
        self.dot = pydot.Dot(
            "layergraph",
            graph_type="digraph",
            rankdir=direction,
            bgcolor="transparent",
            fontname="Arial",
            fontsize="14",
            nodesep="0.35",
            ranksep="0.4",
            pad="0.1",
        )
        self.dot.set_node_defaults(
            shape="box", fontname="Arial", fontsize="14", color="#404040", margin="0.12,0.06"
        )
        self.dot.set_edge_defaults(
            fontname="Arial", fontsize="12", color="#404040", arrowsize="0.8"
        )
        starts = {end.tensor: self.input(end, graph, self.dot) for end in graph.inputs}
        sources = self.inside(graph, starts, self.dot, 0)
        for output in graph.outputs:
            self.output(output, graph, sources)

    def way_in(self, node: str, call: Call, position: int) -> str:
        return f"{node}:i{call.number}_{position}:{'n' if self.direction == 'TB' else 'w'}"

    def way_out(self, node: str, call: Call, position: int) -> str:
        return f"{node}:o{call.number}_{position}:{'s' if self.direction == 'TB' else 'e'}"

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def node(self, parent: Any, label: str, kind: str, tooltip: str, **attributes: str) -> str:  # noqa: ANN401
        import pydot

        name = self.name()
        parent.add_node(
            pydot.Node(name, label=f"<{label}>", tooltip=tooltip, **{"class": kind}, **attributes)
        )
        return name

    def edge(self, start: str, end: str, tensor: Tensor, masked: bool = False) -> None:
        import pydot

        attributes = {"tooltip": f"{tensor.id} {_shape(tensor.shape)} {tensor.dtype}"}
        if masked:
            attributes |= {
                "style": "dashed",
                "label": "\N{NO-BREAK SPACE}with mask",
                "class": "masked",
            }
        self.dot.add_edge(pydot.Edge(start, end, **attributes))

    def input(self, end: Input, graph: LayerGraph, parent: Any) -> str:  # noqa: ANN401
        tensor = graph.tensor(end.tensor)
        lines = [f"<B>{_text(end.name)}</B>"]
        keys = [key for key in end.path if isinstance(key, str)]
        if keys and "/".join(keys) != end.name:
            lines.append(f"key {_text('/'.join(keys))}")
        if self.detail == "names":
            lines[0] += " input"
        else:
            lines.append(f"input {_text(_shape(tensor.shape))} {_text(tensor.dtype)}")
        return self.node(
            parent,
            _lines(lines),
            "input",
            f"input {end.name}",
            style="rounded,filled",
            fillcolor=_color("input"),
        )

    def output(self, end: Output, graph: LayerGraph, sources: dict[str, str]) -> None:
        lines = [f"<B>{_text(end.name)}</B>", "output"]
        if self.detail == "all":
            lines += [_text(_loss(loss.name, loss.weight)) for loss in end.losses]
        name = self.node(
            self.dot,
            _lines(lines),
            "output",
            f"output {end.name}",
            style="filled",
            peripheries="2",
            fillcolor=_color("output"),
        )
        self.edge(sources[end.tensor], name, graph.tensor(end.tensor))

    def inside(
        self,
        graph: LayerGraph,
        sources: dict[str, str],
        parent: Any,  # noqa: ANN401
        level: int,
    ) -> dict[str, str]:
        """Draw a graph's layers and edges; give each tensor's place."""
        hidden = _mask_calls(graph)
        used = [
            (layer, [call for call in graph.calls_of(layer.name) if call.id not in hidden])
            for layer in graph.layers
        ]
        ways = {
            layer.name: self.layer(layer, calls, graph, parent, level)
            for layer, calls in used
            if calls
        }
        for way in ways.values():
            sources = sources | way.outs
        for call in graph.calls:
            if call.id in hidden:
                continue
            shown, with_mask = _shown_arguments(call, graph)
            for position, argument in enumerate(shown):
                self.edge(
                    sources[argument.tensor],
                    ways[call.layer].ins[call.number, position],
                    graph.tensor(argument.tensor),
                    masked=argument in with_mask,
                )
        return sources

    def layer(
        self,
        layer: Layer,
        calls: Sequence[Call],
        graph: LayerGraph,
        parent: Any,  # noqa: ANN401
        level: int,
    ) -> _Ways:
        if layer.graph is not None and (self.depth is None or level < self.depth):
            return self.cluster(layer, calls, graph, parent, level)
        ports = _Ports(self, calls, graph)
        name = self.node(
            parent,
            ports.table(self.body(layer, calls, graph)),
            "shared" if len(calls) > 1 else layer.kind,
            _headline(layer, calls),
            shape="plain",
        )
        return ports.ways(name)

    def body(self, layer: Layer, calls: Sequence[Call], graph: LayerGraph) -> list[str]:
        lines = [f"<B>{_text(layer.name)}</B>\N{NO-BREAK SPACE} {_text(_class(layer))}"]
        if self.detail == "all":
            lines += [_text(line) for line in _facts(layer)]
        if self.detail != "names" and len(calls) == 1:
            lines.append(_text(_flow(calls[0], graph)))
        if self.detail == "all" or len(calls) > 1:
            lines += [_text(line) for line in _weight_lines(layer, calls)]
        return lines

    def cluster(
        self,
        layer: Layer,
        calls: Sequence[Call],
        graph: LayerGraph,
        parent: Any,  # noqa: ANN401
        level: int,
    ) -> _Ways:
        """Draw a nested model as a frame.

        Called once, the edges run through the frame. Called more often, they end at a bar
        with one numbered place for each call, run once through the model, and leave from
        a second bar, call by call.
        """
        import pydot

        inner = layer.graph
        assert inner is not None
        title = self.body(layer, calls, graph)
        frame = pydot.Cluster(
            self.name(),
            label=f"<{_lines(title)}>" if len(calls) == 1 else "",
            labeljust="l",
            style="rounded,filled",
            fillcolor=_color("model"),
            color="#404040",
            margin="12",
            tooltip=_headline(layer, calls),
            **{"class": "shared" if len(calls) > 1 else "model"},
        )
        ways = _Ways()
        starts = {end.tensor: self.input(end, inner, frame) for end in inner.inputs}
        entries = [starts[end.tensor] for end in inner.inputs]
        if len(calls) == 1:
            for position, entry in enumerate(entries):
                ways.ins[calls[0].number, position] = entry
        else:
            bar = self.bar(frame, calls, graph, layer, title)
            for call in calls:
                for position, _ in enumerate(_shown_arguments(call, graph)[0]):
                    ways.ins[call.number, position] = self.way_in(bar, call, position)
            for end, entry in zip(inner.inputs, entries, strict=True):
                self.edge(bar, entry, inner.tensor(end.tensor))
        sources = self.inside(inner, starts, frame, level + 1)
        if len(calls) == 1:
            for end, tensor in zip(inner.outputs, calls[0].outputs, strict=True):
                ways.outs[tensor] = sources[end.tensor]
        else:
            bar = self.bar(frame, calls, graph, layer, None)
            for call in calls:
                for position, tensor in enumerate(call.outputs):
                    ways.outs[tensor] = self.way_out(bar, call, position)
            for end in inner.outputs:
                self.edge(sources[end.tensor], bar, inner.tensor(end.tensor))
        parent.add_subgraph(frame)
        return ways

    def bar(
        self,
        frame: Any,  # noqa: ANN401
        calls: Sequence[Call],
        graph: LayerGraph,
        layer: Layer,
        title: Sequence[str] | None,
    ) -> str:
        """Draw the places of the calls: the way in with the title, or the way out."""
        ports = _Ports(self, calls, graph)
        way = "out" if title is None else "in"
        label = ports.bar(title)
        return self.node(frame, label, "shared", f"{layer.name}, each call {way}", shape="plain")


class _Ports:
    """The cells of a layer's box at which edges end and start."""

    def __init__(self, picture: _Picture, calls: Sequence[Call], graph: LayerGraph) -> None:
        self.picture = picture
        self.calls = calls
        self.graph = graph
        self.shared = len(calls) > 1

    def shape(self, tensor: str) -> str:
        if self.picture.detail == "names":
            return ""
        return f" {_shape(self.graph.tensor(tensor).shape)}"

    def ins(self) -> list[str]:
        cells = []
        for call in self.calls:
            shown, _ = _shown_arguments(call, self.graph)
            for position, argument in enumerate(shown):
                words = [f"call {call.number + 1}"] if self.shared else []
                if len(shown) > 1:
                    words.append(_argument(argument, shown))
                text = " ".join(words) + self.shape(argument.tensor)
                cells.append(_cell(text, f"i{call.number}_{position}"))
        return cells

    def outs(self) -> list[str]:
        cells = []
        for call in self.calls:
            for position, tensor in enumerate(call.outputs):
                words = [f"call {call.number + 1}"] if self.shared else []
                if len(call.outputs) > 1:
                    words.append(f"output {position + 1}")
                text = " ".join(words) + self.shape(tensor)
                cells.append(_cell(text, f"o{call.number}_{position}"))
        return cells

    def needs(self) -> tuple[bool, bool]:
        """Whether the box needs a row of ways in, and one of ways out."""
        many_in = any(len(_shown_arguments(call, self.graph)[0]) > 1 for call in self.calls)
        many_out = any(len(call.outputs) > 1 for call in self.calls)
        return self.shared or many_in, self.shared or many_out

    def table(self, body: Sequence[str]) -> str:
        row_in, row_out = self.needs()
        parts = [self.strip(self.ins())] if row_in else []
        parts.append(_middle(body, "shared" if self.shared else "layer"))
        if row_out:
            parts.append(self.strip(self.outs()))
        return self.join(parts)

    def bar(self, title: Sequence[str] | None) -> str:
        if title is None:
            return self.strip_table(self.outs())
        return self.join([self.strip(self.ins()), _middle(title, "shared")])

    def strip_table(self, cells: Sequence[str]) -> str:
        if self.picture.direction == "TB":
            return _table([f"<TR>{''.join(cells)}</TR>"])
        return _table([f"<TR>{cell}</TR>" for cell in cells])

    def strip(self, cells: Sequence[str]) -> str:
        return f'<TD BORDER="0" CELLPADDING="0">{self.strip_table(cells)}</TD>'

    def join(self, parts: Sequence[str]) -> str:
        if self.picture.direction == "TB":
            return _table([f"<TR>{part}</TR>" for part in parts])
        return _table([f"<TR>{''.join(parts)}</TR>"])

    def ways(self, name: str) -> _Ways:
        row_in, row_out = self.needs()
        ways = _Ways()
        for call in self.calls:
            for position, _ in enumerate(_shown_arguments(call, self.graph)[0]):
                port = self.picture.way_in(name, call, position) if row_in else name
                ways.ins[call.number, position] = port
            for position, tensor in enumerate(call.outputs):
                port = self.picture.way_out(name, call, position) if row_out else name
                ways.outs[tensor] = port
        return ways


def _middle(lines: Sequence[str], kind: str) -> str:
    return f'<TD BGCOLOR="{_color(kind)}" CELLPADDING="6">{_lines(lines)}</TD>'


def _table(rows: Sequence[str]) -> str:
    return (
        '<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="4" COLOR="#404040">'
        f"{''.join(rows)}</TABLE>"
    )


def _cell(text: str, port: str) -> str:
    return f'<TD PORT="{port}">{_text(text)}</TD>'


def _lines(lines: Sequence[str]) -> str:
    return "<BR/>".join(lines)


def _text(text: str) -> str:
    return html.escape(text, quote=True)


def _color(kind: str) -> str:
    color, alpha = _FILLS[kind]
    return f"{color}{round(alpha * 255):02x}"


def _mask_calls(graph: LayerGraph) -> frozenset[str]:
    """Find the calls that do nothing but compute masks that travel with a tensor.

    Keras makes them by itself, for an Embedding with ``mask_zero`` as ``not_equal``. The
    picture tells them as "with mask" at the edge that the mask travels along.
    """
    carried = {tensor.mask for tensor in graph.tensors if tensor.mask is not None}
    needed = {end.tensor for end in graph.outputs}
    hidden = set()
    for call in reversed(graph.calls):
        outputs = set(call.outputs)
        if (
            graph.layer(call.layer).kind == "op"
            and not outputs & needed
            and (outputs & carried or outputs & {t for c in hidden for t in graph.call(c).inputs})
        ):
            hidden.add(call.id)
        else:
            needed |= {argument.tensor for argument in _shown_arguments(call, graph)[0]}
    return frozenset(hidden)


def _shown_arguments(call: Call, graph: LayerGraph) -> tuple[list[Argument], list[Argument]]:
    """Split off the masks that come along with another argument.

    Returns:
        The arguments to show, and those of them that bring their mask.
    """
    masks = {a.tensor for a in call.arguments if "mask" in a.name}
    carriers = [
        a for a in call.arguments if "mask" not in a.name and graph.tensor(a.tensor).mask in masks
    ]
    carried = {graph.tensor(a.tensor).mask for a in carriers}
    shown = [a for a in call.arguments if "mask" not in a.name or a.tensor not in carried]
    return shown, carriers


def _argument(argument: Argument, shown: Sequence[Argument]) -> str:
    """Name an argument among several: its place in a list, its key, or its parameter."""
    same = [other for other in shown if other.name == argument.name]
    place = ".".join(str(p + 1) if isinstance(p, int) else p for p in argument.path)
    if len(same) == len(shown) and place:
        return place
    return f"{argument.name} {place}".strip()


# -- Graphviz ------------------------------------------------------------------------


def _program() -> str:
    """Find the program of graphviz-pure: beside this Python, in its scripts, or on PATH."""
    name = "graphviz-pure"
    folders = [str(Path(sys.executable).parent), sysconfig.get_path("scripts")]
    for path in (*folders, None):
        found = shutil.which(name, path=path)
        if found:
            return found
    raise FileNotFoundError(
        "the program graphviz-pure, which lays out drawings, was not found: "
        "python -m pip install graphviz-pure"
    )


def _graphviz(dot: str, format: str) -> bytes:
    run = subprocess.run(
        [_program(), f"-T{format}"], input=dot.encode(), capture_output=True, check=False
    )
    if run.returncode or not run.stdout:
        raise RuntimeError(
            f"graphviz-pure could not draw the graph (status {run.returncode}): "
            f"{run.stderr.decode(errors='replace').strip()}"
        )
    return run.stdout


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# -- from Graphviz' SVG to ours --------------------------------------------------------


def _finish(svg: str, title: str, words: str) -> str:
    """Make Graphviz' SVG fit for a page.

    Black becomes the colour of the page's text, fills become thin and can be changed by
    CSS properties, ids get a prefix of their own, and the words become its description.
    """
    svg = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->", "", svg, flags=re.DOTALL)
    ET.register_namespace("", _SVG)
    root = ET.fromstring(svg)
    prefix = "lg" + hashlib.sha256((svg + title + words).encode()).hexdigest()[:10]
    kinds = {color: kind for kind, (color, _) in _FILLS.items()}
    parents = {child: parent for parent in root.iter() for child in parent}
    for element in list(root.iter()):
        tag = element.tag.removeprefix(f"{{{_SVG}}}")
        if tag == "title":
            parents[element].remove(element)
            continue
        element.attrib.pop("{http://www.w3.org/XML/1998/namespace}space", None)
        if "id" in element.attrib:
            element.set("id", f"{prefix}-{element.get('id')}")
        for what in ("fill", "stroke"):
            value = element.get(what)
            if value in ("black", "#404040"):
                element.set(what, "currentColor")
            elif value in kinds:
                element.set("style", f"fill:var(--layergraph-{kinds[value]},{value})")
        if tag == "text":
            element.set("fill", "currentColor")
            element.set("font-family", "Arial, Arimo, Helvetica, Liberation Sans, sans-serif")
        if tag == "a":
            tip = element.attrib.pop("{http://www.w3.org/1999/xlink}title", "")
            element.tag = f"{{{_SVG}}}g"
            node = ET.Element(f"{{{_SVG}}}title")
            node.text = tip
            element.insert(0, node)
    width, height = (float(root.get(side, "0").removesuffix("pt")) for side in ("width", "height"))
    root.set("width", f"{width:g}")
    root.set("height", f"{height:g}")
    root.set("class", "layergraph-svg")
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title")
    root.set("aria-describedby", f"{prefix}-desc")
    root.set("style", "display:block;max-width:none;margin:0 auto")
    for tag, text in (("desc", words), ("title", title)):
        element = ET.Element(f"{{{_SVG}}}{tag}", {"id": f"{prefix}-{tag}"})
        element.text = text
        root.insert(0, element)
    return ET.tostring(root, encoding="unicode")


def _standalone(svg: str) -> str:
    """Give an SVG file the colour of text that a page would give it."""
    style = (
        "<style>.layergraph-svg{color:#1a1a1a}"
        "@media (prefers-color-scheme:dark){.layergraph-svg{color:#f0f0f0}}</style>"
    )
    head, tail = svg.split("</desc>", 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}</desc>{style}{tail}\n'


# -- the words -------------------------------------------------------------------------


def describe(model: keras.Model | LayerGraph) -> str:
    """Put a model into words, in reading order.

    Args:
        model: A functional or Sequential model, or a graph that was read or made by hand.

    Returns:
        Plain sentences, one a line: the inputs, each call with what it takes and gives,
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
        Layer side (Dense, units 1, activation sigmoid, 3 weights) takes points and gives shape (None, 1).
        Output side: from side, shape (None, 1).
    """
    graph = model if isinstance(model, LayerGraph) else read(model)
    return "\n".join(_sentences(graph, "Model"))


def _sentences(graph: LayerGraph, what: str) -> Iterator[str]:
    yield f"{what} {graph.name}: {_size(graph)}."
    names = {end.tensor: end.name for end in graph.inputs}
    hidden = _mask_calls(graph)
    for call in graph.calls:
        shared = len(graph.calls_of(call.layer)) > 1
        for position, tensor in enumerate(call.outputs):
            name = f"call {call.number + 1} of {call.layer}" if shared else call.layer
            if len(call.outputs) > 1:
                name = f"output {position + 1} of {name}"
            names[tensor] = name
    for end in graph.inputs:
        tensor = graph.tensor(end.tensor)
        yield f"Input {end.name}: shape {_shape(tensor.shape)}, {tensor.dtype}."
    nested = []
    for call in graph.calls:
        if call.id in hidden:
            continue
        layer, calls = graph.layer(call.layer), graph.calls_of(call.layer)
        shown, with_mask = _shown_arguments(call, graph)
        takes = _join(
            [names[a.tensor] + (" with its mask" if a in with_mask else "") for a in shown]
        )
        gives = _join([_shape(graph.tensor(tensor).shape) for tensor in call.outputs])
        kind = {"op": "Operation", "model": "Nested model"}.get(layer.kind, "Layer")
        about = _join_comma(
            [_class(layer), *_facts(layer, words=True), *_weight_lines(layer, calls)]
        )
        if call.number == calls[0].number:
            head = f"{kind} {layer.name} ({about})"
            if len(calls) > 1:
                head += ", first call,"
        else:
            head = f"{layer.name}, call {call.number + 1} with the same weights,"
        shape = "shape" if len(call.outputs) == 1 else "shapes"
        yield f"{head} takes {takes} and gives {shape} {gives}."
        if layer.graph is not None and call is calls[0]:
            nested.append(layer)
    for output in graph.outputs:
        tensor = graph.tensor(output.tensor)
        losses = "".join(f", {_loss(loss.name, loss.weight)}" for loss in output.losses)
        source = names[output.tensor]
        yield f"Output {output.name}: from {source}, shape {_shape(tensor.shape)}{losses}."
    if graph.compile_problem:
        yield f"Its losses do not fit its outputs: {graph.compile_problem}"
    for layer in nested:
        if layer.graph is not None:
            yield from _sentences(layer.graph, "Inside the nested model")


def _size(graph: LayerGraph) -> str:
    hidden = _mask_calls(graph)
    layers = [
        layer
        for layer in graph.layers
        if any(call.id not in hidden for call in graph.calls_of(layer.name))
    ]
    return ", ".join(
        [
            _plural(len(graph.inputs), "input"),
            _plural(len(layers), "layer"),
            _plural(len(graph.outputs), "output"),
            _plural(graph.count_weights(), "weight"),
        ]
    )


def _plural(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _join(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _join_comma(words: Sequence[str]) -> str:
    return ", ".join(words)


def _shape(shape: Sequence[int | None]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _flow(call: Call, graph: LayerGraph) -> str:
    shown, _ = _shown_arguments(call, graph)
    if len(shown) == len(call.outputs) == 1:
        start, end = graph.tensor(shown[0].tensor).shape, graph.tensor(call.outputs[0]).shape
        return f"{_shape(start)} → {_shape(end)}"
    if len(call.outputs) == 1:
        return f"→ {_shape(graph.tensor(call.outputs[0]).shape)}"
    return ""


def _class(layer: Layer) -> str:
    if layer.wraps is None:
        return layer.class_name
    return f"{layer.class_name} of {_class(layer.wraps)}"


def _facts(layer: Layer, *, words: bool = False) -> list[str]:
    """Tell the settings: pairs for a box, phrases for a sentence."""
    facts = layer.facts + (layer.wraps.facts if layer.wraps is not None else ())
    told = [
        f"{name.replace('_', ' ') if words else name}{' ' if words else '='}{_value(value)}"
        for name, value in facts
    ]
    if words:
        return told
    return [", ".join(told[at : at + 2]) for at in range(0, len(told), 2)]


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))})"
    return str(value)


def _weight_lines(layer: Layer, calls: Sequence[Call]) -> list[str]:
    count = layer.count_weights()
    words = []
    if count:
        words.append(_plural(count, "weight"))
        if layer.frozen:
            words.append("frozen")
    if len(calls) > 1:
        shared = f"shared by {len(calls)} calls"
        words = [", ".join([*words, shared])] if words else [f"used by {len(calls)} calls"]
    elif words:
        words = [", ".join(words)]
    return words


def _loss(name: str, weight: float) -> str:
    return f"loss {name}, weight {weight:g}"


def _headline(layer: Layer, calls: Sequence[Call]) -> str:
    parts = [_class(layer), *_facts(layer), *_weight_lines(layer, calls)]
    return f"{layer.name}: {', '.join(parts)}"
