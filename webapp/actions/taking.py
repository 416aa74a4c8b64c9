"""Selling, returning, retiring and cancelling: taking units out of what a record's events hold."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from webapp.actions.outcome import Once, Outcome, only_once
from webapp.domain import lifecycle
from webapp.domain.actors import Actor
from webapp.domain.allocation import decide
from webapp.domain.commands import Cancel, Retire, Return, Sell, TakeUnits
from webapp.domain.identity import is_record_id
from webapp.domain.lifecycle import Draft, Holdings, Story
from webapp.domain.refusals import NotAsForeseen, RecordNotFound
from webapp.store import database, holdings, journal, records
from webapp.store.database import Connection


def sell(
    record_id: str,
    command: Sell,
    actor: Actor,
    once: Once | None = None,
    promise: str | None = None,
) -> Outcome:
    """Sells available units to a buyer. Raises as `_take`."""
    return _take(record_id, command, actor, once, promise)


def return_sold(
    record_id: str,
    command: Return,
    actor: Actor,
    once: Once | None = None,
    promise: str | None = None,
) -> Outcome:
    """Makes units of a sale available again. Raises as `_take`."""
    return _take(record_id, command, actor, once, promise)


def retire(
    record_id: str,
    command: Retire,
    actor: Actor,
    once: Once | None = None,
    promise: str | None = None,
) -> Outcome:
    """Retires units for good. Raises as `_take`."""
    return _take(record_id, command, actor, once, promise)


def cancel(
    record_id: str,
    command: Cancel,
    actor: Actor,
    once: Once | None = None,
    promise: str | None = None,
) -> Outcome:
    """Takes available units out of the market for good. Raises as `_take`."""
    return _take(record_id, command, actor, once, promise)


def _take(
    record_id: str, command: TakeUnits, actor: Actor, once: Once | None, promise: str | None
) -> Outcome:
    """Lock, read, decide, append, update the sums, commit.

    `promise` is that of a preview: other units than it showed are not taken. Raises RecordNotFound,
    NotAllowed, NotAsForeseen, KeyReused, Unavailable, or what `decide` refuses.
    """
    actor.must_be("operator")
    _refuse_no_id(record_id)
    act = partial(_act, record_id=record_id, promise=promise)
    return database.change(only_once, actor, command, once, act)


def _refuse_no_id(record_id: str) -> None:
    if not is_record_id(record_id):
        raise RecordNotFound


def _act(
    connection: Connection, actor: Actor, command: TakeUnits, record_id: str, promise: str | None
) -> Outcome:
    if not holdings.lock(connection, record_id):
        raise RecordNotFound
    story = records.find(connection, record_id)
    assert story is not None  # its holdings row was just locked
    at = journal.now(connection)
    drafts = decide(story.events, command, at.date())
    if promise is not None and promise != _promise(drafts):
        raise NotAsForeseen
    after = story.events[-1].seq
    added = journal.append(connection, record_id, drafts, after, at, (actor.name, actor.id))
    events = (*story.events, *added)
    held = lifecycle.holdings(events)
    holdings.follow(connection, record_id, story.holdings, held, added)
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

    @property
    def promise(self) -> str:
        """Which units it would take, from where: given back with the command, it must hold."""
        return _promise(self.drafts)


def _promise(drafts: Sequence[Draft]) -> str:
    told = ";".join(f"{draft.from_seq}:{draft.units}" for draft in drafts)
    return hashlib.sha256(told.encode()).hexdigest()


def preview(record_id: str, command: TakeUnits) -> Preview:
    """What would be true after the command; changes nothing.

    Raises RecordNotFound, Unavailable, or what `decide` refuses.
    """
    _refuse_no_id(record_id)

    return database.read(_foresee, record_id, command)


def _foresee(connection: Connection, record_id: str, command: TakeUnits) -> Preview:
    story = records.find(connection, record_id)
    if story is None:
        raise RecordNotFound
    drafts = decide(story.events, command, journal.now(connection).date())
    last = story.events[-1]
    added = lifecycle.numbered(drafts, last.seq, last.at, "")
    return Preview(story, tuple(drafts), lifecycle.holdings([*story.events, *added]))
