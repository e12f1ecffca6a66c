# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["nox[uv]>=2026.4.10"]
# ///
"""Every task of a maintainer, one session each; ``nox -l`` lists them."""

import sys
from pathlib import Path

import nox

nox.needs_version = ">=2026.4.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_external_run = True
nox.options.sessions = ["docs", "tests", "lint"]

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
BUILD = ROOT / "build"

# Lock file -> what `uv pip compile` is asked for.
LOCKS = {
    "docs": ["pyproject.toml", "--group=docs", "--extra=tensorflow"],
    # After "docs": all that are compared run with the versions that the site is built with.
    "bench": ["pyproject.toml", "--group=bench", "--extra=tensorflow", "-c=requirements/docs.txt"],
    "lint": ["pyproject.toml", "--group=lint"],
    "nox": ["--group=nox"],
    "reproduce": ["--group=reproduce"],
    "tests": ["pyproject.toml", "--group=tests", "--extra=parquet", "--extra=tensorflow"],
    "tweets": ["--group=tweets", "--no-deps"],  # only its data is wanted, not its desktop toolkit
}

if "{}.{}".format(*sys.version_info) not in PYTHONS:
    sys.exit(
        f"layergraph needs Python {PYTHONS[0]} to {PYTHONS[-1]}, what its TensorFlow has wheels"
        f" for; this is Python {sys.version.split()[0]}.\n"
        "Make the virtual environment with one of those, for example:\n"
        f"    python{PYTHONS[-1]} -m venv .venv"
    )


def install(session: nox.Session, *locks: str, editable: bool = True) -> None:
    """Install hashed locks, then the package itself: for editing, or as readers get it."""
    # The environment is the session's own: compiled modules make each of its programs start
    # in half the time.
    session.env["PYTHONDONTWRITEBYTECODE"] = None
    for lock in locks:
        session.install("--require-hashes", "--no-deps", "-r", f"requirements/{lock}.txt")
    # Without build isolation the build backend is the lock's.
    if editable:
        session.install("--no-deps", "--no-build-isolation", "-e", ".")
    else:
        folder = session.create_tmp()
        session.run("python", "-m", "flit_core.wheel", "--outdir", folder, silent=True)
        newest = max(Path(folder).glob("*.whl"), key=lambda wheel: wheel.stat().st_mtime)
        session.install("--no-deps", str(newest))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site into build/html, all lessons executed; any warning fails."""
    install(session, "docs", "tweets")
    html = BUILD / "html"
    session.run(
        "sphinx-build", "-n", "-W", "--keep-going", "-b", "html",
        f"--doctree-dir={BUILD / 'doctrees'}", *session.posargs, "docs", str(html),
    )  # fmt: skip
    session.log(f"The site is built. Open {(html / 'index.html').as_uri()}")


@nox.session
def reproduce(session: nox.Session) -> None:
    """Build the site twice, cold, with all that must not matter made different; compare."""
    install(session, "docs", "tweets", "reproduce")
    session.run("python", "tests/site/reproduce.py", *session.posargs)


@nox.session
def cache(session: nox.Session) -> None:
    """Show the cache of executed notebooks; `-- --clean` empties it, `-- --help` tells more."""
    install(session, "docs")
    session.run("python", "-m", "executions", *session.posargs, env={"PYTHONPATH": "docs/_ext"})


@nox.session
def status(session: nox.Session) -> None:
    """Print how long each page of the last build ran, with the total and the budgets."""
    install(session, "docs")
    session.run("python", "-m", "status", *session.posargs, env={"PYTHONPATH": "docs/_ext"})


@nox.session(reuse_venv=False)
def downloads(session: nox.Session) -> None:
    """Run all that the built site offers for download, each page alone, in a new environment."""
    install(session, "docs", "tweets", editable=False)
    session.run("python", "tests/site/downloads.py", *session.posargs)


@nox.session
def evidence(session: nox.Session) -> None:
    """Run the evidence pages with more seeds and compare; `-- --help` lists the options."""
    install(session, "docs", "tweets")
    session.run("python", "-m", "evidence", *session.posargs, env={"PYTHONPATH": "docs/_ext"})


@nox.session
def bench(session: nox.Session) -> None:
    """Time builds and drawings against those of other tools; `-- --help` lists the options."""
    install(session, "bench", "tweets")
    session.run("python", "tests/bench", *session.posargs)


@nox.session
def serve(session: nox.Session) -> None:
    """Build the site, serve it on 127.0.0.1:8000 and rebuild it on change."""
    install(session, "docs", "tweets")
    session.run(
        "sphinx-autobuild", "-n", "--host=127.0.0.1", "--watch=tutorials", "--watch=src",
        "--re-ignore=__pycache__",
        f"--doctree-dir={BUILD / 'doctrees'}", *session.posargs, "docs", str(BUILD / "html"),
    )  # fmt: skip


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests, and the examples of the package, the pages and the README."""
    install(session, "tests", "tweets")
    session.run("pytest", *session.posargs)


@nox.session
def architectures(session: nox.Session) -> None:
    """Read, draw, describe and lint all of keras.applications, and lint all pages' models."""
    install(session, "tests", "tweets")
    paths = ("tests/architectures", "tests/linting/test_no_false_alarms.py")
    session.run("pytest", "-v", "--every-architecture", *paths, *session.posargs)


@nox.session
def full(session: nox.Session) -> None:
    """Run what is too long for every change: many builds, killed ones, and five sessions more."""
    install(session, "tests", "tweets")
    session.run("pytest", "tests/full/many_builds.py", *session.posargs)
    session.notify("architectures", posargs=[])
    session.notify("reproduce", posargs=[])
    session.notify("bench", posargs=[])
    session.notify("docs", posargs=[])
    session.notify("downloads", posargs=[])


@nox.session
def doctest(session: nox.Session) -> None:
    """Run only the examples of the package, the pages and the README."""
    install(session, "tests", "tweets")
    session.run("pytest", "src", "docs", "tutorials", "README.md", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format (ruff), types (mypy, strict) and spelling (codespell)."""
    install(session, "lint")
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("codespell")


@nox.session
def lock(session: nox.Session) -> None:
    """Renew requirements/*.txt; `nox -s lock -- --upgrade` takes newer versions."""
    session.install("--require-hashes", "--no-deps", "-r", "requirements/nox.txt")
    for name, wanted in LOCKS.items():
        # Nox installs on an older Python too, to get as far as this file's own message.
        python = "3.9" if name == "nox" else PYTHONS[0]
        session.run(
            "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes",
            "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate",
            f"--python-version={python}", *wanted, f"--output-file=requirements/{name}.txt",
            *session.posargs,
        )  # fmt: skip


if __name__ == "__main__":
    nox.main()
