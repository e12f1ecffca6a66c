"""What layers change themselves: statistics, and what goes on from batch to batch."""

from __future__ import annotations

from typing import Any


class State:
    """The variables that layers change, and the layers that go on changing them.

    Attributes:
        variables: Identities of the variables that a layer changes and training never does.
        layers: Identities of the layers that carry something from one batch to the next.
    """

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - a private class of Keras
        import keras

        self.variables: set[int] = set()
        self.layers: set[int] = set()
        changing: dict[type, bool] = {}
        for layer in model._flatten_layers():
            cls = type(layer)
            if cls not in changing:
                changing[cls] = _assigns(cls)
            own = layer._non_trainable_variables
            changes = bool(own) and changing[cls] and not layer.quantization_mode
            if changes:
                self.variables.update(map(id, own))
            if isinstance(layer, keras.layers.Normalization):
                changes = False  # by adapt, not by batches
            elif isinstance(layer, keras.layers.BatchNormalization):
                changes = changes and layer.trainable
            if changes or getattr(layer, "stateful", False) is True:
                self.layers.add(id(layer))

    def holds(self, variable: Any) -> bool:  # noqa: ANN401
        """Say whether a layer changes a variable."""
        return id(variable) in self.variables

    def moves(self, layer: Any) -> bool:  # noqa: ANN401
        """Say whether a layer, or one within, carries something from batch to batch."""
        return bool(self.layers) and any(id(one) in self.layers for one in layer._flatten_layers())


def _assigns(cls: type) -> bool:
    """Say whether the methods of a class assign to variables.

    A weight that is not trainable may also be a constant, such as a table of positions.
    """
    words = {"assign", "assign_add", "assign_sub"}
    return any(
        words & set(function.__code__.co_names)
        for base in cls.__mro__
        if base.__name__ != "Layer" or not base.__module__.startswith("keras.")
        for function in vars(base).values()
        if hasattr(function, "__code__")
    )
