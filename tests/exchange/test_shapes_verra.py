"""A row of Verra's export of VCUs: the record, what became of it, and the checks across columns."""

from datetime import date

import pytest

from tests.exchange.layouts import VERRA, event, read, read_cells, refused, units

DATE = "retirement_cancellation_date"
SERIAL = "19385-1007-1431-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1"


def test_a_row_is_a_record():
    record = read(VERRA).record

    assert record.project_name == "Hills Eco-region"
    assert record.registry == "VCS"
    assert record.vintage == 2020
    assert record.quantity == 425
    assert record.serial_number == SERIAL
    assert record.project_id == "1340"
    assert record.issued_on == date(2026, 4, 3)


def test_a_row_with_a_date_is_a_retirement_of_its_block():
    entry = read(VERRA)

    assert event(entry) == (
        "retired",
        date(2026, 4, 10),
        "Acme Ltd",
        "Environmental Benefit",
        "For the year 2025",
    )
    assert units(entry) == [(1007, 1431)]
    assert entry.own_block
    assert entry.happened[0].seq is None


@pytest.mark.parametrize("reason", ["Cancelled", "CANCELLATION of excess", " canceled"])
def test_a_row_whose_reason_says_so_is_a_cancellation(reason):
    entry = read(VERRA, retirement_reason=reason)

    assert event(entry)[0] == "cancelled"
    assert event(entry)[3] == reason.strip()


def test_a_reason_that_only_mentions_a_cancellation_is_a_retirement():
    assert event(read(VERRA, retirement_reason="Not cancelled"))[0] == "retired"


@pytest.mark.parametrize("nothing", ["", "NaN", "NaT", " "])
def test_a_row_without_a_date_and_the_rest_is_a_record_alone(nothing):
    empty = dict.fromkeys(
        (DATE, "retirement_beneficiary", "retirement_reason", "retirement_details"), nothing
    )

    assert read(VERRA, **empty).happened == ()


@pytest.mark.parametrize(
    "filled", ["retirement_beneficiary", "retirement_reason", "retirement_details"]
)
def test_a_row_that_tells_of_a_retirement_without_a_date_is_refused(filled):
    empty = dict.fromkeys(
        (DATE, "retirement_beneficiary", "retirement_reason", "retirement_details"), ""
    )

    found = refused(VERRA, **empty | {filled: "Acme"})

    assert "no Retirement/Cancellation Date" in found["effective_on"]


def test_a_date_alone_is_a_retirement_without_the_rest():
    entry = read(VERRA, retirement_beneficiary="", retirement_reason="NaN", retirement_details="")

    assert event(entry) == ("retired", date(2026, 4, 10), None, None, None)


def test_quantities_may_have_commas():
    serial = SERIAL.replace("1007-1431", "1-1454054")

    assert read(VERRA, quantity_issued="1,454,054", serial_number=serial).record.quantity == 1454054


def test_days_with_slashes_have_the_day_first():
    entry = read(
        VERRA, vintage_start="01/01/2020", vintage_end="31/12/2020", **{DATE: "10/04/2026"}
    )

    assert event(entry)[1] == date(2026, 4, 10)


@pytest.mark.parametrize("dirt", ["\u00c2\u00a0", "\u00a0"])
def test_misread_no_break_spaces_in_a_serial_number_are_dropped(dirt):
    assert read(VERRA, serial_number=SERIAL.replace("-1431", f"-1431{dirt}")).record.serial_number == SERIAL  # fmt: skip


def test_a_project_id_that_was_a_float_is_a_whole_number():
    assert read(VERRA, id="1340.0").record.project_id == "1340"


@pytest.mark.parametrize("quantity", ["NaN", "undefined", "-425", "425.5", "4 2 5"])
def test_a_quantity_that_is_no_whole_number_is_refused_at_its_field(quantity):
    assert refused(VERRA, quantity_issued=quantity) == {
        "quantity": f'"{quantity}" is not a whole number; write plain digits.'
    }


