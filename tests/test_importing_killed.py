"""Imports that are killed in the middle: server, worker, database or command; nothing lost or doubled."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.bench import files
from tests.cli.commands import environment, flask, on
from tests.factories import DESK
from tests.server import Server, wait_until
from webapp.actions import importing, rebuilding
from webapp.actions.importing import Import
from webapp.app import create_app
from webapp.config import ROOT, Settings, read_settings
from webapp.domain.refusals import Refusal
from webapp.store import database

ROWS = 8000


@pytest.fixture
def verra(tmp_path: Path) -> Path:
    path = tmp_path / "verra.csv"
    files.write(path, ROWS)
    return path


@contextmanager
def beside(server: Server) -> Iterator[None]:
    """The application in this process, on the server's database."""
    app = create_app(read_settings({"DATA_DIR": str(server.data_dir)}))
    with app.app_context():
        yield
        database.close(app)


def begun(verra: Path) -> Import:
    """An import that a server has begun and not ended."""
    with verra.open("rb") as file:
        found = importing.receive(verra.name, file, DESK)
    importing.confirm(found.id, DESK, own_blocks=False, strict=False)
    wait_until(lambda: importing.one(found.id).read > 0, "the import begins")
    found = importing.one(found.id)
    assert found.state == "running"
    assert found.read < ROWS, "too quick to be killed in the middle"
    return found


def assert_completed(import_id: int, *, anew: bool = True) -> None:
    """The import ended with each row once, and was taken up anew for it."""

    def ended() -> bool:
        try:
            return importing.one(import_id).state == "done"
        except Refusal:  # the database is on its way back
            return False

    wait_until(ended, "the import ends")
    found = importing.one(import_id)
    assert (found.read, found.added, found.already_there, found.refused) == (ROWS, ROWS, 0, 0)
    if anew:
        assert found.starts > 1
    assert list(rebuilding.check()) == []
    assert rebuilding.check_above() == []


def background(server: Server) -> psutil.Process:
    (found,) = (
        one
        for one in psutil.Process(server.process.pid).children()
        if "webapp.background" in one.cmdline()
    )
    return found


def test_an_import_goes_on_after_the_server_was_killed(
    start: Callable[..., Server], verra: Path
) -> None:
    server = start().await_ready()
    with beside(server):
        found = begun(verra)
        server.look_around()
        server.process.kill()
        server.process.wait()
        wait_until(lambda: not importing.one(found.id).alive, "its worker ends")
        start().await_ready()
        assert_completed(found.id)


def test_an_import_goes_on_after_its_worker_was_killed(
    start: Callable[..., Server], verra: Path
) -> None:
    server = start().await_ready()
    with beside(server):
        found = begun(verra)
        background(server).kill()
        assert_completed(found.id)


def test_an_import_goes_on_after_the_database_was_killed(
    start: Callable[..., Server], verra: Path
) -> None:
    server = start().await_ready()
    with beside(server):
        found = begun(verra)
        killed = server.postmaster()
        os.kill(killed, signal.SIGKILL)
        # A batch that was broken off before its commit is tried again within the same attempt.
        assert_completed(found.id, anew=False)
        assert server.postmaster() != killed


def test_an_import_goes_on_after_the_server_was_stopped(
    start: Callable[..., Server], verra: Path
) -> None:
    server = start().await_ready()
    with beside(server):
        found = begun(verra)
    assert server.ended_by(signal.SIGTERM) == 0
    assert "Traceback" not in server.said
    again = start().await_ready()
    with beside(again):
        assert_completed(found.id)


def test_a_command_that_was_killed_is_completed_by_a_second_one(
    settings: Settings, owner: psycopg.Connection, verra: Path
) -> None:
    words = ("records", "import", str(verra), "--json")
    first = subprocess.Popen(
        [sys.executable, "-m", "flask", *words],
        cwd=ROOT,
        env=environment(**on(settings)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    count = "SELECT coalesce(max(read), 0) FROM imports"
    wait_until(lambda: (owner.execute(count).fetchone() or (0,))[0] > 0, "the import begins")
    first.kill()
    first.wait()
    row = owner.execute(count).fetchone()
    assert row is not None
    assert 0 < row[0] < ROWS
    second = flask(*words, **on(settings))
    assert second.code == 0, second.err
    assert json.loads(second.out.splitlines()[-1]) == {
        "read": ROWS,
        "added": ROWS - row[0],
        "already_there": row[0],
        "refused": 0,
        "refusals": None,
    }
    assert [one.name for one in verra.parent.glob("*verra*")] == [verra.name]
