"""Build the site twice, cold, in two worlds that differ in all that must not matter; compare.

``nox -s reproduce`` runs it; what stands behind ``--`` goes on to it. It ends with 0 if both
sites have the same files with the same bytes, with 1 if not, and with 2 if one was not built.
"""

import argparse
import locale
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import time_machine  # noqa: F401 - the builds import it; without it both had the same day

ROOT = Path(__file__).resolve().parent.parent.parent
AROUND = 60  # characters shown on both sides of the first difference in a line

# Each Python of a build runs this first: Sphinx, and the kernels, which know no other setting of
# the world around them than PYTHONPATH.
CUSTOMIZE = '''\
"""The world of one of two builds: another day, and folders listed in another order."""

import os
import time

import time_machine

DAYS = {days}
BACKWARDS = {backwards}

if DAYS:
    time_machine.travel(time.time() + 86_400 * DAYS, tick=True).start()
    # These two ask the system's clock by themselves.
    ctime, asctime = time.ctime, time.asctime
    time.ctime = lambda seconds=None: ctime(time.time() if seconds is None else seconds)
    time.asctime = lambda parts=None: asctime(parts or time.localtime())

if BACKWARDS:
    listdir, scandir = os.listdir, os.scandir

    class Backwards:
        def __init__(self, path="."):
            with scandir(path) as entries:
                self._entries = iter(sorted(entries, key=lambda e: e.name, reverse=True))

        def __iter__(self):
            return self

        def __next__(self):
            return next(self._entries)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.close()

        def close(self):
            self._entries = iter(())

    os.listdir = lambda path=".": sorted(listdir(path), reverse=True)
    os.scandir = Backwards
'''


def known_locale(*names: str) -> str:
    """The first that this system has; Sphinx does not start with another."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        for name in names:
            with suppress(locale.Error):
                locale.setlocale(locale.LC_ALL, name)
                return name
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return "POSIX"


@dataclass(frozen=True)
class World:
    """What is around a build."""

    folder: str
    """Where it is built, below a new folder."""
    days: int
    """How far its clock is from the true one."""
    backwards: bool
    """Whether its files are written, and its folders listed, from Z to A."""
    umask: int
    cores: int | None
    """How many cores it may use; None for all."""
    variables: dict[str, str] = field(default_factory=dict)
    """Environment variables."""


WORLDS = (
    World(
        folder="a",
        days=0,
        backwards=False,
        umask=0o022,
        cores=None,
        variables={
            "COLUMNS": "80",
            "LC_ALL": "C",
            "PYTHONHASHSEED": "1",
            "TZ": "<+14>-14",  # fourteen hours east of Greenwich
            "USER": "ada",
        },
    ),
    World(
        folder="another/and a longer/way/to/the/copy",
        days=-401,  # another year, month and day of the week
        backwards=True,
        umask=0o077,
        cores=1,
        variables={
            "COLUMNS": "200",
            "LC_ALL": known_locale("de_DE.UTF-8", "en_US.UTF-8", "C.UTF-8"),
            "LANGUAGE": "de",
            "PYTHONHASHSEED": "4242",
            "TZ": "<-11>11",  # eleven hours west
            "USER": "grace",
        },
    ),
)


def tracked(root: Path) -> list[Path]:
    """The files below ``root`` that git tracks and that are still there, as they are now."""
    names = git(root, "ls-files", "-z").split("\0")
    return sorted(Path(name) for name in names if name and (root / name).is_file())


def git(root: Path, *arguments: str) -> str:
    """What git says in ``root``."""
    ran = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return ran.stdout


def copy(root: Path, names: Iterable[Path], target: Path, world: World) -> None:
    """Copy files into a new folder, as the world has it."""
    before = os.umask(world.umask)
    try:
        for name in sorted(names, reverse=world.backwards):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, target / name)
            now = time.time() + 86_400 * world.days
            os.utime(target / name, (now, now))
    finally:
        os.umask(before)


@dataclass(frozen=True)
class Source:
    """What the pages say of where they come from; the copies have no repository to ask."""

    commit: str
    """The commit's digits, with ``-dirty`` behind them where tracked files differ from it."""
    epoch: int
    """When it was made, in seconds since 1970."""

    @classmethod
    def of(cls, root: Path) -> "Source":
        """The source of the files that git tracks in ``root``."""
        digits, epoch = git(root, "log", "-1", "--format=%H %ct").split()
        changed = git(root, "status", "--porcelain", "--untracked-files=no")
        return cls(f"{digits}-dirty" if changed else digits, int(epoch))


def surroundings(world: World, room: Path, source: Source) -> dict[str, str]:
    """The environment variables of a build in ``room``."""
    personal = ("LANG", "LC_", "PYTHON", "XDG_", "TZ")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(personal)}
    copied = room / "copy"
    return inherited | world.variables | {
        "HOME": str(room / "home"),
        "PATH": os.pathsep.join([str(room / "environment" / "bin"), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(room / "customize"), str(copied / "src")]),
        "SOURCE_COMMIT": source.commit,
        "SOURCE_DATE_EPOCH": str(source.epoch),
    }  # fmt: skip


