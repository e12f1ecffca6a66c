"""Small grey images in a grid, with captions."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from layergraph.plots import _words
from layergraph.plots._layout import Margins, grid
from layergraph.plots._plot import Panel, Plot
from layergraph.plots._style import EDGE, FOREGROUND, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

# Lengths are in units of the SVG, which are pixels where there is room. A grid is as wide as a
# panel of curves, so that it needs little shrinking on a telephone.
_WIDTH = 352
_LARGEST = 64  # side of an image
_GAP = 6  # beside and below an image
_LINE = 15  # of a caption or a name
_NAME_LETTERS = 48  # that fit in the width
_LETTER = 6.4  # width of one in a caption


def images(
    images: ArrayLike | Mapping[str, ArrayLike],
    *,
    captions: Sequence[object] | None = None,
    columns: int = 8,
    limits: tuple[float, float] | None = None,
    title: str | None = None,
    alt: str = "",
) -> Plot:
    """Plot small grey images in a grid: the lowest value is black, the highest is white.

    Several sets of images, given by name, stand below each other, so that images of one position
    are in one column: originals and what a model made of them.

    Args:
        images: An array of shape ``(images, height, width)`` or ``(images, height, width, 1)``,
            or such arrays of one shape by the name to show.
        captions: What to write below each image; below each column for images by name.
        columns: How many images stand side by side at most.
        limits: The values that are black and white, beyond which nothing changes; those of the
            lowest and the highest value of all images if None.
        title: A title above the grid.
        alt: Sentences to end the description with: what there is to see.

    Returns:
        The plot.

    Raises:
        ValueError: If there is no image, an array has another shape or a value that is not a
            finite number, arrays differ in shape, there are not as many captions as images,
            ``columns`` is no whole number from 1 to 16, or the limits are no lower and upper one.

    Example:
        >>> import numpy as np
        >>> from layergraph import plots
        >>> steps = np.array([[[0, 1], [1, 0]], [[1, 0], [0, 1]]])
        >>> plot = plots.images({"given": steps, "mirrored": steps[::-1]}, captions=["down", "up"])
        >>> print(plot.alt)
        2 rows of 2 grey images of 2 by 2 pixels: given; mirrored. From left to right: down, up.
    """
    sets, named = _checked(images), isinstance(images, Mapping)
    count, high, wide = next(iter(sets.values())).shape
    if isinstance(columns, bool) or not isinstance(columns, int) or not 1 <= columns <= 16:
        raise ValueError(f"columns must be a whole number from 1 to 16, not {columns!r}")
    told = _told(captions, count)
    low, top = _limits(limits, sets)

    across = min(columns, count)
    cell = (_WIDTH - 2 * EDGE + _GAP) / across
    width = min(cell - _GAP, _LARGEST * max(1.0, wide / high))
    height = width * high / wide
    wrapped = [textwrap.wrap(words, max(1, int((cell - 2) / _LETTER))) for words in told]
    with style():
        rows = _rows(list(sets), count, across, [len(lines) for lines in wrapped], named)
        whole = EDGE + sum(_height(row, height) for row in rows)
        margins = Margins(EDGE, EDGE, 0, EDGE)
        figure, (place,) = grid([1], _WIDTH, whole, margins, title)
        ax = place.axes
        _empty(ax, _WIDTH - 2 * EDGE, whole - EDGE)
        y = 0.0
        for name, first, lines in rows:
            if name is not None:
                ax.text(0, y + _LINE - 4, name, fontweight="bold", fontsize=11, parse_math=False)
                y += _LINE + 3
            for column, image in enumerate(range(first, min(first + across, count))):
                x = column * (width + _GAP)
                _draw(ax, sets[name or ""][image], (x, y, width, height), (low, top))
                if lines:
                    words = "\n".join(wrapped[image])
                    at = (x + width / 2, y + height + 3)
                    ax.text(*at, words, ha="center", va="top", fontsize=10.5, parse_math=False)
            y += height + _GAP + _LINE * lines
    words = _in_words(list(sets) if named else [], count, (high, wide), across, told)
    words = " ".join(filter(None, [words, alt]))
    panel = Panel(title or "images", words, place.box, place.row)
    return Plot(figure, _words.titled(title, words), title, (panel,))


def _checked(images: ArrayLike | Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float64]]:
    given = images if isinstance(images, Mapping) else {"": images}
    if not given:
        raise ValueError("there is no image to plot: images is empty")
    sets: dict[str, NDArray[np.float64]] = {}
    for name, values in given.items():
        what = f"images[{name!r}]" if isinstance(images, Mapping) else "images"
        array = np.asarray(values, dtype=np.float64)
        if array.ndim == 4 and array.shape[-1] == 1:
            array = array[..., 0]
        if array.ndim != 3:
            raise ValueError(
                f"{what} must have shape (images, height, width), and may have a last axis of 1, "
                f"not shape {array.shape}"
            )
        if 0 in array.shape:
            raise ValueError(f"there is no image to plot: {what} has shape {array.shape}")
        if not np.isfinite(array).all():
            first = int(np.argwhere(~np.isfinite(array))[0, 0])
            raise ValueError(f"{what} has a value that is not a finite number, in image {first}")
        sets[str(name)] = array
    shapes = {name: array.shape for name, array in sets.items()}
    if len(set(shapes.values())) > 1:
        listed = ", ".join(f"{name!r} {shape}" for name, shape in shapes.items())
        raise ValueError(f"images by name must have one shape, not {listed}")
    return sets


def _told(captions: Sequence[object] | None, count: int) -> list[str]:
    if captions is None:
        return [""] * count
    told = [str(caption) for caption in captions]
    if len(told) != count:
        raise ValueError(f"there must be a caption for each of the {count} images, not {len(told)}")
    return told


def _limits(
    limits: tuple[float, float] | None, sets: Mapping[str, NDArray[np.float64]]
) -> tuple[float, float]:
    if limits is None:
        low = min(float(array.min()) for array in sets.values())
        high = max(float(array.max()) for array in sets.values())
        return low, high if high > low else low + 1
    low, high = limits
    if not low < high:
        raise ValueError(f"limits must be a lower and an upper one, not {limits!r}")
    return float(low), float(high)


def _rows(
    names: Sequence[str], count: int, across: int, lines: Sequence[int], named: bool
) -> list[tuple[str | None, int, int]]:
    """List rows of images: name above, number of the first, lines of caption below."""
    rows: list[tuple[str | None, int, int]] = []
    for first in range(0, count, across):
        below = max(lines[first : first + across])
        for name in names:
            last = name == names[-1]
            rows.append((name if named else None, first, below if last else 0))
    return rows


def _height(row: tuple[str | None, int, int], image: float) -> float:
    name, _, lines = row
    return (0 if name is None else _LINE + 3) + image + _GAP + _LINE * lines


def _empty(ax: Axes, width: float, height: float) -> None:
    """Let the axes count the units of the layout, downwards, and show nothing of themselves."""
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.axis("off")


def _draw(
    ax: Axes,
    image: NDArray[np.float64],
    box: tuple[float, float, float, float],
    limits: tuple[float, float],
) -> None:
    """Draw one image and a thin frame, without which a page would hide its edge."""
    from matplotlib.patches import Rectangle

    x, y, width, height = box
    ax.imshow(
        image,
        cmap="gray",
        vmin=limits[0],
        vmax=limits[1],
        interpolation="none",  # the page enlarges the pixels as they are
        extent=(x, x + width, y + height, y),
        aspect="auto",
    )
    ax.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=FOREGROUND, linewidth=0.8))


def _in_words(
    names: Sequence[str], count: int, size: tuple[int, int], across: int, told: Sequence[str]
) -> str:
    images = "grey image" if count == 1 else "grey images"
    of = f"{count} {images} of {size[0]} by {size[1]} pixels"
    if len(names) > 1:
        of = f"{len(names)} rows of {of}"
    words = f"{of}: {'; '.join(names)}." if names else f"{of}."
    if any(told):
        by_row = " row by row" if count > across else ""
        words += f" From left to right{by_row}: {', '.join(told)}."
    return words
