import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layergraph.datasets import tweets
from layergraph.datasets.tweets import TweetsError

HEADER = ["text", "author", "created_at", "retweets", "likes"]
ROWS = [
    ["Hello", "ada", "2020-01-01 10:00:00", "1", "2"],
    ["Good\nmorning, all", "grace", "2020-01-02T10:00:00Z", "3.0", "4"],
    ['She said "hi"', "ada", "2020-01-03", "0", "1e3"],
    ["Bye", "mary", "2020-01-04 10:00+02:00", "5", "6"],
]
LINES = [2, 3, 5, 6]  # the header is line 1, and the second row has a line break in it

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(
        rows: list[list[str]],
        name: str = "tweets.csv",
        separator: str = ",",
        encoding: str = "utf-8",
    ) -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding=encoding) as file:
            csv.writer(file, delimiter=separator).writerows(rows)
        return path

    return write


def changed(row: int, column: str, cell: str) -> list[list[str]]:
    rows = [list(cells) for cells in ROWS]
    rows[row][HEADER.index(column)] = cell
    return [HEADER, *rows]


def error(path: Path, *words: str, **options: object) -> str:
    with pytest.raises(TweetsError) as caught:
        tweets.load(path, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert [] == [word for word in (str(path), *words) if word not in message], message
    return message


@pytest.mark.parametrize(
    ("name", "separator"), [("a.csv", ","), ("a.tsv", "\t"), ("a.tab", "\t"), ("A.CSV", ",")]
)
def test_text_files_are_read_by_their_suffix(write: Write, name: str, separator: str) -> None:
    read = tweets.load(write([HEADER, *ROWS], name, separator))
    assert [row[0] for row in ROWS] == list(read.text)
    assert ["ada", "grace", "ada", "mary"] == list(read.author)
    assert [1, 3, 0, 5] == read.retweets.tolist()
    assert [2, 4, 1000, 6] == read.likes.tolist()


@pytest.mark.parametrize("suffix", [".parquet", ".pq"])
def test_parquet_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    frame = pd.DataFrame(
        {
            "text": ["b", "a"],
            "author": [17, 17],
            "created_at": pd.to_datetime(
                ["2020-01-02 01:00+01:00", "2020-01-01"], utc=True, format="ISO8601"
            ),
            "retweets": pd.array([1, 2], dtype="Int64"),
            "likes": [1.0, 2.0],
        }
    )
    frame.to_parquet(path)
    read = tweets.load(path)
    assert ["a", "b"] == list(read.text)
    assert ["17", "17"] == list(read.author)
    assert np.datetime64("2020-01-02T00:00:00") == read.created_at[1]
    assert [2, 1] == read.retweets.tolist()


def test_a_mapping_goes_from_our_name_to_theirs(write: Write) -> None:
    path = write([["Tweet", "Who", "created_at", "retweets", "likes"], *ROWS])
    read = tweets.load(path, columns={"text": "Tweet", "author": "Who"})
    assert "Hello" == read.text[0]


def test_other_columns_are_ignored(write: Write) -> None:
    assert 4 == len(tweets.load(write([[*HEADER, "id"], *([*row, ""] for row in ROWS)])))


def test_blank_lines_are_ignored_and_counted(write: Write) -> None:
    rows = changed(1, "likes", "-1")
    error(write([*rows[:2], [], [], *rows[2:]]), "line 5,")


def test_a_byte_order_mark_is_no_letter(write: Write) -> None:
    assert 4 == len(tweets.load(write([HEADER, *ROWS], encoding="utf-8-sig")))


def test_another_encoding_may_be_named(write: Write) -> None:
    path = write(changed(0, "text", "caf\u00e9"), encoding="cp1252")
    assert "caf\u00e9" == tweets.load(path, encoding="cp1252").text[0]


def test_a_wrong_encoding_names_the_line_of_the_file(write: Write) -> None:
    path = write(changed(2, "text", "caf\u00e9"), encoding="cp1252")
    error(path, "line 5:", "0xe9", "utf-8", "encoding=")


def test_an_unknown_encoding_is_named(write: Write) -> None:
    with pytest.raises(TweetsError, match="encoding='utf-88'"):
        tweets.load(write([HEADER, *ROWS]), encoding="utf-88")


def test_a_missing_file_is_named_with_the_folder_it_was_looked_for_in() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        tweets.load("nowhere.csv")
    assert f"there is no file nowhere.csv, looked for in {Path.cwd()}" == str(caught.value)


def test_an_unknown_suffix_is_named_with_those_known(tmp_path: Path) -> None:
    path = tmp_path / "tweets.xlsx"
    path.touch()
    error(path, "'.xlsx'", ".csv", ".tsv", ".parquet")


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tweets.csv"
    path.write_text(content)
    error(path, "is empty")


def test_a_file_with_a_header_alone_is_named(write: Write) -> None:
    error(write([HEADER]), "no rows")


def test_a_parquet_file_without_rows_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tweets.parquet"
    pd.DataFrame({name: pd.Series(dtype=object) for name in HEADER}).to_parquet(path)
    error(path, "no rows")


def test_a_parquet_file_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tweets.parquet"
    path.write_text("text,author\n")
    error(path, "no Parquet file")


def test_without_pyarrow_the_error_has_the_line_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tweets.parquet"
    path.touch()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ModuleNotFoundError, match="python -m pip install pyarrow"):
        tweets.load(path)


