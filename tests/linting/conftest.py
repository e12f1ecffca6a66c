import pytest

from layergraph.linting import _lint


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that raises is a mistake of ours: the test that makes it raise fails."""
    monkeypatch.setattr(_lint, "STRICT", True)
