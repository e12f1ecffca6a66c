"""What only many builds can show; ``nox -s full`` runs it."""

import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sites import Site, environment, make_fixture

TIMES = 20


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the fixture's site, built once from nothing."""
    site = make_fixture(tmp_path_factory.mktemp("reference"))
    built = site.build()
    assert 0 == built.status, built.said
    return site.files()


def processes_of(site: Site) -> Iterator[psutil.Process]:
    """The processes that a build of this site has started, itself included."""
    for process in psutil.process_iter(["cmdline", "cwd"]):
        said = f"{process.info['cmdline']} {process.info['cwd']}"
        if str(site.root) in said and process.pid != os.getpid():
            yield process


@pytest.mark.parametrize("time_of_many", range(TIMES))
def test_cold_builds_succeed_and_are_equal(
    time_of_many: int, reference: dict[str, bytes], tmp_path: Path
) -> None:
    site = make_fixture(tmp_path / "site")
    built = site.build()

    assert 0 == built.status, built.said
    assert 6 == len(built.executed)
    assert reference == site.files()


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, random.Random]:
    """A site whose builds are killed, one after the other, at random moments."""
    return make_fixture(tmp_path_factory.mktemp("killed")), random.Random(69)


@pytest.mark.parametrize("time_of_many", range(TIMES))
def test_after_a_killed_build_the_next_one_gives_the_right_site(
    time_of_many: int, reference: dict[str, bytes], killed: tuple[Site, random.Random]
) -> None:
    site, chance = killed
    # Each begins from another state: nothing, some executions, or all and one changed cell.
    if time_of_many % 4 == 0:
        for path in site.cache.glob("*.zip"):
            path.unlink()
    with (
        site.changed("tutorials/curves.md", "\n# ", "\n# Soon "),
        subprocess.Popen(
            site.command(), cwd=site.root, env=environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as builder,
    ):  # fmt: skip
        time.sleep(chance.uniform(0.2, 12 if time_of_many % 4 == 0 else 4))
        builder.send_signal(signal.SIGKILL)
        builder.wait()
    deadline = time.monotonic() + 5
    while left := list(processes_of(site)):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
    built = site.build()

    assert 0 == built.status, built.said
    assert reference == site.files()
    assert [] == list(site.cache.glob("*.part"))
    assert [] == list(Path(tempfile.gettempdir()).glob(f"layergraph-build-{builder.pid}-*"))
