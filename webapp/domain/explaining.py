"""The sentences of a refused action: where the units are, who holds them, what can be done."""

from collections.abc import Sequence

from webapp.domain import wording
from webapp.domain.blocks import MOST_BLOCKS, Blocks
from webapp.domain.commands import TakeUnits
from webapp.domain.lifecycle import Event, Holdings, holdings, units_left
from webapp.domain.refusals import AlreadyRetired, NothingLeft

_VERBS = {"sold": "sell", "returned": "return", "retired": "retire", "cancelled": "cancel"}


def not_a_sale(events: Sequence[Event], seq: int) -> str:
    """Why an event cannot be the sale that units are taken from."""
    event = next((one for one in events if one.seq == seq), None)
    sales = [str(one.seq) for one in events if one.event_type == "sold"]
    what = (
        f"Event {seq} is not a sale: it is {event.event_type}."
        if event
        else f"There is no event {seq}."
    )
    if not sales:
        return f"{what} This record has no sales."
    be = "sale is event" if len(sales) == 1 else "sales are events"
    return f"{what} Its {be} {wording.listing(sales)}."


def out_of_reach(events: Sequence[Event], units: Blocks) -> str:
    """Where units are that an action cannot take, and what is free instead."""
    issued = events[0].units
    told = []
    if outside := units - issued:
        be = wording.be(outside.quantity)
        told.append(
            f"{wording.unit_numbers(outside)} {be} not in this record, whose units are {issued}."
        )
    left = units_left(events)
    for event in events:
        if there := units & left[event.seq]:
            told.append(_whereabouts(event, there))
    return " ".join([*told, _free(holdings(events))])


def nothing_left(events: Sequence[Event], command: TakeUnits) -> NothingLeft:
    """The refusal of an action that finds nothing that it may take."""
    held = holdings(events)
    if command.from_sale is not None:
        left = f"Nothing is left of the sale in event {command.from_sale}."
        return NothingLeft(" ".join([left, *_fate(events, command.from_sale)]))
    if held.status in ("retired", "cancelled"):
        ended = [_ending(event) for event in events if not event.type.spendable]
        shown = ended if len(ended) <= 3 else [*ended[:2], "…", ended[-1]]
        kind = AlreadyRetired if held.status == "retired" else NothingLeft
        opening = f"This record is already {held.status}; nothing is left to {_VERBS[command.event_type]}."
        return kind(" ".join([opening, *shown]))
    return NothingLeft(" ".join(["No units are available.", *_sales(events)]))


def not_enough(events: Sequence[Event], command: TakeUnits, free: int) -> str:
    """Why a quantity cannot be met without other people's units, and who holds those."""
    asked = wording.units(command.quantity or 0)
    verb = _VERBS[command.event_type]
    if command.from_sale is not None:
        return (
            f"{asked} cannot be taken from the sale in event {command.from_sale}: "
            f"{wording.units(free)} {wording.be(free)} left of it. Choose {wording.number(free)} or fewer."
        )
    held = holdings(events)
    parts = [f"{asked} cannot be taken: {_free(held)}"]
    parts += _sales(events)
    if free:
        parts.append(f"To {verb} what is available, choose {wording.number(free)} or fewer.")
    if held.sold and command.event_type == "retired":
        parts.append("To retire sold units, choose the sale.")
    return " ".join(parts)


def too_many_blocks(units: Blocks) -> str:
    """What to do when units are too scattered for one event."""
    fewer = Blocks(units.ranges[:MOST_BLOCKS]).quantity
    return (
        f"These units lie in {wording.number(len(units))} blocks and one event holds {MOST_BLOCKS}. "
        f"Do it in parts: the first {wording.units(fewer)} fit into one event."
    )


def _free(held: Holdings) -> str:
    return f"{wording.units(held.available)} {wording.be(held.available)} available."


def _sales(events: Sequence[Event]) -> list[str]:
    left = units_left(events)
    return [
        _whereabouts(event, left[event.seq])
        for event in events
        if event.event_type == "sold" and left[event.seq]
    ]


def _fate(events: Sequence[Event], seq: int) -> list[str]:
    return [_ending(event) for event in events if event.from_seq == seq]


def _whereabouts(event: Event, units: Blocks) -> str:
    subject = wording.unit_numbers(units)
    number = units.quantity
    if event.type.spendable and event.event_type == "sold":
        return f"{subject} {wording.be(number)} sold to {event.party} (event {event.seq})."
    if event.type.spendable:
        return f"{subject} {wording.be(number)} available (event {event.seq})."
    return _ending(event, units)


def _ending(event: Event, units: Blocks | None = None) -> str:
    units = event.units if units is None else units
    party = f" for {event.party}" if event.party else ""
    return (
        f"{wording.unit_numbers(units)} {wording.were(units.quantity)} {event.event_type}{party} "
        f"on {wording.day(event.day)} (event {event.seq})."
    )
