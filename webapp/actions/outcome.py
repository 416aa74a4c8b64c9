"""What a command led to, and giving the same outcome again when the request is repeated."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from webapp.domain.actors import Actor
from webapp.domain.commands import Command
from webapp.domain.lifecycle import Event, Story, holdings
from webapp.domain.refusals import InvalidKey
from webapp.store import keys, records
from webapp.store.database import Connection

_LONGEST_KEY = 255

C = TypeVar("C", bound=Command)


@dataclass(frozen=True)
class Outcome:
    """A record as it stood right after a command, and the events that the command added.

    Nothing added means that the record was there already. `repeated` tells that this request was
    answered before and nothing was done now.
    """

    story: Story
    added: tuple[Event, ...]
    repeated: bool = False


@dataclass(frozen=True)
class Once:
    """The key under which a request is carried out once, however often it is sent.

    Raises InvalidKey for a key that is empty, too long or not printable.
    """

    key: str
    method: str
    path: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.key) <= _LONGEST_KEY or not self.key.isprintable():
            raise InvalidKey


def only_once(
    connection: Connection,
    actor: Actor,
    command: C,
    once: Once | None,
    carry_out: Callable[[Connection, Actor, C], Outcome],
) -> Outcome:
    """Carries the command out, or gives the outcome that it had under the same key before.

    Raises KeyReused when the key was used for another command.
    """
    if once is None:
        return carry_out(connection, actor, command)
    fingerprint = hashlib.sha256(command.model_dump_json().encode()).digest()
    request = keys.Request(actor.id, once.method, once.path, once.key, fingerprint)
    answered = keys.claim(connection, request)
    if answered is not None:
        return _again(connection, answered)
    outcome = carry_out(connection, actor, command)
    events = outcome.story.events
    first = outcome.added[0].seq if outcome.added else None
    keys.keep(connection, request, keys.Answered(outcome.story.record.id, first, events[-1].seq))
    return outcome


def _again(connection: Connection, answered: keys.Answered) -> Outcome:
    story = records.find(connection, answered.record_id)
    assert story is not None  # records are never deleted
    events = story.events[: answered.last_seq]
    added = events[answered.first_seq - 1 :] if answered.first_seq else ()
    return Outcome(Story(story.record, holdings(events), events), added, repeated=True)
