"""A drawing out of a code cell of a page of MyST-NB, here a notebook with its outputs."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sphinx_sites import Built, make

from layergraph.drawing import Drawing, draw
from layergraph.graph import Input, LayerGraph, Output, Tensor

CONF = 'extensions += ["myst_nb"]\nnb_execution_mode = "off"\n'


def drawing(name: str) -> Drawing:
    tensor = Tensor("x:0#0", (None, 3), "float32")
    return draw(
        LayerGraph(name, (), (), (tensor,), (Input("x", tensor.id),), (Output("x", tensor.id),))
    )


def cell(
    name: str | None, *outputs: NotebookNode, source: str = "draw()", tags: str = ""
) -> NotebookNode:
    metadata: dict[str, Any] = {"tags": tags.split()}
    if name is not None:
        metadata["name"] = name
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


def drawn(name: str) -> NotebookNode:
    shown = drawing(name)
    data = {
        "text/plain": repr(shown),
        "text/html": shown._repr_html_(),
        "image/svg+xml": shown._repr_svg_(),
    }
    return new_output("execute_result", data=data, execution_count=1)


def printed(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=text)


def figure(cell: str, *options: str) -> NotebookNode:
    return new_markdown_cell("\n".join(["```{layer-graph}", f":cell: {cell}", *options, "```"]))


def build(root: Path, *cells: NotebookNode, builder: str = "html", conf: str = "") -> Built:
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    }
    notebook = new_notebook(cells=[new_markdown_cell("# Page"), *cells], metadata=metadata)
    for number, each in enumerate(notebook.cells):
        each.id = f"cell-{number}"
    site = make(root, {"index.ipynb": nbformat.writes(notebook)}, conf=CONF + conf)
    return site.build(builder)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(
        tmp_path_factory.mktemp("cells"),
        figure("plug", ":caption: A *plug*.", ":name: fig-plug", ":words: text"),
        new_markdown_cell("See {numref}`fig-plug` and {ref}`fig-bare`."),
        cell("plug", printed("one"), drawn("plug"), source="print('one'); draw()"),
        cell("bare", drawn("bare"), tags="remove-input", source="hidden()"),
        figure("bare", ":caption: Bare.", ":name: fig-bare"),
        cell("folded", drawn("folded"), tags="hide-input", source="folded()"),
        figure("folded"),
        cell("both", drawn("first"), drawn("second"), source="both()"),
        figure("both"),
        cell(None, drawn("left"), source="left()"),
    )


def test_a_page_without_a_fault_has_no_warning(built: Built) -> None:
    assert [] == built.warnings


def test_the_drawing_moves_into_the_figure(built: Built) -> None:
    page = built.page()

    assert "Graph of plug" == page.select_one("figure#fig-plug svg title").text
    assert 1 == len([svg for svg in page("svg") if svg.title.text == "Graph of plug"])


def test_the_figure_may_stand_before_its_cell_and_has_a_number(built: Built) -> None:
    page = built.page()

    assert ["Fig. 1", "Bare."] == [a.text for a in page.select(".body p a.reference")]
    assert "plug" == page.select_one("figure#fig-plug figcaption em").text


def test_the_code_and_the_other_outputs_stay(built: Built) -> None:
    (plug,) = [each for each in built.page().select("div.cell") if "print('one')" in each.text]
    (both,) = [each for each in built.page().select("div.cell") if "both()" in each.text]

    assert "one" == plug.select_one(".cell_output").text.strip()
    assert ["Graph of first"] == [svg.title.text for svg in both("svg")]


def test_a_cell_whose_code_is_removed_leaves_nothing(built: Built) -> None:
    page = built.page()

    assert page.select_one("figure#fig-bare svg")
    assert "hidden()" not in page.text
    assert [] == [each for each in page.select("div.cell") if not each.text.strip()]


def test_the_code_of_a_cell_can_be_folded(built: Built) -> None:
    (folded,) = [each for each in built.page().select("div.cell") if "folded()" in each.text]

    assert "folded()" in folded.select_one("details").text
    assert not folded.select(".cell_output, svg")


def test_a_drawing_that_no_figure_names_stays(built: Built) -> None:
    (left,) = [each for each in built.page().select("div.cell") if "left()" in each.text]

    assert "Graph of left" == left.svg.title.text


def test_its_words_are_those_of_the_drawing(built: Built) -> None:
    assert str(drawing("plug").description) == built.page().select_one("details pre").text


def test_other_formats_show_the_words(tmp_path: Path) -> None:
    built = build(tmp_path, cell("plug", drawn("plug")), figure("plug"), builder="text")
    text = (built.folder / "index.txt").read_text(encoding="utf-8")

    assert [] == built.warnings
    assert 1 == text.count("Model plug: 1 input")


def test_in_latex_the_words_stand_before_the_figure(tmp_path: Path) -> None:
    built = build(
        tmp_path, cell("plug", drawn("plug")), figure("plug", ":caption: Plug."), builder="latex"
    )
    (text,) = built.folder.glob("*.tex")
    tex = text.read_text(encoding="utf-8")

    assert [] == built.warnings
    assert tex.index("Model plug: 1 input") < tex.index(r"\begin{figure}") < tex.index("Plug.}")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param(
            [cell("plug", drawn("plug")), figure("plugs")],
            "no cell of this page has the name 'plugs'; is 'plug' meant?",
            id="another name",
        ),
        pytest.param(
            [cell(None, drawn("plug")), figure("plug")],
            "no cell of this page has the name 'plug'; give the cell that draws the option"
            " `:name: plug`, and hide its code with the tag `remove-input`, not `remove-cell`",
            id="no name",
        ),
        pytest.param(
            [cell("plug", printed("Graph of plug")), figure("plug")],
            "the cell 'plug' shows no drawing; let it run and end in `layergraph.draw(model)`",
            id="no drawing",
        ),
        pytest.param(
            [cell("plug", drawn("plug"), tags="remove-output"), figure("plug")],
            "the cell 'plug' has the tag `remove-output`, so there is no drawing; take the tag"
            " away, the drawing moves into the figure",
            id="output removed",
        ),
        pytest.param(
            [cell("plug", drawn("a")), cell("plug", drawn("b")), figure("plug")],
            "2 cells of this page have the name 'plug'; rename all but one",
            id="one name twice",
        ),
        pytest.param(
            [figure("plug"), figure("plug"), cell("plug", drawn("plug"))],
            "the drawing of the cell 'plug' stands in the figure at line 20002 already; draw it"
            " once more in a cell of its own",
            id="one cell twice",
        ),
        pytest.param(
            [cell("plug", drawn("plug")), figure("plug", ":depth: 1", ":no-fold:")],
            "the cell 'plug' has drawn already, so `:depth:` and `:no-fold:` cannot change it; take"
            " that away here, and give it to `layergraph.draw` in the cell",
            id="options that draw",
        ),
        pytest.param(
            [cell("plug", drawn("plug")), figure("plug", ":words: table")],
            "the drawing of the cell 'plug' brings its words as text; write `:words: text`, or end"
            " another cell in `layergraph.describe(model)` for the table",
            id="words as a table",
        ),
    ],
)
def test_a_cell_without_its_drawing_is_told(
    tmp_path: Path, cells: list[NotebookNode], expected: str
) -> None:
    (warning,) = build(tmp_path, *cells).warnings

    assert warning.startswith("index.ipynb:")
    assert warning.endswith(f": WARNING: layer-graph: {expected} [layergraph.cell]")


def test_a_catalog_of_messages_is_made_without_executing(tmp_path: Path) -> None:
    built = build(tmp_path, cell("plug"), figure("plug", ":caption: Plug."), builder="gettext")

    assert [] == built.warnings
    assert 'msgid "Plug."' in (built.folder / "index.pot").read_text(encoding="utf-8")
