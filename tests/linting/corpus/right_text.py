"""Models of text and other sequences that are right."""

import keras
import numpy as np
from corpus_cases import right
from keras import layers, ops
from lint_cases import Lint

RNG = np.random.default_rng(3)
CLASSES = np.arange(24) % 3


def texts(count: int = 24, length: int = 10, words: int = 40, *, pre: bool = False) -> np.ndarray:
    """Ids of texts of different lengths, zeros after or before them."""
    ids = RNG.integers(1, words, (count, length))
    kept = np.arange(length) < RNG.integers(2, length, count)[:, None]
    return np.where(kept[:, ::-1] if pre else kept, ids, 0)


def whole(count: int = 24, length: int = 10, words: int = 40) -> np.ndarray:
    """Ids of texts of one length, without padding."""
    return RNG.integers(1, words, (count, length))


@keras.saving.register_keras_serializable("corpus")
class Positions(layers.Layer):
    """Words and places, added: the mask goes on."""

    def __init__(self, words: int, length: int, width: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.settings = {"words": words, "length": length, "width": width}
        self.words = layers.Embedding(words, width, mask_zero=True)
        self.places = layers.Embedding(length, width)

    def call(self, ids: keras.KerasTensor) -> keras.KerasTensor:
        return self.words(ids) + self.places(ops.arange(ops.shape(ids)[-1]))

    def compute_mask(self, ids: keras.KerasTensor, mask: object = None) -> object:
        return self.words.compute_mask(ids)

    def get_config(self) -> dict[str, object]:
        return {**super().get_config(), **self.settings}


def block(x: keras.KerasTensor, heads: int = 2, **attention: object) -> keras.KerasTensor:
    """A block of a transformer."""
    width = x.shape[-1]
    seen = layers.MultiHeadAttention(heads, width // heads)(x, x, **attention)
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, layers.Dropout(0.1)(seen)]))
    y = layers.Dense(width)(layers.Dense(16, activation="relu")(x))
    return layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, layers.Dropout(0.1)(y)]))


@right
def bidirectional_lstm_on_reviews() -> Lint:
    """keras.io: two bidirectional LSTMs, reviews padded in front."""
    ids = keras.Input((None,), dtype="int32")
    x = layers.Embedding(40, 8, mask_zero=True)(ids)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(4))(x)
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return Lint(model, texts(pre=True), CLASSES == 0)


