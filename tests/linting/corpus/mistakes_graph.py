"""Known mistakes within a model: masks, sharing, freezing, saving."""

import keras
import numpy as np
from corpus_cases import mistake
from keras import layers, ops
from lint_cases import Lint

RNG = np.random.default_rng(2)


def padded(count: int = 32, length: int = 12, words: int = 40, *, pre: bool = False) -> np.ndarray:
    """Ids of texts of different lengths, with zeros after or before them."""
    ids = RNG.integers(1, words, (count, length))
    lengths = RNG.integers(2, length - 2, count)
    kept = np.arange(length) < lengths[:, None]
    return np.where(kept[:, ::-1] if pre else kept, ids, 0)


YES = (np.arange(32) % 2).astype("float32")


@mistake("LG101")
def zeros_after_a_text() -> Lint:
    """https://github.com/tensorflow/tensorflow/issues/49262: an LSTM reads padding at the end."""
    ids = keras.Input((12,), dtype="int32")
    x = layers.LSTM(6)(layers.Embedding(40, 8)(ids))
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return Lint(model, padded(), YES)


@mistake("LG101")
def question_and_answer_with_gaps() -> Lint:
    """https://github.com/keras-team/keras/issues/1864: zeros before one and after the other."""
    ids = keras.Input((24,), dtype="int32")
    x = layers.Bidirectional(layers.LSTM(4))(layers.Embedding(40, 8)(ids))
    model = keras.Model(ids, layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    x = np.concatenate([padded(pre=True), padded()], axis=1)
    return Lint(model, x, YES.astype(int))


@mistake("LG102")
def scaled_embedding() -> Lint:
    """https://github.com/keras-team/keras/issues/18416: an operation loses the mask."""
    ids = keras.Input((12,), dtype="int32")
    x = layers.Embedding(40, 8, mask_zero=True)(ids) * 8**0.5
    x = layers.GRU(6)(x)
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return Lint(model, padded(), YES)


@mistake("LG102", "hint")
def flatten_of_a_masked_text() -> Lint:
    """https://github.com/keras-team/keras/issues/13189: Flatten after a masked LSTM."""
    ids = keras.Input((12,), dtype="int32")
    x = layers.SpatialDropout1D(0.3)(layers.Embedding(40, 8, mask_zero=True)(ids))
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    x = layers.Flatten()(layers.BatchNormalization()(x))
    model = keras.Model(ids, layers.Dense(3, activation="sigmoid")(layers.Dropout(0.5)(x)))
    model.compile("adam", "binary_crossentropy")
    return Lint(model, padded(), RNG.integers(0, 2, (32, 3)))


@mistake("LG102")
def lambda_between_text_and_lstm() -> Lint:
    """https://github.com/keras-team/keras/issues/12027: a Lambda does not pass the mask on."""
    ids = keras.Input((12,), dtype="int32")
    x = layers.Embedding(40, 8, mask_zero=True)(ids)
    x = layers.Lambda(lambda t: t / 2)(x)
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid")(layers.LSTM(5)(x)))
    model.compile("adam", "binary_crossentropy")
    return Lint(model, padded(), YES)


@mistake("LG102")
def convolution_before_an_lstm() -> Lint:
    """https://github.com/keras-team/keras/issues/4978: what does not know masks stands between."""
    ids = keras.Input((12,), dtype="int32")
    x = layers.Embedding(40, 8, mask_zero=True)(ids)
    x = layers.Conv1D(6, 3, padding="same", activation="relu")(x)
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid")(layers.LSTM(5)(x)))
    model.compile("adam", "binary_crossentropy")
    return Lint(model, padded(), YES)


@mistake("LG102", "hint")
def segments_of_a_genome() -> keras.Model:
    """https://github.com/keras-team/keras/issues/15980: TimeDistributed(Flatten) and masks."""
    bases = keras.Input((10, 5, 4))
    x = layers.Masking()(bases)
    x = layers.TimeDistributed(layers.Flatten())(x)
    x = layers.Reshape((10, 20))(x)
    model = keras.Model(bases, layers.Dense(1, activation="sigmoid")(layers.LSTM(4)(x)))
    model.compile("adam", "binary_crossentropy")
    return model


@mistake("LG102")
def words_and_places_added() -> Lint:
    """https://github.com/keras-team/keras/issues/18416: a mask meets none in Add."""
    ids = keras.Input((12,), dtype="int32")
    words = layers.Embedding(40, 8, mask_zero=True)(ids)
    places = layers.Embedding(12, 8)(ops.cumsum(ops.ones_like(ids), axis=1) - 1)
    x = layers.GRU(5)(words + places)
    model = keras.Model(ids, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return Lint(model, padded(), YES)


@mistake("LG702")
def frozen_after_training() -> keras.Model:
    """https://github.com/keras-team/keras/issues/7965: frozen after compile and fit."""
    inputs = keras.Input((6,))
    x = layers.Dense(8, activation="relu", name="base")(inputs)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 6)), np.ones(8), verbose=0)
    model.get_layer("base").trainable = False
    return model


