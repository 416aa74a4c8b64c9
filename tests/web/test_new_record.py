"""Recording issued units: the id before saving, saving, and what is refused."""

import psycopg
import pytest
from flask import Flask

from tests.factories import GUJARAT, GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser
from tests.web.conftest import Snapshot
from tests.web.people import record


def test_preview_shows_the_id_that_the_record_will_have_and_saves_nothing(
    desk: Browser, ledger: Snapshot
) -> None:
    page = desk.create("Preview", **GUJARAT)

    assert page.status == 200
    foreseen = words(page.element("foreseen"))
    assert f"The record's id will be {GUJARAT_ID}" in foreseen
    assert "110 units, 1-110." in foreseen
    assert ledger()["records"] == []


def test_the_previewed_form_still_holds_what_was_typed_and_saves_it(desk: Browser) -> None:
    page = desk.create("Preview", **GUJARAT)

    page = desk.send(page, "Record")

    assert page.path == f"/records/{GUJARAT_ID}"


def test_saving_leads_to_the_record_and_says_what_was_recorded(desk: Browser) -> None:
    form = desk.get("/records/new")

    answer = desk.send_once(form, "Record", **GUJARAT)
    assert (answer.status, answer.goes_to) == (303, f"/records/{GUJARAT_ID}")

    page = desk.get(f"/records/{GUJARAT_ID}")
    assert page.message == "Recorded 110 units of Waste-to-Energy Gujarat."
    assert page.heading == "Waste-to-Energy Gujarat 2018"
    assert desk.get(f"/records/{GUJARAT_ID}").message == ""  # told once


def test_the_first_button_records_as_enter_would(desk: Browser) -> None:
    page = desk.create(**GUJARAT)

    assert page.path == f"/records/{GUJARAT_ID}"


def test_all_fields_are_kept_normalised(desk: Browser) -> None:
    typed = GUJARAT | {
        "project_name": "  Waste-to-Energy \u00a0 Gujarat ",
        "project_id": " 2220 ",
        "issued_on": "2019-05-03",
        "quantity": " 110 ",
    }

    page = desk.create("Record", **typed)

    assert page.path == f"/records/{GUJARAT_ID}"
    assert "Waste-to-Energy Gujarat (2220)" in page.text
    assert "3 May 2019" in page.text


def test_the_same_record_again_says_that_it_is_here_already(
    desk: Browser, ledger: Snapshot
) -> None:
    desk.create("Record", **GUJARAT)
    before = ledger()

    page = desk.create("Record", **GUJARAT)

    assert page.path == f"/records/{GUJARAT_ID}"
    assert page.message == "This record was here already; nothing was added."
    assert ledger() == before


def test_preview_of_a_record_that_is_here_links_to_it(site: Flask, desk: Browser) -> None:
    record(site)

    page = desk.create("Preview", **GUJARAT)

    assert "This record is here already" in words(page.element("foreseen"))
    assert page.links()["look at it"] == f"/records/{GUJARAT_ID}"


def test_a_form_sent_twice_records_once(desk: Browser, owner: psycopg.Connection) -> None:
    form = desk.get("/records/new")

    desk.send(form, "Record", **GUJARAT)
    page = desk.send(form, "Record", **GUJARAT)

    assert page.message == "This record was here already; nothing was added."
    assert owner.execute("SELECT count(*) FROM events").fetchone() == (1,)


def test_an_empty_form_names_every_missing_field_and_focuses_the_first(
    desk: Browser, ledger: Snapshot
) -> None:
    page = desk.create("Record")

    assert page.status == 422
    assert page.faults() == dict.fromkeys(
        ("project_name", "registry", "vintage", "quantity", "serial_number"),
        "It is missing; fill it in.",
    )
    assert page.focused.get("name") == "project_name"
    assert ledger()["records"] == []


def test_a_refusal_keeps_what_was_typed_and_links_to_the_fields(
    desk: Browser, ledger: Snapshot
) -> None:
    typed = {
        "project_name": 'Wind "Farm" <Rajasthan>',
        "registry": "VCS",
        "vintage": "1899",
        "quantity": "1.5",
        "serial_number": "VCS-1",
        "project_id": "12",
        "issued_on": "2026-02-30",
    }

    page = desk.create("Record", **typed)

    assert page.status == 422
    form = page.form()
    assert {name: form.fields[name] for name in typed} == typed
    links = page.links()
    assert (links["Vintage"], links["Quantity"]) == ("#vintage", "#quantity")
    assert links["Issued on"] == "#issued_on"
    assert page.faults() == {
        "vintage": "It must be 1900 or more.",
        "quantity": "It must be a whole number in plain digits.",
        "issued_on": "There is no such day in the calendar.",
    }
    assert "Nothing was saved" in page.summary
    assert page.focused.get("name") == "vintage"
    assert ledger()["records"] == []


