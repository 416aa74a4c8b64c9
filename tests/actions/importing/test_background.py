"""Importing in the background: queued, crashed, gone on with, stopped."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.actions.importing.taking import PLAIN, ROWS, assert_consistent, counted, take, uploaded
from tests.factories import DESK
from webapp.actions import importing
from webapp.actions.importing import batches, history, running
from webapp.actions.importing.receiving import opened
from webapp.domain.refusals import Busy


class Crash(BaseException):
    """As a process ends that is killed: nothing of ours catches it."""


def crash_in(import_id: int, batch: int) -> None:
    """Runs an import until the given batch was written, and dies."""
    seen = []

    def each(landed: batches.Landed) -> None:
        seen.append(landed)
        if len(seen) == batch:
            raise Crash

    found = importing.one(import_id)
    with pytest.raises(Crash):
        running.carry_out(found, partial(opened, found), each)


def test_a_confirmed_file_is_imported_and_its_bytes_forgotten(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    import_id = uploaded(verra)
    assert importing.work()
    found = importing.one(import_id)
    assert (found.state, found.added, found.read) == ("done", ROWS, ROWS)
    assert owner.execute("SELECT count(*) FROM import_pieces").fetchone() == (0,)
    assert not importing.work()
    assert_consistent(owner)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_after_a_crash_an_import_goes_on_where_it_was(
    app: Flask, owner: psycopg.Connection, verra: Path, batch: int
) -> None:
    import_id = uploaded(verra)
    crash_in(import_id, batch)
    assert importing.one(import_id).read == min(batch * batches.ROWS, ROWS)
    assert importing.work()
    found = importing.one(import_id)
    assert (found.state, found.added, found.starts) == ("done", ROWS, 2)
    assert_consistent(owner)


def test_after_a_crash_refused_rows_are_neither_lost_nor_doubled(
    app: Flask, owner: psycopg.Connection, tmp_path: Path
) -> None:
    path = tmp_path / "plain.csv"
    bad = {5, 999, 1000, 1001, 2499}
    rows = [f"Wind,VCS,2021,{'x' if n in bad else 1},C-{n},,\n" for n in range(ROWS)]
    path.write_text(PLAIN + "".join(rows))
    import_id = uploaded(path)
    crash_in(import_id, 2)
    assert importing.work()
    found = importing.one(import_id)
    assert (found.added, found.refused) == (ROWS - len(bad), len(bad))
    assert [one.number for one in history.refused_rows(import_id)] == [n + 1 for n in sorted(bad)]


@pytest.mark.parametrize("batch", [1, 3])
def test_after_a_crash_all_or_nothing_begins_again(
    app: Flask, owner: psycopg.Connection, verra: Path, batch: int
) -> None:
    import_id = uploaded(verra, strict=True)
    crash_in(import_id, batch)
    assert owner.execute("SELECT count(*) FROM records").fetchone() == (0,)
    assert importing.work()
    found = importing.one(import_id)
    assert (found.state, found.added) == ("done", ROWS)
    assert_consistent(owner)


def test_a_stopped_import_keeps_what_it_added_and_can_be_completed(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    import_id = uploaded(verra)
    found = importing.one(import_id)
    running.carry_out(found, partial(opened, found), lambda _: importing.stop(import_id, DESK))
    found = importing.one(import_id)
    assert (found.state, found.added) == ("stopped", batches.ROWS)
    assert found.failure is not None
    assert not importing.work()
    assert counted(take(verra)) == (ROWS, ROWS - batches.ROWS, batches.ROWS, 0)
    assert_consistent(owner)


def test_stopping_all_or_nothing_leaves_nothing(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    import_id = uploaded(verra, strict=True)
    found = importing.one(import_id)
    running.carry_out(found, partial(opened, found), lambda _: importing.stop(import_id, DESK))
    found = importing.one(import_id)
    assert (found.state, found.read, found.added) == ("stopped", 0, 0)
    assert owner.execute("SELECT count(*) FROM records").fetchone() == (0,)


def test_who_runs_an_import_is_alone_at_it(app: Flask, verra: Path) -> None:
    import_id = uploaded(verra)
    with running.held(import_id) as ours:
        assert ours
        assert importing.one(import_id).alive
        assert not importing.work()
    assert not importing.one(import_id).alive


def test_an_import_that_could_not_go_on_is_free_for_the_next_attempt(
    app: Flask, verra: Path
) -> None:
    import_id = uploaded(verra)
    with pytest.raises(Busy), running.held(import_id):
        raise Busy
    assert not importing.one(import_id).alive


def test_the_bytes_of_an_import_that_was_stopped_in_the_queue_are_forgotten(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    importing.stop(uploaded(verra), DESK)
    waits = uploaded(verra)
    importing.forget_abandoned(timedelta(days=1))
    left = owner.execute("SELECT DISTINCT import_id FROM import_pieces").fetchall()
    assert left == [(waits,)]
