"""Rows as somebody writes them past the application, and a small ledger to attack."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

A, B, C = "a" * 64, "b" * 64, "c" * 64  # C is the id of a third that is not there yet
LARGEST = 2**53 - 1


@dataclass(frozen=True)
class Row:
    """A row of a table, written with plain INSERT."""

    table: str
    values: dict[str, Any] = field(hash=False)

    def insert(self, connection: psycopg.Connection) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, self.values))
        marks = sql.SQL(", ").join([sql.Placeholder()] * len(self.values))
        query = sql.SQL("INSERT INTO public.{} ({}) VALUES ({})")
        connection.execute(
            query.format(sql.Identifier(self.table), names, marks), list(self.values.values())
        )


def record(**changes: Any) -> Row:
    """A legal third record, of 100 units, or with other fields."""
    values = {
        "id": "c" * 64,
        "project_name": "Raw",
        "registry": "VCS",
        "vintage": 2018,
        "quantity": 100,
        "serial_number": "X-1",
        "series": "vcs:x-1",
        "block": "[1,101)",
        "created_at": "2026-01-01T00:00:00Z",
        "actor": "Raw",
        "actor_id": "raw",
    }
    return Row("records", values | changes)


def serial_block(**changes: Any) -> Row:
    """A legal third block of the series that A and B lie in, or with other fields."""
    values = {"series": "S", "record_id": "c" * 64, "remainder": "r", "block": "[201,301)"}
    return Row("serial_blocks", values | changes)


def event(**changes: Any) -> Row:
    """The next event of A, legal: it retires the units 31 to 40; or with other fields."""
    values = {
        "record_id": A,
        "seq": 6,
        "event_type": "retired",
        "from_seq": 1,
        "units": "{[31,41)}",
        "actor": "Raw",
        "actor_id": "raw",
        "at": "2026-01-01T00:00:00Z",
    }
    return Row("events", values | changes)


def created(record_id: str, block: str, **changes: Any) -> Row:
    """The first event of a record, legal when the block is the record's."""
    values = {"seq": 1, "event_type": "created", "from_seq": None, "block": block}
    return event(record_id=record_id, **{**values, "units": f"{{{block}}}", **changes})


def holdings(**changes: Any) -> Row:
    """Legal holdings of A."""
    values = {
        "record_id": A,
        "quantity": 100,
        "available": 74,
        "sold": 6,
        "retired": 10,
        "cancelled": 10,
        "status": "active",
        "last_seq": 5,
        "project_no": 1,
        "project_key": "raw",
        "registry": "VCS",
        "vintage": 2018,
        "changed_at": "2026-01-01T00:00:00Z",
    }
    return Row("holdings", values | changes)


# Of A: 1-4 are left in the return (3), 5-10 in the sale (2), 31-100 in the creation (1).
LEDGER = (
    record(id=A, quantity=100, block="[1,101)", series="S"),
    record(id=B, quantity=100, block="[101,201)", series="S"),
    serial_block(record_id=A, block="[1,101)"),
    serial_block(record_id=B, block="[101,201)"),
    created(A, "[1,101)"),
    event(seq=2, event_type="sold", units="{[1,11)}", party="Acme Ltd"),
    event(seq=3, event_type="returned", from_seq=2, units="{[1,5)}", reason="Error"),
    event(seq=4, event_type="retired", units="{[11,21)}"),
    event(seq=5, event_type="cancelled", units="{[21,31)}", reason="Error"),
    created(B, "[101,201)"),
    *(event(record_id=B, seq=seq, units=f"{{[{99 + seq},{100 + seq})}}") for seq in range(2, 8)),
)
