"""The pages for the tests: opened with any settings, visited by the public and by staff of any role.

No application context stays pushed here: requests would share its `g`, and with it who is signed in.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.web.browser import Browser
from tests.web.people import PASSWORD, add_staff
from webapp.actions.sealing import Sealer
from webapp.app import create_app
from webapp.config import Settings
from webapp.store import database

Snapshot = Callable[[], dict[str, list[Any]]]
_LEDGER = ("records", "serial_blocks", "events", "holdings")


@pytest.fixture
def open_site(settings: Settings) -> Iterator[Callable[..., Flask]]:
    """Opens the application with some settings changed."""
    opened: list[Flask] = []

    def site_with(**changes: Any) -> Flask:
        opened.append(create_app(replace(settings, **changes)))
        return opened[-1]

    yield site_with
    for app in opened:
        database.close(app)


@pytest.fixture
def site(open_site: Callable[..., Flask]) -> Flask:
    """The application with the tests' own settings."""
    return open_site()


@pytest.fixture
def sealed_with(settings: Settings, tmp_path: Path) -> Settings:
    """The settings, with a folder of its own for what the ledger keeps outside the database."""
    return replace(settings, data_dir=tmp_path / "data", ledger_origin="registry.example/log")


@pytest.fixture
def seal(site: Flask, sealed_with: Settings) -> Callable[[], int]:
    """Seals what waits, as the process beside the server does; how many events."""

    def run() -> int:
        with site.app_context():
            return Sealer(sealed_with).seal()

    return run


@pytest.fixture
def public(site: Flask) -> Browser:
    """Anybody, not signed in."""
    return Browser(site)


@pytest.fixture
def desk(site: Flask) -> Browser:
    """The registry desk, signed in as an operator."""
    add_staff(site)
    browser = Browser(site)
    assert browser.sign_in("desk@registry.example", PASSWORD).heading == "Find carbon credits"
    return browser


@pytest.fixture
def viewer(site: Flask) -> Browser:
    """The reading room, signed in as a viewer."""
    add_staff(site, "reading@registry.example", "Reading room", "viewer")
    browser = Browser(site)
    assert browser.sign_in("reading@registry.example", PASSWORD).heading == "Find carbon credits"
    return browser


@pytest.fixture
def admin(site: Flask) -> Browser:
    """The registry's head, signed in as an administrator, the only one."""
    add_staff(site, "head@registry.example", "Registry head", "admin")
    browser = Browser(site)
    assert browser.sign_in("head@registry.example", PASSWORD).status == 200
    return browser


@pytest.fixture
def ledger(owner: psycopg.Connection) -> Snapshot:
    """Tells all that stands in the ledger, to compare before and after."""

    def snapshot() -> dict[str, list[Any]]:
        return {
            table: owner.execute(f"SELECT * FROM {table} ORDER BY {table}::text").fetchall()
            for table in _LEDGER
        }

    return snapshot
