"""All exercises: what is asked, in which lesson, and who grades it."""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from layergraph.exercises._answers import (
    WrongKindError,
    bound,
    call_of,
    converted,
    needed,
    wants_one_model,
)
from layergraph.exercises._check import Check, Grade
from layergraph.experiments import ExperimentError, left_alone, told

if TYPE_CHECKING:
    from inspect import BoundArguments

LESSONS = (
    "from_sequential",
    "models_as_layers",
    "headline_popularity",
    "same_author",
    "graphs_of_layers",
    "inside_the_graph",
    "save_and_ship",
    "beyond_functional",
)

Grader: TypeAlias = Callable[..., Iterator[Check]]

_known: dict[str, Exercise] = {}


class CannotGradeError(ExperimentError):
    """Something could not be done with an answer; the message is a sentence that names it."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise of a lesson.

    Attributes:
        name: Its name, such as ``two-more-dense-layers``.
        title: Its title on the page.
        lesson: The lesson's file name without suffix, such as ``headline_popularity``.
        task: What is asked, in one sentence or a few.
        own_process: Whether answers hold code of the reader's own, such as a custom layer, so
            that they can be graded only where that code is, and not from a file.
        call: How it is graded, such as ``grade("two-more-dense-layers", model)``.
        answers: How many answers are needed.
        one_model: Whether all that is needed is one model.
    """

    name: str
    title: str
    lesson: str
    task: str
    own_process: bool
    call: str
    answers: int
    one_model: bool
    _grader: Grader = field(repr=False, compare=False)

    @property
    def address(self) -> str:
        """Where it stands, from the root of the site."""
        return f"tutorials/{self.lesson}.html#ex-{self.name}"

    @property
    def module(self) -> str:
        """The module of its grader."""
        return self._grader.__module__

    @property
    def from_file(self) -> bool:
        """Whether a saved model can be graded, as ``layergraph grade`` does."""
        return self.one_model and not self.own_process

    def grade(self, *answers: object, **named: object) -> Grade:
        """Grade an answer as :func:`grade` does, and keep no progress.

        Args:
            *answers: What the reader made, in the order of ``call``.
            **named: The same by name.

        Returns:
            The grade.

        Raises:
            TypeError: If there are too many or too few answers, or one has an unknown name.
        """
        given = bound(self.name, self._grader, answers, named)
        return Grade(self.name, self.title, tuple(self._checks(given)), self.address)

    def _checks(self, given: BoundArguments) -> Iterator[Check]:
        """Let the grader speak; where it cannot go on, say why."""
        last = None
        with left_alone():
            try:
                converted(self._grader, given)
                for last in self._grader(*given.args, **given.kwargs):
                    yield last
                if last is None:
                    yield Check(False, "Nothing in this answer could be checked.")
            except (WrongKindError, ExperimentError) as error:
                yield Check(False, str(error))
            except Exception as error:  # whatever an odd answer may raise
                yield Check(False, _unforeseen(error, last))

    def __str__(self) -> str:
        return f"{self.name}: {self.title}"


def exercise(
    name: str, *, title: str, lesson: str, own_process: bool = False
) -> Callable[[Grader], Grader]:
    """Make a generator of checks the grader of an exercise.

    Its parameters are what the reader gives, and their annotations say of which kind
    (``keras.Model``, ``np.ndarray``, ``float``, ``keras.callbacks.History``,
    ``Sequence[...]``, ``Mapping[...]``, unions of them); an answer of another kind is refused
    in a sentence before the grader runs. Its docstring is what ``layergraph exercises`` shows.

    Args:
        name: Name of the exercise, in lower case with hyphens; ``ex-`` and the name are its
            label on the page.
        title: Its title on the page.
        lesson: File name of the lesson without suffix.
        own_process: Whether answers need code of the reader's own, such as a custom layer.

    Returns:
        A decorator that returns the grader as it is.

    Raises:
        ValueError: If the name is of another form or taken, or the grader has no docstring.
        TypeError: If the grader is no generator.

    Examples:
        >>> from collections.abc import Iterator
        >>> from layergraph.exercises import Check, check, exercise
        >>> @exercise("Add Two", title="Add two", lesson="sums")
        ... def add_two(total: float) -> Iterator[Check]:
        ...     "Add two to one."
        ...     yield check(total == 3, right="It is 3.", wrong="It is not 3: count again.")
        Traceback (most recent call last):
            ...
        ValueError: an exercise is named in lower case with hyphens, not 'Add Two'
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(f"an exercise is named in lower case with hyphens, not {name!r}")

    def registered(grader: Grader) -> Grader:
        if not inspect.isgeneratorfunction(inspect.unwrap(grader)):
            raise TypeError(f"the grader of {name!r} must be a generator that yields checks")
        task = inspect.getdoc(grader)
        if not task:
            raise ValueError(f"the grader of {name!r} needs a docstring: what is asked")
        other = _known.get(name)
        if other is not None and other.module != grader.__module__:
            raise ValueError(f"two exercises are named {name!r}")
        _known[name] = Exercise(
            name=name,
            title=title,
            lesson=lesson,
            task=" ".join(task.split("\n\n")[0].split()),
            own_process=own_process,
            call=call_of(name, grader),
            answers=len(needed(grader)),
            one_model=wants_one_model(grader),
            _grader=grader,
        )
        return grader

    return registered


def exercises() -> tuple[Exercise, ...]:
    """Return all exercises, in the order of the lessons.

    Returns:
        The exercises; within a lesson they come as they stand in its graders.

    Examples:
        >>> [one.title for one in exercises() if one.name == "two-more-dense-layers"]
        ['Two more dense layers']
    """
    from layergraph.exercises import graders

    for module in pkgutil.iter_modules(graders.__path__, f"{graders.__name__}."):
        importlib.import_module(module.name)
    order = {lesson: place for place, lesson in enumerate(LESSONS)}
    return tuple(
        sorted(_known.values(), key=lambda one: (order.get(one.lesson, len(order)), one.lesson))
    )


def find(name: str) -> Exercise:
    """Return the exercise of this name.

    Raises:
        ValueError: If there is none; the message lists those whose names are near.
    """
    everyone = {one.name: one for one in exercises()}
    if name in everyone:
        return everyone[name]
    near = difflib.get_close_matches(str(name), everyone, n=3)
    advice = (
        f"did you mean {' or '.join(map(repr, near))}?"
        if near
        else f"there are {', '.join(map(repr, everyone))}"
    )
    raise ValueError(f"there is no exercise {name!r}: {advice}")


def _unforeseen(error: Exception, last: Check | None) -> str:
    """Say in a sentence that the grader could not go on, and why."""
    # What the reader of graphs says of what is no model, or not built, is a sentence already.
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == "layergraph.graph._reading":
            words = str(error).strip().rstrip(".")
            return f"{words[:1].upper()}{words[1:]}."
        trace = trace.tb_next
    after = f"the check after “{last.sentence}”" if last else "the first check"
    return f"With this answer {after} could not be made: {told(error)}"
