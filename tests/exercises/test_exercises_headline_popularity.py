"""The exercises of the lesson headline_popularity."""

import keras
from exercise_cells import Cases
from keras import layers

from layergraph.models import headline_popularity

cases = Cases("headline_popularity")


def headline(*hidden: int) -> keras.Model:
    return headline_popularity(length=6, vocabulary_size=20, embedding_width=4, hidden=hidden)


@cases.wrong("two-more-dense-layers", "stand 2 dense layers, not four")
def the_repaired_model() -> keras.Model:
    return headline(64, 64)


@cases.wrong("two-more-dense-layers", "have 64, 64, 32, 32 units")
def other_widths() -> keras.Model:
    return headline(64, 64, 32, 32)


def custom(*, nested: bool = False, shared: bool = False, parallel: bool = False) -> keras.Model:
    """The model in other calls, with names of another kind."""
    words = keras.Input((6,), dtype="int32", name="a")
    facts = keras.Input((5,), name="b")
    text = layers.LSTM(8)(layers.Embedding(20, 4, mask_zero=True)(words))
    stack = [layers.Dense(64, activation="relu") for _ in range(4)]
    x = keras.ops.concatenate([text, facts], axis=-1)
    if nested:
        x = keras.Sequential(stack)(x)
    elif shared:
        for layer in (stack[0], stack[1], stack[2], stack[2]):
            x = layer(x)
    elif parallel:
        x = layers.concatenate([stack[1](stack[0](x)), stack[3](stack[2](x))])
    else:
        for layer in stack:
            x = layers.Dropout(0.1)(layer(x))
    outputs = [layers.Dense(1, activation="sigmoid")(one) for one in (x, text)]
    return keras.Model([words, facts], outputs)


@cases.wrong("two-more-dense-layers", "A dense layer is called more than once")
def one_layer_twice() -> keras.Model:
    return custom(shared=True)


@cases.wrong("two-more-dense-layers", "do not stand in a row")
def side_by_side() -> keras.Model:
    return custom(parallel=True)


@cases.right("two-more-dense-layers")
def with_other_names_and_dropout() -> keras.Model:
    return custom()


@cases.right("two-more-dense-layers")
def as_a_model_within() -> keras.Model:
    return custom(nested=True)


test_solution, test_stub, test_wrong, test_right = cases.tests()
