"""What fit is given, as far as a rule may want to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layergraph.graph import Input, LayerGraph, Output

Kind: TypeAlias = Literal["array", "list", "tuple", "dict", "nested"]


@dataclass(frozen=True)
class Given:
    """Inputs, targets or sample weights, as they were given.

    Attributes:
        kind: How they were given; ``"nested"`` for lists or dicts within others.
        keys: The keys of a dict in their order, ``"0"``, ``"1"`` for a list, ``""`` for an array.
        arrays: The arrays in the same order. Of a dataset or a generator, the first rows.
        named: The arrays by the names of the inputs or outputs to which Keras will give them,
            as far as they can be told apart.
    """

    kind: Kind
    keys: tuple[str, ...]
    arrays: tuple[NDArray[Any], ...]
    named: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Data:
    """What fit is given.

    Attributes:
        x: The inputs.
        y: The targets.
        sample_weight: The sample weights.
        source: ``"arrays"``, ``"dataset"`` (a ``tf.data.Dataset``), ``"pydataset"``,
            ``"generator"``.
        whole: Whether the arrays are all of the data, and not its first rows.
    """

    x: Given | None = None
    y: Given | None = None
    sample_weight: Given | None = None
    source: str = "arrays"
    whole: bool = True


def data_of(graph: LayerGraph, x: Any, y: Any, sample_weight: Any) -> Data | None:  # noqa: ANN401
    """Look at what fit is given.

    Args:
        graph: The model.
        x: The inputs.
        y: The targets.
        sample_weight: The sample weights.

    Returns:
        What was given; ``None`` where nothing was.
    """
    if x is None and y is None and sample_weight is None:
        return None
    return Data(
        x=_given(x, graph.inputs),
        y=_given(y, graph.outputs),
        sample_weight=_given(sample_weight, graph.outputs),
    )


def _given(value: Any, ends: tuple[Input, ...] | tuple[Output, ...]) -> Given | None:  # noqa: ANN401
    if value is None:
        return None
    if isinstance(value, Mapping):
        keys = tuple(map(str, value))
        arrays = tuple(np.asarray(one) for one in value.values())
        names = {one.name for one in ends}
        named = {key: one for key, one in zip(keys, arrays, strict=True) if key in names}
        return Given("dict", keys, arrays, named)
    if isinstance(value, list | tuple):
        arrays = tuple(np.asarray(one) for one in value)
        keys = tuple(map(str, range(len(arrays))))
        # A list for a dict goes by the keys in alphabetical order.
        order = sorted(ends, key=lambda one: one.path if _by_key(ends) else ())
        named = (
            {one.name: array for one, array in zip(order, arrays, strict=True)}
            if len(order) == len(arrays)
            else {}
        )
        return Given("list" if isinstance(value, list) else "tuple", keys, arrays, named)
    array = np.asarray(value)
    return Given("array", ("",), (array,), {ends[0].name: array} if len(ends) == 1 else {})


def _by_key(ends: tuple[Input, ...] | tuple[Output, ...]) -> bool:
    return all(len(one.path) == 1 and isinstance(one.path[0], str) for one in ends)
