"""An import is followed while it runs, and after it was interrupted."""

import psycopg
import pytest
from flask import Flask

from tests.parser import words
from tests.web.browser import HTMX, Browser
from tests.web.giving import BAD, give, rows, run, sums


def interrupt(owner: psycopg.Connection, **changes: object) -> None:
    """As if the process at work on the first import had been killed after two of its rows."""
    owner.execute(
        "UPDATE imports SET state = 'running', began_at = now(), starts = 1, read = 2, added = 2"
    )
    for name, value in changes.items():
        owner.execute(f"UPDATE imports SET {name} = %s", (value,))


def test_an_import_that_waits_asks_for_itself_every_second_and_an_ended_one_does_not(
    site: Flask, desk: Browser
) -> None:
    page = desk.send(give(desk, rows({}, BAD)), "Import")
    assert page.message == "The import has begun. It goes on if you close this page."
    assert '<noscript><meta http-equiv="refresh"' in page.html
    assert page.element("import").get("hx-trigger") == "every 1s"

    part = desk.part("/imports/1")
    assert "It waits for its turn" in part.text
    assert part.element("import").get("hx-trigger") == "every 1s"
    run(site)

    part = desk.part("/imports/1")
    assert part.element("import").get("hx-trigger") is None
    assert words(part.element("said")) == "The import has ended: 1 added, 1 refused."
    assert "http-equiv" not in desk.get("/imports/1").html


def test_a_running_import_tells_how_far_it_is(desk: Browser, owner: psycopg.Connection) -> None:
    page = desk.send(give(desk, rows({}, BAD, BAD, BAD)), "Import")
    interrupt(owner, began_at="2026-05-03 14:02Z")
    owner.execute("SELECT pg_advisory_lock(7240614, 1)")  # somebody is at it

    page = desk.get(page.path)

    (bar,) = page.root.iter("progress")
    assert (bar.get("value"), bar.get("max")) == ("2", "4")
    assert "2 of 4 rows read (50%)" in page.text
    assert "left." in page.text
    assert "interrupted" not in page.text
    assert "running, 50%" in desk.get("/imports").text


@pytest.mark.parametrize(
    ("strict", "by_command", "told"),
    [
        (False, False, "goes on by itself as soon as the server works again. Nothing is lost"),
        (True, False, "what it had added was rolled back, and it begins again"),
        (False, True, "Rows that were added stay. Run the command again: nothing is doubled."),
        (True, True, "rolled back and nothing of it is here. Run the command again"),
    ],
)
def test_an_interrupted_import_says_what_stays_and_how_it_goes_on(
    desk: Browser, owner: psycopg.Connection, strict: bool, by_command: bool, told: str
) -> None:
    page = desk.send(give(desk, rows({}, BAD, BAD, BAD)), "Import")
    interrupt(owner, strict=strict, by_command=by_command)

    page = desk.get(page.path)

    assert "It was interrupted" in page.text
    assert told in page.text
    assert "interrupted" in desk.get("/imports").text


def test_an_import_that_was_interrupted_tells_from_which_row_it_went_on(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    page = desk.send(give(desk, rows({}, BAD, {"serial_number": "M-3"})), "Import")
    interrupt(owner)

    run(site)

    page = desk.get(page.path)
    assert "It was interrupted, and went on from row 3." in page.text
    assert sums(page)["Rows of the file"] == 3


def test_what_goes_wrong_while_the_page_asks_by_itself_takes_no_focus(desk: Browser) -> None:
    asking = {**HTMX, "HX-Source": "section#import"}

    part = desk.ask("/imports/99", headers=asking, part=True)

    assert part.headers["HX-Retarget"] == "#notice"
    assert "There is no such import." in part.summary
    assert "autofocus" not in part.html
