"""Every record with its events, its block and its holdings: what one says of another must agree."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from webapp.actions import rebuilding
from webapp.actions.verifying.leaves import Tell
from webapp.actions.verifying.rows import Disagreement, block_of, blocks_of, differs
from webapp.domain import lifecycle
from webapp.domain.blocks import Blocks
from webapp.domain.identity import record_id
from webapp.domain.lifecycle import EVENT_TYPES, Event, Holdings
from webapp.domain.refusals import InvalidFields
from webapp.domain.serials import read_serial
from webapp.store import database, verifying
from webapp.store.verifying import EVENT_FIELDS, RecordRows, Values

_PAGE = 1000
_SUMS = ("quantity", "available", "sold", "retired", "cancelled", "status")


def check_places() -> None:
    """Raises Disagreement unless each event is once in the log or on the queue, and nothing else."""
    if (found := database.change(verifying.misplaced)) is None:
        return
    key = f"record_id {found.record_id} and the seq {found.seq}"
    if not found.is_event:
        table = "ledger_leaves" if found.sealed else "ledger_queue"
        raise Disagreement(f"{table}: the row with the {key} belongs to no row of events.")
    if not found.sealed and not found.queued:
        raise Disagreement(
            f"events: the row with the {key} is neither in ledger_leaves nor in ledger_queue. If an "
            "older version of Cairn wrote it, `flask ledger seal --requeue` has it sealed."
        )
    raise Disagreement(
        f"events: the row with the {key} is {found.sealed} times in ledger_leaves and {found.queued} "
        "times in ledger_queue, and should be once in one of them."
    )


def check_records(tell: Tell) -> int:
    """How many records there are, all of which agree with what is said of them. Raises Disagreement."""
    count, read, after = database.change(verifying.record_count), 0, ""
    while page := database.change(verifying.records, after, _PAGE):
        for rows in page:
            _check_record(rows)
        read += len(page)
        after = page[-1].record["id"]
        tell("records", read, max(read, count))
    _refuse_strangers()
    if above := rebuilding.check_above():
        raise Disagreement(above[0])
    return read


def _refuse_strangers() -> None:
    for table, other in (("serial_blocks", "series"), ("events", "seq"), ("holdings", "no")):
        if found := database.change(verifying.stranger, table):
            raise Disagreement(
                f"{table}: the row with the record_id {found[0]} and the {other} {found[1]} belongs to "
                "no row of records."
            )


def _check_record(rows: RecordRows) -> None:
    _check_fields(rows.record)
    _check_block(rows)
    events = _events(rows)
    _check_creation(rows.record, rows.events[0], events[0])
    _check_holdings(rows, events)


def _where(table: str, record: Values) -> str:
    column = "id" if table == "records" else "record_id"
    return f"{table}, {column} {record['id']}"


def _check_fields(record: Values) -> None:
    fields = (record["project_name"], record["registry"], record["vintage"])
    made = record_id(*fields, record["serial_number"])
    if record["id"] != made:
        raise differs(_where("records", record), "id", record["id"], made, "its other fields")


def _check_block(rows: RecordRows) -> None:
    """The series and the block of the record, and its row of serial_blocks."""
    record = rows.record
    where = _where("records", record)
    number = f"serial_number {record['serial_number']}"
    try:
        serial = read_serial(record["registry"], record["serial_number"], record["quantity"])
    except InvalidFields as refusal:
        raise Disagreement(f"{where}: serial_number cannot be read. {refusal}") from None
    if record["series"] != serial.series:
        raise differs(where, "series", record["series"], serial.series, number)
    if (block := block_of(record["block"])) != serial.block:
        raise differs(where, "block", block, serial.block, number)
    where = _where("serial_blocks", record)
    if len(rows.blocks) != 1:
        raise Disagreement(
            f"{where}: there are {len(rows.blocks)} rows with it and the series {serial.series}, and "
            "should be one."
        )
    kept = rows.blocks[0]
    if kept["remainder"] != serial.remainder:
        raise differs(where, "remainder", kept["remainder"], serial.remainder, number)
    if (block := block_of(kept["block"])) != serial.block:
        raise differs(where, "block", block, serial.block, number)


def _events(rows: RecordRows) -> list[Event]:
    if not rows.events:
        raise Disagreement(f"{_where('records', rows.record)}: it has no row in events.")
    for seq, kept in enumerate(rows.events, start=1):
        where = f"{_where('events', rows.record)}, seq {kept['seq']}"
        if kept["seq"] != seq:
            raise Disagreement(f"{where}: it stands where seq {seq} should.")
        if kept["event_type"] not in EVENT_TYPES:
            raise Disagreement(f"{where}: there is no event_type {kept['event_type']}.")
        if not isinstance(blocks_of(kept["units"]), Blocks):
            raise Disagreement(f"{where}: units are {kept['units']}.")
        if not isinstance(kept["effective_on"], date | None) or not isinstance(
            kept["at"], datetime
        ):
            raise Disagreement(
                f"{where}: effective_on is {kept['effective_on']} and at is {kept['at']}, which no day "
                "or time can be."
            )
    return [_event(kept) for kept in rows.events]


def _event(kept: Values) -> Event:
    values: dict[str, Any] = {name: kept[name] for name in EVENT_FIELDS}
    return Event(**values | {"units": blocks_of(kept["units"])})


def _check_creation(record: Values, kept: Values, created: Event) -> None:
    where, says = _where("records", record), f"{_where('events', record)}, seq 1"
    for column, said in (
        ("quantity", created.units.quantity),
        ("block", created.units.ranges[0] if created.units else None),
        ("created_at", kept["at"]),
        ("actor", kept["actor"]),
        ("actor_id", kept["actor_id"]),
    ):
        found = block_of(record["block"]) if column == "block" else record[column]
        if found != said:
            raise differs(where, column, found, said, says)


def _check_holdings(rows: RecordRows, events: Sequence[Event]) -> None:
    where = _where("holdings", rows.record)
    if len(rows.holdings) != 1:
        raise Disagreement(f"{where}: there are {len(rows.holdings)} rows, and should be one.")
    kept, record = rows.holdings[0], rows.record
    sums = zip(_SUMS, _computed(rows, events).as_row(), strict=True)
    for column, said in (*sums, ("last_seq", events[-1].seq), ("changed_at", events[-1].at)):
        if kept[column] != said:
            raise differs(where, column, kept[column], said, "events")
    for column, said in (
        ("registry", record["registry"]),
        ("vintage", record["vintage"]),
        ("project_key", verifying.project_key(record)),
    ):
        if kept[column] != said:
            raise differs(where, column, kept[column], said, "records")
    if kept["project_no"] != kept["project"]:
        raise differs(where, "project_no", kept["project_no"], kept["project"], "projects")


def _computed(rows: RecordRows, events: Sequence[Event]) -> Holdings:
    try:
        return lifecycle.holdings(events)
    except AssertionError:  # units that are spent twice, or come from nowhere
        raise Disagreement(
            f"{_where('events', rows.record)}: the units of its rows do not add up to its quantity."
        ) from None
