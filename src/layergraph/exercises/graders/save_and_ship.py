"""Graders of the lesson ``save_and_ship``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from layergraph.exercises import CannotGradeError, Check, check, exercise
from layergraph.experiments import told
from layergraph.graph import LayerGraph, read
from layergraph.graph.walks import opened, sources

if TYPE_CHECKING:
    import keras

_COUNTS = np.array(
    [[0, 0], [0, 3], [1, 1], [2, 5], [40, 7], [900, 2_000], [12_345, 60]], dtype="float32"
)


@exercise("save-without-lambda", title="Save without a Lambda", lesson="save_and_ship")
def save_without_lambda(model: keras.Model) -> Iterator[Check]:
    """Build the model of shares of counts so that anyone can load it."""
    graph = read(model)
    shapes = [graph.tensor(one.tensor).shape for one in graph.inputs]
    one_pair = len(shapes) == 1 and shapes[0][1:] in ((2,), (None,))
    yield check(
        one_pair,
        right="The model takes the two counts as one input.",
        wrong=f"The inputs have the shapes {shapes}: there should be one, with the two counts "
        "of a tweet, made by `Input(shape=(2,))`.",
    )
    if not one_pair:
        return

    logs = np.log1p(_COUNTS)
    wanted = logs / (logs.sum(axis=-1, keepdims=True) + 1e-3)
    given = _run(model, graph, [_COUNTS])
    right = _close(given, wanted)
    yield check(
        right,
        right="It gives the shares that the `Lambda` gave.",
        wrong=_what_is_wrong(given, logs),
    )
    if not right:
        return

    inner = opened(graph)
    classes = {layer.class_name: layer.module for layer in inner.layers}
    yield check(
        "Lambda" not in classes,
        right="There is no `Lambda` in it.",
        wrong="There is a `Lambda` in it. A file holds its code, which safe mode refuses, or the "
        "name of a function that others do not have: call `ops.log1p` and `ops.sum` on the tensors "
        "instead.",
    )
    own = sorted(name for name, module in classes.items() if not module.startswith("keras."))
    if own:
        yield check(
            False,
            right="",
            wrong=f"`{own[0]}` is a class of your own, and a file holds its name alone: whoever "
            "does not have your code cannot load it, even if it is registered. Nothing but "
            "`keras.ops` is needed here.",
        )
    if "Lambda" in classes or own:
        return
    yield from _survives(model, graph, [_COUNTS], anywhere=True)


def _what_is_wrong(given: NDArray[Any] | None, logs: NDArray[np.float32]) -> str:
    """Say what the numbers look like, if it is one of the likely mistakes."""
    total = logs.sum(axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        plain = _COUNTS / (_COUNTS.sum(axis=-1, keepdims=True) + 1e-3)
        no_one = np.log(_COUNTS) / (np.log(_COUNTS).sum(axis=-1, keepdims=True) + 1e-3)
        likely = {
            "They are the shares of the counts themselves: take `ops.log1p` of the counts first.": (
                plain
            ),
            "It takes the logarithm of x, and not of 1 + x: use `ops.log1p`.": no_one,
            "They are the logarithms, which are still to be divided by the sum of both.": logs,
            "The small number is missing: add `1e-3` to the sum, or a tweet with two zeros "
            "divides by zero.": logs / total,
            "The sum goes over the whole batch, and should go over the two counts of each tweet: "
            "give `ops.sum` the `axis=-1`.": logs / (logs.sum() + 1e-3),
        }
    for words, numbers in likely.items():
        if _close(given, numbers):
            return f"It does not give the shares that the `Lambda` gave. {words}"
    if given is None or given.shape != logs.shape:
        shape = None if given is None else given.shape
        return (
            f"For {len(logs)} tweets the model gives an array of shape {shape}, and it should be "
            f"{logs.shape}: a share of retweets and one of likes. Does `ops.sum` have "
            "`axis=-1, keepdims=True`?"
        )
    with np.errstate(all="ignore"):
        added = logs[2] / given[2] - total[2]  # what the sum was made larger by
        if _close(given, logs / (total + added)):
            return (
                "It nearly gives the shares that the `Lambda` gave, but what is added to the sum "
                "is not `1e-3`."
            )
    wanted = (logs / (total + 1e-3))[3]
    return (
        "It does not give the shares that the `Lambda` gave: for the counts "
        f"{_COUNTS[3].astype(int).tolist()} they are {_numbers(wanted)}, and yours are "
        f"{_numbers(given[3])}."
    )


def _numbers(row: NDArray[Any]) -> str:
    return "[" + ", ".join(f"{one:.3f}" for one in row) + "]"


@exercise("two-texts-in-one-call", title="Two texts in one call", lesson="save_and_ship")
def two_texts_in_one_call(model: keras.Model) -> Iterator[Check]:
    """Build a model that takes two texts and says whether one person wrote both."""
    graph = read(model)
    dtypes = [graph.tensor(one.tensor).dtype for one in graph.inputs]
    yield check(
        dtypes == ["string", "string"],
        right="The model takes two texts.",
        wrong=f"{_inputs(dtypes)}: there should be two, both texts, each made by "
        '`Input(shape=(), dtype="string")`. Ids are made within the model.',
    )
    if dtypes != ["string", "string"]:
        return

    inner = opened(graph)
    calls = [
        call for call in inner.calls if inner.layer(call.layer).class_name == "TextVectorization"
    ]
    read_texts = {sources(inner, call.outputs[0]) for call in calls}
    each = read_texts == {(one.name,) for one in inner.inputs}
    yield check(
        each,
        right="Each text goes through a `TextVectorization`.",
        wrong="Each text should go through a `TextVectorization` by itself, which is called "
        f"{_times(len(calls))} here: call the vectoriser on one text, and then on the other.",
    )
    if not each:
        return

    vectorisers = [layer for layer in _layers(model) if type(layer).__name__ == "TextVectorization"]
    words = [[str(word) for word in one.get_vocabulary()] for one in vectorisers]
    yield check(
        all(len(one) > 2 for one in words),
        right="The vectoriser has a vocabulary.",
        wrong="The vectoriser has no words in its vocabulary, so that every word is unknown: "
        "call `adapt` with texts first, or use the vectoriser of the lesson.",
    )
    if not all(len(one) > 2 for one in words):
        return
    settings = [
        {key: value for key, value in one.get_config().items() if key not in ("name", "vocabulary")}
        for one in vectorisers
    ]
    alike = all(one == words[0] for one in words) and all(one == settings[0] for one in settings)
    yield check(
        alike,
        right="Both texts get their ids from the same vocabulary.",
        wrong="There are two vectorisers with different words or settings, so the same word gets "
        "two ids: make one vectoriser, and call it twice.",
    )
    if not alike:
        return

    # The rarest words have the largest ids, which the model of ids must know too.
    known = words[0][2:]
    few = [
        " ".join((*known[:4], *["unknowable"] * place, *known[-1 - place :]))
        for place in (0, 1, 2, 5)
    ]
    texts, others = (np.array(one, dtype=object) for one in (few, [*few[1:], few[0]]))
    given = _run(
        model,
        graph,
        [texts, others],
        advice="If it is about an index, the vectoriser knows more words than the model has ids: "
        "`max_tokens` must not be above `vocabulary_size`.",
    )
    fits = given is not None and given.shape == (4, 1) and bool(np.isfinite(given).all())
    yield check(
        fits,
        right="It runs on texts, and gives one number for each pair.",
        wrong=f"For four pairs of texts the model gives {_told(given)}; it should be one number "
        "for each pair, the output of the model of ids.",
    )
    if not fits:
        return
    swapped = _run(model, graph, [others, texts])
    first = _run(model, graph, [others, others])
    second = _run(model, graph, [texts, texts])
    reads_both = not (_close(given, first, 1e-7) or _close(given, second, 1e-7))
    yield check(
        reads_both,
        right="The answer depends on both texts.",
        wrong="One of the texts changes nothing: is one tensor of ids given to the model twice?",
    )
    if not reads_both:
        return
    yield check(
        _close(given, swapped),
        right="It does not matter which text comes first.",
        wrong="The answer changes when the two texts change places: the model of ids is "
        "symmetric, so both texts must be made into ids in the same way before it.",
    )
    yield from _survives(model, graph, [texts, others])


def _survives(
    model: keras.Model,
    graph: LayerGraph,
    inputs: Sequence[NDArray[Any]],
    *,
    anywhere: bool = False,
) -> Iterator[Check]:
    """Check that a model can be saved, loaded in safe mode, and then gives the same.

    With ``anywhere``, Keras forgets what is registered while it loads.
    """
    import keras

    before = _run(model, graph, inputs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        try:
            model.save(path)
            with _nothing_registered() if anywhere else nullcontext():
                loaded = keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # whatever a layer may raise
            if "Could not locate" in str(error):
                advice = (
                    "whoever does not have your code cannot load it, even if it is registered. "
                    "Nothing but `keras.ops` is needed here."
                    if anywhere
                    else "put `@keras.saving.register_keras_serializable()` above it, so that "
                    "Keras finds it."
                )
                yield check(
                    False,
                    right="",
                    wrong="A function or class of your own is in it, and a file holds its name "
                    f"alone: {advice}",
                )
                return
            words = " ".join(str(error).split(". ")[0].split()).replace(str(path), path.name)
            yield check(
                False,
                right="",
                wrong=f"Saved and loaded in safe mode, the model raises: {words[:200]}.",
            )
            return
        after = _run(loaded, read(loaded), inputs)
    yield check(
        _close(before, after),
        right="Saved and loaded in safe mode, it gives the same.",
        wrong="Saved and loaded, the model gives other numbers: something that it computes with "
        "is not in the file.",
    )


@contextmanager
def _nothing_registered() -> Iterator[None]:
    """Let Keras know no function or class but its own."""
    import keras

    registered = keras.saving.get_custom_objects()
    kept = dict(registered)
    registered.clear()
    try:
        yield
    finally:
        registered.update(kept)


def _run(
    model: keras.Model, graph: LayerGraph, inputs: Sequence[NDArray[Any]], *, advice: str = ""
) -> NDArray[Any] | None:
    """Call a model and return its only output; None if it has several.

    Raises:
        CannotGradeError: It does not run; the message says why, with the advice.
    """
    from keras import ops

    tensors = [ops.convert_to_tensor(one) for one in inputs]
    given: Any = tensors
    if all(one.path and isinstance(one.path[0], str) for one in graph.inputs):
        given = {one.path[0]: t for one, t in zip(graph.inputs, tensors, strict=True)}
    elif len(tensors) == 1 and not graph.inputs[0].path:
        given = tensors[0]
    try:
        result = model(given, training=False)
        while isinstance(result, (list, tuple, dict)):
            parts = list(result.values()) if isinstance(result, dict) else list(result)
            if len(parts) != 1:
                return None
            result = parts[0]
        return np.asarray(ops.convert_to_numpy(result))
    except Exception as error:  # whatever a layer may raise
        words = f"The model does not run: {told(error).rstrip('.')}."
        raise CannotGradeError(f"{words} {advice}".strip()) from error


def _layers(model: keras.Model) -> list[keras.Layer]:
    """All layers of a model, those of models within included, each once."""
    found: dict[int, keras.Layer] = {}
    ahead: list[Any] = [model]
    while ahead:
        layer = ahead.pop()
        found[id(layer)] = layer
        ahead += [one for one in getattr(layer, "layers", ()) if id(one) not in found]
    return list(found.values())


def _close(one: NDArray[Any] | None, two: NDArray[Any] | None, margin: float = 1e-5) -> bool:
    if one is None or two is None or one.shape != two.shape:
        return False
    return bool(np.allclose(one, two, rtol=margin, atol=margin, equal_nan=True))


def _inputs(dtypes: Sequence[str]) -> str:
    if len(dtypes) == 1:
        return f"There is one input, of the type {dtypes[0]}"
    return f"The inputs are of the types {', '.join(dtypes)}"


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _told(given: NDArray[Any] | None) -> str:
    if given is None:
        return "several outputs"
    if not np.isfinite(given).all():
        return "what is not a number"
    return f"an array of shape {given.shape}"
