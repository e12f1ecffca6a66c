import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from plots_samples import HISTORY, RESULTS, svgs, texts, titles

from layergraph import plots


def test_the_repr_is_one_short_line() -> None:
    assert "<Plot: Encoders>" == repr(plots.compare(RESULTS, title="Encoders"))
    assert "<Plot: AUC by model>" == repr(plots.compare(RESULTS))


def test_rows_of_panels_are_rows_of_the_page() -> None:
    html = plots.curves(HISTORY)._repr_html_()

    assert [1, 2, 2] == [row.count("<svg") for row in html.split("flex-wrap")[1:]]


def test_the_title_is_a_caption() -> None:
    html = plots.curves({"loss": [0.5]}, title="Loss < 1 & falling")._repr_html_()

    assert re.search(r"<figcaption[^>]*>Loss &lt; 1 &amp; falling</figcaption>", html)


def test_changes_of_the_figure_appear() -> None:
    plot = plots.compare(RESULTS)
    plot.figure.axes[0].set_xlabel("another label")

    assert "another label" in texts(plot)


def test_a_panel_holds_nothing_of_the_other_panels() -> None:
    plot = plots.curves(HISTORY, title="Sentinel")
    for root, panel in zip(svgs(plot), plot.panels, strict=True):
        found = {"".join(text.itertext()) for text in root.iter("text")}
        assert {panel.title} == found & {*titles(plot), "Sentinel"}


def test_every_description_is_part_of_the_alternative_text(plot: plots.Plot) -> None:
    assert all(panel.alt in plot.alt for panel in plot.panels)


def test_showing_it_twice_gives_the_same(plot: plots.Plot) -> None:
    assert plot._repr_html_() == plot._repr_html_()


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
        assert tmp_path / "one.png" == plots.compare(RESULTS).save(tmp_path / "one.png")
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
