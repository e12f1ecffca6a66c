"""From matplotlib's SVG to one that shares a page with others."""

from __future__ import annotations

import hashlib
import re
from xml.etree import ElementTree

from layergraph.plots._style import FOREGROUND

_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"(^|url\()#([^)]+)")
_FONT_FAMILY = re.compile(r"font-family:[^;]*")


def finish(svg: str, title: str, alt: str, *, inline: bool) -> str:
    """Make matplotlib's SVG an image with a name, which leaves the rest of its page alone.

    Args:
        svg: What matplotlib wrote.
        title: The image's name.
        alt: What it shows, in words.
        inline: Whether it takes colour and font of the page, as opposed to standing in a file.

    Returns:
        The SVG element as text.
    """
    root = ElementTree.fromstring(svg)
    width, height = root.attrib["viewBox"].split()[2:]
    # A style element would hold for the whole page; the root's own style, below, replaces it.
    root.remove(next(child for child in root if child.find("{*}style") is not None))

    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]  # the root names the namespace
        element.tail = "\n"
        if not (element.text or "").strip():
            element.text = None
        if _XLINK_HREF in element.attrib:
            element.set("href", element.attrib.pop(_XLINK_HREF))
        if "style" in element.attrib:
            element.set("style", _FONT_FAMILY.sub("font-family: inherit", element.attrib["style"]))
        if inline:
            for key, value in element.items():
                element.set(key, value.replace(FOREGROUND, "currentColor"))

    content = ElementTree.tostring(root, encoding="unicode")
    prefix = "lg" + hashlib.sha256("\0".join((title, alt, content)).encode()).hexdigest()[:10]
    _own_ids(root, prefix)

    children = list(root)
    root.clear()
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {width} {height}",
        "width": width,
        "height": height,
        "role": "img",
        "aria-labelledby": f"{prefix}-title {prefix}-desc",
        "style": (
            f"display: block; width: 100%; max-width: {width}px; height: auto; "
            f"font-family: {'inherit' if inline else 'sans-serif'}; "
            "stroke-linejoin: round; stroke-linecap: butt"
        ),
    }
    ElementTree.SubElement(root, "title", id=f"{prefix}-title").text = title
    ElementTree.SubElement(root, "desc", id=f"{prefix}-desc").text = alt
    root.extend(children)
    return ElementTree.tostring(root, encoding="unicode")


def _own_ids(root: ElementTree.Element, prefix: str) -> None:
    """Keep the ids in use, and prefix them: ids are for the whole page."""
    used = set()

    def own(reference: re.Match[str]) -> str:
        used.add(reference[2])
        return f"{reference[1]}#{prefix}-{reference[2]}"

    for element in root.iter():
        for key, value in element.items():
            element.set(key, _REFERENCE.sub(own, value))
    for element in root.iter():
        name = element.attrib.pop("id", None)
        if name in used:
            element.set("id", f"{prefix}-{name}")
