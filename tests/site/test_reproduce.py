"""Two builds of a site are compared byte by byte, and what differs is named."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import reproduce
from reproduce import WORLDS, copy, differences, git, report, surroundings, tracked, use_cores

ROOT = Path(__file__).parent.parent.parent

NOTEBOOK = """\
---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

# {name}

```{{code-cell}} ipython3
{code}
```
"""
CODE = {
    # Not as one text, as paths that are known are taken out of the outputs.
    "an_address": "import layergraph\n\nprint(layergraph.__file__.split('/'))",
    "a_day": "from datetime import datetime, timezone\n\n"
    "print(datetime.now(timezone.utc).strftime('%Y'))",
    "an_environment": "import sys\n\nprint(sys.prefix.split('/'))",
    "a_random_id": "import uuid\n\nprint(uuid.uuid4())",
    "an_order": "import os\nimport layergraph\n\n"
    "folder = os.path.dirname(layergraph.__file__)\nprint(os.listdir(folder))",
    "nothing": "print(sorted({'a', 'b'}))",
}


@pytest.fixture
def sites(tmp_path: Path) -> tuple[Path, Path]:
    """Two equal sites."""
    first, second = tmp_path / "first", tmp_path / "second"
    (first / "pages").mkdir(parents=True)
    (first / "index.html").write_text("<p>\nHome\n</p>\n", encoding="utf-8")
    (first / "pages" / "page.html").write_text("A page", encoding="utf-8")
    (first / "font.woff2").write_bytes(b"wOF2\xff\xfe\x00\x01")
    shutil.copytree(first, second)
    return first, second


def test_equal_sites_have_no_difference(
    sites: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == report(*sites)
    assert "3 of 3 files have the same bytes in both sites.\n" == capsys.readouterr().out


def test_two_folders_without_a_file_are_not_called_equal(tmp_path: Path) -> None:
    assert 2 == report(tmp_path, tmp_path)


def test_every_difference_is_named_and_counted(
    sites: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = sites
    (first / "index.html").write_text("<p>\nHere\n</p>\n", encoding="utf-8")
    (second / "font.woff2").write_bytes(b"wOF2\xff\xfe\x00\x02")
    (second / "pages" / "page.html").rename(second / "pages" / "other.html")

    assert 1 == report(first, second)
    assert (
        """\
font.woff2, byte 8:
  first:  01
  second: 02
index.html, line 2:
  before: <p>
  first:  Here
  second: Home
pages/other.html: only in the second site
pages/page.html: only in the first site
0 of 4 files have the same bytes in both sites.
"""
        == capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("a\nb\n", "a\nb\nc\n", ("b", "", "c")),
        ("", "a", ("the start", "", "a")),
        ("a\nb", "a", ("a", "b", "the end")),
        ("a\r\n", "a\n", ("the start", "a\r", "a")),
    ],
    ids=["a line more", "an empty file", "a line less", "ends of lines"],
)
def test_a_difference_at_an_edge_is_shown(
    sites: tuple[Path, Path], one: str, other: str, told: tuple[str, str, str]
) -> None:
    for site, content in zip(sites, (one, other), strict=True):
        (site / "index.html").write_bytes(content.encode())
    shown = "  before: {}\n  first:  {}\n  second: {}".format(*told)

    assert [shown] == [d.split("\n", 1)[1] for d in differences(*sites)]


def test_of_a_long_line_the_part_that_differs_is_shown(sites: tuple[Path, Path]) -> None:
    for site, letter in zip(sites, "xy", strict=True):
        (site / "index.html").write_text("a" * 5000 + letter + "b" * 5000, encoding="utf-8")
    (told,) = differences(*sites)

    assert f"{'a' * 60}x{'b' * 59}…" in told
    assert f"{'a' * 60}y{'b' * 59}…" in told
    assert len(told) < 400


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit."""
    root = tmp_path / "repository"
    root.mkdir()
    for name in ("kept.md", "changed.md", "gone.md", "ignored.md", "new.md"):
        (root / name).write_text("committed", encoding="utf-8")
    (root / ".gitignore").write_text("ignored.md\n", encoding="utf-8")
    commit(root, "kept.md", "changed.md", "gone.md", ".gitignore")
    (root / "changed.md").write_text("changed", encoding="utf-8")
    (root / "gone.md").unlink()
    return root


