"""The models of the lessons, as functions that build them.

Each function returns a new, uncompiled functional :class:`keras.Model` with fresh weights.
Inputs and outputs come as lists, in the order in which the course names them, and every layer has
a fixed name, so that two models built alike are drawn alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from numbers import Integral
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import keras

__all__ = ["Encoder", "Head", "headline_popularity", "same_author"]

Encoder = Literal["lstm", "average"]
"""How word vectors become one vector, by the last state of an LSTM or by their average."""

Head = Literal["symmetric", "concatenate", "concatenate_dense"]
"""How two encoded tweets become one probability, as :func:`same_author` tells."""

_ENCODERS = ("lstm", "average")
_HEADS = ("symmetric", "concatenate", "concatenate_dense")


def headline_popularity(
    *,
    length: int = 32,
    vocabulary_size: int = 10_000,
    embedding_width: int = 64,
    units: int = 32,
    mask: bool = True,
    encoder: Encoder = "lstm",
    hidden: Iterable[int] = (64, 64),
    hidden_activation: str = "relu",
    features: int = 5,
    counts: bool = False,
) -> keras.Model:
    """Build the course's model of a headline's popularity: two inputs, two outputs.

    The words of a tweet go through an embedding and an encoder.
    An auxiliary output reads the encoded text alone; the main output reads it together with
    features of the post, through a stack of dense layers.

    The architecture is that of the course unit "Keras Module API" (its slides on configuring a
    model with several inputs and outputs), which follows the example of the former Keras guide to
    the functional API.
    Two defaults differ from what the slides print, because the printed model does not learn from
    the text: tweets have 32 ids instead of 100, and padding is masked.
    The embedding is 64 wide instead of 512, which is as good and quicker.
    ``headline_popularity(length=100, embedding_width=512, mask=False)`` is the model of the
    slides, without the two more dense layers of their homework; ``hidden=(64, 64, 64, 64)`` adds
    those.

    Inputs, in this order:

    - ``main_input``, int32, shape ``(batch, length)``: word ids, 0 is padding;
    - ``aux_input``, float32, shape ``(batch, features)``: features of the post.

    Outputs, in this order, all float32 of shape ``(batch, 1)``:

    - ``main_output``: probability, from text and features;
    - ``aux_output``: probability, from the text alone;
    - ``retweets`` and ``likes``, with ``counts=True``: linear, from text and features, meant for
      logarithms of counts.

    Args:
        length: Word ids a tweet, padding included.
        vocabulary_size: Number of different ids; every id is below it.
        embedding_width: Numbers in the vector of one word.
        units: Units of the LSTM. The encoder ``"average"`` has none and leaves it unused.
        mask: Whether id 0 is padding that the encoder skips.
        encoder: ``"lstm"`` takes the last state of an LSTM, ``"average"`` the average of the word
            vectors. The average of a tweet that is all padding is not a number if ``mask``.
        hidden: Units of each dense layer between the merge and the main output; may be empty.
        hidden_activation: Activation of these layers, by its name in :mod:`keras.activations`.
        features: Numbers a post in ``aux_input``.
        counts: Whether to add the outputs ``retweets`` and ``likes``.

    Returns:
        The uncompiled model.

    Raises:
        ValueError: If a number is not a positive integer, or a name is not one of those allowed.

    Example:
        >>> from layergraph import models
        >>> model = models.headline_popularity(vocabulary_size=500)
        >>> model.output_names
        ['main_output', 'aux_output']
        >>> [tensor.name for tensor in model.inputs]
        ['main_input', 'aux_input']
        >>> model.output_shape
        [(None, 1), (None, 1)]
    """
    from keras import Input, Model, layers

    length, vocabulary_size, embedding_width, units, features = _sizes(
        length=length,
        vocabulary_size=vocabulary_size,
        embedding_width=embedding_width,
        units=units,
        features=features,
    )
    hidden = _widths("hidden", hidden)
    _check_choice("encoder", encoder, _ENCODERS)
    _check_activation("hidden_activation", hidden_activation)

    main_input = Input(shape=(length,), dtype="int32", name="main_input")
    aux_input = Input(shape=(features,), name="aux_input")
    text = _encode(main_input, vocabulary_size, embedding_width, units, mask, encoder)
    aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(text)

    x = layers.Concatenate(name="merge")([text, aux_input])
    for number, width in enumerate(hidden, start=1):
        x = layers.Dense(width, activation=hidden_activation, name=f"hidden_{number}")(x)
    outputs = [layers.Dense(1, activation="sigmoid", name="main_output")(x), aux_output]
    if counts:
        outputs += [layers.Dense(1, name=name)(x) for name in ("retweets", "likes")]
    return Model([main_input, aux_input], outputs, name="headline_popularity")


def same_author(
    *,
    length: int = 32,
    vocabulary_size: int = 10_000,
    embedding_width: int = 64,
    units: int = 32,
    encoder: Encoder = "lstm",
    shared: bool = True,
    head: Head = "symmetric",
) -> keras.Model:
    """Build a model that says whether two tweets have the same author.

    One encoder, itself a model, turns each tweet into a vector; a head turns the two vectors into
    a probability.
    Encoding both tweets with the same weights is what the course unit "Keras Module API" teaches
    on its slide on shared layers, after the example of the former Keras guide to the functional
    API.
    Padding is masked.

    The heads:

    - ``"symmetric"``: one logistic unit on the absolute difference of the vectors and on their
      product. Both are the same whichever tweet comes first, and so is the answer, exactly.
    - ``"concatenate"``: one logistic unit on the vectors side by side, as the course describes.
      Its logit is a sum of a term for each tweet, so it cannot express "both alike".
    - ``"concatenate_dense"``: a dense layer of 32 relu units before the logistic unit.

    Inputs, in this order, both int32 of shape ``(batch, length)``, where id 0 is padding:
    ``tweet_a`` and ``tweet_b``.
    The output ``same_author`` is float32 of shape ``(batch, 1)``, a probability.
    Keras takes the targets of a model with one output as an array, not as a dict by name.

    Args:
        length: Word ids a tweet, padding included.
        vocabulary_size: Number of different ids; every id is below it.
        embedding_width: Numbers in the vector of one word.
        units: Units of the LSTM. The encoder ``"average"`` has none and leaves it unused.
        encoder: ``"lstm"`` takes the last state of an LSTM, ``"average"`` the average of the word
            vectors. The average of a tweet that is all padding is not a number.
        shared: Whether one model named ``encoder`` is called on both tweets. Otherwise there are
            two with their own weights, ``encoder_a`` and ``encoder_b``.
        head: How the two vectors become one probability.

    Returns:
        The uncompiled model.

    Raises:
        ValueError: If a number is not a positive integer, or a name is not one of those allowed.

    Example:
        >>> from layergraph import models
        >>> model = models.same_author(vocabulary_size=500)
        >>> model.output_names
        ['same_author']
        >>> encoder = model.get_layer("encoder")
        >>> encoder.output_shape
        (None, 32)
        >>> model.count_params() - encoder.count_params()  # the head: 64 weights and a bias
        65
    """
    from keras import Input, Model, layers

    length, vocabulary_size, embedding_width, units = _sizes(
        length=length,
        vocabulary_size=vocabulary_size,
        embedding_width=embedding_width,
        units=units,
    )
    _check_choice("encoder", encoder, _ENCODERS)
    _check_choice("head", head, _HEADS)

    def build_encoder(name: str) -> keras.Model:
        tweet = Input(shape=(length,), dtype="int32", name="tweet")
        vector = _encode(tweet, vocabulary_size, embedding_width, units, True, encoder)
        return Model(tweet, vector, name=name)

    tweet_a = Input(shape=(length,), dtype="int32", name="tweet_a")
    tweet_b = Input(shape=(length,), dtype="int32", name="tweet_b")
    if shared:
        encoder_a = encoder_b = build_encoder("encoder")
    else:
        encoder_a, encoder_b = build_encoder("encoder_a"), build_encoder("encoder_b")
    u, v = encoder_a(tweet_a), encoder_b(tweet_b)

    if head == "symmetric":
        difference = layers.Subtract(name="difference")([u, v])
        x = layers.Concatenate(name="merge")(
            [
                _absolute(difference, "absolute_difference"),
                layers.Multiply(name="product")([u, v]),
            ]
        )
    else:
        x = layers.Concatenate(name="merge")([u, v])
        if head == "concatenate_dense":
            x = layers.Dense(32, activation="relu", name="hidden")(x)
    output = layers.Dense(1, activation="sigmoid", name="same_author")(x)
    return Model([tweet_a, tweet_b], output, name="same_author")


def _encode(
    ids: keras.KerasTensor,
    vocabulary_size: int,
    embedding_width: int,
    units: int,
    mask: bool,
    encoder: Encoder,
) -> keras.KerasTensor:
    """Return the symbolic vector of the text with these symbolic ids."""
    from keras import layers

    words = layers.Embedding(vocabulary_size, embedding_width, mask_zero=mask, name="embedding")(
        ids
    )
    if encoder == "lstm":
        return layers.LSTM(units, name="lstm")(words)
    return layers.GlobalAveragePooling1D(name="average")(words)


def _absolute(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Return the absolute value of a symbolic tensor, by an operation of this name."""
    from keras import Input, Model, ops

    # ops.abs takes no name, and the one it makes up counts the calls of the whole process. Its
    # class takes a name, but is public only as the type of an operation in a model.
    probe = Input(shape=x.shape[1:])
    operation = type(Model(probe, ops.abs(probe)).operations[-1])
    return operation(name=name)(x)


def _sizes(**values: object) -> Iterator[int]:
    """Return the values as integers of Python, which Keras insists on, once they are positive."""
    for name, value in values.items():
        # bool is an Integral too, and True would pass for 1.
        if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be a positive integer, not {value!r}")
        yield int(value)


def _widths(name: str, values: object) -> tuple[int, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ValueError(f"{name} must be a sequence of positive integers, not {values!r}")
    return tuple(_sizes(**{f"{name}[{place}]": value for place, value in enumerate(values)}))


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, not {value!r}")


def _check_activation(name: str, value: object) -> None:
    from keras import activations

    try:
        activations.get(value)
    except ValueError:
        raise ValueError(
            f"{name} must be the name of an activation of Keras, such as 'relu', not {value!r}"
        ) from None
