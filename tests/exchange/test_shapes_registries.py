"""Rows of Gold Standard, ACR, CAR and ART: the record, what became of it, and what is refused."""

from datetime import date

import pytest

from tests.exchange.layouts import (
    ACR_CANCELLATION,
    ACR_RETIREMENT,
    ART_CANCELLATION,
    ART_RETIREMENT,
    CAR_CANCELLATION,
    CAR_RETIREMENT,
    GS_ISSUANCE,
    GS_RETIREMENT,
    event,
    read,
    read_cells,
    refused,
    refused_cells,
    units,
)

ENDED = [ACR_RETIREMENT, ACR_CANCELLATION, CAR_RETIREMENT, CAR_CANCELLATION, ART_RETIREMENT, ART_CANCELLATION]  # fmt: skip
CANCELLED = [ACR_CANCELLATION, CAR_CANCELLATION, ART_CANCELLATION]


def fields(entry):
    one = entry.record
    return (
        one.project_name,
        one.registry,
        one.vintage,
        one.quantity,
        one.serial_number,
        one.project_id,
        one.issued_on,
    )


# --- Gold Standard


def test_a_gold_standard_issuance_is_a_record():
    entry = read(GS_ISSUANCE)

    assert fields(entry) == (
        "Cook stoves",
        "GS",
        2024,
        40,
        "GS1-1-UG-GS11236-16-2024-30307-1-40",
        "11236",
        date(2026, 4, 13),
    )
    assert entry.happened == ()
    assert entry.own_block


def test_a_gold_standard_retirement_ends_its_block_and_brings_none():
    entry = read(GS_RETIREMENT)

    assert event(entry) == ("retired", date(2026, 4, 20), "Acme Ltd", "Voluntary", "For travel")
    assert units(entry) == [(11, 20)]
    assert not entry.own_block


def test_a_gold_standard_retirement_brings_its_block_when_asked():
    assert read(GS_RETIREMENT, own_blocks=True).own_block


@pytest.mark.parametrize("status", ["Canceled", "Cancelled", " canceled "])
def test_a_cancelled_row_without_date_and_use_case_has_its_status_as_reason(status):
    entry = read(
        GS_RETIREMENT,
        credit_status=status,
        retirement_date="",
        use_case="",
        using_entity="",
        note="",
    )

    assert event(entry) == ("cancelled", None, None, status.strip(), None)


def test_a_cancelled_row_with_a_use_case_has_it_as_reason():
    entry = read(GS_RETIREMENT, credit_status="Canceled")

    assert event(entry)[3] == "Voluntary"


def test_a_retired_row_without_a_use_case_has_no_reason():
    assert event(read(GS_RETIREMENT, use_case=""))[3] is None


def test_an_issued_row_among_retirements_is_a_record_alone():
    entry = read(GS_RETIREMENT, credit_status="Issued")

    assert entry.happened == ()
    assert entry.own_block


@pytest.mark.parametrize("layout", [GS_ISSUANCE, GS_RETIREMENT])
@pytest.mark.parametrize(
    ("status", "said"), [("Pending", 'It is "Pending"'), ("", "It is empty"), ("NaN", '"NaN"')]
)
def test_another_status_is_refused(layout, status, said):
    found = refused(layout, credit_status=status)

    assert said in found["status"]
    assert "Issued, Retired or Canceled" in found["status"]


def test_a_line_break_in_a_note_is_kept_within_and_dropped_at_the_end():
    assert event(read(GS_RETIREMENT, note="one\ntwo\n"))[4] == "one\ntwo"


def test_units_of_cdm_held_at_gold_standard_are_read():
    serial = "RW-5-1463953-2-2-0-7014 - RW-5-1463962-2-2-0-7014"

    assert units(read(GS_RETIREMENT, serial_number=serial)) == [(1463953, 1463962)]


def test_another_gold_standard_project_or_vintage_than_the_serial_numbers_is_refused():
    assert set(refused(GS_ISSUANCE, gsid="11237")) == {"project_id"}
    assert set(refused(GS_ISSUANCE, vintage="2023")) == {"vintage"}


def test_a_gold_standard_quantity_that_is_not_the_blocks_is_refused():
    assert set(refused(GS_ISSUANCE, quantity="9,039")) == {"quantity"}


