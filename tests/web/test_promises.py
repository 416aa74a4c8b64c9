"""What a preview showed is what is done, or nothing is: then the new preview waits for a press."""

import re

import pytest
from flask import Flask

from tests.factories import DESK, GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.conftest import Snapshot
from tests.web.people import record, sell
from webapp.actions import taking
from webapp.actions.outcome import Once
from webapp.domain.commands import Cancel, Retire, Return, Sell, TakeUnits
from webapp.domain.refusals import NotAsForeseen

RECORD = f"/records/{GUJARAT_ID}"
ONCE = Once("k1", "POST", RECORD)
NOTHING_DONE = (
    "The form was changed after the preview, or somebody else took units meanwhile, so nothing was "
    "done. This is what will be done now; press again."
)
ACTIONS = {
    "retire": {"beneficiary": "Beta GmbH"},
    "sell": {"buyer": "Beta GmbH"},
    "return": {"sale": "2", "reason": "Sold by mistake"},
    "cancel": {"reason": "Issued by mistake"},
}
DO = {
    Sell: taking.sell,
    Return: taking.return_sold,
    Retire: taking.retire,
    Cancel: taking.cancel,
}
COMMANDS = {
    "sell": Sell(buyer="Beta GmbH", quantity=5),
    "return": Return(sale=2, quantity=5, reason="Error"),
    "retire": Retire(quantity=5),
    "cancel": Cancel(quantity=5, reason="Error"),
}


@pytest.fixture(autouse=True)
def gujarat(site: Flask) -> None:
    """There is a record of 110 units, 60 of which are sold in event 2."""
    sell(site, record(site), "Acme Ltd", 60)


def meanwhile(site: Flask, command: TakeUnits) -> None:
    """Somebody else does this."""
    with site.app_context():
        DO[type(command)](GUJARAT_ID, command, DESK)


def takes_the_lowest(action: str) -> TakeUnits:
    """What takes the units that this action would have taken first."""
    return Retire(sale=2, quantity=3) if action == "return" else Retire(quantity=3)


def assert_asked_again(page: Page, blocks: str) -> None:
    assert page.status == 409
    assert NOTHING_DONE in page.summary
    assert blocks in words(page.element("foreseen"))


@pytest.mark.parametrize("action", ACTIONS)
def test_another_quantity_than_was_previewed_is_previewed_first_and_done_when_pressed_again(
    desk: Browser, ledger: Snapshot, action: str
) -> None:
    low = 1 if action == "return" else 61
    before = ledger()
    page = desk.act(GUJARAT_ID, action, "Preview", quantity=5, **ACTIONS[action])

    page = desk.send(page, f"{action.title()} 5 units", quantity=7)

    assert_asked_again(page, f"7 units, {low} to {low + 6}")
    assert ledger() == before
    page = desk.send(page, f"{action.title()} 7 units")
    assert page.path == RECORD
    assert f"7 units, {low} to {low + 6}" in page.message


@pytest.mark.parametrize("action", ACTIONS)
def test_other_units_than_were_previewed_are_previewed_first_and_taken_when_pressed_again(
    site: Flask, desk: Browser, ledger: Snapshot, action: str
) -> None:
    low = 1 if action == "return" else 61
    page = desk.act(GUJARAT_ID, action, "Preview", quantity=5, **ACTIONS[action])
    assert f"{low} to {low + 4}" in words(page.element("foreseen"))
    meanwhile(site, takes_the_lowest(action))
    before = ledger()

    page = desk.send(page, f"{action.title()} 5 units")

    assert_asked_again(page, f"5 units, {low + 3} to {low + 7}")
    assert ledger() == before
    page = desk.send(page, f"{action.title()} 5 units")
    assert page.path == RECORD
    assert f"5 units, {low + 3} to {low + 7}" in page.message


def test_if_others_are_quicker_a_second_time_it_is_asked_a_second_time(
    site: Flask, desk: Browser
) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Preview", quantity=5)
    for low in (64, 67):
        meanwhile(site, Retire(quantity=3))
        page = desk.send(page, "Retire 5 units")
        assert_asked_again(page, f"{low} to {low + 4}")

    assert "Retired 5 units, 67 to 71" in desk.send(page, "Retire 5 units").message


def test_units_that_others_took_elsewhere_break_no_promise(site: Flask, desk: Browser) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Preview", quantity=5)
    sell_high = Sell(buyer="Third Ltd", blocks=[{"first": 100, "last": 110}])
    meanwhile(site, sell_high)

    assert "Retired 5 units, 61 to 65" in desk.send(page, "Retire 5 units").message


