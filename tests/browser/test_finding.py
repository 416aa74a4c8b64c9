"""A stranger finds who retired a unit, opens the certificate and checks the totals."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import blocked
from tests.browser.desk import Desk

NARROW = {"width": 360, "height": 760}


@pytest.fixture
def retired(desk: Desk, project: str) -> str:
    """A record of 100 units, number 11 to 50 of them retired for Acme Ltd."""
    path = desk.record(project)
    desk.act(path, "retire", blocks=[{"first": 11, "last": 50}], beneficiary="Acme Ltd")
    return path


def test_hits_come_as_one_types_and_the_address_can_be_shared(
    arrive: Callable[..., Page], project: str, retired: str
) -> None:
    page = arrive(desk=False)
    page.goto("/")
    page.get_by_label("Serial number, project").press_sequentially(project.upper())

    expect(page.locator("#hits tbody tr")).to_have_count(1)
    expect(page).to_have_url(f"/?q={project.upper().replace(' ', '+')}")
    expect(page.get_by_label("Serial number, project")).to_be_focused()
    page.reload()
    expect(page.locator("#hits tbody tr")).to_have_count(1)


def test_a_units_serial_leads_to_its_fate_and_to_the_certificate(
    arrive: Callable[..., Page], desk: Desk, retired: str
) -> None:
    page = arrive(desk=False, viewport=NARROW)
    page.goto("/")
    page.get_by_label("Serial number, project").fill(f"{desk.serial(retired)} 42")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{retired}?unit=42")
    expect(page.get_by_role("main")).to_contain_text("Unit 42 was retired for Acme Ltd on")
    page.get_by_role("link", name="Certificate").first.click()
    expect(page.get_by_role("main")).to_contain_text("40 tonnes of CO2e")
    answer = page.request.get(f"{page.url}.pdf")
    assert answer.body()[:5] == b"%PDF-"


def test_it_is_found_by_keyboard_alone(
    arrive: Callable[..., Page], project: str, retired: str
) -> None:
    page = arrive(desk=False)
    page.goto("/totals")
    page.keyboard.press("/")
    page.keyboard.type(project)
    page.keyboard.press("Enter")

    expect(page.locator("#hits tbody tr")).to_have_count(1)
    page.get_by_role("link", name=project, exact=True).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(retired)


def test_without_script_and_cdn_the_form_finds_the_same(
    arrive: Callable[..., Page], project: str, retired: str
) -> None:
    page = arrive(desk=False, cdn=blocked, java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Serial number, project").fill(project)
    page.get_by_role("button", name="Search").click()

    expect(page.locator("#hits tbody tr")).to_have_count(1)
    page.get_by_role("link", name=project, exact=True).click()
    expect(page).to_have_url(retired)


def test_the_totals_say_that_they_add_up(arrive: Callable[..., Page], retired: str) -> None:
    page = arrive(desk=False)
    page.goto("/")
    page.get_by_role("link", name="Totals").click()

    expect(page.get_by_role("main")).to_contain_text("They agree.")
    expect(page.get_by_role("img").first).to_be_visible()
