"""Who reads only the words of a model can build it again.

`words_to_model` is such a reader: it gets the text, and nothing else.
"""

import dataclasses
import warnings
from collections.abc import Callable
from pathlib import Path

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers, ops
from words_to_model import model_from

from layergraph import models
from layergraph.drawing import describe
from layergraph.drawing._view import View
from layergraph.graph import LayerGraph, read

# Keras finds dict keys odd that are no names of inputs; both models have them.
pytestmark = pytest.mark.filterwarnings("ignore:When providing `inputs` as a dict")


def rebuilt(graph: LayerGraph) -> LayerGraph:
    return read(model_from(str(describe(graph))))


def plain(graph: LayerGraph) -> dict[str, object]:
    """The graph as dicts, with names of our own for the operations that Keras adds for masks.

    Nobody chose their names: they count what else was built in the process.
    """
    told = {call.layer for call in View(graph).calls}
    hidden = [layer.name for layer in graph.layers if layer.name not in told]
    names = {name: f"mask operation {at}" for at, name in enumerate(hidden)}

    def renamed(part: object) -> object:
        if isinstance(part, LayerGraph):
            return plain(part)
        if isinstance(part, str):
            layer, colon, rest = part.partition(":")
            return names.get(layer, layer) + colon + rest
        if isinstance(part, tuple):
            return [renamed(item) for item in part]
        if dataclasses.is_dataclass(part):
            return {f.name: renamed(getattr(part, f.name)) for f in dataclasses.fields(part)}
        return part

    parts = [field.name for field in dataclasses.fields(graph) if field.init]
    return {part: renamed(getattr(graph, part)) for part in parts}


def assert_rebuilt(model: keras.Model) -> None:
    graph = read(model)
    assert plain(graph) == plain(rebuilt(graph))


# -- models of the lessons, and published ones -------------------------------------------

TAUGHT: dict[str, Callable[[], keras.Model]] = {
    "headline": lambda: models.headline_popularity(vocabulary_size=50, counts=True),
    "headline without masks": lambda: models.headline_popularity(vocabulary_size=50, mask=False),
    "average": lambda: models.headline_popularity(vocabulary_size=50, encoder="average"),
    "same author": lambda: models.same_author(vocabulary_size=50),
    "two encoders": lambda: models.same_author(vocabulary_size=50, shared=False),
    "dense head": lambda: models.same_author(vocabulary_size=50, head="concatenate_dense"),
}


@pytest.mark.parametrize("taught", TAUGHT)
def test_a_model_of_the_lessons(taught: str) -> None:
    assert_rebuilt(TAUGHT[taught]())


def test_a_compiled_model_of_the_lessons() -> None:
    model = models.headline_popularity(vocabulary_size=50)
    names = ("main_output", "aux_output")
    model.compile(
        loss=dict.fromkeys(names, "binary_crossentropy"),
        loss_weights=dict(zip(names, (1.0, 0.123456789), strict=True)),
    )
    assert_rebuilt(model)


@pytest.mark.parametrize("name", ["MobileNetV3Small", "MobileNetV2", "ResNet50V2"])
def test_a_published_architecture(name: str) -> None:
    assert_rebuilt(
        getattr(keras.applications, name)(weights=None, input_shape=(32, 32, 3), classes=3)
    )


# -- parts that are easily lost ----------------------------------------------------------


def sequence() -> keras.KerasTensor:
    return keras.Input((4, 3), name="x")


def cells() -> keras.Model:
    x = sequence()
    parts = [layers.LSTMCell(2, name="one"), layers.GRUCell(3, name="two")]
    return keras.Model(x, layers.RNN(parts, return_sequences=True, name="rnn")(x))


def two_directions() -> keras.Model:
    x = sequence()
    back = layers.GRU(2, go_backwards=True, name="back")
    return keras.Model(x, layers.Bidirectional(layers.LSTM(2), backward_layer=back)(x))


def objects() -> keras.Model:
    x = keras.Input((3,), name="x", dtype="float16")
    dense = layers.Dense(
        2,
        dtype="mixed_float16",
        kernel_initializer=keras.initializers.HeNormal(seed=3),
        bias_constraint="non_neg",
        activity_regularizer=keras.regularizers.L1L2(0.1, 0.2),
    )
    return keras.Model(x, dense(x))


def stateful() -> keras.Model:
    x = keras.Input(batch_shape=(2, 4, 3), name="x")
    return keras.Model(x, layers.LSTM(2, stateful=True)(x))


def convolutions() -> keras.Model:
    x = keras.Input((8, 8, 3), name="x")
    y = layers.Conv2D(4, (3, 2), padding="same", strides=2)(x)
    y = layers.SpectralNormalization(layers.Conv2D(2, 1, name="inner"))(y)
    return keras.Model(x, ops.pad(y, [[0, 0], [1, 1], [0, 0], [0, 0]]))