def commit(root: Path, *names: str) -> None:
    git(root, "init", "--quiet")
    git(root, "add", *names)
    settings = ("user.name=someone", "user.email=someone@example.org", "commit.gpgsign=false")
    options = [option for setting in settings for option in ("-c", setting)]
    git(root, *options, "commit", "--quiet", "--message", "a start")


def test_a_build_has_the_tracked_files_as_they_are_now(repository: Path) -> None:
    target = repository.parent / "copy"
    copy(repository, tracked(repository), target, WORLDS[0])

    assert [".gitignore", "changed.md", "kept.md"] == sorted(path.name for path in target.iterdir())
    assert "changed" == (target / "changed.md").read_text(encoding="utf-8")


def test_the_copies_differ_in_rights_and_times(repository: Path) -> None:
    rights, times = [], []
    for world in WORLDS:
        folder = repository.parent / world.folder
        copy(repository, tracked(repository), folder, world)
        kept = (folder / "kept.md").stat()
        rights.append(stat.S_IMODE(kept.st_mode))
        times.append(kept.st_mtime)

    assert [0o644, 0o600] == rights
    assert times[0] - times[1] > 400 * 86_400


def test_the_copies_are_written_in_opposite_orders(repository: Path) -> None:
    orders = []
    for world in WORLDS:
        folder = repository.parent / world.folder
        copy(repository, tracked(repository), folder, world)
        written = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        orders.append([path.name for path in written])

    assert [".gitignore", "changed.md", "kept.md"] == orders[0] == orders[1][::-1]


def test_the_worlds_differ_in_every_respect() -> None:
    one, other = (vars(world) | world.variables for world in WORLDS)

    assert [] == [name for name in one if one[name] == other.get(name)]
    assert len(Path(WORLDS[0].folder).parts) != len(Path(WORLDS[1].folder).parts)


def test_a_build_knows_its_own_folders_and_the_last_commit_with_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_TIME", "PYTHONWARNINGS", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, "the reader's")
    source = reproduce.Source("0123456789abcdef-dirty", 1_480_000_000)
    one, other = (surroundings(world, tmp_path / world.folder, source) for world in WORLDS)
    ours = {"HOME", "LANGUAGE", "PATH", "PYTHONPATH"} | WORLDS[0].variables.keys()

    assert ours == {name for name in one | other if one.get(name) != other.get(name)}
    assert "1480000000" == one["SOURCE_DATE_EPOCH"]
    assert "0123456789abcdef-dirty" == one["SOURCE_COMMIT"]
    assert one["PYTHONPATH"].endswith(str(Path("a", "copy", "src")))
    assert "the reader's" not in one.values()


def test_a_build_is_held_to_one_core_where_the_system_can() -> None:
    code = "import os; print(len(getattr(os, 'sched_getaffinity', lambda _: [0])(0)))"
    ran = subprocess.run(
        [sys.executable, "-c", code], preexec_fn=use_cores(1), capture_output=True, text=True
    )

    assert "1\n" == ran.stdout


def in_a_world(code: str, *, days: int, backwards: bool, folder: Path) -> list[str]:
    """The lines that code prints in a Python of that world."""
    text = reproduce.CUSTOMIZE.format(days=days, backwards=backwards)
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "docs", capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(folder), "TZ": "UTC"},
    )  # fmt: skip
    return ran.stdout.splitlines()


