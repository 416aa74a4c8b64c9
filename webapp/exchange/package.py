"""The parts of an XLSX: an archive within limits, whose XML is read as a stream."""

# openpyxl reads whole trees, in which an element of four bytes takes seventy or more; read as a
# stream, no file can fill the memory.

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from webapp.domain.refusals import FileRefused
from webapp.domain.wording import number
from webapp.exchange.watching import BLOCK

MOST_UNPACKED = 2 << 30  # bytes, all parts together
MOST_PACKED = 200  # times its packed size; sheets of credits unpack to 5 to 30 times
AS_CSV = "Save it as CSV and import that."
_PACKING_COUNTS = 50 << 20  # bytes; what unpacks to less is harmless
_LONGEST_LIST = 1 << 20  # bytes of the archive's list of parts
_LONGEST_TOKEN = 8 << 20  # bytes of one tag or comment
_MOST_NAMES = 1000  # different elements
_PIECE = 1 << 16  # bytes unpacked at once


class Handlers:
    """What is done at each tag and text of a part; names come without their namespace."""

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """A tag opens."""

    def end(self, element: str) -> None:
        """A tag closes."""

    def read(self, text: str) -> None:
        """Text stands between tags."""


class Package:
    """An opened XLSX. Raises FileRefused for what is none, is encrypted, or is beyond the limits."""

    def __init__(self, file: BinaryIO) -> None:
        self._archive = _archive(file)
        self._names = set(self._archive.namelist())
        if not any(name.startswith("xl/") and name.endswith(".xml") for name in self._names):
            raise FileRefused(_what_else(self._names))
        _refuse_bombs(self._archive)

    def pieces(self, part: str, handlers: Handlers) -> Iterator[None]:
        """Read a part of XML, calling the handlers; it pauses after each piece."""
        if part not in self._names:
            raise FileRefused(f'The workbook names a part "{part}" that it lacks. {AS_CSV}')
        parser = _parser(handlers)
        fed = 0
        try:
            with self._archive.open(part) as opened:
                while piece := opened.read(_PIECE):
                    parser.Parse(piece, False)
                    fed += len(piece)
                    if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                        raise broken(part)
                    yield
            parser.Parse(b"", True)
        except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError):
            raise broken(part) from None
        yield

    def read(self, part: str, handlers: Handlers) -> None:
        """Read a part of XML to its end."""
        for _ in self.pieces(part, handlers):
            pass

    def relations(self, part: str) -> list[tuple[str, str, str]]:
        """The id, the kind and the part of all that a part refers to; "" stands for the package."""
        folder, name = posixpath.split(part)
        where = posixpath.join(folder, "_rels", f"{name}.rels")
        relations = _Relations(folder)
        if where in self._names:
            self.read(where, relations)
        return relations.found

    def target(self, part: str, kind: str) -> str | None:
        """The part of this kind that a part refers to."""
        return next((to for _, known, to in self.relations(part) if known == kind), None)


class _Relations(Handlers):
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.found: list[tuple[str, str, str]] = []

    def start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            to = posixpath.join("/", self._folder, attributes.get("Target", ""))
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found.append((attributes.get("Id", ""), kind, posixpath.normpath(to).lstrip("/")))


def broken(part: str) -> FileRefused:
    """The refusal of a workbook that cannot be read."""
    return FileRefused(f'The workbook is damaged: its part "{part}" cannot be read. {AS_CSV}')


def _archive(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(_Source(file))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FileRefused(
            "The file begins like an XLSX and is damaged or cut off. Save or transfer it again."
        ) from None


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    """Sizes are looked at before anything is unpacked; nothing unpacks to more than it declares."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > MOST_UNPACKED:
        raise FileRefused(
            f"The workbook unpacks to {number(unpacked >> 20)} MB, and Cairn reads at most "
            f"{number(MOST_UNPACKED >> 20)} MB. Save the sheet as CSV, which has no such limit, and "
            "import that."
        )
    if unpacked > _PACKING_COUNTS and unpacked > MOST_PACKED * packed:
        raise FileRefused(
            f"The workbook unpacks to {number(unpacked // max(packed, 1))} times its size, which only "
            f"a file made to fill a computer's memory does; Cairn reads up to {MOST_PACKED} times. "
            f"{AS_CSV}"
        )
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused("The workbook is encrypted. Save it without a password and import that.")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise FileRefused(f"The workbook is packed in a way that no spreadsheet packs. {AS_CSV}")


def _what_else(names: set[str]) -> str:
    if any(name.startswith("word/") for name in names):
        return "The file is a Word document, no table. Export the credits as CSV or XLSX."
    if "content.xml" in names:
        return "The file is an OpenDocument file. Save it as XLSX or CSV and import that."
    return "The file is a ZIP archive and no XLSX. Unpack it and import the CSV, XLSX or JSON file in it."


def _parser(handlers: Handlers) -> expat.XMLParserType:
    """A parser that strips namespaces and refuses document types, where entities are declared."""
    local: dict[str, str] = {}
    start, end = handlers.start, handlers.end

    def opened(name: str, attributes: dict[str, str]) -> None:
        start(local.get(name) or learnt(name), attributes)

    def closed(name: str) -> None:
        end(local[name])

    def learnt(name: str) -> str:
        if len(local) == _MOST_NAMES:
            raise FileRefused(
                f"The workbook is full of elements that no spreadsheet writes. {AS_CSV}"
            )
        return local.setdefault(name, name.rpartition(" ")[2])

    def doctype(*_: object) -> None:
        raise FileRefused(
            "The workbook's XML declares entities of its own, which no spreadsheet writes and which "
            f"can fill a computer's memory. {AS_CSV}"
        )

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = handlers.read
    parser.StartDoctypeDeclHandler = doctype
    return parser


class _Source(io.BufferedReader):
    """The file as zipfile reads it: in large pieces, and no endless list of parts at once."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(_Seekable(file), BLOCK)

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes. Raises FileRefused if they are more than an XLSX's list of parts."""
        if size is not None and size > _LONGEST_LIST:
            raise FileRefused(
                f"The file is an archive of too many parts to be a workbook. {AS_CSV}"
            )
        return super().read(size)


class _Seekable(io.RawIOBase):
    """A file that stays open when this is closed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """And from anywhere."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a position."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The position now."""
        return self._file.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read the next bytes."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
