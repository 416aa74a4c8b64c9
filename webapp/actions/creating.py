"""Recording units that were issued."""

from webapp.actions.outcome import Once, Outcome, only_once
from webapp.domain import lifecycle, wording
from webapp.domain.actors import Actor
from webapp.domain.blocks import Blocks
from webapp.domain.commands import CreateRecord
from webapp.domain.days import refuse_future
from webapp.domain.lifecycle import Draft, Record, Story
from webapp.domain.refusals import BlockTaken, FieldError, RecordDiffers, Refusal, SeriesDiffers
from webapp.domain.serials import Serial
from webapp.store import database, holdings, journal, records
from webapp.store.database import Connection


def create(command: CreateRecord, actor: Actor, once: Once | None = None) -> Outcome:
    """Records the units; the same input again gives the same record and adds nothing.

    Raises NotAllowed, InvalidFields, RecordDiffers (the id exists with other fields), BlockTaken
    or SeriesDiffers (the serial number collides with another record's), KeyReused, Unavailable.
    """
    actor.must_be("operator")
    return database.change(only_once, actor, command, once, _create)


def preview(command: CreateRecord) -> Story | None:
    """The record if it is here already, None if it would be new; changes nothing.

    Raises InvalidFields, RecordDiffers, BlockTaken or SeriesDiffers, as `create` would.
    """
    return database.read(_foresee, command)


def _foresee(connection: Connection, command: CreateRecord) -> Story | None:
    refuse_future("issued_on", command.issued_on, journal.now(connection).date())
    if records.find(connection, command.id) is not None:
        return _existing(connection, command)
    if records.in_the_way(connection, command.serial) is not None:
        raise _collision(connection, command.serial)
    return None


def _create(connection: Connection, actor: Actor, command: CreateRecord) -> Outcome:
    at = journal.now(connection)
    refuse_future("issued_on", command.issued_on, at.date())
    serial = command.serial
    who = (actor.name, actor.id)
    if not records.add(connection, command, serial, at, who):
        return Outcome(_existing(connection, command), ())
    if not records.claim_block(connection, serial, command.id):
        raise _collision(connection, serial)
    draft = Draft("created", None, Blocks((serial.block,)))
    events = journal.append(connection, command.id, [draft], 0, at, who)
    held = lifecycle.holdings(events)
    record = Record(
        command.id,
        command.project_name,
        command.registry,
        command.vintage,
        command.quantity,
        command.serial_number,
        command.project_id,
        command.issued_on,
        serial.block,
        at,
        actor.name,
    )
    holdings.begin(connection, record, held, events[0])
    return Outcome(Story(record, held, tuple(events)), tuple(events))


def _existing(connection: Connection, command: CreateRecord) -> Story:
    """The record that bears the id already, if it is the same one."""
    story = records.find(connection, command.id)
    assert story is not None  # the insert met it, and records are never deleted
    record = story.record
    names = ["project_name", "registry", "vintage", "serial_number", "quantity"]
    # Leaving these out of a repeat is no difference.
    names += [name for name in ("project_id", "issued_on") if getattr(command, name) is not None]
    differing = [name for name in names if getattr(command, name) != getattr(record, name)]
    if differing:
        raise RecordDiffers(
            "A record with this id exists and is never changed; it differs in "
            f"{wording.listing(differing)}.",
            [FieldError(name, f"The record has {_told(record, name)} here.") for name in differing],
        )
    return story


def _told(record: Record, name: str) -> str:
    value = getattr(record, name)
    if value is None:
        return "nothing"
    return wording.number(value) if name == "quantity" else f'"{value}"'


def _collision(connection: Connection, serial: Serial) -> Refusal:
    other = records.in_the_way(connection, serial)
    if other is None:  # it appeared and vanished: its transaction was rolled back meanwhile
        return BlockTaken("Somebody else is recording these units right now; try again.")
    named = f'"{other.project_name}" ({other.serial_number}, id {other.id[:12]}…)'
    if other.overlaps:
        first = max(serial.block.first, other.block.first)
        last = min(serial.block.last, other.block.last)
        number = last - first + 1
        return BlockTaken.at(
            "serial_number",
            f"{'Unit' if number == 1 else 'Units'} {first}{f'-{last}' if number > 1 else ''} of "
            f"this serial number {wording.be(number)} already recorded in {named}. A unit belongs "
            "to one record only: correct the serial number, or look at that record.",
            other.id,
        )
    return SeriesDiffers.at(
        "serial_number",
        f"The batch of this serial number is already recorded in {named}, with other codes around "
        "it. A batch goes with exactly one set of codes: correct the serial number.",
        other.id,
    )
