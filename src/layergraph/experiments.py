"""Experiments: what is found out by running a copy of a model.

The functions take a Keras model, work on a copy and leave the model as it is. They tell what they
find and no more. What a model cannot do, such as run, becomes an :class:`ExperimentError` whose
message is a sentence.
"""

from __future__ import annotations

import random
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layergraph.graph import read
from layergraph.graph.walks import ancestors, opened, sources

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from layergraph.graph import LayerGraph, Shape

__all__ = [
    "ExperimentError",
    "asymmetry",
    "batch",
    "copied",
    "difference",
    "doing",
    "influenced",
    "left_alone",
    "moved_by_fit",
    "outputs",
    "padding_matters",
    "saved_and_loaded",
    "shaken",
    "told",
    "trained_by",
    "weights_in_effect",
]

_WORDS = ("graph", "layer", "tensor", "model", "merge", "head", "mask", "call")
_SIZES = ("input_dim", "num_tokens", "max_tokens")  # settings that bound an id


class ExperimentError(Exception):
    """Something could not be done with a model; the message is a sentence that names it."""


def told(error: Exception) -> str:
    r"""Say what was raised, in the first line of its message that says something.

    Args:
        error: What was raised.

    Returns:
        Its type and the line, which is cut after 300 characters.

    Examples:
        >>> told(ValueError("two\nlines"))
        'ValueError: two.'
    """
    words = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # the bold letters of Keras
    lines = [line.strip() for line in words.splitlines()]
    lines = [line for line in lines if line and not line.startswith("Exception encountered when")]
    first = lines[0] if lines else "no more is said"
    short = first if len(first) < 300 else first[:297] + "..."
    return f"{type(error).__name__}: {short}{'' if short.endswith(('.', '!', '?')) else '.'}"


@contextmanager
def left_alone() -> Iterator[None]:
    """Let an experiment draw no number that the reader's next cell would have drawn, nor warn.

    Yields:
        Nothing.

    Examples:
        >>> with left_alone():
        ...     _ = np.random.rand()
    """
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Say what could not be done, where a reader's model refuses it.

    Args:
        what: What is done, such as ``run the model on eight examples``.

    Yields:
        Nothing.

    Raises:
        ExperimentError: Instead of any other exception within; its message is a sentence.

    Examples:
        >>> with doing("divide"):
        ...     1 / 0
        Traceback (most recent call last):
            ...
        layergraph.experiments.ExperimentError: It was not possible to divide: ZeroDivisionError: \
