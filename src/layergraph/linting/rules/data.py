"""What fit is given, against what the model takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layergraph.linting._registry import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from layergraph.graph import Input, Layer, LayerGraph, Output
    from layergraph.linting._case import Case
    from layergraph.linting._data import Given
    from layergraph.linting._finding import Finding

    Array = NDArray[Any]

# Fractions are looked for among so many numbers, as a copy is made of them.
_SOME = 1_000_000
# Layers and operations that leave each id as it is.
_PASSING = (
    "Cast",
    "Copy",
    "ExpandDims",
    "Flatten",
    "Identity",
    "Permute",
    "Ravel",
    "RepeatVector",
    "Reshape",
    "Squeeze",
    "StopGradient",
    "Transpose",
)
_EMBEDDINGS = ("Embedding", "ReversibleEmbedding")
_LOSSES_OF_CLASSES = ("sparse_categorical_crossentropy",)
# Losses of Keras that give one number for each place but the last axis.
_LOSSES_OF_LAST_AXIS = (
    *_LOSSES_OF_CLASSES,
    "binary_crossentropy",
    "categorical_crossentropy",
    "mean_absolute_error",
    "mean_squared_error",
    "mse",
    "mae",
)


@dataclass(frozen=True)
class _Ends:
    """The inputs or the outputs, by the names that data is given by.

    ``kind`` is ``"one"``, ``"list"``, ``"dict"`` or ``"nested"``. Those of a dict are in the
    alphabetical order of its keys, which is the order in which Keras takes a list.
    """

    kind: str
    keys: tuple[str, ...]


def _ends(ends: Sequence[Input] | Sequence[Output]) -> _Ends:
    paths = [one.path for one in ends]
    if len(paths) == 1 and (not paths[0] or isinstance(paths[0][0], int)):
        return _Ends("one", (ends[0].name,))
    if any(len(path) != 1 for path in paths):
        return _Ends("nested", tuple(one.name for one in ends))
    if all(isinstance(path[0], str) for path in paths):
        return _Ends("dict", tuple(str(path[0]) for path in paths))
    return _Ends("list", tuple(one.name for one in ends))


def _own_training(case: Case) -> bool:
    """Whether the reader's own class decides what becomes of the data."""
    import keras

    if case.model is None:
        return case.graph.class_name not in ("Functional", "Sequential")
    own, plain = type(case.model), keras.Model
    return any(getattr(own, name, None) is not getattr(plain, name, None) for name in _STEPS)


_STEPS = ("train_step", "fit", "compute_loss")


def _inputs(case: Case) -> dict[int, Array]:
    """The arrays that the inputs are meant to get, by the number of the input."""
    given = case.data and case.data.x
    ends = _ends(case.graph.inputs)
    if not given or given.kind == "nested" or ends.kind == "nested" or _own_training(case):
        return {}
    written = _written(case, "input")
    if given.kind in ("list", "tuple") and written and written != ends.keys:
        return {}  # refused whatever the arrays are
    return _by_number(given, ends)


def _targets(case: Case) -> dict[int, Array]:
    """The arrays that the outputs get as targets, by the number of the output."""
    given = case.data and case.data.y
    ends = _ends(case.graph.outputs)
    if not given or given.kind == "nested" or ends.kind == "nested" or _own_training(case):
        return {}
    return _by_number(given, ends)


def _by_number(given: Given, ends: _Ends) -> dict[int, Array]:
    out = given.unseen | given.nothing | given.refused
    arrays = {
        key: array
        for key, array in zip(given.keys, given.arrays, strict=True)
        if key not in out and array.ndim
    }
    if given.kind == "dict":
        return {number: arrays[key] for number, key in enumerate(ends.keys) if key in arrays}
    if len(given.keys) != len(ends.keys):
        return {}
    return {number: arrays[key] for number, key in enumerate(given.keys) if key in arrays}


def _listed(names: Sequence[str]) -> str:
    """Names as code: `a`, `b` and `c`."""
    code = [f"`{name}`" for name in names]
    if len(code) < 2:
        return code[0] if code else "none"
    return f"{', '.join(code[:-1])} and {code[-1]}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _range(array: Array) -> tuple[float, float] | None:
    """The least and the greatest number, NaN if one is NaN; None where there are none."""
    if array.dtype.kind not in "biuf" or not array.size:
        return None
    with np.errstate(all="ignore"):
        return float(array.min()), float(array.max())


