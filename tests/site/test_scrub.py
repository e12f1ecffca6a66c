"""What scrubbing takes out of executed notebooks, and what it leaves."""

import asyncio
import copy
import json
import os
import re
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from executions.scrub import scrub
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def shown(mime: str, value: Any) -> NotebookNode:  # noqa: ANN401 - JSON is of any type
    return new_output("display_data", data={mime: value})


def notebook(*cells: list[NotebookNode]) -> NotebookNode:
    return new_notebook(cells=[new_code_cell("", outputs=outputs) for outputs in cells])


def printed(text: str, places: Mapping[str, str] | None = None) -> str:
    """What stays of a text that a cell prints."""
    outputs = scrub(notebook([stream(text)]), places).cells[0].outputs
    return "".join(output.text for output in outputs)


def displayed(mime: str, *values: str) -> list[str]:
    """What stays of values that cells display, one each."""
    scrubbed = scrub(notebook(*([shown(mime, value)] for value in values)))
    return [cell.outputs[0].data[mime] for cell in scrubbed.cells]


def bar(count: str, left: str, metrics: str = "", before: str = "") -> str:
    """What Keras writes to draw a bar over the one before."""
    width = len(re.sub(r"\x1b\[\d*m|[\r\b]", "", before))
    return (
        "\b" * width + f"\r\x1b[1m{count}\x1b[0m \x1b[32m━━\x1b[0m\x1b[37m━━━━━━━━━━━━━━━━━━\x1b[0m"
        f" \x1b[1m{left}\x1b[0m 80ms/step{metrics}"
    )


ONE = bar("1/8", "1:02", " - loss: 0.0427")
SEVEN = bar("7/8", "0s", " - loss: 0.0531", ONE)
EIGHT = bar("8/8", "0s", " - auc: nan - loss: -9.9000e-04", ONE) + " \n"
DONE = "8/8 - auc: nan - loss: -9.9000e-04\n"
TQDM = "\r 33%|███▎      | 1/3 [00:00<00:00,  4.99it/s]"

