"""Where units are and who holds them: the sentences of refused actions, and of one looked-up unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.domain import wording
from webapp.domain.blocks import MOST_BLOCKS, Block, Blocks
from webapp.domain.commands import TakeUnits
from webapp.domain.lifecycle import EVENT_TYPES, Event, Holdings, Story, holdings, units_left
from webapp.domain.refusals import AlreadyRetired, NothingLeft

_MOST_TOLD = 4  # so many events are told in a refusal; the rest are counted


@dataclass(frozen=True)
class UnitState:
    """One unit now: its state, the event it lies in (None: the record has no such unit), in words."""

    unit: int
    state: str | None
    event: Event | None
    sentence: str


def unit_state(story: Story, unit: int) -> UnitState:
    """What became of one unit: available, sold to whom, retired or cancelled when and for whom."""
    found = Blocks((Block(unit, unit),))
    left = units_left(story.events)
    event = next((one for one in story.events if left[one.seq] & found), None)
    if event is None:
        return UnitState(unit, None, None, _not_in(story.events, found))
    told = (
        _whereabouts(event, found) if event.type.counts_as == "available" else _fate(event, found)
    )
    return UnitState(unit, event.type.counts_as, event, told)


@dataclass(frozen=True)
class Whereabouts:
    """Units that lie in one event now: how they are held, and that in words."""

    units: Blocks
    state: str
    event: Event
    sentence: str


def whereabouts(story: Story, units: Blocks) -> list[Whereabouts]:
    """Where each of these units is now, first unit first; units that the record lacks are left out."""
    left = units_left(story.events)
    found = [(event, left[event.seq] & units) for event in story.events]
    return sorted(
        (
            Whereabouts(there, event.type.counts_as, event, _whereabouts(event, there))
            for event, there in found
            if there
        ),
        key=lambda one: one.units.ranges[0],
    )


def not_a_sale(events: Sequence[Event], seq: int) -> str:
    """Why an event cannot be the sale that units are taken from."""
    return _not_of_type("sold", events, seq)


def not_a_retirement(events: Sequence[Event], seq: int) -> str:
    """Why there is no certificate of an event."""
    return f"{_not_of_type('retired', events, seq)} Only retirements have a certificate."


def _not_of_type(name: str, events: Sequence[Event], seq: int) -> str:
    noun = EVENT_TYPES[name].noun
    bare = noun.removeprefix("a ")
    event = next((one for one in events if one.seq == seq), None)
    what = f"There is no event {seq}."
    if event is not None:
        what = f"Event {seq} is not {noun}: it is {event.type.noun}."
    found = [str(one.seq) for one in events if one.event_type == name]
    if not found:
        return f"{what} This record has no {bare}s."
    shown = found[:_MOST_TOLD]
    if more := len(found) - len(shown):
        shown.append(f"{wording.number(more)} more")
    be = f"only {bare} is event" if len(found) == 1 else f"{bare}s are events"
    return f"{what} The record's {be} {wording.listing(shown)}."


def out_of_reach(events: Sequence[Event], command: TakeUnits, units: Blocks) -> str:
    """Where units are that an action cannot take, and what is free instead."""
    issued = events[0].units
    told = []
    if outside := units - issued:
        told.append(_not_in(events, outside))
    left = units_left(events)
    if command.from_sale is not None:
        if within := units & issued:
            be = wording.be(within.quantity)
            told.append(
                f"{wording.unit_numbers(within)} {be} not among what is left of the sale in "
                f"event {command.from_sale}."
            )
        still = left[command.from_sale]
        rest = (
            f"Left in that sale: {wording.serials(still)}."
            if still
            else "Nothing is left in that sale."
        )
        return " ".join([*told, rest])
    found = [(event, units & left[event.seq]) for event in events]
    told += _few([_whereabouts(event, there) for event, there in found if there])
    return " ".join([*told, _free(holdings(events))])


def nothing_left(events: Sequence[Event], command: TakeUnits) -> NothingLeft:
    """The refusal of an action that finds nothing that it may take."""
    held = holdings(events)
    verb = EVENT_TYPES[command.event_type].verb
    if command.from_sale is not None:
        fate = [
            _fate(event, event.units) for event in events if event.from_seq == command.from_sale
        ]
        left = f"Nothing is left of the sale in event {command.from_sale}."
        return NothingLeft(" ".join([left, *_few(fate)]))
    if held.status in ("retired", "cancelled"):
        ended = [_fate(event, event.units) for event in events if not event.type.spendable]
        kind = AlreadyRetired if held.status == "retired" else NothingLeft
        opening = f"This record is already {held.status}; nothing is left to {verb}."
        return kind(" ".join([opening, *_few(ended)]))
    sold = [
        *_few(_sales(events)),
        f"Only units that are returned first can be {command.event_type}.",
    ]
    return NothingLeft(" ".join(["No units are available.", *sold]))


def not_enough(events: Sequence[Event], command: TakeUnits, free: int) -> str:
    """Why a quantity cannot be met without other people's units, and who holds those."""
    quantity = command.quantity or 0
    asked = wording.units(quantity)
    at_most = "1" if free == 1 else f"{wording.number(free)} or fewer"
    if command.from_sale is not None:
        return (
            f"{asked} cannot be taken from the sale in event {command.from_sale}: "
            f"{wording.units(free)} {wording.be(free)} left of it. Choose {at_most}."
        )
    parts = [f"{asked} cannot be taken: {_free(holdings(events), start=False)}"]
    parts += _few(_sales(events))
    if free:
        parts.append(
            f"To {EVENT_TYPES[command.event_type].verb} what is available, choose {at_most}."
        )
    left = units_left(events)
    sales = [left[event.seq].quantity for event in events if event.event_type == "sold"]
    if command.event_type == "retired" and max(sales, default=0) >= quantity:
        parts.append("To retire sold units, choose the sale.")
    return " ".join(parts)


