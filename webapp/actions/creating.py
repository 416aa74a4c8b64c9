"""Recording units that were issued."""

from webapp.actions.outcome import Once, Outcome, only_once
from webapp.domain import lifecycle
from webapp.domain.actors import Actor
from webapp.domain.blocks import Blocks
from webapp.domain.collisions import block_taken, refuse_differing, series_differs
from webapp.domain.commands import CreateRecord
from webapp.domain.days import refuse_future
from webapp.domain.lifecycle import Draft, Story, record_of
from webapp.domain.refusals import BlockTaken, Refusal
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
    record = record_of(command, serial.block, at, actor.name)
    holdings.begin(connection, record, held, events[0])
    return Outcome(Story(record, held, tuple(events)), tuple(events))


def _existing(connection: Connection, command: CreateRecord) -> Story:
    """The record that bears the id already, if it is the same one."""
    story = records.find(connection, command.id)
    assert story is not None  # the insert met it, and records are never deleted
    refuse_differing(story.record, command)
    return story


def _collision(connection: Connection, serial: Serial) -> Refusal:
    other = records.in_the_way(connection, serial)
    if other is None:  # it appeared and vanished: its transaction was rolled back meanwhile
        return BlockTaken("Somebody else is recording these units right now; try again.")
    if Blocks((serial.block,)) & Blocks((other.block,)):
        return block_taken(serial.block, other)
    return series_differs(other)