DIFFERS = {
    "keras bar": ("Epoch 1/2\n" + ONE + EIGHT, "Epoch 1/2\n" + DONE),
    "keras bar, a step not drawn": (ONE + SEVEN + EIGHT, DONE),
    "keras bar, a print after any step": (ONE + "slow\n" + EIGHT, "slow\n" + DONE),
    "keras bar, a print after padding": (ONE + SEVEN + "  slow\n" + EIGHT, "slow\n" + DONE),
    "keras bar, a number printed after any step": (ONE + "42\n" + EIGHT, "42\n" + DONE),
    "keras bar, an indented print": (ONE + "  slow\n" + EIGHT, "  slow\n" + DONE),
    "keras bar, a break after any step": (ONE + "\nsaved\n" + EIGHT, "\nsaved\n" + DONE),
    "keras bar, a break after the last step": (
        ONE + bar("8/8", "0s", "", ONE) + "\nsaved\n" + EIGHT,
        "\nsaved\n" + DONE,
    ),
    "keras bar, broken off": ("a\n" + ONE + SEVEN, "a\n"),
    "keras bar, two in a row": (EIGHT.lstrip("\b") + EIGHT.lstrip("\b"), DONE + DONE),
    "keras bar, predict": (bar("1/1", "0s") + bar("1/1", "0s", "", "x" * 31) + "\n", "1/1\n"),
    "keras bar, length unknown": (
        "\r      1/Unknown \x1b[1m0s\x1b[0m 88ms/step - loss: 0.0160" + "\b" * 43 + EIGHT,
        DONE,
    ),
    "keras bar, length unknown, a break": (
        "\r      1/Unknown \x1b[1m0s\x1b[0m 88ms/step\nsaved\n" + "\b" * 43 + EIGHT,
        "\nsaved\n" + DONE,
    ),
    "keras bar, of a shell": (ONE + EIGHT.replace("\n", "\r\n"), DONE),
    "keras download": (
        "\r\x1b[1m     0/200000\x1b[0m \x1b[37m━━━━━━━━━━━━━━━━━━━━\x1b[0m \x1b[1m0s\x1b[0m 0s/step"
        + "\b" * 45
        + "\r\x1b[1m200000/200000\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m"
        " \x1b[1m0s\x1b[0m 0us/step\n",
        "200000/200000\n",
    ),
    "keras lines": (
        "8/8 - 0s - 17ms/step - loss: 0.03\n8/8 - 61s - 3s/step\n",
        "8/8 - loss: 0.03\n8/8\n",
    ),
    "tqdm": (
        "\rLoad:   0%|          | 0.00/3.00 [00:00<?, ?B/s]"
        "\rLoad: 100%|██████████| 3.00/3.00 [01:00:00<00:00, 9.96B/s, loss=0.286]\n",
        "Load: 3.00/3.00, loss=0.286\n",
    ),
    "tqdm, no total": ("\r0it [00:00, ?it/s]\r3it [00:00,  9.85it/s]\n", "3it\n"),
    "tqdm, a print after any step": (TQDM + "slow\n" + TQDM.replace("1/3", "3/3"), "slow\n3/3"),
    "tqdm, two below each other": (TQDM + "\n" + TQDM + "\x1b[A\n" + TQDM + "\n", "1/3\n1/3\n"),
    "rich, coloured": (
        "\x1b[?25lhalf \x1b[91m━━━━\x1b[0m\x1b[90m╺\x1b[0m\x1b[90m━━\x1b[0m \x1b[35m  0%\x1b[0m"
        " \x1b[36m-:--:--\x1b[0m\r\x1b[2Khalf \x1b[91m━━━━━\x1b[0m\x1b[90m╺\x1b[0m\x1b[90m━\x1b[0m"
        " \x1b[35m 25%\x1b[0m \x1b[36m0:00:07\x1b[0m\n\x1b[?25h",
        "half 25%\n",
    ),
    "rich, plain": ("half ━━━━━━━━━━                 25% -:--:--\n", "half 25%\n"),
    "rich, links": (
        "\x1b]8;id=1265165;https://x.org\x1b\\a\x1b]8;;\x1b\\",
        "\x1b]8;;https://x.org\x1b\\a\x1b]8;;\x1b\\",
    ),
    "carriage return": ("abc\rX\n", "Xbc\n"),
    "backspace": ("abc\b\bX\n", "aXc\n"),
    "backspace, no farther than the line": ("a\n\b\bb", "a\nb"),
    "line erased": ("abc\r\x1b[Kd\nabc\x1b[2K\rd\nabc\x1b[1K", "d\nd\n"),
    "cursor": ("a\nb\x1b[Ac\x1b[2Dd\x1b[Be\x1b[9Gf\x1b[J", "dc\nbe      f"),
    "rows erased": ("a\nb\nc\x1b[2A\x1b[Jd", "ad"),
    "colours replaced": (
        "\r\x1b[31m\x1b[94m\x1b[41m\x1b[102mx\x1b[m",
        "\x1b[94m\x1b[102mx\x1b[0m",
    ),
    "colours kept": (
        "\x1b[1m\x1b[31mred\x1b[34mblue\x1b[0m plain\r\x1b[32mR\n",
        "\x1b[32mR\x1b[0m\x1b[1m\x1b[31med\x1b[0m\x1b[1m\x1b[34mblue\x1b[0m plain\n",
    ),
    "line ends": ("a\r\nb\r\n", "a\nb\n"),
    "trailing blanks": ("a  \n\n  \n b", "a\n\n\n b"),
    "address": ("<A at 0x7f4847975a90>", "<A at 0x…>"),
    "address, windows": ("<A at 0x000001F2ABCD1234>", "<A at 0x…>"),
    "address, low": ("<function <lambda> at 0x956e40>", "<function <lambda> at 0x…>"),
    "address, low and coloured": (
        "<A at \x1b[1;36m0x956e40\x1b[0m\x1b[1m>",
        "<A at \x1b[1;36m0x…\x1b[0m\x1b[1m>",
    ),
    "address, numpy": ("Generator(PCG64) at 0x7F48479A5A80", "Generator(PCG64) at 0x…"),
    "cell as a file": (
        "/tmp/x/ipykernel_225/3538069339.py:2: UserWarning: hm",
        "cell.py:2: UserWarning: hm",
    ),
    "cell as a file, windows": (
        "C:\\x\\ipykernel_225\\3538069339.py:2: UserWarning: hm",
        "cell.py:2: UserWarning: hm",
    ),
    "dot": (
        "digraph G {\n139881557473296 [label=x];\n139880447133712 [label=y];\n"
        "139881557473296 -> 139880447133712 [penwidth=2];\n}",
        "digraph G {\nn1 [label=x];\nn2 [label=y];\nn1 -> n2 [penwidth=2];\n}",
    ),
}

