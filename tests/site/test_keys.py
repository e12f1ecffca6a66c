"""What an execution depends on: each part of the key, and each need, both ways."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from executions import keys
from executions.keys import Surroundings, changed_since
from executions.lessons import Lesson
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project."""
    for name, text in {
        "src/package/__init__.py": "",
        "src/package/plots.py": "a",
        "src/package/linting.py": "b",
        "requirements/docs.txt": "numpy==2",
        "tutorials/lesson.md": "text",
        "tutorials/points.csv": "1,2",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def surroundings(project: Path) -> Surroundings:
    return Surroundings(
        root=project,
        sources=[project / "src"],
        locks=[project / "requirements" / "docs.txt"],
        programs=["graphviz-pure"],
        environment={"TF_DETERMINISTIC_OPS": "1", "PATH": "/bin", "PYTHONPATH": f"{project}/src"},
        unkeyed={"PATH"},
        startup=lambda: [("ipython_config.py", "c = get_config()")],
        shared=project / "shared",
    )


@pytest.fixture
def lesson(project: Path) -> Lesson:
    cells = [new_markdown_cell("Prose."), new_code_cell("1 + 1"), new_code_cell("2")]
    notebook = new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    return Lesson("tutorials/lesson", project / "tutorials" / "lesson.md", notebook)


@pytest.fixture
def journal(tmp_path: Path) -> Callable[..., Path]:
    """Writes what a kernel did."""

    def write(*events: tuple[str, Path | str]) -> Path:
        lines = [json.dumps([kind, str(what)]) for kind, what in events]
        (tmp_path / "journal").write_text("\n".join(lines), encoding="utf-8")
        return tmp_path / "journal"

    return write


@pytest.fixture
def needs(
    surroundings: Surroundings, lesson: Lesson, journal: Callable[..., Path]
) -> Callable[..., set[str]]:
    """The needs that come out of what a kernel did."""
    own = surroundings.root / "own"
    return lambda *events: set(surroundings.needs(lesson, journal(*events), [own], own / "work"))


def test_one_lesson_has_one_key(surroundings: Surroundings, lesson: Lesson) -> None:
    again = replace(surroundings)

    assert surroundings.key(lesson, {"a": "1"}) == again.key(lesson, {"a": "1"})


def test_the_key_is_the_same_in_another_folder(
    surroundings: Surroundings, lesson: Lesson, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("elsewhere")
    (other / "requirements").mkdir()
    (other / "requirements" / "docs.txt").write_text("numpy==2", encoding="utf-8")
    moved = replace(
        surroundings,
        root=other,
        sources=[other / "src"],
        locks=[other / "requirements" / "docs.txt"],
        environment={**surroundings.environment, "PYTHONPATH": f"{other}/src"},
    )

    there = replace(lesson, source=other / "tutorials" / "lesson.md")

    assert surroundings.key(lesson, {}) == moved.key(there, {})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda lesson: lesson.notebook.cells.pop(), id="a cell less"),
        pytest.param(lambda lesson: lesson.code[0].update(source="1 + 2"), id="code"),
        pytest.param(
            lambda lesson: lesson.code[0].metadata.update(tags=["raises-exception"]), id="steering"
        ),
        pytest.param(
            lambda lesson: lesson.notebook.metadata.kernelspec.update(name="xeus"), id="kernel"
        ),
    ],
)
def test_what_a_lesson_runs_changes_its_key(
    surroundings: Surroundings, lesson: Lesson, change: Callable[[Lesson], None]
) -> None:
    before = surroundings.key(lesson, {})
    change(lesson)

    assert before != surroundings.key(lesson, {})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda lesson: lesson.notebook.cells[0].update(source="Other."), id="prose"),
        pytest.param(lambda lesson: lesson.notebook.cells.pop(0), id="less prose"),
        pytest.param(
            lambda lesson: lesson.code[0].metadata.update(tags=["hide-input"]), id="display tag"
        ),
        pytest.param(
            lambda lesson: lesson.code[0].metadata.update(mystnb={"image": {"alt": "A"}}), id="alt"
        ),
        pytest.param(
            lambda lesson: lesson.notebook.metadata.update(execution={"budget": 9}), id="budget"
        ),
    ],
)
def test_how_a_lesson_reads_does_not_change_its_key(
    surroundings: Surroundings, lesson: Lesson, change: Callable[[Lesson], None]
) -> None:
    before = surroundings.key(lesson, {})
    change(lesson)

    assert before == surroundings.key(lesson, {})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"environment": {"TF_DETERMINISTIC_OPS": "0"}}, id="variable"),
        pytest.param({"startup": lambda: [("ipython_config.py", "c.x = 1")]}, id="start-up"),
    ],
)
def test_what_surrounds_a_kernel_changes_every_key(
    surroundings: Surroundings, lesson: Lesson, change: dict[str, object]
) -> None:
    other = replace(surroundings, **change)

    assert surroundings.key(lesson, {}) != other.key(lesson, {})


