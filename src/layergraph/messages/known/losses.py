"""What Keras says of losses, their weights and metrics."""

from layergraph.messages._registry import known

known(
    "metrics-for-each-output",
    page="losses",
    types=("ValueError",),
    message="tuple arity mismatch; expected: {expected}, got: {got}; tuple: {given}. "
    "Invalid `{argument}`. {rest}",
    explanation="`{argument}` has {got} where the model has {expected} outputs. Give a dict by the "
    "outputs' names, or a list with one entry for each output.",
)
known(
    "metrics-by-other-keys",
    page="losses",
    types=("ValueError",),
    message="Expected an instance of tuple, got {given}. Invalid `{argument}`. {rest}",
    explanation="`{argument}` has a key that is the name of no output, or more keys than there are "
    "outputs. `model.output_names` has the names.",
)
known(
    "loss-of-no-output",
    page="losses",
    types=("KeyError",),
    message="The path: ({path}) in the `loss` argument, can't be found in either the model's "
    "output (`y_pred`) or in the labels (`y_true`).",
    explanation="`loss` has an entry at {path} for which there is no output. Outputs that are a "
    "dict go by the keys of this dict, and not by the names of layers.",
)
known(
    "loss-dict-incomplete",
    page="losses",
    types=("ValueError",),
    message="Expected keys [{expected}] in loss dict, but found loss.keys()=[{found}]",
    explanation="outputs that are a list need a loss for each of [{expected}], each by the name of "
    "its last layer. Write `None` for an output without a loss.",
)
known(
    "loss-weights-count",
    page="losses",
    types=("ValueError",),
    message="`loss_weights` must match the number of losses, got {losses} losses and {weights} "
    "weights.",
    explanation="there are {weights} weights for {losses} in `loss`. With several weights, give a "
    "loss for each output too, best both as dicts with the same keys.",
)
known(
    "key-left-out",
    page="losses",
    types=("KeyError",),
    message="'{name}'",
    explanation="a dict lacks the key '{name}'. `loss_weights` needs each output's name as soon as "
    "it has one, and so do the targets of a model with metrics.",
    bare=True,
)
known(
    "metrics-as-loss-weights",
    page="losses",
    types=("ValueError",),
    message="dtype='string' is not a valid dtype for Keras type promotion.",
    explanation="text met a computation with numbers. The third argument of `compile` is "
    "`loss_weights`: write `metrics=[...]` with its name.",
)
known(
    "list-of-losses-for-a-dict",
    page="losses",
    types=("TypeError",),
    message="Expected any non-tensor type, but got a tensor instead.",
    explanation="a list of losses met outputs that are a dict, and is not as long as the dict. "
    "Give a dict of losses with the same keys.",
)
known(
    "loss-not-known",
    page="losses",
    types=("ValueError",),
    message="Could not interpret loss identifier: {name}",
    explanation="Keras has no loss of this name. Names of losses have underscores and no spaces, "
    "such as `binary_crossentropy`.",
)
known(
    "monitor-without-mode",
    page="losses",
    types=("ValueError",),
    message="{callback} callback received monitor={monitor}, but Keras isn't able to automatically "
    "determine whether that metric should be maximized or minimized.",
    explanation="Keras knows for metrics which way is better, and for `loss` and `val_loss`, but "
    "not for the loss of one output. Pass `mode='min'` beside `monitor='{monitor}'`.",
)
