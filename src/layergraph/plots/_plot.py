"""The result that shows itself in a notebook and saves itself to a file."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from layergraph.plots._style import UNITS, style
from layergraph.plots._svg import finish

if TYPE_CHECKING:
    import matplotlib.figure
    from matplotlib.transforms import Bbox


@dataclass(frozen=True)
class Panel:
    """A part of a figure that a page shows as a picture of its own.

    Attributes:
        title: Its title, such as ``"main_output: auc"``.
        alt: What it shows, in words.
        box: Left, bottom, width and height within the figure, in inches.
        row: The row it stands in, where there is room for several in a row; from 0.
    """

    title: str
    alt: str
    box: tuple[float, float, float, float]
    row: int


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure together with its description in words.

    In a notebook it shows as one inline SVG a panel, side by side where there is room and below
    each other where there is not.

    Attributes:
        figure: The figure, for changes that the functions here have no option for. What is
            changed within its axes before the plot is shown or saved appears there.
        alt: What the plot shows, in words.
        title: The title above the panels, if there is one.
        panels: The parts of the figure.
    """

    figure: matplotlib.figure.Figure
    alt: str
    title: str | None
    panels: tuple[Panel, ...]

    def __repr__(self) -> str:
        """Return one short line."""
        return f"<Plot: {self._name}>"

    @property
    def _name(self) -> str:
        return self.title or ", ".join(panel.title for panel in self.panels)

    def _repr_html_(self) -> str:
        """Return the plot as HTML: a ``<figure>`` of inline SVGs."""
        rows = [
            '<div style="display: flex; flex-wrap: wrap; gap: 0 1rem">'
            + "".join(self._inline(panel) for panel in panels)
            + "</div>"
            for _, panels in itertools.groupby(self.panels, key=lambda panel: panel.row)
        ]
        caption = (
            f'<figcaption style="font-weight: 600; text-align: start; margin: 0 0 0.25rem">'
            f"{escape(self.title)}</figcaption>"
            if self.title
            else ""
        )
        return (
            f'<figure class="layergraph-plot" style="margin: 0.5rem 0; text-align: start">'
            f"{caption}{''.join(rows)}</figure>"
        )

    def _inline(self, panel: Panel) -> str:
        """Return one panel for a page: transparent, in the page's text colour and font."""
        from matplotlib.transforms import Bbox

        box = Bbox.from_bounds(*panel.box)
        with _only(self.figure, box):
            svg = _drawn(self.figure, "svg", "none", box=box).decode()
        svg = finish(svg, panel.title, panel.alt, inline=True)
        return f'<div style="flex: 0 1 {round(box.width * UNITS)}px; min-width: 0">{svg}</div>'

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the plot to a file, on white, replacing a file that is there.

        Args:
            path: Where to; its suffix is ``.svg`` or ``.png``. A PNG has 200 dots an inch.

        Returns:
            The file's path.

        Raises:
            ValueError: If the suffix is another one.
            OSError: If the file cannot be written; what was there before is then unchanged.
        """
        path = Path(path)
        if path.suffix.lower() == ".svg":
            svg = _drawn(self.figure, "svg", "white").decode()
            data = finish(svg, self._name, self.alt, inline=False).encode()
        elif path.suffix.lower() == ".png":
            data = _drawn(self.figure, "png", "white")
        else:
            raise ValueError(
                f"{path}: cannot write a plot as {path.suffix or 'a file without suffix'!r}; "
                "use a name that ends in .svg or .png"
            )
        _write(path, data)
        return path


def _drawn(
    figure: matplotlib.figure.Figure,
    kind: Literal["svg", "png"],
    background: str,
    *,
    box: Bbox | None = None,
) -> bytes:
    """Return the figure, or the part of it in a box, without a word on when and by what."""
    nothing = ("Date", "Creator", "Format", "Type") if kind == "svg" else ("Software",)
    buffer = io.BytesIO()
    with style():
        figure.savefig(
            buffer,
            format=kind,
            dpi=200 if kind == "png" else "figure",
            bbox_inches=box,
            facecolor=background,
            metadata=dict.fromkeys(nothing),
        )
    return buffer.getvalue()


@contextmanager
def _only(figure: matplotlib.figure.Figure, box: Bbox) -> Iterator[None]:
    """Hide what lies outside the box: cropping alone would leave it in the file."""
    in_pixels = box.transformed(figure.dpi_scale_trans)
    hidden = [
        artist
        for artist in figure.get_children()
        if artist is not figure.patch
        and artist.get_visible()
        and not (artist in figure.axes and in_pixels.overlaps(artist.bbox))
    ]
    for artist in hidden:
        artist.set_visible(False)
    try:
        yield
    finally:
        for artist in hidden:
            artist.set_visible(True)


def _write(path: Path, data: bytes) -> None:
    """Write beside and rename, so that nobody sees half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
