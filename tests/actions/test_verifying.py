"""Verifying: whatever the owner of the tables edits, deletes or adds past every guard is found and named."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from tests.bench import files
from tests.conftest import _opened, _settings
from tests.factories import DESK, GUJARAT_ID, new_record
from tests.ledger.witnessing import Witness
from tests.store.ledger_rows import C, Row, created, event, record, serial_block
from webapp.actions import creating, importing, sealing, taking, verifying
from webapp.actions.sealing import Sealer
from webapp.actions.verifying import Agreed, Copy, Disagreement
from webapp.config import Settings
from webapp.domain.commands import Cancel, Retire, Return, Sell
from webapp.ledger.checkpoint import sign_checkpoint, write_checkpoint
from webapp.ledger.merkle import Frontier
from webapp.ledger.note import new_signer
from webapp.ledger.verifier import Checkpoint
from webapp.ledger.witness import cosigned_at
from webapp.ledger_files import outside_copy, signers
from webapp.store import database, witnessing
from webapp.store import sealing as store
from webapp.store.sums import fold

TABLES = (
    *("records", "serial_blocks", "events", "holdings"),
    *("ledger_leaves", "ledger_nodes", "ledger_head", "ledger_checkpoints", "ledger_queue"),
    "ledger_cosignatures",
)
# Which rows of a table are edited: each column of each.
_OF_GUJARAT = f"record_id = '{GUJARAT_ID}'"
ROWS = {
    "records": {"the record": f"id = '{GUJARAT_ID}'"},
    "serial_blocks": {"its block": _OF_GUJARAT},
    "events": {
        "its creation": f"{_OF_GUJARAT} AND seq = 1",
        "its retirement": f"{_OF_GUJARAT} AND seq = 4",
    },
    "holdings": {"its holdings": _OF_GUJARAT},
    "ledger_leaves": {"the first": "no = 0", "its retirement": f"{_OF_GUJARAT} AND seq = 4"},
    "ledger_nodes": {"the only one": "true"},
    "ledger_head": {"the only one": "true"},
    "ledger_checkpoints": {
        "the first": "size = (SELECT min(size) FROM ledger_checkpoints)",
        "the newest": "size = (SELECT max(size) FROM ledger_checkpoints)",
    },
    "ledger_cosignatures": {"the only one": "true"},
    "ledger_queue": {"the first": "id = (SELECT min(id) FROM ledger_queue)"},
}
# What nothing else says, so that no edit of it can be found: see webapp/actions/verifying/whole.py.
SAID_NOWHERE_ELSE = {
    ("ledger_queue", "the first", "id"),
}
EDITS = {
    "text": "coalesce({0}, '') || 'x'",
    "bigint": "coalesce({0}, 0) + 1",
    "integer": "coalesce({0}, 0) + 1",
    "smallint": "{0} + 8",
    "boolean": "NOT {0}",
    "bytea": "set_byte({0}, 7, get_byte({0}, 7) # 1)",
    "date": "coalesce({0}, '2020-01-01') + 1",
    "timestamp with time zone": "{0} + interval '1 microsecond'",
    "int8range": "int8range(coalesce(lower({0}), 1) + 1, coalesce(upper({0}), 7))",
    "int8multirange": "{0} - int8multirange(int8range(lower({0}), lower({0}) + 1))",
}


WITNESS = Witness(new_signer("nobody").key)


@pytest.fixture(scope="module")
def sealed(cluster: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A registry with every kind of event, some 300 leaves, two checkpoints, and two events that wait."""
    name = f"sealed_{os.getpid()}"
    settings = replace(_settings(cluster, name), data_dir=tmp_path_factory.mktemp("outside"))
    path = tmp_path_factory.mktemp("files") / "verra.csv"
    files.write(path, 200)
    with _database(cluster, name, "cairn"):
        with _opened(settings):
            creating.create(new_record(issued_on=date(2020, 1, 1), project_id="7"), DESK)
            taking.sell(GUJARAT_ID, Sell(buyer="Acme Ltd", quantity=60, note="Invoice 7"), DESK)
            taking.return_sold(GUJARAT_ID, Return(sale=2, quantity=20, reason="unpaid"), DESK)
            Sealer(settings).seal()
            retirement = Retire(
                quantity=10,
                beneficiary="Bold",
                reason="2024",
                note="Flights",
                effective_on=date(2024, 5, 3),
            )
            taking.retire(GUJARAT_ID, retirement, DESK)
            taking.cancel(GUJARAT_ID, Cancel(quantity=5, reason="buffer"), DESK)
            importing.import_file(path, DESK)
            Sealer(settings).seal()
            _cosign(settings)
            other = creating.create(new_record(serial_number="W-1"), DESK).story.record
            taking.retire(other.id, Retire(quantity=1), DESK)
        yield settings


