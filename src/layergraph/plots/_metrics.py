"""What the names that Keras gives to metrics tell: output, order, and whether high is good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# Words in the names of metrics that are better when higher, and of those better when lower.
_HIGHER = {
    "acc",
    "accuracy",
    "auc",
    "f1",
    "fbeta",
    "iou",
    "precision",
    "r2",
    "recall",
    "similarity",
}
_LOWER = {"crossentropy", "divergence", "error", "hinge", "loss", "mae", "mape", "mse", "msle"}


def direction(name: str) -> int:
    """Return 1 if the metric is better when higher, -1 when lower, 0 if its name does not tell."""
    words = set(name.lower().split("_"))
    if words & _LOWER:
        return -1
    return 1 if words & _HIGHER else 0


def outputs_among(keys: Iterable[str], names: Sequence[str]) -> list[str]:
    """Return the outputs that have a loss of their own, in the order of the model if known."""
    found = [
        key.removesuffix("_loss")
        for key in keys
        if key.endswith("_loss") and not key.startswith("val_")
    ]
    known = [name for name in names if name in found]
    return known + [name for name in found if name not in known]


def split(name: str, outputs: Sequence[str]) -> tuple[str, str]:
    """Return the output, empty for the whole model, and what is measured there."""
    of = [output for output in outputs if name.startswith(f"{output}_")]
    output = max(of, key=len, default="")
    return output, name.removeprefix(f"{output}_") if output else name


def in_order(names: Iterable[str], outputs: Sequence[str]) -> list[str]:
    """Sort metrics by output, those of the whole model first, the loss first in each."""
    groups = ["", *outputs]

    def place(name: str) -> tuple[int, bool]:
        output, measure = split(name, outputs)
        return groups.index(output), measure != "loss"

    return sorted(names, key=place)


def heading(name: str, outputs: Sequence[str]) -> str:
    """Return a metric's name for readers."""
    output, measure = split(name, outputs)
    if output:
        return f"{output}: {measure}"
    return f"all outputs: {name}" if outputs else name


def listed(names: Iterable[str]) -> str:
    """Return names in quotes, in the order of the alphabet."""
    return ", ".join(repr(name) for name in sorted(names))
