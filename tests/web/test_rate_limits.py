"""Guessing passwords: by account and by address, and without harm to who types the right one."""

from collections.abc import Callable

from flask import Flask

from tests.web.browser import Browser, Page
from tests.web.people import PASSWORD, add_staff

DESK = "desk@registry.example"
WRONG = "wrong horse battery"


def refused(page: Page) -> bool:
    """Whether it is the refusal of one attempt too many, told as it should be."""
    if page.status != 429:
        return False
    assert page.heading == "Too Many Requests"
    assert 1 <= int(page.headers["Retry-After"]) <= 3600
    assert f"Wait {page.headers['Retry-After']} seconds and try again." in page.text
    return True


def test_the_sixth_wrong_password_for_an_account_within_a_minute_is_429(
    site: Flask, public: Browser
) -> None:
    add_staff(site)
    statuses = [public.sign_in(DESK, WRONG).status for _ in range(5)]

    assert statuses == [422] * 5
    assert refused(public.sign_in(DESK, WRONG))


def test_the_refusal_leads_back_to_the_form_and_keeps_where_one_wanted_to_go(
    site: Flask, public: Browser
) -> None:
    page = public.get("/sign-in?next=/records/new")
    for _ in range(5):
        page = public.send(page, email=DESK, password=WRONG)

    page = public.send(page, email=DESK, password=WRONG)

    assert refused(page)
    back = public.get(page.links()["Back to the form"])
    assert back.form().fields["next"] == "/records/new"


def test_then_the_right_password_has_to_wait_too(site: Flask, public: Browser) -> None:
    add_staff(site)
    for _ in range(5):
        public.sign_in(DESK, WRONG)

    assert refused(public.sign_in(DESK, PASSWORD))
    assert public.ask("/password").status == 303


def test_an_account_that_is_guessed_at_is_counted_however_its_email_is_written(
    site: Flask, public: Browser
) -> None:
    add_staff(site)
    for email in (DESK, DESK.upper(), f" {DESK}", f"{DESK} ", DESK.title()):
        assert public.sign_in(email, WRONG).status == 422

    assert refused(public.sign_in(DESK, WRONG))


def test_guessing_at_one_account_from_many_addresses_is_counted(
    open_site: Callable[..., Flask],
) -> None:
    site = open_site(trusted_proxies=1)
    add_staff(site)
    for number in range(5):
        guesser = Browser(site, **{"X-Forwarded-For": f"192.0.2.{number}"})
        assert guesser.sign_in(DESK, WRONG).status == 422

    other = Browser(site, **{"X-Forwarded-For": "192.0.2.200"})
    assert refused(other.sign_in(DESK, WRONG))


def test_guessing_at_one_account_does_not_keep_others_out(site: Flask, public: Browser) -> None:
    add_staff(site)
    add_staff(site, "two@registry.example", "Second desk")
    for _ in range(6):
        public.sign_in(DESK, WRONG)

    assert public.sign_in("two@registry.example", PASSWORD).heading == "Find carbon credits"


def test_the_21st_wrong_pair_from_an_address_is_429_whatever_the_accounts(public: Browser) -> None:
    for number in range(20):
        assert public.sign_in(f"nobody{number}@registry.example", WRONG).status == 422

    assert refused(public.sign_in("nobody20@registry.example", WRONG))


def test_the_address_is_the_clients_and_not_what_it_writes_into_a_header(site: Flask) -> None:
    for number in range(20):
        forger = Browser(site, **{"X-Forwarded-For": f"192.0.2.{number}"})
        forger.sign_in(f"nobody{number}@registry.example", WRONG)

    last = Browser(site, **{"X-Forwarded-For": "192.0.2.200"})
    assert refused(last.sign_in("nobody@registry.example", WRONG))


def test_right_sign_ins_are_not_counted(site: Flask, public: Browser) -> None:
    add_staff(site)
    for _ in range(7):
        assert public.sign_in(DESK, PASSWORD).heading == "Find carbon credits"
        public.sign_out()

    assert public.sign_in(DESK, WRONG).status == 422


def test_looking_at_the_sign_in_page_is_not_counted(public: Browser) -> None:
    for _ in range(25):
        assert public.get("/sign-in").status == 200


def test_guessing_the_present_password_of_an_open_session_is_limited_too(desk: Browser) -> None:
    statuses = [
        desk.send(
            desk.get("/password"),
            current=f"{WRONG} {number}",
            password=PASSWORD * 2,
            again=PASSWORD * 2,
        ).status
        for number in range(25)
    ]

    assert statuses[0] == 422
    assert statuses[-1] == 429


def test_head_is_no_way_to_try_passwords(site: Flask, public: Browser) -> None:
    add_staff(site)

    public.ask("/sign-in", {"email": DESK, "password": PASSWORD}, method="HEAD")

    assert public.ask("/password").status == 303  # still nobody
