"""The accounts of the registry's staff."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.actions.secrets import hash_password
from webapp.domain.actors import ROLES
from webapp.domain.refusals import FieldError, InvalidFields
from webapp.domain.text import normalise
from webapp.store import accounts, database
from webapp.store.database import Session
from webapp.store.people import Staff

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True)
class Account:
    """A staff account as lists show it. Times are UTC."""

    email: str
    name: str
    role: str
    must_change_password: bool
    disabled_at: datetime | None


def add(email: str, name: str, role: str, password: str, must_change: bool = False) -> None:
    """Adds an account. Raises InvalidFields: the email is taken or malformed, and so on."""
    with database.session() as session:
        accounts.wait_for_others(session)
        _add(session, email, name, role, password, must_change)


def add_first(email: str, name: str, password: str, must_change: bool) -> bool:
    """Adds an administrator if there is no account at all; whether it did."""
    with database.session() as session:
        accounts.wait_for_others(session)
        if accounts.count_accounts(session):
            return False
        _add(session, email, name, "admin", password, must_change)
    return True


def _add(
    session: Session, email: str, name: str, role: str, password: str, must_change: bool
) -> None:
    email = _clean_email(email)
    check_role(role)
    if accounts.account(session, email):
        raise _wrong("email", f"There is an account for {email} already.")
    session.add(
        Staff(
            email=email,
            name=clean_name(name),
            role=role,
            password_hash=hash_password(password),
            must_change_password=must_change,
            created_at=datetime.now(UTC),
        )
    )


def everyone() -> list[Account]:
    """All accounts, in the order they were added."""
    with database.session() as session:
        return [
            Account(one.email, one.name, one.role, one.must_change_password, one.disabled_at)
            for one in accounts.accounts(session)
        ]


def never_signed_in() -> list[Account]:
    """Administrators who have not yet changed their one-time password."""
    waiting = [one for one in everyone() if one.must_change_password and not one.disabled_at]
    return [one for one in waiting if one.role == "admin"]


def set_role(email: str, role: str) -> None:
    """Gives the account another role, from its next request on. Raises InvalidFields."""
    check_role(role)
    with database.session() as session:
        account = _account(session, email)
        if role != "admin":
            _keep_an_admin(session, account)
        account.role = role


def set_password(email: str, password: str) -> None:
    """Sets the password and ends the account's sessions. Raises InvalidFields."""
    with database.session() as session:
        account = _account(session, email)
        account.password_hash = hash_password(password)
        account.must_change_password = False
        accounts.end_sessions(session, account.id)


def disable(email: str) -> None:
    """Closes the account and ends its sessions; its events keep its name. Raises InvalidFields."""
    with database.session() as session:
        account = _account(session, email)
        _keep_an_admin(session, account)
        account.disabled_at = account.disabled_at or datetime.now(UTC)
        accounts.end_sessions(session, account.id)


def _keep_an_admin(session: Session, account: Staff) -> None:
    """Refuses to take the last administrator away: nobody could make another in the browser."""
    accounts.wait_for_others(session)
    others = [one for one in accounts.accounts(session) if one is not account]
    left = any(one.role == "admin" and one.disabled_at is None for one in others)
    if account.role == "admin" and account.disabled_at is None and not left:
        raise _wrong("email", f"{account.email} is the only administrator; make another one first.")


def _account(session: Session, email: str) -> Staff:
    found = accounts.account(session, email)
    if found is None:
        raise _wrong("email", f"There is no account for {email}.")
    return found


def _clean_email(email: str) -> str:
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > 300:
        raise _wrong("email", f'"{email}" is not an email address.')
    return email


def clean_name(name: str) -> str:
    """A public name, normalised. Raises InvalidFields."""
    try:
        cleaned = normalise(name)
    except ValueError as error:
        raise _wrong("name", str(error)) from None
    if not 1 <= len(cleaned) <= 300:
        raise _wrong("name", "A public name has 1 to 300 characters.")
    return cleaned


def check_role(role: str) -> None:
    """Raises InvalidFields unless it is a role."""
    if role not in ROLES:
        raise _wrong("role", f'"{role}" is no role; the roles are {", ".join(ROLES)}.')


def _wrong(field: str, message: str) -> InvalidFields:
    return InvalidFields([FieldError(field, message)])
