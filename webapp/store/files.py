"""The tables of imported files: what was asked and how far it came, bytes, refused rows."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import db


class ImportRow(db.Model):  # type: ignore[name-defined,misc]
    """A file that somebody gave, and how far its import came: both the history and the queue."""

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint(
            "state IN ('previewed', 'queued', 'running', 'done', 'undone', 'stopped', 'discarded')",
            name="state_known",
        ),
        CheckConstraint(
            "read = added + already_there + refused AND read <= rows", name="sums_add_up"
        ),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_hexadecimal"),
        Index(
            "imports_open_idx",
            "id",
            postgresql_where=text("state IN ('previewed', 'queued', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    file_name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    delimiter: Mapped[str] = mapped_column(Text)
    header: Mapped[list[str]] = mapped_column(ARRAY(Text))
    shape: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(BigInteger)
    own_blocks: Mapped[bool] = mapped_column(Boolean)
    strict: Mapped[bool] = mapped_column(Boolean)
    by_command: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    began_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    began_with: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    starts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    read: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    added: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    already_there: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    refused: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    failure: Mapped[str | None] = mapped_column(Text)


class ImportPiece(db.Model):  # type: ignore[name-defined,misc]
    """A piece of an uploaded file, kept until it was imported, so that any server can go on with it."""

    __tablename__ = "import_pieces"

    import_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    bytes: Mapped[bytes] = mapped_column(LargeBinary)


class ImportRefusal(db.Model):  # type: ignore[name-defined,misc]
    """A row that was refused: its number, why, and its cells as they stood."""

    __tablename__ = "import_refusals"

    import_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    row_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    sentence: Mapped[str] = mapped_column(Text)
    cells: Mapped[str] = mapped_column(Text)
