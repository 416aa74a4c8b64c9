"""How records and events look in JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from webapp.actions.outcome import Outcome
from webapp.actions.searching import Found, FoundEvents, Located
from webapp.domain.blocks import Block
from webapp.domain.certificate import Certificate, Sealed
from webapp.domain.lifecycle import Event, Holdings, Listed, Record, Story
from webapp.domain.searching import COUNTED_UP_TO


def timestamp(time: datetime) -> str:
    """RFC 3339, UTC, always with six digits of the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def listed(item: Listed | Story) -> dict[str, Any]:
    """A record without its events."""
    return _record(item.record, item.holdings)


def story(item: Story) -> dict[str, Any]:
    """A record with its events."""
    return {**listed(item), "events": [event(one) for one in item.events]}


def acted(message: str, outcome: Outcome) -> dict[str, Any]:
    """What an action did: the events it added, of which `event` is the last, and the record."""
    events = [event(one) for one in outcome.added]
    return {
        "message": message,
        "event": events[-1],
        "events": events,
        "record": listed(outcome.story),
    }


def event(one: Event) -> dict[str, Any]:
    """An event with the fields that its type has; the party goes by the type's name for it."""
    shown: dict[str, Any] = {
        "seq": one.seq,
        "event_type": one.event_type,
        "timestamp": timestamp(one.at),
        "quantity": one.units.quantity,
        "blocks": [_block(block) for block in one.units],
        "from_seq": one.from_seq,
        "actor": one.actor,
    }
    if one.type.party:
        shown[one.type.party] = one.party
    if one.event_type != "created":
        if one.event_type != "sold":
            shown["reason"] = one.reason
        shown["note"] = one.note
        shown["effective_on"] = one.effective_on.isoformat() if one.effective_on else None
    return shown


def found(page: Found) -> dict[str, Any]:
    """A page of records, and how many there are in all, counted up to a limit."""
    return {
        "items": [listed(item) for item in page.items],
        "next": page.next,
        "previous": page.previous,
        "count": min(page.count, COUNTED_UP_TO),
        "more_than_count": page.uncounted,
    }


def happened(page: FoundEvents) -> dict[str, Any]:
    """A page of events, each with its record."""
    return {
        "items": [
            {
                **event(one.event),
                "day": one.event.day.isoformat(),
                "record": _issued(one.record),
            }
            for one in page.items
        ],
        "next": page.next,
        "previous": page.previous,
    }


def located(serial: str, places: list[Located]) -> dict[str, Any]:
    """Where the units of a serial number are: record by record, and in each by what became of them."""
    return {
        "serial_number": serial,
        "records": [
            {
                "record": listed(place.story),
                **_block(place.units),
                "units": [
                    {
                        "state": one.state,
                        "quantity": one.units.quantity,
                        "blocks": [_block(block) for block in one.units],
                        "event": event(one.event),
                        "sentence": one.sentence,
                    }
                    for one in place.held
                ],
            }
            for place in places
        ],
    }


def certificate(one: Certificate, addresses: Mapping[str, str]) -> dict[str, Any]:
    """A retirement's certificate, with the addresses of its page, PDF, leaf and proof."""
    return {
        "statement": one.statement,
        "record_id": one.record_id,
        "seq": one.seq,
        "project_name": one.project_name,
        "project_id": one.project_id,
        "registry": one.registry,
        "vintage": one.vintage,
        "serial_number": one.serial_number,
        "record_block": _block(one.record_units),
        "tonnes": one.tonnes,
        "blocks": [
            {
                **_block(block.units),
                "quantity": block.units.quantity,
                "serial_number": block.serial,
            }
            for block in one.blocks
        ],
        "beneficiary": one.beneficiary,
        "reason": one.reason,
        "note": one.note,
        "retired_on": one.day.isoformat(),
        "recorded_at": timestamp(one.recorded_at),
        "recorded_by": one.recorded_by,
        "sealed": None if one.sealed is None else _sealed(one.sealed),
        **addresses,
    }


def _sealed(one: Sealed) -> dict[str, Any]:
    return {
        "log": one.log,
        "leaf": one.leaf,
        "log_size": one.size,
        "sealed_at": timestamp(one.at),
    }


def _block(block: Block) -> dict[str, int]:
    return {"first": block.first, "last": block.last}


def _issued(record: Record) -> dict[str, Any]:
    """What never changes of a record."""
    return {
        "id": record.id,
        "project_name": record.project_name,
        "registry": record.registry,
        "vintage": record.vintage,
        "quantity": record.quantity,
        "serial_number": record.serial_number,
        "project_id": record.project_id,
        "issued_on": record.issued_on.isoformat() if record.issued_on else None,
    }


def _record(record: Record, holdings: Holdings) -> dict[str, Any]:
    return {
        **_issued(record),
        "status": holdings.status,
        "units": {
            "available": holdings.available,
            "sold": holdings.sold,
            "retired": holdings.retired,
            "cancelled": holdings.cancelled,
        },
        "created_at": timestamp(record.created_at),
    }
