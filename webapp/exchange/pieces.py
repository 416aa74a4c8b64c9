"""A file that is kept in pieces, as one that can be read."""

import io
from collections.abc import Callable

PIECE_BYTES = 1_048_576


class Pieces(io.RawIOBase):
    """A readable, seekable file over a function that gives its piece of a number, counted from 0.

    Every piece but the last has PIECE_BYTES.
    """

    def __init__(self, size: int, piece: Callable[[int], bytes]) -> None:
        self._size = size
        self._piece = piece
        self._at = 0
        self._last: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a place; like other files it may lie behind the end."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Fills the buffer from the piece at hand; 0 at the end. Raises OSError for a lost piece."""
        if self._at >= self._size:
            return 0
        number, offset = divmod(self._at, PIECE_BYTES)
        if self._last[0] != number:
            self._last = (number, self._piece(number))
        part = self._last[1][offset : offset + len(buffer)]
        if not part:
            raise OSError("a piece of the file is not kept any more")
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)
