"""What fit is given, as far as a rule may want to know it."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from types import GeneratorType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from layergraph.experiments import left_alone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layergraph.graph import Input, LayerGraph, Output

    End: TypeAlias = Input | Output

Kind: TypeAlias = Literal["array", "list", "tuple", "dict", "nested"]
Source: TypeAlias = Literal["arrays", "dataset", "pydataset", "dataloader", "generator", "other"]
Path: TypeAlias = tuple[str | int, ...]

# As many rows are read of what is no array in memory, and of a table that would be copied.
_ROWS = 1024
_UNSEEN: NDArray[Any] = np.empty((0,), object)


@dataclass(frozen=True)
class Given:
    """Inputs, targets or sample weights, as they were given.

    An array may have no rows: of a ``tf.data.Dataset`` that is not read, shapes and dtypes are
    all that is known.

    Attributes:
        kind: How they were given; ``"nested"`` for lists or dicts within others.
        keys: The keys of a dict in their order, ``"0"``, ``"1"`` for a list, ``""`` for an array;
            with ``/`` between the parts where they are nested.
        arrays: The arrays in the same order. Of a dataset, the first rows. What cannot be seen
            as an array, such as ``None`` or a ragged tensor, is an empty one; see ``unseen``.
        named: The arrays by the names of the inputs or outputs to which Keras gives them, as
            far as it is known. Empty where Keras refuses the structure, and without those that
            cannot be seen. One array of sample weights for several outputs is there for each.
        unseen: The keys of what is no array.
        nothing: The keys at which ``None`` was given; they are unseen too.
        refused: The keys of what Keras takes for no data, such as a list of numbers.
    """

    kind: Kind
    keys: tuple[str, ...]
    arrays: tuple[NDArray[Any], ...]
    named: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()
    nothing: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()

    @property
    def rows(self) -> int:
        """How many rows are there, as far as they are seen."""
        return max((len(one) for one in self.arrays if one.ndim), default=0)

    def head(self, n: int = 1000) -> Given:
        """Return the same with the first rows alone, without a copy.

        Args:
            n: How many.

        Returns:
            The same structure.
        """
        return self._cut(lambda one: one[:n])

    def some(self, n: int = 1000) -> Given:
        """Return the same with rows from all over the arrays, without a copy.

        Args:
            n: How many at most.

        Returns:
            The same structure.
        """
        step = max(1, -(-self.rows // n))
        return self._cut(lambda one: one[::step])

    def _cut(self, cut: Callable[[NDArray[Any]], NDArray[Any]]) -> Given:
        def of(one: NDArray[Any]) -> NDArray[Any]:
            return cut(one) if one.ndim else one

        named = {name: of(one) for name, one in self.named.items()}
        return replace(self, arrays=tuple(map(of, self.arrays)), named=named)


@dataclass(frozen=True)
class Data:
    """What fit is given.

    Attributes:
        x: The inputs.
        y: The targets.
        sample_weight: The sample weights.
        source: ``"arrays"``, ``"dataset"`` (a ``tf.data.Dataset``), ``"pydataset"``,
            ``"dataloader"`` (of torch), ``"generator"``, or ``"other"``.
        whole: Whether the arrays are all of the data, and not its first rows.
        batched: Whether a dataset gives batches, as ``fit`` needs them, and not single rows;
            true for all others.
        element: The structure of what a dataset gives: ``"tuple"`` for ``(x, y)``, ``"list"`` or
            ``"dict"``; ``None`` for arrays, and where it is not known.
    """

    x: Given | None = None
    y: Given | None = None
    sample_weight: Given | None = None
    source: Source = "arrays"
    whole: bool = True
    batched: bool = True
    element: str | None = None


def data_of(
    graph: LayerGraph,
    x: Any,  # noqa: ANN401 - whatever fit takes
    y: Any,  # noqa: ANN401
    sample_weight: Any,  # noqa: ANN401
    *,
    training: bool = False,
) -> Data | None:
    """Look at what fit is given.

    No array is copied. Of a dataset the first rows are read, and nothing of a generator, which
    would lose them.

    Args:
        graph: The model.
        x: The inputs; or a dataset or generator, which gives all three.
        y: The targets.
        sample_weight: The sample weights.
        training: Whether a training is about to begin with the same object, so that not even
            the order of its rows may change.

    Returns:
        What was given; ``None`` where nothing was.
    """
    if x is None and y is None and sample_weight is None:
        return None
    source = _source(x)
    if source == "arrays":
        given = _givens(graph, x, y, sample_weight)
        leaves = [one for part in (x, y, sample_weight) for _, one in _flat(part)]
        if all(map(_is_whole, leaves)):
            return Data(*given)
        # Arrays of which all rows are here would seem too long for the others.
        x, y, sample_weight = (one and one.head(_ROWS) for one in given)
        return Data(x, y, sample_weight, whole=False)
    bare = Data(source=source, whole=False)
    # Whatever a reader's own object may raise, fit will tell better.
    with suppress(Exception), left_alone():
        if source == "dataset":
            return _of_dataset(graph, x, bare, training=training)
        if source == "pydataset":
            with _unchanged(x):
                return _of_batch(graph, x[0], bare)
        if source == "dataloader" and not training:
            return _of_batch(graph, next(iter(x)), bare)
    return bare


def _source(x: Any) -> Source:  # noqa: ANN401
    """Tell what x is as Keras does, by the names of its classes, without importing any."""
    if isinstance(x, GeneratorType):
        return "generator"
    if _is_dataset(x):
        return "dataset"
    for one in type(x).__mro__:
        if one.__module__.startswith("torch.utils.data") and one.__name__ == "DataLoader":
            return "dataloader"
        if one.__module__.startswith("keras.") and one.__name__ == "PyDataset":
            return "pydataset"
    if x is None or isinstance(x, list | tuple | dict | int | float | str | bytes):
        return "arrays"
    return "arrays" if _is_array(x) else "other"


def _of_batch(graph: LayerGraph, batch: Any, bare: Data) -> Data:  # noqa: ANN401
    """Look at one batch, split into its parts as Keras does."""
    element = _kind_of(batch)
    parts = tuple(batch) if isinstance(batch, list | tuple) else (batch,)
    if len(parts) > 3:
        return replace(bare, element=element)
    x, y, sample_weight = _givens(graph, *(*parts, None, None)[:3])
    return replace(bare, x=x, y=y, sample_weight=sample_weight, element=element)


def _of_dataset(graph: LayerGraph, dataset: Any, bare: Data, *, training: bool) -> Data:  # noqa: ANN401
    element = dataset.element_spec
    parts = tuple(element) if isinstance(element, list | tuple) else (element,)
    batched = _batched(graph, parts[0])
    bare = replace(bare, batched=batched)
    readable = _readable(dataset) if training else dataset
    if readable is None:
        return _of_batch(graph, _empty(element, batched=batched), bare)
    if not _batched(graph, _first(readable.element_spec)):
        readable = readable.batch(32)
    rows = next(iter(readable.take(1)), None)
    return _of_batch(graph, _empty(element, batched=batched) if rows is None else rows, bare)


def _first(element: Any) -> Any:  # noqa: ANN401
    return element[0] if isinstance(element, list | tuple) and element else element


def _batched(graph: LayerGraph, x: Any) -> bool:  # noqa: ANN401
    """Tell whether the elements of a dataset are batches, and not rows as the inputs take them."""
    wanted = [graph.tensor(one.tensor).shape[1:] for one in graph.inputs]
    given = [tuple(one.shape) for _, one in _flat(x)]
    if len(given) != len(wanted):
        return True
    return not all(
        len(has) == len(row)
        and all(size in (None, own) for own, size in zip(has, row, strict=True))
        for has, row in zip(given, wanted, strict=True)
    )


def _empty(element: Any, *, batched: bool) -> Any:  # noqa: ANN401
    """Make arrays without rows of what is known of a dataset's elements."""
    if isinstance(element, dict):
        return {key: _empty(one, batched=batched) for key, one in element.items()}
    if isinstance(element, list | tuple):
        return tuple(_empty(one, batched=batched) for one in element)
    if element is None:
        return None
    sizes = list(element.shape)[1:] if batched else list(element.shape)
    if None in sizes or "RaggedTensor" in type(element).__name__:
        return element  # which is no array, and so unseen
    return np.empty((0, *sizes), element.dtype.as_numpy_dtype)


