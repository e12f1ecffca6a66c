"""The reader: this module and those beside it whose names start alike know Keras' inside."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from typing import TYPE_CHECKING, Any

from layergraph.graph import _reading_compiled as compiled
from layergraph.graph._layergraph import (
    Argument,
    Call,
    Input,
    Layer,
    LayerGraph,
    Output,
    Tensor,
    Weight,
)
from layergraph.graph._reading_facts import Settings, Signature, fact
from layergraph.graph._reading_masks import Flow, find_twins, mask_of
from layergraph.graph._reading_nodes import as_written, functional_of, leaves, node_of, nodes_of
from layergraph.graph._reading_state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    functional = functional_of(model) if isinstance(model, keras.Model) else None
    if functional is None:
        raise _refusal(model)
    with _names_kept(), warnings.catch_warnings():
        # Such as on a lambda, when a layer is asked for its settings: nothing is saved here.
        warnings.simplefilter("ignore")
        return _Reader(model, functional, _Shared(model)).graph()


def _refusal(model: object) -> Exception:
    """Say why something cannot be read, and what to do."""
    import keras

    if isinstance(model, keras.Sequential):
        if model.built:
            return ValueError(
                f"the Sequential model {model.name!r} takes a list or dict of tensors, so Keras "
                "keeps no graph of it: build it with keras.Model(inputs, outputs)"
            )
        return ValueError(
            f"the Sequential model {model.name!r} has not been built, so it has no graph yet: "
            "give it keras.Input(shape) as its first layer, or call model.build((None, ...)) "
            "with the shape of a batch"
        )
    if isinstance(model, keras.Model):
        return TypeError(
            f"the model {model.name!r} is subclassed ({_type_name(model)}): what its call "
            "method does is Python code and not a graph of layers; build it with "
            "keras.Model(inputs, outputs) to read, draw or describe it. Where call does "
            "nothing but call layers, x = keras.Input(shape) and "
            "keras.Model(x, model.call(x)) does that"
        )
    advice = "pass what keras.Model(inputs, outputs) or keras.Sequential([...]) returned"
    if isinstance(model, type) and issubclass(model, keras.Model):
        advice = "make a model of the class, and pass that"
    elif isinstance(model, keras.KerasTensor):
        advice = "make a model that ends in the tensor: keras.Model(inputs, tensor)"
    elif isinstance(model, keras.Function):
        advice = "pass keras.Model(function.inputs, function.outputs)"
    elif isinstance(model, keras.layers.Layer):
        advice = "call the layer: x = keras.Input(shape), then keras.Model(x, layer(x))"
    elif isinstance(model, str) or hasattr(model, "__fspath__"):
        advice = "load the file first: keras.saving.load_model(path)"
    return TypeError(f"a Keras model is needed, not {_type_name(model)}: {advice}")


def _type_name(value: object) -> str:
    cls = value if isinstance(value, type) else type(value)
    name = f"{cls.__module__}.{cls.__qualname__}".removeprefix("builtins.")
    return f"the class {name}" if isinstance(value, type) else f"an object of type {name}"


@contextlib.contextmanager
def _names_kept() -> Iterator[None]:
    """Let what is made for a look at the model take no automatic name from later layers."""
    from keras.src.backend.common.global_state import get_global_attribute

    counts = get_global_attribute("object_name_uids")
    before = dict(counts or {})
    try:
        yield
    finally:
        counts = get_global_attribute("object_name_uids")
        if counts is not None:
            counts.clear()
            counts.update(before)


class _Shared:
    """What the readers of a model and of those nested in it have in common."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - a private class of Keras
        self.settings = Settings()
        self.state = State(model)
        self.trained = bool(model.trainable)
        self.numbers: dict[int, int] = {}  # of the variables, by identity
        self.graphs: dict[int, LayerGraph] = {}  # of the nested models, by identity
        self.signatures: dict[type, Signature] = {}
        self.flows = Flow(self.signature)

    def signature(self, operation: Any) -> Signature:  # noqa: ANN401
        cls = type(operation)
        if cls not in self.signatures:
            self.signatures[cls] = Signature.of(operation)
        return self.signatures[cls]


