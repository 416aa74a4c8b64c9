"""The start page's search: a plain form, parts of it as one types, and the way straight to a record."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.parser import words
from tests.web.browser import HTMX, Browser, Page
from tests.web.people import record, sell
from webapp.actions import searching
from webapp.store import searching as store_searching

FIELDS = {
    *("q", "registry", "status", "vintage_from", "vintage_to"),
    *("event", "event_from", "event_to", "sort", "order"),
}


def shown(page: Page) -> list[str]:
    """The projects of the hits, from first to last."""
    return [words(link) for link in page.root.iterfind(".//tbody/tr/th/a")]


def fields(page: Page) -> dict[str, str]:
    """What the search's form would send as it stands."""
    form, sent = page.element("finder"), {}
    for one in form.iter():
        name = one.get("name")
        if name and one.tag == "input":
            sent[name] = one.get("value") or ""
        elif name and one.tag == "select":
            options = list(one.iter("option"))
            chosen = next((each for each in options if "selected" in each.attrib), options[0])
            value = chosen.get("value")
            sent[name] = words(chosen) if value is None else value
    return sent


def search(browser: Browser, **typed: Any) -> Page:
    """Fills the start page's form as a browser without script does, and sends it."""
    sent = fields(browser.get("/")) | {name: str(value) for name, value in typed.items()}
    return browser.get(f"/?{urlencode(sent)}")


def asked(page: Page) -> dict[str, list[str]]:
    """The parameters in a page's address."""
    return parse_qs(urlsplit(page.path).query, keep_blank_values=True)


def gujarat_and_others(site: Flask) -> None:
    record(site)
    record(site, project_name="Wind Farm Rajasthan", registry="GS", vintage=2021, serial_number="W")
    record(site, project_name="Forêt d'Émeraude", vintage=2021, quantity=50, serial_number="F")


def test_the_form_is_a_plain_get_of_the_start_page(public: Browser) -> None:
    page = public.get("/")
    form = page.element("finder")

    assert (form.get("method"), form.get("action")) == ("get", "/")
    assert fields(page).keys() == FIELDS
    assert set(fields(page).values()) == {""}


@pytest.mark.parametrize(
    ("typed", "hits"),
    [
        ({"q": "rajasthan WIND"}, ["Wind Farm Rajasthan"]),
        ({"q": "foret"}, ["Forêt d'Émeraude"]),
        ({"q": "acme"}, ["Waste-to-Energy Gujarat"]),
        ({"registry": "GS"}, ["Wind Farm Rajasthan"]),
        ({"vintage_from": 2021}, ["Forêt d'Émeraude", "Wind Farm Rajasthan"]),
        ({"vintage_from": 2018, "vintage_to": 2018}, ["Waste-to-Energy Gujarat"]),
        ({"status": "sold"}, ["Waste-to-Energy Gujarat"]),
        ({"event": "sold", "event_from": "2020-01-01"}, ["Waste-to-Energy Gujarat"]),
        ({"event": "sold", "event_to": "2020-01-01"}, []),
        ({"vintage_from": 2021, "sort": "quantity", "order": "asc"},
         ["Forêt d'Émeraude", "Wind Farm Rajasthan"]),
        ({"sort": "project"}, ["Forêt d'Émeraude", "Waste-to-Energy Gujarat", "Wind Farm Rajasthan"]),
    ],
    ids=str,
)  # fmt: skip
def test_it_finds_without_script_and_shows_what_was_asked(
    site: Flask, public: Browser, typed: dict[str, Any], hits: list[str]
) -> None:
    gujarat_and_others(site)
    sell(site, GUJARAT_ID, "Acme Ltd", 110)

    page = search(public, **typed)

    assert (page.status, shown(page)) == (200, hits)
    assert {name: one for name, one in fields(page).items() if one} == {
        name: str(value) for name, value in typed.items()
    }


def test_empty_fields_are_cleaned_from_the_address(site: Flask, public: Browser) -> None:
    gujarat_and_others(site)

    page = search(public, q="wind farm", vintage_to=2021)

    assert asked(page) == {"q": ["wind farm"], "vintage_to": ["2021"]}
    assert public.ask("/?q=&registry=").goes_to == "/"
    assert public.ask("/?q=wind").status == 200


def test_what_mail_programs_add_is_ignored_and_the_hits_are_the_same(
    site: Flask, public: Browser
) -> None:
    gujarat_and_others(site)

    page = public.get("/?q=wind&utm_source=news&utm_medium=&fbclid=1&fbclid=2")

    assert shown(page) == ["Wind Farm Rajasthan"]


