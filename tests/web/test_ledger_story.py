"""A record's life story shows where each event stands in the log, and asks until all are sealed."""

from collections.abc import Callable
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.parser import by_id, words
from tests.web.browser import Browser, Page
from tests.web.people import PASSWORD, add_staff, record, sell
from webapp.actions.sealing import Sealer
from webapp.domain.certificate import Sealed

RECORD = f"/records/{GUJARAT_ID}"
API = f"/api/v1{RECORD}/events"
Seal = Callable[[], int]


def said(page: Page, seq: int) -> str:
    """What stands at an event of its place in the log."""
    return words(page.element(f"seal-{seq}"))


def asking(root: Element) -> str | None:
    """The address that the page asks each second."""
    return by_id(root, "seals").get("hx-get")


def test_an_event_that_waits_says_so_and_the_page_asks_for_it(site: Flask, public: Browser) -> None:
    record(site)

    page = public.get(RECORD)

    assert said(page, 1) == "Waits to be sealed"
    assert asking(page.root) == f"{RECORD}/seals?first=1&last=1"
    assert page.element("seals").get("hx-trigger") == "every 1s"


def test_a_sealed_event_tells_its_leaf_and_leads_to_its_proof(
    site: Flask, public: Browser, seal: Seal
) -> None:
    sell(site, record(site), "Acme Ltd", 60)
    seal()

    page = public.get(RECORD)

    links = page.links()
    assert links["Sealed as leaf 1"] == f"/ledger/check?record_id={GUJARAT_ID}&seq=2"
    assert links["Proof of event 2"] == f"{API}/2/proof"
    assert links["Leaf of event 2"] == f"{API}/2/leaf"
    assert public.ask(links["Leaf of event 2"]).status == 200
    assert asking(page.root) is None


def test_leaf_numbers_are_parted_by_a_thin_space(site: Flask) -> None:
    with site.test_request_context():
        macro = site.jinja_env.get_template("components/seal.html").make_module(
            {"public_lookup": False}
        )
        html = macro.seal("aa", 3, Sealed("log", 18204, 18300, datetime(2026, 5, 3, tzinfo=UTC)))  # type: ignore[attr-defined]

    assert "Sealed as leaf 18\u202f204<" in html
    assert "of a log of 18\u202f300, <time" in html


def test_a_leaf_that_nobody_signed_yet_still_waits(
    site: Flask, public: Browser, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(site)
    monkeypatch.setattr(Sealer, "_publish", lambda _: None)  # killed before it could
    seal()

    assert said(public.get(RECORD), 1) == "Waits to be sealed"


def test_a_later_event_waits_beside_a_sealed_one(site: Flask, public: Browser, seal: Seal) -> None:
    record(site)
    seal()
    sell(site, GUJARAT_ID, "Acme Ltd", 60)

    page = public.get(RECORD)

    assert (said(page, 1).startswith("Sealed as leaf 0"), said(page, 2)) == (
        True,
        "Waits to be sealed",
    )
    assert asking(page.root) == f"{RECORD}/seals?first=2&last=2"


def test_while_nothing_is_sealed_the_answer_changes_nothing_and_asks_on(
    site: Flask, public: Browser
) -> None:
    record(site)

    part = public.part(f"{RECORD}/seals?first=1&last=1")

    assert [one.get("id") for one in part.root] == ["seals"]
    assert asking(part.root) == f"{RECORD}/seals?first=1&last=1"


def test_once_all_is_sealed_the_answer_brings_it_and_asks_no_more(
    site: Flask, public: Browser, seal: Seal
) -> None:
    sell(site, record(site), "Acme Ltd", 60)
    seal()

    part = public.part(f"{RECORD}/seals?first=2&last=2")

    assert [one.get("id") for one in part.root] == ["seals", "seal-2"]
    assert said(part, 2).startswith("Sealed as leaf 1")
    assert part.element("seal-2").get("hx-swap-oob") == "outerHTML"
    assert asking(part.root) is None


def test_what_is_sealed_only_in_part_is_brought_and_the_rest_asked_for(
    site: Flask, public: Browser, seal: Seal
) -> None:
    record(site)
    seal()
    sell(site, GUJARAT_ID, "Acme Ltd", 60)

    part = public.part(f"{RECORD}/seals?first=1&last=2")

    assert [one.get("id") for one in part.root] == ["seals", "seal-1"]
    assert asking(part.root) == f"{RECORD}/seals?first=2&last=2"


def test_events_that_the_page_does_not_show_are_not_brought(
    site: Flask, public: Browser, seal: Seal
) -> None:
    sell(site, record(site), "Acme Ltd", 60)
    seal()

    part = public.part(f"{RECORD}/seals?first=1&last=1")

    assert [one.get("id") for one in part.root] == ["seals", "seal-1"]


def test_opened_as_a_page_the_address_leads_to_the_record(site: Flask, public: Browser) -> None:
    record(site)

    assert public.ask(f"{RECORD}/seals?first=1&last=1").goes_to == RECORD


@pytest.mark.parametrize("query", ["", "?first=1", "?first=x&last=2", f"?first=1&last={'9' * 99}"])
def test_numbers_that_are_none_are_refused(site: Flask, public: Browser, query: str) -> None:
    record(site)

    assert public.part(f"{RECORD}/seals{query}").status == 400


def test_without_public_lookup_the_files_are_for_who_is_signed_in(
    open_site: Callable[..., Flask], seal: Seal
) -> None:
    site = open_site(public_lookup=False)
    add_staff(site, role="viewer")
    record(site)
    seal()
    browser = Browser(site)
    browser.sign_in("desk@registry.example", PASSWORD)

    links = browser.get(RECORD).links()

    assert "Sealed as leaf 0" in links
    for what, begins in (("Proof", b"c2sp.org/tlog-proof@v1\nindex 0\n"), ("Leaf", b'{"event"')):
        address = links[f"{what} of event 1"]
        assert browser.client.get(address).data.startswith(begins)
        assert Browser(site).client.get(address).status_code == 303, "not without signing in"
    assert Browser(site).part(f"{RECORD}/seals?first=1&last=1").headers["HX-Redirect"]
