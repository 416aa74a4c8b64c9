"""The tables of the ledger, as SQLAlchemy knows them; migrations/ makes them, a test holds the two together.

Every table carries its distribution key (records, events, holdings: the record's id; serial_blocks:
the series) and no constraint spans two keys, so the same schema can be spread over several servers.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import (
    INT8MULTIRANGE,
    INT8RANGE,
    ExcludeConstraint,
    Range,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import db

_LARGEST = 2**53 - 1


class RecordRow(db.Model):  # type: ignore[name-defined,misc]
    """Units issued together; only ever added."""

    __tablename__ = "records"
    __table_args__ = (
        CheckConstraint("id ~ '^[0-9a-f]{64}$'", name="id_is_sha256"),
        CheckConstraint(f"quantity BETWEEN 1 AND {_LARGEST}", name="quantity_in_range"),
        CheckConstraint("vintage BETWEEN 1900 AND 2100", name="vintage_in_range"),
        CheckConstraint(
            "NOT isempty(block) AND NOT lower_inf(block) AND NOT upper_inf(block)"
            f" AND lower(block) >= 0 AND upper(block) <= {_LARGEST + 1} AND upper(block) - lower(block) = quantity",
            name="block_is_quantity",
        ),
        CheckConstraint(
            "char_length(project_name) BETWEEN 1 AND 300 AND char_length(registry) BETWEEN 1 AND 300"
            " AND char_length(serial_number) BETWEEN 1 AND 300"
            " AND char_length(project_id) BETWEEN 1 AND 100",
            name="texts_in_length",
        ),
        CheckConstraint(
            "issued_on <= (created_at AT TIME ZONE 'UTC')::date", name="issued_in_the_past"
        ),
        UniqueConstraint("id", "block"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    project_name: Mapped[str] = mapped_column(Text)
    registry_code: Mapped[str] = mapped_column("registry", Text)  # SQLAlchemy reserves the name
    vintage: Mapped[int] = mapped_column(Integer)
    quantity: Mapped[int] = mapped_column(BigInteger)
    serial_number: Mapped[str] = mapped_column(Text)
    project_id: Mapped[str | None] = mapped_column(Text)
    issued_on: Mapped[date | None] = mapped_column(Date)
    series: Mapped[str] = mapped_column(Text)
    block: Mapped[Range[int]] = mapped_column(INT8RANGE)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[str] = mapped_column(Text)


class SerialBlockRow(db.Model):  # type: ignore[name-defined,misc]
    """Which units of a series are issued: what makes issuing one twice impossible."""

    __tablename__ = "serial_blocks"
    __table_args__ = (
        ExcludeConstraint(
            ("series", "="), ("block", "&&"), name="serial_blocks_issued_once", using="gist"
        ),
        ExcludeConstraint(
            ("series", "="), ("remainder", "<>"), name="serial_blocks_one_remainder", using="gist"
        ),
        CheckConstraint(
            "NOT isempty(block) AND NOT lower_inf(block) AND NOT upper_inf(block)"
            f" AND lower(block) >= 0 AND upper(block) <= {_LARGEST + 1}",
            name="block_in_range",
        ),
    )

    series: Mapped[str] = mapped_column(Text, primary_key=True)
    record_id: Mapped[str] = mapped_column(Text, primary_key=True)
    remainder: Mapped[str] = mapped_column(Text)
    block: Mapped[Range[int]] = mapped_column(INT8RANGE)


class EventRow(db.Model):  # type: ignore[name-defined,misc]
    """What happened to units of a record; only ever added."""

    __tablename__ = "events"
    __table_args__ = (
        ForeignKeyConstraint(["record_id"], ["records.id"]),
        ForeignKeyConstraint(["record_id", "block"], ["records.id", "records.block"]),
        ForeignKeyConstraint(["record_id", "from_seq"], ["events.record_id", "events.seq"]),
        ExcludeConstraint(
            ("record_id", "="),
            ("from_seq", "="),
            ("units", "&&"),
            name="events_units_leave_once",
            using="gist",
        ),
        CheckConstraint(
            "event_type IN ('created', 'sold', 'returned', 'retired', 'cancelled')",
            name="event_type_known",
        ),
        CheckConstraint(
            "CASE WHEN event_type = 'created' THEN"
            " seq = 1 AND from_seq IS NULL AND block IS NOT NULL AND units = int8multirange(block)"
            " ELSE seq > 1 AND from_seq IS NOT NULL AND from_seq < seq AND block IS NULL END",
            name="created_first_and_whole",
        ),
        CheckConstraint(
            "NOT isempty(units) AND NOT lower_inf(units) AND NOT upper_inf(units)"
            f" AND lower(units) >= 0 AND upper(units) <= {_LARGEST + 1}",
            name="units_in_range",
        ),
        CheckConstraint(
            "CASE event_type"
            " WHEN 'sold' THEN party IS NOT NULL AND reason IS NULL"
            " WHEN 'returned' THEN reason IS NOT NULL AND party IS NULL"
            " WHEN 'cancelled' THEN reason IS NOT NULL"
            " WHEN 'created' THEN num_nonnulls(party, reason, note, effective_on) = 0"
            " ELSE true END",
            name="fields_of_type",
        ),
        CheckConstraint("effective_on <= (at AT TIME ZONE 'UTC')::date", name="not_in_the_future"),
        CheckConstraint(
            "char_length(party) BETWEEN 1 AND 300 AND char_length(reason) BETWEEN 1 AND 300"
            " AND char_length(note) BETWEEN 1 AND 4000",
            name="texts_in_length",
        ),
    )

    record_id: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_type: Mapped[str] = mapped_column(Text)
    from_seq: Mapped[int | None] = mapped_column(BigInteger)
    units: Mapped[list[Range[int]]] = mapped_column(INT8MULTIRANGE)
    block: Mapped[Range[int] | None] = mapped_column(INT8RANGE)
    party: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    effective_on: Mapped[date | None] = mapped_column(Date)
    actor: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
