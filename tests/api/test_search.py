"""GET /records, /serials and /events: what is found, page by page, and every question that is none."""

import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask

from tests.api.client import BASE, Client
from tests.conftest import Filled
from tests.factories import GUJARAT_ID
from tests.registry import DAYS, PARTIES, REGISTRIES
from tests.web.browser import Browser
from webapp.domain.searching import EventSearch, Search

EVENTS = ("created", "sold", "returned", "retired", "cancelled")


def walk(client: Client, path: str, **asked: Any) -> list[list[Any]]:
    """The items of all pages, which are the same on the way back."""
    page = client.ask(path, **asked).json
    there = [page["items"]]
    assert page["previous"] is None
    while page["next"]:
        page = client.ask(path, **asked, cursor=page["next"]).json
        there.append(page["items"])
    back = [page["items"]]
    while page["previous"]:
        page = client.ask(path, **asked, cursor=page["previous"]).json
        back.append(page["items"])
    assert back[::-1] == there
    return there


def flat(pages: list[list[Any]]) -> list[Any]:
    return [item for page in pages for item in page]


SEARCHES: list[dict[str, Any]] = [
    {},
    {"q": "wind rajasthan"},
    {"q": "acme", "sort": "quantity"},
    {"q": "%"},
    {"registry": "VCS", "status": "active"},
    {"vintage": 2020, "order": "asc"},
    {"vintage_from": 2019, "vintage_to": 2021, "sort": "vintage"},
    {"event": "retired", "event_from": DAYS[1], "event_to": DAYS[5]},
    {"event_to": DAYS[3], "sort": "last_event"},
    {"serial": "serial 7"},
    {"q": "wind", "registry": ""},
    {"q": "", "registry": "", "sort": "project", "order": "desc"},
]


@pytest.mark.parametrize("asked", SEARCHES, ids=str)
def test_records_are_found_as_the_plain_list_finds_them(
    filled: Filled, stocked: Client, asked: dict[str, Any]
) -> None:
    hits = filled.registry.hits(_search(asked))

    found = flat(walk(stocked, "/records", limit=9, **asked))

    assert [item["id"] for item in found] == hits
    answer = stocked.ask("/records", **asked).json
    assert (answer["count"], answer["more_than_count"]) == (len(hits), False)


@pytest.mark.parametrize("asked", SEARCHES, ids=str)
def test_the_page_finds_the_same(
    stocked_app: Flask, stocked: Client, asked: dict[str, Any]
) -> None:
    browser = Browser(stocked_app)
    page = browser.get(f"/?{urlencode(asked)}")
    if page.path.startswith("/records/"):  # a serial number leads straight to its record
        shown = [page.path.rpartition("/")[2].partition("?")[0]]
    else:
        links = page.root.iterfind(".//tbody/tr/th/a")
        shown = [(link.get("href") or "").rpartition("/")[2] for link in links]

    found = stocked.ask("/records", limit=25, **asked).json["items"]

    assert shown == [item["id"] for item in found]


def _search(asked: dict[str, Any]) -> Search:
    return Search.model_validate({name: one for name, one in asked.items() if one != ""})


def random_events(seed: int) -> dict[str, Any]:
    dice = random.Random(seed)
    first, last = sorted(dice.choices(DAYS, k=2))
    possible = {
        "type": dice.choice(EVENTS),
        "party": dice.choice((*PARTIES, "acme ltd", "IPEK HOLDING", "societe generale", "Acme")),
        "registry": dice.choice(REGISTRIES),
        "vintage": dice.randint(2018, 2023),
        "date_from": first,
        "date_to": last,
    }
    return {name: value for name, value in possible.items() if dice.random() < 0.4}


@pytest.mark.parametrize("seed", range(12))
def test_events_are_found_as_the_plain_list_finds_them(
    filled: Filled, stocked: Client, seed: int
) -> None:
    asked = random_events(seed) if seed else {}
    lines = filled.registry.lines(EventSearch.model_validate(asked))

    pages = walk(stocked, "/events", limit=7 if seed else 60, **asked)

    assert [(item["record"]["id"], item["seq"]) for item in flat(pages)] == lines


