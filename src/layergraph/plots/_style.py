"""How plots look: colours, fonts and lines, whatever the reader's settings are."""

from __future__ import annotations

from contextlib import AbstractContextManager

BLUE = "#0072b2"
VERMILLION = "#d55e00"
GREEN = "#009e73"
PURPLE = "#cc79a7"

# What is drawn in this colour takes the text colour of the page where the SVG is shown. It is
# dark, so that files, which have a white background, can keep it.
FOREGROUND = "#1b1f24"

UNITS = 72  # an inch, in the SVG that matplotlib writes
EDGE = 6  # units that a panel leaves free at its sides

_SETTINGS = {
    "axes.axisbelow": True,
    "axes.edgecolor": FOREGROUND,
    "axes.facecolor": "none",
    "axes.formatter.useoffset": False,
    "axes.grid": True,
    "axes.labelcolor": FOREGROUND,
    "axes.linewidth": 1,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.size": 12,
    "grid.alpha": 0.18,
    "grid.color": FOREGROUND,
    "legend.borderpad": 0,
    "legend.columnspacing": 1.4,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "lines.linewidth": 2,
    "lines.markersize": 5,
    "svg.fonttype": "none",
    "svg.hashsalt": "layergraph",
    "text.color": FOREGROUND,
    "xtick.color": FOREGROUND,
    "ytick.color": FOREGROUND,
}


def style() -> AbstractContextManager[None]:
    """Let matplotlib draw the same way whatever the reader's settings are."""
    import matplotlib.style

    return matplotlib.style.context(_SETTINGS, after_reset=True)
