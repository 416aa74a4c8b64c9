"""flask holdings, when somebody past the application left a record without its events."""

import psycopg
import pytest

from tests.cli.conftest import Run
from tests.factories import DESK, new_record
from tests.store.ledger_rows import C, holdings, record
from webapp.actions import creating

KEPT = "SELECT * FROM holdings ORDER BY record_id"


@pytest.fixture
def eventless(owner: psycopg.Connection, quiet_app) -> None:
    """One record as it should be, and one that has holdings and no event."""
    with quiet_app.app_context():
        creating.create(new_record(), DESK)
    with owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        record().insert(owner)
        holdings(record_id=C, available=100, sold=0, retired=0, cancelled=0, last_seq=1).insert(
            owner
        )


def test_a_record_without_events_is_reported(run: Run, eventless: None) -> None:
    checked = run("holdings", "check")

    assert checked.code == 1
    (line,) = checked.out.splitlines()
    assert line.startswith(f"{C}: kept ")
    assert line.endswith("nothing: it has no events")


def test_a_rebuild_leaves_a_record_without_events_as_it_is(
    run: Run, eventless: None, owner: psycopg.Connection
) -> None:
    before = owner.execute(KEPT).fetchall()

    rebuilt = run("holdings", "rebuild")

    assert (rebuilt.code, rebuilt.out) == (0, "Read 2 records and mended 0.\n")
    assert owner.execute(KEPT).fetchall() == before
    assert run("holdings", "check").code == 1


def test_a_rebuild_mends_the_others_all_the_same(
    run: Run, eventless: None, owner: psycopg.Connection
) -> None:
    before = owner.execute(KEPT).fetchall()
    owner.execute("UPDATE holdings SET available = 60, sold = 50 WHERE record_id <> %s", (C,))

    assert run("holdings", "rebuild").out == "Read 2 records and mended 1.\n"
    assert owner.execute(KEPT).fetchall() == before


def test_a_record_with_neither_events_nor_holdings_is_reported_too(
    run: Run, eventless: None, owner: psycopg.Connection
) -> None:
    owner.execute("DELETE FROM holdings WHERE record_id = %s", (C,))

    assert run("holdings", "check").code == 1
    assert run("holdings", "rebuild").code == 0
