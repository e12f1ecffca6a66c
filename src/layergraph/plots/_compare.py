"""Results of several models, compared over seeds."""

from __future__ import annotations

import itertools
import math
import statistics
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from layergraph.plots import _words
from layergraph.plots._layout import Margins, grid
from layergraph.plots._plot import Panel, Plot
from layergraph.plots._style import BLUE, EDGE, FOREGROUND, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Lengths are in units of the SVG, which are pixels where there is room.
_WIDTH = 400
_MARGINS = Margins(left=EDGE, right=EDGE, top=30, bottom=42)
_LINE, _STRIP, _STRIP_ROW = 16, 20, 32  # of a name; where the dots are; with the space around it
_NAME_LETTERS = 41  # that fit beside the mean

_RUN: dict[str, Any] = {
    "color": BLUE,
    "linestyle": "none",
    "marker": "o",
    "markersize": 8,
    "markerfacecolor": "none",
    "markeredgewidth": 2,
    "label": "run",
}
_CHANCE: dict[str, Any] = {"color": FOREGROUND, "linestyle": (0, (2, 1.5)), "linewidth": 1.6}
_MEAN_WIDTH = 2.4


def compare(
    results: Mapping[str, Sequence[float]],
    *,
    label: str = "AUC",
    chance: float | None = None,
    title: str | None = None,
    decimals: int = 3,
) -> Plot:
    """Plot a result of several models, each trained with several seeds.

    One row a model: a dot a seed, a tick at their mean, and the mean in words with the sample
    standard deviation.

    Args:
        results: The results of each model, one a seed, by the name to show. Rows keep this order.
        label: What is measured.
        chance: Where guessing would be; a dashed line, if given.
        title: A title above the plot.
        decimals: How many decimals numbers below 10 have, in the plot and in its description.

    Returns:
        The plot.

    Raises:
        ValueError: If there is no model, a model has no result, one is not a finite number, or
            there cannot be as many decimals.

    Example:
        >>> from layergraph import plots
        >>> aucs = {"LSTM": [0.75, 0.77, 0.74], "average": [0.73, 0.75, 0.74]}
        >>> print(plots.compare(aucs, chance=0.5).alt)
        AUC of 2 models, a dot a run. LSTM: mean 0.753 \u00b1 0.015 (3 runs, 0.740 to 0.770). \
average: mean 0.740 \u00b1 0.010 (3 runs, 0.730 to 0.750). Chance: 0.500.
    """
    _words.check_decimals(decimals)
    checked = _checked(results)
    if chance is not None and not math.isfinite(chance):
        raise ValueError(f"chance must be a finite number, not {chance!r}")
    names = [textwrap.wrap(str(name), _NAME_LETTERS) or [""] for name in checked]
    heights = [_STRIP_ROW + _LINE * len(lines) for lines in names]
    height = _MARGINS.top + sum(heights) + _MARGINS.bottom
    with style():
        figure, (place,) = grid([1], _WIDTH, height, _MARGINS, title)
        _draw(place.axes, names, heights, list(checked.values()), chance, decimals)
        _label(place.axes, label, chance, several=max(map(len, checked.values())) > 1)
    alt = _words.of_comparison(label, checked, chance, decimals)
    panel = Panel(f"{label} by model", alt, place.box, place.row)
    return Plot(figure, _words.titled(title, alt), title, (panel,))


def _checked(results: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    if not results:
        raise ValueError("there is nothing to compare: results is empty")
    checked = {name: [float(value) for value in values] for name, values in results.items()}
    for name, values in checked.items():
        if not values:
            raise ValueError(f"{name!r} has no result; give one a seed")
        for position, value in enumerate(values, start=1):
            if not math.isfinite(value):
                raise ValueError(f"result {position} of {name!r} is {value}, not a finite number")
    return checked


def _draw(
    ax: Axes,
    names: Sequence[Sequence[str]],
    heights: Sequence[float],
    results: Sequence[Sequence[float]],
    chance: float | None,
    decimals: int,
) -> None:
    """Draw a strip a model: its name and mean above, its runs on it.

    The y axis counts the units of the layout, downwards.
    """
    everything = [*itertools.chain(*results), *([] if chance is None else [chance])]
    low, high = min(everything), max(everything)
    margin = 0.06 * (high - low) or 0.05
    ax.set_xlim(low - margin, high + margin)
    ax.set_ylim(sum(heights), 0)
    across = ax.get_yaxis_transform()  # x in parts of the axes
    words: dict[str, Any] = {"transform": across, "va": "baseline", "parse_math": False}
    for end, lines, values in zip(itertools.accumulate(heights), names, results, strict=True):
        bottom = end - 6
        top = bottom - _STRIP
        ax.axhspan(top, bottom, color=FOREGROUND, alpha=0.05, linewidth=0)
        if chance is not None:
            ax.plot([chance, chance], [top, bottom], **_CHANCE)
        ax.plot(values, [(top + bottom) / 2] * len(values), **_RUN)
        if len(values) > 1:
            mean = statistics.fmean(values)
            ax.plot([mean, mean], [top, bottom], color=FOREGROUND, linewidth=_MEAN_WIDTH)
        ax.text(0, top - 5, "\n".join(lines), **words)
        told = _words.summary(values, decimals)
        ax.text(1, top - 5, told, ha="right", fontweight="bold", **words)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(visible=False)


def _label(ax: Axes, label: str, chance: float | None, *, several: bool) -> None:
    """Write the legend above the strips, and below them what is measured."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], **_RUN)]
    if several:
        handles.append(
            Line2D(
                [],
                [],
                color=FOREGROUND,
                linestyle="none",
                marker="|",
                markersize=14,
                markeredgewidth=_MEAN_WIDTH,
                label="mean",
            )
        )
        ax.annotate(
            "mean \u00b1 std. dev.",
            (1, 1),
            (0, _MARGINS.top - 16),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
        )
    if chance is not None:
        handles.append(Line2D([], [], label=f"chance {chance:g}", **_CHANCE))
    strips, _ = ax.get_ylim()
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1 + (_MARGINS.top - 19) / strips),
        borderaxespad=0,
        ncols=3,
        handlelength=1.2,
        handletextpad=0.5,
    )
    ax.set_xlabel(label, parse_math=False)
