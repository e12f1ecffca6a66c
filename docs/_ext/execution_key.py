"""Name the execution cache by what the lessons' outputs depend on beside their own text.

myst-nb's cache compares the code cells alone, so a change of the package would leave old outputs.
"""

import hashlib
import platform
from pathlib import Path


def execution_key(root: Path) -> str:
    """A key of the Python version, the package's source and the locks below ``root``."""
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted([*root.glob("src/**/*.py"), *root.glob("requirements/*.txt")]):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
