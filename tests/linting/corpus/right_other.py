"""Models of tables, series, people and games that are right."""

import keras
import numpy as np
from corpus_cases import right
from keras import layers, ops
from lint_cases import Lint

RNG = np.random.default_rng(5)


def rows(count: int = 32, width: int = 6) -> np.ndarray:
    return RNG.normal(size=(count, width)).astype("float32")


@right
def ratings_by_dot() -> Lint:
    """Users and films, a vector each, their product; ratings of 1 to 5."""
    user, film = keras.Input((1,), name="user"), keras.Input((1,), name="film")
    a = layers.Flatten()(layers.Embedding(20, 4)(user))
    b = layers.Flatten()(layers.Embedding(30, 4)(film))
    model = keras.Model([user, film], layers.Dot(axes=1)([a, b]))
    model.compile("adam", "mean_squared_error")
    x = [RNG.integers(0, 20, (32, 1)), RNG.integers(0, 30, (32, 1))]
    return Lint(model, x, RNG.integers(1, 6, 32))


@right
def ratings_with_biases() -> Lint:
    """keras.io: vectors and biases, a sigmoid, ratings brought to 0 to 1."""
    pair = keras.Input((2,))
    user, film = pair[:, 0], pair[:, 1]
    product = ops.sum(
        layers.Embedding(20, 4)(user) * layers.Embedding(20, 4)(film), -1, keepdims=True
    )
    x = product + layers.Embedding(20, 1)(user) + layers.Embedding(20, 1)(film)
    model = keras.Model(pair, ops.sigmoid(x))
    model.compile("adam", keras.losses.BinaryCrossentropy())
    return Lint(model, RNG.integers(0, 20, (32, 2)), RNG.random(32))


@right
def neural_collaborative_filtering() -> Lint:
    """Two ways from the same two ids: a product, and a net; both are joined."""
    user, item = keras.Input((1,), dtype="int32"), keras.Input((1,), dtype="int32")

    def vector(x: keras.KerasTensor, count: int) -> keras.KerasTensor:
        return layers.Flatten()(layers.Embedding(count, 4)(x))

    product = layers.Multiply()([vector(user, 20), vector(item, 30)])
    net = layers.Dense(8, activation="relu")(
        layers.Concatenate()([vector(user, 20), vector(item, 30)])
    )
    x = layers.Concatenate()([product, layers.Dense(4, activation="relu")(net)])
    model = keras.Model([user, item], layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    x = [RNG.integers(0, 20, (32, 1)), RNG.integers(0, 30, (32, 1))]
    return Lint(model, x, np.arange(32) % 2)


@right
def wide_and_deep() -> Lint:
    """A book's network: two inputs, two heads, one of which helps the other."""
    wide, deep = keras.Input((3,)), keras.Input((5,))
    x = layers.Dense(8, activation="relu")(
        layers.Dense(8, activation="relu")(layers.Normalization()(deep))
    )
    main = layers.Dense(1, name="main")(layers.concatenate([layers.Normalization()(wide), x]))
    aux = layers.Dense(1, name="aux")(x)
    model = keras.Model([wide, deep], [main, aux])
    model.compile("adam", ["mse", "mse"], loss_weights=[0.9, 0.1], metrics=[["mae"], ["mae"]])
    y = RNG.normal(2, 1, (32, 1))
    return Lint(model, [rows(32, 3), rows(32, 5)], [y, y])


@right
def frauds_with_class_weights() -> Lint:
    """keras.io: few rows are frauds; fit gets class weights, so lint sees them as ones by row."""
    model = keras.Sequential([keras.Input((6,)), layers.Dense(16, activation="relu")])
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.Recall()])
    y = (np.arange(32) % 16 == 0).astype("uint8").reshape(-1, 1)
    return Lint(model, rows(), y, np.where(y[:, 0] == 1, 15.0, 1.0))


