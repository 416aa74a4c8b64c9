"""Who is behind a session's or a token's secret: asked on every request, so in one plain statement."""

from dataclasses import dataclass
from datetime import timedelta

from webapp.domain.actors import Actor
from webapp.store.database import Connection

IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=12)
_NOTED_EVERY = timedelta(minutes=1)

_SESSION = (
    "SELECT s.staff_id, p.name, p.role, p.email, p.must_change_password,"
    " s.seen_at < clock_timestamp() - %(noted_every)s"
    " FROM sessions s JOIN staff p ON p.id = s.staff_id"
    " WHERE s.secret_hash = %(hash)s AND p.disabled_at IS NULL"
    " AND s.seen_at > clock_timestamp() - %(idle)s"
    " AND s.created_at > clock_timestamp() - %(absolute)s"
)
_BEGIN_SESSION = (
    "INSERT INTO sessions (secret_hash, user_agent, staff_id, created_at, seen_at)"
    " SELECT %s, %s, id, clock_timestamp(), clock_timestamp() FROM staff"
    " WHERE id = %s AND password_hash = %s AND disabled_at IS NULL FOR SHARE"
)
_NOTE_SESSION = (
    "UPDATE sessions SET seen_at = clock_timestamp()"
    " WHERE secret_hash = %s AND seen_at < clock_timestamp() - %s"
)
_OF_TOKEN = (
    "SELECT id, name, role, coalesce(last_used_at < clock_timestamp() - %s, true)"
    " FROM api_tokens WHERE secret_hash = %s AND revoked_at IS NULL"
)
_NOTE_TOKEN = (
    "UPDATE api_tokens SET last_used_at = clock_timestamp()"
    " WHERE secret_hash = %s AND coalesce(last_used_at < clock_timestamp() - %s, true)"
)
_FORGET_SESSIONS = "DELETE FROM sessions WHERE seen_at < clock_timestamp() - %s OR created_at < clock_timestamp() - %s"


@dataclass(frozen=True)
class SignedIn:
    """A staff member with a living session. `stale`: its last use should be noted again.

    The email is for nobody's eyes but their own.
    """

    actor: Actor
    email: str
    must_change_password: bool
    stale: bool


def of_session(connection: Connection, secret_hash: bytes) -> SignedIn | None:
    """Who is signed in with it; None when it is unknown, ended, too old, or the account disabled."""
    limits = {"idle": IDLE, "absolute": ABSOLUTE, "noted_every": _NOTED_EVERY}
    row = connection.execute(_SESSION, {"hash": secret_hash, **limits}).fetchone()
    if row is None:
        return None
    return SignedIn(Actor(f"staff:{row[0]}", row[1], row[2]), row[3], row[4], row[5])


def begin_session(
    connection: Connection,
    secret_hash: bytes,
    account: tuple[int, str],
    replaces: bytes | None,
    user_agent: str | None,
) -> bool:
    """Adds a session in the place of the one given, and forgets those that are over.

    `account` is its id and the password's hash that was checked. False if that is not its password
    any more, or it is disabled: both may have happened while the password was checked.
    `user_agent` is what the browser says it is, in at most 300 characters.
    """
    if replaces:
        end_session(connection, replaces)
    connection.execute(_FORGET_SESSIONS, (IDLE, ABSOLUTE))
    return connection.execute(_BEGIN_SESSION, (secret_hash, user_agent, *account)).rowcount == 1


def note_session(connection: Connection, secret_hash: bytes) -> None:
    """Notes that the session is in use, unless somebody just did."""
    connection.execute(_NOTE_SESSION, (secret_hash, _NOTED_EVERY))


def end_session(connection: Connection, secret_hash: bytes) -> None:
    """Ends the session, if there is one."""
    connection.execute("DELETE FROM sessions WHERE secret_hash = %s", (secret_hash,))


def of_token(connection: Connection, secret_hash: bytes) -> tuple[Actor, bool] | None:
    """Whose token it is, and whether its use should be noted; None when unknown or revoked."""
    row = connection.execute(_OF_TOKEN, (_NOTED_EVERY, secret_hash)).fetchone()
    return None if row is None else (Actor(f"token:{row[0]}", row[1], row[2]), row[3])


def note_token(connection: Connection, secret_hash: bytes) -> None:
    """Notes that the token is in use, unless somebody just did."""
    connection.execute(_NOTE_TOKEN, (secret_hash, _NOTED_EVERY))
