"""The tables refuse days after the day itself, and fields that an event of its type never has."""

import psycopg

from tests.store.attacks import CHECK, assert_refused, cases
from tests.store.ledger_rows import C, Row, created, event, record

FUTURE = "events_not_in_the_future"
FIELDS = "events_fields_of_type"
PAST = "records_issued_in_the_past"
LAST_SECOND = "2026-01-01T23:59:59Z"
ELSEWHERE = "2026-01-02T01:30:00+02:00"  # in UTC it is still the first


@cases(
    ("effective after its day", event(effective_on="2026-01-02"), CHECK, FUTURE, event(effective_on="2026-01-01")),
    ("effective years later", event(effective_on="9999-12-31"), CHECK, FUTURE, event(effective_on="1990-01-01")),
    (
        "effective the day after its last second",
        event(at=LAST_SECOND, effective_on="2026-01-02"),
        CHECK,
        FUTURE,
        event(at="2026-01-02T00:00:00Z", effective_on="2026-01-02"),
    ),
    (
        "effective on a day that has begun only elsewhere",
        event(at=ELSEWHERE, effective_on="2026-01-02"),
        CHECK,
        FUTURE,
        event(at=ELSEWHERE, effective_on="2026-01-01"),
    ),
    ("effective at the end of all days", event(effective_on="infinity"), CHECK, FUTURE, event()),
    ("issued after it was recorded", record(issued_on="2026-01-02"), CHECK, PAST, record(issued_on="2026-01-01")),
    ("issued at the end of all days", record(issued_on="infinity"), CHECK, PAST, record()),
    (
        "issued on a day that has begun only elsewhere",
        record(created_at=ELSEWHERE, issued_on="2026-01-02"),
        CHECK,
        PAST,
        record(created_at=ELSEWHERE, issued_on="2026-01-01"),
    ),
    (
        "sold for a reason",
        event(event_type="sold", party="Acme Ltd", reason="Error"),
        CHECK,
        FIELDS,
        event(event_type="sold", party="Acme Ltd", note="Error"),
    ),
)  # fmt: skip
def test_what_could_not_have_happened_yet_is_refused(
    raw: psycopg.Connection, refused: Row, sqlstate: str, constraint: str, allowed: Row
) -> None:
    assert_refused(raw, refused, sqlstate, constraint)
    allowed.insert(raw)


@cases(
    *(
        (f"created with {name}", created(C, "[1,101)", **{name: value}), CHECK, FIELDS, created(C, "[1,101)"))
        for name, value in {
            "note": "A note",
            "party": "Acme Ltd",
            "reason": "Error",
            "effective_on": "2025-01-01",
        }.items()
    )
)  # fmt: skip
def test_a_creation_says_nothing_but_what_was_issued(
    raw: psycopg.Connection, refused: Row, sqlstate: str, constraint: str, allowed: Row
) -> None:
    record().insert(raw)
    assert_refused(raw, refused, sqlstate, constraint)
    allowed.insert(raw)
