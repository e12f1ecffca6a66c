"""The course's path through the site takes the minutes that its page says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "course" / "index.md"
WORDS, LINES = 200, 25  # read in a minute, as the page says

LINK = r"\[[^\]]+\]\(([\w./]+\.md)(?:#([\w-]+))?\)"
ROW = re.compile(rf"^\| {LINK} \| (?:{LINK}|[\w ]+) \| (\d+) \|$", re.MULTILINE)


def slug(heading: str) -> str:
    """A heading's fragment, as GitHub and MyST make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def minutes(text: str) -> float:
    """How long a text takes to read."""
    cells = re.findall(r"^```\{code-cell\}.*?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for cell in cells for line in cell.splitlines() if line.strip()]
    prose = re.sub(r"^```\{code-cell\}.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return len(prose.split()) / WORDS + len(lines) / LINES


def part(address: str, first: str | None, last: str | None) -> str:
    """A page's text from one section to another, both included."""
    text = (PAGE.parent / address).read_text(encoding="utf-8").split("\n---\n", 1)[-1]
    if first is None:
        return text
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    slugs = [slug(section.splitlines()[0].removeprefix("## ")) for section in sections]
    return "".join(sections[slugs.index(first) : slugs.index(last or first) + 1])


STOPS = [match.groups() for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))]


def test_every_row_of_the_path_is_understood() -> None:
    rows = re.findall(r"^\| \[", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(rows) == len(STOPS) > 5


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: Path(stop[0]).stem)
def test_a_stop_takes_the_minutes_that_the_page_says(stop: tuple[str, ...]) -> None:
    address, first, to, last, told = stop

    assert to in (None, address)
    assert pytest.approx(minutes(part(address, first, last)), abs=1.5) == int(told)


def test_the_path_takes_60_to_90_minutes() -> None:
    assert 60 <= sum(int(stop[-1]) for stop in STOPS) <= 90
