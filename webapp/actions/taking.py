"""Selling, returning, retiring and cancelling: taking units out of what a record's events hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from webapp.actions.outcome import Once, Outcome, only_once
from webapp.domain.actors import Actor
from webapp.domain.allocation import decide
from webapp.domain.commands import Cancel, Retire, Return, Sell, TakeUnits
from webapp.domain.lifecycle import Draft, Event, Holdings, Story, holdings
from webapp.domain.refusals import RecordNotFound
from webapp.store import database, journal, records
from webapp.store.database import Connection


def sell(record_id: str, command: Sell, actor: Actor, once: Once | None = None) -> Outcome:
    """Sells available units to a buyer. Raises as `_take`."""
    return _take(record_id, command, actor, once)


def return_sold(record_id: str, command: Return, actor: Actor, once: Once | None = None) -> Outcome:
    """Makes units of a sale available again. Raises as `_take`."""
    return _take(record_id, command, actor, once)


def retire(record_id: str, command: Retire, actor: Actor, once: Once | None = None) -> Outcome:
    """Retires units for good. Raises as `_take`."""
    return _take(record_id, command, actor, once)


def cancel(record_id: str, command: Cancel, actor: Actor, once: Once | None = None) -> Outcome:
    """Takes available units out of the market for good. Raises as `_take`."""
    return _take(record_id, command, actor, once)


def _take(record_id: str, command: TakeUnits, actor: Actor, once: Once | None) -> Outcome:
    """Lock, read, decide, append, update the sums, commit.

    Raises RecordNotFound, NotAllowed, KeyReused, Unavailable, or what `decide` refuses.
    """
    actor.must_be("operator")
    return database.change(only_once, actor, command, once, partial(_act, record_id=record_id))


def _act(connection: Connection, actor: Actor, command: TakeUnits, record_id: str) -> Outcome:
    if not journal.lock(connection, record_id):
        raise RecordNotFound
    story = records.find(connection, record_id)
    assert story is not None  # its holdings row was just locked
    at = journal.now(connection)
    drafts = decide(story.events, command, at.date())
    after = story.events[-1].seq
    added = journal.append(connection, record_id, drafts, after, at, (actor.name, actor.id))
    events = (*story.events, *added)
    held = holdings(events)
    journal.write_holdings(connection, record_id, held, last_seq=events[-1].seq)
    return Outcome(Story(story.record, held, events), tuple(added))


@dataclass(frozen=True)
class Preview:
    """What an action would do to a record: the events it would add and the sums it would leave."""

    story: Story
    drafts: tuple[Draft, ...]
    after: Holdings

    @property
    def quantity(self) -> int:
        """How many units it would take, in tonnes."""
        return sum(draft.units.quantity for draft in self.drafts)


def preview(record_id: str, command: TakeUnits) -> Preview:
    """What would be true after the command; changes nothing. Raises as the action would."""

    return database.read(_foresee, record_id, command)


def _foresee(connection: Connection, record_id: str, command: TakeUnits) -> Preview:
    story = records.find(connection, record_id)
    if story is None:
        raise RecordNotFound
    drafts = decide(story.events, command, journal.now(connection).date())
    return Preview(story, tuple(drafts), holdings([*story.events, *_as_events(story, drafts)]))


def _as_events(story: Story, drafts: Sequence[Draft]) -> list[Event]:
    last = story.events[-1]
    return [
        Event(
            last.seq + step,
            draft.event_type,
            draft.from_seq,
            draft.units,
            draft.party,
            draft.reason,
            draft.note,
            draft.effective_on,
            "",
            last.at,
        )
        for step, draft in enumerate(drafts, start=1)
    ]