@pytest.mark.parametrize(
    "now",
    [
        "time.time()",
        "calendar.timegm(time.gmtime())",
        "calendar.timegm(time.strptime(time.ctime()))",
        "calendar.timegm(time.strptime(time.asctime()))",
        "int(time.strftime('%s'))",
        "datetime.datetime.now().timestamp()",
        "calendar.timegm(datetime.date.today().timetuple())",
    ],
)
def test_every_clock_of_python_is_set_back(now: str, tmp_path: Path) -> None:
    code = f"import calendar, datetime, time; print({now})"
    true, other = (
        float(in_a_world(code, days=days, backwards=False, folder=tmp_path)[0])
        for days in (0, -401)
    )

    assert 400 <= (true - other) / 86_400 <= 402


@pytest.mark.parametrize(
    "names",
    [
        "os.listdir()",
        "[entry.name for entry in os.scandir()]",
        "[path.name for path in pathlib.Path().iterdir()]",
        "glob.glob('*')",
        "next(os.walk('.'))[1]",
    ],
)
def test_every_folder_is_listed_backwards(names: str, tmp_path: Path) -> None:
    code = f"import glob, os, pathlib; print(*{names}, sep=chr(10))"
    listed = in_a_world(code, days=0, backwards=True, folder=tmp_path)

    assert len(listed) > 3
    assert sorted(listed, reverse=True) == listed


def small_site(root: Path) -> Path:
    """A repository with the project's settings and a page for each entry of ``CODE``."""
    for name in ("docs/_ext", "docs/_static", "docs/_templates", "src", "requirements"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("docs/conf.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    (root / "tutorials").mkdir()
    pages = "\n".join(f"tutorials/{name}" for name in CODE)
    (root / "docs" / "index.md").write_text(f"# Home\n\n```{{toctree}}\n{pages}\n```\n", "utf-8")
    for name, code in CODE.items():
        text = NOTEBOOK.format(name=name.replace("_", " "), code=code)
        (root / "tutorials" / f"{name}.md").write_text(text, "utf-8")
    commit(root, ".")
    return root


def test_what_differs_by_day_place_chance_and_order_is_named_and_nothing_else(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = small_site(tmp_path / "repository")
    (root / "untracked.md").write_text("# Nobody's page", encoding="utf-8")
    status = reproduce.reproduce(root, tmp_path / "builds")
    said = capfd.readouterr().out
    named = [line.split(",")[0] for line in said.splitlines() if ", line" in line]
    # The search index has the words of the pages' outputs.
    expected = ["searchindex.js", *(f"tutorials/{name}.html" for name in CODE if name != "nothing")]

    assert 1 == status
    assert sorted(expected) == named
    assert "does not track them:\n  untracked.md\n" in said


def test_a_build_that_fails_is_told_and_compares_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "conf.py").write_text("raise SystemError('no such thing')", "utf-8")
    commit(tmp_path, ".")

    with pytest.raises(SystemExit, match="2"):
        reproduce.reproduce(tmp_path, tmp_path / "builds")
    assert "no such thing" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("status", "arguments", "kept"), [(0, [], False), (0, ["--keep"], True), (1, [], True)]
)
def test_sites_that_differ_are_kept_and_others_on_demand(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    arguments: list[str],
    kept: bool,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(reproduce, "reproduce", lambda *_: status)

    assert status == reproduce.main(arguments)
    assert kept == bool(list(tmp_path.iterdir()))
    assert kept == (f"Both sites are kept in {tmp_path}" in capsys.readouterr().out)


def test_an_interrupted_build_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Path) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(reproduce, "reproduce", interrupt)

    with pytest.raises(KeyboardInterrupt):
        reproduce.main([])
    assert [] == list(tmp_path.iterdir())


def test_the_command_compares_two_folders(sites: tuple[Path, Path]) -> None:
    command = [sys.executable, str(ROOT / "tests" / "site" / "reproduce.py"), "--compare"]

    assert 0 == subprocess.run([*command, *map(str, sites)], check=False).returncode
    (sites[0] / "index.html").unlink()
    assert 1 == subprocess.run([*command, *map(str, sites)], check=False).returncode
