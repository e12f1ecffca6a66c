"""Graders of the lesson ``models_as_layers``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from layergraph.exercises import Check, check, exercise
from layergraph.experiments import batch, doing, moved_by_fit, outputs, shaken
from layergraph.graph import read

if TYPE_CHECKING:
    import keras


@exercise("frozen-encoder", title="A new head on a frozen encoder", lesson="models_as_layers")
def frozen_encoder(encoder: keras.Model, model: keras.Model) -> Iterator[Check]:
    """Put two dense layers on an encoder, freeze the encoder, and compile."""
    read(model)
    theirs = {id(weight) for weight in encoder.weights}
    inside = [weight for weight in model.weights if id(weight) in theirs]
    kept = check(
        theirs and len(inside) == len(theirs),
        right="The model holds the encoder's own weights.",
        wrong=f"{len(inside)} of the encoder's {len(theirs)} weights are in the model: call "
        "`encoder` itself on a new input. A copy of it, or an encoder that is built anew, has "
        "other weights.",
    )
    yield kept
    if not kept:
        return
    new = [weight for weight in model.weights if id(weight) not in theirs]
    kernels = [weight for weight in new if len(weight.shape) == 2]
    head = check(
        len(kernels) == 2,
        right="Two layers of your own follow it.",
        wrong=f"The head has {len(kernels)} weight matrices, and two dense layers have two: one "
        "for 16 numbers, and one for the answer.",
    )
    yield head
    if not head:
        return
    shapes = [tuple(weight.shape) for weight in kernels]
    yield check(
        (16, 1) in shapes and any(shape != (16, 1) and shape[1] == 16 for shape in shapes),
        right="The first gives 16 numbers, and the second makes one of them.",
        wrong=f"The weight matrices of the head have the shapes {shapes[0]} and {shapes[1]}; the "
        "first layer should give 16 numbers and the second one number, so that the shapes end in "
        "16 and in 1.",
    )
    trainable = {id(weight) for weight in model.trainable_weights}
    free = [weight.path for weight in inside if id(weight) in trainable]
    frozen = check(
        not free,
        right="The encoder is frozen: none of its weights is left to train.",
        wrong=f"{len(free)} weights of the encoder, such as `{free[0] if free else ''}`, are still "
        "trained: set `encoder.trainable = False`, as an attribute. The option of "
        "`keras.Model` does not reach the layers inside.",
    )
    yield frozen
    yield check(
        all(id(weight) in trainable for weight in new),
        right="The head is left to train.",
        wrong="The head is frozen too, so nothing can be learnt: freeze the encoder, not the "
        "whole model.",
    )
    compiled = check(
        model.compiled,
        right="The model is compiled.",
        wrong="The model is not compiled: call `model.compile`, after the encoder is frozen.",
    )
    yield compiled
    if not compiled:
        return
    loss = _loss(model)
    suits = check(
        loss and not any(word in loss for word in _FOR_OTHERS),
        right="The loss suits one probability.",
        wrong=f"The loss `{loss}` is not made for one probability: `binary_crossentropy` is."
        if loss
        else "The model is compiled without a loss: name one in `model.compile`, such as "
        '`loss="binary_crossentropy"`.',
    )
    yield suits
    if not suits:
        return
    random = shaken(model)
    for weight in random.weights:
        if "float" in str(weight.dtype):
            weight.assign(weight * 100)  # so that an answer without a sigmoid goes far
    answers = outputs(random, batch(random, size=16)).values()
    within = check(
        getattr(model.loss, "from_logits", False)
        or all((one >= 0).all() and (one <= 1).all() for one in answers),
        right="Its answer is what the loss expects.",
        wrong="The answer leaves the range from 0 to 1, and the loss expects a probability: the "
        'last layer needs `activation="sigmoid"`.',
    )
    yield within
    if not (frozen and within):
        return
    moved = moved_by_fit(model)
    stay = [weight.path for weight in inside]
    yield check(
        not moved.intersection(stay) and moved.intersection(weight.path for weight in new),
        right="One `fit`, on a copy, moved the head and nothing of the encoder.",
        wrong="One `fit`, on a copy, moved weights of the encoder, or none of the head: look at "
        "the loss, and at `model.trainable_weights`.",
    )
    yield check(
        not _stale(model),
        right="The training that is set up knows that the encoder is frozen.",
        wrong="The model was trained before the encoder was frozen, and the training that was set "
        "up then goes on moving the encoder: call `model.compile` once more.",
    )


_FOR_OTHERS = ("categorical", "hinge", "cosine")


def _loss(model: keras.Model) -> str:
    """Return the name of the loss that a model is compiled with; empty if there is none."""
    import keras

    loss = model.loss
    if not isinstance(loss, str):
        return str(getattr(loss, "name", None) or getattr(loss, "__name__", None) or loss or "")
    return str(keras.losses.get(loss).__name__)


def _stale(model: keras.Model) -> bool:
    """Whether a model's optimizer was set up for other weights than are to be trained now.

    An optimizer that keeps nothing for each weight, such as plain SGD, does not show it.
    """
    optimizer = model.optimizer
    if not optimizer.built:
        return False
    anew = type(optimizer).from_config(optimizer.get_config())
    anew.build(model.trainable_variables)
    return len(anew.variables) != len(optimizer.variables)


@exercise("careful-ensemble", title="The most careful of three", lesson="models_as_layers")
def careful_ensemble(members: Sequence[keras.Model], ensemble: keras.Model) -> Iterator[Check]:
    """Build a model that gives the lowest of its members' answers."""
    if not members:
        yield Check(False, "The list of members is empty: give the three trained models in it.")
        return
    read(ensemble)
    theirs = {id(weight) for member in members for weight in member.weights}
    own = {id(weight) for weight in ensemble.weights}
    missing = [
        number
        for number, member in enumerate(members)
        if not own.issuperset(id(weight) for weight in member.weights)
    ]
    whole = check(
        not missing,
        right=f"The ensemble holds the weights of all {len(members)} members.",
        wrong=f"The weights of `members[{missing[0] if missing else ''}]` are not in the ensemble: "
        "call each member itself on the new input, and use what each returns.",
    )
    yield whole
    yield check(
        own <= theirs,
        right="It has no weights beside theirs.",
        wrong=f"{len(own - theirs)} weights of the ensemble belong to no member: to take the "
        "lowest answer needs nothing to learn. Look for a layer too many, or for a copy of a "
        "member.",
    )
    single = check(
        len(ensemble.inputs) == 1 and len(ensemble.outputs) == 1,
        right="One input goes to all members, and one answer comes out.",
        wrong=f"The ensemble has {len(ensemble.inputs)} inputs and {len(ensemble.outputs)} "
        "outputs: make one `Input`, call every member on it, and merge the answers.",
    )
    yield single
    if not (whole and single):
        return
    with doing("run the ensemble and its members on a few random examples"):
        given = next(iter(batch(ensemble, size=64).values()))
        answer = np.asarray(ensemble(given, training=False))
        each = [np.asarray(member(given, training=False)) for member in members]
    shape = check(
        answer.shape == each[0].shape,
        right="Its answer has the shape of a member's.",
        wrong=f"Its answer has the shape {answer.shape}, and a member's {each[0].shape}: the "
        "answers should be merged number by number.",
    )
    yield shape
    if not shape:
        return
    lowest = np.abs(answer - np.min(each, axis=0)).max() < 1e-5
    if lowest:
        wrong = ""
    elif np.abs(answer - np.mean(each, axis=0)).max() < 1e-5:
        wrong = "The ensemble gives the average of the answers, and the lowest was asked for."
    elif np.abs(answer - np.max(each, axis=0)).max() < 1e-5:
        wrong = "The ensemble gives the highest of the answers, and the lowest was asked for."
    else:
        wrong = (
            "The ensemble's answers are not the lowest of its members' answers: look at the layer "
            "that merges them, and at what is called after it."
        )
    yield check(lowest, right="Its answer is the lowest of its members' answers.", wrong=wrong)


