"""`flask ledger verify`: everything that the database says, held against everything else that it says.

The leaves are read once, in order, in constant memory, each page as it stands at one moment; writers and
sealers may go on meanwhile.

What nothing can be held against, and an edit of which is therefore not found:
- `ledger_queue.id`: it only says which event is sealed first.
- An event that still waits on the queue, and its record, changed in every place alike.
- One of two lines of a checkpoint that was signed with two keys, removed.
- What a witness signed whose key is not in LEDGER_WITNESSES any more, with its time.
- A checkpoint removed that is neither the newest one nor in a copy that is given, or what a witness
  signed of one.
- The whole log written anew with our own key, unless a copy that somebody else kept is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.actions.verifying.leaves import Tell, check_head, check_leaves
from webapp.actions.verifying.registered import check_places, check_records
from webapp.actions.verifying.rows import Disagreement
from webapp.actions.verifying.signed import Copy, Signed
from webapp.ledger.verifier import Keys
from webapp.store import database, verifying


@dataclass(frozen=True)
class Agreed:
    """How much was read, all of which agrees; `waiting` events are in no leaf yet."""

    leaves: int
    records: int
    checkpoints: int
    waiting: int


def verify(
    keys: Keys,
    witnesses: Keys = (),
    copies: Sequence[Copy] = (),
    tell: Tell = lambda what, done, of: None,
) -> Agreed:
    """Verifies the database with the log's keys and copies of checkpoints that were kept outside it.

    Raises Disagreement, which names the first row that disagrees; Unavailable.
    """
    head = check_head()
    signed = Signed(head.size, keys, witnesses, copies)
    check_leaves(head, signed, tell)
    if lone := database.read(verifying.lone_cosignature):
        raise Disagreement(
            f"ledger_cosignatures, size {lone[0]}, witness {lone[1]}: ledger_checkpoints has no row of "
            "this size."
        )
    check_places()
    records = check_records(tell)
    waiting = database.read(verifying.waiting)
    return Agreed(head.size, records, signed.passed, waiting)
