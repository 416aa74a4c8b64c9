"""What an XLSX says about itself: its sheets, its shared texts, and how it writes days."""

from datetime import datetime
from typing import BinaryIO

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from webapp.domain.refusals import FileRefused
from webapp.exchange.package import AS_CSV, Handlers, Package
from webapp.exchange.texts import Texts

_MOST_STYLES = 65_536  # more than Excel can hold
_EAST_ASIAN_DATES = (*range(27, 37), *range(50, 59))  # ISO/IEC 29500-1, 18.8.30


class Workbook:
    """An opened XLSX.

    `sheets` are the name and the part of each sheet of cells, the visible ones first; `texts` what
    cells share; `dates` the numbers of the styles that show a number as a day or a time; `epoch`
    the day that is counted from.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Raises FileRefused for what is no XLSX, is encrypted, broken, or beyond the limits."""
        self.package = Package(file)
        main = self.package.target("", "officeDocument") or "xl/workbook.xml"
        sheets, styles, self.texts = _Sheets(), _Styles(), Texts()
        self.package.read(main, sheets)
        for kind, handlers in (("styles", styles), ("sharedStrings", self.texts)):
            part = self.package.target(main, kind)
            if part:
                self.package.read(part, handlers)
        parts = {key: to for key, kind, to in self.package.relations(main) if kind == "worksheet"}
        self.sheets = [
            (name, parts[key]) for _, name, key in sorted(sheets.found, key=_hidden) if key in parts
        ]
        self.epoch: datetime = sheets.epoch
        self.dates = styles.dates()
        if not self.sheets:
            raise FileRefused("The workbook has no sheet of cells. Import one that has a table.")


def _hidden(sheet: tuple[bool, str, str]) -> bool:
    return sheet[0]


class _Sheets(Handlers):
    def __init__(self) -> None:
        self.found: list[tuple[bool, str, str]] = []  # hidden, name, id
        self.epoch = WINDOWS_EPOCH

    def start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = MAC_EPOCH
        if element == "sheet":
            key = next((attributes[name] for name in attributes if name.endswith(" id")), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.found.append((hidden, attributes.get("name", ""), key))


class _Styles(Handlers):
    def __init__(self) -> None:
        self._formats = {str(key): is_date_format(code) for key, code in BUILTIN_FORMATS.items()}
        self._formats.update((str(key), True) for key in _EAST_ASIAN_DATES)
        self._cells: list[str] = []  # the format of each style
        self._inside = False

    def start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "numFmt":
            code = attributes.get("formatCode", "")[:1000]
            self._formats[attributes.get("numFmtId", "")] = is_date_format(code)
        elif element == "cellXfs":
            self._inside = True
        elif element == "xf" and self._inside:
            self._cells.append(attributes.get("numFmtId", "0"))
        if len(self._cells) > _MOST_STYLES or len(self._formats) > _MOST_STYLES:
            raise FileRefused(f"The workbook has too many cell formats. {AS_CSV}")

    def end(self, element: str) -> None:
        if element == "cellXfs":
            self._inside = False

    def dates(self) -> frozenset[str]:
        return frozenset(str(at) for at, key in enumerate(self._cells) if self._formats.get(key))
