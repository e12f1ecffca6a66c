"""Models of images that are right."""

import keras
import numpy as np
from corpus_cases import right
from keras import layers, ops
from lint_cases import Lint

RNG = np.random.default_rng(4)


def images(count: int = 20, size: int = 8, channels: int = 3) -> np.ndarray:
    return RNG.random((count, size, size, channels), dtype="float32")


def one_hot(count: int, classes: int) -> np.ndarray:
    return np.eye(classes, dtype="float32")[np.arange(count) % classes]


@right
def digits() -> Lint:
    """keras.io: the first convolutional network."""
    model = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return Lint(model, images(20, 12, 1), one_hot(20, 10))


@right
def fashion_with_logits() -> Lint:
    """A tutorial's network: whole numbers rescaled in the model, logits, classes as numbers."""
    model = keras.Sequential([keras.Input((8, 8)), layers.Rescaling(1 / 255), layers.Flatten()])
    model.add(layers.Dense(16, activation="relu"))
    model.add(layers.Dense(10))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return Lint(model, RNG.integers(0, 256, (20, 8, 8), dtype="uint8"), np.arange(20) % 10)


@right
def cats_and_dogs_with_one_logit() -> Lint:
    """keras.io: augmentation, separable convolutions with shortcuts, one logit."""
    image = keras.Input((16, 16, 3))
    x = layers.Rescaling(1 / 255)(layers.RandomFlip("horizontal")(image))
    x = layers.Activation("relu")(
        layers.BatchNormalization()(layers.Conv2D(4, 3, strides=2, padding="same")(x))
    )
    before = x
    for size in (6, 8):
        x = layers.Activation("relu")(x)
        x = layers.BatchNormalization()(layers.SeparableConv2D(size, 3, padding="same")(x))
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        before = layers.Conv2D(size, 1, strides=2, padding="same")(before)
        before = x = layers.add([x, before])
    x = layers.Dropout(0.25)(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(image, layers.Dense(1, activation=None)(x))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    metric = keras.metrics.BinaryAccuracy(name="acc", threshold=0.0)
    model.compile(keras.optimizers.Adam(3e-4), loss, metrics=[metric])
    return Lint(model, RNG.integers(0, 256, (20, 16, 16, 3)).astype("float32"), np.arange(20) % 2)


@right
def pets_in_pixels() -> Lint:
    """keras.io: a class for each pixel, of three; targets as numbers."""
    image = keras.Input((16, 16, 3))
    x = layers.Activation("relu")(
        layers.BatchNormalization()(layers.Conv2D(4, 3, 2, "same")(image))
    )
    y = layers.MaxPooling2D(3, strides=2, padding="same")(
        layers.SeparableConv2D(6, 3, padding="same")(x)
    )
    x = layers.add([y, layers.Conv2D(6, 1, strides=2, padding="same")(x)])
    for size in (6, 4):
        y = layers.Conv2DTranspose(size, 3, padding="same")(layers.Activation("relu")(x))
        y = layers.UpSampling2D(2)(layers.BatchNormalization()(y))
        x = layers.add([y, layers.Conv2D(size, 1, padding="same")(layers.UpSampling2D(2)(x))])
    model = keras.Model(image, layers.Conv2D(3, 3, activation="softmax", padding="same")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return Lint(model, images(12, 16), RNG.integers(0, 3, (12, 16, 16, 1), dtype="uint8"))


@right
def u_net_for_masks() -> Lint:
    """A U-Net with a sigmoid a pixel, masks of 0 and 1, and a Dice loss of one's own."""
    image = keras.Input((16, 16, 1))
    ways, x = [], image
    for size in (4, 6):
        x = layers.Conv2D(size, 3, activation="relu", padding="same")(x)
        ways.append(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(8, 3, activation="relu", padding="same")(x)
    for way in reversed(ways):
        x = layers.Concatenate()([layers.Conv2DTranspose(4, 2, strides=2)(x), way])
        x = layers.Conv2D(4, 3, activation="relu", padding="same")(x)
    model = keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid")(x))

    def dice(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        both = ops.sum(y_true * y_pred)
        return 1 - (2 * both + 1) / (ops.sum(y_true) + ops.sum(y_pred) + 1)

    model.compile("adam", dice, metrics=["accuracy"])
    return Lint(model, images(12, 16, 1), RNG.integers(0, 2, (12, 16, 16, 1)).astype("float32"))


@right
def autoencoder_of_digits() -> Lint:
    """Keras' blog: images of 0 to 1, sigmoid, binary crossentropy, inputs as targets."""
    image = keras.Input((64,))
    encoded = layers.Dense(8, activation="relu")(image)
    model = keras.Model(image, layers.Dense(64, activation="sigmoid")(encoded))
    model.compile("adam", "binary_crossentropy")
    x = RNG.random((20, 64), dtype="float32")
    return Lint(model, x, x)


@right
def denoiser() -> Lint:
    """keras.io: a convolutional autoencoder that takes noise away."""
    image = keras.Input((8, 8, 1))
    x = layers.MaxPooling2D(padding="same")(
        layers.Conv2D(4, 3, activation="relu", padding="same")(image)
    )
    x = layers.Conv2DTranspose(4, 3, strides=2, activation="relu", padding="same")(x)
    model = keras.Model(image, layers.Conv2D(1, 3, activation="sigmoid", padding="same")(x))
    model.compile("adam", "binary_crossentropy")
    clean = images(20, 8, 1)
    noisy = np.clip(clean + 0.4 * RNG.normal(size=clean.shape), 0, 1)
    return Lint(model, noisy, clean)


@right
def encoder_of_an_autoencoder() -> keras.Model:
    """Keras' guide: one graph, two models; this is the one that encodes."""
    image = keras.Input((8, 8, 1), name="img")
    x = layers.Conv2D(4, 3, activation="relu")(image)
    x = layers.GlobalMaxPooling2D()(x)
    encoder = keras.Model(image, x, name="encoder")
    y = layers.Reshape((2, 2, 1))(x)
    keras.Model(image, layers.Conv2DTranspose(1, 3, activation="relu")(y), name="autoencoder")
    return encoder


@right
def autoencoder_of_two_models() -> keras.Model:
    """Keras' guide: an encoder and a decoder, called like layers."""
    image = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, activation="relu")(image)
    encoder = keras.Model(image, layers.GlobalMaxPooling2D()(x), name="encoder")
    code = keras.Input((4,))
    y = layers.Conv2DTranspose(1, 7, activation="relu")(layers.Reshape((2, 2, 1))(code))
    decoder = keras.Model(code, y, name="decoder")
    again = keras.Input((8, 8, 1), name="img")
    model = keras.Model(again, decoder(encoder(again)), name="autoencoder")
    model.compile("adam", "mse")
    return model


@keras.saving.register_keras_serializable("corpus")
class Sampling(layers.Layer):
    """Draws a code, and adds the divergence to the loss."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, inputs: tuple[keras.KerasTensor, keras.KerasTensor]) -> keras.KerasTensor:
        mean, log_var = inputs
        self.add_loss(-0.5 * ops.mean(1 + log_var - ops.square(mean) - ops.exp(log_var)))
        noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
        return mean + ops.exp(0.5 * log_var) * noise


@right
def variational_autoencoder() -> Lint:
    """keras.io's encoder and decoder, with the divergence added by the layer that samples."""
    image = keras.Input((8, 8, 1))
    x = layers.Flatten()(layers.Conv2D(4, 3, activation="relu", strides=2, padding="same")(image))
    mean, log_var = layers.Dense(2, name="z_mean")(x), layers.Dense(2, name="z_log_var")(x)
    z = Sampling()([mean, log_var])
    x = layers.Reshape((4, 4, 4))(layers.Dense(64, activation="relu")(z))
    x = layers.Conv2DTranspose(1, 3, activation="sigmoid", strides=2, padding="same")(x)
    model = keras.Model(image, x)
    model.compile("adam", "binary_crossentropy")
    x = images(20, 8, 1)
    return Lint(model, x, x)


@right
def encoder_of_a_variational_autoencoder() -> keras.Model:
    """keras.io: an encoder that returns mean, variance and a sample."""
    image = keras.Input((8, 8, 1))
    x = layers.Dense(8, activation="relu")(layers.Flatten()(image))
    mean, log_var = layers.Dense(2, name="z_mean")(x), layers.Dense(2, name="z_log_var")(x)
    return keras.Model(image, [mean, log_var, Sampling()([mean, log_var])], name="encoder")


def discriminator() -> keras.Model:
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(4, 3, strides=2, padding="same")]
    )
    model.add(layers.LeakyReLU(negative_slope=0.2))
    model.add(layers.Dropout(0.4))
    model.add(layers.GlobalMaxPooling2D())
    model.add(layers.Dense(1, activation="sigmoid"))
    return model


@right
def generative_adversary() -> keras.Model:
    """The usual pair: a discriminator is compiled, frozen, and put after a generator."""
    judge = discriminator()
    judge.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    judge.train_on_batch(images(4, 8, 1), np.ones(4))
    generator = keras.Sequential([keras.Input((6,)), layers.Dense(64), layers.LeakyReLU()])
    generator.add(layers.Reshape((4, 4, 4)))
    generator.add(layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"))
    judge.trainable = False
    noise = keras.Input((6,))
    model = keras.Model(noise, judge(generator(noise)))
    model.compile(keras.optimizers.Adam(2e-4, 0.5), "binary_crossentropy")
    return model


@right
def judge_of_a_generative_adversary() -> Lint:
    """The discriminator itself, with its true and made-up images."""
    judge = discriminator()
    judge.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return Lint(judge, images(20, 8, 1) * 2 - 1, np.repeat([0.9, 0.0], 10))


@right
def auxiliary_classifier_gan() -> Lint:
    """A known example: is it real, and which digit is it?"""
    image = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, padding="same", strides=2)(image)
    x = layers.Flatten()(layers.Dropout(0.3)(layers.LeakyReLU()(x)))
    real = layers.Dense(1, activation="sigmoid", name="generation")(x)
    which = layers.Dense(10, activation="softmax", name="auxiliary")(x)
    model = keras.Model(image, [real, which])
    model.compile("adam", ["binary_crossentropy", "sparse_categorical_crossentropy"])
    return Lint(model, images(20, 8, 1), [np.arange(20) % 2, np.arange(20) % 10])


def base(*, weights: bool = True) -> keras.Model:
    image = keras.Input((None, None, 3))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3)(image)))
    x = layers.ReLU()(layers.BatchNormalization()(layers.DepthwiseConv2D(3)(x)))
    return keras.Model(image, x, name="base")


