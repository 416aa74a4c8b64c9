"""What everybody sees who has no account."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import EMAIL, PASSWORD
from tests.browser.desk import Desk


@pytest.fixture
def visitor(arrive: Callable[..., Page]) -> Page:
    return arrive(desk=False)


def test_a_visitor_finds_a_record_in_the_list_and_reads_its_life_without_buttons(
    visitor: Page, desk: Desk, project: str
) -> None:
    desk.act(desk.record(project), "retire", quantity=40, beneficiary="Acme Ltd")
    visitor.goto("/")
    row = visitor.get_by_role("row").filter(has_text=project)
    expect(row).to_contain_text("60 available and 40 retired")
    row.get_by_role("link", name=project).click()
    expect(visitor.locator(".timeline .told")).to_have_text(
        ["Retired 40 units, 1 to 40, for Acme Ltd.", "Issued 100 units, 1 to 100."]
    )
    main = visitor.get_by_role("main")
    expect(main.get_by_role("button", name=re.compile("^(?!Copy)"))).to_have_count(0)
    for name in ("Retire units", "Sell units", "Cancel units", "New record"):
        expect(visitor.get_by_role("link", name=name)).to_have_count(0)


def test_the_desk_sees_only_the_acts_that_the_record_still_allows(
    page: Page, desk: Desk, project: str
) -> None:
    path = desk.record(project)
    desk.act(path, "sell", quantity=100, buyer="Acme Ltd")
    page.goto(path)
    expect(page.locator(".acts a")).to_have_text(["Retire units", "Return units"])
    desk.act(path, "retire")
    page.reload()
    expect(page.locator(".acts a")).to_have_count(0)


def test_a_visitor_at_a_forms_address_signs_in_first_and_arrives_at_the_form(
    visitor: Page, desk: Desk, project: str
) -> None:
    visitor.goto(f"{desk.record(project)}/retire")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Sign in")
    visitor.get_by_label("Email").fill(EMAIL)
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.get_by_label("Password").press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text(f"Retire units of {project} 2021")


def test_a_wrong_password_is_refused_in_a_sentence_and_the_email_stays(visitor: Page) -> None:
    visitor.goto("/sign-in")
    visitor.get_by_label("Email").fill("nobody@example.org")
    visitor.get_by_label("Password").fill("not the password")
    visitor.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(visitor.get_by_role("alert").filter(has_text="password")).to_be_focused()
    expect(visitor.get_by_label("Email")).to_have_value("nobody@example.org")
    expect(visitor.get_by_label("Password")).to_have_value("")


def test_an_address_with_nothing_behind_it_is_a_page_that_leads_back(visitor: Page) -> None:
    visitor.goto("/nowhere")
    expect(visitor.get_by_role("main")).to_contain_text("There is nothing at this address")
    visitor.get_by_role("link", name="To the records").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Find carbon credits")