def test_as_one_types_the_hits_come_alone_with_the_address_to_share(
    site: Flask, public: Browser
) -> None:
    gujarat_and_others(site)
    sent = fields(public.get("/")) | {"q": "Wind & Farm", "vintage_to": "2021"}

    part = public.part(f"/?{urlencode(sent)}")

    assert part.root.find(".//form") is None
    assert part.root.find("section") is part.element("hits")
    address = part.headers["HX-Replace-Url"]
    assert parse_qs(urlsplit(address).query) == {"q": ["Wind & Farm"], "vintage_to": ["2021"]}
    assert shown(public.get(address)) == shown(part) == []
    assert "HX-Request" in part.headers["Vary"]
    assert "HX-Request" in public.get("/").headers["Vary"]


def test_as_one_types_a_page_further_on_keeps_its_place_in_the_address(
    site: Flask, public: Browser
) -> None:
    for number in range(26):
        record(site, project_name=f"Project {number}", serial_number=f"VCS-{number}")
    following = public.get("/?q=project").links()["Next records"]

    assert public.part(following).headers["HX-Replace-Url"] == following


def test_history_gets_the_whole_page(site: Flask, public: Browser) -> None:
    page = public.ask("/?q=x", headers=HTMX | {"HX-History-Restore-Request": "true"})

    assert page.heading == "Find carbon credits"


def test_no_hits_says_what_was_searched_and_each_link_widens_it(
    site: Flask, public: Browser
) -> None:
    gujarat_and_others(site)
    query = {
        "q": "solar",
        "registry": "GS",
        "vintage_from": "2021",
        "vintage_to": "2022",
        "status": "sold",
        "event": "retired",
        "event_from": "2024-05-03",
        "event_to": "2024-06-03",
        "sort": "project",
    }

    page = public.get(f"/?{urlencode(query)}")

    assert page.status == 200
    links = {one: at for one, at in page.links().items() if one.startswith("leave out ")}
    assert list(links) == [
        "leave out “solar”",
        "leave out registry GS",
        "leave out vintage from 2021",
        "leave out vintage to 2022",
        "leave out status sold",
        "leave out with units retired",
        "leave out on or after 3 May 2024",
        "leave out on or before 3 June 2024",
    ]
    assert words(page.element("hits-told")).startswith("0 records:")
    for (name, _), address in zip(query.items(), links.values(), strict=False):
        wider = public.get(address)
        assert wider.status == 200
        assert {one: value for one, value in fields(wider).items() if value} == {
            one: value for one, value in query.items() if one != name
        }
    assert public.get(page.links()["look at all records"]).path == "/"


def test_leaving_out_the_one_thing_that_nothing_matched_finds_something(
    site: Flask, public: Browser
) -> None:
    gujarat_and_others(site)
    page = public.get("/?q=wind&registry=VCS")
    assert shown(page) == []

    assert shown(public.get(page.links()["leave out registry VCS"])) == ["Wind Farm Rajasthan"]


def test_with_hits_each_thing_asked_for_can_be_left_out_as_well(
    site: Flask, public: Browser
) -> None:
    gujarat_and_others(site)

    page = public.get("/?vintage=2021&registry=GS")

    told = {one.get("aria-label"): one.get("href") for one in page.root.iter("a")}
    assert told["Search without vintage 2021"] == "/?registry=GS"
    assert told["Search without registry GS"] == "/?vintage=2021"
    assert words(page.element("hits-told")).startswith("1 record:")


@pytest.mark.parametrize(
    ("query", "told", "at"),
    [
        ({"q": "GS1-1-KE-GS11603-16-2025-30256-2O0"}, "One looks like GS1-1-KE-GS11603-", "#search"),
        ({"serial": "GS1-1-KE"}, "One looks like GS1-1-KE-GS11603-", "#search"),
        ({"q": "x" * 10_000}, "q has 10000 characters; 300 are searched for at most.", "#search"),
        ({"q": "a\x00b"}, "The control character U+0000 stands in it", "#search"),
        ({"q": "\u202eabc"}, "U+202E stands in it", "#search"),
        ({"vintage_from": "20x1"}, "vintage_from must be a year", "#vintage_from"),
        ({"vintage": "20x1"}, "vintage must be a year", "#vintage_from"),
        ({"vintage_from": "2021", "vintage_to": "2020"}, "is after vintage_to", "#vintage_from"),
        ({"event_from": "3 May"}, "event_from must be a day", "#event_from"),
        ({"sort": "price"}, "sort must be one of", "#sort"),
        ({"order": "up"}, "order must be one of", "#order"),
        ({"status": "gone"}, "status must be one of", "#status"),
        ({"event": "stolen"}, "event must be one of", "#event"),
        ({"registry": "x" * 301}, "registry has 301 characters", "#registry"),
        ({"limit": "many"}, "limit must be a whole number", "#search"),
        ({"cursor": "x"}, "cursor is not one that this registry gave", "#search"),
    ],
    ids=lambda one: str(one)[:40],
)  # fmt: skip
def test_what_cannot_be_looked_up_is_400_says_why_and_stays_in_the_form(
    site: Flask, public: Browser, query: dict[str, str], told: str, at: str
) -> None:
    record(site)

    page = public.get(f"/?{urlencode(query)}")

    assert page.status == 400
    (link,) = list(page.element("hits-told").iter("a"))
    assert told in words(link)
    assert link.get("href") == at
    typed = fields(page)
    kept = {"q", "vintage_from", "vintage_to", "event_from", "event_to"} & query.keys()
    assert {name: typed[name] for name in kept if "\x00" not in query[name]} == {
        name: query[name] for name in kept if "\x00" not in query[name]
    }


