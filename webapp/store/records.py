"""Records: writing one, and the public reads. Each read is one statement and makes no ORM objects."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.range import Int8Range

from webapp.domain.blocks import Block
from webapp.domain.commands import CreateRecord
from webapp.domain.lifecycle import Holdings, Listed, Record, Story
from webapp.domain.serials import Serial
from webapp.store.database import Connection
from webapp.store.journal import EVENT_COLUMNS, event_of

_RECORD_COLUMNS = (
    "r.id, r.project_name, r.registry, r.vintage, r.quantity, r.serial_number, r.project_id,"
    " r.issued_on, lower(r.block), r.created_at, r.actor"
)
_HOLDINGS_COLUMNS = "h.quantity, h.available, h.sold, h.retired, h.cancelled"
_R, _H = 11, 5  # how many columns each of them has

_STORY = (
    f"SELECT {_RECORD_COLUMNS}, {_HOLDINGS_COLUMNS}, {EVENT_COLUMNS}"
    " FROM records r JOIN holdings h ON h.record_id = r.id JOIN events e ON e.record_id = r.id"
    " WHERE r.id = %s ORDER BY e.seq"
)
_NEWEST = (
    f"SELECT {_RECORD_COLUMNS}, {_HOLDINGS_COLUMNS}"
    " FROM records r JOIN holdings h ON h.record_id = r.id"
)
_INSERT_RECORD = (
    "INSERT INTO records (id, project_name, registry, vintage, quantity, serial_number, project_id,"
    " issued_on, series, block, created_at, actor, actor_id)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)
_INSERT_BLOCK = (
    "INSERT INTO serial_blocks (series, record_id, remainder, block) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)
_NEIGHBOURS = (
    "SELECT r.id, r.project_name, r.serial_number, lower(s.block), upper(s.block) - 1,"
    " s.block && %(block)s"
    " FROM serial_blocks s JOIN records r ON r.id = s.record_id"
    " WHERE s.series = %(series)s AND (s.block && %(block)s OR s.remainder <> %(remainder)s)"
    " ORDER BY s.block && %(block)s DESC, s.block LIMIT 1"
)


@dataclass(frozen=True)
class Position:
    """Where a page of the list ends: the key of its last record."""

    created_at: datetime
    id: str


@dataclass(frozen=True)
class Neighbour:
    """A record that stands in the way of another's serial number."""

    id: str
    project_name: str
    serial_number: str
    block: Block
    overlaps: bool  # else it has another remainder


def find(connection: Connection, record_id: str) -> Story | None:
    """The record with its events, None if there is none with this id."""
    rows = connection.execute(_STORY, (record_id,)).fetchall()
    if not rows:
        return None
    events = tuple(event_of(row[_R + _H :]) for row in rows)
    return Story(_record_of(rows[0]), _holdings_of(rows[0]), events)


def newest(
    connection: Connection, limit: int, after: Position | None = None
) -> tuple[list[Listed], Position | None]:
    """A page of records, newest first, and the position that the next page begins after."""
    where = " WHERE (r.created_at, r.id) < (%s, %s)" if after else ""
    key = (after.created_at, after.id) if after else ()
    rows = connection.execute(
        f"{_NEWEST}{where} ORDER BY r.created_at DESC, r.id DESC LIMIT %s", (*key, limit + 1)
    ).fetchall()
    page = [Listed(_record_of(row), _holdings_of(row)) for row in rows[:limit]]
    more = len(rows) > limit
    return page, Position(page[-1].record.created_at, page[-1].record.id) if more else None


def ids(connection: Connection, after: str, limit: int) -> list[str]:
    """The next ids in their order; empty at the end."""
    query = "SELECT id FROM records WHERE id > %s ORDER BY id LIMIT %s"
    return [row[0] for row in connection.execute(query, (after, limit)).fetchall()]


def add(
    connection: Connection,
    command: CreateRecord,
    serial: Serial,
    at: datetime,
    actor: tuple[str, str],
) -> bool:
    """Inserts the record's row; False if its id is there already. `actor` is name and id."""
    row = connection.execute(
        _INSERT_RECORD,
        (
            command.id,
            command.project_name,
            command.registry,
            command.vintage,
            command.quantity,
            command.serial_number,
            command.project_id,
            command.issued_on,
            serial.series,
            _range(serial.block),
            at,
            *actor,
        ),
    )
    return row.rowcount == 1


def claim_block(connection: Connection, serial: Serial, record_id: str) -> bool:
    """Takes the serial's block for the record; False if another's units or remainder forbid it."""
    row = connection.execute(
        _INSERT_BLOCK, (serial.series, record_id, serial.remainder, _range(serial.block))
    )
    return row.rowcount == 1


def in_the_way(connection: Connection, serial: Serial) -> Neighbour | None:
    """The record that keeps a block from being claimed; an overlap before another remainder."""
    row = connection.execute(
        _NEIGHBOURS,
        {"series": serial.series, "remainder": serial.remainder, "block": _range(serial.block)},
    ).fetchone()
    if row is None:
        return None
    return Neighbour(row[0], row[1], row[2], Block(row[3], row[4]), row[5])


def _range(block: Block) -> Int8Range:
    return Int8Range(block.first, block.last + 1)


def _record_of(row: tuple[Any, ...]) -> Record:
    quantity, first = row[4], row[8]
    block = Block(first, first + quantity - 1)
    return Record(
        id=row[0],
        project_name=row[1],
        registry=row[2],
        vintage=row[3],
        quantity=quantity,
        serial_number=row[5],
        project_id=row[6],
        issued_on=row[7],
        block=block,
        created_at=row[9],
        actor=row[10],
    )


def _holdings_of(row: tuple[Any, ...]) -> Holdings:
    return Holdings(*row[_R : _R + _H])