def test_an_empty_quantity_is_missing():
    assert refused(VERRA, quantity_issued=" ") == {"quantity": "It is missing; fill it in."}


@pytest.mark.parametrize("serial", ["NaN", "nan", "NaT", "None", "undefined"])
def test_a_serial_number_that_says_nothing_is_refused(serial):
    assert "is not a serial number" in refused(VERRA, serial_number=serial)["serial_number"]


def test_a_serial_number_with_a_letter_for_a_digit_is_refused():
    assert '0 or 1, not "O"' in refused(VERRA, serial_number=SERIAL[:-1] + "O")["serial_number"]


def test_a_quantity_that_is_not_the_blocks_is_refused():
    assert set(refused(VERRA, quantity_issued="424")) == {"quantity"}


def test_another_project_than_the_serial_numbers_is_refused():
    assert set(refused(VERRA, id="1341")) == {"project_id"}


def test_another_vintage_than_the_serial_numbers_is_refused():
    assert set(refused(VERRA, vintage_start="2021-01-01")) == {"vintage"}


def test_several_mistakes_of_a_record_are_all_named():
    found = refused(VERRA, quantity_issued="x", vintage_start="y", issuance_date="z", name="")

    assert set(found) == {"quantity", "vintage", "issued_on", "project_name"}


@pytest.mark.parametrize(
    ("column", "cell", "verb", "in_serial"),
    [
        ("Vintage Start", "2020-01-02", "starts", "2020-01-01"),
        ("Vintage End", "2020-12-30", "ends", "2020-12-31"),
    ],
)
def test_a_vintages_day_must_be_the_serial_numbers(column, cell, verb, in_serial):
    assert refused(VERRA, **{column: cell}) == {
        "serial_number": f"It says that the vintage {verb} on {in_serial}, but the column {column} "
        f"says {cell}."
    }


def test_an_unreadable_end_of_the_vintage_is_refused():
    assert refused(VERRA, vintage_end="soon")["vintage"].startswith('Vintage End: "soon" is not')


def test_a_serial_number_labelled_without_certifications_is_refused():
    assert refused(VERRA, additional_certifications=" ") == {
        "serial_number": "Its last digit is 1, with additional certifications, but the column "
        "Additional Certifications is empty."
    }


def test_certifications_without_the_serial_numbers_label_are_refused():
    assert refused(VERRA, serial_number=SERIAL[:-1] + "0") == {
        "serial_number": "Its last digit is 0, without additional certifications, but the column "
        'Additional Certifications says "CCB-No Distinction".'
    }


def test_a_serial_number_without_label_and_no_certifications_agree():
    assert read(VERRA, serial_number=SERIAL[:-1] + "0", additional_certifications="NaN")


def test_a_legacy_serial_number_is_checked_the_same():
    legacy = "240-1007-1431-VCU-003-APX-IN-1-101-01012020-31122020-{}"

    assert read(VERRA, serial_number=legacy.format(1), id="101")
    assert set(refused(VERRA, serial_number=legacy.format(0), id="101")) == {"serial_number"}


def test_no_text_is_cut_and_a_long_one_is_refused():
    assert "301 characters" in refused(VERRA, retirement_beneficiary="x" * 301)["beneficiary"]
    assert "70000 characters" in refused(VERRA, retirement_details="x" * 70_000)["note"]


def test_a_file_without_id_and_issuance_date_is_read_too():
    row = {name: cell for name, cell in VERRA.items() if name not in ("ID", "Issuance Date")}

    record = read_cells(row).record

    assert (record.project_id, record.issued_on) == (None, None)


def test_apostrophes_are_taken_off_in_a_file_of_refused_rows_only():
    row = VERRA | {"Retirement Beneficiary": "'=SUM(A1)", "Retirement Reason": "'plain"}

    assert event(read_cells(row))[2:4] == ("'=SUM(A1)", "'plain")
    assert event(read_cells(row | {"cairn_row": "3"}))[2:4] == ("=SUM(A1)", "'plain")
