"""Verifying: what was signed, and what others kept of it, against a log that was written anew."""

from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.actions.verifying.editing import OF_GUJARAT, found, verify
from tests.factories import DESK, new_record
from webapp.actions import creating, sealing, verifying
from webapp.actions.sealing import Sealer
from webapp.actions.verifying import Copy, Disagreement
from webapp.config import Settings
from webapp.ledger.checkpoint import sign_checkpoint, write_checkpoint
from webapp.ledger.merkle import Frontier
from webapp.ledger.note import new_signer
from webapp.ledger.verifier import Checkpoint
from webapp.ledger_files import outside_copy, signers


def _rewrite(owner: psycopg.Connection, edited: Settings) -> None:
    """The retirement was for somebody else: in its event and its leaf alike, with a fitting hash."""
    owner.execute(f"UPDATE events SET party = 'Else' WHERE {OF_GUJARAT} AND seq = 4")
    owner.execute("UPDATE feed SET party_no = NULL WHERE seq = 4 AND party_no IS NOT NULL")
    swap = "convert_to(replace(convert_from(data, 'UTF8'), '\"Bold\"', '\"Else\"'), 'UTF8')"
    owner.execute(
        f"UPDATE ledger_leaves SET data = {swap}, hash = sha256('\\x00'::bytea || {swap})"
        f" WHERE {OF_GUJARAT} AND seq = 4"
    )


def test_a_tree_that_was_rewritten_too_is_found_by_what_was_signed(
    edited: Settings, owner: psycopg.Connection
) -> None:
    _rewrite(owner, edited)
    _grow_anew(owner, edited, signed=False)
    sentence = found(edited)
    assert "ledger_checkpoints, size " in sentence
    assert "root is" in sentence


def test_a_log_that_was_written_and_signed_anew_is_found_by_a_copy_that_others_kept(
    edited: Settings, owner: psycopg.Connection
) -> None:
    _rewrite(owner, edited)
    _grow_anew(owner, edited, signed=True)
    assert "what witness.example/w1 signs" in found(edited)
    owner.execute("DELETE FROM ledger_cosignatures")
    sentence = found(edited)
    assert sentence.startswith("ledger_leaves: the first ")
    assert sentence.endswith("not those that were signed in the outside copy.")


def _grow_anew(owner: psycopg.Connection, edited: Settings, signed: bool) -> None:
    """Nodes, head, and (`signed`) checkpoints as the leaves now make them, with our own key."""
    grown = Frontier()
    sizes = [row[0] for row in owner.execute("SELECT size FROM ledger_checkpoints").fetchall()]
    ours = signers(edited)
    for (hashed,) in owner.execute("SELECT hash FROM ledger_leaves ORDER BY no").fetchall():
        for node, made in grown.append(hashed):
            owner.execute(
                "UPDATE ledger_nodes SET hash = %s WHERE level = %s AND no = %s", (made, *node)
            )
        if signed and grown.size in sizes:
            checkpoint = Checkpoint(ours[0].name, grown.size, grown.root)
            timed = ours[0].timed_line(write_checkpoint(checkpoint), 1_700_000_000)
            owner.execute(
                "UPDATE ledger_checkpoints SET root = %s, note = %s, timed = %s, at = to_timestamp(%s)"
                " WHERE size = %s",
                (
                    grown.root,
                    sign_checkpoint(checkpoint, ours).decode(),
                    timed,
                    1_700_000_000,
                    grown.size,
                ),
            )
    owner.execute("UPDATE ledger_head SET frontier = %s", (b"".join(grown.hashes),))


def test_a_log_that_was_cut_short_is_found_by_the_copy_outside(
    edited: Settings, owner: psycopg.Connection
) -> None:
    for table in ("ledger_leaves", "ledger_nodes", "ledger_checkpoints", "ledger_queue"):
        owner.execute(f"DELETE FROM {table}")
    owner.execute("UPDATE ledger_head SET size = 0, frontier = ''")
    assert "restored from an old copy, or cut short" in found(edited)


def test_a_copy_that_others_kept_agrees_and_one_of_another_log_does_not(
    edited: Settings, app: Flask
) -> None:
    kept = Copy("kept.txt", sealing.checkpoint())
    assert verify(edited, kept).leaves
    with pytest.raises(Disagreement, match=r"in kept\.txt does not hold"):
        verifying.verify([new_signer("other.example/log").key], copies=[kept])


def test_a_key_that_was_replaced_counts_when_it_is_given(edited: Settings, app: Flask) -> None:
    old = signers(edited)
    new = new_signer(old[0].name).key
    with pytest.raises(Disagreement, match="note does not hold"):
        verifying.verify([new])
    assert verifying.verify([new, old[0].key]).checkpoints == 2


def test_it_goes_on_beside_writers_and_sealers(edited: Settings, app: Flask) -> None:
    def write(what: str, done: int, of: int) -> None:
        creating.create(new_record(serial_number=f"{what}-{done}"), DESK)
        Sealer(edited).seal()

    note = outside_copy(edited)
    assert note is not None
    keys = [one.key for one in signers(edited)]
    before: Any = verifying.verify(keys, copies=[Copy("before", note)])
    during = verifying.verify(keys, copies=[Copy("before", note)], tell=write)
    assert during.leaves == before.leaves
    assert during.records > before.records
    assert verifying.verify(keys).leaves > during.leaves
