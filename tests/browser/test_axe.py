"""Every page, in both palettes and at both widths, against axe-core's rules of accessibility."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.desk import Desk
from tests.web.giving import BAD, row, table

RULES = {"resultTypes": ["violations"]}
VIEWS = pytest.mark.parametrize(
    ("palette", "width"), [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)]
)


def barriers(page: Page) -> list[str]:
    """What axe finds on the page, each with the first element that has it."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:200]})" for one in found]


def lived_in(desk: Desk, project: str) -> str:
    """A record with units in every state."""
    path = desk.record(project)
    desk.act(path, "sell", quantity=30, buyer="Acme Ltd", note="By telephone.")
    desk.act(path, "cancel", quantity=10, reason="Issued in error")
    desk.act(path, "retire", quantity=20, beneficiary="Acme Ltd", reason="Flights of 2025")
    return path


def imports_of(page: Page, project: str) -> list[str]:
    """The pages of a file that is only shown, and of one that is imported, each with a bad row."""
    content = table(row(project_name=project, serial_number=project), row(**BAD))
    file: FilePayload = {"name": "credits.csv", "mimeType": "text/csv", "buffer": content}
    paths = []
    for _ in range(2):
        page.goto("/imports")
        page.get_by_label("Choose or drop a file").set_input_files(file)
        page.get_by_role("button", name="Show what is in it").click()
        expect(page.locator("#foreseen")).to_be_visible()
        paths.append(urlsplit(page.url).path)
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.locator("#import .tally")).to_be_visible(timeout=30_000)
    return paths


@VIEWS
def test_what_the_public_sees_is_accessible(
    arrive: Callable[..., Page], desk: Desk, project: str, palette: str, width: int
) -> None:
    record = lived_in(desk, project)
    page = arrive(
        desk=False,
        color_scheme=palette,
        reduced_motion="reduce",
        viewport={"width": width, "height": 900},
    )
    for address in (
        "/",
        f"/?q={project}&status=active",
        "/?q=nothing-like-it",
        "/?q=GS1-1-malformed",
        record,
        f"{record}?unit=1",
        f"{record}/events/4/certificate",
        "/events",
        "/events?type=retired&party=Nobody",
        "/totals",
        "/ledger",
        "/ledger/check",
        f"/ledger/check?record_id={record.rpartition('/')[2]}&seq=1",
        "/sign-in",
        "/nowhere",
    ):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert barriers(page) == [], address


@VIEWS
def test_a_proof_that_is_checked_is_accessible(
    arrive: Callable[..., Page], desk: Desk, project: str, palette: str, width: int
) -> None:
    record_id = desk.record(project).rpartition("/")[2]
    page = arrive(
        desk=False,
        color_scheme=palette,
        reduced_motion="reduce",
        viewport={"width": width, "height": 900},
    )
    page.goto(f"/records/{record_id}")
    page.get_by_role("link", name="Sealed as leaf").click()
    for text in (page.get_by_label("Or the proof as text").input_value(), "no proof", ""):
        page.get_by_label("Or the proof as text").fill(text)
        page.get_by_role("button", name="Check the proof").click()
        expect(page.locator(".checked, .summary").first).to_be_visible()
        assert barriers(page) == [], text


@VIEWS
def test_what_staff_see_is_accessible(
    arrive: Callable[..., Page], desk: Desk, project: str, palette: str, width: int
) -> None:
    record = lived_in(desk, project)
    page = arrive(
        color_scheme=palette,
        reduced_motion="reduce",
        viewport={"width": width, "height": 900},
    )
    for address in (
        "/",
        record,
        *(f"{record}/{action}" for action in ("retire", "sell", "return", "cancel")),
        "/records/new",
        "/imports",
        *imports_of(page, f"{project} {palette} {width}"),
        "/account",
        "/password",
        "/staff",
        "/tokens",
    ):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert barriers(page) == [], address
