"""Time builds, drawings and lint: ``nox -s bench``, or ``python tests/bench`` in that lock.

Every figure is compared within one run, on two cores at most: the six notebooks of
tests/site/notebooks as plain scripts, one after another, are the base; this project's build and
those of other tools are given as ratios to it. For the whole site the base is its own notebooks as
plain scripts, for drawings Keras' own,
for lint the building of the model. The exit status is 1 if a budget is not kept.
"""

import argparse
import os
import sys
import sysconfig
import tempfile
from pathlib import Path

import drawing
import fixture
import linting
import peers
import whole_site
from measure import CommandFailedError, Measured, adopt_orphans, run_all, say
from report import GIBIBYTE, Report
from rich.console import Console

PARTS = ("drawing", "fixture", "linting", "peers", "site")
CORES = 2  # that the budgets are for
COLD = 12 * 60  # seconds that the whole site may take from nothing, whatever its scripts take


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="nox -s bench --", description="Time the site's build, and drawing."
    )
    parser.add_argument("--only", choices=PARTS, help="measure one part instead of all")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="median of N rounds")
    parser.add_argument("--no-nox", action="store_true", help="leave `nox -s docs` out")
    parser.add_argument(
        "--every-architecture",
        action="store_true",
        help="draw all of keras.applications; plot_model takes most of an hour for them",
    )
    return parser.parse_args()


def told(name: str, took: Measured, base: Measured | None = None) -> None:
    """Say what was just measured."""
    ratio = f", {took.wall / base.wall:.2f} of the scripts" if base else ""
    say(f"{name}: {took.wall:.1f} s{ratio}; {took.cpu:.1f} CPU s; {took.pss / GIBIBYTE:.2f} GiB")


def warm_up(folder: Path) -> None:
    """Compile the installed packages and run the scripts once, so that nothing pays for a first."""
    say("warming up")
    # Some packages ship templates that are no Python, which compileall counts as failures.
    quiet = ["sh", "-c", f"'{sys.executable}' -m compileall -qq -j 0 '{packages()}' || true"]
    run_all([quiet], folder, fixture.environment(fixture.ROOT))
    fixture.run_scripts(folder / "warm")


def packages() -> str:
    """The folder of the installed packages."""
    return sysconfig.get_path("purelib")


def measure_fixture(report: Report, folder: Path, base: Measured) -> None:
    """This project's build of the six notebooks."""
    name = "six notebooks, this project, cold"
    took = fixture.build(folder / "ours")
    told(name, took, base)
    report.add(name, took, base, left(took))
    report.hold("six notebooks, cold, of the scripts' time", took.wall / base.wall, 0.4, "")
    report.hold("six notebooks, cold, memory", took.pss / GIBIBYTE, 4, "GiB")


def measure_peers(report: Report, folder: Path, base: Measured) -> None:
    """What others make of the six notebooks."""
    for number, peer in enumerate(peers.peers(report.cores)):
        root = folder / f"peer-{number}"
        for name, took in peers.build(peer, root, folder / "scripts" / "tutorials").items():
            told(name, took, base)
            report.add(f"six notebooks, {name}", took, base, left(took))


def measure_site(report: Report, folder: Path, *, nox: bool) -> None:
    """This project's build of its whole site."""
    root = folder / "site"
    whole_site.copy_tree(root)
    base = whole_site.run_scripts(root)
    told("site, plain scripts", base)
    report.add("site, plain scripts", base, base, left(base))
    for name, site in whole_site.scenarios(root):
        told(f"site, {name}", site.took, base)
        kernels, wall = len(site.executed), site.took.wall
        notes = (
            f"{kernels} of {site.notebooks} notebooks executed, {len(site.read)} pages read,"
            f" {len(site.written)} written; cells: {sum(site.cells.values()):.1f} s,"
            f" {site.cpu:.1f} CPU s {left(site.took)}"
        )
        report.add(f"site, {name}", site.took, base, notes.strip())
        report.hold(f"site, {name}, memory", site.took.pss / GIBIBYTE, 4, "GiB")
        if name == "cold":
            report.hold(f"site, {name}", wall, base.cpu / report.cores * 1.2, "s")
            report.hold(f"site, {name}, in all", wall, COLD, "s")
        elif name == "nothing changed":
            report.hold(f"site, {name}", wall, 5, "s")
            report.hold(f"site, {name}, kernels", kernels, 0, "")
        elif name == "prose of one lesson":
            report.hold(f"site, {name}", wall, 8, "s")
            report.hold(f"site, {name}, kernels", kernels, 0, "")
        elif name == "one cell of one lesson":
            report.hold(f"site, {name}", wall, sum(site.cells.values()) + 8, "s")
            report.hold(f"site, {name}, kernels", kernels, 1, "")
        else:
            report.hold(f"site, {name}, kernels", kernels, site.notebooks - 1, "")
    if nox:
        took, executed = whole_site.run_nox(root)
        told("nox -s docs", took)
        notes = f"with nox's own start; {len(executed)} notebooks executed"
        report.add("site, nox -s docs, nothing changed", took, notes=notes)


def left(took: Measured) -> str:
    """A note on processes that did not end by themselves."""
    return f"{took.left} processes left behind" if took.left else ""


def main() -> int:
    """Measure, show, keep; returns the exit status."""
    if sys.platform != "linux":
        sys.exit("the benchmark needs Linux: it reads there what a tree of processes takes")
    options = arguments()
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    os.sched_setaffinity(0, cores)
    adopt_orphans()
    report = Report(len(cores))
    console = Console(width=None if sys.stdout.isatty() else 160)
    wanted = {options.only} if options.only else set(PARTS)
    if "drawing" in wanted:
        kept = fixture.ROOT / "build" / "bench_drawing.json"
        every = options.every_architecture
        figures = drawing.measure_drawing(fixture.environment(fixture.ROOT), kept, every=every)
        drawing.told(figures, report, console)
    if "linting" in wanted:
        linting.told(linting.measure(fixture.environment(fixture.ROOT)), report, console)
    if wanted - {"drawing", "linting"}:
        measure_builds(report, wanted, options)
    report.show(console)
    report.write(fixture.ROOT / "build" / "bench.json")
    for row in report.disturbed:
        say(f"disturbed: other programs took {row.median('others'):.1f} CPU s during: {row.name}")
    for budget in report.broken:
        say(f"not kept: {budget.name}: {budget.value:.2f} {budget.unit} > {budget.limit:.2f}")
    return 1 if report.broken else 0


def measure_builds(report: Report, wanted: set[str], options: argparse.Namespace) -> None:
    """Time the builds of sites."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        warm_up(Path(folder))
        for number in range(1, options.repeat + 1):
            say(f"round {number} of {options.repeat}")
            here = Path(folder, str(number))
            if wanted & {"fixture", "peers"}:
                base = fixture.run_scripts(here / "scripts")
                told("six notebooks, plain scripts", base)
                report.add("six notebooks, plain scripts", base, base)
                if "fixture" in wanted:
                    measure_fixture(report, here, base)
                if "peers" in wanted:
                    measure_peers(report, here, base)
            if "site" in wanted:
                measure_site(report, here, nox=not options.no_nox and number == options.repeat)


if __name__ == "__main__":
    try:
        status = main()
    except CommandFailedError as error:
        sys.exit(f"no figure: {error}")
    sys.exit(status)
