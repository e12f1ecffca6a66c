"""What a file of the model will lose, or will not give back."""

from __future__ import annotations

import dis
import inspect
import types
from typing import TYPE_CHECKING, Any

from layergraph.linting._registry import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from layergraph.graph import Layer, LayerGraph
    from layergraph.linting._case import Case
    from layergraph.linting._finding import Finding

# What every layer takes, and `Layer.get_config` tells.
_COMMON = frozenset(("name", "trainable", "dtype"))


@rule("LG801", "lambda-not-loaded", page="saving", needs="graph", severities=("hint",))
def lambda_not_loaded(case: Case, this: Rule) -> Iterator[Finding]:
    """A layer holds a Python function, which a file of the model does not bring back."""
    other = {name for name, _, _ in _untracked(case)} | _registered_lambdas(case)
    found: dict[str, list[str]] = {}
    for layer in _layers(case.opened):
        facts = dict(layer.facts)
        own = [facts[name] for name in facts if name.endswith("activation")]
        if layer.class_name == "Lambda" and _of_keras(layer) and layer.name not in other:
            found.setdefault("`Lambda`", []).append(layer.name)
        elif "lambda" in own:
            found.setdefault("lambda as activation", []).append(layer.name)
    for what, names in found.items():
        yield this.finding(
            "hint",
            f"The Python code of {_listed(names)} ({what}) does not come back from a file of the "
            "model in safe mode.",
            *names,
            repair="@keras.saving.register_keras_serializable()\nclass Own(keras.Layer): ...",
        )


def _registered_lambdas(case: Case) -> set[str]:
    """The Lambda layers whose function a file can name."""
    return {
        name
        for name, layer in _objects(case.model)
        if isinstance(function := getattr(layer, "function", None), types.FunctionType)
        and function.__name__ != "<lambda>"
        and _registered(function)
    }


def _layers(graph: LayerGraph) -> Iterator[Layer]:
    for layer in graph.layers:
        yield layer
        yield from (one for one in layer.wraps if one.graph is None)


def _of_keras(layer: Layer) -> bool:
    return layer.module.partition(".")[0] == "keras"


@rule(
    "LG802",
    "lambda-with-weights",
    page="saving",
    needs="graph",
    severities=("warning", "hint"),
)
def lambda_with_weights(case: Case, this: Rule) -> Iterator[Finding]:
    """A Lambda uses weights that the model does not know: they are neither trained nor saved."""
    for name, used, trainable in _untracked(case):
        does = "they are neither trained nor saved" if trainable else "they are not saved"
        yield this.finding(
            "warning" if trainable else "hint",
            f"`{name}` uses weights of `{used}`, which the model does not know of: {does}.",
            name,
            repair="@keras.saving.register_keras_serializable()\nclass Own(keras.Layer): ...",
        )


def _untracked(case: Case) -> Iterator[tuple[str, str, bool]]:
    """Lambda layers with weights of another layer, its name, and whether they could be trained."""
    import keras

    if case.model is None:
        return
    known = {id(one) for one in case.model.weights}
    for name, layer in _objects(case.model):
        if not isinstance(layer, keras.layers.Lambda):
            continue
        for one in _held(layer.function):
            if isinstance(one, keras.Layer):
                weights, used = list(one.weights), one.name
            elif isinstance(one, keras.Variable):
                weights, used = [one], one.name
            else:
                continue
            lost = [weight for weight in weights if id(weight) not in known]
            # A seed that counts on is no weight that anybody misses.
            lost = [weight for weight in lost if "seed" not in weight.path]
            if lost:
                yield name, str(used), any(weight.trainable for weight in lost)
                break


def _objects(model: Any, prefix: str = "", depth: int = 5) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """The layers of a model and of those in it, by their names in the opened graph."""
    for layer in getattr(model, "layers", ()):
        inner = getattr(layer, "layers", None)
        if isinstance(inner, list) and depth:
            yield from _objects(layer, f"{prefix}{layer.name}/", depth - 1)
        else:
            yield f"{prefix}{layer.name}", layer


