"""Verra's export of VCUs: issued, retired and cancelled blocks in one file."""

from functools import lru_cache

from webapp.domain.commands import Cancel, CreateRecord, Retire
from webapp.domain.refusals import FieldError, InvalidFields
from webapp.exchange import cells
from webapp.exchange.shapes.exports import Cells, Ending, Export

_MONTH_FIRST = False  # in days parted by slashes


def _ending(row: Cells) -> Ending:
    reason = cells.text(row["reason"])
    if cells.text(row["effective_on"]):
        return Cancel if reason and reason.casefold().startswith("cancel") else Retire
    if reason or cells.text(row["party"]) or cells.text(row["note"]):
        message = (
            "It has a beneficiary, a reason or details but no Retirement/Cancellation Date, so it does "
            "not say whether these units ended. Fill in the date, or empty the others."
        )
        raise InvalidFields([FieldError("effective_on", message)])
    return None


def _check(record: CreateRecord, row: Cells) -> None:
    """The serial number ends with the days of the vintage and the digit that says labelled."""
    if not record.serial.series.startswith("VCS#"):
        return
    *_, start, end, label = record.serial_number.split("-")
    _check_day("Vintage Start", row["vintage"], "starts", start)
    if "vintage_end" in row:
        _check_day("Vintage End", row["vintage_end"], "ends", end)
    if "labels" not in row:
        return
    labels = cells.text(row["labels"])
    if (label == "1") != (labels is not None):
        said = f"says {cells.quoted(labels)}" if labels else "is empty"
        raise _contradiction(
            f"Its last digit is {label}, {'with' if label == '1' else 'without'} additional "
            f"certifications, but the column Additional Certifications {said}."
        )


def _check_day(column: str, cell: str, verb: str, in_serial: str) -> None:
    try:
        said = _as_in_serials(cell)
    except ValueError as error:
        raise InvalidFields([FieldError("vintage", f"{column}: {error}")]) from None
    if said and said != in_serial:
        raise _contradiction(
            f"It says that the vintage {verb} on {_parted(in_serial)}, but the column {column} says "
            f"{_parted(said)}."
        )


@lru_cache(maxsize=4096)
def _as_in_serials(cell: str) -> str | None:
    """A day as serial numbers have it, ddmmyyyy; None where the cell is empty. Raises ValueError."""
    if cells.text(cell) is None:
        return None
    found = cells.day(cell, _MONTH_FIRST)
    return f"{found.day:02}{found.month:02}{found.year:04}"


def _parted(day: str) -> str:
    """A day of a serial number as a day of ISO."""
    return f"{day[4:]}-{day[2:4]}-{day[:2]}"


def _contradiction(message: str) -> InvalidFields:
    return InvalidFields([FieldError("serial_number", message)])


VERRA = Export(
    name="verra",
    family="verra",
    label="Verra VCUs",
    registry="VCS",
    columns={
        "project_name": ["Name"],
        "vintage": ["Vintage Start"],
        "vintage_end": ["Vintage End"],
        "quantity": ["Quantity Issued"],
        "serial_number": ["Serial Number"],
        "project_id": ["ID"],
        "issued_on": ["Issuance Date"],
        "labels": ["Additional Certifications"],
        "effective_on": ["Retirement/Cancellation Date"],
        "party": ["Retirement Beneficiary"],
        "reason": ["Retirement Reason"],
        "note": ["Retirement Details"],
    },
    optional=frozenset({"project_id", "issued_on"}),
    month_first=_MONTH_FIRST,
    vintage_is_a_day=True,
    ending=_ending,
    check=_check,
)
