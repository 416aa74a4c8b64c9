"""Selling, returning, retiring and cancelling in the forms, without JavaScript."""

import psycopg
import pytest
from flask import Flask

from tests.factories import GUJARAT, GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser
from tests.web.conftest import Snapshot
from tests.web.people import PASSWORD, add_staff, record, sell
from webapp.web.acting import ACTS

RECORD = f"/records/{GUJARAT_ID}"
FILLED: dict[str, dict[str, object]] = {
    "retire": {"beneficiary": "Beta GmbH"},
    "sell": {"buyer": "Beta GmbH"},
    "return": {"reason": "Sold by mistake"},
    "cancel": {"reason": "Issued by mistake"},
}
ACTIONS = list(FILLED)
AFTERWARDS = {
    "retire": ("Retires 5 units, 61 to 65, for Beta GmbH.", "45 available, 60 sold and 5 retired."),
    "sell": ("Sells 5 units, 61 to 65, to Beta GmbH.", "45 available and 65 sold."),
    "return": ("Returns 5 units, 1 to 5.", "55 available and 55 sold."),
    "cancel": ("Cancels 5 units, 61 to 65.", "45 available, 60 sold and 5 cancelled."),
}


@pytest.fixture(autouse=True)
def gujarat(site: Flask) -> None:
    """There is a record of 110 units, 60 of which are sold in event 2."""
    sell(site, record(site), "Acme Ltd", 60)


def test_the_whole_story_of_a_record(desk: Browser, public: Browser) -> None:
    page = desk.create("Record", **GUJARAT | {"serial_number": "VCS-9"})
    record_id = page.path.removeprefix("/records/")

    page = desk.act(record_id, "sell", "Sell", quantity=60, buyer="Acme Ltd")
    assert "Sold 60 units, 1 to 60, to Acme Ltd. 50 units are available." in page.message
    page = desk.act(record_id, "return", "Return", quantity=10, reason="Sold by mistake")
    assert "Returned 10 units, 1 to 10. 60 units are available." in page.message
    page = desk.act(record_id, "retire", "Retire", sale=2, quantity=40)
    assert "Retired 40 units, 11 to 50, for Acme Ltd. 60 units are available." in page.message
    page = desk.act(record_id, "retire", "Retire", blocks="1-10, 51-110")
    assert "Retired 50 units, 61 to 110" in page.message
    assert "Retired 10 units, 51 to 60, for Acme Ltd" in page.message
    assert "No units are available now." in page.message

    page = public.get(f"/records/{record_id}")
    assert words(page.element("held-title")) == "How the 110 units are held retired"
    assert [words(one) for one in page.all("p", "told")][-4:] == [
        "Retired 40 units, 11 to 50, for Acme Ltd.",
        "Returned 10 units, 1 to 10.",
        "Sold 60 units, 1 to 60, to Acme Ltd.",
        "Issued 110 units, 1 to 110.",
    ]
    page = desk.act(record_id, "retire", "Retire", quantity=1)
    assert page.status == 422
    assert "This record is already retired; nothing is left to retire." in page.summary


@pytest.mark.parametrize("action", ACTIONS)
def test_a_form_asks_its_one_question_in_its_title_and_says_where_one_is(
    desk: Browser, action: str
) -> None:
    page = desk.get(f"{RECORD}/{action}")

    assert page.heading == f"{action.title()} units of Waste-to-Energy Gujarat 2018"
    assert page.links()["Waste-to-Energy Gujarat 2018"] == RECORD
    assert page.links()["Leave it as it is"] == RECORD


@pytest.mark.parametrize("action", ACTIONS)
def test_preview_says_what_will_be_true_and_changes_nothing(
    desk: Browser, ledger: Snapshot, action: str
) -> None:
    before = ledger()

    page = desk.act(GUJARAT_ID, action, "Preview", quantity=5, **FILLED[action])

    assert page.status == 200
    foreseen = words(page.element("foreseen"))
    for sentence in AFTERWARDS[action]:
        assert sentence in foreseen
    assert f"{action.title()} 5 units" in [words(one) for one in page.form().buttons]
    assert ("This can never be undone." in foreseen) is (action in ("retire", "cancel"))
    assert ledger() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_what_was_previewed_is_what_is_done(desk: Browser, action: str) -> None:
    page = desk.act(GUJARAT_ID, action, "Preview", quantity=5, **FILLED[action])
    foreseen = words(page.element("foreseen"))

    page = desk.send(page, f"{action.title()} 5 units")

    (legend,) = page.all("dl", "legend")
    held = [(words(one[1]), words(one[0])) for one in legend if words(one[1]) != "0"]
    afterwards = foreseen.partition("Afterwards: ")[2].partition(".")[0]
    assert afterwards.replace(" and ", ", ") == ", ".join(" ".join(one) for one in held)


