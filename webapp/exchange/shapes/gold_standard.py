"""Gold Standard's exports: issuances, and retirements of units that those issue."""

from webapp.domain.commands import Cancel, Retire
from webapp.domain.refusals import FieldError, InvalidFields
from webapp.exchange import cells
from webapp.exchange.shapes.exports import Cells, Ending, Export

_ENDINGS: dict[str, Ending] = {
    "issued": None,
    "retired": Retire,
    "canceled": Cancel,
    "cancelled": Cancel,
}
_COLUMNS = {
    "project_name": ["Project Name"],
    "vintage": ["Vintage"],
    "quantity": ["Quantity"],
    "serial_number": ["Serial Number"],
    "project_id": ["GSID"],
    "issued_on": ["Issuance Date"],
    "status": ["Credit Status"],
    "effective_on": ["Retirement Date"],
    "party": ["Using Entity"],
    "reason": ["Use Case"],
    "note": ["Note"],
}


def _ending(row: Cells) -> Ending:
    status = row["status"].strip()
    if status.casefold() not in _ENDINGS:
        said = f"It is {cells.quoted(status)}" if status else "It is empty"
        message = f"{said}; Credit Status is Issued, Retired or Canceled."
        raise InvalidFields([FieldError("status", message)])
    return _ENDINGS[status.casefold()]


RETIREMENTS = Export(
    name="gold-standard-retirements",
    family="gold-standard",
    label="Gold Standard retirements",
    needs_issuance=True,
    registry="GS",
    columns=_COLUMNS,
    optional=frozenset({"project_id", "issued_on", "note"}),
    month_first=False,
    ending=_ending,
)
ISSUANCES = Export(
    name="gold-standard-issuances",
    family="gold-standard",
    label="Gold Standard issuances",
    registry="GS",
    columns=_COLUMNS,
    optional=frozenset({"project_id", "issued_on", "effective_on", "party", "reason", "note"}),
    month_first=False,
    ending=_ending,
)
