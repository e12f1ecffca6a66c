"""The code cells of a page of MyST-NB, which end in a drawing.

MyST-NB keeps a cell as a container, with its metadata, around its source and its outputs. An
output that Jupyter offers in several formats is a container of one container each; which one is
shown is chosen when a builder writes.
"""

from __future__ import annotations

import difflib
import html
import re
from typing import TYPE_CHECKING

from docutils import nodes

from layergraph.sphinx._problem import ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterator


def _containers(node: nodes.Node, kind: str) -> Iterator[nodes.container]:
    for container in node.findall(nodes.container):
        if container.get("nb_element") == kind:
            yield container


def _html_of(output: nodes.container) -> str | None:
    """The HTML of an output, if that is a drawing."""
    for each in output.findall(nodes.raw):
        shown = str(each.astext())
        if each.get("format") == "html" and 'class="layergraph-drawing"' in shown:
            return shown
    return None


def words_of(shown: str) -> str:
    """The words that the SVG of a drawing tells as its description."""
    found = re.search(r"<desc[^>]*>(.*?)</desc>", shown, re.DOTALL)
    return html.unescape(found[1]) if found else ""


class Cells:
    """The cells of a page.

    Args:
        page: The page, as it was read.
    """

    def __init__(self, page: nodes.document) -> None:
        self.page = page
        self._taken: dict[str, int | None] = {}

    def take(self, name: str, line: int | None) -> str:
        """Take the drawing out of a cell.

        Args:
            name: The cell's name.
            line: Where the drawing goes to.

        Returns:
            The HTML of the last drawing among the cell's outputs.

        Raises:
            ProblemError: There is none.
        """
        cell = self._find(name)
        drawings = [
            (output, shown)
            for output in _containers(cell, "mime_bundle")
            if (shown := _html_of(output)) is not None
        ]
        if not drawings:
            raise ProblemError("cell", self._why_none(cell, name))
        self._taken[name] = line
        output, shown = drawings[-1]
        output.clear()
        empty: nodes.Element = output
        while empty is not cell.parent and not empty.children:
            empty.parent.remove(empty)
            empty = empty.parent
        return shown

    def _find(self, name: str) -> nodes.container:
        cells = list(_containers(self.page, "cell_code"))
        if not cells:
            raise ProblemError(
                "cell",
                "this page has no code cells to take a drawing from, only one that MyST-NB reads "
                "has; give the directive a target such as `package.module:function`",
            )
        found = [cell for cell in cells if cell["cell_metadata"].get("name") == name]
        if len(found) > 1:
            raise ProblemError(
                "cell",
                f"{len(found)} cells of this page have the name {name!r}; rename all but one",
            )
        if not found:
            names = [str(cell["cell_metadata"]["name"]) for cell in cells if _has_name(cell)]
            near = difflib.get_close_matches(name, names, 1)
            raise ProblemError(
                "cell",
                f"no cell of this page has the name {name!r}; "
                + (
                    f"is {near[0]!r} meant?"
                    if near
                    else f"give the cell that draws the option `:name: {name}`, and hide its code "
                    "with the tag `remove-input`, not `remove-cell`"
                ),
            )
        return found[0]

    def _why_none(self, cell: nodes.container, name: str) -> str:
        if name in self._taken:
            at = f" at line {self._taken[name]}" if self._taken[name] else ""
            return (
                f"the drawing of the cell {name!r} stands in the figure{at} already; draw it once "
                "more in a cell of its own"
            )
        tags = cell["cell_metadata"].get("tags", [])
        if "remove-output" in tags or "remove_output" in tags:
            return (
                f"the cell {name!r} has the tag `remove-output`, so there is no drawing; take the "
                "tag away, the drawing moves into the figure"
            )
        return f"the cell {name!r} shows no drawing; let it run and end in `layergraph.draw(model)`"


def _has_name(cell: nodes.container) -> bool:
    return "name" in cell["cell_metadata"]