# Datasets of which an iterator can be thrown away, as the next one gives the same again: those
# that hold the data, and those made of others.
_HOLDING = ("TensorSlice", "Tensor", "Range")
_STEADY = ("Zip", "Batch", "ParallelBatch", "PaddedBatch", "Map", "ParallelMap")
# Those that leave each row as it is, so that one can look behind them.
_AROUND = ("Shuffle", "Prefetch", "Repeat", "Options", "Cache", "Take", "Skip")


def _readable(dataset: Any) -> Any:  # noqa: ANN401
    """Find in a dataset one with the same rows that can be read and leaves no trace.

    To read from ``shuffle`` gives another order to the training that follows, so what is
    shuffled is read before that. ``None`` where it is not known what a reading would change.
    """
    while len(inner := _inner(dataset)) == 1 and _class_of(dataset) in (*_AROUND, "Batch"):
        dataset = inner[0]
    pending = [dataset]
    while pending:
        one = pending.pop()
        inner = _inner(one)
        known = _STEADY if inner else _HOLDING
        if _class_of(one) not in known or not _is_pure(one):
            return None
        pending += inner
    return dataset


def _class_of(dataset: Any) -> str:  # noqa: ANN401
    return type(dataset).__name__.strip("_").removesuffix("Dataset")


def _inner(dataset: Any) -> list[Any]:  # noqa: ANN401
    """Return the datasets that one is made of."""
    return [one for part in vars(dataset).values() for _, one in _flat(part) if _is_dataset(one)]


