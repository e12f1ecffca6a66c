"""``nox -s evidence``: the evidence pages with other seeds."""

import json
from pathlib import Path

import pytest
from evidence import report
from evidence.__main__ import main
from evidence.pages import PageError, read_pages
from evidence.running import Problem, Run

PAGE = """\
---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

# A page

```{{code-cell}} ipython3
:tags: [parameters]

{seeds}
```

Some words.

```{{code-cell}} ipython3
import json
from pathlib import Path

values = [{value} for seed in seeds]
{claim}
```

```{{code-cell}} ipython3
told = {{"page": "{name}", "seeds": list(seeds), "results": {{"a row": values}}}}
Path("results.json").write_text(json.dumps(told))
```
"""


def write(
    folder: Path,
    name: str = "page",
    *,
    seeds: str = "seeds = range(5)",
    value: str = "float(seed % 5)",
    claim: str = "assert len(values) == len(seeds)",
) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.md"
    file.write_text(PAGE.format(seeds=seeds, value=value, claim=claim, name=name), "utf-8")
    return file


def run_in(tmp_path: Path, *arguments: str) -> int:
    folders = [f"--folder={tmp_path / 'evidence'}", f"--keep={tmp_path / 'kept'}"]
    return main([*folders, "--jobs=2", "--seeds=10", *arguments])


def kept(tmp_path: Path, name: str = "page") -> dict[str, dict[str, object]]:
    return json.loads((tmp_path / "kept" / f"{name}.json").read_text("utf-8"))


def test_a_page_runs_with_its_own_seeds_and_with_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "evidence")

    assert 0 == run_in(tmp_path)
    assert [0, 1, 2, 3, 4] == kept(tmp_path)["own"]["seeds"]
    assert [5, 6, 7, 8, 9] == kept(tmp_path)["new"]["seeds"]
    assert {"a row": [0.0, 1.0, 2.0, 3.0, 4.0]} == kept(tmp_path)["new"]["results"]
    assert "2 (0 to 4)" in capsys.readouterr().out
    assert ["page.json"] == [path.name for path in (tmp_path / "kept").iterdir()]


def test_a_claim_that_fails_with_other_seeds_is_named_with_its_cell_and_its_results_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "evidence", value="float(seed)", claim="assert max(values) < 5")
    line = 1 + file.read_text("utf-8").splitlines().index("import json")

    assert 1 == run_in(tmp_path)
    out = capsys.readouterr().out
    assert (
        f"page.md:{line}: code cell 2, seeds 5 to 9: this claim does not hold:"
        " assert max(values) < 5\n"
    ) in out
    assert "Traceback" not in out
    assert {"a row": [5.0, 6.0, 7.0, 8.0, 9.0]} == kept(tmp_path)["new"]["results"]


def test_a_cell_that_cannot_run_ends_its_page_and_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "evidence", "broken", claim="1 / 0")
    write(tmp_path / "evidence", "sound")

    assert 1 == run_in(tmp_path)
    assert "this cell could not run: ZeroDivisionError: division by zero" in capsys.readouterr().out
    assert {} == kept(tmp_path, "broken")["own"]["results"]
    assert {"a row"} == set(kept(tmp_path, "sound")["own"]["results"])


def test_results_without_a_number_for_each_seed_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "evidence", claim="values = values[1:]")

    assert 1 == run_in(tmp_path)
    assert "the row 'a row' must have a finite number for each seed" in capsys.readouterr().out


def test_only_runs_the_pages_that_it_names(tmp_path: Path) -> None:
    write(tmp_path / "evidence", "first")
    write(tmp_path / "evidence", "second")

    assert 0 == run_in(tmp_path, "--only=second")
    assert ["second.json"] == [path.name for path in (tmp_path / "kept").iterdir()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only=none"], "there is no page 'none'; there are page"),
        (["--seeds=5"], "--seeds must be more than the 5 of page"),
        (["--jobs=0"], "--jobs must be 1 or more, not 0"),
    ],
)
def test_options_that_cannot_be_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    write(tmp_path / "evidence")

    with pytest.raises(SystemExit) as caught:
        run_in(tmp_path, *arguments)
    assert 2 == caught.value.code
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("seeds", ["seeds = range(3, 6)", "seeds = [3, 4, 5]", "seeds = (3, 4, 5)"])
def test_new_seeds_are_none_of_the_page(tmp_path: Path, seeds: str) -> None:
    write(tmp_path, seeds=seeds)
    (page,) = read_pages(tmp_path)

    assert (3, 4, 5) == page.seeds
    assert (0, 1, 2, 6, 7) == page.new_seeds(8)


@pytest.mark.parametrize("seeds", ["seeds = several()", "other = [1]", "seeds = [0.5]", "seeds ="])
def test_a_cell_of_seeds_that_is_not_understood_is_told(tmp_path: Path, seeds: str) -> None:
    write(tmp_path, seeds=seeds)

    with pytest.raises(PageError, match=r"page\.md: .* one line such as `seeds = range\(5\)`"):
        read_pages(tmp_path)


def test_a_page_without_a_cell_of_seeds_is_told_and_one_without_code_is_none(
    tmp_path: Path,
) -> None:
    (tmp_path / "index.md").write_text("# Words\n", "utf-8")
    assert [] == read_pages(tmp_path)

    text = write(tmp_path).read_text("utf-8")
    (tmp_path / "page.md").write_text(text.replace("[parameters]", "[remove-input]"), "utf-8")
    with pytest.raises(PageError, match="one cell must be tagged `parameters`, not 0"):
        read_pages(tmp_path)


@pytest.mark.parametrize(
    ("own", "new", "differs"),
    [
        ([0.70, 0.71, 0.72, 0.70, 0.71], [0.71, 0.70, 0.72, 0.71, 0.70], False),
        ([0.70, 0.71, 0.72, 0.70, 0.71], [0.80, 0.81, 0.82, 0.80, 0.81], True),
        ([0.5, 0.9, 0.6, 0.8, 0.7], [0.6, 0.9, 0.7, 0.9, 0.8], False),
        ([3.0, 3.0], [3.0, 3.0], False),
        ([3.0, 3.0], [4.0, 4.0], True),
        ([1.0, 2.0], [9.0], False),
    ],
)
def test_means_differ_where_the_spread_does_not_allow_it(
    own: list[float], new: list[float], differs: bool
) -> None:
    assert differs == report.Row("page", "row", own, new).differs(rows=3)


def test_what_is_kept_is_whole_or_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run((0, 1), {"row": [1.0, 2.0]}, (Problem(1, 2, True, "assert False"),))
    file = report.keep("page", (run, run), tmp_path)
    before = file.read_text("utf-8")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        report.keep("page", (run, Run((5,), {}, ())), tmp_path)
    assert before == file.read_text("utf-8")
    assert [file] == list(tmp_path.iterdir())


def test_every_evidence_page_of_the_site_has_five_seeds_and_a_row_in_the_index() -> None:
    folder = Path(__file__).parents[2] / "docs" / "evidence"
    index = (folder / "index.md").read_text("utf-8")
    pages = read_pages(folder)

    assert [] == [page.name for page in pages if len(page.seeds) < 5]
    assert [] == [page.name for page in pages if f"| {{doc}}`{page.name}` |" not in index]
    assert {page.name for page in pages} == {p.stem for p in folder.glob("*.md")} - {"index"}
