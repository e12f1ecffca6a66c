"""Reading what trainings left, and checking that it can be plotted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias, runtime_checkable

from layergraph.plots._metrics import listed, outputs_among


@runtime_checkable
class HasHistory(Protocol):
    """What :meth:`keras.Model.fit` returns: an object with the values of each epoch.

    Attributes:
        history: The values by metric, one an epoch.
    """

    history: dict[str, list[float]]


History: TypeAlias = HasHistory | Mapping[str, Sequence[float]]
Run: TypeAlias = dict[str, list[float]]  # a history after the checks


@dataclass(frozen=True)
class Curve:
    """A metric of one part of the data over the epochs, which count from 1.

    Attributes:
        part: ``"training"`` or ``"validation"``.
        by_epoch: The values of each epoch, one a run.
    """

    part: str
    by_epoch: Sequence[Sequence[float]]

    @cached_property
    def means(self) -> list[float]:
        """The mean of each epoch."""
        # statistics.fmean would fail where infinities of both signs meet.
        return [sum(value / len(values) for value in values) for values in self.by_epoch]

    @cached_property
    def finite(self) -> list[int]:
        """The epochs that have a finite mean."""
        return [epoch for epoch, mean in enumerate(self.means, start=1) if math.isfinite(mean)]

    def best(self, direction: int) -> int:
        """Return the first epoch with the highest finite mean, or the lowest if -1."""
        return max(self.finite, key=lambda epoch: direction * self.means[epoch - 1])


def curves_of(name: str, runs: Sequence[Run]) -> list[Curve]:
    """Return the curve of a metric in training, and that in validation if there is one."""
    return [
        Curve(part, list(zip(*(run[key] for run in runs), strict=True)))
        for part, key in (("training", name), ("validation", f"val_{name}"))
        if key in runs[0]
    ]


def read(histories: History | Sequence[History]) -> tuple[list[Run], list[str]]:
    """Return the checked values of every run, and the names of the outputs."""
    items: list[object]
    if isinstance(histories, HasHistory | Mapping):
        items, names = [histories], ["the history"]
    else:
        items = [*histories]
        names = [f"history {number}" for number in range(1, len(items) + 1)]
    if not items:
        raise ValueError("there is no history to plot: the list of histories is empty")
    runs: list[Run] = []
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
    return runs, outputs_among(runs[0], getattr(model, "output_names", []))


def _check_run(which: str, run: Run) -> None:
    if not run or not any(run.values()):
        raise ValueError(f"{which} is empty: it has no epoch; fit the model first")
    first = next(iter(run))
    for key, numbers in run.items():
        if len(numbers) != len(run[first]):
            raise ValueError(
                f"{which} has {len(numbers)} values of {key!r} and {len(run[first])} of {first!r};"
                " curves need one value of each an epoch"
            )


def _check_alike(which: str, run: Run, first: Run) -> None:
    if missing := first.keys() - run.keys():
        raise ValueError(f"{which} lacks {listed(missing)}, which history 1 has")
    if extra := run.keys() - first.keys():
        raise ValueError(f"{which} has {listed(extra)}, which history 1 lacks")
    length, expected = (len(next(iter(each.values()))) for each in (run, first))
    if length != expected:
        raise ValueError(
            f"{which} has {length} epochs and history 1 has {expected};"
            " several histories need as many epochs each"
        )
