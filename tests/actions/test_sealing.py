"""Sealing: every event gets its place in the log, and the proof of it verifies."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.bench import files
from tests.factories import DESK, GUJARAT_ID, new_record
from webapp.actions import creating, importing, sealing, taking
from webapp.actions.sealing import CannotSeal, CopyNotKept, LedgerBehind, OtherLog, Sealer
from webapp.config import Settings
from webapp.domain.commands import Retire, Sell
from webapp.domain.refusals import EventNotFound, NotInLog, ProofWaits
from webapp.ledger.note import new_signer
from webapp.ledger.verifier import (
    Key,
    read_checkpoint,
    read_note,
    verify_checkpoint,
    verify_growth,
    verify_proof,
)
from webapp.ledger_files import keep_outside, outside_copy, signers
from webapp.store import database
from webapp.store import sealing as store


@pytest.fixture
def ours(settings: Settings, tmp_path: Path) -> Settings:
    """The settings with a folder of their own for what the ledger keeps outside the database."""
    return replace(settings, data_dir=tmp_path / "data")


@pytest.fixture
def sealer(app: Flask, ours: Settings) -> Sealer:
    return Sealer(ours)


@pytest.fixture
def key(ours: Settings) -> Key:
    return signers(ours)[0].key


def size_of(note: bytes) -> int:
    return read_checkpoint(read_note(note)[0]).size


def test_an_event_waits_and_is_then_sealed_and_proved(sealer: Sealer, key: Key) -> None:
    creating.create(new_record(), DESK)
    with pytest.raises(ProofWaits):
        sealing.prove(GUJARAT_ID, 1)
    assert sealer.seal() == 1
    proven = sealing.prove(GUJARAT_ID, 1)
    assert (proven.no, proven.size) == (0, 1)
    assert verify_proof(proven.proof, proven.leaf, [key]).size == 1


def test_every_event_of_a_long_log_is_proved_against_its_newest_checkpoint(
    sealer: Sealer, key: Key, tmp_path: Path, owner: psycopg.Connection
) -> None:
    path = tmp_path / "verra.csv"
    files.write(path, 700)
    importing.import_file(path, DESK)
    sealed = sealer.seal()
    rows = owner.execute("SELECT record_id, seq FROM events").fetchall()
    assert sealed == len(rows) > 768
    for record_id, seq in rows[::7]:
        proven = sealing.prove(record_id, seq)
        assert verify_proof(proven.proof, proven.leaf, [key]).size == sealed


def test_leaves_have_no_gaps_and_follow_the_order_of_each_record(
    sealer: Sealer, owner: psycopg.Connection
) -> None:
    record = creating.create(new_record(), DESK).story.record
    taking.sell(record.id, Sell(buyer="Acme", quantity=10), DESK)
    sealer.seal()
    taking.retire(record.id, Retire(), DESK)
    sealer.seal()
    rows = owner.execute("SELECT no, seq FROM ledger_leaves ORDER BY no").fetchall()
    assert rows == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_every_checkpoint_has_grown_from_each_one_before(sealer: Sealer, key: Key) -> None:
    notes = []
    for number in range(12):
        creating.create(new_record(serial_number=f"S-{number}"), DESK)
        if number % 3:
            sealer.seal()
            notes.append(sealing.checkpoint())
    for old in notes:
        growth = sealing.growth_proof(size_of(old))
        assert verify_growth(growth, old, [key]).size == 12


def test_many_sealers_at_once_make_one_log(
    app: Flask, ours: Settings, key: Key, owner: psycopg.Connection
) -> None:
    def write(number: int) -> None:
        with app.app_context():
            record = creating.create(new_record(serial_number=f"W-{number}"), DESK).story.record
            taking.retire(record.id, Retire(), DESK)

    def seal(_: int) -> int:
        with app.app_context():
            return sum(Sealer(ours).seal() for _ in range(10))

    with ThreadPoolExecutor(8) as pool:
        sealed = pool.map(seal, range(4))
        list(pool.map(write, range(60)))
        total = sum(sealed)
    with app.app_context():
        total += Sealer(ours).seal()
    assert total == 120
    rows = owner.execute("SELECT no, record_id, seq FROM ledger_leaves ORDER BY no").fetchall()
    assert [row[0] for row in rows] == list(range(120))
    assert len({row[1:] for row in rows}) == 120
    with app.app_context():
        assert verify_checkpoint(sealing.checkpoint(), [key]).size == 120


def test_a_smaller_checkpoint_is_not_published_after_a_larger_one(
    sealer: Sealer, app: Flask
) -> None:
    for number in range(2):
        creating.create(new_record(serial_number=f"S-{number}"), DESK)
    sealer.seal()
    late = {"size": 1, "origin": "late", "root": bytes(32), "note": "late", "timed": "late"}
    database.change(store.publish, late | {"at": datetime.now(UTC)})
    assert [one.size for one in sealing.status().checkpoints] == [2]


def test_a_database_that_is_behind_its_outside_copy_is_not_signed(
    sealer: Sealer, ours: Settings, owner: psycopg.Connection
) -> None:
    for number in range(3):
        creating.create(new_record(serial_number=f"S-{number}"), DESK)
    sealer.seal()
    for table in ("ledger_leaves", "ledger_checkpoints", "ledger_nodes"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        owner.execute(f"DELETE FROM {table}")
    owner.execute("ALTER TABLE ledger_head DISABLE TRIGGER ALL")
    owner.execute("UPDATE ledger_head SET size = 0, frontier = ''")
    creating.create(new_record(serial_number="S-later"), DESK)
    with pytest.raises(LedgerBehind, match="restored from an old copy"):
        Sealer(ours).seal()
    assert owner.execute("SELECT count(*) FROM ledger_leaves").fetchone() == (0,)


def test_a_database_with_another_history_of_the_same_length_is_not_signed(
    sealer: Sealer, ours: Settings, owner: psycopg.Connection
) -> None:
    creating.create(new_record(), DESK)
    sealer.seal()
    owner.execute("ALTER TABLE ledger_leaves DISABLE TRIGGER ALL")
    owner.execute(
        "UPDATE ledger_leaves SET data = data || ' ', hash = sha256('\\x00'::bytea || data || ' ')"
    )
    with pytest.raises(LedgerBehind, match="not those that were signed"):
        Sealer(ours).seal()


def test_a_sealer_that_died_before_signing_is_made_up_for(
    sealer: Sealer, ours: Settings, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    creating.create(new_record(), DESK)

    def die(_: Sealer) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "_publish", die)
        with pytest.raises(KeyboardInterrupt):
            sealer.seal()
    with pytest.raises(ProofWaits):
        sealing.prove(GUJARAT_ID, 1)
    assert Sealer(ours).seal() == 0
    assert sealing.prove(GUJARAT_ID, 1).size == 1
    assert outside_copy(ours) == sealing.checkpoint()


def test_the_key_is_its_owners_alone_and_shows_nowhere(
    sealer: Sealer, ours: Settings, owner: psycopg.Connection
) -> None:
    path = ours.data_dir / "ledger_key"
    assert path.stat().st_mode & 0o777 == 0o600
    secret = base64.b64decode(path.read_text().strip().split("+", 4)[4])[1:]
    creating.create(new_record(), DESK)
    sealer.seal()
    assert secret.hex() not in repr(signers(ours))
    rows = owner.execute("SELECT l::text FROM ledger_checkpoints l").fetchall()
    assert base64.b64encode(secret).decode() not in str(rows)


def test_what_the_log_does_not_have_is_told(sealer: Sealer) -> None:
    creating.create(new_record(), DESK)
    sealer.seal()
    for record_id, seq in ((GUJARAT_ID, 2), ("0" * 64, 1), ("x", 1)):
        with pytest.raises(EventNotFound):
            sealing.prove(record_id, seq)
    for path in (
        "tile/0/001",
        "tile/0/000.p/2",
        "tile/1/000",
        "tile/0/000.p/0",
        "tile/x/000",
        "..",
    ):
        with pytest.raises(NotInLog):
            sealing.tile(path)
    assert len(sealing.tile("tile/0/000.p/1")) == 32


def restore_to(owner: psycopg.Connection, size: int, frontier: bytes) -> None:
    """The log's tables as a backup had them that was taken when the log had so many leaves."""
    for table in ("ledger_leaves", "ledger_checkpoints", "ledger_nodes", "ledger_head"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    owner.execute("DELETE FROM ledger_leaves WHERE no >= %s", (size,))
    owner.execute("DELETE FROM ledger_checkpoints WHERE size > %s", (size,))
    owner.execute("UPDATE ledger_head SET size = %s, frontier = %s", (size, frontier))


def frontier_of(owner: psycopg.Connection) -> bytes:
    row = owner.execute("SELECT frontier FROM ledger_head").fetchone()
    assert row is not None
    return bytes(row[0])


def test_a_database_that_is_restored_under_a_sealer_that_runs_is_not_signed(
    sealer: Sealer, ours: Settings, owner: psycopg.Connection
) -> None:
    creating.create(new_record(serial_number="S-1"), DESK)
    sealer.seal()
    backup = frontier_of(owner)
    creating.create(new_record(serial_number="S-2"), DESK)
    sealer.seal()
    kept = outside_copy(ours)
    restore_to(owner, 1, backup)
    for _ in range(2):
        with pytest.raises(LedgerBehind, match="restored from an old copy"):
            sealer.seal()
        creating.create(new_record(serial_number="S-3"), DESK)
    assert outside_copy(ours) == kept, "what tells it is not lost"
    why = sealing.why_behind(ours)
    assert why is not None
    assert "restored from an old copy" in why


def test_a_head_that_does_not_belong_to_its_leaves_is_not_signed(
    sealer: Sealer, owner: psycopg.Connection
) -> None:
    creating.create(new_record(serial_number="S-1"), DESK)
    sealer.seal()
    signed = sealing.checkpoint()
    creating.create(new_record(serial_number="S-2"), DESK)
    for damaged in (bytes(32), b""):
        owner.execute("UPDATE ledger_head SET frontier = %s", (damaged,))
        with pytest.raises(LedgerBehind, match="head of the log"):
            sealer.seal()
    assert sealing.checkpoint() == signed
    assert sealing.status().waiting == 1, "what waits still does"


def test_a_larger_checkpoint_outside_is_never_replaced_by_a_smaller_one(
    sealer: Sealer, ours: Settings
) -> None:
    creating.create(new_record(serial_number="S-1"), DESK)
    sealer.seal()
    small = outside_copy(ours)
    creating.create(new_record(serial_number="S-2"), DESK)
    sealer.seal()
    large = outside_copy(ours)
    assert small is not None
    keep_outside(ours, small)
    assert outside_copy(ours) == large


def test_a_key_of_another_name_seals_nothing_and_says_which_is_needed(
    sealer: Sealer, ours: Settings
) -> None:
    creating.create(new_record(serial_number="S-1"), DESK)
    sealer.seal()
    creating.create(new_record(serial_number="S-2"), DESK)
    other = replace(ours, ledger_key=new_signer("other.example/log").secret_text())
    with pytest.raises(OtherLog, match=r"the key's name is other\.example/log"):
        Sealer(other).seal()
    assert sealing.status().size == 1
    why = sealing.why_behind(other)
    assert why is not None
    assert "other.example/log" in why


def test_an_event_that_cannot_be_a_leaf_is_named_and_nothing_is_lost(
    sealer: Sealer, owner: psycopg.Connection
) -> None:
    record = creating.create(new_record(), DESK).story.record
    owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
    owner.execute("ALTER TABLE events DROP CONSTRAINT events_created_first_and_whole")
    owner.execute("UPDATE events SET seq = %s", (2**60,))
    owner.execute("UPDATE ledger_queue SET seq = %s", (2**60,))
    with pytest.raises(CannotSeal, match=f"event {2**60} of the record {record.id}"):
        sealer.seal()
    owner.execute("UPDATE events SET seq = 1")
    with pytest.raises(CannotSeal, match="on the queue and nowhere else"):
        sealer.seal()
    owner.execute("UPDATE ledger_queue SET seq = 1")
    assert sealer.seal() == 1


def test_leaves_that_nobody_signs_are_told(
    sealer: Sealer, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    creating.create(new_record(), DESK)
    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "_publish", lambda _: None)  # whatever kept it from doing so
        sealer.seal()
    assert sealing.status().waiting == 1
    owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
    owner.execute("UPDATE events SET at = at - interval '2 minutes'")
    assert "nothing was signed" in (sealing.why_silent() or "")
    sealer.seal()
    assert sealing.why_silent() is None


def test_a_checkpoint_that_cannot_be_kept_is_told_in_a_sentence(
    sealer: Sealer, ours: Settings
) -> None:
    creating.create(new_record(), DESK)
    (ours.data_dir / "ledger_checkpoint").mkdir()
    with pytest.raises(CopyNotKept, match="cannot be kept in"):
        sealer.seal()