def test_the_focus_is_on_the_first_field_at_fault_as_the_page_shows_them(desk: Browser) -> None:
    page = desk.create("Record", **GUJARAT | {"serial_number": "", "vintage": "x"})

    faulty = [
        one.get("name") for one in page.root.iter("input") if one.get("aria-invalid") == "true"
    ]
    assert page.focused.get("name") == faulty[0]


def test_a_refused_form_can_be_mended_and_sent(desk: Browser) -> None:
    page = desk.create("Record", **GUJARAT | {"vintage": "1899"})

    page = desk.send(page, "Record", vintage=2018)

    assert page.path == f"/records/{GUJARAT_ID}"


def test_a_refused_preview_is_422_with_the_messages_at_the_fields(desk: Browser) -> None:
    page = desk.create("Preview", **GUJARAT | {"quantity": "0"})

    assert page.status == 422
    assert page.faults() == {"quantity": "It must be 1 or more."}


def test_another_quantity_under_the_same_id_is_refused_with_what_is_here(
    site: Flask, desk: Browser, ledger: Snapshot
) -> None:
    record(site)
    before = ledger()

    page = desk.create("Record", **GUJARAT | {"quantity": 111})

    assert page.status == 422
    assert page.faults() == {"quantity": "The record has 110 here."}
    assert "A record with this id exists and is never changed" in page.summary
    assert page.form().fields["quantity"] == "111"
    assert ledger() == before


def test_units_of_another_record_are_refused_and_the_other_record_is_named(
    site: Flask, desk: Browser, ledger: Snapshot
) -> None:
    record(site)
    before = ledger()

    page = desk.create("Record", **GUJARAT | {"project_name": "Another project"})

    assert page.status == 422
    assert 'already recorded in "Waste-to-Energy Gujarat"' in page.faults()["serial_number"]
    assert page.focused.get("name") == "serial_number"
    assert page.links()["Look at the record that has them"] == f"/records/{GUJARAT_ID}"
    assert ledger() == before


def test_preview_warns_of_units_that_another_record_has(site: Flask, desk: Browser) -> None:
    record(site)

    page = desk.create("Preview", **GUJARAT | {"project_name": "Another project"})

    assert "Waste-to-Energy Gujarat" in page.text


def test_preview_warns_of_a_record_with_this_id_and_other_fields(
    site: Flask, desk: Browser
) -> None:
    record(site)

    page = desk.create("Preview", **GUJARAT | {"quantity": 111})

    assert "The record has 110 here." in page.text


def test_a_serial_that_contradicts_the_quantity_is_refused_at_the_quantity(desk: Browser) -> None:
    typed = GUJARAT | {
        "registry": "GS",
        "vintage": 2025,
        "serial_number": "GS1-1-KE-GS11603-16-2025-30256-1-100",
    }

    page = desk.create("Record", **typed)

    assert page.status == 422
    assert list(page.faults()) == ["quantity"]
    assert "1-100 has 100 units" in page.faults()["quantity"]


def test_fields_that_the_form_does_not_have_are_no_matter(desk: Browser) -> None:
    form = desk.get("/records/new").form()

    sent = form.filled(GUJARAT) | {"id": "x", "actor": "Somebody else", "created_at": "1970-01-01"}
    page = desk.ask("/records/new", sent)

    assert page.goes_to == f"/records/{GUJARAT_ID}"
    assert "by Registry desk" in desk.get(page.goes_to).text


@pytest.mark.parametrize("key", ["", "x" * 300, "x" * 100_000, "a\x00b", "🌳"])
def test_a_tampered_idempotency_key_is_no_crash(desk: Browser, key: str) -> None:
    form = desk.get("/records/new").form()

    page = desk.ask("/records/new", form.filled(GUJARAT) | {"idempotency_key": key})

    assert page.status in (303, 400, 422)


def test_the_public_is_led_to_sign_in_and_back_to_the_form(public: Browser) -> None:
    assert public.ask("/records/new").goes_to == "/sign-in?next=/records/new"