def transferred() -> tuple[keras.Model, keras.Model]:
    """Keras' guide to transfer learning."""
    trained = base()
    trained.trainable = False
    image = keras.Input((12, 12, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(layers.RandomFlip()(image))
    x = layers.GlobalAveragePooling2D()(trained(x, training=False))
    model = keras.Model(image, layers.Dense(1)(layers.Dropout(0.2)(x)))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=[keras.metrics.BinaryAccuracy()])
    return trained, model


@right
def transfer_learning() -> Lint:
    """Keras' guide: a frozen base, a new head."""
    _, model = transferred()
    return Lint(model, RNG.integers(0, 256, (8, 12, 12, 3)).astype("float32"), np.arange(8) % 2)


@right
def fine_tuning() -> Lint:
    """Keras' guide: the base is trained too, after a new compile."""
    trained, model = transferred()
    trained.trainable = True
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-5), loss, metrics=[keras.metrics.BinaryAccuracy()])
    return Lint(model, RNG.integers(0, 256, (8, 12, 12, 3)).astype("float32"), np.arange(8) % 2)


@right
def some_layers_unfrozen() -> keras.Model:
    """The last layers are trained, the first ones stay."""
    trained = base()
    for layer in trained.layers[:-3]:
        layer.trainable = False
    x = layers.GlobalAveragePooling2D()(trained.output)
    model = keras.Model(trained.input, layers.Dense(5, activation="softmax")(x))
    model.compile("sgd", "categorical_crossentropy")
    return model


