"""Graders of the lesson ``beyond_functional``."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from layergraph.exercises import CannotGradeError, Check, check, exercise
from layergraph.experiments import ExperimentError, told
from layergraph.graph import read
from layergraph.graph.walks import opened, weights_behind

if TYPE_CHECKING:
    import keras

_PLACES, _WIDTH, _WORDS = 6, 3, 10


@exercise(
    "maximum-of-words",
    title="The maximum of the words",
    lesson="beyond_functional",
    own_process=True,
)
def maximum_of_words(layer: keras.Layer) -> Iterator[Check]:
    """Write a layer that takes the largest of each number among the words, padding left out."""
    import keras
    from keras import ops

    rng = np.random.default_rng(0)
    vectors = (-rng.random((4, _PLACES, _WIDTH)) - 0.5).astype("float32")
    layer = _copy(layer)
    try:
        given = _called(layer, ops.convert_to_tensor(vectors))
    except ExperimentError as error:
        if "mask" not in inspect.signature(layer.call).parameters:
            raise
        raise CannotGradeError(
            f"{error} That is without a mask: where `mask` is `None`, `call` should take all words."
        ) from error
    wanted = vectors.max(axis=1)
    right = _close(given, wanted)
    yield check(
        right,
        right="Without a mask it gives the largest of each number over all places.",
        wrong=_not_the_maximum(given, vectors),
    )
    if not right:
        return

    # Words at several places, and padding in front too: the mask tells, not the place.
    ids = np.array([[3, 4, 0, 0, 0, 0], [0, 0, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6], [9, 0, 0, 0, 0, 0]])
    table = (-rng.random((_WORDS, _WIDTH)) - 0.5).astype("float32")
    table[0] = 0.5  # larger than all words
    model = _around(layer, table)
    result = _called(model, ops.convert_to_tensor(ids))
    wanted = np.array([table[row[row > 0]].max(axis=0) for row in ids])
    right = _close(result, wanted)
    no_mask = _close(result, table[ids].max(axis=1))
    yield check(
        right,
        right="Behind an embedding with a mask, padding does not count, even where all words are "
        "negative.",
        wrong="Behind an embedding with `mask_zero=True`, padding counts: "
        + (
            "give `call` an argument `mask=None`, which Keras fills, and use it."
            if no_mask
            else "before the maximum, put a number far below zero, such as `-1e9`, where the mask "
            "is `False`. (It is `True` at the words, and a zero is larger than all negative "
            "numbers.)"
        ),
    )
    if not right:
        return

    graph = read(model)
    ends = not any(graph.tensor(one.tensor).masked for one in graph.outputs)
    yield check(
        ends,
        right="The mask ends at the layer.",
        wrong="The layer hands on the mask, whose places are gone: leave out "
        "`supports_masking`, or let `compute_mask` return `None`.",
    )

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        try:
            model.save(path)
            loaded = keras.saving.load_model(path, safe_mode=True)
        except Exception as error:  # whatever a class of the reader's may raise
            yield Check(False, _why_not_loaded(error, type(layer).__name__))
            return
    again = _called(loaded, ops.convert_to_tensor(ids))
    yield check(
        _close(result, again),
        right="A model with it is saved, loaded in safe mode, and gives the same.",
        wrong="A model with it is saved and loaded, and then gives other numbers: is a setting "
        "missing in `get_config`?",
    )


def _not_the_maximum(given: NDArray[Any] | None, vectors: NDArray[np.float32]) -> str:
    start = "Without a mask the layer should give the largest of each number over all places. "
    if given is None:
        return f"{start}It gives several tensors, or none."
    if _close(given, vectors.max(axis=2)):
        return f"{start}It takes the maximum within each word: the places are `axis=1`."
    if _close(given, vectors.mean(axis=1)):
        return f"{start}It gives the average."
    if _close(given, vectors.max(axis=1, keepdims=True)):
        return f"{start}It keeps the axis of the places: leave out `keepdims`."
    if given.shape != (len(vectors), _WIDTH):
        return (
            f"{start}For {len(vectors)} tweets with vectors of {_WIDTH} numbers it gives the "
            f"shape {given.shape} instead of {(len(vectors), _WIDTH)}."
        )
    return (
        f"{start}For words that are all negative, its largest number is {given.max():.2f}, and it "
        f"should be {vectors.max():.2f}."
    )


def _why_not_loaded(error: Exception, name: str) -> str:
    words = str(error)
    if "`Lambda` layer" in words:
        return (
            "A model with it is saved, and refused in safe mode, because a `lambda` is code: write "
            "a class instead, with a `call`."
        )
    if "Could not locate" in words:
        return (
            f"A model with it is saved, and cannot be loaded: Keras cannot find `{name}`. Put "
            '`@keras.saving.register_keras_serializable(package="answer")` above the class, and '
            "make the layer again."
        )
    if "unexpected keyword argument" in words:
        return (
            "A model with it is saved, and cannot be loaded: `__init__` refuses what every layer "
            "takes. Let it take `**kwargs`, and hand them on to `super().__init__(**kwargs)`."
        )
    if isinstance(error, NotImplementedError):
        return (
            "A model with it cannot be saved: Keras cannot note the settings of `__init__` by "
            "itself. Write `get_config`."
        )
    return f"A model with it cannot be saved and loaded: {told(error)}"


def _around(layer: keras.Layer, table: NDArray[np.float32]) -> keras.Model:
    """A model of an embedding with a mask, and the layer."""
    import keras
    from keras import layers

    ids = keras.Input((_PLACES,), dtype="int32", name="ids")
    embedding = layers.Embedding(_WORDS, _WIDTH, mask_zero=True, name="embedding_of_the_grader")
    try:
        model = keras.Model(ids, layer(embedding(ids)))
    except Exception as error:  # whatever a class of the reader's may raise
        # Keras tells first what it made of the error, and then the error.
        _, _, cause = str(error).partition("Error encountered:")
        words = told(type(error)(cause)) if cause.strip() else told(error)
        raise CannotGradeError(
            f"The layer cannot be called in a functional model: {words}"
        ) from error
    embedding.set_weights([table])
    return model


def _copy(layer: keras.Layer) -> keras.Layer:
    """The layer anew, so that the reader's own gets no call more; itself if that fails."""
    try:
        copy = type(layer).from_config(layer.get_config())
    except Exception:  # what is missing is told when the model is loaded
        return layer
    copy.supports_masking = layer.supports_masking
    return copy


