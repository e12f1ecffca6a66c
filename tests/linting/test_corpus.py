"""What others wrote: known mistakes are found, and nothing is found in what is right."""

import pytest
from corpus_cases import MISTAKES, RIGHT, Found, collect

from layergraph.linting import Finding, find

collect()

ORDER = ("hint", "warning", "error")


def found(one: Found) -> list[Finding]:
    """What the expected rules say, at least as bad as expected."""
    least = ORDER.index(one.severity)
    return [
        finding
        for finding in one.report.findings
        if one.rule in (finding.code, find(finding.code).page)
        and ORDER.index(finding.severity) >= least
    ]


def test_the_corpus_is_large() -> None:
    assert len(RIGHT) >= 50
    assert len(MISTAKES) >= 50


@pytest.mark.parametrize("one", MISTAKES, ids=str)
def test_a_mistake_has_its_thread(one: Found) -> None:
    assert (one.make.__doc__ or "").startswith("https://")


@pytest.mark.parametrize("one", MISTAKES, ids=str)
def test_a_known_mistake_is_found(one: Found) -> None:
    assert [] != found(one), str(one.report)


@pytest.mark.parametrize("one", RIGHT, ids=str)
def test_nothing_worse_than_a_hint_is_found(one: Found) -> None:
    assert [] == [finding for finding in one.report.findings if finding.severity != "hint"]
