"""Staff accounts and tokens through the ORM: what staff do rarely. The caller's session commits."""

from collections.abc import Sequence

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.orm import Session

from webapp.store.people import ApiToken, SessionRow, Staff

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7240612)")


def wait_for_others(session: Session) -> None:
    """Lets one transaction at a time add accounts: two servers that start at once make one."""
    session.execute(_ONE_AT_A_TIME)


def count_accounts(session: Session) -> int:
    """How many accounts there are, disabled ones too."""
    return session.scalar(select(func.count()).select_from(Staff)) or 0


def account(session: Session, email: str) -> Staff | None:
    """The account with this email, None if there is none."""
    if "\0" in email:  # PostgreSQL's text cannot hold it, so nobody has such an email
        return None
    found: Staff | None = session.scalar(select(Staff).where(Staff.email == email.strip().lower()))
    return found


def account_by_id(session: Session, staff_id: int) -> Staff:
    """The account that a session belongs to."""
    return session.get_one(Staff, staff_id)


def accounts(session: Session) -> Sequence[Staff]:
    """All accounts, in the order they were added."""
    return session.scalars(select(Staff).order_by(Staff.id)).all()


def end_sessions(session: Session, staff_id: int, but: bytes = b"") -> None:
    """Ends all sessions of an account, but the one given."""
    theirs = (SessionRow.staff_id == staff_id, SessionRow.secret_hash != but)
    session.execute(delete(SessionRow).where(*theirs))


def tokens(session: Session) -> Sequence[ApiToken]:
    """All tokens, revoked ones too, in the order they were made."""
    return session.scalars(select(ApiToken).order_by(ApiToken.id)).all()


def tokens_called(session: Session, token: str) -> Sequence[ApiToken]:
    """The tokens with this name or number."""
    number = int(token) if token.isascii() and token.isdigit() and len(token) < 19 else None
    same = or_(ApiToken.name == token, ApiToken.id == number)
    return session.scalars(select(ApiToken).where(same)).all()
