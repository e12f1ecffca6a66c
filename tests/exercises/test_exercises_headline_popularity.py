"""The exercises of the lesson headline_popularity."""

import keras
from exercise_cells import Cases
from keras import layers

from layergraph.models import headline_popularity

cases = Cases("headline_popularity")


def headline(*hidden: int) -> keras.Model:
    return headline_popularity(length=6, vocabulary_size=20, embedding_width=4, hidden=hidden)


@cases.wrong("two-more-dense-layers", "stand 2 dense layers, not four")
def the_repaired_model() -> keras.Model:
    return headline(64, 64)


@cases.wrong("two-more-dense-layers", "have 64, 64, 32, 32 units")
def other_widths() -> keras.Model:
    return headline(64, 64, 32, 32)


def custom(*, nested: bool = False, shared: bool = False, parallel: bool = False) -> keras.Model:
    """The model in other calls, with names of another kind."""
    words = keras.Input((6,), dtype="int32", name="a")
    facts = keras.Input((5,), name="b")
    text = layers.LSTM(8)(layers.Embedding(20, 4, mask_zero=True)(words))
    stack = [layers.Dense(64, activation="relu") for _ in range(4)]
    x = keras.ops.concatenate([text, facts], axis=-1)
    if nested:
        x = keras.Sequential(stack)(x)
    elif shared:
        for layer in (stack[0], stack[1], stack[2], stack[2]):
            x = layer(x)
    elif parallel:
        x = layers.concatenate([stack[1](stack[0](x)), stack[3](stack[2](x))])
    else:
        for layer in stack:
            x = layers.Dropout(0.1)(layer(x))
    outputs = [layers.Dense(1, activation="sigmoid")(one) for one in (x, text)]
    return keras.Model([words, facts], outputs)


@cases.wrong("two-more-dense-layers", "A dense layer is called more than once")
def one_layer_twice() -> keras.Model:
    return custom(shared=True)


@cases.wrong("two-more-dense-layers", "do not stand in a row")
def side_by_side() -> keras.Model:
    return custom(parallel=True)


@cases.right("two-more-dense-layers")
def with_other_names_and_dropout() -> keras.Model:
    return custom()


@cases.right("two-more-dense-layers")
def as_a_model_within() -> keras.Model:
    return custom(nested=True)


@cases.namespace("two-more-dense-layers", "features-output")
def lesson() -> dict[str, object]:
    return cases.names("headline_model", "losses", "loss_weights", "compile_by_name")


def three(
    *,
    facts: int = 1,
    units: int = 1,
    activation: str | None = "sigmoid",
    weights: tuple[float, ...] | None = (1.0, 0.2, 0.2),
    loss: str = "binary_crossentropy",
    last: bool = True,
) -> keras.Model:
    """The model with an output on the features, on the merge (2), or on the words (0)."""
    base = headline()
    start = [base.get_layer("lstm").output, base.inputs[1], base.get_layer("merge").output][facts]
    new = layers.Dense(units, activation=activation)(layers.Dense(3, activation="tanh")(start))
    outputs = [*base.outputs, new] if last else [new, *base.outputs]
    model = keras.Model(base.inputs, outputs)
    if weights is not None:
        model.compile("sgd", loss=[loss] * 3, loss_weights=list(weights))
    return model


@cases.wrong("features-output", "has 2 inputs and 2 outputs")
def no_third_output() -> keras.Model:
    return headline(64, 64)


@cases.wrong("features-output", "0 outputs depend on the features alone")
def behind_the_merge() -> keras.Model:
    return three(facts=2)


@cases.wrong("features-output", "0 outputs depend on the features alone")
def on_the_words() -> keras.Model:
    return three(facts=0)


@cases.wrong("features-output", "one number between 0 and 1")
def no_probability() -> keras.Model:
    return three(activation=None)


@cases.wrong("features-output", "one number between 0 and 1")
def two_numbers() -> keras.Model:
    return three(units=2)


@cases.wrong("features-output", "not compiled yet")
def not_compiled() -> keras.Model:
    return three(weights=None)


@cases.wrong("features-output", "needs the loss `binary_crossentropy`")
def another_loss() -> keras.Model:
    return three(loss="mean_squared_error")


@cases.wrong("features-output", "should count 1 and both others 0.2")
def weights_in_another_order() -> keras.Model:
    return three(last=False)


@cases.wrong("features-output", "swaps them")
def a_list_and_a_dictionary() -> keras.Model:
    model = three(weights=None)
    names = model.output_names
    weights = dict(zip(names, (1.0, 0.2, 0.2), strict=True))
    model.compile("sgd", loss=["binary_crossentropy"] * 3, loss_weights=weights)
    return model


@cases.right("features-output")
def the_new_output_first() -> keras.Model:
    return three(last=False, weights=(0.2, 1.0, 0.2))


@cases.right("features-output")
def an_op_at_the_end() -> keras.Model:
    base = headline()
    new = keras.ops.sigmoid(layers.Dense(1)(base.inputs[1]))
    model = keras.Model(base.inputs, [*base.outputs, new])
    model.compile("sgd", loss=["binary_crossentropy"] * 3, loss_weights=[1.0, 0.2, 0.2])
    return model


test_solution, test_stub, test_wrong, test_right = cases.tests()
