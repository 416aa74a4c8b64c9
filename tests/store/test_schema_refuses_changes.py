"""The tables refuse to be changed, and the application to take their guards away."""

import psycopg
import pytest

from tests.store.ledger_rows import (
    event,
)

CHANGES = [
    "UPDATE records SET project_name = 'Other'",
    "UPDATE records SET project_name = project_name",
    "DELETE FROM records",
    "TRUNCATE records CASCADE",
    "TRUNCATE records, events, holdings, serial_blocks",
    "INSERT INTO records SELECT * FROM records ON CONFLICT (id) DO UPDATE SET actor = ''",
    "UPDATE serial_blocks SET block = int8range(lower(block), upper(block) + 1000)",
    "UPDATE serial_blocks SET remainder = remainder",
    "DELETE FROM serial_blocks",
    "TRUNCATE serial_blocks",
    "TRUNCATE serial_blocks CASCADE",
    "UPDATE events SET note = 'Other'",
    "UPDATE events SET note = note",
    "DELETE FROM events",
    "DELETE FROM events WHERE seq = 5",
    "TRUNCATE events",
    "TRUNCATE events CASCADE",
    "INSERT INTO events SELECT * FROM events WHERE seq = 4"
    " ON CONFLICT (record_id, seq) DO UPDATE SET note = ''",
    "MERGE INTO events e USING records r ON e.record_id = r.id"
    " WHEN MATCHED AND e.seq = 5 THEN DELETE",
]


def everything(connection: psycopg.Connection) -> list[list[tuple[object, ...]]]:
    return [
        connection.execute(f"SELECT * FROM {table} ORDER BY {table}").fetchall()
        for table in ("records", "serial_blocks", "events")
    ]


@pytest.mark.parametrize("statement", CHANGES)
def test_what_was_written_is_neither_changed_nor_deleted(
    raw: psycopg.Connection, way: str, statement: str
) -> None:
    before = everything(raw)
    by_privilege = way == "application"
    refused = (
        psycopg.errors.InsufficientPrivilege if by_privilege else psycopg.errors.RestrictViolation
    )
    with pytest.raises(refused) as caught, raw.transaction():
        raw.execute(statement)
    if not by_privilege:
        assert (caught.value.diag.constraint_name or "").endswith("_append_only")
    assert everything(raw) == before
    event().insert(raw)


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET ROLE cairn_owner",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "ALTER TABLE events DISABLE TRIGGER events_append_only",
        "DROP TRIGGER events_append_only ON events",
        "DROP TRIGGER events_follow_the_lifecycle ON events",
        "ALTER TABLE events DROP CONSTRAINT events_units_leave_once",
        "DROP INDEX events_units_leave_once",
        "ALTER TABLE events OWNER TO cairn",
        "ALTER TABLE events RENAME TO older_events",
        "DROP TABLE holdings, events",
        "CREATE TRIGGER mine BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE RULE mine AS ON INSERT TO events DO INSTEAD NOTHING",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "ALTER FUNCTION refuse_change() RENAME TO allow_change",
        "DROP FUNCTION refuse_change() CASCADE",
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "DELETE FROM holdings",
        "UPDATE alembic_version SET version_num = ''",
        "LOCK TABLE events IN ACCESS EXCLUSIVE MODE",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
@pytest.mark.parametrize("way", ["application"])
def test_the_application_may_not_take_the_guards_away(
    raw: psycopg.Connection, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), raw.transaction():
        raw.execute(statement)
