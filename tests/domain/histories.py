"""Records and their events made as the actions make them, and what becomes of a command on them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from webapp.domain.allocation import decide
from webapp.domain.blocks import MOST_BLOCKS, Blocks
from webapp.domain.commands import BlockOfUnits, Retire, Return, Sell, TakeUnits
from webapp.domain.lifecycle import Draft, Event
from webapp.domain.refusals import Refusal

TODAY = date(2026, 5, 3)
NOW = datetime(2026, 5, 3, 12, 30, tzinfo=UTC)


def issued(first: int = 1, last: int = 100) -> list[Event]:
    """The events of a record that was just created with the units first to last."""
    return written([], [Draft("created", None, Blocks.of([(first, last)]))])


def written(events: list[Event], drafts: Iterable[Draft]) -> list[Event]:
    """The events with these decided ones behind them."""
    events = list(events)
    for draft in drafts:
        events.append(
            Event(
                seq=len(events) + 1,
                event_type=draft.event_type,
                from_seq=draft.from_seq,
                units=draft.units,
                party=draft.party,
                reason=draft.reason,
                note=draft.note,
                effective_on=draft.effective_on,
                actor="Registry desk",
                at=NOW,
            )
        )
    return events


def after(events: list[Event], *commands: TakeUnits) -> list[Event]:
    """The events once these commands were carried out, one after the other."""
    for command in commands:
        events = written(events, decide(events, command, TODAY))
    return events


def named(*blocks: tuple[int, int]) -> list[BlockOfUnits]:
    """Exact units, as a command names them."""
    return [BlockOfUnits(first=first, last=last) for first, last in blocks]


def scattered(count: int) -> list[tuple[int, int]]:
    """So many single units that do not touch: 1, 3, 5 and so on."""
    return [(2 * place + 1, 2 * place + 1) for place in range(count)]


def sold_to(buyer, *blocks):
    """A sale of exact units."""
    return Sell(buyer=buyer, blocks=named(*blocks))


def with_holes(count):
    """A record whose available units lie in `count` blocks: 1, 3, 5 and so on; the rest sold."""
    evens = [(first + 1, last + 1) for first, last in scattered(count)]
    events = issued(1, 2 * count)
    for start in range(0, count, MOST_BLOCKS):
        events = after(events, sold_to("Acme", *evens[start : start + MOST_BLOCKS]))
    return events


def refusal(events, command):
    """The refusal of a command on a record with these events."""
    with pytest.raises(Refusal) as caught:
        decide(events, command, TODAY)
    return caught.value


def sentence(events, command):
    """What the user reads when it is refused."""
    return refusal(events, command).detail


FORTY_SOLD = after(issued(), sold_to("Acme", (1, 40)))
TWO_SALES = after(issued(), sold_to("Acme", (1, 40)), sold_to("Bold", (61, 70)))
ALL_SOLD = after(issued(), Sell(buyer="Acme"))
ALL_RETIRED = after(FORTY_SOLD, Retire())
RETURNED = after(FORTY_SOLD, Return(sale=2, reason="unpaid", blocks=named((11, 20))))