def _cosign(settings: Settings) -> None:
    newest = database.read(store.newest)[0]
    text = newest.note.encode().rpartition(b"\n\n")[0] + b"\n"
    line, name = WITNESS.line(text), WITNESS.key.name
    database.change(witnessing.keep, newest.size, name, line, cosigned_at(line))


@contextmanager
def _database(cluster: Path, name: str, template: str) -> Iterator[None]:
    admin = _settings(cluster, "postgres").owner_url
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def edited(cluster: Path, sealed: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a copy of that registry, to be edited."""
    name, data_dir = f"edited_{os.getpid()}", tmp_path / "outside"
    shutil.copytree(sealed.data_dir, data_dir)
    with _database(cluster, name, f"sealed_{os.getpid()}"):
        yield replace(_settings(cluster, name), data_dir=data_dir)


@pytest.fixture
def app(edited: Settings) -> Iterator[Flask]:
    with _opened(edited) as app:
        yield app


@pytest.fixture
def owner(edited: Settings, app: Flask) -> Iterator[psycopg.Connection]:
    """The owner of the tables, for whom no trigger runs."""
    with psycopg.connect(edited.owner_url, autocommit=True) as connection:
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield connection


def verify(settings: Settings, *copies: Copy) -> Agreed:
    note = outside_copy(settings)
    assert note is not None
    keys = [one.key for one in signers(settings)]
    return verifying.verify(keys, [WITNESS.key], copies=[Copy("the outside copy", note), *copies])


def found(settings: Settings, *copies: Copy) -> str:
    """The sentence that names what disagrees."""
    with pytest.raises(Disagreement) as caught:
        verify(settings, *copies)
    sentence = str(caught.value)
    assert sentence.endswith("."), sentence
    assert "\n" not in sentence
    return sentence


def drop_constraints(owner: psycopg.Connection, *tables: str) -> None:
    """Whatever stands in the way of an edit: the owner may drop that too."""
    kinds = "CASE contype WHEN 'f' THEN 0 ELSE 1 END"  # foreign keys before what they need
    query = (
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        f" WHERE conrelid::regclass::text = ANY (%s) AND contype <> 'n' ORDER BY {kinds}, 2"
    )
    for table, name in owner.execute(query, (list(tables),)).fetchall():
        owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
    unique = (
        "SELECT indexrelid::regclass::text FROM pg_index"
        " WHERE indisunique AND indrelid::regclass::text = ANY (%s)"
    )
    for (index,) in owner.execute(unique, (list(tables),)).fetchall():
        owner.execute(f"DROP INDEX {index}")
    identity = (
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE is_identity = 'YES' AND table_name = ANY (%s)"
    )
    for table, column in owner.execute(identity, (list(tables),)).fetchall():
        owner.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP IDENTITY")


def columns(owner: psycopg.Connection, table: str) -> list[tuple[str, str]]:
    query = (
        "SELECT column_name, CASE data_type WHEN 'USER-DEFINED' THEN udt_name ELSE data_type END"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " ORDER BY ordinal_position"
    )
    return owner.execute(query, (table,)).fetchall()


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
    with _database(cluster, name, "cairn"), _opened(settings):
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
    owner.execute(f"UPDATE events SET {column} = {value} WHERE {_OF_GUJARAT} AND seq = 4")
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


def _rewrite(owner: psycopg.Connection, edited: Settings) -> None:
    """The retirement was for somebody else: in its event and its leaf alike, with a fitting hash."""
    owner.execute(f"UPDATE events SET party = 'Else' WHERE {_OF_GUJARAT} AND seq = 4")
    owner.execute("UPDATE feed SET party_no = NULL WHERE seq = 4 AND party_no IS NOT NULL")
    swap = "convert_to(replace(convert_from(data, 'UTF8'), '\"Bold\"', '\"Else\"'), 'UTF8')"
    owner.execute(
        f"UPDATE ledger_leaves SET data = {swap}, hash = sha256('\\x00'::bytea || {swap})"
        f" WHERE {_OF_GUJARAT} AND seq = 4"
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
