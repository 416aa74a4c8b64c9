"""flask db grant: a role of production gets what the application needs and nothing that changes it."""

import os
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import psycopg
import pytest
from psycopg import errors, sql

from tests.api.client import Client
from tests.cli.commands import flask, on
from tests.factories import GUJARAT_ID
from webapp.actions import sessions, staff, tokens
from webapp.app import create_app
from webapp.config import Settings
from webapp.store import database

FORBIDDEN = [
    "UPDATE records SET actor = 'x'",
    "DELETE FROM records",
    "TRUNCATE records CASCADE",
    "UPDATE serial_blocks SET remainder = 'x'",
    "DELETE FROM serial_blocks",
    "TRUNCATE serial_blocks",
    "UPDATE events SET actor = 'x'",
    "DELETE FROM events",
    "TRUNCATE events",
    "DELETE FROM holdings",
    "TRUNCATE holdings",
    "UPDATE alembic_version SET version_num = 'x'",
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "ALTER TABLE events DROP CONSTRAINT events_units_leave_once",
    "DROP TABLE events CASCADE",
    "CREATE TABLE more (number int)",
    "SET session_replication_role = replica",
]


@pytest.fixture
def role(owner: psycopg.Connection) -> Iterator[str]:
    """A role that may sign in and do nothing else, with a name that must be quoted."""
    name = f'App-Role "{os.getpid()}"'
    quoted = sql.Identifier(name)
    owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(quoted))
    yield name
    owner.execute(sql.SQL("DROP OWNED BY {}").format(quoted))
    owner.execute(sql.SQL("DROP ROLE {}").format(quoted))


def url_of(role: str, settings: Settings) -> str:
    return settings.owner_url.replace("cairn_owner@", f"{quote(role)}@")


def test_the_role_runs_the_whole_application(settings: Settings, role: str) -> None:
    granted = flask("db", "grant", role, **on(settings, settings.owner_url))
    assert granted.code == 0, granted.err
    assert role in granted.out

    app = create_app(replace(settings, database_url=url_of(role, settings)))
    try:
        with app.app_context():
            staff.add("desk@example.org", "Registry desk", "operator", "correct horse")
            session = sessions.sign_in("desk@example.org", "correct horse")
            assert sessions.who(session)
            sessions.change_password(session, "correct horse", "battery staple")
            sessions.sign_out(session)
            staff.disable("desk@example.org")
            api = Client(app, tokens.add("Registry desk", "operator"))
        assert api.create(key="k1").status == 201
        assert api.create(key="k1").status == 201
        assert api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60).status == 200
        assert api.act(GUJARAT_ID, "return", sale=2, reason="Error").status == 200
        assert api.act(GUJARAT_ID, "cancel", reason="Error", quantity=1).status == 200
        assert api.act(GUJARAT_ID, "retire", key="k2").status == 200
        assert len(api.record(GUJARAT_ID)["events"]) == 6
        assert len(api.get("/records").json["items"]) == 1
    finally:
        database.close(app)


def test_the_role_runs_the_commands_on_tables_that_are_up_to_date(
    settings: Settings, role: str
) -> None:
    flask("db", "grant", role, **on(settings, settings.owner_url))
    as_role = on(settings, url_of(role, settings))

    assert flask("token", "add", "Import", "--role", "operator", **as_role).code == 0
    assert flask("holdings", "check", **as_role).code == 0


def test_the_role_cannot_change_what_is_written(
    settings: Settings, role: str, owner: psycopg.Connection
) -> None:
    flask("db", "grant", role, **on(settings, settings.owner_url))

    with psycopg.connect(url_of(role, settings), autocommit=True) as connection:
        for statement in FORBIDDEN:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_role_has_exactly_the_rights_of_the_table(
    settings: Settings, role: str, owner: psycopg.Connection
) -> None:
    flask("db", "grant", role, **on(settings, settings.owner_url))

    rows = owner.execute(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = %s",
        (role,),
    ).fetchall()

    add, update = {"SELECT", "INSERT"}, {"SELECT", "INSERT", "UPDATE"}
    rights: dict[str, set[str]] = {}
    for table, right in rows:
        rights.setdefault(table, set()).add(right)
    assert rights == {
        **dict.fromkeys(("records", "serial_blocks", "events"), add),
        **dict.fromkeys(("ledger_leaves", "ledger_nodes"), add),
        **dict.fromkeys(("ledger_checkpoints", "ledger_cosignatures"), add),
        **dict.fromkeys(("holdings", "ledger_head"), update),
        **dict.fromkeys(
            (
                *("staff", "sessions", "api_tokens", "idempotency_keys"),
                *("projects", "parties", "feed", "unit_sums", "event_sums", "pending_sums"),
                *("imports", "import_pieces", "import_refusals", "ledger_queue"),
            ),
            update | {"DELETE"},
        ),
        "alembic_version": {"SELECT"},
    }


def test_a_role_that_is_not_there_is_told(settings: Settings) -> None:
    refused = flask("db", "grant", "nobody; DROP", **on(settings, settings.owner_url))

    assert "There is no role nobody; DROP" in refused.sentence()


def test_granting_is_for_the_owner_and_the_role_is_told_so(settings: Settings, role: str) -> None:
    refused = flask("db", "grant", role, **on(settings, url_of(role, settings)))

    assert refused.sentence()
