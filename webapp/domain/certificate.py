"""What a retirement certificate says: the one object that page, PDF and JSON are rendered from."""

from dataclasses import dataclass
from datetime import date, datetime

from webapp.domain import explaining, wording
from webapp.domain.blocks import Block, Blocks
from webapp.domain.lifecycle import Story
from webapp.domain.refusals import NotARetirement
from webapp.domain.runs import serial_of


@dataclass(frozen=True)
class Sealed:
    """Where an event stands in the log: its leaf, from 0, and the first checkpoint that has it.

    `size` is that checkpoint's, `at` is when it was signed (UTC); neither ever changes.
    """

    log: str
    leaf: int
    size: int
    at: datetime


@dataclass(frozen=True)
class CertifiedBlock:
    """A run of retired units, and its serial number as the registry writes it."""

    units: Block
    serial: str


@dataclass(frozen=True)
class Certificate:
    """One retirement, as it is certified. `tonnes` are whole tonnes of CO2e, `recorded_at` is UTC.

    `sealed` is None while the event waits for its place in the log.
    """

    record_id: str
    seq: int
    project_name: str
    project_id: str | None
    registry: str
    vintage: int
    serial_number: str  # of the whole record
    record_units: Block
    units: Blocks
    blocks: tuple[CertifiedBlock, ...]
    tonnes: int
    beneficiary: str | None
    reason: str | None
    note: str | None
    day: date
    recorded_at: datetime
    recorded_by: str
    sealed: Sealed | None = None

    @property
    def amount(self) -> str:
        """The tonnes in words: "40 tonnes of CO2e"."""
        return f"{wording.number(self.tonnes)} tonne{'' if self.tonnes == 1 else 's'} of CO2e"

    @property
    def title(self) -> str:
        """What it is about: "40 tonnes of CO2e, retired for Acme Ltd"."""
        return f"{self.amount}, retired{self._for_whom}"

    @property
    def statement(self) -> str:
        """What is certified, in one sentence."""
        return (
            f"{self.amount} from {self.project_name} (registry {self.registry}, vintage "
            f"{self.vintage}) {wording.were(self.tonnes)} retired{self._for_whom} on "
            f"{wording.day(self.day)} and can never be sold or retired again."
        )

    @property
    def _for_whom(self) -> str:
        return f" for {self.beneficiary}" if self.beneficiary else ""


def certificate_of(story: Story, seq: int, sealed: Sealed | None = None) -> Certificate:
    """The certificate of a record's retirement. Raises NotARetirement for every other event."""
    event = next((one for one in story.events if one.seq == seq), None)
    if event is None or event.event_type != "retired":
        raise NotARetirement(explaining.not_a_retirement(story.events, seq))
    record = story.record
    return Certificate(
        record_id=record.id,
        seq=event.seq,
        project_name=record.project_name,
        project_id=record.project_id,
        registry=record.registry,
        vintage=record.vintage,
        serial_number=record.serial_number,
        record_units=record.block,
        units=event.units,
        blocks=tuple(CertifiedBlock(block, serial_of(record, block)) for block in event.units),
        tonnes=event.units.quantity,
        beneficiary=event.party,
        reason=event.reason,
        note=event.note,
        day=event.day,
        recorded_at=event.at,
        recorded_by=event.actor,
        sealed=sealed,
    )