class _Reader:
    """One model while it is being read.

    ``functional`` is the model itself, or the functional model inside a Sequential.
    """

    def __init__(self, model: Any, functional: Any, shared: _Shared) -> None:  # noqa: ANN401
        self.model = model
        self.functional = functional
        self.shared = shared
        self.numbers: dict[int, int] = {}  # of the calls, by the node's identity
        for operation in functional.operations:
            number = 0
            for index, node in enumerate(operation._inbound_nodes):
                if _node_key(operation, index) in functional._nodes:
                    self.numbers[id(node)] = number
                    number += 1
        self.nodes = nodes_of(functional)
        inputs = {id(tensor): tensor for tensor in functional.inputs}  # one may be given twice
        self.tensors = [*inputs.values(), *(t for node in self.nodes for t in node.outputs)]
        self.flow = Flow(shared.signature, inside=shared.flows.inside).follow(self.nodes)
        self.same = find_twins(self.nodes, self.tensors, shared.settings.of)

    def graph(self) -> LayerGraph:
        operations = {id(node.operation): node.operation for node in self.nodes}
        outputs, problem = self.outputs()
        layers = tuple(self.layer(operation) for operation in operations.values())
        optimized, stepped = compiled.trained(self.model)
        numbers = self.shared.numbers
        return LayerGraph(
            name=self.model.name,
            layers=layers,
            calls=tuple(self.call(node) for node in self.nodes),
            tensors=tuple(self.tensor(tensor) for tensor in self.tensors),
            inputs=tuple(self.inputs()),
            outputs=outputs,
            class_name=type(self.model).__name__,
            compiled=bool(getattr(self.model, "compiled", False)),
            compile_problem=problem,
            optimized=None
            if optimized is None
            else tuple(numbers[id(one)] for one in optimized if id(one) in numbers),
            stepped=stepped,
        )

    # Tensors and calls

    def id(self, tensor: Any) -> str:  # noqa: ANN401
        operation, _, position = tensor._keras_history
        return f"{operation.name}:{self.numbers[id(node_of(tensor))]}#{position}"

    def tensor(self, tensor: Any) -> Tensor:  # noqa: ANN401
        node = node_of(tensor)
        name, number = node.operation.name, self.numbers[id(node)]
        position = tensor._keras_history.tensor_index
        mask = mask_of(tensor)
        return Tensor(
            id=f"{name}:{number}#{position}",
            shape=tuple(tensor.shape),
            dtype=str(tensor.dtype),
            call=None if node.is_input else f"{name}:{number}",
            position=position,
            masked=id(tensor) in self.flow.masked,
            mask=self.own(mask) if hasattr(mask, "_keras_history") else None,
        )

    def own(self, tensor: Any) -> str | None:  # noqa: ANN401
        """Return the id of a tensor, or of its twin in this model, if there is one."""
        node = node_of(tensor)
        node = self.same.get(id(node), node)
        if id(node) not in self.numbers:
            return None
        return self.id(node.outputs[tensor._keras_history.tensor_index])

    def call(self, node: Any) -> Call:  # noqa: ANN401
        from keras import KerasTensor

        signature = self.shared.signature(node.operation)
        arguments: list[Argument] = []
        constants: list[tuple[str, Fact]] = []
        for name, place, value, keyword in signature.bind(node.arguments):
            if isinstance(value, KerasTensor):  # as nearly always
                arguments.append(Argument(name, self.id(value), place, keyword))
                continue
            rest: list[tuple[Path, Any]] = []
            taken = len(arguments)
            for path, leaf in as_written(value):
                if isinstance(leaf, KerasTensor):
                    arguments.append(Argument(name, self.id(leaf), (*place, *path), keyword))
                elif leaf is not None:
                    rest.append(((*place, *path), leaf))
            if len(arguments) > taken:  # a constant among tensors is told with its place
                constants += [(_placed(name, path), fact(leaf)) for path, leaf in rest]
            elif rest and not signature.is_default(name, told := fact(value)):
                constants.append((_placed(name, place), told))
        return Call(
            layer=node.operation.name,
            number=self.numbers[id(node)],
            arguments=tuple(arguments),
            outputs=tuple(self.id(tensor) for tensor in node.outputs),
            constants=tuple(constants),
            mask=self.flow.uses.get(id(node)),
        )

    # Layers

    def layer(self, operation: Any) -> Layer:  # noqa: ANN401
        import keras

        shared, cls = self.shared, type(operation)
        functional = functional_of(operation)
        is_layer = isinstance(operation, keras.layers.Layer)
        return Layer(
            name=operation.name,
            class_name=cls.__name__,
            module=cls.__module__,
            kind="model" if functional is not None else "layer" if is_layer else "op",
            facts=() if _is_model_of_layers(operation) else shared.settings.of(operation),
            weights=self.weights(operation) if is_layer else (),
            trainable=bool(operation.trainable) if is_layer else True,
            graph=None if functional is None else self.nested(operation, functional),
            wraps=tuple(self.layer(layer) for layer in _wrapped(operation)),
            stateful=is_layer and shared.state.moves(operation),
            keeps_masks=is_layer and bool(operation.supports_masking),
            takes_mask=any("mask" in name for name in shared.signature(operation).names),
        )

    def nested(self, model: Any, functional: Any) -> LayerGraph:  # noqa: ANN401
        graphs = self.shared.graphs
        if id(model) not in graphs:
            graphs[id(model)] = _Reader(model, functional, self.shared).graph()
        return graphs[id(model)]

    def weights(self, layer: Any) -> tuple[Weight, ...]:  # noqa: ANN401
        numbers, state = self.shared.numbers, self.shared.state
        return tuple(
            Weight(
                name=variable.name,
                shape=tuple(variable.shape),
                dtype=str(variable.dtype),
                # As training goes by the whole model: a layer's own flag is in its variables.
                trainable=self.shared.trained and bool(variable.trainable),
                number=numbers.setdefault(id(variable), len(numbers)),
                state=state.holds(variable),
            )
            for variable in layer.weights
        )

    # Inputs and outputs

    def inputs(self) -> Iterator[Input]:
        for path, tensor in leaves(self.functional._inputs_struct):
            layer = tensor._keras_history.operation
            yield Input(
                name=layer.name,
                tensor=self.id(tensor),
                path=path,
                optional=bool(getattr(layer, "optional", False)),
                sparse=bool(tensor.sparse),
            )

    def outputs(self) -> tuple[tuple[Output, ...], str | None]:
        losses, wrong_loss = compiled.losses(self.model, self.functional)
        metrics, wrong_metric = compiled.metrics(self.model, self.functional)
        outputs = []
        for number, (path, tensor) in enumerate(leaves(self.functional._outputs_struct)):
            keys = [key for key in path if isinstance(key, str)]
            if not keys or not isinstance(path[-1], str):
                keys.append(
                    tensor._keras_history.operation.name
                )  # in a list within a dict, as Keras names its loss
            outputs.append(
                Output(
                    name="/".join(keys),
                    tensor=self.id(tensor),
                    path=path,
                    losses=tuple(losses[number]),
                    metrics=tuple(metrics[number]),
                )
            )
        return tuple(outputs), wrong_loss or wrong_metric