ALIKE = [
    "140012345678912",
    "tweet 140012345678912 [sic] -> 139880447133712",
    "mask at 0xFF, at 0xDEADBEEF, at 0xcafe and at 0xdeadbeef too",
    "0x7f4847975a90",
    "took 3.81 ms, 67ms/step, 5.1it/s",
    "8/8 - 0s",
    "8/8 - 17ms - loss: 0.3",
    "1/3 of 50% | half | 3/4 [00:12]",
    "━━━━━━━━━━",
    " ━━━━ 25%",
    "T_efe9d",
    "4a259b8a",
    "0228d2db-c0cc-42ab-87e1-de24f0e5d240",
    "d41d8cd98f004204a9800998ecf8427e",
    "2026-11-23T12:57:14",
    "\x1b[1mbold\x1b[0m",
    "/tmp/x/ipykernel_launcher.py:3",
    "m96400779ba",
    "\ttab",
]


@pytest.mark.parametrize(("text", "expected"), DIFFERS.values(), ids=DIFFERS)
def test_what_differs_from_run_to_run_is_taken_out_of_streams(text: str, expected: str) -> None:
    assert expected == printed(text)


@pytest.mark.parametrize("text", ALIKE)
def test_what_only_looks_alike_stays(text: str) -> None:
    assert text == printed(text)
    assert [text] == displayed("text/plain", text)
    assert [text] == displayed("text/html", text)


@given(st.lists(st.sampled_from(ALIKE), max_size=6), st.sampled_from(["\n", " ", ", "]))
def test_a_text_of_what_looks_alike_stays(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    assert text == printed(text)


PIECES = st.lists(
    st.sampled_from([*ALIKE, *(text for text, _ in DIFFERS.values()), "a", " ", "\n", "\r", "\b"])
    | st.text("a1 \n\r\b\x1b[;mAKJ0x", max_size=9),
    max_size=6,
).map("".join)


@given(st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), PIECES), max_size=4))
def test_scrubbing_twice_is_scrubbing_once(texts: list[tuple[str, str]]) -> None:
    once = scrub(notebook([stream(text, name) for name, text in texts]))
    assert once == scrub(once)


@given(st.text("ab \n\r\b", max_size=30), st.lists(st.integers(0, 30)))
def test_it_does_not_matter_where_writes_split_a_stream(text: str, cuts: list[int]) -> None:
    ends = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(ends)]
    whole = scrub(notebook([stream(text)] if text else []))
    assert whole == scrub(notebook([stream(piece) for piece in pieces]))


def test_streams_join_with_their_neighbours_of_one_name_in_order() -> None:
    image = shown("image/png", "AAAA")
    outputs = [stream("a"), stream("b"), stream("c", "stderr"), image, stream("d"), stream("e")]
    assert [stream("ab"), stream("c", "stderr"), image, stream("de")] == (
        scrub(notebook(outputs)).cells[0].outputs
    )


def test_what_stood_round_a_lone_bar_joins() -> None:
    outputs = [stream("a"), stream(ONE, "stderr"), stream("b")]
    assert [stream("ab")] == scrub(notebook(outputs)).cells[0].outputs


def test_the_notebook_given_stays_as_it_is() -> None:
    given_notebook = notebook([stream("a"), stream("b\r"), shown("text/plain", "<A at 0x956e40>")])
    before = copy.deepcopy(given_notebook)
    scrub(given_notebook)
    assert before == given_notebook


def test_ids_of_cells_are_numbers_and_times_go() -> None:
    book = new_notebook(cells=[new_markdown_cell("a"), new_code_cell("b", execution_count=3)])
    times = {"iopub.execute_input": "2026-11-23T12:57:06Z"}
    book.metadata = NotebookNode(papermill=times, title="T")
    output = shown("text/plain", "x")
    output.metadata = NotebookNode(execution=times, width=3)
    output.transient = NotebookNode(display_id="4a259b8a")
    book.cells[1].update(metadata=NotebookNode(execution=times, tags=["t"]), outputs=[output])
    scrubbed = scrub(book)
    assert ["cell-0", "cell-1"] == [cell.id for cell in scrubbed.cells]
    assert {"title": "T"} == scrubbed.metadata
    cell = scrubbed.cells[1]
    assert {"tags": ["t"]} == cell.metadata
    assert 3 == cell.execution_count
    assert {"width": 3} == cell.outputs[0].metadata
    assert "transient" not in cell.outputs[0]


