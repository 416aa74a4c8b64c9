"""Reading CSV as the registries' exports really are, and back what was written."""

import csv
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.files import HEAD, cells, rows, surveyed
from webapp.domain.refusals import FileRefused
from webapp.exchange.opening import RawRow, read_rows, survey
from webapp.exchange.watching import LONGEST_ROW


def test_a_survey_tells_header_rows_size_and_hash():
    content = b"Name,Quantity\nA,1\nB,2\n"
    found = surveyed(content)
    assert (found.kind, found.header, found.rows) == ("csv", ("Name", "Quantity"), 2)
    assert (found.size, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_byte_order_mark_is_no_part_of_the_first_column():
    assert surveyed(b"\xef\xbb\xbfName,Quantity\nA,1\n").header == ("Name", "Quantity")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_on_the_header_line(delimiter):
    found = surveyed(
        f"Name{delimiter}Quantity\n1,5;2,5;3;4;5{delimiter}2\n".replace("1,5;2,5;3;4;5", "x")
    )
    assert (found.delimiter, found.header) == (delimiter, ("Name", "Quantity"))


def test_delimiters_inside_a_quoted_header_cell_do_not_count():
    found = surveyed('"Name, of; the, project";Quantity\nA;1\n')
    assert (found.delimiter, found.header) == (";", ("Name, of; the, project", "Quantity"))


def test_a_file_of_one_column_is_a_table_too():
    assert cells("Name\nA\nB\n") == [["A"], ["B"]]


def test_line_breaks_stand_in_cells_and_in_header_cells():
    content = '"Issuance \nYear",Name\r\n2020,"two\r\nlines"\r\n'
    assert surveyed(content).header == ("Issuance \nYear", "Name")
    assert cells(content) == [["2020", "two\r\nlines"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(end):
    assert cells(f"Name,Quantity{end}A,1{end}B,2") == [["A", "1"], ["B", "2"]]


def test_blank_rows_are_passed_over_and_not_counted():
    found = rows("\n\nName,Quantity\n\nA,1\n , \n,\nB,2\n\n")
    assert found == [RawRow(1, ["A", "1"]), RawRow(2, ["B", "2"])]


def test_blank_columns_at_the_end_are_tolerated():
    content = "Name,Quantity,,\nA,1\nB,2,,\nC,3,,,, ,\n"
    assert surveyed(content).header == ("Name", "Quantity", "", "")
    assert cells(content) == [["A", "1", "", ""], ["B", "2", "", ""], ["C", "3", "", ""]]


def test_cells_stand_as_they_are():
    cell = ' <b>x</b> =1+1 \u00a0é"" '
    assert cells(f'Name,Quantity\n"{cell}", 007 \n') == [[cell.replace('""', '"'), " 007 "]]


def test_a_cell_may_have_a_million_characters():
    assert cells(f"{HEAD}{'x' * 1_000_000},1\n") == [["x" * 1_000_000, "1"]]


def test_rows_are_read_again_after_those_to_pass_over():
    content = HEAD + "".join(f"N,{at}\n" for at in range(5))
    assert rows(content, skip=3) == [RawRow(4, ["N", "3"]), RawRow(5, ["N", "4"])]
    assert rows(content, skip=5) == []


def test_a_file_that_is_read_in_small_pieces_reads_the_same():
    content = f"{HEAD}é,1\n".encode()

    class Piecemeal(io.BytesIO):
        def read(self, size=-1, /):
            return super().read(min(size, 3) if size > 0 else size)

    file = Piecemeal(content)
    found = survey(file)
    assert [row.cells for row in read_rows(file, found)] == [["é", "1"]]
    assert (found.size, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    "changed", [b"Name,Amount\nA,1\n", b"Name,Quantity\nA,1\nB,2\n", b"Name,Quantity\n"]
)
def test_a_file_that_changed_after_its_survey_is_refused(changed):
    found = surveyed("Name,Quantity\nA,1\n")
    with pytest.raises(FileRefused, match="changed"):
        list(read_rows(io.BytesIO(changed), found))


@pytest.mark.parametrize(
    ("start", "row", "end"),
    [
        ("Name,Quantity\n", f"{'x' * 60_000},1\n", ""),
        ("", f'{{"a": "{"x" * 60_000}"}}\n', ""),
        ("[5", f',{{"a": "{"x" * 60_000}"}}', "]"),
    ],
    ids=["csv", "jsonl", "json"],
)
def test_a_file_may_be_longer_than_a_row_may_be(start, row, end):
    content = start + row * 400 + end
    assert len(content) > LONGEST_ROW + 6_000_000
    assert surveyed(content).rows == 400 + content.startswith("[")


def test_an_error_of_the_disk_is_not_hidden():
    class Broken(io.BytesIO):
        def read(self, size=-1, /):
            if self.tell():
                raise OSError("the disk")
            return super().read(size)

    with pytest.raises(OSError, match="the disk"):
        survey(Broken(HEAD.encode()))


def test_the_file_stays_open_for_whoever_opened_it():
    file = io.BytesIO(f"{HEAD}A,1\n".encode())
    found = survey(file)
    list(read_rows(file, found))
    assert not file.closed


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(
    table=st.lists(st.lists(_CELL, min_size=2, max_size=2), min_size=1),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\r\n", "\n"]),
)
def test_what_pythons_writer_wrote_is_read_back(table, delimiter, end):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["Name", "Quantity", "No"], *([*row, "x"] for row in table)])
    assert cells(written.getvalue()) == [[*row, "x"] for row in table]


@given(
    st.lists(_CELL)
    | st.dictionaries(st.text(), st.none() | st.text() | st.integers() | st.booleans())
)
def test_a_row_comes_back_from_its_json(one):
    kept = RawRow(7, one).as_json()
    assert kept.isascii()
    assert "\0" not in kept
    assert RawRow.from_json(7, kept) == RawRow(7, one)
