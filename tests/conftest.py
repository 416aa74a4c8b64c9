"""Real PostgreSQL for every test that asks: one cluster a process, a fresh copied database a test.

Code under test commits, so tests cannot hide in savepoints: each gets a copy of a migrated template.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from flask import Flask

from tests.registry import Registry, commands, fill, registry_of
from tests.server import Server
from webapp import embedded
from webapp.app import create_app
from webapp.config import Settings, read_settings
from webapp.store import database, provisioning, sums

# How quick an example is says something of the machine, and nothing of the code.
hypothesis.settings.register_profile(
    "cairn", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("cairn")
_numbers = count(1)


@dataclass(frozen=True)
class Filled:
    """A registry with lives, and the settings of the databases that hold it. Only to be read."""

    registry: Registry
    settings: dict[str, Settings]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory with a running PostgreSQL and a migrated database, the template of all."""
    data_dir = tmp_path_factory.mktemp("cluster")
    settings = _settings(data_dir)
    with embedded.running(data_dir):
        provisioning.migrate(create_app(settings), settings)
        with psycopg.connect(embedded.owner_url(data_dir), autocommit=True) as connection:
            # Nothing here need survive a power cut.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("SELECT pg_reload_conf()")
        yield data_dir


@pytest.fixture
def settings(cluster: Path) -> Iterator[Settings]:
    """Settings whose database is a fresh one with empty tables; the application's role is `cairn`."""
    with _fresh(cluster) as settings:
        yield settings


@pytest.fixture
def other_app(cluster: Path) -> Iterator[Flask]:
    """The application on another empty database, for what goes from one registry to another."""
    with _fresh(cluster) as settings:
        app = create_app(settings)
        yield app
        with app.app_context():
            database.close(app)


@contextmanager
def _fresh(cluster: Path) -> Iterator[Settings]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    admin = embedded.owner_url(cluster).replace("/cairn?", "/postgres?")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE cairn")
    yield _settings(cluster, name)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application on its own database, with an application context pushed."""
    with _opened(settings) as app:
        yield app


@pytest.fixture(scope="session")
def filled(cluster: Path) -> Iterator[Filled]:
    """Sixty records with lives, with "half" of their kept sums folded, and with "all" of them."""
    names = {kind: f"filled_{kind}_{os.getpid()}" for kind in ("half", "all")}
    settings = {kind: _settings(cluster, name) for kind, name in names.items()}
    admin = embedded.owner_url(cluster).replace("/cairn?", "/postgres?")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {names['half']} TEMPLATE cairn")
        with _opened(settings["half"]):
            wanted = commands()
            ids = fill(wanted[:35], seed=1)
            database.change(sums.fold)
            ids += fill(wanted[35:], seed=2)
            registry = registry_of(ids)
        connection.execute(f"CREATE DATABASE {names['all']} TEMPLATE {names['half']}")
        with _opened(settings["all"]):
            database.change(sums.fold)
    yield Filled(registry, settings)
    with psycopg.connect(admin, autocommit=True) as connection:
        for name in names.values():
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _opened(settings: Settings) -> Iterator[Flask]:
    """The application of these settings, with its context pushed; closed at the end."""
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        yield app
    database.close(app)


@pytest.fixture
def owner(settings: Settings) -> Iterator[psycopg.Connection]:
    """A raw connection as the owner of the tables, a superuser, that commits each statement."""
    with psycopg.connect(settings.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers on one data directory; all are ended, whatever happens."""
    servers: list[Server] = []

    def start_server(**how: Any) -> Server:
        servers.append(Server(tmp_path / "data", **how))
        return servers[-1]

    yield start_server
    for server in servers:
        server.end()


def _settings(data_dir: Path, database_name: str = "cairn", **changes: str) -> Settings:
    def url(role_url: str) -> str:
        return role_url.replace("/cairn?", f"/{database_name}?")

    environment = {
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": "a secret only for the tests",
        "WORKERS": "2",
        **changes,
    }
    settings = read_settings(environment)
    object.__setattr__(settings, "database_url", url(settings.database_url))
    object.__setattr__(settings, "owner_url", url(settings.owner_url))
    return settings
