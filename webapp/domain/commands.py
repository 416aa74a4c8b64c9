"""What can be asked of the registry: each action's fields and limits, the only place they stand.

The JSON door reads its body straight into a command, the forms come here too, and OpenAPI is
generated from the models.
"""

import re
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from webapp.domain.blocks import LARGEST_NUMBER, MOST_BLOCKS, Block, Blocks
from webapp.domain.identity import record_id
from webapp.domain.serials import Serial, check_against_fields, read_serial
from webapp.domain.text import normalise, normalise_note

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _limited(text: str, limit: int) -> str:
    if not text:
        raise PydanticCustomError("blank", "It is blank; fill it in.")
    if len(text) > limit:
        raise PydanticCustomError(
            "too_long",
            "It has {length} characters; {limit} are allowed.",
            {"length": len(text), "limit": limit},
        )
    return text


def _checked_line(limit: int) -> AfterValidator:
    return AfterValidator(lambda text: _limited(normalise(text), limit))


def _length(limit: int) -> Any:
    """The limits as the schema tells them; the validators beside it hold them."""
    return Field(json_schema_extra={"minLength": 1, "maxLength": limit})


def _read_day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if _DAY.fullmatch(value) else value
        except ValueError:
            raise PydanticCustomError("no_day", "There is no such day in the calendar.") from None
    return value


def _blocks_apart(blocks: "list[BlockOfUnits]") -> "list[BlockOfUnits]":
    ordered = sorted(blocks, key=lambda one: (one.first, one.last))
    for one, following in pairwise(ordered):
        if following.first <= one.last:
            raise PydanticCustomError(
                "overlap",
                "The blocks {one} and {following} overlap; name each unit once.",
                {"one": str(one.block), "following": str(following.block)},
            )
    return blocks


Line = Annotated[str, _checked_line(300), _length(300)]
ProjectId = Annotated[str, _checked_line(100), _length(100)]
Note = Annotated[
    str,
    AfterValidator(lambda text: _limited(normalise_note(text), 4000)),
    _length(4000),
]
Tonnes = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
UnitNumber = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
Seq = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
Day = Annotated[date, BeforeValidator(_read_day)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class BlockOfUnits(_Strict):
    """The units first to last, both included."""

    first: UnitNumber
    last: UnitNumber

    @model_validator(mode="after")
    def _runs_forwards(self) -> "BlockOfUnits":
        if self.first > self.last:
            raise PydanticCustomError(
                "reversed",
                "The block {first}-{last} runs backwards; its first number is the smaller one.",
                {"first": self.first, "last": self.last},
            )
        return self

    @property
    def block(self) -> Block:
        """The same as the domain counts with it."""
        return Block(self.first, self.last)


BlockList = Annotated[
    list[BlockOfUnits],
    Field(min_length=1, max_length=MOST_BLOCKS),
    AfterValidator(_blocks_apart),
]


def _no_null(schema: dict[str, Any]) -> None:
    """In the schema, what may be left out but not be null."""
    (kept,) = (one for one in schema.pop("anyOf") if one.get("type") != "null")
    schema.pop("default", None)
    schema.update(kept)


def _not_null(value: object) -> object:
    # null could mean "none" or "all of them"; where units are chosen, nobody should guess.
    if value is None:
        raise PydanticCustomError("null", "It is null; give a value or leave it out.")
    return value


_NOT_NULL = BeforeValidator(_not_null)
_LEFT_OUT: Any = Field(default=None, json_schema_extra=_no_null)


class Command(_Strict):
    """What all commands share."""

    def check(self) -> None:
        """Refuses (InvalidFields) what only several fields together show to be wrong."""


class CreateRecord(Command):
    """Records units that were issued together under one serial number."""

    project_name: Line
    registry: Line
    vintage: Annotated[int, Field(ge=1900, le=2100)]
    quantity: Tonnes
    serial_number: Line
    project_id: ProjectId | None = None
    issued_on: Day | None = None

    @cached_property
    def id(self) -> str:
        """The id of the record that it makes."""
        return record_id(self.project_name, self.registry, self.vintage, self.serial_number)

    @cached_property
    def serial(self) -> Serial:
        """Its serial number, read. Raises InvalidFields."""
        return read_serial(self.registry, self.serial_number, self.quantity)

    def check(self) -> None:
        """Refuses a serial number that contradicts the other fields."""
        check_against_fields(self.serial, self.vintage, self.project_id)


class TakeUnits(Command):
    """What every action on a record's units shares: which units, a note, the day it counts for."""

    event_type: ClassVar[str]

    quantity: Annotated[Tonnes | None, _NOT_NULL] = _LEFT_OUT
    blocks: Annotated[BlockList | None, _NOT_NULL] = _LEFT_OUT
    note: Note | None = None
    effective_on: Day | None = None

    @model_validator(mode="after")
    def _one_choice(self) -> "TakeUnits":
        if self.quantity is not None and self.blocks is not None:
            raise PydanticCustomError("two_choices", "Give a quantity or blocks, not both.")
        return self

    @property
    def named_units(self) -> Blocks | None:
        """The exact units asked for, None if none were named."""
        return None if self.blocks is None else Blocks.of(one.block for one in self.blocks)

    @property
    def from_sale(self) -> int | None:
        """The seq of the sale that the units must come from, None if they need not."""
        return None

    @property
    def party(self) -> str | None:
        """The buyer or beneficiary, None if none was named."""
        return None

    @property
    def why(self) -> str | None:
        """The reason given."""
        return None


class Sell(TakeUnits):
    """Sells available units to a buyer: so many, exact blocks, or all that are available."""

    event_type = "sold"

    buyer: Line

    @property
    def party(self) -> str | None:
        """The buyer."""
        return self.buyer


class Return(TakeUnits):
    """Undoes a sale, wholly or in part: its units are available again."""

    event_type = "returned"

    sale: Seq
    reason: Line

    @property
    def from_sale(self) -> int | None:
        """The sale that is undone."""
        return self.sale

    @property
    def why(self) -> str | None:
        """Why it is undone."""
        return self.reason


class Retire(TakeUnits):
    """Retires units for good: so many available ones, exact blocks, a sale's, or all left."""

    event_type = "retired"

    sale: Annotated[Seq | None, _NOT_NULL] = _LEFT_OUT
    beneficiary: Line | None = None
    reason: Line | None = None

    @property
    def from_sale(self) -> int | None:
        """The sale whose units are retired."""
        return self.sale

    @property
    def party(self) -> str | None:
        """The beneficiary."""
        return self.beneficiary

    @property
    def why(self) -> str | None:
        """The reason given."""
        return self.reason


class Cancel(TakeUnits):
    """Takes available units out of the market for good, without anybody claiming them."""

    event_type = "cancelled"

    reason: Line
    beneficiary: Line | None = None

    @property
    def party(self) -> str | None:
        """On whose behalf."""
        return self.beneficiary

    @property
    def why(self) -> str | None:
        """Why they are cancelled."""
        return self.reason
