"""Published architectures, built from what their papers say, in small.

They are here for their graphs: nested models, shared layers, several inputs and outputs, masks,
states, bare operations. Widths and depths are cut down, as they change no kind of edge.
"""

import inspect
import sys
from collections.abc import Callable

import keras
from keras import Input, Model, Sequential, layers, ops


def builders() -> dict[str, Callable[[], Model]]:
    """All public functions of this module but this one, by name."""
    here = sys.modules[__name__]
    return {
        name: value
        for name, value in vars(here).items()
        if inspect.isfunction(value)
        and value.__module__ == __name__
        and not name.startswith("_")
        and value is not builders
    }


# -- images --------------------------------------------------------------------------------


def u_net() -> Model:
    """Ronneberger, Fischer, Brox 2015: U-Net, Convolutional Networks for Biomedical Images."""

    def twice(x: keras.KerasTensor, width: int) -> keras.KerasTensor:
        for _ in range(2):
            x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        return x

    image = Input((64, 64, 1), name="image")
    x, skips = image, []
    for width in (4, 8, 16):
        skips.append(twice(x, width))
        x = layers.MaxPooling2D()(skips[-1])
    x = layers.Dropout(0.5)(twice(x, 32))
    for width, skip in zip((16, 8, 4), reversed(skips), strict=True):
        x = layers.Conv2DTranspose(width, 2, strides=2)(x)
        x = twice(layers.Concatenate()([skip, x]), width)
    return Model(image, layers.Conv2D(2, 1, activation="softmax", name="mask")(x), name="u_net")


