import html.parser
import random
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence

import keras
import numpy as np
import pytest

from layergraph import models
from layergraph.exercises import (
    CannotGradeError,
    Check,
    Exercise,
    Grade,
    _registry,
    check,
    exercise,
    exercises,
    grade,
)

HOMEWORK = "two-more-dense-layers"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Exercise]:
    """Make an exercise of a grader, and forget it afterwards."""
    exercises()  # all that there are, so that only the next one is forgotten again
    monkeypatch.setattr(_registry, "_known", dict(_registry._known))

    def make(grader: Callable[..., Iterator[Check]], **options: bool) -> Exercise:
        exercise("probe", title="A probe", lesson="nowhere", **options)(grader)
        return _registry._known["probe"]

    return make


def sentences(verdict: Grade) -> list[str]:
    return [one.sentence for one in verdict.checks]


def test_a_check_takes_the_sentence_of_its_side() -> None:
    assert Check(True, "yes") == check(np.bool_(True), right="yes", wrong="no")
    assert Check(False, "no") == check([], right="yes", wrong="no")


def test_a_grade_without_checks_is_not_passed() -> None:
    assert not Grade("name", "Title", ())
    assert not Grade("name", "Title", (Check(True, "yes"), Check(False, "no")))
    assert Grade("name", "Title", (Check(True, "yes"),))


def test_a_grade_prints_one_line_a_check() -> None:
    verdict = Grade("name", "Title", (Check(True, "One is."), Check(False, "Two is not.")))
    assert "Title: not passed yet, 1 of 2 right.\n- right: One is.\n- to do: Two is not." == str(
        verdict
    )


