"""Plots of what training did: curves over epochs, and results compared over seeds.

Both functions return a :class:`Plot`, which shows itself in a notebook as SVG that takes the text
colour of the page, light or dark, and carries a description in words.

Colours are from the palette of Okabe and Ito (*Color Universal Design*, 2008), those of them that
have a contrast of at least 3:1 with white and with dark pages; line style and marker differ
wherever colour does.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import math
import os
import re
import statistics
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable
from xml.etree import ElementTree

if TYPE_CHECKING:
    import matplotlib.figure
    from matplotlib.axes import Axes

__all__ = ["HasHistory", "History", "Panel", "Plot", "compare", "curves"]


@runtime_checkable
class HasHistory(Protocol):
    """What :meth:`keras.Model.fit` returns: an object with the values of each epoch."""

    history: dict[str, list[float]]
    """The values by metric, one an epoch."""


History: TypeAlias = HasHistory | Mapping[str, Sequence[float]]
"""What one training left, as a :class:`keras.callbacks.History` or as its ``history``."""

BLUE = "#0072b2"
VERMILLION = "#d55e00"

# What is drawn in this colour takes the text colour of the page where the SVG is shown. It is
# dark, so that files, which have a white background, can keep it.
FOREGROUND = "#1b1f24"

_UNITS = 72  # an inch, in the SVG that matplotlib writes

# Words in the names that Keras gives to metrics: better when higher, better when lower.
_HIGHER = {
    "acc",
    "accuracy",
    "auc",
    "f1",
    "fbeta",
    "iou",
    "precision",
    "r2",
    "recall",
    "similarity",
}
_LOWER = {"crossentropy", "divergence", "error", "hinge", "loss", "mae", "mape", "mse", "msle"}


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
        width = round(panel.box[2] * _UNITS)
        svg = _svg(self.figure, panel.title, panel.alt, panel=panel)
        return f'<div style="flex: 0 1 {width}px; min-width: 0">{svg}</div>'

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the plot to a file, on white, replacing a file that is there.

        Args:
            path: Where to; its suffix is ``.svg`` or ``.png``. A PNG has 200 dots an inch.

        Raises:
            ValueError: If the suffix is another one.
            OSError: If the file cannot be written; what was there before is then unchanged.
        """
        path = Path(path)
        if path.suffix.lower() == ".svg":
            data = _svg(self.figure, self._name, self.alt).encode()
        elif path.suffix.lower() == ".png":
            buffer = io.BytesIO()
            with _style():
                self.figure.savefig(
                    buffer, format="png", dpi=200, facecolor="white", metadata={"Software": None}
                )
            data = buffer.getvalue()
        else:
            raise ValueError(
                f"{path}: cannot write a plot as {path.suffix or 'a file without suffix'!r}; "
                "use a name that ends in .svg or .png"
            )
        _write(path, data)


def curves(
    histories: History | Sequence[History],
    *,
    metrics: Sequence[str] | None = None,
    title: str | None = None,
) -> Plot:
    """Plot loss and metrics over the epochs, one panel a metric of each output.

    Training is a solid line with dots, validation a dashed line with squares.
    A ring marks the best epoch.
    Of several trainings, say with several seeds, the line is the mean and the band goes from the
    lowest to the highest.

    Args:
        histories: What :meth:`keras.Model.fit` returned, or its ``history``, or a list of those.
        metrics: The metrics to plot, in this order, without ``val_``, such as
            ``["main_output_auc"]``. All of them if None: the total first, then output by output.
        title: A title above the panels.

    Returns:
        The plot.

    Raises:
        TypeError: If a history is neither a History nor a mapping.
        ValueError: If there is no history, a history is empty, a metric is in none of them, or
            histories differ in metrics or number of epochs.

    Example:
        >>> from layergraph import plots
        >>> history = {"loss": [0.69, 0.6, 0.5], "val_loss": [0.69, 0.62, 0.64]}
        >>> print(plots.curves(history).alt)
        loss over 3 epochs. Training: 0.690 at epoch 1, lowest 0.500 at epoch 3, the last. \
Validation: 0.690 at epoch 1, lowest 0.620 at epoch 2, 0.640 at epoch 3, the last.
    """
    runs, outputs = _read(histories)
    keys = [key for key in runs[0] if not key.startswith("val_")]
    names = _in_order(keys, outputs) if metrics is None else _chosen(metrics, keys)
    rows = _rows(names, outputs)
    places = [(row, column) for row, members in enumerate(rows) for column in range(len(members))]
    drawn = [name for members in rows for name in members]
    figure, axes, boxes = _grid(places, (_PANEL_WIDTH, _PANEL_HEIGHT), _MARGINS, title)
    panels = []
    with _style():
        for name, (row, _), box, ax in zip(drawn, places, boxes, axes, strict=True):
            heading = _heading(name, outputs)
            panels.append(Panel(heading, _draw_curves(ax, heading, name, runs), box, row))
        _share_scales(dict(zip(drawn, axes, strict=True)), outputs, runs)
    return Plot(figure, _titled(title, " ".join(p.alt for p in panels)), title, tuple(panels))


