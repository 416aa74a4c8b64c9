"""The exact units that a command can name."""

import pytest

from tests.domain.asking import NOT_WHOLE, TAKING, TOO_LARGE, mistakes, read
from webapp.domain.blocks import LARGEST_NUMBER, Block, Blocks
from webapp.domain.commands import Retire


def block(first, last):
    return {"first": first, "last": last}


@pytest.mark.parametrize("command", TAKING)
def test_blocks_name_exact_units(command):
    taken = read(command, blocks=[block(60, 70), block(1, 40)])
    assert taken.named_units == Blocks((Block(1, 40), Block(60, 70)))


@pytest.mark.parametrize("command", TAKING)
def test_no_blocks_name_no_units(command):
    assert read(command, quantity=5).named_units is None


@pytest.mark.parametrize("command", TAKING)
def test_a_quantity_and_blocks_are_one_choice(command):
    assert mistakes(command, quantity=1, blocks=[block(1, 1)]) == {
        "quantity": "Give a quantity or blocks, not both."
    }


def test_an_empty_list_of_blocks_is_not_all_units():
    assert mistakes(Retire, blocks=[]) == {"blocks": "It is empty; name at least one block."}


@pytest.mark.parametrize("first", [0, LARGEST_NUMBER])
def test_a_block_of_one_unit_at_the_edge_is_taken(first):
    assert read(Retire, blocks=[block(first, first)]).named_units.quantity == 1


def test_a_block_that_runs_backwards_is_refused():
    assert mistakes(Retire, blocks=[block(40, 1)]) == {
        "blocks.0": "The block 40-1 runs backwards; its first number is the smaller one."
    }


@pytest.mark.parametrize(
    "blocks",
    [
        [block(1, 40), block(40, 50)],
        [block(40, 50), block(1, 40)],
        [block(1, 40), block(1, 40)],
        [block(1, 100), block(20, 30)],
        [block(1, 100), block(20, 30), block(40, 50)],
        [block(5, 5), block(7, 7), block(5, 5)],
    ],
)
def test_blocks_that_overlap_are_refused(blocks):
    assert mistakes(Retire, blocks=blocks).keys() == {"blocks"}


def test_the_refusal_of_an_overlap_names_both_blocks():
    assert mistakes(Retire, blocks=[block(30, 50), block(1, 40)]) == {
        "blocks": "The blocks 1-40 and 30-50 overlap; name each unit once."
    }


def test_blocks_that_touch_are_joined():
    taken = read(Retire, blocks=[block(41, 50), block(1, 40)])
    assert taken.named_units == Blocks((Block(1, 50),))


def test_five_hundred_blocks_are_taken():
    assert len(read(Retire, blocks=[block(2 * n, 2 * n) for n in range(500)]).blocks) == 500


def test_one_block_more_is_refused_with_both_numbers():
    assert mistakes(Retire, blocks=[block(2 * n, 2 * n) for n in range(501)]) == {
        "blocks": "It has 501 blocks; 500 are allowed in one event."
    }


def test_very_many_blocks_are_refused_with_their_number_in_words():
    assert mistakes(Retire, blocks=[block(2 * n, 2 * n) for n in range(12_345)]) == {
        "blocks": "It has 12\u202f345 blocks; 500 are allowed in one event."
    }


@pytest.mark.parametrize(
    ("one", "field", "sentence"),
    [
        (block(-1, 5), "blocks.1.first", "It must be 0 or more."),
        (block(5, LARGEST_NUMBER + 1), "blocks.1.last", TOO_LARGE),
        (block(10**30, 10**30), "blocks.1.first", TOO_LARGE),
        (block("5", 6), "blocks.1.first", NOT_WHOLE),
        (block(5.0, 6), "blocks.1.first", NOT_WHOLE),
        (block(True, 6), "blocks.1.first", NOT_WHOLE),
        (block(5, None), "blocks.1.last", NOT_WHOLE),
        ({"first": 5}, "blocks.1.last", "It is missing; fill it in."),
        (
            {**block(5, 6), "quantity": 2},
            "blocks.1.quantity",
            "There is no such field here; a block has first and last.",
        ),
        ([5, 6], "blocks.1", "It must be an object with named fields."),
        ("5-6", "blocks.1", "It must be an object with named fields."),
        (None, "blocks.1", "It must be an object with named fields."),
    ],
)
def test_a_malformed_block_is_named_by_its_place(one, field, sentence):
    assert mistakes(Retire, blocks=[block(1, 2), one])[field] == sentence


@pytest.mark.parametrize("command", TAKING)
@pytest.mark.parametrize("value", [block(1, 40), "1-40", 5, True, 1.5])
def test_blocks_that_are_no_list_are_refused_with_an_example(command, value):
    assert mistakes(command, blocks=value) == {
        "blocks": 'It must be a list of blocks like {"first": 1, "last": 40}.'
    }
