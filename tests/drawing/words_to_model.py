"""A reader of words: builds a Keras model from what `describe` says, and from nothing else.

It knows English no better than a patient person with the documentation of Keras at hand:
what a class is called, and what its parameters are called and in which order they stand.
"""

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType

import keras

NAME = r'("(?:[^"\\]|\\.)*"|[^\s",():]+(?::[^\s",():]+)*)'
# What is told of a layer beside its class and settings, and follows from these.
ASIDES = re.compile(
    r"[\d,]+ weights?|shared by \d+ calls|called \d+ times|[\d,]+ of them not trained"
    r"|keeps state between batches|frozen inside"
)
MASKS = re.compile(r"(.*) (with its mask|passing its mask on|without its mask)")
Place = tuple[str, ...]


def model_from(text: str) -> keras.Model:
    """Build the model that a description tells."""
    sections = [Section.read(lines) for lines in _sections(text.split("\n"))]
    return Builder({section.place: section for section in sections}).build(())


# -- reading ---------------------------------------------------------------------------


def split(text: str, *separators: str) -> list[str]:
    """Split where a separator stands outside of quotation marks and brackets."""
    parts, depth, quoted, start, at = [], 0, False, 0, 0
    while at < len(text):
        character = text[at]
        if quoted:
            at += character == "\\"
            quoted = character != '"'
        elif character == '"':
            quoted = True
        else:
            depth += (character in "([") - (character in ")]")
            found = next((s for s in separators if not depth and text.startswith(s, at)), None)
            if found:
                parts.append(text[start:at])
                at += len(found)
                start = at
                continue
        at += 1
    return [*parts, text[start:]]


def name(text: str) -> str:
    return json.loads(text) if text.startswith('"') else text


def place(text: str) -> Place:
    """Read where a layer is: "dense in encoder"."""
    return tuple(map(name, split(text.removesuffix(" in the outermost model"), " in ")))


def path(text: str) -> tuple[str | int, ...]:
    """Read "item 2 of key left"."""
    steps = [step.split(" ", 1) for step in split(text, " of ")]
    keys = [int(key) - 1 if kind == "item" else name(key) for kind, key in steps]
    return tuple(reversed(keys))


def value(text: str) -> object:
    if text.startswith('"'):
        return json.loads(text)
    if text.startswith("("):
        return tuple(value(part.rstrip(",")) for part in split(text[1:-1], ", ") if part)
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+(\.\d*)?(e[+-]?\d+)?", text):
        return float(text)
    return {"True": True, "False": False, "None": None}.get(text, text)


@dataclass
class About:
    """What stands in brackets behind the name of a layer."""

    class_name: str
    settings: dict[str, object] = field(default_factory=dict)
    trainable: bool = True
    same: Place | None = None

    @classmethod
    def read(cls, text: str) -> "About":
        first, *rest = split(text, ", ")
        about = cls(first)
        for words in rest:
            if words in ("frozen", "trainable off"):
                about.trainable = False
            elif same := re.fullmatch(r"the same (?:layer|model) as (.*)", words):
                about.same = place(same[1])
            elif not ASIDES.fullmatch(words):
                *key, told = split(words, " ")
                about.settings["_".join(key)] = value(told)
        return about


def aim(text: str, home: ModuleType) -> object:
    """Read a loss or metric: its name, or an object of its class where settings are told."""
    called, *brackets = split(text, " ")
    if not brackets:
        return value(called)
    settings = About.read(f"loss, {' '.join(brackets)[1:-1]}").settings
    return getattr(home, called.replace("_", " ").title().replace(" ", ""))(**settings)


@dataclass
class Source:
    """Which tensor is meant: an input, or an output of a call."""

    name: str
    call: int = 1
    output: int = 1

    @classmethod
    def read(cls, text: str) -> "Source":
        found = re.fullmatch(rf"(?:output (\d+) of )?(?:call (\d+) of )?{NAME}", text)
        return cls(name(found[3]), int(found[2] or 1), int(found[1] or 1))


@dataclass
class Use:
    """A tensor given to a call: as which parameter, and where in a list or dict."""

    source: Source
    parameter: str | None
    path: tuple[str | int, ...]


