"""A retirement is sealed before one's eyes, and its proof checked, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk


def test_a_retirement_shows_that_it_is_sealed_without_a_reload_and_then_asks_no_more(
    page: Page, desk: Desk, project: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(desk.record(project))
    page.get_by_role("link", name="Retire units").click()
    page.get_by_label("How many units").fill("5")
    page.get_by_role("button", name="Retire 5 units").click()

    expect(page.locator("#seal-2")).to_have_text("Waits to be sealed")
    expect(page.locator("#seal-2")).to_contain_text("Sealed as leaf")
    expect(page.locator(".message")).to_contain_text("Retired 5 units")

    before = len(asked)
    page.wait_for_timeout(2500)
    assert asked[before:] == []


def test_an_open_form_keeps_what_is_typed_while_the_page_asks(
    page: Page, desk: Desk, project: str
) -> None:
    page.goto(desk.record(project))
    page.get_by_role("link", name="Sell units").click()
    page.get_by_label("Buyer").fill("Acme Ltd")

    expect(page.locator("#seal-1")).to_contain_text("Sealed as leaf")

    expect(page.get_by_label("Buyer")).to_have_value("Acme Ltd")
    expect(page.get_by_label("Buyer")).to_be_focused()


def test_the_certificate_shows_that_it_is_sealed_without_a_reload(
    page: Page, desk: Desk, project: str
) -> None:
    record = desk.record(project)
    desk.act(record, "retire", quantity=5)
    page.goto(f"{record}/events/2/certificate")

    expect(page.locator("#deed .facts")).to_contain_text("Sealed as leaf")
    expect(page.get_by_role("link", name="the proof")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["in place", "as pages"])
def test_a_proof_is_downloaded_and_checked_by_anybody(
    arrive: Callable[..., Page], desk: Desk, project: str, tmp_path: Path, scripts: bool
) -> None:
    record = desk.record(project)
    page = arrive(desk=False, java_script_enabled=scripts, accept_downloads=True)
    page.goto(record)
    while page.locator("#seal-1.waits").count():  # without scripts one looks again
        page.goto(record)
    page.locator("#seal-1 summary").click()
    files = {}
    for name in ("Proof", "Leaf"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"{name} of event 1").click()
        files[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[name])
    page.get_by_role("link", name="Ledger").click()
    page.get_by_role("link", name="Check a proof yourself").click()
    page.get_by_label("Proof file").set_input_files(files["Proof"])
    page.get_by_label("Leaf file").set_input_files(files["Leaf"])
    page.get_by_role("button", name="Check the proof").click()

    expect(page.locator(".checked")).to_contain_text("All of it holds.")
    expect(page.locator(".checked")).to_contain_text("Issued 100 units, 1 to 100")
    files["Leaf"].write_bytes(files["Leaf"].read_bytes().replace(b"100", b"900"))
    page.get_by_label("Leaf file").set_input_files(files["Leaf"])
    page.get_by_role("button", name="Check the proof").click()
    expect(page.locator(".steps .failed")).to_contain_text("Inclusion")