def _is_dataset(value: Any) -> bool:  # noqa: ANN401
    return any(one.__name__ == "DatasetV2" for one in type(value).__mro__)


def _is_pure(dataset: Any) -> bool:  # noqa: ANN401
    """Tell whether the function of a dataset has neither state nor chance in it."""
    functions = [one.function.graph for one in vars(dataset).values() if hasattr(one, "function")]
    return not any(
        operation.op_def.is_stateful or operation.type.endswith("PartitionedCall")
        for graph in functions
        for operation in graph.get_operations()
    )


@contextmanager
def _unchanged(thing: Any) -> Iterator[None]:  # noqa: ANN401
    """Put back what reading from a reader's object changes in it: attributes, and chance."""
    before = dict(vars(thing))
    rewinds = [rewind for one in before.values() if (rewind := _rewind(one))]
    try:
        yield
    finally:
        vars(thing).clear()
        vars(thing).update(before)
        for rewind in rewinds:
            rewind()


def _rewind(chance: Any) -> Callable[[], None] | None:  # noqa: ANN401
    """Return what sets a source of random numbers back to where it is now."""
    if isinstance(chance, np.random.Generator):
        state = chance.bit_generator.state
        return lambda: setattr(chance.bit_generator, "state", state)
    if isinstance(chance, np.random.RandomState):
        return partial(chance.set_state, chance.get_state())
    if isinstance(chance, random.Random):
        return partial(chance.setstate, chance.getstate())
    return None


def _givens(
    graph: LayerGraph,
    x: Any,  # noqa: ANN401
    y: Any,  # noqa: ANN401
    sample_weight: Any,  # noqa: ANN401
) -> tuple[Given | None, Given | None, Given | None]:
    return (
        _given(x, partial(_to_inputs, graph)),
        _given(y, partial(_to_outputs, graph)),
        _given(sample_weight, partial(_weights_to_outputs, graph)),
    )


# The place of the array of each input or output, by its name.
_Named: TypeAlias = dict[str, Path]


def _given(value: Any, match: Callable[[list[Path]], _Named]) -> Given | None:  # noqa: ANN401
    if value is None:
        return None
    kind = _kind_of(value)
    flat: dict[Path, Any] = dict(_flat(value))
    keys = {path: "/".join(map(str, path)) for path in flat}
    nothing = frozenset(keys[path] for path, one in flat.items() if one is None)
    refused = frozenset(
        keys[path] for path, one in flat.items() if one is not None and not _is_array(one)
    )
    seen = {path: _array(one) for path, one in flat.items()}
    named = {
        name: array
        for name, path in match(_in_order(value)).items()
        if (array := seen[path]) is not None
    }
    return Given(
        kind,
        tuple(keys.values()),
        tuple(_UNSEEN if one is None else one for one in seen.values()),
        named,
        frozenset(keys[path] for path, one in seen.items() if one is None),
        nothing,
        refused,
    )


def _kind_of(value: Any) -> Kind:  # noqa: ANN401
    if not _is_nested(value):
        return "array"
    if any(map(_is_nested, value.values() if isinstance(value, dict) else value)):
        return "nested"
    return "dict" if isinstance(value, dict) else "list" if isinstance(value, list) else "tuple"


def _is_nested(value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, dict):
        return True
    return isinstance(value, list | tuple) and not _is_numbers(value)


def _is_numbers(value: list[Any] | tuple[Any, ...]) -> bool:
    """Tell whether it is a list of numbers, or of such lists: an array to whoever wrote it."""
    if not value:
        return False
    first = value[0]
    while isinstance(first, list | tuple) and first:
        first = first[0]
    return isinstance(first, bool | int | float | complex | str | bytes)


