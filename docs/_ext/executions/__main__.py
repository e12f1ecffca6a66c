"""Show the cache of executions, or clean it: ``nox -s cache``."""

import argparse
import time
from pathlib import Path

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from executions.store import Store

DEFAULT = Path(__file__).parents[3] / "build" / "executed"


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(
        prog="nox -s cache --",
        description="Show the cache of executed notebooks, or clean it."
        " Each build cleans it by itself to the limit in docs/conf.py.",
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT, help="the cache")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--clean", action="store_true", help="take all executions away")
    chosen.add_argument(
        "--limit",
        type=int,
        metavar="MB",
        help="take the least recently used away, until the rest is below this many megabytes",
    )
    options = parser.parse_args()
    if options.limit is not None and options.limit < 0:
        parser.error(f"--limit must be 0 or more, not {options.limit}")

    console = Console()
    limited = options.limit is not None
    store = Store(options.folder, limit=options.limit * 10**6 if limited else 0)
    if options.clean or limited:
        gone = store.clean(everything=options.clean)
        console.print(f"Took {len(gone)} files away from {options.folder}.", soft_wrap=True)
        return

    table = Table("lesson", "ran for", "size", "last used")
    entries = sorted(store.entries(), key=lambda entry: (entry.lesson, -entry.used))
    for entry in entries:
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.used))
        table.add_row(entry.lesson, f"{entry.seconds:.1f} s", decimal(entry.size), used)
    console.print(table)
    total = decimal(sum(entry.size for entry in entries))
    console.print(f"{len(entries)} executions, {total}, in {options.folder}", soft_wrap=True)


if __name__ == "__main__":
    main()
