"""The file of refused rows: as they came, with the reason beside each, ready to be mended."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from webapp.exchange.neutral import neutralise, restore
from webapp.exchange.rows import Cells, RawRow

ROW, CODE, SENTENCE = "cairn_row", "cairn_code", "cairn_sentence"
_OURS = (ROW, CODE, SENTENCE)
OUR_FIELD = "cairn"  # in an object of JSON Lines
_PIECE = 1 << 16  # characters sent at once

Refused = tuple[
    str, int, str, str
]  # the cells as RawRow.as_json gives them, number, code, sentence


def write_refused(kind: str, header: Sequence[str], refused: Iterable[Refused]) -> Iterator[bytes]:
    """The refused rows as CSV, or as JSON Lines where the file was JSON; UTF-8, in pieces.

    CSV has three more columns, cairn_row, cairn_code and cairn_sentence, and neutralised cells;
    `holds_apostrophes` tells who reads it back. An object has one more field, "cairn". What an
    earlier such file said in these places is replaced.
    """
    rows = (
        (RawRow.from_json(row, cells).cells, row, code, sentence)
        for cells, row, code, sentence in refused
    )
    lines = _objects(rows) if kind in ("json", "jsonl") else _table(header, rows)
    return _pieces(lines)


def holds_apostrophes(header: Sequence[str]) -> bool:
    """Is this the header of a CSV of refused rows, whose cells are to be restored?"""
    return any(name.strip().casefold() == ROW for name in header)


def _table(header: Sequence[str], rows: Iterable[tuple[Cells, int, str, str]]) -> Iterator[str]:
    kept = [at for at, name in enumerate(header) if name.strip().casefold() not in _OURS]
    original = restore if holds_apostrophes(header) else str

    def line(cells: Sequence[str], *ours: str) -> str:
        own = [neutralise(original(cells[at])) for at in kept]
        return _csv_line([*own, *map(neutralise, ours)])

    yield line(header, *_OURS)
    for cells, row, code, sentence in rows:
        if isinstance(cells, dict):
            raise TypeError("an object among the rows of a table")
        yield line(cells, str(row), code, sentence)


def _csv_line(cells: Sequence[str]) -> str:
    """One line of CSV, ended by a line feed."""
    # Told to end lines with a line feed alone, Python 3.11 leaves a lone carriage return unquoted.
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()[:-2] + "\n"


def _objects(rows: Iterable[tuple[Cells, int, str, str]]) -> Iterator[str]:
    for cells, row, code, sentence in rows:
        if isinstance(cells, list):
            raise TypeError("a row of a table among the objects")
        ours = {"row": row, "code": code, "sentence": sentence}
        fields = {**cells, OUR_FIELD: ours}
        written = json.dumps(fields, ensure_ascii=False)
        # Half a character (a lone surrogate) has no UTF-8, only an escape.
        yield (written if _has_utf8(written) else json.dumps(fields)) + "\n"


def _has_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _pieces(lines: Iterable[str]) -> Iterator[bytes]:
    held: list[str] = []
    length = 0
    for line in lines:
        held.append(line)
        length += len(line)
        if length >= _PIECE:
            yield "".join(held).encode()
            held, length = [], 0
    if held:
        yield "".join(held).encode()
