"""The list of records on the start page, as anybody sees it."""

import base64

import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.conftest import Snapshot
from tests.web.people import record, sell


def _rows(page: Page) -> list[str]:
    return [words(row) for row in page.root.iterfind(".//tbody/tr")]


def _projects(page: Page) -> list[str]:
    return [words(link) for link in page.root.iterfind(".//tbody/tr/th/a")]


def test_without_records_it_says_so_and_tells_staff_where_to_sign_in(public: Browser) -> None:
    page = public.get("/")

    assert page.heading == "Find carbon credits"
    assert "There are no records yet." in page.text
    assert page.root.find(".//table") is None
    assert page.links()["sign in"] == "/sign-in"


def test_without_records_an_operator_is_offered_to_record_the_first(desk: Browser) -> None:
    assert desk.get("/").links()["Record the first units"] == "/records/new"


def test_without_records_a_viewer_is_offered_nothing_that_is_refused(viewer: Browser) -> None:
    assert "/records/new" not in viewer.get("/").links().values()


def test_the_newest_record_stands_on_top(site: Flask, public: Browser) -> None:
    for number in (1, 2, 3):
        record(site, project_name=f"Project {number}", serial_number=f"VCS-{number}")

    assert _projects(public.get("/")) == ["Project 3", "Project 2", "Project 1"]


def test_a_row_tells_project_registry_vintage_serial_units_and_holdings(
    site: Flask, public: Browser
) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    page = public.get("/")

    (row,) = _rows(page)
    for part in ("Waste-to-Energy Gujarat", "VCS", "2018", "VCS-2220", "110"):
        assert part in row
    assert "50 available and 60 sold" in row
    assert page.links()["Waste-to-Energy Gujarat"] == f"/records/{GUJARAT_ID}"


def test_a_rows_bar_says_in_words_what_it_draws(site: Flask, public: Browser) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    bar = public.get("/").root.find(".//tbody//{*}svg")

    assert bar is not None
    assert (bar.get("role"), bar.get("aria-label")) == ("img", "50 available and 60 sold")


def test_large_quantities_are_written_with_their_thousands_apart(
    site: Flask, public: Browser
) -> None:
    record(site, quantity=1234567)

    assert "1 234 567" in _rows(public.get("/"))[0]


def test_26_records_take_two_pages_and_each_stands_on_one(site: Flask, public: Browser) -> None:
    for number in range(26):
        record(site, project_name=f"Project {number}", serial_number=f"VCS-{number}")

    newest = public.get("/")
    older = public.get(newest.links()["Next records"])

    assert _projects(newest) + _projects(older) == [f"Project {one}" for one in range(25, -1, -1)]
    assert "Next records" not in older.links()
    assert "Previous records" not in newest.links()
    assert _projects(public.get(older.links()["Previous records"])) == _projects(newest)


def test_25_records_are_one_page(site: Flask, public: Browser) -> None:
    for number in range(25):
        record(site, serial_number=f"VCS-{number}")

    page = public.get("/")

    assert len(_rows(page)) == 25
    assert not {"Next records", "Previous records"} & page.links().keys()


def test_a_record_that_is_added_meanwhile_moves_no_row_to_the_next_page(
    site: Flask, public: Browser
) -> None:
    for number in range(26):
        record(site, project_name=f"Project {number}", serial_number=f"VCS-{number}")
    newest = public.get("/")
    record(site, project_name="Project 26", serial_number="VCS-26")

    assert _projects(public.get(newest.links()["Next records"])) == ["Project 0"]


def test_html_in_a_name_is_shown_as_text(site: Flask, public: Browser) -> None:
    record(site, project_name="<b onclick=alert(1)>Wind</b> & <script>", registry="<i>")

    assert _projects(public.get("/")) == ["<b onclick=alert(1)>Wind</b> & <script>"]


@pytest.mark.parametrize("parameter", ["utm_source=news", "fbclid=a", "%00=1", "cursor_=x"])
def test_a_parameter_that_a_mail_program_added_to_the_link_does_no_harm(
    site: Flask, public: Browser, parameter: str
) -> None:
    record(site)

    assert _projects(public.get(f"/?{parameter}")) == ["Waste-to-Energy Gujarat"]


def test_a_records_address_cut_short_leads_to_the_list(public: Browser) -> None:
    assert public.ask("/records").goes_to == "/"


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "' OR 1=1 --",
        "%00",
        "%F0%9F%8C%B3",
        base64.urlsafe_b64encode(b"2026-05-03T00:00:00+00:00 nobody").decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        "A" * 5000,
    ],
)
def test_a_forged_cursor_is_400_with_a_sentence(public: Browser, cursor: str) -> None:
    page = public.get(f"/?cursor={cursor}")

    assert page.status == 400
    assert "cursor is not one that this registry gave" in page.text
    assert page.links()["All records"] == "/"


def test_looking_changes_nothing(site: Flask, public: Browser, ledger: Snapshot) -> None:
    record(site)
    before = ledger()

    public.get("/")

    assert ledger() == before
