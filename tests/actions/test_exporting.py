"""Exports: every format against plain Python, whatever is asked for and however many pages it takes."""

import csv
import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import psycopg
import pytest
from flask import Flask

from tests.conftest import Filled
from tests.exported import as_csv, as_lines, parsed
from tests.factories import DESK
from tests.registry import DAYS
from webapp.actions import creating, exporting, looking, taking
from webapp.domain.commands import Cancel, CreateRecord, Retire, Return, Sell
from webapp.domain.lifecycle import Story
from webapp.domain.refusals import InvalidQuery, TooManyRows
from webapp.domain.searching import Export
from webapp.store import exporting as store_exporting

Paged = Callable[[int], None]
SEARCHES = [
    {},
    {"q": "wind"},
    {"q": "acme"},
    {"q": "wind", "event": "retired"},
    {"q": "acme", "vintage_from": 2020},
    {"q": "nothing like it"},
    {"registry": "VCS"},
    {"registry": "VCS", "status": "active", "vintage_from": 2019, "vintage_to": 2021},
    {"vintage": 2020},
    {"vintage": 1999},
    {"status": "sold"},
    {"serial": "serial 7"},
    {"event": "sold"},
    {"event": "returned", "registry": "GS"},
    {"event": "retired", "event_from": DAYS[1], "event_to": DAYS[5]},
    {"event_to": DAYS[3]},
]


@pytest.fixture
def paged(monkeypatch: pytest.MonkeyPatch) -> Paged:
    """Has an export take pages of so many records, and look through as few to find them."""

    def in_pages(records: int) -> None:
        monkeypatch.setattr(store_exporting, "FIRST_PAGE", records)
        monkeypatch.setattr(store_exporting, "PAGE", records)
        monkeypatch.setattr(store_exporting, "_SCANNED", records)
        monkeypatch.setattr(store_exporting, "COUNTED_UP_TO", records)

    return in_pages


def export(**asked: object) -> bytes:
    """The bytes of an export, which are as many as it told."""
    exported = exporting.export(Export(**asked))
    found = b"".join(exported.chunks)
    assert exported.length in (None, len(found))
    return found


def asked_for(filled: Filled, **asked: object) -> list[Story]:
    """The stories that the plain list finds, the first record first."""
    stories = {one.id: one.story for one in filled.registry.records}
    return [stories[one] for one in filled.registry.hits(Export(**asked).search)]


@pytest.mark.parametrize("asked", SEARCHES, ids=str)
def test_every_filter_selects_what_the_list_selects(
    stocked: Filled, asked: dict[str, object]
) -> None:
    stories = asked_for(stocked, **asked)

    assert export(**asked) == as_csv(stories)
    assert parsed(export(format="jsonl", **asked)) == as_lines(stories)


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("asked", SEARCHES, ids=str)
def test_pages_of_any_size_come_to_the_same_file(
    stocked: Filled, asked: dict[str, object], size: int, paged: Paged
) -> None:
    whole = export(**asked)
    paged(size)

    assert export(**asked) == whole


def test_json_lines_in_pages_come_to_the_same_file(stocked: Filled, paged: Paged) -> None:
    whole = export(format="jsonl")
    paged(7)

    assert export(format="jsonl") == whole


def test_the_length_is_told_when_one_page_holds_all(stocked: Filled, paged: Paged) -> None:
    assert exporting.export(Export()).length == len(export())
    paged(59)
    assert exporting.export(Export()).length is None


def test_each_page_is_told(stocked: Filled, paged: Paged) -> None:
    paged(25)
    told: list[int] = []

    assert b"".join(exporting.export(Export(), told.append).chunks)

    assert told == [25, 25, 10]


def test_records_come_in_the_order_in_which_they_were_made(stocked: Filled) -> None:
    exported = parsed(export(format="jsonl"))

    assert [one["id"] for one in exported] == [one.id for one in stocked.registry.records]


def test_a_record_made_while_the_file_is_read_is_not_in_it(app: Flask, paged: Paged) -> None:
    paged(1)
    record("Before 1")
    record("Before 2")
    chunks = exporting.export(Export(format="jsonl")).chunks
    next(chunks)
    record("After")

    found = parsed(b"".join(chunks))

    assert [one["project_name"] for one in found] == ["Before 1", "Before 2"]


def test_an_empty_registry_gives_a_header_and_no_rows(app: Flask) -> None:
    assert export() == as_csv([])
    assert export(format="jsonl") == b""
    assert sheet(export(format="xlsx")) == [as_csv([]).decode().rstrip().split(",")]


def record(
    name: str, serial: str | None = None, quantity: int = 100, project_id: str | None = None
) -> Story:
    """Records units, a hundred unless told otherwise."""
    command = CreateRecord(
        project_name=name,
        registry="Puro",
        vintage=2021,
        quantity=quantity,
        serial_number=serial or f"Serial of {name}",
        project_id=project_id,
    )
    return creating.create(command, DESK).story


