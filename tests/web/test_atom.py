"""The Atom feed of retirements, held to RFC 4287."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import psycopg
import pytest
from flask import Flask

from tests.factories import DESK, GUJARAT_ID
from tests.web.browser import Browser, Page
from tests.web.people import record, sell
from webapp.actions import taking
from webapp.domain.commands import Retire

ATOM = "{http://www.w3.org/2005/Atom}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def retire(app: Flask, record_id: str, **fields: object) -> None:
    with app.app_context():
        taking.retire(record_id, Retire(**fields), DESK)


def read(page: Page) -> Element:
    """The feed, after a look that it is what RFC 4287 asks for."""
    assert page.status == 200
    assert page.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(page.html)
    assert root.tag == f"{ATOM}feed"
    check(root)
    assert [one.get("rel") for one in root.findall(f"{ATOM}link")] == ["self", "alternate"]
    ids = [text(one, "id") for one in [root, *entries(root)]]
    assert len(ids) == len(set(ids))
    for entry in entries(root):
        check(entry)
        assert text(entry, "summary")
        assert entry.find(f"{ATOM}author/{ATOM}name") is not None
        (link,) = entry.findall(f"{ATOM}link")
        assert link.get("rel") == "alternate"
        assert (link.get("href") or "").startswith("http://localhost/")
    return root


def check(element: Element) -> None:
    """A feed or an entry has one id, one title and one time."""
    for name in ("id", "title", "updated"):
        assert len(element.findall(f"{ATOM}{name}")) == 1, name
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", text(element, "id"))
    assert RFC_3339.fullmatch(text(element, "updated"))


def entries(root: Element) -> list[Element]:
    return root.findall(f"{ATOM}entry")


def text(element: Element, name: str) -> str:
    return (element.findtext(f"{ATOM}{name}") or "").strip()


def made_old(owner: psycopg.Connection, record_id: str, seq: int, at: datetime) -> None:
    """Makes an event look as if it had been written at another time."""
    owner.execute("ALTER TABLE events DISABLE TRIGGER USER")
    owner.execute(
        "UPDATE events SET at = %s WHERE record_id = %s AND seq = %s", (at, record_id, seq)
    )
    owner.execute("UPDATE feed SET at = %s WHERE seq = %s", (at, seq))


def test_a_retirement_is_an_entry_that_leads_to_its_certificate(
    site: Flask, public: Browser
) -> None:
    one = record(site)
    retire(site, one, quantity=40, beneficiary="Acme Ltd", reason="Offices in 2025")

    (entry,) = entries(read(public.ask("/events.atom")))

    assert text(entry, "title") == "40 units of Waste-to-Energy Gujarat retired for Acme Ltd"
    summary = text(entry, "summary")
    assert summary.startswith("Retired 40 units, 1 to 40, for Acme Ltd. Waste-to-Energy Gujarat")
    assert "registry VCS, vintage 2018, serial number VCS-2220" in summary
    assert "Reason: Offices in 2025." in summary
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Registry desk"
    link = entry.find(f"{ATOM}link")
    assert link is not None
    path = (link.get("href") or "").removeprefix("http://localhost")
    assert path == f"/records/{GUJARAT_ID}/events/2/certificate"
    assert public.get(path).status == 200


def test_an_entry_is_as_old_as_its_event(
    site: Flask, public: Browser, owner: psycopg.Connection
) -> None:
    retire(site, record(site), quantity=1)
    row = owner.execute("SELECT at FROM events WHERE seq = 2").fetchone()
    assert row is not None

    root = read(public.ask("/events.atom"))

    assert datetime.fromisoformat(text(entries(root)[0], "updated")) == row[0]
    assert text(root, "updated") == text(entries(root)[0], "updated")


def test_only_retirements_are_in_the_feed_the_last_written_first(
    site: Flask, public: Browser
) -> None:
    one = record(site)
    sell(site, one, "Acme Ltd", 10)
    for quantity in (1, 2, 3):
        retire(site, one, quantity=quantity, beneficiary="Bold Ltd")

    titles = [text(entry, "title") for entry in entries(read(public.ask("/events.atom")))]

    assert [title.split()[0] for title in titles] == ["3", "2", "1"]


def test_the_feed_holds_the_50_last(site: Flask, public: Browser) -> None:
    one = record(site)
    for _ in range(52):
        retire(site, one, quantity=1)

    links = [
        link.get("href") or ""
        for entry in entries(read(public.ask("/events.atom")))
        for link in entry.findall(f"{ATOM}link")
    ]

    assert [int(link.split("/")[-2]) for link in links] == list(range(53, 3, -1))


def test_ids_are_those_that_readers_have_seen(site: Flask, public: Browser) -> None:
    retire(site, record(site), quantity=1)

    (entry,) = entries(read(public.ask("/events.atom")))

    # Never to be changed: feed readers would show everything again.
    assert text(entry, "id") == "urn:uuid:aea2af5c-604f-5c66-9cb9-c96958106bc2"


def test_an_empty_feed_is_valid_too(public: Browser) -> None:
    root = read(public.ask("/events.atom"))

    assert entries(root) == []
    assert text(root, "updated") == "1970-01-01T00:00:00Z"


def test_names_are_text_and_what_xml_cannot_hold_is_replaced(site: Flask, public: Browser) -> None:
    one = record(site, project_name='<b>&amp; "x" \ufffe\uffff𝒳')
    retire(site, one, quantity=1, beneficiary="]]><script>", reason="é\ufffe")

    (entry,) = entries(read(public.ask("/events.atom")))

    assert text(entry, "title") == '1 unit of <b>&amp; "x" \ufffd\ufffd𝒳 retired for ]]><script>'
    assert "é\ufffd" in text(entry, "summary")


def test_an_unchanged_feed_is_304_by_its_etag(site: Flask, public: Browser) -> None:
    one = record(site)
    retire(site, one, quantity=1)
    etag = public.ask("/events.atom").headers["ETag"]

    same = public.ask("/events.atom", headers={"If-None-Match": etag})
    retire(site, one, quantity=1)
    other = public.ask("/events.atom", headers={"If-None-Match": etag})

    assert (same.status, same.html) == (304, "")
    assert other.status == 200
    assert other.headers["ETag"] != etag


def test_an_unchanged_feed_is_304_by_its_date(
    site: Flask, public: Browser, owner: psycopg.Connection
) -> None:
    one = record(site)
    retire(site, one, quantity=1)
    at = datetime(2026, 5, 3, 14, 2, 7, 250_000, tzinfo=UTC)
    made_old(owner, one, 2, at)

    page = public.ask("/events.atom")
    assert page.headers["Last-Modified"] == "Sun, 03 May 2026 14:02:07 GMT"

    def since(time: datetime) -> int:
        sent = {"If-Modified-Since": format_datetime(time, usegmt=True)}
        return public.ask("/events.atom", headers=sent).status

    assert since(at) == 304
    assert since(at - timedelta(seconds=1)) == 200
    retire(site, one, quantity=1)
    assert since(at) == 200


def test_a_feed_that_may_still_change_within_the_second_bears_no_date(
    site: Flask, public: Browser
) -> None:
    retire(site, record(site), quantity=1)

    page = public.ask("/events.atom")

    assert "Last-Modified" not in page.headers


def test_pages_name_the_feed_for_feed_readers(public: Browser) -> None:
    links = [one for one in public.get("/").root.iter("link") if one.get("rel") == "alternate"]

    assert [(one.get("type"), one.get("href")) for one in links] == [
        ("application/atom+xml", "/events.atom")
    ]


@pytest.mark.parametrize("path", ["/events.atom", "/events"])
def test_without_public_look_up_there_is_no_feed_but_a_sign_in(
    open_site: Callable[..., Flask], path: str
) -> None:
    anybody = Browser(open_site(public_lookup=False))

    assert (anybody.ask(path).goes_to or "").startswith("/sign-in")
    assert "application/atom+xml" not in anybody.get("/sign-in").html
