"""Points of several classes in the plane."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from layergraph.plots import _words
from layergraph.plots._layout import Margins, grid
from layergraph.plots._plot import Panel, Plot
from layergraph.plots._style import BLUE, EDGE, FOREGROUND, GREEN, PURPLE, UNITS, VERMILLION, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

# Lengths are in units of the SVG, which are pixels where there is room.
_WIDTH, _PLANE = 352, 264
_LEFT, _RIGHT, _BOTTOM = 50, 10, 42
_ENTRY = 18  # a line of the legend
_ENTRY_LETTERS = 44  # that fit in one, marks included
_COLUMNS = 2

# Shape tells the classes apart, and colour as well where there are few.
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", "p", ">", "h")
_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, FOREGROUND)
_NEAREST = 4000  # points, up to which the nearest of each is looked for at once


def scatter(
    points: ArrayLike | Mapping[str, ArrayLike],
    classes: Sequence[object] | None = None,
    *,
    labels: Sequence[str] | None = None,
    axes: tuple[str, str] = ("first component", "second component"),
    title: str | None = None,
    decimals: int = 1,
) -> Plot:
    """Plot points in the plane, each class with a marker and a colour of its own.

    Several sets of the same points, given by name, are panels beside each other: a model's vectors
    before and after training.

    Args:
        points: An array of shape ``(points, 2)``, or such arrays by the name to show.
        classes: The class of each point; at most 12 different ones, shown in sorted order. All
            points are of one class if None.
        labels: A text beside each point; an empty one for none.
        axes: What the two axes show.
        title: A title above the panels.
        decimals: How many decimals numbers below 10 have in the description.

    Returns:
        The plot. Its description tells the extent, the middle of each class, and how many points
        have a nearest neighbour of their own class.

    Raises:
        ValueError: If there is no point, an array has another shape or a value that is not a
            finite number, there are not as many classes or labels as points, there are more than
            12 classes, or there cannot be as many decimals.

    Example:
        >>> from layergraph import plots
        >>> plot = plots.scatter([[0, 0], [1, 0], [5, 4], [6, 4]], ["a", "a", "b", "b"])
        >>> print(plot.alt)
        4 points of 2 classes. first component from 0 to 6.0, second component from 0 to 4.0. \
