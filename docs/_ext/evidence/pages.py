"""The evidence pages, as notebooks with the seeds that are wanted."""

import ast
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

import jupytext
from nbformat import NotebookNode, ValidationError


class PageError(Exception):
    """A page is not written as an evidence page must be."""


@dataclass(frozen=True)
class Page:
    """An evidence page.

    Attributes:
        source: The file.
        text: What it holds.
        notebook: Its cells.
        parameters: Index of the cell tagged ``parameters``.
        seeds: The page's own seeds.
    """

    source: Path
    text: str = field(repr=False)
    notebook: NotebookNode = field(repr=False)
    parameters: int
    seeds: tuple[int, ...]

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.source.stem

    def new_seeds(self, total: int) -> tuple[int, ...]:
        """The seeds that make, with the page's own ones, so many."""
        others = (seed for seed in count() if seed not in self.seeds)
        return tuple(islice(others, max(0, total - len(self.seeds))))

    def with_seeds(self, seeds: Sequence[int]) -> NotebookNode:
        """A copy of the notebook that takes these seeds."""
        notebook = deepcopy(self.notebook)
        notebook.cells[self.parameters].source = f"seeds = {list(seeds)}"
        return notebook

    def line(self, cell_index: int) -> int:
        """The line of the source at which a cell's code begins."""
        start = end = 0
        for cell in self.notebook.cells[: cell_index + 1]:
            found = self.text.find(cell.source, end)
            if found >= 0:  # as it stands there; a cell of prose may not
                start, end = found, found + len(cell.source)
        return self.text.count("\n", 0, start) + 1


def read_pages(folder: Path) -> list[Page]:
    """Read all pages of a folder that have code.

    Raises:
        PageError: A page has no cell with seeds, or several, or one that is not understood.
    """
    pages = (_read_page(source) for source in sorted(folder.glob("*.md")))
    return [page for page in pages if page is not None]


def _read_page(source: Path) -> Page | None:
    text = source.read_text(encoding="utf-8")
    try:
        notebook = jupytext.reads(text, fmt="md:myst")
    except ValidationError as error:
        raise PageError(f"{source}: it is no notebook: {error.message}") from error
    if not any(cell.cell_type == "code" for cell in notebook.cells):
        return None
    tagged = [
        index
        for index, cell in enumerate(notebook.cells)
        if "parameters" in cell.metadata.get("tags", [])
    ]
    if len(tagged) != 1:
        raise PageError(f"{source}: one cell must be tagged `parameters`, not {len(tagged)}")
    seeds = _seeds(notebook.cells[tagged[0]].source)
    if not seeds:
        raise PageError(
            f"{source}: the cell tagged `parameters` must be one line such as `seeds = range(5)`"
        )
    return Page(source, text, notebook, tagged[0], seeds)


def _seeds(code: str) -> tuple[int, ...]:
    """The seeds of ``seeds = range(5)`` or ``seeds = [0, 1]``; none if it is anything else."""
    try:
        match ast.parse(code).body:
            case [ast.Assign(targets=[ast.Name(id="seeds")], value=value)]:
                pass
            case _:
                return ()
        match value:
            case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]):
                seeds = tuple(range(*map(ast.literal_eval, args)))
            case _:
                seeds = tuple(ast.literal_eval(value))
    except (SyntaxError, TypeError, ValueError):
        return ()
    return seeds if all(type(seed) is int for seed in seeds) else ()