def test_the_same_units_from_another_event_are_not_what_was_promised(
    site: Flask, desk: Browser, ledger: Snapshot
) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Preview", blocks="61-65")
    meanwhile(site, Sell(buyer="Third Ltd", quantity=5))
    before = ledger()

    page = desk.send(page, "Retire 5 units")

    assert_asked_again(page, "Third Ltd")
    assert ledger() == before


def test_when_others_left_too_little_the_refusal_says_so_and_what_was_typed_stays(
    site: Flask, desk: Browser, ledger: Snapshot
) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Preview", quantity=50, reason="Offset")
    meanwhile(site, Retire(quantity=3))
    before = ledger()

    page = desk.send(page, "Retire 50 units")

    assert page.status == 422
    assert "47 units are available." in page.faults()["quantity"]
    assert page.form().fields["reason"] == "Offset"
    assert ledger() == before


def test_another_reason_than_was_previewed_breaks_no_promise(desk: Browser) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Preview", quantity=5, reason="Offset")

    page = desk.send(page, "Retire 5 units", reason="Printing")

    assert "Retired 5 units, 61 to 65" in page.message
    assert "Printing" in desk.get(RECORD).text


@pytest.mark.parametrize("action", ACTIONS)
def test_without_a_preview_no_promise_is_asked_for(site: Flask, desk: Browser, action: str) -> None:
    form = desk.get(f"{RECORD}/{action}")
    assert "foreseen" not in form.form().fields
    meanwhile(site, takes_the_lowest(action))

    page = desk.send(form, action.title(), quantity=5, **ACTIONS[action])

    low = 4 if action == "return" else 64
    assert f"5 units, {low} to {low + 4}" in page.message


def test_what_was_done_already_is_told_so_although_its_promise_would_not_hold_now(
    desk: Browser, ledger: Snapshot
) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Preview", quantity=5)
    desk.send(page, "Retire 5 units")
    before = ledger()

    page = desk.send(page, "Retire 5 units")

    assert page.message.startswith("This was done already, and not a second time: ")
    assert ledger() == before


def test_in_place_the_new_preview_comes_as_a_part_and_acts_when_pressed_again(
    site: Flask, desk: Browser, ledger: Snapshot
) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Preview", quantity=5)
    meanwhile(site, Retire(quantity=3))
    before = ledger()

    part = desk.send_part(page)

    assert_asked_again(part, "5 units, 64 to 68")
    assert part.headers["HX-Retarget"] == "#record"
    assert ledger() == before
    assert "Retired 5 units, 64 to 68" in desk.send(part, "Retire 5 units").message


@pytest.mark.parametrize("promise", ["x", "\0", "é" * 10_000, "0" * 64])
def test_a_forged_promise_does_nothing(desk: Browser, ledger: Snapshot, promise: str) -> None:
    form = desk.get(f"{RECORD}/retire").form()
    before = ledger()

    page = desk.ask(form.action, form.filled({"quantity": 5}) | {"foreseen": promise})

    assert_asked_again(page, "5 units, 61 to 65")
    assert ledger() == before


# --- the same over the actions


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_an_action_with_a_promise_that_holds_is_done(site: Flask, command: TakeUnits) -> None:
    with site.app_context():
        preview = taking.preview(GUJARAT_ID, command)

        outcome = DO[type(command)](GUJARAT_ID, command, DESK, promise=preview.promise)

    assert re.fullmatch("[0-9a-f]{64}", preview.promise)
    assert [event.units for event in outcome.added] == [draft.units for draft in preview.drafts]


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_an_action_with_a_promise_that_is_broken_does_nothing(
    site: Flask, ledger: Snapshot, command: TakeUnits
) -> None:
    name = next(key for key, one in COMMANDS.items() if one is command)
    with site.app_context():
        promise = taking.preview(GUJARAT_ID, command).promise
        meanwhile(site, takes_the_lowest(name))
        before = ledger()

        for once in (None, ONCE):
            with pytest.raises(NotAsForeseen):
                DO[type(command)](GUJARAT_ID, command, DESK, once, promise=promise)

        assert ledger() == before
        newer = taking.preview(GUJARAT_ID, command).promise
        assert newer != promise
        DO[type(command)](GUJARAT_ID, command, DESK, ONCE, promise=newer)  # the key is free


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_an_action_without_a_promise_takes_what_is_there(site: Flask, command: TakeUnits) -> None:
    name = next(key for key, one in COMMANDS.items() if one is command)
    meanwhile(site, takes_the_lowest(name))
    with site.app_context():
        outcome = DO[type(command)](GUJARAT_ID, command, DESK)

    assert sum(event.units.quantity for event in outcome.added) == 5