def uses(text: str) -> list[Use]:
    words = split(text, ", ", " and ") if text else []
    found = []
    for at, word in enumerate(words):
        masked = MASKS.fullmatch(word)
        source, *role = split(masked[1] if masked else word, " as ")
        steps = split(role[0], " of ") if role else []
        parameter = steps.pop() if steps and " " not in steps[-1] else None
        keys = path(" of ".join(steps)) if steps else ()
        if not role and len(words) > 1:
            keys = (at,)
        found.append(Use(Source.read(source), parameter, keys))
    return found


@dataclass
class Call:
    layer: str
    number: int
    positional: list[Use]
    keywords: list[Use]
    constants: dict[str, object]
    gives: str


@dataclass
class End:
    """An input or an output."""

    name: str
    path: tuple[str | int, ...]
    shape: tuple[int | None, ...]
    dtype: str = ""
    source: Source | None = None
    losses: list[tuple[str, float]] = field(default_factory=list)
    metrics: dict[str, list[str]] = field(default_factory=dict)
    compiled: bool = False
    kinds: dict[str, bool] = field(default_factory=dict)


@dataclass
class Section:
    """The sentences on one graph."""

    place: Place
    name: str
    class_name: str
    inputs: list[End] = field(default_factory=list)
    outputs: list[End] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    layers: dict[Place, tuple[str, About]] = field(default_factory=dict)
    wraps: dict[Place, list[Place]] = field(default_factory=dict)

    @classmethod
    def read(cls, lines: list[str]) -> "Section":
        title, counts = split(lines[0].removesuffix("."), ": ")
        inputs, _, outputs, *_ = split(counts, ", ")
        if title.startswith("Inside "):
            there = place(title.removeprefix("Inside "))
            section = cls(there, there[0], "Functional")
        else:
            found = re.fullmatch(rf"Model {NAME}(?: \((.*)\))?", title)
            section = cls((), name(found[1]), found[2] or "Functional")
        for line in lines[1:]:
            section.sentence(line.removesuffix("."))
        for ends, words in ((section.inputs, inputs), (section.outputs, outputs)):
            if words.endswith(" in a list"):
                for at, end in enumerate(ends):
                    end.path = (at,)
        return section

    def sentence(self, text: str) -> None:
        if found := re.match(rf"(Input|Output) {NAME}: ", text):
            end = self.end(name(found[2]), split(text[found.end() :], ", "))
            (self.inputs if found[1] == "Input" else self.outputs).append(end)
        elif found := re.match(rf"({NAME}(?: in {NAME})*) (?:also )?wraps {NAME} ", text):
            outer = place(found[1])
            inner = (name(found[4]), *outer)
            self.wraps.setdefault(outer, []).append(inner)
            about = text[found.end() + 1 : -1]
            kind = "Nested model" if about.startswith("nested model ") else "Layer"
            self.layers[inner] = (kind, About.read(about.removeprefix("nested model ")))
        else:
            head, rest = split(text, " takes ")
            takes, gives = split(rest, ", gives ")
            self.call(head, takes, gives)

    def end(self, called: str, words: list[str]) -> End:
        end = End(called, (), ())
        for word in words:
            kind, _, rest = word.partition(" ")
            if kind in ("item", "key"):
                end.path = path(word)
            elif kind == "shape":
                end.shape = value(rest)
            elif kind == "from":
                end.source = Source.read(rest)
            elif kind == "loss":
                end.losses.append((aim(rest, keras.losses), 1.0))
            elif kind == "weight":
                end.losses[-1] = (end.losses[-1][0], float(rest))
            elif kind == "metric":
                end.metrics.setdefault("metrics", []).append(aim(rest, keras.metrics))
            elif kind == "weighted":
                end.metrics.setdefault("weighted_metrics", []).append(
                    aim(rest.removeprefix("metric "), keras.metrics)
                )
            elif word in ("optional", "sparse"):
                end.kinds[word] = True
            elif word != "no loss":
                end.dtype = word
            end.compiled |= kind in ("no", "loss", "metric", "weighted")
        return end

    def call(self, head: str, takes: str, gives: str) -> None:
        again = re.fullmatch(rf"{NAME} again, call (\d+)(?:, with the same weights)?:", head)
        if again:
            layer, number = name(again[1]), int(again[2])
        else:
            about, *which = split(head, ", call ")
            kind, called, brackets = re.fullmatch(
                rf"(Layer|Operation|Nested model) {NAME} \((.*)\)", about
            ).groups()
            layer, number = name(called), int(which[0].removesuffix(":")) if which else 1
            self.layers[layer,] = (kind, About.read(brackets))
        tensors, *constants = split(takes, ", with ")
        positional, *keywords = split(f", {tensors}", ", by keyword ")
        self.calls.append(
            Call(
                layer,
                number,
                uses(positional.removeprefix(", ")),
                uses(keywords[0]) if keywords else [],
                {k: value(v) for k, v in (split(c, " ") for c in split(*constants, ", ", " and "))}
                if constants
                else {},
                gives,
            )
        )