def test_days_of_gold_standard_with_slashes_have_the_day_first():
    assert event(read(GS_RETIREMENT, retirement_date="10/04/2026"))[1] == date(2026, 4, 10)


# --- ACR, CAR and ART


def test_an_acr_retirement():
    entry = read(ACR_RETIREMENT)

    assert fields(entry) == (
        "Middle East 1",
        "ACR",
        2025,
        10,
        "ACR-FR-1129-2025-2917-11 to 20",
        "ACR1129",
        date(2025, 6, 30),
    )
    assert event(entry) == (
        "retired",
        date(2026, 4, 13),
        "Acme Ltd",
        "Environmental Benefit",
        "2025 emissions",
    )


def test_an_acr_cancellation():
    assert event(read(ACR_CANCELLATION)) == (
        "cancelled",
        date(2026, 1, 22),
        None,
        "Convert to ARB offset credits",
        "Premature issuance",
    )


def test_a_car_retirement():
    entry = read(CAR_RETIREMENT)

    assert fields(entry)[1:3] == ("CAR", 2025)
    assert fields(entry)[5:] == ("CAR1335", None)
    assert event(entry) == (
        "retired",
        date(2026, 2, 12),
        "Commodities BV",
        "On Behalf of Third Party",
        "For BFS",
    )


def test_a_car_cancellation():
    assert event(read(CAR_CANCELLATION)) == ("cancelled", date(2025, 8, 20), None, "ARB", None)


def test_a_car_cancellation_with_details():
    row = CAR_CANCELLATION | {"Cancellation Details": "Moved"}

    assert event(read(row))[4] == "Moved"


def test_an_art_retirement():
    entry = read(ART_RETIREMENT)

    assert fields(entry)[0:2] == ("Guyana", "ART")
    assert fields(entry)[5:] == ("ART102", date(2022, 12, 1))
    assert event(entry) == ("retired", date(2026, 4, 8), "Acme Ltd", "Pledge", "FY24")


def test_an_art_cancellation():
    assert event(read(ART_CANCELLATION)) == (
        "cancelled",
        date(2025, 2, 28),
        None,
        "CORSIA Compliance",
        "AIRWAYS, PHASE 1",
    )


@pytest.mark.parametrize("layout", ENDED)
def test_each_row_brings_its_own_block(layout):
    entry = read(layout)

    assert entry.own_block
    assert units(entry) == [tuple(entry.record.serial.block)]


@pytest.mark.parametrize("layout", CANCELLED)
def test_a_cancellation_without_a_reason_is_refused(layout):
    column = "cancellation_type" if layout is ACR_CANCELLATION else "cancellation_reason"

    assert refused(layout, **{column: "NaN"}) == {"reason": "It is missing; fill it in."}


@pytest.mark.parametrize("layout", ENDED)
def test_another_project_than_the_serial_numbers_is_refused_everywhere(layout):
    column = "program_id" if "Program ID" in layout else "project_id"

    assert set(refused(layout, **{column: "9999"})) == {"project_id"}


@pytest.mark.parametrize("layout", ENDED)
def test_another_vintage_than_the_serial_numbers_is_refused_everywhere(layout):
    assert set(refused(layout, vintage="2014")) == {"vintage"}


@pytest.mark.parametrize("layout", ENDED)
def test_an_unreadable_day_is_refused_at_its_field(layout):
    column = next(name for name in layout if name.startswith("Status Effective"))

    assert refused_cells(layout | {column: "31/31/2025"}) == {
        "effective_on": '"31/31/2025" is no day of the calendar.'
    }


@pytest.mark.parametrize("layout", ENDED)
def test_a_vintage_that_is_no_year_is_refused(layout):
    assert '"20x5" is not a whole number' in refused(layout, vintage="20x5")["vintage"]


@pytest.mark.parametrize("layout", ENDED)
def test_days_of_acr_car_and_art_have_the_month_first(layout):
    changes = {name: "04/05/2026 7:17:56 PM" for name in layout if name.startswith(("Status Eff", "Date"))}  # fmt: skip

    entry = read_cells(layout | changes)

    assert event(entry)[1] == date(2026, 4, 5)
    assert entry.record.issued_on in (None, date(2026, 4, 5))
