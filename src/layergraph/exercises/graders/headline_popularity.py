"""Graders of the lesson ``headline_popularity``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layergraph.exercises import Check, check, exercise
from layergraph.exercises.checks import ancestors, between, in_a_row, merges, opened, sources
from layergraph.graph import read

if TYPE_CHECKING:
    import keras


@exercise("two-more-dense-layers", title="Two more dense layers", lesson="headline_popularity")
def two_more_dense_layers(model: keras.Model) -> Iterator[Check]:
    """Build the repaired model with four dense layers of 64 units before the main output."""
    graph = opened(read(model))
    reach = [set(sources(graph, output.tensor)) for output in graph.outputs]
    everything = {one.name for one in graph.inputs}
    main = [one for one, of in zip(graph.outputs, reach, strict=True) if of == everything]
    shape = check(
        len(graph.inputs) == 2 and len(graph.outputs) == 2 and len(main) >= 1,
        right="The model has two inputs and two outputs, and an output sees both inputs.",
        wrong=f"The model has {len(graph.inputs)} inputs and {len(graph.outputs)} outputs, and "
        f"{len(main)} of these see all inputs: the headline model has two of each, and its main "
        "output sees both the words and the features. Start from `headline_model`.",
    )
    yield shape
    if not shape:
        return
    before = check(
        len(main) == 1,
        right="The auxiliary output leaves before the merge: it depends on one input only.",
        wrong="Both outputs depend on both inputs, so none of them shows what was learnt from the "
        "words alone: the auxiliary output must be called on the encoded text, before the merge.",
    )
    yield before
    if not before:
        return

    meeting = [call for call in merges(graph) if call.id in ancestors(graph, main[0].tensor)]
    stack = tuple(
        call
        for call in between(graph, meeting[0].id, main[0].tensor)
        if graph.layer(call.layer).class_name == "Dense" and main[0].tensor not in call.outputs
    )
    widths = [graph.tensor(call.outputs[0]).shape[-1] for call in stack]
    told = ", ".join(map(str, widths)) or "none"
    yield check(
        len(stack) == 4,
        right="Four dense layers stand between the merge and the main output.",
        wrong=f"Between the merge and the main output stand {len(stack)} dense layers, not four: "
        "the homework adds two to the two that are there. Those of the auxiliary output, and "
        "those before the merge, do not count.",
    )
    if len(stack) != 4:
        return
    yield check(
        widths == [64] * 4,
        right="Each of the four has 64 units.",
        wrong=f"The dense layers have {told} units; each of the four should have 64.",
    )
    yield check(
        in_a_row(graph, stack),
        right="They stand in a row, each after the one before.",
        wrong="The dense layers do not stand in a row: each should be called on what the one "
        "before gave. Look at the drawing for one whose arrow starts at the merge.",
    )
    different = {frozenset(w.number for w in graph.layer(call.layer).weights) for call in stack}
    yield check(
        len(different) == 4,
        right="Each has weights of its own.",
        wrong="A dense layer is called more than once, so the calls share its weights: make a "
        "new layer for each of the four.",
    )
