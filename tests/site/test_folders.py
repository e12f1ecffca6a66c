"""What an execution finds in its folders, and what it leaves."""

import shutil
from pathlib import Path

import pytest
from executions.folders import prepare
from executions.lessons import Lesson
from executions.store import Execution, Store
from nbformat.v4 import new_notebook


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    """A lesson with a file and a folder beside it."""
    tutorials = tmp_path / "tutorials"
    (tutorials / "models").mkdir(parents=True)
    (tutorials / "points.csv").write_text("1,2", encoding="utf-8")
    (tutorials / "models" / "x.txt").write_text("the author's", encoding="utf-8")
    return Lesson("tutorials/lesson", tutorials / "lesson.md", new_notebook())


@pytest.fixture
def used(tmp_path: Path) -> dict[str, Execution]:
    """Another lesson, which left a file of the same name."""
    left = tmp_path / "left"
    (left / "models").mkdir(parents=True)
    (left / "models" / "x.txt").write_text("the other's", encoding="utf-8")
    files = {"models/x.txt": "1"}
    return {"other": Execution("other", "0", {}, [], {}, [], 0.0, files=files, folder=left)}


def test_files_beside_the_source_are_shown(lesson: Lesson, tmp_path: Path) -> None:
    folders = prepare(tmp_path / "top", lesson, {}, Store(tmp_path / "cache", 0))

    assert "1,2" == (folders.work / "points.csv").read_text(encoding="utf-8")
    assert [] == folders.left()


def test_a_used_lessons_file_comes_first_and_the_source_stays(
    lesson: Lesson, used: dict[str, Execution], tmp_path: Path
) -> None:
    folders = prepare(tmp_path / "top", lesson, used, Store(tmp_path / "cache", 0))

    assert "the other's" == (folders.work / "models/x.txt").read_text(encoding="utf-8")
    beside = lesson.source.parent / "models" / "x.txt"
    assert not beside.is_symlink()
    assert "the author's" == beside.read_text(encoding="utf-8")


def test_what_a_lesson_leaves_is_its_own_alone(
    lesson: Lesson, used: dict[str, Execution], tmp_path: Path
) -> None:
    folders = prepare(tmp_path / "top", lesson, used, Store(tmp_path / "cache", 0))
    (folders.work / "models" / "y.txt").write_text("mine", encoding="utf-8")
    shutil.copy(folders.work / "points.csv", folders.work / "copy.csv")

    assert [Path("copy.csv"), Path("models/y.txt")] == folders.left()
