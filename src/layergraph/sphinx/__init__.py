"""Draw models in a Sphinx site: the directive ``layer-graph``.

Add it to the extensions in ``conf.py``::

    extensions = ["layergraph.sphinx"]

Settings of ``conf.py``:

``layergraph_path``
    Folders, relative to that of ``conf.py``, in which modules are looked for before all others.
``layergraph_timeout``
    Seconds that a function may take to return its model, with its imports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.util.typing import ExtensionMetadata

__all__: list[str] = []  # Sphinx calls `setup`, no one else


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive to Sphinx."""
    from layergraph import __version__
    from layergraph.sphinx import _kept
    from layergraph.sphinx._directive import LayerGraphDirective
    from layergraph.sphinx._nodes import add_nodes

    app.add_config_value("layergraph_path", [], "env", [list, tuple])
    app.add_config_value("layergraph_timeout", 120, "", [int, float])
    app.add_directive("layer-graph", LayerGraphDirective)
    add_nodes(app)
    app.connect("config-inited", _check)
    app.connect("builder-inited", _begin)
    app.connect("env-purge-doc", _kept.purge)
    app.connect("env-merge-info", _kept.merge)
    return {
        "version": __version__,
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _check(_app: Sphinx, config: Config) -> None:
    from sphinx.errors import ConfigError

    timeout = config.layergraph_timeout
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or timeout <= 0:
        raise ConfigError(f"layergraph_timeout must be a number of seconds, not {timeout!r}")
    folders = config.layergraph_path
    if isinstance(folders, str) or not all(isinstance(folder, str) for folder in folders):
        raise ConfigError(f"layergraph_path must be a list of folders, not {folders!r}")


def _begin(app: Sphinx) -> None:
    from layergraph.sphinx._kept import Graphs
    from layergraph.sphinx._reading import Reading

    graphs = Graphs(app)
    app.connect("env-get-outdated", graphs.outdated)
    app.connect("doctree-read", Reading(graphs).fill)
    app.connect("env-updated", graphs.finish)
    app.connect("build-finished", graphs.end)