def test_a_missing_column_lists_what_is_there_and_gives_the_mapping(write: Write) -> None:
    theirs = ["Content", "user_name", "Timestamp", "retweetCount", "likes"]
    message = error(write([theirs, *ROWS]), "no column 'text', 'author', 'created_at', 'retweets'")
    assert ", ".join(map(repr, theirs)) in message
    advice = (
        'columns={"text": "Content", "author": "user_name", "created_at": "Timestamp", '
        '"retweets": "retweetCount"}'
    )
    assert advice in message


def test_a_missing_column_that_cannot_be_guessed_is_left_to_fill_in(write: Write) -> None:
    message = error(write([["x", *HEADER[1:]], *ROWS]), "no column 'text'")
    assert 'columns={"text": "..."}' in message


def test_a_mapped_column_that_is_missing_is_named_as_mapped(write: Write) -> None:
    error(write([HEADER, *ROWS]), "no column 'Tweet'", columns={"text": "Tweet"})


def test_a_mapping_of_an_unknown_name_is_refused(write: Write) -> None:
    with pytest.raises(TweetsError, match="'Content' is not one of our columns"):
        tweets.load(write([HEADER, *ROWS]), columns={"Content": "text"})


def test_a_column_that_is_there_twice_is_named(write: Write) -> None:
    error(write([[*HEADER, "likes"], *([*row, "1"] for row in ROWS)]), "2 columns", "'likes'")


def test_another_separator_is_recognised_and_may_be_named(write: Write) -> None:
    path = write([HEADER, *ROWS], separator=";")
    error(path, "line 1:", "';'", "separator=';'")
    assert 4 == len(tweets.load(path, separator=";"))


def test_a_row_of_another_length_is_named(write: Write) -> None:
    rows = [HEADER, *ROWS]
    rows[3] = [*ROWS[2], "more"]
    error(write(rows), "line 5:", "6 cells", "the header has 5")


def test_a_quotation_mark_that_never_closes_is_named_by_the_line_it_opens_on(
    tmp_path: Path,
) -> None:
    path = tmp_path / "tweets.csv"
    path.write_text(",".join(HEADER) + '\nHello,ada,2020,1,1\n"Bye,ada,2020,1,1\nx,y,2020,1,1\n')
    error(path, "line 3:", "quotation mark")


@pytest.mark.parametrize("column", ["retweets", "likes"])
@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("-1", "'-1' is negative"),
        ("many", "'many' is not a number"),
        ("nan", "'nan' is not a number"),
        ("1,5", "'1,5' is not a number"),
        ("inf", "'inf' is infinite"),
        ("-inf", "'-inf' is infinite"),
        ("1e999", "'1e999' is infinite"),
        ("1.5", "'1.5' is not a whole number"),
        ("1e300", "'1e300' is too large"),
        ("", "is empty"),
        (" ", "is empty"),
    ],
)
def test_a_bad_count_is_named(write: Write, column: str, cell: str, problem: str) -> None:
    error(write(changed(2, column, cell)), "line 5,", f"column '{column}'", problem)


@pytest.mark.parametrize(
    "cell", ["soon", "now", "today", "", "2020-02-30", "03/04/2020", "1577836800"]
)
def test_an_unreadable_date_is_named(write: Write, cell: str) -> None:
    path = write(changed(3, "created_at", cell))
    error(path, "line 6,", "column 'created_at'", f"the date {cell!r}", "date_format=")


@pytest.mark.parametrize(
    "cell",
    [
        "2020-01-02 03:04:05",
        "2020-01-02T03:04:05Z",
        "2020-01-02T05:04:05.678+02:00",
        "2020-01-02 03:04:05 UTC",
        "2020/01/02 03:04:05",
        "Thu Jan 02 03:04:05 +0000 2020",
        "Wed Jan 01 22:04:05 -0500 2020",
        "Thu, 02 Jan 2020 03:04:05 +0000",
        " 2020-01-02 03:04:05 ",
    ],
)
def test_a_date_that_tells_its_form_is_read_as_utc(write: Write, cell: str) -> None:
    read = tweets.load(write(changed(0, "created_at", cell)))
    assert np.datetime64("2020-01-02T03:04:05") == read.created_at[list(read.text).index("Hello")]


