"""A record's page: what anybody sees of it, and what only who may act sees."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.conftest import Snapshot
from tests.web.people import PASSWORD, add_staff, record, sell

RECORD = f"/records/{GUJARAT_ID}"
ACTIONS = ("retire", "sell", "return", "cancel")


def facts(page: Page) -> dict[str, str]:
    (listing,) = page.all("dl", "facts")
    return {words(one[0]): words(one[1]).split(" Copy ")[0] for one in listing}


def told(page: Page) -> list[str]:
    return [words(one) for one in page.all("p", "told")]


def test_it_shows_the_records_facts(site: Flask, public: Browser) -> None:
    record(site, project_id="1340")

    page = public.get(RECORD)

    assert page.heading == "Waste-to-Energy Gujarat 2018"
    shown = facts(page)
    assert shown.pop("Recorded").endswith("UTC, by Registry desk")
    assert shown == {
        "Project": "Waste-to-Energy Gujarat (1340)",
        "Registry": "VCS",
        "Vintage": "2018",
        "Serial number": "VCS-2220",
        "Units": "110 units, 1-110: 110 tonnes of CO2e",
        "Record id": GUJARAT_ID,
    }


def test_it_says_in_words_how_the_units_are_held(site: Flask, public: Browser) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    page = public.get(RECORD)

    strip = page.root.find(".//figure//{*}svg")
    assert strip is not None
    assert strip.get("aria-label") == (
        "The units 1-110 in a row. Units 1-60, 60 units: sold to Acme Ltd (event 2); "
        "Units 61-110, 50 units: available (event 1)."
    )
    (legend,) = page.all("dl", "legend")
    assert words(legend) == "available 50 sold 60 retired 0 cancelled 0"
    assert words(page.element("held-title")) == "How the 110 units are held active"


def test_the_life_story_has_the_newest_event_on_top_with_its_units(
    site: Flask, public: Browser
) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    page = public.get(RECORD)

    assert told(page) == ["Sold 60 units, 1 to 60, to Acme Ltd.", "Issued 110 units, 1 to 110."]
    assert words(page.element("event-2")).startswith("Sold 60 units")
    assert "Event 2, out of event 1." in words(page.element("event-2"))
    assert "by Registry desk." in words(page.element("event-2"))


def test_an_event_tells_its_reason_its_note_and_its_day(desk: Browser, site: Flask) -> None:
    record(site)
    desk.act(
        GUJARAT_ID,
        "cancel",
        "Cancel",
        quantity=1,
        reason="Buffer <pool>",
        note="First line\r\nsecond line",
        effective_on="2024-02-29",
    )

    event = words(Browser(site).get(RECORD).element("event-2"))

    assert "Cancelled 1 unit, number 1." in event
    assert "Reason: Buffer <pool>" in event
    assert "First line second line" in event
    assert "Counts for 29 February 2024." in event


def test_many_blocks_are_all_to_be_found(desk: Browser, site: Flask) -> None:
    record(site)
    blocks = ", ".join(str(number) for number in range(1, 110, 10))
    desk.act(GUJARAT_ID, "retire", "Retire", blocks=blocks)

    event = words(desk.get(RECORD).element("event-2"))

    assert "Retired 11 units, 1, 11, 21, 31 and 7 more blocks." in event
    assert "11 blocks 1, 11, 21, 31, 41, 51, 61, 71, 81, 91, 101" in event


def test_the_public_sees_no_buttons_and_no_form(site: Flask, public: Browser) -> None:
    record(site)

    page = public.get(RECORD)

    assert page.status == 200
    assert page.forms() == []
    assert not any(name.endswith(" units") for name in page.links())


def test_a_viewer_sees_no_buttons(site: Flask, viewer: Browser) -> None:
    record(site)

    page = viewer.get(RECORD)

    assert not any(name.endswith(" units") for name in page.links())
    assert "New record" not in page.links()


def test_an_operator_sees_the_actions_that_there_are_units_for(site: Flask, desk: Browser) -> None:
    record(site)

    assert [name for name in desk.get(RECORD).links() if name.endswith(" units")] == [
        "Retire units",
        "Sell units",
        "Cancel units",
    ]


def test_returning_is_offered_once_something_is_sold(site: Flask, desk: Browser) -> None:
    sell(site, record(site), "Acme Ltd", 110)

    links = desk.get(RECORD).links()

    assert [name for name in links if name.endswith(" units")] == ["Retire units", "Return units"]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_viewer_is_refused_every_action_by_address_and_by_post(
    site: Flask, viewer: Browser, ledger: Snapshot, action: str
) -> None:
    sell(site, record(site), "Acme Ltd", 60)
    before = ledger()
    token = viewer.get("/").sign_out_form().fields["csrf_token"]
    sent = {"csrf_token": token, "quantity": "5", "buyer": "X", "reason": "X", "sale": "2"}

    for page in (viewer.ask(f"{RECORD}/{action}"), viewer.ask(f"{RECORD}/{action}", sent)):
        assert page.status == 403
        assert "Reading room has the role viewer, which may look but not change anything." in (
            page.text
        )

    assert ledger() == before


def test_a_viewer_is_refused_new_records(viewer: Browser, ledger: Snapshot) -> None:
    token = viewer.get("/").sign_out_form().fields["csrf_token"]

    assert viewer.ask("/records/new").status == 403
    assert viewer.ask("/records/new", {"csrf_token": token}).status == 403
    assert ledger()["records"] == []


@pytest.mark.parametrize("action", ACTIONS)
def test_the_public_is_led_to_sign_in_and_back(site: Flask, public: Browser, action: str) -> None:
    record(site)

    page = public.ask(f"{RECORD}/{action}")

    assert (page.status, page.goes_to) == (303, f"/sign-in?next={RECORD}/{action}")


def test_without_public_lookup_list_and_record_lead_to_sign_in_and_back(
    open_site: Callable[..., Flask],
) -> None:
    site = open_site(public_lookup=False)
    record(site)
    add_staff(site, role="viewer")
    browser = Browser(site)

    assert browser.ask("/").goes_to == "/sign-in?next=/"
    page = browser.get(RECORD)
    assert page.heading == "Sign in"
    page = browser.send(page, email="desk@registry.example", password=PASSWORD)

    assert page.path == RECORD
    assert page.heading == "Waste-to-Energy Gujarat 2018"
    assert browser.get("/").heading == "Find carbon credits"


def test_without_public_lookup_nobody_learns_which_records_there_are(
    open_site: Callable[..., Flask],
) -> None:
    site = open_site(public_lookup=False)
    record(site)
    unknown = f"/records/{'0' * 64}"

    for path in (RECORD, unknown):
        assert Browser(site).ask(path).goes_to == f"/sign-in?next={path}"


def test_without_public_lookup_the_sign_in_page_does_not_promise_it(
    open_site: Callable[..., Flask],
) -> None:
    page = Browser(open_site(public_lookup=False)).get("/sign-in")

    assert "Looking records up needs no account" not in page.text


def test_after_signing_out_without_public_lookup_one_is_told_so(
    open_site: Callable[..., Flask],
) -> None:
    site = open_site(public_lookup=False)
    add_staff(site)
    browser = Browser(site)
    browser.sign_in("desk@registry.example", PASSWORD)

    page = browser.sign_out()

    assert page.heading == "Sign in"
    assert page.message == "You are signed out."


def test_html_in_fields_is_shown_as_text(site: Flask, desk: Browser) -> None:
    evil = "<script>alert(1)</script> & \"'"
    record_id = record(site, project_name=evil, registry=evil, serial_number=evil, project_id=evil)
    page = desk.act(record_id, "sell", "Sell", quantity=5, buyer=evil, note=evil)

    assert page.heading == f"{evil} 2018"
    assert facts(page)["Serial number"] == evil
    assert told(page)[0] == f"Sold 5 units, 1 to 5, to {evil}."
    assert f"Sold 5 units, 1 to 5, to {evil}." in page.message
    assert evil in words(page.element("event-2"))


@pytest.mark.parametrize(
    "record_id", ["0" * 64, "x", GUJARAT_ID.upper(), f"{GUJARAT_ID}0", "%00", "..", "%F0%9F%8C%B3"]
)
def test_an_unknown_record_is_404_with_a_way_on(public: Browser, record_id: str) -> None:
    page = public.get(f"/records/{record_id}")

    assert page.status == 404
    assert page.links()["To the records"] == "/"


def test_a_record_of_one_unit_speaks_of_one_unit(site: Flask, public: Browser) -> None:
    page = public.get(f"/records/{record(site, quantity=1)}")

    assert words(page.element("held-title")) == "How the 1 unit is held active"
    assert told(page) == ["Issued 1 unit, number 1."]


def test_times_are_iso_for_machines_and_words_for_people(site: Flask, public: Browser) -> None:
    record(site)

    times = list(public.get(RECORD).element("event-1").iter("time"))

    assert [words(one).endswith("UTC") for one in times] == [True]
    assert datetime.fromisoformat(times[0].get("datetime") or "").tzinfo is not None


def test_id_and_serial_number_can_be_copied(site: Flask, public: Browser) -> None:
    record(site)

    copied = [one.get("data-copy") for one in public.get(RECORD).all("button", "copy")]

    assert copied == ["VCS-2220", GUJARAT_ID]


def test_a_retirement_leads_to_its_certificate(site: Flask, desk: Browser) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    page = desk.act(GUJARAT_ID, "retire", "Retire", quantity=5)

    certificate = f"{RECORD}/events/3/certificate"
    assert page.links()["Certificate"] == certificate  # in the message
    assert page.links()["Certificate of event 3"] == certificate
    assert not [name for name in page.links() if name.endswith("of event 2")]


def test_other_acts_have_no_certificate(site: Flask, desk: Browser) -> None:
    record(site)

    page = desk.act(GUJARAT_ID, "cancel", "Cancel", quantity=5, reason="Buffer")

    assert not [name for name in page.links() if name.startswith("Certificate")]
    assert page.links()["Find the next record"] == "/"


def test_the_link_of_the_open_action_says_that_it_is_open(site: Flask, desk: Browser) -> None:
    record(site)

    page = desk.get(f"{RECORD}/sell")

    links = [one for one in page.root.iter("a") if words(one).endswith(" units")]
    assert [words(one) for one in links if one.get("aria-current")] == ["Sell units"]


def test_actions_stand_beside_what_they_act_on(site: Flask, desk: Browser) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    (legend,) = desk.get(RECORD).all("dl", "legend")

    assert [words(one) for one in legend] == [
        "available 50 Retire units Sell units Cancel units",
        "sold 60 Return units",
        "retired 0",
        "cancelled 0",
    ]
