import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from drawing_graphs import dense, edges, graph_of, labels
from hypothesis import example, given, settings
from hypothesis import strategies as st

from layergraph.drawing import _spans as spans
from layergraph.drawing import draw
from layergraph.drawing._folding import FEW, MANY, fold
from layergraph.drawing._layout import picture
from layergraph.drawing._parts import Alike, Chain, Part, Repeat, boxes, calls
from layergraph.drawing._view import View
from layergraph.graph import Layer, LayerGraph, Output, Tensor, Weight

Step = tuple[Layer, list[str], int]


def layer(name: str, class_name: str = "Dense", **options: object) -> Layer:
    return Layer(name, class_name, **options)


def row(*layers: Layer, start: str = "x:0#0") -> list[Step]:
    """Steps in which each layer takes what the one before gives."""
    takes = [start, *(f"{one.name}:0#0" for one in layers)]
    return [(one, [taken], 1) for one, taken in zip(layers, takes, strict=False)]


def residual(name: str, start: str, units: int = 4) -> list[Step]:
    """A block of two layers, whose result is added to what came in."""
    first = layer(f"{name}_first", facts=(("units", units),))
    second = layer(f"{name}_second", facts=(("units", units),))
    return [
        *row(first, second, start=start),
        (layer(f"{name}_add", "Add"), [start, f"{name}_second:0#0"], 1),
    ]


def residuals(times: int, units: int = 4, stage: int = 1, start: str = "x:0#0") -> list[Step]:
    starts = [start, *(f"s{stage}b{number}_add:0#0" for number in range(times))]
    return [
        step
        for number, one in zip(range(times), starts, strict=False)
        for step in residual(f"s{stage}b{number}", one, units)
    ]


def of(steps: list[Step], *outputs: str) -> LayerGraph:
    return graph_of(["x"], steps, list(outputs) or [f"{steps[-1][0].name}:0#0"])


def folded(graph: LayerGraph) -> tuple[Part, ...]:
    return fold(View(graph))


def outline(parts: tuple[Part, ...]) -> list[object]:
    """The parts as names of the drawn layers, with (times, parts) for repeats."""
    told: list[object] = []
    for part in parts:
        if isinstance(part, Repeat):
            told.append((part.times, outline(part.parts)))
        elif isinstance(part, Chain):
            told.append("-".join(link.calls[0].layer for link in part.links))
        else:
            told.append(part.calls[0].layer)
    return told


# -- repeats ---------------------------------------------------------------------------


def test_what_comes_many_times_is_one_box_with_a_count() -> None:
    graph = of(row(*(layer(f"d{number}") for number in range(MANY))))
    assert [((MANY,), ["d0"])] == outline(folded(graph))
    assert {"d0..4\xa0 Dense / (None, 3..4) → (None, 4)"} <= set(labels(graph).values())


def test_what_comes_less_often_stays_open_in_a_small_picture() -> None:
    graph = of(row(*(layer(f"d{number}") for number in range(MANY - 1))))
    assert ["d0", "d1", "d2", "d3"] == outline(folded(graph))


def test_blocks_are_cut_where_their_tensor_forks() -> None:
    graph = of(residuals(6))
    assert [((6,), ["s1b0_first", "s1b0_second", "s1b0_add"])] == outline(folded(graph))


def test_fold_false_draws_every_layer() -> None:
    graph = of(residuals(6))
    assert 18 == sum(
        "output" not in text and "input" not in text for text in labels(graph, fold=False).values()
    )


def test_the_frame_says_how_often_and_what_is_handed_on() -> None:
    (frame,) = picture(of(residuals(6))).get_subgraphs()
    assert "each time on what s1b0..5_add gave the time before" in frame.get("label")
    assert "6 times in a row" in frame.get("label")
    assert "18 layers in all" in frame.get("label")


