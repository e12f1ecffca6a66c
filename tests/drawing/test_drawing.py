import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import keras
import matplotlib.image
import pytest
from drawing_graphs import SVG, dense, edges, graph_of, labels, line, nested, shared, texts

from layergraph.drawing import Drawing, _graphviz, draw, to_dot
from layergraph.drawing._layout import picture
from layergraph.graph import (
    Argument,
    Call,
    Input,
    Layer,
    LayerGraph,
    Loss,
    MaskUse,
    Metric,
    Output,
    Tensor,
    read,
)

# -- boxes and arrows ------------------------------------------------------------------


def test_an_input_shows_name_shape_and_dtype() -> None:
    assert "x / input (None, 3) float32" in labels(line()).values()


def test_an_input_shows_its_key_where_it_differs_from_its_name() -> None:
    graph = graph_of(["x"], [(dense(), ["x:0#0"], 1)], ["dense:0#0"])
    keyed = LayerGraph(
        graph.name,
        graph.layers,
        graph.calls,
        graph.tensors,
        (Input("x", "x:0#0", ("title",)),),
        graph.outputs,
    )
    assert "x / input (None, 3) float32 / key title" in labels(keyed).values()


def test_ends_say_where_they_are_in_nested_lists_and_dicts() -> None:
    graph = dataclasses.replace(
        line(),
        inputs=(Input("x", "x:0#0", ("t", 0)),),
        outputs=(Output("dense", "dense:0#0", (1, "h")),),
    )
    assert "x / input (None, 3) float32 / item 1 of key t" in labels(graph).values()
    assert "dense / output / key h of item 2" in labels(graph).values()


def test_a_layer_that_two_models_hold_is_told_to_be_the_same() -> None:
    inner = graph_of(["ids"], [(dense("both"), ["ids:0#0"], 1)], ["both:0#0"], "encoder")
    weights = inner.layers[0].weights
    encoder = Layer("encoder", "Functional", kind="model", weights=weights, graph=inner)
    steps = [(encoder, ["x:0#0"], 1), (dense("both"), ["encoder:0#0"], 1)]
    told = labels(graph_of(["x"], steps, ["both:0#0"])).values()
    assert 1 == sum("the same as both in encoder" in text for text in told)
    other = Layer("both", "Dense", weights=(dataclasses.replace(weights[0], number=7),))
    told = labels(graph_of(["x"], [steps[0], (other, ["encoder:0#0"], 1)], ["both:0#0"])).values()
    assert not any("the same as" in text for text in told)


def test_an_input_says_whether_it_is_optional_or_sparse() -> None:
    graph = dataclasses.replace(line(), inputs=(Input("x", "x:0#0", optional=True, sparse=True),))
    assert "x / input (None, 3) float32 / optional, sparse" in labels(graph).values()


def test_a_layer_shows_class_settings_shapes_and_weights() -> None:
    expected = "dense\xa0 Dense / units=4 / (None, 3) → (None, 4) / 12 weights"
    assert expected in labels(line()).values()


def test_an_output_shows_its_losses_with_their_weights() -> None:
    end = Output("score", "dense:0#0", losses=(Loss("mse", 0.2),))
    graph = graph_of(["x"], [(dense(), ["x:0#0"], 1)], [end])
    assert "score / output / loss mse, weight 0.2" in labels(graph).values()


def test_a_frozen_layer_says_so_and_has_a_dashed_border() -> None:
    graph = graph_of(["x"], [(dense(trainable=False), ["x:0#0"], 1)], ["dense:0#0"])
    assert any(label.endswith("12 weights, frozen") for label in labels(graph).values())
    assert 'STYLE="DASHED"' in to_dot(graph)
    assert "stroke-dasharray" in draw(graph).svg
    assert "stroke-dasharray" not in draw(line()).svg