def use_cores(number: int | None) -> Callable[[], None] | None:
    """What limits a new process to some of this one's cores, where the system can."""
    if number is None or not hasattr(os, "sched_setaffinity"):
        return None
    chosen = sorted(os.sched_getaffinity(0))[:number]
    return lambda: os.sched_setaffinity(0, chosen)


def build(root: Path, world: World, where: Path, source: Source) -> Path:
    """Build a clean copy of the site in its world, and return the folder of its pages."""
    room = where / world.folder
    for name in ("copy", "customize", "home"):
        (room / name).mkdir(parents=True)
    copy(root, tracked(root), room / "copy", world)
    (room / "customize" / "sitecustomize.py").write_text(
        CUSTOMIZE.format(days=world.days, backwards=world.backwards), encoding="utf-8"
    )
    # One environment under two names: neither may reach a page.
    (room / "environment").symlink_to(sys.prefix, target_is_directory=True)
    python = room / "environment" / Path(sys.executable).relative_to(sys.prefix)
    started = time.monotonic()
    ran = subprocess.run(
        [
            python, "-m", "sphinx", "-E", "-n", "-W", "--keep-going", "-b", "html",
            "--doctree-dir=build/doctrees", "docs", "build/html",
        ],
        cwd=room / "copy", env=surroundings(world, room, source), umask=world.umask,
        preexec_fn=use_cores(world.cores), text=True, errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if ran.returncode:
        print(ran.stdout[-10_000:], f"The build in {room / 'copy'} failed; see above.", sep="\n")
        raise SystemExit(2)
    print(f"built in {time.monotonic() - started:.0f} s: {room / 'copy'}", flush=True)
    return room / "copy" / "build" / "html"


def files(folder: Path) -> set[Path]:
    """The names of all files below a folder."""
    return {file.relative_to(folder) for file in folder.rglob("*") if file.is_file()}


def differences(first: Path, second: Path) -> Iterator[str]:
    """Name each file that only one folder has, or that is not the same in both, and say where."""
    in_first, in_second = files(first), files(second)
    for name in sorted(in_first | in_second):
        if name not in in_second:
            yield f"{name.as_posix()}: only in the first site"
        elif name not in in_first:
            yield f"{name.as_posix()}: only in the second site"
        else:
            one, other = (first / name).read_bytes(), (second / name).read_bytes()
            if one != other:
                yield f"{name.as_posix()}, {first_difference(one, other)}"


def first_difference(one: bytes, other: bytes) -> str:
    """Where two contents first differ, and what stands there in each."""
    try:
        lines = [content.decode("utf-8").split("\n") for content in (one, other)]
    except UnicodeDecodeError:
        place = common(one, other)
        shown = [content[place : place + 16].hex(" ") or "the end" for content in (one, other)]
        return f"byte {place + 1}:\n  first:  {shown[0]}\n  second: {shown[1]}"
    number, pair = next(
        (number, pair)
        for number, pair in enumerate(zip_longest(*lines))
        if pair[0] != pair[1]
    )  # fmt: skip
    place = common(*(line or "" for line in pair))
    before = cut(lines[0][number - 1], 0) if number else "the start"
    shown = ["the end" if line is None else cut(line, place) for line in pair]
    return (
        f"line {number + 1}:\n  before: {before}\n  first:  {shown[0]}\n  second: {shown[1]}"
    )  # fmt: skip


def common(one: bytes | str, other: bytes | str) -> int:
    """How long the common start of two texts is."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def cut(line: str, place: int) -> str:
    """What stands around a place of a line."""
    start, end = max(0, place - AROUND), place + AROUND
    return "…" * (start > 0) + line[start:end] + "…" * (end < len(line))


def report(first: Path, second: Path) -> int:
    """Print every difference of two sites and their number; return the exit status."""
    found = list(differences(first, second))
    for difference in found:
        print(difference)
    number = len(files(first) | files(second))
    if not number:
        print("There are no files to compare.")
        return 2
    print(f"{number - len(found)} of {number} files have the same bytes in both sites.")
    return 1 if found else 0


def reproduce(root: Path, where: Path) -> int:
    """Build the site of ``root`` twice below ``where`` and compare."""
    source = Source.of(root)
    unknown = git(root, "ls-files", "--others", "--exclude-standard").splitlines()
    if unknown:
        print("Not in the builds, as git does not track them:", *unknown, sep="\n  ")
    return report(*(build(root, world, where, source) for world in WORLDS))


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=textwrap.fill((__doc__ or "").split("\n")[0]))
    parser.add_argument("--keep", action="store_true", help="keep both sites, also if they agree")
    parser.add_argument(
        "--compare", nargs=2, type=Path, metavar=("FIRST", "SECOND"),
        help="build nothing, compare two folders",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if options.compare:
        return report(*options.compare)
    where = Path(tempfile.mkdtemp(prefix="reproduce-"))
    try:
        status = reproduce(ROOT, where)
    except KeyboardInterrupt:
        shutil.rmtree(where, ignore_errors=True)
        raise
    if options.keep or status:
        print(f"Both sites are kept in {where}")
    else:
        shutil.rmtree(where)
    return status


if __name__ == "__main__":
    sys.exit(main())