@right
def features_of_a_network() -> keras.Model:
    """Keras' guide: all that the layers of a network give, as outputs of a new model."""
    trained = base()
    return keras.Model(trained.inputs, [layer.output for layer in trained.layers[1:]])


@right
def siamese_with_a_distance() -> Lint:
    """keras.io: one network, two digits, a distance by Lambda, a contrastive loss."""
    image = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 5, activation="tanh")(layers.BatchNormalization()(image))
    x = layers.Flatten()(layers.AveragePooling2D(2)(x))
    network = keras.Model(image, layers.Dense(6, activation="tanh")(layers.BatchNormalization()(x)))
    first, second = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))

    def apart(both: list[keras.KerasTensor]) -> keras.KerasTensor:
        squares = ops.sum(ops.square(both[0] - both[1]), axis=1, keepdims=True)
        return ops.sqrt(ops.maximum(squares, keras.backend.epsilon()))

    distance = layers.Lambda(apart, output_shape=(1,))([network(first), network(second)])
    x = layers.Dense(1, activation="sigmoid")(layers.BatchNormalization()(distance))
    model = keras.Model([first, second], x)

    def contrastive(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        margin = ops.square(ops.maximum(1 - y_pred, 0))
        return ops.mean((1 - y_true) * ops.square(y_pred) + y_true * margin)

    model.compile("rmsprop", contrastive, metrics=["accuracy"])
    return Lint(model, [images(20, 8, 1), images(20, 8, 1)], (np.arange(20) % 2).astype("float32"))


@right
def triplets() -> keras.Model:
    """Three images, one embedding; the distances are the outputs."""
    embedding = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Flatten(),
            layers.Dense(8, activation="relu"),
            layers.Dense(4),
        ]
    )
    anchor, same, other = (keras.Input((8, 8, 3), name=n) for n in ("anchor", "same", "other"))
    a, s, o = embedding(anchor), embedding(same), embedding(other)
    near, far = ops.sum(ops.square(a - s), -1), ops.sum(ops.square(a - o), -1)
    return keras.Model([anchor, same, other], [near, far])


