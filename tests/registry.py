"""A registry of sixty records with lives, and a plain list of it that is searched by plain Python."""

import random
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.factories import DESK
from webapp.actions import creating, looking, taking
from webapp.domain.commands import Cancel, CreateRecord, Retire, Return, Sell, TakeUnits
from webapp.domain.lifecycle import Event, Story
from webapp.domain.refusals import Refusal
from webapp.domain.searching import EventSearch, Search

SIZE = 60
PROJECTS = (
    "Mangroves of São Luís",
    "Forêt d'Émeraude",
    "Waldschutz Großenhain",
    "İzmir Wind Farm",
    "Ｗｉｎｄ in full width",
    "100% Solar_Roof \\ Delhi",
    "100 Solar Roof Delhi",
    'O\'Brien "Peat" Bog',
    "Østerby Łódź",
    "Wind Farm Rajasthan",
    "wind farm rajasthan",
    "Rajasthan: farm of wind",
    "Facade Insulation",
)
REGISTRIES = ("VCS", "GS", "ACR", "Puro")
PARTIES = (
    "Acme Ltd",
    "ACME LTD",
    "Acme Airlines 50%",
    "Müller & Söhne",
    "Société Générale",
    "3M",
    "3M Türkiye",
    "İpek Holding",
    "Solar Friends",
)
DAYS = tuple(
    date(year, month, 1 + 9 * month % 28) for year in (2023, 2024) for month in (1, 2, 6, 7)
)
# Written out, so that the model does not fold with the code that it is held against.
_SPELT = {
    "ã": "a", "é": "e", "ê": "e", "É": "e", "í": "i", "İ": "i", "ó": "o", "ö": "o", "Ö": "o", "ü": "u",
    "ß": "ss", "ẞ": "ss", "Ø": "o", "ø": "o", "Ł": "l", "ł": "l",
    **{chr(ord(letter) + 0xFEE0): letter for letter in "WINDwind"},
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A record as the list knows it: its place in the order of making, and its story."""

    place: int
    story: Story

    @property
    def id(self) -> str:
        return self.story.record.id


Line = tuple[str, int]


class Registry:
    """What stands in a registry, as a plain list, the oldest record first."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self.records = [Known(place, story) for place, story in enumerate(stories)]

    def hits(self, search: Search) -> list[str]:
        """The ids of all records that a search asks for, in its order."""
        found = [one for one in self.records if self._has(one, search)]
        order = search.order or ("asc" if search.sort == "project" else "desc")
        found.sort(key=_sorted_by(search), reverse=order == "desc")
        return [one.id for one in found]

    def lines(self, search: EventSearch) -> list[Line]:
        """The events that a search asks for, newest day first: the record's id, and seq."""
        found = [
            (event.day, event.at, one.place, event.seq, one.id)
            for one in self.records
            for event in one.story.events
            if _is_asked(one, event, search)
        ]
        return [(line[4], line[3]) for line in sorted(found, reverse=True)]

    def _has(self, one: Known, search: Search) -> bool:
        record, status = one.story.record, one.story.holdings.status
        return (
            (not search.q or self._matches(one, search.q))
            and (not search.serial or _is_serial(one, search.serial))
            and search.registry in (None, record.registry)
            and search.vintage in (None, record.vintage)
            and (search.vintage_from or 0) <= record.vintage <= (search.vintage_to or 9999)
            and search.status in (None, status)
            and any(_happened(event, search) for event in one.story.events)
        )

    def _matches(self, one: Known, q: str) -> bool:
        asked = plain(q)
        words = asked.split()
        return bool(words) and (
            self._is_project(one, words)
            or any(_is_party(event.party, words) for event in one.story.events)
            or (re.fullmatch("[0-9a-f]{4,64}", asked) is not None and one.id.startswith(asked))
            or _is_serial(one, q)
        )

    def _is_project(self, one: Known, words: list[str]) -> bool:
        name, code = plain(one.story.record.project_name), plain(one.story.record.registry)
        return all(word in name or word == code for word in words)


def plain(text: str) -> str:
    """The text without case and accents."""
    return "".join(_SPELT.get(letter, letter) for letter in text).lower()


def _is_party(party: str | None, words: list[str]) -> bool:
    if party is None:
        return False
    if max(map(len, words)) < 3:
        return plain(party).startswith(" ".join(words))
    return all(word in plain(party) for word in words)


def _is_serial(one: Known, text: str) -> bool:
    return one.story.record.serial_number.lower() == text.lower()


def _is_asked(one: Known, event: Event, search: EventSearch) -> bool:
    return (
        search.type in (None, event.event_type)
        and (
            not search.party
            or (event.party is not None and plain(event.party) == plain(search.party))
        )
        and search.registry in (None, one.story.record.registry)
        and search.vintage in (None, one.story.record.vintage)
        and (search.date_from or date.min) <= event.day <= (search.date_to or date.max)
    )


def _sorted_by(search: Search) -> Callable[[Known], tuple[Any, ...]]:
    keys: dict[str, Callable[[Known], Any]] = {
        "created": lambda one: one.place,
        "vintage": lambda one: one.story.record.vintage,
        "quantity": lambda one: one.story.record.quantity,
        "project": lambda one: plain(one.story.record.project_name),
        "last_event": lambda one: _last(one, search),
    }
    return lambda one: (keys[search.sort](one), one.place)


def _last(one: Known, search: Search) -> Any:
    """When the last event was written; if certain ones are asked for, the latest day of those."""
    asked = [event for event in one.story.events if _happened(event, search)]
    if search.event or search.event_from or search.event_to:
        return max((event.day, event.at) for event in asked)
    return one.story.events[-1].at


def _happened(event: Event, search: Search) -> bool:
    first, last = search.event_from or date.min, search.event_to or date.max
    return search.event in (None, event.event_type) and first <= event.day <= last


def commands(seed: int = 7, size: int = SIZE) -> list[CreateRecord]:
    """The records to make: names, vintages and quantities that often are equal."""
    dice = random.Random(seed)
    return [
        CreateRecord(
            project_name=PROJECTS[number % len(PROJECTS)],
            registry=dice.choice(REGISTRIES),
            vintage=dice.randint(2018, 2023),
            quantity=dice.choice((10, 10, 25, 40, 40, 100)),
            serial_number=f"Serial {number}",
        )
        for number in range(size)
    ]


def live(record_id: str, dice: random.Random) -> None:
    """Lets up to six things happen to a record; what is refused does not happen."""
    for _ in range(dice.choice((0, 0, 1, 2, 3, 6))):
        with suppress(Refusal):
            step = _step(dice)
            _ACTIONS[type(step)](record_id, step, DESK)


def _step(dice: random.Random) -> TakeUnits:
    party, day = dice.choice(PARTIES), dice.choice((*DAYS, None))
    chosen: dict[str, Any] = {"effective_on": day}
    if dice.random() < 0.6:
        chosen["quantity"] = dice.randint(1, 12)
    kind = dice.choice((Sell, Sell, Retire, Retire, Return, Cancel))
    if kind is Sell:
        return Sell(buyer=party, **chosen)
    if kind is Retire:
        return Retire(beneficiary=dice.choice((party, None)), **chosen)
    if kind is Return:
        return Return(sale=dice.choice((2, 3)), reason="unpaid", **chosen)
    return Cancel(reason="buffer", **chosen)


_ACTIONS: dict[type[TakeUnits], Callable[..., Any]] = {
    Sell: taking.sell,
    Retire: taking.retire,
    Return: taking.return_sold,
    Cancel: taking.cancel,
}


def fill(wanted: Iterable[CreateRecord], seed: int = 7) -> list[str]:
    """Makes the records, in the order given, and then lets them live in another; their ids."""
    dice = random.Random(seed)
    ids = [creating.create(command, DESK).story.record.id for command in wanted]
    for record_id in dice.sample(ids, len(ids)):
        live(record_id, dice)
    return ids


def registry_of(ids: Iterable[str]) -> Registry:
    """The registry as it stands now: records by these ids, the oldest first."""
    return Registry(looking.record(record_id) for record_id in ids)
