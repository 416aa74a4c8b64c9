"""What htmx asks for and is told: parts of pages, where they go, and where the focus is then."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask import Flask

from tests.factories import GUJARAT, GUJARAT_ID
from tests.parser import words
from tests.web.browser import HTMX, Browser, Page
from tests.web.conftest import Snapshot
from tests.web.people import record, sell
from webapp.config import Settings

RECORD = f"/records/{GUJARAT_ID}"
ACTIONS = ("retire", "sell", "return", "cancel")
RESTORE = HTMX | {"HX-History-Restore-Request": "true"}


@pytest.fixture(autouse=True)
def gujarat(site: Flask) -> None:
    """There is a record of 110 units, 60 of which are sold in event 2."""
    sell(site, record(site), "Acme Ltd", 60)


def notice(page: Page, status: int) -> str:
    """The sentence of an answer that goes to the page's place for notices."""
    assert page.status == status
    assert page.headers["HX-Retarget"] == "#notice"
    assert page.headers["HX-Reswap"] == "innerHTML"
    assert words(page.focused) == page.text
    return page.text


@pytest.mark.parametrize("action", ACTIONS)
def test_a_form_comes_as_the_part_that_it_is(desk: Browser, action: str) -> None:
    page = desk.part(f"{RECORD}/{action}")

    assert page.status == 200
    (top,) = list(page.root)
    assert top.get("id") == "action"
    assert page.form().action == f"{RECORD}/{action}"
    assert "HX-Retarget" not in page.headers


@pytest.mark.parametrize("action", ACTIONS)
def test_restoring_history_gets_the_whole_page(desk: Browser, action: str) -> None:
    page = desk.ask(f"{RECORD}/{action}", headers=RESTORE)

    assert page.heading == f"{action.title()} units of Waste-to-Energy Gujarat 2018"


def test_the_slots_that_parts_go_to_are_on_the_page(desk: Browser) -> None:
    page = desk.get(RECORD)

    for slot in ("record", "action", "notice"):
        page.element(slot)
    assert page.element("notice").get("role") == "alert"
    desk.get(f"{RECORD}/retire").element("foreseen")
    desk.get("/records/new").element("foreseen")


def test_success_brings_the_whole_panel_with_the_message_focused(desk: Browser) -> None:
    page = desk.send_part(desk.part(f"{RECORD}/retire"), quantity=5)

    assert page.status == 200
    elsewhere = list(page.root)
    elsewhere.pop([one.get("id") for one in elsewhere].index("record"))
    # What else comes along only empties the places for what was told before.
    assert all(one.get("hx-swap-oob") and not words(one) for one in elsewhere)
    assert "HX-Push-Url" not in page.headers  # the form opened in place: the address is right
    assert words(page.focused).startswith("Retired 5 units, 61 to 65. 45 units are available.")
    assert page.focused.get("role") == "status"
    assert page.links()["Find the next record"] == "/"
    assert not list(page.element("action"))  # the form is gone


def test_success_marks_the_new_event_and_no_other(desk: Browser) -> None:
    page = desk.send_part(desk.part(f"{RECORD}/retire"), quantity=5)

    assert [one.get("id") for one in page.all("li", "new")] == ["event-3"]


def test_success_leaves_no_message_for_the_next_page(desk: Browser) -> None:
    desk.send_part(desk.part(f"{RECORD}/retire"), quantity=5)

    assert desk.get(RECORD).message == ""


def test_a_second_click_brings_the_panel_and_says_that_it_was_done_already(
    desk: Browser, ledger: Snapshot
) -> None:
    form = desk.part(f"{RECORD}/retire")
    desk.send_part(form, quantity=5)
    before = ledger()

    page = desk.send_part(form, quantity=5)

    assert page.message.startswith("This was done already, and not a second time: ")
    assert ledger() == before


