"""A second build of a site without notebooks: all that a change touches is written again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import Site, make

PAGES = {
    "docs/index.md": "# Home\n\n```{toctree}\na\nb\n```\n",
    "docs/a.md": "# A\n\n(target)=\n## Part\n\nText.\n",
    "docs/b.md": "# B\n\nSee {ref}`target`.\n",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A small site, built without a fault."""
    site = make(tmp_path_factory.mktemp("pages"))
    (site.root / "tutorials").mkdir()
    for name, text in PAGES.items():
        site.write(name, text)
    first = site.build()
    assert 0 == first.status, first.said
    return site


@pytest.fixture
def site(built: Site) -> Iterator[Site]:
    """The same; after the test its pages are as they were, and built."""
    yield built
    for name, text in PAGES.items():
        built.write(name, text)
    assert 0 == built.build().status


def test_a_reference_that_another_page_broke_fails_the_build(site: Site) -> None:
    with site.changed("docs/a.md", "(target)=\n", ""):
        second, third = site.build(), site.build()

    for build in (second, third):
        assert 0 != build.status
        assert "docs/b.md:3: WARNING: undefined label: 'target'" in build.said


def test_a_reference_shows_the_heading_as_it_is_now(site: Site) -> None:
    with site.changed("docs/a.md", "## Part", "## Half"):
        site.build()
        shown = site.page("b").article.text

    assert "See Half" in shown


def test_a_changed_style_is_linked_anew_from_every_page(site: Site) -> None:
    def links() -> list[str]:
        (link,) = site.page("b").select("link[href*='custom.css']")
        return link["href"]

    before = links()
    with site.changed("docs/_static/custom.css", "\n", "\n\n"):
        site.build()
        after = links()

    assert before != after


def test_a_setting_that_changes_during_a_build_counts_for_the_next(site: Site) -> None:
    conf = site.root / "docs" / "conf.py"
    before = conf.read_text(encoding="utf-8")
    # The build adds to its settings' file after it has read it.
    late = f"""
from pathlib import Path

def add(app):
    with Path({str(conf)!r}).open("a") as file:
        file.write("#")

def setup(app):
    app.connect("builder-inited", add)
"""
    conf.write_text(before + late, encoding="utf-8")
    first, second = site.build(), site.build()
    conf.write_text(before, encoding="utf-8")

    assert [0, 0] == [first.status, second.status], second.said
    assert "3 added" in second.said


def test_a_page_that_is_no_more_is_taken_away(site: Site) -> None:
    with site.changed("docs/index.md", "b\n", "c\n"):
        (site.root / "docs/b.md").rename(site.root / "docs/c.md")
        built = site.build()
        pages = {path.name for path in site.html.glob("?.html")}
        (site.root / "docs/c.md").unlink()

    assert 0 == built.status, built.said
    assert {"a.html", "c.html"} == pages


def test_after_an_unsound_build_nothing_stays_but_hidden_files(site: Site) -> None:
    with site.changed("docs/b.md", "{ref}`target`", "{ref}`nothing`"):
        site.build()
    stale: list[Path] = [site.html / "stale.html", site.html / ".git"]
    for path in stale:
        path.write_text("", encoding="utf-8")
    built = site.build()

    assert 0 == built.status, built.said
    assert [False, True] == [path.exists() for path in stale]
