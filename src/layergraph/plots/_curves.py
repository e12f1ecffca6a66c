"""Curves of loss and metrics over the epochs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from layergraph.plots import _metrics, _words
from layergraph.plots._history import Curve, History, Run, curves_of, read
from layergraph.plots._layout import Margins, grid
from layergraph.plots._plot import Panel, Plot
from layergraph.plots._style import BLUE, EDGE, FOREGROUND, UNITS, VERMILLION, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Lengths are in units of the SVG, which are pixels where there is room. Panels are narrow, so that
# they need little shrinking on a telephone and two fit beside each other elsewhere.
_WIDTH, _HEIGHT = 352, 268
_MARGINS = Margins(left=56, right=10, top=52, bottom=42)
_COLUMNS = 2
_HEADING_LETTERS = 40  # that fit in a panel
_MOST_MARKERS = 12  # on a curve
_LEAST_SPAN = 0.02  # of the y axis, as a part of its numbers

_LOOKS: dict[str, dict[str, Any]] = {
    "training": {"color": BLUE, "linestyle": "-", "marker": "o"},
    "validation": {"color": VERMILLION, "linestyle": "--", "marker": "s"},
}


def curves(
    histories: History | Sequence[History],
    *,
    metrics: Sequence[str] | None = None,
    title: str | None = None,
    decimals: int = 3,
) -> Plot:
    """Plot loss and metrics over the epochs, one panel a metric of each output.

    Training is a solid line with dots, validation a dashed line with squares.
    A ring marks the best epoch.
    Of several trainings, say with several seeds, the line is the mean and the band goes from the
    lowest to the highest.

    Args:
        histories: What :meth:`keras.Model.fit` returned, or its ``history``, or a list of those.
        metrics: The metrics to plot, in this order, without ``val_``, such as
            ``["main_output_auc"]``. All of them if None, the total first, then output by output.
        title: A title above the panels.
        decimals: How many decimals numbers below 10 have in the description.

    Returns:
        The plot.

    Raises:
        TypeError: If a history is neither a History nor a mapping.
        ValueError: If there is no history, a history is empty, a metric is in none of them, or
            histories differ in metrics or number of epochs; if there cannot be as many decimals.

    Example:
        >>> from layergraph import plots
        >>> history = {"loss": [0.69, 0.6, 0.5], "val_loss": [0.69, 0.62, 0.64]}
        >>> print(plots.curves(history).alt)
        loss over 3 epochs. Training: 0.690 at epoch 1, lowest 0.500 at epoch 3, the last. \
Validation: 0.690 at epoch 1, lowest 0.620 at epoch 2, 0.640 at epoch 3, the last.
    """
    _words.check_decimals(decimals)
    runs, outputs = read(histories)
    keys = [key for key in runs[0] if not key.startswith("val_")]
    names = _metrics.in_order(keys, outputs) if metrics is None else _chosen(metrics, keys)
    rows = _rows(names, outputs)
    names = [name for row in rows for name in row]
    with style():
        figure, places = grid([len(row) for row in rows], _WIDTH, _HEIGHT, _MARGINS, title)
        panels = []
        for name, place in zip(names, places, strict=True):
            heading, direction = _metrics.heading(name, outputs), _metrics.direction(name)
            both = curves_of(name, runs)
            _draw(place.axes, both, direction)
            _label(place.axes, heading, len(runs))
            alt = _words.of_metric(heading, both, direction, decimals)
            panels.append(Panel(heading, alt, place.box, place.row))
        _share_scales({n: p.axes for n, p in zip(names, places, strict=True)}, outputs, runs)
    alt = _words.titled(title, " ".join(panel.alt for panel in panels))
    return Plot(figure, alt, title, tuple(panels))


def _chosen(metrics: Sequence[str], keys: Sequence[str]) -> list[str]:
    if isinstance(metrics, str):
        raise ValueError(f"metrics must be a list of names, such as [{metrics!r}], not one name")
    if not metrics:
        raise ValueError("metrics is empty; leave it out to plot all of them")
    for name in metrics:
        if name not in keys:
            raise ValueError(
                f"no metric {name!r} in the history, which has {_metrics.listed(keys)}"
            )
    return list(dict.fromkeys(metrics))


def _rows(names: Sequence[str], outputs: Sequence[str]) -> list[list[str]]:
    """Lay out metrics: rows for each output, or shared rows where each output has one metric."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_metrics.split(name, outputs)[0], []).append(name)
    if len(groups) == len(names):
        groups = {"": list(names)}
    return [
        group[start : start + _COLUMNS]
        for group in groups.values()
        for start in range(0, len(group), _COLUMNS)
    ]


