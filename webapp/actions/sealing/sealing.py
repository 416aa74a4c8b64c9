"""Sealing: events off the queue into the log, in order and without gaps; then the log is signed."""

import secrets
from typing import Any

from webapp.actions.sealing import trees
from webapp.config import Settings
from webapp.domain.refusals import Unavailable
from webapp.ledger.checkpoint import sign_checkpoint, write_checkpoint
from webapp.ledger.entry import SALT_BYTES, account_digest, leaf
from webapp.ledger.merkle import Frontier
from webapp.ledger.verifier import Checkpoint, hash_leaf
from webapp.ledger_files import keep_outside, outside_copy, signers
from webapp.store import database, journal, sealing
from webapp.store.database import Connection
from webapp.store.sealing import Head, Leaf

_LEAVES = 2000  # in a transaction
_TILE_HEIGHT = 8


class LedgerBehind(Unavailable):
    """The database is behind what was signed, or differs from it: nothing more is signed."""

    code = "ledger_behind"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The ledger signs nothing: {why} Restore the newest backup; or, if this one is the "
            "newest, run `flask ledger seal --accept-restored`, which followers of the log will see."
        )


def is_waiting() -> bool:
    """Whether an event waits to be sealed."""
    return database.read(sealing.is_waiting)


class Sealer:
    """Seals and signs; any number of them may run, in any number of processes.

    Raises ConfigurationError when there is no usable key.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signers = signers(settings)
        self._checked: bytes | None = None  # the outside copy that the log was compared with

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._signers[0].name

    def seal(self) -> int:
        """Seals what waits and signs the log; how many leaves were added.

        Each batch is committed before it is signed: what is signed is never lost. Raises
        LedgerBehind, Unavailable.
        """
        self._compare()
        added = 0
        while is_waiting():
            batch = database.change(_seal_batch)
            added += batch
            self._publish()
            if batch < _LEAVES:  # what comes meanwhile is sealed with what comes next
                return added
        self._publish()  # what somebody sealed who was killed before signing it
        return added

    def _compare(self) -> None:
        """Compares the log with the copy outside, once for each copy."""
        note = outside_copy(self._settings)
        if note is None or note == self._checked:
            return
        if why := database.read(_why_not_grown, note):
            raise LedgerBehind(why)
        self._checked = note

    def _publish(self) -> None:
        head = database.read(sealing.head)
        newest = database.read(sealing.newest)
        if newest and newest[0].size >= head.size:
            self._keep(newest[0].note.encode())
            return
        checkpoint = Checkpoint(self.origin, head.size, Frontier(head.size, head.frontier).root)
        if newest and newest[0].origin != self.origin:
            raise LedgerBehind(
                f"the log is called {newest[0].origin}, and the key's name is {self.origin}."
            )
        at = database.read(journal.now).replace(microsecond=0)  # what is signed has whole seconds
        note = sign_checkpoint(checkpoint, self._signers)
        text, time = write_checkpoint(checkpoint), int(at.timestamp())
        timed = "".join(signer.timed_line(text, time) for signer in self._signers)
        values: dict[str, Any] = checkpoint._asdict()
        values |= {"note": note.decode(), "at": at, "timed": timed}
        database.change(sealing.publish, values)
        self._keep(database.read(sealing.newest)[0].note.encode())  # another's may be larger

    def _keep(self, note: bytes) -> None:
        if note != self._checked:
            keep_outside(self._settings, note)
            self._checked = note


def _why_not_grown(connection: Connection, note: bytes) -> str | None:
    return trees.has_grown_from(connection, note, sealing.head(connection).size)


def _seal_batch(connection: Connection) -> int:
    head = sealing.lock_head(connection)
    waiting = sealing.take(connection, _LEAVES)
    if not waiting:
        return 0
    leaves = []
    for no, one in enumerate(waiting, start=head.size):
        salt = secrets.token_bytes(SALT_BYTES)
        data = leaf(one.record, one.event, account_digest(salt, one.actor_id))
        leaves.append(Leaf(no, one.record.id, one.event.seq, hash_leaf(data), data, salt))
    frontier = Frontier(head.size, head.frontier)
    completed = frontier.extend(one.hash for one in leaves)
    nodes = [
        (node.level, node.number, made)
        for node, made in completed
        if node.level and not node.level % _TILE_HEIGHT
    ]
    sealing.append(connection, leaves, nodes, Head(frontier.size, frontier.hashes))
    return len(leaves)
