"""What the JSON answers look like, for OpenAPI; a test holds the real answers to it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Block(_Answer):
    """The units first to last, both included."""

    first: int
    last: int


class Units(_Answer):
    """How a record's units are held, in tonnes of CO2e; they add up to its quantity."""

    available: int
    sold: int
    retired: int
    cancelled: int


class Event(_Answer):
    """Something that happened to units of a record. Times are UTC."""

    seq: int
    event_type: Literal["created", "sold", "returned", "retired", "cancelled"]
    timestamp: datetime
    quantity: int
    blocks: list[Block]
    from_seq: int | None
    actor: str
    buyer: str | None = None
    beneficiary: str | None = None
    reason: str | None = None
    note: str | None = None
    effective_on: date | None = None


class RecordWithoutEvents(_Answer):
    """Units that were issued together, and how they are held now."""

    id: str
    project_name: str
    registry: str
    vintage: int
    quantity: int
    serial_number: str
    project_id: str | None
    issued_on: date | None
    status: Literal["active", "sold", "retired", "cancelled"]
    units: Units
    created_at: datetime


class Record(RecordWithoutEvents):
    """Units that were issued together, with everything that happened to them, first event first."""

    events: list[Event]


class RecordPage(_Answer):
    """A page of records, newest first. `next` is the cursor of the page after it."""

    items: list[RecordWithoutEvents]
    next: str | None


class Acted(_Answer):
    """What an action did. Units from several sources become one event each; `event` is the last."""

    message: str
    event: Event
    events: list[Event]
    record: RecordWithoutEvents


class FieldProblem(_Answer):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(_Answer):
    """A refusal, as RFC 9457 has it; `detail` says what holds and what can be done."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldProblem] | None = None


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default")


class ListQuery(BaseModel):
    """Which page of the list."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str = Field(default="", json_schema_extra=_without_default)
