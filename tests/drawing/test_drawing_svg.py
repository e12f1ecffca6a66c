import os
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from layergraph.drawing._graphviz import render
from layergraph.drawing._svg import for_page, standalone

SVG = "{http://www.w3.org/2000/svg}"
LSTM = "https://keras.io/api/layers/recurrent_layers/lstm/"
DENSE = "https://keras.io/api/layers/core_layers/dense/"


def box(name: str, class_name: str, address: str | None = None) -> str:
    """A node's label as drawings have it: a place for a call, then the title with a link."""
    link = "" if address is None else f' HREF="{address}"'
    return (
        '<<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0"><TR><TD>call 1</TD></TR>'
        f'<TR><TD{link} BGCOLOR="#7f7f8012"><B>{name}</B>&#160; <U>{class_name}</U><BR/>'
        '<FONT POINT-SIZE="13">units=4</FONT></TD></TR></TABLE>>'
    )


def dot(*, lstm: str | None = LSTM, dense: str | None = DENSE) -> str:
    """An input and three layers; the first arrows meet the third before the second."""
    return f"""digraph {{
        node [color="#303030", fontcolor="#303030"];
        n1 [label=x, class=input, tooltip="input x", fillcolor="#0072b22b", style=filled];
        subgraph cluster_m1 {{
            tooltip="frame: Functional"; id="frame"; class=model;
            n2 [shape=plain, id="layer-first", class=layer, tooltip="first: LSTM, units=4",
                label={box("first", "LSTM", lstm)}];
        }}
        n3 [shape=plain, id="layer two", class=shared, tooltip="two: Mine",
            label={box("two", "Mine")}];
        n10 [shape=plain, id="layer-last", class=layer, tooltip="last: Dense",
             label={box("last", "Dense", dense)}];
        n4 [shape=plain, class="layer", tooltip="between: Dense",
            label={box("between", "Dense", dense)}];
        n1 -> n10 [tooltip="x:0#0 (None, 3)"]; n1 -> n2; n2 -> n3; n3 -> n4;
    }}"""


def made(text: str = "", *, title: str = "Graph of m", words: str = "Model m.\nInput x.") -> str:
    return for_page(render(text or dot(), "svg").decode(), title, words)


