"""Run the evidence pages with their own seeds and with more: ``nox -s evidence``."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from executions.environment import list_fonts
from executions.queue import cores
from nbclient import NotebookClient
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evidence import report
from evidence.pages import Page, PageError, read_pages
from evidence.running import ROOT, Run, end, environment, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and do it; the exit status is 1 if a claim did not hold."""
    parser = argparse.ArgumentParser(
        prog="nox -s evidence --",
        description="Run each evidence page with its own seeds, and with others; show both."
        " The exit status is 1 if a claim of a page does not hold or a page could not run;"
        " means that differ are told, no more.",
    )
    parser.add_argument(
        "--seeds", type=int, default=20, metavar="N", help="seeds in all, the page's own ones first"
    )
    parser.add_argument(
        "--only", action="append", metavar="PAGE", help="this page alone; may be given again"
    )
    parser.add_argument(
        "--jobs", type=int, default=cores(), metavar="N", help="kernels at once (%(default)s)"
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "docs" / "evidence", help=argparse.SUPPRESS
    )
    parser.add_argument(
        "--keep", type=Path, default=ROOT / "build" / "evidence", help=argparse.SUPPRESS
    )
    options = parser.parse_args(arguments)
    try:
        pages = {page.name: page for page in read_pages(options.folder)}
    except PageError as error:
        parser.error(str(error))
    for name in options.only or ():
        if name not in pages:
            parser.error(f"--only: there is no page {name!r}; there are {', '.join(pages)}")
    wanted = [page for name, page in pages.items() if name in (options.only or pages)]
    if options.jobs < 1:
        parser.error(f"--jobs must be 1 or more, not {options.jobs}")
    for page in wanted:
        if not page.new_seeds(options.seeds):
            parser.error(f"--seeds must be more than the {len(page.seeds)} of {page.name}")
    if not wanted:
        parser.error(f"there is no page with code in {options.folder}")

    console = Console()
    try:
        runs = execute(wanted, options.seeds, options.jobs, console, options.keep)
    except KeyboardInterrupt:
        console.print(f"Stopped. The pages that were over are kept in {options.keep}")
        return 130
    report.show(runs, console)
    console.print(f"Kept in {options.keep}", soft_wrap=True, highlight=False)
    return int(report.failed(runs))


def execute(
    pages: Sequence[Page], total: int, jobs: int, console: Console, keep: Path
) -> dict[str, tuple[Run, Run]]:
    """Run each page twice; what a page gave is kept as soon as both runs are over."""
    clients: list[NotebookClient] = []
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )

    def one(page: Page, seeds: Sequence[int]) -> Run:
        cells = sum(cell.cell_type == "code" for cell in page.notebook.cells)
        title = f"{page.name}, {len(seeds)} seeds"
        bar = progress.add_task(title, total=cells)
        done = run(
            page, seeds, variables, lambda cell: progress.update(bar, completed=cell), clients
        )
        if not console.is_terminal:
            console.print(f"ran {title}", highlight=False)
        return done

    runs: dict[str, tuple[Run, Run]] = {}
    with tempfile.TemporaryDirectory() as fonts, progress, ThreadPoolExecutor(jobs) as pool:
        variables = {**environment(), "MPLCONFIGDIR": fonts}
        list_fonts(variables)
        waiting = [
            (
                page.name,
                pool.submit(one, page, page.seeds),
                pool.submit(one, page, page.new_seeds(total)),
            )
            for page in pages
        ]
        try:
            for name, own, new in waiting:
                runs[name] = (own.result(), new.result())
                report.keep(name, runs[name], keep)
        except BaseException:  # Ctrl-C among them
            pool.shutdown(wait=False, cancel_futures=True)
            end(clients)
            raise
    return runs


if __name__ == "__main__":
    sys.exit(main())
