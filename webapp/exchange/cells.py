"""What the cells of a file mean: numbers, days, texts and blocks, in the ways that real files write them."""

import re
from datetime import date
from functools import lru_cache

_SPACES = " \u00a0\u2009\u202f"
_NUMBER = re.compile(
    rf"([0-9]+|[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+)(?:\.0+)?"
)
_PARTED = re.compile(f"[,{_SPACES}]")
_LONGEST = 20  # digits; Python reads endless ones slowly, and no field takes so large a number
_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?: ?[AP]M)?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?"
_ISO = re.compile(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}})(?:[T ]{_TIME}{_ZONE})?", re.IGNORECASE)
_SLASHED = re.compile(
    rf"([0-9]{{1,2}})/([0-9]{{1,2}})/([0-9]{{4}}|[0-9]{{2}})(?: {_TIME}{_ZONE})?", re.IGNORECASE
)
_BLOCK = re.compile(r"([0-9]+)(?:\s*(?:-|\u2013|\bto\b)\s*([0-9]+))?", re.IGNORECASE)
# What pandas writes where there is nothing; exports that went through it are full of it.
_NOTHING = frozenset({"", "NaN", "nan", "NaT", "None"})
_FLOAT_OF_DIGITS = re.compile(r"([0-9]+)\.0+")


def text(cell: str) -> str | None:
    """The text of a cell of a registry's export; None where it is empty or says NaN, NaT or None."""
    stripped = cell.strip()
    return None if stripped in _NOTHING else stripped


def whole_number(cell: str) -> int:
    """A number of units or a year; "1,454,054", "1 454 054" and "425.0" are numbers too.

    Raises ValueError with a sentence.
    """
    stripped = cell.strip()
    match = _NUMBER.fullmatch(stripped)
    if match is None:
        raise ValueError(f"{quoted(stripped)} is not a whole number; write plain digits.")
    digits = _PARTED.sub("", match[1]).lstrip("0") or "0"
    return int(digits[:_LONGEST])


@lru_cache(maxsize=65_536)
def day(cell: str, month_first: bool) -> date:
    """The day that a cell says, as it stands there: a time and its zone are left aside.

    ISO, or parted by slashes; there the month is the first or the second number as the registry has
    it, or the other way round where that is the only day it can be. Raises ValueError.
    """
    stripped = " ".join(cell.split())
    if match := _ISO.fullmatch(stripped):
        year, month, number = (int(part) for part in match.groups())
    elif match := _SLASHED.fullmatch(stripped):
        first, second, year = (int(part) for part in match.groups())
        month, number = (first, second) if month_first else (second, first)
        if month > 12 >= number:
            month, number = number, month
        if len(match[3]) == 2:
            year += 2000 if year < 70 else 1900
    else:
        raise ValueError(f"{quoted(stripped)} is not a day; write it like 2026-05-03.")
    try:
        return date(year, month, number)
    except ValueError:
        raise ValueError(f"{quoted(stripped)} is no day of the calendar.") from None


def serial(cell: str) -> str:
    """A serial number without the no-break spaces, also misread ones, that exports have in it."""
    if cell.isascii():
        return cell
    # U+00A0 as UTF-8, read as Latin-1, is U+00C2 U+00A0.
    return cell.replace("\u00c2\u00a0", "").replace("\u00a0", "")


def code(cell: str) -> str | None:
    """A project's id; "1340.0", a number that went through a spreadsheet, is "1340"."""
    found = text(cell)
    match = _FLOAT_OF_DIGITS.fullmatch(found) if found else None
    return match[1] if match else found


def blocks(cell: str) -> list[dict[str, int]]:
    """Blocks of units, written like "1 to 40; 60-70" or "7". Raises ValueError with a sentence."""
    found = []
    for part in re.split("[;,]", cell):
        match = _BLOCK.fullmatch(part.strip())
        if match is None:
            raise ValueError(
                f"{quoted(part.strip())} is not a block. Write blocks like 1 to 40; 60 to 70, and "
                "a single unit like 7."
            )
        first, last = match[1], match[2] or match[1]
        found.append({"first": int(first[:_LONGEST]), "last": int(last[:_LONGEST])})
    return found


def quoted(cell: str) -> str:
    """A cell in a sentence, shortened."""
    return f'"{cell}"' if len(cell) <= 40 else f'"{cell[:40]}\u2026"'