def googlenet() -> Model:
    """Szegedy et al. 2014: Going Deeper with Convolutions; two auxiliary heads."""

    def inception(x: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
        def conv(x: keras.KerasTensor, filters: int, size: int, part: str) -> keras.KerasTensor:
            name_of = f"{name}_{part}"
            return layers.Conv2D(filters, size, padding="same", activation="relu", name=name_of)(x)

        pool = layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pool")(x)
        paths = [
            conv(x, width, 1, "1x1"),
            conv(conv(x, width, 1, "3x3_reduce"), 2 * width, 3, "3x3"),
            conv(conv(x, width // 2, 1, "5x5_reduce"), width, 5, "5x5"),
            conv(pool, width, 1, "pool_proj"),
        ]
        return layers.Concatenate(name=f"{name}_output")(paths)

    def head(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        x = layers.Flatten()(layers.AveragePooling2D(5, strides=3, padding="same")(x))
        x = layers.Dropout(0.7)(layers.Dense(16, activation="relu")(x))
        return layers.Dense(10, activation="softmax", name=name)(x)

    image = Input((64, 64, 3), name="image")
    x = layers.Conv2D(8, 7, strides=2, padding="same", activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool1")(x)
    outputs = []
    for number in range(9):
        x = inception(x, 4 + number, f"inception_{number + 1}")
        if number in (2, 5):
            outputs.append(head(x, f"auxiliary_{len(outputs) + 1}"))
    x = layers.Dropout(0.4)(layers.GlobalAveragePooling2D()(x))
    outputs.append(layers.Dense(10, activation="softmax", name="main")(x))
    return Model(image, outputs[::-1], name="googlenet")


def resnext() -> Model:
    """Xie, Girshick, Dollár, Tu, He 2017: Aggregated Residual Transformations; grouped."""
    image = Input((32, 32, 3), name="image")
    x = layers.Conv2D(32, 3, padding="same", use_bias=False)(image)
    for stage, blocks in enumerate((3, 4, 3)):
        for block in range(blocks):
            width, strides = 32 * 2**stage, 2 if stage and not block else 1
            y = layers.Conv2D(width // 2, 1, use_bias=False)(x)
            y = layers.ReLU()(layers.BatchNormalization()(y))
            y = layers.Conv2D(
                width // 2, 3, strides=strides, padding="same", groups=8, use_bias=False
            )(y)
            y = layers.ReLU()(layers.BatchNormalization()(y))
            y = layers.BatchNormalization()(layers.Conv2D(width, 1, use_bias=False)(y))
            if not block:
                x = layers.BatchNormalization()(
                    layers.Conv2D(width, 1, strides=strides, use_bias=False)(x)
                )
            x = layers.ReLU()(layers.Add()([x, y]))
    x = layers.GlobalAveragePooling2D()(x)
    return Model(image, layers.Dense(10, activation="softmax")(x), name="resnext")


def retinanet() -> Model:
    """Lin et al. 2017: Feature Pyramid Networks; Focal Loss: two heads shared by five levels."""

    def head(outputs: int, name: str) -> Sequential:
        convs = [
            layers.Conv2D(8, 3, padding="same", activation="relu", name=f"{name}_{number}")
            for number in range(4)
        ]
        last = layers.Conv2D(outputs, 3, padding="same", name=f"{name}_out")
        return Sequential([Input((None, None, 8)), *convs, last], name=name)

    image = Input((128, 128, 3), name="image")
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(image)
    stages = []
    for level in range(2, 6):
        x = layers.Conv2D(4 * level, 3, strides=2, padding="same", activation="relu")(x)
        stages.append(x)
    c3, c4, c5 = stages[1:]
    p5 = layers.Conv2D(8, 1, name="c5_lateral")(c5)
    p4 = layers.Add(name="p4_merge")(
        [layers.UpSampling2D(name="p5_up")(p5), layers.Conv2D(8, 1, name="c4_lateral")(c4)]
    )
    p3 = layers.Add(name="p3_merge")(
        [layers.UpSampling2D(name="p4_up")(p4), layers.Conv2D(8, 1, name="c3_lateral")(c3)]
    )
    levels = {
        name: layers.Conv2D(8, 3, padding="same", name=name)(level)
        for name, level in (("p3", p3), ("p4", p4), ("p5", p5))
    }
    levels["p6"] = layers.Conv2D(8, 3, strides=2, padding="same", name="p6")(c5)
    levels["p7"] = layers.Conv2D(8, 3, strides=2, padding="same", name="p7")(
        layers.ReLU(name="p6_relu")(levels["p6"])
    )
    classes, boxes = head(9 * 5, "class_head"), head(9 * 4, "box_head")
    outputs = {
        name: {"classes": classes(level), "boxes": boxes(level)} for name, level in levels.items()
    }
    return Model(image, outputs, name="retinanet")


def highway_network() -> Model:
    """Srivastava, Greff, Schmidhuber 2015: Highway Networks."""
    x = inputs = Input((20,), name="inputs")
    x = layers.Dense(16)(x)
    for _ in range(12):
        gate = layers.Dense(16, activation="sigmoid", bias_initializer=_constant(-2.0))(x)
        changed = layers.Dense(16, activation="relu")(x)
        x = ops.add(ops.multiply(gate, changed), ops.multiply(ops.subtract(1.0, gate), x))
    return Model(inputs, layers.Dense(3, activation="softmax")(x), name="highway_network")


def _constant(value: float) -> keras.Initializer:
    return keras.initializers.Constant(value)


def mlp_mixer() -> Model:
    """Tolstikhin et al. 2021: MLP-Mixer, an all-MLP Architecture for Vision."""

    def mlp(x: keras.KerasTensor, hidden: int) -> keras.KerasTensor:
        width = x.shape[-1]
        return layers.Dense(width)(layers.Dense(hidden, activation="gelu")(x))

    image = Input((32, 32, 3), name="image")
    x = layers.Reshape((16, 12))(layers.Conv2D(12, 8, strides=8, name="patches")(image))
    for _ in range(8):
        y = layers.Permute((2, 1))(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Permute((2, 1))(mlp(y, 8))])
        x = layers.Add()([x, mlp(layers.LayerNormalization()(x), 24)])
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    return Model(image, layers.Dense(10, name="head")(x), name="mlp_mixer")


def crnn() -> Model:
    """Shi, Bai, Yao 2015: An End-to-End Trainable Neural Network for Image-based Sequences."""
    x = image = Input((32, 100, 1), name="image")
    for width, pool in ((8, (2, 2)), (16, (2, 2)), (16, (2, 1)), (16, (2, 1))):
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(pool)(layers.BatchNormalization()(x))
    x = layers.Reshape((25, 32))(layers.Permute((2, 1, 3))(x))
    for _ in range(2):
        x = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(x)
    return Model(image, layers.Dense(37, activation="softmax", name="characters")(x), name="crnn")


def variational_autoencoder() -> Model:
    """Kingma, Welling 2013: Auto-Encoding Variational Bayes; the terms of the bound as ops."""
    image = Input((28, 28, 1), name="image")
    x = layers.Dense(16, activation="relu")(layers.Flatten()(image))
    latents = {"mean": layers.Dense(2, name="mean")(x), "log_var": layers.Dense(2, name="log")(x)}
    encoder = Model(image, latents, name="encoder")
    code = Input((2,), name="code")
    x = layers.Dense(784, activation="sigmoid")(layers.Dense(16, activation="relu")(code))
    decoder = Model(code, layers.Reshape((28, 28, 1))(x), name="decoder")

    image, noise = Input((28, 28, 1), name="image"), Input((2,), name="noise")
    encoded = encoder(image)
    mean, log_var = encoded["mean"], encoded["log_var"]
    drawn = mean + ops.exp(0.5 * log_var) * noise
    divergence = -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var), axis=-1)
    outputs = {"rebuilt": decoder(drawn), "divergence": divergence, "from_prior": decoder(noise)}
    return Model({"image": image, "noise": noise}, outputs, name="variational_autoencoder")


def cycle_gan() -> Model:
    """Zhu, Park, Isola, Efros 2017: Unpaired Image-to-Image Translation; four nested models."""

    def generator(name: str) -> Model:
        image = Input((32, 32, 3), name="image")
        x = layers.Conv2D(4, 7, padding="same", activation="relu")(image)
        for _ in range(3):
            y = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
            x = layers.Add()([x, layers.Conv2D(4, 3, padding="same")(y)])
        return Model(image, layers.Conv2D(3, 7, padding="same", activation="tanh")(x), name=name)

    def discriminator(name: str) -> Sequential:
        convs = [layers.Conv2D(4 * n, 4, strides=2, activation="leaky_relu") for n in (1, 2)]
        model = Sequential([Input((32, 32, 3)), *convs, layers.Conv2D(1, 4)], name=name)
        model.trainable = False  # as when the generators train
        return model

    g, f = generator("g"), generator("f")
    d_x, d_y = discriminator("d_x"), discriminator("d_y")
    x, y = Input((32, 32, 3), name="x"), Input((32, 32, 3), name="y")
    fake_y, fake_x = g(x), f(y)
    outputs = [d_y(fake_y), d_x(fake_x), f(fake_y), g(fake_x), f(x), g(y)]
    return Model([x, y], outputs, name="cycle_gan")


def perceptual_losses() -> Model:
    """Johnson, Alahi, Li 2016: features cut out of a trained network, on two images."""
    x = image = Input((32, 32, 3), name="image")
    taps = []
    for width in (4, 8, 16):
        x = layers.Conv2D(width, 3, padding="same", activation="relu", name=f"conv_{width}")(x)
        taps.append(x)
        x = layers.MaxPooling2D(name=f"pool_{width}")(x)
    classifier = Model(image, layers.Dense(10)(layers.Flatten()(x)), name="classifier")
    taps = [classifier.get_layer(f"conv_{width}").output for width in (4, 8, 16)]
    # The option, unlike the attribute, freezes nothing for the model around it.
    features = Model(classifier.input, taps, name="features", trainable=False)
    content, made = Input((32, 32, 3), name="content"), Input((32, 32, 3), name="made")
    losses = [
        ops.mean(ops.square(ours - theirs), axis=(1, 2, 3))
        for ours, theirs in zip(features(made), features(content), strict=True)
    ]
    return Model([content, made], [layers.Add(name="total")(losses), *losses], name="perceptual")


def face_net() -> Model:
    """Schroff, Kalenichenko, Philbin 2015: FaceNet; one embedding of three images."""
    x = image = Input((32, 32, 3), name="image")
    for width in (4, 8):
        x = layers.MaxPooling2D()(layers.Conv2D(width, 3, activation="relu")(x))
    x = layers.UnitNormalization()(layers.Dense(8)(layers.Flatten()(x)))
    embed = Model(image, x, name="embed")
    faces = {name: Input((32, 32, 3), name=name) for name in ("anchor", "positive", "negative")}
    codes = {name: embed(face) for name, face in faces.items()}

    def apart(one: keras.KerasTensor, other: keras.KerasTensor, name: str) -> keras.KerasTensor:
        square = ops.sum(ops.square(layers.Subtract(name=name)([one, other])), axis=-1)
        return ops.expand_dims(square, -1)

    near = apart(codes["anchor"], codes["positive"], "near")
    far = apart(codes["anchor"], codes["negative"], "far")
    triplet = ops.relu(near - far + 0.2)
    return Model(faces, {"triplet": triplet, "near": near, "far": far}, name="face_net")


def bootstrap_your_own_latent() -> Model:
    """Grill et al. 2020: an online network on two views, and a frozen target on both."""

    def network(name: str) -> Sequential:
        parts = [layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU()]
        return Sequential(
            [Input((16, 16, 3)), *parts, layers.GlobalMaxPooling2D(), layers.Dense(8)], name=name
        )

    online, target = network("online"), network("target")
    target.trainable = False
    code = Input((8,))
    predict = Model(code, layers.Dense(8)(layers.Dense(16, activation="relu")(code)), name="q")
    views = [Input((16, 16, 3), name=name) for name in ("view_1", "view_2")]
    likeness = layers.Dot(-1, normalize=True, name="likeness")
    outputs = [
        likeness([predict(online(one)), target(other)]) for one, other in (views, reversed(views))
    ]
    return Model(views, outputs, name="byol")


# -- text and speech -----------------------------------------------------------------------


def transformer() -> Model:
    """Vaswani et al. 2017: Attention Is All You Need; one embedding for both texts, padding."""
    source, target = (Input((None,), dtype="int32", name=name) for name in ("source", "target"))
    words = layers.Embedding(100, 16, mask_zero=True, name="words")
    places = layers.Embedding(50, 16, mask_zero=True, name="places")

    def embed(ids: keras.KerasTensor, name: str) -> keras.KerasTensor:
        at = ops.cumsum(ops.ones_like(ids), axis=1)
        return layers.Dropout(0.1, name=name)(layers.Add()([words(ids), places(at)]))

    def joined(x: keras.KerasTensor, y: keras.KerasTensor) -> keras.KerasTensor:
        return layers.LayerNormalization()(layers.Add()([x, y]))

    def forward(x: keras.KerasTensor) -> keras.KerasTensor:
        return joined(x, layers.Dense(16)(layers.Dense(32, activation="relu")(x)))

    memory = embed(source, "embedded_source")
    for number in range(3):
        attend = layers.MultiHeadAttention(2, 8, name=f"encoder_{number}_attention")
        memory = forward(joined(memory, attend(memory, memory)))
    x = embed(target, "embedded_target")
    for number in range(3):
        attend = layers.MultiHeadAttention(2, 8, name=f"decoder_{number}_attention")
        x = joined(x, attend(x, x, use_causal_mask=True))
        cross = layers.MultiHeadAttention(2, 8, name=f"decoder_{number}_cross")
        x = forward(joined(x, cross(query=x, value=memory)))
    return Model([source, target], layers.Dense(100, name="logits")(x), name="transformer")


def albert() -> Model:
    """Lan et al. 2020: ALBERT; a factored embedding and one layer called again and again."""
    width = 16
    x = inputs = Input((12, width), name="x")
    attended = layers.MultiHeadAttention(4, 4, name="attention")(x, x)
    x = layers.LayerNormalization()(layers.Add()([x, attended]))
    y = layers.Dense(width)(layers.Dense(32, activation="gelu")(x))
    layer = Model(inputs, layers.LayerNormalization()(layers.Add()([x, y])), name="layer")

    ids = Input((12,), dtype="int32", name="ids")
    x = layers.Dense(width, name="widen")(layers.Embedding(100, 4, name="factor")(ids))
    for _ in range(6):
        x = layer(x)
    first = layers.Dense(width, activation="tanh", name="pooled")(x[:, 0])
    outputs = {
        "order": layers.Dense(2, name="order")(first),
        "words": layers.Dense(100, name="words")(x),
    }
    return Model(ids, outputs, name="albert")


def bert_classifier() -> Model:
    """Devlin et al. 2018: BERT; a class of its own, with the padding as an input."""

    class Bert(Model):
        def __init__(self, depth: int = 4, **options: object) -> None:
            ids, segments, padding = (
                Input((12,), dtype="int32", name=name) for name in ("ids", "segments", "padding")
            )
            at = ops.cumsum(ops.ones_like(ids), axis=1) - 1
            tables = [
                layers.Embedding(size, 16, name=name)
                for size, name in ((100, "words"), (2, "sides"), (12, "places"))
            ]
            summed = [table(x) for table, x in zip(tables, (ids, segments, at), strict=True)]
            x = layers.LayerNormalization()(layers.Add()(summed))
            seen = ops.expand_dims(padding, 1)
            for number in range(depth):
                attend = layers.MultiHeadAttention(2, 8, name=f"layer_{number}_attention")
                x = layers.LayerNormalization()(
                    layers.Add()([x, attend(x, x, attention_mask=seen)])
                )
                y = layers.Dense(16)(layers.Dense(32, activation="gelu")(x))
                x = layers.LayerNormalization()(layers.Add()([x, y]))
            pooled = layers.Dense(16, activation="tanh", name="pooler")(x[:, 0])
            super().__init__([ids, segments, padding], {"all": x, "pooled": pooled}, **options)
            self.depth = depth

        def get_config(self) -> dict[str, object]:
            return {"name": self.name, "depth": self.depth}

    inputs = [Input((12,), dtype="int32", name=name) for name in ("text", "sides", "there")]
    pooled = Bert(name="bert")(inputs)["pooled"]
    return Model(inputs, layers.Dense(3, name="label")(layers.Dropout(0.1)(pooled)), name="labels")


def seq2seq_attention() -> Model:
    """Sutskever et al. 2014; Bahdanau, Cho, Bengio 2015: states and attention of a translator."""
    source, target = (Input((None,), dtype="int32", name=name) for name in ("source", "target"))
    x = layers.Embedding(80, 8, mask_zero=True, name="source_words")(source)
    sequence, h, c = layers.LSTM(12, return_sequences=True, return_state=True, name="encoder")(x)
    y = layers.Embedding(90, 8, mask_zero=True, name="target_words")(target)
    y, *_ = layers.LSTM(12, return_sequences=True, return_state=True, name="decoder")(
        y, initial_state=[h, c]
    )
    context, scores = layers.AdditiveAttention(name="attention")(
        [y, sequence], return_attention_scores=True
    )
    words = layers.Dense(90, activation="softmax", name="words")(layers.Concatenate()([y, context]))
    return Model([source, target], [words, scores], name="seq2seq_attention")


def google_nmt() -> Model:
    """Wu et al. 2016: Google's Neural Machine Translation System; stacked cells."""
    source, target = (Input((None,), dtype="int32", name=name) for name in ("source", "target"))
    x = layers.Embedding(80, 8, mask_zero=True)(source)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True), name="bottom")(x)
    cells = layers.StackedRNNCells([layers.LSTMCell(8, name=f"up_{n}") for n in range(3)])
    memory, *states = layers.RNN(cells, return_sequences=True, return_state=True, name="encoder")(x)
    y = layers.Embedding(90, 8, mask_zero=True)(target)
    cells = layers.StackedRNNCells([layers.LSTMCell(8, dropout=0.2) for _ in range(3)])
    y = layers.RNN(cells, return_sequences=True, name="decoder")(y, initial_state=states)
    context = layers.Attention(use_scale=True)([y, memory])
    words = layers.Dense(90, name="words")(layers.Concatenate()([y, context]))
    return Model({"source": source, "target": target}, words, name="google_nmt")


def hierarchical_attention() -> Model:
    """Yang et al. 2016: Hierarchical Attention Networks; a model at every step of another."""

    def attend(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        weights = layers.Dense(1, use_bias=False)(layers.Dense(8, activation="tanh")(x))
        return layers.Dot((1, 1), name=name)([layers.Softmax(axis=1)(weights), x])

    sentence = Input((10,), dtype="int32", name="sentence")
    x = layers.Embedding(100, 8, mask_zero=True)(sentence)
    x = layers.Bidirectional(layers.GRU(4, return_sequences=True))(x)
    encoder = Model(sentence, layers.Flatten()(attend(x, "by_word")), name="sentence_encoder")
    document = Input((5, 10), dtype="int32", name="document")
    x = layers.TimeDistributed(encoder, name="sentences")(document)
    x = layers.Bidirectional(
        layers.GRU(4, return_sequences=True),
        backward_layer=layers.LSTM(4, return_sequences=True, go_backwards=True),
    )(x)
    x = layers.Flatten()(attend(x, "by_sentence"))
    return Model(document, layers.Dense(5, activation="softmax")(x), name="hierarchical_attention")


def wave_net() -> Model:
    """Van den Oord et al. 2016: WaveNet; gated dilated convolutions and a sum of skips."""
    x = wave = Input((256, 1), name="wave")
    x = layers.Conv1D(8, 2, padding="causal")(x)
    skips = []
    for dilation in (1, 2, 4, 8, 16) * 2:
        conv = {
            kind: layers.Conv1D(8, 2, padding="causal", dilation_rate=dilation, activation=kind)
            for kind in ("tanh", "sigmoid")
        }
        gated = layers.Multiply()([conv["tanh"](x), conv["sigmoid"](x)])
        skips.append(layers.Conv1D(8, 1)(gated))
        x = layers.Add()([x, layers.Conv1D(8, 1)(gated)])
    x = layers.ReLU()(layers.Add(name="skips")(skips))
    x = layers.Conv1D(256, 1)(layers.Conv1D(16, 1, activation="relu")(x))
    return Model(wave, layers.Softmax(name="sample")(x), name="wave_net")


def visual_question_answering() -> Model:
    """Antol et al. 2015: VQA; one vision model on an image, and on each image of a film."""
    x = frame = Input((32, 32, 3), name="frame")
    for width in (4, 8):
        x = layers.MaxPooling2D()(layers.Conv2D(width, 3, activation="relu")(x))
    vision = Model(frame, layers.Flatten()(x), name="vision")
    image, film = Input((32, 32, 3), name="image"), Input((None, 32, 32, 3), name="film")
    question = Input((20,), dtype="int32", name="question")
    ids = Input((20,), dtype="int32", name="ids")
    asked = layers.LSTM(8)(layers.Embedding(100, 8, mask_zero=True)(ids))
    asks = Model(ids, asked, name="asks")
    seen = layers.LSTM(8, name="watch")(layers.TimeDistributed(vision, name="frames")(film))
    text = asks(question)
    answers = {
        "image_answer": layers.Dense(50, activation="softmax")(
            layers.Concatenate()([vision(image), text])
        ),
        "film_answer": layers.Dense(50, activation="softmax")(layers.Concatenate()([seen, text])),
    }
    return Model({"image": image, "film": film, "question": question}, answers, name="vqa")


def perceiver() -> Model:
    """Jaegle et al. 2021: Perceiver; latents that look at the input through one shared block."""
    latents, data = Input((8, 16), name="latents"), Input((None, 12), name="data")
    x = layers.MultiHeadAttention(1, 16, name="look")(latents, data)
    x = layers.Add()([latents, x])
    cross = Model([latents, data], layers.LayerNormalization()(x), name="cross")
    inside = Input((8, 16), name="inside")
    x = inside
    for _ in range(2):
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(2, 8)(y, y)])
        x = layers.Add()([x, layers.Dense(16, activation="gelu")(layers.LayerNormalization()(x))])
    latent_transformer = Model(inside, x, name="latent_transformer")

    array = Input((64, 12), name="array")
    places = ops.cumsum(ops.ones_like(array[:, :8, 0]), axis=1) - 1
    x = layers.Embedding(8, 16, name="first_latents")(places)
    for _ in range(4):
        x = latent_transformer(cross([x, array]))
    x = layers.Dense(10, name="classes")(ops.mean(x, axis=1))
    return Model(array, x, name="perceiver")


