"""Searching for records, held against a plain list that plain Python filters and sorts."""

import random
from typing import Any, get_args

import pytest

from tests.actions.conftest import WAYS, Force, ids, walk
from tests.conftest import Filled
from tests.registry import DAYS, PARTIES, PROJECTS, REGISTRIES, Registry
from webapp.actions import searching
from webapp.domain.searching import EventTypeName, OrderName, Search, SortName, StatusName
from webapp.store import searching as store_searching

SORTS, ORDERS = get_args(SortName), get_args(OrderName)
STATUSES, EVENTS = get_args(StatusName), get_args(EventTypeName)
TEXTS = (
    *PROJECTS, *PARTIES, *REGISTRIES, "wind", "WIND farm", "rajasthan wind", "acme", "solar", "a",
    "3m", "sao", "SÖHNE müller", "puro wind", "vcs gs", "%", "_", "\\", "'", '"', "nothing like it",
)  # fmt: skip


def check(known: Registry, limit: int = 7, **asked: Any) -> None:
    """Walks all pages there and back, and meets what the plain list holds in its order."""
    search = Search(limit=limit, **asked)
    hits = known.hits(search)

    there, back = walk(search)

    assert [one for page in there for one in page] == hits, asked
    assert back == there, asked
    assert all(len(page) == limit for page in there[:-1])
    assert searching.find_records(search).count == len(hits), asked


def random_search(dice: random.Random, registry: Registry) -> dict[str, Any]:
    """A search of some of the parameters, with values that often find something."""
    record = dice.choice(registry.records).story.record
    first, last = sorted(dice.choices(range(2017, 2025), k=2))
    day, later = sorted(dice.choices(DAYS, k=2))
    texts = (*TEXTS, record.id[: dice.randint(4, 64)], record.serial_number.upper())
    possible: dict[str, Any] = {
        "q": dice.choice(texts),
        "registry": dice.choice((*REGISTRIES, record.registry, "vcs")),
        "vintage": record.vintage,
        "vintage_from": first,
        "vintage_to": last,
        "status": dice.choice(STATUSES),
        "event": dice.choice(EVENTS),
        "event_from": day,
        "event_to": later,
    }
    weights = {"q": 0.5, "vintage": 0.1}
    asked = {
        name: value for name, value in possible.items() if dice.random() < weights.get(name, 0.2)
    }
    if dice.random() < 0.1:
        asked.pop("q", None)
        asked["serial"] = record.serial_number.lower()
    return asked | {"sort": dice.choice(SORTS), "order": dice.choice((None, *ORDERS))}


def test_the_filled_registry_holds_every_status_event_and_letter(filled: Filled) -> None:
    stories = [one.story for one in filled.registry.records]
    assert {story.holdings.status for story in stories} == set(STATUSES)
    assert {event.event_type for story in stories for event in story.events} == set(EVENTS)
    assert {event.party for story in stories for event in story.events} == {None, *PARTIES}
    assert {story.record.project_name for story in stories} == set(PROJECTS)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sort", SORTS)
def test_every_sort_in_both_orders(stocked: Filled, force: Force, sort: str, way: str) -> None:
    force(way)

    for order in (None, *ORDERS):
        check(stocked.registry, sort=sort, order=order)
        check(stocked.registry, sort=sort, order=order, registry="VCS")
        check(stocked.registry, sort=sort, order=order, q="wind")
        check(stocked.registry, sort=sort, order=order, event="sold")


FILTERS: list[dict[str, Any]] = [
    {"registry": "Puro"},
    {"registry": "puro"},
    {"registry": "nobody's"},
    {"vintage": 2020},
    {"vintage_from": 2022},
    {"vintage_to": 2019},
    {"vintage_from": 2019, "vintage_to": 2021},
    {"vintage": 2020, "vintage_from": 2021},
    {"vintage": 1999},
    *({"status": status} for status in STATUSES),
    *({"event": event} for event in EVENTS),
    {"event_from": DAYS[2]},
    {"event_to": DAYS[5]},
    {"event": "sold", "event_from": DAYS[0], "event_to": DAYS[0]},
    {"event": "retired", "event_from": DAYS[1], "event_to": DAYS[6]},
    {"event": "sold", "status": "retired"},
    {"event": "retired", "registry": "GS", "vintage_from": 2020},
    {"event": "cancelled", "q": "wind"},
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("asked", FILTERS, ids=str)
def test_every_filter(stocked: Filled, force: Force, asked: dict[str, Any], way: str) -> None:
    force(way)

    check(stocked.registry, **asked)
    check(stocked.registry, limit=1, order="asc", **asked)


@pytest.mark.parametrize("way", WAYS)
def test_every_text(stocked: Filled, force: Force, way: str) -> None:
    force(way)

    for text in TEXTS:
        check(stocked.registry, q=text)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(12))
