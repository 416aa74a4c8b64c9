"""Importing a file from the command line: here and now, with progress, and refused rows into a file."""

import heapq
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from webapp.actions.importing import history, running
from webapp.actions.importing.batches import Landed
from webapp.actions.importing.drafts import Returned, returned
from webapp.actions.importing.receiving import described
from webapp.domain.actors import Actor
from webapp.domain.refusals import FileRefused
from webapp.exchange import opening
from webapp.exchange.refused import write_refused
from webapp.exchange.shapes import recognise
from webapp.store import database, imports
from webapp.store.database import Connection
from webapp.store.imports import Import, RefusedRow

Progress = Callable[[int, int], None]  # rows read, rows of the file


@dataclass(frozen=True)
class Summary:
    """What became of the rows of a file; `refusals` is the path of the file of refused ones."""

    read: int
    added: int
    already_there: int
    refused: int
    refusals: str | None


class _Undo(Exception):
    """Rolls a trial back."""


def import_file(
    path: Path,
    actor: Actor,
    *,
    wanted: str | None = None,
    own_blocks: bool = False,
    strict: bool = False,
    dry_run: bool = False,
    refusals: Path | None = None,
    progress: Progress = lambda read, rows: None,
) -> Summary:
    """Imports a file now; a trial (`dry_run`) leaves nothing behind but the refused rows' file.

    Raises FileRefused when the file cannot be read to its end, Unavailable.
    """
    with _opened(path) as file:
        survey = opening.survey(file)
        shape = recognise(survey.kind, survey.header, wanted)
    asked = {"own_blocks": own_blocks, "strict": strict, "by_command": True, "state": "queued"}
    values = described(path.name, survey, shape, actor) | asked
    done = 0

    def each(landed: Landed) -> None:
        nonlocal done
        done += sum(landed.counts)
        progress(done, survey.rows)

    run = _try_out if dry_run else _import
    return run(values, path, each, returned(path, refusals, survey.kind))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}. Check the name.") from None
    with file:
        if not file.seekable():
            raise FileRefused(
                f"{path} is a stream; save it as a file first, since it is read twice."
            )
        yield file


def _import(values: dict[str, object], path: Path, each: running.Each, back: Returned) -> Summary:
    import_id = database.change(imports.add, values)
    with running.held(import_id):
        running.carry_out(history.one(import_id), lambda: path.open("rb"), each)
    found = history.one(import_id)
    if found.failure:
        raise FileRefused(found.failure)
    written = back.write(history.refused_file(found)) if found.refused else None
    return Summary(found.read, found.added, found.already_there, found.refused, written)


def _try_out(values: dict[str, object], path: Path, each: running.Each, back: Returned) -> Summary:
    """The whole file in a transaction that is rolled back."""
    found = database.read(imports.unwritten, values)
    fates = bytearray()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as kept:
        with suppress(_Undo):
            database.change(_land_and_undo, found, path, each, fates, kept)
        kept.seek(0)
        rows = (RefusedRow(*json.loads(line)) for line in kept)
        undone = found.strict and b"r" in fates
        if undone:
            good = running.good_rows(found, lambda: path.open("rb"), fates)
            rows = heapq.merge(rows, good, key=lambda row: row.number)
        written = None
        if b"r" in fates:
            written = back.write(write_refused(found.kind, found.header, rows))
    added, there, refused = (fates.count(fate) for fate in (b"a", b"t", b"r"))
    if undone:
        added, refused = 0, refused + added
    return Summary(len(fates), added, there, refused, written)


def _land_and_undo(
    connection: Connection,
    found: Import,
    path: Path,
    each: running.Each,
    fates: bytearray,
    kept: TextIO,
) -> None:
    fates.clear()
    kept.seek(0)
    kept.truncate()
    with path.open("rb") as file:
        for _, landed in running.land_all(connection, found, file):
            fates += landed.fates.encode()
            kept.writelines(f"{json.dumps(row)}\n" for row in landed.refused)
            each(landed)
    raise _Undo
