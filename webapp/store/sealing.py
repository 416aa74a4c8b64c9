"""The ledger's statements: what waits, the head, leaves and the nodes above them, checkpoints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from webapp.domain.certificate import Sealed
from webapp.domain.lifecycle import Event, Record
from webapp.store.database import Connection
from webapp.store.journal import EVENT_COLUMNS, event_of
from webapp.store.records import RECORD_COLUMNS, record_of

HASH_BYTES = 32
_RECORD_AT = 4
_EVENT_AT = _RECORD_AT + RECORD_COLUMNS.count(",") + 1

_LOCK = "SELECT size, frontier FROM ledger_head FOR UPDATE"
# One statement, since an event and its place on the queue or in the log come together.
_REQUEUE = (
    "INSERT INTO ledger_queue (record_id, seq) SELECT record_id, seq FROM events e WHERE NOT EXISTS"
    " (SELECT FROM ledger_leaves l WHERE l.record_id = e.record_id AND l.seq = e.seq)"
    " AND NOT EXISTS (SELECT FROM ledger_queue q WHERE q.record_id = e.record_id AND q.seq = e.seq)"
    " ORDER BY at, record_id, seq"
)
_HEAD = "SELECT size, frontier FROM ledger_head"
# What is sealed leaves the queue, so nothing is passed over whose transaction commits late. A row
# whose event is gone is told, and not forgotten.
_TAKE = (
    "WITH taken AS (DELETE FROM ledger_queue WHERE id = ANY (ARRAY("
    "SELECT id FROM ledger_queue WHERE id > %s ORDER BY id LIMIT %s)) RETURNING id, record_id, seq)"
    f" SELECT t.id, t.record_id, t.seq, e.actor_id, {RECORD_COLUMNS}, {EVENT_COLUMNS} FROM taken t"
    " LEFT JOIN records r ON r.id = t.record_id"
    " LEFT JOIN events e ON e.record_id = t.record_id AND e.seq = t.seq ORDER BY t.id"
)
_NEXT = "SELECT id FROM ledger_queue WHERE id > %s ORDER BY id LIMIT 1"
_MOVE = "UPDATE ledger_head SET size = %s, frontier = %s"
_COPY_LEAVES = (
    "COPY ledger_leaves (no, record_id, seq, hash, data, salt) FROM STDIN (FORMAT binary)"
)
_COPY_NODES = "COPY ledger_nodes (level, no, hash) FROM STDIN (FORMAT binary)"
_HASHES = (
    "SELECT w.tile, (SELECT string_agg(hash, ''::bytea ORDER BY no) FROM ledger_leaves"
    " WHERE no >= w.first AND no < w.ending)"
    " FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS w (tile, first, ending)"
)
_NODES = (
    "SELECT w.tile, (SELECT string_agg(hash, ''::bytea ORDER BY no) FROM ledger_nodes"
    " WHERE level = w.level AND no >= w.first AND no < w.ending)"
    " FROM unnest(%s::integer[], %s::smallint[], %s::bigint[], %s::bigint[])"
    " AS w (tile, level, first, ending)"
)
_ENTRIES = "SELECT data FROM ledger_leaves WHERE no >= %s AND no < %s ORDER BY no"
_LEAF = "SELECT no, data FROM ledger_leaves WHERE record_id = %s AND seq = %s"
_PLACES = (
    "SELECT l.seq, c.origin, l.no, c.size, c.at FROM ledger_leaves l CROSS JOIN LATERAL ("
    "SELECT origin, size, at FROM ledger_checkpoints WHERE size > l.no ORDER BY size LIMIT 1) c"
    " WHERE l.record_id = %s"
)
_SEALED = f"{_PLACES} AND l.seq = %s"
_SIGNED = "(SELECT coalesce(max(size), 0) FROM ledger_checkpoints)"
# A leaf that is not signed waits, too.
_OLDEST_WAITING = (
    "SELECT min(e.at) FROM (SELECT record_id, seq FROM ledger_leaves"
    f" WHERE no = {_SIGNED} UNION ALL"
    " (SELECT record_id, seq FROM ledger_queue ORDER BY id LIMIT 1)) w"
    " JOIN events e ON e.record_id = w.record_id AND e.seq = w.seq"
)
_WAITING = (
    "SELECT (SELECT count(*) FROM ledger_queue)"
    f" + coalesce((SELECT size FROM ledger_head), 0) - {_SIGNED}"
)
_SIZES_BEFORE = (
    "SELECT coalesce((SELECT size FROM ledger_checkpoints WHERE at < w.ending"
    " ORDER BY at DESC, size DESC LIMIT 1), 0)"
    " FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS w (ending, place) ORDER BY place"
)
_CHECKPOINTS = "SELECT size, origin, root, note, at FROM ledger_checkpoints"
# Witnesses sign later than we do, so that only the newest notes are told with their lines.
_NEWEST = (
    "SELECT size, origin, root, note || coalesce((SELECT string_agg(line, '' ORDER BY w.at, witness)"
    " FROM ledger_cosignatures w WHERE w.size = c.size), ''), at FROM ledger_checkpoints c"
    " ORDER BY size DESC LIMIT %s"
)
_ADD_CHECKPOINT = (
    "INSERT INTO ledger_checkpoints (size, origin, root, note, at, timed)"
    " SELECT %(size)s, %(origin)s, %(root)s, %(note)s, %(at)s, %(timed)s"
    " WHERE NOT EXISTS (SELECT FROM ledger_checkpoints WHERE size >= %(size)s)"
)
_PUBLISH_IN_TURN = "SELECT pg_advisory_xact_lock(7240616)"


class Waiting(NamedTuple):
    """An event that waits for its place in the log, with its record and the account that acted.

    `place` is its place on the queue. Record and event are None where there is none, which only somebody
    past the application can make.
    """

    place: int
    record_id: str
    seq: int
    actor_id: str
    record: Record | None
    event: Event | None


class Leaf(NamedTuple):
    """An event in the log: its number, which event it is, its hash and its bytes.

    `salt` hides in the bytes which account acted.
    """

    no: int
    record_id: str
    seq: int
    hash: bytes
    data: bytes
    salt: bytes


@dataclass(frozen=True)
class Head:
    """How many leaves the log has, and the hashes that the next one is appended to."""

    size: int
    frontier: tuple[bytes, ...]


@dataclass(frozen=True)
class Published:
    """A checkpoint as it was signed; `at` is UTC."""

    size: int
    origin: str
    root: bytes
    note: str
    at: datetime


class Span(NamedTuple):
    """Hashes of nodes side by side: at a level (0: the leaves), from `first` to before `ending`."""

    level: int
    first: int
    ending: int


def is_waiting(connection: Connection, after: int = 0) -> bool:
    """Whether an event waits for its place in the log, on the queue behind the place `after`."""
    return connection.execute(_NEXT, (after,)).fetchone() is not None


def waiting_count(connection: Connection) -> int:
    """How many events wait to be sealed, or sealed to be signed."""
    row = connection.execute(_WAITING).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def requeue(connection: Connection) -> int:
    """Queues events that are neither in the log nor on the queue; how many there were.

    Only a version of the application that knows no log, and ran beside this one, leaves such.
    """
    connection.execute(_LOCK)
    return connection.execute(_REQUEUE).rowcount


def lock_head(connection: Connection) -> Head:
    """The head, which is ours until the transaction ends: others who would seal wait."""
    return _head(connection, _LOCK)


def head(connection: Connection) -> Head:
    """The head as it is; that of an empty log if somebody took its row away."""
    return _head(connection, _HEAD)


def _head(connection: Connection, query: str) -> Head:
    row = connection.execute(query).fetchone()
    if row is None:  # the migration made it, and a trigger keeps it from the application
        return Head(0, ())
    size, hashes = row
    parts = range(0, len(hashes), HASH_BYTES)
    return Head(size, tuple(bytes(hashes[at : at + HASH_BYTES]) for at in parts))


def take(connection: Connection, after: int, limit: int) -> list[Waiting]:
    """Takes the next events off the queue, behind the place `after`, those first that came first."""
    rows = connection.execute(_TAKE, (after, limit)).fetchall()
    return [
        Waiting(
            *(row[0], row[1], row[2], row[3]),
            record_of(row[_RECORD_AT:]) if row[_RECORD_AT] is not None else None,
            event_of(row[_EVENT_AT:]) if row[_EVENT_AT] is not None else None,
        )
        for row in rows
    ]


def append(
    connection: Connection,
    leaves: Iterable[Leaf],
    nodes: Iterable[tuple[int, int, bytes]],
    head: Head,
) -> None:
    """Writes leaves, the nodes (level, number, hash) that tiles are made of, and the head."""
    with connection.cursor() as cursor, cursor.copy(_COPY_LEAVES) as copy:
        copy.set_types(["int8", "text", "int8", "bytea", "bytea", "bytea"])
        for leaf in leaves:
            copy.write_row(leaf)
    with connection.cursor() as cursor, cursor.copy(_COPY_NODES) as copy:
        copy.set_types(["int2", "int8", "bytea"])
        for node in nodes:
            copy.write_row(node)
    connection.execute(_MOVE, (head.size, b"".join(head.frontier)))


def hashes(connection: Connection, spans: Sequence[Span]) -> list[bytes]:
    """The hashes of each span, one after the other; fewer where the log has fewer."""
    found: dict[int, bytes] = {}
    low = [(at, span) for at, span in enumerate(spans) if span.level == 0]
    high = [(at, span) for at, span in enumerate(spans) if span.level]
    if low:
        columns = [
            list(one) for one in zip(*((at, s.first, s.ending) for at, s in low), strict=True)
        ]
        found.update(connection.execute(_HASHES, columns).fetchall())
    if high:
        rows = ((at, s.level, s.first, s.ending) for at, s in high)
        columns = [list(one) for one in zip(*rows, strict=True)]
        found.update(connection.execute(_NODES, columns).fetchall())
    return [bytes(found[at] or b"") for at in range(len(spans))]


def entries(connection: Connection, first: int, ending: int) -> list[bytes]:
    """The bytes of the leaves from `first` to before `ending`."""
    return [bytes(row[0]) for row in connection.execute(_ENTRIES, (first, ending)).fetchall()]


def leaf_of(connection: Connection, record_id: str, seq: int) -> tuple[int, bytes] | None:
    """An event's number in the log and its bytes; None while it waits, or if there is none."""
    row = connection.execute(_LEAF, (record_id, seq)).fetchone()
    return None if row is None else (row[0], bytes(row[1]))


