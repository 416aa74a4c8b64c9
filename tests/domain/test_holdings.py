"""What is left of a record: its sums, its status, and where its units lie."""

import pytest

from tests.domain.histories import RETURNED, after, issued, named
from webapp.domain.commands import Cancel, Retire, Return, Sell
from webapp.domain.lifecycle import Holdings, holdings, units_left

FULL_LIFE = after(
    issued(),
    Sell(buyer="Acme", quantity=40),
    Return(sale=2, reason="unpaid", quantity=10),
    Retire(sale=2, quantity=5),
    Cancel(reason="reversal", blocks=named((91, 100))),
)


def test_a_new_record_is_all_available():
    assert holdings(issued(51, 150)) == Holdings(100, available=100, sold=0, retired=0, cancelled=0)


def test_each_unit_counts_where_it_lies_now():
    assert holdings(FULL_LIFE) == Holdings(100, available=60, sold=25, retired=5, cancelled=10)


def test_holdings_are_kept_as_five_sums_and_the_status():
    assert holdings(FULL_LIFE).as_row() == (100, 60, 25, 5, 10, "active")


def test_returned_units_lie_in_the_return():
    left = {seq: str(units) for seq, units in units_left(RETURNED).items()}
    assert left == {1: "41-100", 2: "1-10, 21-40", 3: "11-20"}


def test_retired_units_stay_in_the_retirement():
    assert str(units_left(after(issued(), Retire()))[2]) == "1-100"


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        ([], "active"),
        ([Sell(buyer="Acme", quantity=99)], "active"),
        ([Retire(quantity=99)], "active"),
        ([Cancel(reason="r", quantity=99)], "active"),
        ([Sell(buyer="Acme")], "sold"),
        ([Sell(buyer="Acme", quantity=1), Retire(quantity=99)], "sold"),
        ([Sell(buyer="Acme", quantity=1), Cancel(reason="r")], "sold"),
        ([Sell(buyer="Acme"), Return(sale=2, reason="r", quantity=1)], "active"),
        ([Retire()], "retired"),
        ([Sell(buyer="Acme"), Retire()], "retired"),
        ([Cancel(reason="r", quantity=99), Retire()], "retired"),
        ([Retire(quantity=1), Cancel(reason="r")], "retired"),
        ([Cancel(reason="r")], "cancelled"),
        ([Cancel(reason="r", quantity=1), Cancel(reason="r")], "cancelled"),
    ],
)
def test_the_status_is_the_record_in_one_word(commands, status):
    assert holdings(after(issued(), *commands)).status == status


@pytest.mark.parametrize("sums", [(100, 60, 40, 1, 0), (100, 99, 0, 0, 0), (100, 101, -1, 0, 0)])
def test_sums_that_do_not_add_up_are_no_holdings(sums):
    with pytest.raises(AssertionError):
        Holdings(*sums)
