"""The accounts of the registry's staff."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.actions.secrets import hash_password, new_password
from webapp.actions.shown_once import Asking, only_once
from webapp.domain.actors import ROLES
from webapp.domain.refusals import AccountNotFound, FieldError, InvalidFields
from webapp.domain.text import normalise
from webapp.store import accounts, database
from webapp.store.database import Session
from webapp.store.people import Staff

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_ADDED_BEFORE = (
    "This was done already, and not a second time: the account for {email} was added, and its one-time "
    "password was shown that once. If nobody copied it, reset the password on the account's page."
)
_RESET_BEFORE = (
    "This was done already, and not a second time: {email} has a new one-time password, which was "
    "shown that once. If nobody copied it, open this page again and reset it once more."
)


@dataclass(frozen=True)
class Account:
    """A staff account as lists show it. Times are UTC."""

    id: int
    email: str
    name: str
    role: str
    must_change_password: bool
    created_at: datetime
    disabled_at: datetime | None
    only_admin: bool  # whether nobody else could manage accounts


def add(
    email: str,
    name: str,
    role: str,
    password: str,
    must_change: bool = False,
    asking: Asking | None = None,
) -> None:
    """Adds an account. Raises InvalidFields: the email is taken or malformed, and so on.

    Raises DoneAlready or KeyReused when a form is sent again.
    """
    new = _new_account(email, name, role, password, must_change)
    with database.session() as session:
        accounts.wait_for_others(session)
        entries = (new.email, new.name, new.role)
        only_once(session, asking, entries, _ADDED_BEFORE.format(email=new.email))
        if accounts.account(session, new.email):
            raise _wrong("email", f"There is an account for {new.email} already.")
        session.add(new)


def add_first(email: str, name: str, password: str, must_change: bool) -> bool:
    """Adds an administrator if there is no account at all; whether it did."""
    with database.session() as session:
        accounts.wait_for_others(session)
        if accounts.count_accounts(session):
            return False
        session.add(_new_account(email, name, "admin", password, must_change))
    return True


def _new_account(email: str, name: str, role: str, password: str, must_change: bool) -> Staff:
    """An account that is added nowhere yet. Raises InvalidFields with all that is wrong."""
    wrong = _Wrong()
    with wrong.noted():
        email = _clean_email(email)
    with wrong.noted():
        name = check_name_and_role(name, role)
    with wrong.noted():
        hashed = hash_password(password)
    wrong.refuse()
    return Staff(
        email=email,
        name=name,
        role=role,
        password_hash=hashed,
        must_change_password=must_change,
        created_at=datetime.now(UTC),
    )


def everyone() -> list[Account]:
    """All accounts, in the order they were added."""
    with database.session() as session:
        all_of_them = accounts.accounts(session)
        return [_shown(one, all_of_them) for one in all_of_them]


def one(staff_id: int) -> Account:
    """The account with this number. Raises AccountNotFound."""
    with database.session() as session:
        found = accounts.find_account(session, staff_id)
        if found is None:
            raise AccountNotFound
        return _shown(found, accounts.accounts(session))


def _shown(account: Staff, everyone: Sequence[Staff]) -> Account:
    return Account(
        account.id,
        account.email,
        account.name,
        account.role,
        account.must_change_password,
        account.created_at,
        account.disabled_at,
        _is_only_admin(account, everyone),
    )


def never_signed_in() -> list[Account]:
    """Administrators who have not yet changed their one-time password."""
    waiting = [one for one in everyone() if one.must_change_password and not one.disabled_at]
    return [one for one in waiting if one.role == "admin"]


def set_role(email: str, role: str) -> None:
    """Gives the account another role, from its next request on. Raises InvalidFields."""
    check_role(role)
    with _changing(email) as (session, account):
        _give_role(session, account, role)


def set_name(email: str, name: str) -> None:
    """Gives the account another public name, for what it does from now on. Raises InvalidFields."""
    name = clean_name(name)
    with _changing(email) as (_, account):
        account.name = name


def set_name_and_role(email: str, name: str, role: str) -> None:
    """Both, or neither. Raises InvalidFields."""
    name = check_name_and_role(name, role)
    with _changing(email) as (session, account):
        _give_role(session, account, role)
        account.name = name


def set_password(email: str, password: str) -> None:
    """Sets the password and ends the account's sessions. Raises InvalidFields."""
    hashed = hash_password(password)
    with _changing(email) as (session, account):
        _give_password(session, account, hashed, must_change=False)


