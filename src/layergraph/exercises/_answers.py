"""What a grader wants, told by the annotations of its parameters, and what it was given."""

from __future__ import annotations

import collections.abc
import inspect
import numbers
import pathlib
import types
import typing
from collections.abc import Callable
from typing import Any


class WrongKindError(Exception):
    """An answer is not of the kind that the grader wants; the message is a sentence."""


def call_of(name: str, grader: Callable[..., Any]) -> str:
    """Write the call that grades an exercise: ``grade("name", model)``."""
    words = [f'"{name}"']
    for parameter in inspect.signature(grader).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            words.append(f"{parameter.name}, ...")
        elif parameter.kind is parameter.KEYWORD_ONLY:
            words.append(f"{parameter.name}={parameter.name}")
        else:
            words.append(parameter.name)
    return f"grade({', '.join(words)})"


def bound(
    name: str, grader: Callable[..., Any], answers: tuple[Any, ...], named: dict[str, Any]
) -> inspect.BoundArguments:
    """Give each parameter of a grader its answer.

    Raises:
        TypeError: If there are too many or too few, or one has an unknown name.
    """
    try:
        return inspect.signature(grader).bind(*answers, **named)
    except TypeError as error:
        raise TypeError(
            f"the exercise {name!r} is graded by {call_of(name, grader)}: {error}"
        ) from None


def converted(grader: Callable[..., Any], given: inspect.BoundArguments) -> inspect.BoundArguments:
    """Check the kind of each answer, and make arrays and numbers plain ones.

    Raises:
        WrongKindError: If an answer is of another kind.
    """
    parameters = inspect.signature(grader).parameters
    for name, answer in given.arguments.items():
        parameter = parameters[name]
        kind = _resolved(parameter.annotation)
        if parameter.kind is parameter.VAR_POSITIONAL:
            given.arguments[name] = tuple(_fit(kind, one, name) for one in answer)
        else:
            given.arguments[name] = _fit(kind, answer, name)
    return given


def needed(grader: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters that a grader cannot do without."""
    return [
        parameter
        for parameter in inspect.signature(grader).parameters.values()
        if parameter.default is parameter.empty
    ]


def wants_one_model(grader: Callable[..., Any]) -> bool:
    """Whether one model is all that the grader needs."""
    wanted = needed(grader)
    if len(wanted) != 1 or wanted[0].kind is not wanted[0].POSITIONAL_OR_KEYWORD:
        return False
    kind = wanted[0].annotation  # text, where annotations are not evaluated
    return getattr(kind, "__name__", kind) in ("Model", "keras.Model")


def _resolved(annotation: object) -> Any:  # noqa: ANN401 - a type, in one of many forms
    """Evaluate an annotation, in which Keras may be known to type checkers only."""
    if not isinstance(annotation, str):
        return annotation
    import keras
    import numpy as np

    known = vars(typing) | vars(collections.abc) | {"keras": keras, "np": np, "Model": keras.Model}
    return eval(annotation, known | {"Path": pathlib.Path})


def _fit(kind: Any, answer: Any, name: str) -> Any:  # noqa: ANN401
    """Return the answer as one of this kind, or say why it is none."""
    if kind in (Any, object, inspect.Parameter.empty):
        return answer
    for one in _alternatives(kind):
        try:
            return _as(one, answer)
        except _OtherKindError:
            continue
    wanted = " or ".join(_words(one) for one in _alternatives(kind))
    raise WrongKindError(
        f"`{name}` should be {wanted}, and what was given is {_told(answer)}."
        + (_ADVICE if isinstance(answer, type) else "")
    )


_ADVICE = " A class stands for what is yet to be made: call it, and give what it returns."


class _OtherKindError(Exception):
    pass


def _alternatives(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return typing.get_args(kind)
    return (kind,)


def _as(kind: Any, answer: Any) -> Any:  # noqa: ANN401
    import numpy as np

    plain = typing.get_origin(kind) or kind
    if kind is None or plain is types.NoneType:
        fits = answer is None
    elif plain is np.ndarray:
        return _array(answer)
    elif plain in (float, int):
        return _number(plain, answer)
    elif plain is collections.abc.Callable:
        fits = callable(answer)
    else:
        fits = isinstance(answer, plain)
        if plain in (collections.abc.Sequence, list, tuple):
            fits = isinstance(answer, collections.abc.Sequence) and not isinstance(answer, str)
        if fits and typing.get_args(kind) and not isinstance(answer, collections.abc.Mapping):
            inner = typing.get_args(kind)[0]
            if inner not in (Any, object):
                return type(answer)(_as(inner, one) for one in answer) if _plain(answer) else answer
    if not fits:
        raise _OtherKindError
    return answer


def _plain(answer: object) -> bool:
    return type(answer) in (list, tuple)


def _array(answer: object) -> Any:  # noqa: ANN401
    import keras
    import numpy as np

    if answer is None or isinstance(answer, (str, dict, type, keras.KerasTensor)):
        raise _OtherKindError
    try:
        array = np.asarray(answer)
    except Exception as error:  # whatever an odd object may raise
        raise _OtherKindError from error
    if array.dtype.kind not in "biufcU":
        raise _OtherKindError
    return array


def _number(plain: type, answer: object) -> Any:  # noqa: ANN401
    item = getattr(answer, "item", None)
    if callable(item) and getattr(answer, "size", 0) == 1:
        answer = item()  # a number of NumPy, or an array of one
    if isinstance(answer, bool) or not isinstance(
        answer, numbers.Real if plain is float else numbers.Integral
    ):
        raise _OtherKindError
    return plain(answer)


def _words(kind: Any) -> str:  # noqa: ANN401
    """Name a kind as a reader would."""
    plain = typing.get_origin(kind) or kind
    inner = [part for part in typing.get_args(kind) if part is not Ellipsis]
    name = getattr(plain, "__name__", str(plain))
    if plain is collections.abc.Sequence or plain in (list, tuple):
        return f"a list, each of it {_words(inner[0])}" if inner else "a list"
    if plain in (collections.abc.Mapping, dict):
        return "a dictionary"
    return {
        "Functional": "a Keras model",
        "Model": "a Keras model",
        "History": "the `History` that `fit` returned",
        "ndarray": "an array of numbers",
        "NoneType": "None",
        "Callable": "a function",
        "float": "a number",
        "int": "a whole number",
        "bool": "True or False",
        "str": "a text",
        "type": "a class",
        "Layer": "a Keras layer",
        "Path": "a path",
    }.get(name, f"a `{name}`")


def _told(answer: object) -> str:
    """Tell what an answer is, without printing all of it."""
    if answer is None or answer is Ellipsis:
        return f"`{answer}`"
    if isinstance(answer, type):
        return f"the class `{answer.__name__}`"
    if isinstance(answer, (bool, int, float)):
        return f"the {'value' if isinstance(answer, bool) else 'number'} {answer}"
    if isinstance(answer, str):
        return "a text"
    name = type(answer).__name__
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} `{name}`"
