"""The totals are what the events say: always, for every reader, however the sums are kept."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from itertools import count
from typing import Any

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.actions.recounting import recount, told
from tests.factories import DESK, GUJARAT_ID, new_record
from webapp.actions import creating, taking
from webapp.actions.totals import Sums, totals
from webapp.domain.commands import Cancel, Retire, Return, Sell
from webapp.domain.refusals import Refusal
from webapp.store import database, sums
from webapp.store.database import Connection

_numbers = count(1)


def record(**changes: Any) -> str:
    """Records 100 units under a serial number of their own; the record's id."""
    fields = {"quantity": 100, "serial_number": f"TOTALS-{next(_numbers)}"} | changes
    return creating.create(new_record(**fields), DESK).story.record.id


def pending(owner: psycopg.Connection) -> int:
    row = owner.execute("SELECT count(*) FROM pending_sums").fetchone()
    assert row is not None
    return int(row[0])


def fold() -> None:
    database.change(sums.fold)


def test_an_empty_registry_has_sums_of_nothing_and_they_add_up(app: Flask) -> None:
    found = totals()

    assert found.whole == Sums(0, 0, 0, 0, 0, 0)
    assert found.adds_up
    assert found.by_registry == found.by_vintage == found.projects == ()
    assert found.beneficiaries == found.retired_by_month == ()


def test_after_every_kind_of_event_the_sums_are_right(
    app: Flask, owner: psycopg.Connection
) -> None:
    creating.create(new_record(), DESK)
    steps: list[tuple[Callable[[], object], Sums]] = [
        (lambda: None, Sums(1, 110, 110, 0, 0, 0)),
        (
            lambda: taking.sell(GUJARAT_ID, Sell(buyer="Acme Ltd", quantity=60), DESK),
            Sums(1, 110, 50, 60, 0, 0),
        ),
        (
            lambda: taking.return_sold(
                GUJARAT_ID, Return(sale=2, quantity=10, reason="Too many"), DESK
            ),
            Sums(1, 110, 60, 50, 0, 0),
        ),
        (
            lambda: taking.retire(GUJARAT_ID, Retire(sale=2, quantity=40), DESK),
            Sums(1, 110, 60, 10, 40, 0),
        ),
        (
            lambda: taking.cancel(GUJARAT_ID, Cancel(reason="Buffer", quantity=20), DESK),
            Sums(1, 110, 40, 10, 40, 20),
        ),
        (lambda: taking.retire(GUJARAT_ID, Retire(), DESK), Sums(1, 110, 0, 0, 90, 20)),
    ]

    for act, expected in steps:
        act()
        found = totals()
        assert found.whole == expected
        assert found.adds_up
        assert told(found) == recount(owner)


def test_the_sums_are_told_by_registry_vintage_and_project(app: Flask) -> None:
    record(registry="GS", vintage=2019, project_name="Hydro", quantity=50)
    record(registry="GS", vintage=2020, project_name="Hydro", quantity=70)
    solar = record(registry="VCS", vintage=2019, project_name="Solar", quantity=200)
    taking.retire(solar, Retire(quantity=30), DESK)

    found = totals()

    assert [(one.key, one.sums.issued, one.sums.retired) for one in found.by_registry] == [
        ("VCS", 200, 30),
        ("GS", 120, 0),
    ]
    assert [(one.key, one.sums.records, one.sums.issued) for one in found.by_vintage] == [
        (2019, 2, 250),
        (2020, 1, 70),
    ]
    assert [(one.registry, one.name, one.sums.issued) for one in found.projects] == [
        ("VCS", "Solar", 200),
        ("GS", "Hydro", 120),
    ]


