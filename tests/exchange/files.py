"""Files to read, made in memory."""

import io
import zipfile
from collections.abc import Sequence

import pytest

from webapp.domain.refusals import FileRefused
from webapp.exchange.opening import RawRow, Survey, read_rows, survey

HEAD = "Name,Quantity\n"


def surveyed(content: bytes | str) -> Survey:
    return survey(io.BytesIO(content.encode() if isinstance(content, str) else content))


def cells(content: bytes | str) -> list[object]:
    return [row.cells for row in rows(content)]


def rows(content: bytes | str, skip: int = 0) -> list[RawRow]:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return list(read_rows(file, survey(file), skip))


def why_refused(content: bytes | str) -> str:
    with pytest.raises(FileRefused) as refused:
        surveyed(content)
    return refused.value.detail.replace("\u202f", " ")


_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATED = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'


def raw_workbook(
    data: str = "", *, texts: Sequence[str] = (), before: str = "", **parts: str
) -> bytes:
    """A small XLSX from the XML of its rows; `before` stands before the sheet's first element."""
    inside = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships {_RELATED}><Relationship Id="r" Type="{_KINDS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_KINDS}"><sheets><sheet name="One" sheetId="1" '
        'r:id="s1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships {_RELATED}><Relationship Id="s1" '
        f'Type="{_KINDS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="t" '
        f'Type="{_KINDS}/sharedStrings" Target="/xl/texts.xml"/></Relationships>',
        "xl/texts.xml": f"<sst {_MAIN}>{''.join(f'<si>{one}</si>' for one in texts)}</sst>",
        "xl/worksheets/sheet1.xml": f"{before}<worksheet {_MAIN}><sheetData>{data}</sheetData></worksheet>",
        **parts,
    }
    return zipped({name: text for name, text in inside.items() if text})


def zipped(parts: dict[str, str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return written.getvalue()
