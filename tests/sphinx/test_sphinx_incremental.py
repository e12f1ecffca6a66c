"""A second build draws again what changed, and nothing else."""

import os
from pathlib import Path

import pytest
from sphinx_sites import Site, make

from layergraph.sphinx import _kept, _python
from layergraph.sphinx._kept import store

PAGES = {
    "index.rst": "Home\n====\n\n.. toctree::\n\n   a\n   b\n   c\n",
    "a.rst": "A\n=\n\n.. layer-graph:: shapes:wire\n",
    "b.rst": "B\n=\n\n.. layer-graph:: others:plug\n",
    "c.rst": "C\n=\n\nText.\n",
}
OTHERS = """\
from pathlib import Path

from layergraph.graph import Input, LayerGraph, Output, Tensor


def plug():
    with Path("calls.txt").open("a") as file:
        file.write("plug\\n")
    tensor = Tensor("x:0#0", (None, 5), "float32")
    return LayerGraph("plug", (), (), (tensor,), (Input("x", "x:0#0"),), (Output("x", "x:0#0"),))
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site that was built."""
    site = make(tmp_path, PAGES)
    site.write("code/others.py", OTHERS)
    assert [] == site.build().warnings
    site.calls()
    return site


def shapes(site: Site, page: str) -> str:
    return (site.root / "_build" / "html" / f"{page}.html").read_text(encoding="utf-8")


def test_nothing_changed_nothing_runs_and_nothing_is_written(site: Site) -> None:
    built = site.build()

    assert ([], set(), []) == (site.calls(), built.written, built.warnings)


def test_a_changed_function_is_drawn_again_and_no_other(site: Site) -> None:
    site.change("code/shapes.py", "(None, sizes.WIDTH)", "(None, 7, 7)")
    built = site.build()

    assert ["imported", "cable", "wire"] == site.calls()
    assert {"a"} == built.written
    assert "(None, 7, 7)" in shapes(site, "a")


def test_a_module_that_the_function_imports_counts(site: Site) -> None:
    site.change("code/sizes.py", "3", "9")
    built = site.build()

    assert {"a"} == built.written
    assert "(None, 9)" in shapes(site, "a")


def test_a_change_that_leaves_size_and_time_counts(site: Site) -> None:
    path = site.root / "code" / "sizes.py"
    before = path.stat()
    site.change("code/sizes.py", "3", "9")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    site.build()

    assert "(None, 9)" in shapes(site, "a")


def test_a_change_of_something_else_runs_nothing(site: Site) -> None:
    site.change("c.rst", "Text", "Words")
    site.write("code/third.py", "")
    built = site.build()

    assert ([], {"c"}) == (site.calls(), built.written)


def test_a_page_that_is_read_for_another_reason_runs_nothing(site: Site) -> None:
    site.change("a.rst", "shapes:wire", "shapes:wire\n   :direction: LR")
    os.utime(site.root / "code" / "others.py")
    built = site.build()

    assert [] == site.calls()
    assert {"a", "b"} == built.written


def test_another_version_of_a_package_counts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_kept, "surroundings", lambda path: "other")
    built = site.build()

    assert {"a", "b"} == built.written
    assert {"wire", "plug"} < set(site.calls())


def test_a_graph_that_no_page_shows_is_forgotten(site: Site) -> None:
    site.change("a.rst", ".. layer-graph:: shapes:wire", "Text.")
    kept = store(site.build().app.env)

    assert ({"others:plug"}, {"b"}) == (set(kept.graphs), set(kept.uses))


def test_a_removed_page_is_forgotten(site: Site) -> None:
    (site.root / "a.rst").unlink()
    site.change("index.rst", "   a\n", "")
    kept = store(site.build().app.env)

    assert ({"others:plug"}, {"b"}) == (set(kept.graphs), set(kept.uses))


def test_processes_that_read_in_parallel_keep_the_same(tmp_path: Path) -> None:
    # Sphinx divides the work among processes from six pages on.
    more = {f"more{number}.rst": PAGES["a.rst"] for number in range(6)}
    tree = PAGES["index.rst"] + "".join(f"   {Path(name).stem}\n" for name in more)
    site = make(tmp_path, {**PAGES, "index.rst": tree, **more})
    site.write("code/others.py", OTHERS)
    first = site.build(parallel=2)
    alone = {name: shapes(site, name) for name in ("a", "b", "more5")}
    site.calls()
    second = site.build()

    assert ([], []) == (first.warnings, second.warnings)
    assert ([], set()) == (site.calls(), second.written)
    assert all("layergraph-svg" in text for text in alone.values())


def test_a_build_leaves_no_process(site: Site) -> None:
    started = []
    real = _python.Python._start

    def start(self: _python.Python) -> None:
        real(self)
        started.append(self._process)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_python.Python, "_start", start)
        site.change("code/sizes.py", "3", "9")
        site.build()

    assert 1 == len(started)
    assert started[0].poll() is not None
