"""What an export of records must be, made by plain Python from their stories."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from webapp.domain.blocks import Blocks
from webapp.domain.lifecycle import Event, Story

HEADER = (
    "id,project_name,registry,vintage,quantity,serial_number,project_id,issued_on,"
    "status,available,sold,retired,cancelled,"
    "event,seq,units,event_quantity,sale,party,reason,note,effective_on"
)
RISKY = "=+-@\t\r"


def as_csv(stories: Iterable[Story]) -> bytes:
    """The stories as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([HEADER.split(","), *(row for one in stories for row in rows(one))])
    return out.getvalue().encode()


def as_lines(stories: Iterable[Story]) -> list[Any]:
    """The stories as the objects of JSON Lines."""
    return [_object(one) for one in stories]


def rows(story: Story) -> list[list[Any]]:
    """A row for the record, and one for each later event."""
    one, held = story.record, story.holdings
    texts = (one.project_name, one.registry, one.vintage, one.quantity, one.serial_number)
    record = [one.id, *texts, one.project_id, one.issued_on]
    sums = [held.status, held.available, held.sold, held.retired, held.cancelled]
    nothing: list[Any] = [None] * 5
    found = [[*record, *sums, "created", 1, *nothing, None, None]]
    for event in story.events[1:]:
        found.append([*record, *nothing, *_cells(event, story)])
    return [[_harmless(cell) for cell in row] for row in found]


def _cells(event: Event, story: Story) -> list[Any]:
    source = next(one for one in story.events if one.seq == event.from_seq)
    sale = source.seq if source.event_type == "sold" else None
    said = [event.party, event.reason, event.note, event.day]
    units, quantity = _written(event.units), event.units.quantity
    return [event.event_type, event.seq, units, quantity, sale, *said]


def _written(units: Blocks) -> str:
    return "; ".join(
        str(block.first) if block.quantity == 1 else f"{block.first} to {block.last}"
        for block in units
    )


def _harmless(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return "'" + text if text.lstrip("'")[:1] in RISKY and text.strip("'") else text


def _object(story: Story) -> dict[str, Any]:
    one, held = story.record, story.holdings
    return {
        "id": one.id,
        "project_name": one.project_name,
        "registry": one.registry,
        "vintage": one.vintage,
        "quantity": one.quantity,
        "serial_number": one.serial_number,
        **_given(project_id=one.project_id, issued_on=one.issued_on and str(one.issued_on)),
        "status": held.status,
        "units": {
            "available": held.available,
            "sold": held.sold,
            "retired": held.retired,
            "cancelled": held.cancelled,
        },
        "events": [_event(event) for event in story.events[1:]],
    }


def _event(one: Event) -> dict[str, Any]:
    party = "buyer" if one.event_type == "sold" else "beneficiary"
    return {
        "seq": one.seq,
        "event_type": one.event_type,
        "from_seq": one.from_seq,
        "quantity": one.units.quantity,
        "blocks": [{"first": block.first, "last": block.last} for block in one.units],
        **_given(**{party: one.party}, reason=one.reason, note=one.note),
        "effective_on": str(one.day),
    }


def _given(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}


def parsed(lines: bytes) -> list[Any]:
    """The objects of JSON Lines; each ends with a line feed."""
    assert not lines or lines.endswith(b"\n")
    return [json.loads(line) for line in lines.decode().split("\n")[:-1]]
