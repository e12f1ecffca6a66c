"""What of a graph is told: masks go with the tensors that they belong to.

An Embedding with ``mask_zero`` makes Keras add calls that compute a mask, and arguments
that hand it on. Nobody wrote them, and they hide the model. They are told as "with mask"
where the tensor goes that the mask belongs to.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layergraph.graph import Argument, Call, Layer, LayerGraph


@dataclass(frozen=True, slots=True)
class Taken:
    """An argument that is told, and what becomes of the mask that comes with it.

    Attributes:
        argument: The argument.
        label: What to call it among several: its place in a list, its key, its parameter;
            empty if it is the only one.
        mask: ``"with mask"`` if the call uses it or passes it on, ``"mask dropped"`` if the
            call ignores it, empty if there is none.
    """

    argument: Argument
    label: str
    mask: str


class View:
    """A graph without what Keras added for masks."""

    def __init__(self, graph: LayerGraph) -> None:
        self.graph = graph
        self._taken = {call.id: self._take(call) for call in graph.calls}

    def taken(self, call: Call) -> tuple[Taken, ...]:
        return self._taken[call.id]

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls to tell: not those that do nothing but compute a mask to go along."""
        carried = {
            argument.tensor
            for call in self.graph.calls
            for argument in call.arguments
            if argument not in [taken.argument for taken in self.taken(call)]
        }
        needed = {end.tensor for end in self.graph.outputs}
        shown: list[Call] = []
        for call in reversed(self.graph.calls):
            made = set(call.outputs)
            is_op = self.graph.layer(call.layer).kind == "op"
            if is_op and made & carried and not made & needed:
                carried |= set(call.inputs)
            else:
                needed |= {taken.argument.tensor for taken in self.taken(call)}
                shown.append(call)
        return tuple(reversed(shown))

    @cached_property
    def layers(self) -> tuple[tuple[Layer, tuple[Call, ...]], ...]:
        """The layers that have calls to tell, each with these."""
        calls: dict[str, list[Call]] = {}
        for call in self.calls:
            calls.setdefault(call.layer, []).append(call)
        return tuple(
            (layer, tuple(sorted(calls[layer.name], key=lambda call: call.number)))
            for layer in self.graph.layers
            if layer.name in calls
        )

    def times(self, layer: Layer) -> int:
        """Say how many calls of a layer there are to tell."""
        return self._times.get(layer.name, 0)

    @property
    def shares(self) -> bool:
        """Whether a layer is called more than once."""
        return len(self._times) < len(self.calls)

    @cached_property
    def _times(self) -> Counter[str]:
        return Counter(call.layer for call in self.calls)

    def _take(self, call: Call) -> tuple[Taken, ...]:
        masks = {a.tensor for a in call.arguments if "mask" in a.name}
        use = self.graph.mask_use(call.id)
        fate = "with mask" if use.used or use.passed else "mask dropped"
        told: list[tuple[Argument, str]] = []
        brought = set()
        for argument in call.arguments:
            tensor = self.graph.tensor(argument.tensor)
            if "mask" in argument.name or not tensor.masked:
                told.append((argument, ""))
            else:
                brought |= {tensor.mask} & masks
                told.append((argument, fate))
        told = [(a, mask) for a, mask in told if "mask" not in a.name or a.tensor not in brought]
        return tuple(Taken(a, _label(a, [b for b, _ in told]), mask) for a, mask in told)


def _label(argument: Argument, among: list[Argument]) -> str:
    if len(among) == 1:
        return ""
    place = ".".join(str(key + 1) if isinstance(key, int) else key for key in argument.path)
    if place and all(other.name == argument.name for other in among):
        return place
    return f"{argument.name} {place}".strip()
