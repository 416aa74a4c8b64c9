"""The imports page: who may what, a file is given and shown, and the history."""

import gc
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import psycopg
import pytest
from flask import Flask

from tests.exchange.layouts import GS_ISSUANCE, GS_RETIREMENT
from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.conftest import Snapshot
from tests.web.giving import BAD, give, imported, row, rows, state, table
from webapp.exchange.shapes import SHAPES


def test_the_public_is_asked_to_sign_in(public: Browser) -> None:
    assert public.get("/imports").path == "/sign-in?next=/imports"
    assert "Imports" not in public.get("/").links()


def test_a_viewer_sees_what_was_imported_and_why_there_is_no_form(
    site: Flask, desk: Browser, viewer: Browser
) -> None:
    imported(site, desk, rows({}, BAD))

    page = viewer.get("/imports")

    assert page.heading == "What was imported?"
    assert page.forms() == []
    assert "Ask an administrator for the role operator" in page.text
    assert "credits.csv" in page.links()
    one = viewer.get("/imports/1")
    assert one.forms() == []
    assert viewer.ask(one.links()["Download 1 refused row"]).status == 200


def test_a_viewer_sees_a_preview_but_cannot_confirm_discard_or_stop(
    desk: Browser, viewer: Browser, owner: psycopg.Connection
) -> None:
    form = give(desk, rows({})).form("Import")

    page = viewer.get("/imports/1")

    assert "somebody with the role operator has to confirm it" in page.text
    assert page.forms() == []
    csrf = viewer.get("/account").sign_out_form().fields["csrf_token"]
    for path in (form.action, "/imports/1/discard", "/imports/1/stop", "/imports"):
        assert viewer.ask(path, {"csrf_token": csrf}).status == 403
    assert state(owner) == "previewed"


def test_the_page_names_every_kind_of_file_that_is_known(desk: Browser) -> None:
    text = desk.get("/imports").text

    for shape in SHAPES.values():
        registry, _, kind = shape.label.rpartition(" ")
        assert registry in text
        assert kind in text
    assert "Gold Standard retirements and issuances" in text


def test_a_file_is_shown_as_it_will_be_understood_and_nothing_is_recorded(
    desk: Browser, ledger: Snapshot
) -> None:
    before = ledger()
    retired = {
        "retired_on": "2026-05-03",
        "my_column": "x",
        "beneficiary": "Acme",
    }

    page = give(desk, table(row(**dict.fromkeys(retired, "")), row(serial_number="M-2", **retired)))

    assert page.heading == "Import credits.csv?"
    assert "CSV of Cairn's columns" in page.text
    assert "Every row will be added." in page.text
    assert "A new record." in page.text
    assert "A new record, retired for Acme on 3 May 2026." in page.text
    assert "1 column is not used" in page.text
    assert words(page.form("Import").buttons[0]) == "Import 2 rows"
    assert ledger() == before


def test_a_row_inside_a_record_is_told_as_what_happens_to_that_record(
    site: Flask, desk: Browser
) -> None:
    imported(site, desk, table(GS_ISSUANCE))

    page = give(desk, table(GS_RETIREMENT))

    told = "Retires 10 units of the record that has them for Acme Ltd on 20 April 2026."
    assert told in page.text


