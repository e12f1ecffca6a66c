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
    wrong = {"wrong.rst": "Wrong\n=====\n\n.. layer-graph::\n"}
    tree = PAGES["index.rst"] + "".join(f"   {Path(name).stem}\n" for name in (*more, *wrong))
    site = make(tmp_path, {**PAGES, "index.rst": tree, **more, **wrong})
    site.write("code/others.py", OTHERS)
    kept = store(site.build(parallel=2).app.env)
    site.calls()
    second = site.build()

    assert {"a", "b", *(Path(name).stem for name in more)} == set(kept.uses)
    assert {"shapes:wire", "others:plug"} == set(kept.graphs)
    assert {"wrong"} == kept.failed
    assert ([], {"wrong"}) == (site.calls(), second.written)


@pytest.mark.parametrize("end", ["finish", "end"])
def test_the_other_python_ends_with_the_reading_or_else_with_the_build(
    site: Site, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    started = []
    start = _python.Python._start

    def watched(self: _python.Python) -> None:
        start(self)
        started.append(self._process)

    monkeypatch.setattr(_python.Python, "_start", watched)
    other = {"finish": "end", "end": "finish"}[end]
    monkeypatch.setattr(_kept.Graphs, other, lambda *_: None)
    site.change("code/sizes.py", "3", "9")
    site.build()

    assert [False] == [process.poll() is None for process in started]
