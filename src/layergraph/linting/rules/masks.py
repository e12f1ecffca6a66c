"""Padding and masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layergraph.linting._registry import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layergraph.linting._case import Case
    from layergraph.linting._finding import Finding


@rule("LG101", "rnn-without-mask", page="masks", needs="graph", severities=("warning", "hint"))
def rnn_without_mask(case: Case, this: Rule) -> Iterator[Finding]:
    """A recurrent layer reads embedded ids without a mask, so that padding counts as words."""
    for call in case.opened.calls:
        layer = case.opened.layer(call.layer)
        if (
            layer.class_name in ("LSTM", "GRU", "SimpleRNN")
            and not case.opened.mask_use(call.id).received
        ):
            yield this.finding("hint", f"`{layer.name}` reads ids without a mask.", layer.name)
