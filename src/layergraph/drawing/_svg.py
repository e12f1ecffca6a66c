"""From Graphviz' SVG to one that a page in any theme can show."""

from __future__ import annotations

import hashlib
import itertools
import re
from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_XLINK_TITLE = "{http://www.w3.org/1999/xlink}title"
_RIM = "paint-order:stroke;stroke:var(--layergraph-page,none);stroke-width:4px"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

# The line and text colour of the DOT text, for PNG; in SVG it is the page's text colour.
INK = "#303030"

# Hues of the Okabe-Ito palette, which colour-blind readers can tell apart, as a share of 255.
# Laid on thinly, so that text keeps the contrast that it has with the page, dark or light.
FILLS = {
    "input": ("#0072b2", 0x2B),
    "output": ("#e69f00", 0x3B),
    "shared": ("#009e73", 0x38),
    "layer": ("#7f7f80", 0x12),
    "model": ("#80807f", 0x12),
}

# Graphviz measures with Arimo, whose widths are Arial's, Helvetica's and Liberation Sans's.
FONTS = "Arial, Arimo, Helvetica, Liberation Sans, sans-serif"


# Where all links lead; said at the end of their names and tooltips.
LEADS_TO = "Keras documentation"

# A thick border shows which link the keyboard is at, in every browser: not all of them draw
# an outline around a part of an SVG. It has the colour of the text, also in forced colours.
_LINKS = (
    ".layergraph-svg a:focus-visible{outline:none}"
    ".layergraph-svg a:focus-visible :is(polygon,path){stroke:currentColor;stroke-width:4}"
)


def fill(kind: str) -> str:
    """Return the fill of a kind of box for DOT, with its transparency."""
    color, alpha = FILLS[kind]
    return f"{color}{alpha:02x}"


def for_page(svg: str, title: str, words: str) -> str:
    """Make Graphviz' SVG fit to stand within a page.

    Ink becomes the colour of the page's text. Fills can be changed by CSS properties. Ids
    that the DOT text gave get a prefix of their own, so that two pictures in one page do
    not meet; the others go. Title and words become the picture's name and description.

    Graphviz writes both links and tooltips as links. Those with an address stay links;
    tooltips become groups with a title.

    Args:
        svg: Graphviz' SVG.
        title: The picture's title.
        words: The picture in words.

    Returns:
        The SVG element as text.
    """
    prefix = "lg" + hashlib.sha256("\0".join((svg, title, words)).encode()).hexdigest()[:10]
    ET.register_namespace("", _SVG)
    root = ET.fromstring(re.sub(r"<!DOCTYPE.*?>", "", svg, flags=re.DOTALL))
    (picture,) = root
    links = _take_links(picture)
    # The words say all that the picture shows, in order: its own scraps of text would only
    # repeat them, so that they are hidden from screen readers. Links cannot be hidden, nor
    # stand within an image, whose parts are not told apart. So they come after it, in reading
    # order, and the SVG itself is silent: as a group, it would say the title once more.
    picture.set("aria-hidden", "true")
    image = root
    if links:
        root.remove(picture)
        image = ET.SubElement(root, _tag("g"))
        image.append(picture)
        root.append(_text("style", _LINKS))
        ET.SubElement(root, _tag("g"), transform=picture.get("transform", "")).extend(links)
        root.set("role", "none")
    image.set("role", "img")
    image.set("aria-labelledby", f"{prefix}-title")
    image.set("aria-describedby", f"{prefix}-desc")
    _adapt(root)
    _lift_headings(picture)
    _name(picture, prefix)
    for side in ("width", "height"):
        # Points to pixels one to one: text of 14 points is 14 pixels high.
        root.set(side, root.get(side, "").removesuffix("pt"))
    root.set("class", "layergraph-svg")
    root.set("style", "display:block;max-width:none;margin:0 auto")
    image.insert(0, _text("desc", words, f"{prefix}-desc"))
    root.insert(0, _text("title", title, f"{prefix}-title"))
    return ET.tostring(root, encoding="unicode")


