"""The tables refuse events that the ledger could not have written."""

import psycopg
import pytest

from tests.store.attacks import (
    CHECK,
    EXCLUSION,
    FOREIGN_KEY,
    NOT_NULL,
    UNIQUE,
    assert_refused,
    cases,
)
from tests.store.ledger_rows import (
    A,
    B,
    C,
    Row,
    created,
    event,
    record,
)


@cases(
    (
        "units that were retired",
        event(units="{[11,21)}"),
        EXCLUSION,
        "events_units_leave_once",
        event(units="{[31,41)}"),
    ),
    (
        "units of which one was retired",
        event(units="{[20,21),[31,40)}"),
        EXCLUSION,
        "events_units_leave_once",
        event(units="{[31,40)}"),
    ),
    (
        "units of which one was sold",
        event(units="{[10,11),[31,40)}"),
        EXCLUSION,
        "events_units_leave_once",
        event(from_seq=2, units="{[10,11)}"),
    ),
    (
        "units that came back by a return from the event they were sold from",
        event(units="{[1,5)}"),
        EXCLUSION,
        "events_units_leave_once",
        event(from_seq=3, units="{[1,5)}"),
    ),
    (
        "units around all that were taken",
        event(units="{[1,101)}"),
        EXCLUSION,
        "events_units_leave_once",
        event(units="{[31,101)}"),
    ),
    (
        "units that the record has not",
        event(units="{[100,102)}"),
        CHECK,
        "events_source_has_units",
        event(units="{[100,101)}"),
    ),
    (
        "units that the sale has not",
        event(from_seq=2, units="{[10,12)}"),
        CHECK,
        "events_source_has_units",
        event(from_seq=2, units="{[10,11)}"),
    ),
    (
        "units without an end",
        event(units="{[31,)}"),
        CHECK,
        "events_source_has_units",
        event(units="{[31,101)}"),
    ),
    (
        "units from an event that does not exist",
        event(from_seq=99),
        FOREIGN_KEY,
        "events_source_exists",
        event(),
    ),
    (
        "units from no event",
        event(from_seq=None),
        FOREIGN_KEY,
        "events_source_exists",
        event(),
    ),
    (
        "units from itself",
        event(from_seq=6),
        FOREIGN_KEY,
        "events_source_exists",
        event(),
    ),
    (
        "units from an event that only another record has",
        event(from_seq=7, units="{[105,106)}"),
        FOREIGN_KEY,
        "events_source_exists",
        event(record_id=B, seq=8, from_seq=1, units="{[107,108)}"),
    ),
    (
        "another record's units",
        event(units="{[150,151)}"),
        CHECK,
        "events_source_has_units",
        event(record_id=B, seq=8, units="{[150,151)}"),
    ),
    (
        "units from a later event",
        event(seq=2, from_seq=3, units="{[1,3)}"),
        CHECK,
        "events_created_first_and_whole",
        event(from_seq=3, units="{[1,3)}"),
    ),
    ("a seq that is taken", event(seq=5), UNIQUE, "events_pkey", event()),
    ("a gap in seq", event(seq=7), CHECK, "events_no_gap", event(seq=6)),
    ("seq 0", event(seq=0), CHECK, "events_", event()),
    (
        "no units",
        event(units="{}"),
        CHECK,
        "events_units_in_range",
        event(units="{[31,32)}"),
    ),
    (
        "units that are null",
        event(units=None),
        NOT_NULL,
        "",
        event(),
    ),
    (
        "an unknown type",
        event(event_type="lost"),
        CHECK,
        "events_",
        event(event_type="retired"),
    ),
    (
        "a sale without a buyer",
        event(event_type="sold"),
        CHECK,
        "events_fields_of_type",
        event(event_type="sold", party="Acme Ltd"),
    ),
    (
        "a return without a reason",
        event(event_type="returned", from_seq=2, units="{[5,7)}"),
        CHECK,
        "events_fields_of_type",
        event(event_type="returned", from_seq=2, units="{[5,7)}", reason="Error"),
    ),
    (
        "a cancellation without a reason",
        event(event_type="cancelled"),
        CHECK,
        "events_fields_of_type",
        event(event_type="cancelled", reason="Error"),
    ),
    (
        "a party too long",
        event(party="🌳" * 301),
        CHECK,
        "events_texts_in_length",
        event(party="🌳" * 300),
    ),
    (
        "a note too long",
        event(note="🌳" * 4001),
        CHECK,
        "events_texts_in_length",
        event(note="🌳" * 4000),
    ),
    (
        "a block that only a created event carries",
        event(block="[1,101)"),
        CHECK,
        "events_created_first_and_whole",
        event(block=None),
    ),
)
def test_an_event_is_refused(
    raw: psycopg.Connection, refused: Row, sqlstate: str, constraint: str, allowed: Row
) -> None:
    assert_refused(raw, refused, sqlstate, constraint)
    allowed.insert(raw)


def odd_units(blocks: int) -> str:
    """So many blocks of one unit each, none of which touch."""
    return "{" + ",".join(f"[{n},{n + 1})" for n in range(1, 2 * blocks, 2)) + "}"


def test_an_event_of_501_blocks_is_refused_and_one_of_500_is_not(raw: psycopg.Connection) -> None:
    record(quantity=2000, block="[1,2001)").insert(raw)
    created(C, "[1,2001)").insert(raw)
    too_many = event(record_id=C, seq=2, units=odd_units(501))
    assert_refused(raw, too_many, CHECK, "events_at_most_500_blocks")
    event(record_id=C, seq=2, units=odd_units(500)).insert(raw)


def test_a_temporary_table_of_the_same_name_does_not_deceive_the_trigger(
    raw: psycopg.Connection,
) -> None:
    raw.execute("CREATE TEMPORARY TABLE events AS SELECT * FROM public.events")
    raw.execute("INSERT INTO events SELECT record_id, 99, 'created' FROM events LIMIT 1")
    assert_refused(raw, event(from_seq=99), FOREIGN_KEY, "events_source_exists")
    event().insert(raw)


def test_rows_of_one_statement_cannot_take_the_same_units(raw: psycopg.Connection) -> None:
    two = (
        "INSERT INTO events (record_id, seq, event_type, from_seq, units, actor, actor_id, at)"
        " SELECT %s, 5 + n, 'retired', 1, int8multirange(int8range(31, 32 + n * %s)), '', '', now()"
        " FROM generate_series(1, 2) AS n"
    )
    with pytest.raises(psycopg.errors.ExclusionViolation), raw.transaction():
        raw.execute(two, (A, 1))
    apart = two.replace("int8range(31, 32 + n * %s)", "int8range(30 + n, 31 + n * %s)")
    raw.execute(apart, (A, 1))