def compare(
    results: Mapping[str, Sequence[float]],
    *,
    label: str = "AUC",
    chance: float | None = None,
    title: str | None = None,
) -> Plot:
    """Plot a result of several models, each trained with several seeds.

    One row a model: a dot a seed, a tick at their mean, and the mean in words with the sample
    standard deviation.

    Args:
        results: The results of each model, one a seed, by the name to show. Rows keep this order.
        label: What is measured.
        chance: Where guessing would be: a dashed line, if given.
        title: A title above the plot.

    Returns:
        The plot.

    Raises:
        ValueError: If there is no model, a model has no result, or one is not a finite number.

    Example:
        >>> from layergraph import plots
        >>> aucs = {"LSTM": [0.75, 0.77, 0.74], "average": [0.73, 0.75, 0.74]}
        >>> print(plots.compare(aucs, chance=0.5).alt)
        AUC of 2 models, a dot a run. LSTM: mean 0.753 \u00b1 0.015 (3 runs, 0.740 to 0.770). \
average: mean 0.740 \u00b1 0.010 (3 runs, 0.730 to 0.750). Chance: 0.500.
    """
    values = _checked_results(results)
    if chance is not None and not math.isfinite(chance):
        raise ValueError(f"chance must be a finite number, not {chance!r}")
    names = [textwrap.wrap(str(name), _NAME_LETTERS) or [""] for name in values]
    heights = [_STRIP_ROW + _LINE * len(lines) for lines in names]
    size = (_COMPARE_WIDTH, _COMPARE_TOP + sum(heights) + _COMPARE_BOTTOM)
    margins = (_EDGE, _EDGE, _COMPARE_TOP, _COMPARE_BOTTOM)
    figure, (ax,), (box,) = _grid([(0, 0)], size, margins, title)
    with _style():
        _draw_comparison(ax, names, heights, list(values.values()), label, chance)

    count = f"{len(values)} models" if len(values) > 1 else "1 model"
    alt = f"{label} of {count}, a dot a run."
    for name, numbers in values.items():
        if len(numbers) > 1:
            spread = f"{_number(min(numbers))} to {_number(max(numbers))}"
            alt += f" {name}: mean {_summary(numbers)} ({len(numbers)} runs, {spread})."
        else:
            alt += f" {name}: {_summary(numbers)} (1 run)."
    if chance is not None:
        alt += f" Chance: {_number(chance)}."
    panel = Panel(f"{label} by model", alt, box, 0)
    return Plot(figure, _titled(title, alt), title, (panel,))


