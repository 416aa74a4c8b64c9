"""Reading the ledger's tables to verify them: page by page, each page as it stands at one moment.

Rows are read as somebody may have edited them: what Python cannot hold comes as PostgreSQL writes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import abc
from psycopg.types.datetime import DateLoader, TimestamptzLoader

from webapp.store import mending, names
from webapp.store.database import Connection

Values = Mapping[str, Any]  # a row, by its columns
BEFORE_ALL = -(2**63)

RECORD_FIELDS = (
    *("id", "project_name", "registry", "vintage", "quantity", "serial_number"),
    *("project_id", "issued_on"),
)
EVENT_FIELDS = (
    *("seq", "event_type", "from_seq", "units", "party", "reason", "note", "effective_on"),
    *("actor", "at"),
)
_SEALED_EVENT = (*EVENT_FIELDS, "block", "actor_id")
_RECORD = (*RECORD_FIELDS, "series", "block", "created_at", "actor", "actor_id")
_EVENT = (*EVENT_FIELDS, "actor_id")
_HELD = (
    *("quantity", "available", "sold", "retired", "cancelled", "status", "last_seq"),
    *("project_no", "project_key", "registry", "vintage", "changed_at"),
)


def _columns(table: str, columns: Sequence[str]) -> str:
    return ", ".join(f"{table}.{column}" for column in columns)


_HEAD = (
    "SELECT h.one, h.size, h.frontier, (SELECT count(*) FROM ledger_head),"
    " (SELECT max(no) FROM ledger_leaves), (SELECT max(size) FROM ledger_checkpoints)"
    " FROM ledger_head h LIMIT 1"
)
_LEAVES = (
    "SELECT l.no, l.record_id, l.seq, l.hash, l.data, l.salt, r.id IS NOT NULL, e.seq IS NOT NULL,"
    f" {_columns('r', RECORD_FIELDS)}, {_columns('e', _SEALED_EVENT)}"
    " FROM (SELECT no, record_id, seq, hash, data, salt FROM ledger_leaves WHERE no > %s ORDER BY no"
    " LIMIT %s) l LEFT JOIN records r ON r.id = l.record_id"
    " LEFT JOIN events e ON e.record_id = l.record_id AND e.seq = l.seq ORDER BY l.no"
)
_NODES = (
    "SELECT level, no, hash FROM ledger_nodes WHERE (level, no) IN"
    " (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))"
)
# Whatever its level is: a shift by more than 62 would begin from the start again.
_NODE_BEYOND = (
    "SELECT n.level, n.no FROM ledger_nodes n, ledger_head h WHERE n.level <= 0 OR n.level %% 8 <> 0"
    " OR n.level > 62 OR n.no < 0 OR n.no >= h.size >> n.level::integer ORDER BY 1, 2 LIMIT 1"
)
_NODE_TWICE = (
    "SELECT level, no FROM ledger_nodes GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1, 2 LIMIT 1"
)
_CHECKPOINTS = "SELECT size, origin, root, note, at, timed FROM ledger_checkpoints WHERE size > %s ORDER BY size LIMIT %s"
_COSIGNATURES = "SELECT size, witness, line, at FROM ledger_cosignatures WHERE size = ANY (%s)"
_LONE_COSIGNATURE = (
    "SELECT size, witness FROM ledger_cosignatures c WHERE NOT EXISTS"
    " (SELECT FROM ledger_checkpoints p WHERE p.size = c.size) LIMIT 1"
)
# One statement, since a sealer moves events from the queue to the log meanwhile.
_PLACES = (
    "SELECT coalesce(e.record_id, k.record_id), coalesce(e.seq, k.seq), e.seq IS NOT NULL,"
    " coalesce(k.sealed, 0), coalesce(k.queued, 0) FROM events e FULL JOIN"
    " (SELECT record_id, seq, sum(sealed)::bigint AS sealed, sum(queued)::bigint AS queued FROM"
    " (SELECT record_id, seq, 1 AS sealed, 0 AS queued FROM ledger_leaves"
    " UNION ALL SELECT record_id, seq, 0, 1 FROM ledger_queue) a GROUP BY 1, 2) k"
    " ON k.record_id = e.record_id AND k.seq = e.seq"
    " WHERE e.seq IS NULL OR k.seq IS NULL OR k.sealed + k.queued <> 1 LIMIT 1"
)
_RECORDS = f"SELECT {_columns('r', _RECORD)} FROM records r WHERE r.id > %s ORDER BY r.id LIMIT %s"
_EVENTS = (
    f"SELECT e.record_id, {_columns('e', _EVENT)} FROM events e WHERE e.record_id = ANY (%s)"
    " ORDER BY e.record_id, e.seq"
)
_BLOCKS = (
    "SELECT s.record_id, s.remainder, s.block FROM records r JOIN serial_blocks s"
    " ON s.series = r.series AND s.record_id = r.id WHERE r.id = ANY (%s)"
)
_HOLDINGS = (
    f"SELECT h.record_id, {_columns('h', _HELD)}, p.no FROM holdings h"
    " JOIN records r ON r.id = h.record_id"
    " LEFT JOIN projects p ON p.registry = r.registry AND p.name = r.project_name"
    " WHERE h.record_id = ANY (%s)"
)
_STRANGERS = {
    "serial_blocks": (
        "SELECT s.record_id, s.series FROM serial_blocks s LEFT JOIN records r"
        " ON r.id = s.record_id AND r.series = s.series WHERE r.id IS NULL LIMIT 1"
    ),
    "events": (
        "SELECT e.record_id, e.seq FROM events e LEFT JOIN records r ON r.id = e.record_id"
        " WHERE r.id IS NULL LIMIT 1"
    ),
    "holdings": (
        "SELECT h.record_id, h.no FROM holdings h LEFT JOIN records r ON r.id = h.record_id"
        " WHERE r.id IS NULL LIMIT 1"
    ),
}


@dataclass(frozen=True)
class HeadRow:
    """The head, how many rows it has, and how far leaves and checkpoints go; None: there are none."""

    one: bool
    size: int
    frontier: bytes
    rows: int
    last_leaf: int | None
    largest_checkpoint: int | None


@dataclass(frozen=True)
class LeafRow:
    """A leaf, and the rows that it was made of; None where there is none."""

    no: int
    record_id: str
    seq: int
    hash: bytes
    data: bytes
    salt: bytes
    record: Values | None
    event: Values | None


class Cosigned(NamedTuple):
    """What a witness signed of a checkpoint, and when."""

    witness: str
    line: str
    at: datetime


@dataclass(frozen=True)
class CheckpointRow:
    """A checkpoint as it is kept, and what its witnesses signed."""

    size: int
    origin: str
    root: bytes
    note: str
    at: datetime
    timed: str
    cosignatures: Sequence[Cosigned]


class Misplaced(NamedTuple):
    """An event, if it is one, and how often it stands in the log and on the queue."""

    record_id: str
    seq: int
    is_event: bool
    sealed: int
    queued: int


@dataclass
class RecordRows:
    """A record and all that other tables say of it; `project_no` is the one of its project's name."""

    record: Values
    events: list[Values] = field(default_factory=list)
    blocks: list[Values] = field(default_factory=list)
    holdings: list[Values] = field(default_factory=list)


