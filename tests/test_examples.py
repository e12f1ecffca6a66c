"""Every Python block of every text is run: by the build (a code cell) or by sybil."""

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent
TEXTS = sorted(
    [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "tutorials").rglob("*.md")]
)
PYTHON = ("py", "python", "python3", "pycon", "ipython", "{code-block}", "{testcode}", "{doctest}")
PAGES = runpy.run_path(str(ROOT / "conftest.py"))["pages"]


def fences(text: str) -> Iterator[tuple[int, str]]:
    """Line number and info string of each fenced block, those inside directives included."""
    for token in MarkdownIt().parse(text):
        if token.type == "fence":
            assert token.map is not None
            yield token.map[0] + 1, token.info
            if token.info.startswith("{"):
                for line, info in fences(token.content):
                    yield token.map[0] + 1 + line, info


def not_run(path: Path) -> list[str]:
    """Places of Python blocks that neither the build nor sybil runs."""
    text = path.read_text(encoding="utf-8")
    executed = "kernelspec:" in text.split("\n---\n")[0]
    run_by_sybil = {example.line for example in PAGES.parse(path).examples()}
    missed = []
    for line, info in fences(text):
        words = info.split() or [""]
        if words[0] == "{code-cell}":
            ran = executed
        elif words[0] in PYTHON:
            ran = any(line <= other <= line + 3 for other in run_by_sybil)
        else:
            ran = True
        if not ran:
            missed.append(f"{path.name}:{line}: ```{info}")
    return missed


def test_there_are_texts_with_code_to_look_at() -> None:
    assert sum(1 for path in TEXTS for _ in fences(path.read_text(encoding="utf-8"))) > 20


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_python_block_is_run(path: Path) -> None:
    assert [] == not_run(path)


@pytest.mark.parametrize(
    "block",
    [
        "```pycon\n>>> 1\n1\n```",
        "```{code-cell} ipython3\n1\n```",
        "````{note}\n```py\n1\n```\n````",
    ],
)
def test_a_block_that_nobody_runs_is_found(block: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{block}\n", encoding="utf-8")

    assert 1 == len(not_run(page))
