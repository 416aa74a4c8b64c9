"""Signing in and out: who gets in, what a session is, and when it is over."""

import hashlib
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser
from tests.web.people import PASSWORD, add_staff, record
from webapp.actions import staff

DESK = "desk@registry.example"
REFUSED = "Email and password do not belong together. Check both and try again."


def signed_in(browser: Browser) -> bool:
    """Whether the site knows who this is."""
    page = browser.ask("/password")
    return page.status == 200


def secret_of(browser: Browser) -> str:
    with browser.client.session_transaction() as session:
        return str(session["secret"])


def test_the_right_password_signs_in_and_shows_the_public_name(
    site: Flask, public: Browser
) -> None:
    add_staff(site)

    page = public.sign_in(DESK, PASSWORD)

    assert page.heading == "Find carbon credits"
    assert page.links()["Registry desk"] == "/account"
    assert "Sign in" not in page.links()


def test_signing_in_answers_303(site: Flask, public: Browser) -> None:
    add_staff(site)

    page = public.send_once(public.get("/sign-in"), email=DESK, password=PASSWORD)

    assert (page.status, page.goes_to) == (303, "/")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (DESK, "wrong horse battery"),
        (DESK, PASSWORD.upper()),
        (DESK, PASSWORD + " "),
        (DESK, ""),
        ("nobody@registry.example", PASSWORD),
        ("", ""),
        ("desk\x00@registry.example", PASSWORD),
        (DESK, PASSWORD + "\x00"),
        ("x" * 2000, "y" * 2000),
        ("' OR ''='", "' OR ''='"),
    ],
)
def test_a_wrong_pair_is_refused_in_one_sentence_that_tells_nothing_more(
    site: Flask, public: Browser, email: str, password: str
) -> None:
    add_staff(site)

    page = public.ask(
        "/sign-in",
        public.get("/sign-in").form().fields | {"email": email, "password": password},
    )

    assert page.status == 422
    assert page.summary == REFUSED
    assert words(page.focused) == REFUSED
    assert not signed_in(public)


def test_a_refused_sign_in_keeps_the_email_and_never_the_password(
    site: Flask, public: Browser
) -> None:
    add_staff(site)

    page = public.sign_in(DESK, "wrong horse battery")

    assert page.form().fields["email"] == DESK
    assert page.form().fields["password"] == ""
    assert "wrong horse" not in page.html


def test_a_disabled_account_is_refused_with_the_same_sentence(site: Flask, public: Browser) -> None:
    add_staff(site)
    with site.app_context():
        staff.disable(DESK)

    page = public.sign_in(DESK, PASSWORD)

    assert (page.status, page.summary) == (422, REFUSED)


@pytest.mark.parametrize("email", ["DESK@Registry.Example", "  desk@registry.example  "])
def test_the_email_is_taken_in_any_case_and_with_blanks_around_it(
    site: Flask, public: Browser, email: str
) -> None:
    add_staff(site)

    assert public.sign_in(email, PASSWORD).heading == "Find carbon credits"


def test_signing_in_gives_a_new_session_and_ends_the_browsers_old_one(
    site: Flask, desk: Browser
) -> None:
    old = desk.cookie
    desk.sign_in(DESK, PASSWORD)

    thief = Browser(site)
    thief.client.set_cookie("cairn", old)

    assert desk.cookie != old
    assert signed_in(desk)
    assert not signed_in(thief)


def test_a_secret_that_was_planted_before_signing_in_is_worth_nothing(
    site: Flask, public: Browser
) -> None:
    add_staff(site)
    with public.client.session_transaction() as session:
        session["secret"] = "planted"

    public.sign_in(DESK, PASSWORD)

    assert secret_of(public) != "planted"
    other = Browser(site)
    with other.client.session_transaction() as session:
        session["secret"] = "planted"
    assert not signed_in(other)


def test_signing_out_says_so_and_ends_the_session_on_the_server(site: Flask, desk: Browser) -> None:
    kept = desk.cookie

    page = desk.sign_out()

    assert page.message == "You are signed out."
    assert page.links()["Sign in"] == "/sign-in"
    thief = Browser(site)
    thief.client.set_cookie("cairn", kept)
    assert not signed_in(thief)


def test_signing_out_when_the_session_is_over_is_no_error(
    desk: Browser, owner: psycopg.Connection
) -> None:
    page = desk.get("/password")
    owner.execute("DELETE FROM sessions")

    form = page.sign_out_form()
    answer = desk.ask(form.action, form.fields)

    assert (answer.status, answer.goes_to) == (303, "/")


def test_signing_out_in_one_browser_leaves_the_other_signed_in(site: Flask, desk: Browser) -> None:
    other = Browser(site)
    other.sign_in(DESK, PASSWORD)

    desk.sign_out()

    assert signed_in(other)


@pytest.mark.parametrize(
    ("aged", "alive"),
    [
        ("seen_at = seen_at - interval '59 minutes'", True),
        ("seen_at = seen_at - interval '61 minutes'", False),
        ("created_at = created_at - interval '11 hours 59 minutes'", True),
        ("created_at = created_at - interval '12 hours 1 minute'", False),
    ],
)
def test_a_session_ends_after_an_hour_unused_and_after_twelve_in_any_case(
    desk: Browser, owner: psycopg.Connection, aged: str, alive: bool
) -> None:
    owner.execute(f"UPDATE sessions SET {aged}")

    assert signed_in(desk) is alive


def test_using_a_session_puts_off_its_idle_end(desk: Browser, owner: psycopg.Connection) -> None:
    for _ in range(3):
        owner.execute("UPDATE sessions SET seen_at = seen_at - interval '50 minutes'")
        assert signed_in(desk)


