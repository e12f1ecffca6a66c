"""Takes the cells of an exercise out of its lesson, runs them, and plants answers.

A test module of a lesson reads so::

    from exercise_cells import Cases

    cases = Cases("headline_popularity")


    @cases.namespace("two-more-dense-layers")
    def page() -> dict[str, object]:
        return cases.names("headline_model") | {"batch": 4}


    @cases.wrong("two-more-dense-layers", "stand 2 dense layers, not four")
    def two_layers() -> keras.Model:
        return headline_popularity(vocabulary_size=50)


    @cases.right("two-more-dense-layers")
    def other_names() -> keras.Model: ...


    test_solution, test_stub, test_wrong, test_right = cases.tests()

``namespace`` gives what the page has defined before the cells of the exercise run. A function
for an answer returns it, a tuple of answers, or ``Answers(...)`` for answers by name.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin

from layergraph.exercises import Grade, exercises, grade

ROOT = Path(__file__).parents[2]
LESSONS = ROOT / "tutorials"

# What the framework says where a grader had no sentence of its own.
UNFORESEEN = "could not be made"


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: a directive, or a cell."""

    name: str
    argument: str
    options: dict[str, Any]
    body: str

    @property
    def tags(self) -> list[str]:
        return list(self.options.get("tags") or [])

    @property
    def classes(self) -> list[str]:
        return str(self.options.get("class", "")).split()


@dataclass(frozen=True)
class Section:
    """What a page has for an exercise, from its start to the next exercise."""

    name: str
    title: str
    task: str
    blocks: tuple[Block, ...]

    def cells(self, tag: str) -> list[str]:
        return [b.body for b in self.blocks if b.name == "code-cell" and tag in b.tags]

    @property
    def hint(self) -> Block | None:
        hints = (
            block
            for block in self.blocks
            if block.name == "admonition" and block.argument.strip().lower().startswith("hint")
        )
        return next(hints, None)

    @property
    def solution(self) -> Block | None:
        """The block that hides the solution."""
        solutions = (block for block in self.blocks if block.name == "solution-start")
        return next(solutions, None)


def _blocks(text: str) -> Iterator[tuple[int, Block]]:
    for token in MarkdownIt().use(colon_fence_plugin).parse(text):
        if token.type not in ("fence", "colon_fence") or not token.info.startswith("{"):
            continue
        name, _, argument = token.info[1:].partition("}")
        options, body = {}, token.content.splitlines(keepends=True)
        while body and body[0].startswith(":") and not body[0].startswith(":::"):
            key, _, value = body.pop(0)[1:].partition(":")
            options[key] = yaml.safe_load(value)
        assert token.map is not None
        argument = argument.strip()
        yield token.map[0], Block(name, argument, options, "".join(body).lstrip("\n"))


@cache
def sections(lesson: str) -> dict[str, Section]:
    """The exercises of a lesson by their names; none if there is no such page."""
    page = LESSONS / f"{lesson}.md"
    if not page.is_file():
        return {}
    text = page.read_text(encoding="utf-8")
    blocks = list(_blocks(text))
    starts = [n for n, (_, block) in enumerate(blocks) if block.name == "exercise-start"]
    found = {}
    for start, end in pairwise([*starts, len(blocks)]):
        line, first = blocks[start]
        own = [block for _, block in blocks[start:end]]
        ends = [at for at, block in blocks[start:end] if block.name == "exercise-end"]
        task = text.splitlines()[line + 3 : ends[0]] if ends else []
        name = str(first.options.get("label", "")).removeprefix("ex-")
        found[name] = Section(name, first.argument, "\n".join(task).strip(), tuple(own))
    return found


@cache
def _page(lesson: str) -> list[ast.stmt]:
    """All statements of a page's cells, those of exercises left out."""
    text = (LESSONS / f"{lesson}.md").read_text(encoding="utf-8")
    cells = (
        block.body
        for _, block in _blocks(text)
        if block.name == "code-cell" and not {"stub", "solution"}.intersection(block.tags)
    )
    # A magic, such as %matplotlib, is no Python.
    return [node for cell in cells for node in ast.parse(cell.replace("\n%", "\n#")).body]


