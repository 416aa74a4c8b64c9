"""Changing one's password, and one-time passwords, which must be changed first."""

import psycopg
import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.web.browser import Browser
from tests.web.people import PASSWORD, add_staff, record
from webapp.actions import secrets

DESK = "desk@registry.example"
NEW = "staple battery horse"


def test_a_changed_password_is_the_one_that_signs_in(site: Flask, desk: Browser) -> None:
    page = desk.send(desk.get("/password"), current=PASSWORD, password=NEW, again=NEW)

    assert page.message == "Your password is changed. Other sessions of your account have ended."
    assert Browser(site).sign_in(DESK, NEW).heading == "Find carbon credits"
    assert Browser(site).sign_in(DESK, PASSWORD).status == 422


def test_changing_the_password_ends_the_accounts_other_sessions(site: Flask, desk: Browser) -> None:
    other = Browser(site)
    other.sign_in(DESK, PASSWORD)
    add_staff(site, "two@registry.example", "Second desk")
    colleague = Browser(site)
    colleague.sign_in("two@registry.example", PASSWORD)

    desk.send(desk.get("/password"), current=PASSWORD, password=NEW, again=NEW)

    assert desk.ask("/password").status == 200
    assert other.ask("/password").status == 303
    assert colleague.ask("/password").status == 200


@pytest.mark.parametrize(
    ("current", "password", "field", "sentence"),
    [
        ("wrong horse battery", NEW, "current", "This is not the present password."),
        (PASSWORD, "short", "password", "A password has 8 characters or more."),
        (PASSWORD, "", "password", "A password has 8 characters or more."),
        (PASSWORD, "x" * 1001, "password", "A password has 1000 characters at most."),
        (PASSWORD, PASSWORD, "password", "Choose another one than the present."),
    ],
)
def test_a_refused_change_says_why_at_the_field_and_changes_nothing(
    site: Flask, desk: Browser, current: str, password: str, field: str, sentence: str
) -> None:
    page = desk.send(desk.get("/password"), current=current, password=password, again=password)

    assert page.status == 422
    assert page.faults() == {field: sentence}
    assert page.focused.get("name") == field
    assert PASSWORD not in page.html
    assert Browser(site).sign_in(DESK, PASSWORD).heading == "Find carbon credits"


def test_the_password_page_is_for_who_is_signed_in(public: Browser) -> None:
    page = public.ask("/password")

    assert (page.status, page.goes_to) == (303, "/sign-in?next=/password")


def test_with_a_one_time_password_every_page_leads_to_the_change(
    site: Flask, public: Browser, owner: psycopg.Connection
) -> None:
    add_staff(site, must_change=True)
    record(site)
    page = public.sign_in(DESK, PASSWORD)
    assert page.heading == "Change your password"
    assert "You signed in with a one-time password. Choose your own now." in page.text

    for path in ("/", "/records/new", f"/records/{GUJARAT_ID}", f"/records/{GUJARAT_ID}/retire"):
        assert public.ask(path).goes_to == "/password"
    token = page.form().fields["csrf_token"]
    sent = {"csrf_token": token, "quantity": "5"}
    answer = public.ask(f"/records/{GUJARAT_ID}/retire", sent)

    assert answer.goes_to == "/password"
    assert owner.execute("SELECT count(*) FROM events").fetchone() == (1,)


def test_with_a_one_time_password_the_same_one_again_is_refused(
    site: Flask, public: Browser
) -> None:
    add_staff(site, must_change=True)

    page = public.send(
        public.sign_in(DESK, PASSWORD), current=PASSWORD, password=PASSWORD, again=PASSWORD
    )

    assert page.status == 422
    assert public.ask("/").goes_to == "/password"


def test_once_the_one_time_password_is_changed_everything_is_open(
    site: Flask, public: Browser
) -> None:
    add_staff(site, must_change=True)

    page = public.send(public.sign_in(DESK, PASSWORD), current=PASSWORD, password=NEW, again=NEW)

    assert page.heading == "Find carbon credits"
    assert public.ask("/records/new").status == 200


def test_with_a_one_time_password_one_can_still_sign_out(site: Flask, public: Browser) -> None:
    add_staff(site, must_change=True)
    public.sign_in(DESK, PASSWORD)

    assert public.sign_out().message == "You are signed out."


def test_the_hash_that_stands_for_no_account_costs_what_every_password_costs() -> None:
    assert not secrets._hasher.check_needs_rehash(secrets._NOBODYS)
    assert not secrets.password_fits(None, "")
