"""A model with all that is made of it, and how long each took."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar
from xml.etree import ElementTree as ET

import keras

from layergraph import describe, draw, read
from layergraph.drawing import Drawing
from layergraph.graph import Layer, LayerGraph

SVG = "{http://www.w3.org/2000/svg}"
PARTS = ("read", "folded", "open", "words")  # that the table tells the seconds of
SHARED = re.compile(r"shared by \d+ calls|called \d+ times")
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
        return self.take("open", lambda: draw(graph, fold=False))

    @cached_property
    def closed(self) -> Drawing:
        """The picture with a box for every layer, and one for each nested model."""
        graph = self.graph
        if self.names == {layer.name for layer in graph.layers}:
            return self.opened
        return self.take("closed", lambda: draw(graph, fold=False, depth=0))

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


# -- how many layers a folded picture tells of ----------------------------------------------


@dataclass
class Frame:
    """A part of a picture: the whole, a nested model, or what comes several times in a row.

    Attributes:
        name: Name of the nested model; empty for others.
        shared: Whether it is a nested model that is called more than once.
        times: How often it comes: one number, or one for each time of the repeat around it.
            Empty if it is no repeat, or where only the least and the most are told.
        told: What a repeat says that it stands for.
        boxes: How many layers each box in it stands for.
        shared_boxes: How many boxes stand for one layer however often they come.
        frames: The frames in it.
    """

    name: str = ""
    shared: bool = False
    times: tuple[int, ...] = ()
    told: int | None = None
    boxes: list[int] = field(default_factory=list)
    shared_boxes: int = 0
    frames: list["Frame"] = field(default_factory=list)

    def layers(self, copies: int = 1) -> int:
        """Count the layers that it stands for if it comes so often; a nested model is one."""
        total = sum(self.boxes) * copies + self.shared_boxes
        for frame in self.frames:
            if frame.told is None:
                total += 1 if frame.shared else copies
            elif frame.times:
                total += frame.layers(frame.copies(copies))
            else:
                total += frame.told
        return total

    def copies(self, around: int) -> int:
        """How often it comes in all, where what is around it comes so often."""
        return sum(self.times) if len(self.times) > 1 else around * self.times[0]

    def faults(self, copies: int = 1) -> Iterator[tuple[int, int]]:
        """Where a repeat does not tell what is in it: the number told, and that of its boxes."""
        for frame in self.frames:
            if frame.told is None:
                yield from frame.faults()
            elif frame.times:
                often = frame.copies(copies)
                if frame.told != frame.layers(often):
                    yield frame.told, frame.layers(often)
                yield from frame.faults(often)

    def all(self) -> Iterator["Frame"]:
        """It and all frames in it."""
        yield self
        for frame in self.frames:
            yield from frame.all()


def taken_apart(drawing: Drawing) -> Frame:
    """Take a picture apart into its frames."""
    whole = Frame()
    around = [whole]
    for line in drawing.dot.splitlines():
        here = around[-1]
        if line.startswith("subgraph"):
            here.frames.append(Frame())
            around.append(here.frames[-1])
        elif line == "}":
            around.pop()
        elif line.startswith("label=<"):
            often = re.search(r"<B>(.*) times in a row</B>", line)[1]
            here.times = () if ".." in often else tuple(map(int, re.findall(r"\d+", often)))
            here.told = int(re.search(r">([\d,]+) layers? in all<", line)[1].replace(",", ""))
        elif line.startswith("tooltip=") and here.told is None:
            here.name = line.partition('"')[2].partition(":")[0]
            here.shared = bool(SHARED.search(line))
        elif (
            (box := re.match(r"n\d+ \[.*class=(\w+), tooltip=\"([^\":]*)", line))
            and box[1] not in ("input", "output")
            and box[2] != here.name  # a nested model's own boxes are its way in and its way out
        ):
            row = re.search(r">(\d+) layers in a row<", line)
            if SHARED.search(line):
                here.shared_boxes += 1
            else:
                here.boxes.append(int(row[1]) if row else 1)
    return whole


def folded_counts(drawing: Drawing) -> dict[str, int]:
    """How many layers a picture tells of: in all (under ``""``), and in each nested model."""
    return {
        frame.name: frame.layers() for frame in taken_apart(drawing).all() if frame.told is None
    }


def layer_counts(graph: LayerGraph, hidden: set[str], name: str = "") -> dict[str, int]:
    """How many layers a graph has but for some, and each model nested in it, by its layer."""
    found = {name: len([layer for layer in graph.layers if layer.name not in hidden])}
    for layer in graph.layers:
        chain = [layer]
        for part in chain:
            chain += part.wraps
        inside = next((part.graph for part in chain if part.graph is not None), None)
        if inside is not None:
            found |= layer_counts(inside, hidden, layer.name)
    return found
