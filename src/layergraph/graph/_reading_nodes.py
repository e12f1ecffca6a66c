"""The nodes of Keras' own graph: each is one call of a layer or an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from layergraph.graph._layergraph import Path


def functional_of(operation: object) -> Any:  # noqa: ANN401 - a private class of Keras
    """Return the graph that an operation is or holds, a Sequential once built; else None."""
    import keras

    if isinstance(operation, keras.Sequential):
        return operation._functional
    return operation if isinstance(operation, keras.Function) else None


def node_of(tensor: Any) -> Any:  # noqa: ANN401
    """Return the call that made a tensor."""
    operation, index, _ = tensor._keras_history
    return operation._inbound_nodes[index]


def nodes_of(functional: Any) -> list[Any]:  # noqa: ANN401
    """Return the calls of a functional model, each after those it depends on."""
    return walk(functional.outputs, {id(node_of(tensor)) for tensor in functional.inputs})


def walk(tensors: Iterable[Any], done: set[int]) -> list[Any]:
    """Return the nodes that lead to some tensors, each after those it depends on.

    Walking back from the ends keeps a branch together, which is the order in which one
    tells it. With a stack of our own, as a deep model exceeds Python's recursion limit.

    Args:
        tensors: The ends.
        done: Identities of the nodes to stop at; those found are added.
    """
    found = []
    for tensor in tensors:
        stack = [(node_of(tensor), False)]
        while stack:
            node, ready = stack.pop()
            if id(node) in done:
                continue
            if ready:
                done.add(id(node))
                found.append(node)
            else:
                stack.append((node, True))
                stack += [(node_of(t), False) for t in reversed(node.input_tensors)]
    return found


def leaves(structure: object) -> Iterator[tuple[Path, Any]]:
    """Yield what a nest of lists and dicts holds, each with its place; ``None`` is held too.

    The values of a dict come in the order of its keys, as in ``model.inputs``.
    """
    from keras import KerasTensor, tree

    if isinstance(structure, KerasTensor):  # as nearly always
        yield (), structure
        return
    for path, leaf in tree.flatten_with_path(structure):
        yield tuple(key if isinstance(key, int | str) else str(key) for key in path), leaf


def as_written(structure: object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield as :func:`leaves` does, but the values of a dict in the order it was written in."""
    if isinstance(structure, dict):
        for key, value in structure.items():
            yield from as_written(value, (*path, key if isinstance(key, int | str) else str(key)))
    elif isinstance(structure, list | tuple):
        for number, value in enumerate(structure):
            yield from as_written(value, (*path, number))
    else:
        yield path, structure
