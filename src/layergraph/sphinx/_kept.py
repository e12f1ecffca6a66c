"""What is kept between builds: graphs, what they were made of, and which pages show them."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from layergraph import __version__
from layergraph.sphinx._python import Python
from layergraph.sphinx._worker import is_installed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from layergraph.sphinx._python import Answer


@dataclass(frozen=True)
class Kept:
    """A graph, and all that it depends on.

    Attributes:
        graph: The graph as JSON.
        files: The sha256 of each file.
        surroundings: See :func:`surroundings`.
    """

    graph: str
    files: Mapping[str, str]
    surroundings: str

    def holds(self, digests: Digests) -> bool:
        """Whether the graph would be the same today."""
        return self.surroundings == digests.surroundings and all(
            digests[path] == digest for path, digest in self.files.items()
        )


@dataclass
class Store:
    """What the environment of Sphinx keeps.

    Attributes:
        graphs: By target.
        uses: The targets of each page.
        failed: Pages with a problem: each build tries them again, and tells it again.
    """

    graphs: dict[str, Kept] = field(default_factory=dict)
    uses: dict[str, set[str]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)


class Digests(dict[str, str | None]):
    """The sha256 of files as they are in this build; ``None`` for those that are not there.

    Args:
        path: What the other Python has as ``sys.path``.
    """

    def __init__(self, path: Iterable[str]) -> None:
        super().__init__()
        self.surroundings = surroundings(tuple(path))

    def __missing__(self, path: str) -> str | None:
        try:
            digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        except OSError:
            return None
        self[path] = digest
        return digest


@cache
def surroundings(path: tuple[str, ...]) -> str:
    """The digest of what all graphs depend on: all that is installed, and where modules lie."""
    installed = sorted({f"{each.name}=={each.version}" for each in distributions(path=list(path))})
    own = [folder for folder in path if not is_installed(folder)]
    return hashlib.sha256(repr((sys.version, __version__, installed, own)).encode()).hexdigest()


def store(env: BuildEnvironment) -> Store:
    """What the environment keeps."""
    if not hasattr(env, "layergraph_store"):
        cast(Any, env).layergraph_store = Store()
    kept: Store = cast(Any, env).layergraph_store
    return kept


class Graphs:
    """The graphs of one build.

    Args:
        app: Sphinx, with this extension's settings.
    """

    def __init__(self, app: Sphinx) -> None:
        here = Path(app.confdir)
        path = [str((here / folder).resolve()) for folder in app.config.layergraph_path]
        path += [str(Path(folder).resolve()) for folder in sys.path]
        self.python = Python(path, here, app.config.layergraph_timeout)
        self.digests = Digests(path)

    def get(self, env: BuildEnvironment, docname: str, target: str) -> Answer:
        """Give a target's graph for a page, from a former build where it still holds."""
        from layergraph.sphinx._python import Answer

        kept = store(env)
        kept.uses.setdefault(docname, set()).add(target)
        known = kept.graphs.get(target)
        if known is not None and known.holds(self.digests):
            return Answer(graph=known.graph, files=dict(known.files))
        answer = self.python.ask(target)
        if answer.graph is not None:
            kept.graphs[target] = Kept(answer.graph, answer.files, self.digests.surroundings)
        return answer

    def outdated(
        self,
        _app: Sphinx,
        env: BuildEnvironment,
        _added: set[str],
        _changed: set[str],
        _removed: set[str],
    ) -> Iterable[str]:
        """Name the pages whose graphs do not hold any more, or could not be made."""
        kept = store(env)
        stale = {
            docname
            for docname, targets in kept.uses.items()
            if not all(
                target in kept.graphs and kept.graphs[target].holds(self.digests)
                for target in targets
            )
        }
        return stale | kept.failed

    def finish(self, _app: Sphinx, env: BuildEnvironment) -> None:
        """Keep what pages use, and end the other Python: all pages have been read."""
        kept = store(env)
        used = set().union(*kept.uses.values())
        kept.graphs = {target: graph for target, graph in kept.graphs.items() if target in used}
        self.python.close()

    def end(self, _app: Sphinx, _exception: Exception | None) -> None:
        """End the other Python where the build could not go on."""
        self.python.close()


def purge(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a page that is read anew or is no more."""
    kept = store(env)
    kept.uses.pop(docname, None)
    kept.failed.discard(docname)


def merge(
    _app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    """Take over what another process of this build has read."""
    ours, theirs = store(env), store(other)
    for docname in docnames:
        if docname in theirs.uses:
            ours.uses[docname] = theirs.uses[docname]
        if docname in theirs.failed:
            ours.failed.add(docname)
    used = set().union(*ours.uses.values())
    ours.graphs |= {target: kept for target, kept in theirs.graphs.items() if target in used}