def test_sessions_that_are_over_are_forgotten_when_somebody_signs_in(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    owner.execute("UPDATE sessions SET seen_at = seen_at - interval '2 hours'")

    Browser(site).sign_in(DESK, PASSWORD)

    assert owner.execute("SELECT count(*) FROM sessions").fetchone() == (1,)


def test_a_session_that_is_over_leads_to_the_sign_in_page_and_back_to_the_form(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    path = f"/records/{record(site)}/retire"
    owner.execute("DELETE FROM sessions")

    page = desk.get(path)
    assert page.heading == "Sign in"
    page = desk.send(page, email=DESK, password=PASSWORD)

    assert page.heading == "Retire units of Waste-to-Energy Gujarat 2018"


def test_a_form_sent_when_the_session_is_over_is_401_and_changes_nothing(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    page = desk.get(f"/records/{record(site)}/retire")
    owner.execute("DELETE FROM sessions")

    answer = desk.send(page, quantity=5)

    assert answer.status == 401
    assert "Sign in and try again." in answer.text
    assert answer.links()["Sign in"] == "/sign-in"
    assert owner.execute("SELECT count(*) FROM events").fetchone() == (1,)


def test_a_disabled_accounts_session_is_dead_at_once(
    desk: Browser, owner: psycopg.Connection
) -> None:
    owner.execute("UPDATE staff SET disabled_at = now()")

    assert not signed_in(desk)


def test_a_change_of_role_takes_effect_at_the_next_request(site: Flask, desk: Browser) -> None:
    page = desk.get(f"/records/{record(site)}/retire")
    with site.app_context():
        staff.set_role(DESK, "viewer")

    answer = desk.send(page, quantity=5)

    assert answer.status == 403
    assert "Registry desk has the role viewer" in answer.text
    assert "Retire units" not in desk.get(f"/records/{GUJARAT_ID}").links()


def test_passwords_are_kept_as_argon2id_only(site: Flask, owner: psycopg.Connection) -> None:
    add_staff(site)

    (row,) = owner.execute("SELECT staff::text, password_hash FROM staff").fetchall()

    assert row[1].startswith("$argon2id$")
    assert PASSWORD not in row[0]


def test_the_session_table_holds_no_secret(desk: Browser, owner: psycopg.Connection) -> None:
    (row,) = owner.execute("SELECT sessions::text, secret_hash FROM sessions").fetchall()

    assert secret_of(desk) not in row[0]
    assert row[1] == hashlib.sha256(secret_of(desk).encode()).digest()


@pytest.mark.parametrize("cookie", ["", "x", "eyJzZWNyZXQiOiJ4In0.aaaa.bbbb", "\x7f" * 9])
def test_a_forged_cookie_is_nobodys(public: Browser, cookie: str) -> None:
    public.client.set_cookie("cairn", cookie)

    assert public.get("/").status == 200
    assert not signed_in(public)


NEXT = ["/records/new", "/?cursor=abc", "/records/new?x=1"]
ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "///evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "evil.example",
]


@pytest.mark.parametrize("address", NEXT)
def test_after_signing_in_one_is_where_one_wanted_to_go(
    site: Flask, public: Browser, address: str
) -> None:
    add_staff(site)
    page = public.ask("/sign-in", query_string={"next": address})

    answer = public.send_once(page, email=DESK, password=PASSWORD)

    assert answer.goes_to == address


def test_next_never_leads_to_another_site(site: Flask) -> None:
    add_staff(site)
    for number, address in enumerate(ELSEWHERE):
        for by_form in (True, False):
            browser = Browser(site)
            browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
            query = {} if by_form else {"next": address}
            page = browser.ask("/sign-in", query_string=query)
            data = page.form().fields | {"email": DESK, "password": PASSWORD}
            if by_form:
                data["next"] = address

            answer = browser.ask("/sign-in", data)

            assert answer.status == 303, address
            # A browser drops tabs and line feeds, reads \ as /, and then looks for the host.
            seen = (answer.goes_to or "").replace("\\", "/")
            seen = seen.translate(dict.fromkeys(b"\t\n\r"))
            assert seen.startswith("/"), address
            assert not seen.startswith("//"), address


def cookie_of(browser: Browser) -> str:
    page = browser.send_once(browser.get("/sign-in"), email=DESK, password=PASSWORD)
    return str(page.headers["Set-Cookie"])


def test_the_cookie_is_hidden_from_scripts_and_from_other_sites(
    site: Flask, public: Browser
) -> None:
    add_staff(site)

    cookie = cookie_of(public)

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie
    assert "Secure" not in cookie  # by plain http a browser would drop it


def test_the_cookie_is_secure_when_the_request_came_by_https(site: Flask) -> None:
    add_staff(site)

    assert "Secure" in cookie_of(Browser(site, "https://localhost"))


def test_the_cookie_is_secure_behind_a_trusted_proxy_that_speaks_https(
    open_site: Callable[..., Flask],
) -> None:
    site = open_site(trusted_proxies=1)
    add_staff(site)

    # The form's address stays http inside; Referer is what a browser sends for https pages.
    proxied = {"X-Forwarded-Proto": "https", "Referer": "https://localhost/sign-in"}
    assert "Secure" in cookie_of(Browser(site, **proxied))


def test_without_a_trusted_proxy_a_forwarded_header_is_not_believed(
    site: Flask, public: Browser
) -> None:
    add_staff(site)

    assert "Secure" not in cookie_of(Browser(site, **{"X-Forwarded-Proto": "https"}))
