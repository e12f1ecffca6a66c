"""What each of Sphinx's formats shows in place of SVG."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sphinx_sites import Built, Site, make

TEXT = """\
Home
====

.. layer-graph:: shapes:wire
   :caption: A *wire*.
   :name: fig
   :words: text
"""
WORDS = "Model wire: 1 input"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make(tmp_path_factory.mktemp("formats"), {"index.rst": TEXT})


def read(built: Built, name: str) -> str:
    assert [] == built.warnings
    (path,) = built.folder.glob(name)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("builder", "name", "caption"),
    [
        ("text", "*.txt", "A *wire*."),
        ("man", "*.1", r"A \fIwire\fP"),
        ("texinfo", "*.texi", "A `wire'."),
    ],
)
def test_what_has_no_pictures_tells_the_words_once(
    site: Site, builder: str, name: str, caption: str
) -> None:
    text = read(site.build(builder), name)

    assert 1 == text.count(WORDS)
    assert caption in text


def test_latex_shows_a_picture_and_the_words_below_it(site: Site) -> None:
    built = site.build("latex")
    tex = read(built, "*.tex")
    (picture,) = built.folder.glob("*.png")

    assert b"\x89PNG" == picture.read_bytes()[:4]
    assert rf"\sphinxincludegraphics[scale=0.75]{{{picture.name}}}" in tex
    assert r"\caption{A \sphinxstyleemphasis{wire}.}" in tex
    assert 1 == tex.count(WORDS)


def test_a_book_shows_a_picture_with_the_words_as_its_alternative(site: Site) -> None:
    built = site.build("epub")
    page = read(built, "index.xhtml")
    (picture,) = (built.folder / "_images").iterdir()
    (book,) = built.folder.glob("*.epub")

    assert f'<img src="_images/{picture.name}" alt="{WORDS}' in page
    assert "<svg" not in page
    assert f"_images/{picture.name}" in str(zipfile.ZipFile(book).namelist())


def test_xml_and_what_sphinx_does_not_know_yet_get_the_words(site: Site) -> None:
    assert WORDS in read(site.build("xml"), "index.xml")


def test_captions_are_in_the_catalog_of_messages(site: Site) -> None:
    assert 'msgid "A *wire*."' in read(site.build("gettext"), "index.pot")


def test_a_translated_caption_is_shown(tmp_path: Path) -> None:
    site = make(tmp_path, {"index.rst": TEXT}, conf='language = "de"\nlocale_dirs = ["locale"]\n')
    messages = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    messages += 'msgid "A *wire*."\nmsgstr "Ein *Draht*."\n'
    site.write("locale/de/LC_MESSAGES/index.po", messages)
    # In a process of its own, as Sphinx keeps the language for the next site of this one.
    command = [sys.executable, "-m", "sphinx", "-q", tmp_path, tmp_path / "_build"]
    subprocess.run(command, check=True)
    page = (tmp_path / "_build" / "index.html").read_text(encoding="utf-8")

    assert "Ein <em>Draht</em>." in page


def test_formats_share_what_was_read(site: Site) -> None:
    shutil.rmtree(site.root / "_build")
    site.build("text")
    site.calls()
    html = site.build("html")

    assert [] == site.calls()
    assert html.page().select_one("figure svg")
