"""Take out of an executed notebook what differs from run to run and must not reach a page.

Each rule names what writes the text that it knows, and matches no more than that: a lesson's own
numbers, times and texts stay as they are.
"""

import copy
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from nbformat import NotebookNode

TIMED = ("execution", "ExecuteTime", "papermill")  # metadata with the clock in it

SGR = r"(?:\x1b\[[\d;]*m)"  # a colour or weight in a terminal
STYLED = rf"(?:{SGR}|</?span[^>\n]*>)*"  # rich colours the parts of a repr
STREAM, PLAIN, HTML, SVG = "stream", "plain", "html", "svg"
EVERYWHERE = frozenset({STREAM, PLAIN, HTML, SVG})
# What may stand before a path: no part of a longer path, be it coloured, escaped or an address.
BEFORE = r"(?P<before>(?:\x1b|\\x1b|\\u001b|\\033)\[[\d;]*m|\\[nrt]|file:///?|(?<![\w./\\~+-]))"


# Keras' bars: which steps are drawn depends on the clock, and prints of callbacks may follow any.
KERAS_BAR = re.compile(
    rf"(?P<again>\x08*)\r(?P<shown>{SGR}? *(?P<count>\d+/(?P<target>\d+|Unknown)){SGR}?"
    rf"(?: (?:{SGR}|━)+)? {SGR}(?:\d+:)*\d+s?{SGR} \d+(?:us|ms|s)/(?:step|epoch|sample)"
    r"(?P<metrics>(?: - \w[^\r\n\x08\x1b:]*: (?:-?\d+\.\d{4}(?:e[+-]\d\d)?|-?inf|nan))*))"
    r"(?P<blanks> *)(?P<end>\n?)"
)


def keras_bars(text: str) -> str:
    """Keep of the bars one line each: the last step's count and metrics."""
    bars = list(KERAS_BAR.finditer(text))

    def continued(bar: re.Match[str], later: Iterable[re.Match[str]]) -> bool:
        """Is it drawn again below? Then the line break is one that a callback has printed."""
        for other in later:
            if bar["target"] in ("Unknown", other["target"]):
                return bool(other["again"])  # each bar takes the one before back, but the first
        return False

    parts, position = [], 0
    for number, bar in enumerate(bars):
        parts.append(text[position : bar.start()])
        position = bar.end()
        if bar["end"] and not continued(bar, bars[number + 1 :]):
            parts.append(f"\r{bar['count']}{bar['metrics']}\n")
        else:
            width = len(re.sub(SGR, "", bar["shown"]))
            padding = max(0, len(bar["again"]) - width)  # the rest is a callback's own
            parts.append(bar["blanks"][padding:] + bar["end"])
    return "".join(parts) + text[position:]


MOVES = re.compile(r"[\r\x08]|\x1b(?!\[[\d;]*m|\]8;|\\)")
TOKENS = re.compile(
    rf"(?P<style>{SGR})|\x1b\[(?P<number>\d*)[\d;?]*(?P<move>[A-Za-z])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b|(?P<char>.)",
    re.DOTALL,
)
FARTHEST = 1000  # rows or columns that one move may go: a terminal has no more