def test_settings_that_differ_are_folded_in_a_large_picture_only() -> None:
    def wide(blocks: int) -> LayerGraph:
        steps = []
        for number in range(blocks):
            start = steps[-1][0].name + ":0#0" if steps else "x:0#0"
            steps += residual(f"b{number}", start, units=8 * (number + 1))
        return of(steps)

    small, large = wide(FEW // 3), wide(FEW // 3 + 1)
    assert FEW == boxes(folded(small))
    assert [((9,), ["b0_first", "b0_second", "b0_add"])] == outline(folded(large))
    assert any("units=8..72" in text for text in labels(large).values())


def test_blocks_of_blocks_say_how_often_each_time() -> None:
    steps: list[Step] = []
    end = "x:0#0"
    often = (2, 3, 5, 2, 2, 2, 2, 2)
    for stage, times in enumerate(often):
        steps += row(layer(f"down{stage}", "Conv2D"), layer(f"norm{stage}", "Norm"), start=end)
        end = f"norm{stage}:0#0"
        for number in range(times):
            units = (("units", 8 * (stage + 1)),)
            inner = [layer(f"s{stage}b{number}_{at}", facts=units) for at in range(3)]
            add = layer(f"s{stage}b{number}_add", "Add")
            steps += [*row(*inner, start=end), (add, [end, f"{inner[-1].name}:0#0"], 1)]
            end = f"{add.name}:0#0"
    graph = of(steps)
    block = ["s0b0_0", "s0b0_1", "s0b0_2", "s0b0_add"]
    assert [((8,), ["down0", "norm0", (often, block)])] == outline(folded(graph))
    (outer,) = picture(graph).get_subgraphs()
    (inner,) = outer.get_subgraphs()
    assert "2..5 times in a row" in inner.get("label")


def test_a_few_counts_that_differ_are_told_one_by_one() -> None:
    assert "2, 3 and 5 times" == spans.times([2, 3, 5])


def test_what_every_copy_gives_to_one_layer_is_one_arrow() -> None:
    steps = residuals(6)
    ends = [f"s1b{number}_first:0#0" for number in range(6)]
    graph = of([*steps, (layer("skips", "Concatenate"), [*ends, "x:0#0"], 1)])
    assert [((6,), ["s1b0_first", "s1b0_second", "s1b0_add"]), "skips"] == outline(folded(graph))
    collecting = [e for e in picture(graph).get_edges() if "each time" in (e.get("label") or "")]
    assert 1 == len(collecting)
    assert any("1..6" in text for text in labels(graph).values())


def test_a_copy_that_serves_another_layer_is_not_folded_away() -> None:
    steps = residuals(12)
    aside = (layer("aside", "Dense"), ["s1b5_first:0#0"], 1)
    graph = of([*steps, aside], "s1b11_add:0#0", "aside:0#0")
    drawn = {part.calls[0].layer for part in parts_of(folded(graph))}
    stands_for = next(
        part for part in parts_of(folded(graph)) if "s1b5_first" in {c.layer for c in part.calls}
    )
    assert "s1b5_first" == stands_for.calls[-1].layer
    assert "aside" in drawn


def test_an_output_of_a_middle_copy_is_not_folded_away() -> None:
    graph = of(residuals(12), "s1b3_add:0#0", "s1b11_add:0#0")
    ends = {part.calls[-1].layer for part in parts_of(folded(graph))}
    assert {"s1b3_add", "s1b11_add"} <= ends


def test_a_block_with_one_more_input_from_far_away_is_folded_from_its_first_copy_on() -> None:
    steps = row(*(layer(f"e{number}", f"Encoder{number}") for number in range(9)))
    end = "y:0#0"
    for number in range(9):
        steps += row(layer(f"self{number}", "Self"), start=end)
        takes = [f"self{number}:0#0", "e8:0#0"]
        steps.append((layer(f"cross{number}", "Cross"), takes, 1))
        end = f"cross{number}:0#0"
    graph = graph_of(["x", "y"], steps, [end])
    # In reading order, the encoder stands within the first copy, before what needs it.
    first = steps.pop(9)
    reading = graph_of(["x", "y"], [first, *steps], [end])
    for one in (graph, reading):
        assert ((9,), ["self0", "cross0"]) in outline(folded(one))


def notes(graph: LayerGraph) -> list[str]:
    """The words beside the arrows of a picture, and of the frames in it."""
    found = [picture(graph)]
    for one in found:
        found += one.get_subgraphs()
    edges = [edge for one in found for edge in one.get_edges()]
    return [edge.get("label") for edge in edges if edge.get("label")]


def test_what_each_copy_takes_from_outside_is_told_from_what_the_first_takes() -> None:
    steps: list[Step] = []
    end = "x:0#0"
    for number in range(6):
        dense, gate, add = (f"{part}{number}" for part in ("dense", "gate", "add"))
        steps += row(layer(dense), start=end)
        steps.append((layer(gate, "Multiply"), ["x:0#0", f"{dense}:0#0"], 1))
        steps.append((layer(add, "Add"), [f"{gate}:0#0", end], 1))
        end = f"{add}:0#0"
    graph = of(steps)
    assert [((6,), ["dense0", "gate0", "add0"])] == outline(folded(graph))
    # Not at the Dense and the Add, which take x the first time only.
    assert ["<&#160;each time>"] == notes(graph)


def test_layers_side_by_side_are_no_repeat() -> None:
    sides = [(layer(f"d{number}"), ["x:0#0"], 1) for number in range(40)]
    ends = [f"d{number}:0#0" for number in range(40)]
    graph = of([*sides, (layer("merge", "Concatenate"), ends, 1)])
    assert 41 == boxes(folded(graph))


def from_two_before(times: int) -> LayerGraph:
    """Blocks that take from the two before, as does the last layer."""
    steps: list[Step] = row(layer("a", "Conv2D"), layer("b", "Conv2D"))
    ends = ["a:0#0", "b:0#0"]
    for number in range(times):
        steps += row(layer(f"c{number}"), start=ends[-1])
        steps += row(layer(f"p{number}", "Pool"), start=ends[-2])
        steps.append((layer(f"m{number}", "Add"), [f"c{number}:0#0", f"p{number}:0#0"], 1))
        ends.append(f"m{number}:0#0")
    return of([*aside(), *steps, (layer("last", "Concatenate"), ends[-2:], 1)])


def aside() -> list[Step]:
    """Layers side by side, so many that the picture is large."""
    return [(layer(f"aside{number}", f"Aside{number}"), ["x:0#0"], 1) for number in range(FEW)]


def test_a_block_that_takes_from_the_two_before_is_folded() -> None:
    graph = from_two_before(8)
    repeats = [part for part in folded(graph) if isinstance(part, Repeat)]
    assert [(8,)] == [part.times for part in repeats]
    (note,) = [
        edge.get("label")
        for edge in picture(graph).get_edges()
        if "last time but one" in (edge.get("label") or "")
    ]
    assert "<&#160;of the last time but one>" == note


def test_a_skip_of_two_tells_what_the_first_two_copies_take() -> None:
    graph = from_two_before(8)
    edges = {
        (edge.get("tooltip").split(":")[0].strip('"'), edge.get("label"))
        for edge in picture(graph).get_edges()
    }
    # p0 takes a, p1 takes b, and p2 takes what m0 gave.
    assert {("a", "<&#160;the first time>"), ("b", "<&#160;the second time>")} <= edges
    (frame,) = picture(graph).get_subgraphs()
    assert "each time on what m0..7 gave the time before or earlier" in frame.get("label")


def test_an_output_comes_from_the_last_copy_also_where_two_before_are_taken() -> None:
    graph = from_two_before(8)
    ends = (*graph.outputs, Output("early", "m6:0#0"))
    ended = folded(dataclasses.replace(graph, outputs=ends))
    assert "m6" in {part.calls[-1].layer for part in parts_of(ended)}


def test_two_blocks_do_not_show_that_each_takes_from_the_two_before() -> None:
    assert not any(isinstance(part, Repeat) for part in folded(from_two_before(2)))


def straight(weights: bool, *kinds: str) -> list[object]:
    """The outline of layers in a row, of which the convolutions may have weights."""
    layers = []
    for at, kind in enumerate(kinds):
        kernel = (Weight("kernel", (2, 2), "float32", True, at),)
        layers.append(layer(f"{kind}{at}", kind, weights=kernel if weights and kind == "C" else ()))
    return outline(folded(of(row(*layers))))


def test_a_copy_begins_with_a_layer_that_has_a_matrix() -> None:
    assert [((5,), ["C0", "N1", "R2"]), "C15"] == straight(True, *"CNR" * 5, "C")


def test_a_copy_is_as_late_as_can_be() -> None:
    assert ["N0", "R1", ((5,), ["C2", "N3", "R4"])] == straight(False, "N", "R", *"CNR" * 5)


def test_a_copy_ends_where_it_hands_the_fewest_tensors_on() -> None:
    steps: list[Step] = []
    end = "x:0#0"
    for number in range(6):
        first, left, right = (layer(f"{name}{number}") for name in ("first", "left", "right"))
        steps += row(first, left, start=end)
        steps += row(right, start=f"first{number}:0#0")
        takes = [end, f"left{number}:0#0", f"right{number}:0#0"]
        steps.append((layer(f"add{number}", "Add"), takes, 1))
        end = f"add{number}:0#0"
    graph = of([*aside(), *steps, *row(layer("first6"), start=end)])
    assert ((6,), ["first0", "left0", "right0", "add0"]) in outline(folded(graph))


def test_what_the_first_copy_gives_to_all_others_keeps_it_out_of_the_fold() -> None:
    steps: list[Step] = []
    end = "x:0#0"
    for number in range(8):
        steps += row(layer(f"first{number}"), start=end)
        takes = [f"first{number}:0#0", "first0:0#0"]
        steps.append((layer(f"add{number}", "Add"), takes, 1))
        end = f"add{number}:0#0"
    (alone,) = [part for part in parts_of(folded(of(steps))) if part.calls[0].layer == "first0"]
    assert 1 == len(alone.calls)


def test_two_of_a_kind_in_a_straight_line_stay_as_they_are() -> None:
    line = row(*(layer(f"{kind}{at}", kind) for at in range(2) for kind in ("A", "B", "C")))
    assert not any(isinstance(part, Repeat) for part in folded(of([*aside(), *line])))


def test_frozen_layers_are_not_folded_with_others() -> None:
    layers = [
        layer(
            f"d{number}",
            facts=(("units", number),),
            trainable=number > 3,
            weights=(Weight("kernel", (2, 2), "float32", number > 3, number),),
        )
        for number in range(8)
    ]
    graph = of([*aside(), *row(*layers)])
    assert [((4,), ["d0"]), ((4,), ["d4"])] == [
        part for part in outline(folded(graph)) if isinstance(part, tuple)
    ]


def test_a_layer_that_every_copy_calls_is_one_box_that_says_so() -> None:
    tied = dense("tied")
    steps: list[Step] = []
    for number in range(6):
        start = f"add{number - 1}:0#0" if number else "x:0#0"
        steps += [
            (tied, [start], 1),
            (layer(f"add{number}", "Add"), [start, f"tied:{number}#0"], 1),
        ]
    graph = of(steps)
    assert [((6,), ["tied", "add0"])] == outline(folded(graph))
    (box,) = [text for text in labels(graph).values() if text.startswith("tied")]
    assert "12 weights, shared by 6 calls" in box


def test_a_shared_layer_that_is_called_elsewhere_too_is_not_folded() -> None:
    tied = dense("tied")
    steps: list[Step] = [(tied, ["x:0#0"], 1)]
    for number in range(1, 7):
        steps += [
            (layer(f"act{number}", "ReLU"), [f"tied:{number - 1}#0"], 1),
            (tied, [f"act{number}:0#0"], 1),
        ]
    drawn = Counter(part.calls[0].layer for part in parts_of(folded(of(steps))))
    assert 7 == drawn["tied"]


# -- chains ----------------------------------------------------------------------------


def long_chain(dropped_at: int | None = None) -> LayerGraph:
    """Forty layers in a row, no two alike; at one of them a mask is dropped."""
    steps = row(*(layer(f"l{number}", f"Kind{number}") for number in range(40)))
    graph = of(steps)
    if dropped_at is None:
        return graph
    tensors = [
        Tensor(t.id, t.shape, t.dtype, t.call, t.position, masked=at <= dropped_at)
        for at, t in enumerate(graph.tensors)
    ]
    return LayerGraph(
        "made", graph.layers, graph.calls, tuple(tensors), graph.inputs, graph.outputs
    )


def test_a_long_chain_is_one_box_with_a_count() -> None:
    graph = long_chain()
    (part,) = folded(graph)
    assert isinstance(part, Chain)
    (box,) = [text for text in labels(graph).values() if "layers in a row" in text]
    assert box.startswith("l0 to l39 / 40 layers in a row / Kind0, Kind1")
    assert "(None, 3) → (None, 4)" in box
    assert 2 == len(edges(graph))


def test_a_chain_ends_where_a_mask_is_dropped() -> None:
    parts = folded(long_chain(dropped_at=20))
    chains = [part for part in parts if isinstance(part, Chain)]
    assert "l19" == chains[0].links[-1].calls[0].layer
    assert any(
        "mask dropped" in (e.get("label") or "") for e in picture(long_chain(20)).get_edges()
    )


def test_a_chain_is_frozen_if_all_in_it_that_has_weights_is() -> None:
    def graph(last_trains: bool) -> LayerGraph:
        names = [f"l{number}" for number in range(40)]
        parts = [
            layer(
                one,
                f"Kind{one}",
                trainable=False,
                weights=(Weight("kernel", (2, 2), "float32", last_trains and one == "l39", at),),
            )
            for at, one in enumerate(names)
        ]
        return of(row(*parts))

    assert any("frozen" in text for text in labels(graph(False)).values())
    assert not any("frozen" in text for text in labels(graph(True)).values())


# -- in general ------------------------------------------------------------------------


def parts_of(parts: tuple[Part, ...]) -> Iterator[Alike]:
    for part in parts:
        if isinstance(part, Repeat):
            yield from parts_of(part.parts)
        elif isinstance(part, Chain):
            yield from part.links
        else:
            yield part


Path = tuple[tuple[int, int], ...]


def where(parts: tuple[Part, ...], around: list[Path] | None = None) -> Iterator[tuple[str, Any]]:
    """Each call with its box, and with the repeats around it, each with the number of the copy."""
    around = [()] if around is None else around
    for part in parts:
        if isinstance(part, Repeat):
            copies = [
                (*path, (id(part), copy))
                for path, times in zip(around, part.times, strict=True)
                for copy in range(times)
            ]
            yield from where(part.parts, copies)
        else:
            for link in part.links if isinstance(part, Chain) else (part,):
                for call, path in zip(link.calls, around, strict=True):
                    yield call.id, (id(link), path)


OP = st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(1, 4), st.integers(0, 2))
BLOCK = st.tuples(st.lists(OP, min_size=1, max_size=4), st.integers(1, 9))


