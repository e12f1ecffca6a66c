"""The value: a model as layers, calls and tensors, with nothing of Keras in it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from layergraph.graph._plain import build, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

Shape: TypeAlias = tuple[int | None, ...]
"""The shape of a tensor; None where a size is open, such as that of the batch."""

Fact: TypeAlias = str | int | float | bool | tuple[Any, ...] | None
"""A plain value of a layer's configuration or of a call's argument."""
Path: TypeAlias = tuple[str | int, ...]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Weight:
    """One variable of a layer.

    Attributes:
        name: Name of the variable within its layer, such as ``kernel``.
        shape: Shape of the variable.
        dtype: Its dtype, such as ``float32``.
        trainable: Whether training the model that was read changes it: false for a frozen
            layer, and for statistics such as the moving mean of a BatchNormalization.
        number: Two weights with the same number are the same variable, however many
            layers or nested models hold it. Numbers count from 0 in reading order.
        state: Whether the layer itself changes it, and training never does: the moving mean
            of a BatchNormalization, the statistics of a Normalization, what a stateful RNN
            carries from batch to batch.

    Examples:
        >>> Weight("kernel", (37, 64), "float32", True, 0).count
        2368
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    trainable: bool
    number: int
    state: bool = False

    @property
    def count(self) -> int:
        """How many numbers the variable holds."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer, a bare operation of ``keras.ops``, or a model used as a layer.

    Attributes:
        name: The name, unique within its graph.
        class_name: The class, such as ``Dense``.
        module: Module of the class, such as ``keras.src.layers.core.dense``; empty if unknown.
        kind: ``"layer"``, ``"op"`` (a function of ``keras.ops``, without weights) or
            ``"model"`` (a nested functional or Sequential model).
        facts: Pairs (argument, value) of the layer's settings that differ from the
            class's defaults, such as ``("units", 64)``, in the order of the arguments. An
            object is told as one would write it: ``("kernel_regularizer", "L2(l2=0.01)")``.
        weights: Its variables.
        trainable: The layer's ``trainable`` flag.
        graph: The graph inside a nested model, else ``None``.
        wraps: The layers that it applies: the one inside a wrapper such as
            ``TimeDistributed``, the cells of an ``RNN``, the steps of a ``Pipeline``. A
            ``Bidirectional`` has two where the backward layer is set up on its own.
        stateful: Whether it, or a layer within, carries something from one batch to the
            next: a stateful RNN, a BatchNormalization that is not frozen.
        keeps_masks: Whether a mask goes through it with what comes out, as Keras'
            ``supports_masking`` says; an operation lets none through.
        takes_mask: Whether its ``call`` has a parameter for masks.

    Examples:
        >>> Layer("dense", "Dense", facts=(("units", 64),)).frozen
        False
    """

    name: str
    class_name: str
    module: str = ""
    kind: str = "layer"
    facts: tuple[tuple[str, Fact], ...] = ()
    weights: tuple[Weight, ...] = ()
    trainable: bool = True
    graph: LayerGraph | None = None
    wraps: tuple[Layer, ...] = ()
    stateful: bool = False
    keeps_masks: bool = False
    takes_mask: bool = False

    @property
    def frozen(self) -> bool:
        """Whether ``trainable`` is off for it, or in it, so that no weight is left to train.

        A layer whose weights are statistics only, such as ``Normalization``, is not frozen.
        """
        if not self.weights or self.count_weights(trainable=True):
            return False
        inner = self.graph.layers if self.graph else self.wraps
        return not self.trainable or any(layer.frozen for layer in inner)

    def count_weights(self, *, trainable: bool | None = None) -> int:
        """Count the numbers in the weights, each variable once.

        Args:
            trainable: Count only the trainable (``True``) or only the other weights
                (``False``); all of them by default.

        Returns:
            The count.
        """
        return _count(self.weights, trainable)


@dataclass(frozen=True, slots=True)
class Argument:
    """A tensor given to a call.

    Attributes:
        name: The parameter of the layer's ``call`` that takes it, such as ``inputs``.
        tensor: Id of the tensor.
        path: Where it stands within a list or dict given as that parameter, or among its
            ``*args``: ``(1,)`` is the second of a list, ``("title",)`` the value of a key.
        keyword: Whether it was given by name.
    """

    name: str
    tensor: str
    path: Path = ()
    keyword: bool = False


