"""Verifying: an edit of each column of each table, past every guard, is found and named."""

import os
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.actions.verifying.conftest import database_of
from tests.actions.verifying.editing import (
    EDITS,
    OF_GUJARAT,
    ROWS,
    SAID_NOWHERE_ELSE,
    TABLES,
    columns,
    drop_constraints,
    found,
    verify,
)
from tests.conftest import _opened, _settings
from tests.factories import DESK, GUJARAT_ID
from webapp.actions import taking, verifying
from webapp.actions.verifying import Agreed
from webapp.config import Settings
from webapp.domain.commands import Retire
from webapp.ledger_files import signers
from webapp.store.sums import fold


def test_an_untouched_registry_agrees(edited: Settings, owner: psycopg.Connection) -> None:
    leaves, records = (
        owner.execute(f"SELECT count(*) FROM {table}").fetchone() or ()
        for table in ("ledger_leaves", "records")
    )
    assert leaves[0] > 256
    assert verify(edited) == Agreed(leaves[0], records[0], checkpoints=2, waiting=2)


def test_an_empty_registry_agrees(cluster: Path, tmp_path: Path) -> None:
    name = f"bare_{os.getpid()}"
    settings = replace(_settings(cluster, name), data_dir=tmp_path)
    with database_of(cluster, name, "cairn"), _opened(settings):
        assert verifying.verify([one.key for one in signers(settings)]) == Agreed(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("table", "row"), [(table, row) for table, rows in ROWS.items() for row in rows]
)
def test_an_edit_of_each_column_is_found_and_named(
    edited: Settings, owner: psycopg.Connection, table: str, row: str
) -> None:
    drop_constraints(owner, *TABLES)
    unfound = set()
    for column, kind in columns(owner, table):
        name = sql.Identifier(column)
        value = sql.SQL(EDITS[kind]).format(name)
        edit = sql.SQL("UPDATE {} SET {} = {} WHERE " + ROWS[table][row])
        owner.execute(f"CREATE TABLE before AS TABLE {table}")
        done = owner.execute(edit.format(sql.Identifier(table), name, value))
        assert done.rowcount == 1
        try:
            sentence = found(edited)
        except pytest.fail.Exception:
            unfound.add((table, row, column))
        else:
            assert table in sentence, (column, sentence)
            assert column in sentence, (column, sentence)
        owner.execute(f"DELETE FROM {table}")
        owner.execute(f"INSERT INTO {table} TABLE before")
        owner.execute("DROP TABLE before")
    assert verify(edited).leaves, "an edit was not undone"
    assert unfound == {one for one in SAID_NOWHERE_ELSE if one[:2] == (table, row)}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("units", "'{}'"),
        ("units", "'{(,5)}'"),
        ("units", "'{[1,)}'"),
        ("effective_on", "'infinity'"),
        ("effective_on", "NULL"),
        ("at", "'-infinity'"),
        ("at", "'20000-01-01'"),
        ("event_type", "'moved'"),
        ("note", "NULL"),
        ("from_seq", "NULL"),
    ],
)
def test_a_value_that_no_event_can_have_is_named_like_any_other(
    edited: Settings, owner: psycopg.Connection, column: str, value: str
) -> None:
    drop_constraints(owner, "events")
    owner.execute(f"UPDATE events SET {column} = {value} WHERE {OF_GUJARAT} AND seq = 4")
    assert f"{GUJARAT_ID}, seq 4: {column} is" in found(edited)


@pytest.mark.parametrize(
    "edit",
    ["units = '{}'", "units = '{(,5)}'", "event_type = 'moved'", "from_seq = 2", "seq = 9",
     "effective_on = 'infinity'", "at = 'infinity'"],
)  # fmt: skip
def test_an_event_that_waits_and_cannot_be_is_found(
    edited: Settings, owner: psycopg.Connection, edit: str
) -> None:
    drop_constraints(owner, "events")
    waits = "(record_id, seq) IN (SELECT record_id, seq FROM ledger_queue) AND seq = 2"
    assert owner.execute(f"UPDATE events SET {edit} WHERE {waits}").rowcount == 1
    assert "events" in found(edited)


# What is kept of the records and events to look them up and to sum them.
KEPT = {
    "projects": "name = 'Waste-to-Energy Gujarat'",
    "parties": "name = 'Acme Ltd'",
    "feed": "seq = 4 AND record_no = (SELECT no FROM holdings WHERE record_id = '"
    + GUJARAT_ID
    + "')",
    "unit_sums": "ctid = (SELECT min(ctid) FROM unit_sums)",
    "event_sums": "ctid = (SELECT min(ctid) FROM event_sums)",
    "pending_sums": "id = (SELECT max(id) FROM pending_sums WHERE party_no IS NOT NULL)",
}
KEPT_KINDS = EDITS | {"numeric": "{0} + 1", "uuid": "{0}"}


@pytest.mark.parametrize("table", KEPT)
def test_an_edit_of_what_is_kept_for_look_ups_and_totals_is_found(
    edited: Settings, owner: psycopg.Connection, table: str
) -> None:
    if table.endswith("_sums") and table != "pending_sums":
        with owner.transaction():
            fold(owner)
    if table == "pending_sums":
        taking.retire(GUJARAT_ID, Retire(quantity=1, beneficiary="Bold"), DESK)
    owner.execute("SET session_replication_role = replica")
    drop_constraints(owner, *TABLES, *KEPT)
    unfound = set()
    for column, kind in columns(owner, table):
        name = sql.Identifier(column)
        edit = sql.SQL("UPDATE {} SET {} = {} WHERE " + KEPT[table])
        value = sql.SQL(KEPT_KINDS[kind]).format(name)
        owner.execute(f"CREATE TABLE before AS TABLE {table}")
        done = owner.execute(edit.format(sql.Identifier(table), name, value))
        assert done.rowcount == 1, column
        try:
            found(edited)
        except pytest.fail.Exception:
            unfound.add(column)
        owner.execute(f"DELETE FROM {table}")
        owner.execute(f"INSERT INTO {table} TABLE before")
        owner.execute("DROP TABLE before")
    assert verify(edited).leaves, "an edit was not undone"
    assert unfound == ({"id"} if table == "pending_sums" else set())