STYLED = '<style>#T_{0}_row1_col0 {{}}</style><table id="T_{0}"><td id="T_{0}_row0_col0">T_12345'


def test_tables_of_pandas_are_numbered_through_the_notebook() -> None:
    tables = [STYLED.format(name) for name in ("efe9d", "01234", "efe9d")]
    assert [STYLED.format(number) for number in (1, 2, 1)] == displayed("text/html", *tables)


def test_random_ids_of_elements_are_numbered_and_their_references_with_them() -> None:
    one, two = "0228d2db-c0cc-42ab-87e1-de24f0e5d240", "0228d2dbc0cc42ab87e1de24f0e5d241"
    page = '<p id="{0}" class="_img{1}">{0}, {2}</p><script>f("{1}")</script>'
    own = "1228d2db-c0cc-42ab-87e1-de24f0e5d240"
    assert [page.format("uuid1", "uuid2", own)] == displayed(
        "text/html", page.format(one, two, own)
    )


FIGURE = """\
   <cc:Work>
{date}      <dc:title>Matplotlib v3.11.2, https://matplotlib.org/</dc:title>
<path id="{0}"/><use xlink:href="#{0}"/><g clip-path="url(#{1})"/><clipPath id="{1}"/>
<path id="{2}"/><g id="patch_1">m000000000a</g>
"""


@pytest.mark.parametrize("mime", ["image/svg+xml", "text/html"])
def test_ids_and_date_of_a_figure_are_taken_out(mime: str) -> None:
    date = "    <dc:date>2026-11-23T12:57:14.271433</dc:date>\n"
    figure = FIGURE.format("m96400779ba", "p0cfaa84f95", "C0_1f_0cfaa84f95", date=date)
    expected = FIGURE.format("figure-part-1", "figure-part-2", "figure-part-3", date="")
    assert [expected] == displayed(mime, figure)


def test_ids_stay_in_figures_that_do_not_say_that_matplotlib_drew_them() -> None:
    figure = '<svg><path id="m96400779ba"/><use xlink:href="#m96400779ba"/></svg>'
    assert [figure] == displayed("image/svg+xml", figure)


NODES = """\
<!-- {0} -->
<g id="node1" class="node">
<title>{0}</title><text>140012345678912</text>
<g id="node2" class="node">
<title>{1}</title>
<g id="edge1" class="edge">
<title>{0}&#45;&gt;{1}</title>
"""


def test_nodes_named_by_address_are_numbered_anew_in_each_output() -> None:
    first = NODES.format(139881557473296, 139880447133712)
    reused = NODES.format(139880447133712, 139880447133999)
    assert [NODES.format("n1", "n2"), NODES.format("n3", "n4")] == (
        displayed("image/svg+xml", first, reused)
    )


@pytest.mark.parametrize("mime", ["text/plain", "text/html", "text/markdown", "image/svg+xml"])
def test_addresses_go_out_of_texts_of_any_type(mime: str) -> None:
    assert ["&lt;A at 0x…&gt; x"] == displayed(mime, "&lt;A at 0x7f4847975a90&gt; x")


@pytest.mark.parametrize(
    ("mime", "value"),
    [
        ("application/json", {"at": ["<A at 0x7f4847975a90>"]}),
        ("application/vnd.x+json", ["<A at 0x7f4847975a90>"]),
        ("application/javascript", "// <A at 0x7f4847975a90>"),
        ("image/png", "at 0x7f4847975a90 \n"),
    ],
)
def test_data_that_is_no_text_stays(mime: str, value: object) -> None:
    assert value == scrub(notebook([shown(mime, value)])).cells[0].outputs[0].data[mime]


