import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layergraph import plots

SOURCE = Path(plots.__file__).parents[1]

HISTORY = {
    "aux_output_auc": [0.6, 0.7, 0.8, 0.9],
    "aux_output_loss": [0.7, 0.6, 0.5, 0.4],
    "loss": [0.84, 0.74, 0.64, 0.54],
    "main_output_auc": [0.62, 0.72, 0.82, 0.92],
    "main_output_loss": [0.7, 0.62, 0.54, 0.46],
    "val_aux_output_auc": [0.61, 0.66, 0.71, 0.68],
    "val_aux_output_loss": [0.69, 0.65, 0.61, 0.63],
    "val_loss": [0.83, 0.79, 0.73, 0.77],
    "val_main_output_auc": [0.63, 0.68, 0.75, 0.7],
    "val_main_output_loss": [0.69, 0.66, 0.61, 0.64],
}
SEEDS = [
    {"auc": [0.5, 0.7, 0.72], "val_auc": [0.5, 0.66, 0.6]},
    {"auc": [0.6, 0.8, 0.82], "val_auc": [0.6, 0.7, 0.68]},
]
RESULTS = {"LSTM": [0.75, 0.77, 0.74], "average": [0.73, 0.75, 0.74]}


class Model:
    output_names = ("main_output", "aux_output")


class KerasHistory:
    """Has what a History of Keras has."""

    def __init__(self, history: dict[str, list[float]]) -> None:
        self.history = history
        self.model = Model()


def titles(plot: plots.Plot) -> list[str]:
    return [panel.title for panel in plot.panels]


def svgs(plot: plots.Plot) -> list[ElementTree.Element]:
    """The inline SVGs, their tags without the namespace."""
    found = re.findall(r"<svg.*?</svg>", plot._repr_html_(), flags=re.DOTALL)
    roots = [ElementTree.fromstring(svg) for svg in found]
    for root in roots:
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
    return roots


