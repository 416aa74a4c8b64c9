"""An event that a row of Cairn's own files, or one written by hand, tells of."""

from collections.abc import Sequence
from typing import Any

from webapp.domain import wording
from webapp.domain.commands import Cancel, CreateRecord, Retire, Return, Sell, TakeUnits
from webapp.domain.landing import Happened
from webapp.domain.lifecycle import EVENT_TYPES
from webapp.domain.reading import read_values
from webapp.domain.refusals import FieldError, InvalidFields

COMMANDS: dict[str, type[TakeUnits]] = {
    one.event_type: one for one in (Sell, Return, Retire, Cancel)
}
_NEED_SEQ = ("sold", "returned")


def happened(
    record: CreateRecord,
    event_type: str,
    values: dict[str, Any],
    *,
    seq: int | None,
    quantity: int | None,
    misread: Sequence[FieldError] = (),
) -> Happened:
    """The event of this type. Raises InvalidFields.

    `values` bear the command's names; without blocks, all units of the record are meant. `quantity`
    is how many units the row says there are, if it says so.
    """
    mistakes = list(misread)
    if seq is None and event_type in _NEED_SEQ:
        message = (
            f"It is missing; without an event's number in its record, units cannot be {event_type} by "
            "an import. Take it from Cairn's own export, or do it on the record's page."
        )
        mistakes.append(FieldError("seq", message))
    values = dict(values)
    named_wrongly = any(one.field.partition(".")[0] == "blocks" for one in mistakes)
    if "blocks" not in values and not named_wrongly:
        first, last = record.serial.block
        values["blocks"] = [{"first": first, "last": last}]
    command = read_values(COMMANDS[event_type], values, mistakes)
    units = command.named_units
    assert units is not None, "blocks were named"
    if quantity is not None and quantity != units.quantity:
        verb = "is" if units.quantity == 1 else "are"
        message = (
            f"{wording.unit_numbers(units)} {verb} {wording.units(units.quantity)}, but the row says "
            f"{wording.number(quantity)}."
        )
        raise InvalidFields([FieldError("blocks", message)])
    return Happened(command, seq)


def party_name(event_type: str) -> str:
    """What the command calls its party; "party", which it then refuses, where it has none."""
    return EVENT_TYPES[event_type].party or "party"


def refuse_other_id(record: CreateRecord, given: object) -> None:
    """Refuses (InvalidFields) a row with the id of another record."""
    if given != record.id:
        message = (
            f"These fields make the record {record.id[:12]}\u2026, but the row bears another id. "
            "Correct the field that was changed, or empty the id."
        )
        raise InvalidFields([FieldError("id", message)])
