"""Draw a model, and put it into words.

:func:`draw` makes a :class:`Drawing`: SVG that shows itself in a notebook and follows
the colours of the page, with the words of :func:`describe` as its text alternative.
The picture is laid out by Graphviz, as the package ``graphviz-pure`` brings it.

A layer is one box. A layer that is called more than once is still one box, with a
numbered way in and out for each call, so that what is shared looks shared. A nested
model is a frame around its own layers, with the same numbered ways.

A page can choose the colours by CSS: ``--layergraph-input``, ``--layergraph-output``,
``--layergraph-layer``, ``--layergraph-shared`` and ``--layergraph-model`` are the fills,
laid on thinly; lines and text have the colour of the text around the picture, and
``--layergraph-page`` is the colour behind it, so that headings can stand above arrows.
"""

from __future__ import annotations

import html
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from layergraph.drawing._description import Description
from layergraph.drawing._graphviz import render
from layergraph.drawing._layout import to_dot
from layergraph.drawing._svg import for_page, standalone
from layergraph.drawing._words import describe, size
from layergraph.graph import LayerGraph, read

if TYPE_CHECKING:
    import keras

__all__ = ["Description", "Drawing", "describe", "draw", "to_dot"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn model, as :func:`draw` makes it.

    In a notebook it shows itself; ``print`` gives one line.

    Attributes:
        title: The picture's title.
        summary: One line on what is drawn.
        description: The picture in words, as :func:`describe` gives them.
        dot: The picture in Graphviz's DOT language.
        svg: The picture as SVG to stand within a page: no script, nothing from elsewhere.
            Its ids begin with a digest of the picture, its words and its title. They repeat
            only where a page shows the very same drawing twice: what they lead to is then the
            same too, but HTML wants each id once, so give one of the two another title.
    """

    title: str
    summary: str
    description: str = field(repr=False)
    dot: str = field(repr=False)
    svg: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.title}: {self.summary}"

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        # A wide drawing scrolls in a frame of its own, which the keyboard reaches and a
        # screen reader can name; the page keeps its width.
        return (
            '<div class="layergraph-drawing" role="group" tabindex="0" '
            f'aria-label="{html.escape(self.title)}, a drawing that may scroll" '
            f'style="overflow-x:auto;max-width:100%">{self.svg}</div>'
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the drawing to a file.

        It is written beside its place and then renamed, so that no half of it is ever seen.

        Args:
            path: Where to; the suffix says what: ``.svg`` (dark or light as the reader's
                system is), ``.png`` (on white) or ``.dot``.

        Returns:
            The path written.

        Raises:
            ValueError: If the suffix is another one.
            FileNotFoundError: If the folder is not there, or Graphviz is missing (PNG only).

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
            >>> draw(wire).save("wire.svg").name
            'wire.svg'
        """
        path = Path(path)
        makers = {
            ".svg": lambda: standalone(self.svg).encode(),
            ".png": lambda: render(self.dot, "png"),
            ".dot": lambda: self.dot.encode(),
        }
        if path.suffix.lower() not in makers:
            raise ValueError(
                f"cannot write {path.name!r}: a drawing is saved with one of the suffixes "
                f"{', '.join(makers)}"
            )
        if not path.parent.is_dir():
            raise FileNotFoundError(
                f"cannot write {path}: there is no folder {path.parent}; make it first"
            )
        data = makers[path.suffix.lower()]()
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".layergraph-") as folder:
            # In a folder of its own, the file gets the permissions that any new file gets.
            beside = Path(folder, path.name)
            beside.write_bytes(data)
            beside.replace(path)
        return path


def draw(
    model: keras.Model | LayerGraph,
    *,
    title: str | None = None,
    direction: Literal["TB", "LR"] = "TB",
    detail: Literal["names", "shapes", "all"] = "all",
    depth: int | None = None,
    fold: bool = True,
) -> Drawing:
    """Draw a model.

    Args:
        model: A functional or Sequential model, or a graph that was read or made by hand.
        title: The picture's title; ``Graph of <name>`` by default.
        direction: ``"TB"`` from top to bottom, ``"LR"`` from left to right.
        detail: ``"names"`` for names and classes, ``"shapes"`` with shapes, ``"all"`` with
            settings, weights and losses too.
        depth: How many levels of nested models are opened; all by default, 0 for none.
        fold: Whether what comes several times in a row is drawn once, in a frame that says how
            often. A small picture folds only what comes five times or more. One of more than
            24 boxes folds all repeats; if that is not enough, also those whose settings differ,
            and with more than 36 boxes left long chains of layers, into one box each. With
            ``False`` every layer is drawn.

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
    if title is not None and not isinstance(title, str):
        raise ValueError(f"title is {title!r}; it must be text")
    title = f"Graph of {graph.name}" if title is None else title
    dot = to_dot(graph, direction=direction, detail=detail, depth=depth, fold=fold)
    words = str(describe(graph))
    svg = for_page(render(dot, "svg").decode(), title, words)
    return Drawing(title, size(graph), words, dot, svg)
