"""Which actions on units are refused, as what, and at which field."""

from datetime import date, timedelta

import pytest

from tests.domain.histories import (
    ALL_RETIRED,
    ALL_SOLD,
    FORTY_SOLD,
    RETURNED,
    TODAY,
    TWO_SALES,
    after,
    issued,
    named,
    refusal,
    sentence,
    sold_to,
    with_holes,
)
from webapp.domain.allocation import decide, refuse_future
from webapp.domain.blocks import MOST_BLOCKS
from webapp.domain.commands import Cancel, Retire, Return, Sell
from webapp.domain.refusals import (
    AlreadyRetired,
    InvalidFields,
    NotASale,
    NotEnoughUnits,
    NothingLeft,
    TooManyBlocks,
    UnitsNotAvailable,
)

EACH_TAKING = [Sell(buyer="Bold"), Cancel(reason="reversal"), Retire()]


# --- not the units of others


@pytest.mark.parametrize(
    "command",
    [Sell(buyer="Bold", quantity=61), Cancel(reason="reversal", quantity=61), Retire(quantity=61)],
)
def test_a_quantity_that_only_sold_units_could_meet_is_refused(command):
    refused = refusal(FORTY_SOLD, command)
    assert type(refused) is NotEnoughUnits
    assert [error.field for error in refused.errors] == ["quantity"]


@pytest.mark.parametrize(
    "command", [sold_to("Bold", (40, 41)), Cancel(reason="reversal", blocks=named((40, 41)))]
)
def test_sold_units_can_neither_be_sold_nor_cancelled(command):
    refused = refusal(FORTY_SOLD, command)
    assert type(refused) is UnitsNotAvailable
    assert [error.field for error in refused.errors] == ["blocks"]


def test_more_than_is_left_of_a_sale_is_not_topped_up_with_available_units():
    assert type(refusal(FORTY_SOLD, Retire(sale=2, quantity=41))) is NotEnoughUnits


@pytest.mark.parametrize(
    "command",
    [Retire(sale=2, blocks=named((40, 41))), Return(sale=2, reason="r", blocks=named((61, 61)))],
)
def test_units_outside_the_named_sale_are_refused(command):
    assert type(refusal(TWO_SALES, command)) is UnitsNotAvailable


@pytest.mark.parametrize("block", [(0, 0), (100, 101), (101, 101), (0, 101)])
def test_units_that_are_not_in_the_record_are_refused(block):
    assert type(refusal(issued(), Retire(blocks=named(block)))) is UnitsNotAvailable


@pytest.mark.parametrize("seq", [1, 3, 4, 5, 99])
def test_only_a_sale_of_this_record_is_a_sale(seq):
    events = after(RETURNED, Retire(quantity=1))
    for command in (Retire(sale=seq), Return(sale=seq, reason="unpaid")):
        refused = refusal(events, command)
        assert type(refused) is NotASale
        assert [error.field for error in refused.errors] == ["sale"]


# --- nothing left


@pytest.mark.parametrize("command", EACH_TAKING)
def test_a_record_that_is_retired_is_retired(command):
    assert type(refusal(ALL_RETIRED, command)) is AlreadyRetired


@pytest.mark.parametrize("command", EACH_TAKING)
def test_a_record_that_is_cancelled_has_nothing_left(command):
    assert type(refusal(after(issued(), Cancel(reason="r")), command)) is NothingLeft


@pytest.mark.parametrize("command", EACH_TAKING[:2])
def test_a_record_that_is_sold_out_has_nothing_left_to_sell_or_cancel(command):
    assert type(refusal(ALL_SOLD, command)) is NothingLeft


@pytest.mark.parametrize("command", [Retire(quantity=1), Retire(blocks=named((1, 1)))])
def test_units_are_not_retired_twice(command):
    assert isinstance(refusal(ALL_RETIRED, command), (AlreadyRetired, UnitsNotAvailable))


# --- the day it counts for


@pytest.mark.parametrize(
    "command",
    [
        Sell(buyer="Bold", effective_on=TODAY + timedelta(days=1)),
        Return(sale=2, reason="unpaid", effective_on=TODAY + timedelta(days=1)),
        Retire(effective_on=TODAY + timedelta(days=1)),
        Cancel(reason="reversal", effective_on=date(9999, 12, 31)),
    ],
)
def test_a_day_in_the_future_is_refused(command):
    refused = refusal(FORTY_SOLD, command)
    assert type(refused) is InvalidFields
    assert [error.field for error in refused.errors] == ["effective_on"]


@pytest.mark.parametrize("day", [TODAY, date(1, 1, 1)])
def test_today_and_any_day_before_are_taken(day):
    (draft,) = decide(issued(), Retire(effective_on=day), TODAY)
    assert draft.effective_on == day


def test_no_day_is_no_day_in_the_future():
    refuse_future("issued_on", None, TODAY)


# --- too many blocks


def test_units_in_as_many_blocks_as_an_event_holds_are_taken():
    (draft,) = decide(with_holes(MOST_BLOCKS), Sell(buyer="Bold"), TODAY)
    assert len(draft.units) == 500


@pytest.mark.parametrize(
    "command",
    [Sell(buyer="Bold"), Sell(buyer="Bold", quantity=501), Retire(), Cancel(reason="reversal")],
)
def test_units_in_one_block_more_are_refused(command):
    refused = refusal(with_holes(MOST_BLOCKS + 1), command)
    assert type(refused) is TooManyBlocks
    assert [error.field for error in refused.errors] == ["quantity"]


def test_one_block_named_across_too_many_pieces_is_refused():
    command = Retire(blocks=named((1, 1002)))
    refused = refusal(with_holes(MOST_BLOCKS + 1), command)
    assert type(refused) is TooManyBlocks
    assert [error.field for error in refused.errors] == ["blocks"]


def test_the_advice_of_too_many_blocks_can_be_followed():
    events = with_holes(MOST_BLOCKS + 1)
    assert "the first 500 units fit into one event" in sentence(events, Sell(buyer="Bold"))
    assert len(decide(events, Sell(buyer="Bold", quantity=500), TODAY)) == 1


# --- a refusal changes nothing


def test_deciding_leaves_the_events_as_they_are():
    events = after(issued(), sold_to("Acme", (1, 40)))
    decide(events, Retire(), TODAY)
    refusal(events, Retire(quantity=61))
    assert events == FORTY_SOLD