# Lengths of the layout, in units of the SVG, which are pixels where there is room. Panels are
# narrow, so that they need little shrinking on a telephone and two fit beside each other elsewhere.
_EDGE = 6
_PANEL_WIDTH, _PANEL_HEIGHT = 352, 268
_MARGINS = (56, 10, 52, 42)  # left, right, top, bottom
_COLUMNS = 2
_COMPARE_WIDTH, _COMPARE_TOP, _COMPARE_BOTTOM = 400, 30, 42
_LINE, _STRIP, _STRIP_ROW = 16, 20, 32  # of a name; where the dots are; with the space around it
_NAME_LETTERS = 41  # that fit beside the mean
_HEADING_LETTERS = 40  # that fit in a panel
_MOST_MARKERS = 12  # on a curve
_LEAST_SPAN = 0.02  # of the y axis, as a part of its numbers


def _titled(title: str | None, alt: str) -> str:
    if not title:
        return alt
    return f"{title} {alt}" if title[-1] in ".:!?" else f"{title}. {alt}"


def _grid(
    places: Sequence[tuple[int, int]],
    size: tuple[float, float],
    margins: tuple[float, float, float, float],
    title: str | None,
) -> tuple[matplotlib.figure.Figure, list[Axes], list[tuple[float, float, float, float]]]:
    """Return a figure with axes at these rows and columns, and the box in inches of each."""
    from matplotlib.figure import Figure

    width, height = size
    left, right, top, bottom = margins
    rows = 1 + max(row for row, _ in places)
    columns = 1 + max(column for _, column in places)
    lines = textwrap.wrap(title or "", round(columns * width / 9))
    above = 10 + 18 * len(lines) if lines else 0
    whole = (columns * width, rows * height + above)
    with _style():
        figure = Figure(figsize=(whole[0] / _UNITS, whole[1] / _UNITS))
        if title:
            figure.text(
                _EDGE / whole[0],
                1 - 8 / whole[1],
                "\n".join(lines),
                va="top",
                fontsize=14,
                fontweight="bold",
                parse_math=False,
            )
        axes, boxes = [], []
        for row, column in places:
            x, y = column * width, (rows - 1 - row) * height
            boxes.append((x / _UNITS, y / _UNITS, width / _UNITS, height / _UNITS))
            axes.append(
                figure.add_axes(
                    (
                        (x + left) / whole[0],
                        (y + bottom) / whole[1],
                        (width - left - right) / whole[0],
                        (height - top - bottom) / whole[1],
                    )
                )
            )
    return figure, axes, boxes


def _draw_curves(ax: Axes, heading: str, name: str, runs: list[dict[str, list[float]]]) -> str:
    """Draw one metric of training and validation; return it in words."""
    from matplotlib.ticker import MaxNLocator
    from matplotlib.transforms import ScaledTranslation

    last = len(runs[0][name])
    epochs = range(1, last + 1)
    direction = _direction(name)
    best: tuple[int, float] | None = None
    sentences = []
    for key, part, colour, line, marker in (
        (name, "training", BLUE, "-", "o"),
        (f"val_{name}", "validation", VERMILLION, "--", "s"),
    ):
        if key not in runs[0]:
            continue
        by_epoch = list(zip(*(run[key] for run in runs), strict=True))
        means = [sum(value / len(runs) for value in values) for values in by_epoch]
        if len(runs) > 1:
            lows, highs = [min(values) for values in by_epoch], [max(values) for values in by_epoch]
            ax.fill_between(epochs, lows, highs, color=colour, alpha=0.2, linewidth=0)
        ax.plot(
            epochs,
            means,
            color=colour,
            linestyle=line,
            marker=marker,
            markevery=math.ceil(last / _MOST_MARKERS),
            label=part,
        )
        sentences.append(_in_words(part, by_epoch, means, direction))
        finite = [epoch for epoch in epochs if math.isfinite(means[epoch - 1])]
        if direction and finite:
            epoch = max(finite, key=lambda epoch: direction * means[epoch - 1])
            best = (epoch, means[epoch - 1])
    if best:
        # Of validation, where there is one: it comes last.
        ax.plot(
            *best,
            "o",
            markersize=12,
            markerfacecolor="none",
            markeredgecolor=FOREGROUND,
            markeredgewidth=1.4,
            clip_on=False,
            linestyle="none",
            label="best",
        )

    # Heading and legend begin at the left edge of the panel, above the numbers of the axis.
    left = ax.transAxes + ScaledTranslation(
        (_EDGE - _MARGINS[0]) / _UNITS, 0, ax.figure.dpi_scale_trans
    )
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
        bbox_to_anchor=(0, 1 + 8 / (_PANEL_HEIGHT - _MARGINS[2] - _MARGINS[3])),
        bbox_transform=left,
        borderaxespad=0,
        handletextpad=0.5,
        ncols=3,
    )
    spread = f" (mean of {len(runs)} runs, band: lowest to highest)" if len(runs) > 1 else ""
    ax.set_xlabel(f"epoch{spread}")
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
    count = f"{last} epochs" if last > 1 else "1 epoch"
    many = f", mean of {len(runs)} runs" if len(runs) > 1 else ""
    return f"{heading} over {count}{many}. {' '.join(sentences)}"


