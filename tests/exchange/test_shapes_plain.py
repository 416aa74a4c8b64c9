"""A row of Cairn's own columns: as Cairn exports it, and as somebody writes it by hand."""

import csv
import io
from datetime import date

import pytest

from tests.exchange.layouts import PLAIN, event, read_cells, refused_cells, units
from tests.factories import GUJARAT_ID, new_record
from webapp.domain.commands import Cancel, Retire, Return, Sell
from webapp.exchange.plain import COLUMNS
from webapp.exchange.shapes import recognise

EXPORTED = (
    dict.fromkeys(COLUMNS, "")
    | PLAIN
    | {"id": GUJARAT_ID, "project_name": "Waste-to-Energy Gujarat"}
)
CREATED = EXPORTED | {
    "status": "retired",
    "available": "0",
    "sold": "0",
    "retired": "110",
    "cancelled": "0",
    "event": "created",
    "seq": "1",
}


def exported(**cells):
    """A row of an event in Cairn's own export."""
    return EXPORTED | {"effective_on": "2026-05-03"} | cells


def by_hand(**cells):
    return PLAIN | cells


# --- Cairn's own export


def test_a_records_row_is_a_record_alone():
    entry = read_cells(CREATED)

    assert entry.record.id == GUJARAT_ID
    assert entry.happened == ()
    assert entry.own_block


def test_a_sale():
    entry = read_cells(
        exported(
            event="sold", seq="2", units="1 to 40; 60 to 70", event_quantity="51", party="Acme"
        )
    )

    (one,) = entry.happened
    assert one.seq == 2
    assert isinstance(one.command, Sell)
    assert event(entry) == ("sold", date(2026, 5, 3), "Acme", None, None)
    assert units(entry) == [(1, 40), (60, 70)]


def test_a_return():
    entry = read_cells(exported(event="returned", seq="3", units="7", sale="2", reason="Undone"))

    (one,) = entry.happened
    assert isinstance(one.command, Return)
    assert (one.seq, one.command.sale, one.command.reason) == (3, 2, "Undone")


def test_a_retirement_out_of_a_sale():
    entry = read_cells(
        exported(event="retired", seq="4", units="7", sale="2", party="Acme", note="one\ntwo")
    )

    (one,) = entry.happened
    assert isinstance(one.command, Retire)
    assert one.command.sale == 2
    assert event(entry)[2:] == ("Acme", None, "one\ntwo")


def test_a_cancellation():
    entry = read_cells(exported(event="cancelled", seq="2", units="1 to 110", reason="Buffer"))

    assert isinstance(entry.happened[0].command, Cancel)
    assert event(entry)[3] == "Buffer"


def test_no_column_of_the_export_is_unused():
    assert recognise("csv", list(COLUMNS)).unused(list(COLUMNS)) == []


def test_an_id_that_is_not_the_fields_is_refused():
    found = refused_cells(CREATED | {"vintage": "2019"})

    assert "the row bears another id" in found["id"]


def test_a_registry_in_a_row_with_an_id_is_kept_as_it_stands():
    made = new_record(registry="Verra")
    row = EXPORTED | {"registry": "Verra", "id": made.id}

    assert read_cells(row).record.registry == "Verra"
    assert read_cells(row | {"id": ""}).record.registry == "VCS"


def test_cells_that_a_spreadsheet_would_run_come_back_as_they_were():
    row = by_hand(project_name="'=SUM(A1)", project_id="''-1")

    record = read_cells(row).record

    assert (record.project_name, record.project_id) == ("=SUM(A1)", "'-1")


def test_an_apostrophe_before_anything_else_stays():
    assert read_cells(by_hand(project_name="'s-Hertogenbosch")).record.project_name[0] == "'"


def test_a_project_id_is_text_and_keeps_its_zeros():
    assert read_cells(by_hand(project_id="0012.0")).record.project_id == "0012.0"


def test_words_that_pandas_writes_are_text_in_ones_own_file():
    row = by_hand(event="retired", party="None")

    assert event(read_cells(row))[2] == "None"


