"""Many records and events at once: what is around the blocks of a batch, and writing it in sets.

The rules are the domain's and the constraints are the tables'; this only takes fewer trips.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from psycopg import errors
from psycopg.types.range import Int8Range

from webapp.domain.blocks import Blocks
from webapp.domain.landing import Entry, Standing
from webapp.domain.lifecycle import Event, Holdings, holdings
from webapp.domain.serials import Serial
from webapp.store import names, sums
from webapp.store.database import Connection, Overtaken
from webapp.store.holdings import pending
from webapp.store.records import standings

# Imports write one after the other: on the same rows they would only wait for each other in circles.
_TAKE_TURNS = "SELECT pg_advisory_xact_lock(7240615)"
# A series has one remainder, so any of its blocks tells it. Most series of a file are new: that is
# found by the primary key, and the dearer search for overlaps is made in the others only.
_KNOWN_SERIES = (
    "SELECT w.series, s.record_id FROM unnest(%s::text[]) AS w (series) CROSS JOIN LATERAL"
    " (SELECT record_id FROM serial_blocks s WHERE s.series = w.series LIMIT 1) s"
)
_SHARING_UNITS = (
    "SELECT DISTINCT s.record_id FROM unnest(%s::text[], %s::int8range[]) AS w (series, block)"
    " JOIN serial_blocks s ON s.series = w.series AND s.block && w.block"
)
_SAME_IDS = "SELECT id FROM records WHERE id = ANY (%s)"
_LOCK = "SELECT record_id FROM holdings WHERE record_id = ANY (%s) ORDER BY record_id FOR UPDATE"
_NUMBERS = "SELECT record_id, no, project_no FROM holdings WHERE record_id = ANY (%s)"

_COPY_RECORDS = (
    "COPY records (id, project_name, registry, vintage, quantity, serial_number, project_id,"
    " issued_on, series, block, created_at, actor, actor_id) FROM STDIN"
)
_COPY_BLOCKS = "COPY serial_blocks (series, record_id, remainder, block) FROM STDIN"
_COPY_EVENTS = (
    "COPY events (record_id, seq, event_type, from_seq, units, block, party, reason, note,"
    " effective_on, actor, actor_id, at) FROM STDIN"
)
_COPY_HOLDINGS = (
    "COPY holdings (record_id, quantity, available, sold, retired, cancelled, status, last_seq,"
    " project_no, project_key, registry, vintage, changed_at) FROM STDIN"
)
_COPY_FEED = (
    "COPY feed (record_no, seq, event_type, registry, vintage, day, month, at, party_no) FROM STDIN"
)
_COPY_QUEUE = "COPY ledger_queue (record_id, seq) FROM STDIN"
_COPY_PENDING = (
    "COPY pending_sums (registry, vintage, project_no, status, records, issued, available, sold,"
    " retired, cancelled, event_type, month, party_no, units) FROM STDIN"
)
_FOLLOW = (
    "UPDATE holdings h SET available = v.available, sold = v.sold, retired = v.retired,"
    " cancelled = v.cancelled, status = v.status, last_seq = v.last_seq, changed_at = %s"
    " FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[],"
    " %s::bigint[]) AS v (record_id, available, sold, retired, cancelled, status, last_seq)"
    " WHERE h.record_id = v.record_id"
)


def take_turns(connection: Connection) -> None:
    """Waits until no other import writes, and keeps others waiting until the transaction ends."""
    # What is waited for, another's batch or a clerk's record, is short.
    connection.execute("SET LOCAL lock_timeout = 0")
    connection.execute(_TAKE_TURNS)


def around(connection: Connection, entries: Sequence[Entry], *, to_change: bool) -> list[Standing]:
    """The records that entries may land in or collide with.

    `to_change` locks those to which something may happen; they are read in the statement after the
    lock, so their events are those that count.
    """
    serials = [entry.record.serial for entry in entries]
    series = sorted({serial.series for serial in serials})
    known: dict[str, str] = dict(connection.execute(_KNOWN_SERIES, (series,)).fetchall())
    ids = set(known.values())
    ids |= _first_column(connection, _SAME_IDS, [entry.record.id for entry in entries])
    there = [entry for entry in entries if entry.record.serial.series in known]
    happening = [entry.record.serial for entry in there if entry.happened]
    touched = _sharing_units(connection, happening)
    ids |= touched | _sharing_units(
        connection, [entry.record.serial for entry in there if not entry.happened]
    )
    if touched and to_change:
        connection.execute(_LOCK, (sorted(touched),))
    return standings(connection, sorted(ids)) if ids else []


def _sharing_units(connection: Connection, serials: Sequence[Serial]) -> set[str]:
    if not serials:
        return set()
    blocks = [Int8Range(serial.block.first, serial.block.last + 1) for serial in serials]
    rows = connection.execute(_SHARING_UNITS, ([serial.series for serial in serials], blocks))
    return {row[0] for row in rows.fetchall()}


def _first_column(connection: Connection, query: str, values: Any) -> set[str]:
    return {row[0] for row in connection.execute(query, (values,)).fetchall()}


def write(connection: Connection, standings: Iterable[Standing], actor_id: str) -> None:
    """Writes the records that are new, and the events that were added to them and to others.

    Raises Overtaken when somebody recorded some of the units meanwhile.
    """
    changed = [one for one in standings if one.added]
    if changed:
        try:
            _write(connection, changed, actor_id)
        except (errors.UniqueViolation, errors.ExclusionViolation) as error:
            raise Overtaken from error


def _write(connection: Connection, changed: Sequence[Standing], actor_id: str) -> None:
    new = [one for one in changed if not one.kept]
    _copy(connection, _COPY_RECORDS, (_record_row(one, actor_id) for one in new))
    _copy(connection, _COPY_BLOCKS, (_block_row(one) for one in new))
    _copy(
        connection, _COPY_EVENTS, chain.from_iterable(_event_rows(one, actor_id) for one in changed)
    )
    waiting = ((one.record.id, event.seq) for one in changed for event in one.added)
    _copy(connection, _COPY_QUEUE, waiting)
    projects = names.project_nos(connection, (_project(one) for one in new))
    held = {one.record.id: holdings(one.events) for one in changed}
    _copy(
        connection,
        _COPY_HOLDINGS,
        (_holdings_row(one, held[one.record.id], projects[_project(one)]) for one in new),
    )
    _follow(connection, [one for one in changed if one.kept], held)
    _tell(connection, changed, held)


def _follow(connection: Connection, old: Sequence[Standing], held: dict[str, Holdings]) -> None:
    if not old:
        return
    rows = [(one.record.id, *held[one.record.id].as_row()[1:], one.events[-1].seq) for one in old]
    columns = [list(column) for column in zip(*rows, strict=True)]
    connection.execute(_FOLLOW, (old[0].events[-1].at, *columns))


def _tell(connection: Connection, changed: Sequence[Standing], held: dict[str, Holdings]) -> None:
    """The lines of the feed, and what the kept sums are to grow by."""
    rows = connection.execute(_NUMBERS, ([one.record.id for one in changed],)).fetchall()
    numbers = {record_id: (no, project_no) for record_id, no, project_no in rows}
    added = [(one, event) for one in changed for event in one.added]
    parties = names.party_nos(connection, (event.party for _, event in added))
    _copy(
        connection,
        _COPY_FEED,
        (_feed_row(numbers[one.record.id][0], one, event, parties) for one, event in added),
    )
    _copy(
        connection,
        _COPY_PENDING,
        chain.from_iterable(
            _pending_rows(one, held[one.record.id], numbers[one.record.id][1], parties)
            for one in changed
        ),
    )
    sums.fold(connection)


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _project(one: Standing) -> tuple[str, str]:
    return one.record.registry, one.record.project_name


def _record_row(one: Standing, actor_id: str) -> tuple[Any, ...]:
    record = one.record
    return (
        record.id,
        record.project_name,
        record.registry,
        record.vintage,
        record.quantity,
        record.serial_number,
        record.project_id,
        record.issued_on,
        one.serial.series,
        f"[{record.block.first},{record.block.last + 1})",
        record.created_at,
        record.actor,
        actor_id,
    )


def _block_row(one: Standing) -> tuple[Any, ...]:
    block = one.record.block
    return (
        one.serial.series,
        one.record.id,
        one.serial.remainder,
        f"[{block.first},{block.last + 1})",
    )


def _event_rows(one: Standing, actor_id: str) -> Iterable[tuple[Any, ...]]:
    for event in one.added:
        yield (
            one.record.id,
            event.seq,
            event.event_type,
            event.from_seq,
            f"{{{_ranges(event.units)}}}",
            _ranges(event.units) if event.event_type == "created" else None,
            event.party,
            event.reason,
            event.note,
            event.effective_on,
            event.actor,
            actor_id,
            event.at,
        )


def _ranges(units: Blocks) -> str:
    return ",".join(f"[{block.first},{block.last + 1})" for block in units)


def _holdings_row(one: Standing, held: Holdings, project_no: int) -> tuple[Any, ...]:
    record, last = one.record, one.events[-1]
    key = names.project_key(record.project_name)
    kept = (record.id, *held.as_row(), last.seq)
    return (*kept, project_no, key, record.registry, record.vintage, last.at)


def _feed_row(
    no: int, one: Standing, event: Event, parties: dict[str | None, int]
) -> tuple[Any, ...]:
    month = event.day.replace(day=1)
    place = (one.record.registry, one.record.vintage, event.day, month)
    return (no, event.seq, event.event_type, *place, event.at, parties.get(event.party))


def _pending_rows(
    one: Standing, held: Holdings, project_no: int, parties: dict[str | None, int]
) -> Iterable[tuple[Any, ...]]:
    before = holdings(one.events[: one.kept]) if one.kept else None
    numbers = [parties.get(event.party) for event in one.added]
    of_record = (one.record.registry, one.record.vintage, project_no)
    for row in pending(before, held, one.added, numbers):
        yield of_record + row
