"""Small Sphinx sites with drawings, built in this process."""

import re
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

CONF = """\
extensions = ["layergraph.sphinx"]
layergraph_path = ["code"]
exclude_patterns = ["code"]
source_suffix = {".rst": "restructuredtext"}  # else what one site adds holds for the next
numfig = True
nitpicky = True
project = "Shapes"
author = copyright = "Nobody"
version = "1"
"""

# Functions that need no Keras. Each call leaves a line, by which a test knows of it.
SHAPES = """\
from pathlib import Path

from layergraph.graph import Input, LayerGraph, Output, Tensor

import sizes

with Path("calls.txt").open("a") as file:
    file.write("imported\\n")


def wire(name="wire"):
    with Path("calls.txt").open("a") as file:
        file.write(f"{name}\\n")
    return LayerGraph(
        name=name,
        layers=(),
        calls=(),
        tensors=(Tensor("x:0#0", (None, sizes.WIDTH), "float32"),),
        inputs=(Input("x", "x:0#0"),),
        outputs=(Output("x", "x:0#0"),),
    )


def thread():
    return wire("thread")


cable = wire("cable")
"""


@dataclass
class Built:
    """What a build gave."""

    app: Sphinx
    folder: Path
    warnings: list[str]
    written: set[str] = field(default_factory=set)

    def page(self, name: str = "index") -> BeautifulSoup:
        text = (self.folder / f"{name}.html").read_text(encoding="utf-8")
        return BeautifulSoup(text, "html.parser")


@dataclass
class Site:
    """A small site's folder."""

    root: Path

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def calls(self) -> list[str]:
        """What ran since it was last asked."""
        path = self.root / "calls.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def build(self, builder: str = "html", *, parallel: int = 0, strict: bool = False) -> Built:
        status, warnings = StringIO(), StringIO()
        folder = self.root / "_build" / builder
        doctrees = self.root / "_build" / ("messages" if builder == "gettext" else "doctrees")
        with patch_docutils(str(self.root)), docutils_namespace():
            app = Sphinx(
                self.root, self.root, folder, doctrees, builder,
                status=status, warning=warnings, parallel=parallel, warningiserror=strict,
            )  # fmt: skip
            app.build()
        said = _plain(warnings).replace(f"{self.root}/", "")
        written = set(re.findall(r"writing output\.\.\. \[.*?\] (\S+)", _plain(status)))
        written.discard("index")  # it is written anew with each page that it leads to
        return Built(app, folder, said.splitlines(), written)


def _plain(stream: StringIO) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", stream.getvalue())


def make(root: Path, pages: dict[str, str], *, conf: str = "") -> Site:
    """A site of pages by file name; ``conf`` is added to its settings."""
    site = Site(root)
    site.write("conf.py", CONF + conf)
    site.write("code/shapes.py", SHAPES)
    site.write("code/sizes.py", "WIDTH = 3\n")
    for name, text in pages.items():
        site.write(name, text)
    return site
