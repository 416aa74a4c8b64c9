"""Verifying: rows that are gone, foreign or there twice are found."""

import psycopg
import pytest

from tests.actions.verifying.editing import ROWS, TABLES, drop_constraints, found
from tests.factories import GUJARAT_ID
from tests.store.ledger_rows import C, Row, created, event, record, serial_block
from webapp.config import Settings


@pytest.mark.parametrize("table", [one for one in TABLES if one != "ledger_cosignatures"])
def test_a_row_that_is_gone_is_found(
    edited: Settings, owner: psycopg.Connection, table: str
) -> None:
    drop_constraints(owner, *TABLES)
    rows = list(ROWS[table].values())
    done = owner.execute(f"DELETE FROM {table} WHERE {rows[-1]}")
    assert done.rowcount == 1
    assert table in found(edited)


FOREIGN = {
    "records": record(),
    "serial_blocks": serial_block(),
    "events": event(record_id=GUJARAT_ID, seq=6, units="{[90,91)}"),
    "holdings": Row(
        "holdings",
        {
            "record_id": C, "quantity": 1, "available": 1, "sold": 0, "retired": 0, "cancelled": 0,
            "status": "active", "last_seq": 1, "no": 10**6, "project_no": 1, "project_key": "raw",
            "registry": "VCS", "vintage": 2018, "changed_at": "2026-01-01T00:00:00Z",
        },
    ),
    "ledger_leaves": Row(
        "ledger_leaves",
        {"no": 10**6, "record_id": C, "seq": 1, "hash": bytes(32), "data": b"{}", "salt": bytes(16)},
    ),
    "ledger_nodes": Row("ledger_nodes", {"level": 16, "no": 0, "hash": bytes(32)}),
    "ledger_head": Row("ledger_head", {"one": False, "size": 0, "frontier": b""}),
    "ledger_checkpoints": Row(
        "ledger_checkpoints",
        {"size": 7, "origin": "x", "root": bytes(32), "note": "x", "at": "2026-01-01T00:00:00Z", "timed": "x"},
    ),
    "ledger_cosignatures": Row(
        "ledger_cosignatures",
        {"size": 7, "witness": "x", "line": "x", "at": "2026-01-01T00:00:00Z"},
    ),
    "ledger_queue": Row("ledger_queue", {"id": 10**6, "record_id": C, "seq": 1}),
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_does_not_belong_there_is_found(
    edited: Settings, owner: psycopg.Connection, table: str
) -> None:
    drop_constraints(owner, *TABLES)
    FOREIGN[table].insert(owner)
    assert table in found(edited)


@pytest.mark.parametrize("table", [one for one in TABLES if one not in ("ledger_head",)])
def test_a_row_that_is_there_twice_is_found(
    edited: Settings, owner: psycopg.Connection, table: str
) -> None:
    drop_constraints(owner, *TABLES)
    where = next(iter(ROWS[table].values()))
    owner.execute(f"INSERT INTO {table} SELECT * FROM {table} WHERE {where}")
    assert found(edited)


def test_an_event_and_its_queue_row_of_no_record_are_found(
    edited: Settings, owner: psycopg.Connection
) -> None:
    drop_constraints(owner, *TABLES)
    created(C, "[1,101)").insert(owner)
    Row("ledger_queue", {"id": 10**6, "record_id": C, "seq": 1}).insert(owner)
    assert f"events: the row with the record_id {C}" in found(edited)
