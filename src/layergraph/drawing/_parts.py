"""What a picture is made of: boxes that stand for one call or for many."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from layergraph.drawing._view import Taken, View
    from layergraph.graph import Call, Layer


@dataclass(frozen=True, slots=True)
class Alike:
    """One box: a call, or calls at the same place in the copies of a block.

    Attributes:
        calls: The calls, in the order of the copies; the first is the one to draw.
    """

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """One box for many calls in a row, each the only one that takes what the one before gives."""

    links: tuple[Alike, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Parts that come several times in a row, each time on what the last time gave.

    Attributes:
        times: How often. A repeat within a repeat has a number for each time of the outer one,
            as its copies need not be as many.
        parts: The parts of one time.
        hands: Ids of the tensors that the first time hands on to the second.
    """

    times: tuple[int, ...]
    parts: tuple[Part, ...]
    hands: tuple[str, ...] = ()


Part: TypeAlias = "Alike | Chain | Repeat"


def boxes(parts: Sequence[Part]) -> int:
    """Count the boxes that some parts are drawn with."""
    return sum(boxes(part.parts) if isinstance(part, Repeat) else 1 for part in parts)


def calls(part: Part) -> Iterator[Call]:
    """Yield all calls of a part."""
    for inner in part.parts if isinstance(part, Repeat) else ():
        yield from calls(inner)
    for alike in part.links if isinstance(part, Chain) else ():
        yield from alike.calls
    if isinstance(part, Alike):
        yield from part.calls


@dataclass(frozen=True, slots=True)
class Told:
    """An argument of a drawn call.

    Attributes:
        taken: The argument.
        position: Its place among those told.
        label: What to call it among several.
        note: Which of the copies of a block it comes from, where that is not the last, or that
            it goes to each copy of one, where that is not the first alone.
    """

    taken: Taken
    position: int
    label: str
    note: str


