"""The project's whole site: cold, and after changes of the kinds that its authors make."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jupytext
from fixture import ROOT, SPHINX, environment
from measure import CommandFailedError, Measured, run, run_all, say

CHANGED_SOURCE = "src/layergraph/plots/_compare.py"  # which not every page imports


@dataclass(frozen=True)
class Site:
    """What one build of the site took and did.

    Attributes:
        took: Time and memory.
        executed: Seconds of each execution, by the page's name, as the build told them.
        read: Pages that Sphinx read.
        written: Pages that Sphinx wrote.
        cells: Seconds of the cells of each execution.
        cpu: CPU seconds of all executions.
        notebooks: Pages of the site that have cells.
    """

    took: Measured
    executed: dict[str, float]
    read: list[str]
    written: list[str]
    cells: dict[str, float]
    cpu: float
    notebooks: int


def copy_tree(root: Path) -> None:
    """Copy the working tree, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for name in listed.split("\0"):
        source = ROOT / name
        if name and source.is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, root / name)


def run_scripts(root: Path) -> Measured:
    """The base of the ratios: each notebook of a copy as a script in a process of its own."""
    scripts = root / "build" / "scripts"
    scripts.mkdir(parents=True)
    names = []
    for page in notebooks(root):
        names.append(f"{'-'.join(page.relative_to(root).with_suffix('').parts)}.py")
        jupytext.write(jupytext.read(page), scripts / names[-1], fmt="py:percent")
    return run_all([[sys.executable, name] for name in names], scripts, environment(root))


def notebooks(root: Path) -> list[Path]:
    """The pages of a copy that have cells."""
    found = (page for folder in ("docs", "tutorials") for page in (root / folder).rglob("*.md"))
    return sorted(page for page in found if is_notebook(page))


def build(root: Path) -> Site:
    """Build the site that lies in a folder, as the docs session gives it to Sphinx."""
    report = root / "build" / "executed" / "last.json"
    report.unlink(missing_ok=True)
    took = run(SPHINX, root, environment(root))
    executed = executions(took.output)
    if not report.is_file():
        raise CommandFailedError(f"the build left no {report}:\n{took.output[-4000:]}")
    told = json.loads(report.read_text(encoding="utf-8"))["executions"]
    if sorted(executed) != sorted(one["lesson"] for one in told):
        raise CommandFailedError(f"the build said {sorted(executed)}, its report {told}")
    cpu = sum(one["cpu"] for one in told)
    if cpu > took.cpu:  # a budget is counted from the former
        raise CommandFailedError(f"cells took {cpu:.1f} CPU s of the build's {took.cpu:.1f}")
    return Site(
        took,
        executed,
        pages(took.output, "reading sources"),
        pages(took.output, "writing output"),
        {one["lesson"]: sum(one["cells"]) for one in told},
        cpu,
        len(notebooks(root)),
    )


def executions(output: str) -> dict[str, float]:
    """The executions that a build told, with their seconds."""
    told = re.findall(r"^executed (\S+) in ([\d.]+) s", output, re.MULTILINE)
    return {name: float(seconds) for name, seconds in told}


def pages(output: str, step: str) -> list[str]:
    """The pages that a step of Sphinx named."""
    return re.findall(rf"^{step}\.\.\. \[ *\d+%\] (\S+)", output, re.MULTILINE)


def is_notebook(page: Path) -> bool:
    """Whether a page has cells."""
    return "\n```{code-cell}" in page.read_text(encoding="utf-8")


def edit(path: Path, pattern: str, replacement: str) -> None:
    """Change the first place in a file that matches."""
    text = path.read_text(encoding="utf-8")
    changed, times = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
    if times == 0:
        raise CommandFailedError(f"{path} has no place that matches {pattern!r}")
    path.write_text(changed, encoding="utf-8")


def change_prose(page: Path) -> None:
    """Add a sentence before the first heading of the second rank."""
    edit(page, r"^## ", "This sentence is new.\n\n## ")


def change_code(page: Path) -> None:
    """Add a line to the first code cell, so that all of them run again."""
    edit(page, r"^(```\{code-cell\} ipython3\n(?::.*\n)*\n?)", r"\1is_new = True\n")


def change_source(source: Path) -> None:
    """Add a comment to a module."""
    with source.open("a", encoding="utf-8") as file:
        file.write("\n# This comment is new.\n")


def scenarios(root: Path) -> Iterator[tuple[str, Site]]:
    """Build the copy of the site in ``root``, cold and then after one change after another."""
    cold = build(root)
    yield "cold", cold
    lessons = {name: s for name, s in cold.cells.items() if name.startswith("tutorials/")}
    lesson = root / f"{min(lessons, key=lessons.__getitem__)}.md"
    changes: list[tuple[str, Callable[[Path], None] | None, Path]] = [
        ("nothing changed", None, root),
        ("prose of one lesson", change_prose, lesson),
        ("one cell of one lesson", change_code, lesson),
        ("one source file", change_source, root / CHANGED_SOURCE),
    ]
    for name, change, path in changes:
        if change is not None:
            change(path)
            say(f"  changed {path.relative_to(root)}")
        built = build(root)
        if change in (change_code, change_source) and not built.executed:
            raise CommandFailedError(f"{name}: nothing was executed again after a change of {path}")
        yield name, built


def run_nox(root: Path) -> tuple[Measured, dict[str, float]]:
    """``nox -s docs`` in the built copy, when it has made its environment: nothing changed."""
    run([sys.executable, "-m", "nox", "-s", "docs"], root, environment(root))
    took = run([sys.executable, "-m", "nox", "-s", "docs"], root, environment(root))
    return took, executions(took.output)
