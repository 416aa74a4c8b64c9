"""JSON that says a thing twice, and refusals of more mistakes than anybody reads."""

import json
import time

import pytest

from tests.domain.asking import EVERY, LEAST, TAKING, refused
from webapp.domain.commands import CreateRecord, Retire
from webapp.domain.reading import read_command
from webapp.domain.refusals import InvalidFields

TWICE = "It is given twice."


def twice(command, name, first, second):
    """The least body of a command with one name in it two times."""
    least = {one: value for one, value in LEAST[command].items() if one != name}
    pairs = [*least.items(), (name, first), (name, second)]
    return "{" + ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs) + "}"


@pytest.mark.parametrize("command", EVERY)
@pytest.mark.parametrize("second", [5, 6])
def test_a_name_given_twice_is_refused_at_that_field(command, second):
    assert refused(command, twice(command, "quantity", 5, second)) == {"quantity": TWICE}


@pytest.mark.parametrize("command", TAKING)
def test_blocks_given_twice_are_refused_at_that_field(command):
    blocks = [{"first": 1, "last": 5}]

    assert refused(command, twice(command, "blocks", blocks, blocks)) == {"blocks": TWICE}


def test_a_name_written_in_two_ways_is_given_twice_all_the_same():
    assert refused(Retire, r'{"quantity": 5, "quant\u0069ty": 6}') == {"quantity": TWICE}


def test_all_names_that_are_given_twice_are_named():
    text = '{"quantity": 5, "note": "a", "quantity": 6, "note": "b"}'

    assert refused(Retire, text) == {"quantity": TWICE, "note": TWICE}


@pytest.mark.parametrize("name", ["first", "last"])
def test_a_name_given_twice_in_a_block_is_refused_at_that_field(name):
    block = f'{{"first": 1, "last": 40, "{name}": 20}}'

    assert refused(Retire, f'{{"blocks": [{block}]}}') == {f"blocks.0.{name}": TWICE}


def test_a_name_given_twice_in_a_later_block_is_refused_at_that_field():
    text = '{"blocks": [{"first": 1, "last": 2}, {"first": 4, "first": 5, "last": 6}]}'

    assert refused(Retire, text) == {"blocks.1.first": TWICE}


def test_the_same_names_in_several_blocks_are_given_once_each():
    text = '{"blocks": [{"first": 1, "last": 2}, {"first": 4, "last": 6}]}'

    assert len(read_command(Retire, text).blocks) == 2


def test_a_body_of_nothing_but_one_name_is_refused_soon():
    text = "{" + ",".join(['"sale":2'] * 110_000) + "}"  # as much as a request may hold
    begun = time.monotonic()

    assert refused(Retire, text) == {"sale": TWICE}
    assert time.monotonic() - begun < 2


# --- many mistakes


def mistakes_of(unknown_fields):
    text = json.dumps(LEAST[CreateRecord] | {f"x{number}": 1 for number in range(unknown_fields)})
    with pytest.raises(InvalidFields) as caught:
        read_command(CreateRecord, text)
    return [(error.field, error.message) for error in caught.value.errors]


def test_20_mistakes_are_all_named():
    found = mistakes_of(20)

    assert [field for field, _ in found] == [f"x{number}" for number in range(20)]


@pytest.mark.parametrize(("number", "more"), [(22, "2"), (1520, "1\u202f500")])
def test_of_more_than_20_mistakes_20_are_named_and_the_rest_is_counted(number, more):
    found = mistakes_of(number)

    assert [field for field, _ in found[:20]] == [f"x{number}" for number in range(20)]
    assert found[20:] == [("", f"{more} more mistakes follow.")]


def test_one_mistake_more_than_20_is_told_as_one():
    assert mistakes_of(21)[20:] == [("", "1 more mistake follows.")]


def test_mistakes_inside_of_many_blocks_are_counted_too():
    text = json.dumps({"blocks": [{"first": "x", "last": "y"}] * 500})

    with pytest.raises(InvalidFields) as caught:
        read_command(Retire, text)

    assert len(caught.value.errors) == 21
    assert caught.value.errors[20].message == "980 more mistakes follow."
    assert len(caught.value.detail) < 2000
