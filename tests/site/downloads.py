"""Run what readers download: each page as a notebook and as a script, alone in an empty folder.

``nox -s downloads`` builds a new environment from the lock, with the package as a wheel, and runs
this in it; what stands behind ``--`` goes on to it. It ends with 0 if everything ran to its end,
with 1 if not, and names the page and the cell; with 2 if there is nothing to run.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = ROOT / "build" / "html"
TIMES_BUDGET = 10  # of its budget in the site's build, after which a page is ended,
LEAST = 600.0  # but not before so many seconds: new packages are compiled when first imported
AT_ONCE = 2
GRACE = 60  # seconds more, for a kernel to start and to be ended at its limit
LAST_LINES = 12  # of what a failed page said, that are shown

# Of the reader's own variables only these reach a page: what lets a program run at all.
KEPT = (
    "DYLD_LIBRARY_PATH", "LANG", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "COMSPEC", "PATHEXT",
)  # fmt: skip


@dataclass(frozen=True)
class Download:
    """A file that a page offers.

    Attributes:
        page: The page.
        path: The file.
        seconds: How long the page ran in the build.
        limit: Seconds after which it is ended.
    """

    page: str
    path: Path
    seconds: float
    limit: float

    @property
    def kind(self) -> str:
        """What it is called on the page."""
        return "notebook" if self.path.suffix == ".ipynb" else "script"

    @property
    def name(self) -> str:
        """How it is told."""
        return f"{self.page} ({self.kind})"


class FailedError(Exception):
    """A download did not run to its end; the text names the cell and says what happened."""


def downloads(site: Path) -> list[Download]:
    """What each executed page of a built site must offer, the longest first.

    Raises:
        FileNotFoundError: The site is not built, or tells of no executions.
    """
    status = json.loads((site.parent / "status.json").read_text(encoding="utf-8"))
    found = [
        Download(
            page["page"],
            site / "_sources" / f"{page['page']}{suffix}",
            page.get("seconds", 0.0),
            max(LEAST, page["budget"] * TIMES_BUDGET),
        )
        for page in status["pages"]
        for suffix in (".ipynb", ".py")
    ]
    return sorted(found, key=lambda download: (-download.seconds, download.name))


def environment(home: Path) -> dict[str, str]:
    """The variables of somebody who has just installed the package."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    homes = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP"), str(home))
    return {**kept, **homes, "PATH": path}


def run(download: Download, room: Path) -> None:
    """Run a download in a new folder that holds nothing else.

    Raises:
        FailedError: The page does not offer it, or it did not run to its end.
    """
    if not download.path.is_file():
        raise FailedError("the page does not offer it")
    home, work = room / "home", room / "work"
    home.mkdir(parents=True)
    work.mkdir()
    copied = work / download.path.name
    copied.write_bytes(download.path.read_bytes())
    if download.kind == "notebook":
        # Its cells are timed one by one, so that the one that does not end can be named.
        report = room / "report.txt"  # what the kernel's libraries log stands on stderr
        command = [__file__, "--notebook", str(copied), str(report), str(download.limit)]
        said = say(command, work, environment(home), download.limit + GRACE)
        if said is not None:
            raise FailedError(report.read_text(encoding="utf-8") if report.exists() else said)
        return
    # A window of a plot would wait for somebody to close it.
    variables = {**environment(home), "MPLBACKEND": "agg"}
    said = say([copied.name], work, variables, download.limit)
    if said is not None:
        number, source = cell_at(copied.read_text(encoding="utf-8"), line_of(copied.name, said))
        raise FailedError(told(number, source, said))


def say(arguments: list[str], folder: Path, variables: dict[str, str], limit: float) -> str | None:
    """Run Python in a folder; what it said of its failure, ``None`` where it ended well.

    Raises:
        FailedError: It had to be ended.
    """
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder, env=variables, text=True, errors="replace", start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as started:  # fmt: skip
        try:
            _, said = started.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            raise FailedError(f"it was ended after {limit:g} s") from None
    return (said or f"it ended with {started.returncode}") if started.returncode else None


