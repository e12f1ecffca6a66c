"""States that cannot be kept, or reset."""

import keras
from keras import layers
from message_cases import raises


@raises("batch-size-not-static")
def a_stateful_layer_for_any_batch() -> None:
    layers.GRU(4, stateful=True)(keras.Input((5, 3)))


@raises("no-reset-states")
def a_functional_model_that_is_to_forget() -> None:
    x = keras.Input(batch_shape=(2, 5, 3))
    keras.Model(x, layers.LSTM(4, stateful=True)(x)).reset_states()
