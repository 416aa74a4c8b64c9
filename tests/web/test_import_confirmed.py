"""A file that was shown is imported, stopped or discarded, and told what became of it."""

import psycopg
from flask import Flask

from tests.exchange.layouts import GS_RETIREMENT
from tests.parser import words
from tests.web.browser import HTMX, Browser
from tests.web.giving import BAD, give, imported, refused, rows, run, state, sums, table


def test_a_confirmed_file_is_imported_and_its_sums_add_up_to_its_rows(
    site: Flask, desk: Browser
) -> None:
    imported(site, desk, rows({}))
    page = imported(site, desk, rows({}, {"serial_number": "M-3"}, BAD), "more.csv")

    assert page.heading == "Import of more.csv"
    told = "Of 3 rows 1 was added, 1 was there already and 1 was refused."
    assert told in page.text
    found = sums(page)
    assert found == {"Added": 1, "There already": 1, "Refused": 1, "Rows of the file": 3}
    assert {"Look at the records", "Import a corrected file"} <= page.links().keys()


def test_the_same_file_again_is_said_to_bring_nothing_new(site: Flask, desk: Browser) -> None:
    imported(site, desk, rows({}, {"serial_number": "M-3"}))

    page = give(desk, rows({}, {"serial_number": "M-3"}))

    assert "There is nothing new in this file." in page.text
    desk.send(page, "Import")
    run(site)
    assert "Every row was there already." in desk.get("/imports/2").text


def test_confirming_twice_is_no_mistake_and_imports_once(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    form = give(desk, rows({})).form("Import")
    first = desk.ask(form.action, form.fields)
    run(site)

    second = desk.ask(form.action, form.fields)

    assert (first.status, second.status) == (303, 303)
    assert second.goes_to == "/imports/1"
    assert owner.execute("SELECT count(*) FROM records").fetchone() == (1,)
    assert "other choices" not in desk.get("/imports/1").message


def test_a_second_confirmation_with_other_choices_says_that_the_first_counts(
    desk: Browser, owner: psycopg.Connection
) -> None:
    form = give(desk, rows({})).form("Import")
    desk.get(desk.ask(form.action, form.fields).goes_to or "")

    page = desk.get(desk.ask(form.action, {**form.fields, "strict": "1"}).goes_to or "")

    assert "confirmed before, with other choices" in page.message
    assert owner.execute("SELECT strict FROM imports").fetchone() == (False,)


def test_a_discarded_file_is_gone_however_often_one_presses(
    desk: Browser, owner: psycopg.Connection
) -> None:
    form = give(desk, rows({})).form("Discard")

    for _ in range(2):
        page = desk.get(desk.ask(form.action, form.fields).goes_to or "")
        assert page.message == "The file is discarded. Nothing of it was imported."

    assert desk.get("/imports/1").status == 404
    assert "There were none yet." in page.text
    assert owner.execute("SELECT count(*) FROM import_pieces").fetchone() == (0,)


def test_a_file_that_is_being_imported_cannot_be_discarded(
    desk: Browser, owner: psycopg.Connection
) -> None:
    page = give(desk, rows({}))
    form = page.form("Discard")
    desk.send(page, "Import")

    page = desk.get(desk.ask(form.action, form.fields).goes_to or "")

    assert "confirmed or discarded before" in page.message
    assert state(owner) == "queued"


def test_a_stopped_import_says_who_stopped_it_and_what_was_not_read(
    site: Flask, desk: Browser
) -> None:
    page = desk.send(give(desk, rows({}, BAD)), "Import")

    page = desk.send(page, "Stop")
    run(site)

    page = desk.get(page.path)
    assert "Registry desk stopped it. Nothing was added." in page.text
    assert sums(page) == {
        "Added": 0,
        "There already": 0,
        "Refused": 0,
        "Not read": 2,
        "Rows of the file": 2,
    }


def test_all_rows_or_none_adds_nothing_if_one_is_refused_and_gives_all_of_them_back(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    page = desk.send(give(desk, rows({}, BAD)), "Import", strict="1")
    run(site)

    page = desk.get(page.path)

    assert "Nothing was added. All rows or none was asked for" in page.text
    assert sums(page)["Refused, the good rows with them"] == 2
    (faults,) = page.all("table", "faults")
    assert "all_or_nothing" not in words(faults)
    assert [one["cairn_code"] for one in refused(desk)] == ["all_or_nothing", "invalid_fields"]
    assert owner.execute("SELECT count(*) FROM records").fetchone() == (0,)


def test_a_preview_of_all_rows_or_none_says_that_nothing_would_be_added(desk: Browser) -> None:
    page = desk.send(give(desk, rows({}, BAD)), "Preview", strict="1")

    assert "So nothing would be added: all rows or none." in page.text
    assert page.element("strict").get("checked") is not None


def test_rows_that_need_an_issuance_may_bring_their_own_blocks(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    page = give(desk, table(GS_RETIREMENT))
    assert "Every row will be refused." in page.text
    assert "The issuance export cannot be imported afterwards" in page.text

    page = desk.send(page, "Preview", own_blocks="1")

    assert "A new record, retired for Acme Ltd on 20 April 2026." in page.text
    assert page.element("own_blocks").get("checked") is not None
    desk.send(page, "Import", own_blocks="1")
    run(site)
    assert owner.execute("SELECT count(*) FROM records").fetchone() == (1,)


def test_other_files_are_not_asked_about_blocks(desk: Browser) -> None:
    assert "own_blocks" not in give(desk, rows({})).form("Import").fields


def test_the_preview_is_renewed_in_place(desk: Browser) -> None:
    form = give(desk, table(GS_RETIREMENT)).form("Import")
    data = form.fields | {"own_blocks": "1", "preview": "1"}

    part = desk.ask(form.action, data, headers=HTMX, part=True)

    assert part.headers["HX-Retarget"] == "#foreseen"
    assert "A new record, retired for Acme Ltd" in part.text


def test_a_preview_of_what_was_confirmed_meanwhile_leads_to_the_import(desk: Browser) -> None:
    page = give(desk, rows({}))
    form = page.form("Import")
    desk.send(page, "Import")

    again = desk.ask(form.action, {**form.fields, "preview": "1"}, headers=HTMX)

    assert again.headers["HX-Redirect"] == "/imports/1"
