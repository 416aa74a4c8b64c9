"""What a serial number says: its series, the block of units in it, and the rest of it."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from webapp.domain import grammars, wording
from webapp.domain.blocks import LARGEST_NUMBER, Block
from webapp.domain.refusals import FieldError, InvalidFields

_NOTHING = frozenset({"nan", "nat", "undefined", "null", "none", "n/a", "#n/a"})
_WITH_UNIT = re.compile("(.+?)[ #/:-]+([0-9]{1,15})()")
_WITH_UNITS = re.compile("(.+), units? ([0-9]{1,15})(?:-([0-9]{1,15}))?")  # as certificates have it
_LONGEST_SERIES = 600  # bytes; a database index cannot hold keys of any length


@dataclass(frozen=True)
class Serial:
    """A serial number, read.

    `series` names the numbering that `block` lies in; `remainder` is what is left of the serial
    without batch and run, and goes with exactly one series. Vintage and project are what the
    serial itself says of them, None where it says nothing.
    """

    series: str
    remainder: str
    block: Block
    vintage: int | None = None
    project: str | None = None


def read_serial(registry: str, serial_number: str, quantity: int) -> Serial:
    """The serial number of a record that declares so many units, read by its shape.

    Takes normalised text. Raises InvalidFields at serial_number, registry or quantity: a serial
    that does not match the grammar of its shape, another registry's serial, or a block whose
    length is not the quantity.
    """
    grammar = grammars.grammar_of(serial_number)
    if grammar is not None:
        serial = _read_by_grammar(grammar, registry, serial_number)
    else:
        serial = _read_cdm(serial_number) or _read_free_text(registry, serial_number, quantity)
    if serial.block.quantity != quantity:
        raise _wrong(
            "quantity",
            f"In this serial number the block {serial.block} has "
            f"{wording.units(serial.block.quantity)} but the record declares "
            f"{wording.number(quantity)}.",
        )
    return serial


@dataclass(frozen=True)
class Sought:
    """Where a serial number that somebody looks up may lie: any of these series, and which units.

    `block` is None for the whole of a serial number that has no numbers of its own.
    """

    series: tuple[str, ...]
    block: Block | None


def seek_serial(text: str, registries: Iterable[str]) -> list[Sought]:
    """Where to look for a serial number, or a single unit's; the likeliest first.

    Takes normalised text. One that has no registry's shape could be anybody's free text, with or
    without a unit's number after it ("VCS-2220 119"). Raises InvalidFields at serial_number for one
    that has the shape of a registry's serial number but is not written like it.
    """
    grammar = grammars.grammar_of(text)
    numbered = (
        _read_by_grammar(grammar, grammar.registry, text)
        if grammar is not None
        else _read_cdm(text)
    )
    if numbered is not None:
        return [Sought((numbered.series,), numbered.block)]
    known = list(registries)
    found = [Sought(tuple(_free_series(one, text) for one in known), None)]
    if named := _WITH_UNITS.fullmatch(text) or _WITH_UNIT.fullmatch(text):
        series = tuple(_free_series(one, named[1]) for one in known)
        found.append(Sought(series, _checked(named[2], named[3] or named[2])))
    return found


def _read_by_grammar(grammar: grammars.Grammar, registry: str, serial_number: str) -> Serial:
    pieces = serial_number.split("-")
    if mistake := grammar.mistake(pieces):
        raise _wrong(
            "serial_number",
            f"It has the shape of {grammar.article} {grammar.registry} serial number, but "
            f"{mistake}. One looks like {grammar.example}.",
        )
    if registry != grammar.registry:
        raise _wrong(
            "registry",
            f"The serial number is one of {grammar.registry}, so the registry must be "
            f'{grammar.registry}, not "{registry}".',
        )
    parts = grammar.read(pieces)
    run = ("batch", "first unit", "last unit", "run of units")
    return Serial(
        series=f"{grammar.registry}#{parts['batch']}",
        remainder="-".join(piece for name, piece in parts.items() if name not in run),
        block=_block(parts),
        vintage=_vintage(parts),
        project=(parts.get("project") or parts.get("program") or "").removeprefix("GS"),
    )


def _block(parts: dict[str, str]) -> Block:
    if "run of units" in parts:
        first, _, last = parts["run of units"].partition(" to ")
    else:
        first, last = parts["first unit"], parts.get("last unit", "")
    return _checked(first, last or first)


def _vintage(parts: dict[str, str]) -> int:
    if "vintage" in parts:
        return int(parts["vintage"])
    start, end = (_day(parts[name], name) for name in ("vintage start", "vintage end"))
    if end < start:
        raise _wrong("serial_number", "Its vintage ends before it starts; correct the two days.")
    return start.year


@lru_cache(maxsize=4096)
def _day(text: str, name: str) -> date:
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        raise _wrong(
            "serial_number", f"Its {name} {text} is no day of the calendar; it is written ddmmyyyy."
        ) from None


def _read_cdm(serial_number: str) -> Serial | None:
    """A run of CDM units, written as its first and its last unit; None if it is none."""
    if not grammars.CDM_SHAPE.match(serial_number):
        return None
    single = grammars.CDM_SINGLE.fullmatch(serial_number)
    match = grammars.CDM.fullmatch(serial_number)
    if single:
        country, first, rest = last_country, last, last_rest = single.groups()
    elif match:
        country, first, rest, last_country, last, last_rest = match.groups()
    else:
        raise _wrong(
            "serial_number",
            "It has the shape of CDM units but is not written like them: capital letters, numbers "
            f"without leading zeros, nothing after it. A run looks like {grammars.CDM_EXAMPLE}.",
        )
    if (country, rest) != (last_country, last_rest):
        raise _wrong(
            "serial_number", "Its two halves may differ only in the unit's number; correct one."
        )
    unnumbered = f"{country}-5-{rest}"
    return Serial(f"CDM#{unnumbered}", unnumbered, _checked(first, last))


def _read_free_text(registry: str, serial_number: str, quantity: int) -> Serial:
    """A serial without numbers of its own is its own series, with block 1 to quantity."""
    if serial_number.casefold() in _NOTHING:
        raise _wrong(
            "serial_number", f'"{serial_number}" is not a serial number; give the real one.'
        )
    return Serial(_free_series(registry, serial_number), "", Block(1, quantity))


def _free_series(registry: str, serial_number: str) -> str:
    series = f"{registry}:{serial_number}".casefold()
    if len(series.encode()) > _LONGEST_SERIES:
        return f"sha256:{hashlib.sha256(series.encode()).hexdigest()}"
    return series


def _checked(first: str, last: str) -> Block:
    longest = max(len(first), len(last))  # looked at first: Python reads endless digits slowly
    if longest > len(str(LARGEST_NUMBER)) or int(last) > LARGEST_NUMBER:
        largest = wording.number(LARGEST_NUMBER)
        raise _wrong("serial_number", f"Its numbers go past {largest}, the largest kept here.")
    if int(first) > int(last):
        raise _wrong("serial_number", f"Its block {first}-{last} runs backwards; swap the numbers.")
    return Block(int(first), int(last))


def check_against_fields(serial: Serial, vintage: int, project_id: str | None) -> None:
    """Refuses (InvalidFields) a record whose serial number says another vintage or project."""
    if serial.vintage is not None and serial.vintage != vintage:
        raise _wrong(
            "vintage",
            f"The serial number says vintage {serial.vintage}, the record says {vintage}.",
        )
    if serial.project and project_id not in (None, serial.project):
        # Exports write one project as "1340", "CAR1340" or "VCS 1340".
        registry = serial.series.partition("#")[0]
        given = re.sub(rf"^{registry}[ -]?", "", project_id, flags=re.IGNORECASE)
        if given.lstrip("0") != serial.project.lstrip("0"):
            raise _wrong(
                "project_id",
                f'The serial number says project {serial.project}, the record says "{project_id}".',
            )


def _wrong(field: str, message: str) -> InvalidFields:
    return InvalidFields([FieldError(field, message)])