# --- by hand: the record


def test_five_columns_are_enough():
    record = read_cells(PLAIN).record

    assert (record.vintage, record.quantity, record.project_id) == (2018, 110, None)


def test_project_id_and_issued_on_are_read():
    record = read_cells(by_hand(project_id="P1", issued_on="2020-01-31")).record

    assert (record.project_id, record.issued_on) == ("P1", date(2020, 1, 31))


def test_columns_are_known_in_any_case_with_spaces_or_hyphens():
    row = {
        "Project Name": "A",
        "REGISTRY": "VCS",
        "Vintage ": "2018",
        "quantity": "1,000",
        "serial-number": "X-1",
        "Retired  On": "2026-05-03",
    }

    entry = read_cells(row)

    assert entry.record.quantity == 1000
    assert event(entry)[:2] == ("retired", date(2026, 5, 3))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Verra", "VCS"),
        ("GOLD  standard", "GS"),
        ("American Carbon Registry", "ACR"),
        ("climate action reserve", "CAR"),
        ("ART TREES", "ART"),
        ("VCS", "VCS"),
        ("Puro", "Puro"),
    ],
)
def test_a_registrys_name_becomes_its_code(name, code):
    assert read_cells(by_hand(registry=name)).record.registry == code


@pytest.mark.parametrize("day", ["5/3/2026", "2026-05-03 10:00", "2026-02-30"])
def test_days_are_iso_days_only(day):
    assert set(refused_cells(by_hand(issued_on=day))) == {"issued_on"}
    assert set(refused_cells(by_hand(retired_on=day))) == {"effective_on"}


def test_an_empty_field_is_missing():
    assert refused_cells(by_hand(vintage=" ")) == {"vintage": "It is missing; fill it in."}


# --- by hand: events


@pytest.mark.parametrize("column", ["event", "Event Type", "status"])
@pytest.mark.parametrize(
    ("word", "event_type"),
    [
        ("retired", "retired"),
        ("Retirement", "retired"),
        ("cancelled", "cancelled"),
        ("CANCELED", "cancelled"),
    ],
)
def test_an_event_is_told_by_its_word(column, word, event_type):
    assert event(read_cells(by_hand(reason="r") | {column: word}))[0] == event_type


@pytest.mark.parametrize("word", ["", " ", "created", "Issued", "active"])
def test_a_word_for_an_issued_record_is_no_event(word):
    assert read_cells(by_hand(event=word)).happened == ()


def test_an_unknown_word_is_refused():
    assert '"lost" is no event' in refused_cells(by_hand(event="lost"))["event"]


def test_without_units_the_whole_block_is_meant():
    row = by_hand(event="retired", serial_number="ACR-FR-1129-2018-2917-11 to 20") | {
        "registry": "ACR",
        "quantity": "10",
    }

    assert units(read_cells(row)) == [(11, 20)]


def test_units_may_be_called_blocks():
    assert units(read_cells(by_hand(event="retired", blocks="1-40; 60"))) == [(1, 40), (60, 60)]


def test_units_that_are_no_blocks_are_refused():
    assert refused_cells(by_hand(event="retired", units="forty")).keys() == {"blocks"}


def test_a_number_of_units_that_is_not_the_blocks_is_refused():
    row = by_hand(event="retired", units="1 to 40", event_quantity="50")

    assert refused_cells(row) == {"blocks": "Units 1-40 are 40 units, but the row says 50."}


@pytest.mark.parametrize(
    "column", ["party", "beneficiary", "Retirement Beneficiary", "retired for", "buyer"]
)
def test_a_beneficiary_has_several_names(column):
    assert event(read_cells(by_hand(event="retired") | {column: "Acme"}))[2] == "Acme"


@pytest.mark.parametrize("column", ["reason", "retirement_reason", "Cancellation Reason"])
def test_a_reason_has_several_names(column):
    assert event(read_cells(by_hand(event="cancelled") | {column: "Why"}))[3] == "Why"


