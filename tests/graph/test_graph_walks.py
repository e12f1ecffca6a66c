from collections.abc import Callable

import keras
import pytest
from keras import layers

from layergraph.graph import LayerGraph, read, walks
from layergraph.models import headline_popularity, same_author

SMALL = {"length": 6, "vocabulary_size": 20, "embedding_width": 4}


def headline(**options: object) -> LayerGraph:
    return read(headline_popularity(**SMALL, **options))


def nested() -> LayerGraph:
    """A model within a model, twice over, called twice, with a mask computed within."""
    text = keras.Input((6,), dtype="int32", name="text")
    words = layers.Embedding(20, 4, mask_zero=True, name="words")(text)
    reader = keras.Model(text, layers.LSTM(3, name="lstm")(words), name="reader")
    outer_text = keras.Input((6,), dtype="int32", name="text")
    outer = keras.Model(outer_text, layers.Dense(2, name="dense")(reader(outer_text)), name="outer")
    a, b = (keras.Input((6,), dtype="int32", name=name) for name in "ab")
    return read(keras.Model([a, b], layers.subtract([outer(b), outer(a)], name="minus")))


def test_opening_puts_layers_in_the_place_of_their_models() -> None:
    graph = walks.opened(nested())
    assert [
        ("outer/reader/words:0", ("b",)),
        ("outer/reader/lstm:0", ("b",)),
        ("outer/dense:0", ("b",)),
        ("outer/reader/words:1", ("a",)),
        ("outer/reader/lstm:1", ("a",)),
        ("outer/dense:1", ("a",)),
        ("minus:0", ("a", "b")),
    ] == [(call.id, walks.sources(graph, call.outputs[0])) for call in graph.calls]
    assert ("outer/dense:0#0", "outer/dense:1#0") == graph.call("minus:0").inputs
    assert nested().count_weights() == graph.count_weights()
    assert LayerGraph.from_dict(graph.to_dict()) == graph


def test_opening_leads_dict_inputs_to_their_keys() -> None:
    given = {name: keras.Input((3,), name=name) for name in ("z", "a")}
    inner = keras.Model(given, layers.Dense(1, name="only_a")(given["a"]), name="inner")
    outer = {name: keras.Input((3,), name=name) for name in ("z", "a")}
    graph = walks.opened(read(keras.Model(outer, inner(outer))))
    assert ("a",) == walks.sources(graph, graph.outputs[0].tensor)


def test_opening_a_model_that_is_given_a_mask() -> None:
    vectors = keras.Input((None, 4))
    inner = keras.Model(vectors, layers.LSTM(3, name="lstm")(vectors), name="inner")
    ids = keras.Input((None,), dtype="int32")
    with pytest.warns(UserWarning, match="does not support masking"):
        model = keras.Model(ids, inner(layers.Embedding(9, 4, mask_zero=True, name="words")(ids)))
    opened = walks.opened(read(model))
    assert ("words:0#0",) == opened.call("inner/lstm:0").inputs


def test_opening_keeps_a_mask_that_was_given_by_hand() -> None:
    x, mask = keras.Input((5, 3), name="x"), keras.Input((5,), dtype="bool", name="mask")
    states = layers.GRU(2, return_sequences=True, name="states")(x, mask=mask)
    model = keras.Model([x, mask], layers.GRU(2, name="last")(states))
    opened = walks.opened(read(model))
    assert ("x:0#0", "mask:0#0") == opened.call("states:0").inputs


def test_opening_an_output_that_is_an_input() -> None:
    x = keras.Input((3,), name="x")
    inner = keras.Model(x, [x, layers.Dense(1, name="dense")(x)], name="inner")
    y = keras.Input((3,), name="y")
    graph = walks.opened(read(keras.Model(y, inner(y))))
    assert [(), ("inner/dense:0",)] == [
        tuple(walks.ancestors(graph, output.tensor)) for output in graph.outputs
    ]


def test_the_auxiliary_head_leaves_before_the_merge() -> None:
    graph = headline()
    assert ["main_output"] == [
        one.name for one in walks.outputs_of(graph, "aux_input", "main_input")
    ]
    assert ["aux_output"] == [one.name for one in walks.outputs_of(graph, "main_input")]
    aux = walks.ancestors(graph, graph.outputs[1].tensor)
    assert set() == aux & {call.id for call in walks.merges(graph)}