def _share_scales(
    axes: Mapping[str, Axes], outputs: Sequence[str], runs: list[dict[str, list[float]]]
) -> None:
    """Give the same metric of several outputs the same scale, so that eyes can compare.

    Losses keep their own: those of different kinds differ by orders of magnitude.
    """
    groups: dict[str, list[str]] = {}
    for name in axes:
        groups.setdefault(name.removeprefix(f"{_output_of(name, outputs)}_"), []).append(name)
    for names in groups.values():
        values = [
            value for run in runs for name in names for value in run[name] if math.isfinite(value)
        ]
        if len(names) > 1 and _direction(names[0]) > 0 and 0 <= min(values) <= max(values) <= 1:
            limits = [axes[name].get_ylim() for name in names]
            for name in names:
                axes[name].set_ylim(min(low for low, _ in limits), max(high for _, high in limits))


def _in_words(
    part: str, by_epoch: Sequence[Sequence[float]], means: Sequence[float], direction: int
) -> str:
    """Return start, best and end of one curve in words; lowest and highest if best is unknown."""
    last = len(means)
    marks: dict[int, list[str]] = {1: []}
    finite = [epoch for epoch in range(1, last + 1) if math.isfinite(means[epoch - 1])]
    if finite and last > 1:
        if direction <= 0:
            lowest = min(finite, key=lambda epoch: means[epoch - 1])
            marks.setdefault(lowest, []).append("lowest")
        if direction >= 0:
            highest = max(finite, key=lambda epoch: means[epoch - 1])
            marks.setdefault(highest, []).append("highest")
    for epoch in range(1, last + 1):
        if epoch not in finite:
            marks.setdefault(epoch, [])  # the first that breaks off the curve
            break
    marks.setdefault(last, [])
    points = []
    for epoch, words in sorted(marks.items()):
        values = by_epoch[epoch - 1]
        spread = [f"({_number(min(values))} to {_number(max(values))})"] if len(values) > 1 else []
        points.append(
            " ".join([*words, _number(means[epoch - 1]), *spread, "at epoch", str(epoch)])
        )
    return f"{part.capitalize()}: {', '.join(points)}{', the last' if last > 1 else ''}."


