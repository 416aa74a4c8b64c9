"""Imports: their rows in the history, which is the queue as well, their bytes and their refused rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg.rows import class_row

from webapp.store.database import Connection

# A runner holds this lock on its import as long as it lives, so that a dead one is told at once.
_CLASS = 7240614

_COLUMNS = (
    "id, file_name, size, sha256, kind, delimiter, header, shape, rows, own_blocks, strict,"
    " by_command, state, actor, actor_id, received_at, began_at, began_with, ended_at, starts,"
    " read, added, already_there, refused, failure"
)
_ALIVE = (
    "EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database())"
    f" AND l.classid = {_CLASS} AND l.objid::bigint = i.id AND l.objsubid = 2)"
)
_READ = f"SELECT {_COLUMNS}, {_ALIVE} AS alive, clock_timestamp() AS now FROM imports i"
_ADD = (
    "INSERT INTO imports (file_name, size, sha256, kind, delimiter, header, shape, rows,"
    " own_blocks, strict, by_command, state, actor, actor_id, received_at)"
    " VALUES (%(file_name)s, %(size)s, %(sha256)s, %(kind)s, %(delimiter)s, %(header)s, %(shape)s,"
    " %(rows)s, %(own_blocks)s, %(strict)s, %(by_command)s, %(state)s, %(actor)s, %(actor_id)s,"
    " clock_timestamp()) RETURNING id"
)
_OPEN = "SELECT id FROM imports WHERE state IN ('queued', 'running') AND NOT by_command ORDER BY id"
_BEGIN = (
    "UPDATE imports SET state = 'running', began_at = clock_timestamp(), began_with = read,"
    " starts = starts + 1 WHERE id = %s AND state IN ('queued', 'running') RETURNING id"
)
_COUNT = (
    "UPDATE imports SET read = read + %(added)s + %(already_there)s + %(refused)s,"
    " added = added + %(added)s, already_there = already_there + %(already_there)s,"
    " refused = refused + %(refused)s WHERE id = %(id)s AND state = 'running' AND read = %(before)s"
)
_END = (
    "UPDATE imports SET state = %s, failure = %s, ended_at = clock_timestamp()"
    " WHERE id = %s AND state = ANY (%s)"
)
_START_OVER = (
    "UPDATE imports SET read = 0, added = 0, already_there = 0, refused = 0, began_with = 0"
    " WHERE id = %s"
)
_COPY_REFUSALS = "COPY import_refusals (import_id, cells, row_no, code, sentence) FROM STDIN"
_REFUSALS = (
    "SELECT cells, row_no, code, sentence FROM import_refusals"
    " WHERE import_id = %s AND row_no > %s ORDER BY row_no LIMIT %s"
)


@dataclass(frozen=True)
class Import:
    """A file that somebody gave and how far its import came; times are UTC.

    `alive`: somebody is at it now. `now` is the database's time when this was read.
    """

    id: int
    file_name: str
    size: int  # bytes
    sha256: str
    kind: str
    delimiter: str
    header: list[str]
    shape: str
    rows: int
    own_blocks: bool
    strict: bool
    by_command: bool
    state: str
    actor: str
    actor_id: str
    received_at: datetime
    began_at: datetime | None
    began_with: int  # rows read before the runner that is at it now began
    ended_at: datetime | None
    starts: int
    read: int
    added: int
    already_there: int
    refused: int
    failure: str | None
    alive: bool
    now: datetime

    @property
    def per_second(self) -> float:
        """Rows read a second since its runner began; 0 before there is anything to tell."""
        if self.began_at is None:
            return 0.0
        seconds = ((self.ended_at or self.now) - self.began_at).total_seconds()
        return (self.read - self.began_with) / seconds if seconds > 0 else 0.0

    @property
    def left(self) -> timedelta | None:
        """How long the rest will take at this rate, None if nobody can tell."""
        if self.state != "running" or self.per_second <= 0:
            return None
        return timedelta(seconds=(self.rows - self.read) / self.per_second)


class Counts(NamedTuple):
    """What became of rows."""

    added: int = 0
    already_there: int = 0
    refused: int = 0


class RefusedRow(NamedTuple):
    """A row that was refused: its cells as JSON text, its number in the file, and why."""

    cells: str
    number: int
    code: str
    sentence: str


def add(connection: Connection, values: dict[str, Any]) -> int:
    """Adds an import and gives its number."""
    row = connection.execute(_ADD, values).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def unwritten(connection: Connection, values: dict[str, Any]) -> Import:
    """An import that is not in the history: a trial."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    rest: dict[str, Any] = dict.fromkeys(("received_at", "began_at", "now"), row[0])
    rest |= dict.fromkeys(
        ("id", "began_with", "starts", "read", "added", "already_there", "refused"), 0
    )
    return Import(**values, **rest, ended_at=None, failure=None, alive=True)


def add_piece(connection: Connection, import_id: int, no: int, piece: bytes) -> None:
    """Keeps the next piece of the file."""
    query = "INSERT INTO import_pieces (import_id, no, bytes) VALUES (%s, %s, %s)"
    connection.execute(query, (import_id, no, piece), binary=True)


def piece(connection: Connection, import_id: int, no: int) -> bytes:
    """A piece of the file; empty when it is not kept any more."""
    query = "SELECT bytes FROM import_pieces WHERE import_id = %s AND no = %s"
    row = connection.execute(query, (import_id, no), binary=True).fetchone()
    return row[0] if row else b""


