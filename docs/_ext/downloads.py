"""Offer each executed page as a notebook and as a script, in the theme's download menu.

The theme offers the notebook only where launch buttons are set, and with the outputs in it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jupytext
import nbformat
from docutils import nodes
from sphinx.util.osutil import ensuredir

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

BUTTONS = [
    # suffix, text, tooltip, icon
    (".ipynb", "Notebook", "Download this page as a Jupyter notebook", "fas fa-book"),
    (".py", "Script", "Download this page as a Python script", "fab fa-python"),
]


def clean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Drop what differs from build to build, and what a reader's own run makes anew."""
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata.pop("language_info", None)  # there only where this build ran the notebook
    return notebook


def add_downloads(
    app: "Sphinx",
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.Node | None,
) -> None:
    """Write the notebook and the script beside the page's source, and add their buttons."""
    if doctree is None or "kernelspec" not in app.env.metadata.get(pagename, {}):
        return
    executed = Path(app.env.mystnb_config.output_folder, f"{pagename}.ipynb")
    notebook = clean(nbformat.read(executed, as_version=4))
    source = Path(app.outdir, "_sources", pagename)
    ensuredir(source.parent)
    nbformat.write(notebook, source.with_suffix(".ipynb"))
    jupytext.write(notebook, source.with_suffix(".py"), fmt="py:percent")

    for group in context["header_buttons"]:
        if group["label"] == "download-buttons":
            others = [b for b in group["buttons"] if b["label"] != "download-notebook-button"]
            group["buttons"] = [
                {
                    "type": "link",
                    "url": f"{context['pathto'](f'_sources/{pagename}{suffix}', 1)}",
                    "text": text,
                    "tooltip": tooltip,
                    "icon": icon,
                    "label": f"download-{text.lower()}-button",
                }
                for suffix, text, tooltip, icon in BUTTONS
            ] + others


def setup(app: "Sphinx") -> "ExtensionMetadata":
    """Run after the theme has made its buttons."""
    app.connect("html-page-context", add_downloads, priority=600)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
