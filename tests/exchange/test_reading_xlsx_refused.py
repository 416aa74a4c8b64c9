"""Workbooks that are refused: bombs, broken ones, and those without a table."""

import io
import struct
import zipfile

import openpyxl
import pytest

from tests.exchange.files import raw_workbook, why_refused, zipped
from webapp.exchange import package, texts

HEAD = '<row><c t="str"><v>Name</v></c><c t="str"><v>Quantity</v></c></row>'
ROW = "<row><c><v>1</v></c><c><v>2</v></c></row>"


def test_an_empty_workbook_is_refused():
    assert "The workbook is empty" in why_refused(raw_workbook())


def test_a_sheet_with_a_header_alone_is_refused():
    assert "has a header and no rows below it" in why_refused(raw_workbook(HEAD))


def test_a_workbook_without_a_sheet_of_cells_is_refused():
    book = openpyxl.Workbook()
    book.create_chartsheet("Chart")
    book.remove(book.active)
    written = io.BytesIO()
    book.save(written)
    assert "has no sheet of cells" in why_refused(written.getvalue())


def test_an_encrypted_workbook_is_refused():
    name = "EncryptedPackage".encode("utf-16-le")
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100_000) + name + bytes(1000)
    assert "The workbook is encrypted. Save it without a password" in why_refused(content)


def test_a_workbook_whose_parts_are_encrypted_is_refused():
    content = bytearray(raw_workbook(HEAD + ROW))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "The workbook is encrypted. Save it without a password" in why_refused(bytes(content))


def test_a_workbook_that_is_cut_off_is_refused():
    whole = raw_workbook(HEAD + ROW)
    assert "damaged or cut off" in why_refused(whole[: len(whole) // 2])
    assert "damaged or cut off" in why_refused(whole[:10])


@pytest.mark.parametrize(
    "data",
    [
        HEAD + "<row><c>",
        HEAD + '<row><c t="s"><v>0</v></c></row>',
        HEAD + '<row><c t="s"><v>x</v></c></row>',
        HEAD + '<row><c r="B2"><v>1</v></c><c r="A2"><v>2</v></c></row>',
        HEAD + '<row><c r="2B"><v>1</v></c></row>',
        HEAD + "<row><c><v>&undeclared;</v></c></row>",
    ],
)
def test_a_broken_part_is_refused_by_its_name(data):
    assert "The workbook is damaged: its part" in why_refused(raw_workbook(data))


def test_bytes_that_do_not_unpack_are_refused():
    content = bytearray(raw_workbook(HEAD + ROW * 500))
    at = content.index(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml")
    content[at + 20 : at + 60] = bytes(40)
    assert "cannot be read" in why_refused(bytes(content))


def test_a_part_that_is_named_and_missing_is_refused():
    content = raw_workbook(**{"xl/worksheets/sheet1.xml": ""})
    assert 'names a part "xl/worksheets/sheet1.xml" that it lacks' in why_refused(content)


def test_a_workbook_that_unpacks_to_far_more_than_its_size_is_refused():
    sentence = why_refused(raw_workbook(HEAD + " " * 80_000_000 + ROW))
    assert "times its size" in sentence
    assert "Cairn reads up to 200 times" in sentence


def test_a_workbook_that_declares_to_unpack_beyond_the_limit_is_refused_unread():
    content = bytearray(raw_workbook(HEAD + ROW))
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/worksheets"))
    content[entry + 24 : entry + 28] = struct.pack("<I", 3 << 30)
    sentence = why_refused(bytes(content))
    assert "unpacks to 3 072 MB, and Cairn reads at most 2 048 MB" in sentence
    assert "as CSV, which has no such limit" in sentence


def test_nothing_unpacks_to_more_than_it_declares():
    content = bytearray(raw_workbook(HEAD + ROW * 100_000))
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/worksheets"))
    content[entry + 24 : entry + 28] = struct.pack("<I", 10_000)
    assert "cannot be read" in why_refused(bytes(content))


def test_an_archive_of_too_many_parts_is_refused():
    many = zipped({f"xl/{at}.xml" + "x" * 200: "" for at in range(6000)}, zipfile.ZIP_STORED)
    assert "an archive of too many parts" in why_refused(many)


def test_an_unusual_way_of_packing_is_refused():
    assert "packed in a way" in why_refused(zipped({"xl/workbook.xml": "<w/>"}, zipfile.ZIP_BZIP2))


def test_entities_are_refused_before_they_grow():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    sentence = why_refused(raw_workbook(HEAD + ROW, before=bomb))
    assert "declares entities of its own" in sentence


def test_too_many_different_texts_are_refused(monkeypatch):
    monkeypatch.setattr(texts, "MOST_TEXTS", 3 << 20)
    content = raw_workbook(HEAD + ROW, texts=[f"<t>{at:040}</t>" for at in range(70_000)])
    sentence = why_refused(content)
    assert "holds more than 3 MB of different texts" in sentence
    assert "as CSV, which has no such limit" in sentence


@pytest.mark.parametrize(
    "data",
    [
        f'<row><c t="str"><v>{"x" * 1_000_001}</v></c></row>',
        f'<row><c t="inlineStr"><is>{"<r><t>" + "x" * 600_000 + "</t></r>"}<t>{"x" * 600_000}</t></is></c></row>',
    ],
)
def test_a_cell_that_is_too_long_is_refused(data):
    assert "a cell of more than 1 000 000 characters" in why_refused(raw_workbook(HEAD + data))


def test_a_tag_that_never_ends_is_refused():
    sentence = why_refused(raw_workbook(f'{HEAD}<row a="{"xyz" * 4_000_000}"/>'))
    assert "cannot be read" in sentence


def test_elements_of_too_many_names_are_refused():
    sentence = why_refused(raw_workbook(HEAD + "".join(f"<n{at}/>" for at in range(1100)) + ROW))
    assert "full of elements that no spreadsheet writes" in sentence


def test_too_many_columns_are_refused():
    data = '<row><c r="A2"><v>1</v></c><c r="ALM2" t="str"><v>x</v></c></row>'
    assert "has 1 001 columns or more" in why_refused(raw_workbook(HEAD + data))


def test_a_cell_beside_the_table_is_refused_with_its_place():
    data = '<row r="7"><c r="A7"><v>1</v></c><c r="D7"><v>9</v></c></row>'
    assert "Row 1 (row of the sheet 7) has 4 cells, but the header has 2 columns" in why_refused(
        raw_workbook(HEAD + data)
    )


def test_columns_of_one_name_are_refused():
    twice = HEAD.replace("Quantity", " NAME")
    assert '"Name" (columns 1 and 2)' in why_refused(raw_workbook(twice + ROW))


def test_the_limits_leave_room_for_a_million_rows():
    assert package.MOST_UNPACKED >= 1_000_000 * 20 * 60
    assert texts.MOST_TEXTS >= 1_000_000 * 90
