"""Writing a table as an XLSX: the same rows give the same bytes, and no cell is ever a formula."""

import re
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import Font
from openpyxl.writer.excel import ExcelWriter

_EXACT_DIGITS = 15  # of a number, in every spreadsheet
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can tell
# What the format writes as _xHHHH_: characters that XML lacks, and text that looks like that already.
_ESCAPED = re.compile("[\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def write_spreadsheet(
    file: IO[bytes],
    title: str,
    columns: Sequence[str],
    numbers: frozenset[str],
    rows: Iterable[Sequence[str]],
) -> None:
    """Writes one sheet with a header that stays in sight; cells of the columns `numbers` are numbers.

    Numbers of more than 15 digits are text, since spreadsheets would round them. Raises OSError.
    """
    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = datetime(*_NO_TIME)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    try:
        sheet.append([_bold(sheet, name) for name in columns])
        places = [name in numbers for name in columns]
        for row in rows:
            sheet.append([_value(sheet, *one) for one in zip(row, places, strict=True)])
        ExcelWriter(book, _Undated(file, "w", ZIP_DEFLATED)).save()
    finally:
        _clean_up(sheet)


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _value(sheet: Any, text: str, is_number: bool) -> Any:
    if not text:
        return None
    if is_number and len(text) <= _EXACT_DIGITS:
        return int(text)
    if text[0] in "=#" and (text[0] == "=" or text in ERROR_CODES):  # openpyxl would read these
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"
        return cell
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _clean_up(sheet: Any) -> None:
    """Removes the file in which openpyxl kept the rows, which it does itself only if all went well."""
    with suppress(Exception):  # it has gone, or nothing was written
        sheet.close()
    with suppress(Exception):
        sheet._writer.cleanup()


class _Undated(ZipFile):
    """A zip whose members bear no time of day."""

    def write(self, filename: Any, arcname: Any = None, *_: Any) -> None:
        """Adds what stands in a file."""
        with open(filename, "rb") as source, self.open(_undated(arcname), "w") as member:  # noqa: PTH123
            shutil.copyfileobj(source, member)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any) -> None:
        """Adds this text or these bytes."""
        super().writestr(_undated(zinfo_or_arcname), data)


def _undated(name: str) -> ZipInfo:
    member = ZipInfo(name, _NO_TIME)
    member.compress_type = ZIP_DEFLATED
    return member