def _draw_comparison(
    ax: Axes,
    names: Sequence[Sequence[str]],
    heights: Sequence[float],
    results: Sequence[Sequence[float]],
    label: str,
    chance: float | None,
) -> None:
    """Draw a strip a model: its name and mean above, its runs on it.

    The y axis counts the units of the layout, downwards.
    """
    from matplotlib.lines import Line2D

    everything = [*itertools.chain(*results), *([] if chance is None else [chance])]
    low, high = min(everything), max(everything)
    margin = 0.06 * (high - low) or 0.05
    ax.set_xlim(low - margin, high + margin)
    ax.set_ylim(sum(heights), 0)
    across = ax.get_yaxis_transform()  # x in parts of the axes
    dashes: dict[str, Any] = {"color": FOREGROUND, "linestyle": (0, (2, 1.5)), "linewidth": 1.6}
    for end, lines, values in zip(itertools.accumulate(heights), names, results, strict=True):
        bottom = end - 6
        top = bottom - _STRIP
        ax.axhspan(top, bottom, color=FOREGROUND, alpha=0.05, linewidth=0)
        if chance is not None:
            ax.plot([chance, chance], [top, bottom], **dashes)
        (dots,) = ax.plot(
            values,
            [(top + bottom) / 2] * len(values),
            "o",
            color=BLUE,
            markersize=8,
            markerfacecolor="none",
            markeredgewidth=2,
            label="run",
        )
        if len(values) > 1:
            mean = statistics.fmean(values)
            ax.plot([mean, mean], [top, bottom], color=FOREGROUND, linewidth=2.4)
        words: dict[str, Any] = {"transform": across, "va": "baseline", "parse_math": False}
        ax.text(0, top - 5, "\n".join(lines), **words)
        ax.text(1, top - 5, _summary(values), ha="right", fontweight="bold", **words)
    handles = [dots]
    if max(map(len, results)) > 1:
        handles.append(
            Line2D(
                [],
                [],
                color=FOREGROUND,
                linestyle="none",
                marker="|",
                markersize=14,
                markeredgewidth=2.4,
                label="mean",
            )
        )
        ax.annotate(
            "mean \u00b1 std. dev.",
            (1, 1),
            (0, _COMPARE_TOP - 16),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
        )
    if chance is not None:
        handles.append(Line2D([], [], label=f"chance {chance:g}", **dashes))
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1 + (_COMPARE_TOP - 19) / sum(heights)),
        borderaxespad=0,
        ncols=3,
        handlelength=1.2,
        handletextpad=0.5,
    )
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(visible=False)
    ax.set_xlabel(label, parse_math=False)


def _read(histories: History | Sequence[History]) -> tuple[list[dict[str, list[float]]], list[str]]:
    """Return the checked values of every run, and the names of the outputs."""
    items: list[object]
    if isinstance(histories, HasHistory | Mapping):
        items, names = [histories], ["the history"]
    else:
        items = [*histories]
        names = [f"history {number}" for number in range(1, len(items) + 1)]
    if not items:
        raise ValueError("there is no history to plot: the list of histories is empty")
    runs: list[dict[str, list[float]]] = []
    for which, item in zip(names, items, strict=True):
        values = item.history if isinstance(item, HasHistory) else item
        if not isinstance(values, Mapping):
            raise TypeError(
                f"{which} is a {type(item).__name__}; pass what model.fit returned, its .history,"
                " or a list of those"
            )
        run = {key: [float(value) for value in numbers] for key, numbers in values.items()}
        _check_run(which, run)
        if runs:
            _check_alike(which, run, runs[0])
        runs.append(run)
    model = getattr(items[0], "model", None)
    return runs, _outputs(list(runs[0]), getattr(model, "output_names", []))


def _check_run(which: str, run: dict[str, list[float]]) -> None:
    if not run or not any(run.values()):
        raise ValueError(f"{which} is empty: it has no epoch; fit the model first")
    first = next(iter(run))
    for key, numbers in run.items():
        if len(numbers) != len(run[first]):
            raise ValueError(
                f"{which} has {len(numbers)} values of {key!r} and {len(run[first])} of {first!r};"
                " curves need one value of each an epoch"
            )


def _check_alike(which: str, run: dict[str, list[float]], first: dict[str, list[float]]) -> None:
    if missing := first.keys() - run.keys():
        raise ValueError(f"{which} lacks {_listed(missing)}, which history 1 has")
    if extra := run.keys() - first.keys():
        raise ValueError(f"{which} has {_listed(extra)}, which history 1 lacks")
    length, expected = (len(next(iter(each.values()))) for each in (run, first))
    if length != expected:
        raise ValueError(
            f"{which} has {length} epochs and history 1 has {expected};"
            " several histories need as many epochs each"
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))


def _chosen(metrics: Sequence[str], keys: Sequence[str]) -> list[str]:
    if isinstance(metrics, str):
        raise ValueError(f"metrics must be a list of names, such as [{metrics!r}], not one name")
    if not metrics:
        raise ValueError("metrics is empty; leave it out to plot all of them")
    for name in metrics:
        if name not in keys:
            raise ValueError(f"no metric {name!r} in the history, which has {_listed(keys)}")
    return list(dict.fromkeys(metrics))


