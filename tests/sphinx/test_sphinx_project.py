"""The directive under the project's own settings: a second build gives what a first one would."""

import pytest
from sites import Site, make

WIRE = """\
from pathlib import Path

from layergraph.graph import Input, LayerGraph, Output, Tensor

with Path("{calls}").open("a") as file:
    file.write("called ")


def wire():
    tensor = Tensor("x:0#0", (None, 3), "float32")
    return LayerGraph("w", (), (), (tensor,), (Input("x", tensor.id),), (Output("x", tensor.id),))
"""
PAGES = {
    "docs/index.md": "# Home\n\nSee {numref}`wire`.\n\n```{toctree}\npage\nother\n```\n",
    "docs/page.md": "# Page\n\n```{layer-graph} wires:wire\n:caption: A wire.\n:name: wire\n```\n",
    "docs/other.md": "# Other\n\nText.\n",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site that was built."""
    folder = tmp_path_factory.mktemp("project")
    site = make(folder / "site")
    (site.root / "tutorials").mkdir()
    for name, text in PAGES.items():
        site.write(name, text)
    site.write("src/wires.py", WIRE.format(calls=folder / "calls"))
    first = site.build()
    assert 0 == first.status, first.said
    return site


def calls(site: Site) -> int:
    return (site.root.parent / "calls").read_text().count("called")


def test_a_second_build_draws_what_changed_and_gives_the_bytes_of_a_first(site: Site) -> None:
    before = site.files()
    second = site.build()
    unchanged = (second.status, calls(site), site.files() == before)
    with site.changed("src/wires.py", "(None, 3)", "(None, 4)"):
        third = site.build()
        after = site.files()
        again = site.build("-E", "-a")

    assert (0, 1, True) == unchanged
    assert 0 == third.status, third.said
    assert b"(None, 4)" in after["page.html"]
    assert "reading sources... [100%] page" in third.said
    assert "reading sources... [100%] other" not in third.said
    assert 0 == again.status, again.said
    assert after == site.files()


def test_a_change_of_what_draws_counts_as_well(site: Site) -> None:
    with site.changed("src/layergraph/drawing/__init__.py", "Graph of {", "Picture of {"):
        built = site.build()

    assert 0 == built.status, built.said
    assert "Picture of w" in site.page("page").find("svg").title.text