PLACES = {"/tmp/x": "TEMP", "/tmp/x/a b": ".", "/home/é": "~", "C:\\Users\\me": "~"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/tmp/x/a b", "."),
        ("/tmp/x/a b/f.txt:3: hm", "./f.txt:3: hm"),
        ("in /tmp/x.", "in TEMP."),
        ("'/tmp/x', (/tmp/x) --to=/tmp/x", "'TEMP', (TEMP) --to=TEMP"),
        ("/tmp/x:/tmp/x/b", "TEMP:TEMP/b"),
        ("\x1b[32m/tmp/x/f.py:12\x1b[39m", "\x1b[32mTEMP/f.py:12\x1b[39m"),
        ("'one\\n/tmp/x/f'", "'one\\nTEMP/f'"),
        ("file:///tmp/x/a%20b/c%20d", "file://./c%20d"),
        ("file:///home/%C3%A9/f", "file://~/f"),
        ("file:///C:/Users/me/f", "file:///~/f"),
        (json.dumps("/home/é/f"), '"~/f"'),
        (json.dumps("C:\\Users\\me\\f"), '"~\\\\f"'),
        ("C:\\Users\\me\\f", "~\\f"),
        ("/tmp/x/ipykernel_9/12.py:2: hm", "cell.py:2: hm"),
    ],
)
def test_places_are_stood_for(text: str, expected: str) -> None:
    assert expected == printed(text, PLACES)


@pytest.mark.parametrize(
    "text",
    ["/tmp/xy", "/tmp/x.bak", "/tmp/x-2", "/tmp", "a/tmp/x", "./tmp/x", "~/tmp/x", "/var/tmp/x"],
)
def test_places_are_stood_for_at_whole_names_only(text: str) -> None:
    assert text == printed(text, PLACES)


def test_places_are_stood_for_in_tracebacks() -> None:
    error = new_output("error", ename="E", evalue="no /tmp/x/f", traceback=["at /tmp/x/f", "b"])
    scrubbed = scrub(notebook([error]), PLACES).cells[0].outputs[0]
    assert ("no TEMP/f", ["at TEMP/f", "b"]) == (scrubbed.evalue, scrubbed.traceback)


def test_what_stands_for_a_place_is_text_in_html() -> None:
    book = scrub(notebook([shown("text/html", "<b>/a&amp;b/f</b>")]), {"/a&b": "<home>"})
    assert "<b>&lt;home&gt;/f</b>" == book.cells[0].outputs[0].data["text/html"]


@pytest.mark.parametrize("place", ["", "/", "C:\\", "some/folder"])
def test_a_place_that_could_be_anywhere_is_an_error(place: str) -> None:
    with pytest.raises(ValueError, match="absolute path below /"):
        scrub(notebook(), {place: "."})


LESSON = {
    "start": """
import os, time, uuid, warnings
import keras, numpy as np, pandas as pd, rich
import matplotlib.pyplot as plt
keras.utils.set_random_seed(0)
x = keras.Input((3,), name="x")
model = keras.Model(x, keras.layers.Dense(1, name="y")(x), name="m")
model.compile("sgd", "mse")
X = np.arange(96, dtype="float32").reshape(32, 3) / 96
Y = X[:, :1]
class Slow(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        time.sleep(float(os.environ["PACE"]))  # one run draws each step, and the other does not
        if batch == 5:
            print("five")
""",
    "fit": "model.fit(X, Y, epochs=2, batch_size=4, validation_data=(X, Y), callbacks=[Slow()])",
    "fit, lines": "h = model.fit(X, Y, epochs=2, batch_size=4, verbose=2, callbacks=[Slow()])",
    "fit, breaks": """
save = keras.callbacks.ModelCheckpoint("m.weights.h5", save_weights_only=True, verbose=1)
h = model.fit(X, Y, batch_size=4, callbacks=[save, Slow()])
""",
    "evaluate": "model.evaluate(X, Y, batch_size=1)",
    "predict": "p = model.predict(X, batch_size=1)",
    "get_file": """
f = open("f.bin", "wb").write(b"x" * 200_000)
keras.utils.get_file(origin="file://" + os.path.abspath("f.bin"), fname="f.bin", cache_dir=".")
""",
    "styler": 'display(pd.DataFrame({"a": [1]}).style, pd.DataFrame({"a": [2]}).style)',
    "figure": """
%config InlineBackend.figure_formats = ["svg"]
fig, ax = plt.subplots()
ax.plot([1, 2], marker="o")
ax.scatter([0, 1], [1, 2])
ax.fill_between([0, 1], [0, 1], hatch="/");
""",
    "dot": """
dot = keras.utils.model_to_dot(model)
print(dot.to_string())
from IPython.display import SVG
SVG(dot.create(prog="graphviz-pure", format="svg"))
""",
    "reprs": """
class A: pass
display(A(), [A(), model.fit], np.random.default_rng(0).random)
np.random.default_rng(0)
""",
    "rich": 'rich.print("[link=https://x.org]a[/link]", A())',
    "html": """
from IPython.display import HTML
name = uuid.uuid4()
HTML(f'<p id="{name}"></p><script>f("{name}")</script>')
""",
    "warning": 'warnings.warn("hm")',
    "error": 'open(os.path.abspath("none"))',
    "shell": "!pwd",
}
SAME = {"summary": "model.summary()", "count": "for i in range(3): print(i, flush=True)"}
OURS = """
import layergraph
from layergraph import plots
display(plots.curves({"loss": [3.0, 2.0], "val_loss": [3.0, 2.5]}), layergraph.draw(model))
"""


