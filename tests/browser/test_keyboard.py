"""Everything with the keyboard alone, and nothing pulled away from under the hand."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.desk import Desk


def test_units_are_retired_with_the_keyboard_alone(page: Page, desk: Desk, project: str) -> None:
    path = desk.record(project)
    page.goto("/")
    tab_to(page, project)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{project} 2021")
    tab_to(page, "Retire units")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Retire units")).to_be_visible()
    tab_to(page, "How many units")
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    expect(page.locator(".message")).to_be_focused()
    expect(page.locator(".message")).to_contain_text("Retired 40 units, 1 to 40")
    page.keyboard.press("Tab")
    expect(page.locator(".message :focus")).to_have_text("Certificate")
    assert desk.units(path)["retired"] == 40


def test_the_first_tab_offers_to_skip_to_the_content(page: Page) -> None:
    page.goto("/records/new")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page's content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def test_what_has_the_focus_shows_it(page: Page, desk: Desk, project: str) -> None:
    page.goto(desk.record(project))
    tab_to(page, "Retire units")
    outline = page.locator(":focus").evaluate(
        "element => [getComputedStyle(element).outlineStyle, getComputedStyle(element).outlineWidth]"
    )
    assert outline == ["solid", "3px"]


def test_the_focus_stays_on_the_button_when_the_preview_arrives(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    page.get_by_role("button", name="Retire").focus()
    expect(page.locator(".foreseen")).to_contain_text("Retires 40 units")
    expect(page.get_by_role("button", name="Retire 40 units")).to_be_focused()


def test_pressing_preview_keeps_the_focus_where_it_was(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    expect(page.locator(".foreseen")).to_contain_text("Retires 40 units")
    with page.expect_response("**/retire"):
        page.get_by_role("button", name="Preview").press("Enter")
    expect(page.get_by_role("button", name="Preview")).to_be_focused()


def test_a_slow_press_on_the_button_counts_though_the_preview_arrives_meanwhile(
    page: Page, desk: Desk, project: str
) -> None:
    path = desk.record(project)
    page.goto(path)
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    page.get_by_role("button", name="Retire").hover()
    page.mouse.down()
    expect(page.get_by_role("button", name="Retire 40 units")).to_be_visible()
    page.mouse.up()
    expect(page.locator(".message")).to_contain_text("Retired 40 units, 1 to 40")


def test_a_button_that_names_40_units_never_retires_41(
    page: Page, desk: Desk, project: str
) -> None:
    """Somebody mends the number and presses before the next preview is there."""
    path = desk.record(project)
    page.goto(path)
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    expect(page.get_by_role("button", name="Retire 40 units")).to_be_visible()
    page.route("**/retire", drop_previews)
    page.get_by_label("How many units").fill("41")
    with page.expect_response("**/retire"):
        page.get_by_role("button", name="Retire 40 units").click()
    assert desk.units(path)["retired"] == 0


def test_slash_goes_to_the_search_and_is_typed_where_one_types(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    expect(page.get_by_label("Search")).to_have_value("")
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("On whose behalf").press_sequentially("A/S Nord")
    expect(page.get_by_label("On whose behalf")).to_have_value("A/S Nord")


def test_escape_closes_the_form_and_gives_the_focus_back(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Sell units").press("Enter")
    expect(page.get_by_role("link", name="Sell units")).to_have_attribute("aria-current", "true")
    page.get_by_label("How many units").fill("4")
    page.keyboard.press("Escape")
    expect(page.locator("#action-form")).to_have_count(0)
    expect(page.get_by_role("link", name="Sell units")).to_be_focused()
    expect(page.locator(".acts [aria-current]")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_label("How many units")).to_have_value("")


def test_escape_in_the_search_leaves_an_open_form_open(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Sell units").click()
    page.get_by_label("How many units").fill("4")
    page.get_by_label("Search").press("Escape")
    expect(page.get_by_label("How many units")).to_have_value("4")


def test_all_of_them_fills_the_number_in_and_shows_what_would_be_done(
    page: Page, desk: Desk, project: str
) -> None:
    path = desk.record(project)
    desk.act(path, "sell", quantity=30, buyer="Acme Ltd")
    page.goto(path)
    page.get_by_role("link", name="Retire units").click()
    page.get_by_role("link", name="All of them").press("Enter")
    expect(page.get_by_role("button", name="Retire 70 units")).to_be_visible()
    expect(page.get_by_label("How many units")).to_be_focused()
    page.get_by_label("Take them from").select_option("the sale to Acme Ltd: 30 units (event 2)")
    page.get_by_role("link", name="All of them").press("Enter")
    expect(page.get_by_role("button", name="Retire 30 units")).to_be_visible()


def test_the_serial_number_is_copied_and_that_is_said(page: Page, desk: Desk, project: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(desk.record(project))
    page.get_by_role("button", name="Copy the serial number").press("Enter")
    expect(page.locator("#said")).to_have_text("Copied.")
    assert page.evaluate("() => navigator.clipboard.readText()") == (
        project.upper().replace(" ", "-") + "-X"
    )


def test_blocks_of_the_strip_lead_to_their_events_by_key(
    page: Page, desk: Desk, project: str
) -> None:
    path = desk.record(project)
    desk.act(path, "retire", quantity=40)
    page.goto(path)
    page.locator("figure.strip a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#event-2:target")).to_have_count(1)


def test_the_visitors_own_time_stands_under_the_pointer(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    moment = page.locator("#event-1 time")
    moment.hover()
    expect(moment).to_have_attribute("title", re.compile("where you are"))


def drop_previews(route: Route) -> None:
    if 'name="preview"' in (body := route.request.post_data or "") or "preview=1" in body:
        route.abort()
    else:
        route.continue_()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has the focus bears this name, as its text or its label."""
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => { const it = document.activeElement;"
            " return [it.textContent.trim(), it.labels?.[0]?.textContent.trim()]; }"
        )
        if name in found:
            return
    raise AssertionError(f"60 times Tab did not lead to {name}")
