"""What Keras says when it cannot train a weight."""

import keras
import numpy as np
from keras import layers, ops
from message_cases import raises

X, Y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")


@raises("no-gradients-provided")
def rounded_at_the_end() -> None:
    x = keras.Input((3,))
    model = keras.Model(x, ops.round(layers.Dense(1)(x)))
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)


@raises("no-gradients-provided")
def stopped_at_the_end() -> None:
    x = keras.Input((3,))
    model = keras.Model(x, ops.stop_gradient(layers.Dense(1)(x)))
    model.compile("adam", "mse")
    model.train_on_batch(X, Y)


@raises("unknown-variable")
def made_trainable_with_the_old_optimizer() -> None:
    x = keras.Input((3,))
    hidden = layers.Dense(2)
    hidden.trainable = False
    model = keras.Model(x, layers.Dense(1)(hidden(x)))
    optimizer = keras.optimizers.Adam()
    model.compile(optimizer, "mse")
    model.fit(X, Y, verbose=0)
    hidden.trainable = True
    model.compile(optimizer, "mse")
    model.fit(X, Y, verbose=0)
