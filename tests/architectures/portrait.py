"""A model with all that is made of it, and how long each took."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeVar
from xml.etree import ElementTree as ET

import keras

from layergraph import describe, draw, read
from layergraph.drawing import Drawing
from layergraph.graph import Layer, LayerGraph

SVG = "{http://www.w3.org/2000/svg}"
PARTS = ("read", "folded", "open", "words")  # that the table tells the seconds of
T = TypeVar("T")


class Portrait:
    """A model: read, drawn folded and open, and described, each when first asked for.

    Attributes:
        name: What the table calls it.
        model: The model.
        seconds: How long each part took.
    """

    def __init__(self, name: str, model: keras.Model) -> None:
        self.name = name
        self.model = model
        self.seconds: dict[str, float] = {}

    def take(self, part: str, make: Callable[[], T]) -> T:
        """Make a part and note its time."""
        began = time.perf_counter()
        made = make()
        self.seconds[part] = time.perf_counter() - began
        return made

    @cached_property
    def graph(self) -> LayerGraph:
        """The model, read."""
        return self.take("read", lambda: read(self.model))

    @cached_property
    def folded(self) -> Drawing:
        """The picture as it comes by default."""
        graph = self.graph
        return self.take("folded", lambda: draw(graph))

    @cached_property
    def opened(self) -> Drawing:
        """The picture with a box for every layer."""
        graph = self.graph
        return self.take("open", lambda: draw(graph))

    @cached_property
    def closed(self) -> Drawing:
        """The picture with a box for every layer, and one for each nested model."""
        graph = self.graph
        return self.take("closed", lambda: draw(graph, depth=0))

    @cached_property
    def words(self) -> str:
        """The model in words."""
        graph = self.graph
        return self.take("words", lambda: str(describe(graph)))

    @cached_property
    def names(self) -> set[str]:
        """Names of all layers, those inside of nested models too."""
        return {layer.name for layer in layers(self.graph)}


def layers(graph: LayerGraph) -> Iterator[Layer]:
    """All layers of a graph and of the models nested in it."""
    for layer in graph.layers:
        yield layer
        chain = [layer]
        for part in chain:
            chain += part.wraps
            if part.graph is not None:
                yield from layers(part.graph)


def bold(drawing: Drawing) -> set[str]:
    """What stands in the picture in bold: the names of boxes."""
    texts = ET.fromstring(drawing.svg).iter(f"{SVG}text")
    return {text.text or "" for text in texts if text.get("font-weight") == "bold"}


def boxes(drawing: Drawing) -> int:
    """How many boxes a picture has, without those of inputs and outputs."""
    kinds = [
        (group.get("class") or "").split() for group in ET.fromstring(drawing.svg).iter(f"{SVG}g")
    ]
    return sum("node" in kind and not {"input", "output"} & set(kind) for kind in kinds)


def edges(drawing: Drawing) -> Counter[tuple[str, str]]:
    """The arrows of a picture, as names of the boxes at both ends."""
    titles = dict(
        re.findall(r'^(n\d+) \[.*tooltip="((?:input |output )?[^":]+)', drawing.dot, re.M)
    )
    names = {box: title.removeprefix("input ") for box, title in titles.items()}
    found = re.findall(r"^(n\d+)(?::\w+)* -> (n\d+)(?::\w+)* ", drawing.dot, re.M)
    return Counter((names[start], names[end]) for start, end in found)
