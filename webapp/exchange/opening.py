"""An uploaded file, first surveyed as a whole, then read row by row."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from webapp.domain.refusals import FileRefused
from webapp.exchange import delimited, objects, sheet
from webapp.exchange.columns import no_rows
from webapp.exchange.rows import Cells, RawRow
from webapp.exchange.signatures import kind_of
from webapp.exchange.watching import BLOCK, Digest, Watched

__all__ = ["RawRow", "Survey", "read_rows", "survey"]


@dataclass(frozen=True)
class Survey:
    """What a file is: its kind ("csv", "xlsx", "json" for an array of objects, "jsonl"), the cells of
    its header as they stand (the names of the first object's fields), its rows below the header
    that are not blank, its size in bytes, the hexadecimal SHA-256 of all of them.
    """

    kind: str
    header: tuple[str, ...]
    rows: int
    size: int
    sha256: str
    delimiter: str = ","  # of a CSV


def survey(file: BinaryIO) -> Survey:
    """Read the whole file once and find every fault in its structure, in constant memory.

    Raises FileRefused for a file that cannot be read to its end; OSError comes from the file.
    """
    digest = hashlib.sha256()
    cells: Iterator[Cells]
    kind = kind_of(file)
    delimiter = delimited.delimiter_of(file) if kind == "csv" else ","
    if kind == "xlsx":
        size = _hash(file, digest)
        header, cells = sheet.read_table(file)
        rows = sum(1 for _ in cells)
    else:
        watched = Watched(file, digest)
        header, cells = _table(file, watched, kind, delimiter)
        rows = sum(1 for _ in cells)
        size = watched.size
    if not rows:
        raise no_rows()
    return Survey(kind, header, rows, size, digest.hexdigest(), delimiter)


def read_rows(file: BinaryIO, survey: Survey, skip: int = 0) -> Iterator[RawRow]:
    """The rows of a surveyed file after the first `skip`.

    Raises FileRefused if it is not the file any more that was surveyed, OSError as the file does.
    """
    cells: Iterator[Cells]
    if survey.kind == "xlsx":
        header, cells = sheet.read_table(file)
    else:
        header, cells = _table(file, Watched(file), survey.kind, survey.delimiter)
    if header != survey.header:
        raise _changed()
    row = skip
    for row, one in enumerate(itertools.islice(cells, skip, None), skip + 1):
        yield RawRow(row, one)
    if row != survey.rows:
        raise _changed()


def _table(
    file: BinaryIO, watched: Watched, kind: str, delimiter: str
) -> tuple[tuple[str, ...], Iterator[Cells]]:
    if kind == "csv":
        return delimited.read_table(file, watched, delimiter)
    read = objects.read_array if kind == "json" else objects.read_lines
    fields = read(file, watched)
    first = next(fields, None)
    if first is None:
        raise FileRefused("The file has no objects, so there is nothing to import. Choose another.")
    return tuple(first), itertools.chain([first], fields)


def _hash(file: BinaryIO, digest: Digest) -> int:
    file.seek(0)
    size = 0
    while block := file.read(BLOCK):
        digest.update(block)
        size += len(block)
    return size


def _changed() -> FileRefused:
    return FileRefused("The file changed while it was being imported. Import it again.")
