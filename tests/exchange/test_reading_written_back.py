"""The file of refused rows: what it says, and that it is read again as what it was."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.files import cells, surveyed
from webapp.exchange.neutral import neutralise, restore
from webapp.exchange.opening import RawRow
from webapp.exchange.refused import holds_apostrophes, write_refused


def written(kind, header, *refused):
    return b"".join(
        write_refused(
            kind,
            header,
            [(RawRow(row, one).as_json(), row, code, why) for one, row, code, why in refused],
        )
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_of_a_table_comes_back_with_three_more_columns(kind):
    content = written(kind, ["Name", "No"], (["A, B", "x\ny"], 7, "block_taken", "It is taken."))
    assert (
        content
        == b'Name,No,cairn_row,cairn_code,cairn_sentence\n"A, B","x\ny",7,block_taken,It is taken.\n'
    )


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_an_object_comes_back_with_one_more_field(kind):
    content = written(kind, ["a"], ({"a": "é", "n": 1.5}, 7, "block_taken", "It is taken."))
    assert json.loads(content) == {
        "a": "é",
        "n": 1.5,
        "cairn": {"row": 7, "code": "block_taken", "sentence": "It is taken."},
    }
    assert "é" in content.decode()
    assert content.endswith(b"}\n")


def test_what_an_earlier_round_said_is_replaced():
    first = written("csv", ["Name", "No"], (["=A", "1"], 7, "old", "-Old."))
    again = written("csv", surveyed(first).header, (cells(first)[0], 1, "new", "New."))
    assert again == b"Name,No,cairn_row,cairn_code,cairn_sentence\n'=A,1,1,new,New.\n"
    earlier = json.loads(written("jsonl", ["a"], ({"a": 1}, 7, "old", "Old.")))
    assert json.loads(written("jsonl", ["a"], (earlier, 1, "new", "New.")))["cairn"]["row"] == 1


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "''@"])
def test_a_spreadsheet_runs_nothing_of_it(cell):
    content = written("csv", [cell], ([cell], 1, "code", cell)).decode()
    for row in csv.reader(io.StringIO(content, newline="")):
        assert row[0] == f"'{cell}"
    assert row[3] == f"'{cell}"


@given(st.text())
def test_neutralising_is_undone_exactly(cell):
    assert restore(neutralise(cell)) == cell


@given(st.text(alphabet="'=x"))
def test_neutralising_is_undone_exactly_among_apostrophes(cell):
    assert restore(neutralise(cell)) == cell


def test_what_needs_nothing_is_left_alone():
    assert [neutralise(cell) for cell in ("A", "'tis", "1-2", "")] == ["A", "'tis", "1-2", ""]


def test_a_file_of_refused_rows_is_known_by_its_header():
    content = written("csv", ["Name"], (["A"], 1, "code", "Why."))
    assert holds_apostrophes(surveyed(content).header)
    assert not holds_apostrophes(["Name", "row"])


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(st.lists(_CELL, min_size=2, max_size=2), min_size=1))
def test_refused_rows_are_read_again_as_they_were(table):
    refused = [(row, at, "code", "Why.") for at, row in enumerate(table, 1)]
    content = written("csv", ["Name", "No"], *refused)
    assert [[restore(cell) for cell in row] for row in cells(content)] == [
        [*row, str(at), "code", "Why."] for row, at, *_ in refused
    ]


@given(
    st.dictionaries(
        st.text().filter(lambda name: name != "cairn"), st.none() | st.text() | st.integers()
    )
)
def test_refused_objects_are_read_again_as_they_were(fields):
    (again,) = cells(written("jsonl", [], (fields, 3, "code", "Why.")))
    ours = again.pop("cairn")
    assert (again, ours["row"]) == (fields, 3)


def test_many_rows_come_in_pieces():
    row = RawRow(1, ["x" * 1000]).as_json()
    pieces = list(write_refused("csv", ["Name"], ((row, at, "code", "Why.") for at in range(1000))))
    assert len(pieces) > 10
    assert surveyed(b"".join(pieces)).rows == 1000
