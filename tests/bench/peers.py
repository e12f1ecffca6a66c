"""The six notebooks built by what people would pick otherwise, each by its documented way.

All get the same theme, which is Sphinx' own, and no extension beside theirs: each is given the
least work that it can have, and this project's build is compared with all of its own.
None of them knows that one notebook reads what another one saved. They find the file from before,
as most of them would start the two at once.
"""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jupytext
import pypandoc
from fixture import LESSONS, NOTEBOOKS, SAVED, check_shown, environment
from measure import Measured, run_all

PYTHON = [sys.executable, "-m"]
TOCTREE = "\n".join(f"   tutorials/{name}" for name in LESSONS)
SPHINX = [*PYTHON, "sphinx", "-b", "html", "docs", "build/html"]


@dataclass(frozen=True)
class Peer:
    """A way to build the notebooks.

    Attributes:
        name: What the table calls it.
        prepare: Lays out its sources in a new folder; not measured.
        commands: What builds the site.
        again: Whether the same is measured a second time, with nothing changed.
    """

    name: str
    prepare: Callable[[Path], None]
    commands: Sequence[Sequence[str]]
    again: bool = False


def settings(root: Path, extension: str, **values: object) -> None:
    """Write a ``conf.py`` with one extension."""
    values = {"project": "Six small notebooks", "extensions": [extension], **values}
    text = "".join(f"{name} = {value!r}\n" for name, value in values.items())
    (root / "docs" / "conf.py").write_text(text, encoding="utf-8")


def write_home(root: Path, pages: str) -> None:
    """Write the home page of those that do not read MyST."""
    (root / "docs" / "index.rst").write_text(
        f"Home\n====\n\n.. toctree::\n\n{pages}\n", encoding="utf-8"
    )


def myst_nb(mode: str) -> Callable[[Path], None]:
    """Sources for myst-nb, which reads the notebooks as they are."""

    def prepare(root: Path) -> None:
        docs = root / "docs"
        shutil.copy(NOTEBOOKS / "docs" / "index.md", docs)
        shutil.copytree(NOTEBOOKS / "tutorials", docs / "tutorials", dirs_exist_ok=True)
        settings(root, "myst_nb", nb_execution_mode=mode, nb_execution_timeout=600,
                 nb_execution_cache_path=str(root / ".jupyter_cache"))  # fmt: skip

    return prepare


def nbsphinx(root: Path) -> None:
    """Sources for nbsphinx, which reads ``.ipynb``."""
    for name in LESSONS:
        notebook = jupytext.read(NOTEBOOKS / "tutorials" / f"{name}.md")
        jupytext.write(notebook, root / "docs" / "tutorials" / f"{name}.ipynb")
    write_home(root, TOCTREE)
    settings(root, "nbsphinx", nbsphinx_execute="always", nbsphinx_timeout=600)


def sphinx_gallery(processes: int) -> Callable[[Path], None]:
    """Sources for sphinx-gallery, which reads scripts with reStructuredText in comments."""

    def prepare(root: Path) -> None:
        examples = root / "examples"
        (root / "docs" / "tutorials").rename(examples)
        for name in LESSONS:
            notebook = jupytext.read(NOTEBOOKS / "tutorials" / f"{name}.md")
            for cell in notebook.cells:
                if cell.cell_type == "markdown":
                    cell.source = pypandoc.convert_text(cell.source, "rst", format="markdown")
            jupytext.write(notebook, examples / f"{name}.py", fmt="py:sphinx")
        (examples / "GALLERY_HEADER.rst").write_text("Lessons\n=======\n", encoding="utf-8")
        write_home(root, "   tutorials/index")
        chosen: dict[str, object] = {
            "examples_dirs": "../examples",
            "gallery_dirs": "tutorials",
            "filename_pattern": r"\.py$",  # by default only what is named plot_*.py is executed
            "within_subsection_order": "FileNameSortKey",
        }
        if processes > 1:
            chosen["parallel"] = processes
        settings(root, "sphinx_gallery.gen_gallery", sphinx_gallery_conf=chosen)

    return prepare


def peers(cores: int) -> list[Peer]:
    """All ways, those with several processes on so many cores."""
    sources = [f"docs/tutorials/{name}.md" for name in LESSONS]
    parallel = [*SPHINX, "-j", str(cores)]
    first = [
        ["jcache", "notebook", "add", "-r", "myst_nb_md", *sources],
        ["jcache", "project", "execute", "-e", "local-parallel", "-t", "600"],
        SPHINX,
    ]
    return [
        Peer("myst-nb, force", myst_nb("force"), [SPHINX]),
        Peer(f"myst-nb, force, -j {cores}", myst_nb("force"), [parallel]),
        Peer("myst-nb, cache", myst_nb("cache"), [SPHINX], again=True),
        Peer("jupyter-cache, local-parallel, then myst-nb", myst_nb("cache"), first),
        Peer("nbsphinx", nbsphinx, [SPHINX]),
        Peer("sphinx-gallery", sphinx_gallery(1), [SPHINX]),
        Peer(f"sphinx-gallery, parallel {cores}", sphinx_gallery(cores), [SPHINX]),
    ]


def build(peer: Peer, root: Path, saved: Path) -> dict[str, Measured]:
    """Build with a peer in a new folder; returns what each of its builds took, by name."""
    (root / "docs" / "tutorials").mkdir(parents=True)
    shutil.copy(saved / SAVED, root / "docs" / "tutorials")
    peer.prepare(root)
    pandoc = Path(pypandoc.get_pandoc_path()).parent
    variables = environment(root)
    variables |= {
        "PATH": f"{pandoc}:{variables['PATH']}",
        "PYTHONPATH": str(saved.parent / "src"),
        "JUPYTERCACHE": str(root / ".jupyter_cache"),
    }
    took = {}
    for name in [peer.name, f"{peer.name}, nothing changed"][: 1 + peer.again]:
        took[name] = run_all(peer.commands, root, variables)
        check_shown(root / "build" / "html" / "tutorials", LESSONS)
    return took
