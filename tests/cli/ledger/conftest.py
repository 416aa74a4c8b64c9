"""The ledger's commands on a PostgreSQL of somebody's own, with a key and a folder of its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tests.cli.ledger.telling import SIGNER
from tests.factories import DESK, GUJARAT_ID, new_record
from webapp.actions import creating, taking
from webapp.app import create_app
from webapp.config import Settings
from webapp.domain.commands import Retire
from webapp.store import database


@pytest.fixture
def quiet_app(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """The application as on a PostgreSQL of somebody's own, with a key and a folder of its own."""
    ours = replace(
        settings, embedded=False, ledger_key=SIGNER.secret_text(), data_dir=tmp_path / "data"
    )
    app = create_app(ours)
    yield app
    database.close(app)


@pytest.fixture
def written(quiet_app: Flask) -> None:
    """Two events that wait."""
    with quiet_app.app_context():
        creating.create(new_record(), DESK)
        taking.retire(GUJARAT_ID, Retire(quantity=3), DESK)
