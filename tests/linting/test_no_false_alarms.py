"""Nothing worse than a hint is found in what is right: architectures, taught models, pages.

``pytest`` takes one architecture of each family and some lessons; ``nox -s architectures`` takes
all of keras.applications, and all pages, whose models are trained on a batch too.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import keras
import numpy as np
import pytest

from layergraph import models
from layergraph.datasets import tweets
from layergraph.datasets.tweets import Task
from layergraph.linting import Finding, Report, lint
from layergraph.models import Encoder, Head

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "architectures"))
import applications  # noqa: E402
import published  # noqa: E402

EVERY = "--every-architecture" in sys.argv

# How many models a page trains, at least.
SOME = {
    "tutorials/from_sequential.md": 10,
    "tutorials/graphs_of_layers.md": 20,
    "tutorials/headline_popularity.md": 20,
    "tutorials/same_author.md": 15,
}
OTHERS = {
    "docs/evidence/auxiliary_gradient.md": 40,
    "docs/evidence/auxiliary_regulariser.md": 40,
    "docs/evidence/more_dense_layers.md": 25,
    "docs/evidence/random_or_time.md": 8,
    "docs/evidence/sharing.md": 50,
    "docs/recipes/class_imbalance.md": 3,
    "docs/recipes/custom_training_step.md": 3,
    "docs/recipes/early_stopping_on_one_output.md": 3,
    "docs/recipes/generators.md": 4,
    "docs/recipes/inputs_as_dict.md": 1,
    "docs/recipes/mixed_precision.md": 1,
    "docs/recipes/output_without_loss.md": 4,
    "docs/recipes/residual_add.md": 1,
    "docs/recipes/sample_weights.md": 1,
    "docs/recipes/shared_embedding.md": 1,
    "docs/recipes/shared_vision_model.md": 1,
    "docs/recipes/tf_data.md": 1,
    "docs/recipes/visual_question_answering.md": 2,
    "tutorials/beyond_functional.md": 12,
    "tutorials/inside_the_graph.md": 12,
    "tutorials/models_as_layers.md": 35,
    "tutorials/save_and_ship.md": 1,
}

# What pages do wrong on purpose, to show what comes of it.
ON_PURPOSE = {
    "docs/evidence/sharing.md": {"LG501"},  # two encoders, beside the one that is shared
    "docs/recipes/output_without_loss.md": {"LG208"},  # a dict that leaves an output out
    "tutorials/headline_popularity.md": {"LG101"},  # an LSTM without a mask, beside the right one
    "tutorials/models_as_layers.md": {"LG701"},  # training= in a call, which fit overrides
    "tutorials/same_author.md": {"LG501"},  # two encoders, beside the one that is shared
}


@pytest.fixture(autouse=True)
def cleared() -> Iterator[None]:
    """Leave no weights behind whose values Keras keeps back, nor names."""
    keras.utils.clear_session(free_memory=False)
    yield
    keras.utils.clear_session(free_memory=False)


def alarms(report: Report) -> list[Finding]:
    return [one for one in report.findings if one.severity != "hint"]


@pytest.mark.parametrize(
    "name", list(applications.builders() if EVERY else applications.SMALLEST.values())
)
def test_an_architecture(name: str) -> None:
    model = applications.build(name)
    before = alarms(lint(model))
    model.compile(loss="categorical_crossentropy")

    assert [] == before
    assert [] == alarms(lint(model))


@pytest.mark.parametrize("name", list(published.builders()))
def test_a_published_architecture(name: str) -> None:
    assert [] == alarms(lint(published.builders()[name]()))


@pytest.fixture(scope="module")
def popularity() -> Task:
    return tweets.popularity(tweets.load())


@pytest.fixture(scope="module")
def same_author() -> Task:
    return tweets.same_author(tweets.load())


@pytest.mark.parametrize(
    ("encoder", "hidden", "counts"),
    list(product(("lstm", "average"), ((64, 64), (8,)), (False, True))),
)
def test_a_headline_model(
    encoder: Encoder, hidden: tuple[int, ...], counts: bool, popularity: Task
) -> None:
    part = popularity.train
    ids, features = part.inputs["main_input"], part.inputs["aux_input"]
    model = models.headline_popularity(
        length=ids.shape[1],
        encoder=encoder,
        hidden=hidden,
        counts=counts,
        features=features.shape[1],
    )
    chance = np.random.default_rng(0)
    more = {name: chance.normal(3, 1, (len(ids), 1)) for name in model.output_names[2:]}
    loss = dict.fromkeys(model.output_names[:2], "binary_crossentropy")
    model.compile("adam", loss | dict.fromkeys(more, "mse"))

    assert [] == alarms(lint(model, part.inputs, {**part.targets, **more}))


@pytest.mark.parametrize(
    ("encoder", "head"),
    list(product(("lstm", "average"), ("symmetric", "concatenate", "concatenate_dense"))),
)
def test_a_same_author_model(encoder: Encoder, head: Head, same_author: Task) -> None:
    part = same_author.train
    (length,) = {one.shape[1] for one in part.inputs.values()}
    model = models.same_author(length=length, encoder=encoder, head=head)
    model.compile("adam", "binary_crossentropy", metrics=["auc"])

    assert [] == alarms(lint(model, part.inputs, part.targets["same_author"]))


@pytest.mark.parametrize("page", [*SOME, *OTHERS] if EVERY else list(SOME))
def test_the_models_that_a_page_trains(page: str) -> None:
    told = subprocess.run(
        [
            sys.executable,
            str(HERE / "pages_linted.py"),
            str(ROOT / page),
            *["--train"][: int(EVERY)],
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(told.stdout.splitlines()[-1])
    meant = ON_PURPOSE.get(page, set())
    found = [one for one in result["found"] if one[0] != "hint"]

    assert [] == [one for one in found if one[1] not in meant]
    assert meant <= {code for _, code, _ in result["found"]}
    assert (SOME | OTHERS)[page] <= result["models"], result["passed over"]
