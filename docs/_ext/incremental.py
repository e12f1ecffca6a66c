"""Let a second build read and write only what changed, and still give what a first one would.

Sphinx compares the pages' sources. It does not notice that an extension, a template or a style of
the site changed, that a build was killed while it wrote, or that other pages show the title of a
page that changed; and it forgets the warnings of pages that it does not read again.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

MARK = "sound.json"  # beside the doctrees; there after a build without fault


def makers(confdir: Path) -> str:
    """The digest of all that makes pages beside their sources."""
    digest = hashlib.sha256(sys.version.encode())
    files = [confdir / "conf.py", *confdir.glob("_ext/**/*.py"), *confdir.glob("_templates/**/*")]
    files += [confdir.parent / "pyproject.toml", *confdir.parent.glob("requirements/docs.txt")]
    for path in sorted(path for path in files if path.is_file()):
        digest.update(path.relative_to(confdir.parent).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def begin(app: Sphinx, _config: Config) -> None:
    """Forget the last build where it cannot be trusted."""
    mark = app.doctreedir / MARK
    try:
        sound = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        sound = None
    # Kept for the mark: what changes while the site is built has not made it.
    app.incremental_mark = {"makers": makers(app.confdir), "outdir": str(app.outdir)}
    if sound != app.incremental_mark:
        (app.doctreedir / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
        if (app.outdir / ".buildinfo").is_file():  # an earlier site: no page of it may stay
            for path in app.outdir.iterdir():
                if path.name.startswith(".") and path.name != ".buildinfo":
                    continue  # such as the .git of a branch that holds the site
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
    mark.unlink(missing_ok=True)


def forget_static_files(app: Sphinx) -> None:
    """Let every build find as many static files as a first one.

    Some extensions write theirs last of all, and a page's links tell the digests of those that are
    there when the page is written.
    """
    shutil.rmtree(app.outdir / "_static", ignore_errors=True)


def forget_removed(
    app: Sphinx, _env: BuildEnvironment, _added: set[str], _changed: set[str], removed: set[str]
) -> Iterable[str]:
    """Take the files of pages that are no more out of the site."""
    for name in removed:
        for path in [
            app.outdir / f"{name}.html",
            *(app.outdir / "_sources" / name).parent.glob(f"{Path(name).name}.*"),
        ]:
            path.unlink(missing_ok=True)
    return []


def write_what_shows_others(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Write all pages again where what they show of each other, or a static file, changed."""
    shown = hashlib.sha256()
    for name in sorted(env.titles):
        tree = env.tocs.get(name)
        shown.update(
            "\0".join(
                [
                    name,
                    env.titles[name].astext(),
                    tree.pformat() if tree is not None else "",
                    *env.toctree_includes.get(name, []),
                ]
            ).encode()
        )
    # What references show: objects, captions with their numbers, equations, exercises.
    for domain in env.domains.sorted():
        shown.update(repr(sorted(map(str, domain.get_objects()))).encode())
    standard = env.domains.standard_domain
    for table in (standard.labels, standard.anonlabels, env.toc_fignumbers, env.toc_secnumbers):
        shown.update(repr(sorted((key, str(value)) for key, value in table.items())).encode())
    # What links to static files tell of their contents.
    for path in sorted(path for path in app.confdir.glob("_static/**/*") if path.is_file()):
        shown.update(hashlib.sha256(path.read_bytes()).digest())
    before = getattr(env, "incremental_shown", None)
    env.incremental_shown = shown.hexdigest()  # type: ignore[attr-defined]
    return env.found_docs if before != shown.hexdigest() else []


def forget_lost_words(app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
    """Take the words that no page holds any more out of the search index."""
    indexer = getattr(app.builder, "indexer", None)
    for pages_of in (indexer._mapping, indexer._title_mapping) if indexer else ():
        for word in [word for word, pages in pages_of.items() if not pages]:
            del pages_of[word]
    return []


def end(app: Sphinx, exception: Exception | None) -> None:
    """Note that the build is sound, so that the next one may go on from it."""
    # Sphinx keeps it beside the pages where a setting changed, which a first build does not have.
    (app.outdir / ".buildinfo.bak").unlink(missing_ok=True)
    if exception is None and not app._warncount:
        images = set(getattr(app.builder, "images", {}).values())
        kept = {Path(app.outdir, "_images", name) for _, name in app.env.images.values()}
        kept |= {Path(app.outdir, "_images", name) for name in images}
        with suppress(FileNotFoundError):
            for path in (app.outdir / "_images").iterdir():
                if path not in kept:
                    path.unlink()
        (app.doctreedir / MARK).write_text(json.dumps(app.incremental_mark), encoding="utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Look at the last build before Sphinx loads it."""
    app.connect("config-inited", begin)
    app.connect("builder-inited", forget_static_files, priority=0)
    app.connect("env-get-outdated", forget_removed)
    app.connect("env-updated", write_what_shows_others)
    app.connect("html-collect-pages", forget_lost_words)
    app.connect("build-finished", end, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