@right
def text_in_images() -> keras.Model:
    """keras.io: letters in an image; the loss is computed by a layer, the labels are an input."""

    class CTC(layers.Layer):
        def call(self, labels: keras.KerasTensor, y: keras.KerasTensor) -> keras.KerasTensor:
            ones = ops.ones((ops.shape(labels)[0],), dtype="int32")
            length = ones * ops.shape(labels)[1], ones * ops.shape(y)[1]
            self.add_loss(ops.mean(ops.ctc_loss(ops.cast(labels, "int32"), y, *length)))
            return y

    image, labels = keras.Input((20, 8, 1), name="image"), keras.Input((None,), name="label")
    x = layers.Conv2D(4, 3, activation="relu", padding="same")(image)
    x = layers.Reshape((10, 16))(layers.MaxPooling2D()(x))
    x = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(
        layers.Dense(8, activation="relu")(x)
    )
    x = layers.Dense(12, activation="softmax", name="dense2")(x)
    model = keras.Model([image, labels], CTC(name="ctc_loss")(labels, x))
    model.compile("adam")
    return model


@right
def vision_transformer() -> Lint:
    """keras.io: patches, attention, logits."""
    image = keras.Input((8, 8, 3))
    x = layers.Reshape((4, 8))(layers.Conv2D(8, 4, strides=4)(image))
    x = x + layers.Embedding(4, 8)(ops.arange(4))
    for _ in range(2):
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        x = layers.Add()([layers.MultiHeadAttention(2, 4, dropout=0.1)(y, y), x])
        y = layers.Dense(8, activation="gelu")(layers.LayerNormalization(epsilon=1e-6)(x))
        x = layers.Add()([layers.Dropout(0.1)(y), x])
    x = layers.Dropout(0.5)(layers.Flatten()(layers.LayerNormalization(epsilon=1e-6)(x)))
    model = keras.Model(image, layers.Dense(10)(layers.Dense(16, activation="gelu")(x)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adamw", loss, metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")])
    return Lint(model, images(20), (np.arange(20) % 10).reshape(-1, 1))


