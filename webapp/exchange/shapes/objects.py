"""JSON objects with the names of Cairn's API: records, with what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.domain.commands import CreateRecord
from webapp.domain.landing import Entry, Happened
from webapp.domain.lifecycle import EVENT_TYPES
from webapp.domain.reading import read_values
from webapp.domain.refusals import FieldError, InvalidFields
from webapp.domain.registries import code_of
from webapp.domain.wording import listing
from webapp.exchange.refused import OUR_FIELD
from webapp.exchange.shapes.happening import COMMANDS, happened, refuse_other_id
from webapp.exchange.shapes.shape import Reader, Shape

# What the API's answers say besides, and what follows from the rest.
_DERIVED = frozenset({"id", "status", "units", "created_at", "actor", "events", OUR_FIELD})
_DERIVED_OF_EVENT = frozenset({"seq", "event_type", "from_seq", "quantity", "timestamp", "actor"})


@dataclass(frozen=True)
class Objects(Shape):
    """The objects of a JSON array or of JSON Lines. They have no header."""

    def missing(self, header: Sequence[str]) -> list[str]:
        """None: each object says for itself what it has."""
        return []

    def unused(self, header: Sequence[str]) -> list[str]:
        """None: an unknown name is refused in its row."""
        return []

    def reader(self, header: Sequence[str], own_blocks: bool = False) -> Reader:
        """What turns an object into an entry."""
        return _read


def _read(row: dict[str, Any]) -> Entry:
    if "" in row:  # as the reader of the file calls what is no object
        raise _wrong("", "It must be an object with named fields.")
    values = {name: value for name, value in row.items() if name not in _DERIVED}
    given = row.get("id")
    # The id was made with the registry as it stands.
    if given is None and isinstance(values.get("registry"), str):
        values["registry"] = code_of(values["registry"])
    record = read_values(CreateRecord, values)
    if given is not None:
        refuse_other_id(record, given)
    return Entry(record, _history(record, row.get("events")))


def _history(record: CreateRecord, events: Any) -> tuple[Happened, ...]:
    if events is None:
        return ()
    if not isinstance(events, list):
        raise _wrong("events", "It must be a list of events.")
    types = {1: "created"}
    for place, event in enumerate(events):
        _check_event(f"events.{place}", event)
        if event.get("seq") is not None:
            types[event["seq"]] = event["event_type"]
    found = []
    for place, event in enumerate(events):
        if event["event_type"] == "created":
            continue
        try:
            found.append(_happened(record, event, types))
        except InvalidFields as refusal:
            # The last mistake may be a count of those left out, which has no field.
            raise InvalidFields(
                [
                    FieldError(f"events.{place}.{one.field}".rstrip("."), one.message)
                    for one in refusal.errors
                ]
            ) from None
    return tuple(found)


def _check_event(place: str, event: Any) -> None:
    if not isinstance(event, dict):
        raise _wrong(place, "It must be an object with named fields.")
    if event.get("event_type") not in EVENT_TYPES:
        raise _wrong(
            f"{place}.event_type", f"It is missing or unknown; it is {listing([*EVENT_TYPES])}."
        )
    for name in ("seq", "from_seq", "quantity"):
        value = event.get(name)
        if value is not None and (type(value) is not int or value < 1):
            raise _wrong(
                f"{place}.{name}", "It must be a whole number of 1 or more, in plain digits."
            )


def _happened(record: CreateRecord, event: dict[str, Any], types: dict[int, str]) -> Happened:
    values = {name: value for name, value in event.items() if name not in _DERIVED_OF_EVENT}
    source = event.get("from_seq")
    if source is not None:
        if source not in types:
            raise _wrong("from_seq", f"There is no event {source} among this record's events.")
        if types[source] == "sold":
            values.setdefault("sale", source)
    assert event["event_type"] in COMMANDS, event["event_type"]
    return happened(
        record,
        event["event_type"],
        values,
        seq=event.get("seq"),
        quantity=event.get("quantity"),
    )


def _wrong(field: str, message: str) -> InvalidFields:
    return InvalidFields([FieldError(field, message)])


OBJECTS = Objects("json", "json", "JSON of Cairn's records")
