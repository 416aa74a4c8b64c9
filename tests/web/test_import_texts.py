"""What stands in a file is shown as text, whatever it is."""

import json

import pytest
from flask import Flask

from tests.web.browser import Browser
from tests.web.giving import BAD, give, rows, run


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "a\u202eb"])
def test_what_cells_and_the_files_name_say_is_shown_as_text(
    site: Flask, desk: Browser, text: str
) -> None:
    name = f"{text.replace('/', '')}.csv"
    shown = text.replace("\u202e", "\ufffd")
    faulty = {**BAD, "project_name": text}
    harmless = {} if "\u202e" in text else {"project_name": text}
    content = rows(harmless, faulty, {"serial_number": "M-3", "quantity": text})

    preview = give(desk, content, name)
    assert shown in preview.text
    assert "<script>" not in preview.html
    page = desk.send(preview, "Import")
    run(site)

    page = desk.get("/imports/1")
    assert shown in page.text
    assert "<script>" not in page.html.replace("<script src", "")
    assert "\u202e" not in page.html
    download = desk.ask("/imports/1/refusals")
    assert not any(line.startswith("=") for line in download.html.splitlines())
    assert "\n" not in download.headers["Content-Disposition"]


def test_control_characters_are_shown_as_signs(desk: Browser) -> None:
    page = give(desk, rows({"project_name": "a\x07b\x1b[31m", "quantity": "many"}))

    assert "a␇b␛[31m" in page.text
    assert "\x07" not in page.html


def test_half_a_character_in_json_breaks_no_page(site: Flask, desk: Browser) -> None:
    content = json.dumps([{"project_name": "\ud800", "quantity": "\udfff"}]).encode()

    assert "project_name: \ufffd" in give(desk, content, "credits.json").text
    desk.send(desk.get("/imports/1"), "Import")
    run(site)

    assert desk.get("/imports/1").status == 200
    assert desk.ask("/imports/1/refusals").status == 200
