"""The reader: the one module that touches names of Keras that start with an underscore."""

from __future__ import annotations

import inspect
import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from layergraph.graph._layergraph import (
    Argument,
    Call,
    Input,
    Layer,
    LayerGraph,
    Loss,
    Output,
    Tensor,
    Weight,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import keras

    from layergraph.graph._layergraph import Fact, Path


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
    import keras

    functional = _functional(model)
    if functional is not None:
        return _Reader(model, functional, {}).graph()
    if isinstance(model, keras.Sequential):
        raise ValueError(
            f"the Sequential model {model.name!r} has not been built, so it has no graph yet: "
            "give it keras.Input(shape) as its first layer, or call model.build((None, ...)) "
            "with the shape of a batch"
        )
    if isinstance(model, keras.Model):
        raise TypeError(
            f"the model {model.name!r} is subclassed ({_type_name(model)}): what its call "
            "method does is Python code and not a graph of layers; build it with "
            "keras.Model(inputs, outputs) to read, draw or describe it"
        )
    raise TypeError(
        f"a Keras model is needed, not {_type_name(model)}: pass what "
        "keras.Model(inputs, outputs) or keras.Sequential([...]) returned"
    )


def _functional(model: object) -> Any:  # noqa: ANN401 - a private class of Keras
    """Return the functional model that a model is, or that a Sequential holds once built."""
    import keras

    if isinstance(model, keras.Sequential):
        return model._functional
    return model if isinstance(model, keras.Model) and isinstance(model, keras.Function) else None


class _Reader:
    """One model while it is being read.

    ``functional`` is the model itself, or the functional model inside a Sequential.
    """

    def __init__(self, model: Any, functional: Any, numbers: dict[int, int]) -> None:  # noqa: ANN401
        self.model = model
        self.functional = functional
        self.numbers = numbers
        self.call_numbers: dict[int, int] = {}
        self.same: dict[int, Any] = {}  # the model's nodes by the identity of twins outside
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
        outputs, problem = self.outputs()
        self.find_twins(nodes, symbolic)
        return LayerGraph(
            name=self.model.name,
            layers=tuple(self.layer(operation) for operation in operations.values()),
            calls=tuple(self.call(node) for node in nodes),
            tensors=tuple(self.tensor(tensor) for tensor in symbolic),
            inputs=inputs,
            outputs=outputs,
            class_name=type(self.model).__name__,
            compiled=bool(self.model.compiled),
            compile_problem=problem,
        )

    def nodes(self) -> Iterator[Any]:
        """Yield the calls so that each follows those it depends on, chain after chain.

        Walking back from the outputs keeps a branch together, which is the order in which
        one tells it.
        """
        inputs = {id(self.node(tensor)) for tensor in self.functional.inputs}
        return self.walk(self.functional.outputs, inputs)

    def walk(self, tensors: Iterable[Any], done: set[int]) -> Iterator[Any]:
        """Yield the nodes that lead to some tensors, each after those it depends on.

        With a stack of our own, as a deep model exceeds Python's recursion limit.
        """
        for tensor in tensors:
            stack = [(self.node(tensor), False)]
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

    def tensor(self, tensor: Any) -> Tensor:  # noqa: ANN401
        node = self.node(tensor)
        mask = getattr(tensor, "_keras_mask", None)
        return Tensor(
            id=self.id(tensor),
            shape=tuple(tensor.shape),
            dtype=str(tensor.dtype),
            call=None if node.is_input else f"{node.operation.name}:{self.call_numbers[id(node)]}",
            position=tensor._keras_history.tensor_index,
            masked=mask is not None,
            mask=self.own(mask) if hasattr(mask, "_keras_history") else None,
        )

    def own(self, tensor: Any) -> str | None:  # noqa: ANN401
        """Return the id of a tensor, or of its twin in this model, if there is one."""
        node = self.node(tensor)
        node = self.same.get(id(node), node)
        if id(node) not in self.call_numbers:
            return None
        return self.id(node.outputs[tensor._keras_history.tensor_index])

    def find_twins(self, nodes: Iterable[Any], symbolic: Iterable[Any]) -> None:
        """Find the nodes that compute a mask just as a node of this model does.

        In a model that was loaded or cloned, the mask that travels with a tensor is made by
        one call, and the mask that a layer was given by another that does the same.
        """
        import keras

        def deed(node: Any) -> tuple[Any, ...]:  # noqa: ANN401
            """Say what a node does: the same for twins, and for no two layers."""
            operation, arguments = node.operation, node.arguments
            is_layer = isinstance(operation, keras.layers.Layer)
            who = operation if is_layer else (type(operation), _facts(operation))
            made_by = [
                (self.node(tensor), tensor._keras_history[2]) for tensor in node.input_tensors
            ]
            takes = tuple(
                (id(self.same.get(id(made), made)), position) for made, position in made_by
            )
            return who, takes, _fact((arguments.args, *sorted(arguments.kwargs.items())))

        masks = [getattr(tensor, "_keras_mask", None) for tensor in symbolic]
        masks = [mask for mask in masks if hasattr(mask, "_keras_history")]
        outside = list(self.walk(masks, set(self.call_numbers)))
        if outside:
            done = {deed(node): node for node in nodes}
            for node in outside:
                if (twin := done.get(deed(node))) is not None:
                    self.same[id(node)] = twin

    def call(self, node: Any) -> Call:  # noqa: ANN401
        from keras import KerasTensor

        parameters = inspect.signature(node.operation.call).parameters
        places = zip(_places(parameters.values()), node.arguments.args, strict=False)
        given = [(name, place, value, False) for (name, place), value in places]
        given += [(name, (), value, True) for name, value in node.arguments.kwargs.items()]
        arguments, constants = [], []
        for name, place, value, keyword in given:
            leaves = list(_leaves(value))
            tensors = [
                Argument(name, self.id(leaf), (*place, *path), keyword)
                for path, leaf in leaves
                if isinstance(leaf, KerasTensor)
            ]
            arguments += tensors
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
        functional = _functional(operation)
        nested = functional is not None
        wraps: list[Any] = []
        if isinstance(operation, keras.layers.Bidirectional):
            wraps = [operation.forward_layer]
        elif isinstance(operation, keras.layers.Wrapper):
            wraps = [operation.layer]
        return Layer(
            name=name,
            class_name=cls.__name__,
            module=module,
            kind="model" if nested else "layer",
            facts=() if isinstance(operation, keras.Model) else _facts(operation),
            weights=self.weights(operation),
            trainable=bool(operation.trainable),
            graph=_Reader(operation, functional, self.numbers).graph() if nested else None,
            wraps=tuple(self.layer(layer) for layer in wraps),
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
            if not keys or not isinstance(path[-1], str):
                keys.append(names[number])  # in a list within a dict, as Keras names its loss
            name = "/".join(keys)
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


def _places(parameters: Iterable[inspect.Parameter]) -> Iterator[tuple[str, Path]]:
    """Yield where a function takes its positional arguments: parameter, place in ``*args``."""
    star = "args"
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            star = parameter.name
            break
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            yield parameter.name, ()
    for place in itertools.count():
        yield star, (place,)


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
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return tuple(_fact(item) for item in value)
    if isinstance(value, slice):
        parts = [value.start, value.stop, *([] if value.step is None else [value.step])]
        return ":".join("" if part is None else str(_fact(part)) for part in parts)
    return "..." if value is Ellipsis else type(value).__name__
