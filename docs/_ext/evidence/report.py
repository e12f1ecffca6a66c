"""Results with the page's seeds beside those with other seeds."""

import json
import os
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from scipy import stats

from evidence.running import Run

LEVEL = 0.05  # chance of calling any row of a report different where none is


@dataclass(frozen=True)
class Row:
    """One row of one page.

    Attributes:
        page: The page's name.
        row: The row's name.
        own: The values with the page's own seeds.
        new: The values with other seeds.
    """

    page: str
    row: str
    own: Sequence[float]
    new: Sequence[float]

    def differs(self, rows: int) -> bool:
        """Whether the means differ by more than the spread allows, of so many rows compared.

        This is Welch's test, at a level divided by the number of rows (Bonferroni).
        """
        if len({*self.own}) == 1 and len({*self.new}) == 1:
            return self.own[0] != self.new[0]
        if min(len(self.own), len(self.new)) < 2:
            return False  # one value has no spread
        chance = stats.ttest_ind(self.own, self.new, equal_var=False).pvalue
        return bool(chance < LEVEL / rows)


def rows_of(pages: Mapping[str, tuple[Run, Run]]) -> list[Row]:
    """The rows that both runs of a page have."""
    return [
        Row(name, row, values, new.results[row])
        for name, (own, new) in pages.items()
        for row, values in own.results.items()
        if row in new.results
    ]


def show(pages: Mapping[str, tuple[Run, Run]], console: Console) -> None:
    """Print the table, and what went wrong."""
    rows = rows_of(pages)
    if rows:
        for name in pages:
            # A table a page: its name as a column would take the room of the rows' names.
            table = Table(
                "row", "page's seeds", "other seeds", "", title=name, title_justify="left"
            )
            for row in (row for row in rows if row.page == name):
                differs = "differs" if row.differs(len(rows)) else ""
                table.add_row(row.row, _summary(row.own), _summary(row.new), differs)
            if table.row_count:
                console.print(table)
        console.print(
            "mean (smallest to largest); `differs`: the means differ by more than the spread allows"
            f" (Welch's test, {LEVEL:.0%} for all {len(rows)} rows together)",
            soft_wrap=True,
        )
    for name, both in pages.items():
        for run in both:
            for problem in run.problems:
                what = "this claim does not hold" if problem.claim else "this cell could not run"
                console.print(
                    f"docs/evidence/{name}.md:{problem.line}: code cell {problem.cell}, seeds"
                    f" {_seeds(run.seeds)}: {what}: {problem.text}",
                    soft_wrap=True,
                    markup=False,
                    highlight=False,
                )


def failed(pages: Mapping[str, tuple[Run, Run]]) -> bool:
    """Whether any page could not run, or a claim did not hold."""
    return any(run.problems for both in pages.values() for run in both)


def keep(name: str, both: tuple[Run, Run], folder: Path) -> Path:
    """Write a page's two runs as JSON, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    own, new = both
    text = json.dumps({"page": name, "own": own.to_dict(), "new": new.to_dict()}, indent=1)
    file = folder / f"{name}.json"
    descriptor, beside = tempfile.mkstemp(dir=folder, prefix=f".{name}-", suffix=".json")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
        Path(beside).replace(file)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return file


def _summary(values: Sequence[float]) -> str:
    mean = statistics.fmean(values)
    return f"{mean:.3g} ({min(values):.3g} to {max(values):.3g})"


def _seeds(seeds: Sequence[int]) -> str:
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))
