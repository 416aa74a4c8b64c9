"""What the user reads of sales: which there are, what is left of them, and when there are many."""

import pytest

from tests.domain.histories import (
    ALL_RETIRED,
    FORTY_SOLD,
    RETURNED,
    after,
    issued,
    named,
    sentence,
    sold_to,
    written,
)
from webapp.domain.blocks import Blocks
from webapp.domain.commands import Cancel, Retire, Return, Sell
from webapp.domain.lifecycle import Draft


def with_sales(count, last=1000):
    """A record of which single units were sold, each in a sale of its own."""
    drafts = [Draft("sold", 1, Blocks.of([(n, n)]), f"Buyer {n}") for n in range(1, count + 1)]
    return written(issued(1, last), drafts)


# --- the named sale


@pytest.mark.parametrize(
    ("seq", "what"),
    [
        (1, "the record's creation"),
        (3, "a return"),
        (4, "a retirement"),
        (5, "a cancellation"),
    ],
)
def test_the_sentence_of_an_event_that_is_no_sale_says_what_it_is(seq, what):
    events = after(RETURNED, Retire(quantity=1), Cancel(reason="reversal", quantity=1))
    told = sentence(events, Retire(sale=seq))
    assert told.startswith(f"Event {seq} is not a sale: it is {what}. ")
    assert told.endswith(" event 2.")


@pytest.mark.parametrize(
    ("count", "listed"),
    [
        (4, "events 2, 3, 4 and 5."),
        (5, "events 2, 3, 4, 5 and 1 more."),
        (300, "events 2, 3, 4, 5 and 296 more."),
    ],
)
def test_four_sales_are_listed_and_the_rest_counted(count, listed):
    assert sentence(with_sales(count), Retire(sale=999)).endswith(listed)


def test_units_that_are_not_in_the_named_sale_are_told_with_what_is_left_of_it():
    # "Units 60-70 are available" alone would read as if they could be taken.
    assert sentence(FORTY_SOLD, Return(sale=2, reason="unpaid", blocks=named((60, 70)))) == (
        "Units 60-70 are not among what is left of the sale in event 2. Left in that sale: 1-40."
    )


def test_only_the_units_at_fault_are_told_to_be_outside_the_named_sale():
    assert sentence(FORTY_SOLD, Retire(sale=2, blocks=named((40, 41)))) == (
        "Unit 41 is not among what is left of the sale in event 2. Left in that sale: 1-40."
    )


def test_units_of_a_named_sale_with_nothing_left_are_told_so():
    assert sentence(ALL_RETIRED, Return(sale=2, reason="unpaid", blocks=named((1, 2)))) == (
        "Units 1-2 are not among what is left of the sale in event 2. Nothing is left in that sale."
    )


def test_units_outside_the_record_and_outside_the_named_sale_are_told_apart():
    assert sentence(FORTY_SOLD, Retire(sale=2, blocks=named((100, 101)))) == (
        "Unit 101 is not in this record, whose units are 1-100. "
        "Unit 100 is not among what is left of the sale in event 2. Left in that sale: 1-40."
    )


# --- many events


def test_four_sales_are_told_in_full():
    assert sentence(with_sales(4), sold_to("Bold", (1, 4))) == (
        "Unit 1 is sold to Buyer 1 (event 2). "
        "Unit 2 is sold to Buyer 2 (event 3). "
        "Unit 3 is sold to Buyer 3 (event 4). "
        "Unit 4 is sold to Buyer 4 (event 5). "
        "996 units are available."
    )


THREE_HUNDRED = (
    "Unit 1 is sold to Buyer 1 (event 2). "
    "Unit 2 is sold to Buyer 2 (event 3). "
    "Unit 3 is sold to Buyer 3 (event 4). "
    "(296 more like these.) "
    "Unit 300 is sold to Buyer 300 (event 301)."
)


def test_of_many_sales_the_first_three_and_the_last_are_told():
    assert sentence(with_sales(300), sold_to("Bold", (1, 300))) == (
        f"{THREE_HUNDRED} 700 units are available."
    )
    assert sentence(with_sales(300), Sell(buyer="Bold", quantity=701)) == (
        f"701 units cannot be taken: 700 units are available. {THREE_HUNDRED} "
        "To sell what is available, choose 700 or fewer."
    )
    assert sentence(with_sales(300, last=300), Sell(buyer="Bold")) == (
        f"No units are available. {THREE_HUNDRED} Only units that are returned first can be sold."
    )


def test_a_refusal_stays_short_however_many_sales_there_are():
    events = with_sales(300)
    for command in (
        Sell(buyer="Bold", quantity=701),
        sold_to("Bold", (1, 1000)),
        Retire(quantity=701),
        Retire(sale=999),
        Retire(sale=2, blocks=named((1, 1000))),
    ):
        assert len(sentence(events, command)) < 500


def test_a_retired_record_with_a_long_life_tells_its_first_and_last_endings():
    events = issued()
    for _ in range(10):
        events = after(events, Retire(quantity=10))
    assert sentence(events, Retire()) == (
        "This record is already retired; nothing is left to retire. "
        "Units 1-10 were retired on 3 May 2026 (event 2). "
        "Units 11-20 were retired on 3 May 2026 (event 3). "
        "Units 21-30 were retired on 3 May 2026 (event 4). "
        "(6 more like these.) "
        "Units 91-100 were retired on 3 May 2026 (event 11)."
    )


def test_a_sale_that_ended_in_many_parts_tells_the_first_and_the_last():
    events = FORTY_SOLD
    for _ in range(10):
        events = after(events, Return(sale=2, reason="unpaid", quantity=4))
    assert sentence(events, Retire(sale=2)) == (
        "Nothing is left of the sale in event 2. "
        "Units 1-4 were returned on 3 May 2026 (event 3). "
        "Units 5-8 were returned on 3 May 2026 (event 4). "
        "Units 9-12 were returned on 3 May 2026 (event 5). "
        "(6 more like these.) "
        "Units 37-40 were returned on 3 May 2026 (event 12)."
    )
