"""The tables of those who act: staff, their sessions, API tokens, and requests that were answered."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import db

_ROLE_KNOWN = "role IN ('viewer', 'operator', 'admin')"


class Staff(db.Model):  # type: ignore[name-defined,misc]
    """An account of the registry's staff. The email address is never public, the name is."""

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint(_ROLE_KNOWN, name="role_known"),
        CheckConstraint("email = lower(email)", name="email_in_small_letters"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 300", name="name_in_length"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    must_change_password: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SessionRow(db.Model):  # type: ignore[name-defined,misc]
    """Somebody signed in. The cookie holds the secret, this row only its SHA-256."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("char_length(user_agent) <= 300", name="user_agent_in_length"),
    )

    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("staff.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    user_agent: Mapped[str | None] = mapped_column(Text)


class ApiToken(db.Model):  # type: ignore[name-defined,misc]
    """A script's key to the JSON door: shown once when made, kept as its SHA-256."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint(_ROLE_KNOWN, name="role_known"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 300", name="name_in_length"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class IdempotencyKeyRow(db.Model):  # type: ignore[name-defined,misc]
    """A request that was answered, so that its repeat is answered the same and changes nothing.

    Events never change, so which ones the request made is all that its answer needs.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("idempotency_keys_age_idx", "at"),)

    actor_id: Mapped[str] = mapped_column(Text, primary_key=True)
    method: Mapped[str] = mapped_column(Text, primary_key=True)
    path: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    record_id: Mapped[str | None] = mapped_column(Text)
    first_seq: Mapped[int | None] = mapped_column(BigInteger)
    last_seq: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
