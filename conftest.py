"""Sets the tests' environment, and runs the examples in the texts with sybil."""

import os
import tempfile
from pathlib import Path
from typing import Any

from sybil import Sybil
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
# Tests and examples grade exercises, which is no progress of whoever runs them.
os.environ["LAYERGRAPH_PROGRESS"] = "off"

ROOT = Path(__file__).parent


def enter_folder(namespace: dict[str, Any]) -> None:
    """Let the examples of one text write files where they cannot hurt."""
    namespace["_folder"] = folder = tempfile.TemporaryDirectory()
    os.chdir(folder.name)


def leave_folder(namespace: dict[str, Any]) -> None:
    """Go back, and drop what the examples wrote."""
    os.chdir(ROOT)
    namespace["_folder"].cleanup()


docstrings = Sybil(
    path=str(ROOT / "src"),
    pattern="**/*.py",
    parsers=[DocTestParser()],
    setup=enter_folder,
    teardown=leave_folder,
)
pages = Sybil(
    path=str(ROOT),
    patterns=["README.md", "docs/**/*.md", "tutorials/**/*.md"],
    parsers=[DocTestDirectiveParser(), PythonCodeBlockParser()],
    setup=enter_folder,
    teardown=leave_folder,
)

pytest_collect_file = (docstrings + pages).pytest()