@mistake("LG702")
def discriminator_without_a_compile() -> keras.Model:
    """https://github.com/osh/KerasGAN/issues/10: frozen between two batches."""
    real = keras.Input((6,))
    x = layers.LeakyReLU()(layers.Dense(8)(real))
    model = keras.Model(real, layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "categorical_crossentropy")
    model.train_on_batch(np.ones((4, 6)), np.eye(2)[[0, 1, 0, 1]])
    for layer in model.layers:
        layer.trainable = False
    return model


@mistake("LG702")
def unfrozen_without_a_compile() -> keras.Model:
    """https://github.com/keras-team/keras/issues/8121: unfrozen in the midst of training."""
    inputs = keras.Input((6,))
    base = keras.Sequential([keras.Input((6,)), layers.Dense(8, activation="relu")], name="base")
    base.trainable = False
    model = keras.Model(inputs, layers.Dense(1)(base(inputs)))
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 6)), np.ones(8), verbose=0)
    base.trainable = True
    return model


@mistake("LG701", "hint")
def statistics_that_fit_moves() -> keras.Model:
    """https://github.com/keras-team/keras/issues/20285: training=False, which fit overrides."""
    image = keras.Input((8, 8, 3))
    x = layers.BatchNormalization(name="norm")(layers.Conv2D(4, 3)(image), training=False)
    model = keras.Model(image, layers.Dense(1)(layers.GlobalAveragePooling2D()(x)))
    model.compile("adam", "mse")
    return model


@mistake("LG701", "hint")
def dropout_that_predict_leaves_out() -> keras.Model:
    """https://github.com/keras-team/keras/pull/23364: Monte Carlo dropout by training=True."""
    inputs = keras.Input((6,))
    x = layers.Dropout(0.5, name="chance")(layers.Dense(16)(inputs), training=True)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile("adam", "mse")
    return model


def tower(x: keras.KerasTensor) -> keras.KerasTensor:
    x = layers.Conv2D(4, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(6, 3, activation="relu")(x))
    return layers.Dense(8)(x)


@mistake("LG501", "hint")
def two_towers_for_two_faces() -> keras.Model:
    """https://github.com/yhenon/keras-frcnn/issues/159: the encoder is built for each image."""
    left, right = keras.Input((12, 12, 3)), keras.Input((12, 12, 3))
    apart = layers.Lambda(lambda both: ops.abs(both[0] - both[1]))([tower(left), tower(right)])
    model = keras.Model([left, right], layers.Dense(1, activation="sigmoid")(apart))
    model.compile("adam", "binary_crossentropy")
    return model


