"""What a report says, in a terminal, in a notebook and as JSON."""

import io
import json
import re
from html.parser import HTMLParser

import pytest
from rich.console import Console

from layergraph.linting import Finding, LintError, Report

ERROR = Finding(
    "LG901",
    "made-up",
    "error",
    "`a<b>` is [bold]wrong[/bold].",
    ("a<b>", "c"),
    "layers.Dense(\n    1, name='<x>'\n)",
    "troubleshooting/made.html#made-up",
)
WARNING = Finding("LG902", "other-rule", "warning", "`lstm` is strange.", ("lstm",))
HINT = Finding("LG903", "third-rule", "hint", "Look at it.")
REPORT = Report("small", (ERROR, WARNING, HINT, HINT), (WARNING,), ("LG902:x",), ("rule LG9 fell",))


def test_findings_are_told_by_severity() -> None:
    assert ((ERROR,), (WARNING,), (HINT, HINT)) == (REPORT.errors, REPORT.warnings, REPORT.hints)


def test_findings_are_told_by_rule() -> None:
    assert (ERROR,) == REPORT.of("LG901") == REPORT.of("made-up")
    assert () == REPORT.of("nothing")


def test_the_exit_status_is_that_of_errors() -> None:
    assert 1 == REPORT.exit_status
    assert 0 == Report("small", (WARNING, HINT)).exit_status == Report("small").exit_status


def test_the_summary_counts() -> None:
    assert "small: 1 error, 1 warning, 2 hints" == REPORT.summary
    assert "small: nothing found" == Report("small").summary == str(Report("small"))


def test_a_report_is_true_with_findings_or_without() -> None:
    assert Report("small")
    assert REPORT


def text_of_rich(width: int, *, color: bool = False) -> str:
    file = io.StringIO()
    system = "truecolor" if color else None
    Console(file=file, width=width, force_terminal=color, color_system=system).print(REPORT)
    return file.getvalue()


EVERYTHING = [
    "small: 1 error, 1 warning, 2 hints",
    "error LG901 made-up",
    "`a<b>` is [bold]wrong[/bold].",
    "Write instead:",
    "layers.Dense(",
    "    1, name='<x>'",
    "See troubleshooting/made.html#made-up",
    "warning LG902 other-rule",
    "hint LG903 third-rule",
    "1 silenced",
    "nothing to ignore: LG902:x",
    "rule LG9 fell",
]


@pytest.mark.parametrize("words", EVERYTHING)
def test_text_and_terminal_say_everything(words: str) -> None:
    assert words in str(REPORT)
    assert words in text_of_rich(100)


def test_a_narrow_terminal_wraps_and_loses_nothing() -> None:
    narrow = text_of_rich(20)
    assert 20 >= max(map(len, narrow.splitlines()))
    assert re.sub(r"\s", "", text_of_rich(200)) == re.sub(r"\s", "", narrow)


def test_a_terminal_has_a_colour_for_each_severity() -> None:
    lines = text_of_rich(100, color=True).splitlines()
    colours = {re.match(r"\x1b\[[0-9;]*m", one)[0] for one in lines if " \x1b[1mLG9" in one}
    assert 3 == len(colours)


class Reader(HTMLParser):
    """Reads tags that have to be closed, and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.colours: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.colours += re.findall(
            r"(?<![\w-])border-left:\S+ solid (\S+)", dict(attrs).get("style") or ""
        )

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(report: Report) -> Reader:
    reader = Reader()
    reader.feed(report._repr_html_())
    assert [] == reader.open
    return reader


def test_a_notebook_shows_everything_with_names_as_code() -> None:
    text = re.sub(r"\s+", " ", "".join(read(REPORT).text))
    for words in EVERYTHING:
        assert re.sub(r"\s+", " ", words.replace("`", "")).strip() in text
    assert "<code>a&lt;b&gt;</code>" in REPORT._repr_html_()
    assert "\n    1, name=&#x27;&lt;x&gt;&#x27;\n" in REPORT._repr_html_()


def test_a_report_without_findings_has_no_empty_list() -> None:
    assert "<ul" not in Report("small")._repr_html_()
    assert "small: nothing found" in "".join(read(Report("small")).text)


def luminance(colour: str) -> float:
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_differ_and_hold_on_light_and_dark_pages() -> None:
    colours = read(REPORT).colours
    assert 3 == len(set(colours))
    for colour in colours:
        for page in ("#ffffff", "#121212"):
            light, dark = sorted((luminance(colour), luminance(page)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3


def test_json_is_all_of_it() -> None:
    told = json.loads(REPORT.to_json())
    assert told == REPORT.to_dict()
    assert [ERROR.to_dict(), WARNING.to_dict(), HINT.to_dict(), HINT.to_dict()] == told["findings"]
    assert ([WARNING.to_dict()], ["LG902:x"], ["rule LG9 fell"]) == (
        told["silenced"],
        told["unused"],
        told["problems"],
    )
    assert "\n" not in REPORT.to_json()
    assert '\n  "model": "small"' in REPORT.to_json(indent=2)


def test_the_error_that_stops_a_training_says_everything() -> None:
    error = LintError(REPORT)
    assert isinstance(error, ValueError)
    assert REPORT is error.report
    assert str(REPORT) in str(error)
