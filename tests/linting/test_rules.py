"""Every rule finds what it is for, and nothing in what is right; the cases stand in ``cases``."""

import ast
from dataclasses import fields

import pytest
from lint_cases import CASES, Case, collect

from layergraph.linting import Report, Rule, find, rules

RAISED = collect()
BAD = [case for case in CASES if case.bad]
GOOD = [case for case in CASES if not case.bad]

each_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)


def unable(report: Report) -> list[object]:
    """The rules that could not look."""
    known = {"model", "findings", "silenced"}
    return [getattr(report, one.name) for one in fields(report) if one.name not in known]


@pytest.mark.parametrize("module", RAISED)
def test_a_module_of_cases_runs(module: str) -> None:
    assert "" == RAISED[module]


@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_mistake_is_found(case: Case) -> None:
    found = [(one.severity, one.layers) for one in case.own]

    assert case.severity in [severity for severity, _ in found], str(case.report)
    if case.layers is not None:
        assert (case.severity, case.layers) in found, str(case.report)


@pytest.mark.parametrize("case", GOOD, ids=str)
def test_nothing_is_found_in_what_is_right(case: Case) -> None:
    assert [] == [one for one in case.report.findings if one.severity != "hint"]
    assert ({case.severity} if case.severity else set()) == {one.severity for one in case.own}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_rule_can_look(case: Case) -> None:
    assert [] == [one for one in unable(case.report) if one]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_mistake_is_told_twice(case: Case) -> None:
    places = [(one.code, one.layers, one.sentence) for one in case.report.findings]

    assert len(set(places)) == len(places), str(case.report)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_sentence_names_the_layer_and_ends(case: Case) -> None:
    for one in case.report.findings:
        assert one.sentence.endswith(".")
        assert 0 == one.sentence.count("`") % 2
        assert not one.layers or any(name in one.sentence for name in one.layers), one
        assert "\n" not in one.sentence


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_is_python(case: Case) -> None:
    for one in case.report.findings:
        if one.repair is not None:
            ast.parse(one.repair)


@each_rule
def test_a_rule_has_three_bad_and_three_good_cases(rule: Rule) -> None:
    bad = {case.make for case in BAD if case.code == rule.code}
    good = {case.make for case in GOOD if case.code == rule.code}

    assert len(bad) >= 3
    assert len(good) >= 3


@each_rule
def test_every_severity_of_a_rule_is_reached(rule: Rule) -> None:
    cases = [case for case in BAD if case.code == rule.code]

    assert set(rule.severities) == {one.severity for case in cases for one in case.own}


@pytest.mark.parametrize("code", sorted({case.code for case in CASES}))
def test_a_case_is_of_a_rule(code: str) -> None:
    assert code == find(code).code


def test_a_summary_is_one_sentence() -> None:
    for rule in rules():
        assert rule.summary.endswith("."), rule
        assert 0 == rule.summary.count("`") % 2, rule
