"""Every exercise stands on its page with all its parts, and has its planted answers."""

import importlib
from collections.abc import Callable

import keras
import numpy as np
import pytest
from exercise_cells import LESSONS, UNFORESEEN, Answers, Cases, sections
from keras import layers

from layergraph.exercises import Exercise, Grade, exercises

EVERY = [pytest.param(one, id=one.name) for one in exercises()]
BY_LESSON = {one.lesson: [] for one in exercises()} | {
    page.stem: [] for page in LESSONS.glob("*.md")
}
for one in exercises():
    BY_LESSON[one.lesson].append(one.name)


def cases_of(lesson: str) -> Cases:
    (cases,) = (
        value
        for value in vars(importlib.import_module(f"test_exercises_{lesson}")).values()
        if isinstance(value, Cases)
    )
    return cases


@pytest.mark.parametrize("one", EVERY)
def test_its_page_has_task_hint_stub_and_hidden_solution(one: Exercise) -> None:
    section = sections(one.lesson).get(one.name)
    assert section is not None, f"{one.lesson}.md has no exercise-start labelled ex-{one.name}"
    assert one.title == section.title
    assert section.task
    assert section.hint is not None
    assert section.hint.body.strip()
    assert "dropdown" in section.hint.classes
    assert section.cells("stub")
    assert section.solution is not None
    assert f"ex-{one.name}" == section.solution.argument
    assert "dropdown" in section.solution.classes
    assert section.cells("solution")


@pytest.mark.parametrize("one", EVERY)
def test_its_page_hints_before_it_starts_and_solves_last(one: Exercise) -> None:
    blocks = sections(one.lesson)[one.name].blocks
    tagged = {tag: n for n, b in enumerate(blocks) for tag in b.tags}
    names = [block.name for block in blocks]
    order = [
        names.index("exercise-start"),
        names.index("exercise-end"),
        names.index("admonition"),
        tagged["stub"],
        names.index("solution-start"),
        tagged["solution"],
        names.index("solution-end"),
    ]
    assert sorted(order) == order


@pytest.mark.parametrize("one", EVERY)
def test_its_solution_says_that_it_passes(one: Exercise) -> None:
    last = sections(one.lesson)[one.name].cells("solution")[-1].strip().splitlines()
    assert ["assert verdict.passed", "verdict"] == last[-2:]


@pytest.mark.parametrize("one", EVERY)
def test_three_wrong_answers_are_planted(one: Exercise) -> None:
    planted = [case for case in cases_of(one.lesson).planted if case.exercise == one.name]
    wrong = [case for case in planted if case.message]
    assert 3 <= len(wrong)
    assert len(wrong) == len({case.make for case in wrong})
    assert [] != [case for case in planted if not case.message], "no right answer of another form"


@pytest.mark.parametrize("lesson", BY_LESSON)
def test_a_lesson_has_two_exercises_and_each_is_graded(lesson: str) -> None:
    assert set(BY_LESSON[lesson]) == set(sections(lesson))
    assert 2 <= len(BY_LESSON[lesson])


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__(name="subclassed")
        self.dense = layers.Dense(1)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return self.dense(inputs)


def wire() -> keras.Model:
    x = keras.Input((3,), name="x")
    return keras.Model(x, x)


def compiled() -> keras.Model:
    x = keras.Input((3,), name="x")
    model = keras.Model(x, layers.Dense(1)(x))
    model.compile("sgd", loss="mse")
    return model


def dicts() -> keras.Model:
    given = {name: keras.Input((3,), name=name) for name in ("b", "a")}
    return keras.Model(given, {"y": layers.Add()(list(given.values())), "x": given["a"]})


def texts() -> keras.Model:
    x = keras.Input((), dtype="string")
    return keras.Model(x, layers.TextVectorization(vocabulary=["a", "b"])(x))


def broken() -> keras.Model:
    """A model that is built, and fails whenever it runs."""

    class Broken(layers.Layer):
        def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
            if not isinstance(inputs, keras.KerasTensor):
                raise RuntimeError("the layer refuses to run")
            return inputs

        def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
            return shape

    x = keras.Input((3,))
    return keras.Model(x, layers.Dense(1)(Broken()(x)))


ODD: dict[str, Callable[[], object]] = {
    "none": lambda: None,
    "ellipsis": lambda: ...,
    "number": lambda: 3,
    "nan": lambda: float("nan"),
    "text": lambda: "model.keras",
    "list": list,
    "dict": dict,
    "model class": lambda: keras.Model,
    "tensor": lambda: keras.Input((3,)),
    "layer": lambda: layers.Dense(1),
    "history": lambda: keras.callbacks.History(),
    "array": lambda: np.full((3, 1), np.nan),
    "objects": lambda: np.array([None, "a"], dtype=object),
    "no rows": lambda: np.empty((0, 5)),
    "unbuilt": lambda: keras.Sequential([layers.Dense(1)]),
    "empty": lambda: keras.Sequential(),
    "sequential": lambda: keras.Sequential([keras.Input((3,)), layers.Dense(1)]),
    "subclassed": Subclassed,
    "wire": wire,
    "compiled": compiled,
    "dicts": dicts,
    "texts": texts,
    "broken": broken,
    "models": lambda: [wire(), None],
    "function": lambda: lambda *args, **named: None,
    "raising": lambda: lambda *args, **named: 1 / 0,
}


def hold(verdict: Grade) -> None:
    """See that a grade tells what is amiss, in whole sentences of the grader's own."""
    failed = [check.sentence for check in verdict.checks if not check.passed]
    assert [] != failed
    assert [] == [sentence for sentence in failed if UNFORESEEN in sentence]
    assert [] == [sentence for sentence in failed if sentence.strip()[-1:] not in {".", "!", "?"}]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("one", EVERY)
def test_an_odd_answer_is_told_in_a_sentence(one: Exercise, odd: str) -> None:
    hold(one.grade(*(ODD[odd]() for _ in range(one.answers))))


SEVERAL = [one.name for one in exercises() if one.answers > 1]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", SEVERAL)
def test_an_odd_answer_among_right_ones_is_told(name: str, odd: str) -> None:
    (one,) = (one for one in exercises() if one.name == name)
    right = next(
        case for case in cases_of(one.lesson).planted if case.exercise == name and not case.message
    )
    made = right.make()
    answers = made.answers if isinstance(made, Answers) else made
    for place in range(len(answers)):
        hold(one.grade(*answers[:place], ODD[odd](), *answers[place + 1 :]))
