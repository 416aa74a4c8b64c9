"""The serial strip: to scale, in order, nothing left out and nothing too thin to be seen."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.histories import after, issued, named, sold_to, with_holes
from webapp.domain import strip
from webapp.domain.blocks import LARGEST_NUMBER, Block, Blocks
from webapp.domain.commands import Cancel, Retire, Return
from webapp.domain.lifecycle import holdings
from webapp.domain.strip import SMALL, held, pieces, place

LIVED = after(
    issued(),
    sold_to("Acme", (1, 40)),
    Return(sale=2, reason="unpaid", blocks=named((11, 20))),
    Retire(sale=2, blocks=named((1, 10))),
    Cancel(reason="buffer", blocks=named((91, 100))),
)
STATES = ["available", "sold", "retired", "cancelled"]


@st.composite
def lives(draw):
    """A record of any size whose units lie scattered over five events, one for each state or two."""
    lengths = draw(st.lists(st.integers(1, 50) | st.integers(1, 10**12), min_size=1, max_size=40))
    first = draw(st.integers(0, LARGEST_NUMBER - sum(lengths)))
    blocks = []
    for length in lengths:
        blocks.append(Block(first, first + length - 1))
        first += length
    whole = Block(blocks[0].first, blocks[-1].last)
    shares = {}
    for block in blocks:
        shares.setdefault(draw(st.integers(0, 4)), []).append(block)
    (event,) = issued(*whole)
    found = [strip.Held(STATES[which % 4], Blocks.of(own), event) for which, own in shares.items()]
    return whole, found


def test_what_lies_where_is_ordered_by_first_unit():
    assert [(one.state, str(one.units), one.event.seq) for one in held(LIVED)] == [
        ("retired", "1-10", 4),
        ("available", "11-20", 3),
        ("sold", "21-40", 2),
        ("available", "41-90", 1),
        ("cancelled", "91-100", 5),
    ]


def test_an_event_that_has_nothing_left_lies_nowhere():
    events = after(issued(), Retire())

    assert [one.event.seq for one in held(events)] == [2]


def test_each_block_has_its_place_to_scale():
    drawn = pieces(Block(1, 100), held(LIVED), 0.01)

    assert [(one.state, one.seq, str(one.units), one.count) for one in drawn] == [
        ("retired", 4, "1-10", 1),
        ("available", 3, "11-20", 1),
        ("sold", 2, "21-40", 1),
        ("available", 1, "41-90", 1),
        ("cancelled", 5, "91-100", 1),
    ]
    assert [one.start for one in drawn] == pytest.approx([0, 0.1, 0.2, 0.4, 0.9])
    assert [one.width for one in drawn] == pytest.approx([0.1, 0.1, 0.2, 0.5, 0.1])


def test_thin_blocks_that_follow_one_another_are_drawn_as_one():
    events = after(issued(1, 1000), Retire(blocks=named((101, 101), (103, 103), (105, 105))))

    drawn = pieces(Block(1, 1000), held(events), 0.01)

    assert [(one.state, one.seq, str(one.units), one.count) for one in drawn] == [
        ("available", 1, "1-100", 1),
        (SMALL, None, "101-105", 5),
        ("available", 1, "106-1000", 1),
    ]


def test_a_thin_block_on_its_own_keeps_its_state_and_is_wide_enough_to_be_seen():
    events = after(issued(1, 10**12), Retire(blocks=named((5 * 10**11, 5 * 10**11))))

    drawn = pieces(Block(1, 10**12), held(events), 0.01)

    assert [(one.state, one.seq) for one in drawn][1:] == [("retired", 2), ("available", 1)]
    assert drawn[1].width == pytest.approx(0.01, rel=0.05)


def test_a_record_in_ten_thousand_crumbs_is_one_piece():
    events = with_holes(5_000)

    (only,) = pieces(Block(1, 10_000), held(events), 0.01)

    assert (only.state, only.count, only.start, only.width) == (SMALL, 10_000, 0, 1)


@given(life=lives(), finest=st.sampled_from([0.0, 0.002, 0.01, 0.1, 0.5, 1.0]))
def test_pieces_add_up_in_order_without_overlapping(life, finest):
    whole, found = life

    drawn = pieces(whole, found, finest)

    assert drawn[0].start == 0
    assert drawn[-1].start + drawn[-1].width == pytest.approx(1)
    for one, following in pairwise(drawn):
        assert one.start + one.width == pytest.approx(following.start)
        assert one.units.ranges[-1].last + 1 == following.units.ranges[0].first
    assert min(one.width for one in drawn) >= finest / 3
    assert Blocks.of(block for one in drawn for block in one.units) == Blocks((whole,))


@given(life=lives(), finest=st.sampled_from([0.002, 0.01, 0.1, 0.5]))
def test_pieces_tell_the_state_of_what_is_theirs_and_count_what_is_not(life, finest):
    whole, found = life

    drawn = pieces(whole, found, finest)

    assert sum(one.count for one in drawn) == sum(len(one.units) for one in found)
    for piece in drawn:
        if piece.state == SMALL:
            assert piece.count > 1
            assert piece.seq is None
        else:
            assert [one.state for one in found if one.units & piece.units] == [piece.state]


@given(life=lives(), finest=st.sampled_from([0.002, 0.1]), data=st.data())
def test_a_units_place_lies_in_its_piece_and_keeps_the_order(life, finest, data):
    whole, found = life
    drawn = pieces(whole, found, finest)
    one, other = sorted(data.draw(st.tuples(*[st.integers(*whole)] * 2)))

    assert 0 <= place(drawn, one) <= place(drawn, other) <= 1 + 1e-9


@pytest.mark.parametrize("unit", [0, 101])
def test_a_unit_that_is_not_in_the_record_has_no_place(unit):
    with pytest.raises(LookupError):
        place(pieces(Block(1, 100), held(LIVED), 0.01), unit)


def test_the_states_of_a_strip_are_those_of_the_holdings():
    sums = holdings(LIVED)

    drawn = held(LIVED)

    assert {one.state for one in drawn} == set(STATES)
    for state in STATES:
        of_state = sum(one.units.quantity for one in drawn if one.state == state)
        assert of_state == getattr(sums, state)