class _Day(DateLoader):
    """Days as Python has them; those that it has not, like infinity, as text."""

    def load(self, data: abc.Buffer) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return bytes(data).decode()


class _Time(TimestamptzLoader):
    """Times, in the same way."""

    def load(self, data: abc.Buffer) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return bytes(data).decode()


def _rows(connection: Connection, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    cursor = connection.cursor()
    cursor.adapters.register_loader("date", _Day)
    cursor.adapters.register_loader("timestamptz", _Time)
    return cursor.execute(query, values).fetchall()


def at_one_moment(connection: Connection) -> None:
    """Has all statements of this transaction see the same moment, and take the time they need."""
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    mending.take_time(connection)


def head(connection: Connection) -> HeadRow | None:
    """The head; None if its row is gone."""
    row = connection.execute(_HEAD).fetchone()
    return None if row is None else HeadRow(*row)


def leaves(connection: Connection, after: int, limit: int) -> list[LeafRow]:
    """The next leaves by number, each with its event and record."""
    records = 8 + len(RECORD_FIELDS)
    return [
        LeafRow(
            *[
                *row[:6],
                dict(zip(RECORD_FIELDS, row[8:records], strict=True)) if row[6] else None,
                dict(zip(_SEALED_EVENT, row[records:], strict=True)) if row[7] else None,
            ]
        )
        for row in _rows(connection, _LEAVES, (after, limit))
    ]


def nodes(
    connection: Connection, wanted: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    """The hashes of these nodes, by level and number; without those that are not there."""
    columns = [[level for level, _ in wanted], [no for _, no in wanted]]
    return {(level, no): bytes(made) for level, no, made in _rows(connection, _NODES, columns)}


def node_beyond(connection: Connection) -> tuple[int, int] | None:
    """A node that a log of this size does not have, or that is there twice."""
    found = _rows(connection, _NODE_BEYOND) or _rows(connection, _NODE_TWICE)
    return (found[0][0], found[0][1]) if found else None


def checkpoints(connection: Connection, after: int, limit: int) -> list[CheckpointRow]:
    """The next checkpoints by size, with what witnesses signed."""
    at_one_moment(connection)
    rows = _rows(connection, _CHECKPOINTS, (after, limit))
    lines: dict[int, list[Cosigned]] = {}
    for size, *signed in _rows(connection, _COSIGNATURES, ([row[0] for row in rows],)):
        lines.setdefault(size, []).append(Cosigned(*signed))
    return [CheckpointRow(*[*row, lines.get(row[0], [])]) for row in rows]


def lone_cosignature(connection: Connection) -> tuple[int, str] | None:
    """A cosignature of a checkpoint that is not there: the size and the witness."""
    found = _rows(connection, _LONE_COSIGNATURE)
    return (found[0][0], found[0][1]) if found else None


def misplaced(connection: Connection) -> Misplaced | None:
    """An event that is not once in the log or on the queue, or what is there and is no event."""
    mending.take_time(connection)
    found = _rows(connection, _PLACES)
    return Misplaced(*found[0]) if found else None


def waiting(connection: Connection) -> int:
    """How many events wait on the queue."""
    number: int = _rows(connection, "SELECT count(*) FROM ledger_queue")[0][0]
    return number


def record_count(connection: Connection) -> int:
    """How many records there are."""
    number: int = _rows(connection, "SELECT count(*) FROM records")[0][0]
    return number


def records(connection: Connection, after: str, limit: int) -> list[RecordRows]:
    """The next records by id, each with its events, blocks and holdings."""
    at_one_moment(connection)
    rows = _rows(connection, _RECORDS, (after, limit))
    found = {row[0]: RecordRows(dict(zip(_RECORD, row, strict=True))) for row in rows}
    ids = [list(found)]
    for record_id, *row in _rows(connection, _EVENTS, ids):
        found[record_id].events.append(dict(zip(_EVENT, row, strict=True)))
    for record_id, *row in _rows(connection, _BLOCKS, ids):
        found[record_id].blocks.append(dict(zip(("remainder", "block"), row, strict=True)))
    for record_id, *row in _rows(connection, _HOLDINGS, ids):
        values = dict(zip((*_HELD, "project"), row, strict=True))
        found[record_id].holdings.append(values)
    return list(found.values())


def stranger(connection: Connection, table: str) -> tuple[Any, ...] | None:
    """A row of the table that belongs to no record: the record's id, and what else names the row."""
    mending.take_time(connection)
    found = _rows(connection, _STRANGERS[table])
    return found[0] if found else None


def project_key(record: Values) -> str:
    """What a record's project is sorted by."""
    return names.project_key(record["project_name"])