class Folded:
    """Which calls are drawn, and what of theirs.

    Attributes:
        view: The graph.
        parts: Its parts.
        boxes: For each box, the calls at its start and those at its end: the same, but for
            chains.
        used: Ids of the tensors that a call takes, or that are outputs.
    """

    def __init__(self, view: View, parts: Sequence[Part]) -> None:
        self.view = view
        self.parts = parts
        self.boxes: list[tuple[Alike, Alike]] = []
        self._alike: dict[str, Alike] = {}
        self._from: dict[str, tuple[Alike, int]] = {}
        self._ends: dict[int, set[int]] = {}
        self._around: dict[int, tuple[int, ...]] = {}
        self._rounds: dict[int, range] = {}
        self.used = {end.tensor for end in view.graph.outputs}
        self.used |= {id for call in view.calls for id in call.inputs}
        self._collect(parts, (), ())
        self._calls: dict[str, list[Call]] = {}
        for start, _ in self.boxes:
            self._calls.setdefault(start.calls[0].layer, []).append(start.calls[0])

    def _collect(
        self, parts: Sequence[Part], times: tuple[int, ...], around: tuple[int, ...]
    ) -> None:
        for part in parts:
            if isinstance(part, Repeat):
                self._collect(part.parts, part.times, (*around, id(part)))
                continue
            start, end = (
                (part, part) if isinstance(part, Alike) else (part.links[0], part.links[-1])
            )
            self.boxes.append((start, end))
            self._alike[start.calls[0].id] = start
            self._around[id(start)] = self._around[id(end)] = around
            self._ends[id(end)] = {stop - 1 for stop in accumulate(times)}
            several = next((at for at, often in enumerate(times) if often > 1), None)
            if several is not None:
                first = sum(times[:several])
                self._rounds[id(start)] = range(first, first + times[several])
            for at, call in enumerate(end.calls):
                self._from |= dict.fromkeys(call.outputs, (end, at))

    def made_by(self, tensor: str) -> Alike:
        """Return the calls that a drawn call stands for, which makes a tensor."""
        return self._from[tensor][0]

    def calls_of(self, layer: str) -> tuple[Call, ...]:
        """Return the drawn calls of a layer, in order."""
        return tuple(sorted(self._calls[layer], key=lambda call: call.number))

    def alike(self, call: Call) -> Alike:
        """Return the calls that a drawn call stands for."""
        return self._alike[call.id]

    def layers(self, alike: Alike) -> list[Layer]:
        """Return the layers at one place in the copies of a block."""
        return [self.view.graph.layer(call.layer) for call in alike.calls]

    def taken(self, call: Call) -> list[Told]:
        """Return the arguments of a call; what all copies of a block give to it is one."""
        told: list[Told] = []
        collected: dict[tuple[int, int], list[int]] = {}
        taken = self.view.taken(call)
        for position, one in enumerate(taken):
            source, _ = self._from.get(one.argument.tensor, (None, 0))
            if source is not None and len(source.calls) > 1:
                slot = self.view.graph.tensor(one.argument.tensor).position
                collected.setdefault((id(source), slot), []).append(position)
        merged = {places[0]: places for places in collected.values() if len(places) > 2}
        gone = {place for places in merged.values() for place in places[1:]}
        for position, one in enumerate(taken):
            if position in merged:
                last = merged[position][-1]
                label = f"{one.label}..{taken[last].label}" if one.label else ""
                told.append(Told(one, position, label, "each time"))
            elif position not in gone:
                told.append(Told(one, position, one.label, self._note(call, position)))
        return told

    def _note(self, call: Call, position: int) -> str:
        notes = (self._note_of_source(call, position), self._note_of_copies(call, position))
        return ", ".join(filter(None, notes))

    def _note_of_source(self, call: Call, position: int) -> str:
        source, at = self._from.get(self._tensor(call, position), (None, 0))
        if source is None or not self._around[id(source)]:
            return ""
        within = self._around[id(source)][-1] in self._around[id(self._alike[call.id])]
        return "" if within or at in self._ends[id(source)] else "of the last time but one"

    def _note_of_copies(self, call: Call, position: int) -> str:
        """Say which copies take it, if that is not the first alone."""
        first, *later = self._from_outside(call, position)
        if not later:
            return ""
        return "each time" if later[0] == first else "the first time"

    def later(self, call: Call) -> list[tuple[int, str, str]]:
        """Return what later copies take from outside that the first does not, as a skip of two.

        Each is the place among the arguments of the drawn call, the tensor, and which copy it is.
        """
        found = []
        for told in self.taken(call):
            first, *later = self._from_outside(call, told.position)
            for number, tensor in enumerate(later, 2):
                if tensor == first:
                    break
                ordinal = {2: "second", 3: "third"}.get(number, f"{number}th")
                found.append((told.position, tensor, f"the {ordinal} time"))
        return found

    def skips(self, repeat: Repeat) -> bool:
        """Say whether a copy takes from one before the last, as a skip of two."""
        return any(
            self.later(start.calls[0])
            for start, _ in self.boxes
            if self._around[id(start)][-1:] == (id(repeat),)
        )

    def _from_outside(self, call: Call, position: int) -> list[str]:
        """Return what the first copies of a round take, up to one that takes from a copy."""
        start = self._alike[call.id]
        if id(start) not in self._rounds:
            return [self._tensor(call, position)]
        repeat = self._around[id(start)][-1]
        found: list[str] = []
        for at in self._rounds[id(start)]:
            tensor = self._tensor(start.calls[at], position)
            source, _ = self._from.get(tensor, (None, 0))
            within = source is not None and repeat in self._around[id(source)]
            if within and found:
                break
            found.append(tensor)
            if within:
                break
        return found

    def _tensor(self, call: Call, position: int) -> str:
        return self.view.taken(call)[position].argument.tensor


def unfolded(view: View) -> tuple[Part, ...]:
    """Return the calls of a graph as parts, each drawn as it is."""
    return tuple(Alike((call,)) for call in view.calls)
