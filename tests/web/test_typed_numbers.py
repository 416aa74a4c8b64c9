"""Quantities typed with separators as people write them, and "all of them" without a script."""

import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.web.browser import Browser
from tests.web.conftest import Snapshot
from tests.web.people import record, sell

WIDE = {"serial_number": "VCS-16000", "quantity": 16_000}


@pytest.mark.parametrize(
    "typed", ["15 000", "15,000", "15\u00a0000", "15\u202f000", "15\u2009000", " 15000 "]
)
def test_thousands_may_be_parted(site: Flask, desk: Browser, typed: str) -> None:
    page = desk.act(record(site, **WIDE), "retire", "Retire", quantity=typed)

    assert "Retired 15 000 units, 1 to 15000." in page.message


@pytest.mark.parametrize(
    "typed", ["1,5", "15,00", "15,000,0", "1 5", "15  000", "15.000", "15'000", ",000", "1,000 000"]
)
def test_what_may_mean_something_else_is_refused(
    site: Flask, desk: Browser, ledger: Snapshot, typed: str
) -> None:
    record_id = record(site, **WIDE)
    before = ledger()

    page = desk.act(record_id, "retire", "Retire", quantity=typed)

    assert page.faults() == {"quantity": "It must be a whole number in plain digits."}
    assert page.form().fields["quantity"] == typed
    assert ledger() == before


def test_blocks_may_have_parted_thousands_too(site: Flask, desk: Browser) -> None:
    page = desk.act(record(site, **WIDE), "retire", "Retire", blocks="1 000-2 000, 15\u202f000")

    assert "Retired 1 002 units, 1000 to 2000 and 15000." in page.message


def test_a_new_records_quantity_may_be_parted_and_its_vintage_not(desk: Browser) -> None:
    typed = {"project_name": "P", "registry": "VCS", "serial_number": "VCS-77"}

    assert desk.create("Record", **typed, quantity="1 000", vintage="2 020").faults() == {
        "vintage": "It must be a whole number in plain digits."
    }
    page = desk.create("Record", **typed, quantity="1 000", vintage="2020")

    assert "Recorded 1 000 units of P." in page.message


def test_all_of_them_fills_in_what_is_available(site: Flask, desk: Browser) -> None:
    sell(site, record(site), "Acme Ltd", 60)
    page = desk.get(f"/records/{GUJARAT_ID}/sell")

    page = desk.get(page.links()["All of them"])

    assert page.form().fields["quantity"] == "50"


def test_all_of_them_are_those_of_the_sale_where_it_is_about_a_sale(
    site: Flask, desk: Browser
) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    form = desk.get(f"/records/{GUJARAT_ID}/return?all=1").form()

    assert (form.fields["sale"], form.fields["quantity"]) == ("2", "60")


def test_with_nothing_available_all_of_them_are_the_first_sales(site: Flask, desk: Browser) -> None:
    sell(site, record(site), "Acme Ltd", 110)

    form = desk.get(f"/records/{GUJARAT_ID}/retire?all=1").form()

    assert (form.fields["sale"], form.fields["quantity"]) == ("2", "110")
