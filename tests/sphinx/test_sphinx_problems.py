"""What cannot be drawn is a warning at its line that says what to do, and never ends the build."""

import sys
from pathlib import Path

import pytest
from sphinx.errors import ConfigError
from sphinx_sites import Built, Site, make

from layergraph.sphinx import _reading

FAULTY = """\
import layergraph.graph


def arguments(needed):
    return None


def raises():
    raise RuntimeError("two\\nlines")


def ends():
    raise SystemExit(3)


class Wire(layergraph.graph.LayerGraph):
    def to_json(self, **options):
        raise KeyError("lost")


def no_graph():
    return Wire("wire", (), (), (), (), ())
"""

# Directive -> the warning; the module's folder is cut out of it.
TARGETS = {
    "shapes.wire": "'shapes.wire' is no target; write the function that returns the model as"
    " `package.module:function`",
    "shapes:wire()": "'shapes:wire()' is no target; write the function that returns the model as"
    " `package.module:function`",
    "nowhere:f": "nowhere:f: there is no module 'nowhere' to import; install its package for this"
    f" Python ({sys.executable}), or name the folder that holds it in layergraph_path in conf.py",
    "shapes.inner:f": "shapes.inner:f: there is no module 'shapes.inner' to import; install its"
    f" package for this Python ({sys.executable}), or name the folder that holds it in"
    " layergraph_path in conf.py",
    "needy:f": "needy:f: importing 'needy' raised ModuleNotFoundError: No module named 'absent'"
    " (code/needy.py, line 1)",
    "typo:f": "typo:f: importing 'typo' raised SyntaxError: '(' was never closed (typo.py, line 1)",
    "shapes:wires": "shapes:wires: the module 'shapes' has no 'wires'; is 'wire' meant?",
    "shapes:wire.zzz": "shapes:wire.zzz: 'wire' has no 'zzz'; correct the name, or define it there",
    "faulty:arguments": "faulty:arguments: it is called without arguments (missing a required"
    " argument: 'needed'); name a function that needs none and calls this one",
    "faulty:raises": "faulty:raises: it raised RuntimeError: two lines (code/faulty.py, line 9)",
    "faulty:no_graph": "faulty:no_graph: reading it raised KeyError: 'lost' (code/faulty.py,"
    " line 18)",
    "faulty:ends": "faulty:ends: it raised SystemExit: 3 (code/faulty.py, line 13)",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    # The directive stands in line 6 of each page.
    pages = {
        f"page{number}.rst": f"Page\n====\n\nText.\n\n.. layer-graph:: {target}\n"
        for number, target in enumerate(TARGETS)
    }
    tree = "Home\n====\n\n.. toctree::\n   :glob:\n\n   page*\n"
    site = make(tmp_path_factory.mktemp("problems"), {"index.rst": tree, **pages})
    site.write("code/faulty.py", FAULTY)
    site.write("code/needy.py", "import absent\n")
    site.write("code/typo.py", "x = (\n")
    return site


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return site.build()


@pytest.mark.parametrize("number", range(len(TARGETS)), ids=TARGETS)
def test_a_target_without_a_drawing_is_told_at_its_line(built: Built, number: int) -> None:
    expected = f"page{number}.rst:6: WARNING: layer-graph: {list(TARGETS.values())[number]}"

    assert [f"{expected} [layergraph.target]"] == [
        line for line in built.warnings if line.startswith(f"page{number}.rst")
    ]


HERE = "give either a target such as `package.module:function`, or with `:cell:` the name of a code"
CELL = "this page has no code cells to take a drawing from, only one that MyST-NB reads has"


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        (".. layer-graph::", f"{HERE} cell of this page [layergraph.target]"),
        (
            ".. layer-graph:: shapes:wire\n   :cell: plug",
            f"{HERE} cell of this page, not both 'shapes:wire' and 'plug' [layergraph.target]",
        ),
        (
            ".. layer-graph::\n   :cell: plug",
            f"{CELL}; give the directive a target such as `package.module:function`"
            " [layergraph.cell]",
        ),
    ],
)
def test_a_directive_needs_a_target_or_a_cell(
    tmp_path: Path, directive: str, expected: str
) -> None:
    built = make(tmp_path, {"index.rst": f"Home\n====\n\n{directive}\n"}).build()

    assert [f"index.rst:4: WARNING: layer-graph: {expected}"] == built.warnings


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("color: red", 'unknown option: "color".'),
        ("detail: much", '"much" unknown; choose from "names", "shapes", or "all".'),
        ("direction: RL", '"RL" unknown; choose from "tb", or "lr".'),
        ("depth: -1", "negative value; must be positive or zero"),
    ],
)
def test_an_unknown_option_or_value_is_told_at_its_line(
    tmp_path: Path, option: str, expected: str
) -> None:
    text = f"Home\n====\n\n.. layer-graph:: shapes:wire\n   :{option}\n"
    built = make(tmp_path, {"index.rst": text}).build()

    assert 'index.rst:4: ERROR: Error in "layer-graph" directive:' == built.warnings[0]
    assert expected in "\n".join(built.warnings)


