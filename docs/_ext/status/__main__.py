"""Print how long each page of the last build ran: ``nox -s status``."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

DEFAULT = Path(__file__).parents[3] / "build" / "status.json"
MEBIBYTE = 2**20
SUMS = ("seconds", "cpu")


def show(status: dict[str, Any], console: Console) -> None:
    """Print the table, its total, and what is beyond its budget or failed."""
    ran = [page for page in status["pages"] if page["outcome"] != "failed"]
    failed = [page for page in status["pages"] if page["outcome"] == "failed"]
    ran.sort(key=lambda page: (-page["seconds"], page["page"]))
    table = Table("page", "outcome", "when (UTC)", show_footer=True)
    for head in ("seconds", "CPU s", "budget", "MiB"):
        table.add_column(head, justify="right")
    for page in ran:
        table.add_row(
            page["page"], page["outcome"], page["when"][:16].replace("T", " "),
            f"{page['seconds']:.1f}", f"{page['cpu']:.1f}", f"{page['budget']:g}",
            f"{page['memory'] / MEBIBYTE:,.0f}",
        )  # fmt: skip
    for page in failed:
        table.add_row(page["page"], "failed", "", "", "", f"{page['budget']:g}", "")
    footer = {0: f"pages: {len(status['pages'])}"}
    footer |= {3 + n: f"{sum(page[key] for page in ran):.1f}" for n, key in enumerate(SUMS)}
    footer[5] = f"{sum(page['budget'] for page in status['pages']):g}"
    for number, text in footer.items():
        table.columns[number].footer = text
    console.print(table)
    for page in ran:
        if page["seconds"] > page["budget"]:
            told = f"{page['page']}: {page['seconds']:.1f} s > {page['budget']:g} s"
            console.print(f"beyond its budget: {told}", soft_wrap=True)
    for page in failed:
        console.print(f"failed: {page['page']}: {page['message']}", soft_wrap=True, markup=False)


def main() -> int:
    """Read the command line and do it; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="nox -s status --",
        description="Print how long each page of the last build ran, in this build or when its"
        " outputs in the cache were made.",
    )
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT, help="the status.json")
    options = parser.parse_args()
    try:
        status = json.loads(options.file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        print(f"There is no {options.file}. Build the site first: nox -s docs", file=sys.stderr)
        return 2
    show(status, Console(width=None if sys.stdout.isatty() else 120))
    return 0


if __name__ == "__main__":
    sys.exit(main())
