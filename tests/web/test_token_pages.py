"""The tokens page: a token is made and shown once, its use is seen, and it is revoked."""

import re

import psycopg
import pytest
from flask import Flask

from tests.parser import words
from tests.web.browser import Browser, Page
from webapp.actions import tokens

TOKEN = re.compile(r"cairn_[\w-]{20,}")


def make(admin: Browser, name: str = "Import robot", role: str = "operator") -> str:
    """Makes a token on the page; the secret that is shown, once."""
    page = admin.send(admin.get("/tokens"), "Make", name=name, role=role)
    (secret,) = TOKEN.findall(page.text)
    return str(secret)


def rows(page: Page) -> list[list[str]]:
    return [[words(cell) for cell in row] for row in next(page.root.iter("tbody")).iter("tr")]


def opens(site: Flask, secret: str) -> bool:
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    return bool(site.test_client().post("/api/v1/records", headers=headers).status_code == 422)


def test_a_token_is_shown_once_with_a_line_that_uses_it(site: Flask, admin: Browser) -> None:
    page = admin.send(admin.get("/tokens"), "Make", name="Import robot", role="operator")

    (secret,) = TOKEN.findall(page.text)
    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    line = 'curl -H "Authorization: Bearer $TOKEN" "http://localhost/api/v1/records?limit=1"'
    assert line in page.text
    assert opens(site, secret)
    with admin.client.session_transaction() as session:
        assert secret not in str(dict(session))
    assert not TOKEN.search(admin.get("/tokens").html)


def test_the_same_form_again_makes_no_second_token(
    admin: Browser, owner: psycopg.Connection
) -> None:
    form = admin.get("/tokens").form()
    sent = form.filled({"name": "Import robot", "role": "operator"})
    admin.ask(form.action, sent)

    again = admin.ask(form.action, sent)

    assert again.status == 409
    assert "This was done already, and not a second time: the token Import robot" in again.message
    assert not TOKEN.search(again.html)
    assert owner.execute("SELECT count(*) FROM api_tokens").fetchone() == (1,)


def test_the_next_form_makes_another_of_the_same_name(admin: Browser) -> None:
    assert make(admin) != make(admin)


def test_a_form_that_was_done_and_is_sent_with_other_entries_asks_first(
    admin: Browser, owner: psycopg.Connection
) -> None:
    page = admin.get("/tokens")
    admin.send(page, "Make", name="Import robot", role="operator")

    other = admin.send(page, "Make", name="Export robot", role="viewer")

    assert other.status == 422
    assert "This form was sent before with other entries" in other.summary
    assert owner.execute("SELECT count(*) FROM api_tokens").fetchone() == (1,)
    assert admin.send(other, "Make").heading == "A new token"


def test_the_table_tells_name_role_and_last_use_and_lists_the_revoked_after_the_living(
    site: Flask, admin: Browser, owner: psycopg.Connection
) -> None:
    with site.app_context():
        for name in ("First", "Second", "Third"):
            tokens.add(name, "viewer")
    day = "'2026-05-03 14:02Z'"
    owner.execute(f"UPDATE api_tokens SET created_at = {day}")
    owner.execute(f"UPDATE api_tokens SET last_used_at = {day} WHERE name = 'Second'")
    owner.execute(f"UPDATE api_tokens SET revoked_at = {day} WHERE name = 'First'")
    told = "3 May 2026, 14:02 UTC"

    found = rows(admin.get("/tokens"))

    assert [row[:4] for row in found] == [
        ["Second number 2", "viewer", told, told],
        ["Third number 3", "viewer", told, "never"],
        ["First number 1", "viewer", told, "never"],
    ]
    assert found[0][4].startswith("active")
    assert found[2][4] == f"revoked {told}"


def test_one_is_revoked_by_its_number_and_not_its_namesake(site: Flask, admin: Browser) -> None:
    first, second = make(admin, "Twin"), make(admin, "Twin")
    page = admin.get("/tokens")
    form = next(one for one in page.forms() if one.action == "/tokens/2/revoke")
    assert words(form.buttons[0]) == "Revoke Twin"

    page = admin.get(admin.ask(form.action, form.fields).goes_to or "")

    assert page.message == "Twin (number 2) is revoked: from now on it opens nothing."
    assert (opens(site, first), opens(site, second)) == (True, False)


def test_revoking_a_number_leaves_alone_the_token_that_has_it_as_its_name(
    site: Flask, admin: Browser
) -> None:
    named = make(admin, "2")
    numbered = make(admin, "Other")
    form = next(one for one in admin.get("/tokens").forms() if one.action == "/tokens/2/revoke")

    admin.ask(form.action, form.fields)

    assert (opens(site, named), opens(site, numbered)) == (True, False)


def test_revoking_again_keeps_the_day_it_was_revoked(
    site: Flask, admin: Browser, owner: psycopg.Connection
) -> None:
    make(admin)
    page = admin.get("/tokens")
    form = next(one for one in page.forms() if one.action.endswith("/revoke"))
    admin.ask(form.action, form.fields)
    before = owner.execute("SELECT revoked_at FROM api_tokens").fetchone()

    assert admin.ask(form.action, form.fields).status == 303
    assert owner.execute("SELECT revoked_at FROM api_tokens").fetchone() == before


@pytest.mark.parametrize(
    ("name", "role", "field"),
    [(" ", "viewer", "name"), ("x" * 301, "viewer", "name"), ("Robot", "king", "role")],
)
def test_a_refused_token_says_why_at_the_field_and_is_not_made(
    admin: Browser, owner: psycopg.Connection, name: str, role: str, field: str
) -> None:
    page = admin.send(admin.get("/tokens"), "Make", name=name, role=role)

    assert page.status == 422
    assert list(page.faults()) == [field]
    assert page.focused.get("name") == field
    assert owner.execute("SELECT count(*) FROM api_tokens").fetchone() == (0,)


@pytest.mark.parametrize("number", ["99", str(2**63 - 1), str(2**63)])
def test_a_token_that_is_not_there_is_404(admin: Browser, number: str) -> None:
    csrf = admin.get("/tokens").form().fields["csrf_token"]

    assert admin.ask(f"/tokens/{number}/revoke", {"csrf_token": csrf}).status == 404
