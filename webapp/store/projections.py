"""The tables that looking up reads: projections of records and events, made anew by a command."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import db

_GROUP_ORDERS = {
    "created": (),
    "quantity": ("quantity",),
    "project": ("project_key",),
    "changed": ("changed_at",),
}
_ZERO = text("0")


def _listed_by(name: str, *columns: str, unique: bool = False) -> Index:
    """One order of the list, with what its filters need in the index itself."""
    filters = ["registry", "status", "vintage", "project_no"]
    if not columns:  # by it records are also found that an event, a party or a serial leads to
        filters += ["quantity", "project_key", "changed_at"]
    return Index(
        f"holdings_{name}_idx",
        *columns,
        "no",
        unique=unique,
        postgresql_include=[one for one in filters if one not in columns],
    )


def _trigrams(table: str) -> Index:
    return Index(
        f"{table}_folded_idx",
        "folded",
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )


class HoldingsRow(db.Model):  # type: ignore[name-defined,misc]
    """A record's sums, the row that actions lock, with all that lists filter and sort by.

    `no` counts the records in the order they were made, and so makes every order one order; `project_key` is the folded beginning of the project's name.
    """

    __tablename__ = "holdings"
    __table_args__ = (
        ForeignKeyConstraint(["record_id"], ["records.id"]),
        CheckConstraint(
            "available >= 0 AND sold >= 0 AND retired >= 0 AND cancelled >= 0", name="no_negatives"
        ),
        CheckConstraint(
            "available + sold + retired + cancelled = quantity", name="add_up_to_quantity"
        ),
        CheckConstraint(
            "status = CASE WHEN available > 0 THEN 'active' WHEN sold > 0 THEN 'sold'"
            " WHEN retired > 0 THEN 'retired' ELSE 'cancelled' END",
            name="status_fits",
        ),
        _listed_by("created", unique=True),
        _listed_by("vintage", "vintage"),
        _listed_by("quantity", "quantity"),
        _listed_by("project", "project_key"),
        _listed_by("changed", "changed_at"),
        *(
            Index(f"holdings_group_{name}_idx", "registry", "status", "vintage", *column, "no")
            for name, column in _GROUP_ORDERS.items()
        ),
        Index(
            "holdings_of_project_idx",
            "project_no",
            "status",
            "vintage",
            postgresql_include=["no", "quantity", "changed_at"],
        ),
    )

    record_id: Mapped[str] = mapped_column(Text, primary_key=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    available: Mapped[int] = mapped_column(BigInteger)
    sold: Mapped[int] = mapped_column(BigInteger)
    retired: Mapped[int] = mapped_column(BigInteger)
    cancelled: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    no: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    project_no: Mapped[int] = mapped_column(Integer)
    project_key: Mapped[str] = mapped_column(Text(collation="C"))
    registry_code: Mapped[str] = mapped_column("registry", Text)
    vintage: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ProjectRow(db.Model):  # type: ignore[name-defined,misc]
    """A project of a registry, by name, with the sums of its records (units in tonnes)."""

    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("registry", "name"),
        _trigrams("projects"),
        Index("projects_issued_idx", "issued", "no"),
    )

    no: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    registry_code: Mapped[str] = mapped_column("registry", Text)
    name: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text(collation="C"))
    records: Mapped[int] = mapped_column(BigInteger, server_default=_ZERO)
    issued: Mapped[int] = mapped_column(Numeric, server_default=_ZERO)
    available: Mapped[int] = mapped_column(Numeric, server_default=_ZERO)
    sold: Mapped[int] = mapped_column(Numeric, server_default=_ZERO)
    retired: Mapped[int] = mapped_column(Numeric, server_default=_ZERO)
    cancelled: Mapped[int] = mapped_column(Numeric, server_default=_ZERO)


class PartyRow(db.Model):  # type: ignore[name-defined,misc]
    """A buyer or beneficiary, by name, with how many events name it and the units retired for it."""

    __tablename__ = "parties"
    __table_args__ = (
        UniqueConstraint("name"),
        _trigrams("parties"),
        Index("parties_beginning_idx", "folded"),
        Index("parties_retired_idx", "retired", "no"),
    )

    no: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text(collation="C"))
    events: Mapped[int] = mapped_column(BigInteger, server_default=_ZERO)
    retired: Mapped[int] = mapped_column(Numeric, server_default=_ZERO)


class FeedRow(db.Model):  # type: ignore[name-defined,misc]
    """An event as feeds and filters look for it; `day` is the day it counts for, `month` its first."""

    __tablename__ = "feed"
    __table_args__ = (
        Index(
            "feed_kind_idx", "event_type", "registry", "vintage", "day", "at", "record_no", "seq"
        ),
        Index(
            "feed_party_idx",
            *("party_no", "day", "at", "record_no", "seq"),
            postgresql_where=text("party_no IS NOT NULL"),
        ),
        Index(
            "feed_month_idx",
            *("event_type", "month", "record_no"),
            postgresql_include=["day", "registry", "vintage"],
        ),
        Index("feed_newest_idx", "event_type", "at", "record_no", "seq"),
    )

    record_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_type: Mapped[str] = mapped_column(Text)
    registry_code: Mapped[str] = mapped_column("registry", Text)
    vintage: Mapped[int] = mapped_column(Integer)
    day: Mapped[date] = mapped_column(Date)
    month: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    party_no: Mapped[int | None] = mapped_column(Integer)


class UnitSumRow(db.Model):  # type: ignore[name-defined,misc]
    """How many records and units (tonnes) there are of a registry, vintage and status."""

    __tablename__ = "unit_sums"

    registry_code: Mapped[str] = mapped_column("registry", Text, primary_key=True)
    vintage: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(Text, primary_key=True)
    records: Mapped[int] = mapped_column(BigInteger)
    issued: Mapped[int] = mapped_column(Numeric)
    available: Mapped[int] = mapped_column(Numeric)
    sold: Mapped[int] = mapped_column(Numeric)
    retired: Mapped[int] = mapped_column(Numeric)
    cancelled: Mapped[int] = mapped_column(Numeric)


class EventSumRow(db.Model):  # type: ignore[name-defined,misc]
    """How many events of a type there are in a month of a registry, and their units (tonnes)."""

    __tablename__ = "event_sums"

    event_type: Mapped[str] = mapped_column(Text, primary_key=True)
    registry_code: Mapped[str] = mapped_column("registry", Text, primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    events: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int] = mapped_column(Numeric)


class PendingSumRow(db.Model):  # type: ignore[name-defined,misc]
    """A change that the sums do not hold yet: writers add it here and never wait for each other.

    It moves a record's units into (or, negative, out of) a status, or counts an event.
    """

    __tablename__ = "pending_sums"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    registry_code: Mapped[str] = mapped_column("registry", Text)
    vintage: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(Text)
    project_no: Mapped[int] = mapped_column(Integer)
    records: Mapped[int] = mapped_column(BigInteger)
    issued: Mapped[int] = mapped_column(Numeric)
    available: Mapped[int] = mapped_column(Numeric)
    sold: Mapped[int] = mapped_column(Numeric)
    retired: Mapped[int] = mapped_column(Numeric)
    cancelled: Mapped[int] = mapped_column(Numeric)
    event_type: Mapped[str | None] = mapped_column(Text)
    month: Mapped[date | None] = mapped_column(Date)
    party_no: Mapped[int | None] = mapped_column(Integer)
    units: Mapped[int] = mapped_column(Numeric)
