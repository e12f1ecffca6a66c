"""What Keras says when a model is saved or loaded."""

from layergraph.messages._registry import known

known(
    "lambda-layer-on-load",
    page="saving",
    types=("ValueError",),
    message="Requested the deserialization of a `{layer}` layer whose `function` is a Python "
    "lambda.{rest}",
    explanation="the file holds Python code, which Keras does not run unasked. Write a layer of "
    "your own and register it; `safe_mode=False` is for files that you trust.",
)

known(
    "python-lambda-on-load",
    page="saving",
    types=("ValueError",),
    message="Requested the deserialization of a {kind} lambda. This carries{rest}",
    explanation="a lambda was given to `compile`, and its code is in the file. Use a function "
    "with a name and register it, or load with `compile=False`.",
)

known(
    "custom-object-not-found",
    page="saving",
    types=("TypeError",),
    message="Could not locate {kind} '{name}'. Make sure custom classes{rest}",
    explanation="`{name}` is yours and no part of Keras. Register it before loading, or pass "
    "`custom_objects`.",
)

known(
    "unexpected-keyword-on-load",
    page="saving",
    types=("TypeError",),
    message="__init__() got an unexpected keyword argument '{name}'{rest}",
    explanation="what is saved of a layer has `{name}` in it, and its `__init__` does not take "
    "that. Accept `**kwargs` and pass them to `super().__init__`.",
)

known(
    "missing-argument-on-load",
    page="saving",
    types=("TypeError",),
    message="could not be deserialized properly.{rest} missing {count} required positional "
    "{word}: {rest}",
    explanation="`get_config` does not return all that `__init__` needs. Add what is missing "
    "to it.",
)

known(
    "argument-not-saved",
    page="saving",
    types=("NotImplementedError",),
    message="Object {name} was created by passing non-serializable argument values in "
    "`__init__()`,{rest}",
    explanation="`{name}` was given an object, such as a layer, that Keras cannot write down by "
    "itself. Add `get_config` and `from_config` to the class.",
)