def _sections(lines: list[str]) -> Iterator[list[str]]:
    heads = [
        at for at, line in enumerate(lines) if re.match(r"(Model|Inside) .*: \d+ inputs?\b", line)
    ]
    for start, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        yield lines[start:end]


# -- building --------------------------------------------------------------------------


def _classes(base: type) -> Iterator[type]:
    for cls in base.__subclasses__():
        yield cls
        yield from _classes(cls)


def _class(kind: str, class_name: str) -> type:
    if "." in class_name:
        module, _, last = class_name.rpartition(".")
        return getattr(importlib.import_module(module), last)
    if kind == "Layer":
        return getattr(keras.layers, class_name)
    found = [
        cls
        for cls in _classes(keras.Operation)
        if cls.__name__ == class_name and cls.__module__.startswith("keras.src.ops.")
    ]
    return found[0]


def pack(leaves: dict[tuple[str | int, ...], object]) -> object:
    """Put leaves into the lists and dicts that their paths tell."""
    if () in leaves:
        return leaves[()]
    parts: dict[str | int, dict[tuple[str | int, ...], object]] = {}
    for (first, *rest), leaf in leaves.items():
        parts.setdefault(first, {})[tuple(rest)] = leaf
    packed = {key: pack(part) for key, part in parts.items()}
    if all(isinstance(key, int) for key in packed):
        return [packed.get(at) for at in range(max(packed) + 1)]
    return packed


def _index(key: object) -> object:
    """Read what stands in the brackets of `x[...]`."""
    if isinstance(key, tuple):
        return tuple(map(_index, key))
    if key == "...":
        return Ellipsis
    if isinstance(key, str):
        return slice(*(int(part) if part else None for part in key.split(":")))
    return key


def _object(told: object) -> object:
    """Make the regularizer, initializer or constraint that a setting tells: `L2(l2=0.01)`."""
    found = re.fullmatch(r"(\w+)\((.*)\)", told) if isinstance(told, str) else None
    if not found:
        return told
    for module in (keras.regularizers, keras.initializers, keras.constraints):
        if hasattr(module, found[1]):
            settings = (part.split("=", 1) for part in split(found[2], ", ") if part)
            return getattr(module, found[1])(**{key: value(text) for key, text in settings})
    return told