def test_while_one_types_what_is_wrong_is_told_softly(site: Flask, public: Browser) -> None:
    part = public.part("/?q=GS1-1-KE")

    assert part.status == 200
    assert "One looks like GS1-1-KE-GS11603-" in part.text
    assert "HX-Replace-Url" not in part.headers


def test_the_same_field_twice_is_told(public: Browser) -> None:
    page = public.get("/?q=a&q=b")

    assert (page.status, "q is given twice." in page.text) == (400, True)


@pytest.mark.parametrize(
    "q", ["<script>alert(1)</script>", '"><b>x</b>', "&lt;b&gt;", "{{ 7*7 }}", "' OR 1=1"]
)
def test_what_is_typed_is_shown_as_text(site: Flask, public: Browser, q: str) -> None:
    record(site)

    page = public.get(f"/?{urlencode({'q': q})}")

    assert fields(page)["q"] == q
    assert f"leave out “{q}”" in page.links()
    part = public.part(f"/?{urlencode({'q': q})}")
    assert f"leave out “{q}”" in part.links()


def test_the_pager_leads_there_and_back_and_keeps_every_filter(
    site: Flask, public: Browser
) -> None:
    for number in range(60):
        record(
            site,
            project_name=f"Wind {number:02}",
            registry="GS" if number % 10 == 9 else "VCS",
            serial_number=f"VCS-{number}",
        )
    wanted = [f"Wind {number:02}" for number in range(60) if number % 10 != 9]
    first = search(public, q="wind", registry="VCS", sort="project")
    assert words(first.element("hits-told")).startswith("54 records:")

    second = public.get(first.links()["Next records"])
    third = public.get(second.links()["Next records"])

    assert shown(first) + shown(second) + shown(third) == wanted
    assert "Next records" not in third.links()
    for page in (second, third):
        assert asked(page).keys() == {"q", "registry", "sort", "cursor"}
        assert fields(page)["registry"] == "VCS"
    back = public.get(third.links()["Previous records"])
    assert shown(back) == shown(second)
    again = public.get(back.links()["Previous records"])
    assert shown(again) == shown(first)
    assert "Previous records" not in again.links()


def test_a_pagers_cursor_under_another_search_is_refused(site: Flask, public: Browser) -> None:
    for number in range(26):
        record(site, project_name=f"Project {number}", serial_number=f"VCS-{number}")
    cursor = asked(public.get(public.get("/").links()["Next records"]))["cursor"][0]

    page = public.get(f"/?{urlencode({'q': 'project', 'cursor': cursor})}")

    assert page.status == 400
    assert "cursor belongs to another search" in page.text


def test_beyond_1000_hits_it_says_more_than_1000(
    site: Flask, public: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    gujarat_and_others(site)
    for module in (searching, store_searching):
        monkeypatch.setattr(module, "COUNTED_UP_TO", 2)

    assert words(public.get("/").element("hits-told")).startswith("More than 1 000 records")
    assert words(public.get("/?q=w").element("hits-told")).startswith("2 records:")


def test_the_registries_that_have_records_can_be_chosen(site: Flask, public: Browser) -> None:
    gujarat_and_others(site)

    options = [words(one) for one in public.get("/").element("registry").iter("option")]

    assert options == ["any", "GS", "VCS"]


def test_when_look_up_is_not_public_the_search_needs_a_sign_in(
    open_site: Any, public: Browser
) -> None:
    private = Browser(open_site(public_lookup=False))

    page = private.ask("/?q=wind")
    assert (page.status, page.goes_to) == (303, "/sign-in?next=/?q%3Dwind")
    assert private.ask("/?q=wind", headers=HTMX).headers["HX-Redirect"] == page.goes_to
