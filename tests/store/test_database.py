"""Reading and changing while the database refuses, waits, deadlocks, goes away and comes back."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask import Flask

from tests.store.waiting import fill_pool, wait_until
from webapp.actions import sessions, staff
from webapp.domain.refusals import (
    Busy,
    NothingLeft,
    OutcomeUnknown,
    RefusedByDatabase,
)
from webapp.store import database
from webapp.store.database import Connection

NOTE = "INSERT INTO notes VALUES (%s)"


@pytest.fixture
def notes(owner: psycopg.Connection) -> Callable[[], list[int]]:
    """A table of numbers for the tests to change, and what stands in it."""
    owner.execute("CREATE TABLE notes (number int PRIMARY KEY)")
    owner.execute("GRANT ALL ON notes TO cairn")
    query = "SELECT number FROM notes ORDER BY number"
    return lambda: [row[0] for row in owner.execute(query)]


Notes = Callable[[], list[int]]


def pid_of(connection: Connection) -> int:
    return connection.info.backend_pid


def cut(owner: psycopg.Connection, *pids: int) -> None:
    """Ends the backends and returns when they are gone."""
    owner.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", (list(pids),))
    gone = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = ANY (%s))"
    wait_until(lambda: owner.execute(gone, (list(pids),)).fetchone() == (True,))


def cut_all(owner: psycopg.Connection) -> int:
    """Ends all backends of the application; how many."""
    query = (
        "SELECT pid FROM pg_stat_activity WHERE usename = 'cairn' AND datname = current_database()"
    )
    pids = [row[0] for row in owner.execute(query)]
    cut(owner, *pids)
    return len(pids)


def test_a_refusal_rolls_everything_back(app: Flask, notes: Notes) -> None:
    def work(connection: Connection) -> None:
        connection.execute(NOTE, (1,))
        raise NothingLeft("No.")

    with pytest.raises(NothingLeft):
        database.change(work)
    assert notes() == []


def test_any_other_error_rolls_everything_back_too_and_comes_through(
    app: Flask, notes: Notes
) -> None:
    def work(connection: Connection) -> None:
        connection.execute(NOTE, (1,))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.change(work)
    assert notes() == []
    database.change(lambda connection: connection.execute(NOTE, (2,)))
    assert notes() == [2]


def test_a_violated_constraint_is_a_refusal_and_rolls_everything_back(
    app: Flask, notes: Notes
) -> None:
    def work(connection: Connection) -> None:
        connection.execute(NOTE, (1,))
        connection.execute(NOTE, (1,))

    with pytest.raises(RefusedByDatabase):
        database.change(work)
    assert notes() == []


def test_a_reading_is_in_no_transaction_so_each_statement_sees_the_present(
    app: Flask, notes: Notes, owner: psycopg.Connection
) -> None:
    def count(connection: Connection) -> int:
        row = connection.execute("SELECT count(*) FROM notes").fetchone()
        assert row is not None
        return int(row[0])

    def query(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        owner.execute(NOTE, (1,))
        return before, count(connection)

    assert database.read(query) == (0, 1)


def test_connections_have_their_limits_and_read_committed_whoever_used_them_before(
    app: Flask,
) -> None:
    names = ("lock_timeout", "statement_timeout", "TimeZone", "transaction_isolation")

    def limits(connection: Connection) -> list[str]:
        rows = [connection.execute(f"SHOW {name}").fetchone() for name in names]
        return [row[0] for row in rows if row]

    expected = ["5s", "30s", "UTC", "read committed"]
    assert database.read(limits) == expected
    with database.session():
        pass
    assert database.change(limits) == expected
    assert database.read(lambda connection: connection.autocommit)


def test_a_deadlock_is_tried_again_until_both_are_done(app: Flask, notes: Notes) -> None:
    tries: list[str] = []
    both_hold_one = threading.Barrier(2)
    one_is_done = threading.Event()

    def change(name: str, first: int, second: int) -> None:
        def work(connection: Connection) -> None:
            tries.append(name)
            if tries.count(name) == 2:  # else it might meet the other's locks a second time
                one_is_done.wait(30)
            connection.execute(NOTE, (first,))
            if tries.count(name) == 1:
                both_hold_one.wait(30)
            connection.execute(NOTE + " ON CONFLICT DO NOTHING", (second,))
            connection.execute("DELETE FROM notes")

        with app.app_context():
            database.change(work)
            one_is_done.set()

    with ThreadPoolExecutor(2) as threads:
        futures = [threads.submit(change, "a", 1, 2), threads.submit(change, "b", 2, 1)]
        for future in futures:
            future.result(timeout=60)
    assert sorted(tries) in (["a", "a", "b"], ["a", "b", "b"])


def test_a_lock_that_is_not_had_in_time_is_busy(
    app: Flask, notes: Notes, owner: psycopg.Connection
) -> None:
    def work(connection: Connection) -> None:
        connection.execute("SET LOCAL lock_timeout = '50ms'")
        connection.execute(NOTE, (2,))
        connection.execute("LOCK TABLE records IN ROW EXCLUSIVE MODE")

    with owner.transaction():
        owner.execute("LOCK TABLE records")
        with pytest.raises(Busy):
            database.change(work)
    assert notes() == []


def test_a_statement_that_takes_too_long_is_busy(app: Flask) -> None:
    def query(connection: Connection) -> None:
        connection.execute("SET statement_timeout = '50ms'")
        connection.execute("SELECT pg_sleep(30)")

    with pytest.raises(Busy):
        database.read(query)


@pytest.mark.parametrize("way", [database.read, database.change])
def test_when_no_connection_is_to_spare_it_is_busy_after_one_wait(
    app: Flask, way: Callable[[Callable[[Connection], None]], None]
) -> None:
    pool = app.extensions["cairn.pool"]
    pool.open()
    pool.timeout = 0.5
    held = [pool.getconn() for _ in range(pool.max_size)]
    began = time.monotonic()
    try:
        with pytest.raises(Busy):
            way(lambda connection: None)
    finally:
        waited = time.monotonic() - began
        for connection in held:
            pool.putconn(connection)
    assert waited < 2 * pool.timeout


@pytest.mark.parametrize("way", [database.read, database.change])
def test_connections_that_broke_in_the_pool_are_replaced_without_an_error(
    app: Flask, owner: psycopg.Connection, way: Callable[[Callable[[Connection], int]], int]
) -> None:
    fill_pool(app, 5)
    assert cut_all(owner) >= 5
    for _ in range(6):
        way(lambda connection: connection.execute("SELECT 1").rowcount)


def test_connections_that_broke_in_the_pool_do_not_fail_a_sign_in(
    app: Flask, owner: psycopg.Connection
) -> None:
    staff.add("desk@example.org", "Registry desk", "operator", "a password of some length")
    fill_pool(app, 3)
    cut_all(owner)
    assert sessions.sign_in("desk@example.org", "a password of some length")


def test_a_connection_that_breaks_before_the_commit_is_no_error_and_the_work_is_done_once(
    app: Flask, notes: Notes, owner: psycopg.Connection
) -> None:
    tries = []

    def work(connection: Connection) -> None:
        tries.append(pid_of(connection))
        connection.execute(NOTE, (len(tries),))
        if len(tries) == 1:
            cut(owner, pid_of(connection))
        connection.execute(NOTE, (10 + len(tries),))

    database.change(work)
    assert len(tries) == 2
    assert notes() == [2, 12]


def test_a_connection_that_breaks_in_the_middle_of_a_statement_is_no_error(
    app: Flask, notes: Notes, owner: psycopg.Connection
) -> None:
    tries = []

    def work(connection: Connection) -> None:
        tries.append(1)
        connection.execute(NOTE, (len(tries),))
        if len(tries) == 1:
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    owner.execute("GRANT pg_signal_backend TO cairn")
    try:
        database.change(work)
    finally:
        owner.execute("REVOKE pg_signal_backend FROM cairn")
    assert notes() == [2]


def test_a_commit_whose_connection_is_cut_has_an_unknown_outcome_and_is_not_repeated(
    app: Flask, notes: Notes, owner: psycopg.Connection
) -> None:
    tries = []

    def work(connection: Connection) -> None:
        tries.append(1)
        connection.execute(NOTE, (1,))
        cut(owner, pid_of(connection))

    with pytest.raises(OutcomeUnknown):
        database.change(work)
    assert len(tries) == 1
    assert database.change(lambda connection: connection.execute(NOTE, (2,)).rowcount) == 1


def test_a_commit_of_the_orm_whose_connection_is_cut_has_an_unknown_outcome(
    app: Flask, owner: psycopg.Connection
) -> None:
    def add_account() -> None:
        with database.session() as session:
            session.connection().exec_driver_sql("UPDATE staff SET name = name")
            cut_all(owner)

    with pytest.raises(OutcomeUnknown):
        add_account()


def test_many_orm_sessions_leave_nothing_behind_on_their_connection(app: Flask) -> None:
    for _ in range(20):
        staff.everyone()
    handlers = database.read(lambda connection: len(connection._notice_handlers))
    assert handlers <= 1


def test_after_closing_the_next_use_opens_connections_anew(app: Flask) -> None:
    def ask(connection: Connection) -> None:
        connection.execute("SELECT 1")

    database.read(ask)
    database.close(app)
    database.read(ask)
    database.change(ask)
