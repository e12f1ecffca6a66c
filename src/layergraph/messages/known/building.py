"""What Keras says while a model is built."""

from layergraph.messages._registry import known

known(
    "output-not-connected",
    page="building",
    types=("ValueError",),
    message="Output with path `{path}` is not connected to `inputs`",
    explanation="an output needs a tensor that none of the given inputs leads to. Either an input "
    "is missing in `keras.Model(inputs, outputs)`, or the output was made from tensors of another "
    "call of a nested model.",
)
