"""A record's holdings row: its lock, its sums, and what lists and feeds know of it.

Each change of it also writes the lines of the feed, what it adds to the kept sums, and puts its
events on the ledger's queue.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from webapp.domain.lifecycle import Event, Holdings, Record
from webapp.store import names, sums
from webapp.store.database import Connection

_COLUMNS = "quantity, available, sold, retired, cancelled, status, last_seq"
_BEGIN = (
    f"INSERT INTO holdings (record_id, {_COLUMNS}, project_no, project_key, registry, vintage,"
    " changed_at) VALUES (%(id)s, %(quantity)s, %(available)s, %(sold)s, %(retired)s,"
    " %(cancelled)s, %(status)s, %(last_seq)s, %(project_no)s, %(project_key)s, %(registry)s,"
    " %(vintage)s, %(at)s)"
)
_FOLLOW = (
    "UPDATE holdings SET quantity = %(quantity)s, available = %(available)s, sold = %(sold)s,"
    " retired = %(retired)s, cancelled = %(cancelled)s, status = %(status)s,"
    " last_seq = %(last_seq)s, changed_at = %(at)s WHERE record_id = %(id)s"
)
# One statement, since each further one is a trip to the database while the record is locked.
_WITH_LINES = (
    "WITH held AS ({change} RETURNING no, project_no, registry, vintage),"
    " fed AS (INSERT INTO feed (record_no, seq, event_type, registry, vintage, day,"
    " month, at, party_no) SELECT held.no, line.seq, line.event_type, held.registry, held.vintage,"
    " line.day, line.month, %(at)s, line.party_no FROM held, unnest(%(seqs)s::bigint[],"
    " %(types)s::text[], %(days)s::date[], %(months)s::date[], %(parties)s::integer[])"
    " AS line (seq, event_type, day, month, party_no)),"
    " queued AS (INSERT INTO ledger_queue (record_id, seq)"
    " SELECT %(id)s, seq FROM unnest(%(seqs)s::bigint[]) AS seq)"
    " INSERT INTO pending_sums (registry, vintage, project_no, status, records, issued, available,"
    " sold, retired, cancelled, event_type, month, party_no, units)"
    " SELECT held.registry, held.vintage, held.project_no, move.* FROM held, unnest("
    "%(m_status)s::text[], %(m_records)s::bigint[], %(m_issued)s::numeric[],"
    " %(m_available)s::numeric[], %(m_sold)s::numeric[], %(m_retired)s::numeric[],"
    " %(m_cancelled)s::numeric[], %(m_types)s::text[], %(m_months)s::date[],"
    " %(m_parties)s::integer[], %(m_units)s::numeric[]) AS move RETURNING id"
)
_DESCRIBED = "SELECT project_name, registry, vintage FROM records WHERE id = %s"
_KEPT = f"SELECT {_COLUMNS} FROM holdings WHERE record_id = %s"
_MOVE = ("status", "records", "issued", "available", "sold", "retired", "cancelled")
_COUNT = ("types", "months", "parties", "units")


def lock(connection: Connection, record_id: str) -> bool:
    """Waits for the record's lock and holds it until the transaction ends; False: no such record.

    Read the events in the *next* statement: one that locks and reads at once reads what stood
    before it waited.
    """
    query = "SELECT true FROM holdings WHERE record_id = %s FOR UPDATE"
    return connection.execute(query, (record_id,)).fetchone() is not None


def begin(connection: Connection, record: Record, held: Holdings, created: Event) -> None:
    """Writes the holdings of a record that was just made."""
    project = {
        "project_no": names.project_no(connection, record.registry, record.project_name),
        "project_key": names.project_key(record.project_name),
        "registry": record.registry,
        "vintage": record.vintage,
    }
    _write(connection, _BEGIN, record.id, None, held, [created], project)


def follow(
    connection: Connection,
    record_id: str,
    before: Holdings,
    after: Holdings,
    added: Sequence[Event],
) -> None:
    """Sets the record's sums to what its events say after those that were just added."""
    _write(connection, _FOLLOW, record_id, before, after, added, {})


