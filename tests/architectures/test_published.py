"""Published architectures with nested, shared and many-ended parts: read, drawn, described."""

import re

from keras_config import differences, edges_in_config, mask_makers
from portrait import Portrait, bold, edges, folded_counts, layer_counts, taken_apart


def test_what_is_read_agrees_with_keras(published: Portrait) -> None:
    assert [] == differences(published.model, published.graph)


def test_the_open_picture_shows_every_layer(published: Portrait) -> None:
    hidden = mask_makers(published.model)

    assert set() == published.names - bold(published.opened) - hidden


def test_the_words_name_every_layer(published: Portrait) -> None:
    hidden = mask_makers(published.model)

    assert set() == published.names - set(re.findall(r"[\w-]+", published.words)) - hidden


def test_the_closed_picture_has_every_edge_of_the_config(published: Portrait) -> None:
    assert edges_in_config(published.model) == edges(published.closed)


def test_the_folded_picture_counts_every_layer(published: Portrait) -> None:
    expected = layer_counts(published.graph, mask_makers(published.model))
    told = folded_counts(published.folded)

    assert expected[""] == told[""]
    assert told.items() <= expected.items()


def test_what_comes_several_times_in_a_row_adds_up(published: Portrait) -> None:
    assert [] == list(taken_apart(published.folded).faults())