def test_a_layer_with_state_says_so_and_has_a_heavy_border() -> None:
    def box(stateful: bool) -> tuple[str, str]:
        kept = Layer("norm", "BatchNormalization", stateful=stateful)
        graph = graph_of(["x"], [(kept, ["x:0#0"], 1)], ["norm:0#0"])
        (node,) = [n for n in picture(graph).get_nodes() if "norm" in (n.get("label") or "")][:1]
        return labels(graph)["n2"], node.get("label")

    assert "keeps state" in box(True)[0]
    assert ' BORDER="2"' in box(True)[1]
    assert "keeps state" not in box(False)[0]
    assert ' BORDER="2"' not in box(False)[1]


def test_a_layer_of_keras_leads_to_its_documentation() -> None:
    keras_s = Layer("dense", "Dense", module="keras.src.layers.core.dense")
    graph = graph_of(["x"], [(keras_s, ["x:0#0"], 1)], ["dense:0#0"])
    assert 'href="https://keras.io/api/layers/core_layers/dense/"' in draw(graph).svg
    assert "href=" not in draw(line()).svg


def test_a_box_has_the_id_of_its_layer_with_the_models_around_it() -> None:
    ids = {e.get("id", "").partition("-")[2] for e in ET.fromstring(draw(nested()).svg).iter()}
    assert {"input-a", "layer-encoder", "layer-encoder/inside", "output-merge"} <= ids


def test_an_output_of_a_layer_that_nothing_takes_is_told() -> None:
    lstm = Layer("lstm", "LSTM")
    graph = graph_of(["x"], [(lstm, ["x:0#0"], 2)], ["lstm:0#1"])
    assert "output 1, unused / (None, 4) / output 2 / (None, 4)" in labels(graph)["n2"].replace(
        "lstm", ""
    )


def test_losses_that_do_not_fit_are_told_in_the_picture() -> None:
    graph = dataclasses.replace(line(), compile_problem="Expected keys")
    assert "do not fit the outputs" in picture(graph).get("label")
    assert picture(line()).get("label") is None


def test_an_output_shows_its_metrics() -> None:
    end = Output("dense", "dense:0#0", metrics=(Metric("auc"), Metric("mae", weighted=True)))
    graph = graph_of(["x"], [(dense(), ["x:0#0"], 1)], [end])
    assert any("metric auc / weighted metric mae" in text for text in labels(graph).values())


def test_a_shared_layer_is_one_box_with_a_place_for_each_call() -> None:
    (box,) = (label for label in labels(shared()).values() if label.startswith("call 1"))
    assert box == (
        "call 1 / (None, 3) / call 2 / (None, 3) / both\xa0 Dense / units=4 / "
        "12 weights, shared by 2 calls / call 1 / (None, 4) / call 2 / (None, 4)"
    )


def test_a_shared_layer_shows_what_any_of_its_calls_was_given() -> None:
    graph = shared()
    calls = [
        dataclasses.replace(c, constants=(("training", True),) if c.id == "both:1" else ())
        for c in graph.calls
    ]
    told = labels(dataclasses.replace(graph, calls=tuple(calls))).values()
    assert any("training=default or True" in text for text in told)


def test_arrows_reach_and_leave_a_shared_layer_call_by_call() -> None:
    assert [
        ("n1", "n3:i0_0:n"),
        ("n2", "n3:i1_0:n"),
        ("n3:o1_0:s", "n4:i0_0:n"),
        ("n3:o0_0:s", "n4:i0_1:n"),
        ("n4", "n5"),
    ] == edges(shared())


def test_arrows_run_left_to_right_on_request() -> None:
    assert ("n3:o1_0:e", "n4:i0_0:w") in edges(shared(), direction="LR")


def test_a_tensor_taken_twice_has_two_arrows() -> None:
    graph = graph_of(["x"], [(Layer("m", "Multiply"), ["x:0#0", "x:0#0"], 1)], ["m:0#0"])
    assert [("n1", "n2:i0_0:n"), ("n1", "n2:i0_1:n")] == edges(graph)[:2]


def test_a_merge_shows_the_order_of_what_it_takes() -> None:
    assert (
        "1 / (None, 4) / 2 / (None, 4) / merge\xa0 Concatenate / → (None, 4)"
        in labels(shared()).values()
    )


