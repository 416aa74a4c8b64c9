"""The tables of the provable ledger: what waits, leaves, the nodes above them, the head, checkpoints."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import db


class QueueRow(db.Model):  # type: ignore[name-defined,misc]
    """An event that waits for its place in the log; added in the write's own transaction."""

    __tablename__ = "ledger_queue"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    record_id: Mapped[str] = mapped_column(Text)
    seq: Mapped[int] = mapped_column(BigInteger)


class LeafRow(db.Model):  # type: ignore[name-defined,misc]
    """An event in the log: its number from 0, its bytes as they were hashed; only ever added."""

    __tablename__ = "ledger_leaves"
    __table_args__ = (
        UniqueConstraint("record_id", "seq"),
        CheckConstraint("no >= 0", name="no_negatives"),
        CheckConstraint(
            "hash = sha256('\\x00'::bytea || data) AND octet_length(data) <= 65535",
            name="hash_is_sha256",
        ),
        CheckConstraint("octet_length(salt) = 16", name="salt_in_length"),
    )

    no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[str] = mapped_column(Text)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)  # hides in data which account acted


class NodeRow(db.Model):  # type: ignore[name-defined,misc]
    """The hash of 2^level leaves, level 8, 16, ...: an entry of a tile above the lowest."""

    __tablename__ = "ledger_nodes"
    __table_args__ = (
        CheckConstraint("level > 0 AND level % 8 = 0 AND no >= 0", name="level_of_tiles"),
        CheckConstraint("octet_length(hash) = 32", name="hash_in_length"),
    )

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class HeadRow(db.Model):  # type: ignore[name-defined,misc]
    """How many leaves there are, and what the next is appended to; the row that sealers lock."""

    __tablename__ = "ledger_head"
    __table_args__ = (
        CheckConstraint("one", name="only_one"),
        CheckConstraint("size >= 0 AND octet_length(frontier) % 32 = 0", name="fits"),
    )

    one: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    size: Mapped[int] = mapped_column(BigInteger)
    frontier: Mapped[bytes] = mapped_column(LargeBinary)


class CheckpointRow(db.Model):  # type: ignore[name-defined,misc]
    """A signed head, as it was published; only ever added.

    `timed` are our lines that sign `at` too; they are not published.
    """

    __tablename__ = "ledger_checkpoints"
    __table_args__ = (
        CheckConstraint("size >= 0 AND octet_length(root) = 32", name="fit"),
        Index("ledger_checkpoints_at_idx", "at", "size"),
    )

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(Text)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    timed: Mapped[str] = mapped_column(Text)


class CosignatureRow(db.Model):  # type: ignore[name-defined,misc]
    """What a witness signed of a checkpoint: its line in the note; only ever added."""

    __tablename__ = "ledger_cosignatures"
    __table_args__ = (Index("ledger_cosignatures_witness_idx", "witness", "size"),)

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(Text, primary_key=True)
    line: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
