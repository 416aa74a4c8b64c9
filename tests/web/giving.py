"""Files of credits, and how somebody gives them to the imports page."""

import csv
import io
from collections.abc import Mapping
from io import BytesIO

import psycopg
from flask import Flask

from tests.parser import words
from tests.web.browser import Browser, Page
from webapp.actions import importing

BAD = {"serial_number": "M-2", "quantity": "many"}
GOOD = {
    "project_name": "Mangroves",
    "registry": "VCS",
    "vintage": "2020",
    "quantity": "40",
    "serial_number": "M-1",
}


def row(**cells: str) -> dict[str, str]:
    """A good row with other or more cells."""
    return {**GOOD, **cells}


def rows(*changes: Mapping[str, str]) -> bytes:
    """A CSV of Cairn's columns: a good row for each of these, with other cells."""
    return table(*({**GOOD, **one} for one in changes))


def table(*lines: Mapping[str, str]) -> bytes:
    """A CSV with the columns of the first line."""
    written = io.StringIO()
    writer = csv.DictWriter(written, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return written.getvalue().encode()


def give(browser: Browser, content: bytes, name: str = "credits.csv") -> Page:
    """Sends a file with the form; the page that one lands on."""
    token = browser.get("/imports").form().fields["csrf_token"]
    # By hand: the test client would spool a large file, and leave it open.
    body = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    ).encode() + content
    page = browser.ask(
        "/imports",
        method="POST",
        content_type="multipart/form-data; boundary=x",
        input_stream=BytesIO(body + b"\r\n--x--\r\n"),
    )
    return browser.get(page.goes_to) if page.goes_to else page


def imported(site: Flask, browser: Browser, content: bytes, name: str = "credits.csv") -> Page:
    """Gives a file, confirms it and has it imported; the page of the import afterwards."""
    page = browser.send(give(browser, content, name), "Import")
    run(site)
    return browser.get(page.path)


def run(site: Flask) -> None:
    """Does what the process for background work does."""
    with site.app_context():
        importing.work()


def sums(page: Page) -> dict[str, int]:
    """The table of what became of the rows."""
    (found,) = page.all("table", "tally")
    cells = [[words(cell) for cell in row] for row in found.iter("tr")]
    return {name: int(number.replace("\u202f", "")) for name, number in cells}


def refused(browser: Browser, number: int = 1) -> list[dict[str, str]]:
    """The refused rows of an import as they are downloaded."""
    return list(csv.DictReader(io.StringIO(browser.ask(f"/imports/{number}/refusals").html)))


def state(owner: psycopg.Connection, number: int = 1) -> str:
    """The state in which an import is kept."""
    row = owner.execute("SELECT state FROM imports WHERE id = %s", (number,)).fetchone()
    assert row is not None
    return str(row[0])
