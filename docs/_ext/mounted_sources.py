"""Point edit links and launch buttons at the folder in which a mounted page really lies.

The theme knows one folder for all pages; ``tutorials/`` lies beside ``docs/``.
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


def setup(app: "Sphinx") -> "ExtensionMetadata":
    """Run once before and once after the theme makes its buttons."""
    app.connect("html-page-context", before_theme, priority=100)
    app.connect("html-page-context", after_theme, priority=600)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
