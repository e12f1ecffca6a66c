import pytest
from plots_samples import CLASSES, HISTORY, IMAGES, POINTS, RESULTS, SEEDS

from layergraph import plots


@pytest.fixture(params=["curves", "several", "compare", "images", "scatter"])
def plot(request: pytest.FixtureRequest) -> plots.Plot:
    if request.param == "curves":
        return plots.curves(HISTORY, title="All of it")
    if request.param == "several":
        return plots.curves(SEEDS)
    if request.param == "images":
        return plots.images({"one": IMAGES, "two": IMAGES[::-1]}, captions="abc", title="Seen")
    if request.param == "scatter":
        return plots.scatter({"before": POINTS, "after": POINTS}, CLASSES)
    return plots.compare(RESULTS, chance=0.5, title="Encoders")
