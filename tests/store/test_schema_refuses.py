"""The tables refuse, to whoever writes past the application, what would break the ledger.

Each attack stands beside its nearest legal statement, which goes through on the same connection.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.errors import lookup

from tests.store.conftest import Connect
from tests.store.ledger_rows import (
    LARGEST,
    A,
    B,
    Row,
    created,
    event,
    holdings,
    record,
    serial_block,
)

CHECK, EXCLUSION, UNIQUE, FOREIGN_KEY, NOT_NULL = "23514", "23P01", "23505", "23503", "23502"
Case = tuple[str, Row, str, str, Row]


def cases(*rows: Case) -> pytest.MarkDecorator:
    """Parametrises over what is refused, its SQLSTATE, its constraint, and what goes through."""
    return pytest.mark.parametrize(
        ("refused", "sqlstate", "constraint", "allowed"),
        [pytest.param(*row[1:], id=row[0].replace(" ", "-")) for row in rows],
    )


def assert_refused(raw: psycopg.Connection, row: Row, sqlstate: str, constraint: str) -> None:
    with pytest.raises(lookup(sqlstate)) as caught, raw.transaction():
        row.insert(raw)
    assert caught.value.sqlstate == sqlstate
    assert (caught.value.diag.constraint_name or "").startswith(constraint)


def odd_units(blocks: int) -> str:
    """So many blocks of one unit each, none of which touch."""
    return "{" + ",".join(f"[{n},{n + 1})" for n in range(1, 2 * blocks, 2)) + "}"


@cases(
    (
        "a block that overlaps another",
        serial_block(block="[200,300)"),
        EXCLUSION,
        "serial_blocks_issued_once",
        serial_block(block="[201,300)"),
    ),
    (
        "a block within another",
        serial_block(block="[50,51)"),
        EXCLUSION,
        "serial_blocks_issued_once",
        serial_block(block="[50,51)", series="T"),
    ),
    (
        "a block around all others",
        serial_block(block="[0,1000)"),
        EXCLUSION,
        "serial_blocks_issued_once",
        serial_block(block="[0,1)"),
    ),
    (
        "a second remainder in a series",
        serial_block(remainder="R"),
        EXCLUSION,
        "serial_blocks_one_remainder",
        serial_block(remainder="r"),
    ),
    (
        "a second block of a record in its series",
        serial_block(record_id=B),
        UNIQUE,
        "serial_blocks_pkey",
        serial_block(),
    ),
    (
        "an empty block",
        serial_block(block="empty"),
        CHECK,
        "serial_blocks_block_not_empty",
        serial_block(block="[201,202)"),
    ),
    (
        "a block below zero",
        serial_block(series="T", block="[-1,5)"),
        CHECK,
        "serial_blocks_block_not_empty",
        serial_block(series="T", block="[0,5)"),
    ),
    (
        "a block without a beginning",
        serial_block(series="T", block="(,5)"),
        CHECK,
        "serial_blocks_block_not_empty",
        serial_block(series="T", block="[0,5)"),
    ),
    (
        "a block without an end",
        serial_block(block="[201,)"),
        CHECK,
        "serial_blocks_block_not_empty",
        serial_block(block=f"[201,{LARGEST + 1})"),
    ),
)
def test_issuing_is_refused(
    raw: psycopg.Connection, refused: Row, sqlstate: str, constraint: str, allowed: Row
) -> None:
    assert_refused(raw, refused, sqlstate, constraint)
    allowed.insert(raw)


@cases(
    (
        "quantity 0",
        record(quantity=0, block="empty"),
        CHECK,
        "records_",
        record(quantity=1, block="[1,2)"),
    ),
    (
        "a negative quantity",
        record(quantity=-1),
        CHECK,
        "records_",
        record(),
    ),
    (
        "a block shorter than the quantity",
        record(block="[1,100)"),
        CHECK,
        "records_block_is_quantity",
        record(block="[2,102)"),
    ),
    (
        "a block longer than the quantity",
        record(block="[1,102)"),
        CHECK,
        "records_block_is_quantity",
        record(block="[1,101)"),
    ),
    (
        "a block without an end",
        record(block="[1,)"),
        CHECK,
        "records_block_is_quantity",
        record(block="[1,101)"),
    ),
    (
        "a block without a beginning",
        record(block="(,101)"),
        CHECK,
        "records_block_is_quantity",
        record(block="[1,101)"),
    ),
    (
        "a block below zero",
        record(block="[-1,99)"),
        CHECK,
        "records_block_is_quantity",
        record(block="[0,100)"),
    ),
    (
        "a unit beyond the largest number",
        record(quantity=1, block=f"[{LARGEST + 1},{LARGEST + 2})"),
        CHECK,
        "records_block_is_quantity",
        record(quantity=1, block=f"[{LARGEST},{LARGEST + 1})"),
    ),
    (
        "more units than the largest number",
        record(quantity=LARGEST + 1, block=f"[0,{LARGEST + 1})"),
        CHECK,
        "records_quantity_in_range",
        record(quantity=LARGEST, block=f"[1,{LARGEST + 1})"),
    ),
    ("an id too short", record(id="c" * 63), CHECK, "records_id_is_sha256", record()),
    ("an id too long", record(id="c" * 65), CHECK, "records_id_is_sha256", record()),
    ("an id in capitals", record(id="C" * 64), CHECK, "records_id_is_sha256", record()),
    ("an id with a line end", record(id="c" * 64 + "\n"), CHECK, "records_id_is_sha256", record()),
    ("a second record of an id", record(id=A), UNIQUE, "records_pkey", record()),
    ("vintage 1899", record(vintage=1899), CHECK, "records_vintage", record(vintage=1900)),
    ("vintage 2101", record(vintage=2101), CHECK, "records_vintage", record(vintage=2100)),
    (
        "a project name too long",
        record(project_name="🌳" * 301),
        CHECK,
        "records_texts_in_length",
        record(project_name="🌳" * 300),
    ),
    (
        "an empty registry",
        record(registry=""),
        CHECK,
        "records_texts_in_length",
        record(registry="-"),
    ),
    (
        "an empty project id",
        record(project_id=""),
        CHECK,
        "records_texts_in_length",
        record(project_id=None),
    ),
    (
        "no serial number",
        record(serial_number=None),
        NOT_NULL,
        "",
        record(serial_number="-"),
    ),
)
def test_a_record_is_refused(
    raw: psycopg.Connection, refused: Row, sqlstate: str, constraint: str, allowed: Row
) -> None:
    assert_refused(raw, refused, sqlstate, constraint)
    allowed.insert(raw)


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


C = "c" * 64
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


@cases(
    (
        "sums that are less than the quantity",
        holdings(retired=9),
        CHECK,
        "holdings_add_up_to_quantity",
        holdings(),
    ),
    (
        "sums that are more than the quantity",
        holdings(quantity=99),
        CHECK,
        "holdings_add_up_to_quantity",
        holdings(),
    ),
    (
        "negative available",
        holdings(available=-1, retired=85, status="sold"),
        CHECK,
        "holdings_no_negatives",
        holdings(available=0, retired=84, status="sold"),
    ),
    ("negative sold", holdings(sold=-1, retired=17), CHECK, "holdings_no_negatives", holdings()),
    ("negative retired", holdings(retired=-1, sold=17), CHECK, "holdings_no_", holdings()),
    ("negative cancelled", holdings(cancelled=-1, sold=17), CHECK, "holdings_no_", holdings()),
    ("active as sold", holdings(status="sold"), CHECK, "holdings_status_fits", holdings()),
    (
        "sold as active",
        holdings(available=0, sold=80),
        CHECK,
        "holdings_status_fits",
        holdings(available=0, sold=80, status="sold"),
    ),
    (
        "retired as cancelled",
        holdings(available=0, sold=0, retired=90, status="cancelled"),
        CHECK,
        "holdings_status_fits",
        holdings(available=0, sold=0, retired=90, status="retired"),
    ),
    (
        "cancelled as retired",
        holdings(available=0, sold=0, retired=0, cancelled=100, status="retired"),
        CHECK,
        "holdings_status_fits",
        holdings(available=0, sold=0, retired=0, cancelled=100, status="cancelled"),
    ),
    ("an unknown status", holdings(status="lost"), CHECK, "holdings_status_fits", holdings()),
    (
        "a record that does not exist",
        holdings(record_id="d" * 64),
        FOREIGN_KEY,
        "holdings_record_id_fkey",
        holdings(),
    ),
)
def test_holdings_are_refused(
    raw: psycopg.Connection, refused: Row, sqlstate: str, constraint: str, allowed: Row
) -> None:
    assert_refused(raw, refused, sqlstate, constraint)
    allowed.insert(raw)


def test_holdings_that_add_up_are_not_changed_to_some_that_do_not(raw: psycopg.Connection) -> None:
    holdings().insert(raw)
    with pytest.raises(psycopg.errors.CheckViolation), raw.transaction():
        raw.execute("UPDATE holdings SET available = available - 1")
    raw.execute("UPDATE holdings SET available = available - 1, retired = retired + 1")


CHANGES = [
    "UPDATE records SET project_name = 'Other'",
    "UPDATE records SET project_name = project_name",
    "DELETE FROM records",
    "TRUNCATE records CASCADE",
    "TRUNCATE records, events, holdings, serial_blocks",
    "INSERT INTO records SELECT * FROM records ON CONFLICT (id) DO UPDATE SET actor = ''",
    "UPDATE serial_blocks SET block = int8range(lower(block), upper(block) + 1000)",
    "UPDATE serial_blocks SET remainder = remainder",
    "DELETE FROM serial_blocks",
    "TRUNCATE serial_blocks",
    "TRUNCATE serial_blocks CASCADE",
    "UPDATE events SET note = 'Other'",
    "UPDATE events SET note = note",
    "DELETE FROM events",
    "DELETE FROM events WHERE seq = 5",
    "TRUNCATE events",
    "TRUNCATE events CASCADE",
    "INSERT INTO events SELECT * FROM events WHERE seq = 4"
    " ON CONFLICT (record_id, seq) DO UPDATE SET note = ''",
    "MERGE INTO events e USING records r ON e.record_id = r.id"
    " WHEN MATCHED AND e.seq = 5 THEN DELETE",
]


def everything(connection: psycopg.Connection) -> list[list[tuple[object, ...]]]:
    return [
        connection.execute(f"SELECT * FROM {table} ORDER BY {table}").fetchall()
        for table in ("records", "serial_blocks", "events")
    ]


@pytest.mark.parametrize("statement", CHANGES)
def test_what_was_written_is_neither_changed_nor_deleted(
    raw: psycopg.Connection, way: str, statement: str
) -> None:
    before = everything(raw)
    by_privilege = way == "application"
    refused = (
        psycopg.errors.InsufficientPrivilege if by_privilege else psycopg.errors.RestrictViolation
    )
    with pytest.raises(refused) as caught, raw.transaction():
        raw.execute(statement)
    if not by_privilege:
        assert (caught.value.diag.constraint_name or "").endswith("_append_only")
    assert everything(raw) == before
    event().insert(raw)


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET ROLE cairn_owner",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "ALTER TABLE events DISABLE TRIGGER events_append_only",
        "DROP TRIGGER events_append_only ON events",
        "DROP TRIGGER events_follow_the_lifecycle ON events",
        "ALTER TABLE events DROP CONSTRAINT events_units_leave_once",
        "DROP INDEX events_units_leave_once",
        "ALTER TABLE events OWNER TO cairn",
        "ALTER TABLE events RENAME TO older_events",
        "DROP TABLE holdings, events",
        "CREATE TRIGGER mine BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE RULE mine AS ON INSERT TO events DO INSTEAD NOTHING",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "ALTER FUNCTION refuse_change() RENAME TO allow_change",
        "DROP FUNCTION refuse_change() CASCADE",
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "DELETE FROM holdings",
        "UPDATE alembic_version SET version_num = ''",
        "LOCK TABLE events IN ACCESS EXCLUSIVE MODE",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
@pytest.mark.parametrize("way", ["application"])
def test_the_application_may_not_take_the_guards_away(
    raw: psycopg.Connection, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), raw.transaction():
        raw.execute(statement)


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
