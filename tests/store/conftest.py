"""A ledger written with raw SQL, and the three ways to come to it past the application."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.store.ledger_rows import LEDGER
from webapp import embedded
from webapp.config import Settings

WAYS = ("owner", "replica", "application")
Connect = Callable[[], psycopg.Connection]


def _write_ledger(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        for row in LEDGER:
            row.insert(connection)


@pytest.fixture(scope="session")
def ledger(cluster: Path) -> Iterator[str]:
    """The name of a database with two records and events of every type. Commit nothing there."""
    name = f"ledger_{os.getpid()}"
    with psycopg.connect(_at(cluster, "owner", "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE cairn")
    _write_ledger(_at(cluster, "owner", name))
    yield name
    with psycopg.connect(_at(cluster, "owner", "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Who attacks: the tables' owner, the same in the replica role, or the application's role."""
    return str(request.param)


@pytest.fixture
def raw(way: str, cluster: Path, ledger: str) -> Iterator[psycopg.Connection]:
    """The attacker at the ledger, in a transaction that is rolled back."""
    with (
        _attacker(way, _at(cluster, way, ledger)) as connection,
        connection.transaction(force_rollback=True),
    ):
        yield connection


@pytest.fixture
def connect(way: str, settings: Settings) -> Iterator[Connect]:
    """Opens connections of the attacker, to a ledger of their own where they may commit."""
    _write_ledger(settings.owner_url)
    url = settings.database_url if way == "application" else settings.owner_url
    with ExitStack() as stack:
        yield lambda: stack.enter_context(_attacker(way, url))


def _attacker(way: str, url: str) -> psycopg.Connection:
    connection = psycopg.connect(url, autocommit=True)
    if way == "replica":
        connection.execute("SET session_replication_role = replica")
    return connection


def _at(cluster: Path, way: str, database_name: str) -> str:
    address = embedded.application_url if way == "application" else embedded.owner_url
    return address(cluster).replace("/cairn?", f"/{database_name}?")
