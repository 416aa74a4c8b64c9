"""One administrator is always left, and nobody shuts oneself out without having been told."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask import Flask

from tests.store.waiting import wait_until
from tests.web.browser import Browser, Page
from tests.web.people import PASSWORD, add_staff

HEAD, SECOND = "head@registry.example", "second@registry.example"


def page_of(owner: psycopg.Connection, email: str) -> str:
    row = owner.execute("SELECT id FROM staff WHERE email = %s", (email,)).fetchone()
    assert row is not None
    return f"/staff/{row[0]}"


def account(owner: psycopg.Connection, email: str) -> tuple[object, ...] | None:
    query = "SELECT name, role, must_change_password, disabled_at IS NULL FROM staff"
    return owner.execute(f"{query} WHERE email = %s", (email,)).fetchone()


def test_the_only_administrator_is_told_and_cannot_be_demoted_or_disabled(
    admin: Browser, owner: psycopg.Connection
) -> None:
    page = admin.get(page_of(owner, HEAD))
    assert "You are the only administrator, so this account cannot be disabled." in page.text

    demoted = admin.send(page, "Save", role="operator")
    csrf = page.form("Save").fields["csrf_token"]
    disabled = admin.ask(f"{page.path}/disable", {"csrf_token": csrf, "own": "y"})

    sentence = f"{HEAD} is the only administrator; make another one first."
    assert (demoted.status, demoted.faults()) == (422, {"role": sentence})
    assert disabled.status == 422
    assert sentence in disabled.summary
    assert account(owner, HEAD) == ("Registry head", "admin", False, True)


def test_a_disabled_administrator_is_no_second_one(
    site: Flask, admin: Browser, owner: psycopg.Connection
) -> None:
    add_staff(site, SECOND, "Second head", "admin")
    admin.send(admin.get(page_of(owner, SECOND)), "Disable Second head")

    page = admin.send(admin.get(page_of(owner, HEAD)), "Save", role="viewer")

    assert page.status == 422


def test_ones_own_account_is_disabled_only_with_a_tick(
    site: Flask, admin: Browser, owner: psycopg.Connection
) -> None:
    add_staff(site, SECOND, "Second head", "admin")
    page = admin.get(page_of(owner, HEAD))
    assert "You will be signed out at once" in page.text

    refused = admin.send(page, "Disable Registry head")
    assert refused.status == 422
    assert "This is your own account." in refused.faults()["own"]
    assert account(owner, HEAD) == ("Registry head", "admin", False, True)

    done = admin.send(refused, "Disable Registry head", own="y")
    assert done.message == "Your account is disabled, and you are signed out."
    assert account(owner, HEAD) == ("Registry head", "admin", False, False)


def test_who_gives_up_the_role_lands_on_a_page_that_is_open_to_them(
    site: Flask, admin: Browser, owner: psycopg.Connection
) -> None:
    add_staff(site, SECOND, "Second head", "admin")
    page = admin.get(page_of(owner, HEAD))
    assert "With another role than admin this page is closed to you." in page.text

    page = admin.send(page, "Save", role="viewer")

    assert (page.status, page.heading) == (200, "Your account")
    assert admin.ask("/staff").status == 403


def test_ones_own_password_is_not_reset_but_changed(
    admin: Browser, owner: psycopg.Connection
) -> None:
    page = admin.get(page_of(owner, HEAD))
    csrf = page.form("Save").fields["csrf_token"]

    answer = admin.ask(f"{page.path}/password", {"csrf_token": csrf})

    assert (answer.status, answer.goes_to) == (303, "/account")
    assert account(owner, HEAD) == ("Registry head", "admin", False, True)


def waiting(owner: psycopg.Connection) -> int:
    """How many stand before a door that is shut."""
    row = owner.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted").fetchone()
    return int((row or (0,))[0])


@pytest.mark.parametrize("press", ["Save", "Disable"])
def test_of_two_administrators_who_demote_or_disable_each_other_at_once_one_is_left(
    site: Flask, admin: Browser, owner: psycopg.Connection, press: str
) -> None:
    add_staff(site, SECOND, "Second head", "admin")
    other = Browser(site)
    other.sign_in(SECOND, PASSWORD)
    typed = {"role": "viewer"} if press == "Save" else {}
    pages = [
        (admin, admin.get(page_of(owner, SECOND))),
        (other, other.get(page_of(owner, HEAD))),
    ]

    def send(pair: tuple[Browser, Page]) -> int:
        browser, page = pair
        return browser.send_once(page, press, **typed).status

    # Both are let in and stand before the door when it opens: whoever forgot to wait at the first
    # has looked who is left, and waits to write.
    with ThreadPoolExecutor(2) as threads:
        with owner.transaction():
            owner.execute("SELECT pg_advisory_xact_lock(7240612) FROM staff FOR UPDATE")
            answers = [threads.submit(send, one) for one in pages]
            wait_until(lambda: waiting(owner) == 2 or any(one.done() for one in answers))
        statuses = sorted(one.result() for one in answers)

    assert statuses == [303, 422]
    query = "SELECT count(*) FROM staff WHERE role = 'admin' AND disabled_at IS NULL"
    assert owner.execute(query).fetchone() == (1,)