def test_myst_pages_tell_problems_at_their_line(tmp_path: Path) -> None:
    text = "# Home\n\n```{layer-graph} shapes:wires\n:caption: Wires\n```\n"
    text += "```{layer-graph} shapes:wire\n:color: red\n```\n"
    conf = 'extensions += ["myst_parser"]\n'
    unknown, none = make(tmp_path, {"index.md": text}, conf=conf).build().warnings

    assert unknown.startswith("index.md:7: WARNING: 'layer-graph': Unknown option key: 'color'")
    assert none.startswith("index.md:3: WARNING: layer-graph: shapes:wires: the module")


def test_a_problem_fails_a_strict_build_and_is_told_again_by_the_next(tmp_path: Path) -> None:
    site = make(tmp_path, {"index.rst": "Home\n====\n\n.. layer-graph:: shapes:wires\n"})
    first, second = site.build(strict=True), site.build(strict=True)
    site.change("code/shapes.py", "def wire(", "def wires(): return wire()\n\n\ndef wire(")
    third = site.build(strict=True)

    for strict in (first, second):
        assert 1 == strict.app.statuscode
        assert strict.warnings[0].startswith("index.rst:4: WARNING: layer-graph: shapes:wires")
    assert (0, []) == (third.app.statuscode, third.warnings)


def test_a_problem_that_no_graph_tells_of_is_told_again_too(tmp_path: Path) -> None:
    text = "Home\n====\n\n.. layer-graph:: shapes:wire\n\n.. layer-graph::\n   :cell: plug\n"
    site = make(tmp_path, {"index.rst": text})

    assert [1, 1] == [len(site.build().warnings) for _ in range(2)]


def test_a_figure_without_its_drawing_still_has_its_number_and_references(tmp_path: Path) -> None:
    text = "Home\n====\n\nSee :numref:`fig`.\n\n.. layer-graph:: shapes:wires\n"
    text += "   :caption: Wires\n   :name: fig\n"
    built = make(tmp_path, {"index.rst": text}).build()

    assert 1 == len(built.warnings)
    assert "has no 'wires'" in built.page().select_one("figure#fig").text
    assert "Fig. 1" == built.page().select_one(".body p a.reference").text


def test_warnings_can_be_suppressed_by_their_names(tmp_path: Path) -> None:
    text = "Home\n====\n\n.. layer-graph:: shapes:wires\n\n.. layer-graph::\n   :cell: plug\n"
    conf = 'suppress_warnings = ["layergraph.target", "layergraph.cell"]\n'

    assert [] == make(tmp_path, {"index.rst": text}, conf=conf).build().warnings


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("layergraph_timeout = 0", "layergraph_timeout must be a number of seconds, not 0"),
        ("layergraph_timeout = 'a'", "layergraph_timeout must be a number of seconds, not 'a'"),
        ("layergraph_path = 'code'", "layergraph_path must be a list of folders, not 'code'"),
    ],
)
def test_a_setting_that_cannot_be_understood_is_told(
    tmp_path: Path, setting: str, expected: str
) -> None:
    site = make(tmp_path, {"index.rst": "Home\n====\n"}, conf=f"{setting}\n")

    with pytest.raises(ConfigError, match=expected):
        site.build()


def test_a_graph_that_cannot_be_drawn_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*_args: object, **_options: object) -> None:
        raise FileNotFoundError("there is no Graphviz")

    monkeypatch.setattr(_reading, "draw", draw)
    built = make(tmp_path, {"index.rst": "Home\n====\n\n.. layer-graph:: shapes:wire\n"}).build()

    assert [
        "index.rst:4: WARNING: layer-graph: shapes:wire: drawing it raised FileNotFoundError: there"
        " is no Graphviz [layergraph.target]"
    ] == built.warnings
