"""What Keras says of targets that do not fit the last layer or its loss."""

from layergraph.messages._registry import known

known(
    "targets-of-other-rank",
    page="heads",
    types=("ValueError",),
    message="Arguments `target` and `output` must have the same rank (ndim). Received: "
    "target.shape={target}, output.shape={rest}",
    explanation="the targets have another number of axes than the output. If they are numbers of "
    "classes, use the loss `sparse_categorical_crossentropy`.",
)

known(
    "targets-of-other-size",
    page="heads",
    types=("ValueError",),
    message="Arguments `target` and `output` must have the same shape. Received: "
    "target.shape={target}, output.shape={rest}",
    explanation="the targets and the output do not have the same shape. The last layer needs as "
    "many units as a row of targets has numbers.",
)

known(
    "one-hot-for-sparse",
    page="heads",
    types=("ValueError",),
    message="Argument `output` must have rank (ndim) `target.ndim - 1`. Received: "
    "target.shape={target}, output.shape={rest}",
    explanation="a sparse cross-entropy takes the number of the class, and was given rows. For "
    "one-hot rows, use the loss `categorical_crossentropy`.",
)

known(
    "label-outside-units",
    page="heads",
    types=("InvalidArgumentError",),
    message="Received a label value of {label} which is outside the valid range of [0, {end}).",
    explanation="there is no unit for class {label}: classes count from 0, and each needs a unit "
    "in the last layer.",
)

# With deterministic operations. The name of the operation tells it from an id that an Embedding
# has no row for.
known(
    "label-not-in-units",
    page="heads",
    types=("InvalidArgumentError",),
    message="indices[{place}] = {label} is not in [0, {end}) {rest}"
    "SparseSoftmaxCrossEntropyWithLogits/GatherV2",
    explanation="there is no unit for class {label}: classes count from 0, and each needs a unit "
    "in the last layer.",
)
