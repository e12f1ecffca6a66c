"""What readers download runs alone, as a notebook and as a script; what does not is named."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import downloads
import jupytext
import pytest
from downloads import Download, cell_at, chosen, environment
from sites import ROOT, Site, make

PAGE = "start/first_model"

SCRIPT = """\
# %% [markdown]
# # A page

# %%
import os

found = sorted(os.listdir())

# %% [raw]
raise ValueError

# %%
assert len(found) == 1
{code}
"""


def offer(root: Path, code: dict[str, str]) -> Path:
    """A built site with a page for each code, without building it."""
    sources = root / "html" / "_sources"
    sources.mkdir(parents=True)
    for name, text in code.items():
        notebook = jupytext.reads(SCRIPT.format(code=text), fmt="py:percent")
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        jupytext.write(notebook, sources / f"{name}.ipynb")
        jupytext.write(notebook, sources / f"{name}.py", fmt="py:percent")
    pages = [
        {"page": name, "budget": 6.0, "seconds": float(number)} for number, name in enumerate(code)
    ]
    told = json.dumps({"cores": 2, "pages": pages})
    (root / "status.json").write_text(told, encoding="utf-8")
    return root / "html"


def test_a_page_whose_code_is_sound_runs_both_ways(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = offer(tmp_path, {"sound": "found\nprint(6 * 7)"})
    status = downloads.main(["--site", str(site)])
    said = capsys.readouterr().out

    assert 0 == status, said
    assert {"running sound (notebook)", "running sound (script)"} == {
        line.split(" (1")[0].split(" (0")[0]
        for line in said.splitlines()
        if line.startswith("running")
    }
    assert "2 of 2 downloads ran to their end.\n" in said


def test_each_cell_that_fails_is_named_with_its_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = offer(tmp_path, {"broken": "other = {}\nother['key']"})
    status = downloads.main(["--site", str(site)])
    said = capsys.readouterr().out

    assert 1 == status
    for kind in ("notebook", "script"):
        assert (
            f"\nbroken ({kind}): cell 2:\n    assert len(found) == 1\n    other = {{}}\n"
            "    other['key']\n  said:\n" in said
        )
        assert f"  failed: broken ({kind})\n" in said
    assert 2 == said.count("    KeyError: 'key'")
    assert "0 of 2 downloads ran to their end.\n" in said


def test_what_only_a_notebook_knows_fails_as_a_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = offer(tmp_path, {"shows": "display(found)"})
    status = downloads.main(["--site", str(site)])
    said = capsys.readouterr().out

    assert 1 == status
    assert "ran shows (notebook) in " in said
    assert "shows (script): cell 2:" in said
    assert "NameError: name 'display' is not defined" in said


def test_a_page_that_never_ends_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(downloads, "LEAST", 3)
    monkeypatch.setattr(downloads, "TIMES_BUDGET", 0.1)
    site = offer(tmp_path, {"endless": "import time\ntime.sleep(600)"})
    status = downloads.main(["--site", str(site)])
    said = capsys.readouterr().out

    assert 1 == status
    assert "endless (script): it was ended after 3 s\n" in said
    assert "endless (notebook): cell 2:\n" in said


def test_a_page_without_its_download_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = offer(tmp_path, {"page": "", "other": ""})
    for suffix in (".ipynb", ".py"):
        (site / "_sources" / f"page{suffix}").unlink()

    assert 1 == downloads.main(["--site", str(site), "--only", "page"])
    assert "page (script): the page does not offer it\n" in capsys.readouterr().out


def test_a_site_that_is_not_built_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == downloads.main(["--site", str(tmp_path / "html")])
    assert f"no {tmp_path / 'status.json'}. Build the site first" in capsys.readouterr().err


def test_a_name_that_no_page_has_is_told_with_the_pages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = offer(tmp_path, {"page": "", "other": ""})

    assert 2 == downloads.main(["--site", str(site), "--only", "age"])
    assert capsys.readouterr().err.endswith("The pages:\n  other\n  page\n")


def test_pages_are_chosen_by_their_whole_name_or_its_end() -> None:
    names = ["tutorials/same_author", "recipes/author", "index"]
    found = [Download(name, Path(f"{name}.py"), 1.0, 1.0) for name in names]

    assert names == [d.page for d in chosen(found, [])]
    assert ["recipes/author", "index"] == [d.page for d in chosen(found, ["author", "index"])]
    assert names[:1] == [d.page for d in chosen(found, ["tutorials/same_author"])]


def test_the_longest_pages_begin_first(tmp_path: Path) -> None:
    found = downloads.downloads(offer(tmp_path, {"quick": "", "slow": ""}))

    assert ["slow", "slow", "quick", "quick"] == [download.page for download in found]


@pytest.mark.parametrize(("times", "limit"), [(10, 600.0), (200, 1200.0)])
def test_a_page_has_many_times_its_budget_and_ten_minutes_at_least(
    times: int, limit: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "TIMES_BUDGET", times)
    found = downloads.downloads(offer(tmp_path, {"page": ""}))

    assert {limit} == {download.limit for download in found}


def test_a_page_sees_no_setting_of_who_runs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KERAS_BACKEND", "PYTHONPATH", "TF_DETERMINISTIC_OPS", "IPYTHONDIR"):
        monkeypatch.setenv(name, "the maintainer's")
    variables = environment(tmp_path)

    assert "the maintainer's" not in variables.values()
    assert str(tmp_path) == variables["HOME"]
    assert str(Path(sys.executable).parent) == variables["PATH"].split(os.pathsep)[0]


@pytest.mark.parametrize(("line", "number"), [(1, 0), (2, 0), (5, 1), (7, 1), (13, 2), (14, 2)])
def test_a_line_of_a_script_lies_in_a_code_cell(line: int, number: int) -> None:
    assert number == cell_at(SCRIPT, line)[0]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment: the packages of this one, and layergraph as a wheel."""
    root = tmp_path_factory.mktemp("environment")
    venv.create(root / "venv", symlinks=os.name != "nt")
    scheme = sysconfig.get_preferred_scheme("prefix")
    packages = Path(
        sysconfig.get_path(
            "purelib", scheme, {"base": str(root / "venv"), "platbase": str(root / "venv")}
        )
    )
    # No file ending in .pth is read in a folder that such a file names, so this environment's
    # layergraph, installed for editing, is not there.
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    command = [sys.executable, "-m", "flit_core.wheel", "--outdir", str(root)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(root.glob("*.whl"))) as wheel:
        wheel.extractall(packages)
    return root / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site of one of the project's pages, built."""
    site = make(tmp_path_factory.mktemp("site"))
    (site.root / "tutorials").mkdir()
    text = (ROOT / "docs" / f"{PAGE}.md").read_text(encoding="utf-8")
    text = text.replace("{doc}`/tutorials/headline_popularity`", "on popularity")
    site.write(f"docs/{PAGE}.md", text)
    site.write("docs/index.md", f"# Home\n\n```{{toctree}}\n{PAGE}\n```\n")
    built = site.build()
    assert 0 == built.status, built.said
    return site


def test_a_page_of_the_site_runs_alone_with_the_wheel(
    site: Site, python: Path, tmp_path: Path
) -> None:
    where = "import layergraph; print(layergraph.__file__)"
    command = [python, "-c", where]
    package = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    program = shutil.copy(ROOT / "tests" / "site" / "downloads.py", tmp_path)
    # The programs of this environment, such as the one that draws, are that one's too.
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    variables = {**os.environ, "PATH": path}
    variables.pop("PYTHONPATH", None)
    ran = subprocess.run(
        [python, program, "--site", site.html], env=variables, capture_output=True, text=True
    )

    assert Path(package.stdout).is_relative_to(python.parent.parent)
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "2 of 2 downloads ran to their end.\n" in ran.stdout