def _draw(ax: Axes, both: Sequence[Curve], direction: int) -> None:
    """Draw training and validation, and a ring at the best epoch."""
    from matplotlib.ticker import MaxNLocator

    last = len(both[0].by_epoch)
    epochs = range(1, last + 1)
    for curve in both:
        look = _LOOKS[curve.part]
        if len(curve.by_epoch[0]) > 1:
            ax.fill_between(
                epochs,
                [min(values) for values in curve.by_epoch],
                [max(values) for values in curve.by_epoch],
                color=look["color"],
                alpha=0.2,
                linewidth=0,
            )
        every = math.ceil(last / _MOST_MARKERS)
        ax.plot(epochs, curve.means, markevery=every, label=curve.part, **look)
    # Of validation, where there is one: it comes last.
    for curve in [curve for curve in both if direction and curve.finite][-1:]:
        best = curve.best(direction)
        ax.plot(
            best,
            curve.means[best - 1],
            "o",
            markersize=12,
            markerfacecolor="none",
            markeredgecolor=FOREGROUND,
            markeredgewidth=1.4,
            clip_on=False,
            linestyle="none",
            label="best",
        )

    ax.xaxis.set_major_locator(
        MaxNLocator(nbins=8, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1)
    )
    beside = min(max(0.2, 0.04 * last), 0.6)  # too little for a tick at epoch 0
    ax.set_xlim(1 - beside, last + beside)
    ax.margins(y=0.08)
    low, high = ax.get_ylim()
    # A curve that hardly moves looks flat, and its axis needs no more than three decimals.
    lacking = max(0.0, _LEAST_SPAN * max(abs(low), abs(high)) - (high - low)) / 2
    ax.set_ylim(low - lacking, high + lacking)
    ax.yaxis.set_offset_position("right")  # on the left it would lie on the legend


def _label(ax: Axes, heading: str, runs: int) -> None:
    """Write heading and legend at the left edge of the panel, above the numbers of the axis."""
    from matplotlib.transforms import ScaledTranslation

    to_edge = (EDGE - _MARGINS.left) / UNITS
    left = ax.transAxes + ScaledTranslation(to_edge, 0, ax.figure.dpi_scale_trans)
    ax.annotate(
        heading,
        (0, 1),
        (0, 31),
        xycoords=left,
        textcoords="offset points",
        fontsize=13 * min(1, _HEADING_LETTERS / len(heading)),
        fontweight="bold",
        parse_math=False,
    )
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1 + 8 / (_HEIGHT - _MARGINS.top - _MARGINS.bottom)),
        bbox_transform=left,
        borderaxespad=0,
        handletextpad=0.5,
        ncols=3,
    )
    spread = f" (mean of {runs} runs, band: lowest to highest)" if runs > 1 else ""
    ax.set_xlabel(f"epoch{spread}")


def _share_scales(axes: Mapping[str, Axes], outputs: Sequence[str], runs: Sequence[Run]) -> None:
    """Give the same metric of several outputs the same scale, so that eyes can compare.

    Losses keep their own: those of different kinds differ by orders of magnitude.
    """
    groups: dict[str, list[str]] = {}
    for name in axes:
        groups.setdefault(_metrics.split(name, outputs)[1], []).append(name)
    for names in groups.values():
        values = [
            value for run in runs for name in names for value in run[name] if math.isfinite(value)
        ]
        good = _metrics.direction(names[0]) > 0
        if len(names) > 1 and good and 0 <= min(values) <= max(values) <= 1:
            limits = [axes[name].get_ylim() for name in names]
            for name in names:
                axes[name].set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
