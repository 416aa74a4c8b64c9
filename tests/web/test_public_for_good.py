"""Who writes down a name is told, before saving, that it becomes public and stays so."""

import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser
from tests.web.giving import give, rows
from tests.web.people import record, sell

PERSONAL = ("buyer", "beneficiary", "reason", "note")
FORMS = pytest.mark.parametrize("action", ["retire", "sell", "return", "cancel"])


@FORMS
def test_each_form_says_that_what_is_written_can_never_be_removed(
    site: Flask, desk: Browser, action: str
) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    for page in (
        desk.get(f"/records/{GUJARAT_ID}/{action}"),
        desk.part(f"/records/{GUJARAT_ID}/{action}"),
    ):
        (told,) = page.all("p", "for-good")
        assert words(told).startswith("Public for good.")
        assert "can never be changed or removed" in words(told)


@FORMS
def test_each_field_that_a_persons_name_may_stand_in_says_so_too(
    site: Flask, desk: Browser, action: str
) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    page = desk.get(f"/records/{GUJARAT_ID}/{action}")

    fields = [one for one in page.root.iter() if one.get("name") in PERSONAL]
    assert len(fields) >= 2
    for one in fields:
        hint = page.element((one.get("aria-describedby") or "").split()[0])
        assert "public for good" in words(hint).lower(), one.get("name")


@FORMS
def test_it_is_said_before_the_first_of_those_fields(
    site: Flask, desk: Browser, action: str
) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    elements = list(desk.get(f"/records/{GUJARAT_ID}/{action}").root.iter())

    told = next(place for place, one in enumerate(elements) if one.get("class") == "for-good")
    first = next(place for place, one in enumerate(elements) if one.get("name") in PERSONAL)
    assert told < first


def test_the_preview_of_an_import_says_it_beside_the_button(desk: Browser) -> None:
    page = give(desk, rows({}))

    (told,) = page.all("p", "for-good")
    assert "can never be changed or removed" in words(told)
    assert "Import 1 row" in [words(one) for one in page.form("Import").buttons]
