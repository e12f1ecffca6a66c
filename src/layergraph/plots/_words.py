"""What a plot shows, in words for those who cannot see it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from layergraph.plots._history import Curve


def check_decimals(decimals: int) -> None:
    """Raise if numbers cannot have as many decimals."""
    if not isinstance(decimals, int) or not 1 <= decimals <= 15:
        raise ValueError(f"decimals must be a whole number from 1 to 15, not {decimals!r}")


def number(value: float, decimals: int) -> str:
    """Return a number with as many digits as a reader wants."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if abs(value) < 10**-decimals:
        return f"{value:.1e}" if value else "0"
    if abs(value) < 10:
        return f"{value:.{decimals}f}"
    return f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"


def summary(values: Sequence[float], decimals: int) -> str:
    """Return mean and sample standard deviation, or the one value."""
    mean = statistics.fmean(values)
    if len(values) == 1:
        return number(mean, decimals)
    spread = statistics.stdev(values)
    finest = 10**-decimals
    if abs(mean) >= finest and 0 < spread < finest:  # finer than the mean is told
        return f"{number(mean, decimals)} \u00b1 < {finest:.{decimals}f}"
    return f"{number(mean, decimals)} \u00b1 {number(spread, decimals)}"


def titled(title: str | None, words: str) -> str:
    """Put the title, as a sentence, before the words."""
    if not title:
        return words
    return f"{title} {words}" if title[-1] in ".:!?" else f"{title}. {words}"


def of_metric(heading: str, curves: Sequence[Curve], direction: int, decimals: int) -> str:
    """Return one metric of training and validation in words."""
    last, runs = len(curves[0].by_epoch), len(curves[0].by_epoch[0])
    count = f"{last} epochs" if last > 1 else "1 epoch"
    many = f", mean of {runs} runs" if runs > 1 else ""
    told = " ".join(_of_curve(curve, direction, decimals) for curve in curves)
    return f"{heading} over {count}{many}. {told}"


def _of_curve(curve: Curve, direction: int, decimals: int) -> str:
    """Return start, best and end of one curve in words; lowest and highest if best is unknown."""
    last = len(curve.means)
    breaks_off = next((epoch for epoch in range(1, last + 1) if epoch not in curve.finite), last)
    marks: dict[int, list[str]] = {epoch: [] for epoch in (1, breaks_off, last)}
    if curve.finite and last > 1:
        if direction <= 0:
            marks.setdefault(curve.best(-1), []).append("lowest")
        if direction >= 0:
            marks.setdefault(curve.best(1), []).append("highest")
    points = []
    for epoch, words in sorted(marks.items()):
        values = curve.by_epoch[epoch - 1]
        mean = number(curve.means[epoch - 1], decimals)
        spread = [f"({_ends(values, decimals)})"] if len(values) > 1 else []
        points.append(" ".join([*words, mean, *spread, f"at epoch {epoch}"]))
    return f"{curve.part.capitalize()}: {', '.join(points)}{', the last' if last > 1 else ''}."


def _ends(values: Sequence[float], decimals: int) -> str:
    return f"{number(min(values), decimals)} to {number(max(values), decimals)}"


def of_comparison(
    label: str, results: Mapping[str, Sequence[float]], chance: float | None, decimals: int
) -> str:
    """Return the results of several models in words."""
    count = f"{len(results)} models" if len(results) > 1 else "1 model"
    sentences = [f"{label} of {count}, a dot a run."]
    for name, values in results.items():
        if len(values) > 1:
            runs = f"({len(values)} runs, {_ends(values, decimals)})"
            sentences.append(f"{name}: mean {summary(values, decimals)} {runs}.")
        else:
            sentences.append(f"{name}: {summary(values, decimals)} (1 run).")
    if chance is not None:
        sentences.append(f"Chance: {number(chance, decimals)}.")
    return " ".join(sentences)
