"""No page of the site leans on another one: read, not run."""

import ast
import builtins
import symtable
from collections.abc import Iterator
from pathlib import Path

import jupytext
import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
PAGES = [
    page
    for folder in ("docs", "tutorials")
    for page in sorted((ROOT / folder).rglob("*.md"))
    if "\n```{code-cell}" in page.read_text(encoding="utf-8")
]
KNOWN = {*dir(builtins), "__name__"}

every_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).with_suffix("").as_posix()
)


def cells(page: Path) -> list[str]:
    """The code of a page, cell by cell."""
    return [cell.source for cell in jupytext.read(page).cells if cell.cell_type == "code"]


def front_matter(page: Path) -> dict[str, object]:
    """The options at the head of a page."""
    return yaml.safe_load(page.read_text(encoding="utf-8").split("---\n")[1])


def scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """A scope and all scopes in it."""
    yield table
    for child in table.get_children():
        yield from scopes(child)


def caught(source: str) -> set[str]:
    """The names that a cell uses where it catches a `NameError`."""
    tries = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Try))
    return {
        name.id
        for one in tries
        if any(
            handler.type and ast.unparse(handler.type) == "NameError" for handler in one.handlers
        )
        for statement in one.body
        for name in ast.walk(statement)
        if isinstance(name, ast.Name)
    }


def undefined(code: list[str]) -> list[tuple[int, str]]:
    """The names that a cell uses and neither it nor an earlier one defines, by the cell's number.

    Whether a name comes too late within its cell is left to the build, which runs it. What stands
    where a `NameError` is caught may be undefined: then the page shows just that.
    """
    known, missing = set(KNOWN), []
    for number, source in enumerate(code, start=1):
        compile(source, f"cell {number}", "exec")  # no magic, no `await` outside a function
        top = symtable.symtable(source, f"cell {number}", "exec")
        used = set()
        for scope in scopes(top):
            for symbol in scope.get_symbols():
                if scope is top or symbol.is_global():
                    if symbol.is_assigned() or symbol.is_imported():
                        known.add(symbol.get_name())
                    if symbol.is_referenced():
                        used.add(symbol.get_name())
        missing += [(number, name) for name in sorted(used - known - caught(source))]
    return missing


@every_page
def test_every_name_of_a_page_is_defined_on_it(page: Path) -> None:
    assert [] == undefined(cells(page))


@every_page
def test_a_page_uses_no_file_of_the_site(page: Path) -> None:
    texts = {
        node.value
        for source in cells(page)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    paths = [text for text in texts if ("/" in text or Path(text).suffix) and len(text) < 200]

    assert "uses" not in front_matter(page).get("execution", {})
    assert [] == [path for path in paths if (page.parent / path).exists() and path.strip("./")]


@every_page
def test_a_page_names_its_kernel_so_that_it_can_be_downloaded(page: Path) -> None:
    options = front_matter(page)

    assert "mystnb" == options["file_format"]
    assert "python3" == options["kernelspec"]["name"]


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        (["a = 1", "a + 1"], []),
        (["a", "a = 1"], [(1, "a")]),
        (["display(1)"], [(1, "display")]),
        (["def f():\n    return a", "a = 1"], [(1, "a")]),
        (["def f(a, *b, c=1, **d):\n    e = a\n    return [b, c, d, e, f]"], []),
        (["import a.b as c, d.e\nfrom f import g", "c, d, g", "a"], [(3, "a")]),
        (["[x for x in range(3) if (y := x)]", "y", "x"], [(3, "x")]),
        (["class A:\n    b = 1\n    c = b\n    def f(self):\n        return b"], [(1, "b")]),
        (["def f():\n    global a\n    a = 1", "a"], []),
        (["with open('x') as a, open('y') as (b, *c):\n    pass", "a, b, c"], []),
        (["for a, (b, c) in []:\n    pass", "a, b, c"], []),
        (["try:\n    pass\nexcept ValueError as error:\n    pass"], []),
        (["a: int = 1\nf'{a} {b}'"], [(1, "b")]),
        (["f = lambda a: a + b"], [(1, "b")]),
        (["try:\n    a\nexcept NameError:\n    b"], [(1, "b")]),
        (["try:\n    a\nexcept ValueError:\n    pass"], [(1, "a")]),
    ],
)
def test_names_are_found_as_python_finds_them(
    code: list[str], missing: list[tuple[int, str]]
) -> None:
    assert missing == undefined(code)


@pytest.mark.parametrize("source", ["%timeit 1", "!ls", "await f()", "print?"])
def test_a_cell_that_a_script_cannot_run_is_no_python(source: str) -> None:
    with pytest.raises(SyntaxError):
        undefined([source])


def test_there_are_pages_with_cells() -> None:
    assert len(PAGES) > 5