@pytest.mark.parametrize("action", ACTIONS)
def test_acting_answers_303_to_the_record_which_says_what_changed(
    desk: Browser, action: str
) -> None:
    form = desk.get(f"{RECORD}/{action}")

    answer = desk.send_once(form, action.title(), quantity=5, **FILLED[action])
    assert (answer.status, answer.goes_to) == (303, RECORD)

    page = desk.get(RECORD)
    done = words(page.all("p", "told")[0]).removesuffix(".")
    assert page.message.startswith(f"{done}. ")
    assert "units are available." in page.message
    assert words(page.focused) == page.message
    assert desk.get(RECORD).message == ""  # told once


@pytest.mark.parametrize("action", ACTIONS)
def test_a_quantity_or_blocks_must_be_chosen(desk: Browser, ledger: Snapshot, action: str) -> None:
    before = ledger()
    for press in (action.title(), "Preview"):
        page = desk.act(GUJARAT_ID, action, press, **FILLED[action])

        assert page.status == 422
        assert page.faults() == {"quantity": "Choose how many units, or exactly which."}
        assert page.focused.get("name") == "quantity"
    assert ledger() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_a_quantity_and_blocks_are_one_too_many(
    desk: Browser, ledger: Snapshot, action: str
) -> None:
    before = ledger()

    page = desk.act(
        GUJARAT_ID, action, action.title(), quantity=5, blocks="61-65", **FILLED[action]
    )

    assert page.faults() == {"quantity": "Give a quantity or blocks, not both."}
    assert ledger() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_exact_blocks_are_taken_as_they_are_written(desk: Browser, action: str) -> None:
    low = 0 if action == "return" else 60
    typed = f" {low + 2}\u2013{low + 3} ;{low + 7}, {low + 9} - {low + 9} "

    page = desk.act(GUJARAT_ID, action, action.title(), blocks=typed, **FILLED[action])

    assert f"4 units, {low + 2} to {low + 3}, {low + 7} and {low + 9}" in page.message


@pytest.mark.parametrize("action", ACTIONS)
def test_the_same_form_sent_twice_acts_once_and_says_so(
    desk: Browser, ledger: Snapshot, action: str
) -> None:
    form = desk.get(f"{RECORD}/{action}")
    desk.send(form, action.title(), quantity=5, **FILLED[action])
    before = ledger()

    page = desk.send(form, action.title(), quantity=5, **FILLED[action])

    assert page.path == RECORD
    assert page.message.startswith("This was done already, and not a second time: ")
    assert "5 units" in page.message
    assert ledger() == before


def test_two_forms_act_twice(desk: Browser) -> None:
    one, other = desk.get(f"{RECORD}/retire"), desk.get(f"{RECORD}/retire")

    desk.send(one, "Retire", quantity=5)
    page = desk.send(other, "Retire", quantity=5)

    assert "Retired 5 units, 66 to 70. 40 units are available." in page.message


def test_one_form_used_again_with_another_quantity_is_refused_and_says_what_to_do(
    desk: Browser, ledger: Snapshot
) -> None:
    form = desk.get(f"{RECORD}/retire")
    desk.send(form, "Retire", quantity=5)
    before = ledger()

    page = desk.send(form, "Retire", quantity=6)

    assert page.status == 422
    assert ledger() == before
    # A clerk who pressed "back" knows nothing of headers and bodies.
    assert "Idempotency-Key" not in page.summary


def test_a_refused_form_may_be_mended_and_then_acts(desk: Browser) -> None:
    page = desk.act(GUJARAT_ID, "sell", "Sell", quantity=51, buyer="Beta GmbH")
    assert page.status == 422

    page = desk.send(page, "Sell", quantity=50)

    assert "Sold 50 units, 61 to 110, to Beta GmbH" in page.message


def test_two_people_may_use_one_key(site: Flask, desk: Browser) -> None:
    add_staff(site, "two@registry.example", "Second desk")
    colleague = Browser(site)
    colleague.sign_in("two@registry.example", PASSWORD)

    for browser in (desk, colleague):
        form = browser.get(f"{RECORD}/retire").form()
        sent = form.filled({"quantity": 5}) | {"idempotency_key": "the same for both"}
        assert browser.ask(f"{RECORD}/retire", sent).status == 303

    assert "Retired 5 units, 66 to 70" in desk.get(RECORD).text


