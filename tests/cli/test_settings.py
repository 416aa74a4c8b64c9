"""Settings that cannot be used, and databases that are not fit: one sentence, and no traceback."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.commands import flask, on
from webapp import embedded
from webapp.config import Settings, read_settings
from webapp.embedded import server
from webapp.store import provisioning

SECRET = "a secret only for the tests"
NO_DATABASE = "postgresql://cairn:hunter2@127.0.0.1:1/cairn"


@pytest.fixture
def odd_database(owner: psycopg.Connection, settings: Settings) -> Iterator[str]:
    """The address of a database that keeps text in another encoding than UTF-8."""
    name = f"latin_{os.getpid()}"
    owner.execute(
        f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0"
        " LOCALE_PROVIDER libc LOCALE 'C'"
    )
    head, _, tail = settings.owner_url.partition("?")
    yield f"{head.rpartition('/')[0]}/{name}?{tail}"
    owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "abc", "PORT must be a whole number from 1 to 65535, not abc."),
        ("PORT", "0", "PORT must be a whole number"),
        ("PORT", "65536", "PORT must be a whole number"),
        ("PORT", "9" * 5000, "PORT must be a whole number"),
        ("WORKERS", "0", "WORKERS must be a whole number from 1 to 64"),
        ("WORKERS", "-1", "WORKERS must be a whole number"),
        ("WORKERS", "two", "WORKERS must be a whole number"),
        ("TRUSTED_PROXIES", "11", "TRUSTED_PROXIES must be a whole number from 0 to 10"),
        ("PUBLIC_LOOKUP", "perhaps", "PUBLIC_LOOKUP must be true or false, not perhaps."),
        ("SECRET_KEY", "short", "SECRET_KEY is too short"),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL must begin with postgresql://"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, name: str, value: str, told: str
) -> None:
    base = {"DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET, "DATABASE_URL": NO_DATABASE}

    refused = flask("serve", **base | {name: value})

    assert told in refused.sentence()


@pytest.mark.parametrize("words", [("serve",), ("token", "list")])
def test_a_database_of_ones_own_needs_a_secret_key(words: tuple[str, ...]) -> None:
    refused = flask(*words, DATABASE_URL=NO_DATABASE)

    assert "SECRET_KEY is not set." in refused.sentence()
    assert "hunter2" not in refused.err


@pytest.mark.parametrize("words", [("serve",), ("staff", "list"), ("db", "grant", "x")])
def test_a_database_that_cannot_be_reached_is_named_without_its_password(
    words: tuple[str, ...],
) -> None:
    refused = flask(*words, DATABASE_URL=NO_DATABASE, SECRET_KEY=SECRET, PORT="65001")

    told = refused.sentence()
    assert "The database at 127.0.0.1:1/cairn cannot be reached: " in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    "url", ["postgres://a:hunter2@h/%zz", "postgresql://a:hunter2@h/y?colour=red"]
)
def test_an_address_that_cannot_be_read_is_told_how_one_looks(url: str) -> None:
    refused = flask("staff", "list", DATABASE_URL=url, SECRET_KEY=SECRET)

    assert "DATABASE_URL cannot be read" in refused.sentence()
    assert "hunter2" not in refused.err


def test_a_database_that_keeps_no_utf_8_is_refused(settings: Settings, odd_database: str) -> None:
    refused = flask("staff", "list", **on(settings, odd_database))

    assert "does not keep text as UTF8" in refused.sentence()


def test_more_workers_than_the_database_has_connections_for_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.SETTINGS, "max_connections", "20")
    small = {"DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET}

    with embedded.running(tmp_path):
        provisioning.check(read_settings(small | {"WORKERS": "1"}))
        with pytest.raises(provisioning.ProvisioningError) as refused:
            provisioning.check(read_settings(small | {"WORKERS": "3"}))

    assert str(refused.value) == (
        "3 workers need up to 29 connections, and the database allows 17. Set WORKERS to 1 or fewer."
    )


def test_tables_that_the_role_may_not_make_are_left_to_the_owner(
    settings: Settings, owner: psycopg.Connection
) -> None:
    owner.execute("UPDATE alembic_version SET version_num = '0001'")

    refused = flask("staff", "list", **on(settings))

    assert "flask db upgrade" in refused.sentence()


def test_a_data_dir_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    refused = flask("staff", "list", DATA_DIR=str(in_the_way / "data"))

    assert "set DATA_DIR to a folder" in refused.sentence()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_is_found_by_any_of_the_ways_to_write_its_address(
    settings: Settings, scheme: str
) -> None:
    url = settings.database_url.replace("postgresql", scheme, 1)

    assert flask("staff", "list", **on(settings, url)).code == 0