def test_where_programs_lie_does_not_change_a_key(
    surroundings: Surroundings, lesson: Lesson
) -> None:
    other = replace(surroundings, environment={**surroundings.environment, "PATH": "/usr/bin"})

    assert surroundings.key(lesson, {}) == other.key(lesson, {})


def test_the_lock_changes_every_key(surroundings: Surroundings, lesson: Lesson) -> None:
    before = surroundings.key(lesson, {})
    surroundings.locks[0].write_text("numpy==3", encoding="utf-8")

    assert before != replace(surroundings).key(lesson, {})


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (keys.sys, "version", sys.version.replace(sys.version.split()[0], "3.99.0")),
        (keys.platform, "machine", lambda: "other"),
        (keys, "distributions", list),
        (keys, "FORMAT", -1),
        (keys, "file_digest", lambda path: "other" if path.name == "kernel.py" else ""),
    ],
    ids=["python", "machine", "installed", "format", "the kernels' own start"],
)
def test_python_machine_and_runner_change_every_key(
    surroundings: Surroundings,
    lesson: Lesson,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    value: object,
) -> None:
    before = surroundings.key(lesson, {})
    monkeypatch.setattr(module, name, value)

    assert before != replace(surroundings).key(lesson, {})


def test_the_results_of_used_lessons_change_the_key(
    surroundings: Surroundings, lesson: Lesson
) -> None:
    assert surroundings.key(lesson, {"a": "1"}) != surroundings.key(lesson, {"a": "2"})


def test_modules_and_data_that_were_read_are_needs(
    project: Path, needs: Callable[..., set[str]]
) -> None:
    got = needs(
        ("read", project / "src/package/plots.py"),
        ("read", project / "tutorials/points.csv"),
        ("read", Path(sys.prefix, "lib/data/tweets.tab")),
    )

    assert {
        "file root:src/package/plots.py",
        "file root:src/package/plots/__init__.py",  # would be imported instead
        "file root:tutorials/points.csv",
        "file environment:lib/data/tweets.tab",
    } == got


def test_a_module_that_is_not_there_yet_is_a_need(
    project: Path, needs: Callable[..., set[str]]
) -> None:
    got = needs(("import", "package.fast"), ("import", "elsewhere.fast"))

    assert {"file root:src/package/fast.py", "file root:src/package/fast/__init__.py"} == got


def test_a_program_of_its_own_needs_all_source(
    project: Path, needs: Callable[..., set[str]]
) -> None:
    modules = {"file root:src/package/linting.py", "file root:src/package/__init__.py"}

    assert modules <= needs(("process", "/usr/bin/python3"))
    assert modules <= needs(("fault", "open: ValueError()"))
    assert set() == needs(("process", "os.fork"), ("process", "/bin/graphviz-pure"))


def test_a_kernel_that_is_not_watched_needs_all_source(
    lesson: Lesson, needs: Callable[..., set[str]]
) -> None:
    lesson.notebook.metadata.kernelspec.name = "xeus"

    assert {"file root:src/package/linting.py", "file root:src/package/__init__.py"} <= needs()


