"""What rules look at: a model's graph, what compile was given, and the data."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from layergraph.graph.walks import opened

if TYPE_CHECKING:
    import keras

    from layergraph.graph import LayerGraph
    from layergraph.linting._data import Data


@dataclass(frozen=True)
class Case:
    """A model, and what is known of it.

    Attributes:
        graph: The graph, nested models within their layers.
        model: The model; ``None`` where a graph alone was given.
        data: What ``fit`` will be given; ``None`` where nothing was.
        behaviour: Whether the model may be run.
        symmetric: Two inputs that are to count alike; ``None`` where nobody asked.
    """

    graph: LayerGraph
    model: keras.Model | None = None
    data: Data | None = None
    behaviour: bool = False
    symmetric: tuple[str, str] | None = None

    @cached_property
    def opened(self) -> LayerGraph:
        """The graph with the layers of nested models in their place, as ``encoder/lstm``."""
        return opened(self.graph)

    @cached_property
    def written(self) -> dict[str, Any]:
        """The arguments of ``compile`` as they were written; empty where nobody knows.

        Functions and objects are in Keras' form for saving; lists are lists, tuples are tuples,
        dicts keep the order of their keys.
        """
        if self.model is None or not self.graph.compiled:
            return {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of a lambda
            try:
                written = self.model.get_compile_config() or {}
            except Exception:  # it may hold anyone's object
                return {}
        return {key: _tuples(value) for key, value in written.items()}


def _tuples(value: Any) -> Any:  # noqa: ANN401
    """Undo Keras' form for tuples."""
    if isinstance(value, list):
        return [_tuples(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "__tuple__":
        return tuple(_tuples(one) for one in value["config"]["value"])
    is_object = "class_name" in value and "config" in value
    return value if is_object else {key: _tuples(one) for key, one in value.items()}
