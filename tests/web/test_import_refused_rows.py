"""Refused rows come back as a file, to be corrected and imported again."""

import json

import psycopg
from flask import Flask

from tests.web.browser import Browser
from tests.web.giving import BAD, imported, refused, rows, table


def test_refused_rows_are_downloaded_corrected_and_imported(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    imported(site, desk, rows({}, BAD), "Crédits 2026.csv")
    download = desk.ask("/imports/1/refusals")
    assert download.headers["Content-Type"] == "text/csv; charset=utf-8"
    disposition = download.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert "filename*=UTF-8''Cr%C3%A9dits%202026.refused.csv" in disposition
    (row,) = refused(desk)
    assert (row["cairn_row"], row["quantity"]) == ("2", "many")

    page = imported(site, desk, table({**row, "quantity": "7"}), "corrected.refused.csv")

    assert "Every row was added." in page.text
    assert owner.execute("SELECT count(*) FROM records").fetchone() == (2,)


def test_refused_rows_of_a_refused_file_keep_a_short_name(site: Flask, desk: Browser) -> None:
    imported(site, desk, rows(BAD), "credits.refused.csv")

    disposition = desk.ask("/imports/1/refusals").headers["Content-Disposition"]

    assert disposition == "attachment; filename=credits.refused.csv"


def test_refused_objects_come_back_as_json_lines(site: Flask, desk: Browser) -> None:
    imported(site, desk, json.dumps([{"project_name": "Mangroves"}]).encode(), "credits.json")

    download = desk.ask("/imports/1/refusals")

    assert download.headers["Content-Disposition"].endswith("filename=credits.refused.jsonl")
    assert json.loads(download.html)["cairn"]["row"] == 1


def test_without_refused_rows_there_is_nothing_to_download(site: Flask, desk: Browser) -> None:
    page = imported(site, desk, rows({}))

    assert not [one for one in page.links() if one.startswith("Download")]
    assert desk.ask("/imports/1/refusals").goes_to == "/imports/1"