def texts(plot: plots.Plot) -> list[str]:
    return ["".join(text.itertext()).strip() for root in svgs(plot) for text in root.iter("text")]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2 between two colours written as #rrggbb."""

    def luminance(colour: str) -> float:
        channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted([luminance(one), luminance(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=["curves", "several", "compare"])
def plot(request: pytest.FixtureRequest) -> plots.Plot:
    if request.param == "curves":
        return plots.curves(HISTORY, title="All of it")
    if request.param == "several":
        return plots.curves(SEEDS)
    return plots.compare(RESULTS, chance=0.5, title="Encoders")


class TestWordsOfCurves:
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

    def test_they_begin_with_the_title(self) -> None:
        assert plots.curves({"loss": [0.6]}, title="One").alt.startswith("One. loss over")
        assert plots.curves({"loss": [0.6]}, title="One?").alt.startswith("One? loss over")

    @pytest.mark.parametrize(
        ("value", "words"),
        [(0.0, "0"), (0.00012, "1.2e-04"), (0.5, "0.500"), (12.34, "12.3"), (12345.6, "12,346")],
    )
    def test_numbers_have_the_digits_that_a_reader_wants(self, value: float, words: str) -> None:
        assert (
            f"loss over 1 epoch. Training: {words} at epoch 1."
            == plots.curves({"loss": [value]}).alt
        )


class TestPanelsOfCurves:
    def test_the_whole_model_comes_first_and_a_loss_before_other_metrics(self) -> None:
        expected = [
            "all outputs: loss",
            "aux_output: loss",
            "aux_output: auc",
            "main_output: loss",
            "main_output: auc",
        ]

        assert expected == titles(plots.curves(HISTORY))

    def test_outputs_are_in_the_order_of_the_model_where_it_is_known(self) -> None:
        found = titles(plots.curves(KerasHistory(HISTORY)))

        assert "main_output: loss" == found[1]
        assert "aux_output: loss" == found[3]

    def test_each_output_has_a_row(self) -> None:
        assert [0, 1, 1, 2, 2] == [panel.row for panel in plots.curves(HISTORY).panels]

    def test_outputs_with_one_panel_each_share_a_row(self) -> None:
        plot = plots.curves(HISTORY, metrics=["main_output_auc", "aux_output_auc"])

        assert [0, 0] == [panel.row for panel in plot.panels]

    def test_metrics_are_shown_in_the_order_asked_for(self) -> None:
        plot = plots.curves(HISTORY, metrics=["main_output_auc", "aux_output_auc"])

        assert ["main_output: auc", "aux_output: auc"] == titles(plot)

    def test_an_output_whose_name_begins_like_another_keeps_its_metrics(self) -> None:
        history = {"a_loss": [1.0], "a_b_loss": [1.0], "a_b_auc": [1.0], "loss": [1.0]}

        expected = ["all outputs: loss", "a: loss", "a_b: loss", "a_b: auc"]
        assert expected == titles(plots.curves(history))

    def test_a_model_with_one_output_names_its_metrics_alone(self) -> None:
        assert ["loss", "auc"] == titles(plots.curves({"auc": [0.6], "loss": [0.6]}))

    def test_training_and_validation_differ_in_more_than_colour(self) -> None:
        (axes,) = plots.curves(HISTORY, metrics=["loss"]).figure.axes
        training, validation = axes.lines[:2]

        assert "training" == training.get_label()
        assert "validation" == validation.get_label()
        assert training.get_linestyle() != validation.get_linestyle()
        assert training.get_marker() != validation.get_marker()

    @pytest.mark.parametrize(
        ("metric", "place"), [("main_output_auc", (3, 0.75)), ("main_output_loss", (3, 0.61))]
    )
    def test_a_ring_is_at_the_best_of_validation(
        self, metric: str, place: tuple[int, float]
    ) -> None:
        (axes,) = plots.curves(HISTORY, metrics=[metric]).figure.axes
        (ring,) = [line for line in axes.lines if line.get_label() == "best"]

        assert [place] == [tuple(point) for point in ring.get_xydata()]

    def test_the_band_goes_from_the_lowest_to_the_highest_run(self) -> None:
        (axes,) = plots.curves(SEEDS).figure.axes
        band = axes.collections[1].get_paths()[0].vertices

        assert {(2.0, 0.66), (2.0, 0.7)} <= {tuple(point) for point in band.tolist()}

    def test_the_line_is_the_mean(self) -> None:
        (axes,) = plots.curves(SEEDS).figure.axes

        assert pytest.approx([0.55, 0.68, 0.64]) == axes.lines[1].get_ydata()

    def test_the_same_metric_of_two_outputs_has_the_same_scale(self) -> None:
        first, second = plots.curves(
            HISTORY, metrics=["main_output_auc", "aux_output_auc"]
        ).figure.axes

        assert first.get_ylim() == second.get_ylim()
        assert first.get_ylim()[0] < 0.6
        assert first.get_ylim()[1] > 0.92

    def test_losses_of_two_outputs_keep_their_scales(self) -> None:
        history = {"a_loss": [0.9, 0.1], "b_loss": [0.009, 0.001]}
        first, second = plots.curves(history).figure.axes

        assert first.get_ylim()[1] > 0.9
        assert second.get_ylim()[1] < 0.01

    def test_a_curve_that_hardly_moves_looks_flat(self) -> None:
        (axes,) = plots.curves({"loss": [0.69315, 0.69314, 0.69313]}).figure.axes
        low, high = axes.get_ylim()

        assert high - low > 0.01

    @pytest.mark.parametrize("epochs", [1, 2, 8, 60])
    def test_the_axis_has_no_tick_before_the_first_epoch(self, epochs: int) -> None:
        (axes,) = plots.curves({"loss": [1.0] * epochs}).figure.axes
        low, high = axes.get_xlim()
        ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]

        assert 1 <= min(ticks)
        assert all(tick == int(tick) for tick in ticks)

    def test_one_history_may_be_given_as_a_list(self) -> None:
        assert plots.curves(HISTORY).alt == plots.curves([HISTORY]).alt


class TestWrongHistories:
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
    def test_one_that_cannot_be_plotted_is_named(self, histories: object, message: str) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            plots.curves(histories)  # type: ignore[arg-type]

    def test_a_metric_that_is_not_there_is_named_with_those_that_are(self) -> None:
        with pytest.raises(
            ValueError, match=r"^no metric 'acc' in the history, which has 'auc', 'loss'$"
        ):
            plots.curves({"loss": [1.0], "auc": [1.0], "val_loss": [1.0]}, metrics=["acc"])

    def test_a_name_in_place_of_a_list_of_names_is_told(self) -> None:
        with pytest.raises(ValueError, match=re.escape("such as ['loss'], not one name")):
            plots.curves(HISTORY, metrics="loss")

    def test_an_empty_list_of_metrics_is_told(self) -> None:
        with pytest.raises(ValueError, match=r"^metrics is empty; leave it out"):
            plots.curves(HISTORY, metrics=[])

    def test_something_else_than_a_history_is_told(self) -> None:
        with pytest.raises(TypeError, match=r"^history 2 is a float; pass what model\.fit"):
            plots.curves([HISTORY, 0.5])  # type: ignore[list-item]


class TestCompare:
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

    def test_names_and_means_are_written_in_the_order_given(self) -> None:
        found = texts(plots.compare(RESULTS))

        rows = ["LSTM", "0.753 ± 0.015", "average", "0.740 ± 0.010"]
        assert rows == [text for text in found if text in rows]

    def test_each_run_has_a_dot(self) -> None:
        (axes,) = plots.compare(RESULTS).figure.axes
        dots = [list(line.get_xdata()) for line in axes.lines if line.get_label() == "run"]

        assert list(RESULTS.values()) == dots

    def test_a_tick_is_at_each_mean(self) -> None:
        (axes,) = plots.compare(RESULTS).figure.axes
        ticks = [line.get_xdata()[0] for line in axes.lines if line.get_label() != "run"]

        assert pytest.approx([2.26 / 3, 0.74]) == ticks

    def test_chance_is_a_line_in_view_with_a_label(self) -> None:
        plot = plots.compare(RESULTS, chance=0.5)
        low, _ = plot.figure.axes[0].get_xlim()

        assert "chance 0.5" in texts(plot)
        assert low < 0.5

    def test_without_chance_there_is_no_line(self) -> None:
        assert not [text for text in texts(plots.compare(RESULTS)) if "chance" in text]

    def test_a_long_name_goes_on_in_the_next_line(self) -> None:
        plot = plots.compare({"a shared encoder whose outputs are averaged over orders": [0.5]})

        assert "a shared encoder whose outputs are" in texts(plot)
        assert "averaged over orders" in texts(plot)

    def test_a_name_is_no_formula(self) -> None:
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
        self, results: dict[str, list[float]], message: str
    ) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            plots.compare(results)

    def test_chance_must_be_finite(self) -> None:
        with pytest.raises(ValueError, match=r"^chance must be a finite number, not inf$"):
            plots.compare(RESULTS, chance=float("inf"))


