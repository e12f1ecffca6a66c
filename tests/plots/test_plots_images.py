import re

import numpy as np
import pytest
from plots_samples import IMAGES, svgs, texts

from layergraph import plots


def drawn(plot: plots.Plot) -> list[np.ndarray]:
    """The images of a plot, as arrays."""
    (axes,) = plot.figure.axes
    return [np.asarray(image.get_array()) for image in axes.get_images()]


def places(plot: plots.Plot) -> list[tuple[int, int]]:
    """Left and top of each image, rounded to units."""
    (axes,) = plot.figure.axes
    return [(round(x), round(y)) for x, _, _, y in (i.get_extent() for i in axes.get_images())]


def test_each_image_is_drawn_as_it_is_in_the_order_given() -> None:
    for expected, image in zip(IMAGES, drawn(plots.images(IMAGES)), strict=True):
        assert expected == image.tolist()


def test_an_image_stands_in_the_page_with_its_own_pixels_which_are_not_smoothed() -> None:
    (root,) = svgs(plots.images(IMAGES))
    images = list(root.iter("image"))

    assert 3 == len(images)
    for image in images:
        assert ("2", "2") == (image.get("width"), image.get("height"))
        assert "pixelated" in image.get("style", "")


def test_one_scale_from_black_to_white_holds_for_all_images() -> None:
    (axes,) = plots.images({"low": IMAGES[:1], "high": IMAGES[1:2]}).figure.axes

    assert [(0, 4), (0, 4)] == [image.get_clim() for image in axes.get_images()]


def test_limits_set_the_scale() -> None:
    (axes,) = plots.images(IMAGES, limits=(-1, 9)).figure.axes

    assert {(-1, 9)} == {image.get_clim() for image in axes.get_images()}


def test_images_of_one_value_have_a_scale_too() -> None:
    (axes,) = plots.images(np.ones((2, 3, 3))).figure.axes

    assert {(1, 2)} == {image.get_clim() for image in axes.get_images()}


def test_a_last_axis_of_one_is_left_out() -> None:
    plot = plots.images(np.array(IMAGES)[..., np.newaxis])

    assert IMAGES[0] == drawn(plot)[0].tolist()


def test_captions_stand_below_their_images() -> None:
    plot = plots.images(IMAGES, captions=[7, "eight", "nine"])
    (axes,) = plot.figure.axes
    middles = [(x + right) / 2 for x, right, _, _ in (i.get_extent() for i in axes.get_images())]

    assert ["7", "eight", "nine"] == [text.get_text() for text in axes.texts]
    assert middles == [text.get_position()[0] for text in axes.texts]


def test_a_row_has_as_many_images_as_asked_for() -> None:
    tops = [top for _, top in places(plots.images(IMAGES, columns=2))]

    assert tops[0] == tops[1] < tops[2]


def test_images_by_name_stand_below_each_other_with_their_names() -> None:
    plot = plots.images({"one": IMAGES, "two": IMAGES[::-1]})
    first, second = places(plot)[:3], places(plot)[3:]

    assert ["one", "two"] == [text for text in texts(plot) if text in ("one", "two")]
    assert [x for x, _ in first] == [x for x, _ in second]
    assert first[0][1] < second[0][1]
    assert IMAGES[2] == drawn(plot)[3].tolist()


def test_images_by_name_go_on_below_all_of_them() -> None:
    plot = plots.images({"one": IMAGES, "two": IMAGES}, columns=2, captions="abc")

    assert ["one", "two", "a", "b", "one", "two", "c"] == texts(plot)


def test_a_long_caption_goes_on_in_the_next_line() -> None:
    plot = plots.images(np.ones((8, 2, 2)), captions=["a seven"] + [""] * 7)
    (axes,) = plot.figure.axes

    assert "a\nseven" in [text.get_text() for text in axes.texts]


def test_a_caption_is_no_formula() -> None:
    assert "$u$" in texts(plots.images(IMAGES, captions=["$u$", "", ""]))


def test_the_words_count_the_images_and_tell_the_captions() -> None:
    plot = plots.images(IMAGES, captions="xyz", columns=2, title="Steps", alt="They change.")

    expected = (
        "Steps. 3 grey images of 2 by 2 pixels. "
        "From left to right row by row: x, y, z. They change."
    )
    assert expected == plot.alt


def test_the_words_name_the_rows() -> None:
    plot = plots.images({"one": IMAGES, "two": IMAGES})

    assert "2 rows of 3 grey images of 2 by 2 pixels: one; two." == plot.alt


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        ({}, {}, "there is no image to plot: images is empty"),
        (np.ones((0, 8, 8)), {}, "there is no image to plot: images has shape (0, 8, 8)"),
        (
            np.ones((8, 8)),
            {},
            "images must have shape (images, height, width), and may have a last axis of 1, "
            "not shape (8, 8)",
        ),
        (
            {"rgb": np.ones((2, 8, 8, 3))},
            {},
            "images['rgb'] must have shape (images, height, width), and may have a last axis of "
            "1, not shape (2, 8, 8, 3)",
        ),
        (
            [[[1.0]], [[float("nan")]]],
            {},
            "images has a value that is not a finite number, in image 1",
        ),
        (
            {"a": np.ones((2, 3, 3)), "b": np.ones((1, 3, 3))},
            {},
            "images by name must have one shape, not 'a' (2, 3, 3), 'b' (1, 3, 3)",
        ),
        (IMAGES, {"captions": "ab"}, "there must be a caption for each of the 3 images, not 2"),
        (IMAGES, {"columns": 0}, "columns must be a whole number from 1 to 16, not 0"),
        (IMAGES, {"columns": 2.5}, "columns must be a whole number from 1 to 16, not 2.5"),
        (IMAGES, {"limits": (1, 1)}, "limits must be a lower and an upper one, not (1, 1)"),
    ],
)
def test_what_cannot_be_plotted_is_an_error_that_says_why(
    images: object, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        plots.images(images, **options)
