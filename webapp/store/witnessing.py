"""What witnesses signed of the log's checkpoints."""

from datetime import datetime

from webapp.store.database import Connection


def cosigned_size(connection: Connection, witness: str) -> int:
    """How large the log was that the witness signed last; 0 if it signed none."""
    row = connection.execute(
        "SELECT coalesce(max(size), 0) FROM ledger_cosignatures WHERE witness = %s", (witness,)
    ).fetchone()
    assert row is not None
    size: int = row[0]
    return size


def has_cosigned(connection: Connection, size: int, witness: str) -> bool:
    """Whether the witness signed the checkpoint of this size."""
    row = connection.execute(
        "SELECT FROM ledger_cosignatures WHERE size = %s AND witness = %s", (size, witness)
    ).fetchone()
    return row is not None


def keep(connection: Connection, size: int, witness: str, line: str, at: datetime) -> None:
    """Keeps a witness's line, of this time, under the checkpoint of this size, unless one is there."""
    connection.execute(
        "INSERT INTO ledger_cosignatures (size, witness, line, at)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (size, witness, line, at),
    )
