"""Plots of what training did: curves over epochs, results compared over seeds, images, points.

Each function returns a :class:`Plot`, which shows itself in a notebook as SVG that takes the text
colour of the page, light or dark, and carries a description in words.

Colours are from the palette of Okabe and Ito (*Color Universal Design*, 2008), those of them that
have a contrast of at least 3:1 with white and with dark pages; line style and marker differ
wherever colour does.
"""

from typing import TypeAlias

from layergraph.plots import _history
from layergraph.plots._compare import compare
from layergraph.plots._curves import curves
from layergraph.plots._history import HasHistory
from layergraph.plots._images import images
from layergraph.plots._plot import Panel, Plot
from layergraph.plots._scatter import scatter

__all__ = ["HasHistory", "History", "Panel", "Plot", "compare", "curves", "images", "scatter"]

History: TypeAlias = _history.History
"""What one training left, as a :class:`keras.callbacks.History` or as its ``history``."""

# Readers, tracebacks and the reference know these by the public name.
for _public in (HasHistory, Panel, Plot, compare, curves, images, scatter):
    _public.__module__ = __name__