def names(lesson: str, *wanted: str) -> dict[str, Any]:
    """Run the imports of a page, and its definitions of these names, and nothing else.

    Raises:
        KeyError: If the page does not define a name at the top of a cell.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for node in _page(lesson):
        if isinstance(node, ast.Assign):
            made = {target.id for target in node.targets if isinstance(target, ast.Name)}
        else:
            made = {getattr(node, "name", "")}
        if isinstance(node, ast.Import | ast.ImportFrom) or made.intersection(wanted):
            module = ast.Module([node], [])
            exec(compile(module, f"{lesson}.md", "exec"), namespace)
    missing = [name for name in wanted if name not in namespace]
    if missing:
        raise KeyError(f"{lesson}.md does not define {', '.join(missing)}")
    return namespace


def run(code: str, namespace: dict[str, Any], where: str = "cell") -> Grade:
    """Run a cell as a notebook does, and return the grade that it shows: its last line."""
    *body, last = ast.parse(code).body
    assert isinstance(last, ast.Expr), f"{where}: its last line shows no grade"
    exec(compile(ast.Module(body, []), where, "exec"), namespace)
    shown = eval(compile(ast.Expression(last.value), where, "eval"), namespace)
    assert isinstance(shown, Grade), f"{where}: its last line shows no grade"
    return shown


class Answers:
    """Several answers, some by name."""

    def __init__(self, *answers: object, **named: object) -> None:
        self.answers, self.named = answers, named

    def grade(self, exercise: str) -> Grade:
        return grade(exercise, *self.answers, **self.named)

    def models(self) -> list[keras.Model]:
        given = [*self.answers, *self.named.values()]
        return [one for one in given if isinstance(one, keras.Model)]


def state(model: keras.Model) -> tuple[Any, ...]:
    """All of a model that grading must leave as it is."""
    return (
        [np.array(one) for one in model.weights],
        [one.path for one in model.trainable_weights] if model.built else None,
        [layer.trainable for layer in model.layers],
        getattr(model, "compiled", False),
        id(getattr(model, "optimizer", None)),
    )


def same(first: object, second: object) -> bool:
    if isinstance(first, np.ndarray):
        return np.array_equal(first, second, equal_nan=first.dtype.kind == "f")
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        return len(first) == len(second) and all(map(same, first, second))
    return first == second


@dataclass(frozen=True)
class Planted:
    """An answer, and the part of a sentence that is meant for it; none for a right one."""

    exercise: str
    make: Callable[[], Any]
    message: str = ""

    def __str__(self) -> str:
        return f"{self.exercise}-{self.make.__name__}"

    def grade(self) -> Grade:
        """Grade it, and see that grading leaves the reader's models as they are."""
        made = self.make()
        if not isinstance(made, Answers):
            made = Answers(*made) if isinstance(made, tuple) else Answers(made)
        before = [state(model) for model in made.models()]
        verdict = made.grade(self.exercise)
        for model, old in zip(made.models(), before, strict=True):
            assert same(old, state(model)), f"{self}: grading changed the model {model.name!r}"
        return verdict


class Cases:
    """The cases of one lesson's exercises."""

    def __init__(self, lesson: str) -> None:
        self.lesson = lesson
        self.namespaces: dict[str, Callable[[], dict[str, Any]]] = {}
        self.planted: list[Planted] = []

    @property
    def exercises(self) -> list[str]:
        return [one.name for one in exercises() if one.lesson == self.lesson]

    def names(self, *wanted: str) -> dict[str, Any]:
        """What the page imports, and these of its definitions."""
        return names(self.lesson, *wanted)

    def namespace(self, *wanted: str) -> Callable[[Callable[[], dict[str, Any]]], Any]:
        """Say what the page has defined before the cells of these exercises."""

        def keep(make: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
            self.namespaces.update(dict.fromkeys(wanted, make))
            return make

        return keep

    def wrong(self, exercise: str, message: str) -> Callable[[Callable[[], Any]], Any]:
        """Plant a wrong answer, and the part of a sentence that is meant for it."""
        assert message

        def keep(make: Callable[[], Any]) -> Callable[[], Any]:
            self.planted.append(Planted(exercise, make, message))
            return make

        return keep

    def right(self, exercise: str) -> Callable[[Callable[[], Any]], Any]:
        """Plant a right answer of another form than the page's."""

        def keep(make: Callable[[], Any]) -> Callable[[], Any]:
            self.planted.append(Planted(exercise, make))
            return make

        return keep

    def run(self, exercise: str, tag: str) -> Grade:
        """Run the cells of this tag, in one namespace, and return the grade that they show."""
        cells = sections(self.lesson)[exercise].cells(tag)
        assert cells, f"{self.lesson}.md has no cell tagged {tag} for {exercise}"
        make = self.namespaces.get(exercise, self.names)
        return run("\n".join(cells), make(), f"{self.lesson}.md, {exercise}, {tag}")

    def tests(self) -> tuple[Callable[..., None], ...]:
        """The tests of a lesson: solutions pass, stubs and wrong answers fail, right ones pass."""

        # A page's cells write files where they run.
        @pytest.mark.parametrize("exercise", self.exercises)
        def test_solution(exercise: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
            monkeypatch.chdir(tmp_path)
            verdict = self.run(exercise, "solution")
            assert (exercise, True) == (verdict.exercise, verdict.passed), str(verdict)

        @pytest.mark.parametrize("exercise", self.exercises)
        def test_stub(exercise: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
            monkeypatch.chdir(tmp_path)
            verdict = self.run(exercise, "stub")
            assert (exercise, False) == (verdict.exercise, verdict.passed), str(verdict)
            assert UNFORESEEN not in str(verdict)

        wrong = [one for one in self.planted if one.message]
        right = [one for one in self.planted if not one.message]

        @pytest.mark.parametrize("planted", wrong, ids=str)
        def test_wrong(planted: Planted) -> None:
            verdict = planted.grade()
            failed = [one.sentence for one in verdict.checks if not one.passed]
            assert [] != [one for one in failed if planted.message in one], str(verdict)

        @pytest.mark.parametrize("planted", right, ids=str)
        def test_right(planted: Planted) -> None:
            verdict = planted.grade()
            assert verdict.passed, str(verdict)

        return test_solution, test_stub, test_wrong, test_right