def _has_fractions(array: Array) -> bool:
    if array.dtype.kind != "f":
        return False
    step = max(1, array.size // _SOME)
    some = array[::step] if array.ndim else array
    with np.errstate(all="ignore"):
        return bool((np.isfinite(some) & (some != np.floor(some))).any())


# Names and counts


@rule("LG301", "extra-input-key", page="data", needs="data", severities=("error", "hint"))
def extra_input_key(case: Case, this: Rule) -> Iterator[Finding]:
    """The inputs are given with a key or an array too many, and Keras goes by the order."""
    given, ends = case.data and case.data.x, _ends(case.graph.inputs)
    if not given or _own_training(case):
        return
    if case.graph.class_name == "Sequential" and ends.kind == "one":
        if given.kind in ("list", "tuple") and len(given.keys) > 1 and not given.refused:
            yield this.finding(
                "error",
                f"`{case.graph.name}` takes one array and was given "
                f"{len(given.keys)}: a Sequential model uses the first one and forgets the rest.",
                case.graph.name,
                repair="keras.Model(inputs=[first, second], outputs=output)",
            )
        return
    if given.kind != "dict" or ends.kind != "dict" or not set(ends.keys) <= set(given.keys):
        return
    extra = [key for key in given.keys if key not in ends.keys]
    # Keras sorts all keys, and takes as many as there are inputs.
    used = dict(zip(ends.keys, sorted(given.keys), strict=False))
    wrong = [key for key in ends.keys if used[key] != key]
    repair = f"x = {{name: x[name] for name in {list(ends.keys)!r}}}"
    if wrong:
        told = ", ".join(f"`{key}` gets the array of `{used[key]}`" for key in wrong)
        yield this.finding(
            "error",
            f"{_listed(extra)} among the inputs is none of the model's, and Keras goes by the "
            f"alphabetical order of the keys: {told}.",
            *wrong,
            repair=repair,
        )
    elif extra:
        yield this.finding(
            "hint",
            f"{_listed(extra)} among the inputs is none of the model's: Keras warns, and takes "
            f"the right arrays only because {_listed(ends.keys)} come first in the alphabet.",
            *extra,
            repair=repair,
        )


@rule("LG302", "inputs-missing", page="data", needs="data", severities=("error",))
def inputs_missing(case: Case, this: Rule) -> Iterator[Finding]:
    """An input is given no array, or there are more arrays than inputs."""
    given, ends = case.data and case.data.x, _ends(case.graph.inputs)
    if not given or given.kind == "nested" or ends.kind == "nested" or _own_training(case):
        return
    if given.refused:
        return
    optional = {key for key, one in zip(ends.keys, case.graph.inputs, strict=True) if one.optional}
    if given.kind == "dict":
        missing = [key for key in ends.keys if key not in given.keys]
        if missing:
            yield this.finding(
                "error",
                f"Nothing is given for {_listed(missing)}: the keys of the inputs are "
                f"{_listed(given.keys)}, and the model reads "
                f"{_listed(ends.keys)}.",
                *missing,
            )
        empty = [key for key in ends.keys if key in given.nothing and key not in optional]
    else:
        one_too_many = case.graph.class_name == "Sequential" and len(given.keys) > 1
        if len(given.keys) != len(ends.keys) and not one_too_many:
            yield this.finding(
                "error",
                f"The model reads {_count(len(ends.keys), 'input')}, {_listed(ends.keys)}, and is "
                f"given {_count(len(given.keys), 'array')}.",
                *ends.keys,
                repair="x = {" + ", ".join(f"{key!r}: ..." for key in ends.keys) + "}",
            )
            return
        pairs = zip(ends.keys, given.keys, strict=False)
        empty = [key for key, place in pairs if place in given.nothing and key not in optional]
    if empty:
        yield this.finding("error", f"{_listed(empty)} is given `None`, and not optional.", *empty)


@rule("LG303", "list-for-dict-inputs", page="data", needs="data", severities=("error", "hint"))
def list_for_dict_inputs(case: Case, this: Rule) -> Iterator[Finding]:
    """A model that takes a dict is given a list."""
    given, ends = case.data and case.data.x, _ends(case.graph.inputs)
    if not given or ends.kind != "dict" or given.kind not in ("list", "tuple"):
        return
    if len(given.keys) != len(ends.keys) or given.refused or _own_training(case):
        return
    written = _written(case, "input")
    repair = "x = {" + ", ".join(f"{key!r}: ..." for key in written or ends.keys) + "}"
    if written and written != ends.keys:
        yield this.finding(
            "error",
            f"The inputs are a dict with the keys {_listed(written)}, which are in no "
            "alphabetical order, so Keras refuses a list.",
            *written,
            repair=repair,
        )
    elif len(ends.keys) > 1:
        yield this.finding(
            "hint",
            f"The inputs are a dict, and a list goes to {_listed(ends.keys)} in this order.",
            *ends.keys,
            repair=repair,
        )


def _written(case: Case, end: str) -> tuple[str, ...]:
    """The keys of the dict of inputs or outputs as they were written; empty if not known."""
    structure = getattr(case.model, end, None)
    return tuple(map(str, structure)) if isinstance(structure, dict) else ()


@rule(
    "LG304",
    "list-for-dict-outputs",
    page="data",
    needs="data",
    severities=("error", "warning", "hint"),
)
def list_for_dict_outputs(case: Case, this: Rule) -> Iterator[Finding]:
    """Outputs that are a dict are given a list of targets, which Keras takes alphabetically."""
    given, ends = case.data and case.data.y, _ends(case.graph.outputs)
    written = _written(case, "output")
    if not given or given.kind not in ("list", "tuple") or ends.kind != "dict" or not written:
        return
    outputs = dict(zip(ends.keys, case.graph.outputs, strict=True))
    trained = [key for key in ends.keys if outputs[key].losses]
    keys = list(ends.keys) if len(given.keys) == len(ends.keys) else trained
    meant = [key for key in written if key in keys]
    if len(given.keys) != len(keys) or keys == meant or _own_training(case):
        return
    if given.refused or given.unseen or any(not one.ndim for one in given.arrays):
        return
    arrays = given.arrays
    if all(one is arrays[0] for one in arrays):
        return
    as_taken = all(
        _fits_output(case, outputs[key], one) for key, one in zip(keys, arrays, strict=True)
    )
    as_meant = all(
        _fits_output(case, outputs[key], one) for key, one in zip(meant, arrays, strict=True)
    )
    repair = "y = {" + ", ".join(f"{key!r}: ..." for key in meant) + "}"
    start = f"The outputs are a dict, so a list of targets goes to {_listed(keys)} in this order"
    if as_taken and not as_meant:
        yield this.finding(
            "hint", f"{start}, which the arrays fit; a dict says it.", *keys, repair=repair
        )
    else:
        yield this.finding(
            "error" if as_meant and not as_taken else "warning",
            f"{start}, the alphabetical one, and not to {_listed(meant)} as they were written.",
            *keys,
            repair=repair,
        )


def _fits_output(case: Case, output: Output, array: Array) -> bool:
    """Whether an array may be the target of an output."""
    shape = list(case.graph.tensor(output.tensor).shape)
    losses = {one.name for one in output.losses}
    size, found = shape[-1] if len(shape) > 1 else None, _range(array)
    if losses & set(_LOSSES_OF_CLASSES):
        shape = shape[:-1]
        if found and (_has_fractions(array) or found[0] < 0 or (size and found[1] >= size)):
            return False
    if "binary_crossentropy" in losses and found and not 0 <= found[0] <= found[1] <= 1:
        return False
    return _same(_squeezed(shape), _squeezed(list(array.shape)))


def _squeezed(shape: list[int | None]) -> list[int | None]:
    return shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape


def _same(wanted: Sequence[int | None], has: Sequence[int | None]) -> bool:
    """Whether a shape fits, whatever the number of rows."""
    return len(wanted) == len(has) and all(
        one is None or two is None or one == two
        for one, two in zip(wanted[1:], has[1:], strict=True)
    )


# Swapped arrays


@rule("LG305", "inputs-swapped", page="data", needs="data", severities=("error",))
def inputs_swapped(case: Case, this: Rule) -> Iterator[Finding]:
    """Two inputs get arrays that fit only the other way round."""
    for one, two in _swapped(case):
        names = case.graph.inputs[one].name, case.graph.inputs[two].name
        yield this.finding(
            "error",
            f"{_listed(names)} have got each other's arrays: by shape, kind of numbers or ids, "
            "they fit only the other way round.",
            *names,
        )


def _swapped(case: Case) -> list[tuple[int, int]]:
    arrays = _inputs(case)
    if len(arrays) != len(case.graph.inputs) or len(arrays) < 2:
        return []
    reads = _embeddings_of(case.graph)
    fits = {
        number: _fits_input(case.graph, number, array, reads) for number, array in arrays.items()
    }
    found: list[tuple[int, int]] = []
    taken: set[int] = set()
    for one in (number for number, fit in fits.items() if not fit):
        for two in arrays:
            if (
                one != two
                and not taken & {one, two}
                and _fits_input(case.graph, one, arrays[two], reads)
                and _fits_input(case.graph, two, arrays[one], reads)
            ):
                found.append((one, two))
                taken |= {one, two}
    return found


def _in_swap(case: Case) -> set[int]:
    return {number for pair in _swapped(case) for number in pair}


def _fits_input(
    graph: LayerGraph, number: int, array: Array, reads: Mapping[str, list[tuple[str, int]]]
) -> bool:
    one = graph.inputs[number]
    tensor = graph.tensor(one.tensor)
    if _shape_problem(tensor.shape, array.shape) or one.sparse:
        return False
    if tensor.dtype == "string" or array.dtype.kind not in "biuf":
        return tensor.dtype == "string" and array.dtype.kind not in "biuf"
    found = _range(array)
    rows = min((rows for _, rows in reads.get(one.tensor, [])), default=None)
    if found is None:
        return True
    if rows is not None and not 0 <= found[0] <= found[1] < rows:
        return False
    return not ((rows is not None or "int" in tensor.dtype) and _has_fractions(array))


# Ids


def _embeddings_of(graph: LayerGraph) -> dict[str, list[tuple[str, int]]]:
    """The embeddings that read each tensor unchanged: their names and numbers of rows."""
    readers: dict[str, list[tuple[str, int]]] = {}
    # From the end, so that what reads a tensor further on is known already.
    for call in reversed(graph.calls):
        if not call.inputs:
            continue
        layer, first = graph.layer(call.layer), call.inputs[0]
        found = _embeddings_in(layer, layer.name)
        if not found and layer.class_name in _PASSING and layer.module.startswith("keras."):
            found = [one for made in call.outputs for one in readers.get(made, [])]
        elif layer.graph is not None:
            inside = _embeddings_of(layer.graph)
            by_path = {one.path: one.tensor for one in layer.graph.inputs}
            pairs = zip(call.arguments, layer.graph.inputs, strict=False)
            for argument, one in pairs:
                inner = by_path.get(argument.path, one.tensor)
                own = [(f"{layer.name}/{name}", rows) for name, rows in inside.get(inner, [])]
                readers.setdefault(argument.tensor, []).extend(own)
            continue
        readers.setdefault(first, []).extend(found)
    return readers


def _embeddings_in(layer: Layer, name: str) -> list[tuple[str, int]]:
    if layer.class_name in _EMBEDDINGS and layer.module.startswith("keras."):
        rows = dict(layer.facts).get("input_dim")
        return [(name, rows)] if isinstance(rows, int) else []
    if layer.class_name == "TimeDistributed" and len(layer.wraps) == 1:
        inner = layer.wraps[0]
        if inner.graph is None:
            return _embeddings_in(inner, name)
        if len(inner.graph.inputs) == 1:
            inside = _embeddings_of(inner.graph).get(inner.graph.inputs[0].tensor, [])
            return [(f"{name}/{one}", rows) for one, rows in inside]
    return []


@rule("LG306", "ids-outside-embedding", page="data", needs="data", severities=("error", "warning"))
def ids_outside_embedding(case: Case, this: Rule) -> Iterator[Finding]:
    """An Embedding is given ids for which it has no row."""
    arrays = _inputs(case)
    reads = _embeddings_of(case.graph) if arrays else {}
    swapped = _in_swap(case) if reads else set()
    for number, array in arrays.items():
        one = case.graph.inputs[number]
        found = _range(array)
        if number in swapped or found is None or np.isnan(found[0]):
            continue
        for name, rows in reads.get(one.tensor, []):
            low, high = found
            has = f"`{name.rpartition('/')[2]}` has the rows 0 to {rows - 1}"
            if high >= rows:
                yield this.finding(
                    "error",
                    f"The ids in `{one.name}` go up to {high:.0f}, and {has}: on a CPU that is "
                    "refused in the middle of training, on a GPU it may give zeros.",
                    name,
                    one.name,
                    repair=f"layers.Embedding({int(high) + 1}, ...)" if high < 1e7 else None,
                )
            elif low < 0:
                yield this.finding(
                    "error" if low < -rows else "warning",
                    f"The ids in `{one.name}` go down to {low:.0f}, and {has}: "
                    + (
                        "that is refused."
                        if low < -rows
                        else "a negative id silently takes a row from the end."
                    ),
                    name,
                    one.name,
                )


@rule("LG307", "fractions-cut-off", page="data", needs="data", severities=("error", "warning"))
def fractions_cut_off(case: Case, this: Rule) -> Iterator[Finding]:
    """Numbers with fractions are given to an input of whole numbers."""
    arrays = _inputs(case)
    reads = _embeddings_of(case.graph) if arrays else {}
    swapped = _in_swap(case) if reads else set()
    for number, array in arrays.items():
        one = case.graph.inputs[number]
        dtype = case.graph.tensor(one.tensor).dtype
        ids = reads.get(one.tensor, [])
        if number in swapped or not (ids or "int" in dtype) or not _has_fractions(array):
            continue
        where = f"`{ids[0][0].rpartition('/')[2]}`, which reads ids" if ids else f"dtype {dtype}"
        yield this.finding(
            "error" if ids else "warning",
            f"`{one.name}` is given fractions such as {_fraction(array):.3g}, and they are cut "
            f"off without a word: it goes to {where}."
            if ids
            else f"`{one.name}` is given fractions such as {_fraction(array):.3g}, and they are "
            f"cut off without a word: it has the {where}.",
            one.name,
            *(name for name, _ in ids[:1]),
            repair=None if ids else 'keras.Input(shape, dtype="float32")',
        )


def _fraction(array: Array) -> float:
    step = max(1, array.size // _SOME)
    some = array[::step]
    with np.errstate(all="ignore"):
        return float(some[np.isfinite(some) & (some != np.floor(some))][0])


# Targets and weights


@rule("LG308", "unknown-target-key", page="data", needs="data", severities=("error",))
def unknown_target_key(case: Case, this: Rule) -> Iterator[Finding]:
    """The targets are a dict with a key that is no output, or that is another output."""
    given, ends = case.data and case.data.y, _ends(case.graph.outputs)
    if not given or given.kind != "dict" or ends.kind == "nested" or _own_training(case):
        return
    if ends.kind == "one":
        yield this.finding(
            "error",
            f"The targets are a dict with the keys {_listed(given.keys)}, and the model has one "
            f"output, `{ends.keys[0]}`, that is no dict.",
            ends.keys[0],
            repair="y = y[" + repr(given.keys[0]) + "]" if len(given.keys) == 1 else None,
        )
        return
    unknown = [key for key in given.keys if key not in ends.keys]
    if unknown:
        yield this.finding(
            "error",
            f"{_listed(unknown)} among the targets is no output: the outputs are "
            f"{_listed(ends.keys)}.",
            *unknown,
        )
        return
    trained = [key for key, one in zip(ends.keys, case.graph.outputs, strict=True) if one.losses]
    # As many targets as losses, but for other outputs: Keras goes by the order.
    if len(given.keys) == len(trained) < len(ends.keys) and set(given.keys) != set(trained):
        wrong = [key for key in given.keys if key not in trained]
        for_what = [key for key in trained if key not in given.keys]
        yield this.finding(
            "error",
            f"{_listed(wrong)} has a target and no loss, so Keras takes its target for "
            f"{_listed(for_what)}.",
            *wrong,
        )


@rule("LG309", "target-missing", page="data", needs="data", severities=("error",))
def target_missing(case: Case, this: Rule) -> Iterator[Finding]:
    """An output with a loss is given no target, or there are more targets than outputs."""
    given, ends = case.data and case.data.y, _ends(case.graph.outputs)
    if not given or given.kind == "nested" or ends.kind == "nested" or _own_training(case):
        return
    if given.refused or case.graph.compile_problem:
        return
    pairs = list(zip(ends.keys, case.graph.outputs, strict=True))
    trained = [key for key, one in pairs if one.losses]
    if not trained:
        return
    repair = "y = {" + ", ".join(f"{key!r}: ..." for key in trained) + "}"
    if given.kind == "dict":
        if ends.kind == "one" or not set(given.keys) <= set(ends.keys):
            return  # told by the rule before
        missing = [key for key in trained if key not in given.keys]
        if len(given.keys) == len(trained) and missing:
            return
        if not missing and any(one.metrics for one in case.graph.outputs):
            missing = [key for key in ends.keys if key not in given.keys]
        if missing:
            yield this.finding(
                "error",
                f"{_listed(missing)} has no target: the targets have the keys "
                f"{_listed(given.keys)}.",
                *missing,
                repair="y = {"
                + ", ".join(f"{k!r}: {'...' if k in trained else None}" for k in ends.keys)
                + "}",
            )
        return
    if len(given.keys) in (len(trained), len(ends.keys)):
        return
    yield this.finding(
        "error",
        f"{_listed(trained)} {'have a loss each' if len(trained) > 1 else 'has a loss'}, and "
        f"there {'is' if len(given.keys) == 1 else 'are'} {_count(len(given.keys), 'target')}.",
        *trained,
        repair=repair,
    )


@rule("LG310", "sample-weight-form", page="data", needs="data", severities=("error", "hint"))
def sample_weight_form(case: Case, this: Rule) -> Iterator[Finding]:
    """Sample weights come in a form that Keras refuses, or that it spreads over all outputs."""
    data, ends = case.data, _ends(case.graph.outputs)
    if not data or not data.sample_weight or not data.y or _own_training(case):
        return
    y, given = data.y, data.sample_weight
    if data.source != "arrays" or "nested" in (y.kind, given.kind, ends.kind):
        return
    if given.refused or y.refused:
        return
    lists = ("list", "tuple")
    problem, repair = "", None
    if given.kind == "dict":
        if ends.kind != "dict":
            repair = "sample_weight = [...]" if ends.kind == "list" else None
            problem = "a dict of sample weights needs a dict of outputs, and here they are no dict"
        elif y.kind != "dict" or set(y.keys) != set(given.keys):
            problem = (
                f"the sample weights have the keys {_listed(given.keys)}, and need those of the "
                "targets"
            )
    elif given.kind in lists:
        if ends.kind == "dict":
            problem = "a list of sample weights does not fit outputs that are a dict"
            repair = "sample_weight = {" + ", ".join(f"{key!r}: ..." for key in ends.keys) + "}"
        elif len(given.keys) != len(y.keys) or y.kind == "dict":
            problem = "the sample weights need the same structure as the targets"
    elif len(y.keys) > 1:
        shape = given.arrays[0].shape
        if len(shape) > 1 and (len(shape) > 2 or shape[1] != 1):
            problem = (
                f"one array of sample weights for several outputs has a weight for each row, and "
                f"this one has the shape {shape}"
            )
    if problem:
        yield this.finding(
            "error",
            f"Keras refuses the sample weights of {_listed(ends.keys)}: {problem}.",
            *ends.keys,
            repair=repair,
        )
        return
    trained = [key for key, one in zip(ends.keys, case.graph.outputs, strict=True) if one.losses]
    if given.kind == "array" and len(y.keys) > 1 and len(trained) > 1:
        yield this.finding(
            "hint",
            f"One array of sample weights counts for each of {_listed(trained)}.",
            *trained,
        )
    yield from _weights_of_other_shape(case, this, given, ends)


def _weights_of_other_shape(case: Case, this: Rule, given: Given, ends: _Ends) -> Iterator[Finding]:
    targets = _targets(case)
    weights = (
        dict.fromkeys(targets, given.arrays[0])
        if given.kind == "array"
        else _by_number(given, ends)
    )
    for number, array in weights.items():
        output = case.graph.outputs[number]
        if number not in targets or not array.ndim or not output.losses:
            continue
        if any(one.name not in _LOSSES_OF_LAST_AXIS for one in output.losses):
            continue
        rank, has = len(case.graph.tensor(output.tensor).shape), targets[number].ndim
        classes = any(one.name in _LOSSES_OF_CLASSES for one in output.losses)
        if not classes and has != rank:
            continue
        values = rank - 1  # the last axis is summed up
        steps = case.graph.tensor(output.tensor).shape[1]
        if array.ndim == 1 and values == 2 and steps != 1:
            told = "each row has a loss for each step, and needs a weight for each"
        elif array.ndim == 2 and array.shape[1] > 1 and values == 1:
            told = "each row has one loss, and takes one weight"
        else:
            continue
        name = ends.keys[number]
        yield this.finding(
            "error",
            f"The sample weights of `{name}` have the shape {array.shape}: {told}.",
            name,
        )


# The arrays themselves


def _parts(case: Case) -> Iterator[tuple[str, Given]]:
    if case.data:
        for name in ("x", "y", "sample_weight"):
            given = getattr(case.data, name)
            if given is not None:
                yield name, given


@rule("LG311", "nan-in-data", page="data", needs="data", severities=("error", "hint"))
def nan_in_data(case: Case, this: Rule) -> Iterator[Finding]:
    """There is a NaN or an infinite number in the data, which makes the loss NaN."""
    sure = not _own_training(case) and _only_plain_layers(case)
    for part, given in _parts(case):
        bad = []
        for key, array in zip(given.keys, given.arrays, strict=True):
            found = _range(array)
            if found and (np.isnan(found[0]) or found[1] == np.inf):
                bad.append((key, "NaN" if np.isnan(found[0]) else "infinity"))
        for key, what in bad:
            place = f"`{part}`" if given.kind == "array" else f"`{part}[{_key(given, key)}]`"
            certain = sure and (part == "x" or _only_plain_losses(case))
            yield this.finding(
                "error" if certain else "hint",
                f"There is {what} in {place}: after the first batch with it the loss is NaN, and "
                "so are the weights."
                if certain
                else f"There is {what} in {place}, which makes the loss NaN unless something in "
                "the model or its loss takes it out.",
                repair="assert np.isfinite(array).all()",
            )


def _key(given: Given, key: str) -> str:
    return repr(key) if given.kind == "dict" else key


def _only_plain_layers(case: Case) -> bool:
    """Whether nothing in the model can be expected to take a NaN out."""
    return all(
        layer.module.startswith("keras.")
        and (layer.kind == "layer" or layer.class_name in _PASSING)
        and layer.class_name not in ("Lambda", "Discretization", "Masking", "Hashing")
        for layer in case.opened.layers
    )


def _only_plain_losses(case: Case) -> bool:
    import keras

    if case.model is None or not case.graph.compiled:
        return False
    given = getattr(case.model, "loss", None)
    return all(
        one is None
        or isinstance(one, str)
        or getattr(one, "__module__", type(one).__module__).startswith("keras.")
        for one in keras.tree.flatten(given)
    )


@rule("LG312", "rows-differ", page="data", needs="data", severities=("error",))
def rows_differ(case: Case, this: Rule) -> Iterator[Finding]:
    """The arrays have different numbers of rows."""
    if not case.data or case.data.source != "arrays" or not case.data.whole:
        return
    rows: dict[int, str] = {}
    for part, given in _parts(case):
        out = given.unseen | given.refused
        for key, array in zip(given.keys, given.arrays, strict=True):
            if key not in out and array.ndim:
                place = part if given.kind == "array" else f"{part}[{_key(given, key)}]"
                rows.setdefault(len(array), place)
    if len(rows) > 1:
        told = ", ".join(f"`{place}` has {_count(number, 'row')}" for number, place in rows.items())
        yield this.finding("error", f"The numbers of rows differ: {told}.")


@rule("LG313", "not-an-array", page="data", needs="data", severities=("error",))
def not_an_array(case: Case, this: Rule) -> Iterator[Finding]:
    """There is a list of numbers, a text or an object where Keras needs an array of numbers."""
    if case.data and case.data.source == "pydataset":
        for part, given in _parts(case):
            if given.kind == "list":
                yield this.finding(
                    "error",
                    f"A batch has a list of arrays in `{part}`, which Keras refuses: a tuple or a "
                    "dict is needed.",
                    repair=f"{part} = tuple({part})",
                )
        return
    if not case.data or case.data.source != "arrays":
        return
    dtypes = [case.graph.tensor(one.tensor).dtype for one in case.graph.inputs]
    for part, given in _parts(case):
        for key, array in zip(given.keys, given.arrays, strict=True):
            place = f"`{part}`" if given.kind == "array" else f"`{part}[{_key(given, key)}]`"
            if key in given.refused:
                yield this.finding(
                    "error",
                    f"{place} is a list or number of Python, and Keras takes arrays alone.",
                    repair=f"{part} = np.array({part})" if given.kind == "array" else None,
                )
            elif key in given.unseen or not array.size or (part == "x" and "string" in dtypes):
                continue
            elif array.dtype.kind in "US" or (array.dtype == object and _holds_text(array)):
                yield this.finding(
                    "error",
                    f"{place} holds text, and Keras needs numbers there.",
                    repair='array.astype("float32")' if _is_digits(array) else None,
                )
            elif array.dtype == object:
                yield this.finding(
                    "error",
                    f"{place} has the dtype object, and Keras needs an array of numbers.",
                    repair='array.astype("float32")',
                )


def _holds_text(array: Array) -> bool:
    return any(isinstance(one, str | bytes) for one in array.reshape(-1)[:100])


def _is_digits(array: Array) -> bool:
    try:
        array.reshape(-1)[:100].astype("float64")
    except (TypeError, ValueError):
        return False
    return True


@rule("LG314", "input-shape", page="data", needs="data", severities=("error",))
def input_shape(case: Case, this: Rule) -> Iterator[Finding]:
    """An input is given an array of another shape."""
    if not case.data or not case.data.batched:
        return
    arrays = _inputs(case)
    swapped = _in_swap(case)
    for number, array in arrays.items():
        one = case.graph.inputs[number]
        shape = case.graph.tensor(one.tensor).shape
        if number in swapped or one.sparse or _lacks_batch(shape, array.shape):
            continue
        if _shape_problem(shape, array.shape):
            yield this.finding(
                "error",
                f"`{one.name}` takes arrays of the shape {_shape(shape)}, and is given "
                f"{_shape(array.shape)}.",
                one.name,
            )


@rule("LG315", "no-batch-axis", page="data", needs="data", severities=("error",))
def no_batch_axis(case: Case, this: Rule) -> Iterator[Finding]:
    """The data has no axis for the rows: a dataset without batches, or one example alone."""
    if not case.data or _own_training(case):
        return
    if not case.data.batched:
        names = [one.name for one in case.graph.inputs]
        yield this.finding(
            "error",
            f"The dataset gives single rows to {_listed(names)}, and `fit` needs batches.",
            *names,
            repair="dataset = dataset.batch(32)",
        )
        return
    swapped = _in_swap(case)
    for number, array in _inputs(case).items():
        one = case.graph.inputs[number]
        shape = case.graph.tensor(one.tensor).shape
        if number not in swapped and not one.sparse and _lacks_batch(shape, array.shape):
            yield this.finding(
                "error",
                f"`{one.name}` takes arrays of the shape {_shape(shape)}, and is given a single "
                f"example of the shape {array.shape}.",
                one.name,
                repair="x = x[np.newaxis]",
            )


def _shape(shape: Sequence[int | None]) -> str:
    """A shape with a word for the rows."""
    sizes = ", ".join("any" if one is None else str(one) for one in shape[1:])
    return f"(rows{', ' if sizes else ''}{sizes})"


def _shape_problem(wanted: Sequence[int | None], has: Sequence[int]) -> bool:
    """Whether Keras cannot make the one shape of the other; it adds or takes a last axis of 1."""
    sizes: list[int | None] = list(has)
    if len(sizes) == len(wanted) + 1 and sizes[-1] == 1:
        sizes = sizes[:-1]
    elif len(sizes) == len(wanted) - 1 and wanted[-1] == 1:
        sizes = [*sizes, 1]
    return not _same(wanted, sizes)


def _lacks_batch(wanted: Sequence[int | None], has: Sequence[int]) -> bool:
    return (
        len(has) == len(wanted) - 1
        and len(has) > 0
        and _shape_problem(wanted, has)
        and all(one is None or one == two for one, two in zip(wanted[1:], has, strict=True))
    )