def run_notebook(path: Path, limit: float) -> str | None:
    """Run all cells of a notebook in a kernel of this environment; why it failed, if it did."""
    notebook = nbformat.read(path, as_version=4)
    ran = 0

    def begins(cell: nbformat.NotebookNode, cell_index: int) -> None:
        nonlocal ran
        ran += cell.cell_type == "code"

    client = NotebookClient(
        notebook,
        timeout=limit,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        skip_cells_with_tag="",
        on_cell_execute=begins,
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        return told(ran, code[ran - 1] if ran else "", str(error))
    return None


def line_of(script: str, said: str) -> int:
    """The line of a script that a traceback tells last; 0 where it tells none."""
    lines = re.findall(rf'File "(?:.*[\\/])?{re.escape(script)}", line (\d+)', said)
    return int(lines[-1]) if lines else 0


def cell_at(script: str, line: int) -> tuple[int, str]:
    """The number, from 1, and the code of the code cell that holds a line of a percent script."""
    number, source = 0, list[str]()
    for here, text in enumerate(script.splitlines(), start=1):
        if text.startswith("# %%"):
            if here > line:
                break
            if "[markdown]" not in text and "[raw]" not in text:
                number, source = number + 1, []
        else:
            source.append(text)
    return number, "\n".join(source).strip()


def told(number: int, source: str, error: str) -> str:
    """A failure in words: the cell, its code, the end of what was said."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", error).strip().splitlines()[-LAST_LINES:]
    said, code = (textwrap.indent(text, "    ") for text in ("\n".join(lines), source))
    return f"cell {number}:\n{code}\n  said:\n{said}"


def run_all(wanted: Iterable[Download], where: Path) -> dict[Download, str | None]:
    """Run downloads, two at once; tells of each as it begins and ends, and why those failed."""
    wanted = list(wanted)
    left = len(wanted)
    lock = threading.Lock()

    def one(download: Download) -> str | None:
        nonlocal left
        with lock:
            left -= 1
            print(f"running {download.name} ({left} left to start)", flush=True)
        began, failure = time.monotonic(), None
        try:
            run(download, where / re.sub(r"\W+", "-", download.name).strip("-"))
        except FailedError as error:
            failure = str(error)
        verb = "failed" if failure else "ran"
        print(f"{verb} {download.name} in {time.monotonic() - began:.1f} s", flush=True)
        return failure

    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            return dict(zip(wanted, pool.map(one, wanted), strict=True))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    child.kill()
            raise


def chosen(found: list[Download], names: list[str]) -> list[Download]:
    """The downloads of the pages that have one of these names, or end with it."""
    if not names:
        return found
    return [d for d in found if any(f"/{d.page}".endswith(f"/{name}") for name in names)]


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks."""
    options: Any = parser().parse_args(arguments)
    if options.notebook is not None:
        notebook, report, limit = options.notebook
        why = run_notebook(Path(notebook), float(limit))
        if why is not None:
            Path(report).write_text(why, encoding="utf-8")
        return 0 if why is None else 1
    try:
        found = downloads(options.site)
    except FileNotFoundError as error:
        print(f"There is no {error.filename}. Build the site first: nox -s docs", file=sys.stderr)
        return 2
    wanted = chosen(found, options.only)
    if not wanted:
        pages = sorted({download.page for download in found})
        print("No executed page has that name. The pages:", *pages, sep="\n  ", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="downloads-", ignore_cleanup_errors=True) as where:
        ran = run_all(wanted, Path(where))
    failures = {download.name: why for download, why in ran.items() if why}
    for name, why in failures.items():
        print(f"\n{name}: {why}")
    print(f"\n{len(ran) - len(failures)} of {len(ran)} downloads ran to their end.")
    for name in failures:
        print(f"  failed: {name}")
    return 1 if failures else 0


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="nox -s downloads --", description=(__doc__ or "").split("\n")[0]
    )
    made.add_argument(
        "--only", action="append", default=[], metavar="NAME",
        help="run only this page, such as tutorials/same_author or same_author; may be repeated",
    )  # fmt: skip
    made.add_argument("--site", type=Path, default=SITE, help="the built site")
    # What this program calls itself with, so that each notebook has a process of its own.
    made.add_argument("--notebook", nargs=3, help=argparse.SUPPRESS)
    return made


if __name__ == "__main__":
    sys.exit(main())