@dataclass(frozen=True, slots=True)
class MaskUse:
    """What a call does with masks, which tell what of a sequence is padding.

    Attributes:
        received: Whether a mask comes with a tensor that it takes, or is given to it.
        used: Whether the layer computes with the mask it received.
        passed: Whether the mask goes on with what comes out.
        made: Whether the layer makes a mask of its own, as an Embedding with ``mask_zero``.

    Examples:
        >>> MaskUse(received=True).dropped
        True
    """

    received: bool = False
    used: bool = False
    passed: bool = False
    made: bool = False

    @property
    def dropped(self) -> bool:
        """Whether a mask came that is neither used nor passed on."""
        return self.received and not (self.used or self.passed)


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a layer.

    Attributes:
        layer: Name of the layer.
        number: Counts the layer's calls in this model from 0, in the order in which they
            were made. Calls made for other models are not counted.
        arguments: The tensors given, in order; a tensor given twice stands twice.
        outputs: Ids of the tensors that come out, in order.
        constants: Pairs (parameter, value) of the other arguments that differ from their
            defaults, such as ``("training", True)``; one among tensors has its place:
            ``("xs[1]", 2.0)``. A value that is no plain number, text or tuple is told by its
            type, and by its shape if it has one.
        mask: What becomes of masks in it; ``None`` where there are none, or where nobody
            said so: ask :meth:`LayerGraph.mask_use`.

    Examples:
        >>> call = Call("lstm", 0, (Argument("sequences", "embedding:0#0"),), ("lstm:0#0",))
        >>> call.id, call.inputs
        ('lstm:0', ('embedding:0#0',))
    """

    layer: str
    number: int
    arguments: tuple[Argument, ...]
    outputs: tuple[str, ...]
    constants: tuple[tuple[str, Fact], ...] = ()
    mask: MaskUse | None = None

    @property
    def id(self) -> str:
        """The call's id, such as ``lstm:0``."""
        return f"{self.layer}:{self.number}"

    @property
    def inputs(self) -> tuple[str, ...]:
        """Ids of the tensors given, in the order of the arguments."""
        return tuple(argument.tensor for argument in self.arguments)


