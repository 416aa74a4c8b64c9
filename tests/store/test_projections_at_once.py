"""Names, kept sums and rebuilding when many write at once: real threads, real commits."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
from flask import Flask

from tests.factories import DESK, new_record
from tests.registry import commands, fill
from tests.store.kept import differences, fold
from tests.store.waiting import wait_until
from webapp.actions import creating, rebuilding, searching, taking
from webapp.domain.commands import Retire
from webapp.domain.searching import Search

_WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def test_writers_while_everything_is_made_anew_lose_nothing(app: Flask) -> None:
    ids = fill(commands(1, 8), seed=1)
    over = threading.Event()

    def rebuild() -> None:
        with app.app_context():
            while not over.is_set():
                rebuilding.rebuild()

    def write(number: int) -> None:
        with app.app_context():
            dice = random.Random(number)
            for step in range(12):
                command = new_record(project_name=f"P {dice.randint(1, 3)}",
                                     quantity=9, serial_number=f"X {number} {step}")  # fmt: skip
                made = creating.create(command, DESK).story.record.id
                taking.retire(made, Retire(quantity=4, beneficiary=f"B {step}"), DESK)

    with ThreadPoolExecutor(4) as pool:
        mending = pool.submit(rebuild)
        writing = [pool.submit(write, number) for number in range(3)]
        try:
            for one in writing:
                one.result()
        finally:
            over.set()
        mending.result()

    assert differences() == []
    assert searching.find_records(Search(limit=1)).count == len(ids) + 36
    fold()
    assert differences() == []


def test_who_writes_in_the_middle_of_rebuilding_is_counted_once(
    app: Flask, owner: psycopg.Connection
) -> None:
    made = creating.create(new_record(), DESK).story.record.id

    def within_app(action: Callable[[], object]) -> None:
        with app.app_context():
            action()

    def waiting() -> int:
        row = owner.execute(_WAITING).fetchone()
        assert row is not None
        return int(row[0])

    with ThreadPoolExecutor(2) as pool:
        with owner.transaction():
            owner.execute("LOCK TABLE unit_sums IN SHARE MODE")
            mending = pool.submit(within_app, rebuilding.rebuild)
            wait_until(lambda: waiting() == 1)  # between two of its statements
            writing = pool.submit(within_app, lambda: taking.retire(made, Retire(quantity=4), DESK))
            wait_until(lambda: writing.done() or waiting() == 2)
        mending.result()
        writing.result()

    assert differences() == []


def test_folding_by_many_at_once_counts_nothing_twice(app: Flask) -> None:
    def work(number: int) -> None:
        with app.app_context():
            creating.create(new_record(serial_number=f"X {number}"), DESK)
            fold()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(30)))

    assert differences() == []
    assert searching.find_records(Search(limit=1)).count == 30


def at_once(app: Flask, actions: list[Callable[[], object]]) -> None:
    """Runs all at the same moment; each must succeed."""
    start = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            action()

    with ThreadPoolExecutor(len(actions)) as pool:
        list(pool.map(run, actions))


def test_records_of_one_new_project_made_at_once_share_one_project(
    app: Flask, owner: psycopg.Connection
) -> None:
    made = [new_record(serial_number=f"X {number}") for number in range(12)]

    at_once(app, [lambda one=one: creating.create(one, DESK) for one in made])

    assert owner.execute("SELECT count(*) FROM projects").fetchone() == (1,)
    fold()
    assert owner.execute("SELECT records, issued FROM projects").fetchall() == [(12, 1320)]
    assert differences() == []


def test_a_new_party_named_by_many_at_once_is_one_party(
    app: Flask, owner: psycopg.Connection
) -> None:
    made = [
        creating.create(new_record(serial_number=f"X {number}"), DESK).story.record.id
        for number in range(12)
    ]
    command = Retire(beneficiary="Acme Ltd", quantity=3)

    at_once(app, [lambda one=one: taking.retire(one, command, DESK) for one in made])

    assert owner.execute("SELECT count(*) FROM parties").fetchone() == (1,)
    fold()
    assert owner.execute("SELECT events, retired FROM parties").fetchall() == [(12, 36)]
    assert searching.find_records(Search(q="acme")).count == 12
