"""Accounts and tokens are for administrators: everybody else is told so, or signs in first."""

import psycopg
import pytest
from flask import Flask

from tests.web.browser import Browser
from tests.web.people import PASSWORD, add_staff

HEAD, SECOND = "head@registry.example", "second@registry.example"
PAGES = ["/staff", "/staff/1", "/tokens"]


@pytest.mark.parametrize("path", PAGES)
def test_viewers_and_operators_are_told_that_it_needs_an_administrator(
    desk: Browser, viewer: Browser, path: str
) -> None:
    answer = desk.ask(path)
    assert answer.status == 403
    assert "Registry desk has the role operator; this needs the role admin." in answer.text
    answer = viewer.ask(path)
    assert answer.status == 403
    assert "Ask an administrator for the role admin." in answer.text
    assert not {"Staff", "Tokens"} & desk.get("/").links().keys()


@pytest.mark.parametrize(
    "path",
    [
        *("/staff", "/staff/1", "/staff/1/password", "/staff/1/disable", "/staff/1/enable"),
        *("/tokens", "/tokens/1/revoke"),
    ],
)
def test_an_operator_cannot_post_there_either(
    desk: Browser, owner: psycopg.Connection, path: str
) -> None:
    everything = (
        "SELECT (SELECT array_agg(s) FROM staff s)::text, (SELECT count(*) FROM api_tokens)"
    )
    before = owner.execute(everything).fetchone()
    csrf = desk.get("/password").form().fields["csrf_token"]
    sent = {"csrf_token": csrf, "email": SECOND, "name": "Mine", "role": "admin"}

    assert desk.ask(path, sent).status == 403

    assert owner.execute(everything).fetchone() == before


@pytest.mark.parametrize("path", ["/staff", "/tokens"])
def test_who_is_not_signed_in_signs_in_and_comes_back(
    site: Flask, public: Browser, path: str
) -> None:
    add_staff(site, HEAD, "Registry head", "admin")
    page = public.get(path)
    assert page.heading == "Sign in"
    assert page.focused.get("name") == "email"

    page = public.send(page, email=HEAD, password=PASSWORD)

    assert page.path == path
    assert page.links()["Staff"] == "/staff"
    assert page.links()["Tokens"] == "/tokens"
