"""Taking records along as a file: all that a search finds, in the order in which they were made.

A file is made while it is read, a page of records after the other. What can be refused is refused
before its first byte; a database that goes away later breaks the file off.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import SEEK_END, TextIOWrapper
from itertools import chain, islice, repeat
from tempfile import TemporaryFile
from threading import Lock
from typing import IO

from webapp.actions import searching
from webapp.domain import wording
from webapp.domain.refusals import Busy, TooManyRows
from webapp.domain.searching import Export, Search
from webapp.exchange.plain import COLUMNS, NUMBERS
from webapp.exchange.spreadsheet import write_spreadsheet
from webapp.store import database, exporting
from webapp.store.database import Connection
from webapp.store.exporting import Page
from webapp.store.matching import Matched

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_ROWS = 100_000  # of a spreadsheet: some ten seconds of one core
_one_at_a_time = Lock()  # of each process: making one takes a core for itself
_WAIT_S = 15.0
_CHUNK_BYTES = 256 * 1024
Told = Callable[[int], None]
Writer = Callable[[Connection, Page], IO[bytes]]
_WRITERS: dict[str, Writer] = {"csv": exporting.table, "jsonl": exporting.lines}


@dataclass(frozen=True)
class Exported:
    """A file as it is sent: its name, what it is, and its bytes, which are made while they are read.

    `length` is told of a file that is there already: that of a page, or a spreadsheet.
    """

    name: str
    content_type: str
    chunks: Iterator[bytes]
    length: int | None


def export(asked: Export, told: Told = lambda records: None) -> Exported:
    """The records that are asked for, as a file; `told` hears of each page's number of records.

    Raises InvalidQuery, TooManyRows, Unavailable (also while the chunks are read).
    """
    name = f"cairn-records-{datetime.now(UTC):%Y-%m-%d}.{asked.format}"
    make = _spreadsheet if asked.format == "xlsx" else _stream
    return Exported(name, CONTENT_TYPES[asked.format], *make(asked, told))


def _stream(asked: Export, told: Told) -> tuple[Iterator[bytes], int | None]:
    head = ",".join(COLUMNS).encode() + b"\n" if asked.format == "csv" else b""
    pages = _pages(asked)
    ahead = list(islice(pages, 2))
    if not ahead:
        return iter([head]), len(head)
    files = _files(_WRITERS[asked.format], chain(ahead, pages), told)
    first = next(files)  # a refusal comes here, while it can still be told
    length = len(head) + _size(first) if len(ahead) == 1 else None
    return _opened(head, first, files), length


def _files(write: Writer, pages: Iterable[Page], told: Told) -> Iterator[IO[bytes]]:
    for page in pages:
        yield database.read(write, page)
        told(page.records)


def _opened(head: bytes, first: IO[bytes], others: Iterable[IO[bytes]] = ()) -> Iterator[bytes]:
    """The bytes of the files, one after the other; the first is closed also if nobody reads them."""
    chunks = _chunks(head, first, others)
    next(chunks)
    return chunks


def _chunks(head: bytes, first: IO[bytes], others: Iterable[IO[bytes]]) -> Iterator[bytes]:
    with first:
        yield b""  # what is closed or forgotten here closes the file
        yield head
        yield from iter(partial(first.read, _CHUNK_BYTES), b"")
    for file in others:
        with file:
            yield from iter(partial(file.read, _CHUNK_BYTES), b"")


def _size(file: IO[bytes]) -> int:
    size = file.seek(0, SEEK_END)
    file.seek(0)
    return size


def _spreadsheet(asked: Export, told: Told) -> tuple[Iterator[bytes], int]:
    """The file is made whole first: a zip ends with what stands where in it."""
    pages = _not_too_many(asked)
    file = TemporaryFile()  # noqa: SIM115  (its chunks close it)
    try:
        if not _one_at_a_time.acquire(timeout=_WAIT_S):
            raise Busy
        try:
            write_spreadsheet(file, "records", COLUMNS, NUMBERS, _cells(pages, told))
        finally:
            _one_at_a_time.release()
        return _opened(b"", file), _size(file)
    except BaseException:
        file.close()
        raise


def _not_too_many(asked: Export) -> list[Page]:
    pages, rows = [], 0
    for page in _pages(asked):
        pages.append(page)
        rows += database.read(exporting.size, page)
        if rows > MOST_ROWS:
            raise TooManyRows(
                f"These are more than {wording.number(MOST_ROWS)} rows, the most that an Excel file "
                "is made of here. Take CSV, which has no limit, or search for fewer records: for one "
                "registry, say, or a few vintages."
            )
    return pages


def _cells(pages: list[Page], told: Told) -> Iterator[list[str]]:
    for page in pages:
        with database.read(exporting.table, page) as file:
            yield from csv.reader(TextIOWrapper(file, "utf-8", newline=""))
        told(page.records)


def _pages(asked: Export) -> Iterator[Page]:
    """The records in pages, up to the one that is the newest now."""
    newest = database.read(exporting.newest)
    limits = chain([exporting.FIRST_PAGE], repeat(exporting.PAGE))
    if asked.filtered:
        yield from _found(asked.search, newest, limits)
        return
    after = 0
    while page := database.read(exporting.following, after, newest, next(limits)):
        yield page
        after = page.last


def _found(search: Search, newest: int, limits: Iterator[int]) -> Iterator[Page]:
    matched, nos = database.read(_few, search)
    if matched is not None and not matched:
        return
    if nos is not None:
        yield from _page_of(nos)
        return
    nos, after, limit = [], 0, next(limits)
    while looked := database.read(exporting.scan, search, matched, after, newest):
        after, found = looked
        nos += found
        while len(nos) >= limit:
            yield from _page_of(nos[:limit])
            nos, limit = nos[limit:], next(limits)
    yield from _page_of(nos)


def _few(connection: Connection, search: Search) -> tuple[Matched | None, list[int] | None]:
    matched = searching.matched(connection, search)
    return matched, exporting.few(connection, search, matched)


def _page_of(nos: list[int]) -> Iterator[Page]:
    if nos:
        yield Page(nos[0] - 1, nos[-1], len(nos), tuple(nos))
