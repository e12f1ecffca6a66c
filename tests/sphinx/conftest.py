"""Lets the tests build sites with the project's own settings."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "site"))
