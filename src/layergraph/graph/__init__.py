"""Read a functional Keras model as a plain graph of layers, calls and tensors.

:func:`read` is the one place that looks into Keras. What it returns, a
:class:`LayerGraph`, holds strings, numbers and tuples only: it can be compared,
hashed, written as JSON, and made by hand in a test.

The words are Keras' own. A *layer* holds weights. A *call* is one use of a layer on
some tensors: a layer that is called twice is shared, and both calls use the same
weights. A *tensor* is what a call gives, or an input of the model.

Ids are names, not addresses: ``lstm`` is a layer, ``lstm:0`` its first call in this
model, ``lstm:0#0`` the first tensor of that call. They are the
``[name, call, tensor]`` that Keras writes into ``model.get_config()``. A name may hold
``:`` and ``#`` too; the last of each in an id is ours.
"""

from layergraph.graph._layergraph import (
    Argument,
    Call,
    Fact,
    Input,
    Layer,
    LayerGraph,
    Loss,
    MaskUse,
    Metric,
    Output,
    Shape,
    Tensor,
    Weight,
)
from layergraph.graph._reading import read

__all__ = [
    "Argument",
    "Call",
    "Fact",
    "Input",
    "Layer",
    "LayerGraph",
    "Loss",
    "MaskUse",
    "Metric",
    "Output",
    "Shape",
    "Tensor",
    "Weight",
    "read",
]

# Readers, tracebacks, pickles and the reference know these by the public name.
for _name in set(__all__) - {"Fact", "Shape"}:
    globals()[_name].__module__ = __name__