def _outputs(keys: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the outputs that have a loss of their own, in the order of the model if known."""
    found = [
        key.removesuffix("_loss")
        for key in keys
        if key.endswith("_loss") and not key.startswith("val_")
    ]
    known = [name for name in names if name in found]
    return known + [name for name in found if name not in known]


def _rows(names: Sequence[str], outputs: Sequence[str]) -> list[list[str]]:
    """Lay out metrics: rows for each output, or shared rows where each output has one metric."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_output_of(name, outputs), []).append(name)
    if len(groups) == len(names):
        groups = {"": list(names)}
    return [
        group[start : start + _COLUMNS]
        for group in groups.values()
        for start in range(0, len(group), _COLUMNS)
    ]


def _output_of(name: str, outputs: Sequence[str]) -> str:
    """Return the output that a metric belongs to, or an empty string for the whole model."""
    of = [output for output in outputs if name.startswith(f"{output}_")]
    return max(of, key=len, default="")


def _in_order(keys: Sequence[str], outputs: Sequence[str]) -> list[str]:
    """Sort metrics by output, those of the whole model first, the loss first in each."""
    groups = ["", *outputs]

    def place(name: str) -> tuple[int, bool]:
        output = _output_of(name, outputs)
        return groups.index(output), name != (f"{output}_loss" if output else "loss")

    return sorted(keys, key=place)


def _heading(name: str, outputs: Sequence[str]) -> str:
    output = _output_of(name, outputs)
    if output:
        return f"{output}: {name.removeprefix(f'{output}_')}"
    return f"all outputs: {name}" if outputs else name


def _direction(name: str) -> int:
    """Return 1 if the metric is better when higher, -1 when lower, 0 if its name does not tell."""
    words = set(name.lower().split("_"))
    if words & _LOWER:
        return -1
    return 1 if words & _HIGHER else 0


def _checked_results(results: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
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


def _number(value: float) -> str:
    """Return a number with as many digits as a reader wants."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if abs(value) < 0.001:
        return f"{value:.1e}" if value else "0"
    if abs(value) < 10:
        return f"{value:.3f}"
    return f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"


def _summary(values: Sequence[float]) -> str:
    """Return mean and sample standard deviation, or the one value."""
    mean = _number(statistics.fmean(values))
    if len(values) == 1:
        return mean
    return f"{mean} \u00b1 {_number(statistics.stdev(values))}"


@contextmanager
def _style() -> Iterator[None]:
    """Let matplotlib draw the same way whatever the reader's settings are."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "axes.axisbelow": True,
                "axes.formatter.useoffset": False,
                "axes.edgecolor": FOREGROUND,
                "axes.grid": True,
                "axes.labelcolor": FOREGROUND,
                "axes.labelsize": 12,
                "axes.facecolor": "none",
                "axes.linewidth": 1,
                "axes.spines.right": False,
                "axes.spines.top": False,
                "axes.titlecolor": FOREGROUND,
                "axes.titlesize": 13,
                "axes.titleweight": "bold",
                "figure.facecolor": "none",
                "font.size": 12,
                "grid.alpha": 0.18,
                "grid.color": FOREGROUND,
                "legend.borderpad": 0,
                "legend.columnspacing": 1.4,
                "legend.fontsize": 12,
                "legend.frameon": False,
                "legend.handlelength": 2.6,
                "legend.labelcolor": FOREGROUND,
                "lines.linewidth": 2,
                "lines.markersize": 5,
                "svg.fonttype": "none",
                "svg.hashsalt": "layergraph",
                "text.color": FOREGROUND,
                "xtick.color": FOREGROUND,
                "ytick.color": FOREGROUND,
                "xtick.labelsize": 12,
                "ytick.labelsize": 12,
            }
        )
        yield