def terminal(text: str) -> str:
    """The text as a terminal shows it: moves and erasures done, colours kept."""
    if not MOVES.search(text):
        return text
    blank: tuple[str, str] = ("", " ")
    rows: list[list[tuple[str, str]]] = [[]]
    row = column = 0
    styles: dict[str, str] = {}
    for token in TOKENS.finditer(text):
        number = min(int(token["number"] or 1), FARTHEST) if token["move"] else 0
        match token["move"], token["char"]:
            case None, None:
                if token["style"]:
                    codes = token["style"][2:-1].strip("0")
                    if not codes:
                        styles = {}
                    else:  # a later colour of text or ground replaces the former one
                        kind = re.match(r"(?:[39]|4|10)(?=\d(?:;|$))", codes)
                        slot = ("text" if kind[0] in "39" else "ground") if kind else codes
                        styles = {**styles, slot: token["style"]}
            case None, "\n":
                row, column = row + 1, 0
            case None, "\r":
                column = 0
            case None, "\x08":
                column = max(0, column - 1)
            case None, char:
                line = rows[row]
                line.extend([blank] * (column + 1 - len(line)))
                line[column] = ("".join(styles.values()), char)
                column += 1
            case "A", _:
                row = max(0, row - number)
            case "B", _:
                row += number
            case "C", _:
                column += number
            case "D", _:
                column = max(0, column - number)
            case "G", _:
                column = max(0, number - 1)
            case "K", _:
                line = rows[row]
                how = token["number"] or "0"
                if how == "1":
                    line[: column + 1] = [blank] * min(len(line), column + 1)
                else:
                    del line[0 if how == "2" else column :]
            case "J", _ if token["number"] in ("", "0"):
                del rows[row][column:], rows[row + 1 :]
            case _:
                pass  # the cursor shown or hidden, and what no library here writes
        rows.extend([] for _ in range(row + 1 - len(rows)))
    return "\n".join(_styled(line) for line in rows)


def _styled(line: list[tuple[str, str]]) -> str:
    parts, before = [], ""
    for style, char in [*line, ("", "")]:
        if style != before:
            parts.append(("\x1b[0m" if before else "") + style)
            before = style
        parts.append(char)
    return "".join(parts)


@dataclass(frozen=True)
class Rule:
    """A pattern, what to write for it, and where."""

    name: str
    pattern: str
    new: str
    why: str
    where: frozenset[str] = EVERYWHERE

    def __call__(self, text: str) -> str:
        return re.sub(self.pattern, self.new, text, flags=re.MULTILINE)


TQDM_TIMES = r"\[(?:\d+:)+\d\d(?:<(?:\?|(?:\d+:)+\d\d))?, +[^\s,\]]+(?P<more>, [^\]\r\n]*?)?\ *\]"
TQDM = (
    r"(?P<of>[^|\r\n]*?: )?"
    r"(?: *\d+%\|[^|\r\n]*\| (?P<count>[\d.]+\w*/[\d.]+\w*)|(?P<counted>\d+(?:\.\d+)?[a-zA-Z]+))"
    rf" {TQDM_TIMES}"
)

# In this order, before and after the terminal.
DRAWN = (
    Rule(
        "line ends of a terminal",
        r"\r+\n",
        "\n",
        "programs that a cell starts write them",
        frozenset({STREAM}),
    ),
    Rule(
        "tqdm, interrupted",
        rf"\r{TQDM}(?= *[^\s\x1b])",
        "",
        "a print after a bar leaves the step that the clock chose",
        frozenset({STREAM}),
    ),
)
SHOWN = (
    Rule(
        "Keras, verbose=2",
        r"(?<![\d/])(\d+/\d+) - \d+s - \d+(?:us|ms|s)/(?:step|epoch|sample)(?= - \w|$)",
        r"\1",
        "seconds of the epoch and of a step",
        frozenset({STREAM}),
    ),
    Rule(
        "tqdm",
        rf"^{TQDM}",
        r"\g<of>\g<count>\g<counted>\g<more>",
        "bar, seconds and rate",
        frozenset({STREAM}),
    ),
    Rule(
        "rich, progress",
        rf" {SGR}*[━╸╺](?:{SGR}|[━╸╺])* +{SGR}* *(?P<done>\d+%){SGR}*"
        rf" +{SGR}*(?:-:--:--|\d+:\d\d:\d\d){SGR}*",
        r" \g<done>",
        "bar and seconds",
        frozenset({STREAM}),
    ),
    Rule(
        "rich, links",
        r"\x1b\]8;id=[^;\x1b]*;",
        "\x1b]8;;",
        "a link has a random id",
        frozenset({STREAM, PLAIN}),
    ),
    Rule(
        "trailing blanks",
        r" +$",
        "",
        "Keras and tqdm pad by the width of what the clock let them draw before",
        frozenset({STREAM}),
    ),
    Rule(
        "cells as files",
        rf"{BEFORE}(?:[A-Za-z]:)?[^\s:'\"<>|\x1b\[\]]*[/\\]ipykernel_\d+[/\\]+\d+\.py\b",
        r"\g<before>cell.py",
        "ipykernel names a warning's file by the number of its process",
    ),
    Rule(
        "addresses",
        rf"\bat (?P<style>{STYLED})0x(?:[0-9a-f]{{9,16}}|[0-9A-F]{{9,16}})\b",
        r"at \g<style>0x…",
        "reprs; not numbered, for memory is used again in one run and not in the next",
    ),
    Rule(
        "addresses, low",
        rf"\bat (?P<style>{STYLED})0x[0-9a-f]{{6,8}}"
        rf"(?={STYLED}(?:>|&gt;|: |; (?:to|dead)\b|, file ))",
        r"at \g<style>0x…",
        "the same where the interpreter lies low in memory; such a number needs a repr round it",
    ),
    Rule(
        "dates of figures",
        r"^ *<dc:date>[^<\n]*</dc:date>\n",
        "",
        "matplotlib writes when it drew",
        frozenset({HTML, SVG}),
    ),
)


