"""Cells that a spreadsheet would run as formulas: made harmless when written, given back when read."""

import re

RISKY = re.compile(r"'*[=+\-@\t\r]")
_MADE_HARMLESS = re.compile(r"'+[=+\-@\t\r]")


def neutralise(cell: str) -> str:
    """The cell with one more apostrophe before it, if a spreadsheet would take it for a formula.

    Cells that have apostrophes before such a sign already get one more too, so that `restore`
    gives back every cell exactly.
    """
    return "'" + cell if RISKY.match(cell) else cell


def restore(cell: str) -> str:
    """What `neutralise` was given."""
    return cell[1:] if _MADE_HARMLESS.match(cell) else cell
