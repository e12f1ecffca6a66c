"""The figure that the directive makes, in reStructuredText and in MyST."""

import subprocess
import sys

import pytest
from sphinx_sites import Built, make

from layergraph.sphinx._directive import Asked

RST = """\
Home
====

See :ref:`fig-wire`, :numref:`fig-wire` and :ref:`there <fig-bare>`.

.. layer-graph:: shapes:wire
   :caption: A *wire*.
   :name: fig-wire
   :align: center
   :class: wide
   :direction: LR
   :detail: names
   :title: From left to right
   :words: table

.. layer-graph:: shapes:thread
   :name: fig-bare

.. layer-graph:: shapes:cable
   :words: text

.. layer-graph:: shapes:cable
   :caption: Once more.

.. toctree::

   myst
"""
MYST = """\
# MyST

See {ref}`fig-myst` and {numref}`fig-myst`.

```{layer-graph} shapes:thread
:caption: A *thread*.
:name: fig-myst
```
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return make(
        tmp_path_factory.mktemp("figures"),
        {"index.rst": RST, "myst.md": MYST},
        conf='extensions += ["myst_parser"]\n',
    ).build()


def test_a_site_without_a_fault_has_no_warning(built: Built) -> None:
    assert [] == built.warnings


def test_the_drawing_stands_in_the_page_as_svg_with_its_words(built: Built) -> None:
    svg = built.page().select_one("figure#fig-wire div.layergraph-drawing svg")

    assert "img" == svg["role"]
    assert svg.find("desc").text.startswith("Model wire: 1 input")


def test_a_caption_is_inline_markup_and_has_a_number(built: Built) -> None:
    caption = built.page().select_one("figure#fig-wire figcaption")

    assert "Fig. 1 A wire." == caption.text.strip().rstrip("¶")
    assert "wire" == caption.em.text


def test_references_show_caption_and_number(built: Built) -> None:
    links = [(a.text, a["href"]) for a in built.page().select(".body p a.reference")]

    assert [("A wire.", "#fig-wire"), ("Fig. 1", "#fig-wire"), ("there", "#fig-bare")] == links


def test_myst_pages_have_the_same_figures(built: Built) -> None:
    page = built.page("myst")

    assert ["A thread.", "Fig. 3"] == [a.text for a in page.select(".body p a.reference")]
    assert "thread" == page.select_one("figure#fig-myst figcaption em").text
    assert page.select_one("figure#fig-myst svg")


def test_a_figure_without_a_caption_takes_no_number(built: Built) -> None:
    numbers = [each.text.strip() for each in built.page().select("figure .caption-number")]

    assert ["Fig. 1", "Fig. 2"] == numbers
    assert built.page().select_one("#fig-bare svg")


def test_align_and_class_are_the_figures(built: Built) -> None:
    assert {"align-center", "wide"} == set(built.page().select_one("figure#fig-wire")["class"])


def test_the_options_reach_the_drawing(built: Built) -> None:
    first, second, *_ = built.page().select("figure svg")

    assert float(first["width"]) > float(first["height"])
    assert float(second["width"]) < 1.5 * float(second["height"])
    assert "(None, 3)" not in "".join(each.text for each in first("text"))
    assert "(None, 3)" in "".join(each.text for each in second("text"))
    assert ["From left to right", "Graph of thread"] == [
        svg.find("title").text for svg in (first, second)
    ]


@pytest.mark.parametrize(("option", "argument"), [("depth", 1), ("no-fold", None)])
def test_depth_and_fold_are_arguments_of_draw(option: str, argument: int | None) -> None:
    expected = {"depth": 1} if option == "depth" else {"fold": False}
    assert expected == Asked(drawing={option: argument}).arguments


def test_the_words_are_folded_below_the_figure_as_a_table_or_as_text(built: Built) -> None:
    table, text = built.page().select("details.layergraph-words")

    assert "fig-wire" == table.find_previous_sibling("figure")["id"]
    assert table.select("table th[scope=row]")
    assert "The drawing in words" == table.summary.text
    assert text.pre.text.startswith("Model cable: 1 input")
    assert not text.table


def test_the_same_drawing_twice_keeps_each_id_unique(built: Built) -> None:
    page = built.page()
    ids = [each["id"] for each in page.select("[id]")]
    again = page.select("figure svg")[3]

    assert sorted(set(ids)) == sorted(ids)
    assert again.find(id=again["aria-describedby"]).name == "desc"


def test_the_package_without_the_directive_needs_no_sphinx() -> None:
    code = "import sys, layergraph, layergraph.drawing; print('sphinx' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False\n" == ran.stdout
