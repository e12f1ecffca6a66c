"""The exercises of the lesson beyond_functional."""

from typing import Any

import keras
import numpy as np
from exercise_cells import Answers, Cases
from keras import KerasTensor as Tensor
from keras import layers, ops

cases = Cases("beyond_functional")


@cases.namespace("maximum-of-words")
def imports() -> dict[str, Any]:
    return cases.names()


@cases.namespace("back-to-functional")
def page() -> dict[str, Any]:
    original = subclassed(10_000, 16)
    ids = np.array([[1, 2, 3, 0]] * 4, dtype="int32")
    return cases.names() | {"original": original, "ids": ids}


register = keras.saving.register_keras_serializable("planted")


@register
class Masked(layers.Layer):
    """A right answer, which the wrong ones spoil."""

    def call(self, words: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is not None:
            words = ops.where(ops.expand_dims(mask, -1), words, self.low(words))
        return ops.max(words, axis=1)

    def low(self, words: Tensor) -> Tensor:
        return ops.full_like(words, -1e9)


@cases.wrong("maximum-of-words", "give `call` an argument `mask=None`")
def no_mask() -> layers.Layer:
    @register
    class NoMask(layers.Layer):
        def call(self, words: Tensor) -> Tensor:
            return ops.max(words, axis=1)

    return NoMask()


@cases.wrong("maximum-of-words", "a zero is larger than all negative numbers")
def zero_for_padding() -> layers.Layer:
    @register
    class Zero(Masked):
        def low(self, words: Tensor) -> Tensor:
            return ops.zeros_like(words)

    return Zero()


@cases.wrong("maximum-of-words", "Put `@keras.saving.register_keras_serializable")
def not_registered() -> layers.Layer:
    class NotRegistered(Masked):
        pass

    return NotRegistered()


@cases.wrong("maximum-of-words", "Let it take `**kwargs`")
def no_keywords() -> layers.Layer:
    @register
    class NoKeywords(Masked):
        def __init__(self, low: float = -1e9) -> None:
            super().__init__()

    return NoKeywords()


@cases.wrong("maximum-of-words", "Write `get_config`")
def no_config() -> layers.Layer:
    @register
    class NoConfig(Masked):
        def __init__(self, low: object, **kwargs: object) -> None:
            super().__init__(**kwargs)

    return NoConfig(object())


@cases.wrong("maximum-of-words", "hands on the mask")
def mask_goes_on() -> layers.Layer:
    @register
    class GoesOn(Masked):
        def __init__(self, **kwargs: object) -> None:
            super().__init__(**kwargs)
            self.supports_masking = True

    return GoesOn()


@cases.wrong("maximum-of-words", "the places are `axis=1`")
def within_each_word() -> layers.Layer:
    @register
    class Within(layers.Layer):
        def call(self, words: Tensor) -> Tensor:
            return ops.max(words, axis=2)

    return Within()


@cases.wrong("maximum-of-words", "It gives the average")
def average() -> layers.Layer:
    return layers.GlobalAveragePooling1D()


@cases.wrong("maximum-of-words", "leave out `keepdims`")
def keeps_the_axis() -> layers.Layer:
    return layers.GlobalMaxPooling1D(keepdims=True)


@cases.wrong("maximum-of-words", "its largest number is 0.00")
def not_below_zero() -> layers.Layer:
    @register
    class NotBelowZero(layers.Layer):
        def call(self, words: Tensor) -> Tensor:
            return ops.relu(ops.max(words, axis=1))

    return NotBelowZero()


@cases.wrong("maximum-of-words", "is the class `Masked`")
def the_class() -> type:
    return Masked


@cases.wrong("maximum-of-words", "cannot be called")
def raises() -> layers.Layer:
    @register
    class Raises(layers.Layer):
        def call(self, words: Tensor) -> Tensor:
            raise ZeroDivisionError("no words")

    return Raises()


@cases.wrong("maximum-of-words", "where `mask` is `None`, `call` should take all words")
def needs_a_mask() -> layers.Layer:
    @register
    class NeedsMask(layers.Layer):
        def call(self, words: Tensor, mask: Tensor | None = None) -> Tensor:
            return ops.max(ops.where(mask[..., None], words, -1e9), axis=1)

    return NeedsMask()


@cases.wrong("maximum-of-words", "such as `-1e9`, where the mask is `False`")
def not_far_enough_below_zero() -> layers.Layer:
    @register
    class MinusOne(Masked):
        def low(self, words: Tensor) -> Tensor:
            return -ops.ones_like(words)

    return MinusOne()


@cases.wrong("maximum-of-words", "in a functional model: ValueError: Dimensions must be equal")
def mask_of_another_shape() -> layers.Layer:
    @register
    class OtherShape(layers.Layer):
        def call(self, words: Tensor, mask: Tensor | None = None) -> Tensor:
            return ops.max(words if mask is None else ops.where(mask, words, -1e9), axis=1)

    return OtherShape()


@cases.wrong("maximum-of-words", "a `lambda` is code: write a class instead")
def a_lambda() -> layers.Layer:
    def low(words: Tensor, mask: Tensor) -> Tensor:
        return ops.where(mask[..., None], words, -1e9)

    return layers.Lambda(
        lambda words, mask=None: ops.max(words if mask is None else low(words, mask), axis=1)
    )


@cases.right("maximum-of-words")
def with_a_setting() -> layers.Layer:
    @register
    class Setting(Masked):
        def __init__(self, value: float = -1e6, **kwargs: object) -> None:
            super().__init__(**kwargs)
            self.value = value

        def low(self, words: Tensor) -> Tensor:
            return ops.full_like(words, self.value)

        def compute_mask(self, words: Tensor, mask: Tensor | None = None) -> None:
            return None

        def get_config(self) -> dict[str, Any]:
            return super().get_config() | {"value": self.value}

    return Setting(-1e7)


@cases.right("maximum-of-words")
def by_subtraction() -> layers.Layer:
    @register
    class Subtract(layers.Layer):
        def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
            if mask is not None:
                inputs = inputs - 1e5 * (1 - ops.cast(mask, inputs.dtype)[:, :, None])
            return ops.amax(inputs, axis=-2)

    # A sum with a large number keeps few digits of the small one.
    return Subtract(dtype="float64")


class SameAuthor(keras.Model):
    def __init__(self, words: int, width: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.embedding = layers.Embedding(words, width, mask_zero=True, name="embedding")
        self.average = layers.GlobalAveragePooling1D(name="average")
        self.logistic = layers.Dense(1, activation="sigmoid", name="logistic")

    def call(self, tweets: list[Tensor]) -> Tensor:
        u, v = (self.average(self.embedding(tweet)) for tweet in tweets)
        return self.logistic(ops.concatenate([ops.abs(u - v), u * v], axis=-1))


def subclassed(words: int = 20, width: int = 4) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = SameAuthor(words, width, name="same_author")
    model([np.ones((2, 6), dtype="int32"), np.ones((2, 6), dtype="int32")])
    model.get_layer("embedding").set_weights([np.random.default_rng(0).normal(size=(words, width))])
    return model


def functional(
    original: keras.Model,
    *,
    mask: bool = True,
    shared: bool = True,
    carried: bool = True,
    product: bool = True,
    width: int = 4,
    as_dict: bool = False,
) -> keras.Model:
    ends = [keras.Input((6,), dtype="int32", name=name) for name in ("left", "right")]
    first = layers.Embedding(20, width, mask_zero=mask)
    second = first if shared else layers.Embedding(20, width, mask_zero=mask)
    pooling = layers.GlobalAveragePooling1D()
    u, v = pooling(first(ends[0])), pooling(second(ends[1]))
    last = ops.multiply(u, v) if product else u + v
    merged = layers.concatenate([ops.abs(ops.subtract(u, v)), last])
    logistic = layers.Dense(1, activation="sigmoid")
    inputs: Any = {"left": ends[0], "right": ends[1]} if as_dict else ends
    model = keras.Model(inputs, logistic(merged))
    if carried:
        for layer in (first, second):
            layer.set_weights(original.get_layer("embedding").get_weights())
        logistic.set_weights(original.get_layer("logistic").get_weights())
    return model


@cases.wrong("back-to-functional", "is still a class with a `call`")
def the_class_itself() -> Answers:
    original = subclassed()
    return Answers(original, original)


@cases.wrong("back-to-functional", "The two models have changed places")
def in_the_other_order() -> Answers:
    original = subclassed()
    return Answers(functional(original), original)


def around_averages(original: keras.Model, average: Any, difference: Any) -> keras.Model:  # noqa: ANN401
    ends = [keras.Input((6,), dtype="int32") for _ in range(2)]
    u, v = (average(original.embedding(end)) for end in ends)
    merged = ops.concatenate([difference([u, v]), u * v], axis=-1)
    return keras.Model(ends, original.logistic(merged))


@cases.wrong("back-to-functional", "There is a `Lambda` in it")
def with_a_lambda() -> Answers:
    original = subclassed()
    absolute = layers.Lambda(lambda pair: ops.abs(pair[0] - pair[1]))
    return Answers(original, around_averages(original, original.average, absolute))


@cases.wrong("back-to-functional", "a layer that uses the mask")
def average_of_all_places() -> Answers:
    original = subclassed()

    def mean(words: Tensor) -> Tensor:
        return ops.mean(words, axis=1)

    def absolute(pair: list[Tensor]) -> Tensor:
        return ops.abs(pair[0] - pair[1])

    return Answers(original, around_averages(original, mean, absolute))


@cases.wrong("back-to-functional", "is in it as one box")
def wrapped() -> Answers:
    original = subclassed()
    ends = [keras.Input((6,), dtype="int32") for _ in range(2)]
    return Answers(original, keras.Model(ends, original(ends)))


@cases.wrong("back-to-functional", "make one `Embedding`, and call it on both")
def two_embeddings() -> Answers:
    original = subclassed()
    return Answers(original, functional(original, shared=False))


@cases.wrong("back-to-functional", "`mask_zero=True` at the embedding")
def without_mask() -> Answers:
    original = subclassed()
    return Answers(original, functional(original, mask=False))


@cases.wrong("back-to-functional", "Its weights are not those of the class")
def fresh_weights() -> Answers:
    original = subclassed()
    return Answers(original, functional(original, carried=False))


@cases.wrong("back-to-functional", "of another width")
def other_width() -> Answers:
    original = subclassed()
    return Answers(original, functional(original, width=8, carried=False))


@cases.wrong("back-to-functional", "For tweets without padding the two models differ")
def sum_for_product() -> Answers:
    original = subclassed()
    return Answers(original, functional(original, product=False))


@cases.wrong("back-to-functional", "have two inputs")
def one_input() -> Answers:
    original = subclassed()
    one = keras.Input((6,), dtype="int32")
    return Answers(original, keras.Model(one, original.call([one, one])))


@cases.wrong("back-to-functional", "call it once on data")
def original_without_weights() -> Answers:
    return Answers(SameAuthor(20, 4), functional(subclassed()))


@cases.right("back-to-functional")
def opened() -> Answers:
    original = subclassed()
    ends = [keras.Input((6,), dtype="int32") for _ in range(2)]
    return Answers(original, keras.Model(ends, original.call(ends)))


@cases.right("back-to-functional")
def as_a_dictionary() -> Answers:
    original = subclassed()
    return Answers(original, functional(original, as_dict=True))


@cases.right("back-to-functional")
def encoder_within() -> Answers:
    original = subclassed()
    tweet = keras.Input((6,), dtype="int32")
    vector = original.average(original.embedding(tweet))
    encoder = keras.Model(tweet, vector)
    ends = [keras.Input((6,), dtype="int32") for _ in range(2)]
    u, v = map(encoder, ends)
    merged = ops.concatenate([ops.abs(u - v), u * v], axis=-1)
    return Answers(original, keras.Model(ends, original.logistic(merged)))


test_solution, test_stub, test_wrong, test_right = cases.tests()
