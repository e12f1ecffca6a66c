"""Point edit links and launch buttons at the folder in which a mounted page really lies.

The theme knows one folder for all pages; ``tutorials/`` lies beside ``docs/``.
The folder's absolute path is kept out of the site.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def folder_of(app: "Sphinx", pagename: str) -> str:
    """The part of the page's path, from the repository's root, that the page's name lacks."""
    root = Path(app.confdir).parent
    source = Path(app.env.doc2path(pagename)).resolve().relative_to(root.resolve())
    return source.as_posix().removesuffix(f"{pagename}{source.suffix}").strip("/")


def before_theme(
    app: "Sphinx",
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.Node | None,
) -> None:
    """Tell the theme this page's folder and suffix."""
    if doctree is None:
        return
    context["doc_path"] = folder_of(app, pagename)
    # Sphinx cuts the suffix off the path by the length of the page's name, which is wrong here.
    suffix = Path(app.env.doc2path(pagename)).suffix
    context["page_source_suffix"] = suffix
    if context.get("sourcename"):
        context["sourcename"] = f"{pagename}{suffix}"


def after_theme(
    app: "Sphinx",
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.Node | None,
) -> None:
    """Mend the launch buttons, which read one setting for all pages."""
    if doctree is None:
        return
    folder = folder_of(app, pagename)
    for group in context["header_buttons"]:
        if group["label"] == "launch-buttons" and folder:
            for button in group["buttons"]:
                button["url"] = button["url"].replace(f"/{pagename}", f"/{folder}/{pagename}")


def keep_paths_out(app: "Sphinx") -> list[tuple[str, dict[str, Any], str]]:
    """Name mounted pages in the search index as other pages are, not by this machine's path."""
    indexer = getattr(app.builder, "indexer", None)
    names = indexer._filenames if indexer else {}
    for pagename, filename in names.items():
        if Path(filename).is_absolute():
            names[pagename] = f"{pagename}{Path(filename).suffix}"
    return []


def setup(app: "Sphinx") -> "ExtensionMetadata":
    """Run before and after the theme makes its buttons, and before the search index is written."""
    app.connect("html-page-context", before_theme, priority=100)
    app.connect("html-page-context", after_theme, priority=600)
    app.connect("html-collect-pages", keep_paths_out)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