def test_a_retirement_belongs_to_the_month_that_it_counts_for(app: Flask) -> None:
    one = record()
    taking.retire(one, Retire(quantity=5, effective_on=date(2024, 2, 29)), DESK)
    taking.retire(one, Retire(quantity=6, effective_on=date(2024, 2, 1)), DESK)
    taking.retire(one, Retire(quantity=7, effective_on=date(1999, 12, 31)), DESK)

    months = [(month.month, month.units) for month in totals().retired_by_month]

    assert months == [(date(1999, 12, 1), 7), (date(2024, 2, 1), 11)]


def test_folding_changes_no_sum(app: Flask, owner: psycopg.Connection) -> None:
    one = record()
    taking.sell(one, Sell(buyer="Acme Ltd", quantity=60), DESK)
    taking.retire(one, Retire(quantity=25, beneficiary="Bold Ltd"), DESK)
    before = totals()
    assert pending(owner) > 0

    fold()

    assert pending(owner) == 0
    assert totals() == before
    taking.retire(one, Retire(sale=2), DESK)
    assert told(totals()) == recount(owner)
    fold()
    assert told(totals()) == recount(owner)


def test_of_two_folds_at_once_one_does_nothing_and_nobody_waits(
    app: Flask, owner: psycopg.Connection
) -> None:
    taking.retire(record(), Retire(quantity=25), DESK)
    expected = recount(owner)
    folded, may_end = threading.Event(), threading.Event()

    def fold_slowly(connection: Connection) -> None:
        sums.fold(connection)
        folded.set()
        assert may_end.wait(30)

    def first() -> None:
        with app.app_context():
            database.change(fold_slowly)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first)
        assert folded.wait(30)
        fold()  # would wait for the other's rows, and be refused as busy
        assert told(totals()) == expected
        may_end.set()
        running.result()
    assert told(totals()) == expected
    assert pending(owner) == 0


def test_a_fold_that_is_rolled_back_loses_nothing(app: Flask, owner: psycopg.Connection) -> None:
    taking.retire(record(), Retire(quantity=25), DESK)
    expected = recount(owner)

    def fold_and_fail(connection: Connection) -> None:
        sums.fold(connection)
        raise LookupError

    with pytest.raises(LookupError):
        database.change(fold_and_fail)

    assert told(totals()) == expected


def test_an_action_that_is_refused_leaves_nothing_pending(
    app: Flask, owner: psycopg.Connection
) -> None:
    one = record()
    before = pending(owner)

    with pytest.raises(Refusal):
        taking.retire(one, Retire(quantity=101), DESK)

    assert pending(owner) == before
    assert totals().whole == Sums(1, 100, 100, 0, 0, 0)


def test_an_action_that_fails_before_its_commit_leaves_nothing_pending(
    app: Flask, owner: psycopg.Connection
) -> None:
    one = record()
    before = pending(owner)
    owner.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END$$;"
        "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON pending_sums"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()"
    )

    with pytest.raises(Refusal):
        taking.retire(one, Retire(quantity=1), DESK)

    assert pending(owner) == before
    assert totals().whole == Sums(1, 100, 100, 0, 0, 0)


def test_the_largest_project_is_first_though_its_sums_are_only_pending(app: Flask) -> None:
    for number in range(25):
        record(project_name=f"Project {number}", quantity=10 + number)
    fold()
    record(project_name="Latest and largest", quantity=500)
    record(project_name="Project 0", quantity=400)

    found = totals().projects

    assert [one.name for one in found[:3]] == ["Latest and largest", "Project 0", "Project 24"]
    assert [one.sums.issued for one in found[:3]] == [500, 410, 34]
    assert len(found) == 20


