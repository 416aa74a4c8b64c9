"""A retirement's certificate: its page, its PDF, and who may see them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from tests.documents import read, squeezed, text_of
from tests.factories import DESK, GUJARAT_ID
from tests.parser import first, words
from tests.web.browser import Browser, Page, check_headers
from tests.web.people import PASSWORD, add_staff, record, sell
from webapp.actions import taking
from webapp.domain.commands import Retire
from webapp.domain.refusals import PdfNotMade
from webapp.errors import status_of
from webapp.web import pdf as typesetting

PATH = f"/records/{GUJARAT_ID}/events/2/certificate"
PDF = f"{PATH}.pdf"


def retire(app: Flask, record_id: str = GUJARAT_ID, **how: Any) -> None:
    with app.app_context():
        taking.retire(record_id, Retire(**how), DESK)


@pytest.fixture
def retired(site: Flask) -> Flask:
    """The site with a retirement of 40 units for Acme Ltd, event 2."""
    record(site)
    retire(
        site, quantity=40, beneficiary="Acme Ltd", reason="Travel", effective_on=date(2024, 2, 29)
    )
    return site


def pdf(app: Flask, path: str = PDF, **how: Any) -> Any:
    response = app.test_client().get(path, **how)
    check_headers(response.headers)
    return response


def facts(page: Page) -> dict[str, str]:
    (listing,) = page.all("dl", "facts")
    return {words(one[0]): words(one[1]) for one in listing}


def qr_path(page: Page) -> str | None:
    (code,) = page.all(None, "qr")
    return first(code, "{*}path").get("d")


# --- the page


def test_it_begins_with_one_sentence_that_says_what_it_certifies(retired: Flask) -> None:
    page = Browser(retired).get(PATH)

    assert page.heading == "40 tonnes of CO2e, retired for Acme Ltd"
    (statement,) = page.all("p", "statement")
    assert words(statement) == (
        "40 tonnes of CO2e from Waste-to-Energy Gujarat (registry VCS, vintage 2018) were retired "
        "for Acme Ltd on 29 February 2024 and can never be sold or retired again."
    )


def test_it_lists_what_the_event_and_its_record_say(retired: Flask) -> None:
    shown = facts(Browser(retired).get(PATH))

    assert shown.pop("Recorded").endswith("UTC, by Registry desk")
    assert shown == {
        "Beneficiary": "Acme Ltd",
        "Retired on": "29 February 2024",
        "Reason": "Travel",
        "Project": "Waste-to-Energy Gujarat",
        "Registry": "VCS",
        "Vintage": "2018",
        "Serial number": "VCS-2220",
        "Units": "40 of the record's 110 units, each one tonne of CO2e: 1 to 40",
        "Event": "2 of the record",
        "Record id": GUJARAT_ID,
        "Proof": "It waits to be sealed into the log, which takes about a second.",
    }


def test_without_a_beneficiary_it_says_so(site: Flask) -> None:
    record(site)
    retire(site, quantity=1)

    page = Browser(site).get(PATH)

    assert page.heading == "1 tonne of CO2e, retired"
    assert facts(page)["Beneficiary"] == "not named"


def test_it_leads_to_the_pdf_the_record_and_the_json(retired: Flask) -> None:
    links = Browser(retired).get(PATH).links()

    assert links["Download the PDF"] == PDF
    assert links["The record"] == f"/records/{GUJARAT_ID}#event-2"
    assert links["As JSON"] == f"/api/v1{PATH}"


def test_printing_is_offered_only_by_script(retired: Flask) -> None:
    page = Browser(retired).get(PATH)

    (button,) = [one for one in page.root.iter("button") if words(one) == "Print"]
    assert "hidden" in button.attrib
    assert "data-print" in button.attrib


def test_its_qr_code_and_its_address_are_its_own_on_the_host_that_was_asked(
    open_site: Callable[..., Flask],
) -> None:
    site = open_site(trusted_hosts=("registry.example",))
    record(site)
    retire(site, quantity=40)

    here, there = (
        Browser(site, base).get(PATH)
        for base in ("https://registry.example", "http://registry.example:8000")
    )

    assert f"https://registry.example{PATH}" in here.links()
    assert f"http://registry.example:8000{PATH}" in there.links()
    assert qr_path(here) != qr_path(there)
    assert qr_path(here) == qr_path(Browser(site, "https://registry.example").get(PATH))


def test_its_strip_fills_this_retirement_only(site: Flask) -> None:
    record(site)
    retire(site, blocks=[{"first": 1, "last": 11}])
    retire(site, blocks=[{"first": 100, "last": 110}])

    (figure,) = Browser(site).get(PATH).all("figure", "strip")

    assert [one.get("class") for one in figure.findall(".//{*}rect")] == ["retired", "rest"]
    (strip,) = figure.findall("{*}svg")
    assert "Units 1-11" in (strip.get("aria-label") or "")


def test_every_block_stands_in_its_table_with_the_sum(site: Flask) -> None:
    record(site)
    retire(site, blocks=[{"first": 1, "last": 3}, {"first": 7, "last": 7}])

    (table,) = Browser(site).get(PATH).all("table", "deed-blocks")

    assert [[words(cell) for cell in row] for row in table.iter("tr")] == [
        ["Serial numbers of the 2 retired blocks", "Tonnes"],
        ["VCS-2220, units 1-3", "3"],
        ["VCS-2220, unit 7", "1"],
        ["Together", "4"],
    ]


def test_html_is_shown_as_text(site: Flask) -> None:
    evil = "<script>alert(1)</script> & \"'"
    record_id = record(site, project_name=evil, registry=evil, serial_number=evil)
    retire(site, record_id, quantity=1, beneficiary=evil, reason=evil, note=f"{evil}\n{evil}")

    page = Browser(site).get(f"/records/{record_id}/events/2/certificate")

    assert page.heading == f"1 tonne of CO2e, retired for {evil}"
    assert facts(page)["Note"] == f"{evil} {evil}"


def test_an_address_in_capitals_leads_to_the_certificate(retired: Flask) -> None:
    page = Browser(retired).get(PATH.replace(GUJARAT_ID, GUJARAT_ID.upper()))

    assert page.path == PATH


# --- what has none


@pytest.mark.parametrize("path", [PATH, PDF])
def test_another_event_is_404_and_says_what_it_is(site: Flask, path: str) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    page = Browser(site).get(path)

    assert page.status == 404
    assert "Event 2 is not a retirement: it is a sale." in page.text


@pytest.mark.parametrize("seq", ["0", "3", "99999999999999999999", "9" * 5000, "x", "-1", "2.0"])
@pytest.mark.parametrize("end", ["", ".pdf"])
def test_an_event_that_there_is_not_is_404(retired: Flask, seq: str, end: str) -> None:
    page = Browser(retired).get(f"/records/{GUJARAT_ID}/events/{seq}/certificate{end}")

    assert page.status == 404


@pytest.mark.parametrize("path", [PATH, PDF])
def test_an_unknown_record_is_404(site: Flask, path: str) -> None:
    assert Browser(site).get(path).status == 404


@pytest.mark.parametrize("path", [PATH, PDF])
def test_without_public_lookup_it_leads_to_sign_in_and_back(
    open_site: Callable[..., Flask], path: str
) -> None:
    site = open_site(public_lookup=False)
    record(site)
    retire(site, quantity=1)

    assert Browser(site).ask(path).goes_to == f"/sign-in?next={path}"


# --- the PDF


def test_the_pdf_is_shown_in_the_browser_under_a_name_of_its_own(retired: Flask) -> None:
    response = pdf(retired)

    assert response.status_code == 200
    assert response.content_type == "application/pdf"
    assert response.headers["Content-Disposition"] == (
        'inline; filename="retirement-d7a2cacab491-2.pdf"'
    )
    assert response.data.startswith(b"%PDF-1.7")
    assert squeezed("40 tonnes of CO2e from Waste-to-Energy Gujarat") in squeezed(
        text_of(response.data)
    )


def test_the_pdf_is_the_same_bytes_each_time_and_on_every_worker(
    retired: Flask, open_site: Callable[..., Flask]
) -> None:
    assert pdf(retired).data == pdf(retired).data == pdf(open_site()).data


def test_the_pdf_is_dated_as_the_event(retired: Flask) -> None:
    metadata = read(pdf(retired).data).metadata

    (event,) = [
        one
        for one in retired.test_client().get(f"/api/v1/records/{GUJARAT_ID}").json["events"]
        if one["seq"] == 2
    ]
    assert metadata.creation_date.strftime("%Y-%m-%dT%H:%M:%S") == event["timestamp"][:19]


def test_the_pdf_is_kept_by_caches_and_asked_for_again_by_its_tag(
    retired: Flask, seal: Callable[[], int]
) -> None:
    seal()
    once = pdf(retired)
    tag = once.headers["ETag"]

    again = pdf(retired, headers={"If-None-Match": tag})
    other = pdf(retired, headers={"If-None-Match": '"other"'})

    assert re.fullmatch('"[0-9a-f]{64}"', tag)
    assert once.headers["Cache-Control"] == "public, max-age=3600"
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert (other.status_code, other.data) == (200, once.data)


def test_without_public_lookup_only_the_readers_own_browser_keeps_the_pdf(
    open_site: Callable[..., Flask], seal: Callable[[], int]
) -> None:
    site = open_site(public_lookup=False)
    record(site)
    retire(site, quantity=1)
    seal()
    add_staff(site, role="viewer")
    reader = Browser(site)
    reader.send_once(reader.get("/sign-in"), email="desk@registry.example", password=PASSWORD)

    assert reader.client.get(PDF).headers["Cache-Control"] == "private, max-age=3600"


def test_a_pdf_that_the_fonts_do_not_reach_leads_to_the_page(site: Flask) -> None:
    record(site)
    retire(site, quantity=1, beneficiary="中国石油")

    text = squeezed(text_of(pdf(site).data))

    assert "□□□□" in text
    assert "pagehastheminfull." in text
    assert facts(Browser(site).get(PATH))["Beneficiary"] == "中国石油"


def test_a_pdf_that_cannot_be_set_is_a_refusal_that_leads_to_the_page(retired: Flask) -> None:
    with pytest.raises(PdfNotMade) as caught, retired.app_context():
        typesetting.render({"title": "nothing else"}, datetime(2026, 5, 3, tzinfo=UTC))

    assert "can be printed" in caught.value.detail
    assert status_of(caught.value) == 503
