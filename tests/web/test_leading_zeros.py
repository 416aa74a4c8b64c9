"""Numbers typed with zeros in front mean what they say, and addresses that no record can have are 404."""

import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.web.browser import HTMX, Browser
from tests.web.conftest import Snapshot
from tests.web.people import record, sell
from webapp.web.acting import ACTS

ZEROS = "0" * 30
FILLED = {
    "retire": {"beneficiary": "Beta GmbH"},
    "sell": {"buyer": "Beta GmbH"},
    "return": {"sale": "2", "reason": "Sold by mistake"},
    "cancel": {"reason": "Issued by mistake"},
}
NO_IDS = {
    "a NUL": "%00",
    "an id with a NUL": f"{GUJARAT_ID[:-1]}%00",
    "6,000 characters": "a" * 6000,
    "a broken byte": "%ff",
    "an id of others": "0" * 64,
}


@pytest.fixture(autouse=True)
def gujarat(site: Flask) -> None:
    """There is a record of 110 units, 60 of which are sold in event 2."""
    sell(site, record(site), "Acme Ltd", 60)


@pytest.mark.parametrize("zeros", ["0", "0" * 19, "0" * 20, "0" * 5000])
def test_a_quantity_with_zeros_in_front_is_the_same_number(desk: Browser, zeros: str) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Retire", quantity=f"{zeros}15")

    assert "Retired 15 units, 61 to 75. 35 units are available." in page.message


def test_zeros_in_front_never_make_a_large_number_a_small_one(
    site: Flask, desk: Browser, ledger: Snapshot
) -> None:
    wide = record(site, serial_number="VCS-16000", quantity=16_000)
    before = ledger()

    page = desk.act(wide, "retire", "Preview", quantity="000000000000000000015999")
    assert "Retires 15 999 units, 1 to 15999" in page.text
    assert ledger() == before

    page = desk.send(page, "Retire")
    assert "Retired 15 999 units, 1 to 15999. 1 unit is available." in page.message


def test_more_than_there_is_is_refused_as_what_it_is(desk: Browser, ledger: Snapshot) -> None:
    before = ledger()

    page = desk.act(GUJARAT_ID, "retire", "Retire", quantity="000000000000000000015999")

    assert page.status == 422
    assert "50 units are available." in page.faults()["quantity"]
    assert ledger() == before


@pytest.mark.parametrize("typed", ["9" * 16, "9" * 21, "1" + "0" * 25, f"{ZEROS}1{ZEROS}"])
def test_a_number_too_large_stays_too_large(desk: Browser, ledger: Snapshot, typed: str) -> None:
    before = ledger()

    page = desk.act(GUJARAT_ID, "retire", "Retire", quantity=typed)

    assert page.faults() == {"quantity": "It must be 9 007 199 254 740 991 or less."}
    assert page.form().fields["quantity"] == typed
    assert ledger() == before


@pytest.mark.parametrize("typed", ["0", "0" * 40, "-0", f"-{ZEROS}15"])
def test_nothing_and_less_stay_too_small(desk: Browser, ledger: Snapshot, typed: str) -> None:
    before = ledger()

    page = desk.act(GUJARAT_ID, "retire", "Retire", quantity=typed)

    assert page.faults() == {"quantity": "It must be 1 or more."}
    assert ledger() == before


@pytest.mark.parametrize("typed", [f"{ZEROS}61-{ZEROS}65", f"61 - {ZEROS}65", f"{ZEROS}61-65"])
def test_blocks_with_zeros_in_front_are_the_same_units(desk: Browser, typed: str) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Retire", blocks=typed)

    assert "Retired 5 units, 61 to 65." in page.message


def test_one_unit_with_zeros_in_front_is_that_unit(desk: Browser) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Retire", blocks=f"{ZEROS}70")

    assert "Retired 1 unit, number 70." in page.message


def test_a_block_with_zeros_behind_is_not_cut_to_one_that_is_there(
    desk: Browser, ledger: Snapshot
) -> None:
    before = ledger()

    page = desk.act(GUJARAT_ID, "retire", "Retire", blocks=f"61-65{ZEROS}")

    assert page.status == 422
    assert "blocks" in page.faults()
    assert ledger() == before


def test_a_sale_with_zeros_in_front_is_that_sale(desk: Browser) -> None:
    form = desk.get(f"/records/{GUJARAT_ID}/return").form()
    typed = form.filled({"quantity": "5", "reason": "Error"}) | {"sale": f"{ZEROS}2"}

    assert desk.ask(form.action, typed).status == 303
    assert "Returned 5 units, 1 to 5." in desk.get(f"/records/{GUJARAT_ID}").text


def test_a_new_record_with_zeros_in_front_of_its_numbers_is_the_same_record(desk: Browser) -> None:
    page = desk.create(
        "Record",
        project_name="Waste-to-Energy Gujarat",
        registry="VCS",
        vintage=f"{ZEROS}2018",
        quantity=f"{ZEROS}110",
        serial_number="VCS-2220",
    )

    assert page.path == f"/records/{GUJARAT_ID}"


# --- addresses that no record can have


@pytest.mark.parametrize("record_id", NO_IDS.values(), ids=NO_IDS)
@pytest.mark.parametrize("action", ACTS)
def test_no_such_record_is_404_for_looking_previewing_and_acting(
    desk: Browser, ledger: Snapshot, action: str, record_id: str
) -> None:
    before = ledger()
    token = desk.get("/").sign_out_form().fields["csrf_token"]
    typed = {"csrf_token": token, "quantity": "5", "idempotency_key": "k1"} | FILLED[action]
    path = f"/records/{record_id}/{action}"

    assert desk.ask(path).status == 404
    assert desk.ask(path, typed).status == 404
    assert desk.ask(path, typed | {"preview": "1"}).status == 404
    assert desk.ask(path, typed | {"foreseen": "x"}).status == 404
    assert desk.ask(path, typed | {"preview": "1"}, headers=HTMX, part=True).status == 404
    assert ledger() == before


@pytest.mark.parametrize("record_id", NO_IDS.values(), ids=NO_IDS)
def test_no_such_record_is_404_for_anybody(public: Browser, record_id: str) -> None:
    assert public.ask(f"/records/{record_id}").status == 404
    assert public.ask(f"/api/v1/records/{record_id}").status == 404