def test_several_outputs_of_a_call_have_a_place_each() -> None:
    graph = graph_of(["x"], [(Layer("lstm", "LSTM"), ["x:0#0"], 3)], ["lstm:0#2", "lstm:0#0"])
    assert [("n2:o0_2:s", "n3"), ("n2:o0_0:s", "n4")] == edges(graph)[1:]


def test_a_tied_chain_says_which_call_feeds_which() -> None:
    step = dense("step")
    steps = [(step, ["x:0#0"], 1), (step, ["step:0#0"], 1), (step, ["step:1#0"], 1)]
    graph = graph_of(["x"], steps, ["step:2#0"])
    (box,) = (label for label in labels(graph).values() if "shared by 3 calls" in label)
    assert "call 2 / from call 1 / (None, 4) / call 3 / from call 2" in box
    assert [("n1", "n2:i0_0:n"), ("n2:o2_0:s", "n3")] == edges(graph)


def test_a_nested_model_called_twice_is_one_frame_with_places_for_both_calls() -> None:
    dot = picture(nested())
    (frame,) = dot.get_subgraphs()
    found = labels(nested())
    (entrance,) = (n for n, label in found.items() if "12 weights, shared by 2 calls" in label)
    (way_out,) = (
        n for n, label in found.items() if label == ("call 1 / (None, 4) / call 2 / (None, 4)")
    )
    assert {entrance, way_out} < {node.get_name() for node in frame.get_nodes()}
    assert ("n1", f"{entrance}:i0_0:n") in edges(nested())
    assert ("n2", f"{entrance}:i1_0:n") in edges(nested())
    assert 1 == sum(label.startswith("inside\xa0") for label in found.values())
    assert [f"{way_out}:o0_0:s", f"{way_out}:o1_0:s"] == [
        start for start, end in edges(nested()) if start.startswith(f"{way_out}:")
    ]


def test_a_nested_model_called_once_is_a_frame_without_places() -> None:
    assert not any("call 1" in label for label in labels(nested(1)).values())
    assert 1 == len(picture(nested(1)).get_subgraphs())


def test_a_model_in_a_wrapper_is_a_frame_that_gives_the_wrapper_s_shape() -> None:
    inner = graph_of(["ids"], [(dense("inside"), ["ids:0#0"], 1)], ["inside:0#0"], "step")
    step = Layer("step", "Sequential", kind="model", weights=inner.layers[0].weights, graph=inner)
    each = Layer("each", "TimeDistributed", weights=step.weights, wraps=(step,))
    graph = graph_of(["x"], [(each, ["x:0#0"], 1)], ["each:0#0"])
    (frame,) = picture(graph).get_subgraphs()
    found = labels(graph)
    assert "1 layer inside" in next(label for label in found.values() if "TimeDistr" in label)
    assert any(label.startswith("inside\xa0 Dense") for label in found.values())
    start, _ = edges(graph)[-1]
    way_out = start.partition(":")[0]
    assert way_out in {node.get_name() for node in frame.get_nodes()}
    assert "(None, 4)" == found[way_out]
    assert "each" == labels(graph, detail="names")[way_out]
    assert [] == picture(graph, depth=0).get_subgraphs()


def test_depth_zero_folds_nested_models() -> None:
    assert [] == picture(nested(), depth=0).get_subgraphs()
    (box,) = (label for label in labels(nested(), depth=0).values() if "encoder" in label)
    assert "1 layer inside" in box
    assert "call 2" in box


def test_detail_names_leaves_shapes_and_weights_out() -> None:
    assert "x / input" in labels(line(), detail="names").values()
    assert "dense\xa0 Dense" in labels(line(), detail="names").values()


