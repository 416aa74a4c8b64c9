"""What the JSON answers look like, for OpenAPI; a test holds the real answers to it."""

from datetime import date, datetime
from typing import Annotated, Literal

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


class IssuedRecord(_Answer):
    """What never changes of a record: units that were issued together."""

    id: str
    project_name: str
    registry: str
    vintage: int
    quantity: int
    serial_number: str
    project_id: str | None
    issued_on: date | None


class RecordWithoutEvents(IssuedRecord):
    """Units that were issued together, and how they are held now."""

    status: Literal["active", "sold", "retired", "cancelled"]
    units: Units
    created_at: datetime


class Record(RecordWithoutEvents):
    """Units that were issued together, with everything that happened to them, first event first."""

    events: list[Event]


class RecordPage(_Answer):
    """A page of records; `next` and `previous` are the cursors of the pages beside it.

    `count` is how many records there are in all, up to 1,000; `more_than_count` tells of more.
    """

    items: list[RecordWithoutEvents]
    next: str | None
    previous: str | None
    count: int
    more_than_count: bool


class Happening(Event):
    """An event with its record. `day` is the day it counts for."""

    day: date
    record: IssuedRecord


class EventPage(_Answer):
    """A page of events, newest day first; `next` and `previous` are cursors."""

    items: list[Happening]
    next: str | None
    previous: str | None


class HeldUnits(_Answer):
    """Units that lie in one event now, and that in words."""

    state: Literal["available", "sold", "retired", "cancelled"]
    quantity: int
    blocks: list[Block]
    event: Event
    sentence: str


class LocatedUnits(Block):
    """The looked-up units first to last that lie in one record, and where they are now."""

    record: RecordWithoutEvents
    units: list[HeldUnits]


class SerialFound(_Answer):
    """Where the units of a serial number are, record by record."""

    serial_number: str
    records: list[LocatedUnits]


class Acted(_Answer):
    """What an action did. Units from several sources become one event each; `event` is the last."""

    message: str
    event: Event
    events: list[Event]
    record: RecordWithoutEvents


class Sums(_Answer):
    """How many records there are and how their units (tonnes of CO2e) are held."""

    records: int
    issued: int
    available: int
    sold: int
    retired: int
    cancelled: int


class RegistrySums(Sums):
    """The sums of one registry's records."""

    registry: str


class VintageSums(Sums):
    """The sums of one vintage's records."""

    vintage: int


class ProjectSums(Sums):
    """The sums of one project's records."""

    project_name: str
    registry: str


class BeneficiarySum(_Answer):
    """The units retired on somebody's behalf."""

    beneficiary: str
    retired: int


class MonthSum(_Answer):
    """The units whose retirement counts for a month, written like 2026-05."""

    month: Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}$")]
    units: int


class Totals(Sums):
    """The registry in sums, all of one moment: issued = available + sold + retired + cancelled.

    `adds_up` says whether that holds for the whole and each part. The 20 largest projects by units
    issued, the 20 largest beneficiaries; months without retirements are left out.
    """

    adds_up: bool
    by_registry: list[RegistrySums]
    by_vintage: list[VintageSums]
    projects: list[ProjectSums]
    beneficiaries: list[BeneficiarySum]
    retired_by_month: list[MonthSum]


class CertifiedBlock(Block):
    """Retired units that follow one another, with their serial number as the registry writes it."""

    quantity: int
    serial_number: str


class Sealed(_Answer):
    """Where an event stands in the log: its leaf, from 0, and the first checkpoint that has it."""

    log: str
    leaf: int
    log_size: int
    sealed_at: datetime


class Certificate(_Answer):
    """What a retirement's certificate says. `tonnes` are whole tonnes of CO2e.

    `sealed` is null while the event waits for its place in the log; until then the addresses `leaf`
    and `proof` answer 202.
    """

    statement: str
    record_id: str
    seq: int
    project_name: str
    project_id: str | None
    registry: str
    vintage: int
    serial_number: str
    record_block: Block
    tonnes: int
    blocks: list[CertifiedBlock]
    beneficiary: str | None
    reason: str | None
    note: str | None
    retired_on: date
    recorded_at: datetime
    recorded_by: str
    sealed: Sealed | None
    page: str
    pdf: str
    leaf: str
    proof: str


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
