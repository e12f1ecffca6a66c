"""The words of a model as tables in a page."""

import re
from xml.etree import ElementTree as ET

import keras
import pytest
from drawing_graphs import dense, graph_of
from keras import layers

from layergraph.drawing import Description, describe
from layergraph.graph import Argument, Call, Input, Layer, LayerGraph, Output, Tensor


@pytest.fixture
def description() -> Description:
    """A shared nested model and a wrapper, so that there are all kinds of rows."""
    ids = keras.Input((4,), dtype="int32", name="ids")
    vectors = layers.Embedding(9, 2, name="embedding")(ids)
    each = layers.TimeDistributed(layers.Dense(3, name="inner"), name="each")(vectors)
    encoder = keras.Model(ids, layers.Flatten(name="flat")(each), name="encoder")
    a = keras.Input((4,), dtype="int32", name="a")
    b = keras.Input((4,), dtype="int32", name="b")
    score = layers.Dot(1, name="score")([encoder(a), encoder(b)])
    model = keras.Model({"a": a, "b": b}, score, name="pair")
    model.compile(loss="mse")
    return describe(model)


def tables(description: Description) -> list[ET.Element]:
    return list(ET.fromstring(f"<page>{description.table()}</page>").iter("table"))


def cells(table: ET.Element) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]


def test_there_is_a_table_for_each_graph_with_a_caption(description: Description) -> None:
    assert [
        "Model pair: 2 inputs in a dict, 2 layers, 1 output, 27 weights",
        "Inside encoder: 1 input, 3 layers, 1 output, 27 weights",
    ] == [table.find("caption").text for table in tables(description)]


def test_rows_tell_the_parts_in_reading_order(description: Description) -> None:
    outer, inner = tables(description)
    assert cells(outer) == [
        ["Part", "What it is", "Takes", "Gives"],
        ["Input a", "key a", "", "(None, 4), int32"],
        ["Input b", "key b", "", "(None, 4), int32"],
        [
            "Nested model encoder, call 1",
            "Functional, 27 weights, shared by 2 calls",
            "a",
            "(None, 12)",
        ],
        ["Nested model encoder, call 2", "again, with the same weights", "b", "(None, 12)"],
        [
            "Layer score",
            "Dot, axes 1",
            "call 1 of encoder and call 2 of encoder",
            "(None, 1)",
        ],
        ["Output score", "loss mse, weight 1", "score", "(None, 1)"],
    ]
    assert ["inner, wrapped in each", "Dense, units 3, 9 weights", "", ""] in cells(inner)


def test_columns_and_rows_have_headers(description: Description) -> None:
    for table in tables(description):
        head, *body = table.iter("tr")
        assert ["col"] * 4 == [cell.get("scope") for cell in head]
        assert {"th"} == {cell.tag for cell in head}
        for row in body:
            assert ["th", "td", "td", "td"] == [cell.tag for cell in row]
            assert "row" == row[0].get("scope")


def test_all_that_the_sentences_say_is_in_the_tables(description: Description) -> None:
    rows = [" ".join(row) for table in tables(description) for row in cells(table)]
    captions = [table.find("caption").text for table in tables(description)]
    said = set(re.findall(r"\w+", " ".join(rows + captions)))
    # What joins the parts of a sentence is a column, or a header, of the table.
    joints = {"takes", "gives", "from", "shape", "wraps"}
    assert set() == set(re.findall(r"\w+", description.text)) - said - joints


def test_a_notebook_shows_the_tables_in_a_frame_that_scrolls(description: Description) -> None:
    frame = ET.fromstring(description._repr_html_())
    assert ("0", "group") == (frame.get("tabindex"), frame.get("role"))
    assert "Model pair in words, tables that may scroll" == frame.get("aria-label")
    assert "overflow-x:auto" in frame.get("style")
    assert 2 == len(list(frame.iter("table")))


def test_the_page_chooses_the_colours_and_the_ids(description: Description) -> None:
    page = description._repr_html_()
    assert not re.search(r"color|background|#[0-9a-f]{3}| id=|<script|<style", page)


def odd(name: str, problem: str | None = None) -> Description:
    return describe(
        LayerGraph(
            name=name,
            layers=(Layer(name, "Dense"),),
            calls=(Call(name, 0, (Argument("inputs", "x:0#0"),), (f"{name}:0#0",)),),
            tensors=(
                Tensor("x:0#0", (None, 3), "float32"),
                Tensor(f"{name}:0#0", (None, 3), "float32", f"{name}:0"),
            ),
            inputs=(Input("x", "x:0#0"),),
            outputs=(Output(name, f"{name}:0#0"),),
            compiled=problem is not None,
            compile_problem=problem,
        )
    )


def test_names_with_markup_are_shown_as_they_are() -> None:
    frame = ET.fromstring(odd("<b>&")._repr_html_())
    assert 'Model "<b>&" in words, tables that may scroll' == frame.get("aria-label")
    assert 'Layer "<b>&"' in [cell.text for cell in frame.iter("th")]


def test_losses_that_do_not_fit_stand_below_the_table() -> None:
    page = ET.fromstring(f"<page>{odd('dense', 'Expected <keys>.').table()}</page>")
    assert "The losses or metrics do not fit the outputs: Expected <keys>." == page.find("p").text


def test_a_description_is_short_in_a_terminal(description: Description) -> None:
    assert len(repr(description)) < 160


def test_descriptions_of_the_same_model_are_equal() -> None:
    assert odd("dense") == odd("dense") != odd("other")
    assert hash(odd("dense")) == hash(odd("dense"))


def test_a_shape_is_not_broken_in_two_lines() -> None:
    graph = graph_of(["x"], [(dense(), ["x:0#0"], 1)], ["dense:0#0"])
    whole = '<span style="white-space:nowrap">(None, 4)</span>'
    assert 2 == describe(graph).table().count(whole)  # of the layer, and of the output
