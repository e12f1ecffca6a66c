"""What an output is made by, and which of Keras' own losses it has."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layergraph.graph import Call, Layer, LayerGraph, Loss, Output, Shape, Tensor
    from layergraph.linting._case import Case

# What gives the numbers on as they are, in another order or shape, or some of them.
_PASSING = frozenset(
    (
        "Identity",
        "Reshape",
        "Flatten",
        "Permute",
        "Dropout",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "Masking",
        "ActivityRegularization",
        "RepeatVector",
        "Cropping1D",
        "Cropping2D",
        "Cropping3D",
        "UpSampling1D",
        "UpSampling2D",
        "UpSampling3D",
        "Squeeze",
        "ExpandDims",
        "Transpose",
        "Ravel",
        "Copy",
        "Cast",
        "StopGradient",
        "Swapaxes",
        "Moveaxis",
        "Flip",
    )
)
# What gives averages, which stay where the numbers are.
_AVERAGING = frozenset(
    (
        "Average",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalAveragePooling3D",
        "AveragePooling1D",
        "AveragePooling2D",
        "AveragePooling3D",
        "Mean",
    )
)
# What has an `activation`, which is linear unless it is set.
_WEIGHTED = frozenset(
    (
        "Dense",
        "EinsumDense",
        "Conv1D",
        "Conv2D",
        "Conv3D",
        "Conv1DTranspose",
        "Conv2DTranspose",
        "Conv3DTranspose",
        "SeparableConv1D",
        "SeparableConv2D",
        "DepthwiseConv1D",
        "DepthwiseConv2D",
    )
)
_RECURRENT = frozenset(("LSTM", "GRU", "SimpleRNN"))
_NORMALISED = frozenset(("BatchNormalization", "LayerNormalization"))
# Layers and operations that are an activation, by the name of it.
_ACTIVATIONS = {
    "Sigmoid": "sigmoid",
    "HardSigmoid": "hard_sigmoid",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "LogSigmoid": "log_sigmoid",
    "Tanh": "tanh",
    "Softsign": "softsign",
    "ReLU": "relu",
    "Relu": "relu",
    "Relu6": "relu6",
    "LeakyReLU": "leaky_relu",
    "LeakyRelu": "leaky_relu",
    "PReLU": "leaky_relu",
    "ELU": "elu",
    "Elu": "elu",
    "Selu": "selu",
    "Gelu": "gelu",
    "Silu": "silu",
    "Softplus": "softplus",
    "Exp": "exponential",
}
# Deeper, and it is no head any more; a graph of sums alone would take long.
_DEEP = 40

_ALIASES = {
    "bce": "binary_crossentropy",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "k_l_divergence": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "ce": "crossentropy",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What the numbers of an output come from.

    Attributes:
        kind: The activation, such as ``sigmoid``, or ``linear``.
        layer: The layer that applies it, in the opened graph.
        direct: Whether the output is what it gave, and nothing came after it.
        call: The call of the layer.
    """

    kind: str
    layer: str
    direct: bool
    call: str


@dataclass(frozen=True, slots=True)
class Trained:
    """An output with one of Keras' own losses.

    Attributes:
        output: The output, in the opened graph.
        loss: The loss as the graph tells it.
        kind: The loss by the name of its function in Keras, such as ``binary_crossentropy``.
        tensor: The output's tensor.
    """

    output: Output
    loss: Loss
    kind: str
    tensor: Tensor

    @property
    def name(self) -> str:
        """Name of the output."""
        return self.output.name

    @property
    def shape(self) -> Shape:
        """Shape of the output."""
        return self.tensor.shape

    @property
    def from_logits(self) -> bool:
        """Whether the loss takes logits."""
        return self.fact("from_logits") is True

    @property
    def axis(self) -> int:
        """The axis of the classes."""
        axis = self.fact("axis")
        return axis if isinstance(axis, int) else -1

    @property
    def units(self) -> int | None:
        """How many classes there are along the axis of the loss."""
        try:
            return self.shape[self.axis]
        except IndexError:
            return None

    def fact(self, name: str) -> Any:  # noqa: ANN401
        """A setting of the loss; ``None`` unless it is set."""
        return dict(self.loss.facts).get(name)