@dataclass(frozen=True, slots=True)
class Tensor:
    """A symbolic tensor.

    Attributes:
        id: Such as ``lstm:0#0``.
        shape: The shape, with ``None`` for a size that is not known before the data, as
            that of the batch.
        dtype: The dtype, such as ``float32``.
        call: Id of the call that made it; ``None`` for an input of the model.
        position: Its place among the call's outputs.
        masked: Whether a mask travels with it when the model runs, which tells later layers
            what is padding.
        mask: Id of the tensor that is this mask, where the model computes it.
    """

    id: str
    shape: Shape
    dtype: str
    call: str | None = None
    position: int = 0
    masked: bool = False
    mask: str | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the model.

    Attributes:
        name: Name of the input.
        tensor: Id of its tensor.
        path: Its place in the structure of the model's inputs: ``(0,)`` is the first of a
            list, ``("title",)`` a dict's key, ``()`` the only one.
        optional: Whether ``None`` may be given instead.
        sparse: Whether it takes sparse tensors.
    """

    name: str
    tensor: str
    path: Path = ()
    optional: bool = False
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss on an output of a compiled model.

    Attributes:
        name: Name of the loss, such as ``binary_crossentropy``.
        weight: The factor in the sum of losses that training makes small.
        facts: Pairs (argument, value) of its settings that differ from the class's defaults,
            such as ``("from_logits", True)``.
    """

    name: str
    weight: float = 1.0
    facts: tuple[tuple[str, Fact], ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of an output of a compiled model.

    Attributes:
        name: Name of the metric, such as ``accuracy``.
        weighted: Whether sample weights count in it, as for ``weighted_metrics``.
        facts: Pairs (argument, value) of its settings that differ from the class's defaults.
    """

    name: str
    weighted: bool = False
    facts: tuple[tuple[str, Fact], ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """An output of the model.

    Attributes:
        name: The dict key, or the name of the layer that makes it, as in
            ``model.output_names``; with ``/`` between the parts if outputs are nested.
        tensor: Id of its tensor.
        path: Its place in the structure of the model's outputs, as for :class:`Input`.
        losses: The losses on it, as Keras applies them; empty before ``compile``.
        metrics: The metrics of it, as Keras applies them; empty before ``compile``.
    """

    name: str
    tensor: str
    path: Path = ()
    losses: tuple[Loss, ...] = ()
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerGraph:
    """A functional model as a graph.

    Attributes:
        name: Name of the model.
        layers: The layers in the order in which they are first used. Inputs are not
            among them.
        calls: All calls, each after those that it depends on.
        tensors: The inputs' tensors, then those of each call.
        inputs: The model's inputs in order.
        outputs: The model's outputs in order.
        class_name: Class of the model, ``Functional`` or ``Sequential`` for most.
        compiled: Whether the model has been compiled.
        compile_problem: Keras' message if the losses or metrics do not fit the outputs,
            which ``compile`` accepts and ``fit`` refuses; else ``None``.
        optimized: Numbers of the weights that the optimizer was built for, which it is at the
            first ``fit``; ``None`` before. Not compared, as ``stepped``.
        stepped: Whether ``fit`` has made its step since the last ``compile``. It goes on to
            train the weights that it was made for, whatever is frozen later.

    Raises:
        ValueError: If two parts have one id, or a part names one that is not there.

    Examples:
        A graph made by hand:

        >>> graph = LayerGraph(
        ...     name="tiny",
        ...     layers=(Layer("dense", "Dense"),),
        ...     calls=(Call("dense", 0, (Argument("inputs", "x:0#0"),), ("dense:0#0",)),),
        ...     tensors=(
        ...         Tensor("x:0#0", (None, 3), "float32"),
        ...         Tensor("dense:0#0", (None, 2), "float32", "dense:0"),
        ...     ),
        ...     inputs=(Input("x", "x:0#0"),),
        ...     outputs=(Output("dense", "dense:0#0"),),
        ... )
        >>> graph.tensor("dense:0#0").shape
        (None, 2)
        >>> [call.id for call in graph.calls_of("dense")]
        ['dense:0']
    """

    name: str
    layers: tuple[Layer, ...]
    calls: tuple[Call, ...]
    tensors: tuple[Tensor, ...]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    class_name: str = "Functional"
    compiled: bool = False
    compile_problem: str | None = None
    optimized: tuple[int, ...] | None = field(default=None, compare=False)
    stepped: bool = field(default=False, compare=False)
    _layers: Mapping[str, Layer] = field(init=False, repr=False, compare=False)
    _calls: Mapping[str, Call] = field(init=False, repr=False, compare=False)
    _calls_of: Mapping[str, tuple[Call, ...]] = field(init=False, repr=False, compare=False)
    _tensors: Mapping[str, Tensor] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check that every name leads somewhere, and index the parts."""
        calls_of: dict[str, list[Call]] = {layer.name: [] for layer in self.layers}
        self._unique("layer", (layer.name for layer in self.layers))
        self._unique("call", (call.id for call in self.calls))
        self._unique("tensor", (tensor.id for tensor in self.tensors))
        tensors = {tensor.id: tensor for tensor in self.tensors}
        calls = {call.id: call for call in self.calls}
        for call in self.calls:
            if call.layer not in calls_of:
                raise ValueError(
                    f"graph {self.name!r}: call {call.id!r} names a layer that is not there"
                )
            calls_of[call.layer].append(call)
            for tensor in (*call.inputs, *call.outputs):
                self._present(tensor, tensors, f"call {call.id!r}")
        ends: tuple[Input | Output, ...] = (*self.inputs, *self.outputs)
        for end in ends:
            kind = "input" if isinstance(end, Input) else "output"
            self._present(end.tensor, tensors, f"{kind} {end.name!r}")
        for made in self.tensors:
            if made.call is not None and made.call not in calls:
                raise ValueError(
                    f"graph {self.name!r}: tensor {made.id!r} names a call that is not there: "
                    f"{made.call!r}"
                )
        index: dict[str, Any] = {
            "_layers": {layer.name: layer for layer in self.layers},
            "_calls": calls,
            "_calls_of": {
                name: tuple(sorted(of, key=lambda call: call.number))
                for name, of in calls_of.items()
            },
            "_tensors": tensors,
        }
        for name, value in index.items():
            object.__setattr__(self, name, value)

    def _unique(self, kind: str, ids: Iterable[str]) -> None:
        for name, times in Counter(ids).items():
            if times > 1:
                raise ValueError(f"graph {self.name!r}: {times} {kind}s are named {name!r}")

    def _present(self, tensor: str, tensors: Mapping[str, Tensor], where: str) -> None:
        if tensor not in tensors:
            raise ValueError(
                f"graph {self.name!r}: {where} names a tensor that is not there: {tensor!r}"
            )

    def layer(self, name: str) -> Layer:
        """Return the layer of this name.

        Args:
            name: Name of the layer.

        Returns:
            The layer.

        Raises:
            KeyError: If there is none; the message lists those there are.
        """
        return _find(self._layers, name, "layer")

    def call(self, id: str) -> Call:
        """Return the call of this id, such as ``lstm:0``.

        Args:
            id: Id of the call.

        Returns:
            The call.

        Raises:
            KeyError: If there is none; the message lists those there are.
        """
        return _find(self._calls, id, "call")

    def tensor(self, id: str) -> Tensor:
        """Return the tensor of this id, such as ``lstm:0#0``.

        Args:
            id: Id of the tensor.

        Returns:
            The tensor.

        Raises:
            KeyError: If there is none; the message lists those there are.
        """
        return _find(self._tensors, id, "tensor")

    def calls_of(self, layer: str) -> tuple[Call, ...]:
        """Return the calls of a layer, in the order of their numbers.

        Args:
            layer: Name of the layer.

        Returns:
            Its calls, more than one for a shared layer.

        Raises:
            KeyError: If there is no such layer; the message lists those there are.
        """
        return _find(self._calls_of, layer, "layer")

    def mask_use(self, call: str) -> MaskUse:
        """Tell what becomes of masks in a call.

        Args:
            call: Id of the call, such as ``lstm:0``.

        Returns:
            Whether a mask is received, used, passed on, made, or dropped, as it was read. In a
            graph made by hand, its arguments and tensors tell it.

        Raises:
            KeyError: If there is no such call; the message lists those there are.
        """
        told = self.call(call)
        if told.mask is not None:
            return told.mask
        used = any("mask" in argument.name for argument in told.arguments)
        received = used or any(self.tensor(tensor).masked for tensor in told.inputs)
        masked = any(self.tensor(tensor).masked for tensor in told.outputs)
        return MaskUse(received, used, received and masked, masked and not received)

    def weights(self) -> tuple[Weight, ...]:
        """Return the weights of all layers, a shared one once.

        Returns:
            The weights in reading order.
        """
        unique = {weight.number: weight for layer in self.layers for weight in layer.weights}
        return tuple(unique.values())

    def count_weights(self, *, trainable: bool | None = None) -> int:
        """Count the numbers in the weights, shared ones once.

        Args:
            trainable: Count only the trainable (``True``) or only the other weights
                (``False``); all of them by default.

        Returns:
            The count, as ``model.count_params()`` gives it.
        """
        return _count(self.weights(), trainable)

    def to_dict(self) -> dict[str, Any]:
        """Return the graph as dicts, lists, text and numbers.

        Returns:
            A dict with the attributes as keys; nested graphs are dicts within.
            :meth:`from_dict` makes an equal graph of it.
        """
        parts: dict[str, Any] = plain(self)
        return parts

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the graph as JSON text.

        Args:
            indent: Spaces of indentation; one line by default.

        Returns:
            The text; the same for the same graph in every process.
        """
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, parts: Mapping[str, Any]) -> LayerGraph:
        """Make a graph of what :meth:`to_dict` returned.

        Args:
            parts: The attributes.

        Returns:
            A graph equal to the one that ``parts`` is from.

        Raises:
            ValueError: If a part is missing, unknown or of another type, or names one that
                is not there; the message says which.

        Examples:
            >>> wire = LayerGraph(
            ...     name="wire",
            ...     layers=(),
            ...     calls=(),
            ...     tensors=(Tensor("x:0#0", (None, 3), "float32"),),
            ...     inputs=(Input("x", "x:0#0"),),
            ...     outputs=(Output("x", "x:0#0"),),
            ... )
            >>> LayerGraph.from_dict(wire.to_dict()) == wire
            True
            >>> LayerGraph.from_dict(wire.to_dict() | {"tensors": [{"id": "x:0#0", "shape": 3}]})
            Traceback (most recent call last):
                ...
            ValueError: graph.tensors[0].shape must be a list, not int 3
        """
        return build(cls, parts, "graph")

    @classmethod
    def from_json(cls, text: str) -> LayerGraph:
        """Make a graph of what :meth:`to_json` returned.

        Args:
            text: The JSON text.

        Returns:
            A graph equal to the one that ``text`` is from.

        Raises:
            ValueError: As for :meth:`from_dict`, or if the text is no JSON; the message
                says where.

        Examples:
            >>> LayerGraph.from_json('{"name": "wire"}')
            Traceback (most recent call last):
                ...
            ValueError: graph has no part 'layers', which it needs
        """
        try:
            parts = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"a graph is read from JSON, and this is none: {error}") from error
        return cls.from_dict(parts)


def _count(weights: Iterable[Weight], trainable: bool | None) -> int:
    unique = {weight.number: weight for weight in weights}
    return sum(
        weight.count
        for weight in unique.values()
        if trainable is None or weight.trainable is trainable
    )


def _find(index: Mapping[str, _T], key: str, kind: str) -> _T:
    if key not in index:
        raise KeyError(f"no {kind} {key!r}; there are {', '.join(index) or 'none'}")
    return index[key]
