"""flask holdings: the sums are checked against the events, and mended from them."""

import psycopg
import pytest
from flask import Flask

from tests.cli.conftest import Run
from tests.factories import DESK, GUJARAT_ID, new_record
from webapp.actions import creating, looking, taking
from webapp.domain.commands import Sell


@pytest.fixture
def story(quiet_app: Flask) -> None:
    """Two records, 60 units of the first one sold."""
    with quiet_app.app_context():
        creating.create(new_record(), DESK)
        creating.create(new_record(serial_number="VCS-3000"), DESK)
        taking.sell(GUJARAT_ID, Sell(buyer="Acme Ltd", quantity=60), DESK)


def test_sums_that_agree_are_told_so(run: Run, story: None) -> None:
    checked = run("holdings", "check")

    assert (checked.code, checked.out) == (0, "All holdings agree with their events.\n")


def test_an_empty_registry_agrees(run: Run) -> None:
    assert run("holdings", "check").code == 0
    assert run("holdings", "rebuild").out == "Read 0 records and mended 0.\n"


@pytest.mark.parametrize(
    "edit", ["available = 60, sold = 50", "last_seq = 1", "available = 0, sold = 110, status = 'sold'"]
)  # fmt: skip
def test_a_row_that_was_edited_is_found_and_rebuild_mends_it(
    run: Run, story: None, quiet_app: Flask, owner: psycopg.Connection, edit: str
) -> None:
    kept = "SELECT * FROM holdings ORDER BY record_id"
    before = owner.execute(kept).fetchall()
    owner.execute(f"UPDATE holdings SET {edit} WHERE record_id = %s", (GUJARAT_ID,))

    checked = run("holdings", "check")
    assert checked.code == 1
    assert checked.out.startswith(f"{GUJARAT_ID}: kept ")
    assert len(checked.out.splitlines()) == 1
    assert "flask holdings rebuild" in checked.err

    mended = run("holdings", "rebuild")
    assert (mended.code, mended.out) == (0, "Read 2 records and mended 1.\n")
    assert owner.execute(kept).fetchall() == before
    assert run("holdings", "check").code == 0
    with quiet_app.app_context():
        assert looking.record(GUJARAT_ID).holdings.sold == 60


def test_a_check_changes_nothing(run: Run, story: None, owner: psycopg.Connection) -> None:
    owner.execute("UPDATE holdings SET last_seq = 1 WHERE record_id = %s", (GUJARAT_ID,))
    kept = "SELECT * FROM holdings ORDER BY record_id"
    before = owner.execute(kept).fetchall()

    run("holdings", "check")

    assert owner.execute(kept).fetchall() == before


def test_a_row_that_was_deleted_is_found_and_rebuild_makes_it_again(
    run: Run, story: None, owner: psycopg.Connection
) -> None:
    owner.execute("DELETE FROM holdings WHERE record_id = %s", (GUJARAT_ID,))

    assert run("holdings", "check").code == 1

    assert run("holdings", "rebuild").out == "Read 2 records and mended 1.\n"
    assert run("holdings", "check").code == 0