def _flat(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401
    """Go through lists and dicts, in the order in which they were written."""
    if not _is_nested(value):
        yield path, value
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in pairs:
        yield from _flat(one, (*path, key if isinstance(key, int) else str(key)))


def _is_array(value: Any) -> bool:  # noqa: ANN401
    """Tell whether Keras takes it for an array."""
    module = type(value).__module__
    return hasattr(value, "__array__") or module.startswith(("tensorflow", "jax", "torch", "scipy"))


def _is_whole(value: Any) -> bool:  # noqa: ANN401
    return len(value) <= _ROWS if _is_read_in_part(value) else True


def _is_read_in_part(value: Any) -> bool:  # noqa: ANN401
    """Tell whether an array of all of it would be a copy: of a table of several dtypes, a file."""
    if isinstance(value, list | tuple):
        return True
    if isinstance(value, np.ndarray) or not hasattr(value, "__array__"):
        return False
    if hasattr(value, "iloc"):
        return len(set(map(str, getattr(value, "dtypes", ())))) > 1 if value.ndim == 2 else False
    known = ("tensorflow", "jax", "torch", "keras")
    return hasattr(value, "__len__") and not type(value).__module__.startswith(known)


def _array(value: Any) -> NDArray[Any] | None:  # noqa: ANN401
    """See it as an array; None where that is not possible."""
    if value is None:
        return None
    try:
        if _is_read_in_part(value):
            value = getattr(value, "iloc", value)[:_ROWS]
        if isinstance(value, np.ndarray):
            return np.asarray(value)
        if hasattr(value, "to_numpy"):  # pandas; Keras makes a column of a Series
            table = np.asarray(value.to_numpy())
            return table[:, np.newaxis] if table.ndim == 1 else table
        if hasattr(value, "detach"):
            value = value.detach().cpu()
        if hasattr(value, "__array__") or isinstance(
            value, list | tuple | bool | int | float | str
        ):
            array = np.asarray(value)
            # A list whose lines differ in length is none.
            return array if array.dtype != object or hasattr(value, "__array__") else None
    except Exception:  # a ragged or sparse tensor, a list of unequal lists, a reader's own object
        return None
    return None


def _by_key(ends: tuple[Input, ...] | tuple[Output, ...]) -> bool:
    """Tell whether the inputs or outputs are a dict."""
    return all(len(one.path) == 1 and isinstance(one.path[0], str) for one in ends)


def _in_a_row(ends: tuple[Input, ...] | tuple[Output, ...]) -> bool:
    """Tell whether they are a list, a tuple or a single one."""
    return all(not one.path or [type(part) for part in one.path] == [int] for one in ends)


def _in_order(value: Any, path: Path = ()) -> list[Path]:  # noqa: ANN401
    """Go through lists and dicts as Keras does: in alphabetical order, but in an OrderedDict."""
    if not _is_nested(value):
        return [path]
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    if isinstance(value, dict) and not isinstance(value, OrderedDict):
        with suppress(TypeError):  # keys that cannot be compared
            pairs.sort(key=lambda pair: pair[0])
    return [
        leaf
        for key, one in pairs
        for leaf in _in_order(one, (*path, key if isinstance(key, int) else str(key)))
    ]


def _to_inputs(graph: LayerGraph, given: list[Path]) -> _Named:
    names = [one.name for one in graph.inputs]
    if _is_dict(given) and _in_a_row(graph.inputs):
        return _by_name(names, given) if {(name,) for name in names} <= set(given) else {}
    if _is_dict(given) and _by_key(graph.inputs):
        # With a key too many Keras takes the first ones, and tells it in a warning alone.
        fit = {one.path for one in graph.inputs} <= set(given)
    elif _in_a_row(graph.inputs) or _by_key(graph.inputs):
        fit = len(given) == len(names)
    else:
        fit = len(given) >= len(names)
    return dict(zip(names, given, strict=False)) if fit else {}


def _to_outputs(graph: LayerGraph, given: list[Path]) -> _Named:
    names = [one.name for one in graph.outputs]
    if _is_dict(given) and _by_key(graph.outputs):
        return {one.name: one.path for one in graph.outputs if one.path in given}
    if _is_dict(given) and _in_a_row(graph.outputs) and len(given) == len(names):
        fit = len(names) > 1 and {(name,) for name in names} == set(given)
        return _by_name(names, given) if fit else {}
    trained = [one.name for one in graph.outputs if one.losses]
    if len(given) == len(names):
        return dict(zip(names, given, strict=True))
    # Targets for those outputs alone that have a loss.
    return dict(zip(trained, given, strict=True)) if len(given) == len(trained) else {}


def _by_name(names: list[str], given: list[Path]) -> _Named:
    return {name: path for name in names if (path := (name,)) in given}


def _is_dict(given: list[Path]) -> bool:
    return bool(given) and all(bool(path) and isinstance(path[0], str) for path in given)


def _weights_to_outputs(graph: LayerGraph, given: list[Path]) -> _Named:
    if given == [()]:
        return {one.name: () for one in graph.outputs}
    return _to_outputs(graph, given)
