"""Files that are refused as a whole: each sentence says what was found, where, and what to do."""

import gzip

import pytest

from tests.exchange.files import HEAD, surveyed, why_refused, zipped
from webapp.exchange.watching import LONGEST_ROW


def spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"  \r\n\t\n", b"\xef\xbb\xbf\n\n", b",,\n , \n"]
)
def test_an_empty_file_is_refused(content):
    assert "The file is empty" in why_refused(content)


@pytest.mark.parametrize("content", [HEAD, "Name,Quantity", f"{HEAD}\n,\n"])
def test_a_header_without_rows_is_refused(content):
    assert "has a header and no rows below it" in why_refused(content)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (gzip.compress(b"Name,Quantity\nA,1\n", mtime=0), "compressed with gzip"),
        (b"\x89PNG\r\n\x1a\n....", "a picture (PNG)"),
        (b"\xff\xd8\xff\xe0....", "a picture (JPEG)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Microsoft's old format (.xls"),
        (b"PAR1....", "a Parquet file"),
        (zipped({"table.csv": "Name,Quantity\nA,1\n"}), "a ZIP archive and no XLSX. Unpack it"),
        (zipped({"word/document.xml": "<w/>", "[Content_Types].xml": "<T/>"}), "a Word document"),
        (zipped({"content.xml": "<office/>", "mimetype": "x"}), "an OpenDocument file"),
        (b"<!DOCTYPE html><html><p>Sign in", "a web page"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><a/>", "an XML document"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_name(content, name):
    assert name in why_refused(content)


def test_a_nul_byte_is_refused_with_its_position():
    assert "no text: a NUL byte stands at position 17" in why_refused(b"Name,Quantity\nA,\x001\n")


def test_a_nul_byte_far_into_the_file_is_refused_too():
    content = HEAD.encode() + b"Some name,1\n" * 200_000
    assert f"position {spaced(len(content) + 1)}." in why_refused(content + b"\0,1\n")


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("utf-32", "UTF-32")],
)
def test_wide_characters_are_recognised(encoding, name):
    assert f"The file is {name} text" in why_refused("Name,Quantity\nA,1\n".encode(encoding))


def test_a_wrong_byte_is_named_with_position_and_line():
    sentence = why_refused("Name,Quantity\nA,1\nCafé,2\n".encode("latin-1"))
    assert "not UTF-8: the byte 0xE9 at position 22, in line 3" in sentence
    assert 'in Windows-1252 it is "é"' in sentence


@pytest.mark.parametrize("rows", [100_000, 300_001])
def test_a_wrong_byte_far_into_the_file_is_named_with_position_and_line(rows):
    before = HEAD.encode() + "Ä,1\n".encode() * rows
    sentence = why_refused(before + b"\x80,1\n" * 1000)
    assert f"at position {spaced(len(before) + 1)}, in line {spaced(rows + 2)}, is" in sentence


def test_a_character_that_is_cut_off_at_the_end_is_named():
    assert "the byte 0xC3 at position 17" in why_refused(b"Name,Quantity\nA,\xc3")


def test_a_ragged_row_is_found_below_blank_lines_and_cells_of_two_lines():
    assert "Row 2 (line 5) has 1 cell" in why_refused('Name,Quantity,\n\n"A\nA",1\nB\n')


def test_a_ragged_row_is_counted():
    sentence = why_refused("Name,Quantity\nA,1\nB,2,3\n")
    assert "Row 2 (line 3) has 3 cells, but the header has 2 columns" in sentence
    sentence = why_refused("Name,Quantity,\nA\n")
    assert "Row 1 (line 2) has 1 cell, but the header has 2 columns" in sentence


def test_a_ragged_row_over_several_lines_may_have_an_open_quote():
    sentence = why_refused('Name,Quantity\n"A,1\nB,"\n')
    assert "Row 1 (line 2) has 1 cell" in sentence
    assert "runs on to line 3, so perhaps a quote in it never closes" in sentence


def test_a_quote_that_never_closes_is_refused_where_it_begins():
    sentence = why_refused('Name,Quantity\nA,1\n\nB,"2\nC,3\nD,4\n')
    assert "Row 2, which begins in line 4, opens a quote that never closes" in sentence


def test_a_quote_in_the_header_that_never_closes_is_refused():
    assert "The header, which begins in line 1, opens a quote" in why_refused(
        'Name,"Quantity\nA,1\n'
    )


def test_an_open_quote_before_a_long_text_is_refused_without_reading_all_of_it():
    sentence = why_refused('Name,Quantity\n"A,1\n' + "B,2\n" * 300_000)
    assert "Row 1, which begins in line 2, has a cell of more than 1 000 000 characters" in sentence
    assert "a quote that never closes" in sentence


def test_text_after_a_closing_quote_is_refused():
    sentence = why_refused('Name;Quantity\nA;1\n"B"b;2\n')
    assert (
        'Row 2, which begins in line 3, has text after a closing quote, in line 3, where a ";"'
        in sentence
    )


@pytest.mark.parametrize("cell", ["x" * 900_000 + ",", '"\n",'])
def test_a_row_that_never_ends_is_refused_before_it_fills_the_memory(cell):
    row = cell * ((LONGEST_ROW + 4_000_000) // len(cell))
    assert "Row 2, which begins in line 3, is longer than 16 MB" in why_refused(f"{HEAD}A,1\n{row}")


def test_columns_of_one_name_are_refused():
    sentence = why_refused('Name,"Issuance \n Year",Quantity, issuance YEAR,name\nA,1,2,3,4\n')
    assert '"Name" (columns 1 and 5) and "Issuance Year" (columns 2 and 4)' in sentence


def test_columns_without_a_name_are_not_columns_of_one_name():
    assert surveyed("Name,, ,Quantity\nA,,,1\n").header == ("Name", "", " ", "Quantity")


def test_too_many_columns_are_refused():
    names = ",".join(f"c{at}" for at in range(1001))
    assert "has 1 001 columns or more, and Cairn reads at most 1 000" in why_refused(f"{names}\n")
