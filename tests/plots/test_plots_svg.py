import re

from plots_samples import HISTORY, RESULTS, SEEDS, svgs

from layergraph import plots
from layergraph.plots._style import FOREGROUND


def test_each_panel_is_an_image_with_title_and_description(plot: plots.Plot) -> None:
    roots = svgs(plot)

    assert len(plot.panels) == len(roots)
    for root, panel in zip(roots, plot.panels, strict=True):
        assert "img" == root.get("role")
        by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
        title, description = (by_id[name] for name in root.attrib["aria-labelledby"].split())
        assert ("title", panel.title) == (title.tag, title.text)
        assert ("desc", panel.alt) == (description.tag, description.text)


def test_text_and_axes_take_the_colour_of_the_page(plot: plots.Plot) -> None:
    styles = [text.attrib["style"] for root in svgs(plot) for text in root.iter("text")]

    assert styles
    assert all("fill: currentColor" in style for style in styles)
    assert FOREGROUND not in plot._repr_html_()


def test_text_takes_the_font_of_the_page(plot: plots.Plot) -> None:
    families = set(re.findall(r"font-family: ([^;\"]*)", plot._repr_html_()))

    assert {"inherit"} == families


def test_its_background_is_transparent(plot: plots.Plot) -> None:
    assert "#ffffff" not in plot._repr_html_()


def test_its_style_is_its_own(plot: plots.Plot) -> None:
    assert "<style" not in plot._repr_html_()


def test_ids_of_two_plots_on_a_page_differ_and_references_resolve() -> None:
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


def test_a_hatch_that_a_reader_adds_keeps_its_pattern() -> None:
    plot = plots.compare(RESULTS)
    plot.figure.axes[0].patches[0].set_hatch("/")
    (root,) = svgs(plot)
    (pattern,) = root.iter("pattern")

    assert f"url(#{pattern.get('id')})" in plot._repr_html_()


def test_it_shrinks_to_a_narrow_page_and_keeps_its_text_legible(plot: plots.Plot) -> None:
    for root in svgs(plot):
        width = float(root.attrib["viewBox"].split()[2])
        assert "width: 100%; max-width:" in root.attrib["style"]
        assert width <= 400  # at 280 pixels, letters of 12 units have 8.4
