import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib
import pytest
from plots_samples import CLASSES, HISTORY, IMAGES, POINTS, RESULTS, SEEDS

from layergraph import plots

SOURCE = Path(plots.__file__).parents[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2 between two colours written as #rrggbb."""

    def luminance(colour: str) -> float:
        channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted([luminance(one), luminance(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_colours_are_seen_on_light_and_on_dark_pages(plot: plots.Plot) -> None:
    html = plot._repr_html_()
    colours = set(re.findall(r"#[0-9a-f]{6}\b", html))

    assert colours or "<image" in html
    for colour in colours:
        for page in ("#ffffff", "#121212", "#14181e"):
            assert 3 <= contrast(colour, page), f"{colour} on {page}"


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.curves(HISTORY),
        lambda: plots.compare(RESULTS),
        lambda: plots.images(IMAGES),
        lambda: plots.scatter(POINTS, CLASSES),
    ],
    ids=["curves", "compare", "images", "scatter"],
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


def test_other_processes_and_settings_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nxtick.direction: in\n")
    code = (
        "import sys; from layergraph import plots;"
        f"html = plots.curves({SEEDS!r})._repr_html_()"
        f" + plots.compare({RESULTS!r}, chance=0.5)._repr_html_()"
        f" + plots.images({IMAGES!r})._repr_html_()"
        f" + plots.scatter({POINTS!r}, {CLASSES!r})._repr_html_();"
        "sys.stdout.buffer.write(html.encode())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=SOURCE,
        env=os.environ | {"PYTHONHASHSEED": "77", "MATPLOTLIBRC": str(tmp_path)},
        capture_output=True,
        check=True,
    )

    here = "".join(
        plot._repr_html_()
        for plot in (
            plots.curves(SEEDS),
            plots.compare(RESULTS, chance=0.5),
            plots.images(IMAGES),
            plots.scatter(POINTS, CLASSES),
        )
    )
    assert here.encode() == run.stdout
