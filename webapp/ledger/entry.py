"""A leaf of the log: an event's bytes for ever, in RFC 8785 JSON, and how they are read again.

    {"event": {...}, "format": "cairn-event/v1", "record": {...}}

The record says what it was issued as: id, project_name, registry, vintage, quantity, serial_number,
and project_id and issued_on where it has them. The event says seq, event_type, from_seq, blocks
([[first, last], ...]), party, reason, note, effective_on, actor (the public name), account and
timestamp (UTC, microseconds). What is absent is left out: a leaf knows no null.

Which account acted is not public. `account` is the SHA-256, in hex, of 16 random bytes and the
account's id: who has both can show which it was, and nobody else can guess it.

A leaf stays below 65,535 bytes, since the commands' limits do: at four bytes a character, six texts of
300, a project_id of 100 and a note of 4,000 make 23,600, and 500 blocks of 16-digit numbers 18,000.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from webapp.domain.blocks import LARGEST_NUMBER, Block, Blocks
from webapp.domain.identity import record_id
from webapp.domain.lifecycle import EVENT_TYPES, Event, Record
from webapp.ledger.tiles import LONGEST_LEAF

FORMAT = "cairn-event/v1"
SALT_BYTES = 16
_RECORD_FIELDS = ("id", "project_name", "registry", "vintage", "quantity", "serial_number")
_EVENT_FIELDS = ("seq", "event_type", "from_seq", "party", "reason", "note", "actor")
# With names in ASCII, whole numbers and texts, this is RFC 8785, and five times as fast as its library,
# against which tests/ledger/test_entry.py holds it.
_canonical = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False
).encode


class MalformedLeaf(ValueError):
    """Bytes that are no leaf of this log, or an event that cannot be one; a sentence says why."""


@dataclass(frozen=True)
class Issued:
    """What a leaf says of its event's record."""

    id: str
    project_name: str
    registry: str
    vintage: int
    quantity: int
    serial_number: str
    project_id: str | None
    issued_on: date | None


class Said(NamedTuple):
    """All that a leaf says; `account` is a digest."""

    record: Issued
    event: Event
    account: bytes


def account_digest(salt: bytes, actor_id: str) -> bytes:
    """What a leaf says of the account that acted, from SALT_BYTES random bytes and the account's id."""
    return sha256(salt + actor_id.encode()).digest()


def leaf(record: Record | Issued, event: Event, account: bytes) -> bytes:
    """The event's leaf. Raises MalformedLeaf for what only a tampered row can be.

    `account` is what account_digest gives. Malformed are numbers past 2^53 - 1, half characters,
    65,536 bytes and more, a naive time.
    """
    largest = max(record.quantity, event.seq, event.from_seq or 0, *(b.last for b in event.units))
    if largest > LARGEST_NUMBER or event.at.tzinfo is None:
        raise MalformedLeaf(f"A number is past {LARGEST_NUMBER}, or the time has no zone.")
    issued = {name: getattr(record, name) for name in (*_RECORD_FIELDS, "project_id")}
    issued["issued_on"] = _day_text(record.issued_on)
    happened = {name: getattr(event, name) for name in _EVENT_FIELDS}
    happened["blocks"] = [[block.first, block.last] for block in event.units]
    happened["effective_on"] = _day_text(event.effective_on)
    happened["account"] = account.hex()
    happened["timestamp"] = _time_text(event.at)
    whole = {"format": FORMAT, "record": _given(issued), "event": _given(happened)}
    try:
        data = _canonical(whole).encode()
    except UnicodeEncodeError:
        raise MalformedLeaf("Half a character (a lone surrogate) stands in it.") from None
    if len(data) > LONGEST_LEAF:
        raise MalformedLeaf(f"It has {len(data)} bytes; {LONGEST_LEAF} are the most.")
    return data


def read(data: bytes) -> Said:
    """What a leaf says. Raises MalformedLeaf unless `leaf` would write these very bytes for it.

    It refuses too what no event can be: an id that is not of these fields, an unknown type, blocks
    that overlap, units from nowhere. A record as a whole is its `created` event: its block is that
    event's units, its time and actor are that event's.
    """
    try:
        whole = json.loads(data)
        issued, event = _issued(whole["record"]), _event(whole["event"])
        account = _digest(whole["event"]["account"])
        again = leaf(issued, event, account)
    except MalformedLeaf:
        raise
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError):
        raise MalformedLeaf("It is not the JSON of an event and its record.") from None
    if again != data:
        raise MalformedLeaf("It is not written as RFC 8785 and this log's format have it.")
    _refuse_impossible(issued, event)
    return Said(issued, event, account)


def _issued(fields: dict[str, Any]) -> Issued:
    return Issued(
        _text(fields["id"]),
        _text(fields["project_name"]),
        _text(fields["registry"]),
        _number(fields["vintage"]),
        _number(fields["quantity"]),
        _text(fields["serial_number"]),
        _optional_text(fields, "project_id"),
        _optional_day(fields, "issued_on"),
    )


def _event(fields: dict[str, Any]) -> Event:
    return Event(
        seq=_number(fields["seq"]),
        event_type=_text(fields["event_type"]),
        from_seq=_number(fields["from_seq"]) if "from_seq" in fields else None,
        units=Blocks(
            tuple(Block(_number(first), _number(last)) for first, last in fields["blocks"])
        ),
        party=_optional_text(fields, "party"),
        reason=_optional_text(fields, "reason"),
        note=_optional_text(fields, "note"),
        effective_on=_optional_day(fields, "effective_on"),
        actor=_text(fields["actor"]),
        at=datetime.fromisoformat(_text(fields["timestamp"])),
    )


def _refuse_impossible(record: Issued, event: Event) -> None:
    fields = (record.project_name, record.registry, record.vintage, record.serial_number)
    if record.id != record_id(*fields):
        raise MalformedLeaf("The record's id does not belong to its other fields.")
    if event.event_type not in EVENT_TYPES:
        raise MalformedLeaf(f'There is no event "{event.event_type}".')
    blocks = event.units.ranges
    if not blocks or any(not 0 <= block.first <= block.last for block in blocks):
        raise MalformedLeaf("It has no units, or a block that runs backwards.")
    if Blocks.of(blocks) != event.units:
        raise MalformedLeaf("Its blocks overlap, touch or are out of order.")
    if event.event_type == "created":
        if (event.seq, event.from_seq, event.units.quantity) != (1, None, record.quantity):
            raise MalformedLeaf("A creation is event 1, from nowhere, of all the record's units.")
    elif event.from_seq is None or not 1 <= event.from_seq < event.seq:
        raise MalformedLeaf("Its units do not come from an earlier event.")


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _time_text(time: datetime) -> str:
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _digest(value: object) -> bytes:
    data = bytes.fromhex(_text(value))
    if len(data) != 32:
        raise ValueError
    return data


def _number(value: object) -> int:
    if type(value) is not int:  # neither 1.0 nor true
        raise TypeError
    return value


def _optional_text(fields: dict[str, Any], name: str) -> str | None:
    return _text(fields[name]) if name in fields else None


def _optional_day(fields: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(_text(fields[name])) if name in fields else None