@right
def columns_of_a_table() -> Lint:
    """keras.io: an input for each column; words and numbers, each with its own preparation."""
    columns = {
        "age": keras.Input((1,), name="age"),
        "sex": keras.Input((1,), name="sex", dtype="int64"),
        "thal": keras.Input((1,), name="thal", dtype="int64"),
    }
    parts = [
        layers.Normalization()(columns["age"]),
        layers.CategoryEncoding(2, output_mode="one_hot")(columns["sex"]),
        layers.Flatten()(layers.Embedding(5, 2)(columns["thal"])),
    ]
    x = layers.Dropout(0.5)(layers.Dense(8, activation="relu")(layers.concatenate(parts)))
    model = keras.Model(columns, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    x = {
        "age": RNG.normal(50, 9, (32, 1)),
        "sex": RNG.integers(0, 2, (32, 1)),
        "thal": RNG.integers(0, 5, (32, 1)),
    }
    return Lint(model, x, np.arange(32) % 2)


@right
def house_prices() -> Lint:
    """A book's regression: prices far from 0, an unscaled target, mae beside mse."""
    model = keras.Sequential([keras.Input((13,)), layers.Dense(16, activation="relu")])
    model.add(layers.Dense(16, activation="relu"))
    model.add(layers.Dense(1))
    model.compile("rmsprop", "mse", metrics=["mae"])
    return Lint(model, rows(32, 13), RNG.normal(22, 9, 32))


@right
def linear_regression() -> Lint:
    """One Dense layer on one number."""
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mean_squared_error")
    x = rows(32, 1)
    return Lint(model, x, 2 * x[:, 0] + 1)


@right
def logistic_regression_by_function() -> keras.Model:
    """The activation is a function, the loss an object."""
    inputs = keras.Input((6,))
    x = layers.Dense(3, activation=keras.activations.softmax)(inputs)
    model = keras.Model(inputs, x)
    model.compile("sgd", keras.losses.CategoricalCrossentropy(label_smoothing=0.1))
    return model


@right
def how_often() -> Lint:
    """Counts by Poisson regression; the head is positive."""
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(1, activation="exponential")(inputs))
    model.compile("adam", "poisson")
    return Lint(model, rows(), RNG.poisson(3, 32))


@right
def positive_amounts() -> Lint:
    """A relu as the head of a regression of what is never below 0."""
    inputs = keras.Input((6,))
    x = layers.Dense(8, activation="relu")(inputs)
    model = keras.Model(inputs, layers.Dense(1, activation="relu")(x))
    model.compile("adam", "mae")
    return Lint(model, rows(), RNG.gamma(2, 2, 32))


@right
def support_vectors() -> Lint:
    """keras.io: classes of -1 and 1 with a hinge, from random features."""
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(3)(layers.Dense(20, activation="tanh")(inputs)))
    model.compile("adam", keras.losses.CategoricalHinge(), metrics=["accuracy"])
    return Lint(model, rows(), np.eye(3)[np.arange(32) % 3])


@right
def hinge_for_two() -> Lint:
    """A tanh for targets of -1 and 1."""
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1, activation="tanh")])
    model.compile("adam", "hinge")
    return Lint(model, rows(), np.where(np.arange(32) % 2, 1, -1))


@right
def weather() -> Lint:
    """keras.io: an LSTM on five days of weather, the next temperature; standardised."""
    inputs = keras.Input((12, 7))
    model = keras.Model(inputs, layers.Dense(1)(layers.LSTM(8)(inputs)))
    model.compile(keras.optimizers.Adam(1e-3), "mse")
    return Lint(model, RNG.normal(size=(32, 12, 7)), RNG.normal(size=(32, 1)))


@right
def engine_sounds() -> Lint:
    """keras.io: convolutions on a series, an average over time, two classes."""
    x = inputs = keras.Input((20, 1))
    for _ in range(3):
        x = layers.ReLU()(layers.BatchNormalization()(layers.Conv1D(6, 3, padding="same")(x)))
    model = keras.Model(
        inputs, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling1D()(x))
    )
    model.compile(
        "adam", "sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"]
    )
    return Lint(model, RNG.normal(size=(32, 20, 1)), np.arange(32) % 2)


@right
def strange_series() -> Lint:
    """keras.io: an autoencoder finds what is strange; series out and in are the same."""
    model = keras.Sequential([keras.Input((16, 1)), layers.Conv1D(4, 7, padding="same", strides=2)])
    model.add(layers.Dropout(0.2))
    model.add(layers.Conv1DTranspose(4, 7, padding="same", strides=2, activation="relu"))
    model.add(layers.Conv1DTranspose(1, 7, padding="same"))
    model.compile(keras.optimizers.Adam(1e-3), "mse")
    x = RNG.normal(size=(32, 16, 1))
    return Lint(model, x, x)


@right
def stateful_series() -> Lint:
    """An old example: a stateful LSTM on batches in order, batches of one size."""
    model = keras.Sequential([keras.Input(batch_shape=(8, 1, 1)), layers.LSTM(6, stateful=True)])
    model.add(layers.Dense(1))
    model.compile("rmsprop", "mse")
    return Lint(model, RNG.normal(size=(32, 1, 1)), RNG.normal(size=(32, 1)))


