"""Rows of a file, some at a time: read ahead, landed together, written in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from webapp.domain.actors import Actor
from webapp.domain.landing import Entry, Ground
from webapp.domain.refusals import Busy, Refusal, Unavailable
from webapp.exchange.opening import RawRow
from webapp.exchange.shapes import Reader
from webapp.store import journal, landing
from webapp.store.database import Connection
from webapp.store.imports import Counts, RefusedRow

ROWS = 1000  # in a batch: a clerk may wait for one of them, about a second

T = TypeVar("T")


@dataclass(frozen=True)
class Read:
    """A row as far as it could be read: what it says, or why nobody can tell."""

    row: RawRow
    said: Entry | Refusal


@dataclass(frozen=True)
class Landed:
    """What became of a batch; `fates` has a letter a row: a(dded), t(here), r(efused)."""

    counts: Counts
    refused: list[RefusedRow]
    fates: str


def read(rows: Iterable[RawRow], reader: Reader) -> Iterator[list[Read]]:
    """The rows in batches."""
    rows = iter(rows)
    while batch := [_read_one(row, reader) for row in islice(rows, ROWS)]:
        yield batch


def _read_one(row: RawRow, reader: Reader) -> Read:
    try:
        return Read(row, reader(row.cells))
    except Refusal as refusal:
        return Read(row, refusal)


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The items, each made in a thread while the one before it is worked on."""
    context = copy_context()

    def following() -> T | None:
        return context.run(next, items, None)

    with ThreadPoolExecutor(1, "reading") as thread:
        coming = thread.submit(following)
        while (item := coming.result()) is not None:
            coming = thread.submit(following)
            yield item


def land(connection: Connection, batch: Sequence[Read], actor: Actor) -> Landed:
    """Lands a batch in this transaction, row after row as the file has them."""
    landing.take_turns(connection)
    ground = ground_of(connection, batch, actor.name, to_change=True)
    landed = decide(ground, batch)
    landing.write(connection, ground.standings(), actor.id)
    return landed


def ground_of(
    connection: Connection, batch: Sequence[Read], actor: str, *, to_change: bool
) -> Ground:
    """The records that a batch may land in."""
    entries = [one.said for one in batch if isinstance(one.said, Entry)]
    there = landing.around(connection, entries, to_change=to_change)
    ground = Ground(journal.now(connection), actor)
    for standing in there:
        ground.put(standing)
    return ground


def decide(ground: Ground, batch: Sequence[Read]) -> Landed:
    """What becomes of each row, one after the other."""
    fates, refused = [], []
    for one in batch:
        try:
            fates.append(fate_of(ground, one))
        except Refusal as refusal:
            fates.append("r")
            refused.append(refused_row(one.row, refusal))
    counts = Counts(fates.count("a"), fates.count("t"), fates.count("r"))
    return Landed(counts, refused, "".join(fates))


def fate_of(ground: Ground, one: Read) -> str:
    """a for added, t for there already. Raises the row's refusal."""
    if isinstance(one.said, Refusal):
        raise one.said
    return "a" if ground.land(one.said) else "t"


def refused_row(row: RawRow, refusal: Refusal) -> RefusedRow:
    """A refused row as it is kept and given back."""
    return RefusedRow(row.as_json(), row.number, refusal.code, refusal.detail)


def in_parts(batch: Sequence[Read], write: Callable[[Sequence[Read]], Landed]) -> list[Landed]:
    """Writes a batch; if the database refuses what the rules let through, all of it but the culprit.

    If others are quicker again and again, smaller parts get between them.
    """
    try:
        return [write(batch)]
    except Refusal as refusal:
        again = not isinstance(refusal, Unavailable) or isinstance(refusal, Busy)
        if len(batch) > 1 and again:
            middle = len(batch) // 2
            return in_parts(batch[:middle], write) + in_parts(batch[middle:], write)
        if isinstance(refusal, Unavailable):
            raise
        culprit = [Read(batch[0].row, refusal)]
        return [write(culprit)]
