"""What Keras says of layers that are used more than once, or carry a state."""

from layergraph.messages._registry import known

known(
    "batch-size-not-static",
    page="sharing",
    types=("ValueError",),
    message="When using `stateful=True` in a RNN, the batch size must be static. Found dynamic "
    "batch size: sequence.shape={shape})",
    explanation="a stateful layer keeps a state for each row of a batch, so it needs their "
    "number: `keras.Input(batch_shape=(32, ...))`. Most models need no `stateful=True`.",
)

known(
    "no-reset-states",
    page="sharing",
    types=("AttributeError",),
    message="'{kind}' object has no attribute 'reset_states'",
    explanation="a model cannot forget its states at once any more: call `reset_state()` of each "
    "stateful layer.",
)
