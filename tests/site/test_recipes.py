"""A recipe is short, runs, shows its model as a drawing, and stands in the list of recipes."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

FOLDER = Path(__file__).parent.parent.parent / "docs" / "recipes"
INDEX = FOLDER / "index.md"
RECIPES = sorted(path for path in FOLDER.glob("*.md") if path != INDEX)
LIMIT = 60
# Each has to say here why it is more than one job's code.
LONGER = {"draw_a_model": "shows options one by one, and five models as two tools draw them"}
UNSEEN = {"remove-cell", "remove-output", "hide-cell", "hide-output"}


@dataclass
class Cell:
    """A code cell: what it holds, and its tags."""

    code: str
    tags: set[str]

    @property
    def lines(self) -> int:
        """Lines that are not empty; comments count, as a reader reads them."""
        return sum(1 for line in self.code.splitlines() if line.strip())

    @property
    def draws(self) -> bool:
        """Whether it ends in a drawing that has a title and that the page shows."""
        statements = ast.parse(self.code).body
        if self.tags & UNSEEN or not statements or not isinstance(statements[-1], ast.Expr):
            return False
        shown = statements[-1].value
        return (
            isinstance(shown, ast.Call)
            and ast.unparse(shown.func) == "layergraph.draw"
            and any(option.arg == "title" for option in shown.keywords)
        )


def cells(text: str) -> list[Cell]:
    """All code cells of a page, whether they are shown or not."""
    found = []
    for token in MarkdownIt().parse(text):
        if token.type == "fence" and token.info.startswith("{code-cell}"):
            given = re.match(r"(?::.*\n)*", token.content)
            assert given is not None
            options = yaml.safe_load(re.sub(r"^:", "", given[0], flags=re.MULTILINE)) or {}
            found.append(Cell(token.content[given.end() :], set(options.get("tags", []))))
    return found


def total(text: str) -> int:
    """Lines of code of a page: those of hidden cells count too, as a page could hide its work."""
    return sum(cell.lines for cell in cells(text))


def front_matter(text: str) -> dict[str, object]:
    """The settings at the top of a page."""
    start = re.match(r"---\n(.*?\n)---\n", text, re.DOTALL)
    return yaml.safe_load(start[1]) if start else {}


def listed(text: str) -> list[str]:
    """The recipes that the index says something of."""
    return re.findall(r"^- \{doc\}`(\w+)`: \S", text, re.MULTILINE)


def in_toctree(text: str) -> list[str]:
    """The recipes that the index takes into the site."""
    tree = next(t for t in MarkdownIt().parse(text) if t.info == "{toctree}")
    return re.findall(r"^\w+$", tree.content, re.MULTILINE)


recipe = pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)


@recipe
def test_a_recipe_runs_in_the_build(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    settings = front_matter(text)

    assert "mystnb" == settings.get("file_format")
    assert "python3" == settings.get("kernelspec", {}).get("name")
    assert cells(text)


@recipe
def test_a_recipe_is_short_unless_a_reason_is_given(path: Path) -> None:
    lines = total(path.read_text(encoding="utf-8"))

    # A reason that is no longer needed has to go.
    assert (path.stem in LONGER) == (lines >= LIMIT), f"{path.stem}: {lines} lines of code"


@recipe
def test_a_recipe_shows_a_drawing_with_a_title(path: Path) -> None:
    assert any(cell.draws for cell in cells(path.read_text(encoding="utf-8")))


@recipe
def test_a_recipe_stands_in_the_index(path: Path) -> None:
    text = INDEX.read_text(encoding="utf-8")

    assert 1 == listed(text).count(path.stem)
    assert 1 == in_toctree(text).count(path.stem)


def test_the_index_lists_in_the_order_of_its_toctree() -> None:
    text = INDEX.read_text(encoding="utf-8")

    assert in_toctree(text) == listed(text)


def test_lines_of_hidden_cells_and_comments_count_and_empty_ones_do_not() -> None:
    text = (
        "```{code-cell} ipython3\n:tags: [remove-cell]\n\nx = 1\n\n\n# why\ny = 2\n```\n\n"
        "```python\nz = 3\n```\n\n```{code-cell} ipython3\nz = 3\n```\n"
    )

    assert 4 == total(text)
    assert [{"remove-cell"}, set()] == [cell.tags for cell in cells(text)]


@pytest.mark.parametrize(
    "cell",
    [
        Cell("layergraph.draw(model)", set()),
        Cell("picture = layergraph.draw(model, title='A model')", set()),
        Cell("layergraph.draw(model, title='A model')\nprint(1)", set()),
        Cell("layergraph.draw(model, title='A model')", {"remove-cell"}),
        Cell("# layergraph.draw(model, title='A model')", set()),
    ],
)
def test_a_drawing_without_title_or_not_shown_is_none(cell: Cell) -> None:
    assert not cell.draws
