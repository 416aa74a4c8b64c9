"""What a hand does twice happens once: double clicks, the Back button, and two desks at a time."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, held, sign_in
from tests.browser.desk import Desk

ways = pytest.mark.parametrize("scripts", [True, False], ids=["in place", "as pages"])


@ways
def test_a_double_click_on_the_button_retires_once(
    arrive: Callable[..., Page], desk: Desk, project: str, scripts: bool
) -> None:
    page = arrive(java_script_enabled=scripts)
    path = desk.record(project)
    page.goto(path)
    fill_retirement(page, "40")
    page.get_by_role("button", name="Retire").dblclick()
    expect(page.locator(".message")).to_contain_text("Retired 40 units, 1 to 40")
    page.goto(path)
    expect(page.locator(".timeline .told")).to_have_text(
        ["Retired 40 units, 1 to 40.", "Issued 100 units, 1 to 100."]
    )


@ways
def test_a_double_click_on_the_button_records_once(
    arrive: Callable[..., Page], project: str, scripts: bool
) -> None:
    page = arrive(java_script_enabled=scripts)
    page.goto("/records/new")
    page.get_by_label("Project name").fill(project)
    page.get_by_label("Registry").fill("VCS")
    page.get_by_label("Serial number").fill(f"{project}-X".upper().replace(" ", "-"))
    page.get_by_label("Vintage").fill("2021")
    page.get_by_label("Quantity").fill("100")
    page.get_by_role("button", name="Record").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{project} 2021")
    expect(page.locator(".timeline li")).to_have_count(1)


@ways
def test_going_back_and_pressing_the_button_again_retires_nothing_more(
    arrive: Callable[..., Page], desk: Desk, project: str, scripts: bool
) -> None:
    page = arrive(java_script_enabled=scripts)
    path = desk.record(project)
    page.goto(f"{path}/retire")
    page.get_by_label("How many units").fill("40")
    page.get_by_role("button", name="Retire").click()
    expect(page.locator(".message")).to_contain_text("Retired 40 units, 1 to 40")

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Retire units of {project} 2021")
    page.get_by_role("button", name="Retire").click()
    expect(page.locator(".summary, .message").first).to_contain_text(
        "Nothing was saved", use_inner_text=True
    )
    assert desk.units(path) == {"available": 60, "sold": 0, "retired": 40, "cancelled": 0}


def test_going_back_after_an_act_in_place_shows_the_record_as_it_is_now(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto("/")
    path = desk.record(project)
    page.goto(path)
    fill_retirement(page, "40")
    page.get_by_role("button", name="Retire 40 units").click()
    expect(page.locator(".message")).to_be_focused()
    page.go_back()
    expect(page.locator("#action-form")).to_have_count(0)
    page.reload()
    expect(page.locator("#action-form")).to_have_count(0)
    assert desk.units(path)["retired"] == 40


def test_one_press_of_back_after_an_act_leaves_the_record(
    page: Page, desk: Desk, project: str
) -> None:
    path = desk.record(project)
    page.goto("/")
    page.get_by_role("link", name=project).click()
    fill_retirement(page, "40")
    page.get_by_role("button", name="Retire 40 units").click()
    expect(page.locator(".message")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Find carbon credits")
    assert desk.units(path)["retired"] == 40


def test_reloading_after_an_act_on_plain_pages_does_not_send_it_again(
    arrive: Callable[..., Page], desk: Desk, project: str
) -> None:
    page = arrive(java_script_enabled=False)
    path = desk.record(project)
    page.goto(path)
    fill_retirement(page, "40")
    page.get_by_role("button", name="Retire").click()
    expect(page.locator(".message")).to_contain_text("Retired 40 units")
    page.reload()
    expect(page.locator(".timeline li")).to_have_count(2)
    assert desk.units(path)["retired"] == 40


def test_the_same_form_sent_again_is_told_that_it_was_done_already(
    arrive: Callable[..., Page], desk: Desk, project: str
) -> None:
    """A form that a browser kept whole, as some do on going back."""
    page = arrive()
    path = desk.record(project)
    page.goto(path)
    fill_retirement(page, "40")
    key = page.locator("[name=idempotency_key]").input_value()
    page.get_by_role("button", name="Retire 40 units").click()
    expect(page.locator(".message")).to_contain_text("Retired 40 units, 1 to 40")

    fill_retirement(page, "40")
    page.locator("[name=idempotency_key]").evaluate("(input, key) => { input.value = key; }", key)
    page.get_by_role("button", name="Retire 40 units").click()
    expect(page.locator(".message")).to_contain_text("This was done already, and not a second time")
    expect(page.locator(".message")).to_be_focused()
    expect(page.locator(".timeline li")).to_have_count(2)
    assert desk.units(path)["retired"] == 40


@ways
def test_of_two_desks_that_retire_the_last_units_one_succeeds_and_the_other_is_told_why_not(
    arrive: Callable[..., Page], desk: Desk, project: str, server: Server, scripts: bool
) -> None:
    path = desk.record(project)
    pages = [arrive(desk=False, java_script_enabled=scripts) for _ in range(2)]
    for page in pages:
        sign_in(page)
        page.goto(path)
        fill_retirement(page, "100")
        if scripts:
            expect(page.get_by_role("button", name="Retire 100 units")).to_be_visible()
    with held(server, path):  # so that both have pressed before either is served
        for page in pages:
            with page.expect_request(lambda request: request.method == "POST"):
                page.get_by_role("button", name="Retire").click(no_wait_after=True)
    for page in pages:
        expect(page.locator("p.message, section.summary")).to_be_visible()

    done = [page for page in pages if page.locator("p.message").count()]
    refused = [page for page in pages if page.locator("section.summary").count()]
    assert (len(done), len(refused)) == (1, 1)
    expect(done[0].locator("p.message")).to_contain_text("Retired 100 units, 1 to 100")
    expect(refused[0].locator("section.summary")).to_contain_text("Nothing was saved")
    expect(refused[0].locator("section.summary")).to_contain_text("retired")
    expect(refused[0].get_by_label("How many units")).to_have_value("100")
    assert desk.events(path) == ["created", "retired"]

    refused[0].get_by_role("link", name="Leave it as it is").click()
    expect(refused[0].locator(".timeline .told").first).to_have_text("Retired 100 units, 1 to 100.")


def fill_retirement(page: Page, quantity: str) -> None:
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill(quantity)
