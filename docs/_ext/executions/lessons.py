"""The site's notebooks, read from their sources before any is executed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

BUDGET = 60.0  # seconds, for a notebook that names none


@dataclass(frozen=True)
class Lesson:
    """A notebook of the site.

    Attributes:
        name: Sphinx's name of the page.
        source: The file.
        notebook: The cells, not executed.
        budget: Seconds that its execution may take.
        uses: Names of the lessons whose files it reads.
    """

    name: str
    source: Path
    notebook: NotebookNode = field(repr=False)
    budget: float = BUDGET
    uses: tuple[str, ...] = ()

    @property
    def code(self) -> list[NotebookNode]:
        """The code cells, in order."""
        return [cell for cell in self.notebook.cells if cell.cell_type == "code"]

    def line(self, cell_index: int) -> int:
        """The line of the source at which a cell begins."""
        lines = self.notebook.metadata.get("source_map")
        return int(lines[cell_index]) + 1 if lines else 1


def read_lesson(env: BuildEnvironment, name: str) -> Lesson | None:
    """Read a page; ``None`` for one that is no notebook or has no code.

    Raises:
        ExtensionError: The page, or its ``execution`` options, cannot be understood.
    """
    source = Path(env.doc2path(name))
    try:
        text = source.read_text(encoding="utf-8")
        reader = create_nb_reader(str(source), env.myst_config, env.mystnb_config, text)
        if reader is None:
            return None
        notebook = reader.read(text)
    except (OSError, ValueError) as error:
        raise ExtensionError(f"{source} cannot be read: {error}") from error
    options = check_options(source, notebook.metadata.get("execution", {}))
    lesson = Lesson(name, source, notebook, **options)
    return lesson if lesson.code else None


def check_options(source: Path, options: object) -> dict[str, Any]:
    """The options ``budget`` and ``uses`` out of a page's front matter."""

    def wrong(what: str) -> ExtensionError:
        return ExtensionError(f"{source}: in the front matter, {what}")

    if not isinstance(options, Mapping):
        raise wrong(f"`execution` must hold options such as `budget: 60`, not {options!r}")
    known: dict[str, Any] = {}
    for option, value in options.items():
        if option == "budget":
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                raise wrong(f"`budget` must be a number of seconds, not {value!r}")
            known["budget"] = float(value)
        elif option == "uses":
            if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
                raise wrong(f"`uses` must be a list of pages' names, not {value!r}")
            known["uses"] = tuple(value)
        else:
            raise wrong(f"`execution` knows `budget` and `uses`, not `{option}`")
    return known


def in_order(lessons: Iterable[Lesson]) -> list[Lesson]:
    """The lessons, each after those that it uses; of the rest, the longest first.

    The longest first leaves no long one alone at the end, when other cores have nothing to do.

    Raises:
        ExtensionError: A lesson uses a page that is no notebook, or itself by a detour.
    """
    left = {lesson.name: lesson for lesson in lessons}
    for lesson in left.values():
        for used in lesson.uses:
            if used not in left:
                raise ExtensionError(
                    f"{lesson.source}: in the front matter, `uses` names `{used}`, which is no"
                    " notebook of this site"
                )

    def weight(name: str, above: tuple[str, ...] = ()) -> float:
        """The budget of a lesson and of all that wait for it."""
        if name in above:
            detour = " -> ".join([*above[above.index(name) :], name])
            raise ExtensionError(f"{left[name].source}: the notebooks use each other: {detour}")
        waiting = [other.name for other in left.values() if name in other.uses]
        rest = max((weight(other, (*above, name)) for other in waiting), default=0.0)
        return left[name].budget + rest

    # What a lesson uses weighs more than the lesson, so it comes before it.
    return sorted(left.values(), key=lambda lesson: (-weight(lesson.name), lesson.name))