class Page(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_a_grade_is_html_with_the_same_words() -> None:
    checks = (Check(True, "It has `a < b`."), Check(False, "Not <script>."))
    page = Page(Grade("name", "T & U", checks)._repr_html_())
    words = " ".join("".join(page.text).split())
    assert "T & U: not passed yet, 1 of 2 right. ✓ right: It has a < b. ✗ to do: Not <script>." == (
        words
    )
    assert [] == page.open
    assert ("div", "aria-label", "Grade of the exercise T & U") in page.attributes
    assert [] == [value for tag, name, value in page.attributes if name == "id"]


def test_a_grade_s_letters_keep_the_colour_of_the_page() -> None:
    page = Page(Grade("name", "Title", (Check(True, "."), Check(False, ".")))._repr_html_())
    styles = ";".join(value for _, name, value in page.attributes if name == "style").split(";")
    assert [] == [s for s in styles if s.strip().startswith(("color", "background"))]


def contrast(first: str, second: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(first), light(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("page", ["#ffffff", "#121212"])
def test_the_bars_of_a_grade_are_seen_on_light_and_dark(page: str) -> None:
    from layergraph.exercises import _check

    for colour in (_check._GREEN, _check._VERMILLION):
        assert 3 <= contrast(colour, page)


def test_a_grade_is_a_dict_for_json() -> None:
    verdict = Grade("name", "Title", (Check(False, "No."),), "tutorials/x.html#ex-name")
    assert {
        "exercise": "name",
        "title": "Title",
        "passed": False,
        "checks": [{"passed": False, "sentence": "No."}],
        "address": "tutorials/x.html#ex-name",
    } == verdict.to_dict()


def test_an_exercise_knows_its_place_on_the_site() -> None:
    (one,) = (one for one in exercises() if one.name == HOMEWORK)
    assert f"tutorials/headline_popularity.html#ex-{HOMEWORK}" == one.address
    assert f'grade("{HOMEWORK}", model)' == one.call
    assert one.from_file


def test_exercises_come_in_the_order_of_the_lessons() -> None:
    lessons = [one.lesson for one in exercises()]
    assert sorted(lessons, key=_registry.LESSONS.index) == lessons


def test_an_unknown_name_lists_those_near() -> None:
    with pytest.raises(ValueError, match=f"'two-dense-layers': did you mean '{HOMEWORK}'?"):
        grade("two-dense-layers", None)


def test_a_name_near_none_lists_them_all() -> None:
    with pytest.raises(ValueError, match="there is no exercise 'xyz': there are") as raised:
        grade("xyz")
    assert [] == [one.name for one in exercises() if one.name not in str(raised.value)]


@pytest.mark.parametrize(
    ("answers", "named", "words"),
    [
        ((), {}, "missing a required argument: 'model'"),
        ((1, 2), {}, "too many positional arguments"),
        ((), {"net": 1}, "missing a required argument: 'model'"),
        ((1,), {"net": 1}, "got an unexpected keyword argument 'net'"),
    ],
)
def test_too_many_or_too_few_answers_are_told(
    answers: tuple[int, ...], named: dict[str, int], words: str
) -> None:
    with pytest.raises(TypeError) as raised:
        grade(HOMEWORK, *answers, **named)
    assert f'is graded by grade("{HOMEWORK}", model): {words}' in str(raised.value)


def one_of_each(
    model: keras.Model,
    scores: np.ndarray,
    share: float,
    count: int,
    history: keras.callbacks.History,
    models: Sequence[keras.Model],
    results: Mapping[str, float],
    either: keras.callbacks.History | Mapping[str, list] | None,
) -> Iterator[Check]:
    """Give all kinds."""
    types = [type(one).__name__ for one in (model, scores, share, count, history, models, results)]
    yield Check(True, " ".join(types))


def kinds() -> dict[str, object]:
    x = keras.Input((2,))
    model = keras.Model(x, keras.layers.Dense(1)(x))
    return {
        "model": model,
        "scores": [1, 2],
        "share": np.float32(0.5),
        "count": np.array([3]),
        "history": keras.callbacks.History(),
        "models": [model],
        "results": {"a": 1.0},
        "either": None,
    }


def test_answers_of_the_right_kinds_reach_the_grader(made: Callable[..., Exercise]) -> None:
    verdict = made(one_of_each).grade(**kinds())
    assert ["Functional ndarray float int History list dict"] == sentences(verdict)


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("model", None, "`model` should be a Keras model, and what was given is `None`."),
        ("model", keras.Model, "is the class `Model`. A class stands for what is yet to be made"),
        ("scores", "ab", "`scores` should be an array of numbers, and what was given is a text."),
        ("scores", [None], "an array of numbers, and what was given is a `list`"),
        ("scores", [[1], [1, 2]], "an array of numbers"),
        ("share", True, "`share` should be a number, and what was given is the value True."),
        ("share", np.ones(2), "a number, and what was given is a `ndarray`"),
        ("count", 1.5, "`count` should be a whole number, and what was given is the number 1.5."),
        ("history", {}, "the `History` that `fit` returned, and what was given is a `dict`."),
        ("models", kinds()["model"], "should be a list, each of it a Keras model, and what was"),
        ("models", [None], "should be a list, each of it a Keras model"),
        ("results", [], "`results` should be a dictionary"),
        ("either", 3, "should be the `History` that `fit` returned or a dictionary or None, and"),
    ],
)
def test_an_answer_of_another_kind_is_refused_in_words(
    made: Callable[..., Exercise], name: str, answer: object, words: str
) -> None:
    verdict = made(one_of_each).grade(**(kinds() | {name: answer}))
    (told,) = sentences(verdict)
    assert words in told
    assert not verdict.passed


def test_a_grader_that_raises_is_told_with_what_came_before(made: Callable[..., Exercise]) -> None:
    def raising(value: object) -> Iterator[Check]:
        """Raise."""
        yield Check(True, "It is there.")
        raise RuntimeError("\n\x1b[1mno\x1b[0m way\nat all")

    verdict = made(raising).grade(1)
    assert [
        "It is there.",
        "With this answer the check after “It is there.” could not be made: RuntimeError: no way.",
    ] == sentences(verdict)
    assert not verdict.passed


def test_what_could_not_be_done_is_told_as_it_is(made: Callable[..., Exercise]) -> None:
    def refusing(value: object) -> Iterator[Check]:
        """Refuse."""
        raise CannotGradeError("It was not possible.")
        yield

    assert ["It was not possible."] == sentences(made(refusing).grade(1))


def test_a_model_that_cannot_be_read_is_told_as_the_reader_tells(
    made: Callable[..., Exercise],
) -> None:
    told = sentences(grade(HOMEWORK, keras.Sequential([keras.layers.Dense(1)], name="stack")))
    assert 1 == len(told)
    assert told[0].startswith("The Sequential model 'stack' has not been built")


def test_a_grader_that_finds_nothing_to_say_does_not_pass(made: Callable[..., Exercise]) -> None:
    def silent(value: object) -> Iterator[Check]:
        """Say nothing."""
        yield from ()

    assert ["Nothing in this answer could be checked."] == sentences(made(silent).grade(1))


def test_stopping_the_program_stops_it(made: Callable[..., Exercise]) -> None:
    def stopped(value: object) -> Iterator[Check]:
        """Stop."""
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        made(stopped).grade(1)


def test_grading_draws_no_random_number_of_the_reader_s(made: Callable[..., Exercise]) -> None:
    def drawing(value: object) -> Iterator[Check]:
        """Draw."""
        warnings.warn("unseen", stacklevel=1)
        yield Check(True, f"{random.random()} {np.random.random()}")

    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.random()
    random.seed(1)
    np.random.seed(1)
    made(drawing).grade(1)
    assert expected == (random.random(), np.random.random())


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"name": "Two_More"}, ValueError, "lower case with hyphens, not 'Two_More'"),
        ({"name": HOMEWORK}, ValueError, f"two exercises are named '{HOMEWORK}'"),
        ({"doc": ""}, ValueError, "needs a docstring"),
        ({"plain": True}, TypeError, "must be a generator"),
    ],
)
@pytest.mark.usefixtures("made")
def test_a_grader_that_cannot_be_one_is_refused(
    change: dict[str, object], error: type[Exception], words: str
) -> None:
    def grader(value: object) -> Iterator[Check]:
        yield Check(True, "Yes.")

    def plain(value: object) -> list[Check]:
        return []

    function = plain if "plain" in change else grader
    function.__doc__ = change.get("doc", "What is asked.")
    with pytest.raises(error, match=words):
        exercise(str(change.get("name", "probe")), title="A probe", lesson="nowhere")(function)


def test_the_exercises_are_listed_without_a_backend_of_keras() -> None:
    script = (
        "import sys; from layergraph.exercises import exercises; print(len(exercises()) > 0,"
        "sorted({'keras', 'tensorflow', 'matplotlib'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "True []\n" == run.stdout


def test_a_model_that_passed_is_not_changed() -> None:
    model = models.headline_popularity(vocabulary_size=50, hidden=(64,) * 4)
    before = model.get_weights()
    assert grade(HOMEWORK, model)
    assert all(map(np.array_equal, before, model.get_weights()))
