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
)
from webapp.domain.blocks import MOST_BLOCKS
from webapp.domain.commands import Cancel, Retire, Return, Sell


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
        "To retire what is available, choose 60 or fewer."
    )


def test_the_sentence_when_a_sale_could_meet_a_retirement():
    events = after(issued(), sold_to("Acme", (1, 60)))
    assert sentence(events, Retire(quantity=60)) == (
        "60 units cannot be taken: 40 units are available. "
        "Units 1-60 are sold to Acme (event 2). "
        "To retire what is available, choose 40 or fewer. "
        "To retire sold units, choose the sale."
    )
    assert "choose the sale" not in sentence(events, Retire(quantity=61))


def test_the_sentence_when_everything_is_sold_and_some_are_to_be_retired():
    assert sentence(ALL_SOLD, Retire(quantity=1)) == (
        "1 unit cannot be taken: no units are available. "
        "Units 1-100 are sold to Acme (event 2). "
        "To retire sold units, choose the sale."
    )


def test_the_sentence_when_one_unit_is_available():
    events = after(issued(), sold_to("Acme", (1, 99)))
    assert sentence(events, Sell(buyer="Bold", quantity=2)) == (
        "2 units cannot be taken: 1 unit is available. "
        "Units 1-99 are sold to Acme (event 2). "
        "To sell what is available, choose 1."
    )


def test_the_sentence_when_the_record_has_not_so_many_and_nothing_is_sold():
    assert sentence(issued(), Retire(quantity=101)) == (
        "101 units cannot be taken: 100 units are available. "
        "To retire what is available, choose 100 or fewer."
    )


def test_the_sentence_when_everything_is_sold():
    assert sentence(ALL_SOLD, Sell(buyer="Bold")) == (
        "No units are available. Units 1-100 are sold to Acme (event 2). "
        "Only units that are returned first can be sold."
    )
    assert sentence(ALL_SOLD, Cancel(reason="reversal")) == (
        "No units are available. Units 1-100 are sold to Acme (event 2). "
        "Only units that are returned first can be cancelled."
    )


def test_the_sentence_when_sold_units_are_named_and_none_are_available():
    assert sentence(ALL_SOLD, sold_to("Bold", (7, 7))) == (
        "Unit 7 is sold to Acme (event 2). No units are available."
    )


def test_the_sentence_when_more_is_wanted_than_is_left_of_a_sale():
    assert sentence(FORTY_SOLD, Return(sale=2, reason="unpaid", quantity=41)) == (
        "41 units cannot be taken from the sale in event 2: 40 units are left of it. "
        "Choose 40 or fewer."
    )


def test_the_sentence_when_one_unit_is_left_of_a_sale():
    events = after(FORTY_SOLD, Retire(sale=2, quantity=39))
    assert sentence(events, Return(sale=2, reason="unpaid", quantity=2)) == (
        "2 units cannot be taken from the sale in event 2: 1 unit is left of it. Choose 1."
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
        "There is no event 9. The record's sales are events 2 and 3."
    )


def test_the_sentence_when_the_record_has_no_sales():
    assert sentence(issued(), Return(sale=9, reason="unpaid")) == (
        "There is no event 9. This record has no sales."
    )


def test_the_sentence_of_a_day_in_the_future():
    (error,) = refusal(issued(), Retire(effective_on=date(2026, 5, 4))).errors
    assert error.message == "4 May 2026 lies in the future; today is 3 May 2026 (UTC)."


def test_the_sentence_of_too_many_blocks():
    assert sentence(with_holes(MOST_BLOCKS + 1), Sell(buyer="Bold")) == (
        "These units lie in 501 blocks and one event holds 500. "
        "Do it in parts: the first 500 units fit into one event."
    )


def test_a_sentence_lists_four_blocks_and_counts_the_rest():
    assert sentence(with_holes(20), sold_to("Bold", (1, 20))).startswith(
        "Units 2, 4, 6, 8 and 6 more blocks are sold to Acme (event 2)."
    )