division by zero.
    """
    try:
        with warnings.catch_warnings():
            # What Keras says of an experiment, such as that no gradient is there, is its result.
            warnings.simplefilter("ignore")
            yield
    except ExperimentError:
        raise
    except Exception as error:  # whatever a reader's model may raise
        raise ExperimentError(f"It was not possible to {what}: {told(error)}") from error


def copied(model: keras.Model) -> keras.Model:
    """Copy a model with its weights, so that what is done to the copy leaves it as it is.

    Weights that layers share are shared in the copy as well, what is frozen is frozen, and a
    compiled model is compiled in the same way, with an optimizer that has not seen a step.

    Args:
        model: A model of any kind that Keras can make again from its configuration.

    Returns:
        The copy.

    Raises:
        ExperimentError: If Keras cannot make it again.

    Examples:
        >>> from layergraph import models
        >>> model = models.headline_popularity(vocabulary_size=50)
        >>> copy = copied(model)
        >>> copy is model, copy.count_params() == model.count_params()
        (False, True)
    """
    import keras

    with doing("make a copy of the model, to run the checks on"):
        with keras.saving.custom_object_scope(_own_objects(model)):
            copy = _again(model)
        if len(copy.weights) != len(model.weights):
            raise ValueError(
                f"the copy has {len(copy.weights)} weights, not {len(model.weights)}; a variable "
                "may be held by two layers, or made only when the model runs"
            )
        copy.set_weights(model.get_weights())
        for old, new in zip(model.weights, copy.weights, strict=True):
            new.trainable = old.trainable
    return copy


def _again(model: keras.Model) -> keras.Model:
    import keras

    graphs = isinstance(model, (keras.Sequential, keras.Function))
    try:
        copy = keras.models.clone_model(
            model, recursive=graphs, clone_function=_layer_again if graphs else None
        )
    except Exception:
        # What it was compiled with may be what cannot be made again, and few checks need it.
        copy = type(model).from_config(model.get_config())
    if not copy.built and model.built:
        copy.build_from_config(model.get_build_config())
    return copy


def _layer_again(layer: keras.Layer) -> keras.Layer:
    import keras

    if isinstance(layer, keras.layers.Lambda):
        # Keras makes none from its configuration, as that could run what a file says; this
        # function is in the reader's own process already.
        return keras.layers.Lambda(layer.function, name=layer.name, arguments=layer.arguments)
    return type(layer).from_config(layer.get_config())


def _own_objects(model: keras.Model) -> dict[str, Any]:
    """The classes and functions that a model is made of, which nobody need have registered."""
    import keras

    found: dict[str, Any] = {}
    ahead: list[Any] = [model]
    seen: set[int] = set()
    while ahead:
        one = ahead.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, keras.Layer):
            found[type(one).__name__] = type(one)
            ahead += getattr(one, "layers", [])
            ahead += [value for name, value in vars(one).items() if not name.startswith("_")]
        elif callable(one) and hasattr(one, "__name__"):
            found[one.__name__] = one
    for loss in keras.tree.flatten(getattr(model, "loss", None)):
        if callable(loss):
            found[getattr(loss, "__name__", type(loss).__name__)] = (
                loss if hasattr(loss, "__name__") else type(loss)
            )
    return found


def shaken(model: keras.Model, *, seed: int = 0) -> keras.Model:
    """Copy a model and give the copy random weights, whatever they are initialised with.

    So nothing holds only because weights are zero, or happen to be equal.

    Args:
        model: The model.
        seed: Which random weights.

    Returns:
        The copy.

    Raises:
        ExperimentError: If Keras cannot make it again.

    Examples:
        >>> from layergraph import models
        >>> model = models.headline_popularity(vocabulary_size=50)
        >>> first, second = shaken(model, seed=1), shaken(model, seed=2)
        >>> bool((first.get_weights()[0] == second.get_weights()[0]).any())
        False
    """
    copy = copied(model)
    rng = np.random.default_rng(seed)
    for weight in copy.weights:
        if _learns(weight):
            inputs = int(np.prod(weight.shape[:-1])) or 1
            # Wide enough to matter in an embedding, narrow enough to keep a sigmoid in motion.
            width = max(inputs**-0.5, 0.1) if len(weight.shape) > 1 else 0.1
            weight.assign(rng.normal(0, width, weight.shape).astype(str(weight.dtype)))
    return copy


def _learns(weight: Any) -> bool:  # noqa: ANN401 - a variable of Keras
    """Whether a weight is a number that training could change, frozen or not."""
    statistics = ("mean", "variance", "count", "seed_generator_state", "state")
    return "float" in str(weight.dtype) and not weight.path.endswith(statistics)


def batch(model: keras.Model, *, size: int = 8, seed: int = 0) -> dict[str, Any]:
    """Make random inputs that a model can take.

    Whole numbers are ids: at least 1, as 0 is padding, and below the size of the embeddings
    that read them. Open sizes are 6.

    Args:
        model: A functional or built Sequential model.
        size: How many examples.
        seed: Which ones.

    Returns:
        An array for each input, by its name.

    Raises:
        ExperimentError: If an input has a dtype that is none of these.

    Examples:
        >>> from layergraph import models
        >>> ids = batch(models.same_author(vocabulary_size=50))["tweet_a"]
        >>> ids.shape, bool(0 < ids.min() and ids.max() < 50)
        ((8, 32), True)
    """
    graph = opened(read(model))
    rng = np.random.default_rng(seed)
    made: dict[str, Any] = {}
    for one in graph.inputs:
        tensor = graph.tensor(one.tensor)
        shape = tuple(6 if length is None else length for length in tensor.shape[1:])
        shape = (tensor.shape[0] or size, *shape)
        if "int" in tensor.dtype:
            made[one.name] = rng.integers(1, _bound(graph, one.tensor), shape).astype(tensor.dtype)
        elif "float" in tensor.dtype:
            made[one.name] = rng.normal(size=shape).astype("float32")
        elif tensor.dtype == "bool":
            made[one.name] = rng.integers(0, 2, shape).astype(bool)
        elif tensor.dtype == "string":
            made[one.name] = _texts(rng, shape)
        else:
            raise ExperimentError(
                f"The input `{one.name}` has the dtype {tensor.dtype}, for which the checks have "
                "no examples."
            )
    return made


def _bound(graph: LayerGraph, tensor: str) -> int:
    """The smallest size of what reads these ids."""
    sizes = [
        int(value)
        for call in graph.calls
        if any(one == tensor or tensor in _inputs_behind(graph, one) for one in call.inputs)
        for name, value in graph.layer(call.layer).facts
        if name in _SIZES and isinstance(value, int)
    ]
    return max(2, min(sizes, default=10))


def _inputs_behind(graph: LayerGraph, tensor: str) -> set[str]:
    return {one for call in ancestors(graph, tensor) for one in graph.call(call).inputs}


def _texts(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:  # noqa: ANN401
    import keras

    texts = [" ".join(rng.choice(_WORDS, 5)) for _ in range(int(np.prod(shape)))]
    return keras.ops.reshape(keras.ops.convert_to_tensor(texts, dtype="string"), shape)


def outputs(model: keras.Model, inputs: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Run a model as ``predict`` does.

    The model itself is run: give a copy of one that carries a state from batch to batch.

    Args:
        model: A functional or built Sequential model.
        inputs: Arrays by the names of its inputs.

    Returns:
        An array for each output, by its name; where names repeat, ``_1`` and so on follow.

    Raises:
        ExperimentError: If it cannot run.

    Examples:
        >>> from layergraph import models
        >>> model = models.headline_popularity(vocabulary_size=50)
        >>> {name: array.shape for name, array in outputs(model, batch(model)).items()}
        {'main_output': (8, 1), 'aux_output': (8, 1)}
    """
    flat = [inputs[one.name] for one in read(model).inputs]
    return dict(zip(_output_names(model), _run(model, flat), strict=True))


