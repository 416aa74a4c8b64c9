"""Many people press the button at once: real threads, real connections, real commits."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
from flask import Flask

from tests.factories import DESK, GUJARAT_ID, new_record
from webapp.actions import creating, looking, searching, taking
from webapp.domain.commands import BlockOfUnits, Cancel, Retire, Return, Sell
from webapp.domain.refusals import Refusal
from webapp.domain.searching import Search
from webapp.store import database


def _at_once(app: Flask, actions: list[Callable[[], object]]) -> Counter[str]:
    """Runs all actions at the same moment; counts "done" and the codes of the refusals."""
    start = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> str:
        with app.app_context():
            start.wait()
            try:
                action()
            except Refusal as refusal:
                return refusal.code
            return "done"

    with ThreadPoolExecutor(len(actions)) as pool:
        return Counter(pool.map(run, actions))


def test_of_32_who_retire_one_record_one_succeeds_and_31_are_told_it_is_retired(app: Flask) -> None:
    creating.create(new_record(), DESK)

    results = _at_once(app, [lambda: taking.retire(GUJARAT_ID, Retire(), DESK)] * 32)

    assert results == {"done": 1, "already_retired": 31}
    story = looking.record(GUJARAT_ID)
    assert [event.event_type for event in story.events] == ["created", "retired"]


def test_of_32_who_retire_5_of_100_units_20_succeed(app: Flask) -> None:
    record = creating.create(new_record(quantity=100), DESK).story.record

    results = _at_once(app, [lambda: taking.retire(record.id, Retire(quantity=5), DESK)] * 32)

    assert results == {"done": 20, "already_retired": 12}
    story = looking.record(record.id)
    assert story.holdings.retired == 100
    retired = [event.units for event in story.events if event.event_type == "retired"]
    assert sorted(block for units in retired for block in units) == [
        (first, first + 4) for first in range(1, 101, 5)
    ]
    assert [event.seq for event in story.events] == list(range(1, 22))


def test_16_creates_of_one_record_give_one_record(app: Flask) -> None:
    results = _at_once(app, [lambda: creating.create(new_record(), DESK)] * 16)

    assert results == {"done": 16}
    assert len(looking.record(GUJARAT_ID).events) == 1
    assert len(searching.find_records(Search(limit=10)).items) == 1


def test_16_creates_of_overlapping_blocks_give_one_record_and_no_deadlock(
    app: Flask, owner: psycopg.Connection
) -> None:
    def serial(first: int) -> str:
        return f"GS1-1-KE-GS11603-16-2025-30256-{first}-{first + 99}"

    commands = [
        new_record(registry="GS", vintage=2025, quantity=100, serial_number=serial(first))
        for first in range(1, 17)
    ]

    results = _at_once(app, [lambda one=one: creating.create(one, DESK) for one in commands])

    assert results == {"done": 1, "block_taken": 15}
    assert len(searching.find_records(Search(limit=100)).items) == 1
    # Plain inserts would deadlock here, and each deadlock would cost a second.
    database.close(app)  # a session reports what it met when it ends
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert owner.execute(deadlocks).fetchone() == (0,)


def test_selling_and_retiring_the_same_units_at_once_does_one_of_them(app: Flask) -> None:
    creating.create(new_record(), DESK)

    results = _at_once(
        app,
        [
            lambda: taking.sell(GUJARAT_ID, Sell(buyer="Acme Ltd", quantity=110), DESK),
            lambda: taking.retire(GUJARAT_ID, Retire(quantity=110), DESK),
        ]
        * 8,
    )

    assert results["done"] == 1
    story = looking.record(GUJARAT_ID)
    assert len(story.events) == 2
    assert {story.holdings.sold, story.holdings.retired} == {0, 110}


def test_selling_and_cancelling_the_same_units_at_once_does_one_of_them(app: Flask) -> None:
    creating.create(new_record(), DESK)
    whole = [BlockOfUnits(first=1, last=110)]

    results = _at_once(
        app,
        [
            lambda: taking.sell(GUJARAT_ID, Sell(buyer="Acme Ltd", quantity=110), DESK),
            lambda: taking.cancel(GUJARAT_ID, Cancel(reason="Error", blocks=whole), DESK),
        ]
        * 8,
    )

    assert results["done"] == 1
    story = looking.record(GUJARAT_ID)
    assert len(story.events) == 2
    assert story.holdings.sold + story.holdings.cancelled == 110


def test_a_sale_is_either_retired_or_returned_never_both(app: Flask) -> None:
    creating.create(new_record(), DESK)
    taking.sell(GUJARAT_ID, Sell(buyer="Acme Ltd"), DESK)

    results = _at_once(
        app,
        [
            lambda: taking.retire(GUJARAT_ID, Retire(sale=2), DESK),
            lambda: taking.return_sold(GUJARAT_ID, Return(sale=2, reason="Error"), DESK),
        ]
        * 8,
    )

    assert results["done"] == 1
    held = looking.record(GUJARAT_ID).holdings
    assert {held.retired, held.available} == {0, 110}
