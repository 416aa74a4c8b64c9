"""The JSON door for the tests: opened with any settings, called with a token of any role.

No application context stays pushed here: requests would share its `g`, and with it their caller.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.api.client import Client
from tests.conftest import Filled
from webapp.actions import tokens
from webapp.app import create_app
from webapp.config import Settings
from webapp.store import database

Snapshot = Callable[[], dict[str, list[Any]]]


@pytest.fixture
def door(settings: Settings) -> Iterator[Callable[..., Flask]]:
    """Opens the application with some settings changed."""
    opened: list[Flask] = []

    def open_door(**changes: Any) -> Flask:
        opened.append(create_app(replace(settings, **changes)))
        return opened[-1]

    yield open_door
    for app in opened:
        database.close(app)


@pytest.fixture
def api_app(door: Callable[..., Flask]) -> Flask:
    """The application with the tests' own settings."""
    return door()


@pytest.fixture
def token_for(api_app: Flask) -> Callable[[str, str], str]:
    """Makes a token with a name and a role, and gives its secret."""

    def make(name: str, role: str = "operator") -> str:
        with api_app.app_context():
            return tokens.add(name, role)

    return make


@pytest.fixture
def api(api_app: Flask, token_for: Callable[..., str]) -> Client:
    """The door as the registry desk's script calls it."""
    return Client(api_app, token_for("Registry desk"))


@pytest.fixture
def public(api_app: Flask) -> Client:
    """The door as anyone calls it."""
    return Client(api_app)


@pytest.fixture
def ledger(owner: psycopg.Connection) -> Snapshot:
    """Tells all that stands in the ledger, to compare before and after."""

    def snapshot() -> dict[str, list[Any]]:
        return {
            table: owner.execute(f"SELECT * FROM {table} ORDER BY {table}::text").fetchall()
            for table in ("records", "serial_blocks", "events", "holdings", "idempotency_keys")
        }

    return snapshot


@pytest.fixture(scope="module")
def stocked_app(filled: Filled) -> Iterator[Flask]:
    """The application on the filled registry."""
    app = create_app(filled.settings["half"])
    yield app
    with app.app_context():
        database.close(app)


@pytest.fixture
def stocked(stocked_app: Flask) -> Client:
    """The filled registry, as anyone calls it."""
    return Client(stocked_app)