def test_a_refusal_keeps_everything_that_was_typed(desk: Browser) -> None:
    typed = {
        "sale": "2",
        "quantity": "61",
        "beneficiary": 'Beta "GmbH" & <Co>',
        "reason": "Offset",
        "effective_on": "2024-02-29",
        "note": "\nFirst line\n  second",
    }

    page = desk.act(GUJARAT_ID, "retire", "Retire", **typed)

    assert page.status == 422
    fields = page.form().fields
    assert {name: fields[name] for name in typed} == typed
    details = page.root.find(".//form//details")
    assert details is not None
    assert "open" in details.attrib  # what was typed is not hidden away


def test_a_quantity_that_only_sold_units_could_meet_is_refused_and_says_who_holds_them(
    desk: Browser,
) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Retire", quantity=51)

    assert page.status == 422
    assert "50 units are available." in page.faults()["quantity"]
    assert "Units 1-60 are sold to Acme Ltd (event 2)." in page.faults()["quantity"]
    assert page.links()["How many units"] == "#quantity"


def test_the_retire_form_offers_what_is_available_and_each_sale(desk: Browser) -> None:
    page = desk.get(f"{RECORD}/retire")

    options = {one.get("value"): words(one) for one in page.element("sale").iter("option")}
    assert options == {
        "": "what is available: 50 units",
        "2": "the sale to Acme Ltd: 60 units (event 2)",
    }


def test_the_return_form_offers_only_sales_of_which_something_is_left(desk: Browser) -> None:
    desk.act(GUJARAT_ID, "sell", "Sell", quantity=50, buyer="Beta GmbH")
    desk.act(GUJARAT_ID, "return", "Return", sale=2, quantity=60, reason="Sold by mistake")

    page = desk.get(f"{RECORD}/return")

    options = {one.get("value"): words(one) for one in page.element("sale").iter("option")}
    assert options == {"3": "the sale to Beta GmbH: 50 units (event 3)"}


def test_a_sale_retired_for_somebody_else_names_them(desk: Browser) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Retire", sale=2, quantity=60, beneficiary="Beta GmbH")

    assert "Retired 60 units, 1 to 60, for Beta GmbH" in page.message


def test_a_forged_sale_is_refused_at_its_field(desk: Browser, ledger: Snapshot) -> None:
    form = desk.get(f"{RECORD}/retire").form()
    before = ledger()
    for sale, sentence in (
        (
            "1",
            "Event 1 is not a sale: it is the record's creation. The record's only sale is event 2.",
        ),
        ("9", "There is no event 9. The record's only sale is event 2."),
        ("0", "It must be 1 or more."),
        ("x", "It must be a whole number in plain digits."),
    ):
        page = desk.ask(form.action, form.filled({"quantity": 5, "sale": sale}))

        assert page.status == 422
        assert page.faults() == {"sale": sentence}
    assert ledger() == before


def test_the_last_units_retired_leave_no_buttons(desk: Browser) -> None:
    page = desk.act(GUJARAT_ID, "retire", "Retire", blocks="1-110")

    assert not any(name.endswith(" units") for name in page.links())
    assert "retired" in words(page.element("held-title"))


def test_one_unit_left_is_told_as_one(desk: Browser) -> None:
    page = desk.act(GUJARAT_ID, "sell", "Sell", quantity=49, buyer="Beta GmbH")

    assert "1 unit is available." in page.message


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_on_a_record_that_is_not_there_is_404(desk: Browser, action: str) -> None:
    token = desk.get("/").sign_out_form().fields["csrf_token"]
    typed = {"csrf_token": token, "quantity": "5", "sale": "2"} | FILLED[action]
    for record_id in ("0" * 64, "x"):
        path = f"/records/{record_id}/{action}"
        assert desk.ask(path).status == 404
        assert desk.ask(path, {name: str(value) for name, value in typed.items()}).status == 404
        previewed = {name: str(value) for name, value in typed.items()} | {"preview": "1"}
        assert desk.ask(path, previewed).status == 404


def test_the_event_bears_the_desks_name_and_never_its_email(
    desk: Browser, public: Browser, owner: psycopg.Connection
) -> None:
    desk.act(GUJARAT_ID, "retire", "Retire", quantity=5)

    assert "by Registry desk." in words(public.get(RECORD).element("event-3"))
    assert "registry.example" not in public.get(RECORD).html


def test_every_action_has_its_form(desk: Browser) -> None:
    assert set(ACTS) == set(FILLED)