def places(connection: Connection, record_id: str) -> dict[int, Sealed]:
    """Where a record's events stand in the signed log, by seq; those that wait are left out."""
    rows = connection.execute(_PLACES, (record_id,)).fetchall()
    return {seq: Sealed(*place) for seq, *place in rows}


def sealed(connection: Connection, record_id: str, seq: int) -> Sealed | None:
    """Where an event stands, and in which checkpoint first; None while none was signed that has it."""
    row = connection.execute(_SEALED, (record_id, seq)).fetchone()
    return None if row is None else Sealed(*row[1:])


def waiting_since(connection: Connection) -> datetime | None:
    """When the event was written that is sealed or signed next; None if none waits."""
    row = connection.execute(_OLDEST_WAITING).fetchone()
    assert row is not None
    oldest: datetime | None = row[0]
    return oldest


def sizes_before(connection: Connection, times: Sequence[datetime]) -> list[int]:
    """How many leaves were signed before each of the times."""
    rows = connection.execute(_SIZES_BEFORE, (list(times),)).fetchall()
    return [row[0] for row in rows]


def began(connection: Connection) -> datetime | None:
    """When the log was signed first; None while it was not."""
    row = connection.execute("SELECT at FROM ledger_checkpoints ORDER BY size LIMIT 1").fetchone()
    return None if row is None else row[0]


def newest(connection: Connection, limit: int = 1) -> list[Published]:
    """The last checkpoints, the largest first, with what witnesses have signed of them."""
    return [_published(row) for row in connection.execute(_NEWEST, (limit,)).fetchall()]


def first_with(connection: Connection, no: int) -> Published | None:
    """The first checkpoint that has the leaf; None while none was signed."""
    query = f"{_CHECKPOINTS} WHERE size > %s ORDER BY size LIMIT 1"
    row = connection.execute(query, (no,)).fetchone()
    return None if row is None else _published(row)


def publish(connection: Connection, published: Mapping[str, Any]) -> None:
    """Keeps a signed checkpoint, unless one as large is there: they are published in their order."""
    connection.execute(_PUBLISH_IN_TURN)
    connection.execute(_ADD_CHECKPOINT, published)


def _published(row: tuple[Any, ...]) -> Published:
    return Published(row[0], row[1], bytes(row[2]), row[3], row[4])
