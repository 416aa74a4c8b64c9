"""Signing in and out, and who is signed in."""

from contextlib import suppress

from webapp.actions.secrets import hash_password, new_secret, password_fits, secret_hash
from webapp.domain.refusals import FieldError, InvalidFields, SignInRefused, Unavailable
from webapp.store import accounts, credentials, database
from webapp.store.credentials import SignedIn

__all__ = ["SignedIn", "change_password", "sign_in", "sign_out", "who"]


def sign_in(email: str, password: str, old_secret: str | None = None) -> str:
    """Begins a session and gives its secret, a new one each time; an older one of the browser ends.

    Raises SignInRefused, without telling which of the two was wrong.
    """
    with database.session() as session:
        account = accounts.account(session, email)
        known = (account.id, account.password_hash) if account else None
    fits = password_fits(known[1] if known else None, password)
    secret = new_secret()
    replaces = secret_hash(old_secret) if old_secret else None
    if (
        known is None
        or not fits
        or not database.change(credentials.begin_session, secret_hash(secret), known, replaces)
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
    signed_in = who(secret)
    if signed_in is None:
        raise SignInRefused("The session is over; sign in again.")
    staff_id = int(signed_in.actor.id.removeprefix("staff:"))
    with database.session() as session:
        account = accounts.account_by_id(session, staff_id)
        if not password_fits(account.password_hash, current):
            raise InvalidFields([FieldError("current", "This is not the present password.")])
        if new == current:
            raise InvalidFields([FieldError("password", "Choose another one than the present.")])
        account.password_hash = hash_password(new)
        account.must_change_password = False
        accounts.end_sessions(session, staff_id, but=secret_hash(secret))
