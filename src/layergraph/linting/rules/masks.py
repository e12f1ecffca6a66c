"""Padding and masks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from layergraph.graph import read
from layergraph.linting._registry import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import keras
    from numpy.typing import NDArray

    from layergraph.graph import Argument, Call, Layer, LayerGraph
    from layergraph.linting._case import Case
    from layergraph.linting._finding import Finding

_BETTER = ("hint", "warning")
_ROWS = 1000  # as many rows are looked at
_RNNS = ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "Bidirectional")
_ATTENTION = ("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupedQueryAttention")
_AVERAGE = "GlobalAveragePooling1D"
_CONSUMERS = (*_RNNS, *_ATTENTION, _AVERAGE)
_MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
# What leaves each position of a sequence where it is, beside operations of `keras.ops`.
_PLACES = (
    *("Dense", "EinsumDense", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"),
    *("Dropout", "SpatialDropout1D", "GaussianDropout", "GaussianNoise", "AlphaDropout"),
    *("BatchNormalization", "LayerNormalization", "UnitNormalization", "RMSNormalization"),
    *("TimeDistributed", "Identity", "Lambda", "ActivityRegularization", "Rescaling"),
    *("Conv1D", "SeparableConv1D", "DepthwiseConv1D", "Masking"),
)


@dataclass(frozen=True, slots=True)
class _Way:
    """What has become of the padding of embedded ids, at a tensor that is a sequence.

    Attributes:
        input: Name of the input with the ids; empty where they are no input as it is.
        embedding: Name of the Embedding, or of what else made the mask.
        masked: Whether a mask tells what is padding.
        lost: Id of the call that dropped the mask; empty where there was none to drop.
        ones: Whether the mask says that nothing is padding.
        together: Whether a convolution has read neighbours together, so that places are no ids.
    """

    input: str
    embedding: str
    masked: bool
    lost: str = ""
    ones: bool = False
    together: bool = False


def _ways(graph: LayerGraph) -> Mapping[str, _Way]:
    """Follow the padding of ids through an opened graph, masks within nested models included."""
    ways: dict[str, _Way] = {}
    inputs = {one.tensor: one.name for one in graph.inputs}
    for call in graph.calls:
        layer = graph.layer(call.layer)
        way = _made(graph, call, layer, inputs) or _led(graph, call, layer, ways)
        if way is not None and call.outputs and len(graph.tensor(call.outputs[0]).shape) >= 3:
            ways[call.outputs[0]] = way
    return ways


def _made(graph: LayerGraph, call: Call, layer: Layer, inputs: Mapping[str, str]) -> _Way | None:
    if not call.inputs:
        return None
    name = inputs.get(call.inputs[0], "")
    if layer.class_name == "Embedding":
        return _Way(name, layer.name, dict(layer.facts).get("mask_zero") is True)
    if layer.class_name == "Masking" or (layer.kind == "layer" and graph.mask_use(call.id).made):
        return _Way(name, layer.name, True)
    return None


def _led(graph: LayerGraph, call: Call, layer: Layer, ways: Mapping[str, _Way]) -> _Way | None:
    """Say how it goes on behind a call; nowhere if what comes out is no longer that sequence."""
    came = [(one, ways[one.tensor]) for one in _sequences(call) if one.tensor in ways]
    if not came:
        return None
    masked = [way for _, way in came if way.masked]
    first = masked[0] if masked else came[0][1]
    given = any("mask" in one.name for one in call.arguments)
    if layer.kind == "op":
        part = layer.class_name == "GetItem" and _keeps_rank(graph, call)
        return _dropped(first, call) if part or _same_places(graph, call) else None
    name = layer.class_name
    if name in _RNNS:
        whole = dict(layer.facts) | dict(layer.wraps[0].facts if layer.wraps else ())
        return first if whole.get("return_sequences") is True else None
    if name in _ATTENTION:  # what comes out has the places of the queries
        return ways.get(call.inputs[0])
    if name in _MERGES:
        return first if len(masked) in (0, len(call.inputs)) else _dropped(first, call)
    if name == "Concatenate":
        return _joined(graph, call, layer, first, [way for _, way in came])
    if name in _PLACES or (name not in _CONSUMERS and layer.kind == "layer"):
        if not _same_places(graph, call):
            return None
        if "Conv" in name:
            first = replace(first, together=True)
        if layer.keeps_masks or given:
            return first
        return _dropped(first, call)
    return None


def _joined(
    graph: LayerGraph, call: Call, layer: Layer, first: _Way, ways: list[_Way]
) -> _Way | None:
    rank = len(graph.tensor(call.outputs[0]).shape)
    axis = dict(layer.facts).get("axis", -1)
    if not first.masked or axis not in (-1, rank - 1):
        return first if axis in (-1, rank - 1) else None
    # Where one of several has no mask, Keras takes one of ones for each of its numbers.
    bare = sum(way.masked for way in ways) < len(call.inputs)
    return replace(first, ones=True, lost=call.id) if bare else first


def _dropped(way: _Way, call: Call) -> _Way:
    return replace(way, masked=False, lost=call.id) if way.masked else way


def _sequences(call: Call) -> tuple[Argument, ...]:
    return tuple(
        one for one in call.arguments if "mask" not in one.name and one.name != "initial_state"
    )


def _same_places(graph: LayerGraph, call: Call) -> bool:
    """Whether a sequence comes out that has the length of the one that came."""
    if not call.outputs or not call.inputs:
        return False
    out = graph.tensor(call.outputs[0]).shape
    shapes = [graph.tensor(one.tensor).shape for one in _sequences(call)]
    return len(out) >= 3 and any(len(one) >= 3 and one[1] == out[1] for one in shapes)


def _keeps_rank(graph: LayerGraph, call: Call) -> bool:
    return len(graph.tensor(call.outputs[0]).shape) == len(graph.tensor(call.inputs[0]).shape)


def _uses(layer: Layer) -> str:
    """Say in which way a layer would have used a mask; empty where it would not."""
    if layer.class_name in _RNNS:
        return "rnn"
    if layer.class_name in _ATTENTION:
        return "attention"
    return "average" if layer.class_name == _AVERAGE else ""


@dataclass(frozen=True, slots=True)
class _Padding:
    """The zeros in an array of ids.

    Attributes:
        after: The share of rows that end in a run of zeros, and have other ids before it.
        before: The share of rows that begin with one.
        empty: The numbers of rows that hold nothing else.
        inside: The share of rows with a zero between other ids.
        rows: How many rows there are.
        longest: The length of the longest run of zeros at an end of a row with other ids: a mark
            for the end of a text is one.
    """

    after: float = 0.0
    before: float = 0.0
    empty: tuple[int, ...] = ()
    inside: float = 0.0
    rows: int = 0
    longest: int = 0

    @property
    def absent(self) -> bool:
        """Whether there are rows, and none is padded."""
        return self.rows > 0 and self.longest < 2 and not self.empty

    @property
    def shown(self) -> str:
        """Where the padding stands: ``"after"``, ``"before"``, or nowhere for sure."""
        if self.rows < 3 or self.longest < 2 or self.inside > 0.05:
            return ""
        if self.after >= 0.2:
            return "after"
        return "before" if self.before >= 0.2 else ""


def _padding(case: Case, name: str) -> _Padding:
    """Look for padding in the ids that an input is given."""
    array = _ids(case, name)
    if array is None:
        return _Padding()
    zero = array == 0
    empty = zero.all(axis=1)
    words = ~empty
    rows = len(array)
    count = max(1, int(words.sum()))
    first = np.argmax(~zero, axis=1)
    last = array.shape[1] - 1 - np.argmax(~zero[:, ::-1], axis=1)
    spans = np.arange(array.shape[1])
    within = (spans > first[:, None]) & (spans < last[:, None]) & zero
    return _Padding(
        after=float(zero[words, -1].sum()) / count,
        before=float(zero[words, 0].sum()) / count,
        empty=tuple(int(one) for one in np.flatnonzero(empty)),
        inside=float(within[words].any(axis=1).sum()) / count,
        rows=rows,
        longest=int(max(first[words].max(), (array.shape[1] - 1 - last[words]).max()))
        if words.any()
        else 0,
    )


def _ids(case: Case, name: str) -> NDArray[np.generic] | None:
    if case.data is None or case.data.x is None or not name:
        return None
    array = case.data.x.named.get(name)
    if array is None or array.ndim != 2 or array.dtype.kind not in "iuf" or 0 in array.shape:
        return None
    return array[:: max(1, -(-len(array) // _ROWS))]


def _last_state(layer: Layer) -> bool:
    """Whether a recurrent layer gives what it has read when all is read."""
    facts = dict(layer.facts) | dict(layer.wraps[0].facts if layer.wraps else ())
    return facts.get("return_sequences") is not True or facts.get("return_state") is True


@rule("LG101", "rnn-without-mask", page="masks", needs="graph", severities=("warning", "hint"))
def rnn_without_mask(case: Case, this: Rule) -> Iterator[Finding]:
    """A recurrent layer reads embedded ids without a mask, so that padding counts as words."""
    graph = case.opened
    ways = _ways(graph)
    found: dict[str, Finding] = {}
    for call in graph.calls:
        layer = graph.layer(call.layer)
        way = ways.get(call.inputs[0]) if call.inputs else None
        if way is None or way.masked or way.lost or _told(call) or not _uses(layer):
            continue
        if way.together:
            continue
        finding = _unmasked(this, layer, way, _padding(case, way.input))
        before = found.get(way.embedding)
        if finding and (before is None or (before.severity, finding.severity) == _BETTER):
            found[way.embedding] = finding
    yield from found.values()


def _unmasked(this: Rule, layer: Layer, way: _Way, padding: _Padding) -> Finding | None:
    names = layer.name, way.embedding
    repair = "layers.Embedding(..., mask_zero=True)"
    text = f"`{layer.name}` reads the ids of `{way.embedding}` without a mask"
    if _uses(layer) != "rnn":
        if not padding.shown:
            return None
        text = f"{text}, and rows of `{way.input}` are padded with zeros: it counts them as words."
        return this.finding("hint", text, *names, repair=repair)
    if padding.absent or (padding.rows >= 3 and padding.inside > 0.05):
        return None
    if padding.shown == "after" and (_last_state(layer) or layer.class_name == "Bidirectional"):
        text = (
            f"{text}, and {padding.after:.0%} of the rows of `{way.input}` end in zeros: it reads "
            "the padding last, and forgets the words before it."
        )
        return this.finding("warning", text, *names, repair=repair)
    if padding.shown == "before":
        text = (
            f"{text}, and {padding.before:.0%} of the rows of `{way.input}` begin with zeros: it "
            "reads them as words."
        )
    else:
        text = f"{text}: if shorter texts are padded with zeros, it reads the zeros as words."
    return this.finding("hint", text, *names, repair=repair)


def _told(call: Call) -> bool:
    """Whether a mask is given to a call by hand."""
    return any("mask" in one.name for one in call.arguments)


@rule("LG102", "mask-dropped", page="masks", needs="graph", severities=("warning", "hint"))
def mask_dropped(case: Case, this: Rule) -> Iterator[Finding]:
    """A mask is dropped on the way to a layer that would have used it."""
    graph = case.opened
    ways, done = _ways(graph), set[str]()
    for call in graph.calls:
        layer = graph.layer(call.layer)
        way = ways.get(call.inputs[0]) if call.inputs else None
        if way is None or _told(call):
            continue
        mean = layer.class_name == "Mean" and _over_places(layer, call)
        flat = layer.class_name == "Flatten" and way.masked
        lost = call.id if flat or (mean and way.masked) else way.lost
        if not lost or (way.masked and not (mean or flat)) or lost in done or way.ones:
            continue
        kind = "average" if mean or flat else _uses(layer)
        padding = _padding(case, way.input)
        if not kind or padding.absent:
            continue
        done.add(lost)
        culprit = graph.layer(graph.call(lost).layer)
        whole = kind == "rnn" and not (_last_state(layer) or layer.class_name == "Bidirectional")
        conv = "Conv" in culprit.class_name
        if kind == "rnn":
            sure = padding.shown == "after" and not whole
        else:
            sure = bool(padding.shown) and not (conv or flat)
        # Of a layer that knows no masks Keras warns; of an operation or a merge it does not.
        silent = culprit.kind == "op" or culprit.class_name in _MERGES
        meant = silent and kind != "attention" and not whole and not mean
        text = (
            f"`{culprit.name}` reads all places, and the mask of `{way.embedding}` has no say "
            "in it: padding counts as words"
            if culprit is layer
            else f"`{culprit.name}` drops the mask of `{way.embedding}`, so that `{layer.name}` "
            "takes padding for words"
        )
        seen = f", and rows of `{way.input}` are padded." if sure else "."
        yield this.finding(
            "warning" if sure or meant else "hint",
            text + seen,
            *dict.fromkeys((culprit.name, layer.name)),
            repair=_keeping(culprit, graph.call(lost)),
        )


def _over_places(layer: Layer, call: Call) -> bool:
    axis = (dict(layer.facts) | dict(call.constants)).get("axis")
    return axis in (1, -2, (1,), (-2,))


def _keeping(culprit: Layer, call: Call) -> str | None:
    """A layer that does what an operation does and keeps the mask, where there is one."""
    if culprit.kind != "op":
        return None
    numbers = [value for _, value in call.constants if isinstance(value, int | float)]
    if culprit.class_name in ("Add", "Multiply", "Subtract") and len(call.arguments) < 2:
        if len(numbers) != 1 or (culprit.class_name == "Subtract" and "x1" in dict(call.constants)):
            return None
        scaling = {
            "Add": f"1.0, offset={numbers[0]}",
            "Multiply": f"{numbers[0]}",
            "Subtract": f"1.0, offset={-numbers[0]}",
        }
        return f"layers.Rescaling({scaling[culprit.class_name]})(x)"
    repairs = {
        "Add": "layers.Add()([first, second])",
        "Multiply": "layers.Multiply()([first, second])",
        "Subtract": "layers.Subtract()([first, second])",
        "Relu": "layers.Activation('relu')(x)",
        "ReLU": "layers.Activation('relu')(x)",
        "Concatenate": "layers.Concatenate()([first, second])",
        "Mean": "layers.GlobalAveragePooling1D()(x)",
    }
    return repairs.get(culprit.class_name)


@rule("LG103", "mask-of-ones", page="masks", needs="graph", severities=("warning", "hint"))
def mask_of_ones(case: Case, this: Rule) -> Iterator[Finding]:
    """Joining a masked with an unmasked sequence makes a mask by which nothing is padding."""
    graph = case.opened
    ways, done = _ways(graph), set[str]()
    for call in graph.calls:
        layer = graph.layer(call.layer)
        way = ways.get(call.inputs[0]) if call.inputs else None
        if way is None or not way.ones or way.lost in done or not _uses(layer) or _told(call):
            continue
        done.add(way.lost)
        culprit = graph.layer(graph.call(way.lost).layer)
        padding = _padding(case, way.input)
        if padding.absent:
            continue
        yield this.finding(
            "warning" if padding.shown or _uses(layer) != "attention" else "hint",
            f"`{culprit.name}` joins what `{way.embedding}` masks with a sequence that has no "
            f"mask, and for Keras nothing is padding then: `{layer.name}` reads it as words.",
            culprit.name,
            layer.name,
            repair=f"{_plain(layer.name)}(x, mask=embedding.compute_mask(ids))",
        )


def _plain(name: str) -> str:
    last = name.rpartition("/")[2]
    return last if last.isidentifier() else "layer"


@rule("LG104", "state-ignores-mask", page="masks", needs="graph", severities=("warning",))
def state_ignores_mask(case: Case, this: Rule) -> Iterator[Finding]:
    """A recurrent layer that is given its first state is not told of the mask by Keras."""
    graph = case.opened
    ways = _ways(graph)
    for call in graph.calls:
        layer = graph.layer(call.layer)
        way = ways.get(call.inputs[0]) if call.inputs else None
        if way is None or not way.masked or way.ones or _uses(layer) != "rnn" or _told(call):
            continue
        if not any(one.name == "initial_state" for one in call.arguments):
            continue
        facts = dict(layer.facts) | dict(layer.wraps[0].facts if layer.wraps else ())
        # A decoder whose padding comes last has said all its words before, and one that tells
        # its state reads word by word.
        turned = layer.class_name == "Bidirectional" or "go_backwards" in facts
        if not turned and ("return_sequences" in facts or "return_state" in facts):
            continue
        if graph.tensor(call.inputs[0]).shape[1] == 1 or _padding(case, way.input).absent:
            continue
        yield this.finding(
            "warning",
            f"`{layer.name}` is given `initial_state`, and Keras hands no mask to a layer that "
            f"takes more than one tensor: it reads the padding of `{way.embedding}` as words.",
            layer.name,
            way.embedding,
            repair=f"{_plain(layer.name)}(x, initial_state=state, mask=mask)",
        )


@rule("LG105", "zero-is-a-word", page="masks", needs="data", severities=("warning",))
def zero_is_a_word(case: Case, this: Rule) -> Iterator[Finding]:
    """An Embedding masks the id 0, which stands between other ids in the data."""
    graph = case.opened
    inputs = {one.tensor: one.name for one in graph.inputs}
    done = set[str]()
    for call in graph.calls:
        layer = graph.layer(call.layer)
        if layer.class_name != "Embedding" or dict(layer.facts).get("mask_zero") is not True:
            continue
        name = inputs.get(call.inputs[0], "")
        padding = _padding(case, name)
        if name in done or padding.rows < 3 or padding.inside < 0.2:
            continue
        done.add(name)
        yield this.finding(
            "warning",
            f"`{layer.name}` masks the id 0, which stands between other ids in "
            f"{padding.inside:.0%} of the rows of `{name}`: these words are skipped.",
            layer.name,
            name,
            repair="ids = ids + 1  # so that 0 is padding only",
        )


@rule("LG106", "empty-row", page="masks", needs="data", severities=("error",))
def empty_row(case: Case, this: Rule) -> Iterator[Finding]:
    """A row of padding only has no words to average, so that the result is not a number."""
    graph = case.opened
    ways, done = _ways(graph), set[str]()
    for call in graph.calls:
        layer = graph.layer(call.layer)
        way = ways.get(call.inputs[0]) if call.inputs else None
        if way is None or not way.masked or way.ones or layer.class_name != _AVERAGE:
            continue
        padding = _padding(case, way.input)
        if layer.name in done or not padding.empty or not _is_direct(graph, call, way):
            continue
        done.add(layer.name)
        yield this.finding(
            "error",
            f"`{layer.name}` averages the words of each row, and {len(padding.empty)} of the rows "
            f"of `{way.input}` that were looked at hold nothing but 0: the average is NaN, and "
            "so is every weight after the step.",
            layer.name,
            way.input,
            repair="keep = (ids != 0).any(axis=1)",
        )


def _is_direct(graph: LayerGraph, call: Call, way: _Way) -> bool:
    """Whether the mask is that of the ids and no other, as far as can be seen."""
    tensors, seen = [call.inputs[0]], set[str]()
    makers = set[str]()
    while tensors:
        maker = graph.tensor(tensors.pop()).call
        if maker is None or maker in seen:
            continue
        seen.add(maker)
        made = graph.call(maker)
        if graph.layer(made.layer).class_name in ("Embedding", "Masking"):
            makers.add(made.layer)
            continue
        tensors += made.inputs
    return makers == {way.embedding}


@rule("LG151", "padding-matters", page="masks", needs="behaviour", severities=("warning", "hint"))
def padding_matters(case: Case, this: Rule) -> Iterator[Finding]:
    """What stands for padding changes what the model says of the words."""
    if case.model is None or not case.behaviour:
        return
    graph = case.opened
    inputs = {one.tensor: one.name for one in graph.inputs}
    readers: dict[str, list[Layer]] = {}
    for call in graph.calls:
        layer = graph.layer(call.layer)
        if layer.class_name == "Embedding" and call.inputs[0] in inputs:
            readers.setdefault(inputs[call.inputs[0]], []).append(layer)
    spoken = {name for one in _said_of(case) for name in one.layers}
    for name, some in readers.items():
        masks = any(dict(layer.facts).get("mask_zero") is True for layer in some)
        if not (masks or _padding(case, name).shown) or spoken & {one.name for one in some}:
            continue
        moved = _moved_by_padding(case.model, name, {one.name for one in some})
        if moved is None:
            continue
        classes = {layer.class_name for layer in graph.layers}
        # Of these Keras tells that they know no masks, and many mean them so.
        known = any("Conv" in one or "Max" in one or one == "Flatten" for one in classes)
        yield this.finding(
            "warning" if masks and not known else "hint",
            f"Another vector for the id 0, which is the padding of `{name}`, changes `{moved}`: "
            "the model counts padding as words.",
            name,
            repair=None if masks else "layers.Embedding(..., mask_zero=True)",
        )


def _said_of(case: Case) -> Iterator[Finding]:
    """What other rules say already."""
    for this in (rnn_without_mask, mask_dropped, mask_of_ones, state_ignores_mask):
        for one in this.look(case):
            if one.severity == "warning":
                yield one
                for way in _ways(case.opened).values():
                    if f"`{way.embedding}`" in one.sentence:
                        yield this.finding("warning", one.sentence, way.embedding)


def _moved_by_padding(model: keras.Model, name: str, embeddings: set[str]) -> str | None:
    """Run a copy on padded rows with two vectors for padding; the output that differs."""
    from layergraph.experiments import ExperimentError, batch, left_alone, outputs, shaken

    try:
        with left_alone():
            copy = shaken(model)
            given = batch(model, size=8)
            given[name][:, given[name].shape[1] // 2 :] = 0
            names = [one.name for one in read(copy).inputs]
            rows = dict(zip(names, given.values(), strict=True))
            first = outputs(copy, rows)
            for path in embeddings:
                layer = copy
                for part in path.split("/"):
                    layer = layer.get_layer(part)
                table = layer.get_weights()
                table[0][0] += 1.0
                layer.set_weights(table)
            second = outputs(copy, rows)
    except (ExperimentError, KeyError, ValueError, TypeError, IndexError, AttributeError):
        return None
    for key, one in first.items():
        if one.dtype.kind == "f" and not np.allclose(one, second[key], atol=1e-4, equal_nan=True):
            return key
    return None
