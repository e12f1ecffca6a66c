"""What graders have in common: facts on a graph, and experiments on a copy of a model.

The functions tell what they find and no more; a grader turns it into sentences that fit its
exercise. Those on structure take a :class:`~layergraph.graph.LayerGraph`. Those on behaviour take
a Keras model, work on a copy and leave the model as it is; what a model cannot do, such as run,
becomes a :class:`~layergraph.exercises.CannotGradeError` whose message is a sentence, and so part
of the grade.
"""

from layergraph.exercises.checks._behaviour import (
    asymmetry,
    batch,
    copied,
    difference,
    doing,
    influenced,
    moved_by_fit,
    outputs,
    padding_matters,
    saved_and_loaded,
    shaken,
    trained_by,
    weights_in_effect,
)
from layergraph.exercises.checks._structure import (
    Signature,
    added,
    ancestors,
    between,
    called_with,
    in_a_row,
    merges,
    opened,
    outputs_of,
    signatures,
    sources,
    weights_behind,
)

__all__ = [
    "Signature",
    "added",
    "ancestors",
    "asymmetry",
    "batch",
    "between",
    "called_with",
    "copied",
    "difference",
    "doing",
    "in_a_row",
    "influenced",
    "merges",
    "moved_by_fit",
    "opened",
    "outputs",
    "outputs_of",
    "padding_matters",
    "saved_and_loaded",
    "shaken",
    "signatures",
    "sources",
    "trained_by",
    "weights_behind",
    "weights_in_effect",
]

for _name in set(__all__) - {"Signature"}:
    globals()[_name].__module__ = __name__
