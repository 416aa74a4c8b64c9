"""Acting on the record's page: where the focus goes, what stays, and what is said."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk


def test_the_focus_goes_to_the_message_after_an_act(page: Page, desk: Desk, project: str) -> None:
    page.goto(desk.record(project))
    retire(page, "40")
    expect(page.locator(".message")).to_be_focused()
    expect(page.locator(".message")).to_contain_text(
        "Retired 40 units, 1 to 40. 60 units are available."
    )


def test_the_focus_goes_to_the_first_field_at_fault_and_what_was_typed_stays(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Sell units").click()
    page.get_by_label("How many units").fill("sixty")
    page.get_by_text("Note and day").click()
    page.get_by_label("Note").fill("Told by telephone.\nTwice.")
    expect(page.locator(".foreseen")).not_to_be_empty()
    page.get_by_role("button", name="Sell units").click()
    expect(page.get_by_role("alert").filter(has_text="Nothing was saved")).to_be_visible()
    expect(page.get_by_label("How many units")).to_be_focused()
    expect(page.get_by_label("How many units")).to_have_value("sixty")
    expect(page.get_by_label("Note")).to_have_value("Told by telephone.\nTwice.")
    assert desk.units(page_path(page))["available"] == 100


def test_the_summary_of_a_refusal_leads_to_the_field(page: Page, desk: Desk, project: str) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Sell units").click()
    page.get_by_label("How many units").fill("101")
    page.get_by_label("Buyer").fill("Acme Ltd")
    page.get_by_role("button", name="Sell").click()
    page.get_by_label("Buyer").focus()
    page.locator(".summary").get_by_role("link", name="How many units").click()
    expect(page.get_by_label("How many units")).to_be_focused()


def test_a_refused_form_is_mended_and_sent_again_in_place(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    retire(page, "101")
    expect(page.locator(".summary").filter(has_text="Nothing was saved")).to_be_visible()
    page.get_by_label("How many units").fill("100")
    page.get_by_role("button", name="Retire 100 units").click()
    expect(page.locator(".message")).to_be_focused()
    expect(page.locator(".summary")).to_have_count(0)
    expect(page.get_by_role("link", name="Retire units")).to_have_count(0)


def test_typing_more_than_there_is_says_so_without_alarm_or_moving_the_focus(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").press_sequentially("101")
    expect(page.locator(".foreseen")).to_contain_text("100")
    expect(page.locator(".summary")).to_have_count(0)
    expect(page.get_by_label("How many units")).to_be_focused()


def test_the_button_never_promises_a_number_that_the_fields_no_longer_say(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    expect(page.get_by_role("button", name="Retire 40 units")).to_be_visible()
    page.get_by_label("How many units").fill("")
    expect(page.get_by_role("button", name="Retire units")).to_be_visible()
    page.get_by_label("Or exactly which units").fill("1-3, 7")
    expect(page.get_by_role("button", name="Retire 4 units")).to_be_visible()
    expect(page.locator(".foreseen")).to_contain_text("Retires 4 units, 1 to 3 and 7")


def test_units_of_a_sale_are_retired_for_its_buyer(page: Page, desk: Desk, project: str) -> None:
    path = desk.record(project)
    desk.act(path, "sell", quantity=30, buyer="Acme Ltd")
    page.goto(path)
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("Take them from").select_option("the sale to Acme Ltd: 30 units (event 2)")
    page.get_by_label("How many units").fill("10")
    page.get_by_role("button", name="Retire 10 units").click()
    expect(page.locator(".message")).to_contain_text("Retired 10 units, 1 to 10, for Acme Ltd")
    assert desk.units(path)["sold"] == 20


def test_opening_another_act_replaces_the_form(page: Page, desk: Desk, project: str) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Retire units").click()
    expect(page.get_by_role("heading", name="Retire units")).to_be_visible()
    page.get_by_role("link", name="Cancel units").click()
    expect(page.get_by_role("heading", name="Cancel units")).to_be_visible()
    expect(page.locator("form#action-form")).to_have_count(1)


def test_the_focus_goes_into_the_form_that_was_opened(page: Page, desk: Desk, project: str) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Retire units").press("Enter")
    expect(page.get_by_role("heading", name="Retire units")).to_be_visible()
    expect(page.locator("#action :focus, #action:focus")).to_have_count(1)


def test_leaving_it_as_it_is_closes_the_form_and_changes_nothing(
    page: Page, desk: Desk, project: str
) -> None:
    path = desk.record(project)
    page.goto(path)
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    page.get_by_role("link", name="Leave it as it is").click()
    expect(page.locator("#action-form")).to_have_count(0)
    expect(page.get_by_role("link", name="Retire units")).to_be_visible()
    assert desk.events(path) == ["created"]


@pytest.mark.parametrize("scripts", [True, False], ids=["in place", "as a page"])
def test_the_page_of_an_act_becomes_the_page_of_the_record_once_it_is_done(
    arrive, desk: Desk, project: str, scripts: bool
) -> None:
    page = arrive(java_script_enabled=scripts)
    path = desk.record(project)
    page.goto(f"{path}/retire")
    expect(page).to_have_title(f"Retire units of {project} 2021 - Cairn")
    page.get_by_label("How many units").fill("40")
    page.get_by_role("button", name="Retire").click()
    expect(page.locator(".message")).to_be_focused()
    assert page_path(page) == path
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{project} 2021")
    expect(page).to_have_title(f"{project} 2021 - Cairn")


def retire(page: Page, quantity: str) -> None:
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill(quantity)
    page.get_by_role("button", name="Retire").click()


def page_path(page: Page) -> str:
    return "/" + page.url.split("/", 3)[3]
