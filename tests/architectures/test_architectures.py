"""What others wrote: architectures of keras.applications, read, drawn and described.

``pytest`` takes one of each family, ``nox -s architectures`` all of them.
"""

import inspect

import applications
import keras
from keras_config import differences, edges_in_config
from portrait import Portrait, bold, edges, folded_counts, layer_counts, taken_apart

from layergraph.graph import read


def test_there_are_forty_architectures() -> None:
    assert 40 == len(applications.builders())


def test_no_architecture_of_a_family_is_missed() -> None:
    families = [
        module
        for name, module in vars(keras.applications).items()
        if inspect.ismodule(module) and name not in ("imagenet_utils",)
    ]
    offered = {
        name
        for family in families
        for name, value in vars(family).items()
        if inspect.isfunction(value) and name not in ("decode_predictions", "preprocess_input")
    }

    assert 16 == len(families)  # resnet50 is a part of resnet
    assert offered <= set(applications.builders())
    # The third version of MobileNet is offered by no module of its own.
    assert {"MobileNetV3Large", "MobileNetV3Small"} == set(applications.builders()) - offered


def test_the_smallest_stand_for_all_families() -> None:
    families = applications.families()

    assert list(families) == list(applications.SMALLEST)
    assert all(applications.SMALLEST[family] in names for family, names in families.items())


def test_weights_that_take_no_memory_do_not_change_the_graph() -> None:
    read_without = read(applications.build("MobileNetV3Small"))
    keras.utils.clear_session(free_memory=False)

    assert read(keras.applications.MobileNetV3Small(weights=None)) == read_without


def test_what_is_read_agrees_with_keras(architecture: Portrait) -> None:
    assert [] == differences(architecture.model, architecture.graph)


def test_the_open_picture_shows_every_layer(architecture: Portrait) -> None:
    assert set() == architecture.names - bold(architecture.opened)


def test_the_words_name_every_layer(architecture: Portrait) -> None:
    assert set() == architecture.names - set(architecture.words.split())


def test_the_picture_has_every_edge_of_the_config(architecture: Portrait) -> None:
    assert edges_in_config(architecture.model) == edges(architecture.closed)


def test_the_folded_picture_counts_every_layer(architecture: Portrait) -> None:
    expected = layer_counts(architecture.graph, set())
    told = folded_counts(architecture.folded)

    assert expected[""] == told[""]
    assert told.items() <= expected.items()


def test_what_comes_several_times_in_a_row_adds_up(architecture: Portrait) -> None:
    assert [] == list(taken_apart(architecture.folded).faults())
