"""A table of Cairn's own columns: what it exports, or what somebody writes by hand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.domain import wording
from webapp.domain.commands import CreateRecord
from webapp.domain.landing import Entry
from webapp.domain.reading import read_values
from webapp.domain.refusals import FieldError, InvalidFields
from webapp.domain.registries import code_of
from webapp.exchange import cells, refused
from webapp.exchange.neutral import restore
from webapp.exchange.plain import COLUMNS as EXPORTED
from webapp.exchange.shapes.happening import happened, party_name, refuse_other_id
from webapp.exchange.shapes.shape import Reader, Shape, is_named, places

NEEDED = ("project_name", "registry", "vintage", "quantity", "serial_number")
_RETIRED_ON = ("retired_on", "retirement_date")
_CANCELLED_ON = ("cancelled_on", "canceled_on", "cancellation_date")
_COLUMNS = {
    "id": ("id",),
    **{name: (name,) for name in NEEDED},
    "project_id": ("project_id",),
    "issued_on": ("issued_on",),
    "event": ("event", "event_type"),
    "seq": ("seq",),
    "units": ("units", "blocks"),
    "event_quantity": ("event_quantity",),
    "sale": ("sale",),
    "party": ("party", "buyer", "beneficiary", "retirement_beneficiary", "retired_for"),
    "reason": ("reason", "retirement_reason", "cancellation_reason"),
    "note": ("note", "details"),
    "effective_on": ("effective_on", *_RETIRED_ON, *_CANCELLED_ON, "date"),
}
_DERIVED = frozenset({"status", "available", "sold", "retired", "cancelled"})
_EVENTS = {
    **dict.fromkeys(("", "created", "issued", "active", "available"), ""),
    **dict.fromkeys(("retired", "retirement"), "retired"),
    **dict.fromkeys(("cancelled", "canceled", "cancellation"), "cancelled"),
    **dict.fromkeys(("sold", "sale"), "sold"),
    **dict.fromkeys(("returned", "return"), "returned"),
}
_OF_AN_EVENT = ("units", "event_quantity", "sale", "party", "reason", "note", "effective_on")
_BETWEEN = re.compile(r"[\s_-]+")


def _compared(name: str) -> str:
    """A column's name without case; spaces and hyphens are underscores."""
    return _BETWEEN.sub("_", name.strip()).casefold()


@dataclass(frozen=True)
class Plain(Shape):
    """Cairn's own columns, a row a record or an event."""

    def missing(self, header: Sequence[str]) -> list[str]:
        """The columns that it cannot do without and that the header lacks."""
        names = {_compared(name) for name in header}
        return [name for name in NEEDED if name not in names]

    def unused(self, header: Sequence[str]) -> list[str]:
        """The header's columns that are not read; in Cairn's own export none."""
        read = {place for at in _places(header).values() for place in at}
        exported = _is_export(header)
        return [
            name
            for place, name in enumerate(header)
            if place not in read
            and is_named(name)
            and not (exported and _compared(name) in _DERIVED)
        ]

    def reader(self, header: Sequence[str], own_blocks: bool = False) -> Reader:
        """What turns a row of a file with this header into an entry."""
        at = _places(header)
        single = [(name, where[0]) for name, where in at.items() if len(where) == 1]
        several = [(name, where) for name, where in at.items() if len(where) > 1]
        ends_by_date = [] if at["event"] else _dates(header)
        restored = _restored_twice if refused.holds_apostrophes(header) else restore

        def read(row: Sequence[str]) -> Entry:
            here = {name: cell for name, place in single if (cell := restored(row[place])).strip()}
            for name, where in several:
                if found := _only(name, [restored(row[place]) for place in where]):
                    here[name] = found
            record = _record(here)
            event = _event(here)
            if not at["event"]:
                event = _by_date(row, ends_by_date)
            if not event:
                _refuse_half_an_event(here)
                return Entry(record)
            return Entry(record, (_happened(record, event, here),))

        return read


def _restored_twice(cell: str) -> str:
    """A cell of refused rows, which were a table of Cairn's own before."""
    return restore(restore(cell))


