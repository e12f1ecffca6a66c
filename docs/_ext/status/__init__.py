"""Tell what ran: on a page, without times, and in ``status.json`` beside the site, with them.

The directive ``executions`` makes a table of all executed pages. What it shows is the same whether
the executions came from the cache or not; how long each took stands in ``status.json`` alone, which
``nox -s status`` prints.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from executions.build import Build, write_whole
from executions.lessons import Lesson
from executions.queue import cores
from executions.run import ExecutionFailedError
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.console import strip_escape_sequences
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri
from sphinx.util.typing import ExtensionMetadata

FILE = "status.json"  # beside the site's folder
MARK = "executions-table"  # in the metadata of a page that has the directive
EXERCISE = re.compile(r"^(?:`{3,}|:{3,})\{exercise(?:-start)?\}", re.MULTILINE)
HEADS = ("Page", "Code cells", "Exercises", "Outputs", "Files")
KINDS = {".md": "source", ".ipynb": "notebook", ".py": "script"}


class Executions(nodes.General, nodes.Element):
    """Stands for the table until all pages have been read."""


class ExecutionsDirective(SphinxDirective):
    """A table of all executed pages."""

    def run(self) -> list[nodes.Node]:
        self.env.metadata[self.env.docname][MARK] = True
        return [Executions()]


def build_of(app: Sphinx) -> Build:
    """The executions of this run of Sphinx."""
    return cast(Build, cast(Any, app).executions)


def outcomes(app: Sphinx) -> list[tuple[Lesson, Any]]:
    """Each executed page with what came out, by name."""
    queue = build_of(app).queue
    if queue is None:
        return []
    return [
        (queue.lessons[name], queue.outcomes[name])
        for name in sorted(queue.lessons)
        if name in queue.outcomes
    ]


def exercises(lesson: Lesson) -> int:
    """How many exercises a page sets."""
    texts = (cell.source for cell in lesson.notebook.cells if cell.cell_type == "markdown")
    return sum(len(EXERCISE.findall(text)) for text in texts)


def rows(app: Sphinx) -> list[tuple[str, int, int, bool]]:
    """What the table tells of each page: name, code cells, exercises, whether it ran to its end."""
    return [
        (lesson.name, len(lesson.code), exercises(lesson), not failed(outcome))
        for lesson, outcome in outcomes(app)
    ]


def failed(outcome: object) -> bool:
    """Whether an execution did not come to its end."""
    return isinstance(outcome, ExecutionFailedError)


def locks(app: Sphinx) -> list[tuple[str, str]]:
    """The names of the lock files, from the project's root, each with its sha256."""
    paths = [Path(app.confdir, lock).resolve() for lock in app.config.execution_locks]
    root = Path(app.confdir).resolve().parent
    return [
        (path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in paths
    ]


def renew(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Write the page with the table again where the table changed."""
    shown = [rows(app), locks(app)]
    before = getattr(env, "status_shown", None)
    cast(Any, env).status_shown = shown
    pages = [name for name in env.found_docs if MARK in env.metadata.get(name, {})]
    return pages if shown != before else []


def fill_in(app: Sphinx, doctree: nodes.document, name: str) -> None:
    """Put the table where the directive stands."""
    for node in list(doctree.findall(Executions)):
        node.replace_self([summary(app), table(app, name)])


def summary(app: Sphinx) -> nodes.paragraph:
    """How much ran, and with which locks."""
    told = rows(app)
    cells = sum(cells for _, cells, _, _ in told)
    paragraph = nodes.paragraph(
        "", f"{len(told)} pages with {cells} code cells ran, with the locks"
    )
    for number, (name, sha256) in enumerate(locks(app)):
        paragraph += nodes.Text(" and " if number else " ")
        paragraph += nodes.literal("", name)
        paragraph += nodes.Text(" (sha256 ")
        paragraph += nodes.literal("", sha256[:16])
        paragraph += nodes.Text(")")
    paragraph += nodes.Text(".")
    return paragraph


def table(app: Sphinx, shown_on: str) -> nodes.table:
    """The table of the executed pages."""

    def link(text: str, target: str) -> nodes.reference:
        here = app.builder.get_target_uri(shown_on)
        return nodes.reference("", text, refuri=relative_uri(here, target), internal=True)

    def row(*cells: list[nodes.Node]) -> nodes.row:
        entries = [nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells]
        return nodes.row("", *entries)

    def files(name: str) -> list[nodes.Node]:
        parts: list[nodes.Node] = []
        for suffix, kind in KINDS.items():
            parts += [nodes.Text(", ")] if parts else []
            parts.append(link(kind, f"_sources/{name}{suffix}"))
        return parts

    group = nodes.tgroup("", cols=len(HEADS))
    group.extend(nodes.colspec(colwidth=1) for _ in HEADS)
    group += nodes.thead("", row(*([nodes.Text(head)] for head in HEADS)))
    body = nodes.tbody()
    for name, cells, tasks, sound in rows(app):
        title = nodes.reference(
            "", "", *(child.deepcopy() for child in app.env.titles[name].children),
            refuri=app.builder.get_relative_uri(shown_on, name), internal=True,
        )  # fmt: skip
        outputs = "as built with this lock" if sound else "a cell failed"
        body += row(
            [title],
            [nodes.Text(str(cells))],
            [nodes.Text(str(tasks) if tasks else "none")],
            [nodes.Text(outputs)],
            files(name) if app.builder.format == "html" else [nodes.Text(name)],
        )
    group += body
    return nodes.table("", group, classes=["executions"])


def message(failure: ExecutionFailedError) -> str:
    """Why an execution failed, in one line that begins with the source's line."""
    lines = strip_escape_sequences(str(failure)).strip().splitlines()
    # nbclient's error begins with its class and ends with what the cell raised.
    return f"line {failure.line}: {lines[-1 if lines[0] == 'CellExecutionError' else 0]}"


def write_status(app: Sphinx, exception: Exception | None) -> None:
    """Write how long each execution took, this time or when it last ran."""
    if exception is not None or app.builder.format != "html":
        return
    queue = build_of(app).queue
    now = queue.executed if queue is not None else {}
    pages = []
    for lesson, outcome in outcomes(app):
        page: dict[str, Any] = {"page": lesson.name, "budget": lesson.budget}
        if failed(outcome):
            page |= {"outcome": "failed", "message": message(outcome)}
        else:
            page |= {
                "outcome": "executed" if lesson.name in now else "cached",
                "seconds": round(sum(outcome.seconds), 1),
                "cpu": round(outcome.cpu, 1),
                "memory": outcome.memory,
                "when": datetime.fromtimestamp(outcome.when, UTC).isoformat(timespec="seconds"),
            }
        pages.append(page)
    with suppress(OSError):  # on a full disk the last build's stays
        text = json.dumps({"cores": cores(), "pages": pages}, indent=1)
        write_whole(Path(app.outdir).parent / FILE, f"{text}\n")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell when all pages have been read, and when all are written."""
    app.setup_extension("executions")
    app.add_directive("executions", ExecutionsDirective)
    app.add_node(Executions)
    app.connect("env-updated", renew)
    app.connect("doctree-resolved", fill_in)
    app.connect("build-finished", write_status)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
