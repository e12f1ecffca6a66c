"""The exercises of the lesson save_and_ship."""

import keras
import numpy as np
import tensorflow as tf
from exercise_cells import Cases
from keras import layers, ops

from layergraph.exercises import grade
from layergraph.models import same_author

cases = Cases("save_and_ship")

TEXTS = ["to be or not to be", "that is the question", "whether it is nobler in the mind"]


def vectoriser(texts: list[str] = TEXTS, **options: object) -> layers.TextVectorization:
    layer = layers.TextVectorization(output_sequence_length=8, **options)
    layer.adapt(texts)
    return layer


@cases.namespace("two-texts-in-one-call")
def page() -> dict[str, object]:
    return cases.names() | {"vectoriser": vectoriser_of_the_page()}


def lower_case(text: tf.Tensor) -> tf.Tensor:
    return tf.strings.lower(text)


def vectoriser_of_the_page() -> layers.TextVectorization:
    layer = layers.TextVectorization(max_tokens=5_000, output_sequence_length=32)
    layer.adapt(TEXTS)
    return layer


def counts() -> keras.KerasTensor:
    return keras.Input((2,), name="numbers")


def shares(x: keras.KerasTensor) -> keras.KerasTensor:
    logs = ops.log1p(x)
    return logs / (ops.sum(logs, axis=-1, keepdims=True) + 1e-3)


@cases.wrong("save-without-lambda", "There is a `Lambda` in it")
def a_function_of_our_own() -> keras.Model:
    x = counts()
    return keras.Model(x, layers.Lambda(shares, output_shape=(2,))(x))


@cases.wrong("save-without-lambda", "the shares of the counts themselves")
def no_logarithm() -> keras.Model:
    x = counts()
    return keras.Model(x, x / (ops.sum(x, axis=-1, keepdims=True) + 1e-3))


@cases.wrong("save-without-lambda", "The small number is missing")
def no_small_number() -> keras.Model:
    x = counts()
    logs = ops.log1p(x)
    return keras.Model(x, logs / ops.sum(logs, axis=-1, keepdims=True))


@cases.wrong("save-without-lambda", "still to be divided")
def logarithms_only() -> keras.Model:
    x = counts()
    return keras.Model(x, ops.log1p(x))


@cases.wrong("save-without-lambda", "goes over the whole batch")
def sum_of_all() -> keras.Model:
    x = counts()
    logs = ops.log1p(x)
    return keras.Model(x, logs / (ops.sum(logs) + 1e-3))


@cases.wrong("save-without-lambda", "an array of shape (7, 1)")
def one_share() -> keras.Model:
    x = counts()
    return keras.Model(x, shares(x)[:, :1])


@cases.wrong("save-without-lambda", "for the counts [2, 5] they are")
def another_logarithm() -> keras.Model:
    x = counts()
    logs = ops.log1p(x)
    return keras.Model(x, logs / (ops.max(logs, axis=-1, keepdims=True) + 1e-3))


@cases.wrong("save-without-lambda", "there should be one, with the two counts")
def two_inputs() -> keras.Model:
    ends = [keras.Input((1,)), keras.Input((1,))]
    return keras.Model(ends, shares(ops.concatenate(ends, axis=-1)))


class Shares(layers.Layer):
    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return shares(x)


@cases.wrong("save-without-lambda", "`Shares` is a class of your own")
def a_layer_of_our_own() -> keras.Model:
    x = counts()
    return keras.Model(x, Shares()(x))


register = keras.saving.register_keras_serializable("planted")


@register
class RegisteredShares(Shares):
    """A layer that its own process can load, and no other."""


@cases.wrong("save-without-lambda", "`RegisteredShares` is a class of your own")
def a_registered_layer() -> keras.Model:
    x = counts()
    return keras.Model(x, RegisteredShares()(x))


@cases.wrong("save-without-lambda", "A function or class of your own is in it")
def a_registered_function_in_a_layer_of_keras() -> keras.Model:
    x = counts()
    return keras.Model(x, layers.Activation(register(shares))(x))


@cases.wrong("save-without-lambda", "not of 1 + x: use `ops.log1p`")
def logarithm_of_zero() -> keras.Model:
    x = counts()
    logs = ops.log(x)
    return keras.Model(x, logs / (ops.sum(logs, axis=-1, keepdims=True) + 1e-3))


@cases.wrong("save-without-lambda", "what is added to the sum is not `1e-3`")
def another_small_number() -> keras.Model:
    x = counts()
    logs = ops.log1p(x)
    return keras.Model(x, logs / (ops.sum(logs, axis=-1, keepdims=True) + 1e-7))


def test_grading_forgets_nothing_that_is_registered() -> None:
    answer = a_registered_function_in_a_layer_of_keras()
    before = dict(keras.saving.get_custom_objects())
    grade("save-without-lambda", answer)
    assert before == keras.saving.get_custom_objects()


@cases.wrong("save-without-lambda", "is subclassed")
def subclassed() -> keras.Model:
    class Subclassed(keras.Model):
        def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
            return shares(x)

    return Subclassed()


@cases.wrong("save-without-lambda", "should be a Keras model")
def nothing() -> None:
    return None