def statistics() -> keras.Model:
    x = keras.Input((3,), name="x")
    return keras.Model(x, layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 1.0, 4.0])(x))


def given_masks() -> keras.Model:
    ids, mask = keras.Input((4,), dtype="int32"), keras.Input((4,), dtype="bool")
    vectors = layers.Embedding(5, 2, mask_zero=True)(ids)
    given = layers.LSTM(2)(vectors, mask=mask)
    merged = layers.Concatenate()([layers.Masking(0.5)(vectors), vectors])
    return keras.Model([ids, mask], [given, layers.GRU(2)(merged)])


def autoencoder() -> keras.Model:
    x, z, y = (keras.Input((n,), name=name) for n, name in ((3, "x"), (2, "z"), (3, "y")))
    down, up = layers.Dense(2), layers.Dense(3)
    encoder = keras.Model(x, down(x), name="encoder")
    decoder = keras.Model(z, up(z), name="decoder")
    both = keras.Model(x, up(down(x)), name="both")
    return keras.Model(y, [both(y), decoder(encoder(y))])


def sequential_inside() -> keras.Model:
    x = keras.Input((3,), name="x")
    inner = [keras.Input((3,), name="row"), layers.Dense(2), layers.BatchNormalization()]
    stack = keras.Sequential(inner, name="stack")
    return keras.Model(x, [stack(x), stack(x * 2)])


def two_ends() -> tuple[keras.KerasTensor, keras.KerasTensor, keras.KerasTensor]:
    x = keras.Input((3,), name="x")
    return x, layers.Dense(1, name="a")(x), layers.Dense(1, name="b")(x)


def losses_by_key() -> keras.Model:
    x, a, b = two_ends()
    model = keras.Model(x, {"a": a, "b": b})
    model.compile(
        loss={"a": "mse", "b": "mae"},
        loss_weights={"a": 1.0, "b": 0.3},
        metrics={"a": ["mae", "mse"], "b": ["accuracy"]},
        weighted_metrics={"a": ["mae"]},
    )
    return model


def settings_of_losses() -> keras.Model:
    x, a, b = two_ends()
    model = keras.Model(x, {"a": a, "b": b})
    unsure = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)
    model.compile(
        loss={"a": unsure, "b": "mae"},
        metrics={"a": [keras.metrics.TopKCategoricalAccuracy(k=2)], "b": ["mae"]},
    )
    return model


def losses_in_a_list() -> keras.Model:
    x, a, b = two_ends()
    model = keras.Model(x, [a, b])
    model.compile(loss=["mse", None], metrics=[["mae"], ["mse"]])
    return model


def unusual_inputs() -> keras.Model:
    often = keras.Input((4,), name="often", sparse=True)
    seldom = keras.Input((3,), name="seldom", optional=True)
    layer = layers.Dense(2, name="dense")
    return keras.Model([often, seldom], [layer(often), ops.abs(seldom)], name="unusual")


def no_loss() -> keras.Model:
    x, a, _ = two_ends()
    model = keras.Model(x, a)
    model.compile()
    return model


@pytest.mark.parametrize(
    "build",
    [
        cells, two_directions, objects, stateful, convolutions, statistics, given_masks,
        autoencoder, sequential_inside, losses_by_key, losses_in_a_list, no_loss, unusual_inputs,
        settings_of_losses,
    ],
)  # fmt: skip
def test_a_part_that_is_easily_lost(build: Callable[[], keras.Model]) -> None:
    assert_rebuilt(build())


def test_a_model_from_a_file(tmp_path: Path) -> None:
    model = models.same_author(vocabulary_size=50)
    model.save(tmp_path / "model.keras")
    assert_rebuilt(keras.saving.load_model(tmp_path / "model.keras"))


# -- all that the functional API can build -------------------------------------------------

# Names that would tear a sentence if they stood in it as they are.
NAMES = [
    "plain", "a, b", "x and y", "call 2 of x", "with its mask", "(Dense)", 'say "so"', "of", "and",
    "as", "1", "None", "a: b", "takes", "tab\tline\nend", "back\\slash", "é", "in", "gives.", " ",
    "output 1 of y", "again", "Input", "x,", "_x",
]  # fmt: skip


class Gate(layers.Layer):
    """A layer with settings, with arguments of all kinds, and two outputs under keys."""

    def __init__(self, words: str = "", pair: tuple[float, ...] = (), **options: object) -> None:
        super().__init__(**options)
        self.words, self.pair = words, pair

    def get_config(self) -> dict[str, object]:
        return super().get_config() | {"words": self.words, "pair": self.pair}

    def call(
        self,
        context: object,
        x: object = None,
        *more: object,
        gate: object = None,
        scale: float = 1.0,
        mode: str = "",
    ) -> dict[str, object]:
        total = ops.add(keras.tree.flatten(context)[0], 0.0)
        return {"total": total, "again": total}