def test_an_event_tells_what_its_record_tells_of_it(filled: Filled, stocked: Client) -> None:
    item = stocked.ask("/events", type="retired", limit=1).json["items"][0]

    record = stocked.record(item["record"]["id"])
    shown = {name: value for name, value in item.items() if name not in ("day", "record")}
    assert shown in record["events"]
    assert item["record"].items() <= record.items()
    assert item["day"] == (item["effective_on"] or item["timestamp"][:10])


def test_an_empty_party_or_registry_is_as_good_as_none(stocked: Client) -> None:
    assert (
        stocked.ask("/events", party="", registry="").json["items"]
        == (stocked.ask("/events").json["items"])
    )


def test_a_unit_is_looked_up_with_its_record_and_its_state(api: Client, public: Client) -> None:
    api.create()
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)

    answer = public.get("/serials/VCS-2220%2060").json

    assert answer["serial_number"] == "VCS-2220 60"
    (place,) = answer["records"]
    assert (place["first"], place["last"], place["record"]["id"]) == (60, 60, GUJARAT_ID)
    (held,) = place["units"]
    assert (held["state"], held["quantity"]) == ("sold", 1)
    assert held["blocks"] == [{"first": 60, "last": 60}]
    assert held["event"] == public.record(GUJARAT_ID)["events"][1]
    assert held["sentence"] == "Unit 60 is sold to Acme Ltd (event 2)."


@pytest.mark.parametrize(
    "serial",
    [
        "A/B",
        "A / 7",
        "lot #3",
        "50%",
        "a?b",
        "a b",
        "ä–ö",
        "a\\b",
        "..x",
        "a&b=c",
        "100%25",
        "a+b",
        ";",
        "A//B",
        "A/",
    ],
)
def test_a_serial_of_odd_characters_is_looked_up_by_its_address(
    api: Client, public: Client, serial: str
) -> None:
    made = api.create(serial_number=serial).json["id"]

    for address in (quote(serial, safe=""), quote(serial, safe="/")):
        (place,) = public.get(f"/serials/{address}").json["records"]
        assert place["record"]["id"] == made


def test_a_serial_that_no_address_can_hold_is_looked_up_by_a_parameter(
    api: Client, public: Client
) -> None:
    made = api.create(serial_number="/A").json["id"]

    assert [item["id"] for item in public.ask("/records", serial="/A").json["items"]] == [made]


@pytest.mark.parametrize("serial", ["VCS-9999", "A/B", "VCS-2220%20111", "%3Cb%3E", "%F0%9F%8C%B3"])
def test_an_unknown_serial_is_404_with_a_sentence(api: Client, public: Client, serial: str) -> None:
    api.create()

    problem = public.get(f"/serials/{serial}").refused(404, "not_found")

    assert problem["detail"].startswith("No record here holds the serial number ")
    assert "search for the project's name" in problem["detail"]


def test_without_a_serial_there_is_nothing_at_the_address(public: Client) -> None:
    for path in ("/serials/", "/serials/%2F"):
        public.get(path).refused(404, "not_found")


@pytest.mark.parametrize("path", ["/records", "/serials/VCS-2220", "/events", "/records?q=wind"])
def test_looking_up_needs_a_token_when_it_is_not_public(
    door: Callable[..., Flask], api: Client, token_for: Callable[..., str], path: str
) -> None:
    api.create()
    private = Client(door(public_lookup=False))

    private.get(path).refused(401, "sign_in_needed")
    private.bearing("cairn_nobody").get(path).refused(401, "sign_in_needed")

    assert private.bearing(token_for("Reading room", "viewer")).get(path).status == 200


def test_what_is_wrong_with_a_question_is_told_only_to_those_who_may_ask(
    door: Callable[..., Flask],
) -> None:
    private = Client(door(public_lookup=False))

    for path in ("/records?sort=x", "/events?cursor=x", "/serials/GS1-"):
        private.get(path).refused(401, "sign_in_needed")


def test_the_document_lists_every_parameter(public: Client) -> None:
    for path, model in (("/records", Search), ("/events", EventSearch)):
        described = public.document["paths"][f"{BASE}{path}"]["get"]["parameters"]

        assert {one["name"] for one in described} == set(model.model_fields)
        assert all(one["in"] == "query" and not one.get("required") for one in described)
