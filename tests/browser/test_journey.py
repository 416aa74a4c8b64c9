"""A day at the desk, from signing in to the timeline: with htmx, without it, and without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import blocked, changed, sign_in
from tests.browser.desk import Desk
from webapp.domain.identity import record_id


def test_a_day_at_the_desk_needs_no_page_load_between_opening_a_record_and_its_last_act(
    arrive: Callable[..., Page], project: str
) -> None:
    page = arrive(desk=False)
    sign_in(page)
    record_units(page, project)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{project} 2021")
    mark(page)

    page.get_by_role("link", name="Sell units").click()
    page.get_by_label("How many units").fill("60")
    page.get_by_label("Buyer").fill("Acme Ltd")
    page.get_by_role("button", name="Sell 60 units").click()
    expect(told(page, "Sold 60 units, 1 to 60, to Acme Ltd")).to_be_visible()

    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    expect(page.locator(".foreseen")).to_contain_text("Retires 40 units, 61 to 100")
    expect(page.locator(".foreseen")).to_contain_text("Afterwards: 60 sold and 40 retired")
    expect(page.locator(".foreseen")).to_contain_text("This can never be undone")
    page.get_by_role("button", name="Retire 40 units").click()
    expect(told(page, "Retired 40 units, 61 to 100")).to_be_visible()

    assert is_marked(page)
    see_the_whole_story(page)


def test_the_timeline_that_was_swapped_in_is_the_one_that_a_reload_shows(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    page.get_by_role("button", name="Retire 40 units").click()
    expect(page.locator(".message")).to_be_focused()
    expect(page.locator(".timeline li", has_text="Sealed as leaf")).to_have_count(2)
    told = page.locator(".timeline li").all_inner_texts()
    held = page.locator(".legend").inner_text()
    page.reload()
    expect(page.locator(".message")).to_have_count(0)
    assert page.locator(".timeline li").all_inner_texts() == told
    assert page.locator(".legend").inner_text() == held


def test_what_the_page_said_before_is_gone_when_the_next_act_is_done(
    page: Page, project: str
) -> None:
    record_units(page, project)
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    page.get_by_role("button", name="Retire 40 units").click()
    expect(told(page, "Retired 40 units, 1 to 40")).to_be_visible()
    expect(page.locator(".message")).to_have_count(1)


def test_a_record_shows_its_id_while_one_still_types(page: Page, project: str) -> None:
    page.goto("/records/new")
    mark(page)
    fill_new_record(page, project)
    expected = record_id(project, "VCS", 2021, serial_of(project))
    expect(page.locator(".foreseen")).to_contain_text(f"The record's id will be {expected}")
    expect(page.get_by_role("button", name="Record 100 units")).to_be_visible()
    assert is_marked(page)
    page.get_by_role("button", name="Record 100 units").click()
    expect(page.get_by_role("term").filter(has_text="Record id")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(expected)


@pytest.mark.parametrize(
    "circumstances",
    [
        pytest.param({"java_script_enabled": False}, id="scripts switched off"),
        pytest.param({"cdn": blocked}, id="CDN out of reach"),
        pytest.param({"cdn": changed}, id="CDN serving another file"),
    ],
)
def test_a_day_at_the_desk_works_on_plain_pages(
    arrive: Callable[..., Page], circumstances: dict[str, object], project: str
) -> None:
    page = arrive(desk=False, **circumstances)
    sign_in(page)
    page.goto("/records/new")
    fill_new_record(page, project)
    page.get_by_role("button", name="Preview").click()
    expected = record_id(project, "VCS", 2021, serial_of(project))
    expect(page.locator(".foreseen")).to_contain_text(f"The record's id will be {expected}")
    page.get_by_role("button", name="Record 100 units").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{project} 2021")

    page.get_by_role("link", name="Sell units").click()
    expect(page).to_have_title(f"Sell units of {project} 2021 - Cairn")
    page.get_by_label("How many units").fill("60")
    page.get_by_label("Buyer").fill("Acme Ltd")
    page.get_by_role("button", name="Sell units").click()
    expect(told(page, "Sold 60 units, 1 to 60, to Acme Ltd")).to_be_visible()

    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("40")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".foreseen")).to_contain_text("Retires 40 units, 61 to 100")
    expect(page.get_by_label("How many units")).to_have_value("40")
    page.get_by_role("button", name="Retire 40 units").click()
    expect(told(page, "Retired 40 units, 61 to 100")).to_be_focused()
    see_the_whole_story(page)


def test_the_browser_runs_htmx_when_the_cdn_serves_the_file_that_the_hash_names(
    arrive: Callable[..., Page],
) -> None:
    page = arrive()
    page.goto("/")
    assert page.evaluate("() => typeof window.htmx") == "object"


def test_the_browser_refuses_a_file_that_was_changed_at_the_cdn(
    arrive: Callable[..., Page],
) -> None:
    page = arrive(cdn=changed)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Find carbon credits")
    assert page.evaluate("() => typeof window.htmx") == "undefined"
    assert page.evaluate("() => typeof window.brokenInto") == "undefined"
    assert any("'integrity'" in complaint for complaint in complaints)


def told(page: Page, message: str) -> Locator:
    return page.locator(".message").filter(has_text=message)


def serial_of(project: str) -> str:
    return f"{project.upper().replace(' ', '-')}-X"


def fill_new_record(page: Page, project: str) -> None:
    page.get_by_label("Project name").fill(project)
    page.get_by_label("Registry").fill("VCS")
    page.get_by_label("Serial number").fill(serial_of(project))
    page.get_by_label("Vintage").fill("2021")
    page.get_by_label("Quantity").fill("100")


def record_units(page: Page, project: str) -> None:
    page.goto("/records/new")
    fill_new_record(page, project)
    page.get_by_role("button", name="Record 100 units").click()
    expect(page.locator(".message")).to_contain_text("Recorded 100 units")


def see_the_whole_story(page: Page) -> None:
    expect(page.locator(".timeline .told")).to_have_text(
        [
            "Retired 40 units, 61 to 100.",
            "Sold 60 units, 1 to 60, to Acme Ltd.",
            "Issued 100 units, 1 to 100.",
        ]
    )
    expect(page.locator(".status")).to_have_text("sold")
    strip = page.locator("figure.strip svg")
    expect(strip).to_have_attribute(
        "aria-label", re.compile("60 units: sold to Acme Ltd .*; Units 61-100, 40 units: retired")
    )


def mark(page: Page) -> None:
    """Leaves something in the window that a page load would wipe away."""
    page.evaluate("() => { window.untouched = true; }")


def is_marked(page: Page) -> bool:
    return bool(page.evaluate("() => window.untouched === true"))