def _held(function: Any, depth: int = 2) -> Iterator[Any]:  # noqa: ANN401 - a reader's function
    """What a function uses: from around it, of its defaults, and of the functions that it calls."""
    owner = getattr(function, "__self__", None)
    if owner is not None:
        yield owner
    function = getattr(function, "__func__", function)
    if not isinstance(function, types.FunctionType):
        return
    held: list[Any] = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for cell in function.__closure__ or ():
        try:
            held.append(cell.cell_contents)
        except ValueError:  # nothing is in it yet
            continue
    for name in _names(function.__code__):
        if name in function.__globals__:
            held.append(function.__globals__[name])
    for one in held:
        if isinstance(one, types.FunctionType) and depth and one is not function:
            yield from _held(one, depth - 1)
        elif isinstance(one, list | tuple):
            yield from one[:100]
        elif isinstance(one, dict):
            yield from list(one.values())[:100]
        else:
            yield one


def _names(code: types.CodeType) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL":
            yield str(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


@rule(
    "LG803",
    "config-not-whole",
    page="saving",
    needs="graph",
    severities=("warning", "hint"),
)
def config_not_whole(case: Case, this: Rule) -> Iterator[Finding]:
    """A custom layer cannot be made again from its `get_config`, so no file of the model loads."""
    import keras

    if case.model is None:
        return
    ahead = list(_objects(case.model))
    if not _class_of_keras(type(case.model)):
        ahead.append((case.model.name, case.model))
    told: set[type] = set()
    for name, layer in ahead:
        cls = type(layer)
        if cls in told or _class_of_keras(cls) or not isinstance(layer, keras.Layer):
            continue
        written, problem = _problem(layer)
        if problem is not None:
            told.add(cls)
            yield this.finding(
                "warning" if written else "hint",
                f"`{name}` is a `{cls.__name__}`, {problem}.",
                name,
                repair=_repair(cls),
            )


def _class_of_keras(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in ("keras", "keras_hub", "keras_cv", "keras_nlp")


def _repair(cls: type) -> str:
    own = [name for name in _parameters(cls) if name not in _COMMON]
    values = ", ".join(f'"{name}": self.{name}' for name in own)
    return f"def get_config(self):\n    return super().get_config() | {{{values}}}"


def _parameters(cls: type) -> dict[str, inspect.Parameter]:
    try:
        found = dict(inspect.signature(cls).parameters)
    except (TypeError, ValueError):
        return {}
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {name: one for name, one in found.items() if one.kind not in kinds}


def _problem(layer: Any) -> tuple[bool, str | None]:  # noqa: ANN401
    """Whether the class has a `get_config` of its own, and why it cannot be made again of it."""
    cls = type(layer)
    owner = _owner(cls, "get_config")
    written = not _class_of_keras(owner)
    if not _class_of_keras(_owner(cls, "from_config")):
        return written, None  # it knows how
    try:
        config = layer.get_config()
    except NotImplementedError:
        return written, "which takes objects and needs a `get_config` to be saved"
    except Exception as error:  # anyone's code
        return written, f"whose `get_config` fails with {type(error).__name__}"
    if not isinstance(config, dict):
        return written, None
    parameters = _parameters(cls)
    try:
        takes_all = any(
            one.kind is inspect.Parameter.VAR_KEYWORD
            for one in inspect.signature(cls).parameters.values()
        )
    except (TypeError, ValueError):
        return written, None
    missing = [
        name for name, one in parameters.items() if one.default is one.empty and name not in config
    ]
    if missing:
        return written, f"whose `get_config` lacks {_listed(missing)}, which `__init__` needs"
    extra = [name for name in config if name not in parameters and not takes_all]
    if extra:
        return written, f"whose `__init__` does not take {_listed(extra)} of its `get_config`"
    lost = [name for name, one in parameters.items() if _forgotten(layer, name, one, config)]
    if lost and written:
        return True, f"whose `get_config` lacks {_listed(lost)}, which comes back as its default"
    return written, None


def _owner(cls: type, method: str) -> type:
    return next((base for base in cls.__mro__ if method in vars(base)), cls)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _forgotten(
    layer: Any,  # noqa: ANN401
    name: str,
    parameter: inspect.Parameter,
    config: dict[str, Any],
) -> bool:
    """Whether a setting that is not the default is left out of the configuration."""
    if name in config or name in _COMMON:
        return False
    value, default = getattr(layer, name, parameter.default), parameter.default
    plain = (str, int, float, bool)
    return isinstance(value, plain) and isinstance(default, plain) and value != default


@rule("LG804", "class-not-registered", page="saving", needs="graph", severities=("hint",))
def class_not_registered(case: Case, this: Rule) -> Iterator[Finding]:
    """A custom layer is not registered, so that a file loads only where its class is named."""
    import keras

    if case.model is None:
        return
    told: set[type] = set()
    for name, layer in _objects(case.model):
        cls = type(layer)
        if cls in told or _class_of_keras(cls) or _registered(cls):
            continue
        if not isinstance(layer, keras.Layer) or _problem(layer)[1] is not None:
            continue
        told.add(cls)
        yield this.finding(
            "hint",
            f"`{name}` is a `{cls.__name__}`, which is not registered: `load_model` finds it only "
            "in `custom_objects`.",
            name,
            repair=f"@keras.saving.register_keras_serializable()\nclass {cls.__name__}: ...",
        )


def _registered(thing: Any) -> bool:  # noqa: ANN401
    import keras

    name = keras.saving.get_registered_name(thing)
    return bool(keras.saving.get_registered_object(name) is thing)


@rule("LG805", "export-without-names", page="saving", needs="compile", severities=("hint",))
def export_without_names(case: Case, this: Rule) -> Iterator[Finding]:
    """Outputs that `compile` names stand in a list: exported, they are output_0, output_1."""
    outputs = case.graph.outputs
    # A model that nobody calls by names loses none.
    given = [case.written.get(name) for name in ("loss", "loss_weights", "metrics")]
    if not any(isinstance(one, dict) and set(one) & {end.name for end in outputs} for one in given):
        return
    if len(outputs) < 2 or any(isinstance(key, str) for one in outputs for key in one.path):
        return
    names = [one.name for one in outputs]
    items = ", ".join(f'"{name}": {_variable(name)}' for name in dict.fromkeys(names))
    shown = " and ".join(f"`{name}`" for name in names[:3]) + (" ..." if len(names) > 3 else "")
    yield this.finding(
        "hint",
        f"The outputs {shown} stand in a list: `export` will call them `output_0`, `output_1`.",
        *dict.fromkeys(names),
        repair=f"keras.Model(inputs, {{{items}}})",
    )


def _variable(name: str) -> str:
    word = "".join(char if char.isalnum() or char == "_" else "_" for char in name)
    return word if word.isidentifier() else f"tensor_{word}"


@rule("LG806", "compiled-not-loaded", page="saving", needs="compile", severities=("hint",))
def compiled_not_loaded(case: Case, this: Rule) -> Iterator[Finding]:
    """A loss or metric is a reader's own function or class, which a file only names."""
    import keras

    if case.model is None or not case.graph.compiled:
        return
    told: set[str] = set()
    try:
        losses = keras.tree.flatten(getattr(case.model, "loss", None))
    except Exception:  # a structure of no kind that Keras knows
        losses = []
    for one in losses:
        if one is None or isinstance(one, str) or not callable(one):
            continue
        thing = one if isinstance(one, types.FunctionType) else type(one)
        name = str(getattr(thing, "__name__", type(one).__name__))
        module = str(getattr(thing, "__module__", ""))
        if module.partition(".")[0] == "keras" or name in told:
            continue
        if name != "<lambda>" and _registered(thing):
            continue
        told.add(name)
        shown = "a lambda" if name == "<lambda>" else f"`{name}`, which is not registered"
        yield this.finding(
            "hint",
            f"The loss is {shown}: `load_model` cannot find it, unless with `compile=False`"
            f"{'' if name == '<lambda>' else ' or `custom_objects`'}.",
            repair="@keras.saving.register_keras_serializable()\ndef own(y_true, y_pred): ...",
        )
