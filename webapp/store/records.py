"""Records: writing one, and the public reads. Each read is one statement and makes no ORM objects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.range import Int8Range

from webapp.domain.blocks import Block
from webapp.domain.commands import CreateRecord
from webapp.domain.landing import Standing
from webapp.domain.lifecycle import Event, Happening, Holdings, Listed, Record, Story
from webapp.domain.serials import Serial
from webapp.store.database import Connection
from webapp.store.journal import EVENT_COLUMNS, event_of

RECORD_COLUMNS = (
    "r.id, r.project_name, r.registry, r.vintage, r.quantity, r.serial_number, r.project_id,"
    " r.issued_on, lower(r.block), r.created_at, r.actor"
)
_HOLDINGS_COLUMNS = "h.quantity, h.available, h.sold, h.retired, h.cancelled"
_R, _H = 11, 5  # how many columns each of them has

_STORY = (
    f"SELECT {RECORD_COLUMNS}, {_HOLDINGS_COLUMNS}, {EVENT_COLUMNS}"
    " FROM records r JOIN holdings h ON h.record_id = r.id JOIN events e ON e.record_id = r.id"
    " WHERE r.id = %s ORDER BY e.seq"
)
_LISTED = (
    f"SELECT {RECORD_COLUMNS}, {_HOLDINGS_COLUMNS}, h.last_seq, h.no"
    " FROM holdings h JOIN records r ON r.id = h.record_id WHERE h.no = ANY (%s)"
)
_EVENTS_OF = (
    f"SELECT e.record_id, {EVENT_COLUMNS} FROM events e WHERE e.record_id = ANY (%s)"
    " ORDER BY e.record_id, e.seq"
)
_HAPPENINGS = (
    f"SELECT {RECORD_COLUMNS}, {EVENT_COLUMNS}"
    " FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS line (record_no, seq, place)"
    " JOIN holdings h ON h.no = line.record_no JOIN records r ON r.id = h.record_id"
    " JOIN events e ON e.record_id = r.id AND e.seq = line.seq ORDER BY line.place"
)
# Series by series: only "= one series" lets the exclusion constraint's index find series and units.
_OVERLAPPING = (
    "SELECT h.no, s.record_id, lower(s.block), upper(s.block) - 1 FROM unnest(%s::text[]) AS w (series)"
    " CROSS JOIN LATERAL (SELECT * FROM serial_blocks s WHERE s.series = w.series"
    " AND (%s::int8range IS NULL OR s.block && %s::int8range) ORDER BY s.block LIMIT %s) s"
    " JOIN holdings h ON h.record_id = s.record_id ORDER BY s.series, s.block LIMIT %s"
)
_STANDINGS = (
    f"SELECT {RECORD_COLUMNS}, s.series, s.remainder FROM records r JOIN serial_blocks s"
    " ON s.series = r.series AND s.record_id = r.id WHERE r.id = ANY (%s)"
)
_MOST_DRAWN = 100  # events of a record; of more a list draws the sums only
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
    f"SELECT {RECORD_COLUMNS} FROM serial_blocks s JOIN records r ON r.id = s.record_id"
    " WHERE s.series = %(series)s AND (s.block && %(block)s OR s.remainder <> %(remainder)s)"
    " ORDER BY s.block && %(block)s DESC, s.block LIMIT 1"
)


@dataclass(frozen=True)
class Issued:
    """The block of units that a record was issued with, and the record's number and id."""

    no: int
    record_id: str
    block: Block


def find(connection: Connection, record_id: str) -> Story | None:
    """The record with its events, None if there is none with this id."""
    rows = connection.execute(_STORY, (record_id,)).fetchall()
    if not rows:
        return None
    events = tuple(event_of(row[_R + _H :]) for row in rows)
    return Story(record_of(rows[0]), _holdings_of(rows[0]), events)


def listed(connection: Connection, nos: Sequence[int], with_events: bool) -> list[Listed]:
    """The records of these numbers, in this order; with their events where those are few."""
    rows = {row[-1]: row for row in connection.execute(_LISTED, (list(nos),)).fetchall()}
    events: dict[str, list[Event]] = {}
    few = [row[0] for row in rows.values() if row[-2] <= _MOST_DRAWN] if with_events else []
    if few:
        for record_id, *event in connection.execute(_EVENTS_OF, (few,)).fetchall():
            events.setdefault(record_id, []).append(event_of(event))
    return [
        Listed(record_of(row), _holdings_of(row), tuple(events.get(row[0], ())))
        for row in (rows[no] for no in nos)
    ]


def happenings(connection: Connection, lines: Sequence[tuple[int, int]]) -> list[Happening]:
    """The events of these record numbers and seqs, in this order, each with its record."""
    nos, seqs = [line[0] for line in lines], [line[1] for line in lines]
    rows = connection.execute(_HAPPENINGS, (nos, seqs)).fetchall()
    return [Happening(record_of(row), event_of(row[_R:])) for row in rows]


def issued_in(
    connection: Connection, series: Sequence[str], block: Block | None, limit: int
) -> list[Issued]:
    """The blocks issued in these series that share units with the given one; all without one."""
    units = None if block is None else _range(block)
    rows = connection.execute(
        _OVERLAPPING, (list(series), units, units, limit, limit), prepare=False
    )
    return [Issued(row[0], row[1], Block(row[2], row[3])) for row in rows.fetchall()]


def standings(connection: Connection, ids: Sequence[str]) -> list[Standing]:
    """The records of these ids with their events, as rows of a file find them."""
    events: dict[str, list[Event]] = {}
    rows = connection.execute(_STANDINGS, (ids,)).fetchall()
    for record_id, *event in connection.execute(_EVENTS_OF, (ids,)).fetchall():
        events.setdefault(record_id, []).append(event_of(event))
    return [
        Standing(record, Serial(series, remainder, record.block), found, len(found))
        for record, series, remainder, found in (
            (record_of(row), row[_R], row[_R + 1], events[row[0]]) for row in rows
        )
    ]


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


def in_the_way(connection: Connection, serial: Serial) -> Record | None:
    """The record that keeps a block from being claimed; an overlap before another remainder."""
    row = connection.execute(
        _NEIGHBOURS,
        {"series": serial.series, "remainder": serial.remainder, "block": _range(serial.block)},
    ).fetchone()
    return None if row is None else record_of(row)


def _range(block: Block) -> Int8Range:
    return Int8Range(block.first, block.last + 1)


def record_of(row: Sequence[Any]) -> Record:
    """The record in a row that begins with RECORD_COLUMNS."""
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
