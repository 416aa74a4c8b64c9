"""What was signed: the checkpoints that are kept, and the copies outside, held against the growing tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.actions.verifying.rows import Disagreement, differs
from webapp.ledger.merkle import Frontier
from webapp.ledger.note import add_lines, time_of, timed
from webapp.ledger.verifier import (
    Checkpoint,
    Keys,
    Refused,
    open_note,
    read_note,
    verify_checkpoint,
)
from webapp.ledger.witness import cosigned_at
from webapp.store import database, verifying
from webapp.store.verifying import CheckpointRow, Cosigned

_PAGE = 500


@dataclass(frozen=True)
class Copy:
    """A checkpoint that somebody kept outside the database, and where."""

    where: str
    note: bytes


class Signed:
    """Everything that was signed, by size; each is held against the tree when it has that size."""

    def __init__(self, size: int, keys: Keys, witnesses: Keys, copies: Sequence[Copy]) -> None:
        """For a log of `size`. Raises Disagreement for a copy that is not ours, or of a longer log."""
        self._size, self._keys, self._witnesses = size, keys, witnesses
        self.passed = 0
        opened = [(_read_copy(one, keys), one) for one in copies]
        for checkpoint, one in opened:
            if checkpoint.size > size:
                raise Disagreement(
                    f"ledger_head: the log has {size} leaves, and {one.where} was signed for "
                    f"{checkpoint.size}: the database was restored from an old copy, or cut short."
                )
        self._copies = sorted(opened, key=lambda pair: pair[0].size)
        self._rows = self._read()
        self._next = next(self._rows, None)

    def _read(self) -> Iterator[CheckpointRow]:
        after = verifying.BEFORE_ALL
        while page := database.change(verifying.checkpoints, after, _PAGE):
            yield from page
            after = page[-1].size

    def pass_by(self, grown: Frontier) -> None:
        """Checks what was signed for a log as large as the tree now is. Raises Disagreement."""
        kept = False
        while self._next is not None and self._next.size <= grown.size:
            if kept:
                raise Disagreement(f"ledger_checkpoints: two rows have the size {grown.size}.")
            self._check(self._next, grown)
            kept = True
            self.passed += 1
            self._next = next(self._rows, None)
        while self._copies and self._copies[0][0].size == grown.size:
            checkpoint, copy = self._copies.pop(0)
            if checkpoint.root != grown.root:
                raise Disagreement(
                    f"ledger_leaves: the first {grown.size} leaves are not those that were signed in "
                    f"{copy.where}."
                )
            if not kept:
                raise Disagreement(
                    f"ledger_checkpoints: no row has the size {grown.size}, which was signed in "
                    f"{copy.where}."
                )

    def _check(self, row: CheckpointRow, grown: Frontier) -> None:
        where = f"ledger_checkpoints, size {row.size}"
        try:
            noted = verify_checkpoint(row.note.encode(), self._keys)
        except Refused as refused:
            raise Disagreement(f"{where}: note does not hold. {refused}") from None
        self._refuse_strangers(where, "note", row.note, self._keys)
        for column in Checkpoint._fields:
            if (found := getattr(row, column)) != (said := getattr(noted, column)):
                raise differs(where, column, found, said, "its note")
        self._check_time(where, row)
        if row.root != grown.root:
            raise differs(where, "root", row.root, grown.root, f"ledger_leaves up to {grown.size}")
        names = [one.witness for one in row.cosignatures]
        if len(set(names)) < len(names):
            raise Disagreement(
                f"ledger_cosignatures: two rows have the size {row.size} and the same witness."
            )
        for one in row.cosignatures:
            self._check_cosignature(row, one)

    def _check_time(self, where: str, row: CheckpointRow) -> None:
        try:
            said = datetime.fromtimestamp(time_of(row.note.encode(), row.timed, self._keys), UTC)
        except Refused as refused:
            raise Disagreement(f"{where}: timed does not hold. {refused}") from None
        lines = f"\n\n{row.timed}"
        self._refuse_strangers(where, "timed", lines, [timed(key) for key in self._keys])
        if row.at != said:
            raise differs(where, "at", row.at, said, "timed")

    def _refuse_strangers(self, where: str, column: str, note: str, keys: Keys) -> None:
        """We sign with our own keys alone, and what witnesses sign is kept elsewhere."""
        known = {(key.name, key.id) for key in keys}
        for name, data in read_note(note.encode())[1]:
            if (name, data[:4]) not in known:
                raise Disagreement(
                    f"{where}: {column} has a line by {name} with a key that is not known here. If the "
                    "log's key was replaced, give the one before with --key."
                )

    def _check_cosignature(self, row: CheckpointRow, kept: Cosigned) -> None:
        """Verifies a line of a witness whose key is known, and that others are lines at all."""
        where = f"ledger_cosignatures, size {row.size}, witness {kept.witness}"
        keys = [key for key in self._witnesses if key.name == kept.witness]
        try:
            note = add_lines(row.note.encode(), [kept.line])
            if {name for name, _ in read_note(b"\n\n" + kept.line.encode())[1]} != {kept.witness}:
                raise Disagreement(f"{where}: line is by somebody else than its witness.")
            if keys:
                open_note(note, keys)
            if kept.at != (said := cosigned_at(kept.line)):
                raise differs(where, "at", kept.at, said, "its line")
        except Refused as refused:
            raise Disagreement(f"{where}: line does not hold. {refused}") from None


def _read_copy(copy: Copy, keys: Keys) -> Checkpoint:
    try:
        return verify_checkpoint(copy.note, keys)
    except Refused as refused:
        raise Disagreement(f"The checkpoint in {copy.where} does not hold. {refused}") from None
