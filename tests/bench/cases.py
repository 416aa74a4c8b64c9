"""What is asked of the registry when it is measured: each kind of look-up, with values drawn by a seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from webapp.actions import looking, searching, totals
from webapp.domain.lifecycle import Record
from webapp.domain.searching import EventSearch, Search

SORTS = ("created", "vintage", "quantity", "project", "last_event")
PAGE = 25


@dataclass(frozen=True)
class Case:
    """A kind of look-up: its name, its bound at the 95th percentile, and one look-up with drawn values."""

    name: str
    most_ms: float
    ask: Callable[[Random], object]


def cases(sample: list[Record], parties: list[str], registries: list[str]) -> Iterator[Case]:
    """Every kind of look-up; the values come from records and parties that are there."""
    drawn = _Drawn(sample, parties, registries)
    for name, parameters in _searches(drawn).items():
        for sort in SORTS:
            yield Case(f"{name}, by {sort}", 50, _search(parameters, sort))
    yield Case("a later page, by created", 50, _later_page)
    yield Case("a single serial inside a block", 5, drawn.look_up_serial)
    yield Case(
        "a record with its events", 50, lambda random: looking.record(drawn.record(random).id)
    )
    for name, parameters in _event_searches(drawn).items():
        yield Case(f"events: {name}", 50, _events(parameters))
    yield Case("the 50 newest retirements", 50, lambda random: searching.newest_retirements(50))
    yield Case("totals", 100, lambda random: totals.totals())


@dataclass(frozen=True)
class _Drawn:
    """Values that are there, drawn."""

    sample: list[Record]
    parties: list[str]
    registries: list[str]

    def record(self, random: Random) -> Record:
        return random.choice(self.sample)

    def project(self, random: Random) -> str:
        return self.record(random).project_name

    def word(self, random: Random) -> str:
        return self.project(random).split()[0]

    def two_words(self, random: Random) -> str:
        return " ".join(self.project(random).split()[:2]).lower()

    def look_up_serial(self, random: Random) -> object:
        record = self.record(random)
        unit = random.randint(record.block.first, record.block.last)
        run = f"{record.block.first}{{}}{record.block.last}"
        serial = record.serial_number
        for joint in ("-", " to "):
            serial = serial.replace(run.format(joint), f"{unit}{joint}{unit}")
        return searching.find_serial(serial)


Parameters = Callable[[Random], dict[str, Any]]


def _searches(drawn: _Drawn) -> dict[str, Parameters]:
    return {
        "all records": lambda random: {},
        "registry": lambda random: {"registry": random.choice(drawn.registries)},
        "status": lambda random: {"status": _status(random)},
        "vintages": _vintages,
        "registry, status, vintages": lambda random: (
            {"registry": random.choice(drawn.registries), "status": _status(random)}
            | _vintages(random)
        ),
        "one project": lambda random: {"q": drawn.project(random)},
        "a common word": lambda random: {"q": drawn.word(random)},
        "two words": lambda random: {"q": drawn.two_words(random)},
        "a registry's code": lambda random: {"q": random.choice(drawn.registries)},
        "one letter": lambda random: {"q": random.choice("aeiou")},
        "a buyer or beneficiary": lambda random: {"q": random.choice(drawn.parties)},
        "the beginning of an id": lambda random: {"q": drawn.record(random).id[:8]},
        "a word, registry, status": lambda random: {
            "q": drawn.word(random),
            "registry": random.choice(drawn.registries),
            "status": _status(random),
        },
        "an event type": lambda random: {"event": _event(random)},
        "an event in a month": lambda random: {"event": _event(random)} | _days(random, 30),
        "an event in a year": lambda random: {"event": _event(random)} | _days(random, 365),
        "an event in a year, registry": lambda random: (
            {"event": _event(random), "registry": random.choice(drawn.registries)}
            | _days(random, 365)
        ),
        "a word, an event in a year": lambda random: (
            {"q": drawn.word(random), "event": _event(random)} | _days(random, 365)
        ),
    }


def _event_searches(drawn: _Drawn) -> dict[str, Parameters]:
    def period(random: Random) -> dict[str, Any]:
        days = _days(random, 365)
        return {"date_from": days["event_from"], "date_to": days["event_to"]}

    return {
        "all": lambda random: {},
        "type": lambda random: {"type": _event(random)},
        "party": lambda random: {"party": random.choice(drawn.parties)},
        "registry and vintage": lambda random: {
            "registry": random.choice(drawn.registries),
            "vintage": random.randint(2004, 2024),
        },
        "type in a year": lambda random: {"type": _event(random)} | period(random),
        "party in a year": lambda random: {"party": random.choice(drawn.parties)} | period(random),
    }


def _search(parameters: Parameters, sort: str) -> Callable[[Random], object]:
    def ask(random: Random) -> object:
        search = Search(**parameters(random), sort=sort, limit=PAGE)  # type: ignore[arg-type]
        return searching.find_records(search, with_events=True)

    return ask


def _later_page(random: Random) -> object:
    first = searching.find_records(Search(limit=random.randint(100, 200)))
    return searching.find_records(Search(limit=PAGE, cursor=first.next), with_events=True)


def _events(parameters: Parameters) -> Callable[[Random], object]:
    return lambda random: searching.find_events(EventSearch(**parameters(random), limit=PAGE))


def _status(random: Random) -> str:
    return random.choice(("active", "sold", "retired", "cancelled"))


def _event(random: Random) -> str:
    return random.choice(("sold", "retired", "cancelled"))


def _vintages(random: Random) -> dict[str, int]:
    first = random.randint(2003, 2022)
    return {"vintage_from": first, "vintage_to": first + random.randint(0, 4)}


def _days(random: Random, length: int) -> dict[str, date]:
    first = date(2009, 1, 1) + timedelta(days=random.randint(0, 6000))
    return {"event_from": first, "event_to": first + timedelta(days=length)}
