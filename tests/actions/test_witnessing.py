"""Witnesses: each cosigns the newest checkpoint, which then bears its line; nothing waits for them."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.factories import DESK, new_record
from tests.server import free_port, wait_until
from tests.witness import Witness, serving
from webapp import working
from webapp.actions import creating, sealing, verifying, witnessing
from webapp.actions.sealing import Sealer
from webapp.actions.verifying import Disagreement
from webapp.actions.witnessing import Asking, NotCosigned
from webapp.config import ConfigurationError, Settings
from webapp.ledger.note import key_text
from webapp.ledger.verifier import Key, verify_checkpoint, verify_growth, verify_proof
from webapp.ledger_files import signers


@pytest.fixture
def ours(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, data_dir=tmp_path / "data")


@pytest.fixture
def key(ours: Settings) -> Key:
    return signers(ours)[0].key


@pytest.fixture
def witness(key: Key) -> Iterator[Witness]:
    with serving(Witness("witness.example.org", [key])) as witness:
        yield witness


@pytest.fixture
def write(app: Flask, ours: Settings) -> Callable[..., str]:
    """Writes so many records and seals them."""
    numbers = iter(range(10**6))

    def write(count: int = 1) -> str:
        for _ in range(count):
            made = creating.create(new_record(serial_number=f"S-{next(numbers)}"), DESK)
        Sealer(ours).seal()
        return made.story.record.id

    return write


def asking(witness: Witness) -> Asking:
    return Asking(witnessing.Witness(witness.url, witness.key))


def test_the_newest_checkpoint_and_proofs_bear_the_cosignature(
    write: Callable[..., str], witness: Witness, key: Key
) -> None:
    record_id = write(3)
    assert asking(witness).ask()
    assert verify_checkpoint(sealing.checkpoint(), [key], [witness.key]).size == 3
    proven = sealing.prove(record_id, 1)
    verify_proof(proven.proof, proven.leaf, [key], [witness.key])


def test_a_witness_is_asked_once_for_each_checkpoint_with_the_growth_since_its_last(
    write: Callable[..., str], witness: Witness, key: Key
) -> None:
    ours = asking(witness)
    assert not ours.ask()  # nothing was signed yet
    write(3)
    assert ours.ask()
    assert not ours.ask()
    old = sealing.checkpoint()
    write(4)
    assert ours.ask()
    assert witness.asked == [0, 3]
    verify_growth(sealing.growth_proof(3), old, [key], [witness.key])


def test_another_process_goes_on_from_what_was_kept(
    write: Callable[..., str], witness: Witness
) -> None:
    write(2)
    assert asking(witness).ask()
    write(2)
    assert asking(witness).ask()
    assert witness.asked == [0, 2]


def test_a_witness_that_knows_another_size_tells_it_and_signs_then(
    write: Callable[..., str], witness: Witness, owner: psycopg.Connection, key: Key
) -> None:
    write(3)
    assert asking(witness).ask()
    owner.execute("ALTER TABLE ledger_cosignatures DISABLE TRIGGER ALL")
    owner.execute("DELETE FROM ledger_cosignatures")
    write(2)
    ours = asking(witness)
    assert not ours.ask()
    assert ours.ask()
    assert witness.asked == [0, 0, 3]
    verify_checkpoint(sealing.checkpoint(), [key], [witness.key])


def test_two_witnesses_sign_the_same_checkpoint(
    write: Callable[..., str], witness: Witness, key: Key
) -> None:
    write()
    with serving(Witness("other.example.org", [key])) as other:
        assert asking(witness).ask()
        assert asking(other).ask()
        verify_checkpoint(sealing.checkpoint(), [key], [witness.key, other.key])


def test_what_a_witness_refuses_is_told(write: Callable[..., str], witness: Witness) -> None:
    write()
    for answer, told in (
        ((403, b"unknown log"), r"answers 403 \(unknown log\): it does not know this log"),
        ((404, b""), "does not know this log"),
        ((409, b"0\n"), "has not grown from what it signed before"),
        ((409, b"7\n"), None),
        ((200, b"nonsense\n"), "something else than it should"),
        ((200, b""), "something else than it should"),
        ((200, "\u2014 x AAAAAAAAAAAA\n".encode()), "none by a witness that is known"),
        ((500, b"\x00\xff"), "answers 500 and signed nothing"),
    ):
        witness.answers = [answer]
        ours = asking(witness)
        if told is None:
            assert not ours.ask()
            with pytest.raises(NotCosigned, match="restored from an old copy"):
                ours.ask()
            continue
        with pytest.raises(NotCosigned, match=told):
            ours.ask()


def test_a_forged_cosignature_is_not_kept(
    write: Callable[..., str], witness: Witness, owner: psycopg.Connection
) -> None:
    write()
    witness.answers = [(200, witness.line(b"another text\n1\n"))]
    with pytest.raises(NotCosigned, match="cosignature is refused"):
        asking(witness).ask()
    assert owner.execute("SELECT count(*) FROM ledger_cosignatures").fetchone() == (0,)


def test_a_log_that_forked_is_refused_by_its_witness(
    write: Callable[..., str], witness: Witness, owner: psycopg.Connection
) -> None:
    write(2)
    assert asking(witness).ask()
    write(2)
    assert witness.seen is not None
    witness.seen = witness.seen._replace(root=bytes(32))
    with pytest.raises(NotCosigned, match="has not grown from what it signed before"):
        asking(witness).ask()


def test_the_server_seals_and_cosigns_while_another_witness_is_away(
    app: Flask, ours: Settings, witness: Witness, key: Key, caplog: pytest.LogCaptureFixture
) -> None:
    away = Witness("away.example.org", [key])
    away.url = f"http://127.0.0.1:{free_port()}"
    app.extensions["cairn.settings"] = replace(
        ours, ledger_witnesses=f"{away.setting} {witness.setting}"
    )
    over = threading.Event()
    working_on = threading.Thread(target=working.until, args=(app, over))
    working_on.start()
    try:
        creating.create(new_record(), DESK)
        wait_until(lambda: witness.seen is not None and witness.seen.size == 1, "it is cosigned")
        wait_until(lambda: "away.example.org signed nothing" in caplog.text, "it is told")
        wait_until(lambda: witness.name in sealing.checkpoint().decode(), "it is kept")
    finally:
        over.set()
        working_on.join()
    verify_checkpoint(sealing.checkpoint(), [key], [witness.key])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://witness.example.org", "an address and a verifier key for each"),
        ("witness.example.org KEY", "an address and a verifier key for each"),
        ("https://w.example.org KEY", "key is refused"),
        ("https://w.example.org {log}", "kind 1, and kind 4 is needed"),
        ("https://w.example.org {witness} https://x.example.org", "an address and a verifier key"),
    ],
)
def test_a_setting_that_is_wrong_is_told(
    ours: Settings, key: Key, witness: Witness, text: str, told: str
) -> None:
    given = text.format(log=key_text(key), witness=key_text(witness.key))
    with pytest.raises(ConfigurationError, match=told):
        witnessing.witnesses(replace(ours, ledger_witnesses=given))


def test_verifying_finds_edited_cosignatures(
    write: Callable[..., str], witness: Witness, key: Key, owner: psycopg.Connection
) -> None:
    write()
    assert asking(witness).ask()
    assert verifying.verify([key], [witness.key]).checkpoints == 1
    owner.execute("ALTER TABLE ledger_cosignatures DISABLE TRIGGER ALL")
    for edit in (
        "size = 7",
        "witness = 'x'",
        "line = 'x'",
        "line = translate(line, 'AB', 'BA')",
        "line = line || line",
    ):
        owner.execute("CREATE TABLE before AS TABLE ledger_cosignatures")
        owner.execute(f"UPDATE ledger_cosignatures SET {edit}")
        with pytest.raises(Disagreement, match="ledger_cosignatures"):
            verifying.verify([key], [witness.key])
        owner.execute("DELETE FROM ledger_cosignatures")
        owner.execute("INSERT INTO ledger_cosignatures TABLE before")
        owner.execute("DROP TABLE before")