def test_another_form_of_date_may_be_named(write: Write) -> None:
    rows = [[*row[:2], f"0{number}/04/2020 10:00", *row[3:]] for number, row in enumerate(ROWS, 1)]
    path = write([HEADER, *rows])
    read = tweets.load(path, date_format="%d/%m/%Y %H:%M")
    assert np.datetime64("2020-04-02T10:00:00") == read.created_at[1]
    error(path, "line 2,", "%Y.%m.%d", date_format="%Y.%m.%d")


@pytest.mark.parametrize("column", ["text", "author"])
@pytest.mark.parametrize("cell", ["", "  \n "])
def test_an_empty_text_or_author_is_named(write: Write, column: str, cell: str) -> None:
    error(write(changed(2, column, cell)), "line 5,", f"column '{column}'", "is empty")


def test_a_repeated_row_is_named_with_the_row_it_repeats(write: Write) -> None:
    error(write([HEADER, *ROWS, ROWS[1]]), "line 7,", "as in line 3")


def test_the_same_text_at_another_time_is_no_repeated_row(write: Write) -> None:
    later = [*ROWS[0][:2], "2021-01-01", "1", "1"]
    assert 5 == len(tweets.load(write([HEADER, *ROWS, later])))


def test_the_first_of_many_bad_rows_is_named_and_the_rest_counted(write: Write) -> None:
    rows = [[*row[:3], "-1", row[4]] for row in ROWS]
    error(write([HEADER, ROWS[0], *rows[1:]]), "line 3,", "(2 more rows like it)")
    error(write([HEADER, *ROWS[:2], *rows[2:]]), "line 5,", "(1 more row like it)")


def test_an_error_names_the_column_of_the_file_and_ours(write: Write) -> None:
    rows = changed(0, "likes", "x")
    rows[0] = [*HEADER[:4], "hearts"]
    path = write(rows)
    error(path, "line 2, column 'hearts' (our 'likes')", columns={"likes": "hearts"})


@pytest.mark.parametrize(
    ("column", "values", "problem"),
    [
        ("likes", [1.0, None, -3.0], "row 2, column 'likes': the count is empty"),
        ("likes", [1.0, 2.0, -3.0], "row 3, column 'likes': -3.0 is negative"),
        ("likes", [True, False, True], "row 1, column 'likes': True is not a number"),
        ("text", ["a", None, "c"], "row 2, column 'text': the text is empty"),
        ("created_at", ["2020", None, "2021"], "row 2, column 'created_at'"),
    ],
)
def test_a_row_of_a_parquet_file_is_named_by_its_number(
    tmp_path: Path, column: str, values: list[object], problem: str
) -> None:
    path = tmp_path / "tweets.parquet"
    frame = pd.DataFrame(
        {
            "text": ["a", "b", "c"],
            "author": "ada",
            "created_at": pd.to_datetime(["2020", "2021", "2022"]),
            "retweets": 1,
            "likes": 1,
        }
    )
    frame.assign(**{column: values}).to_parquet(path)
    error(path, problem)


@pytest.mark.parametrize("option", [{"columns": {}}, {"separator": ";"}, {"date_format": "%Y"}])
def test_options_for_a_file_need_a_path(option: dict[str, object]) -> None:
    with pytest.raises(TweetsError, match="no path is given"):
        tweets.load(**option)  # type: ignore[arg-type]


BAD = {
    "text": "",
    "author": " ",
    "created_at": "someday",
    "retweets": "-7",
    "likes": "some",
}


@settings(deadline=None)
@given(
    texts=st.lists(
        st.text(
            st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n",'), min_size=1
        ).filter(str.strip),
        min_size=1,
        max_size=8,
        unique=True,
    ),
    data=st.data(),
)
def test_a_corrupted_cell_is_named_by_the_line_an_editor_shows(
    texts: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [[text, "ada", "2020-01-01", "1", "2"] for text in texts]
    bad = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(HEADER))
    rows[bad][HEADER.index(column)] = BAD[column]
    path = tmp_path_factory.getbasetemp() / "corrupted.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([HEADER, *rows])
    # A row begins after the line breaks of the header and of the rows before it.
    line = 2 + bad + sum(text[0].count("\n") for text in rows[:bad])
    error(path, f"line {line}, column {column!r}")
