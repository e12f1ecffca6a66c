"""What a finding must not depend on, and what linting must leave as it is."""

import random
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from lint_cases import CASES, Case, Lint, collect

from layergraph.graph import LayerGraph, read
from layergraph.linting import Finding, lint, rules

collect()

GRAPH_ONLY = {rule.code for rule in rules() if rule.needs == "graph"}


def built(
    branches: list[int], order: list[int], name: Callable[[str], str | None], *, masked: bool
) -> keras.Model:
    """Branches of some kinds between two inputs and a merge, made in some order."""
    keras.utils.clear_session(free_memory=False)
    ids = keras.Input((6,), dtype="int32", name=name("ids"))
    numbers = keras.Input((4,), name=name("numbers"))
    ends: dict[int, keras.KerasTensor] = {}
    for at in order:
        kind = branches[at]
        own = lambda word, at=at: name(f"{word}_{at}")  # noqa: E731
        if kind == 0:
            x = layers.Embedding(9, 4, mask_zero=masked, name=own("embed"))(ids)
            ends[at] = layers.LSTM(3, name=own("lstm"))(x)
        elif kind == 1:
            x = layers.Embedding(9, 4, mask_zero=masked, name=own("embed"))(ids)
            x = layers.Conv1D(3, 2, name=own("conv"))(x)
            ends[at] = layers.GRU(3, name=own("gru"))(x)
        elif kind == 2:
            x = layers.Dense(5, name=own("first"))(numbers)
            ends[at] = layers.Dense(3, name=own("second"))(x)
        else:
            x = layers.Dropout(0.5, name=own("drop"))(numbers, training=True)
            ends[at] = layers.Dense(3, activation="relu", name=own("third"))(x)
    merged = layers.Concatenate(name=name("merge"))(
        [ends[at] for at in range(len(branches))] + [layers.Dense(2, name=name("own"))(numbers)]
    )
    model = keras.Model(
        [ids, numbers], layers.Dense(1, activation="sigmoid", name=name("out"))(merged)
    )
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    return model


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str, int]]:
    """What was found, names aside."""
    return sorted((one.code, one.severity, len(one.layers)) for one in findings)


@pytest.mark.filterwarnings("ignore")  # a convolution tells that it destroys the mask
@settings(max_examples=12, deadline=None)
@given(
    branches=st.lists(st.integers(0, 3), min_size=1, max_size=4),
    masked=st.booleans(),
    seed=st.integers(0, 99),
)
def test_names_and_the_order_of_branches_change_no_finding(
    branches: list[int], masked: bool, seed: int
) -> None:
    there = list(range(len(branches)))
    mixed = random.Random(seed).sample(there, len(there))
    as_is = lint(built(branches, there, lambda word: word, masked=masked))
    renamed = lint(built(branches, there, lambda word: f"z{hash(word) % 10**9}", masked=masked))
    reordered = lint(built(branches, mixed, lambda word: word, masked=masked))

    assert said(as_is.findings) == said(renamed.findings)
    assert said(as_is.findings) == said(reordered.findings)
    assert {one.layers for one in as_is.findings} == {one.layers for one in reordered.findings}


def sampled(count: int) -> list[Case]:
    """Some cases of each rule: the first bad ones."""
    by_rule: dict[str, list[Case]] = {}
    for case in CASES:
        if case.bad:
            by_rule.setdefault(case.code, []).append(case)
    return [case for cases in by_rule.values() for case in cases[:count]]


def made(case: Case) -> Lint:
    keras.utils.clear_session(free_memory=False)
    what = case.make()
    return what if isinstance(what, Lint) else Lint(what)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", sampled(1), ids=str)
def test_a_graph_out_of_json_gives_the_findings_of_a_graph(case: Case) -> None:
    model = made(case).model
    graph = model if isinstance(model, LayerGraph) else read(model)
    again = LayerGraph.from_json(graph.to_json())
    first, second = (
        [one for one in lint(graph_).findings if one.code in GRAPH_ONLY]
        for graph_ in (graph, again)
    )

    assert first == second


def state(model: keras.Model) -> list[Any]:
    """All of a model, and of what is around it, that linting must leave as it is."""
    return [
        [np.array(one).tobytes() for one in model.weights],
        [layer.trainable for layer in model.layers],
        [one.path for one in model.trainable_weights],
        getattr(model, "compiled", False),
        id(getattr(model, "optimizer", None)),
        len(getattr(getattr(model, "optimizer", None), "variables", ())),
        id(model.train_function),
        model.built,
    ]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", sampled(1), ids=str)
def test_linting_leaves_all_as_it_is_and_says_the_same_again(case: Case) -> None:
    lintable = made(case)
    if isinstance(lintable.model, LayerGraph):
        assert lintable.report() == lintable.report()
        return
    expected = layers.Dense(1).name
    before = state(lintable.model), random.getstate(), np.random.get_state()[1].tobytes()
    report = lintable.report()
    after = state(lintable.model), random.getstate(), np.random.get_state()[1].tobytes()
    name = layers.Dense(1).name

    assert before == after
    # The next automatic name is the next one, whatever linting has built.
    number = int(expected.rpartition("_")[2]) if "_" in expected else 0
    assert f"dense_{number + 1}" == name
    assert report == lintable.report()
