"""What comes in between: a session that ended, a busy record, an address without a record, no network."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import EMAIL, PASSWORD, Server, held, sign_in
from tests.browser.desk import Desk


def test_a_press_after_signing_out_in_another_tab_says_so_and_keeps_what_was_typed(
    arrive: Callable[..., Page], desk: Desk, project: str
) -> None:
    page = arrive(desk=False)
    sign_in(page)
    path = desk.record(project)
    page.goto(path)
    fill_retirement(page)
    sign_out_elsewhere(page)

    page.get_by_role("button", name="Retire 40 units").click()
    expect(page.locator("#notice")).to_contain_text("Sign in")
    expect(page.get_by_label("How many units")).to_have_value("40")
    expect(page.get_by_label("On whose behalf")).to_have_value("Acme Ltd")
    assert desk.events(path) == ["created"]


def test_after_signing_in_again_in_another_tab_nothing_needs_to_be_typed_again(
    arrive: Callable[..., Page], desk: Desk, project: str
) -> None:
    page = arrive(desk=False)
    sign_in(page)
    path = desk.record(project)
    page.goto(path)
    fill_retirement(page)
    sign_in(sign_out_elsewhere(page))

    done = page.locator("p.message")
    page.get_by_role("button", name="Retire 40 units").click()
    expect(done.or_(page.locator(".summary"))).to_be_visible()
    if not done.count():  # the page may ask for a second press
        page.get_by_role("button", name="Retire 40 units").click()
    expect(done).to_contain_text("Retired 40 units, 1 to 40, for Acme Ltd")
    assert desk.units(path)["retired"] == 40


def test_a_press_after_signing_out_says_so_on_plain_pages_too(
    arrive: Callable[..., Page], desk: Desk, project: str
) -> None:
    page = arrive(desk=False, java_script_enabled=False)
    sign_in(page)
    path = desk.record(project)
    page.goto(path)
    fill_retirement(page)
    sign_out_elsewhere(page)

    page.get_by_role("button", name="Retire").click()
    expect(page.get_by_role("main").get_by_role("link", name="Sign in")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("not signed in")
    assert desk.events(path) == ["created"]


def test_opening_a_form_after_signing_out_leads_through_the_sign_in_page_to_the_form(
    arrive: Callable[..., Page], desk: Desk, project: str
) -> None:
    page = arrive(desk=False)
    sign_in(page)
    page.goto(desk.record(project))
    sign_out_elsewhere(page)

    page.get_by_role("link", name="Retire units").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Retire units of {project} 2021")
    expect(page.get_by_label("How many units")).to_be_visible()


def test_a_record_that_others_hold_too_long_is_called_busy_and_the_form_waits_for_another_press(
    page: Page, desk: Desk, project: str, server: Server
) -> None:
    path = desk.record(project)
    page.goto(path)
    fill_retirement(page)
    with held(server, path):
        page.get_by_role("button", name="Retire 40 units").click()
        expect(page.locator("#notice")).to_contain_text("Nothing was saved", timeout=30_000)
        expect(page.locator("#notice")).to_be_in_viewport()
        expect(page.locator("#notice .summary")).to_be_focused()
    expect(page.get_by_label("On whose behalf")).to_have_value("Acme Ltd")

    page.get_by_role("button", name="Retire 40 units").click()
    expect(page.locator("p.message")).to_contain_text("Retired 40 units, 1 to 40, for Acme Ltd")
    expect(page.locator("#notice")).to_be_empty()
    assert desk.events(path) == ["created", "retired"]


def test_a_press_for_a_record_that_is_not_there_says_so_and_leaves_the_page_whole(
    page: Page, desk: Desk, project: str, server: Server
) -> None:
    path = desk.record(project)
    page.goto(path)
    fill_retirement(page)

    def elsewhere(route: Route) -> None:
        route.continue_(url=f"{server.address}/records/{'0' * 64}/retire")

    page.route("**/retire", elsewhere)
    page.get_by_role("button", name="Retire 40 units").click()
    expect(page.locator("#notice")).to_contain_text("Record not found")
    expect(page.get_by_label("How many units")).to_have_value("40")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{project} 2021")


def test_a_press_that_reaches_no_server_says_so(page: Page, desk: Desk, project: str) -> None:
    page.goto(desk.record(project))
    fill_retirement(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Retire 40 units").click()
    expect(page.locator("#notice")).not_to_be_empty()
    expect(page.get_by_label("How many units")).to_have_value("40")


def fill_retirement(page: Page) -> None:
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    page.get_by_label("On whose behalf").fill("Acme Ltd")
    if page.evaluate("() => 'htmx' in window"):
        expect(page.locator(".foreseen")).to_contain_text("for Acme Ltd")


def sign_out_elsewhere(page: Page) -> Page:
    tab = page.context.new_page()
    tab.goto("/")
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.locator(".message")).to_have_text("You are signed out.")
    return tab
