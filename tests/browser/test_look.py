"""Narrow windows, long words, and both palettes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk

CONTRAST = Path(__file__).with_name("contrast.js").read_text()
AA = 4.5
NARROW = {"width": 360, "height": 640}

palettes = pytest.mark.parametrize("palette", ["light", "dark"])


@pytest.fixture
def narrow(arrive: Callable[..., Page]) -> Page:
    return arrive(viewport=NARROW)


@pytest.fixture
def endless(desk: Desk, project: str) -> str:
    """A record whose every text is as long as it may be and has no place to break."""
    name = project.replace(" ", "")
    path = desk.record(
        name.ljust(300, "W"),
        registry="R" * 300,
        serial_number=f"{name.upper()}-".ljust(298, "W") + "-X",
        project_id="P" * 100,
    )
    desk.act(path, "sell", quantity=30, buyer="B" * 300, note="N" * 2000)
    desk.act(path, "cancel", quantity=1, reason="Y" * 300, beneficiary="Z" * 300)
    odd = [{"first": unit, "last": unit} for unit in range(33, 100, 2)]
    desk.act(path, "retire", blocks=odd, beneficiary="M" * 300)
    return path


def test_the_list_does_not_scroll_sideways(narrow: Page, endless: str) -> None:
    narrow.goto("/")
    expect(narrow.get_by_role("link", name="WWWWW").first).to_be_visible()
    assert width(narrow) <= 360


def test_a_record_does_not_scroll_sideways(narrow: Page, endless: str) -> None:
    narrow.goto(endless)
    narrow.get_by_text("34 blocks").click()
    assert width(narrow) <= 360


@pytest.mark.parametrize("act", ["Retire", "Sell", "Return", "Cancel"])
def test_a_form_on_a_record_does_not_scroll_sideways_whatever_it_says(
    narrow: Page, endless: str, act: str
) -> None:
    narrow.goto(endless)
    narrow.get_by_role("link", name=f"{act} units").click()
    narrow.get_by_text("Note and day").click()
    narrow.get_by_label("exactly which units").fill("x" * 200)
    expect(narrow.locator(".foreseen")).to_contain_text("is not a block")
    assert width(narrow) <= 360
    narrow.get_by_role("button", name=act).click()
    expect(narrow.locator(".summary")).to_be_visible()
    assert width(narrow) <= 360


def test_a_preview_and_the_message_after_it_do_not_scroll_sideways(
    narrow: Page, endless: str
) -> None:
    narrow.goto(endless)
    narrow.get_by_role("link", name="Retire units").click()
    narrow.get_by_label("How many units").fill("1")
    narrow.get_by_label("On whose behalf").fill("V" * 300)
    expect(narrow.locator(".foreseen")).to_contain_text("VVVV")
    assert width(narrow) <= 360
    narrow.get_by_role("button", name="Retire 1 unit").click()
    expect(narrow.locator(".message")).to_be_focused()
    assert width(narrow) <= 360


def test_a_new_record_does_not_scroll_sideways(narrow: Page) -> None:
    narrow.goto("/records/new")
    narrow.get_by_label("Project name").fill("W" * 301)
    narrow.get_by_label("Quantity").fill("9" * 40)
    narrow.get_by_role("button", name="Record").click()
    expect(narrow.locator(".summary")).to_be_visible()
    assert width(narrow) <= 360


def test_pages_around_the_records_do_not_scroll_sideways(narrow: Page) -> None:
    for address in ("/sign-in", "/password", "/" + "nowhere" * 20):
        narrow.goto(address)
        expect(narrow.get_by_role("heading", level=1)).to_be_visible()
        assert width(narrow) <= 360, address


@palettes
def test_all_text_of_a_record_can_be_read(
    arrive: Callable[..., Page], desk: Desk, project: str, palette: str
) -> None:
    page = arrive(color_scheme=palette, reduced_motion="reduce")
    page.goto(lived_in(desk, project))
    page.get_by_role("link", name="Retire units").click()
    page.get_by_text("Note and day").click()
    page.get_by_label("How many units").fill("5")
    expect(page.get_by_role("button", name="Retire 5 units")).to_be_visible()
    assert unreadable(page) == []
    page.get_by_role("button", name="Retire 5 units").click()
    expect(page.locator(".message")).to_be_focused()
    assert unreadable(page) == []


@palettes
def test_all_text_of_a_refusal_can_be_read(
    arrive: Callable[..., Page], desk: Desk, project: str, palette: str
) -> None:
    page = arrive(color_scheme=palette, reduced_motion="reduce")
    page.goto(lived_in(desk, project))
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("5000")
    page.get_by_role("button", name="Retire").click()
    expect(page.locator(".summary")).to_be_visible()
    assert unreadable(page) == []


@palettes
def test_all_text_around_the_records_can_be_read(
    arrive: Callable[..., Page], desk: Desk, project: str, palette: str
) -> None:
    page = arrive(color_scheme=palette, reduced_motion="reduce")
    desk.act(desk.record(project), "retire", quantity=100)
    for address in ("/", "/records/new", "/sign-in", "/password", "/nowhere"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert unreadable(page) == [], address


@palettes
def test_buttons_can_be_read_under_the_pointer(
    arrive: Callable[..., Page], desk: Desk, project: str, palette: str
) -> None:
    page = arrive(color_scheme=palette, reduced_motion="reduce")
    page.goto(f"{lived_in(desk, project)}/retire")
    buttons = page.locator("main .button, main button, header button, header a")
    for place in range(buttons.count()):
        buttons.nth(place).hover()
        assert unreadable(page) == []


@pytest.mark.parametrize("quantity", [30, 100], ids=["sold", "all retired"])
@palettes
def test_the_status_of_a_record_can_be_read(
    arrive: Callable[..., Page], desk: Desk, project: str, palette: str, quantity: int
) -> None:
    page = arrive(color_scheme=palette)
    path = desk.record(project)
    desk.act(path, "retire", quantity=quantity)
    page.goto(path)
    expect(page.locator(".status")).to_have_text("retired" if quantity == 100 else "active")
    assert unreadable(page) == []


def test_the_palettes_differ(arrive: Callable[..., Page]) -> None:
    papers = set()
    for palette in ("light", "dark"):
        page = arrive(color_scheme=palette)
        page.goto("/")
        papers.add(
            page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
        )
    assert len(papers) == 2


def lived_in(desk: Desk, project: str) -> str:
    """A record with units in every state."""
    path = desk.record(project)
    desk.act(path, "sell", quantity=30, buyer="Acme Ltd", note="By telephone.")
    desk.act(path, "cancel", quantity=10, reason="Issued in error")
    desk.act(path, "retire", quantity=20, beneficiary="Acme Ltd", reason="Flights of 2025")
    return path


def width(page: Page) -> int:
    pixels: int = page.evaluate("() => document.documentElement.scrollWidth")
    return pixels


def unreadable(page: Page) -> list[str]:
    found: list[str] = page.evaluate(CONTRAST, AA)
    return found
