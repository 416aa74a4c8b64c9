"""The migrations go up and down, and make the very schema that the models describe."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import flask_migrate
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from webapp import config
from webapp.app import create_app
from webapp.config import Settings
from webapp.extensions import db
from webapp.store import models, people, provisioning  # noqa: F401  (so that the metadata is whole)

OURS = set(db.metadata.tables)
COLUMNS = (
    "SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull,"
    " attidentity, pg_get_expr(adbin, adrelid), attcollation::regcollation::text"
    " FROM pg_attribute LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)"
    " WHERE attnum > 0 AND NOT attisdropped AND attrelid::regclass::text = ANY (%s) ORDER BY 1, 2"
)
CONSTRAINTS = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE conrelid::regclass::text = ANY (%s) ORDER BY 1, 2"
)
INDEXES = (
    "SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)"
    " FROM pg_index WHERE indrelid::regclass::text = ANY (%s) ORDER BY 1, 2"
)


@pytest.fixture
def empty(settings: Settings) -> Iterator[Settings]:
    """Settings whose database has no table at all."""
    name = f"empty_{os.getpid()}"
    admin = settings.owner_url.replace(_database_of(settings), "/postgres?")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield replace(
        settings,
        owner_url=settings.owner_url.replace(_database_of(settings), f"/{name}?"),
        database_url=settings.database_url.replace(_database_of(settings), f"/{name}?"),
    )
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _database_of(settings: Settings) -> str:
    with psycopg.connect(settings.owner_url) as connection:
        return f"/{connection.info.dbname}?"


def ask(settings: Settings, query: str, *parameters: object) -> list[tuple[object, ...]]:
    with psycopg.connect(settings.owner_url) as connection:
        return connection.execute(query, parameters or None).fetchall()


def tables(settings: Settings) -> set[object]:
    query = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    return {row[0] for row in ask(settings, query + " AND relkind IN ('r', 'p', 'v', 'S')")}


def functions(settings: Settings) -> set[object]:
    """Ours: those in public that no extension brought."""
    query = (
        "SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS"
        " (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')"
    )
    return {row[0] for row in ask(settings, query)}


def schema(settings: Settings) -> list[list[tuple[object, ...]]]:
    return [ask(settings, query, sorted(OURS)) for query in (COLUMNS, CONSTRAINTS, INDEXES)]


def triggers(settings: Settings) -> list[tuple[object, ...]]:
    query = "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal"
    return ask(settings, query + " ORDER BY 1")


def test_they_go_up_and_down_and_up_again(settings: Settings) -> None:
    app = create_app(settings)
    migrated = schema(settings), triggers(settings), functions(settings)
    assert tables(settings) > OURS

    with app.app_context():
        flask_migrate.downgrade(revision="base")
    assert tables(settings) == {"alembic_version"}
    assert functions(settings) == set()

    provisioning.migrate(app, settings)
    assert (schema(settings), triggers(settings), functions(settings)) == migrated


def test_each_goes_down_by_itself(settings: Settings) -> None:
    app = create_app(settings)
    scripts = ScriptDirectory(str(config.ROOT / "migrations"))
    with app.app_context():
        for script in scripts.walk_revisions():
            flask_migrate.downgrade()
            below = [(script.down_revision,)] if script.down_revision else []
            assert ask(settings, "SELECT version_num FROM alembic_version") == below


def test_running_them_again_changes_nothing(settings: Settings) -> None:
    before = schema(settings), triggers(settings)
    app = create_app(settings)
    provisioning.migrate(app, settings)
    with app.app_context():
        flask_migrate.upgrade()
    assert (schema(settings), triggers(settings)) == before


def test_they_are_numbered_in_order_and_have_one_head() -> None:
    scripts = ScriptDirectory(str(config.ROOT / "migrations"))
    in_order = list(reversed(list(scripts.walk_revisions())))
    numbers = [f"{number:04}" for number in range(1, len(in_order) + 1)]
    assert [script.revision for script in in_order] == numbers
    assert [Path(script.path).name[:5] for script in in_order] == [f"{one}_" for one in numbers]
    assert [script.down_revision for script in in_order] == [None, *numbers[:-1]]
    assert scripts.get_heads() == numbers[-1:]


def test_alembic_finds_no_difference_between_them_and_the_models(settings: Settings) -> None:
    with provisioning.owner_engine(settings).connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.parametrize(
    "what", [COLUMNS, CONSTRAINTS, INDEXES], ids=["columns", "constraints", "indexes"]
)
def test_the_models_make_the_same_tables(settings: Settings, empty: Settings, what: str) -> None:
    with psycopg.connect(empty.owner_url) as connection:
        connection.execute("CREATE EXTENSION btree_gist")
        connection.execute("CREATE EXTENSION pg_trgm")
    db.metadata.create_all(provisioning.owner_engine(empty))
    assert ask(empty, what, sorted(OURS)) == ask(settings, what, sorted(OURS))


def test_every_guard_stays_on_in_the_replica_role(settings: Settings) -> None:
    query = (
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE tgenabled <> 'A'"
        " AND tgrelid::regclass::text IN ('records', 'serial_blocks', 'events')"
        " AND NOT (tgisinternal AND tgrelid = 'records'::regclass)"  # nobody deletes there anyway
    )
    assert ask(settings, query) == []
