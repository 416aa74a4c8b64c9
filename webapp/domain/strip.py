"""The serial strip: a record's units from first to last, to scale, each block in its place and state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from webapp.domain.blocks import Block, Blocks
from webapp.domain.lifecycle import Event, units_left

SMALL = "small"  # the state of a piece in which several thin blocks are drawn as one


@dataclass(frozen=True)
class Held:
    """What still lies in one event: available, sold, retired or cancelled."""

    state: str
    units: Blocks
    event: Event


@dataclass(frozen=True)
class Piece:
    """One drawn part of a strip; start and width are fractions of the whole.

    `seq` is its event, None where `count` small blocks of several events are drawn as one.
    """

    start: float
    width: float
    state: str
    units: Blocks
    seq: int | None
    count: int = 1


def held(events: Iterable[Event]) -> list[Held]:
    """What still lies in each event that has anything left, ordered by first unit."""
    events = list(events)
    left = units_left(events)
    found = [Held(one.type.counts_as, left[one.seq], one) for one in events if left[one.seq]]
    return sorted(found, key=lambda one: one.units.ranges[0])


def pieces(whole: Block, held: Iterable[Held], finest: float) -> list[Piece]:
    """The whole block as pieces to scale, first unit to last; `held` has every unit of it once.

    Blocks thinner than `finest` (a fraction of the whole) that follow one another become one
    piece of state SMALL. No piece is drawn thinner than a third of `finest`: what would be
    invisible is widened, at the expense of all the others.
    """
    blocks = sorted(((block, one) for one in held for block in one.units), key=lambda it: it[0])
    assert sum(block.quantity for block, _ in blocks) == whole.quantity, "units lack or overlap"
    found: list[tuple[str, Blocks, int | None, int]] = []
    for thin, run in groupby(blocks, lambda it: it[0].quantity < finest * whole.quantity):
        together = list(run)
        if thin and len(together) > 1:
            units = Blocks.of(block for block, _ in together)
            found.append((SMALL, units, None, len(together)))
        else:
            found += [(one.state, Blocks((block,)), one.event.seq, 1) for block, one in together]
    widths = [max(units.quantity / whole.quantity, finest) for _, units, _, _ in found]
    total, start, drawn = sum(widths), 0.0, []
    for (state, units, seq, count), width in zip(found, widths, strict=True):
        drawn.append(Piece(start, width / total, state, units, seq, count))
        start += width / total
    return drawn


def place(drawn: Sequence[Piece], unit: int) -> float:
    """Where a unit lies on a strip: the fraction of the whole at which its middle is drawn.

    Raises LookupError for a unit that is in none of the pieces.
    """
    for piece in drawn:
        for block in piece.units:
            if block.first <= unit <= block.last:
                return piece.start + piece.width * (unit - block.first + 0.5) / block.quantity
    raise LookupError(unit)
