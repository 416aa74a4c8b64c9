"""API tokens: scripts' keys to the JSON door."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.actions.secrets import new_secret, secret_hash
from webapp.actions.shown_once import Asking, only_once
from webapp.actions.staff import check_name_and_role
from webapp.domain.actors import Actor
from webapp.domain.refusals import FieldError, InvalidFields, TokenNotFound, Unavailable
from webapp.store import accounts, credentials, database
from webapp.store.people import ApiToken

_MADE_BEFORE = (
    "This was done already, and not a second time: the token {name} was made, and its secret was "
    "shown that once. If nobody copied it, revoke that token and make another."
)
_PREFIX = "cairn_"  # so that a leaked one is recognised for what it is


@dataclass(frozen=True)
class Token:
    """A token as lists show it: never its secret. Times are UTC."""

    id: int
    name: str
    role: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def add(name: str, role: str, asking: Asking | None = None) -> str:
    """Makes a token and gives its secret, which is shown this once.

    Raises InvalidFields; DoneAlready or KeyReused when a form is sent again.
    """
    name = check_name_and_role(name, role)
    secret = _PREFIX + new_secret()
    with database.session() as session:
        only_once(session, asking, (name, role), _MADE_BEFORE.format(name=name))
        session.add(
            ApiToken(
                name=name,
                role=role,
                secret_hash=secret_hash(secret),
                created_at=datetime.now(UTC),
            )
        )
    return secret


def every() -> list[Token]:
    """All tokens in the order they were made, the revoked ones after the living."""
    with database.session() as session:
        return [_shown(one) for one in accounts.tokens(session)]


def revoke(token: str) -> int:
    """Revokes the tokens with this id or name; how many. Raises InvalidFields if there is none."""
    with database.session() as session:
        found = accounts.tokens_called(session, token)
        for one in found:
            one.revoked_at = one.revoked_at or datetime.now(UTC)
    if not found:
        message = f'There is no token with the name or number "{token}".'
        raise InvalidFields([FieldError("token", message)])
    return len(found)


def revoke_number(number: int) -> Token:
    """Revokes the token with this number, and no other of the same name. Raises TokenNotFound."""
    with database.session() as session:
        found = accounts.find_token(session, number)
        if found is None:
            raise TokenNotFound
        found.revoked_at = found.revoked_at or datetime.now(UTC)
        return _shown(found)


def _shown(one: ApiToken) -> Token:
    return Token(one.id, one.name, one.role, one.created_at, one.last_used_at, one.revoked_at)


def who(secret: str) -> Actor | None:
    """Whose token it is; None when it is unknown or revoked. Notes its use once a minute."""
    hashed = secret_hash(secret)
    found = database.read(credentials.of_token, hashed)
    if found is None:
        return None
    actor, stale = found
    if stale:
        with suppress(Unavailable):  # the next request notes it
            database.change(credentials.note_token, hashed)
    return actor
