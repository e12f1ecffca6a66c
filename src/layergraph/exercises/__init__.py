"""Exercises that grade themselves, in sentences.

:func:`grade` reads what a reader made, a model, a history or arrays, and says what is right, what
is missing and where to look. Every grader looks at the structure, as
:func:`layergraph.graph.read` gives it, and at what the model does. Names do not count, and the
reader's model stays as it is.

The graders are one module for each lesson, loaded when they are first needed; what they ask of a
graph and of a model is in :mod:`layergraph.graph.walks` and :mod:`layergraph.experiments`.
"""

import warnings

from layergraph.exercises._check import Check, Grade, check
from layergraph.exercises._progress import ProgressError, keep
from layergraph.exercises._registry import CannotGradeError, Exercise, exercise, exercises, find

__all__ = [
    "CannotGradeError",
    "Check",
    "Exercise",
    "Grade",
    "check",
    "exercise",
    "exercises",
    "grade",
]


def grade(name: str, /, *answers: object, **named: object) -> Grade:
    """Grade what a reader made for an exercise, and keep progress.

    That the exercise was tried, or passed, is noted in the user's data folder, where
    ``layergraph exercises`` finds it. The environment variable ``LAYERGRAPH_PROGRESS`` names
    another folder, or switches this off by the word ``off``. A :class:`UserWarning` tells if a
    note cannot be written, or one that is there is damaged, which is then left as it is.

    Args:
        name: Name of the exercise, such as ``two-more-dense-layers``.
        *answers: What the exercise asks for, such as a model.
        **named: The same by name.

    Returns:
        The grade, which shows itself in a notebook and prints itself in a terminal. An odd
        answer, such as ``None`` or a model that cannot run, is told in it.

    Raises:
        ValueError: If there is no such exercise; the message lists those with near names.
        TypeError: If there are too many or too few answers, or one has an unknown name; the
            message says what the grader wants.

    Examples:
        >>> from layergraph import models
        >>> model = models.headline_popularity(vocabulary_size=50, hidden=(64, 64, 64, 64))
        >>> print(grade("two-more-dense-layers", model).summary)
        Two more dense layers: passed.
        >>> grade("two-more-layers", model)
        Traceback (most recent call last):
            ...
        ValueError: there is no exercise 'two-more-layers': did you mean 'two-more-dense-layers'?
    """
    verdict = find(name).grade(*answers, **named)
    try:
        keep(verdict)
    except ProgressError as error:
        warnings.warn(str(error), stacklevel=2)
    return verdict


# Readers, tracebacks and the reference know these by the public name.
for _name in __all__:
    globals()[_name].__module__ = __name__
