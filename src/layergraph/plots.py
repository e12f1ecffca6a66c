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
import math
import os
import re
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["HasHistory", "History", "Plot", "compare", "curves"]


@runtime_checkable
class HasHistory(Protocol):
    """What :meth:`keras.Model.fit` returns: an object with the values of each epoch."""

    history: dict[str, list[float]]
    """The values by metric, one an epoch."""


History: TypeAlias = HasHistory | Mapping[str, Sequence[float]]
"""One training: a :class:`keras.callbacks.History`, or its attribute ``history``."""

BLUE = "#0072b2"
VERMILLION = "#d55e00"

# What is drawn in this colour takes the text colour of the page where the SVG is shown. It is
# dark, so that files, which have a white background, can keep it.
FOREGROUND = "#1b1f24"

_UNITS = 72  # an inch, in the SVG that matplotlib writes

# Better when higher, better when lower: words in the names that Keras gives to metrics.
_HIGHER = frozenset(
    "auc acc accuracy precision recall sensitivity specificity f1 fbeta r2 iou dice similarity"
    " positives_true".split()
)
_LOWER = frozenset(
    "loss mae mse msle mape rmse error crossentropy hinge divergence poisson".split()
)


@dataclass(frozen=True)
class _Panel:
    """A part of a figure that is shown as a picture of its own."""

    title: str
    alt: str
    box: tuple[float, float, float, float]  # left, bottom, width, height, in inches
    row: int


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure together with its description in words.

    In a notebook it shows as one inline SVG a panel, side by side where there is room and below
    each other where there is not.

    Attributes:
        figure: The figure, for changes that the functions here have no option for. What is
            changed in it before the plot is shown or saved appears there.
        alt: What the plot shows, in words.
    """

    figure: Figure
    alt: str
    title: str | None = None
    _panels: tuple[_Panel, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        """Return one short line."""
        return f"<Plot: {self.title or self._panels[0].title}>"

    def _repr_html_(self) -> str:
        """Return the plot as HTML: a ``<figure>`` of inline SVGs."""
        rows = [
            '<div style="display: flex; flex-wrap: wrap; gap: 0 1rem">'
            + "".join(self._inline(panel) for panel in panels)
            + "</div>"
            for _, panels in groupby(self._panels, key=lambda panel: panel.row)
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

    def _inline(self, panel: _Panel) -> str:
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
            data = _svg(self.figure, self.title or "Plot", self.alt).encode()
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
    runs, outputs = _runs(histories)
    keys = [key for key in runs[0] if not key.startswith("val_")]
    names = _in_order(keys, outputs) if metrics is None else _chosen(metrics, keys)
    groups = [_output_of(name, outputs) for name in names]
    # A row for each output; where each has one panel, they share a row.
    order = list(dict.fromkeys(groups))
    rows = [0 if len(order) == len(groups) else order.index(group) for group in groups]

    places = [
        (row, column)
        for row, count in enumerate(rows.count(row) for row in sorted(set(rows)))
        for column in range(count)
    ]
    # Metrics of one output follow one another in a row, whatever their order in `metrics`.
    drawn = [
        name for row in sorted(set(rows)) for name, at in zip(names, rows, strict=True) if at == row
    ]
    figure, axes, boxes = _grid(places, (_PANEL_WIDTH, _PANEL_HEIGHT), _MARGINS, title)
    panels = []
    with _style():
        for name, place, box, ax in zip(drawn, places, boxes, axes, strict=True):
            heading = _heading(name, outputs)
            words = _draw_curves(ax, heading, name, runs)
            panels.append(_Panel(heading, words, box, place[0]))
    alt = " ".join(panel.alt for panel in panels)
    return Plot(figure, f"{title}: {alt}" if title else alt, title, tuple(panels))


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
    top, bottom = (_HEADROOM if chance is not None else 6), 40
    size = (_COMPARE_WIDTH, top + bottom + _ROW_HEIGHT * len(values))
    figure, (ax,), (box,) = _grid([(0, 0)], size, (12, 12, top, bottom), title)
    with _style():
        _draw_comparison(ax, values, label, chance)
    count = f"{len(values)} models" if len(values) > 1 else "1 model"
    alt = f"{label} of {count}, a dot a run."
    for name, numbers in values.items():
        runs = f"{len(numbers)} runs, {_number(min(numbers))} to {_number(max(numbers))}"
        alt += f" {name}: " + (
            f"mean {_summary(numbers)} ({runs})."
            if len(numbers) > 1
            else f"{_number(numbers[0])} (1 run)."
        )
    if chance is not None:
        alt += f" Chance: {_number(chance)}."
    heading = f"{label} by model"
    panel = _Panel(heading, alt, box, 0)
    return Plot(figure, f"{title}: {alt}" if title else alt, title, (panel,))


# Lengths of the layout, in units of the SVG: pixels, where there is room.
_PANEL_WIDTH, _PANEL_HEIGHT = 352, 264
_MARGINS = (52, 12, 50, 40)  # left, right, top, bottom
_COMPARE_WIDTH, _ROW_HEIGHT, _HEADROOM = 460, 46, 26
_TITLE_HEIGHT = 28


def _grid(
    places: Sequence[tuple[int, int]],
    size: tuple[float, float],
    margins: tuple[float, float, float, float],
    title: str | None,
) -> tuple[Figure, list[Axes], list[tuple[float, float, float, float]]]:
    """Return a figure with axes at these rows and columns, and the box in inches of each."""
    from matplotlib.figure import Figure

    width, height = size
    left, right, top, bottom = margins
    rows = 1 + max(row for row, _ in places)
    columns = 1 + max(column for _, column in places)
    above = _TITLE_HEIGHT if title else 0
    whole = (columns * width, rows * height + above)
    with _style():
        figure = Figure(figsize=(whole[0] / _UNITS, whole[1] / _UNITS))
        if title:
            figure.text(
                8 / whole[0],
                1 - 8 / whole[1],
                title,
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

    epochs = range(1, 1 + len(runs[0][name]))
    direction = _direction(name)
    sentences = []
    for key, part, colour, line, marker in (
        (name, "training", BLUE, "-", "o"),
        (f"val_{name}", "validation", VERMILLION, "--", "s"),
    ):
        if key not in runs[0]:
            continue
        table = [run[key] for run in runs]
        means = [statistics.fmean(values) for values in zip(*table, strict=True)]
        if len(runs) > 1:
            lows, highs = (
                [min(v) for v in zip(*table, strict=True)],
                [max(v) for v in zip(*table, strict=True)],
            )
            ax.fill_between(epochs, lows, highs, color=colour, alpha=0.18, linewidth=0)
        ax.plot(
            epochs,
            means,
            color=colour,
            linestyle=line,
            marker=marker,
            markevery=max(1, math.ceil(len(means) / 12)),
            label=part,
        )
        sentences.append(_in_words(part, table, means, direction))
        finite = [i for i, value in enumerate(means) if math.isfinite(value)]
        if direction and finite:
            best = max(finite, key=lambda i: direction * means[i])
            ax.plot(
                epochs[best],
                means[best],
                "o",
                markersize=11,
                markerfacecolor="none",
                markeredgecolor=colour,
                markeredgewidth=1.4,
                clip_on=False,
            )
    ax.set_title(heading, loc="left", pad=24, parse_math=False)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.98), ncols=2)
    spread = f"mean of {len(runs)} runs, band: lowest to highest" if len(runs) > 1 else ""
    ax.set_xlabel(f"epoch ({spread})" if spread else "epoch")
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    ax.set_xlim(0.7, len(epochs) + 0.3)
    count = f"{len(epochs)} epochs" if len(epochs) > 1 else "1 epoch"
    many = f", mean of {len(runs)} runs" if len(runs) > 1 else ""
    return f"{heading} over {count}{many}. {' '.join(sentences)}"


def _in_words(part: str, table: list[list[float]], means: list[float], direction: int) -> str:
    """Return start, best and end of one curve in words."""
    last = len(means)
    at: dict[int, list[str]] = {1: []}
    finite = [i for i, value in enumerate(means) if math.isfinite(value)]
    if finite and last > 1:
        low = min(finite, key=means.__getitem__)
        high = max(finite, key=means.__getitem__)
        if direction <= 0:
            at.setdefault(low + 1, []).append("lowest")
        if direction >= 0:
            at.setdefault(high + 1, []).append("highest")
    at.setdefault(last, [])
    points = []
    for epoch in sorted(at):
        words = [*at[epoch], _number(means[epoch - 1])]
        if len(table) > 1:
            values = [run[epoch - 1] for run in table]
            words.append(f"({_number(min(values))} to {_number(max(values))})")
        words.append(f"at epoch {epoch}")
        points.append(" ".join(words))
    return f"{part.capitalize()}: {', '.join(points)}{', the last' if last > 1 else ''}."


def _draw_comparison(
    ax: Axes, results: Mapping[str, list[float]], label: str, chance: float | None
) -> None:
    everything = [value for values in results.values() for value in values]
    if chance is not None:
        everything.append(chance)
        ax.axvline(chance, color=FOREGROUND, linestyle=(0, (4, 3)), linewidth=1.2)
        ax.annotate(
            f"chance {_number(chance)}",
            (chance, 1),
            (0, 6),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            parse_math=False,
        )
    low, high = min(everything), max(everything)
    margin = 0.06 * (high - low) or 0.05
    ax.set_xlim(low - margin, high + margin)
    ax.set_ylim(len(results) - 0.5, -0.5)
    for row, (name, values) in enumerate(results.items()):
        ax.axhline(row + 0.22, color=FOREGROUND, alpha=0.25, linewidth=0.8)
        ax.plot(
            values,
            [row + 0.22] * len(values),
            "o",
            color=BLUE,
            alpha=0.75,
            markersize=7,
            markeredgewidth=0,
            clip_on=False,
        )
        mean = statistics.fmean(values)
        ax.plot([mean, mean], [row + 0.04, row + 0.40], color=FOREGROUND, linewidth=2.2)
        ax.text(0, row - 0.14, name, transform=ax.get_yaxis_transform(), parse_math=False)
        ax.text(
            1,
            row - 0.14,
            _summary(values),
            transform=ax.get_yaxis_transform(),
            ha="right",
            fontweight="bold",
            parse_math=False,
        )
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="y", visible=False)
    many = max(map(len, results.values())) > 1
    ax.set_xlabel(
        f"{label} (a dot a run, bar at the mean \u00b1 standard deviation)" if many else label
    )


def _runs(histories: History | Sequence[History]) -> tuple[list[dict[str, list[float]]], list[str]]:
    """Return the checked values of every run, and the names of the outputs."""
    several = not isinstance(histories, HasHistory | Mapping)
    items = list(histories) if several else [histories]
    if not items:
        raise ValueError("there is no history to plot: the list of histories is empty")
    runs: list[dict[str, list[float]]] = []
    for number, item in enumerate(items, start=1):
        which = f"history {number}" if several else "the history"
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
    names = getattr(getattr(items[0], "model", None), "output_names", None)
    return runs, _outputs(list(runs[0]), names)


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


def _outputs(keys: Sequence[str], names: Sequence[str] | None) -> list[str]:
    """Return the outputs that have a loss of their own, in the order of the model if known."""
    found = [
        key.removesuffix("_loss")
        for key in keys
        if key.endswith("_loss") and not key.startswith("val_")
    ]
    known = [name for name in names or [] if name in found]
    return known + [name for name in found if name not in known]


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
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
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


def _svg(figure: Figure, title: str, alt: str, *, panel: _Panel | None = None) -> str:
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
def _only(figure: Figure, panel: _Panel | None) -> Iterator[None]:
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


_ROOT = re.compile(r"^.*?<svg\b[^>]*?viewBox=\"(?P<box>[^\"]*)\"[^>]*>", re.DOTALL)


def _finish(svg: str, title: str, alt: str, *, inline: bool) -> str:
    """Return matplotlib's SVG fit for a page that it shares with others."""
    found = _ROOT.match(svg)
    if found is None:
        raise RuntimeError("matplotlib wrote an SVG without a viewBox")
    content = svg[found.end() :].strip().removesuffix("</svg>")
    # A style element would hold for the whole page; the root's own style replaces it.
    content = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", content, flags=re.DOTALL)
    content = re.sub(r"<!--.*?-->\s*", "", content, flags=re.DOTALL)
    content = content.replace("xlink:href=", "href=")
    content = re.sub(r"font-family: [^;\"]*", "font-family: inherit", content)
    if inline:
        content = content.replace(FOREGROUND, "currentColor")

    # Ids are for the whole page too: keep those in use, and make them this picture's own.
    used = set(re.findall(r"(?:href=\"#|url\(#)([^\")]+)", content))
    prefix = "lg" + hashlib.sha256("\0".join((title, alt, content)).encode()).hexdigest()[:10]

    def own(match: re.Match[str]) -> str:
        return f' id="{prefix}-{match[1]}"' if match[1] in used else ""

    content = re.sub(r' id="([^"]*)"', own, content)
    content = re.sub(r"(href=\"#|url\(#)", rf"\g<1>{prefix}-", content)

    width, height = found["box"].split()[2:]
    font = "inherit" if inline else "sans-serif"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="{prefix}-title {prefix}-desc" '
        f'style="display: block; width: 100%; max-width: {width}px; height: auto; '
        f'font-family: {font}; stroke-linejoin: round; stroke-linecap: butt">'
        f'<title id="{prefix}-title">{escape(title)}</title>'
        f'<desc id="{prefix}-desc">{escape(alt)}</desc>\n{content}</svg>'
    )


def _write(path: Path, data: bytes) -> None:
    """Write beside and rename, so that nobody sees half a file."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
