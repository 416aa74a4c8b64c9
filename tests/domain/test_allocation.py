"""Which units an action takes, out of which events, and what the new events say."""

from datetime import date

from tests.domain.histories import (
    FORTY_SOLD,
    RETURNED,
    TODAY,
    TWO_SALES,
    after,
    issued,
    named,
    refusal,
    sold_to,
    with_holes,
)
from webapp.domain.allocation import decide
from webapp.domain.blocks import Block, Blocks
from webapp.domain.commands import Cancel, Retire, Return, Sell
from webapp.domain.lifecycle import Draft
from webapp.domain.refusals import NothingLeft


def taken(events, command):
    """What is taken: (source, units as text) of each event that the command adds."""
    return [(draft.from_seq, str(draft.units)) for draft in decide(events, command, TODAY)]


# --- by quantity


def test_a_quantity_takes_the_lowest_numbers():
    assert taken(issued(51, 150), Sell(buyer="Acme", quantity=40)) == [(1, "51-90")]


def test_a_quantity_takes_the_lowest_numbers_that_are_available():
    assert taken(FORTY_SOLD, Retire(quantity=10)) == [(1, "41-50")]


def test_a_quantity_goes_around_what_is_gone():
    events = after(issued(), sold_to("Acme", (4, 6)))
    assert taken(events, Cancel(reason="reversal", quantity=5)) == [(1, "1-3, 7-8")]


def test_a_quantity_takes_returned_units_where_their_numbers_are_the_lowest():
    assert taken(RETURNED, Sell(buyer="Bold", quantity=15)) == [(1, "41-45"), (3, "11-20")]


def test_a_quantity_that_returned_units_meet_takes_nothing_else():
    assert taken(RETURNED, Sell(buyer="Bold", quantity=10)) == [(3, "11-20")]


def test_a_quantity_may_be_everything_that_is_available():
    assert taken(FORTY_SOLD, Sell(buyer="Bold", quantity=60)) == [(1, "41-100")]


# --- by blocks


def test_blocks_take_exactly_those_units():
    command = Sell(buyer="Acme", blocks=named((60, 70), (1, 40)))
    assert taken(issued(), command) == [(1, "1-40, 60-70")]


def test_blocks_across_sources_become_one_event_a_source():
    assert taken(RETURNED, sold_to("Bold", (15, 20), (41, 45))) == [(1, "41-45"), (3, "15-20")]


def test_a_retirement_may_name_available_and_sold_units_together():
    assert taken(TWO_SALES, Retire(blocks=named((31, 65)))) == [
        (1, "41-60"),
        (2, "31-40"),
        (3, "61-65"),
    ]


def test_the_limit_of_blocks_is_of_each_event_not_of_the_action():
    events = after(with_holes(500), Return(sale=2, reason="unpaid"))
    assert taken(events, sold_to("Bold", (1, 1000))) == [
        (1, ", ".join(str(number) for number in range(1, 1000, 2))),
        (3, ", ".join(str(number) for number in range(2, 1001, 2))),
    ]


# --- by sale


def test_a_return_takes_the_whole_sale():
    assert taken(TWO_SALES, Return(sale=3, reason="unpaid")) == [(3, "61-70")]


def test_a_return_takes_a_quantity_of_the_sale_lowest_number_first():
    assert taken(TWO_SALES, Return(sale=3, reason="unpaid", quantity=4)) == [(3, "61-64")]


def test_a_return_takes_exact_units_of_the_sale():
    command = Return(sale=3, reason="unpaid", blocks=named((68, 69)))
    assert taken(TWO_SALES, command) == [(3, "68-69")]


def test_a_retirement_takes_what_is_left_of_the_sale():
    events = after(TWO_SALES, Return(sale=2, reason="unpaid", quantity=15))
    assert taken(events, Retire(sale=2)) == [(2, "16-40")]