# -- recommendations -----------------------------------------------------------------------


def wide_and_deep() -> Model:
    """Cheng et al. 2016: Wide & Deep Learning for Recommender Systems."""
    sizes = {"country": 20, "device": 5, "language": 30}
    inputs = {name: Input((1,), dtype="int32", name=name) for name in sizes}
    inputs["age"] = Input((1,), name="age")
    wide = [
        layers.CategoryEncoding(size, output_mode="one_hot", name=f"{name}_one_hot")(inputs[name])
        for name, size in sizes.items()
    ]
    deep = [
        layers.Flatten()(layers.Embedding(size, 4, name=f"{name}_embedding")(inputs[name]))
        for name, size in sizes.items()
    ]
    x = layers.Concatenate(name="deep")([*deep, inputs["age"]])
    for units in (32, 16, 8):
        x = layers.Dense(units, activation="relu")(x)
    both = layers.Concatenate(name="wide_and_deep")([*wide, x])
    return Model(inputs, layers.Dense(1, activation="sigmoid", name="y")(both), name="wide_deep")


def dlrm() -> Model:
    """Naumov et al. 2019: Deep Learning Recommendation Model; a table shared by two fields."""
    numbers = Input((13,), name="numbers")
    x = numbers
    for units in (16, 8):
        x = layers.Dense(units, activation="relu")(x)
    items = layers.Embedding(100, 8, name="items")
    fields = {name: Input((1,), dtype="int32", name=name) for name in ("seen", "shown", "user")}
    vectors = [
        layers.Flatten(name=f"{name}_vector")(
            (items if name != "user" else layers.Embedding(40, 8, name="users"))(field)
        )
        for name, field in fields.items()
    ]
    vectors.append(x)
    pairs = [
        layers.Dot(1, name=f"dot_{a}_{b}")([vectors[a], vectors[b]])
        for a in range(4)
        for b in range(a)
    ]
    x = layers.Concatenate()([x, *pairs])
    for units in (16, 8):
        x = layers.Dense(units, activation="relu")(x)
    click = layers.Dense(1, activation="sigmoid", name="click")(x)
    return Model([numbers, fields], click, name="dlrm")