def test_detail_shapes_leaves_settings_and_weights_out() -> None:
    assert "dense\xa0 Dense / (None, 3) → (None, 4)" in labels(line(), detail="shapes").values()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"direction": "RL"}, "direction is 'RL'; it must be one of TB, LR"),
        ({"detail": "much"}, "detail is 'much'; it must be one of names, shapes, all"),
        ({"depth": -1}, "depth is -1; it must be 0 or more"),
        ({"depth": "1"}, "depth is '1'; it must be 0 or more"),
        ({"depth": 1.5}, "depth is 1.5; it must be 0 or more"),
        ({"fold": "no"}, "fold is 'no'; it must be True or False"),
        ({"title": 3}, "title is 3; it must be text"),
    ],
)
def test_an_unknown_option_is_refused(option: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw(line(), **option)


# -- masks -----------------------------------------------------------------------------


def masked(*, used: bool = True, passed: bool = False) -> LayerGraph:
    mask = "not_equal:0#0"
    arguments = (Argument("sequences", "embedding:0#0"),)
    if used:
        arguments += (Argument("mask", mask, keyword=True),)
    return LayerGraph(
        name="masked",
        layers=(
            Layer("embedding", "Embedding"),
            Layer("not_equal", "NotEqual", kind="op"),
            Layer("lstm", "LSTM"),
        ),
        calls=(
            Call("embedding", 0, (Argument("inputs", "ids:0#0"),), ("embedding:0#0",)),
            Call("not_equal", 0, (Argument("x1", "ids:0#0"),), (mask,), (("x2", 0),)),
            Call("lstm", 0, arguments, ("lstm:0#0",)),
        ),
        tensors=(
            Tensor("ids:0#0", (None, 7), "int32"),
            Tensor("embedding:0#0", (None, 7, 2), "float32", "embedding:0", 0, True, mask),
            Tensor(mask, (None, 7), "bool", "not_equal:0"),
            Tensor("lstm:0#0", (None, 2), "float32", "lstm:0", 0, passed),
        ),
        inputs=(Input("ids", "ids:0#0"),),
        outputs=(Output("lstm", "lstm:0#0"),),
    )


def mask_labels(graph: LayerGraph) -> list[str]:
    return [edge.get("label") for edge in picture(graph).get_edges() if edge.get("label")]


def test_a_mask_goes_along_with_its_tensor_in_one_dashed_arrow() -> None:
    assert ["<&#160;with mask>"] == mask_labels(masked())
    assert [None, "dashed", None] == [e.get("style") for e in picture(masked()).get_edges()]
    assert not any("not_equal" in label for label in labels(masked()).values())


def test_a_mask_that_is_passed_on_goes_along() -> None:
    assert ["<&#160;with mask>"] == mask_labels(masked(used=False, passed=True))


def test_a_mask_that_is_dropped_is_told() -> None:
    assert ["<&#160;mask dropped>"] == mask_labels(masked(used=False))
    (dropped,) = [e for e in picture(masked(used=False)).get_edges() if e.get("label")]
    assert ("dotted", "mask-dropped") == (dropped.get("style"), dropped.get("class"))


@pytest.mark.parametrize(
    ("given", "use", "told"),
    [
        (True, MaskUse(received=True), "mask dropped"),  # an RNN with initial_state
        (False, MaskUse(received=True, used=True), "with mask"),  # attention
    ],
)
def test_what_was_read_of_a_mask_counts_more_than_the_arguments(
    given: bool, use: MaskUse, told: str
) -> None:
    graph = masked(used=given)
    calls = [
        dataclasses.replace(call, mask=use if call.layer == "lstm" else None)
        for call in graph.calls
    ]
    assert [f"<&#160;{told}>"] == mask_labels(dataclasses.replace(graph, calls=tuple(calls)))


def test_an_operation_that_is_an_output_too_is_drawn() -> None:
    graph = masked()
    both = LayerGraph(
        graph.name,
        graph.layers,
        graph.calls,
        graph.tensors,
        graph.inputs,
        (*graph.outputs, Output("mask", "not_equal:0#0")),
    )
    assert any("not_equal" in label for label in labels(both).values())


def test_an_operation_that_a_layer_takes_too_is_drawn() -> None:
    graph = masked()
    cast = Call("cast", 0, (Argument("x", "not_equal:0#0"),), ("cast:0#0",))
    both = LayerGraph(
        graph.name,
        (*graph.layers, Layer("cast", "Cast", kind="op")),
        (*graph.calls, cast),
        (*graph.tensors, Tensor("cast:0#0", (None, 7), "float32", "cast:0")),
        graph.inputs,
        (*graph.outputs, Output("cast", "cast:0#0")),
    )
    assert any("not_equal" in label for label in labels(both).values())


# -- words -----------------------------------------------------------------------------


# -- the SVG ---------------------------------------------------------------------------

GRAPHS = {"line": line, "shared": shared, "nested": nested, "masked": masked}


@pytest.fixture(params=GRAPHS)
def drawing(request: pytest.FixtureRequest) -> Drawing:
    return draw(GRAPHS[request.param]())


def test_ids_are_unique(drawing: Drawing) -> None:
    ids = [e.get("id") for e in ET.fromstring(drawing.svg).iter() if e.get("id")]
    assert sorted(set(ids)) == sorted(ids)


def test_ids_of_two_drawings_do_not_meet() -> None:
    both = [
        {e.get("id") for e in ET.fromstring(draw(graph).svg).iter() if e.get("id")}
        for graph in (line(), shared())
    ]
    assert set() == both[0] & both[1]


def test_another_title_gives_a_drawing_shown_twice_other_ids() -> None:
    first, second, again = (
        {e.get("id") for e in ET.fromstring(draw(line(), title=title).svg).iter() if e.get("id")}
        for title in ("One", "Two", "One")
    )
    assert set() == first & second
    assert first == again


def test_the_picture_is_named_and_described(drawing: Drawing) -> None:
    root = ET.fromstring(drawing.svg)
    by_id = {element.get("id"): element.text for element in root.iter()}
    assert "img" == root.get("role")
    assert drawing.title == by_id[root.get("aria-labelledby")]
    assert drawing.description == by_id[root.get("aria-describedby")]


def test_the_picture_has_no_script_and_nothing_from_elsewhere(drawing: Drawing) -> None:
    assert not re.search(r"<script|href|url\(|@import|src=", drawing.svg)
    assert {"http://www.w3.org/2000/svg"} == set(re.findall(r"https?://[^\"' <]+", drawing.svg))


def test_text_and_lines_have_the_colour_of_the_page(drawing: Drawing) -> None:
    root = ET.fromstring(drawing.svg)
    assert {"currentColor"} == {text.get("fill") for text in root.iter(f"{SVG}text")}
    strokes = {element.get("stroke") for element in root.iter()}
    assert {"currentColor"} == strokes - {None, "none", "transparent"}


def test_fills_are_thin_and_can_be_changed(drawing: Drawing) -> None:
    for element in ET.fromstring(drawing.svg).iter():
        color = element.get("fill", "none")
        if element.tag != f"{SVG}text" and color not in ("none", "transparent", "currentColor"):
            assert float(element.get("fill-opacity")) < 0.3
            assert "fill:var(--layergraph-" in element.get("style")


def test_text_is_fourteen_pixels_or_near() -> None:
    root = ET.fromstring(draw(shared()).svg)
    assert {"14.00", "13.00"} == {text.get("font-size") for text in root.iter(f"{SVG}text")}
    assert root.get("viewBox").split()[2:] == [
        f"{float(root.get('width')):.2f}",
        f"{float(root.get('height')):.2f}",
    ]


def test_each_call_of_a_shared_layer_is_in_the_picture() -> None:
    assert 2 == texts(draw(shared())).count("call 1") == texts(draw(shared())).count("call 2")


def test_names_with_markup_characters_are_shown_as_they_are() -> None:
    graph = graph_of(['a<b>&"c\\n'], [(dense("d<&>"), ['a<b>&"c\\n:0#0'], 1)], ["d<&>:0#0"])
    shown = texts(draw(graph))
    assert {'a<b>&"c\\n', "d<&>"} <= set(shown)


def test_html_frames_the_picture_so_that_it_scrolls(drawing: Drawing) -> None:
    frame = ET.fromstring(drawing._repr_html_())
    assert ("0", "group") == (frame.get("tabindex"), frame.get("role"))
    assert drawing.title in frame.get("aria-label")
    assert "overflow-x:auto" in frame.get("style")


def test_the_title_can_be_chosen() -> None:
    drawing = draw(line(), title="A <line>")
    assert "A <line>" == ET.fromstring(drawing.svg).find(f"{SVG}title").text
    assert "A <line>: 1 input, 1 layer, 1 output, 12 weights" == str(drawing)


def test_a_drawing_is_short_in_a_terminal(drawing: Drawing) -> None:
    assert len(repr(drawing)) < 160


def everything() -> bytes:
    """All texts of a model whose layers Keras names."""
    keras.utils.clear_session()
    x = keras.Input((5,), dtype="int32", name="x")
    vectors = keras.layers.Embedding(9, 2, mask_zero=True)(x)
    inner = keras.Model(x, keras.layers.LSTM(2)(vectors), name="inner")
    a, b = keras.Input((5,), dtype="int32", name="a"), keras.Input((5,), dtype="int32", name="b")
    model = keras.Model({"a": a, "b": b}, keras.layers.Dot(1)([inner(a), inner(b)]))
    drawing = draw(model)
    texts = (read(model).to_json(), drawing.dot, drawing.svg, drawing.description)
    return "\n".join(texts).encode()


def test_the_bytes_are_the_same_in_two_builds() -> None:
    assert everything() == everything()


def test_the_bytes_are_the_same_in_every_process() -> None:
    script = "import sys, test_drawing; sys.stdout.buffer.write(test_drawing.everything())"
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ
        | {
            "PYTHONHASHSEED": "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1",
            "PYTHONPATH": str(Path(__file__).parent),
        },
        capture_output=True,
        check=True,
    )
    assert everything() == run.stdout


