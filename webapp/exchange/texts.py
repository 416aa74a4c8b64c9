"""The texts that the cells of an XLSX share, packed."""

import re
from array import array

from webapp.domain.refusals import FileRefused
from webapp.domain.wording import number
from webapp.exchange.columns import LONGEST_CELL
from webapp.exchange.package import Handlers, broken

MOST_TEXTS = 100 << 20  # bytes
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Texts(Handlers):
    """The texts that cells share, packed: a Python string each would take twice the memory."""

    def __init__(self) -> None:
        self._packed = bytearray()
        self._ends = array("Q")
        self._one: list[str] = []
        self._length = 0
        self._reading = False
        self._phonetic = False

    def __getitem__(self, at: int) -> str:
        if not 0 <= at < len(self._ends):
            raise broken("xl/sharedStrings.xml")
        first = self._ends[at - 1] if at else 0
        return unescaped(self._packed[first : self._ends[at]].decode())

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """A tag opens."""
        if element == "si":
            self._one, self._length = [], 0
        elif element == "rPh":
            self._phonetic = True
        elif element == "t":
            self._reading = not self._phonetic

    def read(self, text: str) -> None:
        """Text stands between tags."""
        if self._reading:
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise cell_too_long()
            self._one.append(text)

    def end(self, element: str) -> None:
        """A tag closes."""
        if element == "t":
            self._reading = False
        elif element == "rPh":
            self._phonetic = False
        elif element == "si":
            self._packed += "".join(self._one).encode()
            self._ends.append(len(self._packed))
            if len(self._packed) + self._ends.itemsize * len(self._ends) > MOST_TEXTS:
                raise FileRefused(
                    f"The workbook holds more than {MOST_TEXTS >> 20} MB of different texts, the most "
                    "that Cairn keeps in memory. Save the sheet as CSV, which has no such limit, and "
                    "import that."
                )


def unescaped(text: str) -> str:
    """The text with the escapes for characters that XML cannot hold (`_x000D_`) undone."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escape: re.Match[str]) -> str:
    value = int(escape[1], 16)
    return escape[0] if value == 0 or 0xD800 <= value <= 0xDFFF else chr(value)


def cell_too_long() -> FileRefused:
    """The refusal of a workbook with a text that is no cell's."""
    return FileRefused(
        f"The workbook has a cell of more than {number(LONGEST_CELL)} characters. Shorten it and "
        "import the file again."
    )
