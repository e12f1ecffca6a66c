"""Models that cannot be built."""

import keras
from message_cases import raises


@raises("output-not-connected")
def an_input_is_left_out() -> None:
    text = keras.Input((4,), name="text")
    extra = keras.Input((2,), name="extra")
    keras.Model(text, keras.layers.concatenate([text, extra]))