@pytest.mark.parametrize("column", ["note", "Details"])
def test_a_note_has_several_names(column):
    assert event(read_cells(by_hand(event="retired") | {column: "So"}))[4] == "So"


@pytest.mark.parametrize(
    "column", ["effective_on", "retired_on", "Retirement Date", "cancelled-on", "date"]
)
def test_a_day_has_several_names(column):
    row = by_hand(event="retired") | {column: "2026-05-03"}

    assert event(read_cells(row))[1] == date(2026, 5, 3)


@pytest.mark.parametrize("column", ["retired_on", "retirement_date"])
def test_a_day_of_retirement_is_a_retirement_where_no_column_tells_the_event(column):
    assert event(read_cells(by_hand() | {column: "2026-05-03"}))[0] == "retired"
    assert read_cells(by_hand() | {column: ""}).happened == ()


def test_a_day_of_cancellation_is_a_cancellation_where_no_column_tells_the_event():
    row = by_hand(retired_on="", cancelled_on="2026-05-03", reason="r")

    assert event(read_cells(row))[:2] == ("cancelled", date(2026, 5, 3))


def test_a_day_of_retirement_and_one_of_cancellation_are_refused():
    row = by_hand(retired_on="2026-05-03", cancelled_on="2026-05-03", reason="r")

    assert "leave one" in refused_cells(row)["event"]


def test_two_columns_for_one_field_that_say_different_things_are_refused():
    row = by_hand(event="retired", party="Acme", beneficiary="Beta")

    assert '"Acme" and "Beta"' in refused_cells(row)["party"]


def test_two_columns_for_one_field_that_agree_are_one():
    row = by_hand(event="retired", party="Acme", beneficiary="Acme", retired_for="")

    assert event(read_cells(row))[2] == "Acme"


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("units", "1 to 40"),
        ("event_quantity", "40"),
        ("sale", "2"),
        ("beneficiary", "Acme"),
        ("reason", "Why"),
        ("note", "So"),
        ("date", "2026-05-03"),
    ],
)
@pytest.mark.parametrize("event_cell", [{}, {"event": ""}, {"event": "created"}])
def test_a_row_that_tells_of_an_event_without_saying_which_is_refused(column, cell, event_cell):
    found = refused_cells(by_hand(**event_cell) | {column: cell})

    assert "but not which" in found["event"]


@pytest.mark.parametrize(("word", "cells"), [("sold", {"party": "A"}), ("returned", {"sale": "2", "reason": "r"})])  # fmt: skip
def test_a_sale_or_return_without_its_number_is_refused(word, cells):
    assert f"cannot be {word} by an import" in refused_cells(by_hand(event=word, **cells))["seq"]


def test_a_cancellation_without_a_reason_is_refused_by_the_command():
    assert refused_cells(by_hand(event="cancelled")) == {"reason": "It is missing; fill it in."}


def test_a_party_of_a_return_is_refused_by_the_command():
    row = exported(event="returned", seq="3", units="7", sale="2", reason="r", party="Acme")

    assert "There is no such field here" in refused_cells(row)["party"]


@pytest.mark.parametrize("column", ["seq", "sale", "event_quantity"])
def test_a_number_of_an_event_that_is_none_is_refused(column):
    assert column in refused_cells(by_hand(event="retired") | {column: "x"})


def test_a_status_beside_sums_follows_from_the_events_and_is_none():
    row = {name: cell for name, cell in CREATED.items() if name not in ("event", "seq", "id")}

    assert read_cells(row).happened == ()


def test_derived_columns_of_a_file_by_hand_are_told_as_unused():
    header = [*PLAIN, "status", "event", "retired", "Colour"]

    assert recognise("csv", header).unused(header) == ["status", "retired", "Colour"]


def test_a_table_read_by_the_standard_librarys_reader_fits():
    text = "project_name,registry,vintage,quantity,serial_number\nA,VCS,2018,110,VCS-1\n"
    header, row = csv.reader(io.StringIO(text))

    assert recognise("csv", header).reader(header)(row).record.quantity == 110
