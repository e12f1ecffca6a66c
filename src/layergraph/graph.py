"""Read a functional Keras model as a plain graph of layers, calls and tensors.

:func:`read` is the one place that looks into Keras. What it returns, a
:class:`LayerGraph`, holds strings, numbers and tuples only: it can be compared,
hashed, written as JSON, and made by hand in a test.

The words are Keras' own. A *layer* holds weights. A *call* is one use of a layer on
some tensors: a layer that is called twice is shared, and both calls use the same
weights. A *tensor* is what a call gives, or an input of the model.

Ids are names, not addresses: ``lstm`` is a layer, ``lstm:0`` its first call in this
model, ``lstm:0#0`` the first tensor of that call. They are the
``[name, call, tensor]`` that Keras writes into ``model.get_config()``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import keras

__all__ = [
    "Argument",
    "Call",
    "Input",
    "Layer",
    "LayerGraph",
    "Loss",
    "Output",
    "Tensor",
    "Weight",
    "read",
]

Shape: TypeAlias = tuple[int | None, ...]
Fact: TypeAlias = str | int | float | bool | tuple[Any, ...] | None
Path: TypeAlias = tuple[str | int, ...]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Weight:
    """One variable of a layer.

    Attributes:
        name: Name of the variable within its layer, such as ``kernel``.
        shape: Shape of the variable.
        dtype: Its dtype, such as ``float32``.
        trainable: Whether training changes it: false for a frozen layer, and for
            statistics such as the moving mean of a BatchNormalization.
        number: Two weights with the same number are the same variable, however many
            layers or nested models hold it. Numbers count from 0 in reading order.

    Examples:
        >>> Weight("kernel", (37, 64), "float32", True, 0).count
        2368
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    trainable: bool
    number: int

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
        module: Module of the class, such as ``keras.layers``; empty if unknown.
        kind: ``"layer"``, ``"op"`` (a function of ``keras.ops``, without weights) or
            ``"model"`` (a nested functional or Sequential model).
        facts: Pairs (argument, value) of the layer's settings that differ from the
            class's defaults, such as ``("units", 64)``.
        weights: Its variables.
        trainable: The layer's ``trainable`` flag.
        graph: The graph inside a nested model, else ``None``.
        wraps: The layer inside a wrapper such as ``TimeDistributed``, else ``None``.

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
    wraps: Layer | None = None

    @property
    def frozen(self) -> bool:
        """Whether the layer has weights and ``trainable`` is off."""
        return bool(self.weights) and not self.trainable

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
        path: Where it stands within a list or dict given as that parameter: ``(1,)`` is
            the second of a list, ``("title",)`` the value of a dict's key.
        keyword: Whether it was given by name.
    """

    name: str
    tensor: str
    path: Path = ()
    keyword: bool = False


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
            defaults, such as ``("training", True)``. A value that is no plain number, text
            or tuple is told by its type.

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
        masked: Whether a mask travels with it, which tells later layers what is padding.
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
    """

    name: str
    tensor: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss on an output of a compiled model.

    Attributes:
        name: Name of the loss, such as ``binary_crossentropy``.
        weight: The factor in the sum of losses that training makes small.
    """

    name: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Output:
    """An output of the model.

    Attributes:
        name: The dict key, or the name of the layer that makes it, as in
            ``model.output_names``.
        tensor: Id of its tensor.
        path: Its place in the structure of the model's outputs, as for :class:`Input`.
        losses: The losses on it, as Keras applies them; empty before ``compile``.
    """

    name: str
    tensor: str
    path: Path = ()
    losses: tuple[Loss, ...] = ()


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
        compile_problem: Keras' message if the losses do not fit the outputs, which
            ``compile`` accepts and ``fit`` refuses; else ``None``.

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
        """
        plain: dict[str, Any] = _plain(self)
        return plain

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the graph as JSON text.

        Args:
            indent: Spaces of indentation; one line by default.

        Returns:
            The text; the same for the same graph in every process.
        """
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def digest(self) -> str:
        """Return a fingerprint of the graph.

        Returns:
            The first 12 hexadecimal digits of the SHA-256 of :meth:`to_json`.
        """
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]


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


def _plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if dataclasses.is_dataclass(value):
        return {
            part.name: _plain(getattr(value, part.name))
            for part in dataclasses.fields(value)
            if part.init
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def read(model: keras.Model) -> LayerGraph:
    """Read a functional or Sequential model.

    Nothing is trained, run or changed.

    Args:
        model: A model made by ``keras.Model(inputs, outputs)``, or a Sequential model that
            knows its input shape.

    Returns:
        The graph, the same for the same model in every process.

    Raises:
        TypeError: If it is no model, or a subclassed model, which has no graph: its
            ``call`` is Python code.
        ValueError: If a Sequential model has not been built.

    Examples:
        >>> import keras
        >>> text = keras.Input((100,), dtype="int32", name="text")
        >>> vectors = keras.layers.Embedding(50, 8, name="embedding")(text)
        >>> state = keras.layers.LSTM(4, name="lstm")(vectors)
        >>> graph = read(keras.Model(text, state))
        >>> [call.id for call in graph.calls]
        ['embedding:0', 'lstm:0']
        >>> graph.tensor("lstm:0#0").shape
        (None, 4)
        >>> graph.count_weights()
        608
    """
    return _read(model, {}, "")


def _read(model: object, numbers: dict[int, int], within: str) -> LayerGraph:
    import keras

    functional: Any = model
    if isinstance(model, keras.Sequential):
        functional = model._functional
        if functional is None:
            raise ValueError(
                f"the Sequential model {model.name!r}{within} has not been built, so it has no "
                "graph yet: give it keras.Input(shape) as its first layer, or call "
                "model.build((None, ...)) with the shape of a batch"
            )
    elif not isinstance(model, keras.Model):
        raise TypeError(
            f"a Keras model is needed, not {_type_name(model)}{within}: pass what "
            "keras.Model(inputs, outputs) or keras.Sequential([...]) returned"
        )
    elif not isinstance(model, keras.Function):
        raise TypeError(
            f"the model {model.name!r}{within} is subclassed ({_type_name(model)}): what its "
            "call method does is Python code and not a graph of layers; build it with "
            "keras.Model(inputs, outputs) to read, draw or describe it"
        )
    return _Reader(model, functional, numbers).graph()


class _Reader:
    """One model while it is being read.

    ``functional`` is the model itself, or the functional model inside a Sequential.
    """

    def __init__(self, model: Any, functional: Any, numbers: dict[int, int]) -> None:  # noqa: ANN401
        self.model = model
        self.functional = functional
        self.numbers = numbers
        self.call_numbers: dict[int, int] = {}
        for operation in functional.operations:
            own = (
                node
                for index, node in enumerate(operation._inbound_nodes)
                if _node_key(operation, index) in functional._nodes
            )
            for number, node in enumerate(own):
                self.call_numbers[id(node)] = number

    def graph(self) -> LayerGraph:
        inputs = tuple(
            Input(tensor._keras_history.operation.name, self.id(tensor), path)
            for path, tensor in _leaves(self.functional._inputs_struct)
        )
        nodes = list(self.nodes())
        operations = {id(node.operation): node.operation for node in nodes}
        symbolic = list(self.functional.inputs)
        symbolic += [tensor for node in nodes for tensor in node.outputs]
        present = {self.id(tensor) for tensor in symbolic}
        outputs, problem = self.outputs()
        return LayerGraph(
            name=self.model.name,
            layers=tuple(self.layer(operation) for operation in operations.values()),
            calls=tuple(self.call(node) for node in nodes),
            tensors=tuple(self.tensor(tensor, present) for tensor in symbolic),
            inputs=inputs,
            outputs=outputs,
            class_name=type(self.model).__name__,
            compiled=bool(self.model.compiled),
            compile_problem=problem,
        )

    def nodes(self) -> Iterator[Any]:
        """Yield the calls so that each follows those it depends on, chain after chain.

        Walking back from the outputs keeps a branch together, which is the order in which
        one tells it. A stack of our own, as a deep model exceeds Python's recursion limit.
        """
        done = {id(self.node(tensor)) for tensor in self.functional.inputs}
        for output in self.functional.outputs:
            stack = [(self.node(output), False)]
            while stack:
                node, ready = stack.pop()
                if id(node) in done:
                    continue
                if ready:
                    done.add(id(node))
                    yield node
                else:
                    stack.append((node, True))
                    stack += [(self.node(t), False) for t in reversed(node.input_tensors)]

    @staticmethod
    def node(tensor: Any) -> Any:  # noqa: ANN401 - a private class of Keras
        operation, index, _ = tensor._keras_history
        return operation._inbound_nodes[index]

    def id(self, tensor: Any) -> str:  # noqa: ANN401
        operation, _, position = tensor._keras_history
        return f"{operation.name}:{self.call_numbers[id(self.node(tensor))]}#{position}"

    def tensor(self, tensor: Any, present: set[str]) -> Tensor:  # noqa: ANN401
        node = self.node(tensor)
        mask = getattr(tensor, "_keras_mask", None)
        mask_id = None if mask is None else self.twin(mask)
        return Tensor(
            id=self.id(tensor),
            shape=tuple(tensor.shape),
            dtype=str(tensor.dtype),
            call=None if node.is_input else f"{node.operation.name}:{self.call_numbers[id(node)]}",
            position=tensor._keras_history.tensor_index,
            masked=mask is not None,
            mask=mask_id if mask_id in present else None,
        )

    def twin(self, tensor: Any) -> str | None:  # noqa: ANN401
        """Find a tensor that a mask is, or is equal to, in this model.

        In a loaded model, the mask that travels with a tensor is made by one call, and the
        mask that a layer was given by another that does the same.
        """
        node = self.node(tensor)
        if id(node) in self.call_numbers:
            return self.id(tensor)
        return self.twins.get((*self.deed(node), tensor._keras_history.tensor_index))

    @cached_property
    def twins(self) -> dict[tuple[Any, ...], str]:
        """The tensors that bare operations give, by what is done to what."""
        return {
            (*self.deed(node), position): self.id(tensor)
            for operation in self.functional.operations
            for node in operation._inbound_nodes
            if id(node) in self.call_numbers and not node.is_input
            for position, tensor in enumerate(node.outputs)
        }

    def deed(self, node: Any) -> tuple[Any, ...]:  # noqa: ANN401
        call_inputs = tuple(self.twin(tensor) for tensor in node.input_tensors)
        return type(node.operation), call_inputs, _fact(node.arguments.args)

    def call(self, node: Any) -> Call:  # noqa: ANN401
        from keras import KerasTensor

        parameters = inspect.signature(node.operation.call).parameters
        positions = zip(_positions(parameters.values()), node.arguments.args, strict=False)
        given = [(name, value, False) for name, value in positions]
        given += [(name, value, True) for name, value in node.arguments.kwargs.items()]
        arguments, constants = [], []
        for name, value, keyword in given:
            leaves = list(_leaves(value))
            tensors = [(path, leaf) for path, leaf in leaves if isinstance(leaf, KerasTensor)]
            arguments += [Argument(name, self.id(leaf), path, keyword) for path, leaf in tensors]
            fact = _fact(value)
            unset = all(leaf is None for _, leaf in leaves)
            if not tensors and not unset and fact != _default(parameters, name):
                constants.append((name, fact))
        return Call(
            layer=node.operation.name,
            number=self.call_numbers[id(node)],
            arguments=tuple(arguments),
            outputs=tuple(self.id(tensor) for tensor in node.outputs),
            constants=tuple(constants),
        )

    def layer(self, operation: Any) -> Layer:  # noqa: ANN401
        import keras

        name, cls = operation.name, type(operation)
        module = cls.__module__
        if not isinstance(operation, keras.layers.Layer):
            return Layer(name, cls.__name__, module, "op", facts=_facts(operation))
        nested = isinstance(operation, keras.Sequential) or (
            isinstance(operation, keras.Model) and isinstance(operation, keras.Function)
        )
        wraps = None
        if isinstance(operation, keras.layers.Bidirectional):
            wraps = operation.forward_layer
        elif isinstance(operation, keras.layers.Wrapper):
            wraps = operation.layer
        return Layer(
            name=name,
            class_name=cls.__name__,
            module=module,
            kind="model" if nested else "layer",
            facts=() if nested else _facts(operation),
            weights=self.weights(operation),
            trainable=bool(operation.trainable),
            graph=_read(operation, self.numbers, f" in {self.model.name!r}") if nested else None,
            wraps=None if wraps is None else self.layer(wraps),
        )

    def weights(self, layer: Any) -> tuple[Weight, ...]:  # noqa: ANN401
        trainable = {id(variable) for variable in layer.trainable_weights}
        return tuple(
            Weight(
                name=variable.name,
                shape=tuple(variable.shape),
                dtype=str(variable.dtype),
                trainable=id(variable) in trainable,
                number=self.numbers.setdefault(id(variable), len(self.numbers)),
            )
            for variable in layer.weights
        )

    def outputs(self) -> tuple[tuple[Output, ...], str | None]:
        losses, problem = self.losses()
        names = self.functional.output_names
        outputs = []
        for number, (path, tensor) in enumerate(_leaves(self.functional._outputs_struct)):
            keys = [key for key in path if isinstance(key, str)]
            name = "/".join(keys) if keys else names[number]
            outputs.append(Output(name, self.id(tensor), path, tuple(losses[number])))
        return tuple(outputs), problem

    def losses(self) -> tuple[list[list[Loss]], str | None]:
        """Ask Keras which loss goes to which output, and with which weight.

        The compiled loss settles that at the first batch only. A second one, built on the
        symbolic outputs, tells it now and leaves the model as it is.
        """
        import keras

        structure = self.functional._outputs_struct
        found: list[list[Loss]] = [[] for _ in self.functional.outputs]
        compiled = self.model._compile_loss
        if compiled is None:
            return found, None
        if isinstance(structure, list | tuple) and len(structure) == 1:
            structure = structure[0]
        probe = type(compiled)(
            compiled._user_loss,
            compiled._user_loss_weights,
            output_names=compiled.output_names,
        )
        try:
            probe.build(structure, structure)
        except (KeyError, TypeError, ValueError) as error:
            return found, str(error.args[0] if error.args else error)
        places = keras.tree.pack_sequence_as(structure, list(range(len(found))))
        for path, loss, weight, _ in probe._flat_losses:
            place = places
            for key in path:
                place = place[key]
            if isinstance(place, int):
                found[place].append(Loss(loss.name, 1.0 if weight is None else float(weight)))
        return found, None


def _node_key(operation: object, index: int) -> str:
    # As keras.src.ops.function.make_node_key, which is not public.
    return f"{id(operation)}_ib-{index}"


def _leaves(structure: object) -> Iterator[tuple[Path, Any]]:
    from keras import tree

    for path, leaf in tree.flatten_with_path(structure):
        yield tuple(path), leaf


def _type_name(value: object) -> str:
    cls = value if isinstance(value, type) else type(value)
    name = f"{cls.__module__}.{cls.__qualname__}".removeprefix("builtins.")
    return f"the class {name}" if isinstance(value, type) else f"an object of type {name}"


def _positions(parameters: Iterable[inspect.Parameter]) -> Iterator[str]:
    """Name the positional arguments of a function, one after another."""
    star = "args"
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            star = parameter.name
            break
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            yield parameter.name
    while True:
        yield star


def _default(parameters: Mapping[str, inspect.Parameter], name: str) -> Fact:
    # A keyword that the signature does not name is off unless it is set.
    return _fact(parameters[name].default) if name in parameters else False


# Set by Keras for every layer, or too long for a fact; dtype shows in the tensors.
_NO_FACTS = (
    "name",
    "trainable",
    "dtype",
    "data_format",
    "quantization_config",
    "layer",
    "backward_layer",
)
_NO_FACT_ENDINGS = ("_initializer", "_regularizer", "_constraint")


def _facts(operation: Any) -> tuple[tuple[str, Fact], ...]:  # noqa: ANN401
    try:
        config = operation.get_config()
    except NotImplementedError:
        return ()
    parameters = inspect.signature(type(operation).__init__).parameters
    facts = []
    for name, value in config.items():
        if name in _NO_FACTS or name.endswith(_NO_FACT_ENDINGS) or isinstance(value, dict):
            continue
        fact = _fact(value)
        if fact is None or fact == _default(parameters, name):
            continue
        if name == "activation" and fact == "linear":
            continue
        facts.append((name, fact))
    return tuple(facts)


def _fact(value: object) -> Fact:
    """Make a value plain: hashable, comparable, without an address in it."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return tuple(_fact(item) for item in value)
    if isinstance(value, slice):
        return f"slice({value.start}, {value.stop}, {value.step})"
    return type(value).__name__