class Builder:
    """Builds the model of each section when it is first needed."""

    def __init__(self, sections: dict[Place, Section]) -> None:
        self.sections = sections
        self.layers: dict[Place, object] = {}
        self.flags: list[tuple[object, bool]] = []

    def build(self, at: Place, class_name: str | None = None) -> keras.Model:
        section = self.sections[at]
        class_name = class_name or section.class_name
        tensors = {
            (end.name, 1, 1): keras.Input(
                batch_shape=end.shape, dtype=end.dtype, name=end.name, **end.kinds
            )
            for end in section.inputs
        }
        if class_name == "Sequential":
            chain = [self.layer(section, call.layer) for call in section.calls]
            model = keras.Sequential([*tensors.values(), *chain], name=section.name)
        else:
            inputs = pack({end.path: tensors[end.name, 1, 1] for end in section.inputs})
            self.call_all(section, tensors)
            outputs = pack(
                {end.path: tensors[_key(end.source)] for end in section.outputs if end.source}
            )
            model = keras.Model(inputs, outputs, name=section.name)
        if not at:
            self.finish(model, section)
        return model

    def call_all(self, section: Section, tensors: dict[object, object]) -> None:
        """Make the calls, those of a layer in the order of their numbers."""
        done = dict.fromkeys((call.layer for call in section.calls), 0)
        waiting = section.calls
        while waiting:
            later = []
            for call in waiting:
                taken = [_key(use.source) for use in (*call.positional, *call.keywords)]
                if done[call.layer] + 1 < call.number or any(k not in tensors for k in taken):
                    later.append(call)
                    continue
                given = self.call(section, call, tensors)
                for position, tensor in enumerate(keras.tree.flatten(given)):
                    tensors[call.layer, call.number, position + 1] = tensor
                done[call.layer] += 1
            assert len(later) < len(waiting), f"these take what nothing gives: {later}"
            waiting = later

    def call(self, section: Section, call: Call, tensors: dict[object, object]) -> object:
        layer = self.layer(section, call.layer)
        parameters = inspect.signature(layer.call).parameters.values()
        first, *_ = names = [parameter.name for parameter in parameters]
        star = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
        constants = dict(call.constants)
        if type(layer).__name__ == "GetItem":
            constants["key"] = _index(constants["key"])

        def structures(given: list[Use]) -> dict[str, object]:
            leaves: dict[str, dict[tuple[str | int, ...], object]] = {}
            for use in given:
                there = leaves.setdefault(use.parameter or first, {})
                there[use.path] = tensors[_key(use.source)]
            return {parameter: pack(part) for parameter, part in leaves.items()}

        positional = structures(call.positional)
        several = positional.pop(star, []) if star else []
        last = max((names.index(parameter) for parameter in positional), default=-1)
        arguments = [
            positional[p.name] if p.name in positional else constants.pop(p.name, p.default)
            for p in list(parameters)[: last + 1]
        ]
        return layer(*arguments, *several, **structures(call.keywords), **constants)

    def layer(self, section: Section, called: str, *way: str) -> object:
        """Build a layer at its first use; `way` are the wrappers around it."""
        there = (called, *way, *section.place)
        if there not in self.layers:
            kind, about = section.layers[called, *way]
            if about.same:
                self.layers[there] = self.elsewhere(about.same)
            else:
                self.layers[there] = self.make(section, (called, *way), kind, about)
        return self.layers[there]

    def elsewhere(self, there: Place) -> object:
        """Find or build the layer that another section tells."""
        for at in range(1, len(there) + 1):
            section = self.sections.get(there[at:])
            if section and there[:at] in section.layers:
                return self.layer(section, *there[:at])
        raise AssertionError(f"nothing is told of {there}")

    def make(self, section: Section, way: Place, kind: str, about: About) -> object:
        there = (*way, *section.place)
        if kind == "Nested model":
            layer = self.build(there, about.class_name)
        else:
            cls = _class(kind, about.class_name)
            settings = {key: _object(told) for key, told in about.settings.items()}
            parts = [self.layer(section, *inner) for inner in section.wraps.get(way, [])]
            if parts:
                takes = inspect.signature(cls.__init__).parameters
                key = next(k for k in ("layer", "cell", "cells", "layers") if k in takes)
                settings[key] = parts if key.endswith("s") else parts[0]
                if cls is keras.layers.Bidirectional and len(parts) > 1:
                    settings["backward_layer"] = parts[1]
            if "dtype" in inspect.signature(cls).parameters and kind == "Operation":
                settings.setdefault("dtype", "float32")  # what is not told
            layer = cls(**settings, name=way[0])
            if cls is keras.layers.Bidirectional:
                # It has made copies of what it was given, one for each direction.
                told = [section.layers[inner][1].trainable for inner in section.wraps[way]]
                copies = (layer.forward_layer, layer.backward_layer)
                self.flags += zip(copies, told * 2, strict=False)
        # A flag goes down to what is inside, so those outside are set first.
        self.flags.append((layer, about.trainable))
        return layer

    def finish(self, model: keras.Model, section: Section) -> None:
        for layer, trainable in reversed(self.flags):
            if isinstance(layer, keras.Layer):
                layer.trainable = trainable
        if any(end.compiled for end in section.outputs):
            told: dict[str, dict[object, object]] = {"loss": {}, "loss_weights": {}}
            for end in section.outputs:
                loss, weight = end.losses[0] if end.losses else (None, None)
                told["loss"][end.path] = loss
                told["loss_weights"][end.path] = weight
                for kind, metrics in end.metrics.items():
                    told.setdefault(kind, {})[end.path] = metrics
            if not any(end.losses for end in section.outputs):
                told = {}
            model.compile(**{kind: pack(by_path) for kind, by_path in told.items()})


def _key(source: Source) -> tuple[str, int, int]:
    return source.name, source.call, source.output