class TestInlineSvg:
    def test_each_panel_is_an_image_with_title_and_description(self, plot: plots.Plot) -> None:
        roots = svgs(plot)

        assert len(plot.panels) == len(roots)
        for root, panel in zip(roots, plot.panels, strict=True):
            assert "img" == root.get("role")
            by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
            title, description = (by_id[name] for name in root.attrib["aria-labelledby"].split())
            assert ("title", panel.title) == (title.tag, title.text)
            assert ("desc", panel.alt) == (description.tag, description.text)

    def test_every_description_is_part_of_the_alternative_text(self, plot: plots.Plot) -> None:
        assert all(panel.alt in plot.alt for panel in plot.panels)

    def test_its_colours_are_seen_on_light_and_on_dark_pages(self, plot: plots.Plot) -> None:
        colours = set(re.findall(r"#[0-9a-f]{6}\b", plot._repr_html_()))

        assert colours
        for colour in colours:
            for page in ("#ffffff", "#121212", "#14181e"):
                assert 3 <= contrast(colour, page), f"{colour} on {page}"

    def test_text_and_axes_take_the_colour_of_the_page(self, plot: plots.Plot) -> None:
        styles = [text.attrib["style"] for root in svgs(plot) for text in root.iter("text")]

        assert styles
        assert all("fill: currentColor" in style for style in styles)
        assert plots.FOREGROUND not in plot._repr_html_()

    def test_text_takes_the_font_of_the_page(self, plot: plots.Plot) -> None:
        families = set(re.findall(r"font-family: ([^;\"]*)", plot._repr_html_()))

        assert {"inherit"} == families

    def test_its_background_is_transparent(self, plot: plots.Plot) -> None:
        assert "#ffffff" not in plot._repr_html_()

    def test_its_style_is_its_own(self, plot: plots.Plot) -> None:
        assert "<style" not in plot._repr_html_()

    def test_ids_of_two_plots_on_a_page_differ_and_references_resolve(self) -> None:
        page = (
            plots.curves(HISTORY)._repr_html_()
            + plots.curves(SEEDS)._repr_html_()
            + plots.compare(RESULTS)._repr_html_()
        )
        ids = re.findall(r'\bid="([^"]*)"', page)
        references = set(re.findall(r'(?:href="#|url\(#)([^")]+)', page))

        assert len(set(ids)) == len(ids)
        assert references
        assert references <= set(ids)

    def test_it_shrinks_to_a_narrow_page_and_keeps_its_text_legible(self, plot: plots.Plot) -> None:
        for root in svgs(plot):
            width = float(root.attrib["viewBox"].split()[2])
            assert "width: 100%; max-width:" in root.attrib["style"]
            assert width <= 400  # at 280 pixels, letters of 12 units have 8.4

    def test_a_panel_holds_nothing_of_the_other_panels(self) -> None:
        plot = plots.curves(HISTORY, title="Sentinel")
        for root, panel in zip(svgs(plot), plot.panels, strict=True):
            found = {"".join(text.itertext()) for text in root.iter("text")}
            assert {panel.title} == found & {*titles(plot), "Sentinel"}

    def test_rows_of_panels_are_rows_of_the_page(self) -> None:
        html = plots.curves(HISTORY)._repr_html_()

        assert [1, 2, 2] == [row.count("<svg") for row in html.split("flex-wrap")[1:]]

    def test_the_title_is_a_caption(self) -> None:
        html = plots.curves({"loss": [0.5]}, title="Loss < 1 & falling")._repr_html_()

        assert re.search(r"<figcaption[^>]*>Loss &lt; 1 &amp; falling</figcaption>", html)

    def test_changes_of_the_figure_appear(self) -> None:
        plot = plots.compare(RESULTS)
        plot.figure.axes[0].set_xlabel("another label")

        assert "another label" in texts(plot)

    def test_showing_it_twice_gives_the_same(self, plot: plots.Plot) -> None:
        assert plot._repr_html_() == plot._repr_html_()

    def test_other_processes_and_settings_give_the_same_bytes(self, tmp_path: Path) -> None:
        (tmp_path / "matplotlibrc").write_text("font.size: 30\nxtick.direction: in\n")
        code = (
            "import sys; from layergraph import plots;"
            f"html = plots.curves({SEEDS!r})._repr_html_()"
            f" + plots.compare({RESULTS!r}, chance=0.5)._repr_html_();"
            "sys.stdout.buffer.write(html.encode())"
        )
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=SOURCE,
            env=os.environ | {"PYTHONHASHSEED": "77", "MATPLOTLIBRC": str(tmp_path)},
            capture_output=True,
            check=True,
        )

        here = plots.curves(SEEDS)._repr_html_() + plots.compare(RESULTS, chance=0.5)._repr_html_()
        assert here.encode() == run.stdout

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
    def test_any_numbers_give_words_and_an_image(self, values: list[float]) -> None:
        plot = plots.curves(
            [{"loss": values, "val_loss": values[::-1]}, {"loss": values[::-1], "val_loss": values}]
        )

        assert plot.alt.startswith(f"loss over {len(values)} epoch")
        assert 1 == len(svgs(plot))


