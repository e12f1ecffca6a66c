"""The cache of executions: what is kept is found again, and what is damaged is replaced."""

import errno
import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from executions.store import Execution, Store

KEY = "0123abcd" * 8
LIMIT = 10**6


def yes(_needs: object) -> bool:
    return True


@pytest.fixture
def execution(tmp_path: Path) -> Execution:
    work = tmp_path / "work"
    (work / "models").mkdir(parents=True)
    (work / "models" / "encoder.keras").write_bytes(b"weights" * 100)
    return Execution(
        lesson="tutorials/lesson",
        key=KEY,
        needs={"file root:src/a.py": "1", "file root:src/b.py": None},
        outputs=[(1, [{"output_type": "stream", "name": "stdout", "text": "42\n"}])],
        language={"name": "python"},
        seconds=[0.5, 1.5],
        cpu=3.0,
        files={"models/encoder.keras": "abc"},
        folder=work,
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache", LIMIT)


def test_an_empty_cache_knows_nothing(store: Store) -> None:
    assert store.find(KEY, yes) is None
    assert [] == list(store.entries())
    assert [] == store.clean()


def test_what_is_kept_is_found(store: Store, execution: Execution) -> None:
    store.keep(execution)
    found = store.find(KEY, yes)

    assert found is not None
    assert [[1, execution.outputs[0][1]]] == found.outputs
    assert (execution.needs, execution.files) == (found.needs, found.files)
    assert execution.results == found.results
    assert store.find("f" * 64, yes) is None


def test_an_execution_is_found_only_while_its_needs_hold(
    store: Store, execution: Execution
) -> None:
    other = replace(execution, needs={"file root:src/a.py": "2"}, outputs=[(1, [])])
    store.keep(execution)
    store.keep(other)

    assert store.find(KEY, lambda needs: False) is None
    for wanted in (execution, other):
        found = store.find(KEY, lambda needs, wanted=wanted: needs == wanted.needs)
        assert found is not None
        assert wanted.results == found.results


@pytest.mark.parametrize("found_again", [False, True])
def test_files_that_a_lesson_left_come_back(
    store: Store, execution: Execution, tmp_path: Path, found_again: bool
) -> None:
    store.keep(execution)
    if found_again:
        shutil.rmtree(execution.folder)
        execution = store.find(KEY, yes)
    store.unpack(execution, tmp_path / "there")

    assert b"weights" * 100 == (tmp_path / "there/models/encoder.keras").read_bytes()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-50])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def scribble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)


def foreign_text(path: Path) -> None:
    path.write_text("not ours", encoding="utf-8")


def foreign_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")


