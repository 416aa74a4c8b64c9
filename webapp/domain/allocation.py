"""Which units an action takes, and from which events: the decision that is made under the lock."""

from collections.abc import Sequence
from datetime import date

from webapp.domain import explaining
from webapp.domain.blocks import MOST_BLOCKS, Blocks
from webapp.domain.commands import TakeUnits
from webapp.domain.days import refuse_future
from webapp.domain.lifecycle import EVENT_TYPES, Draft, Event, units_left
from webapp.domain.refusals import (
    NotASale,
    NotEnoughUnits,
    TooManyBlocks,
    UnitsNotAvailable,
)


def decide(events: Sequence[Event], command: TakeUnits, today: date) -> list[Draft]:
    """The events that a command adds to a record with these events, one for each source.

    `today` is the UTC day. Raises a Refusal that says what holds now: InvalidFields, NotASale,
    NothingLeft, NotEnoughUnits, UnitsNotAvailable or TooManyBlocks. Changes nothing.
    """
    refuse_future("effective_on", command.effective_on, today)
    sources = _sources(events, command)
    chosen = _choose(events, command, sources)
    drafts = []
    for event in events:
        units = sources.get(event.seq, Blocks()) & chosen
        if units:
            drafts.append(_draft(command, event, units))
    return drafts


def _sources(events: Sequence[Event], command: TakeUnits) -> dict[int, Blocks]:
    """What the action may take, by the event it lies in."""
    left = units_left(events)
    if command.from_sale is not None:
        sale = next((event for event in events if event.seq == command.from_sale), None)
        if sale is None or sale.event_type != "sold":
            raise NotASale.at("sale", explaining.not_a_sale(events, command.from_sale))
        return {sale.seq: left[sale.seq]}
    may_take = EVENT_TYPES[command.event_type].takes_from
    return {event.seq: left[event.seq] for event in events if event.event_type in may_take}


def _choose(events: Sequence[Event], command: TakeUnits, sources: dict[int, Blocks]) -> Blocks:
    reachable = Blocks.of(block for units in sources.values() for block in units)
    if command.named_units is not None:
        if out_of_reach := command.named_units - reachable:
            raise UnitsNotAvailable.at(
                "blocks", explaining.out_of_reach(events, command, out_of_reach)
            )
        return command.named_units
    if not reachable:
        raise explaining.nothing_left(events, command)
    if command.quantity is None:
        return reachable
    return _lowest(events, command, sources, command.quantity)


def _lowest(
    events: Sequence[Event], command: TakeUnits, sources: dict[int, Blocks], quantity: int
) -> Blocks:
    """So many units, lowest number first; nobody's sold units unless the sale was named."""
    free = Blocks.of(
        block
        for event in events
        if event.type.counts_as == "available" or event.seq == command.from_sale
        for block in sources.get(event.seq, Blocks())
    )
    if free.quantity < quantity:
        raise NotEnoughUnits.at("quantity", explaining.not_enough(events, command, free.quantity))
    return free.lowest(quantity)


def _draft(command: TakeUnits, source: Event, units: Blocks) -> Draft:
    if len(units) > MOST_BLOCKS:
        field = "quantity" if command.named_units is None else "blocks"
        raise TooManyBlocks.at(field, explaining.too_many_blocks(units))
    party = command.party
    if party is None and source.event_type == "sold" and command.event_type == "retired":
        party = source.party  # who bought the units is whom they are retired for
    return Draft(
        command.event_type,
        source.seq,
        units,
        party,
        command.why,
        command.note,
        command.effective_on,
    )