class Heads:
    """The heads of a case's outputs."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.graph = case.opened
        self._found: dict[str, Head | None] = {}

    def of(self, output: Output) -> Head | None:
        """What an output is made by; ``None`` where that cannot be known."""
        return self.behind(output.tensor)

    def behind(self, tensor: str) -> Head | None:
        """What a tensor of the opened graph is made by; ``None`` where that cannot be known."""
        return self._behind(self.graph, tensor, _DEEP)

    def _behind(self, graph: LayerGraph, tensor: str, depth: int) -> Head | None:
        if graph is self.graph and tensor in self._found:
            return self._found[tensor]
        made = graph.tensor(tensor)
        head = None
        if made.call is not None and depth:
            head = self._made(graph, graph.call(made.call), made.position, depth - 1)
        if graph is self.graph:
            self._found[tensor] = head
        return head

    def _made(self, graph: LayerGraph, call: Call, position: int, depth: int) -> Head | None:
        layer = graph.layer(call.layer)
        own = self._own(layer, call, position)
        if own is not None:
            return own
        if not of_keras(layer) or not call.inputs:
            return None
        name = layer.class_name
        if name == "TimeDistributed" and layer.wraps:
            return self._wrapped(layer, call, position, depth)
        if name in ("Identity", "Activation"):  # here a linear one: the very same numbers
            return self._behind(graph, call.inputs[0], depth)
        heads = [self._behind(graph, one, depth) for one in call.inputs]
        if any(head is None for head in heads):
            return None
        kinds = {head.kind for head in heads if head is not None}
        first = heads[0]
        if first is None or len(kinds) > 1:
            return None
        later = replace(first, direct=False)
        if name in _PASSING or (name == "GetItem" and self._whole(graph, call, first.kind)):
            return later
        if name in _AVERAGING:
            return later
        if name == "Concatenate" and first.kind != "softmax":
            return later
        if name == "Add" and first.kind == "linear" and len(heads) > 1:
            return later
        return None

    @staticmethod
    def _whole(graph: LayerGraph, call: Call, kind: str) -> bool:
        """Whether a slice of a softmax has all of the classes."""
        if kind != "softmax":
            return True
        before, after = (graph.tensor(one).shape for one in (call.inputs[0], call.outputs[0]))
        return bool(before and after) and before[-1] == after[-1]

    @staticmethod
    def _own(layer: Layer, call: Call, position: int) -> Head | None:
        """The activation of a layer itself."""
        kind = activation(layer)
        if kind is None or position:
            return None
        return Head(kind, layer.name, True, call.id)

    def _wrapped(self, layer: Layer, call: Call, position: int, depth: int) -> Head | None:
        inner = layer.wraps[0]
        if inner.graph is not None and len(inner.graph.outputs) == 1:
            found = self._behind(inner.graph, inner.graph.outputs[0].tensor, depth)
        else:
            found = self._own(inner, call, position)
        return found and Head(found.kind, layer.name, False, call.id)

    @cached_property
    def trained(self) -> tuple[Trained, ...]:
        """The outputs with Keras' own losses, one entry a loss."""
        return tuple(self._trained())

    def _trained(self) -> Iterator[Trained]:
        written = own_names(self.case)
        for output in self.graph.outputs:
            tensor = self.graph.tensor(output.tensor)
            for loss in output.losses:
                kind = written.get(loss.name, snake(loss.name))
                if kind == "crossentropy" and tensor.shape[-1:] == (1,):
                    kind = "binary_crossentropy"
                if kind is not None:
                    yield Trained(output, loss, kind, tensor)


def activation(layer: Layer) -> str | None:
    """The activation that a layer ends with; ``None`` where it has none or nobody can tell."""
    if not of_keras(layer):
        return None
    name, facts = layer.class_name, dict(layer.facts)
    if name in _ACTIVATIONS:
        return _ACTIVATIONS[name]
    if name in _NORMALISED:
        return "linear"
    given = facts.get("activation", "tanh" if name in _RECURRENT else "linear")
    if name == "Activation":
        return None if given == "linear" else str(given)
    if name in _RECURRENT:
        # With another activation, a gate comes on top of it.
        return "tanh" if given == "tanh" else None
    if name not in _WEIGHTED:
        return None
    if given == "linear" and (not layer.trainable or _bound(facts)):
        return None  # it may give averages of probabilities
    return re.sub(r"\(.*", "", str(given)).lower()


def _bound(facts: dict[str, Any]) -> bool:
    return any(name.endswith("_constraint") and value for name, value in facts.items())


def of_keras(layer: Layer) -> bool:
    """Whether a layer is Keras' own."""
    return layer.module.partition(".")[0] in ("keras", "")


def softmax_axes(layer: Layer) -> tuple[int, ...]:
    """The axes over which a layer with softmax sums to one."""
    axis = dict(layer.facts).get("axis", -1)
    if layer.class_name != "Softmax":
        return (-1,)
    axes = axis if isinstance(axis, tuple) else (axis,)
    return tuple(one for one in axes if isinstance(one, int))


def snake(name: str) -> str:
    """The name of a loss's function: ``mean_squared_error`` for ``MSE`` or its class."""
    lower = name.lower() if name.isupper() else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    lower = "kl_divergence" if lower == "kldivergence" else lower
    return _ALIASES.get(lower, lower)


def own_names(case: Case) -> dict[str, str | None]:
    """What the losses that are given as objects stand for; ``None`` for a reader's own.

    A reader may call a function of his own ``mse``, or one of Keras' losses ``first``.
    """
    if case.model is None:
        return {}
    import keras

    found: dict[str, str | None] = {}
    try:
        given = keras.tree.flatten(getattr(case.model, "loss", None))
    except Exception:  # a structure of no kind that Keras knows; nothing can be told of it
        return {}
    for one in given:
        if one is None or isinstance(one, str):
            continue
        cls = type(one)
        if isinstance(one, keras.losses.Loss):
            name, kind, module = one.name, cls.__name__, cls.__module__
        else:
            name = kind = str(getattr(one, "__name__", cls.__name__))
            module = str(getattr(one, "__module__", ""))
        found[str(name)] = snake(kind) if module.partition(".")[0] == "keras" else None
    return found
