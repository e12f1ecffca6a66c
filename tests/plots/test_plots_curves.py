import pytest
from plots_samples import HISTORY, SEEDS, KerasHistory, titles

from layergraph import plots


def test_the_whole_model_comes_first_and_a_loss_before_other_metrics() -> None:
    expected = [
        "all outputs: loss",
        "aux_output: loss",
        "aux_output: auc",
        "main_output: loss",
        "main_output: auc",
    ]

    assert expected == titles(plots.curves(HISTORY))


def test_outputs_are_in_the_order_of_the_model_where_it_is_known() -> None:
    found = titles(plots.curves(KerasHistory(HISTORY)))

    assert "main_output: loss" == found[1]
    assert "aux_output: loss" == found[3]


def test_each_output_has_a_row() -> None:
    assert [0, 1, 1, 2, 2] == [panel.row for panel in plots.curves(HISTORY).panels]


def test_outputs_with_one_panel_each_share_a_row() -> None:
    plot = plots.curves(HISTORY, metrics=["main_output_auc", "aux_output_auc"])

    assert [0, 0] == [panel.row for panel in plot.panels]


def test_metrics_are_shown_in_the_order_asked_for() -> None:
    plot = plots.curves(HISTORY, metrics=["main_output_auc", "aux_output_auc"])

    assert ["main_output: auc", "aux_output: auc"] == titles(plot)


def test_an_output_whose_name_begins_like_another_keeps_its_metrics() -> None:
    history = {"a_loss": [1.0], "a_b_loss": [1.0], "a_b_auc": [1.0], "loss": [1.0]}

    expected = ["all outputs: loss", "a: loss", "a_b: loss", "a_b: auc"]
    assert expected == titles(plots.curves(history))


def test_a_model_with_one_output_names_its_metrics_alone() -> None:
    assert ["loss", "auc"] == titles(plots.curves({"auc": [0.6], "loss": [0.6]}))


def test_training_and_validation_differ_in_more_than_colour() -> None:
    (axes,) = plots.curves(HISTORY, metrics=["loss"]).figure.axes
    training, validation = axes.lines[:2]

    assert "training" == training.get_label()
    assert "validation" == validation.get_label()
    assert training.get_linestyle() != validation.get_linestyle()
    assert training.get_marker() != validation.get_marker()


@pytest.mark.parametrize(
    ("metric", "place"), [("main_output_auc", (3, 0.75)), ("main_output_loss", (3, 0.61))]
)
def test_a_ring_is_at_the_best_of_validation(metric: str, place: tuple[int, float]) -> None:
    (axes,) = plots.curves(HISTORY, metrics=[metric]).figure.axes
    (ring,) = [line for line in axes.lines if line.get_label() == "best"]

    assert [place] == [tuple(point) for point in ring.get_xydata()]


def test_the_band_goes_from_the_lowest_to_the_highest_run() -> None:
    (axes,) = plots.curves(SEEDS).figure.axes
    band = axes.collections[1].get_paths()[0].vertices

    assert {(2.0, 0.66), (2.0, 0.7)} <= {tuple(point) for point in band.tolist()}


def test_the_line_is_the_mean() -> None:
    (axes,) = plots.curves(SEEDS).figure.axes

    assert pytest.approx([0.55, 0.68, 0.64]) == axes.lines[1].get_ydata()


def test_the_same_metric_of_two_outputs_has_the_same_scale() -> None:
    first, second = plots.curves(HISTORY, metrics=["main_output_auc", "aux_output_auc"]).figure.axes

    assert first.get_ylim() == second.get_ylim()
    assert first.get_ylim()[0] < 0.6
    assert first.get_ylim()[1] > 0.92


def test_losses_of_two_outputs_keep_their_scales() -> None:
    history = {"a_loss": [0.9, 0.1], "b_loss": [0.009, 0.001]}
    first, second = plots.curves(history).figure.axes

    assert first.get_ylim()[1] > 0.9
    assert second.get_ylim()[1] < 0.01


def test_a_curve_that_hardly_moves_looks_flat() -> None:
    (axes,) = plots.curves({"loss": [0.69315, 0.69314, 0.69313]}).figure.axes
    low, high = axes.get_ylim()

    assert high - low > 0.01


@pytest.mark.parametrize("epochs", [1, 2, 8, 60])
def test_the_axis_has_no_tick_before_the_first_epoch(epochs: int) -> None:
    (axes,) = plots.curves({"loss": [1.0] * epochs}).figure.axes
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]

    assert 1 <= min(ticks)
    assert all(tick == int(tick) for tick in ticks)


def test_one_history_may_be_given_as_a_list() -> None:
    assert plots.curves(HISTORY).alt == plots.curves([HISTORY]).alt
