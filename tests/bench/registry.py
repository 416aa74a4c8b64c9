"""The registries that are measured: one database a size, in an embedded server of their own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import psycopg
from flask import Flask

from tests.bench import generator
from webapp.actions import searching
from webapp.app import create_app
from webapp.config import ROOT, Settings, read_settings
from webapp.domain.lifecycle import Record
from webapp.store import database, provisioning, records

# Kept between runs: filling ten million records takes some twenty minutes and 20 GB.
HOME = Path(os.environ.get("BENCH_DIR", ROOT / "instance" / "bench"))


@contextmanager
def registry_of(size: int) -> Iterator[Flask]:
    """The application on a registry of so many records, filled first if it is not there yet."""
    name = f"records_{size}"
    with provisioning.available(bench_settings()):
        made = _make_database(bench_settings().owner_url, name)
        ours = bench_settings(name)
        app = create_app(ours)
        provisioning.migrate(app, ours)  # also one that was filled before the tables changed
        if made:
            with psycopg.connect(ours.owner_url, autocommit=True) as owner:
                generator.fill(owner, size)
                owner.execute(f"COMMENT ON DATABASE {name} IS 'filled'")
        with psycopg.connect(ours.owner_url, autocommit=True) as owner:
            _read_into_memory(owner)
        with app.app_context():
            yield app
        database.close(app)


def bench_settings(name: str = "cairn") -> Settings:
    """Settings whose database is the one of this name in the server for benchmarks."""
    settings = read_settings(
        {
            "DATA_DIR": str(HOME),
            "SECRET_KEY": "a secret only for measuring, 32 letters",
            "WORKERS": "2",
        }
    )
    return replace(
        settings,
        database_url=settings.database_url.replace("/cairn?", f"/{name}?"),
        owner_url=settings.owner_url.replace("/cairn?", f"/{name}?"),
    )


def fresh(name: str) -> Settings:
    """Settings of an empty database with all tables; the server must be up."""
    _make_database(bench_settings().owner_url, name)
    settings = bench_settings(name)
    provisioning.migrate(create_app(settings), settings)
    return settings


def sample(size: int) -> tuple[list[Record], list[str], list[str]]:
    """Records and parties from all over a registry of so many records, and its registries."""
    nos = Random(size).sample(range(1, size + 1), 500)
    found = [one.record for one in database.read(records.listed, nos, False)]
    parties = "SELECT name FROM parties ORDER BY hashint4(no) LIMIT 300"
    names = [row[0] for row in database.read(lambda one: one.execute(parties).fetchall())]
    return found, names, searching.known_registries()


def _make_database(owner_url: str, name: str) -> bool:
    """Makes the database anew unless it was filled to its end before; whether it did."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        row = owner.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            (name,),
        ).fetchone()
        if row is not None and row[0] == "filled":
            return False
        owner.execute(f"DROP DATABASE IF EXISTS {name}")
        owner.execute(f"CREATE DATABASE {name}")
    return True


def _read_into_memory(owner: psycopg.Connection) -> None:
    """Reads what look-ups read once, as a registry has it in memory that has been up for a day."""
    owner.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
    owner.execute(
        "SELECT pg_prewarm(oid) FROM pg_class WHERE relkind IN ('r', 'i')"
        " AND relname ~ '^(holdings|feed|projects|parties|serial_blocks|records_pkey|events_pkey)'"
    )
