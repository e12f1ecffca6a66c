"""Execute a page in a kernel like the build's, and take its results."""

import asyncio
import json
import math
import re
import runpy
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from executions.environment import kernel_environment
from executions.folders import HOME
from executions.kernel import ARGUMENTS
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from evidence.pages import Page

ROOT = Path(__file__).parents[3]
ANSI = re.compile(r"\x1b\[[\d;]*m")
MARKED = re.compile(r"^-+> *\d+ (.*)$", re.MULTILINE)  # the line at fault, in IPython's words


@dataclass(frozen=True)
class Problem:
    """What went wrong in one cell.

    Attributes:
        cell: Its number among the page's code cells, from 1.
        line: The line of the page at which it begins.
        claim: Whether an ``assert`` of the page failed; else the cell could not run.
        text: The ``assert``, or the error.
    """

    cell: int
    line: int
    claim: bool
    text: str


@dataclass(frozen=True)
class Run:
    """One execution of a page.

    Attributes:
        seeds: What it was given.
        results: A number a seed, by row; empty if the page did not come to its end.
        problems: What went wrong.
    """

    seeds: tuple[int, ...]
    results: Mapping[str, Sequence[float]]
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        """The run, for JSON."""
        return asdict(self)


def environment() -> dict[str, str]:
    """The variables of the build's kernels."""
    settings = runpy.run_path(str(ROOT / "docs" / "conf.py"))
    return kernel_environment(settings["execution_environment"], [ROOT / "src"])


def run(
    page: Page,
    seeds: Sequence[int],
    variables: Mapping[str, str],
    progress: Callable[[int], None],
    clients: list[NotebookClient],
) -> Run:
    """Execute a page with these seeds, in a thread of its own.

    A claim that does not hold is noted, and the page goes on; any other error ends it.

    Args:
        page: The page.
        seeds: What its cell tagged ``parameters`` is replaced by.
        variables: The kernel's environment variables.
        progress: Told how many code cells are done.
        clients: Gets the page's client, so that another thread can end its kernel.
    """
    notebook = page.with_seeds(seeds)
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    problems: list[Problem] = []

    def ended(cell: NotebookNode, cell_index: int, **_: object) -> None:
        progress(code.index(cell_index) + 1)

    def at_fault(index: int, *, claim: bool, text: str) -> Problem:
        return Problem(code.index(index) + 1, page.line(index), claim, text)

    with tempfile.TemporaryDirectory(prefix="layergraph-evidence-") as folder:
        client = NotebookClient(
            notebook,
            timeout=None,
            skip_cells_with_tag="",
            record_timing=False,
            extra_arguments=ARGUMENTS,
            on_cell_executed=ended,
        )
        clients.append(client)
        its_own = {**variables, HOME: folder}  # no setting of a reader reaches the page
        try:
            asyncio.run(_execute(client, code, folder, its_own, at_fault, problems))
            results = _results(Path(folder, "results.json"), page, seeds)
        except _Stopped:
            results = {}
        except DeadKernelError:
            stopped = next((i for i in code if notebook.cells[i].execution_count is None), code[-1])
            problems.append(at_fault(stopped, claim=False, text="the kernel died"))
            results = {}
        except ValueError as error:
            problems.append(at_fault(code[-1], claim=False, text=str(error)))
            results = {}
    return Run(tuple(seeds), results, tuple(problems))


def end(clients: Iterable[NotebookClient]) -> None:
    """End these clients' kernels; the threads that wait for them then come to their end."""
    for client in clients:
        if client.km is not None and client.km.has_kernel:
            with suppress(psutil.Error):
                psutil.Process(client.km.provisioner.pid).kill()


class _Stopped(Exception):  # noqa: N818 - no error, but the end of a page
    """A cell could not run."""


async def _execute(
    client: NotebookClient,
    code: Sequence[int],
    folder: str,
    variables: dict[str, str],
    at_fault: Callable[..., Problem],
    problems: list[Problem],
) -> None:
    async with client.async_setup_kernel(cwd=folder, env=variables):
        for index in code:
            cell = client.nb.cells[index]
            try:
                await client.async_execute_cell(cell, index)
            except CellExecutionError as error:
                claim = error.ename == "AssertionError"
                told = _told(cell) if claim else f"{error.ename}: {error.evalue}"
                problems.append(at_fault(index, claim=claim, text=told))
                if not claim:
                    raise _Stopped from error


def _told(cell: NotebookNode) -> str:
    """The ``assert`` that failed."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    lines = MARKED.findall(ANSI.sub("", "\n".join(errors[-1].traceback)))
    return lines[-1].strip() if lines else "an assert"


def _results(file: Path, page: Page, seeds: Sequence[int]) -> dict[str, list[float]]:
    """What the page wrote.

    Raises:
        ValueError: It is not there, or not what an evidence page must write.
    """
    wrong = "the page must end by writing results.json with `page`, `seeds` and `results`"
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        name, its_seeds, results = told["page"], told["seeds"], told["results"]
        rows = {str(row): [float(value) for value in values] for row, values in results.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{wrong} ({type(error).__name__}: {error})") from error
    if (name, its_seeds) != (page.name, list(seeds)):
        raise ValueError(f"{wrong}; it wrote page {name!r} and seeds {its_seeds!r}")
    for row, values in rows.items():
        if len(values) != len(seeds) or not all(map(math.isfinite, values)):
            raise ValueError(f"{wrong}; the row {row!r} must have a finite number for each seed")
    return rows
