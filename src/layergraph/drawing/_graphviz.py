"""The program that lays out drawings: ``graphviz-pure``, a Graphviz from PyPI."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

PROGRAM = "graphviz-pure"


def program() -> str:
    """Find the program: beside this Python, among its scripts, or on PATH.

    A notebook's kernel often runs without its environment's folder on PATH.
    """
    for folder in (str(Path(sys.executable).parent), sysconfig.get_path("scripts"), None):
        found = shutil.which(PROGRAM, path=folder)
        if found:
            return found
    raise FileNotFoundError(
        f"the program {PROGRAM}, which lays out drawings, was not found; install it with: "
        f"python -m pip install {PROGRAM}"
    )


def render(dot: str, format: str) -> bytes:
    """Lay out a graph.

    Args:
        dot: The graph in the DOT language.
        format: ``"svg"`` or ``"png"``.

    Returns:
        The bytes of the picture.

    Raises:
        FileNotFoundError: If the program is missing.
        RuntimeError: If it fails; the message has its words.
    """
    # A picture of pixels can follow no theme, so it brings its own white ground.
    look = ["-Gbgcolor=white", "-Gdpi=144"] if format == "png" else []
    run = subprocess.run(
        [program(), f"-T{format}", *look], input=dot.encode(), capture_output=True, check=False
    )
    if run.returncode or not run.stdout:
        raise RuntimeError(
            f"{PROGRAM} could not draw the graph (status {run.returncode}): "
            f"{run.stderr.decode(errors='replace').strip()}"
        )
    return run.stdout