class TestSave:
    def test_an_svg_is_an_image_with_title_and_description_on_white(
        self, plot: plots.Plot, tmp_path: Path
    ) -> None:
        plot.save(tmp_path / "plot.svg")
        text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)

        assert "img" == root.get("role")
        assert plot.alt == root.findtext("{*}desc")
        assert "currentColor" not in text
        assert "#ffffff" in text

    def test_an_svg_holds_all_panels(self, tmp_path: Path) -> None:
        plot = plots.curves(HISTORY, title="All of it")
        plot.save(tmp_path / "plot.svg")
        text = (tmp_path / "plot.svg").read_text(encoding="utf-8")

        assert all(f">{words}</text>" in text for words in [*titles(plot), "All of it"])

    def test_a_png_is_a_png_with_the_same_bytes_again(self, tmp_path: Path) -> None:
        plots.compare(RESULTS).save(tmp_path / "one.png")
        plots.compare(RESULTS).save(str(tmp_path / "two.PNG"))

        data = (tmp_path / "one.png").read_bytes()
        assert b"\x89PNG\r\n\x1a\n" == data[:8]
        assert data == (tmp_path / "two.PNG").read_bytes()

    @pytest.mark.parametrize(
        ("name", "suffix"), [("plot.pdf", "'.pdf'"), ("plot", "'a file without suffix'")]
    )
    def test_another_suffix_is_refused_by_name(
        self, name: str, suffix: str, tmp_path: Path
    ) -> None:
        with pytest.raises(ValueError, match=f"cannot write a plot as {suffix}; use a name that"):
            plots.compare(RESULTS).save(tmp_path / name)
        assert [] == list(tmp_path.iterdir())

    def test_a_failure_leaves_the_old_file_and_nothing_else(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError("no space left")

        file = tmp_path / "plot.svg"
        file.write_text("old")
        monkeypatch.setattr(Path, "replace", fail)

        with pytest.raises(OSError, match="no space left"):
            plots.compare(RESULTS).save(file)
        assert ["old"] == [path.read_text() for path in tmp_path.iterdir()]

    def test_a_file_has_the_usual_permissions(self, tmp_path: Path) -> None:
        (tmp_path / "usual").write_text("")
        plots.compare(RESULTS).save(tmp_path / "plot.svg")

        expected = (tmp_path / "usual").stat().st_mode
        assert expected == (tmp_path / "plot.svg").stat().st_mode


def test_the_repr_is_one_short_line() -> None:
    assert "<Plot: Encoders>" == repr(plots.compare(RESULTS, title="Encoders"))
    assert "<Plot: AUC by model>" == repr(plots.compare(RESULTS))


@pytest.mark.parametrize(
    "draw",
    [lambda: plots.curves(HISTORY), lambda: plots.compare(RESULTS)],
    ids=["curves", "compare"],
)
def test_drawing_leaves_the_settings_of_matplotlib_alone(draw: Callable[[], plots.Plot]) -> None:
    before = dict(matplotlib.rcParams)
    draw()._repr_html_()

    assert before == dict(matplotlib.rcParams)


def test_importing_the_module_imports_no_matplotlib_and_drawing_no_pyplot() -> None:
    code = (
        "import sys; from layergraph import plots;"
        "print('matplotlib' in sys.modules);"
        f"plots.compare({RESULTS!r})._repr_html_();"
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules,"
        " 'keras' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=SOURCE, capture_output=True, text=True, check=True
    )

    assert ["False", "True False False"] == run.stdout.splitlines()
