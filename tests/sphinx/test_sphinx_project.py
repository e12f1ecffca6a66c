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
    with site.changed("src/wires.py", "(None, 3)", "(None, 4)"):
        changed = site.build()
        shape = site.page("page").find("svg").text
        with site.changed("src/layergraph/drawing/__init__.py", "Graph of {", "Picture of {"):
            drawn = site.build()
            title = site.page("page").find("svg").title.text
    back = site.build()

    assert [0, 0, 0] == [built.status for built in (changed, drawn, back)], back.said
    assert "(None, 4)" in shape
    # What draws counts as well as what is drawn.
    assert "Picture of w" == title
    for built in (changed, drawn, back):
        assert "reading sources... [100%] page" in built.said
        assert "other" not in built.said.partition("looking for now-outdated")[0]
    assert before == site.files()
    assert 3 == calls(site)
