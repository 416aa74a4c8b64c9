"""How records and events look in JSON."""

from datetime import UTC, datetime
from typing import Any

from webapp.actions.outcome import Outcome
from webapp.domain.lifecycle import Event, Holdings, Listed, Record, Story


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
        "blocks": [{"first": block.first, "last": block.last} for block in one.units],
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


def _record(record: Record, holdings: Holdings) -> dict[str, Any]:
    return {
        "id": record.id,
        "project_name": record.project_name,
        "registry": record.registry,
        "vintage": record.vintage,
        "quantity": record.quantity,
        "serial_number": record.serial_number,
        "project_id": record.project_id,
        "issued_on": record.issued_on.isoformat() if record.issued_on else None,
        "status": holdings.status,
        "units": {
            "available": holdings.available,
            "sold": holdings.sold,
            "retired": holdings.retired,
            "cancelled": holdings.cancelled,
        },
        "created_at": timestamp(record.created_at),
    }
