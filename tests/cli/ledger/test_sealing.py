"""flask ledger seal, key, new-key and verify-proof."""

from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.cli.conftest import Run
from tests.cli.ledger.telling import VKEY, told
from tests.factories import DESK, GUJARAT_ID
from webapp.actions import sealing, taking
from webapp.config import ConfigurationError, read_settings
from webapp.domain.commands import Retire
from webapp.ledger.note import key_text, new_signer
from webapp.ledger_files import signers


def test_sealing_seals_what_waits(run: Run, written: None) -> None:
    assert run("ledger", "seal").out == "Sealed 2 events.\n"
    assert run("ledger", "seal").out == "Sealed 0 events.\n"


def test_the_verifier_key_is_printed_alone(run: Run) -> None:
    assert run("ledger", "key").out == f"{VKEY}\n"


def test_a_new_key_is_printed_once_and_can_be_used(run: Run, quiet_app: Flask) -> None:
    made = run("ledger", "new-key", "registry.example.org/log").out
    assert made.startswith("PRIVATE+KEY+registry.example.org/log+")
    assert made != run("ledger", "new-key", "registry.example.org/log").out
    for name in ("a b", "https://registry.example.org/log", "x" * 3000):
        assert "A log's name is like registry.example.org/log" in told(
            run("ledger", "new-key", name)
        )


def test_a_proof_is_verified_without_a_database(
    run: Run, written: None, quiet_app: Flask, tmp_path: Path
) -> None:
    run("ledger", "seal")
    with quiet_app.app_context():
        proven = sealing.prove(GUJARAT_ID, 2)
    proof, leaf = tmp_path / "event.tlog-proof", tmp_path / "event.leaf"
    proof.write_bytes(proven.proof)
    leaf.write_bytes(proven.leaf)
    words = ("ledger", "verify-proof", str(proof), "--leaf", str(leaf), "--key", VKEY)
    ended = run(*words)
    assert ended.code == 0, ended
    assert "the leaf is entry 1 of 2" in ended.out
    leaf.write_bytes(proven.leaf + b" ")
    assert "inclusion is refused" in told(run(*words))
    other = key_text(new_signer("registry.example.org/log").key)
    assert "signature is refused" in told(run(*words[:-1], other))


def test_a_log_s_growth_is_verified_without_a_database(
    run: Run, written: None, quiet_app: Flask, tmp_path: Path
) -> None:
    run("ledger", "seal")
    kept, growth = tmp_path / "kept", tmp_path / "growth"
    with quiet_app.app_context():
        kept.write_bytes(sealing.checkpoint())
        taking.retire(GUJARAT_ID, Retire(quantity=3), DESK)
        run("ledger", "seal")
        growth.write_bytes(sealing.growth_proof(2))
    words = ("ledger", "verify-proof", str(growth), "--key", VKEY)
    ended = run(*words, "--old", str(kept))
    assert ended.code == 0, ended
    assert "The log of size 3 begins with the log of size 2." in ended.out
    kept.write_bytes(kept.read_bytes().replace(b"\n2\n", b"\n1\n"))
    assert "signature is refused" in told(run(*words, "--old", str(kept)))
    assert "either --leaf or --old" in run(*words).err


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "is empty"),
        ("{0} {0}", "the same key twice"),
        ("{1}", "https://a.example/log cannot be a log's name"),
        ("PRIVATE+KEY+x", "not written as"),
    ],
)
def test_a_key_file_with_which_nothing_could_be_signed_is_told_and_named(
    tmp_path: Path, key: str, says: str
) -> None:
    good, bad = (
        new_signer(name).secret_text() for name in ("a.example/log", "https://a.example/log")
    )
    (tmp_path / "ledger_key").write_text(key.format(good, bad))
    with pytest.raises(ConfigurationError) as caught:
        signers(read_settings({"DATA_DIR": str(tmp_path)}))
    assert says in str(caught.value)
    assert str(tmp_path / "ledger_key") in str(caught.value)
    assert good.rpartition("+")[2] not in str(caught.value)


def test_events_that_wait_nowhere_are_queued_when_asked(
    run: Run, written: None, owner: psycopg.Connection
) -> None:
    owner.execute("DELETE FROM ledger_queue")  # as if an older version had written them
    assert "flask ledger seal --requeue" in told(run("ledger", "verify"))
    assert run("ledger", "seal").out == "Sealed 0 events.\n"
    for added in (2, 0):
        assert run("ledger", "seal", "--requeue").out == f"Sealed {added} events.\n"
    assert run("ledger", "verify").code == 0
