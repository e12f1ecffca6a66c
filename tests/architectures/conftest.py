"""Chooses the architectures and the published models, and shows what was measured."""

import resource
from collections.abc import Iterator

import applications
import keras
import published as papers
import pytest
from portrait import PARTS, Portrait, boxes

OPTION = "--every-architecture"
ROWS = pytest.StashKey[list[list[str]]]()
HEADS = (
    "model", "layers", "calls", *(f"{part} s" for part in PARTS),
    "DOT kB", "folded SVG kB", "open SVG kB", "words kB", "boxes folded", "boxes open",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        OPTION,
        action="store_true",
        help="take all of keras.applications, not one of each family, and show their figures",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS] = []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "architecture" in metafunc.fixturenames:
        every = metafunc.config.getoption(OPTION)
        names = applications.builders() if every else applications.SMALLEST.values()
        metafunc.parametrize("architecture", list(names), indirect=True, scope="module")
    if "published" in metafunc.fixturenames:
        metafunc.parametrize("published", list(papers.builders()), indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def session_left_clean() -> Iterator[None]:
    """Leave no weights behind whose values Keras keeps back, nor names."""
    yield
    keras.utils.clear_session()


@pytest.fixture(scope="module")
def architecture(request: pytest.FixtureRequest) -> Iterator[Portrait]:
    """An architecture of keras.applications."""
    portrait = Portrait(request.param, applications.build(request.param))
    yield portrait
    request.config.stash[ROWS] += rows(portrait)


@pytest.fixture(scope="module")
def published(request: pytest.FixtureRequest) -> Iterator[Portrait]:
    """A published architecture that is none of keras.applications."""
    keras.utils.clear_session(free_memory=False)
    portrait = Portrait(request.param, papers.builders()[request.param]())
    yield portrait
    request.config.stash[ROWS] += rows(portrait)


def rows(portrait: Portrait) -> list[list[str]]:
    """The figures of a model, if all was made of it."""
    if not set(PARTS) <= set(portrait.seconds):
        return []
    sizes = [portrait.folded.dot, portrait.folded.svg, portrait.opened.svg, portrait.words]
    row = [
        portrait.name,
        *(f"{len(part):,}" for part in (portrait.graph.layers, portrait.graph.calls)),
        *(f"{portrait.seconds[part]:.2f}" for part in PARTS),
        *(f"{len(text.encode()) / 1000:,.0f}" for text in sizes),
        *(f"{boxes(drawing):,}" for drawing in (portrait.folded, portrait.opened)),
    ]
    return [row]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show the figures as a table."""
    table = config.stash[ROWS]
    if not (table and config.getoption(OPTION)):
        return
    terminalreporter.section("figures")
    widths = [max(map(len, column)) for column in zip(HEADS, *table, strict=True)]
    for line in (HEADS, *table):
        cells = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        terminalreporter.write_line("  ".join([line[0].ljust(widths[0]), *cells]))
    # In kilobytes on Linux, in bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    terminalreporter.write_line(f"most memory of the process: {peak / 1e6:.1f} GB")
