"""Events: reading them and appending them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from psycopg.types.multirange import Int8Multirange
from psycopg.types.range import Int8Range

from webapp.domain.blocks import Block, Blocks
from webapp.domain.lifecycle import Draft, Event, numbered
from webapp.store.database import Connection

EVENT_COLUMNS = (
    "e.seq, e.event_type, e.from_seq, e.units, e.party, e.reason, e.note, e.effective_on,"
    " e.actor, e.at"
)
_EVENTS = f"SELECT {EVENT_COLUMNS} FROM events e WHERE e.record_id = %s ORDER BY e.seq"
_APPEND = (
    "INSERT INTO events (record_id, seq, event_type, from_seq, units, block, party, reason, note,"
    " effective_on, actor, actor_id, at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def now(connection: Connection) -> datetime:
    """The database's time, UTC, in microseconds: the same clock for every server process."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    time: datetime = row[0]
    return time.astimezone(UTC)  # a pooler in between may have dropped the session's time zone


def events_of(connection: Connection, record_id: str) -> list[Event]:
    """The record's events, first one first; empty if there is no such record."""
    return [event_of(row) for row in connection.execute(_EVENTS, (record_id,)).fetchall()]


def event_of(row: Sequence[Any]) -> Event:
    """The event in a row of EVENT_COLUMNS."""
    seq, event_type, from_seq, units, *rest = row
    blocks = Blocks(tuple(Block(one.lower, one.upper - 1) for one in units))
    return Event(seq, event_type, from_seq, blocks, *rest)


def append(
    connection: Connection,
    record_id: str,
    drafts: Iterable[Draft],
    after: int,
    at: datetime,
    actor: tuple[str, str],
) -> list[Event]:
    """Writes the decided events, numbered on from `after`. `actor` is name and id."""
    events = numbered(drafts, after, at, actor[0])
    for event in events:
        ranges = [Int8Range(block.first, block.last + 1) for block in event.units]
        connection.execute(
            _APPEND,
            (
                record_id,
                event.seq,
                event.event_type,
                event.from_seq,
                Int8Multirange(ranges),
                ranges[0] if event.event_type == "created" else None,
                event.party,
                event.reason,
                event.note,
                event.effective_on,
                *actor,
                at,
            ),
        )
    return events