def _node_key(operation: object, index: int) -> str:
    # As keras.src.ops.function.make_node_key, which is not public.
    return f"{id(operation)}_ib-{index}"


def _placed(name: str, path: Path) -> str:
    return name + "".join(f"[{key!r}]" for key in path)


def _is_model_of_layers(operation: object) -> bool:
    """Say whether the settings of a model are its layers, which the graph tells."""
    import keras

    return isinstance(operation, keras.Sequential | keras.Function)


def _wrapped(operation: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the layers that a layer applies."""
    from keras import Sequential, layers

    if isinstance(operation, layers.Bidirectional):
        yield operation.forward_layer
        if _differ(operation.forward_layer, operation.backward_layer):
            yield operation.backward_layer
    elif isinstance(operation, layers.Wrapper):
        yield operation.layer
    elif isinstance(operation, layers.StackedRNNCells):
        yield from operation.cells
    elif isinstance(operation, layers.RNN):
        # An LSTM has a cell too; the cell's settings are its own.
        if "cell" in inspect.signature(type(operation).__init__).parameters:
            yield operation.cell
    elif isinstance(operation, layers.Pipeline) or (
        isinstance(operation, Sequential) and functional_of(operation) is None
    ):
        yield from operation.layers


def _differ(forward: Any, backward: Any) -> bool:  # noqa: ANN401
    """Say whether a backward layer is more than the forward one turned round."""
    if type(forward) is not type(backward):
        return True
    names = {"name", "go_backwards"}
    one, other = (
        {key: value for key, value in layer.get_config().items() if key not in names}
        for layer in (forward, backward)
    )
    return one != other