def _svg(
    figure: matplotlib.figure.Figure, title: str, alt: str, *, panel: Panel | None = None
) -> str:
    """Return a figure, or one panel of it, as an SVG with title and description.

    A panel is made for a page: transparent, in the page's text colour and font. A whole figure is
    made for a file: on white.
    """
    from matplotlib.transforms import Bbox

    buffer = io.StringIO()
    with _style():
        crop = None
        if panel:
            left, bottom, width, height = panel.box
            crop = Bbox.from_bounds(left, bottom, width, height)
        with _only(figure, panel):
            figure.savefig(
                buffer,
                format="svg",
                bbox_inches=crop,
                facecolor="none" if panel else "white",
                metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
            )
    return _finish(buffer.getvalue(), title, alt, inline=panel is not None)


@contextmanager
def _only(figure: matplotlib.figure.Figure, panel: Panel | None) -> Iterator[None]:
    """Hide what lies outside the panel: cropping alone would leave it in the file."""
    hidden = []
    if panel:
        left, bottom, width, height = panel.box
        inches = figure.get_size_inches()
        for artist in figure.get_children():
            if artist is figure.patch or not artist.get_visible():
                continue
            inside = False
            if artist in figure.axes:
                box = artist.get_position()
                x, y = (box.x0 + box.x1) / 2 * inches[0], (box.y0 + box.y1) / 2 * inches[1]
                inside = left <= x <= left + width and bottom <= y <= bottom + height
            if not inside:
                artist.set_visible(False)
                hidden.append(artist)
    try:
        yield
    finally:
        for artist in hidden:
            artist.set_visible(True)


_HREF = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"(?<=#)[^)]+")
_FONT_FAMILY = re.compile(r"font-family:[^;]*")


def _finish(svg: str, title: str, alt: str, *, inline: bool) -> str:
    """Return matplotlib's SVG fit for a page that it shares with others."""
    root = ElementTree.fromstring(svg)
    width, height = root.attrib["viewBox"].split()[2:]
    # A style element would hold for the whole page; the root's own style, below, replaces it.
    root.remove(next(child for child in root if child.find("{*}style") is not None))

    referring: list[tuple[ElementTree.Element, str]] = []
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]  # the root names the namespace
        element.tail = "\n"
        if not (element.text or "").strip():
            element.text = None
        if _HREF in element.attrib:
            element.set("href", element.attrib.pop(_HREF))
        for key, value in element.items():
            if key == "style":
                value = _FONT_FAMILY.sub("font-family: inherit", value)
            if inline:
                value = value.replace(FOREGROUND, "currentColor")
            element.set(key, value)
            if key == "href" or value.startswith("url(#"):
                referring.append((element, key))

    # Ids, too, are for the whole page: keep those in use, and make them this picture's own.
    content = ElementTree.tostring(root, encoding="unicode")
    prefix = "lg" + hashlib.sha256("\0".join((title, alt, content)).encode()).hexdigest()[:10]
    used = set()
    for element, key in referring:
        used.update(_REFERENCE.findall(element.attrib[key]))
        element.set(key, element.attrib[key].replace("#", f"#{prefix}-"))
    for element in root.iter():
        name = element.attrib.pop("id", None)
        if name in used:
            element.set("id", f"{prefix}-{name}")

    children = list(root)
    root.clear()
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {width} {height}",
        "width": width,
        "height": height,
        "role": "img",
        "aria-labelledby": f"{prefix}-title {prefix}-desc",
        "style": (
            f"display: block; width: 100%; max-width: {width}px; height: auto; "
            f"font-family: {'inherit' if inline else 'sans-serif'}; "
            "stroke-linejoin: round; stroke-linecap: butt"
        ),
    }
    ElementTree.SubElement(root, "title", id=f"{prefix}-title").text = title
    ElementTree.SubElement(root, "desc", id=f"{prefix}-desc").text = alt
    root.extend(children)
    return ElementTree.tostring(root, encoding="unicode")


def _write(path: Path, data: bytes) -> None:
    """Write beside and rename, so that nobody sees half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