def test_a_merge_is_where_inputs_first_meet() -> None:
    a, b, c = (keras.Input((2,), name=name) for name in "abc")
    first = layers.concatenate([a, b], name="first")
    second = layers.concatenate([first, c], name="second")
    again = layers.concatenate([second, a], name="again")
    graph = read(keras.Model([a, b, c], again))
    assert ["first:0", "second:0"] == [call.id for call in walks.merges(graph)]


def test_calls_between_leave_out_what_comes_from_elsewhere() -> None:
    graph = headline()
    names = [call.layer for call in walks.between(graph, "lstm:0", graph.outputs[0].tensor)]
    assert ["merge", "hidden_1", "hidden_2", "main_output"] == names


def test_calls_side_by_side_are_not_in_a_row() -> None:
    x = keras.Input((2,), name="x")
    one, two = (layers.Dense(2, name=name)(x) for name in ("one", "two"))
    graph = read(keras.Model(x, layers.add([one, two])))
    assert not walks.in_a_row(graph, graph.calls[:2])
    assert walks.in_a_row(graph, graph.calls[1:])
    assert walks.in_a_row(graph, ())


def pair(first: Callable[..., object], second: Callable[..., object]) -> LayerGraph:
    a, b = (keras.Input((6,), dtype="int32", name=name) for name in "ab")
    merged = layers.subtract([first(a), second(b)])
    return read(keras.Model([a, b], layers.Dense(1)(merged)))


def shares(graph: LayerGraph) -> bool:
    a, b = walks.weights_behind(graph, "a"), walks.weights_behind(graph, "b")
    return a == b != frozenset()


def encoder(name: str, embedding: layers.Layer | None = None) -> keras.Sequential:
    first = embedding or layers.Embedding(20, 4)
    return keras.Sequential([first, layers.LSTM(3)], name=name)


def test_one_encoder_is_shared_however_it_is_written() -> None:
    one, embedding, lstm = encoder("x"), layers.Embedding(20, 4), layers.LSTM(3)
    assert shares(pair(one, one))
    assert shares(pair(lambda x: lstm(embedding(x)), lambda x: lstm(embedding(x))))
    wrapped = encoder("inner")
    assert shares(pair(wrapped, lambda x: keras.Sequential([wrapped])(x)))


def test_two_encoders_of_one_name_or_half_shared_are_not_one() -> None:
    embedding = layers.Embedding(20, 4)
    assert not shares(pair(encoder("left"), encoder("right")))
    assert not shares(pair(encoder("left", embedding), encoder("right", embedding)))
    # Weights after the merge are behind both inputs at once, and so behind none alone.
    flat = layers.Flatten()
    assert not shares(pair(flat, flat))


def test_calls_of_a_weight_are_found_in_nested_models() -> None:
    graph = read(same_author(**SMALL))
    calls = [call.id for call in walks.called_with(graph, 0)]
    assert ["encoder/embedding:0", "encoder/embedding:1"] == calls


def test_added_layers_are_told_without_their_names() -> None:
    more, less = walks.added(headline(hidden=(64, 64)), headline(hidden=(8, 8, 8)))
    assert ({("Dense", ("Dense",)): 1}, {}) == (more, less)
    more, less = walks.added(headline(), headline(encoder="average"))
    assert {("LSTM", ("Embedding",)): 1} == {k: v for k, v in less.items() if k[0] == "LSTM"}
    assert ("GlobalAveragePooling1D", ("Embedding",)) in more


def test_a_mask_is_no_layer_of_the_reader_s() -> None:
    assert walks.signatures(headline(mask=True)) == walks.signatures(headline(mask=False))


@pytest.mark.parametrize("build", [headline_popularity, same_author])
def test_graphs_without_nested_models_keep_their_ends(build: Callable[..., keras.Model]) -> None:
    graph = read(build(**SMALL))
    assert graph.inputs == walks.opened(graph).inputs
    assert [one.name for one in graph.outputs] == [one.name for one in walks.opened(graph).outputs]
