"""The arithmetic of blocks, held against plain sets of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.blocks import LARGEST_NUMBER, Block, Blocks

long_pairs = st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda one: (one[0], sum(one)))
short_pairs = st.tuples(st.integers(0, 15), st.integers(0, 1)).map(lambda one: (one[0], sum(one)))
pairs = st.lists(long_pairs, max_size=12) | st.lists(short_pairs, max_size=6)


def numbers(ranges):
    """The same units as a plain set."""
    return {number for first, last in ranges for number in range(first, last + 1)}


def assert_canonical(blocks):
    """Ascending blocks that run forwards and neither overlap nor touch."""
    assert all(block.first <= block.last for block in blocks)
    ends = zip(blocks.ranges, blocks.ranges[1:], strict=False)
    assert all(one.last + 1 < following.first for one, following in ends)


@given(pairs)
def test_of_joins_any_pairs_into_their_union(ranges):
    blocks = Blocks.of(ranges)
    assert numbers(blocks) == numbers(ranges)
    assert_canonical(blocks)


@given(st.sets(st.integers(0, 40)))
def test_equal_sets_are_equal_blocks(units):
    ascending = Blocks.of((unit, unit) for unit in sorted(units))
    descending = Blocks.of((unit, unit) for unit in sorted(units, reverse=True))
    assert ascending == descending
    assert hash(ascending) == hash(descending)


@given(pairs, pairs)
def test_or_is_the_union(a, b):
    blocks = Blocks.of(a) | Blocks.of(b)
    assert numbers(blocks) == numbers(a) | numbers(b)
    assert_canonical(blocks)


@given(pairs, pairs)
def test_and_is_the_intersection(a, b):
    blocks = Blocks.of(a) & Blocks.of(b)
    assert numbers(blocks) == numbers(a) & numbers(b)
    assert_canonical(blocks)


@given(pairs, pairs)
def test_minus_is_the_difference(a, b):
    blocks = Blocks.of(a) - Blocks.of(b)
    assert numbers(blocks) == numbers(a) - numbers(b)
    assert_canonical(blocks)


@given(pairs, st.integers(-1, 120))
def test_lowest_takes_the_smallest_numbers(ranges, quantity):
    blocks = Blocks.of(ranges).lowest(quantity)
    assert numbers(blocks) == set(sorted(numbers(ranges))[: max(quantity, 0)])
    assert_canonical(blocks)


@given(pairs)
def test_quantity_counts_the_units(ranges):
    assert Blocks.of(ranges).quantity == len(numbers(ranges))


@given(pairs)
def test_only_an_empty_set_is_false(ranges):
    assert bool(Blocks.of(ranges)) is bool(ranges)


@given(pairs)
def test_the_length_is_the_number_of_blocks(ranges):
    assert len(Blocks.of(ranges)) == len(list(Blocks.of(ranges)))


def test_touching_blocks_are_joined():
    assert Blocks.of([(41, 50), (1, 40)]).ranges == (Block(1, 50),)


def test_a_gap_of_one_unit_keeps_blocks_apart():
    assert Blocks.of([(1, 40), (42, 50)]).ranges == (Block(1, 40), Block(42, 50))


def test_the_largest_block_is_counted_without_walking_through_it():
    whole = Blocks.of([(0, LARGEST_NUMBER)])
    rest = whole - Blocks.of([(5, 5)])
    assert rest.quantity == LARGEST_NUMBER
    assert rest.ranges == (Block(0, 4), Block(6, LARGEST_NUMBER))


@pytest.mark.parametrize(
    ("ranges", "text"),
    [([], ""), ([(7, 7)], "7"), ([(1, 40)], "1-40"), ([(1, 40), (60, 60)], "1-40, 60")],
)
def test_blocks_are_written_as_people_write_them(ranges, text):
    assert str(Blocks.of(ranges)) == text
