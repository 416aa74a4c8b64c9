"""Where a row of a file lands: in a new record, in one that is here, or nowhere, with the reason.

The rules of records, units and events are those of the rest of the domain; here stands only which
of them a row calls on.
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from webapp.domain.allocation import decide
from webapp.domain.blocks import Block, Blocks
from webapp.domain.collisions import block_taken, refuse_differing, series_differs
from webapp.domain.commands import CreateRecord, TakeUnits
from webapp.domain.days import refuse_future
from webapp.domain.lifecycle import Draft, Event, Record, numbered, record_of
from webapp.domain.refusals import EventDiffers, NotIssued, RecordDiffers
from webapp.domain.serials import Serial


@dataclass(frozen=True)
class Happened:
    """An event that a row tells of: the command that would make it, its blocks named.

    `seq` is its number in the record, where the file says it (Cairn's own exports do).
    """

    command: TakeUnits
    seq: int | None = None


@dataclass(frozen=True)
class Entry:
    """What a row of a file says: a block of units, written as a record, and what happened to it.

    `own_block`: where no record has the units, the row brings its block along as a record.
    """

    record: CreateRecord
    happened: tuple[Happened, ...] = ()
    own_block: bool = True


@dataclass
class Standing:
    """A record in the middle of an import: `kept` of its events are in the database, 0 if it is not."""

    record: Record
    serial: Serial
    events: list[Event]
    kept: int = 0

    @property
    def added(self) -> list[Event]:
        """The events that are still to be written."""
        return self.events[self.kept :]


@dataclass
class Ground:
    """The records that rows of one batch may land in: those that are here, and those they make."""

    at: datetime  # UTC; when the batch is written
    actor: str  # the public name
    _by_id: dict[str, Standing] = field(default_factory=dict)
    _by_series: dict[str, list[Standing]] = field(default_factory=dict)  # by first unit

    def put(self, standing: Standing) -> None:
        """Adds a record. Its units must not be another's."""
        self._by_id[standing.record.id] = standing
        insort(self._by_series.setdefault(standing.serial.series, []), standing, key=_first)

    def standings(self) -> Collection[Standing]:
        """All of them, in the order in which they were put."""
        return self._by_id.values()

    def land(self, entry: Entry) -> bool:
        """Adds what the entry says; False if all of it is there already.

        Raises the refusal that says what is in the way: InvalidFields, NotIssued, BlockTaken,
        SeriesDiffers, RecordDiffers, EventDiffers, or what `decide` raises. Then nothing is added.
        """
        standing = self._standing(entry) or self._made(entry)
        is_new = not standing.events
        events = [*standing.events] if standing.events else self._creation(standing.serial)
        before = len(standing.events)
        for one in entry.happened:
            drafts = _drafts(events, one, self.at)
            events += numbered(drafts, events[-1].seq, self.at, self.actor)
        standing.events = events
        if is_new:
            self.put(standing)
        return len(events) > before

    def _standing(self, entry: Entry) -> Standing | None:
        """The record that has the entry's units; None if no record has any of them."""
        command, serial = entry.record, entry.record.serial
        there = self._by_series.get(serial.series, [])
        if there and there[0].serial.remainder != serial.remainder:
            raise series_differs(there[0].record)
        standing = _around(there, serial.block)
        if standing is None:
            return None
        record = standing.record
        if not _inside(serial.block, record.block):
            raise block_taken(serial.block, record)
        if record.id == command.id:
            refuse_differing(record, command, wholly=not entry.happened)
        elif not entry.happened and not _same_project(record, command):
            raise block_taken(serial.block, record)
        elif not serial.project and not _same_project(record, command):
            # Nothing but these fields says that a serial number without codes means this record.
            raise RecordDiffers(
                f'The units are in a record of "{record.project_name}", vintage {record.vintage}; '
                "the row says otherwise. Correct the row."
            )
        return standing

    def _made(self, entry: Entry) -> Standing:
        command = entry.record
        refuse_future("issued_on", command.issued_on, self.at.date())
        if entry.happened and not entry.own_block:
            raise NotIssued.at(
                "serial_number",
                "No record here has these units; import the issuance first, or let the rows bring "
                "their own blocks.",
            )
        if same := self._by_id.get(command.id):
            refuse_differing(same.record, command)
        record = record_of(command, command.serial.block, self.at, self.actor)
        return Standing(record, command.serial, [])

    def _creation(self, serial: Serial) -> list[Event]:
        draft = Draft("created", None, Blocks((serial.block,)))
        return numbered([draft], 0, self.at, self.actor)


def _first(standing: Standing) -> int:
    return standing.record.block.first


def _around(there: Sequence[Standing], block: Block) -> Standing | None:
    """The first record that shares units with the block; they lie apart and in order."""
    place = bisect_left(there, block.first, key=lambda one: one.record.block.last)
    if place < len(there) and there[place].record.block.first <= block.last:
        return there[place]
    return None


def _inside(block: Block, other: Block) -> bool:
    return other.first <= block.first and block.last <= other.last


def _same_project(record: Record, command: CreateRecord) -> bool:
    if (record.registry, record.vintage) != (command.registry, command.vintage):
        return False
    if record.project_id is not None and record.project_id == command.project_id:
        return True
    return record.project_name == command.project_name


def _drafts(events: Sequence[Event], one: Happened, at: datetime) -> list[Draft]:
    """What the event would add; nothing if it is there already."""
    command = one.command
    last = events[-1].seq
    if one.seq is not None and one.seq <= last and _is(events[one.seq - 1], command):
        return []
    ends_units = command.event_type in ("retired", "cancelled")
    if ends_units and _ended_so(events, command):
        return []
    if not ends_units and one.seq != last + 1:
        # Units are sold and returned over and over: only its number tells one sale from another.
        raise EventDiffers(
            f"The file's event {one.seq} is none of this record's {last}, nor the next one. Look at "
            "the record, and correct the row or leave it out."
        )
    return decide(events, command, at.date())


def _is(event: Event, command: TakeUnits) -> bool:
    """Whether it is the very event that the command would have made."""
    asked = (command.event_type, command.named_units, command.party, command.why, command.note)
    made = (event.event_type, event.units, event.party, event.reason, event.note)
    return asked == made and command.effective_on in (None, event.day)


def _ended_so(events: Sequence[Event], command: TakeUnits) -> bool:
    """Whether all the units ended as the command says: alike in type, day and party."""
    units = command.named_units
    assert units is not None  # rows name their blocks
    for event in events:
        if units and not event.type.spendable and (there := units & event.units):
            if event.event_type != command.event_type:
                return False
            if command.effective_on not in (None, event.day):
                return False
            if event.party != _party(events, event, command):
                return False
            units = units - there
    return not units


def _party(events: Sequence[Event], event: Event, command: TakeUnits) -> str | None:
    """Whom the command means: without a name, who bought the units that were retired."""
    source = events[(event.from_seq or 1) - 1]
    if command.party is None and source.event_type == "sold":
        return source.party
    return command.party