def root(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def links(svg: str) -> list[ET.Element]:
    return list(root(svg).iter(f"{SVG}a"))


def image(svg: str) -> ET.Element:
    (found,) = (element for element in root(svg).iter() if element.get("role") == "img")
    return found


@pytest.fixture(scope="module")
def svg() -> str:
    return made()


@pytest.fixture(scope="module")
def without_links() -> str:
    return made(dot(lstm=None, dense=None))


# -- links and tooltips ----------------------------------------------------------------


def test_an_address_stays_a_link_without_the_namespace_of_old(svg: str) -> None:
    assert {LSTM, DENSE} == {link.get("href") for link in links(svg)}
    assert "xlink" not in svg


def test_an_address_keeps_its_characters() -> None:
    address = "https://keras.io/api/ops/numpy/?a=1&amp;b=2#expanddims-function"
    (link,) = links(made(dot(lstm=address, dense=None)))
    assert "https://keras.io/api/ops/numpy/?a=1&b=2#expanddims-function" == link.get("href")


def test_a_tooltip_without_an_address_is_a_group_with_a_title(svg: str) -> None:
    groups = {group.findtext(f"{SVG}title"): group for group in root(svg).iter(f"{SVG}g")}
    for tip in ("input x", "frame: Functional", "two: Mine", "x:0#0 (None, 3)"):
        assert tip in groups
    assert [] == [link for link in links(svg) if "href" not in link.attrib]


def test_a_link_has_the_tooltip_of_its_box_and_says_where_it_leads(svg: str) -> None:
    tips = [link.findtext(f"{SVG}g/{SVG}title") for link in links(svg)]
    assert "first: LSTM, units=4\nKeras documentation" == tips[0]


def test_a_link_s_name_begins_with_its_text_and_says_where_it_leads(svg: str) -> None:
    assert "first LSTM, units=4: Keras documentation" == links(svg)[0].get("aria-label")


def test_links_come_in_the_order_of_the_boxes(svg: str) -> None:
    names = [link.get("aria-label").split()[0] for link in links(svg)]
    assert ["first", "between", "last"] == names


def test_links_are_where_graphviz_put_them(svg: str) -> None:
    drawn = ET.fromstring(render(dot(), "svg"))
    places = {
        (text.text, text.get("x"), text.get("y"), drawn[0].get("transform"))
        for text in drawn.iter(f"{SVG}text")
    }
    found = {
        (text.text, text.get("x"), text.get("y"), part.get("transform"))
        for part in root(svg).iter(f"{SVG}g")
        if part.get("transform")
        for text in part.iter(f"{SVG}text")
    }
    assert places == found


def test_a_link_has_the_class_of_its_box(svg: str) -> None:
    assert {"node layer"} == {link.get("class") for link in links(svg)}


def test_text_of_a_link_has_the_ink_of_the_page_and_an_underline(svg: str) -> None:
    for link in links(svg):
        assert "color:inherit;text-decoration:none" == link.get("style")
        texts = list(link.iter(f"{SVG}text"))
        assert {"currentColor"} == {text.get("fill") for text in texts}
        assert ["underline"] == [
            text.get("text-decoration") for text in texts if text.get("text-decoration")
        ]


def test_text_has_the_ink_of_the_page_also_where_graphviz_gives_no_colour() -> None:
    picture = made('digraph { n1 -> n2 [label="with mask"] }')
    assert {"currentColor"} == {text.get("fill") for text in root(picture).iter(f"{SVG}text")}


def test_the_link_that_has_the_focus_shows_it(svg: str, without_links: str) -> None:
    style = root(svg).findtext(f"{SVG}style")
    assert re.search(r"a:focus-visible :is\(polygon,path\)\{stroke:currentColor", style)
    assert [".layergraph-svg"] == list(set(re.findall(r"(?:^|\})([^ ]+)", style.rstrip("}"))))
    assert "<style" not in without_links


# -- what is read aloud ----------------------------------------------------------------


@pytest.mark.parametrize("lstm", [LSTM, None])
def test_the_image_has_the_title_as_name_and_the_words_as_description(lstm: str | None) -> None:
    picture = made(dot(lstm=lstm, dense=None))
    said = {element.get("id"): element.text for element in root(picture).iter()}
    assert "Graph of m" == said[image(picture).get("aria-labelledby")]
    assert "Model m.\nInput x." == said[image(picture).get("aria-describedby")]


def test_links_are_not_within_the_image(svg: str) -> None:
    assert [] == list(image(svg).iter(f"{SVG}a"))
    assert 3 == len(links(svg))


def test_only_the_image_and_the_links_are_read(svg: str, without_links: str) -> None:
    def told(part: ET.Element) -> list[ET.Element]:
        if part.get("aria-hidden") == "true":
            return []
        return [part, *(found for child in part for found in told(child))]

    for picture in (svg, without_links):
        assert [] == [part for part in told(root(picture)) if part.tag == f"{SVG}text"]
    shown = [part.get("role") or part.tag for part in told(root(svg))]
    assert ["img", f"{SVG}a", f"{SVG}a", f"{SVG}a"] == [
        what for what in shown if what in ("img", f"{SVG}a")
    ]


def test_without_links_the_svg_is_the_image(svg: str, without_links: str) -> None:
    assert "img" == root(without_links).get("role")
    assert "none" == root(svg).get("role")


def test_the_title_comes_first(svg: str, without_links: str) -> None:
    for picture in (svg, without_links, standalone(svg)):
        first = root(picture)[0]
        assert (f"{SVG}title", "Graph of m") == (first.tag, first.text)


# -- ids -------------------------------------------------------------------------------


def ids(svg: str) -> list[str]:
    return [element.get("id") for element in root(svg).iter() if element.get("id")]


def test_ids_tell_what_they_are_of(svg: str) -> None:
    names = {re.sub(r"^lg[0-9a-f]{10}-", "", id) for id in ids(svg)}
    assert {"title", "desc", "frame", "layer-first", "layer-two", "layer-last"} == names


def test_an_id_given_twice_is_told_apart() -> None:
    found = ids(made('digraph { n1 [id="layer-a"]; n2 [id="layer-a"]; n3 [id="layer-a"] }'))
    assert ["layer-a", "layer-a-2", "layer-a-3"] == [id.partition("-")[2] for id in found[2:]]


def test_ids_of_two_pictures_do_not_meet(svg: str, without_links: str) -> None:
    assert set() == set(ids(svg)) & set(ids(without_links))
    assert set() == set(ids(svg)) & set(ids(made(title="Another title")))
    assert ids(svg) == ids(made())


# -- the text of the SVG ---------------------------------------------------------------


def test_nothing_runs_and_nothing_is_loaded(svg: str) -> None:
    for text in (svg, standalone(svg)):
        assert not re.search(r"<script|\son\w+=|url\(|@import|src=|<image|<use", text)
        addresses = {link.get("href") for link in links(text)}
        assert {"http://www.w3.org/2000/svg"} == (
            set(re.findall(r"https?://[^\"' <]+", text)) - addresses
        )


def test_it_is_one_block_of_html(svg: str) -> None:
    assert svg.startswith("<svg ")
    assert "\n\n" not in svg


def test_the_bytes_are_the_same_in_every_process(svg: str) -> None:
    script = "import sys, test_drawing_svg as t; sys.stdout.buffer.write(t.made().encode())"
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    paths = [str(path) for path in sys.path if path]
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        check=True,
    )
    assert svg.encode() == run.stdout


@pytest.mark.parametrize(
    "rule",
    [
        "color-scheme:light dark;color:#1a1a1a",
        "(prefers-color-scheme:dark){.layergraph-svg{color:#f0f0f0",
        "(forced-colors:active){.layergraph-svg{color:CanvasText",
    ],
)
def test_a_file_brings_the_colours_of_its_text(svg: str, rule: str) -> None:
    assert rule in standalone(svg)
    assert rule not in svg


def test_the_heading_of_a_repeat_stays_readable_where_an_arrow_passes() -> None:
    frame = 'subgraph cluster_a { class="repeat" label="6 times" b }'
    svg = render(f"digraph {{ {frame} a -> b }}", "svg").decode()
    root = ET.fromstring(for_page(svg, "Title", "Words"))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    (rim,) = [part for part in root.iter() if "paint-order:stroke" in part.get("style", "")]
    assert ["6 times"] == [text.text for text in rim]
    assert "6 times" == texts[-1]  # above all arrows
    assert {"a", "b", "6 times"} == set(texts)
    assert "stroke:var(--layergraph-page,none)" in rim.get("style", "")
    assert "--layergraph-page:Canvas" in standalone(for_page(svg, "Title", "Words"))
