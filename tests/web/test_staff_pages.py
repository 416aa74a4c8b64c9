"""The staff pages: accounts added, changed, reset, disabled and enabled."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask import Flask

from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.people import PASSWORD, add_staff

HEAD, DESK, SECOND = "head@registry.example", "desk@registry.example", "second@registry.example"
ONE_TIME = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}")


def page_of(owner: psycopg.Connection, email: str) -> str:
    row = owner.execute("SELECT id FROM staff WHERE email = %s", (email,)).fetchone()
    assert row is not None
    return f"/staff/{row[0]}"


def account(owner: psycopg.Connection, email: str) -> tuple[object, ...] | None:
    query = "SELECT name, role, must_change_password, disabled_at IS NULL FROM staff"
    return owner.execute(f"{query} WHERE email = %s", (email,)).fetchone()


def shown_password(page: Page) -> str:
    """The one-time password that the page shows, once."""
    (secret,) = ONE_TIME.findall(page.text)
    return str(secret)


def new_account(admin: Browser, **changes: str) -> Page:
    typed = {"email": SECOND, "name": "Second desk", "role": "operator"} | changes
    return admin.send(admin.get("/staff"), "Add", **typed)


def rows(page: Page) -> list[list[str]]:
    return [[words(cell) for cell in row] for row in next(page.root.iter("tbody")).iter("tr")]


def test_the_table_tells_name_email_role_and_state_of_each_account(
    site: Flask, admin: Browser, owner: psycopg.Connection
) -> None:
    add_staff(site, DESK, "Registry desk", "operator", must_change=True)
    add_staff(site, SECOND, "Second desk", "viewer")
    owner.execute("UPDATE staff SET disabled_at = '2026-05-03 14:02Z' WHERE email = %s", (SECOND,))

    assert rows(admin.get("/staff")) == [
        ["Registry head", HEAD, "admin", "active"],
        ["Registry desk", DESK, "operator", "waiting the one-time password is not changed yet"],
        ["Second desk", SECOND, "viewer", "disabled since 3 May 2026, 14:02 UTC"],
    ]


def test_a_new_account_signs_in_with_the_password_that_is_shown_and_must_change_it(
    site: Flask, admin: Browser
) -> None:
    page = new_account(admin)

    assert page.status == 200
    assert page.message == f"{SECOND} can sign in now."
    signed_in = Browser(site).sign_in(SECOND, shown_password(page))
    assert signed_in.heading == "Change your password"


def test_the_one_time_password_is_shown_once_and_kept_nowhere(
    site: Flask, admin: Browser, owner: psycopg.Connection
) -> None:
    page = new_account(admin)
    password = shown_password(page)

    assert page.headers["Cache-Control"] == "no-store"
    with admin.client.session_transaction() as session:
        assert password not in str(dict(session))
    for path in ("/staff", page_of(owner, SECOND), "/"):
        assert password not in admin.get(path).html
    kept = owner.execute("SELECT staff::text FROM staff").fetchall()
    kept += owner.execute("SELECT k::text FROM idempotency_keys k").fetchall()
    assert password not in str(kept)


def test_the_same_form_again_adds_nothing_and_shows_no_password(
    admin: Browser, owner: psycopg.Connection
) -> None:
    form = admin.get("/staff").form()
    sent = form.filled({"email": SECOND, "name": "Second desk", "role": "operator"})
    password = shown_password(admin.ask(form.action, sent))

    again = admin.ask(form.action, sent)

    assert again.status == 409
    assert "This was done already, and not a second time" in again.message
    assert password not in again.html
    assert not ONE_TIME.search(again.text)
    assert owner.execute("SELECT count(*) FROM staff").fetchone() == (2,)


def test_the_same_form_sent_twice_at_once_shows_one_password(
    site: Flask, admin: Browser, owner: psycopg.Connection
) -> None:
    form = admin.get("/staff").form()
    sent = form.filled({"email": SECOND, "name": "Second desk", "role": "operator"})
    twin = Browser(site)
    twin.client.set_cookie("cairn", str(admin.cookie))
    start = threading.Barrier(2)

    def send(browser: Browser) -> int:
        start.wait()
        return browser.ask(form.action, sent).status

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(send, (admin, twin))) == [200, 409]
    assert owner.execute("SELECT count(*) FROM staff").fetchone() == (2,)


def test_a_form_that_was_done_and_is_sent_with_other_entries_asks_before_it_does_more(
    admin: Browser, owner: psycopg.Connection
) -> None:
    page = admin.get("/staff")
    sent = {"email": SECOND, "name": "Second desk", "role": "operator"}
    admin.send(page, "Add", **sent)

    other = admin.send(page, "Add", **(sent | {"email": "third@registry.example"}))

    assert other.status == 422
    assert "This form was sent before with other entries" in other.summary
    assert owner.execute("SELECT count(*) FROM staff").fetchone() == (2,)
    assert admin.send(other, "Add").heading == "One-time password"


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"email": ""}, {"email": '"" is not an email address.'}),
        ({"email": "nobody"}, {"email": '"nobody" is not an email address.'}),
        ({"email": "a\x00@b"}, {"email": "The control character U+0000 stands in it; remove it."}),
        ({"email": HEAD.upper()}, {"email": f"There is an account for {HEAD} already."}),
        ({"name": " "}, {"name": "A public name has 1 to 300 characters."}),
        (
            {"role": "king"},
            {"role": '"king" is no role; the roles are viewer, operator, admin.'},
        ),
        (
            {"email": "nobody", "name": "x" * 301},
            {
                "email": '"nobody" is not an email address.',
                "name": "A public name has 1 to 300 characters.",
            },
        ),
    ],
)
def test_a_refused_account_says_all_that_is_wrong_at_its_fields_and_adds_nothing(
    admin: Browser, owner: psycopg.Connection, changes: dict[str, str], faults: dict[str, str]
) -> None:
    page = new_account(admin, **changes)

    assert page.status == 422
    assert page.faults() == faults
    assert page.focused.get("name") == next(iter(faults))
    assert owner.execute("SELECT count(*) FROM staff").fetchone() == (1,)


def test_another_name_and_role_count_at_once(
    site: Flask, admin: Browser, desk: Browser, owner: psycopg.Connection
) -> None:
    page = admin.get(page_of(owner, DESK))

    page = admin.send(page, "Save", name="  Front   desk ", role="viewer")

    assert page.message == "Front desk is saved, with the role viewer."
    assert page.heading == "Front desk"
    assert account(owner, DESK) == ("Front desk", "viewer", False, True)
    assert desk.ask("/records/new").status == 403
    assert "Front desk" in desk.get("/").links()


def test_a_name_that_is_refused_leaves_the_role_as_it_was(
    admin: Browser, desk: Browser, owner: psycopg.Connection
) -> None:
    page = admin.send(admin.get(page_of(owner, DESK)), "Save", name="", role="viewer")

    assert page.status == 422
    assert page.faults() == {"name": "A public name has 1 to 300 characters."}
    assert account(owner, DESK) == ("Registry desk", "operator", False, True)


def test_a_reset_shows_a_password_to_be_changed_and_ends_the_sessions(
    site: Flask, admin: Browser, desk: Browser, owner: psycopg.Connection
) -> None:
    page = admin.send(admin.get(page_of(owner, DESK)), "Reset the password of Registry desk")

    assert page.message == f"{DESK} has a new password and is signed out."
    assert page.headers["Cache-Control"] == "no-store"
    assert desk.ask("/account").status == 303
    assert Browser(site).sign_in(DESK, PASSWORD).status == 422
    signed_in = Browser(site).sign_in(DESK, shown_password(page))
    assert signed_in.heading == "Change your password"


def test_the_same_reset_again_changes_nothing_and_shows_nothing(
    site: Flask, admin: Browser, desk: Browser, owner: psycopg.Connection
) -> None:
    page = admin.get(page_of(owner, DESK))
    password = shown_password(admin.send(page, "Reset"))

    again = admin.send(page, "Reset")

    assert again.status == 409
    assert "This was done already, and not a second time" in again.message
    assert not ONE_TIME.search(again.text)
    assert Browser(site).sign_in(DESK, password).heading == "Change your password"


def test_disabling_says_what_will_be_true_and_then_the_session_is_dead_at_once(
    site: Flask, admin: Browser, desk: Browser, owner: psycopg.Connection
) -> None:
    page = admin.get(page_of(owner, DESK))
    assert "Registry desk will be signed out everywhere at once" in page.text

    page = admin.send(page, "Disable Registry desk")

    assert page.message == "Registry desk is disabled and signed out everywhere."
    assert desk.ask("/account").status == 303
    assert owner.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    assert Browser(site).sign_in(DESK, PASSWORD).status == 422


def test_an_account_that_is_enabled_again_signs_in_with_its_password(
    site: Flask, admin: Browser, desk: Browser, owner: psycopg.Connection
) -> None:
    admin.send(admin.get(page_of(owner, DESK)), "Disable Registry desk")

    page = admin.send(admin.get(page_of(owner, DESK)), "Enable Registry desk")

    assert page.message == "Registry desk may sign in again, with the password from before."
    assert desk.ask("/account").status == 303, "its old session came to life again"
    assert Browser(site).sign_in(DESK, PASSWORD).status == 200


@pytest.mark.parametrize("number", ["99", "0", str(2**63 - 1), str(2**63), "9" * 40, "x"])
def test_an_account_that_is_not_there_is_404(admin: Browser, number: str) -> None:
    assert admin.ask(f"/staff/{number}").status == 404


def test_the_address_of_an_answer_leads_back_to_the_account(
    admin: Browser, owner: psycopg.Connection
) -> None:
    path = page_of(owner, HEAD)
    for what in ("password", "disable", "enable"):
        assert admin.ask(f"{path}/{what}").goes_to == path


def test_a_form_without_its_csrf_token_does_nothing(
    admin: Browser, owner: psycopg.Connection
) -> None:
    sent = {"email": SECOND, "name": "Second desk", "role": "operator"}

    assert admin.ask("/staff", sent).status == 400

    assert owner.execute("SELECT count(*) FROM staff").fetchone() == (1,)
