"""What kind of file the first bytes show; files of other kinds are refused by their name."""

from typing import BinaryIO

from webapp.domain.refusals import FileRefused

_HEAD = 1 << 16  # bytes looked at
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WHAT_TO_DO = "Export the credits as CSV, XLSX or JSON and import that."
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed with gzip",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"PAR1": "a Parquet file",
    b"SQLite format 3\0": "an SQLite database",
    b"{\\rtf": "a text document (RTF)",
}
_MARKUP = {b"<!doctype html": "a web page", b"<html": "a web page", b"<?xml": "an XML document"}


def kind_of(file: BinaryIO) -> str:
    """ "csv", "xlsx", "json" (an array) or "jsonl" (an object a line), told by the first bytes.

    Raises FileRefused for an empty file and for those that are known to be something else.
    """
    head = _read(file, 0, _HEAD)
    if not head:
        raise FileRefused("The file is empty. Choose one that has a header and rows.")
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(_OLE):
        raise FileRefused(_old_or_encrypted(file, head))
    for start, name in _OTHERS.items():
        if head.startswith(start):
            raise FileRefused(f"The file is {name}, no table of credits. {_WHAT_TO_DO}")
    _refuse_wide_characters(head)
    return _kind_of_text(head.removeprefix(b"\xef\xbb\xbf").lstrip())


def _kind_of_text(start: bytes) -> str:
    for markup, name in _MARKUP.items():
        if start[:20].lower().startswith(markup):
            raise FileRefused(f"The file is {name}, no table of credits. {_WHAT_TO_DO}")
    return {b"[": "json", b"{": "jsonl"}.get(start[:1], "csv")


def _refuse_wide_characters(head: bytes) -> None:
    """UTF-16 and UTF-32, with a byte-order mark or told by every second byte being zero."""
    pairs = len(head[:2000]) // 2
    zeros = max(head[0:2000:2].count(0), head[1:2000:2].count(0))
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        found = "UTF-32"
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")) or (pairs > 1 and zeros > 0.8 * pairs):
        found = "UTF-16"
    else:
        return
    raise FileRefused(
        f'The file is {found} text, and Cairn reads UTF-8. Save it as UTF-8 ("CSV UTF-8" in a '
        "spreadsheet) and import that."
    )


def _old_or_encrypted(file: BinaryIO, head: bytes) -> str:
    """An encrypted XLSX hides in the container of the old .xls; its stream's name gives it away."""
    size = file.seek(0, 2)
    tail = _read(file, max(0, size - _HEAD), _HEAD)
    if "EncryptedPackage".encode("utf-16-le") in head + tail:
        return "The workbook is encrypted. Save it without a password and import that."
    return (
        "The file is a document in Microsoft's old format (.xls, .doc). Save it as XLSX or CSV and "
        "import that."
    )


def _read(file: BinaryIO, at: int, most: int) -> bytes:
    file.seek(at)
    found = b""
    while len(found) < most and (piece := file.read(most - len(found))):
        found += piece
    return found
