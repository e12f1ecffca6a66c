"""Every rule and every known message has its entry, and every entry is found."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from layergraph.linting import Rule, rules
from layergraph.messages import Known, messages

FOLDER = Path(__file__).parents[2] / "docs" / "troubleshooting"
INDEX = FOLDER / "index.md"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path != INDEX)
WORDS = ("You see.", "Why.", "Write instead.", "Found by.")
LABELLED = re.compile(r"^((?:\([\w-]+\)=\n)*)^## (.+)$", re.MULTILINE)


@dataclass
class Entry:
    """One mistake: its page, its labels, its heading and what stands under it."""

    page: str
    labels: tuple[str, ...]
    heading: str
    text: str


def entries_of(page: str, text: str) -> list[Entry]:
    """The entries of a page: its sections, with the labels before their headings."""
    # A comment in a cell looks like a heading.
    prose = re.sub(r"^```\{code-cell\}.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    starts = list(LABELLED.finditer(prose))
    ends = [match.start() for match in starts[1:]] + [len(prose)]
    return [
        Entry(
            page,
            tuple(re.findall(r"\(([\w-]+)\)=", match[1])),
            match[2],
            prose[match.end() : end],
        )
        for match, end in zip(starts, ends, strict=True)
    ]


ENTRIES = [entry for path in PAGES for entry in entries_of(path.stem, path.read_text("utf-8"))]
LABELS = Counter((entry.page, label) for entry in ENTRIES for label in entry.labels)

each_entry = pytest.mark.parametrize(
    "entry", ENTRIES, ids=lambda entry: f"{entry.page}-{entry.heading}"
)


@pytest.mark.parametrize("one", [*rules(), *messages()], ids=lambda one: one.name)
def test_the_address_of_a_rule_or_message_is_an_entry(one: Rule | Known) -> None:
    assert 1 == LABELS[one.page, one.name]


@each_entry
def test_an_entry_is_that_of_a_rule_or_a_message_or_has_a_label_of_its_own(entry: Entry) -> None:
    assert entry.labels


@each_entry
def test_an_entry_says_what_is_seen_why_what_to_write_and_what_finds_it(entry: Entry) -> None:
    places = [entry.text.find(f"**{word}**") for word in WORDS]

    assert -1 not in places
    assert sorted(places) == places


@each_entry
def test_an_entry_is_found_by_its_symptom(entry: Entry) -> None:
    symptoms = INDEX.read_text("utf-8").partition("## By symptom")[2].partition("\n## ")[0]
    linked = set(re.findall(r"\{ref\}`(?:[^`<]*<)?([\w-]+)>?`", symptoms))

    assert linked & set(entry.labels)


@pytest.mark.parametrize("one", messages(), ids=lambda one: one.name)
def test_the_page_of_a_message_shows_it(one: Known) -> None:
    text = (FOLDER / f"{one.page}.md").read_text("utf-8")

    assert f'shows("{one.name}")' in text


def test_every_page_stands_in_the_index() -> None:
    tree = INDEX.read_text("utf-8").rpartition("```{toctree}")[2]

    assert {path.stem for path in PAGES} == set(re.findall(r"^\w+$", tree, re.MULTILINE))


def test_labels_headings_and_comments_are_told_apart() -> None:
    text = (
        "# Page\n\n(one)=\n(two)=\n## First\n\nText.\n\n"
        "```{code-cell} ipython3\n## a comment\n```\n\n## Second\n"
    )

    assert [(("one", "two"), "First"), ((), "Second")] == [
        (entry.labels, entry.heading) for entry in entries_of("page", text)
    ]