def too_many_blocks(units: Blocks) -> str:
    """What to do when units are too scattered for one event."""
    fewer = Blocks(units.ranges[:MOST_BLOCKS]).quantity
    return (
        f"These units lie in {wording.number(len(units))} blocks and one event holds {MOST_BLOCKS}. "
        f"Do it in parts: the first {wording.units(fewer)} fit into one event."
    )


def _few(sentences: Sequence[str]) -> list[str]:
    """The first sentences and the last one, with how many were left out between them."""
    if len(sentences) <= _MOST_TOLD:
        return list(sentences)
    skipped = len(sentences) - _MOST_TOLD
    return [
        *sentences[: _MOST_TOLD - 1],
        f"({wording.number(skipped)} more like {'this' if skipped == 1 else 'these'}.)",
        sentences[-1],
    ]


def _free(held: Holdings, start: bool = True) -> str:
    if not held.available:
        return f"{'No' if start else 'no'} units are available."
    return f"{wording.units(held.available)} {wording.be(held.available)} available."


def _sales(events: Sequence[Event]) -> list[str]:
    left = units_left(events)
    return [
        _whereabouts(event, left[event.seq])
        for event in events
        if event.event_type == "sold" and left[event.seq]
    ]


def _whereabouts(event: Event, units: Blocks) -> str:
    subject = f"{wording.unit_numbers(units)} {wording.be(units.quantity)}"
    if event.event_type == "sold":
        return f"{subject} sold to {event.party} (event {event.seq})."
    if event.type.spendable:
        return f"{subject} available (event {event.seq})."
    return _fate(event, units)


def _not_in(events: Sequence[Event], units: Blocks) -> str:
    return (
        f"{wording.unit_numbers(units)} {wording.be(units.quantity)} not in this record, "
        f"whose units are {events[0].units}."
    )


def _fate(event: Event, units: Blocks) -> str:
    """What was done with units in an event, and when."""
    party = f" {event.type.toward} {event.party}" if event.party else ""
    return (
        f"{wording.unit_numbers(units)} {wording.were(units.quantity)} {event.event_type}{party} "
        f"on {wording.day(event.day)} (event {event.seq})."
    )