@right
def squeeze_and_excite() -> keras.Model:
    """Channels are weighted by what the whole image says."""
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(image)
    gate = layers.Dense(2, activation="relu")(layers.GlobalAveragePooling2D()(x))
    gate = layers.Reshape((1, 1, 8))(layers.Dense(8, activation="sigmoid")(gate))
    x = layers.GlobalAveragePooling2D()(layers.Multiply()([x, gate]))
    model = keras.Model(image, layers.Dense(10, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@right
def larger_images() -> Lint:
    """keras.io: an image in more detail; the last step moves depth to space; targets of 0 to 1."""
    image = keras.Input((None, None, 1))
    x = layers.Conv2D(8, 5, activation="tanh", padding="same")(image)
    x = layers.Conv2D(4, 3, padding="same")(x)
    x = layers.UpSampling2D(2)(x)
    model = keras.Model(image, layers.Conv2D(1, 3, padding="same")(x))
    model.compile("adam", "mean_squared_error")
    return Lint(model, images(6, 8, 1), images(6, 16, 1))


@right
def boxes_and_classes() -> Lint:
    """A small detector: what is it, and where? Boxes of 0 to 1, losses by name."""
    image = keras.Input((12, 12, 3))
    x = layers.Flatten()(layers.Conv2D(4, 3, strides=2, activation="relu")(image))
    box = layers.Dense(4, activation="sigmoid", name="bounding_box")(x)
    which = layers.Dense(3, activation="softmax", name="class_label")(x)
    model = keras.Model(image, [box, which])
    model.compile(
        "adam",
        {"class_label": "categorical_crossentropy", "bounding_box": "mean_squared_error"},
        loss_weights={"class_label": 1.0, "bounding_box": 1.0},
        metrics={"class_label": ["accuracy"], "bounding_box": ["mae"]},
    )
    y = {"bounding_box": RNG.random((12, 4)), "class_label": one_hot(12, 3)}
    return Lint(model, images(12, 12), y)


@right
def frames_of_a_film() -> Lint:
    """keras.io: the next frames; convolutional LSTMs, a sigmoid for each pixel."""
    frames = keras.Input((None, 8, 8, 1))
    x = layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True, activation="relu")(frames)
    x = layers.ConvLSTM2D(4, 1, padding="same", return_sequences=True)(
        layers.BatchNormalization()(x)
    )
    x = layers.Conv3D(1, 3, activation="sigmoid", padding="same")(x)
    model = keras.Model(frames, x)
    model.compile("adam", "binary_crossentropy")
    film = RNG.random((4, 5, 8, 8, 1), dtype="float32")
    return Lint(model, film[:, :-1], film[:, 1:])


@right
def film_by_a_network_for_images() -> Lint:
    """A convolutional network for each frame, a GRU over the frames, a mask as an input."""
    features, mask = keras.Input((6, 8)), keras.Input((6,), dtype="bool")
    x = layers.GRU(4)(layers.GRU(6, return_sequences=True)(features, mask=mask))
    model = keras.Model(
        [features, mask], layers.Dense(5, activation="softmax")(layers.Dropout(0.4)(x))
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    kept = np.arange(6) < RNG.integers(2, 7, (20, 1))
    return Lint(model, [RNG.random((20, 6, 8)), kept], np.arange(20) % 5)


@right
def inception() -> keras.Model:
    """Keras' old guide, put right: towers are joined along the channels, at the last axis."""
    image = keras.Input((16, 16, 3))
    one = layers.Conv2D(4, 3, padding="same", activation="relu")(
        layers.Conv2D(4, 1, padding="same", activation="relu")(image)
    )
    two = layers.Conv2D(4, 1, padding="same", activation="relu")(
        layers.MaxPooling2D(3, strides=1, padding="same")(image)
    )
    return keras.Model(image, layers.concatenate([one, two], axis=-1))
