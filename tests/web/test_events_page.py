"""The events page: what happened, newest day first, filtered, page by page."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask

from tests.factories import DESK, GUJARAT_ID
from tests.parser import words
from tests.web.browser import HTMX, Browser, Page
from tests.web.people import record, sell
from webapp.actions import taking
from webapp.domain.commands import Cancel, Retire, Return

TODAY = datetime.now(UTC).date()


def retire(app: Flask, record_id: str, **fields: object) -> None:
    with app.app_context():
        taking.retire(record_id, Retire(**fields), DESK)


def lived(app: Flask) -> str:
    """A record that was created, sold from, returned to, retired from and cancelled from."""
    one = record(app)
    sell(app, one, "Acme Ltd", 60)
    with app.app_context():
        taking.return_sold(one, Return(sale=2, quantity=10, reason="Too many"), DESK)
        taking.retire(one, Retire(sale=2, quantity=40), DESK)
        taking.cancel(one, Cancel(reason="Buffer", quantity=5), DESK)
    return one


def told(page: Page) -> list[str]:
    """The page's events, each as its sentence."""
    return [words(one) for one in page.all("p", "told")]


def conditions(page: Page) -> list[str]:
    return [words(one).removesuffix(" ×") for one in page.all("span", "condition")]


def test_everything_that_happened_is_told_newest_first(site: Flask, public: Browser) -> None:
    lived(site)

    page = public.get("/events")

    assert page.heading == "What happened to the credits?"
    assert told(page) == [
        "Cancelled 5 units, 1 to 5",
        "Retired 40 units, 11 to 50, for Acme Ltd",
        "Returned 10 units, 1 to 10",
        "Sold 60 units, 1 to 60, to Acme Ltd",
        "Issued 110 units, 1 to 110",
    ]


def test_each_event_leads_to_its_place_in_the_record(site: Flask, public: Browser) -> None:
    lived(site)

    links = public.get("/events").links()

    assert links["Sold 60 units, 1 to 60, to Acme Ltd"] == f"/records/{GUJARAT_ID}#event-2"
    assert public.get(f"/records/{GUJARAT_ID}").element("event-2") is not None


def test_a_retirement_leads_to_its_certificate_and_nothing_else_does(
    site: Flask, public: Browser
) -> None:
    lived(site)

    page = public.get("/events")

    (certificate,) = page.all("a", "certificate")
    assert certificate.get("href") == f"/records/{GUJARAT_ID}/events/4/certificate"
    assert public.get(str(certificate.get("href"))).status == 200


def test_events_stand_under_the_day_that_they_count_for(site: Flask, public: Browser) -> None:
    one = record(site)
    retire(site, one, quantity=1, effective_on=date(2024, 5, 3))
    retire(site, one, quantity=2, effective_on=date(2025, 1, 1))
    retire(site, one, quantity=3, effective_on=date(2024, 5, 3))

    page = public.get("/events?type=retired")

    days = [words(one) for one in page.all("h2", "day")]
    assert days == ["1 January 2025", "3 May 2024"]
    assert [one.split(",")[0] for one in told(page)] == [
        "Retired 2 units",
        "Retired 3 units",
        "Retired 1 unit",
    ]


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"type": "retired"}, ["Retired 40"]),
        ({"type": "cancelled"}, ["Cancelled 5"]),
        ({"party": "ACME ltd"}, ["Retired 40", "Sold 60"]),
        ({"party": "Acme"}, []),
        ({"registry": "GS"}, ["Issued 7"]),
        ({"vintage": "2020"}, ["Issued 7"]),
        ({"date_from": TODAY.isoformat(), "type": "sold"}, ["Sold 60"]),
        ({"date_to": "2020-01-01"}, []),
    ],
)
def test_filters_narrow_what_is_told(
    site: Flask, public: Browser, asked: dict[str, str], seen: list[str]
) -> None:
    lived(site)
    record(site, registry="GS", vintage=2020, quantity=7, serial_number="GS-7")

    page = public.get(f"/events?{urlencode(asked)}")

    assert [" ".join(one.split()[:2]) for one in told(page)] == seen
    assert len(conditions(page)) == len(asked)


def test_the_form_keeps_what_was_asked_for(site: Flask, public: Browser) -> None:
    lived(site)
    asked = {
        **{"type": "retired", "party": "Acme Ltd", "registry": "Nowhere", "vintage": "2018"},
        **{"date_from": "2020-01-01", "date_to": "2021-01-01"},
    }

    page = public.get(f"/events?{urlencode(asked)}")

    for name in ("party", "vintage", "date_from", "date_to"):
        assert page.element(name).get("value") == asked[name]
    for name in ("type", "registry"):
        (chosen,) = [one for one in page.element(name).iter("option") if "selected" in one.attrib]
        assert (chosen.get("value") or words(chosen)) == asked[name]


def test_an_empty_answer_says_what_was_asked_for_and_how_to_widen_it(
    site: Flask, public: Browser
) -> None:
    lived(site)

    page = public.get("/events?type=sold&party=Nobody+Ltd&date_from=2020-01-31")

    assert conditions(page) == [
        "event “sold”",
        "buyer or beneficiary “Nobody Ltd”",
        "on or after 31 January 2020",
    ]
    wider = page.links()["leave out buyer or beneficiary “Nobody Ltd”"]
    assert told(public.get(wider)) == ["Sold 60 units, 1 to 60, to Acme Ltd"]
    assert page.links()["look at all events"] == "/events"


