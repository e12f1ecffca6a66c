"""Where the title and the panels of a figure stand."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from layergraph.plots._style import EDGE, UNITS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Place(NamedTuple):
    """A place for a panel: its row, its box in inches, and the axes in it."""

    row: int
    box: tuple[float, float, float, float]
    axes: Axes


class Margins(NamedTuple):
    """The space around the axes of a panel, in units of the SVG."""

    left: float
    right: float
    top: float
    bottom: float


def grid(
    columns: Sequence[int],
    width: float,
    height: float,
    margins: Margins,
    title: str | None,
) -> tuple[Figure, list[Place]]:
    """Return a figure with rows of panels, each of which has axes.

    Args:
        columns: How many panels there are in each row.
        width: The width of a panel, in units of the SVG.
        height: Its height, in the same.
        margins: The space around its axes.
        title: A title above all of them.

    Returns:
        The figure and its places, row by row.
    """
    from matplotlib.figure import Figure

    whole_width = max(columns) * width
    lines = textwrap.wrap(title or "", round(whole_width / 9))
    above = 10 + 18 * len(lines) if lines else 0
    whole_height = len(columns) * height + above
    figure = Figure(figsize=(whole_width / UNITS, whole_height / UNITS))
    if title:
        figure.text(
            EDGE / whole_width,
            1 - 8 / whole_height,
            "\n".join(lines),
            va="top",
            fontsize=14,
            fontweight="bold",
            parse_math=False,
        )
    places = []
    for row, count in enumerate(columns):
        for column in range(count):
            x, y = column * width, (len(columns) - 1 - row) * height
            axes = figure.add_axes(
                (
                    (x + margins.left) / whole_width,
                    (y + margins.bottom) / whole_height,
                    (width - margins.left - margins.right) / whole_width,
                    (height - margins.top - margins.bottom) / whole_height,
                )
            )
            box = (x / UNITS, y / UNITS, width / UNITS, height / UNITS)
            places.append(Place(row, box, axes))
    return figure, places
