"""Where masks go: which tensors one travels with, and what each call does with it.

While a model is built, Keras tells no nested model of a mask, and warns that it is lost
there. When the model runs, the mask goes through: the layers inside see it, and so do
those behind. What is told here is what happens when the model runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from layergraph.graph._layergraph import MaskUse
from layergraph.graph._reading_facts import fact
from layergraph.graph._reading_nodes import functional_of, leaves, node_of, nodes_of, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from layergraph.graph._layergraph import Fact
    from layergraph.graph._reading_facts import Signature

_NONE = MaskUse()


def mask_of(tensor: Any) -> Any:  # noqa: ANN401 - a private class of Keras
    """Return the mask that Keras gave a tensor while the model was built, if any."""
    return getattr(tensor, "_keras_mask", None)


@dataclass(frozen=True, slots=True)
class Flow:
    """The masks in a functional model while it runs.

    Attributes:
        signature: Tells what an operation's ``call`` takes.
        masked: Identities of the tensors that a mask travels with.
        uses: What calls do with masks, by identity of the node; those that see none are
            not there.
        inside: The flows in nested models, by the model's identity and the inputs that a
            mask comes to.
    """

    signature: Callable[[Any], Signature]
    masked: set[int] = field(default_factory=set)
    uses: dict[int, MaskUse] = field(default_factory=dict)
    inside: dict[tuple[int, frozenset[int]], Flow] = field(default_factory=dict)

    def follow(self, nodes: Iterable[Any]) -> Flow:
        """Follow the masks through calls, each after those it depends on."""
        for node in nodes:
            self._follow(node)
        return self

    def _follow(self, node: Any) -> None:  # noqa: ANN401
        operation, outputs = node.operation, node.outputs
        inner = functional_of(operation)
        if not (
            inner is not None
            or any(id(tensor) in self.masked for tensor in node.input_tensors)
            or any(mask_of(tensor) is not None for tensor in outputs)
            or any("mask" in name for name in self.signature(operation).names)
        ):
            return  # as nearly always
        came = _Came.to(node, self)
        if inner is not None:
            used, out = self._through(inner, came)
            passed = [mask and came.received for mask in out]
        else:
            used = came.used and self._looks_at_mask(operation)
            out = [mask_of(tensor) is not None for tensor in outputs]
            if came.unlike_built and not any(out):
                out = passed = _passed(operation, came.masks, len(outputs))
            else:
                passed = [came.is_source_of(mask_of(tensor)) for tensor in outputs]
        self.masked.update(id(tensor) for tensor, mask in zip(outputs, out, strict=True) if mask)
        made = any(mask and not on for mask, on in zip(out, passed, strict=True))
        if came.received or made:
            self.uses[id(node)] = MaskUse(came.received, used, any(passed), made)

    def _through(self, inner: Any, came: _Came) -> tuple[bool, list[bool]]:  # noqa: ANN401
        """Follow masks into a nested model: whether it uses them, and what comes out."""
        without = self._within(inner, frozenset())
        flow = self._within(inner, came.into(inner))
        used = any(
            use.used and not without.uses.get(node, _NONE).used for node, use in flow.uses.items()
        )
        return used, [id(tensor) in flow.masked for tensor in inner.outputs]

    def _within(self, inner: Any, masked: frozenset[int]) -> Flow:  # noqa: ANN401
        key = id(inner), masked
        if key not in self.inside:
            flow = Flow(self.signature, set(masked), inside=self.inside)
            self.inside[key] = flow.follow(nodes_of(inner))
        return self.inside[key]

    def _looks_at_mask(self, operation: Any) -> bool:  # noqa: ANN401
        """Say whether a layer that is handed a mask computes with it."""
        from keras import layers

        if isinstance(operation, layers.Lambda):
            return bool(operation._fn_expects_mask_arg)
        if isinstance(operation, layers.TimeDistributed):
            inner = functional_of(operation.layer)
            if inner is None:
                return bool(operation.layer._call_has_mask_arg)
            flow = self._within(inner, frozenset(map(id, inner.inputs)))
            return any(use.used for use in flow.uses.values())
        return True


@dataclass(frozen=True, slots=True)
class _Came:
    """What comes to a call, as far as masks go.

    Attributes:
        inputs: The first argument that holds tensors.
        masks: Whether there is a mask for each tensor of it.
        used: Whether the layer is handed a mask, by its caller or by Keras.
        given: The masks that its caller gave it.
        others: The other tensors that it was given.
        received: Whether any mask comes, with a tensor or by itself.
        unlike_built: Whether a mask comes that was not there while the model was built.
    """

    inputs: Any
    masks: list[bool]
    used: bool
    given: list[Any]
    others: list[Any]
    received: bool
    unlike_built: bool

    @classmethod
    def to(cls, node: Any, flow: Flow) -> _Came:  # noqa: ANN401
        """Look at the arguments of a call."""
        from keras import KerasTensor, layers

        names = flow.signature(node.operation).names
        values: dict[str, Any] = {}
        tensors: dict[str, list[Any]] = {}
        for name, _, value, _ in flow.signature(node.operation).bind(node.arguments):
            found = [leaf for _, leaf in leaves(value)]
            if any(isinstance(leaf, KerasTensor) for leaf in found):
                values.setdefault(name, value)
                tensors.setdefault(name, []).extend(found)
        masked = {
            name: [id(leaf) in flow.masked for leaf in found]
            for name, found in tensors.items()
            if "mask" not in name
        }
        # As Layer.__call__ does: an only tensor argument brings its mask as `mask`, one of
        # several brings it as `<its name>_mask`, if the layer has such a parameter.
        used = len(masked) < len(tensors)
        if isinstance(node.operation, layers.Layer):
            for name, flags in masked.items():
                wanted = "mask" if len(tensors) == 1 else f"{name}_mask"
                used |= wanted in names and any(flags)
        first = next(iter(masked), "")
        flags = masked.get(first, [])
        if "mask" in tensors:
            flags = [leaf is not None for leaf in tensors["mask"]]
        others = [leaf for name in masked for leaf in tensors[name] if leaf is not None]
        return cls(
            values.get(first),
            flags,
            used,
            [leaf for name in tensors if name not in masked for leaf in tensors[name]],
            others,
            len(masked) < len(tensors) or any(any(flags) for flags in masked.values()),
            any(id(leaf) in flow.masked and mask_of(leaf) is None for leaf in others),
        )

    def is_source_of(self, mask: Any) -> bool:  # noqa: ANN401
        """Say whether the mask of an output comes from one that came."""
        if mask is None or not self.received:
            return False
        masks = {id(one) for one in (*self.given, *map(mask_of, self.others)) if one is not None}
        done = set(map(id, self.others))
        waiting = [mask]
        while waiting:
            tensor = waiting.pop()
            if id(tensor) in masks:
                return True
            if id(tensor) not in done and hasattr(tensor, "_keras_history"):
                done.add(id(tensor))
                waiting += node_of(tensor).input_tensors
        return False

    def into(self, inner: Any) -> frozenset[int]:  # noqa: ANN401
        """Return the identities of those inputs of a nested model that a mask comes to."""
        tensors = inner.inputs
        if isinstance(self.inputs, dict) and not isinstance(inner._inputs_struct, dict):
            named = {tensor.name: tensor for tensor in tensors}
            tensors = [named.get(path[0]) for path, _ in leaves(self.inputs)]
        return frozenset(
            id(tensor) for tensor, mask in zip(tensors, self.masks, strict=False) if mask
        )


def _passed(operation: Any, masks: Sequence[bool], count: int) -> list[bool]:  # noqa: ANN401
    """Say which outputs a mask goes on with, where Keras did not while building the model.

    As ``compute_mask`` of the classes does it.
    """
    from keras import layers

    on: Sequence[bool] = masks
    merge = layers.Add.__base__
    if not isinstance(operation, layers.Layer) or not operation.supports_masking:
        on = []
    elif isinstance(operation, layers.RNN | layers.Bidirectional):
        on = [any(masks) and bool(operation.return_sequences)]
    elif isinstance(operation, layers.Dot | layers.GlobalAveragePooling1D):
        on = []
    elif isinstance(operation, layers.Concatenate):
        on = [any(masks)]
    elif isinstance(operation, merge):
        on = [all(masks)]
    return [*on, *[False] * count][:count]


def find_twins(
    nodes: Iterable[Any],
    tensors: Iterable[Any],
    settings: Callable[[Any], tuple[tuple[str, Fact], ...]],
) -> Mapping[int, Any]:
    """Find the nodes that compute a mask just as a node of the model does.

    In a model that was loaded or cloned, the mask that travels with a tensor is made by one
    call, and the mask that a layer was given by another that does the same.

    Args:
        nodes: The model's nodes.
        tensors: The model's tensors.
        settings: Tells the settings of an operation.

    Returns:
        The model's nodes by the identity of their twins outside.
    """
    import keras

    same: dict[int, Any] = {}

    def deed(node: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """Say what a node does: the same for twins, and for no two layers."""
        operation, arguments = node.operation, node.arguments
        is_layer = isinstance(operation, keras.layers.Layer)
        who = operation if is_layer else (type(operation), settings(operation))
        made_by = [(node_of(tensor), tensor._keras_history[2]) for tensor in node.input_tensors]
        takes = tuple((id(same.get(id(made), made)), position) for made, position in made_by)
        return who, takes, fact((arguments.args, *sorted(arguments.kwargs.items())))

    nodes = list(nodes)
    inside = {id(node) for node in nodes}
    tensors = list(tensors)
    inside |= {id(node_of(tensor)) for tensor in tensors}
    masks = [mask for mask in map(mask_of, tensors) if hasattr(mask, "_keras_history")]
    outside = walk(masks, inside)
    if outside:
        done = {deed(node): node for node in nodes}
        for node in outside:
            if (twin := done.get(deed(node))) is not None:
                same[id(node)] = twin
    return same
