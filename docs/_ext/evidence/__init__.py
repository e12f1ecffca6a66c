"""Run the evidence pages with more seeds, and compare: ``nox -s evidence``.

Each page in ``docs/evidence`` takes its seeds from one cell tagged ``parameters`` and ends by
writing ``results.json``: ``{"page": ..., "seeds": [...], "results": {row: [a number a seed]}}``.
"""
