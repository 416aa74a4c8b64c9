"""Staff accounts and tokens through the ORM: what staff do rarely. The caller's session commits."""

from collections.abc import Sequence

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.orm import Session

from webapp.store import keys
from webapp.store.credentials import ABSOLUTE, IDLE
from webapp.store.database import connection_of
from webapp.store.people import ApiToken, SessionRow, Staff

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7240612)")


def wait_for_others(session: Session) -> None:
    """Lets one transaction at a time add or change accounts: what it reads next stays true.

    Two servers that start at once make one first account, and of two administrators who demote
    each other one is left.
    """
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


def find_account(session: Session, staff_id: int) -> Staff | None:
    """The account with this number, None if there is none."""
    return session.get(Staff, staff_id)


def accounts(session: Session) -> Sequence[Staff]:
    """All accounts, in the order they were added."""
    return session.scalars(select(Staff).order_by(Staff.id)).all()


def end_sessions(session: Session, staff_id: int, but: bytes = b"") -> None:
    """Ends all sessions of an account, but the one given."""
    theirs = (SessionRow.staff_id == staff_id, SessionRow.secret_hash != but)
    session.execute(delete(SessionRow).where(*theirs))


def end_session(session: Session, staff_id: int, number: int) -> bool:
    """Ends the session with this number if it is the account's; whether it was there."""
    theirs = (SessionRow.staff_id == staff_id, SessionRow.id == number)
    ended = session.scalar(delete(SessionRow).where(*theirs).returning(SessionRow.id))
    return ended is not None


def living_sessions(session: Session, staff_id: int) -> Sequence[SessionRow]:
    """The sessions of an account that are not over, the one last used first."""
    now = func.clock_timestamp()
    living = (SessionRow.seen_at > now - IDLE, SessionRow.created_at > now - ABSOLUTE)
    theirs = select(SessionRow).where(SessionRow.staff_id == staff_id, *living)
    return session.scalars(theirs.order_by(SessionRow.seen_at.desc(), SessionRow.id)).all()


def tokens(session: Session) -> Sequence[ApiToken]:
    """All tokens in the order they were made, the revoked ones after the living."""
    order = (ApiToken.revoked_at.is_not(None), ApiToken.id)
    return session.scalars(select(ApiToken).order_by(*order)).all()


def find_token(session: Session, number: int) -> ApiToken | None:
    """The token with this number, None if there is none."""
    return session.get(ApiToken, number)


def is_first(session: Session, request: keys.Request) -> bool:
    """Whether the request was never carried out; its key is kept with the session's transaction.

    Waits while another transaction holds the same key. Raises KeyReused if it was carried out
    with other entries.
    """
    return keys.claim(connection_of(session), request) is None


def tokens_called(session: Session, token: str) -> Sequence[ApiToken]:
    """The tokens with this name or number."""
    number = int(token) if token.isascii() and token.isdigit() and len(token) < 19 else None
    same = or_(ApiToken.name == token, ApiToken.id == number)
    return session.scalars(select(ApiToken).where(same)).all()
