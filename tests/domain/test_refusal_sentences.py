"""What the user reads when units cannot be had."""

from datetime import date

from tests.domain.histories import (
    ALL_RETIRED,
    ALL_SOLD,
    FORTY_SOLD,
    TWO_SALES,
    after,
    issued,
    named,
    refusal,
    sentence,
    sold_to,
    with_holes,
    written,
)
from webapp.domain.blocks import MOST_BLOCKS, Blocks
from webapp.domain.commands import Cancel, Retire, Return, Sell
from webapp.domain.lifecycle import Draft


def test_the_sentence_when_too_many_are_to_be_sold():
    assert sentence(FORTY_SOLD, Sell(buyer="Bold", quantity=61)) == (
        "61 units cannot be taken: 60 units are available. "
        "Units 1-40 are sold to Acme (event 2). "
        "To sell what is available, choose 60 or fewer."
    )


def test_the_sentence_when_a_retirement_would_need_somebody_elses_units():
    assert sentence(FORTY_SOLD, Retire(quantity=61)) == (
        "61 units cannot be taken: 60 units are available. "
        "Units 1-40 are sold to Acme (event 2). "
        "To retire what is available, choose 60 or fewer. "
        "To retire sold units, choose the sale."
    )


def test_the_sentence_when_everything_is_sold():
    assert sentence(ALL_SOLD, Sell(buyer="Bold")) == (
        "No units are available. Units 1-100 are sold to Acme (event 2)."
    )


def test_the_sentence_when_more_is_wanted_than_is_left_of_a_sale():
    assert sentence(FORTY_SOLD, Return(sale=2, reason="unpaid", quantity=41)) == (
        "41 units cannot be taken from the sale in event 2: 40 units are left of it. "
        "Choose 40 or fewer."
    )


def test_the_sentence_when_units_were_retired():
    command = Retire(blocks=named((1, 40)), beneficiary="Carla", effective_on=date(2026, 4, 30))
    assert sentence(after(issued(), command), sold_to("Bold", (40, 41))) == (
        "Unit 40 was retired for Carla on 30 April 2026 (event 2). 60 units are available."
    )


def test_the_sentence_when_units_are_sold():
    assert sentence(FORTY_SOLD, sold_to("Bold", (30, 50))) == (
        "Units 30-40 are sold to Acme (event 2). 60 units are available."
    )


def test_the_sentence_when_units_are_not_in_the_record():
    assert sentence(issued(51, 150), Retire(blocks=named((1, 2), (150, 151)))) == (
        "Units 1-2 and 151 are not in this record, whose units are 51-150. 100 units are available."
    )


def test_the_sentence_of_a_record_that_is_already_retired():
    assert sentence(ALL_RETIRED, Retire()) == (
        "This record is already retired; nothing is left to retire. "
        "Units 41-100 were retired on 3 May 2026 (event 3). "
        "Units 1-40 were retired for Acme on 3 May 2026 (event 4)."
    )


def test_the_sentence_of_a_record_that_is_cancelled():
    assert sentence(after(issued(), Cancel(reason="reversal")), Sell(buyer="Bold")) == (
        "This record is already cancelled; nothing is left to sell. "
        "Units 1-100 were cancelled on 3 May 2026 (event 2)."
    )


def test_the_sentence_when_nothing_is_left_of_a_sale():
    assert sentence(ALL_RETIRED, Return(sale=2, reason="unpaid")) == (
        "Nothing is left of the sale in event 2. "
        "Units 1-40 were retired for Acme on 3 May 2026 (event 4)."
    )


def test_the_sentence_when_there_is_no_such_sale():
    assert sentence(TWO_SALES, Retire(sale=9)) == (
        "There is no event 9. Its sales are events 2 and 3."
    )


def test_the_sentence_when_the_record_has_no_sales():
    assert sentence(issued(), Return(sale=9, reason="unpaid")) == (
        "There is no event 9. This record has no sales."
    )


def test_the_sentence_of_a_day_in_the_future():
    (error,) = refusal(issued(), Retire(effective_on=date(2026, 5, 4))).errors
    assert error.message == "2026-05-04 lies in the future; today is 2026-05-03 (UTC)."


def test_the_sentence_of_too_many_blocks():
    assert sentence(with_holes(MOST_BLOCKS + 1), Sell(buyer="Bold")) == (
        "These units lie in 501 blocks and one event holds 500. "
        "Do it in parts: the first 500 units fit into one event."
    )


def test_a_sentence_lists_four_blocks_and_counts_the_rest():
    assert sentence(with_holes(20), sold_to("Bold", (1, 20))).startswith(
        "Units 2, 4, 6, 8 and 6 more blocks are sold to Acme (event 2)."
    )


def test_a_retired_record_with_a_long_life_tells_its_first_and_last_endings():
    events = issued()
    for _ in range(10):
        events = after(events, Retire(quantity=10))
    told = sentence(events, Retire())
    assert "(event 2)" in told
    assert "(event 11)" in told
    assert "(event 6)" not in told


def test_units_that_are_not_in_the_named_sale_are_told_to_be_outside_that_sale():
    # "Units 60-70 are available" alone would read as if they could be taken.
    told = sentence(FORTY_SOLD, Return(sale=2, reason="unpaid", blocks=named((60, 70))))
    assert "event 2" in told


def test_a_refusal_stays_short_however_many_sales_there_are():
    drafts = [Draft("sold", 1, Blocks.of([(n, n)]), f"Buyer {n}") for n in range(1, 301)]
    events = written(issued(1, 1000), drafts)
    for command in (
        Sell(buyer="Bold", quantity=701),
        sold_to("Bold", (1, 1000)),
        Retire(quantity=701),
    ):
        assert len(sentence(events, command)) < 2000
