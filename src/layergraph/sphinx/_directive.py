"""The directive ``layer-graph``: a figure, whose drawing is put in when the page has been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from layergraph.sphinx._nodes import layer_graph

if TYPE_CHECKING:
    from collections.abc import Callable


def _one_of(*values: str) -> Callable[[str], str]:
    def choose(argument: str) -> str:
        return str(directives.choice(argument, values))

    return choose


# The options of `layergraph.draw`, and those that choose what stands beside the drawing.
DRAWING: dict[str, Callable[[str], Any]] = {
    "direction": lambda argument: _one_of("tb", "lr")(argument).upper(),
    "detail": _one_of("names", "shapes", "all"),
    "depth": directives.nonnegative_int,
    "no-fold": directives.flag,
    "title": directives.unchanged_required,
}
BESIDE: dict[str, Callable[[str], Any]] = {
    "cell": directives.unchanged_required,
    "words": _one_of("table", "text"),
    "caption": directives.unchanged_required,
    "name": directives.unchanged_required,
    "align": _one_of("left", "center", "right"),
    "class": directives.class_option,
}


@dataclass(frozen=True)
class Asked:
    """What a directive asks for.

    Attributes:
        target: ``module:function``, or nothing.
        cell: The name of a cell of the page, or nothing.
        drawing: The options that draw, as they were given.
        words: ``"table"``, ``"text"`` or nothing.
    """

    target: str = ""
    cell: str = ""
    drawing: dict[str, Any] = field(default_factory=dict)
    words: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """The options for `layergraph.draw`."""
        given = dict(self.drawing)
        if "no-fold" in given:
            del given["no-fold"]
            given["fold"] = False
        return given


class LayerGraphDirective(SphinxDirective):
    """The directive."""

    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]] | None] = {**BESIDE, **DRAWING}

    def run(self) -> list[nodes.Node]:
        """Make the figure, with a place for the drawing."""
        place = layer_graph("", html="", drawing=None, language="none")
        place["asked"] = Asked(
            target=self.arguments[0].strip() if self.arguments else "",
            cell=self.options.get("cell", ""),
            drawing={name: self.options[name] for name in DRAWING if name in self.options},
            words=self.options.get("words", ""),
        )
        figure = nodes.figure("", place, classes=self.options.get("class", []))
        if "align" in self.options:
            figure["align"] = self.options["align"]
        self.set_source_info(figure)
        self.set_source_info(place)
        messages: list[nodes.system_message] = []
        if "caption" in self.options:
            words, messages = self.parse_inline(self.options["caption"], lineno=self.lineno)
            caption = nodes.caption(self.options["caption"], "", *words)
            self.set_source_info(caption)
            figure += caption
        self.add_name(figure)
        return [figure, *messages]