def overwrite(connection: Connection, record_id: str, held: Holdings, last: Event) -> None:
    """Sets the record's sums, and makes its row if it is gone.

    For mending, after which the feed and the kept sums are made anew.
    """
    values = _sums(record_id, held, last.seq, last.at)
    if connection.execute(_FOLLOW, values).rowcount:
        return
    row = connection.execute(_DESCRIBED, (record_id,)).fetchone()
    assert row is not None  # it has events, which belong to a record
    name, registry, vintage = row
    project = names.project_no(connection, registry, name)
    values |= {"project_no": project, "project_key": names.project_key(name)}
    connection.execute(_BEGIN, values | {"registry": registry, "vintage": vintage})


def kept(connection: Connection, record_id: str) -> tuple[tuple[Any, ...], int] | None:
    """The record's kept sums, as Holdings.as_row gives them, and its last seq."""
    row = connection.execute(_KEPT, (record_id,)).fetchone()
    return None if row is None else (row[:6], row[6])


def _write(
    connection: Connection,
    change: str,
    record_id: str,
    before: Holdings | None,
    after: Holdings,
    added: Sequence[Event],
    project: dict[str, Any],
) -> None:
    parties = names.party_nos(connection, (event.party for event in added))
    numbers = [parties.get(event.party) for event in added]
    last = added[-1]
    lines = {
        "seqs": [event.seq for event in added],
        "types": [event.event_type for event in added],
        "days": [event.day for event in added],
        "months": [event.day.replace(day=1) for event in added],
        "parties": numbers,
    }
    columns = zip(*pending(before, after, added, numbers), strict=True)
    names_of = (f"m_{name}" for name in _MOVE + _COUNT)
    values = _sums(record_id, after, last.seq, last.at) | project | lines
    values |= {name: list(column) for name, column in zip(names_of, columns, strict=True)}
    written = connection.execute(_WITH_LINES.format(change=change), values).fetchall()
    sums.fold_when_due(connection, [row[0] for row in written])


def _sums(record_id: str, held: Holdings, last_seq: int, at: datetime) -> dict[str, Any]:
    return {
        "id": record_id,
        "quantity": held.quantity,
        "available": held.available,
        "sold": held.sold,
        "retired": held.retired,
        "cancelled": held.cancelled,
        "status": held.status,
        "last_seq": last_seq,
        "at": at,
    }


def pending(
    before: Holdings | None,
    after: Holdings,
    added: Sequence[Event],
    party_nos: Sequence[int | None],
) -> list[tuple[Any, ...]]:
    """What a change adds to the kept sums: rows of pending_sums from `status` on."""
    counts = [
        (event.event_type, event.day.replace(day=1), number, event.units.quantity)
        for event, number in zip(added, party_nos, strict=True)
    ]
    return _moves_and_counts(_moves(before, after), counts, after.status)


Move = tuple[str, int, int, int, int, int, int]
Count = tuple[str, date, int | None, int]


def _moves(before: Holdings | None, after: Holdings) -> list[Move]:
    """What the record brings to its status and takes away from the one it had."""
    arrives = (1, *after.as_row()[:5])
    if before is None:
        return [(after.status, *arrives)]
    leaves = (1, *before.as_row()[:5])
    if before.status != after.status:
        return [(before.status, *_negative(leaves)), (after.status, *arrives)]
    return [(after.status, *_difference(arrives, leaves))]


def _negative(row: tuple[int, ...]) -> Any:
    return tuple(-one for one in row)


def _difference(arrives: tuple[int, ...], leaves: tuple[int, ...]) -> Any:
    return tuple(one - other for one, other in zip(arrives, leaves, strict=True))


def _moves_and_counts(moves: list[Move], counts: list[Count], status: str) -> list[tuple[Any, ...]]:
    """The rows of pending_sums, after registry, vintage and project: each a move, a count, or both."""
    return [
        ((status, 0, 0, 0, 0, 0, 0) if move is None else move)
        + ((None, None, None, 0) if count is None else count)
        for move, count in zip_longest(moves, counts)
    ]
