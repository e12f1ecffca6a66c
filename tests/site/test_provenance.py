"""What the foot of a page says that the site was built with."""

import os
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import provenance
import pytest
from provenance import Commit, commit_of, date_of
from sites import Site, make_lessons
from sphinx.errors import ExtensionError

TIME = 1_480_000_000  # 2016-11-24, 15:06:40 in Greenwich


def git(root: Path, *arguments: str) -> str:
    settings = ("user.name=someone", "user.email=someone@example.org", "commit.gpgsign=false")
    options = [option for setting in settings for option in ("-c", setting)]
    dated = {f"GIT_{who}_DATE": f"{TIME} +1400" for who in ("AUTHOR", "COMMITTER")}
    ran = subprocess.run(
        ["git", *options, *arguments],
        cwd=root, env={**os.environ, **dated}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ran.stdout.strip()


def commit_all(root: Path, message: str = "a start") -> str:
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SOURCE_COMMIT", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "page.md").write_text("committed", encoding="utf-8")
    (root / ".gitignore").write_text("/build/\n", encoding="utf-8")
    commit_all(root)
    return root


def test_files_as_they_were_committed_are_told_by_the_commit_alone(repository: Path) -> None:
    (repository / "build").mkdir()
    (repository / "build" / "page.html").write_text("ignored", encoding="utf-8")

    assert Commit(git(repository, "rev-parse", "HEAD"), False, TIME) == commit_of(repository)


@pytest.mark.parametrize("name", ["docs/page.md", "docs/new.md"])
def test_a_changed_or_new_file_makes_it_a_commit_and_changes(repository: Path, name: str) -> None:
    (repository / name).write_text("changed", encoding="utf-8")

    assert commit_of(repository).changed


def test_files_that_no_repository_holds_have_no_commit(tmp_path: Path) -> None:
    assert None is commit_of(tmp_path)


def test_the_commit_of_a_repository_around_the_site_is_not_the_sites(repository: Path) -> None:
    assert None is commit_of(repository / "docs")


def test_a_repository_before_its_first_commit_has_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")

    assert None is commit_of(tmp_path)


def test_without_git_there_is_no_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert None is commit_of(repository)


def test_the_variables_of_a_hook_do_not_lead_to_another_repository(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    commit_all(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repository))
    found = commit_of(repository)
    monkeypatch.undo()

    assert git(repository, "rev-parse", "HEAD") == found.digits


@pytest.mark.parametrize(
    ("told", "commit"),
    [
        ("0123456789abcdef", Commit("0123456789abcdef", False)),
        ("0123456789abcdef-dirty", Commit("0123456789abcdef", True)),
        ("", None),
    ],
)
def test_a_copy_without_a_repository_has_the_commit_that_it_is_told(
    told: str, commit: Commit | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_COMMIT", told)

    assert commit == commit_of(tmp_path)


def test_a_repository_knows_its_commit_better_than_a_variable(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_COMMIT", "0123456789abcdef")

    assert git(repository, "rev-parse", "HEAD") == commit_of(repository).digits


@pytest.mark.parametrize("told", ["main", "0123", "0123456789abcdef-changed"])
def test_what_is_no_commit_is_refused(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_COMMIT", told)

    with pytest.raises(ExtensionError, match=f"10 or more.*; it is '{told}'"):
        commit_of(tmp_path)


@pytest.mark.parametrize(
    ("epoch", "commit", "day"),
    [
        ("86399", Commit("0" * 40, False, TIME), "1970-01-01"),
        (None, Commit("0" * 40, False, TIME), "2016-11-24"),
        ("", Commit("0" * 40, False, TIME), "2016-11-24"),
        (None, Commit("0" * 40, False), None),
        (None, None, None),
    ],
    ids=["told", "the commit's", "told nothing", "a commit that was told", "none"],
)
def test_the_day_is_the_one_told_else_the_commits(
    epoch: str | None, commit: Commit | None, day: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if epoch is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    assert day == date_of(commit)


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ((), ["Keras 1.5", "TensorFlow 1.14"]),
        (("tensorflow-cpu",), ["Keras 1.5", "TensorFlow 1.10"]),
        (("tensorflow-cpu", "tensorflow"), ["Keras 1.5"]),
    ],
)
def test_the_versions_are_those_of_what_is_installed(
    missing: tuple[str, ...], told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def installed(name: str) -> str:
        if name in missing:
            raise provenance.PackageNotFoundError(name)
        return f"1.{len(name)}"

    monkeypatch.setattr(provenance, "version", installed)
    python, *others = provenance.versions()

    assert python.startswith("Python 3.1")
    assert told == others


def foot(site: Site, name: str) -> str:
    """The foot of a page, on one line."""
    (found,) = site.page(name).select("footer .built-with")
    return " ".join(found.text.split())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A built site, whose files are a commit's."""
    root = tmp_path_factory.mktemp("built")
    site = make_lessons(root, sum="print(6 * 7)")
    site.write(".gitignore", "/build/\n__pycache__/\n")
    commit_all(root)
    built = site.build()
    assert 0 == built.status, built.said
    return site


def test_every_page_says_what_it_was_built_with(site: Site) -> None:
    digits = git(site.root, "rev-parse", "HEAD")[:10]

    for name in ("index", "tutorials/sum", "genindex", "search"):
        said = foot(site, name)
        assert said.startswith("Built with Python 3.1")
        assert f", Keras {version('keras')} and TensorFlow 2." in said
        assert said.endswith(f" from commit {digits}, 2016-11-24.")


def test_a_new_commit_renews_every_page_and_executes_and_reads_none(
    site: Site, tmp_path: Path
) -> None:
    digits = commit_all(site.root, "nothing changed")[:10]
    built = site.build()
    feet = [foot(site, name) for name in ("index", "tutorials/sum", "genindex", "search")]
    first = Site(tmp_path / "first")
    shutil.copytree(site.root, first.root, ignore=shutil.ignore_patterns("html", "doctrees"))

    assert 0 == built.status, built.said
    assert set() == built.kernels
    assert "0 added, 0 changed, 0 removed" in built.said
    assert [] == [said for said in feet if f"commit {digits}, 2016-11-24." not in said]
    assert 0 == first.build().status
    assert first.files() == site.files()


def test_a_page_that_was_changed_since_is_told_on_all_pages(site: Site) -> None:
    with site.changed("tutorials/sum.md", "# A lesson", "# One lesson"):
        built = site.build()
        feet = [foot(site, name) for name in ("index", "tutorials/sum")]
    site.build()

    assert set() == built.kernels
    assert [] == [said for said in feet if " and changes, 2016-11-24." not in said]
    assert "changes" not in foot(site, "index")


def test_a_site_that_no_repository_holds_says_so(tmp_path: Path) -> None:
    site = make_lessons(tmp_path)
    (tmp_path / "tutorials").mkdir()
    built = site.build()

    assert 0 == built.status, built.said
    assert foot(site, "index").endswith(" from files without a commit.")
