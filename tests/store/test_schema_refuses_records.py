"""The tables refuse to issue a unit twice, and records and holdings that cannot be."""

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
    LARGEST,
    A,
    B,
    Row,
    holdings,
    record,
    serial_block,
)


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
        "serial_blocks_block_",
        serial_block(block="[201,202)"),
    ),
    (
        "a block below zero",
        serial_block(series="T", block="[-1,5)"),
        CHECK,
        "serial_blocks_block_",
        serial_block(series="T", block="[0,5)"),
    ),
    (
        "a block without a beginning",
        serial_block(series="T", block="(,5)"),
        CHECK,
        "serial_blocks_block_",
        serial_block(series="T", block="[0,5)"),
    ),
    (
        "a block without an end",
        serial_block(block="[201,)"),
        CHECK,
        "serial_blocks_block_",
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
