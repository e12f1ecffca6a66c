import pytest
from plots_samples import HISTORY, RESULTS, SEEDS

from layergraph import plots


@pytest.fixture(params=["curves", "several", "compare"])
def plot(request: pytest.FixtureRequest) -> plots.Plot:
    if request.param == "curves":
        return plots.curves(HISTORY, title="All of it")
    if request.param == "several":
        return plots.curves(SEEDS)
    return plots.compare(RESULTS, chance=0.5, title="Encoders")
