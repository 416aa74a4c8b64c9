"""How numbers, days and blocks are written in sentences, the same wherever one is read."""

from collections.abc import Sequence
from datetime import date

from webapp.domain.blocks import Blocks

_THIN = "\u202f"  # a narrow space at which no line breaks
_SHOWN = 4  # so many blocks are listed in a sentence; the rest are counted
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def number(value: int) -> str:
    """3150 as "3 150", with a narrow space that keeps the number together."""
    return f"{value:,}".replace(",", _THIN)


def units(quantity: int) -> str:
    """1 as "1 unit", 3150 as "3 150 units"."""
    return f"{number(quantity)} {'unit' if quantity == 1 else 'units'}"


def be(quantity: int) -> str:
    """The verb that goes with so many units now: "1 unit is", "2 units are"."""
    return "is" if quantity == 1 else "are"


def were(quantity: int) -> str:
    """The verb that went with so many units then: "1 unit was", "2 units were"."""
    return "was" if quantity == 1 else "were"


def serials(blocks: Blocks) -> str:
    """The first blocks of a set in words: "1-40 and 60-70", or "1, 3, 5, 7 and 90 more blocks"."""
    shown = [str(one) for one in blocks.ranges[:_SHOWN]]
    more = len(blocks) - len(shown)
    if more:
        shown.append(f"{number(more)} more block{'' if more == 1 else 's'}")
    return listing(shown)


def spans(blocks: Blocks) -> str:
    """The same in prose: "1 to 40 and 60 to 70"."""
    return serials(blocks).replace("-", " to ")


def unit_numbers(blocks: Blocks) -> str:
    """A set of units as the subject of a sentence: "Unit 7", "Units 1-40"."""
    return f"{'Unit' if blocks.quantity == 1 else 'Units'} {serials(blocks)}"


def listing(parts: Sequence[str]) -> str:
    """["a", "b", "c"] as "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def day(value: date) -> str:
    """A day as "3 May 2026"."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
