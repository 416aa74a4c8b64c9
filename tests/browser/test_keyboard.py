"""Everything with the keyboard alone, and nothing pulled away from under the hand."""

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
    expect(page.locator(".message")).to_contain_text("Retired 40 units, 1-40")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="All records")).to_be_focused()
    assert desk.units(path)["retired"] == 40


def test_the_first_tab_offers_to_skip_to_the_content(page: Page) -> None:
    page.goto("/")
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
    expect(page.locator(".message")).to_contain_text("Retired 40 units, 1-40")


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