@exercise("row-with-gaps", title="A row with gaps", lesson="models_as_layers")
def row_with_gaps(reader: keras.Model, model: keras.Model) -> Iterator[Check]:
    """Average a reader's answers over those of four tweets that hold a word."""
    read(reader)
    read(model)
    length = reader.inputs[0].shape[-1]
    shapes = [tuple(one.shape) for one in model.inputs]
    shape = check(
        shapes == [(None, 4, length)],
        right=f"The model takes four tweets of {length} ids.",
        wrong=f"The model's inputs have the shapes {', '.join(map(str, shapes))}; one of the shape "
        f"{(None, 4, length)} was asked for.",
    )
    yield shape
    if not shape:
        return
    theirs = {id(weight) for weight in reader.weights}
    same = check(
        {id(weight) for weight in model.weights} == theirs,
        right="It has the reader's weights, and no others.",
        wrong="Its weights are not those of the reader: apply `reader` itself to each tweet, by "
        "`TimeDistributed` or by hand, and add no layer that learns.",
    )
    yield same
    if not same:
        return
    with doing("run the model on a few rows"):
        rows = next(iter(batch(model, size=16).values()))
        full = np.asarray(model(rows, training=False))
        each = [np.asarray(reader(rows[:, step], training=False)) for step in range(4)]
        gaps = rows.copy()
        for number in range(12):  # as many as three tweets are missing, at the start or within
            gaps[number, : number % 4] = 0
            if number >= 8:
                gaps[number] = gaps[number, ::-1]
        there = (gaps != 0).any(axis=2)
        answers = np.asarray(model(gaps, training=False))
        # Of an empty tweet whatever the reader gives, which does not count.
        apart = [np.asarray(reader(gaps[:, step], training=False)) for step in range(4)]
    expected = np.mean(each, axis=0)
    counted = [np.where(there[:, [step]], apart[step], 0) for step in range(4)]
    wanted = np.sum(counted, axis=0) / there.sum(axis=1, keepdims=True)
    sized = check(
        full.shape == expected.shape,
        right="One answer comes out for each row.",
        wrong=f"For 16 rows the answers have the shape {full.shape}, and should have "
        f"{expected.shape}: take the average over the four tweets, and keep the last size.",
    )
    yield sized
    if not sized:
        return
    whole = check(
        np.abs(full - expected).max() < 1e-4,
        right="For complete rows it gives the average of the four answers.",
        wrong="For rows without a gap the answer is not the average of the reader's four answers: "
        "look at what is summed, and at what it is divided by.",
    )
    yield whole
    numbers = check(
        np.isfinite(answers).all(),
        right="Rows with gaps get a number.",
        wrong="Rows with gaps get no number (NaN): the reader's answer for an empty tweet is none, "
        "and NaN times 0 is NaN. Put another number in its place, with `ops.where`, before you "
        "sum.",
    )
    yield numbers
    if not (whole and numbers):
        return
    yield check(
        np.abs(answers - wanted).max() < 1e-4,
        right="There, the average is over the tweets that hold a word.",
        wrong="For rows with gaps the answer is not the average over the tweets that hold a word: "
        "divide the sum by the number of these tweets, not by four.",
    )