def foreign_record(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("execution.json", '["hello"]')


def without_a_file(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        record = archive.read("execution.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("execution.json", record)


def of_another(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        record = archive.read("execution.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("execution.json", record.replace(KEY.encode(), b"f" * 64))


def a_folder(path: Path) -> None:
    path.unlink()
    (path / "inside").mkdir(parents=True)


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        empty,
        scribble,
        foreign_text,
        foreign_zip,
        foreign_record,
        without_a_file,
        of_another,
        a_folder,
    ],
)
def test_a_damaged_file_is_not_believed_and_is_replaced(
    store: Store, execution: Execution, damage: Callable[[Path], None]
) -> None:
    store.keep(execution)
    (path,) = store.folder.glob("*.zip")
    damage(path)
    listed = [entry.lesson for entry in store.entries()]
    found = store.find(KEY, yes)
    store.keep(execution)

    assert found is None
    assert ["(damaged)"] == listed
    assert store.find(KEY, yes) is not None


def test_no_bit_that_flips_is_an_error(store: Store, execution: Execution) -> None:
    store.keep(execution)
    (path,) = store.folder.glob("*.zip")
    whole = path.read_bytes()
    for place in range(0, len(whole), 3):
        for bit in (1, 32):
            flipped = bytearray(whole)
            flipped[place] ^= bit
            path.write_bytes(flipped)
            found = store.find(KEY, yes)

            assert found is None or found.results == execution.results


def test_a_file_older_than_zip_is_kept(store: Store, execution: Execution) -> None:
    os.utime(execution.folder / "models/encoder.keras", (0, 0))
    store.keep(execution)

    assert store.find(KEY, yes) is not None


def test_cleaning_leaves_what_is_not_the_caches(store: Store, execution: Execution) -> None:
    store.keep(execution)
    (store.folder / "holiday.zip").write_bytes(b"mine")
    (store.folder / "shared").mkdir()
    store.clean(everything=True)

    assert ["holiday.zip"] == [path.name for path in store.folder.iterdir()]


def test_a_file_in_the_caches_place_gives_way(store: Store, execution: Execution) -> None:
    store.folder.write_text("not a folder", encoding="utf-8")

    assert store.find(KEY, yes) is None
    store.keep(execution)
    assert store.find(KEY, yes) is not None


def test_a_write_that_fails_leaves_the_cache_as_it_was(
    store: Store, execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep(execution)
    before = {path.name: path.read_bytes() for path in store.folder.iterdir()}

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(OSError, match="No space left"):
        store.keep(replace(execution, outputs=[(1, [])]))

    assert before == {path.name: path.read_bytes() for path in store.folder.iterdir()}


def test_a_writer_that_is_killed_leaves_what_the_next_build_takes_away(
    store: Store, execution: Execution
) -> None:
    killed = f"""
    import os, signal, sys, zipfile
    sys.path.insert(0, {os.fspath(Path(sys.modules[Store.__module__].__file__).parents[1])!r})
    from executions.store import Execution, Store
    from pathlib import Path
    zipfile.ZipFile.close = lambda self: os.kill(os.getpid(), signal.SIGKILL)
    Store(Path({os.fspath(store.folder)!r}), 0).keep(
        Execution("tutorials/lesson", {KEY!r}, {{}}, [], {{}}, [], 0.0)
    )
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(killed)], check=False)
    left = list(store.folder.iterdir())

    assert -9 == ended.returncode
    assert [".part"] == [path.suffix for path in left]
    assert store.find(KEY, yes) is None
    assert left == store.clean()
    assert [] == list(store.folder.iterdir())


def test_a_running_builds_unfinished_file_stays(store: Store, execution: Execution) -> None:
    store.keep(execution)
    (store.folder / f"x.{os.getpid()}.part").write_bytes(b"half")

    assert [] == store.clean()
    assert 2 == len(store.clean(everything=True))


def test_beyond_the_limit_the_least_recently_used_go_first(
    store: Store, execution: Execution, tmp_path: Path
) -> None:
    for number, used in enumerate([30, 10, 20]):
        store.keep(replace(execution, key=str(number) * 64))
        (path,) = store.folder.glob(f"{str(number) * 64}-*.zip")
        os.utime(path, (used, used))
    size = path.stat().st_size
    later = Store(store.folder, 2 * size + size // 2)
    gone = later.clean()

    assert ["1" * 64] == [path.name[:64] for path in gone]


def test_what_a_build_uses_stays_beyond_the_limit(store: Store, execution: Execution) -> None:
    store.keep(execution)
    store.keep(replace(execution, key="1" * 64))
    later = Store(store.folder, 0)
    later.find(KEY, yes)
    gone = later.clean()

    assert ["1" * 64] == [path.name[:64] for path in gone]
    assert later.find(KEY, yes) is not None


def test_using_an_execution_makes_it_the_last_to_go(store: Store, execution: Execution) -> None:
    store.keep(execution)
    (path,) = store.folder.glob("*.zip")
    os.utime(path, (0, 0))
    store.find(KEY, yes)

    assert path.stat().st_mtime > 0


def test_the_listing_tells_lesson_time_and_size(store: Store, execution: Execution) -> None:
    store.keep(execution)
    (entry,) = store.entries()

    assert ("tutorials/lesson", 2.0) == (entry.lesson, entry.seconds)
    assert entry.path.stat().st_size == entry.size


def test_the_command_shows_and_cleans(store: Store, execution: Execution) -> None:
    store.keep(execution)
    extensions = Path(sys.modules[Store.__module__].__file__).parents[1]

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "executions", str(store.folder), *arguments],
            env={**os.environ, "PYTHONPATH": str(extensions), "NO_COLOR": "1"},
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    shown = run()
    assert "tutorials/lesson" in shown
    assert "2.0 s" in shown
    assert "1 executions" in shown
    assert run("--limit", "1").startswith("Took 0 files")
    assert run("--limit", "0").startswith("Took 1 files")
    store.keep(execution)
    assert run("--clean").startswith("Took 1 files")
    assert [] == list(store.folder.iterdir())