def test_of_two_clicks_at_once_one_acts(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    form = desk.part(f"{RECORD}/retire").form()
    start = threading.Barrier(4)

    def click(browser: Browser) -> str:
        start.wait()
        page = browser.ask(form.action, form.filled({"quantity": 5}), headers=HTMX, part=True)
        return page.message

    browsers = [Browser(site) for _ in range(4)]
    for browser in browsers:
        browser.client.set_cookie("cairn", desk.cookie or "")
    with ThreadPoolExecutor(4) as pool:
        messages = list(pool.map(click, browsers))

    assert sum(one.startswith("Retired 5 units") for one in messages) == 1
    assert sum(one.startswith("This was done already") for one in messages) == 3
    assert owner.execute("SELECT count(*) FROM events").fetchone() == (3,)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_refused_form_comes_back_in_its_place_with_the_first_error_focused(
    desk: Browser, ledger: Snapshot, action: str
) -> None:
    before = ledger()

    page = desk.send_part(desk.part(f"{RECORD}/{action}"), quantity="1.5")

    assert page.status == 422
    assert page.headers["HX-Retarget"] == "#record"
    assert page.headers["HX-Reswap"] == "outerHTML"
    assert "HX-Push-Url" not in page.headers
    assert page.faults()["quantity"] == "It must be a whole number in plain digits."
    assert page.focused.get("name") == "quantity"
    assert page.form().fields["quantity"] == "1.5"
    assert ledger() == before


def test_a_refusal_of_the_ledger_comes_back_in_the_form(desk: Browser) -> None:
    page = desk.send_part(desk.part(f"{RECORD}/sell"), quantity=51, buyer="Beta GmbH")

    assert page.status == 422
    assert page.headers["HX-Retarget"] == "#record"
    assert "Units 1-60 are sold to Acme Ltd (event 2)." in page.faults()["quantity"]
    assert page.form().fields["buyer"] == "Beta GmbH"


def test_a_preview_goes_to_its_place_and_moves_no_focus(desk: Browser, ledger: Snapshot) -> None:
    before = ledger()

    page = desk.send_part(desk.part(f"{RECORD}/retire"), preview=True, quantity=5)

    assert page.status == 200
    assert page.headers["HX-Retarget"] == "#foreseen"
    assert page.headers["HX-Reswap"] == "outerHTML"
    foreseen, number = list(page.root)
    assert foreseen.get("id") == "foreseen"
    assert "Retires 5 units, 61 to 65." in words(foreseen)
    assert (number.get("id"), words(number)) == ("button-number", "5 units")
    assert number.get("hx-swap-oob") == "innerHTML"  # so the button keeps the focus
    assert "autofocus" not in page.html
    assert ledger() == before


def test_a_preview_while_somebody_still_types_raises_no_alarm(desk: Browser) -> None:
    page = desk.send_part(desk.part(f"{RECORD}/sell"), preview=True, quantity=500, buyer="Acme")

    assert page.status == 200
    assert page.headers["HX-Retarget"] == "#foreseen"
    assert "autofocus" not in page.html
    assert 'role="alert"' not in page.html
    assert "Units 1-60 are sold to Acme Ltd (event 2)." in page.text
    assert words(page.element("button-number")) == "units"


def test_a_preview_of_a_new_record_shows_its_id(desk: Browser, ledger: Snapshot) -> None:
    before = ledger()
    typed = GUJARAT | {"serial_number": "VCS-9"}

    page = desk.send_part(desk.get("/records/new"), preview=True, **typed)

    assert page.headers["HX-Retarget"] == "#foreseen"
    assert "The record's id will be" in page.text
    assert "110 units, 1-110." in page.text
    assert ledger() == before


def test_a_preview_of_a_new_record_that_is_not_complete_raises_no_alarm(desk: Browser) -> None:
    page = desk.send_part(desk.get("/records/new"), preview=True, project_name="Wind")

    assert page.status == 200
    assert page.headers["HX-Retarget"] == "#foreseen"
    assert "is shown here before you save" in page.text
    assert "It is missing" not in page.text


def test_a_preview_that_something_is_missing_for_says_what(desk: Browser) -> None:
    page = desk.send_part(desk.part(f"{RECORD}/sell"), preview=True, quantity=5)

    assert "buyer" in page.text.lower()


def test_a_record_that_is_not_there_is_a_notice(desk: Browser) -> None:
    page = desk.part(f"/records/{'0' * 64}/retire")

    assert "Record not found" in notice(page, 404)


def test_what_a_viewer_may_not_do_is_a_notice(viewer: Browser) -> None:
    page = viewer.part(f"{RECORD}/retire")

    assert "Reading room has the role viewer" in notice(page, 403)


def test_a_form_without_its_token_is_a_notice(desk: Browser, ledger: Snapshot) -> None:
    before = ledger()
    form = desk.part(f"{RECORD}/retire").form()
    sent = form.filled({"quantity": 5}) | {"csrf_token": "x"}

    page = desk.ask(form.action, sent, headers=HTMX, part=True)

    assert "nothing was done yet. Press again." in notice(page, 400)
    assert ledger() == before


def test_a_record_that_others_hold_too_long_is_a_notice_that_says_to_try_again(
    desk: Browser, settings: Settings, ledger: Snapshot
) -> None:
    form = desk.part(f"{RECORD}/retire")
    before = ledger()
    with psycopg.connect(settings.owner_url) as other:
        other.execute("SELECT FROM holdings WHERE record_id = %s FOR UPDATE", (GUJARAT_ID,))

        page = desk.send_part(form, quantity=5)

    assert "Nothing was saved; try again in a few seconds." in notice(page, 503)
    assert int(page.headers["Retry-After"]) >= 1
    assert ledger() == before


def test_when_the_session_is_over_a_form_asked_for_leads_to_sign_in_and_back(
    desk: Browser, owner: psycopg.Connection
) -> None:
    owner.execute("DELETE FROM sessions")

    page = desk.part(f"{RECORD}/retire")

    assert page.headers["HX-Redirect"] == f"/sign-in?next={RECORD}/retire"


def test_when_the_session_is_over_a_form_sent_is_a_notice_and_what_was_typed_stays(
    desk: Browser, owner: psycopg.Connection
) -> None:
    form = desk.part(f"{RECORD}/retire")
    owner.execute("DELETE FROM sessions")

    page = desk.send_part(form, quantity=5)

    assert "Sign in and try again." in notice(page, 401)


@pytest.mark.parametrize("action", ACTIONS)
def test_caches_are_told_that_htmx_gets_another_answer(desk: Browser, action: str) -> None:
    form = desk.get(f"{RECORD}/{action}")

    for page in (
        form,
        desk.part(f"{RECORD}/{action}"),
        desk.send_part(form, quantity="x"),
        desk.send_part(form, preview=True, quantity="x"),
        desk.send(form, quantity="x"),
        desk.part(f"/records/{'0' * 64}/{action}"),
        desk.get(f"/records/{'0' * 64}/{action}"),
    ):
        assert "hx-request" in page.headers.get("Vary", "").lower()
