"""The tables refuse to take units twice, or from where they may not be taken."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.store.attacks import (
    CHECK,
    EXCLUSION,
    assert_refused,
)
from tests.store.conftest import Connect
from tests.store.ledger_rows import (
    A,
    Row,
    event,
)

# What each type of event may take units from, as DESIGN.md has it; the seq and free units of each.
TAKES_FROM = {
    "sold": {"created", "returned"},
    "returned": {"sold"},
    "retired": {"created", "returned", "sold"},
    "cancelled": {"created", "returned"},
}
SOURCES = {
    "created": (1, "{[31,33)}"),
    "sold": (2, "{[5,7)}"),
    "returned": (3, "{[1,3)}"),
    "retired": (4, "{[11,13)}"),
    "cancelled": (5, "{[21,23)}"),
}
FIELDS = {
    "sold": {"party": "Acme Ltd"},
    "returned": {"reason": "Error"},
    "retired": {},
    "cancelled": {"reason": "Error"},
}


def taking(taker: str, source: str) -> Row:
    seq, units = SOURCES[source]
    return event(event_type=taker, from_seq=seq, units=units, **FIELDS[taker])


def forbidden() -> Iterable[tuple[str, str]]:
    return [(one, src) for one in TAKES_FROM for src in SOURCES if src not in TAKES_FROM[one]]


@pytest.mark.parametrize(("taker", "source"), forbidden())
def test_no_units_are_taken_from_an_event_whose_type_forbids_it(
    raw: psycopg.Connection, taker: str, source: str
) -> None:
    assert_refused(raw, taking(taker, source), CHECK, "events_source_allows")
    taking(taker, min(TAKES_FROM[taker])).insert(raw)


@pytest.mark.parametrize(
    ("taker", "source"), [(one, src) for one in TAKES_FROM for src in sorted(TAKES_FROM[one])]
)
def test_units_are_taken_once_from_each_event_whose_type_allows_it(
    raw: psycopg.Connection, taker: str, source: str
) -> None:
    taking(taker, source).insert(raw)
    again = Row("events", taking(taker, source).values | {"seq": 7})
    assert_refused(raw, again, EXCLUSION, "events_units_leave_once")


def _begin(connection: psycopg.Connection) -> None:
    connection.execute("BEGIN")


def _await_waiting(owner: psycopg.Connection, pid: int) -> None:
    """Returns once the other connection waits for a lock."""
    query = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
    while owner.execute(query, (pid,)).fetchone() != (True,):
        pass


@pytest.mark.parametrize("ending", ["COMMIT", "ROLLBACK"])
def test_of_two_transactions_that_retire_the_same_units_the_second_waits_for_the_first(
    connect: Connect, owner: psycopg.Connection, ending: str
) -> None:
    first, second = connect(), connect()
    _begin(first)
    _begin(second)
    # Both must be event 6: a seventh is refused as long as it sees no sixth.
    event(units="{[31,41)}").insert(first)
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(event(units="{[40,51)}").insert, second)
        _await_waiting(owner, second.info.backend_pid)
        first.execute(ending)
        error = result.exception(timeout=30)
    second.execute("COMMIT")

    taken = "SELECT units::text FROM events WHERE record_id = %s AND seq = 6"
    if ending == "COMMIT":
        assert isinstance(error, psycopg.errors.UniqueViolation)
        assert_refused(second, event(seq=7, units="{[40,51)}"), EXCLUSION, "events_units_leave")
        assert owner.execute(taken, (A,)).fetchone() == ("{[31,41)}",)
    else:
        assert error is None
        assert owner.execute(taken, (A,)).fetchone() == ("{[40,51)}",)