def built(blocks: list[tuple[list[tuple[str, int, int]], int]], extra: list[int]) -> LayerGraph:
    """Blocks in a row, each so many times, with steps that reach back; some tensors are outputs."""
    steps: list[Step] = []
    ends = ["x:0#0"]
    for block, times in blocks:
        for _ in range(times):
            for kind, back, second in block:
                name = f"{kind}{len(steps)}"
                takes = [ends[-min(back, len(ends))]]
                if second:
                    takes.append(ends[-min(second, len(ends))])
                steps.append((layer(name, kind), takes, 1))
                ends.append(f"{name}:0#0")
    chosen = {ends[-1], *(ends[1:][at % (len(ends) - 1)] for at in extra)}
    return of(steps, *sorted(chosen))


A, A2, A3, A4 = ("A", 1, 0), ("A", 2, 0), ("A", 3, 0), ("A", 4, 0)


# What once went wrong.
@example(blocks=[([A3], 6), ([A2], 7)], extra=[])
@example(blocks=[([A, A2], 1), ([A], 8), ([("A", 1, 2)], 1)], extra=[])
@example(
    blocks=[([A, A, ("A", 1, 1)], 3), ([A3], 8), ([("B", 2, 1), ("B", 3, 1)], 2), ([A, A], 5)],
    extra=[],
)
@example(
    blocks=[([A, A2, A, A], 9), ([A], 1), ([A, A4, A], 3), ([("C", 1, 0), A, A, A], 1), ([A], 1)],
    extra=[69],
)
@example(
    blocks=[([A, ("A", 1, 2)], 8), ([A, A2, A], 5), ([A2, ("A", 1, 2)], 3), ([A, A, A2], 4)],
    extra=[30],
)
@settings(max_examples=100, deadline=None)
@given(
    blocks=st.lists(BLOCK, min_size=1, max_size=5), extra=st.lists(st.integers(0, 99), max_size=2)
)
def test_folding_loses_nothing_and_joins_only_what_is_alike(
    blocks: list[tuple[list[tuple[str, int, int]], int]], extra: list[int]
) -> None:
    graph = built(blocks, extra)
    view = View(graph)
    parts = fold(view)
    found = Counter(call.id for part in parts for call in calls(part))
    assert Counter(call.id for call in view.calls) == found

    places = dict(where(parts))
    seen = {tensor for alike in parts_of(parts) for tensor in alike.calls[0].inputs}
    for alike in parts_of(parts):
        assert 1 == len({graph.layer(call.layer).class_name for call in alike.calls})
        by_path = {places[call.id][1]: call for call in alike.calls}
        for path, after in by_path.items():
            for level, (repeat, copy) in enumerate(path):
                before = by_path.get((*path[:level], (repeat, copy - 1), *path[level + 1 :]))
                for mine, theirs in zip(after.inputs, before.inputs, strict=True) if before else ():
                    box, around = places.get(graph.tensor(mine).call, (0, ()))
                    other, _ = places.get(graph.tensor(theirs).call, (0, ()))
                    source = dict(around).get(repeat)
                    if source == copy:
                        assert box == other  # the same within each copy
                    elif source is not None:
                        assert source in (copy - 1, copy - 2)  # what the copies before gave
                    else:
                        assert mine == theirs or mine in seen  # what was there before them all

    drawing = picture(graph)
    boxes_drawn = labels(graph)
    for edge in drawing.get_edges():
        assert {edge.get_source().split(":")[0], edge.get_destination().split(":")[0]} <= set(
            boxes_drawn
        )
    assert boxes(parts) + len(graph.inputs) + len(graph.outputs) == len(boxes_drawn)


@pytest.mark.parametrize("layers", [10, 100, 1000])
def test_a_network_of_any_length_is_a_picture_of_few_boxes(layers: int) -> None:
    graph = of(residuals(layers))
    assert 3 == boxes(folded(graph))
    assert f"{layers:,} times in a row" in draw(graph).svg


def test_of_nested_models_that_repeat_the_first_is_shown() -> None:
    inner = of(row(layer("inside")))
    models = [
        Layer(f"block{number}", "Functional", kind="model", graph=inner) for number in range(6)
    ]
    graph = of(row(*models))
    assert any("1 layer inside / the first is shown" in text for text in labels(graph).values())
    assert not any("first is shown" in text for text in labels(graph, depth=0).values())
    assert "block0: Functional; and 5 more like it" in draw(graph).svg