def _run(model: keras.Model, inputs: Iterable[Any]) -> list[NDArray[Any]]:
    """Run a model on arrays in the order of its inputs: those of a copy may have other names."""
    import keras

    with doing("run the model on a few random examples"):
        tensors = [keras.ops.convert_to_tensor(one) for one in inputs]
        given = keras.tree.pack_sequence_as(model.input, tensors)
        return [np.asarray(one) for one in keras.tree.flatten(model(given, training=False))]


def _output_names(model: keras.Model) -> list[str]:
    made: list[str] = []
    for output in read(model).outputs:
        made.append(output.name if output.name not in made else f"{output.name}_{len(made)}")
    return made


def influenced(model: keras.Model, *inputs: str) -> tuple[str, ...]:
    """Return the outputs that change when only these inputs change.

    Args:
        model: A functional or built Sequential model; a copy with random weights is run.
        *inputs: Names of inputs.

    Returns:
        Names of outputs.

    Raises:
        ExperimentError: If the model cannot be copied or run.

    Examples:
        >>> from layergraph import models
        >>> influenced(models.headline_popularity(vocabulary_size=50), "aux_input")
        ('main_output',)
    """
    copy = shaken(model)
    first, other = batch(model, size=16), batch(model, size=16, seed=1)
    before = _run(copy, first.values())
    after = _run(copy, (first | {name: other[name] for name in inputs}).values())
    return tuple(
        name
        for name, old, new in zip(_output_names(model), before, after, strict=True)
        if not np.array_equal(old, new, equal_nan=old.dtype.kind == "f")
    )


