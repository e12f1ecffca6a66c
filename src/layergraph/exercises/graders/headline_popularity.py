"""Graders of the lesson ``headline_popularity``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layergraph.exercises import Check, check, exercise
from layergraph.experiments import batch, influenced, outputs, shaken, weights_in_effect
from layergraph.graph import read
from layergraph.graph.walks import ancestors, between, in_a_row, merges, opened, outputs_of, sources

if TYPE_CHECKING:
    import keras

    from layergraph.graph import LayerGraph


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


@exercise("features-output", title="A third output for the features", lesson="headline_popularity")
def features_output(model: keras.Model) -> Iterator[Check]:
    """Add an output that sees the five features alone, with a loss that counts 0.2."""
    graph = read(model)
    shape = check(
        len(graph.inputs) == 2 and len(graph.outputs) == 3,
        right="The model has two inputs and three outputs.",
        wrong=f"The model has {len(graph.inputs)} inputs and {len(graph.outputs)} outputs, and "
        "should have two and three: add one output to those of `headline_model`, and name all "
        "three in `Model(inputs=..., outputs=...)`.",
    )
    yield shape
    if not shape:
        return
    facts = [one.name for one in graph.inputs if "float" in graph.tensor(one.tensor).dtype]
    words = [one.name for one in graph.inputs if one.name not in facts]
    inputs = check(
        len(facts) == 1 and graph.tensor(_input(graph, facts[0])).shape[1:] == (5,),
        right="One input has the words' ids, and one the five features.",
        wrong="The model should keep the two inputs of `headline_model`: whole numbers for the "
        "words, and five features as floating-point numbers.",
    )
    yield inputs
    if not inputs:
        return

    alone = outputs_of(graph, *facts)
    own = check(
        len(alone) == 1,
        right="One output sees the features and nothing else.",
        wrong=f"{len(alone)} outputs depend on the features alone, and one should: call its layers "
        f"on `model.inputs[1]` itself. A tensor behind the merge holds the text as well.",
    )
    yield own
    others = check(
        len(outputs_of(graph, *words)) == 1 and len(outputs_of(graph, *words, *facts)) == 1,
        right="The main output sees both inputs, and the auxiliary output the words alone.",
        wrong="Of the other two outputs, one should see both inputs and one the words alone, as "
        "in `headline_model`: keep `base.outputs` and add the new output to them.",
    )
    yield others
    if not (own and others):
        return
    yield check(
        alone[0].name in influenced(model, *facts)
        and alone[0].name not in influenced(model, *words),
        right="Run with other words its predictions stay, and with other features they change.",
        wrong="Run with other features, the predictions of the new output stay as they are: look "
        "for a layer between the input and it that lets nothing through.",
    )
    given = shaken(model)
    array = outputs(given, batch(given, size=64))[alone[0].name]
    probability = check(
        array.shape[1:] == (1,) and array.min() >= 0 and array.max() <= 1,
        right="It gives one probability for each tweet.",
        wrong="It should give one number between 0 and 1 for each tweet: let a `Dense` layer with "
        "one unit and a sigmoid be the last one.",
    )
    yield probability

    if not probability:
        return
    compiled = check(
        graph.compiled and graph.compile_problem is None,
        right="The model is compiled.",
        wrong="The model is not compiled yet: `compile` gives each output its loss."
        if not graph.compiled
        else "`compile` took losses or weights that do not fit the outputs, and `fit` would refuse "
        f"them: {graph.compile_problem}",
    )
    yield compiled
    if not compiled:
        return
    losses = {one.name: [loss.name for loss in one.losses] for one in graph.outputs}
    entropies = check(
        all(names == ["binary_crossentropy"] for names in losses.values()),
        right="Each output has the binary cross-entropy as its loss.",
        wrong="Each of the three outputs needs the loss `binary_crossentropy`, by the name of the "
        "layer that makes it; not so: "
        + ", ".join(f"`{name}`" for name, of in losses.items() if of != ["binary_crossentropy"])
        + ".",
    )
    yield entropies
    if not entropies:
        return
    main = outputs_of(graph, *words, *facts)[0].name
    found = weights_in_effect(model)
    told = ", ".join(f"{weight:.2g} for `{name}`" for name, weight in found.items())
    yield check(
        len(found) == 3
        and all(
            abs(weight - (1 if name == main else 0.2)) < 0.01 for name, weight in found.items()
        ),
        right="In the total that training lowers, the main loss counts 1 and the others 0.2.",
        wrong=f"In the total that training lowers, the losses count {told}; the main loss should "
        "count 1 and both others 0.2. A list of losses with a dictionary of weights swaps them.",
    )


def _input(graph: LayerGraph, name: str) -> str:
    return next(one.tensor for one in graph.inputs if one.name == name)