def test_a_retirement_takes_a_quantity_out_of_the_sale_not_of_what_is_available():
    assert taken(TWO_SALES, Retire(sale=3, quantity=2)) == [(3, "61-62")]


# --- by nothing


def test_a_sale_of_nothing_in_particular_takes_all_that_is_available():
    assert taken(RETURNED, Sell(buyer="Bold")) == [(1, "41-100"), (3, "11-20")]


def test_a_cancellation_of_nothing_in_particular_takes_all_that_is_available():
    assert taken(RETURNED, Cancel(reason="reversal")) == [(1, "41-100"), (3, "11-20")]


def test_a_retirement_of_nothing_in_particular_takes_everything_left_sold_or_not():
    assert taken(RETURNED, Retire()) == [(1, "41-100"), (2, "1-10, 21-40"), (3, "11-20")]


# --- what the new events say


def test_a_sale_says_who_bought_and_keeps_note_and_day():
    command = Sell(buyer="Acme", quantity=1, note="by post", effective_on=date(2026, 5, 1))
    assert decide(issued(), command, TODAY) == [
        Draft("sold", 1, Blocks((Block(1, 1),)), "Acme", None, "by post", date(2026, 5, 1))
    ]


def test_a_return_says_why_and_names_no_party():
    (draft,) = decide(FORTY_SOLD, Return(sale=2, reason="unpaid"), TODAY)
    assert (draft.event_type, draft.party, draft.reason) == ("returned", None, "unpaid")


def test_a_cancellation_says_why_and_on_whose_behalf():
    command = Cancel(reason="reversal", beneficiary="Carla")
    (draft,) = decide(issued(), command, TODAY)
    assert (draft.event_type, draft.party, draft.reason) == ("cancelled", "Carla", "reversal")


def test_every_event_of_one_action_bears_its_reason_note_and_day():
    command = Retire(reason="CORSIA", note="2025", effective_on=TODAY)
    drafts = decide(TWO_SALES, command, TODAY)
    assert {(d.reason, d.note, d.effective_on) for d in drafts} == {("CORSIA", "2025", TODAY)}
    assert len(drafts) == 3


def test_a_retirement_out_of_a_sale_is_for_its_buyer():
    (draft,) = decide(FORTY_SOLD, Retire(sale=2), TODAY)
    assert draft.party == "Acme"


def test_a_retirement_out_of_a_sale_is_for_whom_it_names():
    (draft,) = decide(FORTY_SOLD, Retire(sale=2, beneficiary="Carla"), TODAY)
    assert draft.party == "Carla"


def test_a_retirement_of_everything_is_for_each_buyer_and_else_for_nobody():
    drafts = decide(TWO_SALES, Retire(), TODAY)
    assert [draft.party for draft in drafts] == [None, "Acme", "Bold"]


def test_a_beneficiary_who_is_named_is_that_of_every_event():
    drafts = decide(TWO_SALES, Retire(beneficiary="Carla"), TODAY)
    assert [draft.party for draft in drafts] == ["Carla"] * 3


def test_units_retired_after_a_return_are_not_for_the_former_buyer():
    (draft,) = decide(RETURNED, Retire(blocks=named((11, 20))), TODAY)
    assert draft.party is None


# --- return and sell again


def test_returned_units_can_be_sold_again():
    events = after(FORTY_SOLD, Return(sale=2, reason="unpaid"))
    assert taken(events, sold_to("Bold", (1, 40))) == [(3, "1-40")]


def test_units_sold_again_are_returned_out_of_the_new_sale():
    events = after(FORTY_SOLD, Return(sale=2, reason="unpaid"), sold_to("Bold", (1, 40)))
    assert taken(events, Return(sale=4, reason="unpaid")) == [(4, "1-40")]


def test_a_sale_that_was_returned_cannot_be_returned_again():
    events = after(FORTY_SOLD, Return(sale=2, reason="unpaid"), sold_to("Bold", (1, 40)))
    assert type(refusal(events, Return(sale=2, reason="unpaid"))) is NothingLeft
