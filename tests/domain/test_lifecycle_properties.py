"""Any life of a record, held against a plain list with one entry for each of its units."""

from dataclasses import dataclass

import pytest
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.domain.histories import TODAY, issued, named, written
from webapp.domain.allocation import decide
from webapp.domain.blocks import Blocks
from webapp.domain.commands import Cancel, Retire, Return, Sell, TakeUnits
from webapp.domain.lifecycle import holdings, units_left
from webapp.domain.refusals import (
    AlreadyRetired,
    NotASale,
    NotEnoughUnits,
    NothingLeft,
    Refusal,
    UnitsNotAvailable,
)

MOST_UNITS = 30  # few, so that actions meet each other's units all the time

# How units are chosen, as a kind and two numbers that each action makes sense of (`chosen`).
# "everything" is rare: it ends a life, and the most is to be seen in long ones.
kinds = st.sampled_from(
    [*["few"] * 6, *["within"] * 6, *["anywhere"] * 2, *["many"] * 2, "everything"]
)
choices = st.tuples(kinds, st.integers(0, MOST_UNITS + 1), st.integers(1, 4))
sales = st.tuples(st.sampled_from([True, True, True, False]), st.integers(0, 12))
names = st.sampled_from(["Acme", "Bold", "Carla"])

AVAILABLE = frozenset({"available"})
SOLD = frozenset({"sold"})


@dataclass
class Unit:
    """One credit: its state, the event that it lies in, and who bought it if it is sold."""

    state: str
    event: int
    buyer: str | None = None


