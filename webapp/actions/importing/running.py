"""Carrying imports out: batch after batch or all or nothing, and going on after a crash."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO

from webapp.actions.importing import batches, history
from webapp.actions.importing.batches import Landed, Read
from webapp.actions.importing.receiving import opened, survey_of
from webapp.domain.actors import Actor
from webapp.domain.refusals import AllOrNothing, FileRefused, Unavailable
from webapp.exchange import opening
from webapp.exchange.shapes import SHAPES
from webapp.store import database, imports
from webapp.store.database import Connection
from webapp.store.imports import Import, RefusedRow
from webapp.store.landing import take_turns

log = logging.getLogger(__name__)

_LOST = (
    "The file could not be read to its end. Import it again: rows that are there are not doubled."
)
_FAILED = (
    "Something went wrong on our side. Import the file again: rows that are there are not doubled. If "
    "it happens again, tell whoever runs this registry: import {}."
)
Opened = Callable[[], BinaryIO]
Each = Callable[[Landed], None]


class _Stopped(Exception):
    """Somebody stopped the import, or is at it elsewhere."""


class _Undo(Exception):
    """Rolls a transaction back."""


def work() -> bool:
    """Carries out the next import that waits, to its end; False if there is none to do here.

    One that was interrupted goes on where its last batch was committed; one that is all or nothing
    was rolled back and begins again. Raises Unavailable, after which it can be called again.
    """
    for import_id in database.read(imports.waiting):
        with held(import_id) as ours:
            if ours:
                found = history.one(import_id)
                carry_out(found, partial(opened, found))
                return True
    return False


@contextmanager
def held(import_id: int) -> Iterator[bool]:
    """Whether the import is ours while the block lasts; its lock goes with this process."""
    with database.holding() as connection:
        ours = imports.hold(connection, import_id)
        try:
            yield ours
        finally:  # the connection goes back to the pool, and its lock must not go with it
            if ours:
                imports.release(connection, import_id)


def carry_out(found: Import, open_file: Opened, each: Each = lambda _: None) -> None:
    """Imports the rest of a file, and notes how that ended. Tells `each` of every batch."""
    if found.strict and found.read:
        database.change(imports.start_over, found.id)
    if not database.change(imports.begin, found.id):
        return  # stopped before it began
    found = history.one(found.id)
    try:
        (_all_or_nothing if found.strict else _row_by_row)(found, open_file, each)
    except _Stopped:
        if found.strict:
            database.change(imports.start_over, found.id)
    except (FileRefused, OSError) as error:
        told = str(error) if isinstance(error, FileRefused) else _LOST
        _give_up(found, told)
    except Unavailable:
        raise
    except Exception:
        log.exception("import %s failed", found.id)
        _give_up(found, _FAILED.format(found.id))
    database.change(imports.drop_pieces, found.id)


def _give_up(found: Import, told: str) -> None:
    if found.strict:
        database.change(imports.start_over, found.id)
    database.change(imports.end, found.id, "stopped", told)


def read_batches(found: Import, file: BinaryIO) -> Iterator[list[Read]]:
    """The rows that are not read yet, in batches, each prepared while the one before is written."""
    survey = survey_of(found)
    reader = SHAPES[found.shape].reader(survey.header, found.own_blocks)
    rows = opening.read_rows(file, survey, skip=found.read)
    return batches.ahead(batches.read(rows, reader))


def _row_by_row(found: Import, open_file: Opened, each: Each) -> None:
    """Each batch with its sums and refused rows in a transaction: after a crash all or nothing of it."""
    actor = Actor(found.actor_id, found.actor, "operator")

    def write(batch: Sequence[Read]) -> Landed:
        return database.change(_land_and_count, found.id, batch, actor)

    with open_file() as file:
        for batch in read_batches(found, file):
            for landed in batches.in_parts(batch, write):
                each(landed)
    database.change(imports.end, found.id, "done")


def _land_and_count(
    connection: Connection, import_id: int, batch: Sequence[Read], actor: Actor
) -> Landed:
    landed = batches.land(connection, batch, actor)
    _count(connection, import_id, batch, landed)
    return landed


def _count(connection: Connection, import_id: int, batch: Sequence[Read], landed: Landed) -> None:
    if not imports.count(connection, import_id, batch[0].row.number - 1, landed.counts):
        raise _Stopped
    imports.add_refusals(connection, import_id, landed.refused)


def _all_or_nothing(found: Import, open_file: Opened, each: Each) -> None:
    fates = bytearray()  # a byte a row: of a hundred million rows 100 MB
    try:
        database.change(_whole, found, open_file, each, fates)
    except _Undo:
        _refuse_the_rest(found, open_file, fates)


def _whole(
    connection: Connection, found: Import, open_file: Opened, each: Each, fates: bytearray
) -> None:
    """The whole file in this transaction; what is counted meanwhile is told in others."""
    database.change(imports.start_over, found.id)
    fates.clear()
    with open_file() as file:
        for batch, landed in land_all(connection, found, file):
            database.change(_count, found.id, batch, landed)
            fates += landed.fates.encode()
            each(landed)
    if b"r" in fates:
        raise _Undo
    imports.end(connection, found.id, "done")


def land_all(
    connection: Connection, found: Import, file: BinaryIO
) -> Iterator[tuple[Sequence[Read], Landed]]:
    """Lands the whole file in this transaction, batch after batch."""
    actor = Actor(found.actor_id, found.actor, "operator")
    done: list[tuple[Sequence[Read], Landed]] = []

    def write(batch: Sequence[Read]) -> Landed:
        with database.translating(), connection.transaction():  # a savepoint
            landed = batches.land(connection, batch, actor)
        done.append((batch, landed))
        return landed

    take_turns(connection)  # or the first savepoint would be a transaction of its own
    for batch in read_batches(found, file):
        batches.in_parts(batch, write)
        yield from done
        done.clear()


def _refuse_the_rest(found: Import, open_file: Opened, fates: bytearray) -> None:
    """Gives the good rows back with the refused ones: corrected, that file is whole."""
    database.change(_undo, found.id, good_rows(found, open_file, fates))


def good_rows(found: Import, open_file: Opened, fates: bytearray) -> Iterator[RefusedRow]:
    """The rows that would have been added, had all of them been good."""
    refusal = AllOrNothing()
    with open_file() as file:
        for row in opening.read_rows(file, survey_of(found)):
            if fates[row.number - 1 : row.number] == b"a":
                yield batches.refused_row(row, refusal)


def _undo(connection: Connection, import_id: int, good: Iterator[RefusedRow]) -> None:
    imports.add_refusals(connection, import_id, good)
    imports.undo(connection, import_id)