# -- files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "start"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".dot", b"digraph")]
)
def test_a_drawing_is_saved_by_suffix(tmp_path: Path, suffix: str, start: bytes) -> None:
    path = draw(line()).save(tmp_path / f"model{suffix}")
    assert path.read_bytes().startswith(start)
    assert [path] == list(tmp_path.iterdir())


def test_a_saved_png_has_a_white_ground(tmp_path: Path) -> None:
    pixels = matplotlib.image.imread(draw(line()).save(tmp_path / "model.png"))
    assert [1.0, 1.0, 1.0] == list(pixels[0, 0, :3])
    assert 1.0 == pixels[..., 3:].min(initial=1.0)


def test_a_saved_svg_follows_the_theme_by_itself(tmp_path: Path) -> None:
    text = draw(line()).save(tmp_path / "model.svg").read_text(encoding="utf-8")
    assert "prefers-color-scheme:dark" in text
    assert ET.fromstring(text.encode()).tag == f"{SVG}svg"


def test_a_saved_file_replaces_the_old_one_and_has_its_folder_s_permissions(tmp_path: Path) -> None:
    path = tmp_path / "model.dot"
    path.write_text("old")
    mode = path.stat().st_mode
    path.unlink()
    path.write_text("old")
    draw(line()).save(path)
    assert mode == path.stat().st_mode
    assert "old" != path.read_text(encoding="utf-8")


def test_another_suffix_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'model\.pdf'.*\.svg, \.png, \.dot"):
        draw(line()).save(tmp_path / "model.pdf")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere"):
        draw(line()).save(tmp_path / "nowhere" / "model.svg")


def test_without_graphviz_the_line_that_installs_it_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(_graphviz.sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="python -m pip install graphviz-pure"):
        draw(line())


def test_graphviz_is_found_without_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert Path(_graphviz.program()).is_file()


def test_a_failure_of_graphviz_is_told_in_its_words() -> None:
    with pytest.raises(RuntimeError, match="syntax error"):
        _graphviz.render("digraph {", "svg")
