"""The parts of a figure that shows a drawing, and how each of Sphinx's formats shows them.

Both are literal blocks of words, so a format that has no other way, such as plain text and manual
pages, shows the words.
"""

from __future__ import annotations

import hashlib
import html
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from layergraph.drawing import Drawing


class layer_graph(nodes.literal_block):  # noqa: N801 - as docutils names its nodes
    """A drawing. Its text is the drawing in words.

    Attributes, as docutils keeps them:

    - ``asked``: what the directive asked for, until the page has been read;
    - ``html``: the drawing within a page, empty where there is none;
    - ``drawing``: the drawing, ``None`` where only its HTML is at hand.
    """


class layer_graph_words(nodes.literal_block):  # noqa: N801
    """The words of a drawing, folded, where it was asked for them. ``html`` shows them."""


def _png(node: nodes.Element, folder: Path) -> str:
    """Write a drawing as PNG, and return the file's name."""
    drawing: Drawing = node["drawing"]
    name = f"layergraph-{hashlib.sha256(drawing.dot.encode()).hexdigest()[:16]}.png"
    if not (folder / name).exists():
        folder.mkdir(parents=True, exist_ok=True)
        drawing.save(folder / name)
    return name


# The translators of Sphinx have no type in common that knows what they write to.


def _visit_html(self: Any, node: nodes.Element) -> None:  # noqa: ANN401
    words, drawing = html.escape(node.astext()), node["drawing"]
    shown = node["html"] or f"<p>{words}</p>"
    # A book must declare each page that holds SVG, which Sphinx does not.
    if self.builder.name == "epub" and drawing is not None:
        name = _png(node, Path(self.builder.outdir, self.builder.imagedir))
        source = html.escape(posixpath.join(self.builder.imgpath, name))
        shown = f'<img src="{source}" alt="{words}" />'
    elif self.builder.name == "epub":
        shown = f"<pre>{words}</pre>"
    self.body.append(f"{self.starttag(node, 'div', CLASS='layergraph')}{shown}</div>\n")
    raise nodes.SkipNode


def _visit_latex(self: Any, node: nodes.Element) -> None:  # noqa: ANN401
    if node["drawing"] is None:
        self.visit_literal_block(node)
        return
    name = _png(node, Path(self.builder.outdir))
    # Graphviz makes 96 pixels of an inch, where TeX takes 72 for one.
    self.body.append(rf"\noindent\sphinxincludegraphics[scale=0.75]{{{name}}}" + "\n")
    raise nodes.SkipNode


def _depart_latex(self: Any, node: nodes.Element) -> None:  # noqa: ANN401
    self.depart_literal_block(node)


def _visit_words_html(self: Any, node: nodes.Element) -> None:  # noqa: ANN401
    style = "margin-block:1em"  # as much as is between paragraphs
    tag = self.starttag(node, "details", CLASS="layergraph-words", style=style)
    self.body.append(f"{tag}<summary>The drawing in words</summary>\n{node['html']}\n</details>\n")
    raise nodes.SkipNode


def _skip(_self: Any, _node: nodes.Element) -> None:  # noqa: ANN401
    raise nodes.SkipNode


class WordsBesideFigures(SphinxPostTransform):
    """In LaTeX, put words that stand for a drawing before the figure: it must fit on a page."""

    default_priority = 200
    formats = ("latex",)

    def run(self, **_kwargs: object) -> None:
        """Move them."""
        for node in list(self.document.findall(layer_graph)):
            figure = node.parent
            if node["drawing"] is None and isinstance(figure, nodes.figure):
                figure.remove(node)
                figure.parent.insert(figure.parent.index(figure), node)


def add_nodes(app: Sphinx) -> None:
    """Make the nodes known to Sphinx."""
    # Not for the name of a builder such as epub: Sphinx would know no other node for it.
    app.add_node(layer_graph, html=(_visit_html, None), latex=(_visit_latex, _depart_latex))
    app.add_node(
        layer_graph_words,
        html=(_visit_words_html, None),
        # There the words stand in the figure.
        man=(_skip, None),
        texinfo=(_skip, None),
        text=(_skip, None),
    )
    app.add_post_transform(WordsBesideFigures)