async def run(folder: Path, pace: str) -> NotebookNode:
    """Run the lesson in a kernel of its own."""
    for name in ("work", "home", "temp"):
        (folder / name).mkdir(parents=True)
    book = new_notebook()
    for name, code in {**LESSON, **SAME, "ours": OURS}.items():
        tags = ["raises-exception"] if name == "error" else []
        book.cells.append(new_code_cell(code.strip(), metadata={"name": name, "tags": tags}))
    client = NotebookClient(
        book, timeout=60, kernel_name="python3", resources={"metadata": {"path": folder / "work"}}
    )
    client.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
    environment = {
        **os.environ, "HOME": str(folder / "home"), "TMPDIR": str(folder / "temp"), "PACE": pace,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "MPLBACKEND": "inline",
    }  # fmt: skip
    return await client.async_execute(env=environment)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[NotebookNode, NotebookNode]]:
    """Two runs of one lesson, in two places and at two paces: as they came, and scrubbed."""
    folders = [tmp_path_factory.mktemp(name) / name for name in ("one", "other")]

    async def both() -> list[NotebookNode]:
        return await asyncio.gather(run(folders[0], "0"), run(folders[1], "0.06"))

    return [
        (book, scrub(book, {str(folder / "work"): ".", str(folder): "FOLDER"}))
        for book, folder in zip(asyncio.run(both()), folders, strict=True)
    ]


def outputs(book: NotebookNode) -> dict[str, list[NotebookNode]]:
    return {cell.metadata.name: cell.outputs for cell in book.cells}


def test_two_runs_of_what_libraries_write_are_equal_once_scrubbed(
    runs: list[tuple[NotebookNode, NotebookNode]],
) -> None:
    (came, scrubbed), (other_came, other_scrubbed) = runs
    equal = {name for name, out in outputs(came).items() if out == outputs(other_came)[name]}
    assert {"start", "ours", "summary"} == equal - {"count"}  # all else needs scrubbing
    for name, out in outputs(scrubbed).items():
        assert out == outputs(other_scrubbed)[name], name
    assert scrubbed == other_scrubbed


def test_no_clock_stands_in_what_keras_writes(
    runs: list[tuple[NotebookNode, NotebookNode]],
) -> None:
    written = outputs(runs[0][1])
    epochs = "Epoch 1/2\nfive\n8/8 - loss: N{0}\nEpoch 2/2\nfive\n8/8 - loss: N{0}\n"
    validated = epochs.format(" - val_loss: N")
    assert validated == re.sub(r"\d+\.\d{4}", "N", written["fit"][0].text)
    assert epochs.format("") == re.sub(r"\d+\.\d{4}", "N", written["fit, lines"][0].text)
    assert "five\n\nEpoch 1: saving model" in written["fit, breaks"][0].text
    assert "32/32 - loss: N\n" == re.sub(r"\d+\.\d{4}", "N", written["evaluate"][0].text)
    assert [stream("32/32\n")] == written["predict"]
    assert "Downloading data from file://./f.bin\n200000/200000\n" == written["get_file"][0].text


def test_figures_and_drawings_of_layergraph_pass_unchanged(
    runs: list[tuple[NotebookNode, NotebookNode]],
) -> None:
    came, scrubbed = (outputs(book)["ours"] for book in runs[0])
    assert 2 == len([output for output in came if "<svg" in output.data["text/html"]])
    assert came == scrubbed