def _places(header: Sequence[str]) -> dict[str, list[int]]:
    at = places(_COLUMNS, header, _compared)
    if not at["event"] and not _is_summed(header):
        # Where there are sums beside it, the status only says what they come to.
        at["event"] = places({"event": ("status",)}, header, _compared)["event"]
    return at


def _is_summed(header: Sequence[str]) -> bool:
    return {_compared(name) for name in header}.issuperset(_DERIVED)


def _is_export(header: Sequence[str]) -> bool:
    return {_compared(name) for name in header}.issuperset(EXPORTED)


def _dates(header: Sequence[str]) -> list[tuple[str, int]]:
    """Where the days stand whose column says by its name what happened then."""
    at = places({"retired": _RETIRED_ON, "cancelled": _CANCELLED_ON}, header, _compared)
    return [(event, place) for event, where in at.items() for place in where]


def _by_date(row: Sequence[str], dates: list[tuple[str, int]]) -> str:
    found = {event for event, place in dates if row[place].strip()}
    if len(found) > 1:
        raise _wrong("event", "It has a day of retirement and one of cancellation; leave one.")
    return found.pop() if found else ""


def _only(name: str, found: list[str]) -> str:
    """What stands in the one of several columns for a field that is filled."""
    filled = list(dict.fromkeys(cell for cell in found if cell.strip()))
    if len(filled) > 1:
        said = wording.listing([cells.quoted(cell) for cell in filled])
        raise _wrong(name, f"Several columns say it, each something else: {said}. Leave one.")
    return filled[0] if filled else ""


def _record(here: dict[str, str]) -> CreateRecord:
    names = ("project_name", "registry", "serial_number", "project_id", "issued_on")
    values: dict[str, Any] = {name: here[name] for name in names if name in here}
    # The id was made with the registry as it stands.
    if "registry" in here and "id" not in here:
        values["registry"] = code_of(here["registry"])
    _strip_day("issued_on", values)
    mistakes: list[FieldError] = []
    _read_numbers(("vintage", "quantity"), here, values, mistakes)
    record = read_values(CreateRecord, values, mistakes)
    if "id" in here:
        refuse_other_id(record, here["id"].strip())
    return record


def _event(here: dict[str, str]) -> str:
    word = here.get("event", "").strip()
    if word.casefold() not in _EVENTS:
        raise _wrong(
            "event",
            f"{cells.quoted(word)} is no event; write retired, cancelled, sold or returned, or "
            "created (or nothing) for a record that is only issued.",
        )
    return _EVENTS[word.casefold()]


def _refuse_half_an_event(here: dict[str, str]) -> None:
    filled = [name for name in _OF_AN_EVENT if name in here]
    if filled:
        raise _wrong(
            "event",
            f"The row tells {wording.listing(filled)} of an event, but not which. Write retired, "
            "cancelled, sold or returned in the column event, or empty the others.",
        )


def _happened(record: CreateRecord, event: str, here: dict[str, str]) -> Any:
    values: dict[str, Any] = {
        name: here[name] for name in ("reason", "note", "effective_on") if name in here
    }
    _strip_day("effective_on", values)
    if "party" in here:
        values[party_name(event)] = here["party"]
    mistakes: list[FieldError] = []
    numbers: dict[str, Any] = {}
    _read_numbers(("seq", "event_quantity"), here, numbers, mistakes)
    _read_numbers(("sale",), here, values, mistakes)
    if "units" in here:
        try:
            values["blocks"] = cells.blocks(here["units"])
        except ValueError as error:
            mistakes.append(FieldError("blocks", str(error)))
    return happened(
        record,
        event,
        values,
        seq=numbers.get("seq"),
        quantity=numbers.get("event_quantity"),
        misread=mistakes,
    )


def _strip_day(name: str, values: dict[str, Any]) -> None:
    if name in values:
        values[name] = values[name].strip()


def _read_numbers(
    names: Sequence[str],
    here: dict[str, str],
    values: dict[str, Any],
    mistakes: list[FieldError],
) -> None:
    for name in names:
        if name in here:
            try:
                values[name] = cells.whole_number(here[name])
            except ValueError as error:
                mistakes.append(FieldError(name, str(error)))


def _wrong(field: str, message: str) -> InvalidFields:
    return InvalidFields([FieldError(field, message)])


PLAIN = Plain("plain", "plain", "CSV of Cairn's columns")
