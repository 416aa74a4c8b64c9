"""flask ledger verify."""

from dataclasses import replace
from pathlib import Path

import psycopg
from flask import Flask

from tests.cli.conftest import Run
from tests.cli.ledger.logs import served
from tests.cli.ledger.telling import SIGNER, VKEY, told
from tests.factories import DESK, GUJARAT_ID
from webapp.actions import sealing, taking
from webapp.config import Settings
from webapp.domain.commands import Retire
from webapp.ledger.note import new_signer


def test_a_database_that_agrees_is_told_so(run: Run, written: None, quiet_app: Flask) -> None:
    run("ledger", "seal")
    with quiet_app.app_context():
        taking.retire(GUJARAT_ID, Retire(quantity=3), DESK)
    ended = run("ledger", "verify")
    assert ended.code == 0, ended
    assert ended.out == (
        "All agree: 2 leaves, 1 record and 1 checkpoint.\n1 event more waited to be sealed.\n"
    )
    assert "2 of 2 leaves (100%)" in ended.err


def test_a_registry_that_never_sealed_anything_agrees(run: Run) -> None:
    assert run("ledger", "verify").out == "All agree: 0 leaves, 0 records and 0 checkpoints.\n"


def test_a_row_that_was_edited_is_named_with_exit_code_1(
    run: Run, written: None, owner: psycopg.Connection
) -> None:
    run("ledger", "seal")
    owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
    owner.execute("UPDATE events SET party = 'Somebody' WHERE seq = 2")
    assert told(run("ledger", "verify")) == (
        f'Error: events, record_id {GUJARAT_ID}, seq 2: party is "Somebody" and should be empty, as '
        "the data of ledger_leaves, no 1 says."
    )


def test_what_others_kept_is_compared_from_a_file_and_from_an_address(
    run: Run, written: None, quiet_app: Flask, tmp_path: Path
) -> None:
    run("ledger", "seal")
    with quiet_app.app_context():
        note = sealing.checkpoint()
    kept = tmp_path / "kept"
    kept.write_bytes(note)
    assert run("ledger", "verify", "--against", str(kept)).code == 0
    with served({"checkpoint": note}) as url:
        assert run("ledger", "verify", "--against", f"{url}/checkpoint").code == 0
        assert "answers 404" in told(run("ledger", "verify", "--against", f"{url}/other"))
    assert "cannot be reached" in told(run("ledger", "verify", "--against", f"{url}/checkpoint"))
    assert "is not an address" in told(run("ledger", "verify", "--against", "http://"))
    assert "cannot be read" in told(run("ledger", "verify", "--against", str(tmp_path / "none")))
    kept.write_bytes(b"nonsense")
    assert f"The checkpoint in {kept} does not hold" in told(
        run("ledger", "verify", "--against", str(kept))
    )


def test_a_key_that_was_replaced_is_given(
    run: Run, written: None, quiet_app: Flask, settings: Settings, tmp_path: Path
) -> None:
    run("ledger", "seal")
    new = new_signer(SIGNER.name)
    ours: Settings = quiet_app.extensions["cairn.settings"]
    quiet_app.extensions["cairn.settings"] = replace(ours, ledger_key=new.secret_text())
    assert "ledger_checkpoint does not hold" in told(run("ledger", "verify"))
    assert run("ledger", "verify", "--key", VKEY).code == 0
    assert "key is refused" in told(run("ledger", "verify", "--key", "nonsense"))