def test_the_largest_beneficiary_is_first_though_its_units_are_only_pending(app: Flask) -> None:
    one = record(quantity=10_000)
    for number in range(25):
        taking.retire(one, Retire(quantity=10 + number, beneficiary=f"Party {number}"), DESK)
    fold()
    taking.retire(one, Retire(quantity=300, beneficiary="Party 0"), DESK)
    taking.retire(one, Retire(quantity=500, beneficiary="Latest and largest"), DESK)
    taking.retire(one, Retire(quantity=5000), DESK)  # for nobody who is named

    found = totals().beneficiaries

    assert [(one.name, one.units) for one in found[:3]] == [
        ("Latest and largest", 500),
        ("Party 0", 310),
        ("Party 24", 34),
    ]
    assert len(found) == 20


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE unit_sums SET retired = retired + 1",
        "UPDATE unit_sums SET issued = issued - 1",
        "UPDATE event_sums SET units = units + 1 WHERE event_type = 'retired'",
        "UPDATE projects SET available = available + 1",
    ],
)
def test_sums_that_somebody_damaged_do_not_add_up(
    app: Flask, owner: psycopg.Connection, damage: str
) -> None:
    taking.retire(record(), Retire(quantity=25), DESK)
    fold()
    assert totals().adds_up

    owner.execute(damage)

    assert not totals().adds_up


def test_readers_see_sums_that_agree_while_8_threads_retire_and_fold(
    app: Flask, owner: psycopg.Connection
) -> None:
    records = [record(quantity=1000, registry=f"R{number % 3}") for number in range(4)]
    start = threading.Barrier(9)
    writing = threading.Event()

    def retire(number: int) -> None:
        with app.app_context():
            start.wait()
            for turn in range(40):
                command = Retire(quantity=1 + turn % 3, beneficiary=f"Party {number % 3}")
                taking.retire(records[(number + turn) % len(records)], command, DESK)
                if turn % 8 == number:
                    fold()

    def read() -> list[int]:
        seen = []
        with app.app_context():
            start.wait()
            while not writing.is_set():
                found = totals()
                assert found.adds_up, found
                assert sum(one.units for one in found.beneficiaries) == found.whole.retired
                seen.append(found.whole.retired)
        return seen

    with ThreadPoolExecutor(9) as pool:
        reader = pool.submit(read)
        writers = [pool.submit(retire, number) for number in range(8)]
        for writer in writers:
            writer.result()
        writing.set()
        seen = reader.result()

    assert seen == sorted(seen), "retired units became fewer"
    assert len(set(seen)) > 3, "nothing was read between the writes"
    assert told(totals()) == recount(owner)
    assert totals().whole.retired == 8 * sum(1 + turn % 3 for turn in range(40))


STEPS = st.tuples(
    st.sampled_from(["record", "sell", "return", "retire", "cancel", "fold"]),
    st.integers(0, 5),
    st.integers(1, 40),
)


def do(what: str, records: list[str], which: int, quantity: int) -> None:
    """Does one thing to one of the records, or adds one to them."""
    one = records[which % len(records)]
    party = f"Party {which % 3}"
    day = date(2020 + which, 1 + quantity % 12, 1)
    if what == "record":
        records.append(record(vintage=2018 + which, project_name=f"Project {which}"))
    elif what == "sell":
        taking.sell(one, Sell(buyer=party, quantity=quantity), DESK)
    elif what == "return":
        taking.return_sold(one, Return(sale=2 + which, reason="Undone"), DESK)
    elif what == "retire":
        command = Retire(quantity=quantity, beneficiary=party, effective_on=day)
        taking.retire(one, command, DESK)
    elif what == "cancel":
        taking.cancel(one, Cancel(reason="Buffer", quantity=quantity), DESK)
    else:
        fold()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=st.lists(STEPS, min_size=5, max_size=30))
def test_after_any_history_the_totals_are_a_recount_of_the_events(
    app: Flask, owner: psycopg.Connection, history: list[tuple[str, int, int]]
) -> None:
    records = [record(registry="GS"), record(vintage=2020, project_name="Hydro")]
    for what, which, quantity in history:
        with suppress(Refusal):
            do(what, records, which, quantity)

    found, expected = told(totals()), recount(owner)

    assert found.pop("projects").items() <= expected.pop("projects").items()
    assert found == expected
    assert totals().adds_up
