"""The log from its first leaf to its head: leaves, nodes, head, and each checkpoint as it is passed."""

from collections.abc import Callable

from webapp.actions.verifying.rows import Disagreement, check_leaf, differs
from webapp.actions.verifying.signed import Signed
from webapp.ledger.merkle import Frontier
from webapp.store import database, verifying
from webapp.store.verifying import HeadRow

Tell = Callable[[str, int, int], None]  # what is read, how many of them were, how many there are

_PAGE = 2000
_TILE_HEIGHT = 8


def check_head() -> HeadRow:
    """The head, which says as many leaves as there are. Raises Disagreement."""
    head = database.read(verifying.head)
    if head is None:
        raise Disagreement("ledger_head: its row is gone.")
    if head.rows != 1 or not head.one:
        raise Disagreement(
            f"ledger_head: it has {head.rows} rows, the first with one = {str(head.one).lower()}, and "
            "should have a single row, with one = true."
        )
    last = -1 if head.last_leaf is None else head.last_leaf
    if head.size != last + 1:
        raise differs("ledger_head", "size", head.size, last + 1, "the last no of ledger_leaves")
    if head.largest_checkpoint is not None and head.largest_checkpoint > head.size:
        raise Disagreement(
            f"ledger_checkpoints, size {head.largest_checkpoint}: the size is beyond the {head.size} "
            "leaves in ledger_leaves."
        )
    return head


def check_leaves(head: HeadRow, signed: Signed, tell: Tell) -> None:
    """Reads the log up to the head, leaf by leaf, as its tree grows. Raises Disagreement."""
    grown = Frontier()
    signed.pass_by(grown)
    after = verifying.BEFORE_ALL
    while grown.size < head.size:
        page = database.read(verifying.leaves, after, min(_PAGE, head.size - grown.size))
        made: dict[tuple[int, int], bytes] = {}
        for row in page:
            if row.no != grown.size:
                raise Disagreement(
                    f"ledger_leaves, no {row.no}: it stands where no {grown.size} should."
                )
            check_leaf(row)
            for node, hashed in grown.append(row.hash):
                if node.level and not node.level % _TILE_HEIGHT:
                    made[node.level, node.number] = hashed
            signed.pass_by(grown)
        if not page:
            raise Disagreement(f"ledger_leaves: no {grown.size} is missing.")
        _check_nodes(made)
        after = page[-1].no
        tell("leaves", grown.size, head.size)
    if b"".join(grown.hashes) != head.frontier:
        raise differs(
            "ledger_head", "frontier", head.frontier, b"".join(grown.hashes), "ledger_leaves"
        )
    if beyond := database.read(verifying.node_beyond):
        raise Disagreement(
            f"ledger_nodes, level {beyond[0]}, no {beyond[1]}: the log has no such node, or not twice."
        )


def _check_nodes(made: dict[tuple[int, int], bytes]) -> None:
    kept = database.read(verifying.nodes, list(made)) if made else {}
    for (level, no), hashed in made.items():
        where = f"ledger_nodes, level {level}, no {no}"
        if (level, no) not in kept:
            raise Disagreement(f"{where}: the row is missing.")
        if kept[level, no] != hashed:
            raise differs(where, "hash", kept[level, no], hashed, "ledger_leaves")