def test_random_searches(stocked: Filled, force: Force, seed: int, way: str) -> None:
    force(way)
    dice = random.Random(seed)

    for _ in range(4):
        asked = random_search(dice, stocked.registry)
        check(stocked.registry, limit=dice.choice((1, 3, 10, 60)), **asked)


@pytest.mark.parametrize(
    ("way", "asked", "expected"),
    [
        ("as it comes", {}, ["walk"]),
        ("as it comes", {"registry": "VCS"}, ["merge"]),
        ("as it comes", {"status": "active", "vintage": 2020, "sort": "project"}, ["merge"]),
        ("as it comes", {"q": "facade"}, ["gather found"]),
        ("merge and gather", {"event": "returned", "sort": "quantity"}, ["gather events"]),
        ("merge and gather", {"q": "wind", "registry": "ACR", "vintage": 2019}, ["gather inside"]),
        ("walk and months", {"registry": "VCS"}, ["walk"]),
        ("walk and months", {"q": "wind", "sort": "quantity"}, ["walk"]),
        ("walk and months", {"event": "sold"}, ["months"]),
        ("walk and months", {"event": "sold", "registry": "VCS", "status": "sold"}, ["months"]),
        ("walk and months", {"event": "sold", "q": "wind"}, ["months"]),
        ("as it comes", {"event": "sold", "sort": "vintage"}, ["vintages"]),
        ("walk and months", {"event": "sold", "q": "wind", "sort": "vintage"}, ["vintages"]),
        ("as it comes", {"event": "sold", "sort": "last_event"}, ["last_matches"]),
        ("walk and months", {"event": "sold", "sort": "quantity"}, ["walk"]),
        ("walk in vain", {"q": "facade", "sort": "vintage"}, ["walk", "gather found"]),
    ],
    ids=str,
)
def test_each_way_is_taken_where_it_is_short(
    stocked: Filled,
    force: Force,
    taken: list[str],
    way: str,
    asked: dict[str, Any],
    expected: list[str],
) -> None:
    force(way)

    searching.find_records(Search(limit=3, **asked))

    assert taken == expected


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "asked", [{}, {"registry": "VCS"}, {"q": "wind"}, {"event": "sold"}], ids=str
)
def test_beyond_what_is_counted_it_is_more_than_that(
    stocked: Filled, force: Force, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], way: str
) -> None:
    force(way)
    hits = len(stocked.registry.hits(Search(**asked)))
    assert hits > 5

    for most, counted, uncounted in ((hits, hits, False), (hits - 1, hits, True), (4, 5, True)):
        monkeypatch.setattr(store_searching, "COUNTED_UP_TO", most)
        monkeypatch.setattr(searching, "COUNTED_UP_TO", most)
        found = searching.find_records(Search(**asked))
        assert (found.count, found.uncounted) == (counted, uncounted)


def test_a_page_has_its_records_with_their_holdings(stocked: Filled) -> None:
    stories = {one.id: one.story for one in stocked.registry.records}

    for item in searching.find_records(Search(limit=60)).items:
        assert item.record == stories[item.record.id].record
        assert item.holdings == stories[item.record.id].holdings
        assert item.events == ()


def test_asked_for_events_it_brings_those_of_each_record(stocked: Filled) -> None:
    stories = {one.id: one.story for one in stocked.registry.records}

    for item in searching.find_records(Search(limit=60), with_events=True).items:
        assert item.events == stories[item.record.id].events


def test_a_page_of_what_nothing_matches_is_empty_and_has_no_neighbours(stocked: Filled) -> None:
    found = searching.find_records(Search(q="nothing like it"))

    assert (ids(found), found.count, found.previous, found.next) == ([], 0, None, None)
