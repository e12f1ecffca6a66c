"""What Keras says of the data that fit is given."""

from layergraph.messages._registry import known

known(
    "missing-data-for-input",
    page="data",
    types=("ValueError",),
    message='Missing data for input "{name}". You passed a data dictionary with keys {keys}. '
    "Expected the following keys: {rest}",
    explanation="the dict of inputs needs the key `{name}`, and has the keys {keys}.",
)
known(
    "arrays-for-each-input",
    page="data",
    types=("ValueError",),
    message='Layer "{layer}" expects {count} named input(s) with keys {keys}, but it received '
    "{got} input tensors.{rest}",
    explanation="the model has {count} inputs, {keys}, and {got} arrays came. Pass a dict with "
    "these keys; where data comes as `(a, b, y)`, write `((a, b), y)`.",
)
known(
    "inputs-of-other-structure",
    page="data",
    types=("ValueError",),
    message="The structure of `inputs` doesn't match the expected structure.{rest}",
    explanation="the model takes a dict of inputs, and another structure came. Pass a dict with "
    "its keys.",
)
known(
    "target-key-is-text",
    page="data",
    types=("TypeError",),
    message="Expected float32, but got {key} of type 'str'.",
    explanation="`{key}` is a key of the targets that fits no output, or the model has one output "
    "that is no dict. The keys of the targets are those in `model.output_names`.",
)
known(
    "targets-of-other-structure",
    page="data",
    types=("ValueError",),
    message="y_true and y_pred have different structures.{rest}",
    explanation="the targets need an array for each output: a dict with the keys of the outputs, "
    "or a list as long as theirs.",
)
known(
    "sample-weight-for-each-output",
    page="data",
    types=("ValueError",),
    message="You should provide one `sample_weight` array per output in `y`. The two structures "
    "did not match:{rest}",
    explanation="the sample weights need the structure of the targets: the same keys, or a list "
    "of the same length.",
)
known(
    "sample-weight-for-a-list",
    page="data",
    types=("KeyError",),
    message="0",
    explanation="a dict of sample weights needs outputs that are a dict with the same keys, and "
    "this model has a list of outputs: build it with a dict, or give a list of weights.",
    bare=True,
)
known(
    "class-weight-one-output",
    page="data",
    types=("ValueError",),
    message="`class_weight` is only supported for Models with a single output.",
    explanation="give sample weights for each output instead, such as `table[labels]`.",
)
known(
    "lists-from-a-generator",
    page="data",
    types=("TypeError",),
    message="`output_signature` must contain objects that are subclass of `tf.TypeSpec` but found "
    "<class 'list'> which is not.",
    explanation="a generator or `PyDataset` gave a list of arrays. Give a tuple or a dict: "
    "`((a, b), y)` instead of `([a, b], y)`.",
)
known(
    "dataset-of-unequal-lists",
    page="data",
    types=("ValueError",),
    message="Can't convert non-rectangular Python sequence to Tensor.",
    explanation="`tf.data` makes one tensor of a list. Give a tuple or a dict: `((a, b), y)` "
    "instead of `([a, b], y)`.",
)
known(
    "dataset-of-stacked-lists",
    page="data",
    types=("ValueError",),
    message="Dimensions {first} and {second} are not compatible",
    explanation="parts of a dataset have {first} and {second} rows. If one part is a list of "
    "arrays, `tf.data` has stacked it to one tensor: give a tuple or a dict.",
)
known(
    "data-in-format-x-y",
    page="data",
    types=("ValueError",),
    message="Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`, "
    "found: {rest}",
    explanation="more than three parts came. Put the inputs together, and the targets: "
    "`((a, b), (y, z))` instead of `(a, b, y, z)`.",
)
known(
    "id-not-in-rows",
    page="data",
    types=("InvalidArgumentError",),
    message="indices[{place}] = {id} is not in [0, {rows})",
    explanation="an `Embedding` with {rows} rows was given the id {id}. It needs as many rows as "
    "the greatest id, and one more, as ids count from 0.",
)
known(
    "data-cardinality",
    page="data",
    types=("ValueError",),
    message="Data cardinality is ambiguous. Make sure all arrays contain the same number of "
    "samples.{rest}",
    explanation="the arrays have different numbers of rows, and each row of the inputs needs one "
    "of the targets.",
)
known(
    "unrecognized-data-type",
    page="data",
    types=("ValueError",),
    message="Unrecognized data type: x={rest}",
    explanation="one of `x`, `y` and `sample_weight` is no array, such as a list of numbers, even "
    "if the message shows another. `np.array(...)` makes an array of it.",
)
known(
    "invalid-dtype",
    page="data",
    types=("ValueError",),
    message="Invalid dtype: {dtype}",
    explanation="an array holds text or objects (dtype {dtype}) where numbers are needed.",
)
known(
    "invalid-input-shape",
    page="data",
    types=("ValueError",),
    message="Invalid input shape for input {tensor} with name '{name}' and path '{path}'. "
    "Expected shape {shape}, but input has incompatible shape {rest}",
    explanation="the input takes arrays of the shape {shape}, the first size being that of the "
    "batch. A dataset that lacks it needs `.batch(32)`.",
)
