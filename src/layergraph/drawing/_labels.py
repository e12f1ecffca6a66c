"""The text of a box in Graphviz' markup, and its tooltip."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from layergraph.drawing import _spans as spans
from layergraph.drawing._documentation import address
from layergraph.drawing._phrases import plural, value
from layergraph.drawing._svg import INK
from layergraph.drawing._words import chain, class_name, counts, facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from layergraph.drawing._view import View
    from layergraph.graph import Fact, Layer


def tip(layers: Sequence[Layer], view: View) -> str:
    """Write the tooltip of a box for the layers at one place in the copies of a block."""
    layer, several = layers[0], {layer.name for layer in layers}
    words = [class_name(layer), *facts(layer, "="), *counts(layer, view.times(layer))]
    more = f"; and {len(several) - 1} more like it" if len(several) > 1 else ""
    return f"{layer.name}: {', '.join(words)}{more}"


def settings(layers: Sequence[Layer]) -> list[str]:
    """Write the settings of layers at one place in the copies of a block."""
    several = [list(chain(layer)) for layer in layers]
    return [
        f"{name}={spans.texts(values)}"
        for same in zip(*several, strict=True)
        for name, values in together([dict(layer.facts) for layer in same])
    ]


def together(several: Sequence[Mapping[str, Fact]]) -> Iterator[tuple[str, list[str]]]:
    """Yield each name in some mappings with its value in each."""
    for name in dict.fromkeys(name for one in several for name in one):
        yield name, [value(one[name]) if name in one else "default" for one in several]


def weights(numbers: Sequence[int]) -> str:
    if not any(numbers):
        return ""
    return (
        plural(numbers[0], "weight")
        if len(numbers) == 1
        else f"{spans.numbers(numbers)} weights each time"
    )


def rows(words: Sequence[str]) -> list[str]:
    return [", ".join(words[at : at + 2]) for at in range(0, len(words), 2)]


def linked_class(layer: Layer) -> str:
    name = text(class_name(layer))
    return f"<U>{name}</U>" if address(layer) else name


def quoted(words: str) -> str:
    """Write text as a value of DOT."""
    # pydot leaves text in quotation marks alone; Graphviz reads \ as the start of an escape.
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def text(words: str) -> str:
    """Write text within a label."""
    return html.escape(words)


def bold(words: str) -> str:
    return f"<B>{text(words)}</B>"


def small(words: str) -> str:
    return f'<FONT POINT-SIZE="13">{text(words)}</FONT>'


def label(head: str, lines: Iterable[str]) -> str:
    """Write a label: a line of normal size, then small ones; the empty ones are left out."""
    return f"<{'<BR/>'.join([head, *(small(line) for line in lines if line)])}>"


def cell(lines: Iterable[str], port: str) -> str:
    return f'<TD PORT="{port}">{"<BR/>".join(small(line) for line in lines if line)}</TD>'


def table(lines: Iterable[str]) -> str:
    look = f'BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="5" COLOR="{INK}"'
    return f"<<TABLE {look}>{''.join(lines)}</TABLE>>"
