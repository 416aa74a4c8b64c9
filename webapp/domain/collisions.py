"""Why a block of units cannot become a record: another record stands in the way."""

from webapp.domain import wording
from webapp.domain.blocks import Block
from webapp.domain.commands import CreateRecord
from webapp.domain.lifecycle import Record
from webapp.domain.refusals import BlockTaken, FieldError, RecordDiffers, Refusal, SeriesDiffers

_IDENTITY = ("project_name", "registry", "vintage", "serial_number", "quantity")
_MAY_BE_LEFT_OUT = ("project_id", "issued_on")  # of a repeat: that is no difference


def refuse_differing(record: Record, command: CreateRecord, wholly: bool = True) -> None:
    """Refuses (RecordDiffers) a command whose id a record with other fields bears.

    Unless `wholly`, only the fields that make the identity are compared.
    """
    names = [*_IDENTITY]
    if wholly:
        names += [name for name in _MAY_BE_LEFT_OUT if getattr(command, name) is not None]
    differing = [name for name in names if getattr(command, name) != getattr(record, name)]
    if differing:
        raise RecordDiffers(
            "A record with this id exists and is never changed; it differs in "
            f"{wording.listing(differing)}.",
            [FieldError(name, f"The record has {_told(record, name)} here.") for name in differing],
        )


def block_taken(block: Block, other: Record) -> Refusal:
    """That some of these units are another record's."""
    first, last = max(block.first, other.block.first), min(block.last, other.block.last)
    number = last - first + 1
    return BlockTaken.at(
        "serial_number",
        f"{'Unit' if number == 1 else 'Units'} {first}{f'-{last}' if number > 1 else ''} of "
        f"this serial number {wording.be(number)} already recorded in {_named(other)}. A unit belongs "
        "to one record only: correct the serial number, or look at that record.",
        other.id,
    )


def series_differs(other: Record) -> Refusal:
    """That the batch of this serial number is known with other codes around it."""
    return SeriesDiffers.at(
        "serial_number",
        f"The batch of this serial number is already recorded in {_named(other)}, with other codes "
        "around it. A batch goes with exactly one set of codes: correct the serial number.",
        other.id,
    )


def _named(record: Record) -> str:
    return f'"{record.project_name}" ({record.serial_number}, id {record.id[:12]}…)'


def _told(record: Record, name: str) -> str:
    value = getattr(record, name)
    if value is None:
        return "nothing"
    return wording.number(value) if name == "quantity" else f'"{value}"'
