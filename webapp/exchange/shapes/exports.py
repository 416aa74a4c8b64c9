"""What the exports of the registries have in common: a block a row, and what became of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from webapp.domain.commands import Cancel, CreateRecord, Retire
from webapp.domain.landing import Entry, Happened
from webapp.domain.reading import read_values
from webapp.domain.refusals import FieldError
from webapp.exchange import cells
from webapp.exchange.neutral import restore
from webapp.exchange.refused import holds_apostrophes
from webapp.exchange.shapes.shape import Reader, Shape, is_named, places

Cells = dict[str, str]  # a row's cells by the fields that they fill; "" where there is no column
Ending = type[Retire] | type[Cancel] | None


def _nothing_to_check(record: CreateRecord, row: Cells) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Export(Shape):
    """The export of a registry; what differs from one to the other.

    `columns` are the names that a field's column goes by; those in `optional` may be missing.
    `ending` says whether a row's units ended, and how; `check` compares the record with columns
    that say the same once more. Both raise InvalidFields.
    """

    registry: str
    columns: Mapping[str, Sequence[str]]
    optional: frozenset[str] = frozenset()
    month_first: bool
    ending: Callable[[Cells], Ending]
    check: Callable[[CreateRecord, Cells], None] = _nothing_to_check
    vintage_is_a_day: bool = field(default=False)

    def missing(self, header: Sequence[str]) -> list[str]:
        """The columns that it cannot do without and that the header lacks."""
        at = places(self.columns, header)
        return [
            names[0]
            for name, names in self.columns.items()
            if name not in self.optional and not at[name]
        ]

    def unused(self, header: Sequence[str]) -> list[str]:
        """The header's columns that are not read."""
        read = {at[0] for at in places(self.columns, header).values() if at}
        return [name for place, name in enumerate(header) if place not in read and is_named(name)]

    def reader(self, header: Sequence[str], own_blocks: bool = False) -> Reader:
        """What turns a row of a file with this header into an entry."""
        at = places(self.columns, header)
        found = [(name, where[0]) for name, where in at.items() if where]
        lacking = dict.fromkeys((name for name, where in at.items() if not where), "")
        harmless = holds_apostrophes(header)
        brings_block = own_blocks or not self.needs_issuance

        def read(row: Sequence[str]) -> Entry:
            here = {name: row[place] for name, place in found}
            if harmless:
                here = {name: restore(cell) for name, cell in here.items()}
            if lacking:
                here |= lacking
            mistakes: list[FieldError] = []
            record = self._record(here, mistakes)
            self.check(record, here)
            model = self.ending(here)
            if model is None:
                return Entry(record)
            return Entry(record, (self._happened(model, record, here),), brings_block)

        return read

    def _record(self, row: Cells, mistakes: list[FieldError]) -> CreateRecord:
        values: dict[str, object] = {"registry": self.registry}
        if name := cells.text(row["project_name"]):
            values["project_name"] = name
        if row["serial_number"].strip():
            values["serial_number"] = cells.serial(row["serial_number"])
        if project := cells.code(row["project_id"]):
            values["project_id"] = project
        if row["quantity"].strip():
            try:
                values["quantity"] = cells.whole_number(row["quantity"])
            except ValueError as error:
                mistakes.append(FieldError("quantity", str(error)))
        if vintage := cells.text(row["vintage"]):
            try:
                values["vintage"] = (
                    cells.day(vintage, self.month_first).year
                    if self.vintage_is_a_day
                    else cells.whole_number(vintage)
                )
            except ValueError as error:
                mistakes.append(FieldError("vintage", str(error)))
        self._read_day("issued_on", row, values, mistakes)
        return read_values(CreateRecord, values, mistakes)

    def _happened(
        self, model: type[Retire] | type[Cancel], record: CreateRecord, row: Cells
    ) -> Happened:
        first, last = record.serial.block
        values: dict[str, object] = {"blocks": [{"first": first, "last": last}]}
        mistakes: list[FieldError] = []
        self._read_day("effective_on", row, values, mistakes)
        if party := cells.text(row["party"]):
            values["beneficiary"] = party
        if note := cells.text(row["note"]):
            values["note"] = note
        if reason := cells.text(row["reason"]):
            values["reason"] = reason
        elif model is Cancel and "status" in row:
            # A cancellation needs a reason, and the status is all that the row says of it.
            values["reason"] = row["status"]
        return Happened(read_values(model, values, mistakes))

    def _read_day(
        self, name: str, row: Cells, values: dict[str, object], mistakes: list[FieldError]
    ) -> None:
        if found := cells.text(row[name]):
            try:
                values[name] = cells.day(found, self.month_first)
            except ValueError as error:
                mistakes.append(FieldError(name, str(error)))


def retired(row: Cells) -> Ending:
    """The ending of each row of a file of retirements."""
    return Retire


def cancelled(row: Cells) -> Ending:
    """The ending of each row of a file of cancellations."""
    return Cancel
