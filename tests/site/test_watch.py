"""What a watched process journals, and what it may not write."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from executions import watch

START = """\
import runpy, sys
from pathlib import Path
install = runpy.run_path({watch!r})["install"]
install(Path({journal!r}), [Path({writable!r})], "tutorials/a")
"""


@dataclass
class Watched:
    """What a watched process did."""

    folder: Path
    status: int
    said: str
    journal: list[list[str]]

    def names(self, kind: str) -> list[str]:
        """The names of this test's own files in the journal."""
        paths = [Path(what) for this, what in self.journal if this == kind]
        return [str(p.relative_to(self.folder)) for p in paths if p.is_relative_to(self.folder)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with another lesson's file, and the watched one's own folder in it."""
    folder = tmp_path.resolve()
    (folder / "own").mkdir()
    (folder / "b.md").write_text("theirs", encoding="utf-8")
    return folder


def run(folder: Path, code: str, **environment: str) -> Watched:
    """Run code in a watched process whose own folder is `own`."""
    journal = folder / "journal"
    journal.unlink(missing_ok=True)
    start = START.format(watch=watch.__file__, journal=str(journal), writable=str(folder / "own"))
    ran = subprocess.run(
        [sys.executable, "-c", start + code],
        cwd=folder / "own", env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    lines = journal.read_text(encoding="utf-8").splitlines()
    return Watched(folder, ran.returncode, ran.stderr, [json.loads(line) for line in lines])


READS = {
    "open": "open('../b.md').close()",
    "bytes": "open(b'../b.md').close()",
    "path": "Path('../b.md').read_text()",
    "os.open": "import os; os.close(os.open('../b.md', os.O_RDONLY))",
    "link": "Path('link').symlink_to('../b.md'); open('link').close()",
    "forked child": "import os; os.fork() or os._exit(len(open('../b.md').read())); os.wait()",
    "other thread": (
        "import threading; t = threading.Thread(target=open, args=['../b.md']); t.start(); t.join()"
    ),
    "database": "import sqlite3; sqlite3.connect('file:../b.md?mode=ro', uri=True).close()",
}


@pytest.mark.parametrize("code", READS.values(), ids=READS.keys())
def test_a_file_that_is_read_is_journaled_by_its_real_path(folder: Path, code: str) -> None:
    assert ["b.md"] == run(folder, code).names("read")


def test_a_file_that_is_not_there_is_journaled_too(folder: Path) -> None:
    code = "try: open('../absent.csv')\nexcept FileNotFoundError: pass"

    assert ["absent.csv"] == run(folder, code).names("read")


def test_the_same_is_said_once(folder: Path) -> None:
    assert ["b.md"] == run(folder, "for _ in range(3): open('../b.md').close()").names("read")


def test_an_import_is_journaled_by_name_and_source(folder: Path) -> None:
    (folder / "helper.py").write_text("import absent_helper_part", encoding="utf-8")
    code = "sys.path.insert(0, '..')\ntry: import helper\nexcept ImportError: pass"
    runs = [
        run(folder, code, PYTHONDONTWRITEBYTECODE=""),
        run(folder, code),  # from the .pyc of the first
    ]

    assert [*(folder / "__pycache__").glob("helper.*.pyc")]
    for watched in runs:
        assert {"helper", "absent_helper_part"} <= {w for k, w in watched.journal if k == "import"}
        assert "helper.py" in watched.names("read")
        assert [] == watched.names("list") + watched.names("write") + watched.names("refused")


LISTS = {
    "os.listdir": "import os; os.listdir('..')",
    "os.scandir": "import os; os.scandir('..').close()",
    "glob": "import glob; glob.glob('../*.md')",
    "path": "list(Path('..').glob('*.md'))",
    "number": "import os; os.listdir(os.open('..', os.O_RDONLY))",
}


@pytest.mark.parametrize("code", LISTS.values(), ids=LISTS.keys())
def test_a_folder_that_is_listed_is_journaled(folder: Path, code: str) -> None:
    assert "." in run(folder, code).names("list")


def test_the_working_folder_itself_is_listed(folder: Path) -> None:
    assert ["own"] == run(folder, "import os; os.listdir()").names("list")


def test_the_systems_own_files_are_not_journaled(folder: Path) -> None:
    code = "open('/proc/self/stat').close(); open('/dev/null', 'w').close(); sys.stdin.fileno()"
    watched = run(folder, code)

    assert (0, "") == (watched.status, watched.said)
    assert [] == [what for _, what in watched.journal if what.startswith(("/proc", "/dev"))]


PROCESSES = {
    "subprocess": (f"import subprocess; subprocess.run([{sys.executable!r}, '-c', ''])", None),
    "multiprocessing": (
        "import multiprocessing.popen_spawn_posix",
        "multiprocessing.popen_spawn_posix",
    ),
    "system": ("import os; os.system('true')", "true"),
    "exec": ("import os; os.execv('/bin/true', ['true'])", "/bin/true"),
    "spawn": ("import os; os.spawnv(os.P_WAIT, '/bin/true', ['true'])", "/bin/true"),
    "posix_spawn": ("import os; os.posix_spawn('/bin/true', ['true'], {})", "/bin/true"),
    "fork": ("import os; os.fork()", "os.fork"),
}


@pytest.mark.parametrize(("code", "name"), PROCESSES.values(), ids=PROCESSES.keys())
def test_a_process_that_is_started_is_journaled(folder: Path, code: str, name: str | None) -> None:
    assert ["process", name or sys.executable] in run(folder, code).journal


WRITES = {
    "w": "open('new', 'w').close()",
    "a": "open('new', 'a').close()",
    "x": "open('new', 'x').close()",
    "os.open": "import os; os.close(os.open('new', os.O_CREAT | os.O_RDONLY))",
    "mkdir": "Path('new').mkdir()",
    "symlink": "Path('new').symlink_to('../b.md')",
    "absolute link": "import os; os.symlink('/', os.path.abspath('new'))",
    "dir_fd": "import os; os.mkdir('new', dir_fd=os.open('.', os.O_RDONLY))",
    "database": "import sqlite3; sqlite3.connect('new').close()",
}


@pytest.mark.parametrize("code", WRITES.values(), ids=WRITES.keys())
def test_a_write_to_the_own_folder_is_allowed_and_journaled(folder: Path, code: str) -> None:
    watched = run(folder, code)

    assert (0, "") == (watched.status, watched.said)
    assert ["own/new"] == watched.names("write")
    assert [] == watched.names("refused")
    assert (folder / "own" / "new").exists()


def test_a_link_of_the_own_folder_may_go_though_it_leads_elsewhere(folder: Path) -> None:
    code = "p = Path('l'); p.symlink_to('../b.md'); p.rename('m'); Path('m').unlink()"
    watched = run(folder, code)

    assert (0, "") == (watched.status, watched.said)
    assert [] == [*(folder / "own").iterdir()]
    assert "theirs" == (folder / "b.md").read_text(encoding="utf-8")


def test_a_temporary_file_is_allowed_in_a_temporary_folder_of_its_own(folder: Path) -> None:
    code = (
        "import shutil, tempfile\n"
        "tempfile.TemporaryFile().write(b'x'); tempfile.NamedTemporaryFile().write(b'x')\n"
        "shutil.rmtree(tempfile.mkdtemp())"
    )
    watched = run(folder, code, TMPDIR=str(folder / "own"))

    assert (0, "") == (watched.status, watched.said)


REFUSALS = {
    "w": "open('../b.md', 'w')",
    "a": "open('../b.md', 'a')",
    "r+": "open('../b.md', 'r+')",
    "x": "open('../new', 'x')",
    "os.open": "import os; os.open('../b.md', os.O_WRONLY)",
    "path": "Path('../b.md').write_text('mine')",
    "bytes": "open(b'../b.md', 'w')",
    "through a link": "Path('l').symlink_to('../b.md'); open('l', 'w')",
    "below a linked folder": "Path('l').symlink_to('..'); open('l/b.md', 'w')",
    "through another name": "import os; os.link('../b.md', 'l')",
    "remove": "Path('../b.md').unlink()",
    "rename away": "Path('../b.md').rename('b.md')",
    "rename onto": "Path('n').touch(); Path('n').replace('../b.md')",
    "mkdir": "Path('../new').mkdir()",
    "symlink": "Path('../new').symlink_to('own')",
    "truncate": "import os; os.truncate('../b.md', 0)",
    "chmod": "Path('../b.md').chmod(0)",
    "utime": "import os; os.utime('../b.md', (0, 0))",
    "rmtree": "import shutil; shutil.rmtree('..')",
    "copy": "import shutil; Path('n').touch(); shutil.copy('n', '../b.md')",
    "dir_fd": "import os; os.unlink('b.md', dir_fd=os.open('..', os.O_RDONLY))",
    "database": "import sqlite3; sqlite3.connect('../b.md')",
    "beside in name": "Path('../own-too').mkdir()",
    "forked child": (
        "import os\n"
        "if os.fork() == 0: open('../b.md', 'w')\n"
        "sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))"
    ),
}


@pytest.mark.parametrize("code", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_write_elsewhere_is_refused_with_its_path(folder: Path, code: str) -> None:
    watched = run(folder, code)
    refused = watched.names("refused")

    assert 1 == watched.status
    assert 1 == len(refused)
    assert (
        "PermissionError: [Errno 13] tutorials/a may write only into its own working folder, not"
        f" to {folder / refused[0]}" in watched.said
    )
    assert ["b.md", "journal", "own"] == sorted(p.name for p in folder.iterdir())
    assert ("theirs", 0o644) == (
        (folder / "b.md").read_text(encoding="utf-8"),
        (folder / "b.md").stat().st_mode & 0o777,
    )


def test_what_changes_nothing_is_left_to_the_system(folder: Path) -> None:
    code = "Path('..').mkdir(exist_ok=True); Path('../absent').unlink(missing_ok=True)"
    watched = run(folder, code)

    assert (0, "") == (watched.status, watched.said)
    assert [] == watched.names("refused")


def test_a_full_disk_ends_what_would_go_unseen(folder: Path) -> None:
    start = START.format(watch=watch.__file__, journal="/dev/full", writable=str(folder))
    ran = subprocess.run(
        [sys.executable, "-c", f"{start}open({str(folder / 'b.md')!r})"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert 1 == ran.returncode
    assert "No space left on device" in ran.stderr


def test_a_fault_of_the_watch_is_journaled_and_stops_nothing(folder: Path) -> None:
    code = "sys.audit('open', 'too few'); open('../b.md').close()"
    watched = run(folder, code)

    assert (0, "") == (watched.status, watched.said)
    assert ["open: ValueError"] == [w.partition("(")[0] for k, w in watched.journal if k == "fault"]
    assert ["b.md"] == watched.names("read")