def reset_password(email: str, asking: Asking | None = None) -> str:
    """Gives the account a one-time password, to be changed at its next sign-in; its sessions end.

    Raises InvalidFields; DoneAlready or KeyReused when a form is sent again.
    """
    password = new_password()
    hashed = hash_password(password)
    with _changing(email) as (session, account):
        only_once(session, asking, (account.email,), _RESET_BEFORE.format(email=account.email))
        _give_password(session, account, hashed, must_change=True)
    return password


def disable(email: str) -> None:
    """Closes the account and ends its sessions; its events keep its name. Raises InvalidFields."""
    with _changing(email) as (session, account):
        _keep_an_admin(session, account, "email")
        account.disabled_at = account.disabled_at or datetime.now(UTC)
        accounts.end_sessions(session, account.id)


def enable(email: str) -> None:
    """Opens a disabled account again, with the password it had. Raises InvalidFields."""
    with _changing(email) as (_, account):
        account.disabled_at = None


@contextmanager
def _changing(email: str) -> Iterator[tuple[Session, Staff]]:
    """A transaction that changes an account; what is read in it stays true until it commits."""
    with database.session() as session:
        accounts.wait_for_others(session)
        yield session, _account(session, email)


def _give_role(session: Session, account: Staff, role: str) -> None:
    if role != "admin":
        _keep_an_admin(session, account, "role")
    account.role = role


def _give_password(session: Session, account: Staff, hashed: str, must_change: bool) -> None:
    account.password_hash = hashed
    account.must_change_password = must_change
    accounts.end_sessions(session, account.id)


def _keep_an_admin(session: Session, account: Staff, field: str) -> None:
    """Refuses to take the last administrator away: nobody could make another in the browser."""
    if _is_only_admin(account, accounts.accounts(session)):
        raise _wrong(field, f"{account.email} is the only administrator; make another one first.")


def _is_only_admin(account: Staff, everyone: Sequence[Staff]) -> bool:
    return [one for one in everyone if one.role == "admin" and not one.disabled_at] == [account]


def _account(session: Session, email: str) -> Staff:
    found = accounts.account(session, email)
    if found is None:
        raise _wrong("email", f"There is no account for {email}.")
    return found


def _clean_email(email: str) -> str:
    email = _normalised("email", email).lower()
    if not _EMAIL.fullmatch(email) or len(email) > 300:
        raise _wrong("email", f'"{email[:300]}" is not an email address.')
    return email


def check_name_and_role(name: str, role: str) -> str:
    """The public name, normalised. Raises InvalidFields with what is wrong with either."""
    wrong = _Wrong()
    with wrong.noted():
        name = clean_name(name)
    with wrong.noted():
        check_role(role)
    wrong.refuse()
    return name


def clean_name(name: str) -> str:
    """A public name, normalised. Raises InvalidFields."""
    cleaned = _normalised("name", name)
    if not 1 <= len(cleaned) <= 300:
        raise _wrong("name", "A public name has 1 to 300 characters.")
    return cleaned


def check_role(role: str) -> None:
    """Raises InvalidFields unless it is a role."""
    if role not in ROLES:
        raise _wrong("role", f'"{role}" is no role; the roles are {", ".join(ROLES)}.')


def _normalised(field: str, text: str) -> str:
    try:
        return normalise(text)
    except ValueError as error:
        raise _wrong(field, str(error)) from None


def _wrong(field: str, message: str) -> InvalidFields:
    return InvalidFields([FieldError(field, message)])


class _Wrong:
    """Gathers what is wrong with several fields, to say it all at once."""

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        try:
            yield
        except InvalidFields as refusal:
            self._errors += refusal.errors

    def refuse(self) -> None:
        if self._errors:
            raise InvalidFields(self._errors)
