"""What ran is told: on the status page without times, in status.json with them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sites import ROOT, Site, make_lessons

TASKS = """
```{exercise-start} One
:label: ex-one
```
Do it.
```{exercise-end}
```

:::{exercise} Two
:label: ex-two
Do that.
:::

The directive `{exercise}` is named here.
"""


def status_of(site: Site) -> dict[str, dict[str, Any]]:
    """What the build left beside the site, by page."""
    told = json.loads((site.root / "build" / "status.json").read_text(encoding="utf-8"))
    return {page["page"]: page for page in told["pages"]}


def table(site: Site) -> list[list[str]]:
    """The cells of the table, without its heads."""
    rows = site.page("project/status").select("table.executions tbody tr")
    return [[" ".join(cell.text.split()) for cell in row("td")] for row in rows]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site of two lessons and a status page, built."""
    one = "execution:\n  budget: 7\n...\nprint(6 * 7)"
    site = make_lessons(tmp_path_factory.mktemp("status"), one=one, two="import time")
    lesson = site.root / "tutorials" / "two.md"
    text = lesson.read_text(encoding="utf-8").replace("# A lesson", "# Of `code` and more")
    lesson.write_text(f"{text}{TASKS}\n```{{code-cell}} ipython3\n1 + 1\n```\n", encoding="utf-8")
    site.write("docs/project/status.md", "# What ran\n\n```{executions}\n```\n")
    site.write("docs/prose.md", "# Prose\n\nNo code.\n")
    with (site.root / "docs" / "index.md").open("a", encoding="utf-8") as file:
        file.write("\n```{toctree}\nproject/status\nprose\n```\n")
    built = site.build()
    assert 0 == built.status, built.said
    return site


def test_each_executed_page_stands_in_the_table_with_its_cells_and_exercises(site: Site) -> None:
    files = "source, notebook, script"

    assert [
        ["A lesson", "1", "none", "as built with this lock", files],
        ["Of code and more", "2", "2", "as built with this lock", files],
    ] == table(site)


def test_the_table_leads_to_the_pages_and_their_files(site: Site) -> None:
    links = [a["href"] for a in site.page("project/status").select("table.executions a")]
    targets = [(site.html / "project" / link).resolve() for link in links]

    assert 8 == len(targets)
    assert [] == [str(target) for target in targets if not target.is_file()]


def test_the_locks_are_told_by_their_digests(site: Site) -> None:
    told = " ".join(site.page("project/status").article.text.split())

    assert "2 pages with 3 code cells ran, with the locks requirements/docs.txt (sha256 " in told
    ran = subprocess.run(
        ["sha256sum", "requirements/tweets.txt"], cwd=site.root, capture_output=True, text=True
    )
    assert f"requirements/tweets.txt (sha256 {ran.stdout[:16]})." in told


def test_the_file_beside_the_site_tells_times_budgets_and_memory(site: Site) -> None:
    page = status_of(site)["tutorials/one"]

    assert ["tutorials/one", "tutorials/two"] == list(status_of(site))
    assert {"budget", "cpu", "memory", "outcome", "page", "seconds", "when"} == set(page)
    assert ("executed", 7.0) == (page["outcome"], page["budget"])
    assert page["when"].startswith("20")
    assert page["when"].endswith("+00:00")


def test_out_of_the_cache_the_page_is_the_same_and_the_times_are_those_of_the_run(
    site: Site, tmp_path: Path
) -> None:
    again = Site(tmp_path / "again")
    shutil.copytree(site.root, again.root, ignore=shutil.ignore_patterns("html", "doctrees"))
    built = again.build()
    before, after = status_of(site), status_of(again)

    assert set() == built.kernels
    assert site.files() == again.files()
    assert {"cached"} == {page["outcome"] for page in after.values()}
    assert before == {name: {**page, "outcome": "executed"} for name, page in after.items()}


def test_a_cell_more_renews_the_table_and_one_that_fails_is_told(site: Site) -> None:
    before = site.files()
    more_cells = "6 * 7\n```\n\n```{code-cell} ipython3\n42\n```"
    with site.changed("tutorials/one.md", "print(6 * 7)\n```", more_cells):
        site.build()  # goes on from the last one, so Sphinx reads the lesson alone
        more = table(site)
    with site.changed("tutorials/one.md", "print(6 * 7)", 'print("again")\nraise ValueError("no")'):
        built = site.build()
        told, page = table(site), status_of(site)["tutorials/one"]
    site.build()

    assert 0 != built.status
    assert ["A lesson", "1", "none", "a cell failed"] == told[0][:4]
    assert ("failed", "line 15: ValueError: no") == (page["outcome"], page["message"])
    assert "seconds" not in page
    assert "2" == more[0][1]
    assert before == site.files()


def test_a_build_that_breaks_off_leaves_the_file_of_the_last_one(site: Site) -> None:
    path = site.root / "build" / "status.json"
    before = path.read_bytes()
    breaking = '\ndef setup(app):\n    app.connect("html-collect-pages", lambda app: 1 / 0)\n'
    conf = site.root / "docs" / "conf.py"
    text = conf.read_text(encoding="utf-8")
    conf.write_text(text + breaking, encoding="utf-8")
    built = site.build()
    conf.write_text(text, encoding="utf-8")

    assert "division by zero" in built.said
    assert before == path.read_bytes()
    assert [path] == list(path.parent.glob("status.json*"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run what ``nox -s status`` runs."""
    return subprocess.run(
        [sys.executable, "-m", "status", *arguments],
        cwd=ROOT / "docs" / "_ext", capture_output=True, text=True,
    )  # fmt: skip


def test_the_command_sorts_sums_and_names_what_is_beyond_its_budget(tmp_path: Path) -> None:
    ran = {
        "cpu": 2.5,
        "memory": 3 * 2**20,
        "outcome": "cached",
        "when": "2026-11-23T19:18:06+00:00",
    }
    pages = [
        {**ran, "page": "quick", "seconds": 1.0, "budget": 20.0},
        {**ran, "page": "slow", "seconds": 61.5, "budget": 60.0},
        {"page": "broken", "budget": 5.0, "outcome": "failed", "message": "[Died] of it"},
    ]
    file = tmp_path / "status.json"
    file.write_text(json.dumps({"cores": 2, "pages": pages}), encoding="utf-8")
    printed = run(str(file))
    lines = [line.strip("│┃ ").replace("│", " ").split() for line in printed.stdout.splitlines()]
    told = [line for line in lines if line and line[0] in ("quick", "slow", "broken", "pages:")]

    assert 0 == printed.returncode
    assert [
        ["slow", "cached", "2026-11-23", "19:18", "61.5", "2.5", "60", "3"],
        ["quick", "cached", "2026-11-23", "19:18", "1.0", "2.5", "20", "3"],
        ["broken", "failed", "5"],
        ["pages:", "3", "62.5", "5.0", "85"],
    ] == told
    assert printed.stdout.endswith(
        "beyond its budget: slow: 61.5 s > 60 s\nfailed: broken: [Died] of it\n"
    )


def test_without_a_build_the_command_says_what_to_do(tmp_path: Path) -> None:
    printed = run(str(tmp_path / "status.json"))

    assert 2 == printed.returncode
    assert "Build the site first: nox -s docs" in printed.stderr
