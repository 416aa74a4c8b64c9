"""Signing in and out, and who is signed in."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from webapp.actions.secrets import hash_password, new_secret, password_fits, secret_hash
from webapp.domain.refusals import (
    FieldError,
    InvalidFields,
    SessionNotFound,
    SignInRefused,
    Unavailable,
)
from webapp.store import accounts, credentials, database
from webapp.store.credentials import SignedIn

__all__ = [
    "OwnSession",
    "SignedIn",
    "change_password",
    "end",
    "end_others",
    "mine",
    "sign_in",
    "sign_out",
    "who",
]

_LONGEST_USER_AGENT = 300


@dataclass(frozen=True)
class OwnSession:
    """One of a person's living sessions, as its owner may see it. Times are UTC."""

    id: int
    created_at: datetime
    seen_at: datetime
    user_agent: str | None  # what the browser said it is when it signed in
    is_this: bool  # whether it is the one that asks


def sign_in(email: str, password: str, old_secret: str | None = None, user_agent: str = "") -> str:
    """Begins a session and gives its secret, a new one each time; an older one of the browser ends.

    Raises SignInRefused, without telling which of the two was wrong.
    """
    with database.session() as session:
        account = accounts.account(session, email)
        known = (account.id, account.password_hash) if account else None
    fits = password_fits(known[1] if known else None, password)
    secret = new_secret()
    replaces = secret_hash(old_secret) if old_secret else None
    browser = "".join(filter(str.isprintable, user_agent))[:_LONGEST_USER_AGENT] or None
    if (
        known is None
        or not fits
        or not database.change(
            credentials.begin_session, secret_hash(secret), known, replaces, browser
        )
    ):
        raise SignInRefused("Email and password do not belong together. Check both and try again.")
    return secret


def sign_out(secret: str) -> None:
    """Ends the session."""
    database.change(credentials.end_session, secret_hash(secret))


def who(secret: str) -> SignedIn | None:
    """Who is signed in with the secret; None when the session is over or the account disabled."""
    hashed = secret_hash(secret)
    signed_in = database.read(credentials.of_session, hashed)
    if signed_in is not None and signed_in.stale:
        with suppress(Unavailable):  # the next request notes it
            database.change(credentials.note_session, hashed)
    return signed_in


def change_password(secret: str, current: str, new: str) -> None:
    """Sets the password of who is signed in, and ends the account's other sessions.

    Raises SignInRefused when the session is over, InvalidFields at `current` or `password`.
    """
    staff_id = _staff_id(secret)
    with database.session() as session:
        account = accounts.account_by_id(session, staff_id)
        if not password_fits(account.password_hash, current):
            raise InvalidFields([FieldError("current", "This is not the present password.")])
        if new == current:
            raise InvalidFields([FieldError("password", "Choose another one than the present.")])
        account.password_hash = hash_password(new)
        account.must_change_password = False
        accounts.end_sessions(session, staff_id, but=secret_hash(secret))


def mine(secret: str) -> list[OwnSession]:
    """The living sessions of who is signed in: this one, then the last used. Raises SignInRefused."""
    staff_id, this = _staff_id(secret), secret_hash(secret)
    with database.session() as session:
        found = [
            OwnSession(one.id, one.created_at, one.seen_at, one.user_agent, one.secret_hash == this)
            for one in accounts.living_sessions(session, staff_id)
        ]
    return sorted(found, key=lambda one: not one.is_this)


def end(secret: str, number: int) -> None:
    """Ends one of the sessions of who is signed in.

    Raises SessionNotFound when they have none with this number, SignInRefused.
    """
    staff_id = _staff_id(secret)
    with database.session() as session:
        if not accounts.end_session(session, staff_id, number):
            raise SessionNotFound


def end_others(secret: str) -> None:
    """Ends all sessions of who is signed in but this one. Raises SignInRefused."""
    staff_id = _staff_id(secret)
    with database.session() as session:
        accounts.end_sessions(session, staff_id, but=secret_hash(secret))


def _staff_id(secret: str) -> int:
    signed_in = who(secret)
    if signed_in is None:
        raise SignInRefused("The session is over; sign in again.")
    return int(signed_in.actor.id.removeprefix("staff:"))