def asymmetry(model: keras.Model, first: str, second: str) -> float:
    """Return how much it matters which of two inputs is given as which.

    The largest difference between the outputs for ``(a, b)`` and for ``(b, a)``, as a share of
    how much the outputs differ between examples: 0, but for rounding, if the model is symmetric,
    and near 1 or above if not.

    Args:
        model: A functional model; a copy with random weights is run.
        first: Name of an input.
        second: Name of another one of the same shape.

    Returns:
        The share.

    Raises:
        ExperimentError: If the model cannot be copied or run, or its output does not depend on
            these inputs.

    Examples:
        >>> from layergraph import models
        >>> model = models.same_author(vocabulary_size=50)
        >>> asymmetry(model, "tweet_a", "tweet_b") < 1e-3
        True
        >>> model = models.same_author(vocabulary_size=50, head="concatenate")
        >>> asymmetry(model, "tweet_a", "tweet_b") > 0.1
        True
    """
    copy = shaken(model)
    given = batch(model, size=16)
    swapped = given | {first: given[second], second: given[first]}
    return _share(_run(copy, given.values()), _run(copy, swapped.values()), "these inputs")


def _share(first: Iterable[Any], second: Iterable[Any], what: str) -> float:
    """The largest difference as a share of the spread over examples."""
    shares = []
    for one, other in zip(first, second, strict=True):
        if not (np.isfinite(one).all() and np.isfinite(other).all()):
            raise ExperimentError(
                "The model gives values that are no numbers (NaN or infinite) for ordinary inputs."
            )
        spread = float(np.ptp(one, axis=0).max())
        if spread < 1e-7:
            raise ExperimentError(
                f"The model gives the same output for all examples: it does not use {what}."
            )
        shares.append(float(np.abs(one - other).max()) / spread)
    return max(shares, default=0.0)


