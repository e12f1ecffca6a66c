"""What the site's settings and extensions do, shown on small sites built with them."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sites import NOTEBOOK, Built, Site, make

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Result:
    """A site, and what its build said."""

    site: Site
    built: Built

    def page(self, name: str) -> BeautifulSoup:
        return self.site.page(name)


def build(root: Path, *, code: str, text: str, home: str, urls: str = "") -> Result:
    """Build a home page and one lesson with the project's settings."""
    site = make(root) if not (root / "docs").exists() else Site(root)
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    site.write("pyproject.toml", settings.replace("[project.urls]\n", f"[project.urls]\n{urls}\n"))
    site.write("docs/index.md", f"# Home\n\n{home}\n\n```{{toctree}}\ntutorials/lesson\n```\n")
    site.write("tutorials/lesson.md", NOTEBOOK.format(options="", text=text, code=code))
    return Result(site, site.build())


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A site without a fault and without addresses of its own."""
    return build(
        tmp_path_factory.mktemp("sound"),
        code="print(6 * 7)",
        text="Inline $a_1 + b$, and displayed:\n\n$$\\sigma(x) = \\frac{1}{2}$$",
        home="See {doc}`tutorials/lesson`.",
    )


@pytest.fixture(scope="module")
def addressed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A site that knows its repository and its own address."""
    return build(
        tmp_path_factory.mktemp("addressed"),
        code="print(6 * 7)",
        text="",
        home="",
        urls='Repository = "https://github.com/someone/something"\n'
        'Documentation = "https://docs.example.org/"',
    )


@pytest.fixture(scope="module", params=["first build", "second build"])
def broken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A site with every fault that must not pass, the second time as well as the first."""
    root = tmp_path_factory.mktemp("broken")
    faults = {
        "code": "import sys\nprint('oops', file=sys.stderr)\ncolumns = {}\ncolumns['retweets']",
        "text": r"Inline $\nonsense{a}$.",
        "home": "See {doc}`nowhere`.",
    }
    if request.param == "second build":
        build(root, **faults)
    return build(root, **faults)


def test_a_site_without_a_fault_builds(sound: Result) -> None:
    assert 0 == sound.built.status, sound.built.said


def test_a_cell_that_raises_fails_the_build_and_is_shown(broken: Result) -> None:
    assert 0 != broken.built.status
    assert "tutorials/lesson.md:13: WARNING: Executing notebook failed" in broken.built.said
    assert "columns = {}\ncolumns['retweets']" in broken.built.said
    assert "KeyError" in broken.built.said


def test_a_bad_reference_fails_the_build_with_its_place(broken: Result) -> None:
    assert "docs/index.md:3: WARNING: unknown document: 'nowhere'" in broken.built.said


def test_text_on_stderr_fails_the_build(broken: Result) -> None:
    assert re.search(
        r"lesson\.md.*WARNING: stderr was found in the cell outputs", broken.built.said
    )


def test_mathematics_that_is_not_understood_fails_the_build(broken: Result) -> None:
    assert r"mathematics not understood: \nonsense{a}" in broken.built.said


def test_a_lesson_is_offered_as_notebook_and_as_script(sound: Result) -> None:
    lesson = sound.page("tutorials/lesson")
    links = [a["href"] for a in lesson.select(".dropdown-download-buttons a")]
    sources = sound.site.html / "_sources" / "tutorials"
    notebook = json.loads((sources / "lesson.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    script = subprocess.run(
        [sys.executable, sources / "lesson.py"], capture_output=True, text=True, check=True
    )

    assert [f"../_sources/tutorials/lesson{s}" for s in (".ipynb", ".py")] == links[:2]
    assert [(["print(6 * 7)"], [], None)] == [
        (cell["source"], cell["outputs"], cell["execution_count"]) for cell in cells
    ]
    assert "42\n" == script.stdout


def test_without_a_repository_no_button_leads_to_one(sound: Result) -> None:
    lesson = sound.page("tutorials/lesson")

    assert [] == lesson.select(".dropdown-source-buttons, .dropdown-launch-buttons")
    assert [] == lesson.select("link[rel=canonical]")


def test_with_addresses_buttons_lead_to_the_folder_of_each_page(addressed: Result) -> None:
    lesson, home = addressed.page("tutorials/lesson"), addressed.page("index")
    launch = lesson.select_one(".dropdown-launch-buttons a")["href"]

    assert 0 == addressed.built.status, addressed.built.said
    assert [
        "https://github.com/someone/something/edit/main/tutorials/lesson.md",
        "https://github.com/someone/something/edit/main/docs/index.md",
    ] == [p.select_one(".btn-source-edit-button")["href"] for p in (lesson, home)]
    assert launch.endswith("/someone/something/main?urlpath=lab/tree/tutorials/lesson.md")
    assert "https://docs.example.org/index.html" == home.select_one("link[rel=canonical]")["href"]


def test_mathematics_is_mathml_with_a_font_of_the_site(sound: Result) -> None:
    style = (sound.site.html / "_static" / "custom.css").read_text(encoding="utf-8")
    font = re.search(r'url\("(.+?\.woff2)"\)', style)[1]

    assert [None, "block"] == [m.get("display") for m in sound.page("tutorials/lesson")("math")]
    assert (sound.site.html / "_static" / font).stat().st_size > 10_000


def test_no_page_asks_another_origin(sound: Result) -> None:
    asked = [
        tag.get("src") or tag.get("href")
        for name in ("index", "tutorials/lesson", "search")
        for tag in sound.page(name).select("[src], link[href]")
    ]

    assert len(asked) > 10
    assert [] == [address for address in asked if re.match(r"(\w+:)?//", address)]


def test_no_file_of_the_site_holds_the_path_of_its_build(sound: Result) -> None:
    files = sound.site.files()

    assert len(files) > 50
    assert [] == [name for name, text in files.items() if os.fsencode(sound.site.root) in text]
