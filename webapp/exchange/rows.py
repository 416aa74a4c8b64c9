"""One row of a file, as it stands there, before anybody asks what it means."""

import json
from typing import NamedTuple

Cells = list[str] | dict[str, object]


class RawRow(NamedTuple):
    """A row: its cells below the header's, or a JSON object's fields.

    `number` is 1 for the first row below the header, or the first object; blank rows have none.
    Where JSON has something else in an object's place, the cells are `{"": what stands there}`:
    no shape knows a field without a name, so the row is refused, and comes back as it was.
    """

    number: int
    cells: Cells

    def as_json(self) -> str:
        """The cells as JSON in plain ASCII, which any database keeps as it is."""
        return json.dumps(self.cells, separators=(",", ":"))

    @classmethod
    def from_json(cls, number: int, cells: str) -> "RawRow":
        """The row whose cells `as_json` wrote."""
        return cls(number, json.loads(cells))
