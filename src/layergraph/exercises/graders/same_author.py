"""Graders of the lesson ``same_author``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from layergraph.datasets.tweets import Task
from layergraph.exercises import Check, check, exercise
from layergraph.experiments import asymmetry, batch, influenced, outputs, shaken
from layergraph.graph import read
from layergraph.graph.walks import called_with, merges, opened, sources, weights_behind

if TYPE_CHECKING:
    import keras

    from layergraph.graph import LayerGraph

_RELU = ("ReLU", "Relu")  # a layer, and a function of ``keras.ops``


@exercise("same-author-average", title="Make any head symmetric", lesson="same_author")
def same_author_average(model: keras.Model) -> Iterator[Check]:
    """Make a head with a hidden layer of 32 relu units symmetric, by no symmetric merge."""
    graph = opened(read(model))
    names = [one.name for one in graph.inputs]
    shape = check(
        len(names) == 2 and len(graph.outputs) == 1,
        right="The model has two inputs and one output.",
        wrong=f"The model has {len(names)} inputs and {len(graph.outputs)} outputs; it should take "
        "two tweets and give one answer.",
    )
    yield shape
    if not shape:
        return
    output = graph.outputs[0].tensor
    both = check(
        set(sources(graph, output)) == set(names) and all(influenced(model, n) for n in names),
        right="The answer changes with either tweet.",
        wrong="The answer does not change with each of the two tweets: look in the drawing for a "
        "tweet that no arrow leads from, or the same one that is taken twice.",
    )
    yield both
    if not both:
        return
    behind = [weights_behind(graph, name) for name in names]
    yield check(
        behind[0] == behind[1] != frozenset(),
        right="One encoder, with one set of weights, reads both tweets.",
        wrong="The two tweets are read by different weights: make one encoder, and call it on both "
        "inputs.",
    )

    hidden = _hidden(graph)
    yield check(
        hidden,
        right="Behind the merge is a hidden layer of 32 relu units.",
        wrong="Behind the merge is no `Dense` layer of 32 units with `relu`: the head is to be "
        "that layer and then the logistic unit.",
    )
    others = sorted(
        {graph.layer(call.layer).class_name for call in merges(graph)} - {"Concatenate", "Stack"}
    )
    yield check(
        not others,
        right="The vectors are merged side by side, by no difference and no product.",
        wrong=f"The vectors are merged by `{'`, `'.join(others)}`: here they are to stay side by "
        "side, and the symmetry is to come from two calls of the head.",
    )
    if not hidden:
        return
    twice = check(
        all(len(called_with(graph, number)) > 1 for number in hidden),
        right="The head is called more than once, with the same weights.",
        wrong="The head is called once, so it sees the tweets in one order only: call the same "
        "head, not a new one, on `[u, v]` and on `[v, u]`.",
    )
    yield twice
    if not twice:
        return
    yield check(
        asymmetry(model, *names) < 1e-3,
        right="With random weights the answer for (a, b) is that for (b, a), but for rounding.",
        wrong="With random weights the answer for (a, b) is another one than for (b, a): take the "
        "mean of both answers, so that neither order counts more.",
    )
    yield check(
        _probability(model),
        right="The answer is one probability.",
        wrong="The answer is not one number between 0 and 1 for each pair: the mean of two "
        "probabilities is one, and their sum is not.",
    )


def _hidden(graph: LayerGraph) -> list[int]:
    """The weights of the relu layers of 32 units that see both tweets."""
    everything = {one.name for one in graph.inputs}
    after = {one: call for call in graph.calls for one in call.inputs}
    found = []
    for call in graph.calls:
        layer = graph.layer(call.layer)
        facts = dict(layer.facts)
        if layer.class_name != "Dense" or facts.get("units") != 32:
            continue
        if set(sources(graph, call.outputs[0])) != everything:
            continue
        relu = facts.get("activation") == "relu"
        follower = after.get(call.outputs[0])
        if follower is not None and not relu:
            of = graph.layer(follower.layer)
            relu = of.class_name in _RELU or dict(of.facts).get("activation") == "relu"
        if relu:
            found += [weight.number for weight in layer.weights]
    return found


def _probability(model: keras.Model) -> bool:
    """Whether the answers lie between 0 and 1, with some random weights and with others."""
    for seed in range(5):
        copy = shaken(model, seed=seed)
        (array,) = outputs(copy, batch(copy, size=64)).values()
        if array.shape[1:] != (1,) or array.min() < 0 or array.max() > 1:
            return False
    return True


@exercise("same-author-time", title="Test on later tweets", lesson="same_author")
def same_author_time(
    later: object, predictions: Sequence[np.ndarray], difference: float
) -> Iterator[Check]:
    """Test the symmetric model on later tweets with three seeds, and tell the difference."""
    kind = check(
        isinstance(later, Task) and "same_author" in later.test.targets,
        right="The first answer is a task of pairs.",
        wrong="The first answer should be the task that `tweets.same_author` returns.",
    )
    yield kind
    if not isinstance(later, Task) or not kind:
        return
    # Rows are in the order of time.
    order = check(
        later.train.rows.max() < later.test.rows.min(),
        right="Every test tweet is later than every training tweet.",
        wrong="Some test tweets are earlier than some training tweets, so the split is not by "
        'time: it is cut by `split="time"`.',
    )
    yield order
    if not order:
        return
    enough = check(
        len(predictions) >= 3,
        right=f"There are predictions of {len(predictions)} trainings.",
        wrong=f"There are predictions of {len(predictions)} trainings, and one training is one "
        "sample: train with three seeds, and append what `predict` gives for `later.test.inputs`.",
    )
    yield enough
    if not enough:
        return
    pairs = len(later.test)
    fit = check(
        all(one.size == pairs and np.isfinite(one).all() for one in predictions),
        right=f"Each of them has one number for each of the {pairs} test pairs.",
        wrong=f"Each should have one number for each of the {pairs} test pairs of `later`; they "
        f"have {', '.join(str(one.size) for one in predictions)}. Give what `predict` returns for "
        "`later.test.inputs`, not its AUC.",
    )
    yield fit
    if not fit:
        return
    yield check(
        all(
            not np.array_equal(np.ravel(one), np.ravel(other))
            for place, one in enumerate(predictions)
            for other in predictions[:place]
        ),
        right="No two trainings gave the same predictions.",
        wrong="Two of the trainings gave the same predictions: set another seed before each, and "
        "build a new model for each.",
    )
    aucs = [_auc(later.test.targets["same_author"], one) for one in predictions]
    told = ", ".join(f"{one:.2f}" for one in aucs)
    learnt = check(
        min(aucs) > 0.6,
        right=f"On later tweets the AUCs are {told}: each is better than a guess.",
        wrong=f"The AUCs on the later pairs are {told}, and one is hardly better than a guess: "
        "the words known are those of the task, so build the model with "
        "`vocabulary_size=len(later.vocabulary)`, and train on `later.train`.",
    )
    yield learnt
    if not learnt:
        return
    mean = float(np.mean(aucs))
    sign = check(
        difference < 0,
        right="The difference is negative: later tweets are harder.",
        wrong=f"The difference is {difference:.2f}, and should be the mean by time minus the mean "
        "of the random split: later tweets are harder, so it is negative.",
    )
    yield sign
    if not sign:
        return
    random = mean - difference
    yield check(
        0.85 < random < 1 and difference < -0.02,
        right=f"It is more than 0.02, from {random:.2f} down to {mean:.2f}.",
        wrong=f"By this difference the random split has a mean AUC of {random:.2f}, which is not "
        "what the lesson found: subtract the mean of `shared_aucs` from the mean by time, and do "
        "not round before.",
    )


def _auc(targets: np.ndarray, scores: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(np.ravel(targets), np.ravel(scores)))
