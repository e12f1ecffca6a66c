"""Padding and masks."""

import keras
from keras import layers
from lint_cases import Lint, bad, good


def text_classifier(**embedding: bool) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(10, 4, **embedding),
            layers.LSTM(3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


@bad("LG101", severity="hint", layers=("lstm",))
def ids_into_an_lstm() -> Lint:
    return Lint(text_classifier())


@good("LG101")
def masked_ids_into_an_lstm() -> keras.Model:
    return text_classifier(mask_zero=True)