@right
def many_steps_ahead() -> Lint:
    """The next four values of three series at once."""
    inputs = keras.Input((12, 3))
    x = layers.Dense(12, kernel_initializer="zeros")(layers.LSTM(6)(inputs))
    model = keras.Model(inputs, layers.Reshape((4, 3))(x))
    model.compile("adam", "mse", metrics=["mae"])
    return Lint(model, RNG.normal(size=(32, 12, 3)), RNG.normal(size=(32, 4, 3)))


@right
def quantiles() -> keras.Model:
    """Three quantiles of one target, each with a loss of its own by lambda."""
    inputs = keras.Input((6,))
    x = layers.Dense(8, activation="relu")(inputs)
    outputs = {f"q{q}": layers.Dense(1, name=f"q{q}")(x) for q in (10, 50, 90)}

    def pinball(q: float) -> object:
        def loss(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
            gap = y_true - y_pred
            return ops.mean(ops.maximum(q * gap, (q - 1) * gap))

        return loss

    model = keras.Model(inputs, outputs)
    model.compile("adam", {f"q{q}": pinball(q / 100) for q in (10, 50, 90)})
    return model


@right
def mixture_density() -> Lint:
    """One head for mean and spread; the loss takes it apart."""
    inputs = keras.Input((6,))
    x = layers.Dense(8, activation="tanh")(inputs)
    both = layers.Concatenate()([layers.Dense(1)(x), layers.Dense(1, activation="softplus")(x)])

    def surprise(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        mean, spread = y_pred[:, :1], y_pred[:, 1:] + 1e-3
        return ops.mean(ops.log(spread) + ops.square((y_true - mean) / spread) / 2)

    model = keras.Model(inputs, both)
    model.compile("adam", surprise)
    return Lint(model, rows(), RNG.normal(size=(32, 1)))


@right
def multi_task_census() -> Lint:
    """Three tasks on one body, dict outputs, dicts throughout."""
    inputs = keras.Input((6,))
    x = layers.Dense(8, activation="relu")(inputs)
    outputs = {
        "age": layers.Dense(1)(x),
        "married": layers.Dense(1, activation="sigmoid")(x),
        "job": layers.Dense(4, activation="softmax")(x),
    }
    model = keras.Model(inputs, outputs)
    losses = {
        "age": "mse",
        "married": "binary_crossentropy",
        "job": "sparse_categorical_crossentropy",
    }
    metrics = {"married": ["accuracy"], "job": ["accuracy"], "age": ["mae"]}
    model.compile(
        "adam", losses, loss_weights={"age": 0.01, "married": 1, "job": 1}, metrics=metrics
    )
    y = {"job": np.arange(32) % 4, "age": RNG.normal(40, 9, 32), "married": np.arange(32) % 2}
    return Lint(model, rows(), y, {name: np.ones(32) for name in y})


@right
def one_loss_for_all_heads() -> Lint:
    """A list of outputs, one loss by its name for each of them."""
    inputs = keras.Input((6,))
    x = layers.Dense(8, activation="relu")(inputs)
    model = keras.Model(inputs, [layers.Dense(3, activation="softmax")(x) for _ in range(4)])
    model.compile("adam", "sparse_categorical_crossentropy")
    return Lint(model, rows(), [np.arange(32) % 3] * 4)


@right
def distillation() -> Lint:
    """A student learns what a teacher says, at a higher temperature."""
    inputs = keras.Input((6,))
    teacher = keras.Sequential(
        [keras.Input((6,)), layers.Dense(16, activation="relu"), layers.Dense(3)]
    )
    teacher.trainable = False
    student = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, activation="relu"), layers.Dense(3)]
    )
    hard = layers.Softmax(name="hard")(student(inputs))
    soft = layers.Softmax(name="soft")(student(inputs) / 5.0)
    model = keras.Model(inputs, [hard, soft])
    model.compile(
        "adam", ["sparse_categorical_crossentropy", "kl_divergence"], loss_weights=[0.1, 0.9]
    )
    told = np.full((32, 3), 1 / 3)
    assert not teacher.trainable_weights
    return Lint(model, rows(), [np.arange(32) % 3, told])


@right
def teacher_beside_student() -> keras.Model:
    """A frozen teacher within the model; the output is how far the student is from it."""
    inputs = keras.Input((6,))
    teacher = keras.Sequential(
        [keras.Input((6,)), layers.Dense(16, activation="relu"), layers.Dense(3)]
    )
    teacher.trainable = False
    student = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, activation="relu"), layers.Dense(3)]
    )
    gap = layers.Subtract(name="gap")([student(inputs), teacher(inputs)])
    model = keras.Model(inputs, gap)
    model.compile("adam", "mse")
    return model