def two_tower() -> Model:
    """Covington et al. 2016; Yi et al. 2019: retrieval; the towers share the items' table."""
    table = layers.Embedding(200, 8, mask_zero=True, name="table")
    history = Input((20,), dtype="int32", name="history")
    age = Input((1,), name="age")
    seen = layers.GlobalAveragePooling1D()(table(history))
    x = layers.Dense(16, activation="relu")(layers.Concatenate()([seen, age]))
    user_tower = Model([history, age], layers.Dense(8)(x), name="user_tower")
    item = Input((), dtype="int32", name="item")
    item_tower = Model(item, layers.Dense(8)(table(item)), name="item_tower")
    inputs = {
        "history": Input((20,), dtype="int32", name="history"),
        "age": Input((1,), name="age"),
        "liked": Input((), dtype="int32", name="liked"),
        "random": Input((), dtype="int32", name="random"),
    }
    user = user_tower([inputs["history"], inputs["age"]])
    score = layers.Dot(-1, normalize=True, name="score")
    outputs = [score([user, item_tower(inputs[name])]) for name in ("liked", "random")]
    return Model(inputs, tuple(outputs), name="two_tower")


def gru4rec() -> Model:
    """Hidasi et al. 2016: Session-based Recommendations; items in and out share a table."""
    session = Input((None,), dtype="int32", name="session")
    candidates = Input((30,), dtype="int32", name="candidates")
    table = layers.Embedding(500, 16, mask_zero=True, name="table")
    x = layers.GRU(16, return_sequences=True, name="gru")(table(session))
    x = layers.GRU(16, name="last")(layers.Dropout(0.2)(x))
    scores = ops.einsum("bd,bcd->bc", x, table(candidates))
    return Model([session, candidates], layers.Softmax(name="next")(scores), name="gru4rec")


def multi_gate_mixture_of_experts() -> Model:
    """Ma et al. 2018: Modeling Task Relationships; experts for all tasks, a gate for each."""
    inputs = Input((20,), name="inputs")
    experts = [layers.Dense(8, activation="relu", name=f"expert_{n}")(inputs) for n in range(6)]
    stacked = ops.stack(experts, axis=1)
    outputs = {}
    for task in ("income", "married", "education"):
        gate = layers.Dense(6, activation="softmax", name=f"{task}_gate")(inputs)
        mixed = layers.Dot((1, 1), name=f"{task}_mix")([gate, stacked])
        tower = layers.Dense(4, activation="relu", name=f"{task}_tower")(mixed)
        outputs[task] = layers.Dense(1, activation="sigmoid", name=task)(tower)
    return Model(inputs, outputs, name="mmoe")