class Maker:
    """Makes a model of parts that hypothesis draws."""

    def __init__(self, draw: Callable[[st.SearchStrategy[object]], object], depth: int = 0) -> None:
        self.draw = draw
        self.depth = depth
        self.used: set[str] = set()
        self.pool: list[object] = []
        self.made: list[object] = []
        self.takes: dict[str, object] = {}  # the structure of a nested model's inputs, by name

    def name(self, stem: str) -> str:
        wanted = self.draw(st.sampled_from([stem, *NAMES]))
        taken = self.used
        name = next(
            n for n in (wanted, stem, *(f"{stem}_{k}" for k in range(99))) if n not in taken
        )
        self.used.add(name)
        return name

    def pick(self, rank: int, dtype: str = "float32") -> object:
        fitting = [t for t in self.pool if len(t.shape) == rank and t.dtype == dtype]
        return self.draw(st.sampled_from(fitting)) if fitting else None

    def flag(self) -> bool:
        return self.draw(st.booleans())

    def maybe(self, **options: object) -> dict[str, object]:
        return {key: value for key, value in options.items() if self.flag()}

    def frozen(self) -> dict[str, object]:
        return {} if self.draw(st.integers(0, 4)) else {"trainable": False}

    # Steps: each takes tensors of the pool, and adds to it what comes out

    def dense(self) -> list[object]:
        x = self.pick(2)
        layer = layers.Dense(
            3,
            name=self.name("dense"),
            **self.frozen(),
            **self.maybe(activation="relu", use_bias=False, kernel_regularizer="l2"),
        )
        self.made.append(layer)
        return [layer(x)]

    def again(self) -> list[object]:
        if not self.made:
            return []
        layer = self.draw(st.sampled_from(self.made))
        if isinstance(layer, keras.Model):
            return self.feed(layer)
        return [layer(self.pick(2))]

    def dropout(self) -> list[object]:
        layer = layers.Dropout(0.25, name=self.name("dropout"), **self.frozen())
        return [layer(self.pick(2), **self.maybe(training=True))]

    def batch(self) -> list[object]:
        layer = layers.BatchNormalization(name=self.name("norm"), **self.frozen())
        return [layer(self.pick(2), **self.maybe(training=False))]

    def merge(self) -> list[object]:
        cls = self.draw(st.sampled_from([layers.Add, layers.Multiply, layers.Maximum]))
        several = [self.pick(2) for _ in range(self.draw(st.integers(2, 3)))]
        return [cls(name=self.name("merge"))(several)]

    def operation(self) -> list[object]:
        x, y = self.pick(2), self.pick(2)
        found = self.draw(
            st.sampled_from(
                [
                    lambda: ops.multiply(x, 3),
                    lambda: ops.subtract(0.5, x),
                    lambda: ops.add(x, y),
                    lambda: ops.divide(x, 2.5),
                    lambda: -x,
                    lambda: ops.where(x > 0, x, y),
                    lambda: ops.clip(x, -1, 1),
                    lambda: ops.concatenate([x, y], axis=1)[:, 1:4],
                    lambda: ops.einsum("ij,ij->ij", x, y),
                    lambda: ops.sum(ops.stack([x, y], axis=-1), axis=(2,)),
                    lambda: ops.cast(ops.cast(x, "int32"), "float32"),
                    lambda: ops.split(ops.concatenate([x, y], -1), 2, axis=-1),
                ]
            )
        )()
        return list(found) if isinstance(found, list | tuple) else [found]

    def gate(self) -> list[object]:
        more = [self.pick(2) for _ in range(self.draw(st.integers(0, 2)))]
        context: object = self.pick(2)
        if self.flag():
            context = {"one": context, "a, b": [self.pick(2), self.pick(2)]}
        words = self.draw(
            st.sampled_from(["", "None", "3", "a, b", "relu", "x(y, z)", "x)", "1:2"])
        )
        gate = Gate(
            words, self.draw(st.sampled_from([(), (1.5,), (1e-7, 2.0)])), name=self.name("g")
        )
        given = gate(
            context,
            *([self.pick(2), *more] if more or self.flag() else []),
            **(self.maybe(gate=[self.pick(2)]) | self.maybe(scale=-0.5, mode="a and b")),
        )
        return list(given.values())

    def recurrent(self) -> list[object]:
        cls = self.draw(st.sampled_from([layers.LSTM, layers.GRU]))
        states = 2 if cls is layers.LSTM else 1
        layer = cls(
            3,
            name=self.name("rnn"),
            **self.frozen(),
            **self.maybe(return_state=True, return_sequences=True, go_backwards=True),
        )
        state = [self.pick(2) for _ in range(states)] if self.flag() else None
        sequence = self.pick(3)
        given = layer(sequence) if state is None else layer(sequence, initial_state=state)
        return list(given) if isinstance(given, list | tuple) else [given]

    def wrapped(self) -> list[object]:
        x, choice = self.pick(3), self.draw(st.integers(0, 3))
        name = self.name("wrapper")
        if choice == 0:
            part = layers.Dense(3, name=self.name("part"), **self.frozen())
            return [layers.TimeDistributed(part, name=name)(x)]
        if choice == 1:
            part = layers.GRU(3, name=self.name("part"), **self.maybe(return_sequences=True))
            return [layers.Bidirectional(part, merge_mode="sum", name=name, **self.frozen())(x)]
        if choice == 2:
            inner = keras.Sequential(
                [keras.Input((3,), name="step"), layers.Dense(3, name="inner")], name="steps"
            )
            return [layers.TimeDistributed(inner, name=name)(x)]
        part = layers.TimeDistributed(layers.Dense(3, name="deep"), name=self.name("part"))
        return [layers.TimeDistributed(part, name=name)(ops.expand_dims(x, 1))[:, 0]]

    def attention(self) -> list[object]:
        layer = layers.MultiHeadAttention(1, 2, name=self.name("attention"))
        return [layer(self.pick(3), self.pick(3), **self.maybe(key=self.pick(3)))]

    def embedding(self) -> list[object]:
        ids = self.pick(2, "int32")
        if ids is None:
            return []
        layer = layers.Embedding(9, 3, name=self.name("embedding"), **self.maybe(mask_zero=True))
        return [layer(ids)]

    def nested(self) -> list[object]:
        if self.depth > 1:
            return []
        inner = Maker(self.draw, self.depth + 1)
        # Each name once, as Keras wants it of a model that takes layers out of another.
        inner.used, inner.made, inner.takes = self.used, self.made, self.takes
        model, _ = inner.model(steps=2)
        self.takes[model.name] = inner.struct
        model.trainable = bool(self.draw(st.integers(0, 4)))
        self.made.append(model)
        return self.feed(model)

    def feed(self, model: keras.Model) -> list[object]:
        """Call a model on tensors of the shapes that it wants."""
        wanted = keras.tree.flatten(model.inputs)
        tensors = [self.pick(len(t.shape), t.dtype) for t in wanted]
        if any(tensor is None for tensor in tensors):
            return []
        given = model(keras.tree.pack_sequence_as(self.takes[model.name], tensors))
        return keras.tree.flatten(given)

    # The model

    def inputs(self) -> object:
        def end(shape: tuple[int, ...], dtype: str = "float32") -> object:
            return keras.Input(shape, dtype=dtype, name=self.name("input"))

        row, sequence = end((3,)), end((4, 3))
        structure = self.draw(st.integers(0, 3))
        if structure == 0:
            return [row, sequence]
        if structure == 1:
            return [row, sequence, end((4,), "int32")]
        if structure == 2:
            return {"b": row, "a, key": sequence}
        return {"x": [row, {"y": sequence}], "z": end((4,), "int32")}

    def model(self, steps: int) -> tuple[keras.Model, object]:
        inputs = self.struct = self.inputs()
        self.pool += keras.tree.flatten(inputs)
        kinds = [self.dense, self.again, self.dropout, self.batch, self.merge, self.operation]
        kinds += [self.gate, self.recurrent, self.wrapped, self.attention, self.embedding]
        kinds += [self.nested, self.again]
        for _ in range(steps):
            found = self.draw(st.sampled_from(kinds))()
            self.pool += [t for t in found if t.shape[1:] in ((3,), (4, 3))]
        ends = [t for t in self.pool if t.dtype == "float32"][-3:]
        structure = self.draw(st.integers(0, 3))
        outputs: object = ends[-1]
        if structure == 1:
            outputs = ends
        elif structure == 2:
            outputs = {"p, q": ends[-1], "r": ends[0]}
        elif structure == 3:
            outputs = {"s": [ends[-1], {"t": ends[0]}], "u": ends[-1]}
        return keras.Model(inputs, outputs, name=self.name("model")), outputs


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])
@given(st.data())
def test_any_model(data: st.DataObject) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras', of what is odd in both models
        model, outputs = Maker(data.draw).model(steps=5)
        if not isinstance(outputs, dict) and data.draw(st.booleans()):
            ends = keras.tree.flatten(outputs)
            losses = [data.draw(st.sampled_from(["mse", "mae"])) for _ in ends]
            weights = [data.draw(st.sampled_from([1.0, 0.2, 1 / 3])) for _ in ends]
            several = isinstance(outputs, list)
            model.compile(
                loss=losses if several else losses[0],
                loss_weights=weights if several else weights[0],
            )
        assert_rebuilt(model)