def test_what_is_its_own_or_stands_in_the_lock_is_no_need(
    project: Path, needs: Callable[..., set[str]]
) -> None:
    got = needs(
        ("write", project / "own" / "work" / "encoder.keras"),
        ("read", project / "own" / "work" / "encoder.keras"),
        ("read", project / "shared" / "matplotlib" / "fontlist.json"),
        ("read", Path(sys.prefix, "lib/keras/__init__.py")),
        ("read", Path(sys.base_prefix, "lib/libpython.so")),
        ("read", Path(keys.__file__).with_name("watch.py")),
        ("write", project / "made.csv"),
        ("read", project / "made.csv"),
    )

    assert set() == got


def test_what_is_looked_for_in_the_working_folder_is_looked_for_beside_the_source(
    project: Path, needs: Callable[..., set[str]]
) -> None:
    got = needs(
        ("read", project / "own" / "work" / "more.csv"),
        ("list", project / "own" / "work"),
        ("read", project / "own" / "tmp" / "x"),
    )

    assert {"file root:tutorials/more.csv", "folder root:tutorials"} == got


def test_a_quoted_file_that_is_not_there_is_a_need(
    lesson: Lesson, needs: Callable[..., set[str]]
) -> None:
    lesson.code[0].source = 'Path("later.csv").exists()'

    assert {"file root:tutorials/later.csv"} == needs()


def test_the_same_code_in_another_folder_has_another_key(
    surroundings: Surroundings, lesson: Lesson, project: Path
) -> None:
    other = replace(lesson, source=project / "docs" / "lesson.md")

    assert surroundings.key(lesson, {}) != surroundings.key(other, {})


def test_a_file_that_the_code_names_is_a_need_though_no_one_saw_it_read(
    lesson: Lesson, needs: Callable[..., set[str]]
) -> None:
    lesson.code[0].source = 'h5py.File("points.csv")'

    assert {"file root:tutorials/points.csv"} == needs()


def test_needs_hold_until_a_file_changes_goes_or_comes(
    project: Path, surroundings: Surroundings, lesson: Lesson, journal: Callable[..., Path]
) -> None:
    points, absent = project / "tutorials/points.csv", project / "tutorials/more.csv"
    got = surroundings.needs(
        lesson,
        journal(("read", points), ("read", absent), ("list", project / "tutorials")),
        [project / "own"],
        project / "own" / "work",
    )

    def hold() -> bool:
        return replace(surroundings, _digests={}).unchanged(got)

    held = [hold()]
    points.write_text("1,3", encoding="utf-8")
    held.append(hold())
    points.unlink()
    held.append(hold())
    points.write_text("1,2", encoding="utf-8")
    held.append(hold())
    absent.write_text("", encoding="utf-8")
    held.append(hold())

    assert [True, False, False, True, False] == held


def test_a_listed_folder_is_a_need_by_its_names(
    project: Path, surroundings: Surroundings, lesson: Lesson, journal: Callable[..., Path]
) -> None:
    got = surroundings.needs(lesson, journal(("list", project / "tutorials")), [], project / "own")
    (project / "tutorials" / "points.csv").write_text("other", encoding="utf-8")
    content = replace(surroundings, _digests={}).unchanged(got)
    (project / "tutorials" / "new.csv").write_text("", encoding="utf-8")

    assert content
    assert not replace(surroundings, _digests={}).unchanged(got)


def test_a_file_written_while_it_was_read_is_told(
    project: Path, surroundings: Surroundings
) -> None:
    points = project / "tutorials/points.csv"
    needed = {"file root:tutorials/points.csv": "", "file root:gone.csv": None}
    written = points.stat().st_mtime

    assert [] == changed_since(needed, surroundings.places, written + 1)
    assert ["tutorials/points.csv"] == changed_since(needed, surroundings.places, written - 1)


def test_a_time_set_back_hides_no_change(project: Path, surroundings: Surroundings) -> None:
    points = project / "tutorials/points.csv"
    changed = points.stat().st_ctime
    os.utime(points, (0, 0))

    late = changed_since({"file root:tutorials/points.csv": ""}, surroundings.places, changed - 1)
    # Elsewhere that time is the file's creation.
    assert (["tutorials/points.csv"] if os.name == "posix" else []) == late
