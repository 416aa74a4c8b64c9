"""Reading the table in an XLSX: the first sheet with content, every cell as text."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import BinaryIO

from openpyxl.utils.datetime import from_excel

from webapp.domain.refusals import FileRefused
from webapp.exchange.columns import LONGEST_CELL, MOST_COLUMNS, Columns, too_many_columns
from webapp.exchange.package import Handlers, broken
from webapp.exchange.texts import cell_too_long, unescaped
from webapp.exchange.workbook import Workbook

_DIGITS = re.compile(r"-?[0-9]{1,400}")
_WHOLE_BELOW = 1e16  # floats below it are exact when they are whole
_MOST_LETTERS = 3  # of a column
_ISO_LENGTH = len("2026-05-03T14:02:00")


def read_table(file: BinaryIO) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    """The header's cells and the rows below it, each as long as the header; blank ones left out.

    Days are written as 2026-05-03, with a time as 2026-05-03 14:02:00; formulas are what they came
    to when the file was saved. Raises FileRefused, as do the rows, where the file is broken.
    """
    workbook = Workbook(file)
    for _, part in workbook.sheets:
        rows = _rows(workbook, part)
        header = next(rows, None)
        if header:
            columns = Columns(header[1], "row of the sheet")
            return columns.header, _fitting(rows, columns)
    raise FileRefused("The workbook is empty. Import one that has a header and rows.")


def _fitting(rows: Iterator[tuple[int, list[str]]], columns: Columns) -> Iterator[list[str]]:
    for row, (place, cells) in enumerate(rows, 1):
        # Blank cells at the end of a row are not written to the file.
        padded = cells + [""] * (columns.width - len(cells))
        yield columns.fit(padded, row, place, place)


def _rows(workbook: Workbook, part: str) -> Iterator[tuple[int, list[str]]]:
    sheet = _Sheet(workbook, part)
    for _ in workbook.package.pieces(part, sheet):
        yield from sheet.done
        sheet.done.clear()


class _Sheet(Handlers):
    """Collects rows in `done`: the number in the sheet, and the cells up to the last with text."""

    def __init__(self, workbook: Workbook, part: str) -> None:
        self._workbook = workbook
        self._part = part
        self._known: dict[str, int] = {}  # columns by their letters
        self.done: list[tuple[int, list[str]]] = []
        self._row = 0
        self._cells: list[str] = []
        self._column = 0
        self._type = self._style = ""
        self._text: list[str] = []
        self._length = 0
        self._reading = self._phonetic = False

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """A tag opens."""
        if element == "c":
            place = attributes.get("r")
            self._column = self._place(place) if place else self._column + 1
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._text, self._length = [], 0
        elif element == "v" or (element == "t" and not self._phonetic):
            self._reading = True
        elif element == "row":
            number = attributes.get("r", "")
            self._row = int(number) if _DIGITS.fullmatch(number) else self._row + 1
            self._cells, self._column = [], 0
        elif element == "rPh":
            self._phonetic = True

    def read(self, text: str) -> None:
        """Text stands between tags."""
        if self._reading:
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise cell_too_long()
            self._text.append(text)

    def end(self, element: str) -> None:
        """A tag closes."""
        if element in ("v", "t"):
            self._reading = False
        elif element == "c":
            if self._text:
                self._put("".join(self._text))
                self._text = []
        elif element == "row":
            if any(map(str.strip, self._cells)):
                self.done.append((self._row, self._cells))
            self._cells = []
        elif element == "rPh":
            self._phonetic = False

    def _put(self, value: str) -> None:
        if self._column > MOST_COLUMNS:
            raise too_many_columns(self._column)
        missing = self._column - len(self._cells)
        if missing < 1:
            raise broken(self._part)  # cells stand in the order of their columns
        self._cells += [""] * (missing - 1)
        self._cells.append(self._written(value))

    def _place(self, reference: str) -> int:
        """The column of a cell like AB12, counted from 1."""
        letters = reference.rstrip("0123456789")
        known = self._known.get(letters)
        if known is None:
            if not (letters.isascii() and letters.isalpha() and len(letters) <= _MOST_LETTERS):
                raise broken(self._part)
            known = 0
            for letter in letters.upper():
                known = 26 * known + ord(letter) - 64
            self._known[letters] = known
        return known

    def _written(self, value: str) -> str:
        kind = self._type
        if kind == "s":
            if not _DIGITS.fullmatch(value):
                raise broken(self._part)
            return self._workbook.texts[int(value)]
        if kind == "n":
            return self._number(value)
        if kind == "b":
            return "TRUE" if value.strip() in ("1", "true") else "FALSE"
        if kind == "d":
            return _day(datetime.fromisoformat(value)) if _is_iso(value) else value
        return unescaped(value)

    def _number(self, value: str) -> str:
        if self._style in self._workbook.dates:
            return self._moment(value)
        if _DIGITS.fullmatch(value):
            return value
        try:
            read = float(value)
        except ValueError:
            return value
        if read.is_integer() and abs(read) < _WHOLE_BELOW:
            return str(int(read))
        return repr(read)

    def _moment(self, value: str) -> str:
        """A day, a day with a time, or a time alone; a number that is none stays a number."""
        try:
            moment = from_excel(float(value), self._workbook.epoch)
        except (ValueError, OverflowError):
            return value
        return _day(moment) if isinstance(moment, datetime) else moment.strftime("%H:%M:%S")


def _day(moment: datetime) -> str:
    second = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return second.strftime(
        "%Y-%m-%d" if second.time() == datetime.min.time() else "%Y-%m-%d %H:%M:%S"
    )


def _is_iso(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