@mistake("LG501", "hint")
def two_encoders_for_two_questions() -> keras.Model:
    """https://github.com/keras-team/keras/issues/9753: does calling the factory twice share?"""

    def encoder() -> keras.Model:
        ids = keras.Input((7,), dtype="int32")
        return keras.Model(ids, layers.LSTM(5)(layers.Embedding(30, 6, mask_zero=True)(ids)))

    first, second = (keras.Input((7,), dtype="int32") for _ in range(2))
    near = layers.Dot(1, normalize=True)([encoder()(first), encoder()(second)])
    model = keras.Model([first, second], near)
    model.compile("adam", "mse")
    return model


@mistake("LG502")
def one_memory_for_two_texts() -> keras.Model:
    """https://github.com/keras-team/keras/issues/20327: a stateful layer is called twice."""
    a, b = keras.Input(batch_shape=(4, 5, 3)), keras.Input(batch_shape=(4, 5, 3))
    reader = layers.LSTM(4, stateful=True)
    both = layers.Concatenate()([reader(a), reader(b)])
    model = keras.Model([a, b], layers.Dense(1)(both))
    model.compile("adam", "mse")
    return model


@mistake("LG601", "hint")
def output_of_a_layer_called_twice() -> keras.Model:
    """https://github.com/keras-team/keras/issues/23238: `.output` is the first call's."""
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    shared = layers.Dense(4, activation="relu", name="shared")
    shared(a), shared(b)
    model = keras.Model([a, b], layers.Dense(1)(shared.output))
    model.compile("adam", "mse")
    return model


@mistake("LG801", "hint")
def doubled_by_a_lambda() -> keras.Model:
    """https://github.com/keras-team/keras/issues/18284: a lambda that will not load."""
    inputs = keras.Input((1,))
    x = layers.Lambda(lambda x: x * 2)(inputs)
    return keras.Model(inputs, layers.Dense(1)(x))


@mistake("LG801", "hint")
def lambda_of_a_global() -> keras.Model:
    """https://github.com/keras-team/keras/issues/20074: a lambda that uses what stands outside."""
    width = 3
    return keras.Sequential([keras.Input((10, 4)), layers.Lambda(lambda x: x[:, -width:, :])])


@mistake("LG801", "hint")
def lambdas_of_a_loop() -> keras.Model:
    """https://github.com/keras-team/keras/issues/13574: each lambda uses the loop's variable."""
    inputs = keras.Input((3,))
    parts = [layers.Lambda(lambda x: x[:, i])(inputs) for i in range(3)]  # noqa: B023
    outputs = layers.Lambda(lambda x: ops.stack(x, axis=1))(parts)
    model = keras.Model(inputs, outputs)
    model.compile("adam", "mse")
    return model


@mistake("LG805", "hint")
def outputs_that_export_numbers() -> keras.Model:
    """https://github.com/keras-team/keras/issues/20835: exported outputs lose their names."""
    inputs = keras.Input((6,), name="x")
    heads = [layers.Dense(units, name=name)(inputs) for name, units in (("price", 1), ("place", 2))]
    model = keras.Model(inputs, heads)
    model.compile("adam", {"price": "mse", "place": "mse"})
    return model


@mistake("LG608", "hint")
def channels_first_by_habit() -> Lint:
    """https://github.com/keras-team/keras/issues/1478: channels first where last is meant."""
    model = keras.Sequential([keras.Input((3, 32, 32)), layers.Conv2D(4, 3, padding="same")])
    model.add(layers.Activation("relu"))
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    model.add(layers.Activation("softmax"))
    model.compile("sgd", "categorical_crossentropy")
    return Lint(model, RNG.random((10, 3, 32, 32)), np.eye(10))


@mistake("LG603", "hint")
def millions_after_flatten() -> keras.Model:
    """https://github.com/keras-team/keras/issues/11786: Dense on a whole image."""
    image = keras.Input((256, 256, 3))
    x = layers.MaxPooling2D()(layers.Conv2D(8, 3, activation="relu")(image))
    x = layers.Dense(100, activation="relu")(layers.Flatten()(x))
    model = keras.Model(image, layers.Dense(7, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model
