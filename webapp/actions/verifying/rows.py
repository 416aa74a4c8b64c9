"""What disagrees, told in a sentence; and a leaf held against the rows that it was made of."""

from base64 import b64encode
from datetime import datetime
from typing import Any

from webapp.domain.blocks import Block, Blocks
from webapp.domain.lifecycle import Event
from webapp.ledger.entry import Issued, MalformedLeaf, account_digest, read
from webapp.ledger.verifier import hash_leaf
from webapp.store.verifying import EVENT_FIELDS, RECORD_FIELDS, LeafRow, Values

_SHOWN = 80  # letters of a value


class Disagreement(Exception):
    """Two things that must agree do not; the text names the first row and column."""


def differs(where: str, column: str, found: object, wanted: object, says: str) -> Disagreement:
    """The disagreement of a column with what `says` has for it."""
    return Disagreement(
        f"{where}: {column} is {_shown(found)} and should be {_shown(wanted)}, as {says} says."
    )


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bytes):
        return b64encode(value).decode()[:_SHOWN] or "empty"
    if isinstance(value, datetime):
        return value.isoformat()
    text = str(value)
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return f'"{text}"' if isinstance(value, str) else text


def check_leaf(row: LeafRow) -> None:
    """Raises Disagreement unless hash, data and rows of the leaf say the same."""
    where = f"ledger_leaves, no {row.no}"
    for column in ("record_id", "seq", "hash", "data", "salt"):
        if getattr(row, column) is None:
            raise Disagreement(f"{where}: {column} is empty.")
    if row.hash != hash_leaf(row.data):
        raise differs(where, "hash", row.hash, hash_leaf(row.data), "its data")
    try:
        issued, event, account = read(row.data)
    except MalformedLeaf as why:
        raise Disagreement(f"{where}: data is no leaf of this log. {why}") from None
    for column, found, said in (
        ("record_id", row.record_id, issued.id),
        ("seq", row.seq, event.seq),
    ):
        if found != said:
            raise differs(where, column, found, said, "its data")
    source = f"the data of {where}"
    if row.record is None:
        raise Disagreement(f"records: no row has the id {issued.id}, which {source} names.")
    if row.event is None:
        raise Disagreement(
            f"events: no row has the record_id {issued.id} and the seq {event.seq}, which {source} names."
        )
    _check_record(row.record, issued, source)
    _check_event(row.event, event, issued.id, source)
    _check_account(row, account)


def _check_record(kept: Values, issued: Issued, source: str) -> None:
    for column in RECORD_FIELDS:
        if kept[column] != (said := getattr(issued, column)):
            raise differs(f"records, id {issued.id}", column, kept[column], said, source)


def _check_event(kept: Values, event: Event, record_id: str, source: str) -> None:
    where = f"events, record_id {record_id}, seq {event.seq}"
    for column in EVENT_FIELDS:
        found = blocks_of(kept["units"]) if column == "units" else kept[column]
        if found != (said := getattr(event, column)):
            raise differs(where, column, found, said, source)
    whole = event.units.ranges[0] if event.event_type == "created" else None
    if (found := block_of(kept["block"])) != whole:
        raise differs(where, "block", found, whole, source)


def _check_account(row: LeafRow, account: bytes) -> None:
    """The leaf has a digest of the account that acted, and the salt that hides it from others."""
    assert row.event is not None
    actor_id = row.event["actor_id"]
    if account_digest(row.salt, str(actor_id)) != account:
        raise Disagreement(
            f"events, record_id {row.record_id}, seq {row.seq}: actor_id is {_shown(actor_id)}, which "
            f"with the salt in ledger_leaves, no {row.no}, is not the account that its data names."
        )


def block_of(value: Any) -> Any:
    """A range as a Block; as PostgreSQL has it if it is none."""
    if value is None:
        return None
    if value.lower is None or value.upper is None:  # without a beginning or an end, or empty
        return str(value)
    return Block(value.lower, value.upper - 1)


def blocks_of(value: Any) -> Any:
    """A multirange as Blocks; as PostgreSQL has it if it is none."""
    if value is None:
        return None
    blocks = tuple(block_of(one) for one in value)
    return Blocks(blocks) if all(isinstance(one, Block) for one in blocks) else str(value)
