"""What a plot shows, in words for those who cannot see it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from layergraph.plots._history import Curve


def number(value: float) -> str:
    """Return a number with as many digits as a reader wants."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if abs(value) < 0.001:
        return f"{value:.1e}" if value else "0"
    if abs(value) < 10:
        return f"{value:.3f}"
    return f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"


def summary(values: Sequence[float]) -> str:
    """Return mean and sample standard deviation, or the one value."""
    mean = statistics.fmean(values)
    if len(values) == 1:
        return number(mean)
    spread = statistics.stdev(values)
    if abs(mean) >= 0.001 and 0 < spread < 0.001:
        return f"{number(mean)} \u00b1 < 0.001"  # finer than the mean is told
    return f"{number(mean)} \u00b1 {number(spread)}"


def titled(title: str | None, words: str) -> str:
    """Put the title, as a sentence, before the words."""
    if not title:
        return words
    return f"{title} {words}" if title[-1] in ".:!?" else f"{title}. {words}"


def of_metric(heading: str, curves: Sequence[Curve], direction: int) -> str:
    """Return one metric of training and validation in words."""
    last, runs = len(curves[0].by_epoch), len(curves[0].by_epoch[0])
    count = f"{last} epochs" if last > 1 else "1 epoch"
    many = f", mean of {runs} runs" if runs > 1 else ""
    return f"{heading} over {count}{many}. {' '.join(_of_curve(c, direction) for c in curves)}"


def _of_curve(curve: Curve, direction: int) -> str:
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
        spread = [f"({number(min(values))} to {number(max(values))})"] if len(values) > 1 else []
        mean = number(curve.means[epoch - 1])
        points.append(" ".join([*words, mean, *spread, f"at epoch {epoch}"]))
    return f"{curve.part.capitalize()}: {', '.join(points)}{', the last' if last > 1 else ''}."


def of_comparison(label: str, results: Mapping[str, Sequence[float]], chance: float | None) -> str:
    """Return the results of several models in words."""
    count = f"{len(results)} models" if len(results) > 1 else "1 model"
    sentences = [f"{label} of {count}, a dot a run."]
    for name, values in results.items():
        if len(values) > 1:
            spread = f"{number(min(values))} to {number(max(values))}"
            sentences.append(f"{name}: mean {summary(values)} ({len(values)} runs, {spread}).")
        else:
            sentences.append(f"{name}: {summary(values)} (1 run).")
    if chance is not None:
        sentences.append(f"Chance: {number(chance)}.")
    return " ".join(sentences)
