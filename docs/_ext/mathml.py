"""Mathematics as MathML, made in the build: no script, no request to another origin.

The converter is math-core; the font is the STIX Two Math that the package ziamath ships,
cut down to the characters of :data:`RANGES`.
"""

import hashlib
import os
import shutil
from importlib.metadata import files
from pathlib import Path
from typing import TYPE_CHECKING

import fontTools
from docutils import nodes
from fontTools import subset
from math_core import LatexError, LatexToMathML
from sphinx.errors import ExtensionError
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

log = logging.getLogger(__name__)

FONT = "STIXTwoMath-Regular"

RANGES = [
    (0x20, 0x7E),  # ASCII
    (0xB1, 0xB1),  # plus-minus
    (0xB7, 0xB7),  # middle dot
    (0xD7, 0xD7),  # times
    (0x391, 0x3C9),  # Greek
    (0x2010, 0x2026),  # dashes, quotes, dots
    (0x2032, 0x2033),  # primes
    (0x2061, 0x2064),  # invisible operators
    (0x210E, 0x210E),  # italic h
    (0x211D, 0x211D),  # the real numbers
    (0x2190, 0x2194),  # arrows
    (0x21D0, 0x21D4),  # double arrows
    (0x2200, 0x22FF),  # operators
    (0x27E8, 0x27E9),  # angle brackets
    (0x1D400, 0x1D467),  # bold and italic Latin, into which a browser turns single letters
    (0x1D6FC, 0x1D71B),  # italic Greek
]

converter = LatexToMathML(fancy_error=False, annotation=True)


def to_mathml(latex: str, *, block: bool, node: nodes.Node) -> str:
    """Convert LaTeX, with a warning that names the place for what cannot be shown."""
    try:
        html = converter.convert_with_local_state(latex, displaystyle=block)
    except LatexError as error:
        log.warning("mathematics not understood: %s: %s", latex, error, location=node)
        return f"<code>{nodes.unescape(latex)}</code>"
    missing = {c for c in html if not any(a <= ord(c) <= b for a, b in RANGES) and c != "\n"}
    if missing:
        log.warning("add %s to RANGES in docs/_ext/mathml.py", sorted(missing), location=node)
    return html


def visit_math(self: "HTML5Translator", node: nodes.Element) -> None:
    """Write inline mathematics."""
    self.body.append(to_mathml(node.astext(), block=False, node=node))
    raise nodes.SkipNode


def visit_math_block(self: "HTML5Translator", node: nodes.Element) -> None:
    """Write a displayed formula, with its number where it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math-block", TABINDEX="0"))
    self.body.append(to_mathml(node.astext(), block=True, node=node))
    if node["number"]:
        self.body.append(f'<span class="eqno">({node["number"]})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


def write_font(app: "Sphinx") -> None:
    """Put the font, cut down, among the static files; it is cut once, and kept by the doctrees."""
    if app.builder.format != "html":
        return
    found = next((f for f in files("ziamath") or [] if f.name == f"{FONT}.ttf"), None)
    if found is None:
        raise ExtensionError(f"the package ziamath no longer ships {FONT}.ttf")
    whole = Path(str(found.locate()))
    made_of = f"{fontTools.version} {RANGES}".encode() + whole.read_bytes()
    kept = Path(app.doctreedir, f"{FONT}-{hashlib.sha256(made_of).hexdigest()[:16]}.woff2")
    if not kept.exists():
        options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
        font = subset.load_font(str(whole), options)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[code for a, b in RANGES for code in range(a, b + 1)])
        cutter.subset(font)
        unfinished = kept.with_suffix(f".{os.getpid()}.part")
        subset.save_font(font, str(unfinished), options)
        unfinished.replace(kept)
    target = Path(app.outdir, "_static", f"{FONT}.woff2")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(kept, target)


def setup(app: "Sphinx") -> "ExtensionMetadata":
    """Register the renderer ``mathml``."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(visit_math, None), block_renderers=(visit_math_block, None)
    )
    app.connect("builder-inited", write_font)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
