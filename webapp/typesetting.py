"""Sets a certificate as PDF/A-3 with typst, in a process of its own: python -m webapp.typesetting.

typst keeps what it computed for later documents, hundreds of megabytes after a few long ones, so it
does not live in the server's workers. Only the fonts inside typst are used, so the same data gives
the same bytes on every machine. PDF/A has no place for a character without a glyph: such characters
are replaced, and the document says so.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any, Literal

import typst

_TEMPLATE = Path(__file__).parent.parent / "templates" / "certificates" / "certificate.typ"
_STANDARD: Literal["a-3b"] = "a-3b"
_INSTEAD = "\N{WHITE SQUARE}"
_MISSING = re.compile(r'the text `"(.*?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_IN_EVERY_FONT = re.compile("[^\n -~\u00a0-\u024f]")  # what is not ASCII or another Latin letter


def typeset(data: dict[str, Any], made_at: int) -> bytes:
    """The document for this data, dated `made_at` (seconds of Unix time). Raises TypstError.

    Characters that no font has come as □, and then the document is told so as data.replaced. The
    files in data.attachments (name, text, kind, about) are attached to it, in UTF-8.
    """
    try:
        return _compile(data, made_at)
    except typst.TypstError as error:
        missing = _missing(error)
        if not missing:
            raise
    one_of = re.compile("|".join(map(re.escape, sorted(missing, key=len, reverse=True))))
    try:
        return _compile(_replaced(one_of, data), made_at)
    except typst.TypstError:
        return _compile(_replaced(_IN_EVERY_FONT, data), made_at)


def _compile(data: dict[str, Any], made_at: int) -> bytes:
    # The data goes in as an input, never as source: nothing in it can be code.
    return typst.compile(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=[_STANDARD],
        timestamp=made_at,
    )


def _missing(error: typst.TypstError) -> set[str]:
    """The texts that no font has, as typst's complaint quotes them."""
    quoted = _MISSING.findall(error.diagnostic)
    return {_ESCAPED.sub(lambda match: chr(int(match[1], 16)), one) for one in quoted}


def _replaced(what: re.Pattern[str], data: dict[str, Any]) -> dict[str, Any]:
    """The data without what no font has; files that are attached are not set, so they stay."""
    attached = {name: data[name] for name in ("attachments",) if name in data}
    return {**_without(what, data), "replaced": _INSTEAD, **attached}


def _without(what: re.Pattern[str], value: Any) -> Any:
    if isinstance(value, str):
        return what.sub(_INSTEAD, value)
    if isinstance(value, list):
        return [_without(what, one) for one in value]
    if isinstance(value, dict):
        return {name: _without(what, one) for name, one in value.items()}
    return value


def main() -> None:
    """Reads {"data": ..., "made_at": ...} from standard input and writes the PDF to standard output."""
    asked = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(typeset(asked["data"], asked["made_at"]))


if __name__ == "__main__":
    main()
