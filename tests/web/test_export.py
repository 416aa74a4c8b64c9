"""The links below the list that take records along as a file."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.conftest import Filled
from tests.exported import as_csv
from tests.web.browser import Browser, Page
from tests.web.people import record
from webapp.actions import exporting
from webapp.app import create_app
from webapp.domain.searching import Search
from webapp.store import database

LINKS = ("Download CSV", "Download Excel", "Download JSON Lines")


@pytest.fixture
def reader(filled: Filled) -> Iterator[Browser]:
    """Anybody, before the filled registry."""
    app = create_app(filled.settings["all"])
    yield Browser(app)
    with app.app_context():
        database.close(app)


def taken(browser: Browser, page: Page, link: str) -> bytes:
    """What a link of the page leads to."""
    return browser.client.get(page.links()[link]).data


def test_the_list_offers_all_records_in_every_format(reader: Browser, filled: Filled) -> None:
    page = reader.get("/")

    assert "Take all records along with everything that happened to them" in page.text
    assert taken(reader, page, "Download CSV") == as_csv(
        one.story for one in filled.registry.records
    )
    assert taken(reader, page, "Download JSON Lines").count(b"\n") == len(filled.registry.records)
    assert taken(reader, page, "Download Excel").startswith(b"PK")


def test_a_search_offers_what_it_found_whatever_its_order_and_page(
    reader: Browser, filled: Filled
) -> None:
    page = reader.get("/?q=wind&sort=quantity&order=desc")
    hits = set(filled.registry.hits(Search(q="wind")))

    assert "Take these records along" in page.text
    assert taken(reader, page, "Download CSV") == as_csv(
        one.story for one in filled.registry.records if one.id in hits
    )


def test_what_htmx_swaps_in_offers_what_was_found(reader: Browser) -> None:
    page = reader.part("/?q=wind&registry=VCS")

    for link in LINKS:
        assert "q=wind" in page.links()[link]
        assert "registry=VCS" in page.links()[link]


def test_where_nothing_was_found_nothing_is_offered(reader: Browser, public: Browser) -> None:
    assert not reader.get("/?q=nothing+like+it").links().keys() & set(LINKS)
    assert not public.get("/").links().keys() & set(LINKS)


def test_a_shared_address_may_bear_what_mail_programs_add(reader: Browser) -> None:
    answer = reader.client.get("/records/export?vintage=2020&registry=&utm_source=mail")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_malformed_filter_is_a_page_that_says_so(reader: Browser) -> None:
    page = reader.get("/records/export?vintage=soon")

    assert page.status == 400
    assert "vintage must be a year from 1900 to 2100." in page.text


def test_too_many_rows_for_excel_are_a_page_that_says_what_to_do(
    reader: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 10)

    page = reader.get("/records/export?format=xlsx")

    assert page.status == 409
    assert "Take CSV, which has no limit" in page.text


def test_it_asks_to_sign_in_when_looking_up_is_not_public(
    open_site: Callable[..., Flask], site: Flask
) -> None:
    record(site)
    page = Browser(open_site(public_lookup=False)).ask("/records/export?format=csv")

    assert page.goes_to is not None
    assert page.goes_to.startswith("/sign-in?next=")