RISKY = [
    "=1+1", "'=1+1", "''=1+1", "+cmd", "-2", "@SUM(1)", "'", "''", "'quoted'", "a=b", "#N/A", "#REF!",
    'with "quotes", and commas', "semicolon; ü, 名", "back\\slash\\n", "_x0041_", "\\.", "{}", "NULL",
    "-", "'-", "<b>bold</b>", "\uffff",
]  # fmt: skip


@pytest.fixture
def risky(app: Flask) -> list[Story]:
    """Records with all sorts of texts in all of their fields."""
    ids = []
    for number, text in enumerate(RISKY):
        made = record(text, f"{text} no {number}", project_id=text)
        ids.append(made.record.id)
        note = f"{text}\n{text}\n\n=2+2"
        taking.sell(ids[-1], Sell(buyer=text, note=note, quantity=40), DESK)
        taking.return_sold(ids[-1], Return(sale=2, reason=text, quantity=10), DESK)
        taking.retire(ids[-1], Retire(sale=2, beneficiary=text, reason=text, quantity=1), DESK)
        taking.cancel(ids[-1], Cancel(reason=text, note=note, quantity=20), DESK)
    return [looking.record(one) for one in ids]


def test_cells_that_a_spreadsheet_would_run_are_neutralised(risky: list[Story]) -> None:
    exported = export()

    assert exported == as_csv(risky)
    assert b",'=1+1," in exported
    assert b",''=1+1," in exported
    assert b",'''=1+1," in exported
    assert b",a=b," in exported


def test_json_lines_keep_texts_as_they_are(risky: list[Story]) -> None:
    assert parsed(export(format="jsonl")) == as_lines(risky)


def test_a_spreadsheet_holds_the_same_table_and_no_formulas(risky: list[Story]) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(export(format="xlsx")))
    (page,) = workbook.worksheets

    assert sheet(export(format="xlsx")) == csv_rows(as_csv(risky))
    assert {cell.data_type for row in page.rows for cell in row} == {"s", "n"}
    assert page.freeze_panes == "A2"
    assert all(cell.font.b for cell in page[1])
    numbers = {
        page[1][place].value
        for row in list(page.rows)[1:]
        for place, cell in enumerate(row)
        if isinstance(cell.value, int)
    }
    assert numbers == {
        *("vintage", "quantity", "available", "sold", "retired", "cancelled"),
        *("seq", "event_quantity", "sale"),
    }


def test_numbers_that_a_spreadsheet_would_round_are_text(app: Flask) -> None:
    record("Large", "1-9007199254740991", quantity=9007199254740991)
    record("Just small enough", "A-1-999999999999999", quantity=999999999999999)

    rows = list(openpyxl.load_workbook(io.BytesIO(export(format="xlsx"))).active.values)

    assert [row[4] for row in rows[1:]] == ["9007199254740991", 999999999999999]


def test_the_same_spreadsheet_has_the_same_bytes_at_any_time(stocked: Filled) -> None:
    exported = export(format="xlsx", q="wind")

    assert export(format="xlsx", q="wind") == exported
    with zipfile.ZipFile(io.BytesIO(exported)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        about = parts.read("docProps/core.xml").decode()
    assert re.findall(r"\d{4}-\d\d-\d\dT", about) == ["1980-01-01T", "1980-01-01T"]


def test_a_spreadsheet_of_too_many_rows_is_refused(
    stocked: Filled, monkeypatch: pytest.MonkeyPatch, paged: Paged
) -> None:
    rows = export().count(b"\n") - 1
    paged(7)
    monkeypatch.setattr(exporting, "MOST_ROWS", rows)
    assert len(sheet(export(format="xlsx"))) == rows + 1
    monkeypatch.setattr(exporting, "MOST_ROWS", rows - 1)

    with pytest.raises(TooManyRows, match="CSV, which has no limit"):
        exporting.export(Export(format="xlsx"))


def test_a_malformed_serial_number_is_refused_before_the_first_byte(app: Flask) -> None:
    with pytest.raises(InvalidQuery):
        exporting.export(Export(serial="1-0001-9-1-VCS-VCU-1"))


def test_an_event_counts_for_the_day_it_was_written_unless_it_says_another(
    app: Flask, owner: psycopg.Connection
) -> None:
    made = record("Wind")
    taking.retire(made.record.id, Retire(quantity=1), DESK)
    row = owner.execute("SELECT (at AT TIME ZONE 'UTC')::date FROM events WHERE seq = 2").fetchone()

    (exported,) = parsed(export(format="jsonl"))

    assert row is not None
    assert exported["events"][0]["effective_on"] == row[0].isoformat()


def sheet(data: bytes) -> list[list[str]]:
    """The cells of a spreadsheet as text."""
    page = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in page.values]


def csv_rows(data: bytes) -> list[list[str]]:
    """The cells of a CSV, with what a spreadsheet's XML escapes as it escapes it."""
    rows = csv.reader(io.StringIO(data.decode(), newline=""))
    return [
        [cell.replace("_x0041_", "_x005F_x0041_").replace("\uffff", "_xFFFF_") for cell in row]
        for row in rows
    ]
