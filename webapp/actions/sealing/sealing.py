"""Sealing: events off the queue into the log, in order and without gaps; then the log is signed."""

import secrets
from typing import Any

from webapp.actions.sealing import trees
from webapp.actions.sealing.stopped import CannotSeal, CopyNotKept, LedgerBehind, OtherLog
from webapp.config import Settings
from webapp.ledger.checkpoint import sign_checkpoint, write_checkpoint
from webapp.ledger.entry import SALT_BYTES, MalformedLeaf, account_digest, leaf
from webapp.ledger.merkle import Frontier
from webapp.ledger.verifier import Checkpoint, hash_leaf
from webapp.ledger_files import keep_outside, outside_copy, signers
from webapp.store import database, journal, mending, sealing
from webapp.store.database import Connection
from webapp.store.sealing import Head, Leaf, Published, Waiting

_LEAVES = 2000  # in a transaction
_TILE_HEIGHT = 8


def is_waiting() -> bool:
    """Whether an event waits to be sealed."""
    return database.read(sealing.is_waiting)


def requeue() -> int:
    """Queues events that are neither in the log nor on the queue; how many there were."""
    return database.change(_requeue)


def _requeue(connection: Connection) -> int:
    mending.take_time(connection)
    return sealing.requeue(connection)


class Sealer:
    """Seals and signs; any number of them may run, in any number of processes.

    Raises ConfigurationError when there is no usable key.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signers = signers(settings)
        self._compared: bytes | None = None  # the outside copy whose leaves were looked at

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._signers[0].name

    def seal(self) -> int:
        """Seals what waits and signs the log; how many leaves were added.

        Each batch is committed before it is signed: what is signed is never lost. Raises
        LedgerBehind, OtherLog, CannotSeal, CopyNotKept, Unavailable.
        """
        self._compare()
        added = after = 0
        while database.read(sealing.is_waiting, after):
            batch, after = database.change(_seal_batch, after)
            added += batch
            self._publish()
            if batch < _LEAVES:  # what comes meanwhile is sealed with what comes next
                return added
        self._publish()  # what somebody sealed who was killed before signing it
        return added

    def _compare(self) -> None:
        """Refuses to go on unless the log has grown from the copy outside, and is ours.

        Each time: the database may be restored under a sealer that runs.
        """
        newest = _newest()
        if newest is not None and newest.origin != self.origin:
            raise OtherLog(newest.origin, self.origin)
        try:
            note = outside_copy(self._settings)
        except OSError as error:
            raise CopyNotKept(str(self._settings.data_dir), error.strerror or str(error)) from None
        if note is None:
            return
        if why := database.read(_why_not_grown, note, note == self._compared):
            raise LedgerBehind(why)
        self._compared = note

    def _publish(self) -> None:
        head, newest = database.read(sealing.head), _newest()
        if newest is None or newest.size < head.size:
            checkpoint = Checkpoint(self.origin, head.size, _frontier(head).root)
            database.read(_must_lead_to, newest, checkpoint)
            database.change(sealing.publish, self._signed(checkpoint))
            newest = _newest()  # another's may be larger
            assert newest is not None
        self._keep(newest.note.encode())

    def _signed(self, checkpoint: Checkpoint) -> dict[str, Any]:
        at = database.read(journal.now).replace(microsecond=0)  # what is signed has whole seconds
        text, time = write_checkpoint(checkpoint), int(at.timestamp())
        return checkpoint._asdict() | {
            "note": sign_checkpoint(checkpoint, self._signers).decode(),
            "at": at,
            "timed": "".join(signer.timed_line(text, time) for signer in self._signers),
        }

    def _keep(self, note: bytes) -> None:
        try:
            keep_outside(self._settings, note)
            self._compared = note  # it was led to from the one before
        except OSError as error:
            raise CopyNotKept(str(self._settings.data_dir), error.strerror or str(error)) from None


def _newest() -> Published | None:
    return next(iter(database.read(sealing.newest)), None)


def _why_not_grown(connection: Connection, note: bytes, compared: bool) -> str | None:
    newest = next(iter(sealing.newest(connection)), None)
    size = sealing.head(connection).size
    if compared and newest and newest.size <= size and newest.note.encode() == note:
        return None  # the usual case: it was signed last, and is there
    return trees.has_not_grown_from(connection, note, size)


def _frontier(head: Head) -> Frontier:
    try:
        return Frontier(head.size, head.frontier)
    except ValueError as damaged:
        raise LedgerBehind(f"The head of the log is damaged: {damaged}") from None


def _must_lead_to(connection: Connection, newest: Published | None, now: Checkpoint) -> None:
    """Raises LedgerBehind unless what is there now begins with what was signed last."""
    if why := trees.has_not_led_to(connection, newest, now):
        raise LedgerBehind(why)


def _seal_batch(connection: Connection, after: int) -> tuple[int, int]:
    """Seals a batch from behind this place of the queue; how many leaves it made, and its last place.

    Of a long queue the beginning is not looked through again for each batch: it is full of rows that
    are gone. Who commits late behind us is there in the next round, which begins at the beginning.
    """
    head = sealing.lock_head(connection)
    waiting = sealing.take(connection, after, _LEAVES)
    if not waiting:
        return 0, after
    frontier = _frontier(head)
    newest = next(iter(sealing.newest(connection)), None)
    _must_lead_to(connection, newest, Checkpoint("", head.size, frontier.root))
    leaves = [_leaf(no, one) for no, one in enumerate(waiting, start=head.size)]
    completed = frontier.extend(one.hash for one in leaves)
    nodes = [
        (node.level, node.number, made)
        for node, made in completed
        if node.level and not node.level % _TILE_HEIGHT
    ]
    sealing.append(connection, leaves, nodes, Head(frontier.size, frontier.hashes))
    return len(leaves), waiting[-1].place


def _leaf(no: int, one: Waiting) -> Leaf:
    if one.record is None or one.event is None:
        raise CannotSeal(one.record_id, one.seq, "it is on the queue and nowhere else")
    salt = secrets.token_bytes(SALT_BYTES)
    try:
        data = leaf(one.record, one.event, account_digest(salt, one.actor_id))
    except MalformedLeaf as why:
        raise CannotSeal(one.record_id, one.seq, str(why).rstrip(".")) from None
    return Leaf(no, one.record_id, one.seq, hash_leaf(data), data, salt)
