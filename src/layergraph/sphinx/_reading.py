"""Put the drawings into the figures of a page that has been read."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util import logging

import layergraph
from layergraph.drawing import Drawing, describe, draw
from layergraph.graph import LayerGraph
from layergraph.sphinx._cells import Cells, words_of
from layergraph.sphinx._kept import store
from layergraph.sphinx._nodes import layer_graph, layer_graph_words
from layergraph.sphinx._problem import ProblemError
from layergraph.sphinx._worker import is_installed

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from layergraph.sphinx._directive import Asked
    from layergraph.sphinx._kept import Graphs

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """What a figure shows.

    Attributes:
        html: The drawing within a page.
        text: The drawing in words.
        table: The same as a table in HTML; empty for what a cell drew.
        drawing: The drawing; ``None`` for what a cell drew.
    """

    html: str
    text: str
    table: str = ""
    drawing: Drawing | None = None


class Reading:
    """Puts the drawings into pages.

    Args:
        graphs: The graphs of this build.
    """

    def __init__(self, graphs: Graphs) -> None:
        self.graphs = graphs

    def fill(self, app: Sphinx, page: nodes.document) -> None:
        """Put the drawings into a page; each problem is a warning at its directive."""
        cells, met = Cells(page), Counter[str]()
        for place in list(page.findall(layer_graph)):
            asked: Asked = place.attributes.pop("asked")
            try:
                shown = self._show(app, asked, cells, place)
            except ProblemError as problem:
                _fill(place, str(problem))
                store(app.env).failed.add(app.env.docname)
                # A catalog of messages is made without executing cells.
                if not (asked.cell and app.builder.name == "gettext"):
                    log.warning(
                        "layer-graph: %s",
                        problem,
                        type="layergraph",
                        subtype=problem.subtype,
                        location=place,
                    )
                continue
            _fill(place, shown.text)
            place["html"] = _unlike_others(shown.html, met)
            place["drawing"] = shown.drawing
            if asked.words:
                text = f'<pre style="white-space:pre-wrap">{html.escape(shown.text)}</pre>'
                words = layer_graph_words(shown.text, shown.text, language="none")
                words["html"] = shown.table if asked.words == "table" else text
                words.source, words.line = place.source, place.line
                figure = place.parent
                figure.parent.insert(figure.parent.index(figure) + 1, words)

    def _show(self, app: Sphinx, asked: Asked, cells: Cells, place: layer_graph) -> Shown:
        if bool(asked.target) == bool(asked.cell):
            raise ProblemError(
                "target",
                "give either a target such as `package.module:function`, or with `:cell:` the "
                "name of a code cell of this page"
                + (f", not both {asked.target!r} and {asked.cell!r}" if asked.target else ""),
            )
        if asked.cell:
            _check_cell_options(asked)
            drawn = cells.take(asked.cell, place.line)
            return Shown(drawn, words_of(drawn))
        return self._from_target(app, asked)

    def _from_target(self, app: Sphinx, asked: Asked) -> Shown:
        target = asked.target
        module, _, attributes = target.partition(":")
        if not all(part.isidentifier() for part in (*module.split("."), *attributes.split("."))):
            raise ProblemError(
                "target",
                f"{target!r} is no target; write the function that returns the model as "
                "`package.module:function`",
            )
        env = app.env
        answer = self.graphs.get(env, env.docname, target)
        for path in (*answer.files, *_own_code()):
            env.note_dependency(path)
        if answer.graph is None:
            raise ProblemError("target", f"{target}: {answer.problem}")
        try:
            graph = LayerGraph.from_json(answer.graph)
            drawing = draw(graph, **asked.arguments)
            words = describe(graph, depth=asked.drawing.get("depth"))
        except Exception as error:  # whatever a graph made by hand may hold
            raise ProblemError(
                "target", f"{target}: drawing it raised {type(error).__name__}: {error}"
            ) from error
        return Shown(drawing._repr_html_(), words.text, words._repr_html_(), drawing)


def _check_cell_options(asked: Asked) -> None:
    late = [f"`:{name}:`" for name in asked.drawing]
    if late:
        raise ProblemError(
            "cell",
            f"the cell {asked.cell!r} has drawn already, so {' and '.join(late)} cannot change "
            "it; take that away here, and give it to `layergraph.draw` in the cell",
        )
    if asked.words == "table":
        raise ProblemError(
            "cell",
            f"the drawing of the cell {asked.cell!r} brings its words as text; write "
            "`:words: text`, or end another cell in `layergraph.describe(model)` for the table",
        )


def _fill(place: layer_graph, text: str) -> None:
    place.rawsource = text
    place.append(nodes.Text(text))


def _unlike_others(shown: str, met: Counter[str]) -> str:
    """Keep the ids of a page unique where it shows the very same drawing twice."""
    found = re.search(r'id="(lg[0-9a-f]{10})-title"', shown)
    if not found:
        return shown
    met[found[1]] += 1
    times = met[found[1]]
    return shown if times == 1 else shown.replace(found[1], f"{found[1]}-{times}")


@cache
def _own_code() -> tuple[str, ...]:
    """The code that draws, where somebody works on it: it is no installed package then."""
    package = Path(layergraph.__file__).parent
    if is_installed(str(package)):
        return ()
    rooms = ("drawing", "graph", "sphinx")
    return tuple(sorted(str(path) for room in rooms for path in (package / room).glob("*.py")))