@dataclass
class Names:
    """Random names, numbered through a notebook so that references still match."""

    name: str
    find: Callable[[str], Iterable[str]]
    new: str
    why: str
    where: frozenset[str]
    memory: bool = False  # made of an address: the same name in another output is another thing
    known: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def __call__(self, text: str) -> str:
        found = set()
        for name in self.find(text):
            found.add(name)
            if name not in self.known:
                self.count += 1
                self.known[name] = self.new.format(self.count)
        if not found:
            return text
        either = "|".join(re.escape(name) for name in sorted(found))
        return re.sub(rf"(?<![0-9a-f])(?:{either})(?![0-9a-f])", lambda m: self.known[m[0]], text)


UUID4 = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{8}(?P<dash>-?)[0-9a-f]{4}(?P=dash)4[0-9a-f]{3}(?P=dash)"
    r"[89ab][0-9a-f]{3}(?P=dash)[0-9a-f]{12}(?![0-9a-zA-Z])"
)
MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[a-z][^>]*>", re.DOTALL | re.IGNORECASE)


def _uuids(text: str) -> Iterable[str]:
    """Those of tags and scripts; one in a text is a lesson's own."""
    return (uuid[0] for tag in MARKUP.finditer(text) for uuid in UUID4.finditer(tag[0]))


def _figure_ids(text: str) -> Iterable[str]:
    if "<dc:title>Matplotlib v" not in text:  # as layergraph's figures, whose ids are the same
        return []
    return re.findall(r'\bid="((?:[hmp]|image|C[0-9a-f]+_[0-9a-f]+_)[0-9a-f]{10})"', text)


def _dot_nodes(text: str) -> Iterable[str]:
    if not re.search(r"^(?:strict )?(?:di)?graph\b", text, re.MULTILINE):
        return []
    return re.findall(r"^\s*(\d{9,15})(?::\w+)?(?= \[| -[->] |;)", text, re.MULTILINE)


def names() -> list[Names]:
    """The random names, none of them met yet."""
    return [
        Names(
            "pandas, Styler",
            re.compile(r'<table id="(T_[0-9a-f]{5,32})"').findall,
            "T_{}",
            "part of a uuid4",
            frozenset({HTML}),
        ),
        Names(
            "matplotlib, SVG",
            _figure_ids,
            "figure-part-{}",
            "ids are hashes with a random salt",
            frozenset({HTML, SVG}),
        ),
        Names(
            "uuid4",
            _uuids,
            "uuid{}",
            "ids of elements, matplotlib's animations among them",
            frozenset({HTML, SVG}),
        ),
        Names(
            "Keras, nodes of DOT",
            _dot_nodes,
            "n{}",
            "the id() of layers",
            frozenset({STREAM, PLAIN}),
            memory=True,
        ),
        Names(
            "Keras, nodes of Graphviz' SVG",
            re.compile(r'class="node">\s*<title>(\d{9,15})</title>').findall,
            "n{}",
            "the id() of layers",
            frozenset({HTML, SVG}),
            memory=True,
        ),
    ]


