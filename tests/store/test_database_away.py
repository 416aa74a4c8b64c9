"""The database stops, is killed, was never there, and comes back."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from flask import Flask

from tests.factories import DESK, GUJARAT_ID, new_record
from tests.store.waiting import fill_pool, wait_until
from webapp import embedded
from webapp.actions import creating, looking, sessions
from webapp.app import create_app
from webapp.config import Settings, read_settings
from webapp.domain.refusals import (
    DatabaseAway,
    RecordNotFound,
    SignInRefused,
)
from webapp.store import database, provisioning


def _settings_in(data_dir: Path) -> Settings:
    return read_settings({"DATA_DIR": str(data_dir), "SECRET_KEY": "a secret only for the tests"})


@pytest.fixture
def stoppable(tmp_path: Path) -> Iterator[tuple[Flask, Path]]:
    """An application whose database is a cluster of its own, which is not running now."""
    settings = _settings_in(tmp_path)
    app = create_app(settings)
    with embedded.running(tmp_path):
        provisioning.migrate(app, settings)
    yield app, tmp_path
    database.close(app)


def test_when_the_database_stops_it_is_away_and_after_its_restart_all_works_again(
    stoppable: tuple[Flask, Path],
) -> None:
    app, data_dir = stoppable
    app.extensions["cairn.pool"].timeout = 1
    with app.app_context():
        with embedded.running(data_dir):
            creating.create(new_record(), DESK)
            fill_pool(app, 4)

        for _ in range(2):
            with pytest.raises(DatabaseAway):
                looking.record(GUJARAT_ID)
            with pytest.raises(DatabaseAway):
                creating.create(new_record(vintage=2019), DESK)
            with pytest.raises(DatabaseAway):
                sessions.sign_in("desk@example.org", "a password")

        with embedded.running(data_dir):
            assert looking.record(GUJARAT_ID).record.quantity == 110
            creating.create(new_record(serial_number="VCS-2221"), DESK)
            with pytest.raises(SignInRefused):
                sessions.sign_in("desk@example.org", "a password")
            with pytest.raises(RecordNotFound):
                looking.record(new_record(vintage=2019).id)


def test_a_database_that_was_never_there_is_away(tmp_path: Path) -> None:
    app = create_app(_settings_in(tmp_path))
    app.extensions["cairn.pool"].timeout = 0.5
    with app.app_context(), pytest.raises(DatabaseAway):
        looking.record(GUJARAT_ID)
    database.close(app)


def test_what_was_committed_survives_the_kill_of_the_whole_database(
    stoppable: tuple[Flask, Path],
) -> None:
    app, data_dir = stoppable
    with app.app_context(), embedded.running(data_dir):
        creating.create(new_record(), DESK)
        pid = int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        psutil.Process(pid).kill()
        wait_until(lambda: not psutil.pid_exists(pid) or _is_dead(pid))
        assert embedded.revive(data_dir)
        assert looking.record(GUJARAT_ID).record.quantity == 110


def _is_dead(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