Middle of a: (0.5, 0), of b: (5.5, 4.0). The nearest neighbour of 4 of the 4 points is of the same \
class.
    """
    _words.check_decimals(decimals)
    sets = _checked(points)
    count = len(next(iter(sets.values())))
    kinds = _classes(classes, count)
    names = sorted(set(kinds), key=_by_number)
    if len(names) > len(_MARKERS):
        raise ValueError(
            f"there are markers for {len(_MARKERS)} classes, and these are {len(names)}; "
            "plot fewer, or join some"
        )
    if labels is not None and len(labels) != count:
        raise ValueError(f"there must be a label for each of the {count} points, not {len(labels)}")

    entries = names if len(names) > 1 else []
    fit = max(1, _ENTRY_LETTERS // (4 + max(map(len, names))))
    lines = math.ceil(len(entries) / fit)
    in_row = math.ceil(len(entries) / lines) if lines else 0  # as many in each line
    headed = [name for name in sets if name]
    top = 10 + _ENTRY * lines + (20 if headed else 0)
    margins = Margins(left=_LEFT, right=_RIGHT, top=top, bottom=_BOTTOM)
    rows = [min(_COLUMNS, len(sets) - start) for start in range(0, len(sets), _COLUMNS)]
    with style():
        height = top + _PLANE + margins.bottom
        figure, places = grid(rows, _WIDTH, height, margins, title)
        panels = []
        for (name, array), place in zip(sets.items(), places, strict=True):
            _draw(place.axes, array, kinds, names, labels)
            _label(place.axes, name, axes, in_row)
            alt = _in_words(name, array, kinds, names, axes, decimals)
            panels.append(Panel(name or title or "points", alt, place.box, place.row))
    alt = _words.titled(title, " ".join(panel.alt for panel in panels))
    return Plot(figure, alt, title, tuple(panels))


def _checked(points: ArrayLike | Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float64]]:
    given = points if isinstance(points, Mapping) else {"": points}
    sets: dict[str, NDArray[np.float64]] = {}
    for name, values in given.items():
        what = f"points[{name!r}]" if isinstance(points, Mapping) else "points"
        array = np.asarray(values, dtype=np.float64)
        if array.ndim != 2 or array.shape[1] != 2:
            raise ValueError(f"{what} must have shape (points, 2), not shape {array.shape}")
        if not np.isfinite(array).all():
            first = int(np.argwhere(~np.isfinite(array))[0, 0])
            raise ValueError(f"{what} has a value that is not a finite number, in point {first}")
        sets[str(name)] = array
    counts = {name: len(array) for name, array in sets.items()}
    if not any(counts.values()):
        raise ValueError("there is no point to plot: points is empty")
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name!r} {count}" for name, count in counts.items())
        raise ValueError(f"points by name must be as many in each, not {listed}")
    return sets


def _classes(classes: Sequence[object] | None, count: int) -> list[str]:
    if classes is None:
        return [""] * count
    kinds = [str(kind) for kind in classes]
    if len(kinds) != count:
        raise ValueError(f"there must be a class for each of the {count} points, not {len(kinds)}")
    return kinds


def _by_number(name: str) -> tuple[int, float, str]:
    """Sort numbers by their value, before names."""
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name


def _draw(
    ax: Axes,
    points: NDArray[np.float64],
    kinds: Sequence[str],
    names: Sequence[str],
    labels: Sequence[str] | None,
) -> None:
    for number, name in enumerate(names):
        own = points[[kind == name for kind in kinds]]
        ax.plot(
            own[:, 0],
            own[:, 1],
            linestyle="none",
            marker=_MARKERS[number],
            markersize=5.5,
            markerfacecolor="none",
            markeredgecolor=_COLOURS[number % len(_COLOURS)],
            markeredgewidth=1.3,
            label=name,
        )
    for (x, y), words in zip(points, labels or [], strict=False):
        if words:
            ax.annotate(
                words, (x, y), (4, 4), textcoords="offset points", fontsize=10.5, parse_math=False
            )
    ax.margins(0.06)


def _label(ax: Axes, name: str, axes: tuple[str, str], in_row: int) -> None:
    """Write the panel's name and the legend above it, and what the axes show."""
    from matplotlib.transforms import ScaledTranslation

    to_edge = (EDGE - _LEFT) / UNITS
    left = ax.transAxes + ScaledTranslation(to_edge, 0, ax.figure.dpi_scale_trans)
    above = 8.0
    if in_row:
        # A legend fills column by column; the order within rows is what a reader expects.
        handles, names = ax.get_legend_handles_labels()
        order = [i for first in range(in_row) for i in range(first, len(names), in_row)]
        ax.legend(
            [handles[i] for i in order],
            [names[i] for i in order],
            loc="lower left",
            bbox_to_anchor=(0, 1 + above / _PLANE),
            bbox_transform=left,
            borderaxespad=0,
            handlelength=0.8,
            handletextpad=0.4,
            columnspacing=1.1,
            labelspacing=0.3,
            ncols=in_row,
        )
        above += _ENTRY * math.ceil(len(names) / in_row)
    if name:
        ax.annotate(
            name,
            (0, 1),
            (0, above),
            xycoords=left,
            textcoords="offset points",
            fontsize=13,
            fontweight="bold",
            parse_math=False,
        )
    ax.set_xlabel(axes[0], parse_math=False)
    ax.set_ylabel(axes[1], parse_math=False)


def _in_words(
    name: str,
    points: NDArray[np.float64],
    kinds: Sequence[str],
    names: Sequence[str],
    axes: tuple[str, str],
    decimals: int,
) -> str:
    def told(value: float) -> str:
        return _words.number(float(value), decimals)

    count = f"{len(points)} points" if len(points) > 1 else "1 point"
    several = len(names) > 1
    start = f"{name}: " if name else ""
    extents = [
        f"{axis} from {told(points[:, i].min())} to {told(points[:, i].max())}"
        for i, axis in enumerate(axes)
    ]
    sentences = [
        f"{start}{count}{f' of {len(names)} classes' if several else ''}.",
        f"{', '.join(extents)}.",
    ]
    if several:
        middles = []
        for kind in names:
            x, y = points[[own == kind for own in kinds]].mean(axis=0)
            middles.append(f"of {kind}: ({told(x)}, {told(y)})")
        sentences.append(f"Middle {', '.join(middles)}.")
        if len(points) <= _NEAREST:
            same = _same_as_nearest(points, kinds)
            sentences.append(
                f"The nearest neighbour of {same} of the {len(points)} points is of the same class."
            )
    return " ".join(sentences)


def _same_as_nearest(points: NDArray[np.float64], kinds: Sequence[str]) -> int:
    """Count the points whose nearest neighbour in the plane is of their own class."""
    squares = ((points[:, np.newaxis] - points[np.newaxis]) ** 2).sum(axis=-1)
    np.fill_diagonal(squares, np.inf)
    return sum(kinds[i] == kinds[nearest] for i, nearest in enumerate(squares.argmin(axis=1)))