@right
def lstm_on_texts_of_one_length() -> Lint:
    """Nothing is padded, so no mask is needed."""
    model = keras.Sequential([keras.Input((10,)), layers.Embedding(40, 8), layers.LSTM(6)])
    model.add(layers.Dense(3, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return Lint(model, whole(), CLASSES)


@right
def transformer_on_reviews() -> Lint:
    """keras.io: words and places by a layer of one's own, a block, and an average."""
    ids = keras.Input((10,))
    x = layers.GlobalAveragePooling1D()(block(Positions(40, 10, 8)(ids)))
    x = layers.Dropout(0.1)(layers.Dense(8, activation="relu")(layers.Dropout(0.1)(x)))
    model = keras.Model(ids, layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return Lint(model, texts(), CLASSES % 2)


@right
def convolutions_on_words() -> Lint:
    """keras.io: convolutions over words, their maximum, a sigmoid; padding is a word."""
    ids = keras.Input((None,), dtype="int64")
    x = layers.Dropout(0.5)(layers.Embedding(40, 8)(ids))
    x = layers.Conv1D(6, 3, padding="valid", activation="relu", strides=2)(x)
    x = layers.GlobalMaxPooling1D()(x)
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid", name="predictions")(x))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return Lint(model, texts(), CLASSES == 1)


@right
def seq2seq_with_teacher_forcing() -> Lint:
    """keras.io: characters in and out as one-hot rows, the decoder told the last state."""
    source, target = keras.Input((None, 7)), keras.Input((None, 9))
    _, h, c = layers.LSTM(6, return_state=True)(source)
    x, _, _ = layers.LSTM(6, return_sequences=True, return_state=True)(target, initial_state=[h, c])
    model = keras.Model([source, target], layers.Dense(9, activation="softmax")(x))
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    x = np.eye(7)[RNG.integers(0, 7, (16, 8))]
    y = np.eye(9)[RNG.integers(0, 9, (16, 6))]
    return Lint(model, [x, y], np.roll(y, -1, axis=1))


@right
def encoder_of_a_trained_seq2seq() -> keras.Model:
    """keras.io: the model that only encodes, made of the layers of the one that was trained."""
    source, target = keras.Input((None, 7)), keras.Input((None, 9))
    _, h, c = layers.LSTM(6, return_state=True, name="encoder")(source)
    x, *_ = layers.LSTM(6, return_sequences=True, return_state=True)(target, initial_state=[h, c])
    keras.Model([source, target], layers.Dense(9, activation="softmax")(x))
    return keras.Model(source, [h, c])


@right
def decoder_of_a_trained_seq2seq() -> keras.Model:
    """keras.io: the model that decodes a step, given the states; it answers with them."""
    decoder = layers.LSTM(6, return_sequences=True, return_state=True, name="decoder")
    dense = layers.Dense(9, activation="softmax")
    target, states = keras.Input((None, 9)), [keras.Input((6,)), keras.Input((6,))]
    x, h, c = decoder(target, initial_state=states)
    return keras.Model([target, *states], [dense(x), h, c])


@right
def translation_by_transformer() -> Lint:
    """keras.io: encoder and decoder, masked source and target, logits, a dict of inputs."""
    source = keras.Input((10,), dtype="int64", name="encoder_inputs")
    target = keras.Input((10,), dtype="int64", name="decoder_inputs")
    encoded = block(Positions(40, 10, 8)(source))
    y = Positions(40, 10, 8)(target)
    seen = layers.MultiHeadAttention(2, 4)(y, y, use_causal_mask=True)
    y = layers.LayerNormalization()(layers.Add()([y, seen]))
    seen = layers.MultiHeadAttention(2, 4)(y, encoded)
    y = layers.LayerNormalization()(layers.Add()([y, seen]))
    model = keras.Model([source, target], layers.Dense(40)(layers.Dropout(0.5)(y)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    model.compile("rmsprop", loss, metrics=["accuracy"])
    y = texts()
    return Lint(model, {"encoder_inputs": texts(), "decoder_inputs": y}, np.roll(y, -1, axis=1))


@right
def characters_that_follow() -> Lint:
    """A book's network: text of characters as one-hot rows, the next one as class."""
    model = keras.Sequential([keras.Input((10, 12)), layers.LSTM(8), layers.Dense(12)])
    model.add(layers.Activation("softmax"))
    model.compile(keras.optimizers.RMSprop(0.01), "categorical_crossentropy")
    x = np.eye(12)[RNG.integers(0, 12, (24, 10))]
    return Lint(model, x, np.eye(12)[RNG.integers(0, 12, 24)])


@right
def stateful_generator_of_text() -> keras.Model:
    """A guide's network: a stateful GRU for a batch of fixed size."""
    ids = keras.Input(batch_shape=(4, None), dtype="int32")
    x = layers.GRU(8, return_sequences=True, stateful=True)(layers.Embedding(40, 6)(ids))
    model = keras.Model(ids, layers.Dense(40)(x))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@right
def named_entities() -> Lint:
    """Tags for each word: a masked bidirectional LSTM, and Dense at each step."""
    ids = keras.Input((10,), dtype="int32")
    x = layers.Embedding(40, 8, mask_zero=True)(ids)
    x = layers.SpatialDropout1D(0.1)(x)
    x = layers.Bidirectional(layers.LSTM(5, return_sequences=True))(x)
    model = keras.Model(ids, layers.TimeDistributed(layers.Dense(4, activation="softmax"))(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x = texts()
    return Lint(model, x, x % 4)


@right
def attention_over_steps() -> Lint:
    """Scores of one a step, a softmax over the steps, a weighted sum."""
    ids = keras.Input((10,), dtype="int32")
    x = layers.Embedding(40, 8, mask_zero=True)(ids)
    x = layers.Bidirectional(layers.GRU(4, return_sequences=True))(x)
    scores = layers.Dense(1, activation="tanh")(x)
    weights = layers.Softmax(axis=1)(scores)
    x = ops.sum(x * weights, axis=1)
    model = keras.Model(ids, layers.Dense(3, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return Lint(model, texts(), CLASSES)


@right
def attention_by_flatten_and_repeat() -> keras.Model:
    """A thread's attention, put right: the scores are flattened before the softmax."""
    steps = keras.Input((10, 5))
    x = layers.LSTM(6, return_sequences=True)(steps)
    weights = layers.Flatten()(layers.Dense(1, activation="tanh")(x))
    weights = layers.Permute((2, 1))(layers.RepeatVector(6)(layers.Activation("softmax")(weights)))
    x = layers.Lambda(lambda t: ops.sum(t, axis=-2))(layers.Multiply()([x, weights]))
    model = keras.Model(steps, layers.Dense(3, activation="softmax")(x))
    model.compile("adam", "categorical_crossentropy")
    return model


@right
def hidden_words() -> Lint:
    """keras.io: a masked language model; sample weights say which words were hidden."""
    ids = keras.Input((10,), dtype="int64")
    x = layers.Embedding(40, 8, name="word_embedding")(ids) + layers.Embedding(10, 8)(
        ops.arange(10)
    )
    model = keras.Model(ids, layers.Dense(40, name="mlm_cls", activation="softmax")(block(x)))
    model.compile("adam", "sparse_categorical_crossentropy", weighted_metrics=[])
    x = whole()
    return Lint(model, x, np.roll(x, 1, axis=0), (RNG.random(x.shape) < 0.15).astype("float32"))


@right
def next_word_of_a_small_gpt() -> Lint:
    """keras.io: logits and the last block, of which only the logits have a loss."""
    ids = keras.Input((10,), dtype="int32")
    x = block(Positions(40, 10, 8)(ids), use_causal_mask=True)
    model = keras.Model(ids, [layers.Dense(40)(x), x])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss=[loss, None])
    return Lint(model, whole())


@right
def two_questions() -> Lint:
    """Do two questions ask the same? One encoder, called twice, and a distance."""
    ids = keras.Input((10,), dtype="int32")
    encoder = keras.Model(
        ids, layers.LSTM(6)(layers.Embedding(40, 8, mask_zero=True)(ids)), name="encoder"
    )
    first, second = (keras.Input((10,), dtype="int32", name=n) for n in ("first", "second"))
    a, b = encoder(first), encoder(second)
    near = layers.Lambda(
        lambda both: ops.exp(-ops.sum(ops.abs(both[0] - both[1]), axis=1, keepdims=True))
    )
    model = keras.Model([first, second], near([a, b]))
    model.compile("adam", "mean_squared_error", metrics=["accuracy"])
    return Lint(model, [texts(), texts()], (CLASSES == 0).astype("float32"))


@right
def tickets_with_tags_and_department() -> Lint:
    """Keras' guide: three inputs, two heads of logits, losses by name, weights as a list."""
    title = keras.Input((None,), dtype="int32", name="title")
    body = keras.Input((None,), dtype="int32", name="body")
    tags = keras.Input((5,), name="tags")
    a = layers.LSTM(6)(layers.Embedding(40, 8)(title))
    b = layers.LSTM(4)(layers.Embedding(40, 8)(body))
    x = layers.concatenate([a, b, tags])
    outputs = [layers.Dense(1, name="priority")(x), layers.Dense(3, name="department")(x)]
    model = keras.Model([title, body, tags], outputs)
    losses = {
        "priority": keras.losses.BinaryCrossentropy(from_logits=True),
        "department": keras.losses.CategoricalCrossentropy(from_logits=True),
    }
    model.compile("rmsprop", losses, loss_weights={"priority": 1.0, "department": 0.2})
    x = {"title": whole(), "body": whole(), "tags": RNG.integers(0, 2, (24, 5)).astype("float32")}
    y = {"priority": RNG.random((24, 1)), "department": np.eye(3)[CLASSES]}
    return Lint(model, x, y)


@right
def text_and_numbers() -> Lint:
    """Text beside numbers: a pooled embedding, a small net, one answer."""
    text, numbers = keras.Input((10,), dtype="int32", name="text"), keras.Input((4,), name="num")
    x = layers.GlobalAveragePooling1D()(layers.Embedding(40, 8, mask_zero=True)(text))
    x = layers.concatenate([x, layers.Dense(4, activation="relu")(numbers)])
    model = keras.Model({"text": text, "num": numbers}, layers.Dense(1, name="price")(x))
    model.compile("adam", "mae", metrics=["mse"])
    x = {"text": texts(), "num": RNG.normal(size=(24, 4))}
    return Lint(model, x, RNG.normal(30, 10, 24))


@right
def bag_of_tags() -> Lint:
    """keras.io: several labels a text out of a multi-hot row, a sigmoid each."""
    model = keras.Sequential([keras.Input((30,)), layers.Dense(16, activation="relu")])
    model.add(layers.Dense(8, activation="relu"))
    model.add(layers.Dense(6, activation="sigmoid"))
    model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
    x = RNG.integers(0, 2, (24, 30)).astype("float32")
    return Lint(model, x, RNG.integers(0, 2, (24, 6)).astype("float32"))


@right
def reuters_topics() -> Lint:
    """A book's newswires: 46 topics out of multi-hot rows, one-hot targets."""
    model = keras.Sequential([keras.Input((30,)), layers.Dense(16, activation="relu")])
    model.add(layers.Dense(46, activation="softmax"))
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    x = RNG.integers(0, 2, (92, 30)).astype("float32")
    return Lint(model, x, np.eye(46)[np.arange(92) % 46])


@right
def documents_of_sentences() -> Lint:
    """A hierarchical network: sentences are read one by one, then the document."""
    ids = keras.Input((6,), dtype="int32")
    reader = keras.Model(ids, layers.GRU(5)(layers.Embedding(40, 8, mask_zero=True)(ids)))
    document = keras.Input((4, 6), dtype="int32")
    x = layers.GRU(5)(layers.TimeDistributed(reader)(document))
    model = keras.Model(document, layers.Dense(3, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return Lint(model, RNG.integers(1, 40, (24, 4, 6)), CLASSES)


@right
def addition_of_numbers_as_text() -> Lint:
    """keras.io: sums as text; an LSTM reads, its answer is repeated, another one writes."""
    model = keras.Sequential([keras.Input((7, 12)), layers.LSTM(8), layers.RepeatVector(4)])
    model.add(layers.LSTM(8, return_sequences=True))
    model.add(layers.Dense(12, activation="softmax"))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    x, y = (np.eye(12)[RNG.integers(0, 12, (24, n))] for n in (7, 4))
    return Lint(model, x, y)


@right
def captions_of_images() -> Lint:
    """Captions: features of an image and the words so far give the next word."""
    features = keras.Input((16,), name="image")
    so_far = keras.Input((10,), dtype="int32", name="caption")
    a = layers.Dense(8, activation="relu")(layers.Dropout(0.5)(features))
    b = layers.Dropout(0.5)(layers.Embedding(40, 8, mask_zero=True)(so_far))
    x = layers.Dense(8, activation="relu")(layers.add([a, layers.LSTM(8)(b)]))
    model = keras.Model([features, so_far], layers.Dense(40, activation="softmax")(x))
    model.compile("adam", "categorical_crossentropy")
    y = np.eye(40)[RNG.integers(1, 40, 24)]
    return Lint(model, [RNG.random((24, 16)), texts(pre=True)], y)


@right
def questions_about_images() -> Lint:
    """Keras' own guide of old, in new words: an image, a question, an answer of many."""
    image, question = keras.Input((8, 8, 3)), keras.Input((10,), dtype="int32")
    x = layers.Conv2D(4, 3, activation="relu", padding="same")(image)
    x = layers.Flatten()(layers.MaxPooling2D()(x))
    words = layers.LSTM(6)(layers.Embedding(40, 8, mask_zero=True)(question))
    model = keras.Model(
        [image, question], layers.Dense(20, activation="softmax")(layers.concatenate([words, x]))
    )
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    return Lint(model, [RNG.random((24, 8, 8, 3)), texts()], np.arange(24) % 20)


@right
def last_step_by_hand() -> keras.Model:
    """The last step of all that a GRU gives, taken by a slice; nothing is padded or masked."""
    signal = keras.Input((12, 3))
    x = layers.GRU(6, return_sequences=True)(signal)[:, -1, :]
    model = keras.Model(signal, layers.Dense(1)(x))
    model.compile("adam", "mse")
    return model


@right
def masked_signals() -> Lint:
    """Signals of different lengths, padded with zeros and masked."""
    model = keras.Sequential([keras.Input((None, 3)), layers.Masking(), layers.LSTM(6)])
    model.add(layers.Dense(1))
    model.compile("adam", "mae")
    x = RNG.normal(size=(24, 10, 3))
    x[:12, 6:] = 0
    return Lint(model, x, RNG.normal(size=24))
