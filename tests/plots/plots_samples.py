"""What the tests of plots plot, and how they look into the outcome."""

import re
from xml.etree import ElementTree

from layergraph import plots

HISTORY = {
    "aux_output_auc": [0.6, 0.7, 0.8, 0.9],
    "aux_output_loss": [0.7, 0.6, 0.5, 0.4],
    "loss": [0.84, 0.74, 0.64, 0.54],
    "main_output_auc": [0.62, 0.72, 0.82, 0.92],
    "main_output_loss": [0.7, 0.62, 0.54, 0.46],
    "val_aux_output_auc": [0.61, 0.66, 0.71, 0.68],
    "val_aux_output_loss": [0.69, 0.65, 0.61, 0.63],
    "val_loss": [0.83, 0.79, 0.73, 0.77],
    "val_main_output_auc": [0.63, 0.68, 0.75, 0.7],
    "val_main_output_loss": [0.69, 0.66, 0.61, 0.64],
}
SEEDS = [
    {"auc": [0.5, 0.7, 0.72], "val_auc": [0.5, 0.66, 0.6]},
    {"auc": [0.6, 0.8, 0.82], "val_auc": [0.6, 0.7, 0.68]},
]
IMAGES = [[[0, 1], [2, 3]], [[4, 4], [4, 4]], [[3, 2], [1, 0]]]
POINTS = [[0.0, 0.0], [1.0, 0.0], [5.0, 4.0], [6.0, 4.0], [5.0, 5.0], [9.0, 9.0]]
CLASSES = ["a", "a", "b", "b", "b", "c"]
RESULTS = {"LSTM": [0.75, 0.77, 0.74], "average": [0.73, 0.75, 0.74]}


class Model:
    output_names = ("main_output", "aux_output")


class KerasHistory:
    """Has what a History of Keras has."""

    def __init__(self, history: dict[str, list[float]]) -> None:
        self.history = history
        self.model = Model()


def titles(plot: plots.Plot) -> list[str]:
    return [panel.title for panel in plot.panels]


def svgs(plot: plots.Plot) -> list[ElementTree.Element]:
    """The inline SVGs, their tags without the namespace."""
    found = re.findall(r"<svg.*?</svg>", plot._repr_html_(), flags=re.DOTALL)
    roots = [ElementTree.fromstring(svg) for svg in found]
    for root in roots:
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
    return roots


def texts(plot: plots.Plot) -> list[str]:
    return ["".join(text.itertext()).strip() for root in svgs(plot) for text in root.iter("text")]
