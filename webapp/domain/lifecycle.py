"""A record's life: which events there are, what each may take, and what that leaves.

Units are spent like coins. Every event but `created` takes units out of one earlier event, and a
unit leaves an event only once: that one rule makes double sale, double retirement and sale after
retirement impossible, and the sums right by construction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from webapp.domain.blocks import Block, Blocks
from webapp.domain.commands import CreateRecord


@dataclass(frozen=True)
class EventType:
    """One row of the lifecycle table, with its words."""

    name: str
    takes_from: frozenset[str]
    counts_as: str  # the holding that units count towards while they lie in such an event
    label: str  # what people call the event
    noun: str  # "Event 3 is not a sale: it is a return."
    verb: str = ""  # what people do: "sell", for the creation nothing
    party: str | None = None  # what the JSON and the forms call its party
    toward: str = "for"  # what stands before the party: sold to, retired for

    @property
    def spendable(self) -> bool:
        """Whether units may be taken out of it again."""
        return any(self.name in row.takes_from for row in EVENT_TYPES.values())


_FREE = frozenset({"created", "returned"})
EVENT_TYPES: Mapping[str, EventType] = {
    row.name: row
    for row in (
        EventType("created", frozenset(), "available", "Issued", "the record's creation"),
        EventType("sold", _FREE, "sold", "Sold", "a sale", "sell", "buyer", "to"),
        EventType("returned", frozenset({"sold"}), "available", "Returned", "a return", "return"),
        EventType(
            "retired",
            _FREE | {"sold"},
            "retired",
            "Retired",
            "a retirement",
            "retire",
            "beneficiary",
        ),
        EventType(
            "cancelled", _FREE, "cancelled", "Cancelled", "a cancellation", "cancel", "beneficiary"
        ),
    )
}


@dataclass(frozen=True)
class Record:
    """Units that were issued together. Never changed once made; times are UTC."""

    id: str
    project_name: str
    registry: str
    vintage: int
    quantity: int
    serial_number: str
    project_id: str | None
    issued_on: date | None
    block: Block
    created_at: datetime
    actor: str


@dataclass(frozen=True)
class Draft:
    """An event that is decided but not yet written."""

    event_type: str
    from_seq: int | None
    units: Blocks
    party: str | None = None
    reason: str | None = None
    note: str | None = None
    effective_on: date | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened to units of a record; seq counts from 1, `at` is UTC."""

    seq: int
    event_type: str
    from_seq: int | None
    units: Blocks
    party: str | None
    reason: str | None
    note: str | None
    effective_on: date | None
    actor: str
    at: datetime

    @property
    def type(self) -> EventType:
        """Its row of the lifecycle table."""
        return EVENT_TYPES[self.event_type]

    @property
    def day(self) -> date:
        """The day it counts for: effective_on, or the day it was written (UTC)."""
        return self.effective_on or self.at.date()


@dataclass(frozen=True)
class Holdings:
    """How a record's units are held, in tonnes; the four add up to quantity."""

    quantity: int
    available: int
    sold: int
    retired: int
    cancelled: int

    def __post_init__(self) -> None:
        parts = (self.available, self.sold, self.retired, self.cancelled)
        assert min(parts) >= 0, parts
        assert sum(parts) == self.quantity, (parts, self.quantity)

    def as_row(self) -> tuple[int, int, int, int, int, str]:
        """quantity, available, sold, retired, cancelled and status, as they are kept."""
        sums = (self.quantity, self.available, self.sold, self.retired, self.cancelled)
        return (*sums, self.status)

    @property
    def status(self) -> str:
        """retired, cancelled, sold or active: the record in one word."""
        if self.available == self.sold == 0:
            return "retired" if self.retired else "cancelled"
        return "active" if self.available else "sold"


@dataclass(frozen=True)
class Listed:
    """A record as a list shows it: without its events, or with them for its strip."""

    record: Record
    holdings: Holdings
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Story:
    """A record with everything that happened to it, first event first."""

    record: Record
    holdings: Holdings
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Happening:
    """An event with the record that it happened to."""

    record: Record
    event: Event


def record_of(command: CreateRecord, block: Block, at: datetime, actor: str) -> Record:
    """The record that a command makes, with the block that its serial number names."""
    return Record(
        command.id,
        command.project_name,
        command.registry,
        command.vintage,
        command.quantity,
        command.serial_number,
        command.project_id,
        command.issued_on,
        block,
        at,
        actor,
    )


def numbered(drafts: Iterable[Draft], after: int, at: datetime, actor: str) -> list[Event]:
    """The drafts as events, numbered on from `after`; `actor` is the public name."""
    return [
        Event(
            seq,
            draft.event_type,
            draft.from_seq,
            draft.units,
            draft.party,
            draft.reason,
            draft.note,
            draft.effective_on,
            actor,
            at,
        )
        for seq, draft in enumerate(drafts, start=after + 1)
    ]


def units_left(events: Iterable[Event]) -> dict[int, Blocks]:
    """The units that still lie in each event, by its seq."""
    events = list(events)
    taken: dict[int, list[Block]] = defaultdict(list)
    for event in events:
        if event.from_seq is not None:
            taken[event.from_seq].extend(event.units)
    return {event.seq: event.units - Blocks.of(taken[event.seq]) for event in events}


def holdings(events: Sequence[Event]) -> Holdings:
    """How the units are held after these events, which begin with the record's creation."""
    sums = dict.fromkeys(("available", "sold", "retired", "cancelled"), 0)
    left = units_left(events)
    for event in events:
        sums[event.type.counts_as] += left[event.seq].quantity
    return Holdings(quantity=events[0].units.quantity, **sums)
