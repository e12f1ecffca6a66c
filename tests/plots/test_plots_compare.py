import re

import pytest
from plots_samples import RESULTS, texts

from layergraph import plots


def test_names_and_means_are_written_in_the_order_given() -> None:
    found = texts(plots.compare(RESULTS))

    rows = ["LSTM", "0.753 ± 0.015", "average", "0.740 ± 0.010"]
    assert rows == [text for text in found if text in rows]


def test_each_run_has_a_dot() -> None:
    (axes,) = plots.compare(RESULTS).figure.axes
    dots = [list(line.get_xdata()) for line in axes.lines if line.get_label() == "run"]

    assert list(RESULTS.values()) == dots


def test_a_tick_is_at_each_mean() -> None:
    (axes,) = plots.compare(RESULTS).figure.axes
    ticks = [line.get_xdata()[0] for line in axes.lines if line.get_label() != "run"]

    assert pytest.approx([2.26 / 3, 0.74]) == ticks


def test_chance_is_a_line_in_view_with_a_label() -> None:
    plot = plots.compare(RESULTS, chance=0.5)
    low, _ = plot.figure.axes[0].get_xlim()

    assert "chance 0.5" in texts(plot)
    assert low < 0.5


def test_without_chance_there_is_no_line() -> None:
    assert not [text for text in texts(plots.compare(RESULTS)) if "chance" in text]


def test_a_long_name_goes_on_in_the_next_line() -> None:
    plot = plots.compare({"a shared encoder whose outputs are averaged over orders": [0.5]})

    assert "a shared encoder whose outputs are" in texts(plot)
    assert "averaged over orders" in texts(plot)


def test_a_name_is_no_formula() -> None:
    assert "$u$ & <v>" in texts(plots.compare({"$u$ & <v>": [0.5]}))


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ({}, "there is nothing to compare: results is empty"),
        ({"LSTM": []}, "'LSTM' has no result; give one a seed"),
        (
            {"GRU": [0.7], "LSTM": [0.7, float("nan")]},
            "result 2 of 'LSTM' is nan, not a finite number",
        ),
    ],
)
def test_results_that_cannot_be_plotted_are_named(
    results: dict[str, list[float]], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        plots.compare(results)


def test_chance_must_be_finite() -> None:
    with pytest.raises(ValueError, match=r"^chance must be a finite number, not inf$"):
        plots.compare(RESULTS, chance=float("inf"))
