"""What the log can be asked: its checkpoints, its tiles, and the proof of one event."""

from dataclasses import dataclass
from datetime import datetime

from webapp.actions.sealing import trees
from webapp.domain.certificate import Sealed
from webapp.domain.identity import is_record_id
from webapp.domain.refusals import EventNotFound, NotInLog, ProofWaits
from webapp.ledger.merkle import consistency_plan, inclusion_plan
from webapp.ledger.proof import write_growth, write_proof
from webapp.ledger.tiles import ENTRIES, Tile, read_path
from webapp.store import database, records, sealing
from webapp.store.database import Connection
from webapp.store.sealing import Published


@dataclass(frozen=True)
class Proven:
    """An event in the log: its leaf, the proof file, and the checkpoint that the proof leads to.

    `sealed_at` is when the first checkpoint was signed that has it (UTC).
    """

    log: str
    no: int
    leaf: bytes
    proof: bytes
    size: int
    sealed_at: datetime

    @property
    def sealed(self) -> Sealed:
        """Where the event stands, as this proof's checkpoint has it."""
        return Sealed(self.log, self.no, self.size, self.sealed_at)


@dataclass(frozen=True)
class Status:
    """The log as it is: its newest checkpoints, the largest first, and how many events wait."""

    size: int
    waiting: int
    waiting_since: datetime | None
    checkpoints: list[Published]


def status(limit: int = 20) -> Status:
    """The log as it is."""
    return database.read(_status, limit)


def _status(connection: Connection, limit: int) -> Status:
    return Status(
        sealing.head(connection).size,
        sealing.waiting_count(connection),
        sealing.waiting_since(connection),
        sealing.newest(connection, limit),
    )


def checkpoint() -> bytes:
    """The newest checkpoint. Raises ProofWaits while none was signed."""
    found = database.read(sealing.newest)
    if not found:
        raise ProofWaits
    return found[0].note.encode()


def tile(path: str) -> bytes:
    """The tile or entry bundle under this path. Raises NotInLog for what the log does not have."""
    try:
        wanted = read_path(path)
    except ValueError as error:
        raise NotInLog(str(error)) from None
    return database.read(_tile, wanted)


def _tile(connection: Connection, wanted: Tile) -> bytes:
    signed = sealing.newest(connection)
    if not signed or not wanted.exists_in(signed[0].size):
        raise NotInLog("The log has no such tile yet. The checkpoint says how large it is.")
    if wanted.level == ENTRIES:
        return trees.bundle(connection, wanted)
    return trees.tiles(connection, [wanted])[wanted]


def leaf(record_id: str, seq: int) -> bytes:
    """The bytes of an event's leaf. Raises EventNotFound, ProofWaits."""
    return database.read(_found, record_id, seq)[1]


def places(record_id: str) -> dict[int, Sealed]:
    """Where a record's events stand in the signed log, by seq; those that wait are left out."""
    return database.read(sealing.places, record_id) if is_record_id(record_id) else {}


def sealed(record_id: str, seq: int) -> Sealed | None:
    """Where an event stands in the log; None while it waits, or if there is none."""
    return database.read(sealing.sealed, record_id, seq)


def prove(record_id: str, seq: int, first: bool = False) -> Proven:
    """The proof that an event stands in the log, as the newest checkpoint has it.

    With `first` it is the first checkpoint that has the leaf: that proof is the same for ever.
    Raises EventNotFound, ProofWaits.
    """
    return database.read(_prove, record_id, seq, first)


def _found(connection: Connection, record_id: str, seq: int) -> tuple[int, bytes]:
    found = sealing.leaf_of(connection, record_id, seq) if is_record_id(record_id) else None
    if found is not None:
        return found
    story = records.find(connection, record_id) if is_record_id(record_id) else None
    if story is None or not 1 <= seq <= len(story.events):
        raise EventNotFound
    raise ProofWaits


def _prove(connection: Connection, record_id: str, seq: int, at_first: bool) -> Proven:
    no, data = _found(connection, record_id, seq)
    first = sealing.first_with(connection, no)
    if first is None:
        raise ProofWaits
    chosen = first if at_first else sealing.newest(connection)[0]
    path = trees.hashes(connection, inclusion_plan(no, chosen.size), chosen.size)
    proof = write_proof(no, path, chosen.note.encode())
    return Proven(chosen.origin, no, data, proof, chosen.size, first.at)


def growth_proof(old_size: int) -> bytes:
    """The newest checkpoint behind the proof that it grew from the first `old_size` leaves.

    Raises NotInLog for more leaves than were signed, ProofWaits.
    """
    return database.read(_growth, old_size)


def _growth(connection: Connection, old_size: int) -> bytes:
    newest = sealing.newest(connection)
    if not newest:
        raise ProofWaits
    size = newest[0].size
    if not 0 <= old_size <= size:
        raise NotInLog(f"The log has {size} leaves by now, and cannot have grown from {old_size}.")
    path = trees.hashes(connection, consistency_plan(old_size, size), size)
    return write_growth(old_size, path, newest[0].note.encode())