@right
def ranking_by_pairs() -> Lint:
    """RankNet: one scorer, two documents, the probability that the first is better."""
    scorer = keras.Sequential(
        [keras.Input((6,)), layers.Dense(8, activation="relu"), layers.Dense(1)]
    )
    better, worse = keras.Input((6,), name="better"), keras.Input((6,), name="worse")
    gap = layers.Subtract()([scorer(better), scorer(worse)])
    model = keras.Model([better, worse], layers.Activation("sigmoid")(gap))
    model.compile("adam", "binary_crossentropy")
    return Lint(model, [rows(), rows()], np.ones(32))


@right
def actor_and_critic() -> keras.Model:
    """keras.io: what to do, and what it is worth; trained by a loop of one's own."""
    inputs = keras.Input((4,))
    common = layers.Dense(16, activation="relu")(inputs)
    return keras.Model(
        inputs, [layers.Dense(2, activation="softmax")(common), layers.Dense(1)(common)]
    )


@right
def deep_q_network() -> keras.Model:
    """keras.io: a value for each action, linear, with Huber's loss."""
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(16, activation="relu"), layers.Dense(2)]
    )
    model.compile("adam", "huber")
    return model


@right
def actor_and_critic_of_a_bounded_action() -> keras.Model:
    """keras.io: the critic of state and action."""
    state, action = keras.Input((3,)), keras.Input((1,))
    a = layers.Dense(8, activation="relu")(layers.Dense(8, activation="relu")(state))
    x = layers.Concatenate()([a, layers.Dense(8, activation="relu")(action)])
    return keras.Model([state, action], layers.Dense(1)(layers.Dense(16, activation="relu")(x)))


@right
def gated_network() -> keras.Model:
    """Gated residual blocks, as for tables: what is linear is gated, added and normalised."""
    inputs = keras.Input((6,))
    x = layers.Dense(6)(layers.Dense(6, activation="elu")(inputs))
    x = layers.Dropout(0.1)(x)
    x = layers.Multiply()([layers.Dense(6)(x), layers.Dense(6, activation="sigmoid")(x)])
    x = layers.LayerNormalization()(inputs + x)
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@right
def bottleneck_of_two_dense_layers() -> keras.Model:
    """A matrix of low rank on purpose: two linear layers in a row."""
    inputs = keras.Input((30,))
    x = layers.Dense(30)(layers.Dense(2, use_bias=False)(inputs))
    model = keras.Model(inputs, x)
    model.compile("adam", "mse")
    return model


@right
def graph_of_papers() -> Lint:
    """A graph network for one graph: features and neighbours in, a class for each node."""
    features, adjacency = keras.Input((5,)), keras.Input((12,))
    x = layers.Dense(8, activation="relu")(features)
    x = layers.Dense(3, activation="softmax")(ops.matmul(adjacency, x))
    model = keras.Model([features, adjacency], x)
    model.compile("adam", "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    return Lint(model, [rows(12, 5), np.eye(12, dtype="float32")], np.arange(12) % 3, np.ones(12))


@right
def molecules_of_atoms() -> keras.Model:
    """Sets of points: one net for all of them, then their largest."""
    points = keras.Input((20, 3))
    x = layers.Conv1D(8, 1, activation="relu")(points)
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(16, 1, activation="relu")(x))
    turned = layers.Reshape((3, 3))(layers.Dense(9, kernel_initializer="zeros")(x))
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(8, 1)(layers.Dot(axes=(2, 1))([points, turned])))
    model = keras.Model(points, layers.Dense(10, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@right
def ensemble() -> keras.Model:
    """Keras' guide: three models, their average."""
    parts = [keras.Sequential([keras.Input((6,)), layers.Dense(1)]) for _ in range(3)]
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.average([part(inputs) for part in parts]))


@right
def uncertain_by_a_layer_of_ones_own() -> keras.Model:
    """Monte Carlo dropout as it should be written: a subclass that is always on."""

    class Always(layers.Dropout):
        def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
            return super().call(inputs, training=True)

    inputs = keras.Input((6,))
    x = Always(0.5)(layers.Dense(16, activation="relu")(inputs))
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile("adam", "mse")
    return model


@right
def normalised_scores() -> Lint:
    """The loss of one's own, on a dict output of which one is only looked at."""
    inputs = keras.Input((6,))
    x = layers.Dense(8, activation="relu")(inputs)
    outputs = {"score": layers.Dense(1, activation="sigmoid")(x), "features": x}
    model = keras.Model(inputs, outputs)
    model.compile("adam", {"score": "binary_focal_crossentropy", "features": None})
    return Lint(model, rows(), {"score": (np.arange(32) % 2).astype("float32"), "features": None})
