"""The project's own pages tell what there is, and pages keep to what they tell."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
CONTRIBUTING = (ROOT / "docs" / "project" / "contributing.md").read_text(encoding="utf-8")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
COLD = 12 * 60  # seconds that the whole site may take, from nothing, on two cores
SPHINX = 2 * 60  # of these, for all that is not the notebooks

# Seconds that a page may take, by the folder that it is in.
MOST = {"tutorials": 60, "evidence": 90}
BUDGETS = {
    page.relative_to(ROOT).with_suffix("").as_posix(): yaml.safe_load(text.split("---\n")[1])
    for folder in ("docs", "tutorials")
    for page in sorted((ROOT / folder).rglob("*.md"))
    if "\n```{code-cell}" in (text := page.read_text(encoding="utf-8"))
}


def test_every_session_stands_in_the_table_and_no_other() -> None:
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    sessions = re.findall(r"^@nox\.session.*\ndef (\w+)", noxfile, re.MULTILINE)
    told = re.findall(r"^\| `nox -s (\w+)` \|", CONTRIBUTING, re.MULTILINE)

    assert sorted(sessions) == sorted(told)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_sessions_that_exist(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"].values()
    run = [step.get("run", "") for job in jobs for step in job["steps"]]
    sessions = re.findall(r"nox -s (\w+)", "\n".join(run))

    assert sessions
    assert [] == [session for session in sessions if f"| `nox -s {session}` |" not in CONTRIBUTING]


def test_the_full_session_leads_to_the_sessions_that_are_told() -> None:
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    notified = re.findall(r'session\.notify\("(\w+)"', noxfile)
    (row,) = re.findall(r"^\| `nox -s full` \|(.*)", CONTRIBUTING, re.MULTILINE)

    assert notified == re.findall(r"`(\w+)`", row)


@pytest.mark.parametrize("page", BUDGETS)
def test_a_page_names_a_budget_about_twice_what_it_may_take(page: str) -> None:
    budget = BUDGETS[page].get("execution", {}).get("budget")
    most = next((MOST[part] for part in page.split("/") if part in MOST), 30)

    assert budget is not None
    assert budget <= 2 * most


def test_the_budgets_leave_the_whole_site_within_its_time() -> None:
    budgets = [options.get("execution", {}).get("budget", 60) for options in BUDGETS.values()]
    expected = sum(budgets) / 2 / 2  # a budget is twice what a page takes; two run at once

    assert expected <= COLD - SPHINX


def test_the_benchmark_holds_the_cold_build_to_the_time_that_is_told() -> None:
    program = (ROOT / "tests" / "bench" / "__main__.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "project" / "build.md").read_text(encoding="utf-8")

    assert COLD == eval(re.search(r"^COLD = ([\d* ]+)", program, re.MULTILINE)[1])
    assert 'report.hold(f"site, {name}, in all", wall, COLD, "s")' in program
    assert f"on two cores {COLD // 60} minutes in any case" in page
    assert f"the sum of all budgets to {(COLD - SPHINX) * 4:,} seconds" in page