def _adapt(root: ET.Element) -> None:
    """Give ink and fills the colours of the page, and tooltips a place in SVG."""
    kinds = {color: kind for kind, (color, _) in FILLS.items()}
    for element in root.iter():
        for child in element.findall(_tag("title")):
            element.remove(child)
        if (tooltip := element.attrib.pop(_XLINK_TITLE, None)) is not None:
            element.tag = _tag("g")
            element.insert(0, _text("title", tooltip))
        element.attrib.pop(_XML_SPACE, None)
        element.tail = "\n"
        for part in ("fill", "stroke"):
            color = element.get(part, "")
            if color in ("black", INK):
                element.set(part, "currentColor")
            elif color in kinds:
                element.set("style", f"{part}:var(--layergraph-{kinds[color]},{color})")
        if element.tag == _tag("text"):
            element.set("fill", "currentColor")
            element.set("font-family", FONTS)


def _lift_headings(picture: ET.Element) -> None:
    """Keep the headings of repeats readable where an arrow has to pass.

    They come last, above the arrows, each letter with a rim of the colour of the page, where
    that is known: a wrong one would hide the letters.
    """
    headings = ET.Element(_tag("g"), {"style": _RIM})
    for frame in picture.iter():
        if "repeat" in frame.get("class", "").split():
            for part in list(frame.iter()):
                for text in part.findall(_tag("text")):
                    part.remove(text)
                    headings.append(text)
    if len(headings):
        picture.append(headings)


def _name(picture: ET.Element, prefix: str) -> None:
    """Keep the ids that the DOT text gave, each once, and drop those that Graphviz made."""
    given: set[str] = set()
    for element in picture.iter():
        id = element.attrib.pop("id", "")
        if re.fullmatch(r"(|a_.*|(graph|node|edge|clust)\d+)", id):
            continue
        name = "-".join([prefix, *id.split()])
        times = next(times for times in itertools.count(1) if f"{name}-{times}" not in given)
        given.add(f"{name}-{times}")
        element.set("id", name if times == 1 else f"{name}-{times}")


def _take_links(picture: ET.Element) -> list[ET.Element]:
    """Take the links out of the picture, in the order of the numbers in their nodes' names.

    Graphviz writes a node where the first arrow meets it, which is no order to read in.
    """
    found = []
    for part in picture:
        number = int("".join(filter(str.isdigit, part.findtext(_tag("title"), ""))) or 0)
        for parent in part.iter():
            for link in parent.findall(f"{_tag('a')}[@{_XLINK_HREF}]"):
                parent.remove(link)
                found.append((number, _link(link, part.get("class", ""))))
    return [link for _, link in sorted(found, key=lambda each: each[0])]


def _link(link: ET.Element, kind: str) -> ET.Element:
    """Make a link of SVG 2 whose name says where it leads.

    The name begins with all the text that is seen. The tooltip, which tells the same and
    more to a pointer, stands in a group that is not read, or it would be read a second time.
    """
    lines: dict[str, list[str]] = {}
    for text in link.iter(_tag("text")):
        lines.setdefault(text.get("y", ""), []).extend((text.text or "").split())
    seen = ", ".join(" ".join(words) for words in lines.values())
    look = {
        "href": link.attrib.pop(_XLINK_HREF),
        "class": kind,
        "aria-label": f"{seen}: {LEADS_TO}",
        # A page's style for links must not reach the text: its underline says enough.
        "style": "color:inherit;text-decoration:none",
    }
    made = ET.Element(_tag("a"), look)
    link.set(_XLINK_TITLE, f"{link.get(_XLINK_TITLE, '')}\n{LEADS_TO}")
    link.set("aria-hidden", "true")
    made.append(link)
    return made


def standalone(svg: str) -> str:
    """Give the SVG of a file the colours of text that a page would have given it."""
    root = ET.fromstring(svg)
    style = _text(
        "style",
        # The scheme gives a tab of a browser that shows the file a dark ground for light text.
        ".layergraph-svg{color-scheme:light dark;color:#1a1a1a;--layergraph-page:Canvas}"
        "@media (prefers-color-scheme:dark){.layergraph-svg{color:#f0f0f0}}"
        "@media (forced-colors:active){.layergraph-svg{color:CanvasText}}",
    )
    root.insert(1, style)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _tag(name: str) -> str:
    return f"{{{_SVG}}}{name}"


def _text(tag: str, text: str, id: str | None = None) -> ET.Element:
    element = ET.Element(_tag(tag), {} if id is None else {"id": id})
    element.text = text
    return element
