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

known(
    "tensorflow-on-keras-tensor",
    page="building",
    types=("ValueError",),
    message="A KerasTensor cannot be used as input to a TensorFlow function.{rest}",
    explanation="while a model is built there are no numbers yet, and functions of TensorFlow "
    "need them. Use the function of the same kind in `keras.ops`, or a layer.",
)

known(
    "keras-tensor-without-value",
    page="building",
    types=("ValueError",),
    message="A KerasTensor is symbolic: it's a placeholder for a shape an a dtype. It doesn't "
    "have any actual numerical value. You cannot convert it to a {rest}",
    explanation="while a model is built there are no numbers yet, and functions of NumPy and "
    "`float` need them. Use the function of the same kind in `keras.ops`.",
)

known(
    "keras-tensor-as-boolean",
    page="building",
    types=("TypeError",),
    message="A symbolic KerasTensor cannot be used as a boolean.",
    explanation="`if` needs a number, and while a model is built there is none. Let "
    "`keras.ops.where` choose for each example.",
)

known(
    "name-used-twice",
    page="building",
    types=("ValueError",),
    message='The name "{name}" is used {times} times in the model. All operation names should be '
    "unique.",
    explanation="{times} layers are named `{name}`. Give each a name of its own; if they were to "
    "be one layer, make it once and call it twice.",
)

known(
    "no-such-layer",
    page="building",
    types=("ValueError",),
    message="No such layer: {name}. Existing layers are: {rest}",
    explanation="the model itself has no layer `{name}`. If it is within a nested model, ask that "
    'one: `model.get_layer("base").get_layer("{name}")`.',
)

known(
    "merge-needs-a-list",
    page="building",
    types=("ValueError",),
    message="A merge layer should be called on a list of inputs.{rest}",
    explanation="the layer merges several tensors and was given one: put them in a list, as in "
    "`layers.Add()([a, b])`.",
)

known(
    "shapes-do-not-add",
    page="building",
    types=("ValueError",),
    message="Inputs have incompatible shapes. Received shapes {one}) and {other})",
    explanation="tensors are added number by number, so that they need one shape: give the one "
    "the width of the other with a `Dense` or a `Conv2D`, or use `Concatenate`.",
)

known(
    "flatten-of-an-open-size",
    page="building",
    types=("ValueError",),
    message="Shapes used to initialize variables must be fully-defined (no `None` dimensions)."
    "{rest}",
    explanation="a layer cannot make its weights as the size of its input is open. Give the size "
    "to `keras.Input`, or pool over it with a layer such as `GlobalAveragePooling1D`.",
)

known(
    "wrong-number-of-dimensions",
    page="building",
    types=("ValueError",),
    message="Input {number} with name '{name}' of layer '{layer}' is incompatible with the layer: "
    "expected ndim={wanted}, found ndim={found}. Full shape received: {rest}",
    explanation="`{layer}` takes tensors with {wanted} dimensions, the batch included, and was "
    "given one with {found}. A recurrent layer before another one needs `return_sequences=True`.",
)

known(
    "model-of-keras-1",
    page="building",
    types=("ValueError",),
    message="Unrecognized keyword arguments passed to Model: {rest}",
    explanation="a functional model takes `inputs` and `outputs`, with an s, and needs both.",
)

for _attribute in ("get_output_at", "input_shape", "output_shape"):
    known(
        f"no-{_attribute.replace('_', '-')}",
        page="building",
        types=("AttributeError",),
        message=f"'{{kind}}' object has no attribute '{_attribute}'",
        explanation=f"`{_attribute}` of a layer is gone since Keras 3. Keep the tensor that a "
        "call gives; it has a `shape`.",
    )

known(
    "never-been-called",
    page="building",
    types=("AttributeError",),
    message="The layer {name} has never been called and thus has no defined {what}.",
    explanation="`{name}` was not called on the tensors of a functional model: it is new, or part "
    "of a subclassed model. Build the model with `keras.Model(inputs, outputs)`.",
)

known(
    "no-output-names",
    page="building",
    types=("AttributeError",),
    message="'{kind}' object has no attribute 'output_names'",
    explanation="only a functional model knows its outputs before it runs, and `{kind}` is no such "
    "model. Build it with `keras.Model(inputs, outputs)`.",
)

known(
    "no-pydot",
    page="building",
    types=("ImportError",),
    message="You must install pydot (`pip install pydot`) for `plot_model` to work.",
    explanation="`plot_model` needs the package pydot and the program Graphviz. "
    "`layergraph.draw` draws a model without both.",
)

known(
    "no-graphviz",
    page="building",
    types=("ImportError",),
    message="You must install graphviz (see instructions at {address}) for `plot_model` to work.",
    explanation="the package graphviz of pip is not enough: `plot_model` runs the program `dot`, "
    "which comes with the system's Graphviz. `layergraph.draw` draws a model without it.",
)
