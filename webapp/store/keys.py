"""Requests that were answered, by their Idempotency-Key."""

from dataclasses import dataclass
from datetime import timedelta

from webapp.domain.refusals import KeyReused
from webapp.store.database import Connection

KEPT = timedelta(hours=24)

_FORGET_OLD = (
    "DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency_keys"
    " WHERE at < clock_timestamp() - %s ORDER BY at LIMIT 100 FOR UPDATE SKIP LOCKED))"
)
_CLAIM = (
    "INSERT INTO idempotency_keys (actor_id, method, path, key, fingerprint, at)"
    " VALUES (%s, %s, %s, %s, %s, clock_timestamp()) ON CONFLICT DO NOTHING"
)
_OF_KEY = " WHERE actor_id = %s AND method = %s AND path = %s AND key = %s"
_ANSWERED = (
    f"SELECT fingerprint, record_id, first_seq, last_seq FROM idempotency_keys{_OF_KEY}"
    " AND at > clock_timestamp() - %s"
)
_FORGET_THIS = f"DELETE FROM idempotency_keys{_OF_KEY} AND at <= clock_timestamp() - %s"
_ANSWER = "UPDATE idempotency_keys SET record_id = %s, first_seq = %s, last_seq = %s" + _OF_KEY


@dataclass(frozen=True)
class Request:
    """A request that may be sent again: its key within actor, method and path, and what it asks."""

    actor_id: str
    method: str
    path: str
    key: str
    fingerprint: bytes

    @property
    def scope(self) -> tuple[str, str, str, str]:
        """What makes the key one key."""
        return (self.actor_id, self.method, self.path, self.key)


@dataclass(frozen=True)
class Answered:
    """What a request led to: the events first_seq to last_seq of a record.

    first_seq is None when nothing was added because the record was there already.
    """

    record_id: str
    first_seq: int | None
    last_seq: int


def claim(connection: Connection, request: Request) -> Answered | None:
    """Takes the key for this transaction; what the request led to if it was answered before.

    Waits while another transaction holds the same key. Raises KeyReused if the key was used for
    another request.
    """
    connection.execute(_FORGET_OLD, (KEPT,))
    row = None
    while row is None:  # it can be forgotten, as too old, between the two statements
        claimed = connection.execute(_CLAIM, (*request.scope, request.fingerprint))
        if claimed.rowcount == 1:
            return None
        row = connection.execute(_ANSWERED, (*request.scope, KEPT)).fetchone()
        if row is None:
            connection.execute(_FORGET_THIS, (*request.scope, KEPT))
    if row[0] != request.fingerprint:
        raise KeyReused(
            "This Idempotency-Key was used for a request with another body. Use a new key for a "
            "new request, or send the same body to get the first answer again."
        )
    return Answered(row[1], row[2], row[3])


def keep(connection: Connection, request: Request, answer: Answered) -> None:
    """Keeps, with the transaction, what the request led to."""
    values = (answer.record_id, answer.first_seq, answer.last_seq)
    connection.execute(_ANSWER, (*values, *request.scope))
