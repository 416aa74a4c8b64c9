"""A sealed registry that its owner edits past every guard: a copy of it for each test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.actions.verifying.editing import (
    TABLES,
    WITNESS,
)
from tests.bench import files
from tests.conftest import _opened, _settings
from tests.factories import DESK, GUJARAT_ID, new_record
from webapp.actions import creating, importing, taking
from webapp.actions.sealing import Sealer
from webapp.config import Settings
from webapp.domain.commands import Cancel, Retire, Return, Sell
from webapp.ledger.witness import cosigned_at
from webapp.store import database, witnessing
from webapp.store import sealing as store


@pytest.fixture(scope="module")
def sealed(cluster: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A registry with every kind of event, some 300 leaves, two checkpoints, and two events that wait."""
    name = f"sealed_{os.getpid()}"
    settings = replace(_settings(cluster, name), data_dir=tmp_path_factory.mktemp("outside"))
    path = tmp_path_factory.mktemp("files") / "verra.csv"
    files.write(path, 200)
    with database_of(cluster, name, "cairn"):
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
def database_of(cluster: Path, name: str, template: str) -> Iterator[None]:
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
    with database_of(cluster, name, f"sealed_{os.getpid()}"):
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