def drop_pieces(connection: Connection, import_id: int) -> None:
    """Forgets the file's bytes."""
    connection.execute("DELETE FROM import_pieces WHERE import_id = %s", (import_id,))


def one(connection: Connection, import_id: int) -> Import | None:
    """The import with this number, None if there is none."""
    with connection.cursor(row_factory=class_row(Import)) as cursor:
        return cursor.execute(f"{_READ} WHERE id = %s", (import_id,)).fetchone()


def newest(connection: Connection, before: int | None, limit: int) -> list[Import]:
    """The imports with numbers below `before`, the newest first; discarded ones are left out."""
    query = f"{_READ} WHERE (%s::bigint IS NULL OR id < %s) AND state <> 'discarded' ORDER BY id DESC LIMIT %s"
    with connection.cursor(row_factory=class_row(Import)) as cursor:
        return cursor.execute(query, (before, before, limit)).fetchall()


def waiting(connection: Connection) -> list[int]:
    """The imports that should be running, the oldest first."""
    return [row[0] for row in connection.execute(_OPEN).fetchall()]


def hold(connection: Connection, import_id: int) -> bool:
    """Takes the import's lock for as long as the connection lives; False: somebody has it."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (_CLASS, import_id)).fetchone()
    return bool(row and row[0])


def release(connection: Connection, import_id: int) -> None:
    """Gives the import's lock back."""
    connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_CLASS, import_id))


def confirm(connection: Connection, import_id: int, own_blocks: bool, strict: bool) -> bool:
    """Puts a previewed import into the queue; False if it is not waiting for that."""
    query = (
        "UPDATE imports SET state = 'queued', own_blocks = %s, strict = %s"
        " WHERE id = %s AND state = 'previewed'"
    )
    return connection.execute(query, (own_blocks, strict, import_id)).rowcount == 1


def begin(connection: Connection, import_id: int) -> bool:
    """Notes that a runner is at it from now on; False if it was stopped meanwhile."""
    return connection.execute(_BEGIN, (import_id,)).fetchone() is not None


def start_over(connection: Connection, import_id: int) -> None:
    """Forgets how far it came: what a killed all-or-nothing import had done was rolled back."""
    connection.execute("DELETE FROM import_refusals WHERE import_id = %s", (import_id,))
    connection.execute(_START_OVER, (import_id,))


def count(connection: Connection, import_id: int, before: int, counts: Counts) -> bool:
    """Adds to the sums; False if it was stopped or somebody else has counted these rows."""
    values = counts._asdict() | {"id": import_id, "before": before}
    return connection.execute(_COUNT, values).rowcount == 1


def end(
    connection: Connection,
    import_id: int,
    state: str,
    failure: str | None = None,
    among: Sequence[str] = ("running",),
) -> bool:
    """Ends an import that is in one of the states `among`; False if it is in another."""
    return connection.execute(_END, (state, failure, import_id, list(among))).rowcount == 1


def undo(connection: Connection, import_id: int) -> None:
    """Ends an all-or-nothing import of which some rows were refused: then all are, and nothing is in."""
    query = (
        "UPDATE imports SET state = 'undone', refused = refused + added, added = 0,"
        " ended_at = clock_timestamp() WHERE id = %s AND state = 'running'"
    )
    connection.execute(query, (import_id,))


def add_refusals(connection: Connection, import_id: int, rows: Iterable[RefusedRow]) -> None:
    """Keeps rows that were refused."""
    with connection.cursor() as cursor, cursor.copy(_COPY_REFUSALS) as copy:
        for row in rows:
            copy.write_row((import_id, *row))


def refusals(connection: Connection, import_id: int, after: int, limit: int) -> list[RefusedRow]:
    """The next refused rows in the file's order; empty at the end."""
    rows = connection.execute(_REFUSALS, (import_id, after, limit)).fetchall()
    return [RefusedRow(*row) for row in rows]


def refusals_but(connection: Connection, import_id: int, code: str, limit: int) -> list[RefusedRow]:
    """The first refused rows that were refused for something else than `code`."""
    query = (
        "SELECT cells, row_no, code, sentence FROM import_refusals"
        " WHERE import_id = %s AND code <> %s ORDER BY row_no LIMIT %s"
    )
    rows = connection.execute(query, (import_id, code, limit)).fetchall()
    return [RefusedRow(*row) for row in rows]


def forget_abandoned(connection: Connection, age: timedelta) -> int:
    """Discards files that nobody confirmed for so long; how many there were.

    Forgets too the bytes of imports that ended without somebody there to do it.
    """
    connection.execute(
        "DELETE FROM import_pieces WHERE import_id IN (SELECT DISTINCT import_id FROM import_pieces"
        " JOIN imports ON id = import_id WHERE state IN ('done', 'undone', 'stopped', 'discarded'))"
    )
    query = (
        "WITH old AS (UPDATE imports SET state = 'discarded', ended_at = clock_timestamp()"
        " WHERE state = 'previewed' AND received_at < clock_timestamp() - %s RETURNING id),"
        " dropped AS (DELETE FROM import_pieces WHERE import_id IN (SELECT id FROM old))"
        " SELECT count(*) FROM old"
    )
    row = connection.execute(query, (age,)).fetchone()
    assert row is not None
    number: int = row[0]
    return number
