"""The header of a table, and whether a row fits below it."""

from collections.abc import Sequence

from webapp.domain.refusals import FileRefused
from webapp.domain.wording import listing, number

MOST_COLUMNS = 1000
LONGEST_CELL = 1_000_000  # characters
_SHOWN = 60  # characters of a name in a sentence


class Columns:
    """A header that names each column once, and how rows fit below it.

    `place` is what the reader counts in for people: "line", or "row of the sheet".
    """

    def __init__(self, header: Sequence[str], place: str = "line") -> None:
        """Raises FileRefused for too many columns, and for one name given to two."""
        if len(header) > MOST_COLUMNS:
            raise too_many_columns(len(header))
        self.header = tuple(header)
        self.width = len(self.header)
        self._named = max(at for at, name in enumerate(header, 1) if name.strip())
        self._place = place
        self._refuse_repeats()

    def _refuse_repeats(self) -> None:
        seen: dict[str, list[int]] = {}
        for at, name in enumerate(self.header, 1):
            folded = " ".join(name.split()).casefold()
            if folded:
                seen.setdefault(folded, []).append(at)
        twice = [
            f'"{_short(self.header[places[0] - 1])}" (columns {listing([str(at) for at in places])})'
            for places in seen.values()
            if len(places) > 1
        ]
        if twice:
            raise FileRefused(
                f"The header names more than one column {listing(twice[:5])}. Rename or remove all "
                "but one, so that nobody has to guess, and import the file again."
            )

    def fit(self, cells: list[str], row: int, first: int, last: int) -> list[str]:
        """The cells, as many as the header has: blank ones at the end are added or taken away.

        `row` is the row's number, first and last where it stands in the file. Raises FileRefused
        for fewer cells than named columns, and for cells with text beyond the header.
        """
        if len(cells) == self.width:
            return cells
        if self._named <= len(cells) < self.width:
            return cells + [""] * (self.width - len(cells))
        if len(cells) > self.width and not any(map(str.strip, cells[self.width :])):
            return cells[: self.width]
        runs_on = (
            f" It runs on to line {number(last)}, so perhaps a quote in it never closes."
            if last > first
            else ""
        )
        held = f"{number(len(cells))} cell{'' if len(cells) == 1 else 's'}"
        raise FileRefused(
            f"Row {number(row)} ({self._place} {number(first)}) has {held}, but the header has "
            f"{number(self._named)} columns.{runs_on} Mend that row (a cell that contains the "
            "delimiter needs quotes) and import the file again."
        )


def too_many_columns(found: int) -> FileRefused:
    """The refusal of a file with more columns than anybody's export has."""
    return FileRefused(
        f"The file has {number(found)} columns or more, and Cairn reads at most "
        f"{number(MOST_COLUMNS)}. Remove those that are not needed and import it again."
    )


def no_rows() -> FileRefused:
    """The refusal of a file in which nothing stands below the header."""
    return FileRefused(
        "The file has a header and no rows below it, so there is nothing to import. Choose one with rows."
    )


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"
