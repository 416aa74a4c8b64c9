"""The head of every page: where one is, and the search."""

import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser
from tests.web.people import record


def here(browser: Browser, path: str) -> list[str]:
    """What the page at a path calls the place where one is."""
    root = browser.get(path).root
    return [words(one) for one in root.iter() if "aria-current" in one.attrib]


def test_every_page_says_where_one_is(site: Flask, desk: Browser) -> None:
    record(site)

    assert here(desk, "/") == ["Records"]
    assert here(desk, "/records/new") == ["New record", "New record"]
    assert here(desk, f"/records/{GUJARAT_ID}") == ["Records", "Waste-to-Energy Gujarat 2018"]
    assert here(desk, f"/records/{GUJARAT_ID}/sell") == ["Records", "Sell units", "Sell units"]


@pytest.mark.parametrize("path", [f"/records/{GUJARAT_ID}", "/sign-in", "/nowhere"])
def test_every_page_but_the_start_page_has_the_search_in_its_head(
    site: Flask, public: Browser, path: str
) -> None:
    record(site)

    header = next(public.get(path).root.iter("header"))

    (form,) = header.iter("form")
    assert (form.get("role"), form.get("action"), form.get("method")) == ("search", "/", "get")
    assert [one.get("name") for one in form.iter("input")] == ["q"]


def test_the_start_page_searches_in_the_page_itself(site: Flask, public: Browser) -> None:
    assert not list(next(public.get("/").root.iter("header")).iter("form"))
