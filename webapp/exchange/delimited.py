"""Reading CSV: which delimiter, and row after row, as the registries' exports really are."""

import csv
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

from webapp.domain.refusals import FileRefused
from webapp.domain.wording import number
from webapp.exchange.columns import LONGEST_CELL, Columns
from webapp.exchange.watching import LONGEST_ROW, RowTooLong, Watched, text_of, wrong_byte

# The limit holds for the whole process, so it is set once, here, and not around each reading.
csv.field_size_limit(LONGEST_CELL)

_DELIMITERS = ",;\t"


def delimiter_of(file: BinaryIO) -> str:
    """The delimiter that cuts the header into the most cells; a comma where none does.

    Raises FileRefused when no header can be read.
    """
    found: dict[str, int] = {}
    refused: FileRefused | None = None
    for delimiter in _DELIMITERS:
        try:
            found[delimiter] = len(next(_Rows(file, Watched(file), delimiter)))
        except FileRefused as refusal:
            refused = refused or refusal
    best = max(found, key=lambda delimiter: found[delimiter], default=None)
    # A header that is broken with its own delimiter can look like one whole cell with another.
    if refused and (best is None or found[best] == 1):
        raise refused
    return best or ","


def read_table(
    file: BinaryIO, watched: Watched, delimiter: str
) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    """The header's cells, and the rows below it, each as long as the header.

    Blank rows are passed over. The rows raise FileRefused where the file is broken.
    """
    rows = _Rows(file, watched, delimiter)
    columns = Columns(next(rows))
    return columns.header, _fitting(rows, columns)


def _fitting(rows: "_Rows", columns: Columns) -> Iterator[list[str]]:
    width = columns.width
    for row, cells in enumerate(rows, 1):
        if len(cells) != width:
            cells = columns.fit(cells, row, rows.first_line, rows.last_line)
        yield cells


class _Rows:
    """The rows with text in them, the header first."""

    def __init__(self, file: BinaryIO, watched: Watched, delimiter: str) -> None:
        self._file = file
        self._watched = watched
        self._reader = csv.reader(text_of(watched), delimiter=delimiter, strict=True)
        self._delimiter = delimiter
        self._read = 0  # the header included
        self.first_line = self.last_line = 0

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        while True:
            self.first_line = self._reader.line_num + 1
            cells = self._next()
            self._watched.unfinished = 0
            if any(map(str.strip, cells)):
                self._read += 1
                self.last_line = self._reader.line_num
                return cells

    def _next(self) -> list[str]:
        try:
            return next(self._reader)
        except UnicodeDecodeError:
            raise wrong_byte(self._file) from None
        except StopIteration:
            if not self._read:
                raise FileRefused(
                    "The file is empty but for white space. Choose one that has a header and rows."
                ) from None
            raise
        except RowTooLong:
            self._refuse(
                f"is longer than {number(LONGEST_ROW >> 20)} MB, the most that Cairn reads as one "
                "row. Perhaps its line ends or a closing quote are missing"
            )
        except csv.Error as error:
            self._refuse(self._sentence(str(error)))

    def _sentence(self, error: str) -> str:
        if error == "unexpected end of data":
            return "opens a quote that never closes before the file ends. Close or remove it"
        if error.startswith("field larger"):
            return (
                f"has a cell of more than {number(LONGEST_CELL)} characters, or a quote that never "
                "closes. Mend it"
            )
        if "expected after" in error:
            name = {"\t": "tab"}.get(self._delimiter, f'"{self._delimiter}"')
            return (
                f"has text after a closing quote, in line {number(self._reader.line_num)}, where a {name} should follow; a "
                "quote inside a quoted cell is written twice. Mend it"
            )
        return f"cannot be read as CSV ({error}). Mend it"

    def _refuse(self, what: str) -> NoReturn:
        named = f"Row {number(self._read)}" if self._read else "The header"
        raise FileRefused(
            f"{named}, which begins in line {number(self.first_line)}, {what} and import the file "
            "again."
        ) from None
