"""The benchmark's figures, its budgets, and how both are shown and kept."""

import json
import os
import platform
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from measure import Measured
from rich.console import Console
from rich.table import Table

GIBIBYTE = 2**30
DISTURBANCE = 0.05  # of the cores' time


@dataclass
class Row:
    """A line of the table, with a figure from each round.

    Attributes:
        name: What was measured.
        took: What it took.
        ratios: Its wall time in units of the plain scripts' of the same round, where compared.
        notes: What else there is to say, the last round's.
    """

    name: str
    took: list[Measured] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    notes: str = ""

    def median(self, name: str) -> float:
        """The median of a figure of all rounds."""
        return float(statistics.median(getattr(took, name) for took in self.took))


@dataclass
class Budget:
    """What the project promises of its own builds.

    Attributes:
        name: What is promised.
        values: What was measured, a value a round.
        limits: What it may be at most, a value a round.
        unit: Of both.
    """

    name: str
    unit: str
    values: list[float] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)

    @property
    def value(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.values)

    @property
    def limit(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.limits)

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return self.value <= self.limit


class Report:
    """All rows and budgets, in the order in which they came first."""

    def __init__(self, cores: int) -> None:
        self.cores = cores
        self.rows: dict[str, Row] = {}
        self.budgets: dict[str, Budget] = {}

    def add(self, name: str, took: Measured, base: Measured | None = None, notes: str = "") -> None:
        """Add a figure of this round."""
        row = self.rows.setdefault(name, Row(name))
        row.took.append(took)
        row.notes = notes
        if base is not None:
            row.ratios.append(took.wall / base.wall)

    def hold(self, name: str, value: float, limit: float, unit: str) -> None:
        """Hold a value of this round to its limit."""
        budget = self.budgets.setdefault(name, Budget(name, unit))
        budget.values.append(value)
        budget.limits.append(limit)

    @property
    def disturbed(self) -> list[Row]:
        """What ran while something else had a good part of the cores: its times say little."""
        return [
            row
            for row in self.rows.values()
            if row.median("others") > DISTURBANCE * self.cores * row.median("wall")
        ]

    @property
    def broken(self) -> list[Budget]:
        """The budgets that are not kept."""
        return [budget for budget in self.budgets.values() if not budget.kept]

    def show(self, console: Console) -> None:
        """Print the tables."""
        rounds = max((len(row.took) for row in self.rows.values()), default=0)
        of = f", median of {rounds} rounds" if rounds > 1 else ""
        table = Table(title=f"On {self.cores} cores{of}", title_justify="left")
        table.add_column("build")
        for head in ("ratio", "wall s", "CPU s", "PSS GiB", "RSS GiB"):
            table.add_column(head, justify="right")
        table.add_column("notes")
        for row in self.rows.values():
            table.add_row(
                row.name,
                f"{statistics.median(row.ratios):.2f}" if row.ratios else "",
                f"{row.median('wall'):.1f}",
                f"{row.median('cpu'):.1f}",
                f"{row.median('pss') / GIBIBYTE:.2f}",
                f"{row.median('rss') / GIBIBYTE:.2f}",
                row.notes,
            )
        if self.rows:
            console.print(table)
        promises = Table(title="Budgets", title_justify="left")
        promises.add_column("budget")
        for head in ("measured", "at most"):
            promises.add_column(head, justify="right")
        promises.add_column("")
        for budget in self.budgets.values():
            promises.add_row(
                budget.name,
                f"{budget.value:.2f} {budget.unit}".strip(),
                f"{budget.limit:.2f} {budget.unit}".strip(),
                "kept" if budget.kept else "NOT KEPT",
            )
        console.print(promises)

    def write(self, path: Path) -> None:
        """Write all figures as JSON, beside the place and renamed."""
        known = {
            "cores": self.cores,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "rows": [
                {"name": r.name, "ratios": r.ratios, "notes": r.notes, "rounds": figures(r.took)}
                for r in self.rows.values()
            ],
            "budgets": [
                {"name": b.name, "unit": b.unit, "value": b.value, "limit": b.limit, "kept": b.kept}
                for b in self.budgets.values()
            ],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{os.getpid()}.part")
        beside.write_text(json.dumps(known, indent=1), encoding="utf-8")
        beside.replace(path)


def figures(rounds: Iterable[Measured]) -> list[Mapping[str, float]]:
    """Each round's figures without its output."""
    names = ("wall", "cpu", "pss", "rss", "others", "left")
    return [{name: getattr(took, name) for name in names} for took in rounds]
