"""From Graphviz' SVG to one that a page in any theme can show."""

from __future__ import annotations

import hashlib
import re
from xml.etree import ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
_XLINK_TITLE = "{http://www.w3.org/1999/xlink}title"
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


def fill(kind: str) -> str:
    """Return the fill of a kind of box for DOT, with its transparency."""
    color, alpha = FILLS[kind]
    return f"{color}{alpha:02x}"


def for_page(svg: str, title: str, words: str) -> str:
    """Make Graphviz' SVG fit to stand within a page.

    Ink becomes the colour of the page's text. Fills can be changed by CSS properties. Ids
    get a prefix of their own, so that two pictures in one page do not meet. Title and words
    become the picture's name and description.

    Args:
        svg: Graphviz' SVG.
        title: The picture's title.
        words: The picture in words.

    Returns:
        The SVG element as text.
    """
    prefix = "lg" + hashlib.sha256("\0".join((svg, title, words)).encode()).hexdigest()[:10]
    ET.register_namespace("", SVG)
    root = ET.fromstring(re.sub(r"<!DOCTYPE.*?>", "", svg, flags=re.DOTALL))
    kinds = {color: kind for kind, (color, _) in FILLS.items()}
    for element in root.iter():
        tag = element.tag.removeprefix(f"{{{SVG}}}")
        for child in element.findall(f"{{{SVG}}}title"):
            element.remove(child)
        element.attrib.pop(_XML_SPACE, None)
        if "id" in element.attrib:
            element.set("id", f"{prefix}-{element.get('id')}")
        for part in ("fill", "stroke"):
            color = element.get(part, "")
            if color in ("black", INK):
                element.set(part, "currentColor")
            elif color in kinds:
                element.set("style", f"{part}:var(--layergraph-{kinds[color]},{color})")
        if tag == "text":
            element.set("fill", "currentColor")
            element.set("font-family", FONTS)
        elif tag == "a":
            # Graphviz can give a tooltip to a link only; here it is a group with a title.
            element.tag = f"{{{SVG}}}g"
            element.insert(0, _text("title", element.attrib.pop(_XLINK_TITLE, "")))
    for side in ("width", "height"):
        # Points to pixels one to one: text of 14 points is 14 pixels high.
        root.set(side, root.get(side, "").removesuffix("pt"))
    root.set("class", "layergraph-svg")
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title")
    root.set("aria-describedby", f"{prefix}-desc")
    root.set("style", "display:block;max-width:none;margin:0 auto")
    root.insert(0, _text("desc", words, f"{prefix}-desc"))
    root.insert(0, _text("title", title, f"{prefix}-title"))
    return ET.tostring(root, encoding="unicode")


def standalone(svg: str) -> str:
    """Give the SVG of a file the colours of text that a page would have given it."""
    root = ET.fromstring(svg)
    style = _text(
        "style",
        ".layergraph-svg{color:#1a1a1a}"
        "@media (prefers-color-scheme:dark){.layergraph-svg{color:#f0f0f0}}",
    )
    root.insert(2, style)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _text(tag: str, text: str, id: str | None = None) -> ET.Element:
    element = ET.Element(f"{{{SVG}}}{tag}", {} if id is None else {"id": id})
    element.text = text
    return element
