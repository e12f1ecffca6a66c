import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from layergraph.exercises import Check, Grade, _progress, exercise, exercises, grade
from layergraph.exercises import _registry as registry
from layergraph.exercises._progress import Progress, ProgressError, keep, progress_of


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAYERGRAPH_PROGRESS", str(tmp_path / "kept"))
    return tmp_path / "kept"


def verdict(passed: bool, name: str = "sum") -> Grade:
    return Grade(name, "Add", (Check(passed, "."),))


def state(name: str = "sum") -> str:
    return str(progress_of(name))


@pytest.mark.usefixtures("place")
def test_an_exercise_is_tried_and_then_passed() -> None:
    assert "not tried" == state()
    keep(verdict(False))
    assert "tried" == state()
    keep(verdict(True))
    assert "passed" == state()


@pytest.mark.usefixtures("place")
def test_a_later_failure_takes_nothing_back() -> None:
    keep(verdict(True))
    before = progress_of("sum")
    keep(verdict(False))
    assert before == progress_of("sum")
    assert before.tried is not None


@pytest.mark.usefixtures("place")
def test_the_first_time_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as then:
        then.setattr(_progress, "_now", lambda: "2001-01-01T00:00:00Z")
        keep(verdict(True))
    keep(verdict(True))
    assert Progress("2001-01-01T00:00:00Z", "2001-01-01T00:00:00Z") == progress_of("sum")


def test_no_half_file_is_left(place: Path) -> None:
    keep(verdict(True))
    assert {"sum.tried.json", "sum.passed.json"} == {path.name for path in place.iterdir()}


@pytest.mark.usefixtures("place")
def test_python_keeps_progress_too(monkeypatch: pytest.MonkeyPatch) -> None:
    exercises()  # all that there are, so that only the next one is forgotten again
    monkeypatch.setattr(registry, "_known", dict(registry._known))

    @exercise("probe", title="A probe", lesson="nowhere")
    def probe(value: object) -> Iterator[Check]:
        """Give anything true."""
        yield Check(bool(value), "So it is.")

    grade("probe", False)
    assert "tried" == state("probe")
    grade("probe", True)
    assert "passed" == state("probe")


@pytest.mark.parametrize("word", ["off", "OFF", " off "])
def test_it_can_be_switched_off(word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERGRAPH_PROGRESS", word)
    monkeypatch.chdir(tmp_path)
    keep(verdict(True))
    assert Progress() == progress_of("sum")
    assert [] == list(tmp_path.iterdir())


def test_without_the_variable_it_is_the_user_s_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    monkeypatch.delenv("LAYERGRAPH_PROGRESS")
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: tmp_path / "user")
    keep(verdict(True))
    assert (tmp_path / "user" / "exercises" / "sum.passed.json").is_file()


DAMAGED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"exercise": "sum"}',
    b'{"exercise": "sum", "passed": true}',
    b'{"exercise": "sum", "passed": "yesterday"}',
    b'{"exercise": "other", "passed": "2001-01-01T00:00:00Z"}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_is_one_sentence_and_stays_as_it_is(place: Path, data: bytes) -> None:
    keep(verdict(True))
    path = place / "sum.passed.json"
    path.write_bytes(data)
    sentence = (
        f"the file {path}, which holds progress in the exercise 'sum', is damaged; it is left as "
        "it is: delete it, and grade the exercise again"
    )
    assert Progress(problem=sentence) == progress_of("sum")
    with pytest.raises(ProgressError) as raised:
        keep(verdict(True))
    assert sentence == str(raised.value)
    assert data == path.read_bytes()


def test_a_damaged_file_keeps_no_other_note_from_being_made(place: Path) -> None:
    place.mkdir()
    (place / "sum.tried.json").write_text("{")
    with pytest.raises(ProgressError):
        keep(verdict(True))
    assert (place / "sum.passed.json").is_file()
    keep(verdict(True, "product"))
    assert "passed" == state("product")


def test_a_grade_is_given_though_progress_cannot_be_kept(place: Path) -> None:
    place.write_text("no folder")
    with pytest.warns(UserWarning, match="LAYERGRAPH_PROGRESS=off switches it off") as warned:
        told = grade("two-more-dense-layers", None)
    assert 1 == len(told.checks)
    assert __file__ == warned[0].filename


def test_a_file_that_cannot_be_written_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ProgressError, match=f"cannot be kept in {place}: No space left on device"):
        keep(verdict(True))


SCRIPT = """
import sys
from layergraph.exercises import Check, Grade
from layergraph.exercises._progress import keep

which, passed = int(sys.argv[1]), sys.argv[1] == "1"
for n in range(100):
    keep(Grade(f"shared-{n}", "T", (Check(passed, "."),)))
    keep(Grade(f"own-{which}-{n}", "T", (Check(True, "."),)))
"""


def test_two_processes_at_once_lose_nothing(place: Path) -> None:
    command = [sys.executable, "-c", SCRIPT]
    both = [subprocess.Popen([*command, str(which)], env=os.environ) for which in range(2)]
    assert [0, 0] == [one.wait() for one in both]
    assert {"passed"} == {state(f"shared-{n}") for n in range(100)}
    assert {"passed"} == {state(f"own-{which}-{n}") for which in range(2) for n in range(100)}
    assert [] == [path.name for path in place.iterdir() if path.name.startswith(".")]
    for path in place.iterdir():
        json.loads(path.read_bytes())
