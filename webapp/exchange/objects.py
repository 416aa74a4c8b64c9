"""Reading JSON: an array of objects, or an object a line, one object at a time."""

import io
import json
import math
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

from webapp.domain.refusals import FileRefused
from webapp.domain.wording import number
from webapp.exchange.columns import MOST_COLUMNS, too_many_columns
from webapp.exchange.watching import LONGEST_ROW, RowTooLong, Watched, text_of, wrong_byte

DEEPEST = 20  # objects and lists within each other, in one row
_PIECE = 1 << 18  # characters read at once
_HALF_READ = 16  # a mistake so near to the end of what was read may be a value cut in two
_FORMS = (
    "Cairn reads an array of objects, or JSON Lines, which has one whole object in each line; mend "
    "the file and import it again."
)


def read_lines(file: BinaryIO, watched: Watched) -> Iterator[dict[str, object]]:
    """The objects of a JSON Lines file. Raises FileRefused where a line is no JSON."""
    text = text_of(watched)
    line = row = 0
    try:
        for content in text:
            line += 1
            watched.unfinished = 0
            if content.isspace():
                continue
            row += 1
            yield _fields(_DECODER.decode(content))
    except json.JSONDecodeError as error:
        _refuse_syntax(error.msg, line, error.pos + 1)
    except UnicodeDecodeError:
        raise wrong_byte(file) from None
    except RowTooLong:
        _refuse_length(row + 1, line + 1)
    except RecursionError:
        _refuse_depth(row, line)
    except _Unusable as error:
        _refuse_value(row, line, error)


def read_array(file: BinaryIO, watched: Watched) -> Iterator[dict[str, object]]:
    """The objects of a JSON array. Raises FileRefused where it is no JSON, or goes on after it."""
    window = _Window(text_of(watched), watched)
    row = 0
    try:
        window.take("[")
        closed = window.take("]", needed=False)
        while not closed:
            row += 1
            yield _fields(window.value())
            closed = not window.take(",", needed=False)
            if closed:
                window.take("]")
        window.finish()
    except json.JSONDecodeError as error:
        _refuse_syntax(error.msg, *window.place(error.pos))
    except UnicodeDecodeError:
        raise wrong_byte(file) from None
    except RowTooLong:
        _refuse_length(row, window.place()[0])
    except RecursionError:
        _refuse_depth(row, window.place()[0])
    except _Unusable as error:
        _refuse_value(row, window.place()[0], error)


class _Window:
    """The part of a text that was read and not yet understood."""

    def __init__(self, text: io.TextIOWrapper, watched: Watched) -> None:
        self._text = text
        self._watched = watched
        self._held = ""
        self._at = 0
        self._line = 1
        self._column = 1  # of the first character held

    def place(self, at: int | None = None) -> tuple[int, int]:
        """Line and column of a position in what is held, by default the one reached."""
        before = self._held[: self._at if at is None else at]
        lines = before.count("\n")
        if not lines:
            return self._line, self._column + len(before)
        return self._line + lines, len(before) - before.rfind("\n")

    def take(self, wanted: str, needed: bool = True) -> bool:
        """Step over white space and the wanted character. If it is needed, it must be there."""
        if self._next() == wanted:
            self._at += 1
            return True
        if needed:
            raise json.JSONDecodeError(f"Expecting '{wanted}'", self._held, self._at)
        return False

    def value(self) -> object:
        """The JSON value that comes next."""
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._held, self._at)
            except json.JSONDecodeError as error:
                cut = error.pos > len(self._held) - _HALF_READ or "Unterminated" in error.msg
                if cut and self._more():
                    continue
                raise
            # A number that ends where the piece ends, even as "1e+", may go on in the next.
            if end < len(self._held) - _HALF_READ or not self._more():
                self._at = end
                self._watched.unfinished = 0
                return value

    def finish(self) -> None:
        """Read to the end, where nothing but white space may follow."""
        if self._next():
            raise json.JSONDecodeError("Text after the array", self._held, self._at)

    def _next(self) -> str:
        """The next character that is no white space, "" at the end."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Hold more text: as much again, so that a large object is not begun too often."""
        piece = self._text.read(max(_PIECE, len(self._held) - self._at))
        if not piece:
            return False
        self._line, self._column = self.place()
        self._held = self._held[self._at :] + piece
        self._at = 0
        return True


class _Unusable(ValueError):
    """JSON that can be read in two ways, or by some readers only."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Of two values for one name JSON readers take one or the other: here nobody guesses."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Unusable(f'gives the field "{twice[:60]}" twice')
    return fields


def _constant(text: str) -> NoReturn:
    raise _Unusable(f"holds {text}, which is no number")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _Unusable(f"holds the number {text[:40]}, which is too large")
    return value


def _int(text: str) -> int:
    if len(text) > 400:
        raise _Unusable(f"holds a number of {number(len(text))} digits, which is too large")
    return int(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
)


def _fields(value: object) -> dict[str, object]:
    fields = value if isinstance(value, dict) else {"": value}
    if len(fields) > MOST_COLUMNS:
        raise too_many_columns(len(fields))
    for one in fields.values():
        if isinstance(one, dict | list):
            _measure(one, 2)
    return fields


def _measure(value: dict[str, object] | list[object], depth: int) -> None:
    if depth > DEEPEST:
        raise RecursionError
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, dict | list):
            _measure(one, depth + 1)


def _refuse_syntax(message: str, line: int, column: int) -> NoReturn:
    raise FileRefused(
        f"The file is no JSON at line {number(line)}, column {number(column)} ({message}). {_FORMS}"
    ) from None


def _refuse_value(row: int, line: int, error: ValueError) -> NoReturn:
    raise FileRefused(
        f"Object {number(row)} (line {number(line)}) {error}. Mend it and import the file again."
    ) from None


def _refuse_depth(row: int, line: int) -> NoReturn:
    raise FileRefused(
        f"Object {number(row)} (line {number(line)}) is nested deeper than {DEEPEST} levels, which no "
        "record of credits is. Mend it and import the file again."
    ) from None


def _refuse_length(row: int, line: int) -> NoReturn:
    raise FileRefused(
        f"Object {number(row)}, which begins in line {number(line)}, is longer than "
        f"{LONGEST_ROW >> 20} MB, the most that Cairn reads as one row. Mend it and import the file "
        "again."
    ) from None