def test_the_first_refusals_are_shown_with_row_code_sentence_and_what_they_say(
    desk: Browser,
) -> None:
    page = give(desk, rows({}, BAD))

    (faults,) = page.all("table", "faults")
    assert "Of its 2 rows 1 will be added and 1 will be refused." in page.text
    assert "2quantity: " in words(faults)
    assert "invalid_fields" in words(faults)
    assert "Mangroves | VCS | 2020 | many | M-2" in words(faults)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty."),
        (b"a,b\n1,2\n", "Its columns are not those of a file that is known here."),
        (b"\x00\x01\xff", "The file"),
        (b"\xff\xfea\x00,\x00", "UTF-16"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_at_the_field_and_is_not_kept(
    desk: Browser, owner: psycopg.Connection, content: bytes, told: str
) -> None:
    page = give(desk, content)

    assert page.status == 422
    assert told in page.faults()["file"]
    assert told in page.summary
    assert page.focused.get("name") == "file"
    assert owner.execute("SELECT count(*) FROM imports").fetchone() == (0,)
    assert owner.execute("SELECT count(*) FROM import_pieces").fetchone() == (0,)


def test_without_a_file_one_is_asked_for(desk: Browser) -> None:
    page = desk.send(desk.get("/imports"), "Show")

    assert page.status == 422
    assert "Choose one first" in page.faults()["file"]


def test_a_file_may_be_larger_than_other_requests(desk: Browser) -> None:
    page = give(desk, rows(*({"serial_number": f"M-{n}"} for n in range(50_000))))

    assert page.heading == "Import credits.csv?"
    assert "1.5 MB" in page.text
    assert "Each of the first 500 rows will be added." in page.text


def test_a_file_beyond_the_limit_is_sent_to_the_command(desk: Browser) -> None:
    page = too_large(desk, "/imports", 2 << 30)

    assert page.status == 413
    assert "larger than 1 GiB; use `flask records import FILE`" in page.faults()["file"]


def test_only_operators_may_send_so_much_and_only_as_a_file(
    desk: Browser, viewer: Browser, public: Browser
) -> None:
    give(desk, rows({}))

    assert too_large(public, "/imports", 1 << 29).status == 401
    assert too_large(viewer, "/imports", 1 << 29).status == 403
    page = too_large(desk, "/imports/1", 1 << 29)
    assert page.status == 413
    assert "The request is too large" in page.text


def too_large(browser: Browser, path: str, length: int) -> Page:
    """What somebody hears who announces so many bytes."""
    how = {"content_type": "multipart/form-data; boundary=x", "input_stream": BytesIO(b"")}
    return browser.ask(
        path, method="POST", environ_overrides={"CONTENT_LENGTH": str(length)}, **how
    )


@contextmanager
def no_room(most_bytes: int) -> Iterator[None]:
    """Files cannot grow beyond so many bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # werkzeug leaves its file to the collector
def test_a_full_disk_is_told_as_that(desk: Browser) -> None:
    with no_room(1_000_000):
        page = give(desk, rows({}) + b"x" * 3_000_000)
    gc.collect()

    assert page.status == 507
    assert "The server's disk is full" in page.faults()["file"]


def test_the_history_tells_who_when_what_and_the_sums(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    imported(site, desk, rows({}, BAD))
    owner.execute("UPDATE imports SET received_at = '2026-05-03 14:02Z'")
    give(desk, rows({}), "later.csv")

    (table_,) = desk.get("/imports").all("table", "imports")

    newest, oldest = [words(row) for row in table_.iter("tr")][1:]
    assert newest.startswith("later.csv number 2")
    assert newest.endswith("waits for a decision")
    assert "CSV of Cairn's columns" in oldest
    assert "3 May 2026, 14:02 UTC Registry desk" in oldest
    assert oldest.endswith("1 added, 1 refused done")


def test_the_history_is_paged(site: Flask, desk: Browser, owner: psycopg.Connection) -> None:
    give(desk, rows({}))
    owner.execute(
        "INSERT INTO imports (file_name, size, sha256, kind, delimiter, header, shape, rows,"
        " own_blocks, strict, by_command, state, actor, actor_id, received_at)"
        " SELECT file_name, size, sha256, kind, delimiter, header, shape, rows, own_blocks, strict,"
        " by_command, 'done', actor, actor_id, received_at FROM imports, generate_series(1, 30)"
    )

    page = desk.get("/imports")
    later = desk.get(page.links()["Earlier imports"])

    numbers = [words(one) for listed in (page, later) for one in numbers_of(listed)]
    assert numbers == [f"number {n}" for n in range(31, 0, -1)]
    assert "Earlier imports" not in later.links()
    assert later.links()["Newest imports"] == "/imports"


def numbers_of(page: Page) -> list:  # type: ignore[type-arg]
    (listed,) = page.all("table", "imports")
    return list(listed.iter("small"))[::2]


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "", "9" * 19, "9" * 40, "١"])
def test_a_malformed_place_in_the_history_is_refused(desk: Browser, before: str) -> None:
    assert desk.get(f"/imports?before={before}").status == 400


@pytest.mark.parametrize("path", ["/imports/99", f"/imports/{2**63}", "/imports/99/refusals"])
def test_an_import_that_is_not_there_is_404(desk: Browser, path: str) -> None:
    assert desk.get(path).status == 404
