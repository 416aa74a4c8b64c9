"""A file is imported in a real browser: chosen or dropped, seen, confirmed, followed to its end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.web.giving import BAD, GOOD, row, table
from webapp import embedded

DROP = """(form, name) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(["a file's text"], name));
  for (const type of ["dragover", "drop"])
    form.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def credits(project: str, tmp_path: Path) -> Path:
    """Two good rows and a bad one, of a project that no other test uses."""
    own = {"project_name": project}
    serial = project.upper().replace(" ", "-")
    path = tmp_path / "credits.csv"
    path.write_bytes(
        table(
            row(**own, serial_number=f"{serial}-A"),
            row(**own, serial_number=f"{serial}-B"),
            row(**own, **BAD),
        )
    )
    return path


@pytest.mark.parametrize("scripts", [True, False], ids=["in place", "as pages"])
def test_a_file_is_chosen_seen_confirmed_and_its_refused_rows_are_downloaded(
    arrive: Callable[..., Page], credits: Path, scripts: bool
) -> None:
    page = arrive(java_script_enabled=scripts, accept_downloads=True)
    page.goto("/")
    page.get_by_role("link", name="Imports").click()
    page.get_by_label("Choose or drop a file").set_input_files(credits)
    page.get_by_role("button", name="Show what is in it").click()

    expect(page).to_have_title("Import credits.csv? - Cairn")
    expect(page.locator("#foreseen")).to_contain_text("2 will be added and 1 will be refused")
    page.get_by_role("button", name="Import 3 rows").click()

    expect(page).to_have_title("Import of credits.csv - Cairn")
    expect(page.locator("#import")).to_contain_text(
        "2 were added and 1 was refused", timeout=30_000
    )
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 1 refused row").click()
    assert download.value.suggested_filename == "credits.refused.csv"
    refused = Path(download.value.path()).read_text().splitlines()
    assert len(refused) == 2
    assert refused[0] == ",".join([*GOOD, "cairn_row", "cairn_code", "cairn_sentence"])


def test_a_page_that_follows_an_import_stops_asking_at_its_end(page: Page, credits: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    give(page, credits)
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.locator("#import .tally")).to_be_visible(timeout=30_000)

    before = len(asked)
    page.wait_for_timeout(2500)
    assert asked[before:] == []


def test_choosing_all_rows_or_none_renews_the_preview_in_place(page: Page, credits: Path) -> None:
    give(page, credits)
    page.get_by_label("All rows or none").check()

    expect(page.locator("#foreseen")).to_contain_text("So nothing would be added")
    expect(page.get_by_label("All rows or none")).to_be_focused()


def test_a_reload_shows_what_became_of_it(page: Page, credits: Path) -> None:
    give(page, credits)
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.locator("#import .tally")).to_be_visible(timeout=30_000)

    page.reload()

    expect(page.locator("#import")).to_contain_text("2 were added")


def test_a_file_is_dropped_and_its_name_and_size_are_told(page: Page) -> None:
    page.goto("/imports")
    page.locator("#give").evaluate(DROP, "dropped.csv")

    expect(page.locator("#chosen")).to_have_text("dropped.csv, 1 KB")
    expect(page.get_by_role("button", name="Show what is in it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Nothing was kept")).to_be_visible()
    expect(page.get_by_label("Choose or drop a file")).to_be_focused()


def test_while_the_server_is_away_the_page_says_so_and_asks_again_without_taking_the_focus(
    page: Page, credits: Path, server: Server
) -> None:
    give(page, credits)
    path = page.url.removeprefix(server.address)
    with under_way(server, path):
        page.goto(path)
        stop = page.get_by_role("button", name="Stop the import")
        stop.focus()

        page.route(f"**{path}", lambda route: route.abort())
        expect(page.locator("#notice")).to_contain_text("This page asks again every second")
        expect(stop).to_be_focused()

        page.unroute(f"**{path}")
        expect(page.locator("#notice")).to_be_empty()
        expect(page.locator("#import .verdict")).to_have_text("0 of 3 rows read (0%)")
        expect(stop).to_be_focused()
        stop.press("Enter")
        expect(page.locator("#import")).to_contain_text("stopped it")


def give(page: Page, path: Path) -> None:
    """Chooses the file and goes on to its preview."""
    page.goto("/imports")
    page.get_by_label("Choose or drop a file").set_input_files(path)
    page.get_by_role("button", name="Show what is in it").click()
    expect(page.locator("#foreseen")).to_be_visible()


@contextmanager
def under_way(server: Server, path: str) -> Iterator[None]:
    """Somebody is at the import for as long as the block lasts, and does not get far."""
    number = int(path.rpartition("/")[2])
    with psycopg.connect(embedded.owner_url(server.data_dir), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(7240614, %s)", [number])
        connection.execute(
            "UPDATE imports SET state = 'running', began_at = now(), starts = 1 WHERE id = %s",
            [number],
        )
        yield