class LifeOfARecord(RuleBasedStateMachine):
    @initialize(first=st.integers(0, 5), quantity=st.integers(1, MOST_UNITS))
    def a_record_is_created(self, first, quantity):
        self.first = first
        self.events = issued(first, first + quantity - 1)
        self.units = [Unit("available", 1) for _ in range(quantity)]

    # --- what people do

    @rule(choice=choices, buyer=names)
    def sell(self, choice, buyer):
        self.act(Sell(buyer=buyer, **self.chosen(choice, AVAILABLE)), AVAILABLE)

    @rule(choice=choices, sale=sales)
    def give_back(self, choice, sale):
        seq = self.a_sale(sale)
        units = self.chosen(choice, SOLD, seq)
        self.act(Return(sale=seq, reason="unpaid", **units), SOLD, seq)

    @rule(choice=choices, beneficiary=st.none() | names)
    def retire(self, choice, beneficiary):
        units = self.chosen(choice, AVAILABLE | SOLD)
        self.act(Retire(beneficiary=beneficiary, **units), AVAILABLE | SOLD)

    @rule(choice=choices, sale=sales, beneficiary=st.none() | names)
    def retire_out_of_a_sale(self, choice, sale, beneficiary):
        seq = self.a_sale(sale)
        units = self.chosen(choice, SOLD, seq)
        self.act(Retire(sale=seq, beneficiary=beneficiary, **units), SOLD, seq)

    @rule(choice=choices)
    def cancel(self, choice):
        self.act(Cancel(reason="reversal", **self.chosen(choice, AVAILABLE)), AVAILABLE)

    @rule(data=st.data(), buyer=names)
    def return_a_sale_and_sell_its_units_again(self, data, buyer):
        if not self.seqs("sold"):
            return
        sale = data.draw(st.sampled_from(self.seqs("sold")))
        places = [place for place, unit in enumerate(self.units) if unit.event == sale]
        assert self.act(Return(sale=sale, reason="unpaid"), SOLD, sale)
        units = named(*((self.first + place, self.first + place) for place in places))
        assert self.act(Sell(buyer=buyer, blocks=units), AVAILABLE)
        assert [self.units[place].state for place in places] == ["sold"] * len(places)

    # --- what the model says

    def act(self, command: TakeUnits, may_take: frozenset[str], sale: int | None = None) -> bool:
        """Does it to both, or sees both refuse. Whether it was done."""
        before = list(self.events)
        expected = self.units_to_take(command, may_take, sale)
        note(f"{command!r} -> {expected}")
        if isinstance(expected, type):
            with pytest.raises(Refusal) as caught:
                decide(self.events, command, TODAY)
            assert type(caught.value) is expected
            assert self.events == before
            return False
        drafts = decide(self.events, command, TODAY)
        assert self.events == before
        sources = sorted({self.units[place].event for place in expected})
        assert [draft.from_seq for draft in drafts] == sources
        for seq, draft in enumerate(drafts, start=len(self.events) + 1):
            places = [place for place in expected if self.units[place].event == draft.from_seq]
            assert numbers(draft.units) == {self.first + place for place in places}
            assert draft.event_type == command.event_type
            assert draft.party == self.expected_party(command, self.units[places[0]])
            for place in places:
                self.units[place] = moved(command, seq)
        self.events = written(self.events, drafts)
        return True

    def units_to_take(
        self, command: TakeUnits, may_take: frozenset[str], sale: int | None
    ) -> list[int] | type[Refusal]:
        """The places in the list of the units that it takes, or the refusal that it gets."""
        if sale is not None and not self.is_sale(sale):
            return NotASale
        reach = self.reach(may_take, sale)
        if command.blocks is not None:
            wanted = numbers((one.first, one.last) for one in command.blocks)
            within = {self.first + place for place in reach}
            return sorted(n - self.first for n in wanted) if wanted <= within else UnitsNotAvailable
        if not reach:
            ended = all(unit.state in ("retired", "cancelled") for unit in self.units)
            retired = any(unit.state == "retired" for unit in self.units)
            return AlreadyRetired if sale is None and ended and retired else NothingLeft
        if command.quantity is None:
            return reach
        if sale is None:  # somebody else's sold units do not meet a quantity
            reach = [place for place in reach if self.units[place].state == "available"]
        return reach[: command.quantity] if command.quantity <= len(reach) else NotEnoughUnits

    def chosen(self, choice, may_take, sale=None):
        """The fields of a command that say which units, mostly such as it may take."""
        kind, at, length = choice
        if kind == "everything":
            return {}
        if kind in ("few", "many"):
            return {"quantity": length if kind == "few" else at + 1}
        places = range(at - 1, at - 1 + length)  # anywhere: past both ends, too
        if kind == "within" and (reach := self.reach(may_take, sale)):
            places = {reach[(at + step) % len(reach)] for step in range(length)}
        wanted = sorted({max(self.first + place, 0) for place in places})
        return {"blocks": named(*((number, number) for number in wanted))}

    def a_sale(self, sale):
        """The seq of a sale with units left if there is one and it shall be, else any number."""
        real, at = sale
        left = self.seqs("sold")
        return left[at % len(left)] if real and left else at + 1

    def reach(self, may_take, sale=None):
        """The places of the units that an action may take."""
        return [
            place
            for place, unit in enumerate(self.units)
            if unit.state in may_take and sale in (None, unit.event)
        ]

    def seqs(self, state):
        """The events in which units in this state lie."""
        return sorted({unit.event for unit in self.units if unit.state == state})

    def is_sale(self, seq):
        return 1 <= seq <= len(self.events) and self.events[seq - 1].event_type == "sold"

    def expected_party(self, command, unit):
        if isinstance(command, Sell):
            return command.buyer
        if isinstance(command, Return):
            return None
        if isinstance(command, Retire) and command.beneficiary is None:
            return unit.buyer  # None unless the unit is sold
        return command.beneficiary

    # --- what holds after every step

    @invariant()
    def the_holdings_are_the_models_counts(self):
        held = holdings(self.events)
        states = [unit.state for unit in self.units]
        told = {
            state: getattr(held, state) for state in ("available", "sold", "retired", "cancelled")
        }
        assert told == {state: states.count(state) for state in told}
        assert held.quantity == sum(told.values()) == len(self.units)

    @invariant()
    def each_unit_is_left_in_exactly_the_event_where_it_lies(self):
        left = units_left(self.events)
        assert left.keys() == {event.seq for event in self.events}
        everywhere = [number for units in left.values() for number in sorted(numbers(units))]
        assert len(everywhere) == len(set(everywhere))
        for seq, units in left.items():
            lying_there = {
                self.first + place for place, unit in enumerate(self.units) if unit.event == seq
            }
            assert numbers(units) == lying_there

    @invariant()
    def no_unit_leaves_an_event_twice_or_an_event_that_never_had_it(self):
        for source in self.events:
            gone = [event.units for event in self.events if event.from_seq == source.seq]
            together = Blocks.of(block for units in gone for block in units)
            assert together.quantity == sum(units.quantity for units in gone)
            assert not together - source.units

    @invariant()
    def the_status_is_as_defined(self):
        states = {unit.state for unit in self.units}
        if states == {"cancelled"}:
            expected = "cancelled"
        elif "available" not in states and "sold" not in states:
            expected = "retired"
        elif "available" not in states:
            expected = "sold"
        else:
            expected = "active"
        assert holdings(self.events).status == expected


def numbers(blocks):
    """The units of blocks, one by one."""
    return {number for first, last in blocks for number in range(first, last + 1)}


def moved(command, seq):
    """A unit that the command has put into event seq."""
    if isinstance(command, Sell):
        return Unit("sold", seq, command.buyer)
    state = {Return: "available", Retire: "retired", Cancel: "cancelled"}[type(command)]
    return Unit(state, seq)


TestLifeOfARecord = LifeOfARecord.TestCase
TestLifeOfARecord.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    phases=set(settings.default.phases) - {Phase.explain},  # takes minutes, and the note says it
)
