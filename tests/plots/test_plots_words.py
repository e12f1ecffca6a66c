import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plots_samples import HISTORY, RESULTS, SEEDS, svgs

from layergraph import plots


class TestCurves:
    def test_they_tell_start_best_and_end_of_training_and_validation(self) -> None:
        plot = plots.curves(HISTORY, metrics=["main_output_auc"])

        expected = (
            "main_output: auc over 4 epochs. "
            "Training: 0.620 at epoch 1, highest 0.920 at epoch 4, the last. "
            "Validation: 0.630 at epoch 1, highest 0.750 at epoch 3, 0.700 at epoch 4, the last."
        )
        assert expected == plot.alt

    def test_a_loss_is_best_where_it_is_lowest(self) -> None:
        plot = plots.curves({"loss": [0.6, 0.4, 0.5]})

        assert "Training: 0.600 at epoch 1, lowest 0.400 at epoch 2, 0.500 at epoch 3" in plot.alt

    def test_of_a_metric_that_may_be_either_they_tell_lowest_and_highest(self) -> None:
        plot = plots.curves({"norm": [2.0, 1.0, 4.0, 3.0]})

        expected = "2.000 at epoch 1, lowest 1.000 at epoch 2, highest 4.000 at epoch 3, 3.000"
        assert expected in plot.alt

    def test_of_several_runs_they_tell_the_mean_and_the_spread(self) -> None:
        plot = plots.curves(SEEDS)

        assert "auc over 3 epochs, mean of 2 runs." in plot.alt
        assert "highest 0.680 (0.660 to 0.700) at epoch 2" in plot.alt

    def test_they_tell_where_a_curve_breaks_off(self) -> None:
        plot = plots.curves({"loss": [0.6, 0.5, float("nan"), float("nan")]})

        assert "lowest 0.500 at epoch 2, not a number at epoch 3, not a number at" in plot.alt

    def test_one_epoch_has_neither_best_nor_last(self) -> None:
        plot = plots.curves({"loss": [0.6]})

        assert "loss over 1 epoch. Training: 0.600 at epoch 1." == plot.alt

    @pytest.mark.parametrize(
        ("value", "words"),
        [(0.0, "0"), (0.00012, "1.2e-04"), (0.5, "0.500"), (12.34, "12.3"), (12345.6, "12,346")],
    )
    def test_numbers_have_the_digits_that_a_reader_wants(self, value: float, words: str) -> None:
        assert (
            f"loss over 1 epoch. Training: {words} at epoch 1."
            == plots.curves({"loss": [value]}).alt
        )

    @pytest.mark.parametrize(
        ("value", "words"), [(0.004, "4.0e-03"), (0.506, "0.51"), (12.34, "12.3")]
    )
    def test_they_have_as_many_decimals_as_asked_for(self, value: float, words: str) -> None:
        plot = plots.curves({"loss": [value]}, decimals=2)

        assert f"loss over 1 epoch. Training: {words} at epoch 1." == plot.alt


class TestCompare:
    def test_plot_and_words_have_as_many_decimals_as_asked_for(self) -> None:
        plot = plots.compare(RESULTS | {"close": [0.731, 0.732]}, chance=0.5, decimals=2)

        assert "LSTM: mean 0.75 ± 0.02 (3 runs, 0.74 to 0.77)." in plot.alt
        assert "close: mean 0.73 ± < 0.01 (2 runs, 0.73 to 0.73). Chance: 0.50." in plot.alt
        shown = [text.get_text() for axes in plot.figure.axes for text in axes.texts]
        assert {"0.75 ± 0.02", "0.73 ± < 0.01"} <= set(shown)

    def test_a_spread_finer_than_the_mean_is_told_as_a_bound(self) -> None:
        plot = plots.compare({"course": [0.5059, 0.5063, 0.5061]})

        assert "mean 0.506 ± < 0.001 (3 runs" in plot.alt

    def test_the_words_list_means_and_spreads(self) -> None:
        expected = (
            "AUC of 2 models, a dot a run. "
            "LSTM: mean 0.753 ± 0.015 (3 runs, 0.740 to 0.770). "
            "average: mean 0.740 ± 0.010 (3 runs, 0.730 to 0.750). "
            "Chance: 0.500."
        )
        assert expected == plots.compare(RESULTS, chance=0.5).alt

    def test_one_run_has_no_spread(self) -> None:
        assert (
            "R2 of 1 model, a dot a run. linear: 0.400 (1 run)."
            == plots.compare({"linear": [0.4]}, label="R2").alt
        )


@pytest.mark.parametrize("decimals", [0, 16, 2.5, None])
def test_decimals_that_cannot_be_are_an_error(decimals: object) -> None:
    for draw in (
        lambda: plots.curves(HISTORY, decimals=decimals),
        lambda: plots.compare(RESULTS, decimals=decimals),
    ):
        with pytest.raises(ValueError, match=f"decimals must be .* not {decimals}"):
            draw()


def test_they_begin_with_the_title() -> None:
    assert plots.curves({"loss": [0.6]}, title="One").alt.startswith("One. loss over")
    assert plots.curves({"loss": [0.6]}, title="One?").alt.startswith("One? loss over")


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.floats(-1e6, 1e6), st.sampled_from([float("nan"), float("inf"), -float("inf")])
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_numbers_give_words_and_an_image(values: list[float]) -> None:
    plot = plots.curves(
        [{"loss": values, "val_loss": values[::-1]}, {"loss": values[::-1], "val_loss": values}]
    )

    assert plot.alt.startswith(f"loss over {len(values)} epoch")
    assert 1 == len(svgs(plot))