def test_an_empty_registry_says_what_to_do_next(public: Browser, desk: Browser) -> None:
    assert "Nothing has happened yet" in public.get("/events").text
    assert desk.get("/events").links()["Record the first units"] == "/records/new"


def test_pages_follow_each_other_both_ways_and_keep_the_filter(
    site: Flask, public: Browser
) -> None:
    one = record(site, quantity=2000)
    for day in range(1, 61):
        when = date.fromordinal(date(2024, 1, 1).toordinal() + day)
        retire(site, one, quantity=day, effective_on=when)

    first = public.get("/events?type=retired")
    second = public.get(first.links()["Older events"])
    back = public.get(second.links()["Newer events"])

    assert [one.split()[1] for one in told(first)] == [str(day) for day in range(60, 10, -1)]
    assert [one.split()[1] for one in told(second)] == [str(day) for day in range(10, 0, -1)]
    assert "Older events" not in second.links()
    assert "Newer events" not in first.links()
    assert told(back) == told(first)
    assert ("type", "retired") in parse_qsl(urlsplit(first.links()["Older events"]).query)


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("type=stolen", "type", "type must be one of"),
        ("vintage=20x", "vintage", "vintage must be"),
        ("vintage=3000", "vintage", "2100"),
        ("date_from=yesterday", "date_from", "2026-05-03"),
        ("date_from=2026-02-01&date_to=2026-01-01", "date_from", "after date_to"),
        (f"party={'x' * 301}", "party", "300"),
        ("party=a%00b", "party", "control character"),
        ("registry=%E2%80%AEevil", "registry", "direction"),
    ],
)
def test_what_cannot_be_looked_for_is_told_at_its_field(
    site: Flask, public: Browser, query: str, field: str, sentence: str
) -> None:
    lived(site)

    page = public.ask(f"/events?{query}")

    assert page.status == 400
    assert sentence in page.faults()[field]
    assert page.focused.get("name") == field
    assert sentence in page.summary


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0.aaaa", "%00", "a" * 10_000])
def test_a_broken_or_forged_cursor_is_told_and_shows_nothing(
    site: Flask, public: Browser, cursor: str
) -> None:
    lived(site)

    page = public.ask(f"/events?cursor={cursor}")

    assert page.status == 400
    assert "cursor" in page.summary
    assert told(page) == []


def test_a_cursor_of_another_search_is_refused(site: Flask, public: Browser) -> None:
    one = record(site, quantity=1000)
    for _ in range(51):
        retire(site, one, quantity=1)
    older = public.get("/events?type=retired").links()["Older events"]

    page = public.ask(older.replace("type=retired", "type=sold"))

    assert page.status == 400
    assert "another search" in page.summary


def test_parameters_of_others_in_a_shared_link_are_let_be(site: Flask, public: Browser) -> None:
    lived(site)

    assert len(told(public.get("/events?utm_source=mail&type=sold"))) == 1


def test_a_form_sent_with_empty_fields_leads_to_an_address_that_can_be_shared(
    site: Flask, public: Browser
) -> None:
    lived(site)

    page = public.ask("/events?type=sold&party=&registry=&vintage=&date_from=&date_to=")

    assert (page.status, page.goes_to) == (303, "/events?type=sold")


def test_with_htmx_only_the_list_comes_and_the_address_follows(
    site: Flask, public: Browser
) -> None:
    lived(site)

    part = public.part("/events?type=sold&party=&vintage=")

    assert [one.get("id") for one in part.root][:1] == ["happened"]
    assert told(part) == ["Sold 60 units, 1 to 60, to Acme Ltd"]
    assert part.headers["HX-Replace-Url"] == "/events?type=sold"
    assert "HX-Request" in part.headers["Vary"]


def test_with_htmx_what_cannot_be_looked_for_is_told_in_the_list(
    site: Flask, public: Browser
) -> None:
    part = public.part("/events?vintage=20")

    assert "vintage must be" in part.summary
    assert "HX-Replace-Url" not in part.headers


def test_a_page_restored_from_history_is_whole(site: Flask, public: Browser) -> None:
    lived(site)

    page = public.ask("/events?type=sold", headers={**HTMX, "HX-History-Restore-Request": "true"})

    assert page.heading == "What happened to the credits?"


def test_the_list_is_swapped_into_its_own_place(site: Flask, public: Browser) -> None:
    page = public.get("/events")

    form = page.element("filters")
    assert form.get("hx-target") == "#happened"
    assert (form.get("method"), form.get("action")) == ("get", "/events")
    assert page.links()["Retirements as an Atom feed"] == "/events.atom"


def test_names_are_shown_as_text(site: Flask, public: Browser) -> None:
    one = record(site, project_name="<b>Bold</b>")
    sell(site, one, "<script>alert(1)</script>", 3)

    page = public.get("/events")

    assert "<script>alert" not in page.html
    assert "<b>Bold</b> 2018" in page.text


def test_without_public_look_up_the_events_need_a_sign_in(open_site: Callable[..., Flask]) -> None:
    page = Browser(open_site(public_lookup=False)).ask("/events?type=sold")

    assert page.goes_to == "/sign-in?next=/events?type%3Dsold"
