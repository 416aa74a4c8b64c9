"""The tables refuse every creation but one: the first, of the whole block of its record."""

import psycopg

from tests.store.attacks import (
    CHECK,
    FOREIGN_KEY,
    UNIQUE,
    assert_refused,
    cases,
)
from tests.store.ledger_rows import (
    LARGEST,
    A,
    C,
    Row,
    created,
    record,
)

WHOLE = created(C, "[1,101)")


@cases(
    (
        "a second one in the place of the first",
        created(A, "[1,101)"),
        UNIQUE,
        "events_pkey",
        WHOLE,
    ),
    (
        "a second one after others",
        created(A, "[1,101)", seq=6),
        CHECK,
        "events_created_first_and_whole",
        WHOLE,
    ),
    (
        "one that takes units from another",
        created(A, "[1,101)", seq=6, from_seq=1),
        CHECK,
        "events_created_first_and_whole",
        WHOLE,
    ),
    (
        "units that are fewer than the block",
        created(C, "[1,101)", units="{[1,100)}"),
        CHECK,
        "events_created_first_and_whole",
        WHOLE,
    ),
    (
        "units that are more than the block",
        created(C, "[1,101)", units="{[1,102)}"),
        CHECK,
        "events_created_first_and_whole",
        WHOLE,
    ),
    (
        "another block than the record has",
        created(C, "[1,102)"),
        FOREIGN_KEY,
        "events_record_id_block_fkey",
        WHOLE,
    ),
    (
        "another record's block",
        created(C, "[101,201)"),
        FOREIGN_KEY,
        "events_record_id_block_fkey",
        WHOLE,
    ),
    (
        "no block",
        Row("events", WHOLE.values | {"block": None}),
        CHECK,
        "events_created_first_and_whole",
        WHOLE,
    ),
    (
        "a record that does not exist",
        created("d" * 64, "[1,101)"),
        FOREIGN_KEY,
        "events_record_id_",
        WHOLE,
    ),
    (
        "units beyond the largest number",
        created(C, f"[{LARGEST},{LARGEST + 2})"),
        CHECK,
        "events_units_in_range",
        WHOLE,
    ),
    (
        "a party",
        created(C, "[1,101)", party="Acme Ltd"),
        CHECK,
        "events_fields_of_type",
        WHOLE,
    ),
)
def test_a_created_event_is_refused(
    raw: psycopg.Connection, refused: Row, sqlstate: str, constraint: str, allowed: Row
) -> None:
    record().insert(raw)
    assert_refused(raw, refused, sqlstate, constraint)
    allowed.insert(raw)