@cases.right("save-without-lambda")
def layers_for_operations() -> keras.Model:
    x = keras.Input((2,), name="x")
    logs = ops.log(1 + x)
    total = layers.Add()([logs[:, :1], logs[:, 1:]])
    return keras.Model({"x": x}, [logs / (total + 0.001)])


@cases.right("save-without-lambda")
def within_another_model() -> keras.Model:
    x, y = counts(), counts()
    return keras.Model(y, keras.Model(x, shares(x))(y))


def around(first: layers.Layer, second: layers.Layer, *, size: int = 40) -> keras.Model:
    keras.utils.set_random_seed(0)
    of_ids = same_author(length=8, vocabulary_size=size, embedding_width=4, encoder="average")
    a, b = (keras.Input((), dtype="string", name=name) for name in ("a", "b"))
    return keras.Model([a, b], of_ids([first(a), second(b)]))


@cases.wrong("two-texts-in-one-call", "the types int32, int32")
def ids() -> keras.Model:
    return same_author(length=8, vocabulary_size=40, embedding_width=4, encoder="average")


@cases.wrong("two-texts-in-one-call", "There is one input, of the type string")
def one_text() -> keras.Model:
    text, layer = keras.Input((), dtype="string"), vectoriser()
    of_ids = same_author(length=8, vocabulary_size=40, embedding_width=4, encoder="average")
    return keras.Model(text, of_ids([layer(text), layer(text)]))


@cases.wrong("two-texts-in-one-call", "so that Keras finds it")
def a_function_that_is_not_registered() -> keras.Model:
    layer = vectoriser(standardize=lower_case)
    return around(layer, layer)


@cases.wrong("two-texts-in-one-call", "two vectorisers with different words")
def two_vocabularies() -> keras.Model:
    return around(vectoriser(), vectoriser(TEXTS[:1]))


@cases.wrong("two-texts-in-one-call", "two vectorisers with different words or settings")
def two_settings() -> keras.Model:
    return around(vectoriser(), vectoriser(standardize="strip_punctuation"))


@cases.wrong("two-texts-in-one-call", "no words in its vocabulary")
def not_adapted() -> keras.Model:
    layer = vectoriser([""])
    return around(layer, layer)


@cases.wrong("two-texts-in-one-call", "called once here")
def one_text_twice() -> keras.Model:
    layer = vectoriser()
    keras.utils.set_random_seed(0)
    of_ids = same_author(length=8, vocabulary_size=40, embedding_width=4, encoder="average")
    a, b = (keras.Input((), dtype="string", name=name) for name in ("a", "b"))
    ids_a = layer(a)
    return keras.Model([a, b], of_ids([ids_a, ids_a]))


@cases.wrong("two-texts-in-one-call", "`max_tokens` must not be above")
def more_words_than_ids() -> keras.Model:
    layer = vectoriser()
    return around(layer, layer, size=6)


@cases.wrong("two-texts-in-one-call", "One of the texts changes nothing")
def second_text_unused() -> keras.Model:
    layer = vectoriser()
    a, b = (keras.Input((), dtype="string", name=name) for name in ("a", "b"))
    of_ids = same_author(length=8, vocabulary_size=40, embedding_width=4, encoder="average")
    ids_a, ids_b = layer(a), layer(b)
    return keras.Model([a, b], of_ids([ids_a, ids_a + 0 * ids_b]))


@cases.wrong("two-texts-in-one-call", "when the two texts change places")
def one_text_shifted() -> keras.Model:
    layer = vectoriser()
    a, b = (keras.Input((), dtype="string", name=name) for name in ("a", "b"))
    of_ids = same_author(length=8, vocabulary_size=40, embedding_width=4, encoder="average")
    return keras.Model([a, b], of_ids([layer(a), ops.minimum(layer(b), 5)]))


@cases.wrong("two-texts-in-one-call", "one number for each pair")
def three_numbers() -> keras.Model:
    model = around(layer := vectoriser(), layer)
    return keras.Model(model.inputs, layers.Dense(3)(model.outputs[0]))


@cases.right("two-texts-in-one-call")
def as_a_dictionary() -> keras.Model:
    layer = vectoriser()
    a, b = (keras.Input((), dtype="string", name=name) for name in ("left", "right"))
    of_ids = same_author(length=8, vocabulary_size=40, embedding_width=4, encoder="average")
    return keras.Model({"left": a, "right": b}, {"same": of_ids([layer(a), layer(b)])})


@cases.right("two-texts-in-one-call")
def one_model_for_text_to_ids() -> keras.Model:
    text = keras.Input((), dtype="string")
    to_ids = keras.Model(text, vectoriser()(text))
    return around(to_ids, to_ids)


@cases.right("two-texts-in-one-call")
def two_with_one_vocabulary() -> keras.Model:
    words = vectoriser().get_vocabulary()[2:]
    both = [
        layers.TextVectorization(output_sequence_length=8, vocabulary=np.array(words))
        for _ in range(2)
    ]
    return around(*both)


@cases.right("two-texts-in-one-call")
def a_vocabulary_of_one_word() -> keras.Model:
    layer = vectoriser(["word"])
    return around(layer, layer)


test_solution, test_stub, test_wrong, test_right = cases.tests()