class Places:
    """Absolute paths, and what stands for them."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.new: dict[str, str] = {}
        for place, new in places.items():
            bare = place.rstrip("/\\")
            if not re.match(r"[/\\]|[A-Za-z]:[/\\]", bare):
                raise ValueError(f"{place!r} is no place to scrub: give an absolute path below /")
            slashed = bare.replace("\\", "/")
            for form in (bare, slashed, json.dumps(bare)[1:-1], repr(bare)[1:-1],
                         quote(slashed, safe="/:"), html.escape(bare)):  # fmt: skip
                self.new[form] = new
        longest_first = sorted(self.new, key=len, reverse=True)
        either = "|".join(re.escape(form) for form in longest_first)
        # A dot ends a path where it ends a sentence.
        self.pattern = re.compile(rf"{BEFORE}(?P<place>{either})(?![\w~%+@-]|\.+\w)")

    def __call__(self, text: str, where: str) -> str:
        if not self.new:
            return text

        def stand_in(found: re.Match[str]) -> str:
            new = self.new[found["place"]]
            return found["before"] + (html.escape(new) if where in (HTML, SVG) else new)

        return self.pattern.sub(stand_in, text)


def scrub(notebook: NotebookNode, places: Mapping[str, str] | None = None) -> NotebookNode:
    """A copy of an executed notebook without what differs from run to run.

    Args:
        notebook: As nbclient leaves it. Streams, errors, and outputs of type ``text/*`` and SVG are
            scrubbed; any other type (JSON, PNG, ...) stays as it is.
        places: Absolute path to what stands for it and all below it, such as
            ``{"/tmp/x": "."}``; where several match, the longest counts.

    Raises:
        ValueError: A place is no absolute path, or the root of all.
    """
    notebook = copy.deepcopy(notebook)
    whereabouts = Places(places or {})
    numbered = names()

    def clean(text: str, where: str) -> str:
        if where == STREAM:
            text = _apply(DRAWN, text, where)
            text = terminal(keras_bars(text))
        text = whereabouts(text, where)
        text = _apply(SHOWN, text, where)
        for kind in numbered:
            if where in kind.where:
                text = kind(text)
        return text

    _drop_times(notebook.metadata)
    for number, cell in enumerate(notebook.cells):
        if "id" in cell:
            cell.id = f"cell-{number}"
        _drop_times(cell.metadata)
        if cell.cell_type != "code":
            continue
        outputs = _merged(cell.outputs)
        for output in outputs:
            output.pop("transient", None)
            _drop_times(output.get("metadata", {}))
            if output.output_type == "stream":
                output.text = clean(output.text, STREAM)
            elif output.output_type == "error":
                output.evalue = clean(output.evalue, PLAIN)
                output.traceback = [clean(line, PLAIN) for line in output.traceback]
            else:
                for mime, value in output.data.items():
                    if isinstance(value, str) and (where := _where(mime)):
                        output.data[mime] = clean(value, where)
            for kind in numbered:
                if kind.memory:
                    kind.known.clear()
        # What was but a bar is gone, and its neighbours are neighbours of each other.
        cell.outputs = _merged(outputs)
    return notebook


def _apply(rules: Iterable[Rule], text: str, where: str) -> str:
    for rule in rules:
        if where in rule.where:
            text = rule(text)
    return text


def _where(mime: str) -> str | None:
    if mime == "text/html":
        return HTML
    if mime == "image/svg+xml":
        return SVG
    return PLAIN if mime.startswith("text/") else None


def _drop_times(metadata: NotebookNode) -> None:
    for key in TIMED:
        metadata.pop(key, None)


def _merged(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The outputs with neighbouring pieces of one stream as one: writes split anywhere."""
    merged: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream":
            if not output.text:
                continue
            if merged and merged[-1].get("name") == output.name:
                merged[-1].text += output.text
                continue
        merged.append(output)
    return merged
