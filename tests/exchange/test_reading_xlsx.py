"""Reading XLSX: the first sheet with content, every cell as the text that a person sees."""

import io
from datetime import date, datetime, time

import openpyxl
import pytest

from tests.exchange.files import cells, raw_workbook, rows, surveyed
from webapp.exchange.opening import RawRow


def workbook(*table, sheets=()):
    """The bytes of an XLSX that openpyxl writes: one table, or several by their sheets' names."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, content in sheets or [("Sheet", table)]:
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    return saved(book)


def saved(book):
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_sheet_is_a_table():
    content = workbook(["Name", "Quantity"], ["A", 1], ["B", 2])
    found = surveyed(content)
    assert (found.kind, found.header, found.rows) == ("xlsx", ("Name", "Quantity"), 2)
    assert found.size == len(content)
    assert rows(content, skip=1) == [RawRow(2, ["B", "2"])]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 5, 3), "2026-05-03"),
        (datetime(2026, 5, 3), "2026-05-03"),
        (datetime(2026, 5, 3, 14, 2), "2026-05-03 14:02:00"),
        (datetime(2026, 5, 3, 23, 59, 59, 999_000), "2026-05-04"),
        (time(14, 2), "14:02:00"),
        (1454054, "1454054"),
        (9007199254740991, "9007199254740991"),
        (12.0, "12"),
        (0.1, "0.1"),
        (-2.5, "-2.5"),
        (1e300, "1e+300"),
        (True, "TRUE"),
        (False, "FALSE"),
        (None, ""),
        ("#N/A", "#N/A"),
        ("0012", "0012"),
        ("<b>é</b>\n ", "<b>é</b>\n "),
        ("=1+1", ""),  # a formula that no spreadsheet worked out
    ],
)
def test_a_value_is_written_as_people_see_it(value, text):
    assert cells(workbook(["Value", "Other"], [value, "x"])) == [[text, "x"]]


def test_a_formula_is_what_it_came_to():
    head = '<row r="1"><c r="A1" t="str"><v>Sum</v></c><c r="B1" t="str"><v>Text</v></c></row>'
    data = (
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>"a"</f><v>a</v></c></row>'
    )
    assert cells(raw_workbook(head + data)) == [["2", "a"]]


def test_days_are_counted_from_the_workbooks_own_epoch():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    book.active.append(["Day"])
    book.active.append([date(2026, 5, 3)])
    assert cells(saved(book)) == [["2026-05-03"]]


def test_a_number_that_is_no_day_stays_a_number():
    book = openpyxl.Workbook()
    book.active.append(["Day"])
    book.active.append([1e12])
    book.active["A2"].number_format = "yyyy-mm-dd"
    assert cells(saved(book)) == [["1000000000000"]]


def test_shared_texts_are_found_with_their_runs_and_without_their_reading_aids():
    texts = [
        "<t>Name</t>",
        "<r><t>So</t></r><r><t>lar_x000D_</t></r><rPh><t>no</t></rPh>",
        "<t>_x005F_x000D_</t>",
    ]
    data = "".join(f'<row><c t="s"><v>{at}</v></c></row>' for at in range(3))
    assert cells(raw_workbook(data, texts=texts)) == [["Solar\r"], ["_x000D_"]]


def test_inline_texts_and_days_in_iso_are_read():
    data = (
        '<row><c t="inlineStr"><is><t>Name</t></is></c><c t="str"><v>Day</v></c></row>'
        '<row><c t="inlineStr"><is><r><t>A</t></r><r><t>B_x000D_</t></r></is></c><c t="d"><v>2026-05-03T14:02:00</v></c></row>'
    )
    assert cells(raw_workbook(data)) == [["AB\r", "2026-05-03 14:02:00"]]


def test_rows_are_padded_and_blank_ones_passed_over():
    content = workbook([], ["Name", "Quantity", "Note"], [], ["A"], [None, " "], [None, 2])
    assert rows(content) == [RawRow(1, ["A", "", ""]), RawRow(2, ["", "2", ""])]


def test_the_first_sheet_with_content_is_read():
    content = workbook(
        sheets=[("Empty", []), ("Zeta", [["Name"], ["A"]]), ("More", [["Other"], ["B"]])]
    )
    assert cells(content) == [["A"]]


def test_a_hidden_sheet_is_read_only_where_no_other_has_content():
    book = openpyxl.Workbook()
    book.active.append(["Lists"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Data").append(["Name"])
    book["Data"].append(["A"])
    assert surveyed(saved(book)).header == ("Name",)


def test_a_wrong_dimension_and_a_foreign_prefix_do_not_matter():
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = (
        f'<x:worksheet xmlns:x="{main}"><x:dimension ref="A1"/><x:sheetData><x:row><x:c t="str"><x:v>Name</x:v></x:c>'
        '<x:c t="str"><x:v>Quantity</x:v></x:c></x:row><x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert cells(raw_workbook(**{"xl/worksheets/sheet1.xml": sheet})) == [["1", "2"]]


def test_cells_that_are_left_out_are_blank():
    data = '<row r="3"><c r="A3" t="str"><v>a</v></c><c r="AB3" t="str"><v>b</v></c></row><row r="9"><c r="B9"><v>7</v></c></row>'
    content = raw_workbook(data)
    assert surveyed(content).header == ("a", *[""] * 26, "b")
    assert cells(content) == [["", "7", *[""] * 26]]


def test_as_many_texts_as_rows_read_back():
    table = [[f"Näme {at}", at] for at in range(3000)]
    assert cells(workbook(["Name", "No"], *table)) == [[name, str(at)] for name, at in table]
