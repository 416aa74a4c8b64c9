"""One's own account: who one is here, the password typed twice, and one's sessions."""

import psycopg
import pytest
from flask import Flask

from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.people import PASSWORD, add_staff

DESK = "desk@registry.example"
NEW = "staple battery horse"


def another(site: Flask, email: str = DESK, agent: str = "Other/1.0") -> Browser:
    """The same person in another browser."""
    browser = Browser(site, **{"User-Agent": agent})
    assert browser.sign_in(email, PASSWORD).status == 200
    return browser


def rows(page: Page) -> list[list[str]]:
    return [[words(cell) for cell in row] for row in next(page.root.iter("tbody")).iter("tr")]


def test_the_name_in_the_head_leads_to_name_email_and_role(desk: Browser) -> None:
    page = desk.get(desk.get("/").links()["Registry desk"])

    assert page.heading == "Your account"
    facts = [words(one) for one in page.root.iter("dd")]
    assert facts == ["Registry desk", DESK, "operator"]


def test_it_is_for_who_is_signed_in(public: Browser) -> None:
    page = public.ask("/account")

    assert (page.status, page.goes_to) == (303, "/sign-in?next=/account")


def test_an_email_is_shown_to_nobody_else(site: Flask, desk: Browser) -> None:
    add_staff(site, "second@registry.example", "Second desk", "operator")

    assert "second@" not in desk.get("/account").html


@pytest.mark.parametrize("path", ["/account", "/password"])
def test_the_password_is_changed_on_both_pages(site: Flask, desk: Browser, path: str) -> None:
    page = desk.send(desk.get(path), "Change", current=PASSWORD, password=NEW, again=NEW)

    assert page.heading == "Your account"
    assert page.message == "Your password is changed. Other sessions of your account have ended."
    assert Browser(site).sign_in(DESK, NEW).status == 200


@pytest.mark.parametrize("path", ["/account", "/password"])
@pytest.mark.parametrize("again", ["", NEW + " ", PASSWORD])
def test_two_new_passwords_that_differ_are_refused_and_change_nothing(
    site: Flask, desk: Browser, path: str, again: str
) -> None:
    page = desk.send(desk.get(path), "Change", current=PASSWORD, password=NEW, again=again)

    assert page.status == 422
    assert page.faults() == {"again": "This is not the new password above. Type the same in both."}
    assert page.focused.get("name") == "again"
    assert NEW not in page.html
    assert Browser(site).sign_in(DESK, PASSWORD).status == 200


@pytest.mark.parametrize("path", ["/account", "/password"])
def test_a_password_manager_is_told_whose_password_it_is(desk: Browser, path: str) -> None:
    field = desk.get(path).element("username")

    assert (field.get("autocomplete"), field.get("value")) == ("username", DESK)


def test_the_sessions_tell_browser_and_times_and_which_is_this(
    site: Flask, owner: psycopg.Connection
) -> None:
    add_staff(site)
    other, this = another(site, agent="Other/1.0 (X11)"), another(site, agent="This/2.0")
    owner.execute("UPDATE sessions SET created_at = date_trunc('hour', now())")
    (hour,) = owner.execute("SELECT created_at AT TIME ZONE 'UTC' FROM sessions").fetchone() or (
        "",
    )
    began = f"{hour:%-d %B %Y, %H}:00 UTC"

    found = rows(this.get("/account"))

    assert [(row[0], row[1], row[3]) for row in found] == [
        ("This/2.0", began, "this session"),
        ("Other/1.0 (X11)", began, f"End the session of {began}"),
    ]
    assert rows(other.get("/account"))[0][3] == "this session"


def test_a_browser_that_says_nothing_or_too_much_is_told_as_far_as_it_goes(
    site: Flask, owner: psycopg.Connection
) -> None:
    add_staff(site)
    another(site, agent="")
    another(site, agent="<b>" + "x" * 1000)

    page = another(site).get("/account")

    told = [row[0] for row in rows(page)]
    assert told == ["Other/1.0", "<b>" + "x" * 297, "A browser that does not say which"]


def test_one_other_session_is_ended_and_the_rest_goes_on(site: Flask, desk: Browser) -> None:
    second, third = another(site), another(site)
    page = desk.get("/account")
    ends = [one for one in page.forms() if one.action.startswith("/account/sessions/")]

    page = desk.get(desk.ask(ends[0].action, ends[0].fields).goes_to or "")

    assert page.message == "The session is ended."
    assert third.ask("/account").status == 303
    assert second.ask("/account").status == 200


def test_all_others_are_ended_at_once_but_not_a_colleagues(site: Flask, desk: Browser) -> None:
    second, third = another(site), another(site)
    add_staff(site, "second@registry.example", "Second desk", "operator")
    colleague = another(site, "second@registry.example")

    page = desk.send(desk.get("/account"), "End all other sessions")

    assert page.message == "All your other sessions are ended."
    assert [one.ask("/account").status for one in (second, third, colleague)] == [303, 303, 200]
    assert [row[3] for row in rows(page)] == ["this session"]
    assert "End all other sessions" not in page.text


def test_ending_anothers_session_by_its_number_is_refused(
    site: Flask, admin: Browser, desk: Browser, owner: psycopg.Connection
) -> None:
    query = "SELECT s.id FROM sessions s JOIN staff p ON p.id = staff_id WHERE p.role = 'admin'"
    (number,) = owner.execute(query).fetchone() or (0,)
    csrf = desk.get("/password").form().fields["csrf_token"]

    answer = desk.ask(f"/account/sessions/{number}/end", {"csrf_token": csrf})

    assert answer.status == 404
    assert "You have no such session" in answer.text
    assert admin.ask("/account").status == 200


@pytest.mark.parametrize("number", ["99", str(2**63 - 1), str(2**63), "-1"])
def test_a_session_that_is_not_there_is_404(desk: Browser, number: str) -> None:
    csrf = desk.get("/password").form().fields["csrf_token"]

    assert desk.ask(f"/account/sessions/{number}/end", {"csrf_token": csrf}).status == 404


def test_a_session_that_is_over_is_not_listed(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    another(site)
    query = "UPDATE sessions SET seen_at = seen_at - interval '2 hours' WHERE user_agent = %s"
    owner.execute(query, ("Other/1.0",))

    assert [row[3] for row in rows(desk.get("/account"))] == ["this session"]


def test_no_session_is_ended_without_the_csrf_token(site: Flask, desk: Browser) -> None:
    second = another(site)

    assert desk.ask("/account/sessions/end-others", {}, method="POST").status == 400

    assert second.ask("/account").status == 200
