"""Records and their events for the tests of the domain, made as the actions make them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from webapp.domain.allocation import decide
from webapp.domain.blocks import Blocks
from webapp.domain.commands import BlockOfUnits, TakeUnits
from webapp.domain.lifecycle import Draft, Event

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
