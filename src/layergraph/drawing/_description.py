"""The value that holds a model in words, as text and as tables."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

# Pages and notebooks align the cells of tables in different ways. The line is of a grey that shows
# on light and on dark.
_CELL = (
    ' style="text-align:left;vertical-align:top;padding:0.3em 1em 0.3em 0;'
    'border-bottom:thin solid rgb(127 127 127/50%)"'
)
_COLUMNS = ("Part", "What it is", "Takes", "Gives")


@dataclass(frozen=True, slots=True)
class Row:
    """One part of a graph: a sentence, and the same in cells."""

    sentence: str
    part: str
    about: str = ""
    takes: str = ""
    gives: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One graph: the model itself, or one nested in it."""

    title: str
    summary: str
    rows: tuple[Row, ...]
    note: str = ""

    def text(self) -> str:
        """Return the section as sentences, one a line."""
        sentences = [f"{self.title}: {self.summary}.", *(row.sentence for row in self.rows)]
        return "\n".join(filter(None, [*sentences, self.note]))

    def table(self) -> str:
        """Return the section as an HTML table."""
        columns = "".join(f'<th scope="col"{_CELL}>{column}</th>' for column in _COLUMNS)
        rows = "\n".join(
            f'<tr><th scope="row"{_CELL}>{html.escape(row.part)}</th>'
            + "".join(f"<td{_CELL}>{_cell(c)}</td>" for c in (row.about, row.takes, row.gives))
            + "</tr>"
            for row in self.rows
        )
        # Narrower, the columns would break the words; the frame around it scrolls instead.
        return (
            '<table class="layergraph-table" style="min-width:36em">\n'
            f'<caption style="text-align:left">{html.escape(f"{self.title}: {self.summary}")}'
            f"</caption>\n<thead><tr>{columns}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
            + (f"<p>{html.escape(self.note)}</p>\n" if self.note else "")
        )


def _cell(words: str) -> str:
    """Write a cell of a table, in which no shape is broken."""
    whole = r'<span style="white-space:nowrap">\g<0></span>'
    return re.sub(r"\((?:None|\d+)[\w, ]*\)", whole, html.escape(words))


@dataclass(frozen=True, slots=True)
class Description:
    """A model in words, as :func:`describe` makes it.

    ``print`` gives sentences, one a line; a notebook shows the same as tables, one for each
    graph: the model, and each model nested in it.

    Attributes:
        title: Whose words these are, such as ``Model line``.
        summary: One line on how much there is of everything.

    Examples:
        >>> import keras
        >>> from layergraph.drawing import describe
        >>> points = keras.Input((2,), name="points")
        >>> side = keras.layers.Dense(1, name="side")(points)
        >>> description = describe(keras.Model(points, side, name="line"))
        >>> description
        Description(title='Model line', summary='1 input, 1 layer, 1 output, 3 weights')
        >>> description.text == str(description)
        True
        >>> description.table().count("<tr>")
        4
    """

    title: str
    summary: str
    _sections: tuple[Section, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """The sentences, one a line, without an end of line after the last."""
        return "\n".join(section.text() for section in self._sections)

    def __str__(self) -> str:
        return self.text

    def table(self) -> str:
        """Return the words as HTML, a table for each graph.

        Columns and rows have headers and each table has a caption, for screen readers. The
        colours are those of the page; there are no ids.

        Returns:
            The tables one after another.
        """
        return "".join(section.table() for section in self._sections)

    def _repr_html_(self) -> str:
        # Wide tables scroll in a frame of their own, as a drawing does.
        return (
            '<div class="layergraph-description" role="group" tabindex="0" '
            f'aria-label="{html.escape(self.title)} in words, tables that may scroll" '
            f'style="overflow-x:auto;max-width:100%">\n{self.table()}</div>'
        )


# Readers and the reference know it by the public name.
Description.__module__ = "layergraph.drawing"
