"""Guessing passwords many at a time, waiting for the limit's window, and what a success forgets."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.web.browser import Browser, Page
from tests.web.people import PASSWORD, add_staff

DESK = "desk@registry.example"
WRONG = "wrong horse battery"
MINUTE_S = 60


def from_address(site: Flask, address: str) -> Browser:
    browser = Browser(site)
    browser.client.environ_base["REMOTE_ADDR"] = address
    return browser


def test_of_16_wrong_passwords_at_once_for_an_account_5_are_tried(site: Flask) -> None:
    add_staff(site)
    start = threading.Barrier(16)

    def guess(number: int) -> int:
        browser = Browser(site)
        form = browser.get("/sign-in").form()
        start.wait(30)
        typed = form.filled({"email": DESK, "password": f"{WRONG} {number}"})
        return browser.ask(form.action, typed).status

    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(guess, range(16)))

    assert statuses == {422: 5, 429: 11}


def test_16_at_once_for_the_password_of_an_open_session_are_5_tries(
    site: Flask, desk: Browser
) -> None:
    form = desk.get("/password").form()
    cookie = desk.cookie
    assert cookie is not None
    start = threading.Barrier(16)

    def guess(number: int) -> int:
        browser = Browser(site)
        browser.client.set_cookie("cairn", cookie)
        start.wait(30)
        typed = form.filled({"current": f"{WRONG} {number}", "password": PASSWORD * 2})
        return browser.ask(form.action, typed).status

    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(guess, range(16)))

    assert statuses == {422: 5, 429: 11}


def test_after_a_right_sign_in_the_failures_of_the_account_are_forgotten(
    site: Flask, public: Browser
) -> None:
    add_staff(site)
    for _ in range(3):
        assert [public.sign_in(DESK, WRONG).status for _ in range(4)] == [422] * 4
        assert public.sign_in(f" {DESK.upper()} ", PASSWORD).heading == "Find carbon credits"
        public.sign_out()

    assert [public.sign_in(DESK, WRONG).status for _ in range(6)] == [422] * 5 + [429]


def test_a_right_sign_in_does_not_forget_the_failures_of_another_account(
    site: Flask, public: Browser
) -> None:
    add_staff(site)
    add_staff(site, "two@registry.example", "Second desk")
    for _ in range(5):
        public.sign_in(DESK, WRONG)

    assert public.sign_in("two@registry.example", PASSWORD).heading == "Find carbon credits"
    public.sign_out()

    assert public.sign_in(DESK, WRONG).status == 429


def test_a_right_sign_in_does_not_forget_the_failures_of_the_address(
    site: Flask, public: Browser
) -> None:
    add_staff(site)
    for number in range(19):
        assert public.sign_in(f"nobody{number}@registry.example", WRONG).status == 422

    assert public.sign_in(DESK, PASSWORD).heading == "Find carbon credits"
    public.sign_out()

    assert public.sign_in("nobody@registry.example", WRONG).status == 429


def test_after_a_change_of_the_password_the_failures_before_it_are_forgotten(
    desk: Browser,
) -> None:
    def change(current: str, new: str) -> Page:
        return desk.send(desk.get("/password"), current=current, password=new, again=new)

    assert [change(WRONG, PASSWORD * 2).status for _ in range(4)] == [422] * 4
    assert change(PASSWORD, PASSWORD * 2).heading == "Your account"

    assert [change(WRONG, PASSWORD).status for _ in range(6)] == [422] * 5 + [429]


# --- how long to wait


def test_the_time_to_wait_is_what_is_left_of_the_window_of_the_first_attempt(
    site: Flask, public: Browser
) -> None:
    add_staff(site)
    begun = time.time()
    for _ in range(5):
        public.sign_in(DESK, WRONG)
    tried = time.time()

    answers = []
    for _ in range(4):
        asked = time.time()
        page = public.sign_in(DESK, WRONG)
        wait = int(page.headers["Retry-After"])
        assert page.status == 429
        # Counted from the first attempt, whose window slides on no refusal: a second for rounding.
        assert begun + MINUTE_S - time.time() - 1 <= wait <= tried + MINUTE_S - asked + 1
        assert 1 <= wait <= MINUTE_S
        answers.append(wait)

    assert answers == sorted(answers, reverse=True)


def test_refused_attempts_do_not_make_the_wait_longer(site: Flask, public: Browser) -> None:
    add_staff(site)
    for _ in range(5):
        public.sign_in(DESK, WRONG)

    first = int(public.sign_in(DESK, WRONG).headers["Retry-After"])
    for _ in range(10):
        public.sign_in(DESK, WRONG)

    assert int(public.sign_in(DESK, WRONG).headers["Retry-After"]) <= first


def test_one_account_may_have_to_wait_while_its_address_need_not(
    site: Flask, public: Browser
) -> None:
    for _ in range(6):
        page = public.sign_in(DESK, WRONG)
    assert page.status == 429

    assert public.sign_in("nobody@registry.example", WRONG).status == 422


# --- callers by IPv6


@pytest.mark.parametrize("strange", ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"])
def test_callers_of_one_ipv6_network_are_counted_as_one(site: Flask, strange: str) -> None:
    for number in range(20):
        caller = from_address(site, f"2001:db8:1:2::{number + 16:x}:{number:x}")
        assert caller.sign_in(f"nobody{number}@registry.example", WRONG).status == 422

    assert from_address(site, strange).sign_in("nobody@registry.example", WRONG).status == 429


@pytest.mark.parametrize("other", ["2001:db8:1:3::1", "2001:db8:1:1:ffff::", "192.0.2.1"])
def test_callers_of_another_network_are_not_kept_out(site: Flask, other: str) -> None:
    for number in range(20):
        caller = from_address(site, f"2001:db8:1:2::{number:x}")
        caller.sign_in(f"nobody{number}@registry.example", WRONG)

    assert from_address(site, other).sign_in("nobody@registry.example", WRONG).status == 422


def test_callers_by_ipv4_that_come_mapped_into_ipv6_are_counted_each_for_themselves(
    site: Flask,
) -> None:
    for number in range(20):
        caller = from_address(site, "::ffff:192.0.2.1")
        caller.sign_in(f"nobody{number}@registry.example", WRONG)

    other = from_address(site, "::ffff:192.0.2.2")
    assert other.sign_in("nobody@registry.example", WRONG).status == 422


@pytest.mark.parametrize("address", ["fe80::1%eth0", "[2001:db8::1]:443", "unknown", ""])
def test_an_address_that_is_none_keeps_nobody_from_signing_in(site: Flask, address: str) -> None:
    add_staff(site)

    assert from_address(site, address).sign_in(DESK, PASSWORD).heading == "Find carbon credits"


def test_what_a_proxy_says_the_address_is_may_be_no_address(
    open_site: Callable[..., Flask],
) -> None:
    site = open_site(trusted_proxies=1)
    add_staff(site)

    for said in ("unknown", "[2001:db8::1]:443", "x:y"):
        browser = Browser(site, **{"X-Forwarded-For": said})
        assert browser.sign_in(DESK, PASSWORD).heading == "Find carbon credits"
