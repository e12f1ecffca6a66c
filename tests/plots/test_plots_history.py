import re

import pytest
from plots_samples import HISTORY

from layergraph import plots


@pytest.mark.parametrize(
    ("histories", "message"),
    [
        ([], "there is no history to plot: the list of histories is empty"),
        ({}, "the history is empty: it has no epoch; fit the model first"),
        ({"loss": []}, "the history is empty: it has no epoch; fit the model first"),
        ([HISTORY, {}], "history 2 is empty: it has no epoch; fit the model first"),
        (
            {"loss": [1.0, 2.0], "val_loss": [1.0]},
            "the history has 1 values of 'val_loss' and 2 of 'loss'; "
            "curves need one value of each an epoch",
        ),
        (
            [{"loss": [1.0]}, {"loss": [1.0, 2.0]}],
            "history 2 has 2 epochs and history 1 has 1; "
            "several histories need as many epochs each",
        ),
        (
            [{"loss": [1.0], "auc": [1.0]}, {"loss": [1.0]}],
            "history 2 lacks 'auc', which history 1 has",
        ),
        (
            [{"loss": [1.0]}, {"loss": [1.0]}, {"loss": [1.0], "auc": [1.0]}],
            "history 3 has 'auc', which history 1 lacks",
        ),
    ],
)
def test_one_that_cannot_be_plotted_is_named(histories: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        plots.curves(histories)  # type: ignore[arg-type]


def test_a_metric_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(
        ValueError, match=r"^no metric 'acc' in the history, which has 'auc', 'loss'$"
    ):
        plots.curves({"loss": [1.0], "auc": [1.0], "val_loss": [1.0]}, metrics=["acc"])


def test_a_name_in_place_of_a_list_of_names_is_told() -> None:
    with pytest.raises(ValueError, match=re.escape("such as ['loss'], not one name")):
        plots.curves(HISTORY, metrics="loss")


def test_an_empty_list_of_metrics_is_told() -> None:
    with pytest.raises(ValueError, match=r"^metrics is empty; leave it out"):
        plots.curves(HISTORY, metrics=[])


def test_something_else_than_a_history_is_told() -> None:
    with pytest.raises(TypeError, match=r"^history 2 is a float; pass what model\.fit"):
        plots.curves([HISTORY, 0.5])  # type: ignore[list-item]
