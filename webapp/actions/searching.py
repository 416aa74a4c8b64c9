"""Looking for records and events: by words, by filters, by serial number."""

from dataclasses import dataclass, replace

from webapp.actions import cursors
from webapp.domain.blocks import Block, Blocks
from webapp.domain.explaining import Whereabouts, whereabouts
from webapp.domain.lifecycle import Happening, Listed, Story
from webapp.domain.refusals import InvalidFields, InvalidQuery, SerialNotFound
from webapp.domain.searching import COUNTED_UP_TO, EventSearch, Search
from webapp.domain.serials import seek_serial
from webapp.domain.text import normalise
from webapp.store import database, feed, matching, records, searching
from webapp.store.database import Connection
from webapp.store.matching import Matched
from webapp.store.records import Issued

_MOST_BLOCKS = 50  # of a serial number that spans several records
_MOST_LOCATED = 5  # told on a page of hits
_LONGEST_SERIAL = 300


@dataclass(frozen=True)
class Found:
    """A page of hits, the cursors of its neighbours, and how many hits there are in all.

    `count` is exact up to COUNTED_UP_TO; one more stands for any number more. `located` tells, if a
    serial number was looked for, where its units are.
    """

    items: list[Listed]
    count: int
    previous: str | None
    next: str | None
    located: tuple["Located", ...] = ()

    @property
    def uncounted(self) -> bool:
        """Whether there are more hits than are counted."""
        return self.count > COUNTED_UP_TO


@dataclass(frozen=True)
class FoundEvents:
    """A page of events, newest day first, and the cursors of its neighbours."""

    items: list[Happening]
    previous: str | None
    next: str | None


@dataclass(frozen=True)
class Located:
    """The units of a looked-up serial number that lie in one record, and where they are now."""

    story: Story
    units: Block
    held: list[Whereabouts]


def find_records(search: Search, with_events: bool = False) -> Found:
    """The records that a search asks for; both doors come here.

    Raises InvalidQuery (a malformed serial number, a cursor that was not given here), Unavailable.
    """
    return database.read(_find_records, search, with_events)


def _find_records(connection: Connection, search: Search, with_events: bool) -> Found:
    position = cursors.read(search)
    sought, issued = _sought(connection, search)
    meant = _matched(connection, search, issued)
    hits = searching.find(connection, search, meant, position, search.limit)
    items = records.listed(connection, hits.nos, with_events) if hits.nos else []
    previous, following = _neighbours(search, position, hits)
    located = tuple(_locate(connection, one, sought) for one in issued[:_MOST_LOCATED])
    return Found(items, hits.count, previous, following, located)


def _neighbours(
    search: Search | EventSearch, position: searching.Position | None, hits: searching.Hits
) -> tuple[str | None, str | None]:
    if not hits.keys:
        return None, None
    backwards = position is not None and position.backwards
    before = hits.more if backwards else position is not None
    after = True if backwards else hits.more
    return (
        cursors.write(search, hits.keys[0], backwards=True) if before else None,
        cursors.write(search, hits.keys[-1]) if after else None,
    )


def matched(connection: Connection, search: Search) -> Matched | None:
    """What a search's words or serial number stand for; None if it is only filtered.

    Raises InvalidQuery for a malformed serial number.
    """
    return _matched(connection, search, _sought(connection, search)[1])


def _matched(connection: Connection, search: Search, issued: list[Issued]) -> Matched | None:
    """What is looked for by words or by serial number; None if it is only filtered."""
    nos = [one.no for one in issued]
    if search.serial:
        return Matched(records=nos)
    if not search.q:
        return None
    found = matching.match(connection, search.q, search.registry or None)
    return replace(found, records=found.records + nos)


def _sought(connection: Connection, search: Search) -> tuple[Block | None, list[Issued]]:
    """The units of the serial number that is looked for, and the blocks that they lie in."""
    if search.serial and search.q:
        raise InvalidQuery.at("serial", "q and serial cannot be combined; give one of them.")
    text, parameter = (search.serial, "serial") if search.serial else (search.q, "q")
    if not text:
        return None, []
    try:
        return _issued(connection, text)
    except InvalidFields as refusal:
        raise InvalidQuery.at(parameter, refusal.errors[0].message) from None


def _issued(connection: Connection, serial: str) -> tuple[Block | None, list[Issued]]:
    for place in seek_serial(serial, matching.registries(connection)):
        if found := records.issued_in(connection, place.series, place.block, _MOST_BLOCKS):
            return place.block, found
    return None, []


def find_serial(text: str) -> list[Located]:
    """The records that hold the units of a serial number, or of one unit's, with their whereabouts.

    Raises InvalidQuery when it is malformed, SerialNotFound when nobody holds it, Unavailable.
    """
    try:
        serial = normalise(text)
    except ValueError as error:
        raise InvalidQuery.at("serial", f"serial: {error}") from None
    if not serial or len(serial) > _LONGEST_SERIAL:
        raise InvalidQuery.at("serial", f"A serial number has 1 to {_LONGEST_SERIAL} characters.")
    return database.read(_find_serial, serial)


def _find_serial(connection: Connection, serial: str) -> list[Located]:
    try:
        sought, issued = _issued(connection, serial)
    except InvalidFields as refusal:
        raise InvalidQuery.at("serial", refusal.errors[0].message) from None
    if not issued:
        raise SerialNotFound(serial)
    return [_locate(connection, one, sought) for one in issued]


def _locate(connection: Connection, issued: Issued, sought: Block | None) -> Located:
    story = records.find(connection, issued.record_id)
    assert story is not None  # its block is there, and records are never deleted
    units = issued.block
    if sought is not None:
        units = Block(max(units.first, sought.first), min(units.last, sought.last))
    return Located(story, units, whereabouts(story, Blocks((units,))))


def find_events(search: EventSearch) -> FoundEvents:
    """The events that a search asks for. Raises InvalidQuery, Unavailable."""
    return database.read(_find_events, search)


def _find_events(connection: Connection, search: EventSearch) -> FoundEvents:
    position = cursors.read(search)
    hits = feed.find(connection, search, position, search.limit)
    lines = [(key[2], key[3]) for key in hits.keys]
    items = records.happenings(connection, lines) if lines else []
    previous, following = _neighbours(search, position, hits)
    return FoundEvents(items, previous, following)


def newest_retirements(limit: int) -> list[Happening]:
    """The retirements that were written last, newest first. Raises Unavailable."""
    return database.read(_newest_retirements, limit)


def _newest_retirements(connection: Connection, limit: int) -> list[Happening]:
    lines = feed.newest(connection, "retired", limit)
    return records.happenings(connection, lines) if lines else []


def known_registries() -> list[str]:
    """The registries that have records, for the filters. Raises Unavailable."""
    return database.read(matching.registries)