def padding_matters(model: keras.Model, name: str) -> float:
    """Return how much it matters whether padding comes before the words or after them.

    Args:
        model: A functional or built Sequential model; a copy with random weights is run.
        name: Name of an input of word ids, where 0 is padding.

    Returns:
        The largest difference between the outputs, as a share of how much they differ between
        examples: 0, but for rounding, if padding is masked.

    Raises:
        ExperimentError: If the model cannot be copied or run, or does not use this input.

    Examples:
        >>> from layergraph import models
        >>> sizes = {"length": 20, "vocabulary_size": 50}
        >>> padding_matters(models.headline_popularity(**sizes), "main_input") < 1e-3
        True
        >>> padding_matters(models.headline_popularity(**sizes, mask=False), "main_input") > 0.1
        True
    """
    copy = shaken(model)
    given = batch(model, size=16)
    after, before = given[name].copy(), given[name].copy()
    length = after.shape[1]
    words = np.random.default_rng(0).integers(1, max(2, length // 2), len(after))
    for row, count in enumerate(words):
        after[row, count:] = 0
        before[row] = np.roll(after[row], length - count)
    graph = opened(read(model))
    reached = [name in sources(graph, one.tensor) for one in graph.outputs]
    first, second = (
        [one for one, counts in zip(_run(copy, row.values()), reached, strict=True) if counts]
        for row in (given | {name: after}, given | {name: before})
    )
    return _share(first, second, f"`{name}`")


def difference(
    first: keras.Model, second: keras.Model, inputs: Mapping[str, Any] | None = None
) -> float:
    """Return the largest difference between what two models give for the same inputs.

    Their inputs and outputs are paired in order, whatever they are called.

    Args:
        first: A functional or built Sequential model.
        second: Another one.
        inputs: Arrays by the names of the inputs of ``first``; random ones by default.

    Returns:
        The difference, infinite where their inputs or outputs have other shapes.

    Raises:
        ExperimentError: If one of them cannot run.

    Examples:
        >>> from layergraph import models
        >>> model = models.headline_popularity(vocabulary_size=50)
        >>> difference(model, copied(model))
        0.0
    """
    one_graph, other_graph = read(first), read(second)
    if len(one_graph.inputs) != len(other_graph.inputs):
        return float("inf")
    given = batch(first) if inputs is None else inputs
    flat = []
    for here, there in zip(one_graph.inputs, other_graph.inputs, strict=True):
        shapes = (one_graph.tensor(here.tensor).shape, other_graph.tensor(there.tensor).shape)
        if not _fit(*shapes):
            return float("inf")
        flat.append(given[here.name])
    one, other = _run(copied(first), flat), _run(copied(second), flat)
    if [array.shape for array in one] != [array.shape for array in other]:
        return float("inf")
    return max(
        (float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True) if a.size), default=0.0
    )


def _fit(first: Shape, second: Shape) -> bool:
    """Whether an array could have both shapes."""
    return len(first) == len(second) and all(
        one == other or None in (one, other) for one, other in zip(first, second, strict=True)
    )


def trained_by(model: keras.Model, output: str) -> frozenset[str]:
    """Return the weights that a loss on one output alone can train.

    A copy takes one step down a loss of this output, and what moved is told. The losses of the
    model, if it is compiled, play no part.

    Args:
        model: A functional or built Sequential model.
        output: Name of the output.

    Returns:
        Paths of weights, as ``weight.path`` gives them, such as
        ``aux_output/kernel``. Frozen weights are not among them.

    Raises:
        ExperimentError: If the model cannot be copied or trained.

    Examples:
        >>> from layergraph import models
        >>> model = models.headline_popularity(vocabulary_size=50)
        >>> sorted({path.split("/")[0] for path in trained_by(model, "aux_output")})
        ['aux_output', 'embedding', 'lstm']
    """
    import keras

    copy = shaken(model)
    names = _output_names(model)
    if output not in names:
        raise KeyError(f"no output {output!r}; there are {', '.join(names)}")
    with doing(f"train the output `{output}` for one step"):
        part = keras.Model(copy.inputs, copy.outputs[names.index(output)])
        given = list(batch(copy, size=16).values())
        start = copy.get_weights()
        target = np.asarray(part(given, training=False))
        ends = []
        # What a step moves without an error, such as a penalty on weights, is not by this loss.
        # The factor keeps a gradient that is tiny, but there, from being lost in rounding.
        for error in (0.0, 1.0):
            copy.set_weights(start)
            part.compile(keras.optimizers.SGD(1e6), "mean_squared_error", run_eagerly=True)
            part.train_on_batch(given, target + error)
            ends.append(copy.get_weights())
    return frozenset(
        weight.path
        for weight, one, other in zip(model.weights, *ends, strict=True)
        if weight.trainable and not np.array_equal(one, other)
    )


def moved_by_fit(
    model: keras.Model,
    inputs: Mapping[str, Any] | None = None,
    targets: Any = None,  # noqa: ANN401 - whatever fit takes
) -> frozenset[str]:
    """Return the weights that one ``fit`` changes, statistics included.

    A copy, compiled as the model is, is fitted for one epoch. The copy is compiled anew: weights
    that were frozen after the model's own ``compile`` are frozen in it.

    Args:
        model: A compiled functional or Sequential model.
        inputs: Arrays by the names of the inputs; random ones by default.
        targets: What ``fit`` takes as ``y``; by default random ones that suit the losses.

    Returns:
        Paths of weights, such as ``dense/kernel``.

    Raises:
        ExperimentError: If the model is not compiled, or cannot be copied or fitted.

    Examples:
        >>> from layergraph import models
        >>> model = models.headline_popularity(vocabulary_size=50)
        >>> model.get_layer("embedding").trainable = False
        >>> model.compile("adam", loss=["binary_crossentropy"] * 2)
        >>> sorted({path.split("/")[0] for path in moved_by_fit(model)})
        ['aux_output', 'hidden_1', 'hidden_2', 'lstm', 'main_output']
    """
    import keras

    copy = _compiled_copy(model)
    given = batch(model, size=16) if inputs is None else inputs
    with doing("fit the model on a few random examples"):
        flat = [given[one.name] for one in read(model).inputs]
        y = _targets(copy, flat, seed=0) if targets is None else targets
        before = copy.get_weights()
        x = keras.tree.pack_sequence_as(copy.input, flat)
        copy.fit(x, y, epochs=1, batch_size=len(flat[0]), verbose=0)
    return frozenset(
        weight.path
        for weight, one, other in zip(model.weights, before, copy.get_weights(), strict=True)
        if not np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    )


def _compiled_copy(model: keras.Model) -> keras.Model:
    import keras

    if not getattr(model, "compiled", False):
        raise ExperimentError(
            "The model is not compiled, so it has no losses: call `model.compile` first."
        )
    copy = copied(model)
    if not copy.compiled:
        with (
            doing("compile a copy of the model with the same losses"),
            keras.saving.custom_object_scope(_own_objects(model)),
        ):
            copy.compile_from_config(model.get_compile_config())
    # For one batch this is quicker than to trace and compile a step.
    copy.run_eagerly, copy.jit_compile = True, False
    return copy


def _targets(model: keras.Model, given: Iterable[Any], *, seed: int) -> Any:  # noqa: ANN401
    """Random targets that the losses of a model accept, in the structure of its outputs."""
    import keras

    rng = np.random.default_rng(seed)
    made = []
    arrays = _run(copied(model), given)
    for output, array in zip(read(model).outputs, arrays, strict=True):
        words = " ".join(loss.name for loss in output.losses)
        if "sparse" in words:
            made.append(rng.integers(0, array.shape[-1], array.shape[:-1]))
        elif "categorical" in words and array.shape[-1] > 1:
            chosen = rng.integers(0, array.shape[-1], array.shape[:-1])
            made.append(np.eye(array.shape[-1], dtype="float32")[chosen])
        else:
            made.append(rng.integers(0, 2, array.shape).astype("float32"))
    return keras.tree.pack_sequence_as(model.output, made)


def weights_in_effect(model: keras.Model) -> dict[str, float]:
    """Measure with which weight the loss of each output counts in the total that training lowers.

    The targets of one output are changed at a time, and the change of the total is divided by
    that of the output's own loss. So weights that Keras gives to other outputs than they were
    meant for, which the names in ``compile`` do not show, are found.

    Args:
        model: A compiled functional or Sequential model.

    Returns:
        The weight of each output that has a loss, by the output's name.

    Raises:
        ExperimentError: If the model is not compiled, or cannot be copied or evaluated.

    Examples:
        >>> from layergraph import models
        >>> model = models.headline_popularity(vocabulary_size=50)
        >>> weights = {"main_output": 1.0, "aux_output": 0.2}
        >>> model.compile("adam", loss=["binary_crossentropy"] * 2, loss_weights=weights)
        >>> {name: round(weight, 3) for name, weight in weights_in_effect(model).items()}
        {'main_output': 0.2, 'aux_output': 1.0}
    """
    import keras

    copy = _compiled_copy(model)
    random = shaken(model)
    copy.set_weights(random.get_weights())
    flat = list(batch(model, size=16).values())
    with doing("evaluate the model on a few random examples"):
        x = keras.tree.pack_sequence_as(copy.input, flat)
        first, second = (keras.tree.flatten(_targets(copy, flat, seed=n)) for n in (0, 1))

        def losses(targets: list[Any]) -> dict[str, float]:
            y = keras.tree.pack_sequence_as(copy.output, targets)
            values = copy.evaluate(x, y, batch_size=len(flat[0]), verbose=0, return_dict=True)
            return {name: float(value) for name, value in values.items()}

        start = losses(first)
        # Only now Keras knows how it applies the losses.
        ends = read(copy).outputs
        found = {}
        for place, output in enumerate(ends):
            if not output.losses:
                continue
            changed = losses([*first[:place], second[place], *first[place + 1 :]])
            own = f"{output.name}_loss" if f"{output.name}_loss" in start else "loss"
            step = changed[own] - start[own]
            if own == "loss":  # of a model with one loss; its value is weighted already
                found[output.name] = output.losses[0].weight
            elif abs(step) > 1e-6:
                found[output.name] = (changed["loss"] - start["loss"]) / step
            else:
                raise ExperimentError(
                    f"The loss of `{output.name}` does not change with its targets."
                )
    return found


def saved_and_loaded(model: keras.Model) -> keras.Model:
    """Save a model, and load it again as somebody else would, in safe mode.

    Args:
        model: The model.

    Returns:
        The model that was loaded.

    Raises:
        ExperimentError: If it cannot be saved or loaded.

    Examples:
        >>> from layergraph import models, read
        >>> model = models.headline_popularity(vocabulary_size=50)
        >>> again = saved_and_loaded(model)
        >>> read(again) == read(model), difference(model, again)
        (True, 0.0)
    """
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        with doing("save the model"):
            model.save(path)
        with doing("load the model that was saved, in safe mode"):
            return keras.saving.load_model(path, safe_mode=True)
