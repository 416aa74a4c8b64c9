"""A file that somebody gives: recognised, kept, shown as it will be understood, confirmed or discarded."""

import io
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import BinaryIO

from webapp.actions.importing import batches, history
from webapp.actions.importing.batches import Read
from webapp.domain.actors import Actor
from webapp.domain.landing import Entry
from webapp.domain.refusals import ImportNotWaiting, Refusal
from webapp.exchange import opening
from webapp.exchange.opening import Survey
from webapp.exchange.pieces import PIECE_BYTES, Pieces
from webapp.exchange.rows import Cells
from webapp.exchange.shapes import SHAPES, Shape, recognise
from webapp.store import database, imports
from webapp.store.database import Connection
from webapp.store.imports import Import

_LOOKED_AT = 500  # rows from the top
_SHOWN = 10


@dataclass(frozen=True)
class Foreseen:
    """A row as it will be understood; `refusal` says why it would be refused, `new` that it adds,
    `new_record` that it makes a record, while others land in one that is there.
    """

    number: int
    cells: Cells
    entry: Entry | None
    new: bool
    refusal: Refusal | None
    new_record: bool = False


@dataclass(frozen=True)
class Preview:
    """The first rows of a file, and the first refusals among the first `looked_at` of them."""

    shape: Shape
    unused: tuple[str, ...]  # columns that nothing is read from
    rows: list[Foreseen]
    refused: list[Foreseen]
    looked_at: int
    refused_count: int  # among those
    there_count: int


def receive(name: str, file: BinaryIO, actor: Actor, wanted: str | None = None) -> Import:
    """Keeps a file until somebody confirms its import. Raises NotAllowed, FileRefused."""
    actor.must_be("operator")
    found = opening.survey(file)
    shape = recognise(found.kind, found.header, wanted)
    file.seek(0)
    return history.one(database.change(_keep, described(name, found, shape, actor), file))


def _keep(connection: Connection, values: dict[str, object], file: BinaryIO) -> int:
    import_id = imports.add(connection, values)
    file.seek(0)
    pieces = iter(partial(file.read, PIECE_BYTES), b"")
    for no, piece in enumerate(pieces):
        imports.add_piece(connection, import_id, no, piece)
    return import_id


def described(name: str, found: Survey, shape: Shape, actor: Actor) -> dict[str, object]:
    """A file as the history keeps it."""
    return {
        "file_name": _printable(name),
        "size": found.size,
        "sha256": found.sha256,
        "kind": found.kind,
        "delimiter": found.delimiter,
        "header": list(found.header),
        "shape": shape.name,
        "rows": found.rows,
        "own_blocks": False,
        "strict": False,
        "by_command": False,
        "state": "previewed",
        "actor": actor.name,
        "actor_id": actor.id,
    }


def _printable(name: str) -> str:
    name = name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in name if one.isprintable())[:200] or "a file without a name"


def opened(found: Import) -> io.BufferedReader:
    """The bytes of a file that is kept."""
    pieces = Pieces(found.size, lambda no: database.read(imports.piece, found.id, no))
    return io.BufferedReader(pieces, PIECE_BYTES)


def survey_of(found: Import) -> Survey:
    """What was found in the file when it came."""
    return Survey(
        found.kind, tuple(found.header), found.rows, found.size, found.sha256, found.delimiter
    )


def preview(import_id: int, own_blocks: bool = False) -> Preview:
    """How the first rows will be understood, as the registry is now; changes nothing.

    Raises ImportNotFound, ImportNotWaiting, FileRefused.
    """
    found = _waiting(import_id)
    survey = survey_of(found)
    shape = SHAPES[found.shape]
    reader = shape.reader(survey.header, own_blocks)
    with opened(found) as file:
        rows = islice(opening.read_rows(file, survey), _LOOKED_AT)
        batch = [one for part in batches.read(rows, reader) for one in part]
    foreseen = database.read(_foresee, batch, found.actor)
    refused = [one for one in foreseen if one.refusal is not None]
    return Preview(
        shape,
        tuple(shape.unused(survey.header)),
        foreseen[:_SHOWN],
        refused[:_SHOWN],
        len(foreseen),
        len(refused),
        sum(one.refusal is None and not one.new for one in foreseen),
    )


def _foresee(connection: Connection, batch: list[Read], actor: str) -> list[Foreseen]:
    ground = batches.ground_of(connection, batch, actor, to_change=False)
    foreseen = []
    for one in batch:
        entry = one.said if isinstance(one.said, Entry) else None
        records = len(ground.standings())
        try:
            new = batches.fate_of(ground, one) == "a"
            new_record = len(ground.standings()) > records
            foreseen.append(Foreseen(*one.row, entry, new, None, new_record))
        except Refusal as refusal:
            foreseen.append(Foreseen(*one.row, entry, False, refusal))
    return foreseen


def confirm(import_id: int, actor: Actor, own_blocks: bool, strict: bool) -> None:
    """Has the file imported. Raises NotAllowed, ImportNotFound, ImportNotWaiting."""
    actor.must_be("operator")
    _waiting(import_id)
    if not database.change(imports.confirm, import_id, own_blocks, strict):
        raise ImportNotWaiting


def discard(import_id: int, actor: Actor) -> None:
    """Forgets a file that was not confirmed. Raises NotAllowed, ImportNotFound, ImportNotWaiting."""
    actor.must_be("operator")
    _waiting(import_id)
    database.change(_discard, import_id)


def _discard(connection: Connection, import_id: int) -> None:
    if not imports.end(connection, import_id, "discarded", among=("previewed",)):
        raise ImportNotWaiting
    imports.drop_pieces(connection, import_id)


def _waiting(import_id: int) -> Import:
    found = history.one(import_id)
    if found.state != "previewed":
        raise ImportNotWaiting
    return found
