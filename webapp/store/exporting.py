"""Records with their events as rows of a file: PostgreSQL writes them, Python only passes bytes on.

Records are exported page by page along holdings.no, the order in which they were made. Each page is
a statement of its own, so nothing is held while a slow reader takes what he has.
"""

from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from webapp.domain.searching import COUNTED_UP_TO, Search
from webapp.store import searching, writing
from webapp.store.asking import Asked
from webapp.store.database import Connection
from webapp.store.matching import Matched

# Records of a page: few in the first, so that it comes soon and small exports are one, and then as
# many as make it worth PostgreSQL's while to read the tables for them.
FIRST_PAGE = 20_000
PAGE = 100_000
_SCANNED = 20_000  # records that one statement looks through for those asked for
_IN_MEMORY = 2 * 2**20  # bytes of a page; what is more waits on disk


@dataclass(frozen=True)
class Page:
    """Some records by number: all above `after` up to `last`, or only those of `nos` if it has any."""

    after: int
    last: int
    records: int
    nos: tuple[int, ...] = ()


def newest(connection: Connection) -> int:
    """The number of the record that was made last; 0 if there is none."""
    row = connection.execute("SELECT coalesce(max(no), 0) FROM holdings").fetchone()
    assert row is not None
    number: int = row[0]
    return number


def following(connection: Connection, after: int, newest: int, limit: int) -> Page | None:
    """The next page of all records, of at most `limit`; None at the end."""
    query = (
        "SELECT max(no), count(*) FROM (SELECT no FROM holdings WHERE no > %s AND no <= %s"
        " ORDER BY no LIMIT %s) page"
    )
    row = connection.execute(query, (after, newest, limit), prepare=False).fetchone()
    assert row is not None
    return None if row[0] is None else Page(after, row[0], row[1])


def few(connection: Connection, search: Search, matched: Matched | None) -> list[int] | None:
    """The numbers of all records that a search finds, if they are few enough to be counted."""
    hits = searching.find(connection, search, matched, None, COUNTED_UP_TO)
    return None if hits.more else hits.nos


def scan(
    connection: Connection, search: Search, matched: Matched | None, after: int, newest: int
) -> tuple[int, list[int]] | None:
    """Looks through the next records for those that a search asks for; None at the end.

    Gives the number of the last record looked at, and the numbers of those found.
    """
    return _Scan(search, matched, None, _SCANNED).next(connection, after, newest)


class _Scan(Asked):
    """A search that looks at every record, one after the other: many will be found."""

    def next(self, connection: Connection, after: int, newest: int) -> tuple[int, list[int]] | None:
        conditions = [self._inside("h", walked=True)]
        if self.matched is not None:
            conditions.append(self._found(listed=False))
        if self.search.by_event:
            conditions.append(self._happened(listed=False))
        query = (
            "WITH looked_at AS MATERIALIZED (SELECT no, registry, status, vintage, project_no"
            " FROM holdings WHERE no > %(after)s AND no <= %(newest)s ORDER BY no LIMIT %(limit)s)"
            " SELECT (SELECT max(no) FROM looked_at),"
            f" ARRAY(SELECT h.no FROM looked_at h WHERE {' AND '.join(conditions)} ORDER BY h.no)"
        )
        values = self.values | {"after": after, "newest": newest}
        row = connection.execute(query, values, prepare=False).fetchone()
        assert row is not None
        return None if row[0] is None else (row[0], row[1])


def size(connection: Connection, page: Page) -> int:
    """How many rows of a table the page's records and their events are."""
    where, values = _in_page(page)
    query = f"SELECT coalesce(sum(h.last_seq), 0)::bigint FROM holdings h WHERE {where}"
    row = connection.execute(query, values, prepare=False).fetchone()
    assert row is not None
    rows: int = row[0]
    return rows


def table(connection: Connection, page: Page) -> IO[bytes]:
    """The page as CSV (webapp.exchange.plain) without its header, in a file to be read and closed."""
    return _written(connection, writing.TABLE, "FORMAT csv", page)


def lines(connection: Connection, page: Page) -> IO[bytes]:
    """The page as JSON Lines, an object a record, in a file to be read and closed."""
    # JSON holds none of these characters, so that it is neither quoted nor changed.
    return _written(
        connection, writing.LINES, r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'", page
    )


def _written(connection: Connection, rows: str, how: str, page: Page) -> IO[bytes]:
    where, values = _in_page(page)
    statement = f"COPY ({rows.replace(writing.WHERE, where)}) TO STDOUT ({how})"
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  (whoever reads it closes it)
    try:
        with connection.cursor() as cursor, cursor.copy(statement, values) as copy:
            for row in copy:
                file.write(row)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _in_page(page: Page) -> tuple[str, dict[str, Any]]:
    where = "h.no > %(after)s AND h.no <= %(last)s"
    if page.nos:
        where += " AND h.no = ANY (%(nos)s::bigint[])"
    return where, {"after": page.after, "last": page.last, "nos": list(page.nos)}