@exercise(
    "back-to-functional",
    title="Back to the functional form",
    lesson="beyond_functional",
    own_process=True,
)
def back_to_functional(original: keras.Model, model: keras.Model) -> Iterator[Check]:
    """Write the subclassed same-author model in functional form, with the same weights."""
    from keras import ops

    if not original.built:
        raise CannotGradeError(
            "The first model, the subclassed one, has no weights yet: call it once on data, as "
            "the cell to start from does."
        )
    functional = _is_functional(model)
    yield check(
        functional,
        right="The model is a graph.",
        wrong="The two models have changed places: the class comes first, and your answer second."
        if _is_functional(original)
        else f"`{type(model).__name__}` is still a class with a `call`: make tensors with "
        "`Input`, call layers on them, and close the graph with `Model(inputs, outputs)`.",
    )
    if not functional:
        return

    graph = opened(read(model))
    ends = [graph.tensor(one.tensor) for one in graph.inputs]
    two = [one.dtype[:3] for one in ends] == ["int", "int"]
    yield check(
        two,
        right="It takes the ids of two tweets.",
        wrong="It should take the ids of two tweets, so have two inputs with "
        f'`dtype="int32"`; it has {len(ends)}, of {", ".join(one.dtype for one in ends)}.',
    )
    if not two:
        return

    classes = {layer.class_name for layer in graph.layers}
    if "Lambda" in classes:
        yield check(
            False,
            right="",
            wrong="There is a `Lambda` in it, which is not loaded in safe mode, or not without "
            "your function: call `keras.ops` on the tensors instead.",
        )
        return
    own = sorted(
        layer.class_name for layer in graph.layers if not layer.module.startswith("keras.")
    )
    yield check(
        not own,
        right="All its layers are those of Keras, so it loads without the class.",
        wrong=f"`{(own or [''])[0]}` is in it as one box: call the layers that it is made of, "
        "one by one, on tensors.",
    )
    if own:
        return

    first, second = (weights_behind(graph, one.name) for one in graph.inputs)
    shared = bool(first) and first == second
    yield check(
        "Embedding" in classes and shared,
        right="Both tweets go through the same embedding.",
        wrong="The two tweets do not go through the same embedding: make one `Embedding`, and "
        "call it on both.",
    )
    if not ("Embedding" in classes and shared):
        return

    mine, theirs = (sorted(tuple(w.shape) for w in one.weights) for one in (model, original))
    yield check(
        mine == theirs,
        right="It has weights of the same shapes as the class.",
        wrong=f"Its weights have the shapes {_shapes(mine)}, and those of the class "
        f"{_shapes(theirs)}: look for a layer that is missing, doubled, or of another width.",
    )
    if mine != theirs:
        return

    sizes = [dict(layer.facts).get("input_dim") for layer in graph.layers]
    bound = min(int(size) for size in sizes if isinstance(size, int))
    rng = np.random.default_rng(0)
    length = ends[0].shape[-1] or 12
    pairs = rng.integers(1, bound, size=(2, 16, length))
    full = [ops.convert_to_tensor(one.astype("int32")) for one in pairs]
    words = rng.integers(1, max(2, length // 2), size=(2, 16, 1))
    padded_ids = np.where(np.arange(length) < words, pairs, 0)
    padded = [ops.convert_to_tensor(one.astype("int32")) for one in padded_ids]

    values = [ops.convert_to_numpy(one) for one in original.weights]
    carried = all(
        any(_close(ops.convert_to_numpy(one), value) for value in values) for one in model.weights
    )
    yield check(
        carried,
        right="Its weights are those of the class.",
        wrong="Its weights are not those of the class: for each layer that has any, "
        "`answer.get_layer(name).set_weights(original.get_layer(name).get_weights())`.",
    )
    if not carried:
        return

    alike = _close(_called(original, full), _called(model, _fed(model, full)))
    yield check(
        alike,
        right="For tweets without padding both give the same.",
        wrong="For tweets without padding the two models differ: compare, step by step, what "
        "happens between the two vectors and the prediction.",
    )
    if not alike:
        return
    yield check(
        _close(_called(original, padded), _called(model, _fed(model, padded))),
        right="With padding, too.",
        wrong="With padding the two models differ: the class averages the words alone. That takes "
        "`mask_zero=True` at the embedding, and after it a layer that uses the mask, such as "
        "`GlobalAveragePooling1D`.",
    )


def _is_functional(model: keras.Model) -> bool:
    try:
        read(model)
    except (TypeError, ValueError):
        return False
    return True


def _fed(model: keras.Model, tensors: list[Any]) -> Any:  # noqa: ANN401 - list or dict of tensors
    names = [one.path[0] for one in read(model).inputs if one.path]
    if len(names) == len(tensors) and all(isinstance(name, str) for name in names):
        return dict(zip(names, tensors, strict=True))
    return tensors


def _called(one: keras.Layer, given: Any) -> NDArray[Any] | None:  # noqa: ANN401
    """Call a layer or model and return its only output; None if it has several."""
    from keras import ops

    try:
        result = one(given)
        while isinstance(result, (list, tuple, dict)):
            parts = list(result.values()) if isinstance(result, dict) else list(result)
            if len(parts) != 1:
                return None
            result = parts[0]
        return None if result is None else np.asarray(ops.convert_to_numpy(result))
    except Exception as error:  # whatever a class of the reader's may raise
        raise CannotGradeError(f"`{type(one).__name__}` cannot be called: {told(error)}") from error


def _shapes(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes))


def _close(one: NDArray[Any] | None, two: NDArray[Any] | None) -> bool:
    if one is None or two is None or one.shape != two.shape:
        return False
    return bool(np.allclose(one, two, rtol=1e-5, atol=1e-5))
