"""Databases that are away, hold something else, or are newer: one sentence, and nothing changed."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.cli.commands import flask, on
from webapp.config import Settings

SECRET = "a secret only for the tests"
NO_DATABASE = "postgresql://cairn:hunter2@127.0.0.1:1/cairn"
WORDS = [("db", "upgrade"), ("staff", "list"), ("serve",)]
SOMETHING_ELSE = "The database holds something else already: "
TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename
"""


@pytest.fixture
def empty_url(owner: psycopg.Connection, settings: Settings) -> Iterator[str]:
    """The address of an empty database, as its owner."""
    name = f"empty_{os.getpid()}"
    owner.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    head, _, tail = settings.owner_url.partition("?")
    yield f"{head.rpartition('/')[0]}/{name}?{tail}"
    owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("words", [("db", "upgrade"), ("db", "current"), ("db", "check")])
def test_migrating_a_database_that_cannot_be_reached_is_told_without_its_password(
    words: tuple[str, ...],
) -> None:
    refused = flask(*words, DATABASE_URL=NO_DATABASE, SECRET_KEY=SECRET)

    told = refused.sentence()
    assert "The database at 127.0.0.1:1/cairn cannot be reached: " in told
    assert "hunter2" not in told


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("table", ["events", "records", "staff"])
def test_a_database_with_a_table_of_that_name_is_refused_and_left_as_it_is(
    settings: Settings, empty_url: str, words: tuple[str, ...], table: str
) -> None:
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {table} (title text)")
        connection.execute(f"INSERT INTO {table} VALUES ('Summer fair')")

        refused = flask(*words, **on(settings, empty_url), PORT="65001")

        told = refused.sentence()
        assert SOMETHING_ELSE in told
        assert f'"{table}"' in told
        assert connection.execute(f"SELECT * FROM {table}").fetchall() == [("Summer fair",)]
        left = {name for (name,) in connection.execute(TABLES)}
        assert left == {table}


def test_once_the_table_is_gone_the_same_database_is_made_ready(
    settings: Settings, empty_url: str
) -> None:
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE events (title text)")
        assert flask("db", "upgrade", **on(settings, empty_url)).code != 0
        connection.execute("DROP TABLE events")

        assert flask("db", "upgrade", **on(settings, empty_url)).code == 0

    assert flask("holdings", "check", **on(settings, empty_url)).code == 0


@pytest.mark.parametrize("words", [*WORDS, ("db", "current")])
def test_a_database_of_a_newer_cairn_is_refused_and_left_as_it_is(
    settings: Settings, owner: psycopg.Connection, words: tuple[str, ...]
) -> None:
    owner.execute("UPDATE alembic_version SET version_num = '9999'")
    before = owner.execute(TABLES).fetchall()

    refused = flask(*words, **on(settings, settings.owner_url), PORT="65001")

    assert "9999" in refused.sentence()
    assert owner.execute("SELECT * FROM alembic_version").fetchall() == [("9999",)]
    assert owner.execute(TABLES).fetchall() == before


@pytest.mark.parametrize("words", [("staff", "list"), ("serve",)])
def test_a_database_of_a_newer_cairn_is_told_with_what_to_do(
    settings: Settings, owner: psycopg.Connection, words: tuple[str, ...]
) -> None:
    owner.execute("UPDATE alembic_version SET version_num = '9999'")

    refused = flask(*words, **on(settings), PORT="65001")

    assert refused.sentence() == (
        "The database was made by a newer Cairn (its tables are at 9999). Update this clone, then "
        "start again."
    )
