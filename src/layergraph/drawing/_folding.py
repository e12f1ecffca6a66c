"""Which calls of a graph are drawn once for many: repeated blocks and long chains.

A block that comes several times in a row is a tandem repeat in the sequence of calls: the same
layers, each fed from the same places, counted from where it stands. So repeats are searched in
that sequence, for every length of a block. Blocks that meet where tensors fork, as residual ones
do, are folded first, short ones before those that are made of them; then whatever saves the most
boxes. The search goes on in what is left, and within the block.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from layergraph.drawing._parts import Alike, Chain, Repeat, boxes, calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from layergraph.drawing._parts import Part
    from layergraph.drawing._view import View
    from layergraph.graph import Call, Layer, LayerGraph

# A picture of no more boxes than this is drawn as it is, but for what comes many times in a row.
FEW = 24
# What comes this often in a row is folded in a small picture too.
MANY = 5
# A picture that has more boxes than this, with all repeats folded, folds chains too: those of
# so many layers first, shorter ones if it is still large.
LARGE = 36
LONG = (12, 6, 3)
# A frame around a repeat takes room too, so it must save this many boxes.
LEAST = 3


def fold(view: View) -> tuple[Part, ...]:
    """Fold the calls of a graph until it fits in a picture.

    Args:
        view: The graph.

    Returns:
        The parts to draw, each after those that it depends on.
    """
    orders = [[_item(call, view) for call in order] for order in _orders(view)]
    used = {end.tensor for end in view.graph.outputs}

    def best(search: _Search, wholes: Iterable[Sequence[_Item]]) -> list[_Item]:
        return min((_repeats(items, search, used) for items in wholes), key=_size)

    items = best(_Search(view, often=MANY), orders)
    if _size(items) > FEW:
        items = best(_Search(view), orders)
    loose = _Search(view, loose=True)
    if _size(items) > FEW:
        items = best(loose, orders)
    for long in LONG:
        if _size(items) > LARGE:
            items = best(loose, [_chains(items, view, used, long)])
    return tuple(item.part for item in items)


def _joined(parts: Sequence[Part]) -> Part:
    """Make one part of those at the same place of copies."""
    first = parts[0]
    if isinstance(first, Alike):
        return Alike(tuple(call for part in parts for call in calls(part)))
    if isinstance(first, Chain):
        rows = [part.links for part in parts if isinstance(part, Chain)]
        return Chain(
            tuple(
                Alike(tuple(call for alike in links for call in alike.calls))
                for links in zip(*rows, strict=True)
            )
        )
    repeats = [part for part in parts if isinstance(part, Repeat)]
    return Repeat(
        tuple(times for part in repeats for times in part.times),
        tuple(_joined(place) for place in zip(*(part.parts for part in repeats), strict=True)),
        repeats[0].hands,
    )


def _orders(view: View) -> Iterator[Sequence[Call]]:
    """Yield the calls in orders that keep what belongs together side by side.

    First the reading order. In the second, what a call takes comes right before it, the longest
    way first: a block stays whole that takes one more thing from far away.
    """
    yield view.calls
    made_by = {tensor: call for call in view.calls for tensor in call.outputs}
    before = {
        call.id: [
            made_by[one.argument.tensor]
            for one in view.taken(call)
            if one.argument.tensor in made_by
        ]
        for call in view.calls
    }
    depths: dict[str, int] = {}
    for call in view.calls:
        depths[call.id] = 1 + max((depths[one.id] for one in before[call.id]), default=0)
    found: dict[str, Call] = {}
    for end in sorted(view.calls, key=lambda call: -depths[call.id]):
        stack = [end]
        while stack:
            call = stack[-1]
            waiting = [one for one in before[call.id] if one.id not in found]
            if waiting and call.id not in found:
                stack.append(max(waiting, key=lambda one: depths[one.id]))
            else:
                found[stack.pop().id] = call
    if tuple(found.values()) != view.calls:
        yield tuple(found.values())


# Items: a part, as the search sees it


@dataclass(slots=True)
class _Item:
    """A part among others.

    Attributes:
        part: The part.
        strict: Equal for parts that are alike in all but names, weights and sizes of tensors.
        loose: Equal for parts of the same classes, whatever their settings.
        takes: Ids of the tensors from outside, in order.
        gives: Where in the part each of its tensors is made; equal for those at one place.
        matrix: Whether it begins with a layer that has a matrix of weights.
        copies: The items of each copy, for a repeat.
        seen: Place and slot in a copy of what any copy gives to outside of itself.
    """

    part: Part
    strict: Any
    loose: Any
    takes: tuple[str, ...]
    gives: Mapping[str, Any]
    matrix: bool = False
    copies: Sequence[Sequence[_Item]] = ()
    seen: set[tuple[int, Any]] = field(default_factory=set)

    def token(self, *, loose: bool) -> Any:  # noqa: ANN401 - anything that can be compared
        return self.loose if loose else self.strict


def _item(call: Call, view: View) -> _Item:
    taken = view.taken(call)
    layer = view.graph.layer(call.layer)
    ends = (
        len(call.outputs),
        tuple((one.label, one.mask, one.argument.keyword) for one in taken),
    )
    strict: Any = (layer.name, ends)
    loose: Any = strict
    if view.times(layer) == 1:
        strict = (_sign(layer, loose=False), ends, call.constants)
        loose = (_sign(layer, loose=True), ends)
    takes = tuple(one.argument.tensor for one in taken)
    gives = {id: at for at, id in enumerate(call.outputs)}
    matrix = any(len(weight.shape) > 1 for weight in layer.weights)
    return _Item(Alike((call,)), strict, loose, takes, gives, matrix)


def _sign(layer: Layer, *, loose: bool) -> Any:  # noqa: ANN401
    """Return what two layers that are alike have in common."""
    about = () if loose else (layer.facts, layer.trainable)
    inside = None if layer.graph is None else _inner(layer.graph, loose=loose)
    wrapped = tuple(_sign(one, loose=loose) for one in layer.wraps)
    return layer.kind, layer.class_name, layer.module, layer.frozen, about, inside, wrapped


def _inner(graph: LayerGraph, *, loose: bool) -> Any:  # noqa: ANN401
    numbers = {tensor.id: number for number, tensor in enumerate(graph.tensors)}
    places = {layer.name: number for number, layer in enumerate(graph.layers)}
    return (
        tuple(_sign(layer, loose=loose) for layer in graph.layers),
        tuple((places[call.layer], *(numbers[id] for id in call.inputs)) for call in graph.calls),
        tuple(numbers[end.tensor] for end in graph.outputs),
    )


def _size(items: Sequence[_Item]) -> int:
    return boxes([item.part for item in items])


# Repeats


@dataclass(frozen=True, slots=True)
class _Run:
    """Where items repeat: ``times`` copies of ``length`` items from ``start`` on."""

    start: int
    length: int
    times: int

    @property
    def stop(self) -> int:
        return self.start + self.length * self.times

    @property
    def saved(self) -> int:
        return self.length * (self.times - 1)


@dataclass
class _Wires:
    """Who makes and who takes each tensor among some items."""

    items: Sequence[_Item]
    used: set[str]
    made_by: dict[str, int] = field(init=False)
    taken_by: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.made_by = {id: at for at, item in enumerate(self.items) for id in item.gives}
        self.taken_by = {id: [len(self.items)] for id in self.used}
        for at, item in enumerate(self.items):
            for id in item.takes:
                self.taken_by.setdefault(id, []).append(at)

    @cached_property
    def reach(self) -> NDArray[np.int64]:
        """How long copies can be that meet before an item.

        Longer ones would hand a tensor on there that only one item takes: no end of a block.
        """
        reach = np.full(len(self.items) + 1, len(self.items))
        for id, takers in self.taken_by.items():
            made = self.made_by.get(id, -1)
            if made >= 0 and len(set(takers)) == 1 and takers[0] < len(self.items):
                between = np.arange(made + 1, takers[0] + 1)
                length = np.maximum(between - made, takers[0] - between + 1) - 1
                reach[between] = np.minimum(reach[between], length)
        return reach

    def place(self, id: str) -> tuple[int, Any]:
        at = self.made_by.get(id, -1)
        return at, None if at < 0 else self.items[at].gives[id]


@dataclass(frozen=True, slots=True)
class _Search:
    """What to look for.

    Attributes:
        view: The graph.
        loose: Whether settings may differ.
        often: How many copies there must be.
        block: Whether copies must meet where tensors fork, as residual blocks do.
    """

    view: View
    loose: bool = False
    often: int = 2
    block: bool = False


def _repeats(items: Sequence[_Item], search: _Search, used: set[str]) -> list[_Item]:
    """Fold repeats, blocks before all others, until there is none left.

    Args:
        items: The items, each after those that it depends on.
        search: What to look for.
        used: Tensors of theirs that are used elsewhere.

    Returns:
        The items that are left.
    """
    items = list(items)
    for block in (True, False):
        search = replace(search, block=block, often=max(search.often, 2 if block else 3))
        least = 1
        while True:
            run = _best(_Wires(items, used), search, least)
            if run is not None:
                items[run.start : run.stop] = [_folded(run, items, used, search)]
                # All blocks of a length come before the blocks that are made of them.
                least = run.length if block else 1
            elif least > 1:
                least = 1
            else:
                break
    return items


def _best(wires: _Wires, search: _Search, least: int) -> _Run | None:
    """Find the run to fold first.

    Of blocks of ``least`` items or more it is the shortest, so that blocks of blocks are found
    in turn; else the run that saves the most boxes.
    """
    numbers: dict[Any, int] = {}
    tokens = np.array(
        [numbers.setdefault(i.token(loose=search.loose), len(numbers)) for i in wires.items]
    )
    best: _Run | None = None
    for length in range(least, len(tokens) // 2 + 1):
        alike = tokens[:-length] == tokens[length:]
        if np.count_nonzero(alike) < length:
            continue
        changes = np.flatnonzero(np.diff(np.concatenate(([False], alike, [False]))))
        for first, last in changes.reshape(-1, 2).tolist():
            most = (last - first) // length * length
            if most < max(LEAST, (search.often - 1) * length) or (best and most <= best.saved):
                continue
            found = _best_cut(first, last, length, wires, search)
            if found is not None and (best is None or found.saved > best.saved):
                best = found
        if search.block and best is not None:
            break
    return best


def _best_cut(first: int, last: int, length: int, wires: _Wires, search: _Search) -> _Run | None:
    """Find where to cut a stretch of items into copies.

    From ``first`` to ``last`` each item has a like ``length`` items on. Copies that hand few
    tensors on are best. Among those that save the same, a copy begins with a layer that has a
    matrix of weights, as one writes a block, and is as late as can be: what comes before is
    often a variant of the block, which ends as it does.
    """
    best, rank = None, None
    starts: Sequence[int] = range(first, last - length + 1)
    if search.block:
        blocks = wires.reach[first + length : last + 1] >= length
        starts = (np.flatnonzero(blocks) + first).tolist()
    for start in starts:
        most = (last - start) // length * length
        if most < max(LEAST, (search.often - 1) * length):
            break
        if best is not None and most < best.saved - length:
            break
        handed = {
            id
            for at in range(start + length, start + 2 * length)
            for id in wires.items[at].takes
            if start <= wires.made_by.get(id, -1) < start + length
        }
        if not handed:
            continue
        run = _valid(_Run(start, length, (last - start) // length + 1), wires, search.view)
        if run.times < search.often or run.saved < LEAST:
            continue
        mine = (-len(handed), run.saved, wires.items[start].matrix, start)
        if rank is None or mine > rank:
            best, rank = run, mine
    return best


def _valid(run: _Run, wires: _Wires, view: View) -> _Run:
    """Take as many copies of a run as are fed alike and serve nobody else."""
    times, before = 1, False
    while times < run.times:
        fed = _fed(run, times, wires)
        if fed is None:
            break
        before = before or fed == "earlier"
        times += 1
    while times > 1:
        run = replace(run, times=times)
        stray = _stray(run, wires, before)
        if stray is None:
            break
        times = stray + 1
    if before and times < 3:
        times = 1
    run = replace(run, times=times)
    return run if times > 1 and _whole(run, wires, view) else replace(run, times=1)


def _fed(run: _Run, copy: int, wires: _Wires) -> str | None:
    """Say how a copy is fed: as the one before (``"alike"``), or from further back too.

    ``None`` if it is fed otherwise.
    """
    begin = run.start + copy * run.length
    how = "alike"
    for at in range(begin, begin + run.length):
        here, there = wires.items[at], wires.items[at - run.length]
        for mine, theirs in zip(here.takes, there.takes, strict=True):
            where, slot = wires.place(mine)
            if mine == theirs and where < run.start:
                continue
            other, other_slot = wires.place(theirs)
            if other >= run.start:
                if where - other != run.length or slot != other_slot:
                    return None
            elif where < run.start:
                # What the first copy takes from the one before, the second takes from further back.
                if copy > 1 or not any(mine in one.takes for one in wires.items[run.start : begin]):
                    return None
                how = "earlier"
            elif copy > 2 or where >= run.start + run.length:
                return None
    return how


def _stray(run: _Run, wires: _Wires, before: bool) -> int | None:
    """Find the first copy but the last that gives a tensor to what is outside of the run.

    The last but one may, to a layer, where copies take from two before. And all copies may
    alike, to one that collects them.
    """
    collected: dict[tuple[int, int, Any], set[int]] = {}
    for copy in range(run.times):
        for place in range(run.length):
            item = wires.items[run.start + copy * run.length + place]
            for id, slot in item.gives.items():
                for taker in wires.taken_by.get(id, ()):
                    if taker >= run.stop:
                        collected.setdefault((taker, place, slot), set()).add(copy)
    strays = [
        copy
        for (taker, _, _), copies in collected.items()
        for copy in copies
        if copy < run.times - 1 - (before and taker < len(wires.items))
        and (len(copies) < run.times or taker == len(wires.items))
    ]
    return min(strays, default=None)


def _whole(run: _Run, wires: _Wires, view: View) -> bool:
    """Say whether a run holds all calls of its layers."""
    if not view.shares:
        return True
    held: dict[str, int] = {}
    for item in wires.items[run.start : run.stop]:
        for call in calls(item.part):
            held[call.layer] = held.get(call.layer, 0) + 1
    return all(times == view.times(view.graph.layer(name)) for name, times in held.items())


def _folded(run: _Run, items: Sequence[_Item], used: set[str], search: _Search) -> _Item:
    """Make one item of a run, its copies folded in turn."""
    starts = range(run.start, run.stop, run.length)
    copies = [items[at : at + run.length] for at in starts]
    wires = _Wires(items, used)
    seen = {
        (place, slot)
        for at, copy in zip(starts, copies, strict=True)
        for place, item in enumerate(copy)
        for id, slot in item.gives.items()
        if any(not at <= taker < at + run.length for taker in wires.taken_by.get(id, ()))
    }
    return _repeat(
        copies, seen, lambda copy, used: _repeats(copy, search, used), loose=search.loose
    )


def _repeat(
    copies: Sequence[Sequence[_Item]],
    seen: set[tuple[int, Any]],
    change: Callable[[Sequence[_Item], set[str]], list[_Item]],
    *,
    loose: bool,
) -> _Item:
    """Make one item of copies, changed in turn where all change alike.

    Args:
        copies: The items of each copy.
        seen: Place and slot of what any copy gives to outside of itself.
        change: What to do with a copy, given its tensors that are used elsewhere.
        loose: Whether settings may differ.
    """
    changed = [
        change(
            copy,
            {
                id
                for place, item in enumerate(copy)
                for id, slot in item.gives.items()
                if (place, slot) in seen
            },
        )
        for copy in copies
    ]
    if len({tuple(item.token(loose=loose) for item in copy) for copy in changed}) == 1:
        slots = [{slot: id for id, slot in item.gives.items()} for item in copies[0]]
        ids = {slots[place][slot] for place, slot in seen}
        seen = {
            (place, slot)
            for place, item in enumerate(changed[0])
            for id, slot in item.gives.items()
            if id in ids
        }
        copies = changed
    gives = {
        id: (len(copies) - 1 - number, place, slot)
        for number, copy in enumerate(copies)
        for place, item in enumerate(copy)
        for id, slot in item.gives.items()
    }
    first = _Wires(copies[0], set())
    wiring = tuple(tuple(first.place(id) for id in item.takes) for item in copies[0])
    # From outside, all copies take what the first one does; the second may take more, once.
    ends = [[id for item in copy for id in item.takes] for copy in copies[:2]]
    takes = [id for id in ends[0] if id not in gives]
    more = [at for at, id in enumerate(ends[1]) if id not in gives and id != ends[0][at]]
    return _Item(
        part=Repeat(
            (len(copies),),
            tuple(_joined([item.part for item in place]) for place in zip(*copies, strict=True)),
            tuple(id for id in dict.fromkeys(ends[1]) if id in first.made_by),
        ),
        strict=(len(copies), tuple(item.strict for item in copies[0]), wiring, tuple(more)),
        loose=(tuple(item.loose for item in copies[0]), wiring, tuple(more)),
        takes=(*takes, *(ends[1][at] for at in more)),
        gives=gives,
        matrix=copies[0][0].matrix,
        copies=copies,
        seen=seen,
    )


# Chains


def _chains(items: Sequence[_Item], view: View, used: set[str], long: int) -> list[_Item]:
    """Fold long chains of calls, in repeats too."""
    wires = _Wires(items, used)
    after: dict[int, int] = {}
    for at, item in enumerate(items):
        one = wires.made_by.get(item.takes[0], -1) if len(item.takes) == 1 else -1
        if one >= 0:
            links = _links(items[one], view) and _links(item, view)
            if links and all(set(wires.taken_by[id]) == {at} for id in items[one].gives):
                after[one] = at
    rows: dict[int, list[int]] = {}
    for head in after.keys() - set(after.values()):
        row = [head]
        while row[-1] in after:
            row.append(after[row[-1]])
        if len(row) >= long:
            rows[row[-1]] = row
    gone = {at for row in rows.values() for at in row[:-1]}
    left = []
    for at, item in enumerate(items):
        if at in rows:
            left.append(_chain([items[link] for link in rows[at]]))
        elif item.copies:
            left.append(
                _repeat(
                    item.copies,
                    item.seen,
                    lambda copy, used: _chains(copy, view, used, long),
                    loose=True,
                )
            )
        elif at not in gone:
            left.append(item)
    return left


def _links(item: _Item, view: View) -> bool:
    """Say whether a part can be a link of a chain: one call of a layer, and nothing to tell."""
    if not isinstance(item.part, Alike) or len(item.gives) != 1:
        return False
    (call,) = item.part.calls
    layer = view.graph.layer(call.layer)
    dropped = any(one.mask == "mask dropped" for one in view.taken(call))
    return layer.kind != "model" and view.times(layer) == 1 and not dropped


def _chain(items: Sequence[_Item]) -> _Item:
    return _Item(
        part=Chain(tuple(Alike(tuple(calls(item.part))) for item in items)),
        strict=("chain", tuple(item.strict for item in items)),
        loose=("chain", tuple(item.loose for item in items)),
        takes=items[0].takes,
        gives=items[-1].gives,
        matrix=items[0].matrix,
    )
