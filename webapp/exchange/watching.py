"""The bytes of a file, watched while they are read: counted, hashed, and refused when no text."""

import codecs
import io
from typing import Any, BinaryIO, Protocol

from webapp.domain.refusals import FileRefused
from webapp.domain.wording import number

BLOCK = 1 << 20  # bytes read at once
LONGEST_ROW = 16 << 20  # bytes; a row is held in memory as a whole
_AT_ONCE = 1 << 16  # bytes decoded at once; 8 KB, the default, takes a third longer


class Digest(Protocol):
    """What a hash of the standard library can do, as far as it is needed here."""

    def update(self, data: Any, /) -> None:
        """Take more bytes in."""


class RowTooLong(Exception):
    """The row that is being read has more than LONGEST_ROW bytes."""


class Watched(io.RawIOBase):
    """A file that is read from its start. It stays open when this is closed.

    `size` is how many bytes were read so far. Whoever reads rows sets `unfinished` to 0 after each:
    when it grows beyond LONGEST_ROW, reading raises RowTooLong, so that a file that is one endless
    row is not drawn into memory.
    """

    def __init__(self, file: BinaryIO, digest: Digest | None = None) -> None:
        file.seek(0)
        self._file = file
        self._digest = digest
        self.size = 0
        self.unfinished = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes. Raises FileRefused at a NUL byte, RowTooLong, and OSError."""
        data = self._file.read(len(buffer))
        self.unfinished += len(data)
        if self.unfinished > LONGEST_ROW + 2 * BLOCK:  # up to two blocks lie ahead of the row
            raise RowTooLong
        if self._digest:
            self._digest.update(data)
        if b"\0" in data:
            raise FileRefused(
                f"The file is no text: a NUL byte stands at position "
                f"{number(self.size + data.index(0) + 1)}. Export it as CSV or XLSX again."
            )
        self.size += len(data)
        buffer[: len(data)] = data
        return len(data)


def text_of(watched: Watched) -> io.TextIOWrapper:
    """The file's text, line ends as they are, without a byte-order mark."""
    text = io.TextIOWrapper(io.BufferedReader(watched, BLOCK), encoding="utf-8-sig", newline="")
    text._CHUNK_SIZE = _AT_ONCE  # type: ignore[attr-defined]
    return text


def wrong_byte(file: BinaryIO) -> FileRefused:
    """The refusal of a file that is not UTF-8: which byte, and where.

    The error of the decoder knows only the place in the piece it was given, so this looks again.
    """
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    before, line = 0, 1
    while True:
        block = file.read(BLOCK)
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            sound = error.object[: error.start]
            place = before - held + error.start + 1
            return _refusal(error.object[error.start], place, line + _line_ends(sound))
        if not block:
            return FileRefused("The file changed while it was read. Import it again.")
        before += len(block)
        line += _line_ends(block)


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") or data.count(b"\r")


def _refusal(byte: int, place: int, line: int) -> FileRefused:
    meant = bytes([byte]).decode("cp1252", "ignore")
    perhaps = f' (in Windows-1252 it is "{meant}")' if meant.isprintable() and meant else ""
    return FileRefused(
        f"The file is not UTF-8: the byte 0x{byte:02X} at position {number(place)}, in line "
        f'{number(line)}, is no character there{perhaps}. Save the file as UTF-8 ("CSV UTF-8" in a '
        "spreadsheet) and import that."
    )
