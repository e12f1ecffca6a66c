import re

import numpy as np
import pytest
from plots_samples import CLASSES, POINTS, texts

from layergraph import plots


def test_each_point_is_drawn_with_its_class() -> None:
    (axes,) = plots.scatter(POINTS, CLASSES).figure.axes
    drawn = {line.get_label(): np.transpose(line.get_data()).tolist() for line in axes.lines}

    assert {"a": POINTS[:2], "b": POINTS[2:5], "c": POINTS[5:]} == drawn


def test_no_two_classes_have_one_marker() -> None:
    kinds = [str(number) for number in range(12)]
    (axes,) = plots.scatter(np.zeros((12, 2)), kinds).figure.axes

    assert 12 == len({line.get_marker() for line in axes.lines})


def test_five_classes_have_five_colours() -> None:
    (axes,) = plots.scatter(np.zeros((5, 2)), "abcde").figure.axes

    assert 5 == len({line.get_markeredgecolor() for line in axes.lines})


def test_classes_are_sorted_numbers_by_their_value() -> None:
    (axes,) = plots.scatter(np.zeros((4, 2)), [10, 9, "b", "a"]).figure.axes

    assert ["9", "10", "a", "b"] == [line.get_label() for line in axes.lines]


def test_the_legend_is_read_row_by_row() -> None:
    plot = plots.scatter(np.zeros((12, 2)), range(12))
    (axes,) = plot.figure.axes
    plot._repr_html_()
    legend = axes.get_legend().get_texts()
    placed = sorted(
        (-round(text.get_window_extent().y0), text.get_window_extent().x0, text.get_text())
        for text in legend
    )

    assert [str(number) for number in range(12)] == [name for *_, name in placed]


def test_one_class_needs_no_legend() -> None:
    (axes,) = plots.scatter(POINTS).figure.axes

    assert axes.get_legend() is None


def test_labels_stand_at_their_points() -> None:
    plot = plots.scatter(POINTS, labels=["$u$", "", "", "v", "", ""])
    (axes,) = plot.figure.axes

    assert [("$u$", (0, 0)), ("v", (6, 4))] == [(t.get_text(), tuple(t.xy)) for t in axes.texts]
    assert "$u$" in texts(plot)


def test_points_by_name_are_panels() -> None:
    plot = plots.scatter({"before": POINTS, "after": POINTS, "last": POINTS}, CLASSES)

    assert ["before", "after", "last"] == [panel.title for panel in plot.panels]
    assert [0, 0, 1] == [panel.row for panel in plot.panels]
    assert {"before", "after", "last"} <= set(texts(plot))


def test_the_axes_say_what_they_show() -> None:
    plot = plots.scatter(POINTS, axes=("width", "$h$"))

    assert {"width", "$h$"} <= set(texts(plot))


def test_the_words_tell_extent_middles_and_neighbours() -> None:
    plot = plots.scatter({"now": POINTS}, CLASSES, axes=("x", "y"), title="Steps", decimals=2)

    expected = (
        "Steps. now: 6 points of 3 classes. x from 0 to 9.00, y from 0 to 9.00. "
        "Middle of a: (0.50, 0), of b: (5.33, 4.33), of c: (9.00, 9.00). "
        "The nearest neighbour of 5 of the 6 points is of the same class."
    )
    assert expected == plot.alt


def test_points_of_one_class_have_neither_middles_nor_neighbours() -> None:
    assert (
        "1 point. first component from 1.0 to 1.0, second component from 2.0 to 2.0."
        == plots.scatter([[1, 2]]).alt
    )


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        ([[1, 2, 3]], {}, "points must have shape (points, 2), not shape (1, 3)"),
        ({"a": [1, 2]}, {}, "points['a'] must have shape (points, 2), not shape (2,)"),
        (np.ones((0, 2)), {}, "there is no point to plot: points is empty"),
        ({}, {}, "there is no point to plot: points is empty"),
        (
            [[1, 2], [3, float("inf")]],
            {},
            "points has a value that is not a finite number, in point 1",
        ),
        (
            {"a": [[1, 2]], "b": [[1, 2], [3, 4]]},
            {},
            "points by name must be as many in each, not 'a' 1, 'b' 2",
        ),
        (POINTS, {"classes": "ab"}, "there must be a class for each of the 6 points, not 2"),
        (POINTS, {"labels": ["a"]}, "there must be a label for each of the 6 points, not 1"),
        (
            np.ones((13, 2)),
            {"classes": range(13)},
            "there are markers for 12 classes, and these are 13; plot fewer, or join some",
        ),
        (POINTS, {"decimals": 0}, "decimals must be a whole number from 1 to 15, not 0"),
    ],
)
def test_what_cannot_be_plotted_is_an_error_that_says_why(
    points: object, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        plots.scatter(points, **options)
