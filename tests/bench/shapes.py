"""Models of any size, whose growth is measured."""

import random
from collections.abc import Callable

import keras


def chain(size: int) -> keras.Model:
    """Layers in a row, of three kinds in turn."""
    kinds: list[Callable[[], keras.Layer]] = [
        lambda: keras.layers.Dense(8),
        lambda: keras.layers.BatchNormalization(),
        lambda: keras.layers.ReLU(),
    ]
    x = start = keras.Input((8,))
    for number in range(size):
        x = kinds[number % 3]()(x)
    return keras.Model(start, x)


def branches(size: int) -> keras.Model:
    """Branches that part and meet, none like the one before."""
    chance = random.Random(4)
    kinds: list[Callable[[], keras.Layer]] = [
        lambda: keras.layers.Dense(8, activation=chance.choice(["relu", "tanh", "gelu"])),
        lambda: keras.layers.Dropout(chance.random()),
        lambda: keras.layers.LayerNormalization(),
        lambda: keras.layers.ReLU(),
    ]
    x = start = keras.Input((8,))
    made = 0
    while made < size:
        ends = []
        for _ in range(2):
            y = x
            for _ in range(chance.randint(1, 4)):
                y, made = chance.choice(kinds)()(y), made + 1
            ends.append(y)
        x, made = chance.choice([keras.layers.Add, keras.layers.Maximum])()(ends), made + 1
    return keras.Model(start, x)


SHAPES = {"chain": chain, "branches": branches}
