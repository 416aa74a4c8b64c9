"""What the five commands take from JSON: the body, its numbers, null, and what contradicts itself."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.domain.asking import (
    EVERY,
    LEAST,
    NOT_NULLABLE,
    NOT_WHOLE,
    NULL,
    NULLABLE,
    QUANTITIES,
    SALES,
    TAKING,
    TOO_LARGE,
    WHOLE_NUMBERS,
    mistakes,
    of,
    read,
    refused,
)
from webapp.domain.blocks import LARGEST_NUMBER
from webapp.domain.commands import Cancel, CreateRecord, Retire, Return, Sell
from webapp.domain.reading import NotJson, read_command
from webapp.domain.refusals import InvalidFields

# --- the body as a whole


@pytest.mark.parametrize("command", EVERY)
def test_the_least_body_is_enough(command):
    assert read(command) == command(**LEAST[command])


@pytest.mark.parametrize("command", [CreateRecord, Sell, Return, Cancel])
def test_each_missing_field_is_named(command):
    assert refused(command, "{}") == dict.fromkeys(LEAST[command], "It is missing; fill it in.")


def test_only_a_retirement_needs_no_field():
    assert read_command(Retire, b"{}") == Retire()


@pytest.mark.parametrize("command", EVERY)
@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b'{"quantity": 5',
        b'{"quantity": 5,}',
        b"{} {}",
        b"{'quantity': 5}",
        b"quantity=5",
        b'{"note": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        b'{"quantity": 1' + b"0" * 5000 + b"}",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_what_is_no_json_is_told_apart_from_what_is_wrong(command, text):
    with pytest.raises(NotJson, match="line 1"):
        read_command(command, text)


@pytest.mark.parametrize("command", EVERY)
@pytest.mark.parametrize("text", ["[]", "null", "5", '"retire"', "true", '[{"quantity": 5}]'])
def test_json_that_is_no_object_is_refused_as_a_whole(command, text):
    assert refused(command, text) == {"": "It must be an object with named fields."}


@pytest.mark.parametrize("command", EVERY)
def test_an_unknown_field_is_named_with_those_that_there_are(command):
    fields = ", ".join(command.model_fields)
    assert mistakes(command, amount=5) == {
        "amount": f"There is no such field here; the fields are {fields}."
    }


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (Sell, "sale"),
        (Sell, "beneficiary"),
        (Sell, "reason"),
        (Return, "buyer"),
        (Return, "beneficiary"),
        (Retire, "buyer"),
        (Cancel, "sale"),
        (Cancel, "buyer"),
        (CreateRecord, "blocks"),
        (CreateRecord, "id"),
        (Retire, "event_type"),
        (Retire, "Quantity"),
    ],
)
def test_a_field_of_another_command_is_unknown(command, field):
    assert mistakes(command, **{field: "x"}).keys() == {field}


def test_every_field_at_fault_is_named_at_once():
    assert mistakes(CreateRecord, vintage=1, quantity="5", registry=" ", colour="red").keys() == {
        "vintage",
        "quantity",
        "registry",
        "colour",
    }


# --- whole numbers


@pytest.mark.parametrize(
    ("command", "field"), QUANTITIES[1:] + SALES, ids=of(QUANTITIES[1:] + SALES)
)
@pytest.mark.parametrize("value", [1, LARGEST_NUMBER])
def test_a_number_at_its_edge_is_taken(command, field, value):
    assert getattr(read(command, **{field: value}), field) == value


@pytest.mark.parametrize("value", [1, LARGEST_NUMBER])
def test_a_record_may_have_one_unit_or_as_many_as_json_keeps_exactly(value):
    assert read(CreateRecord, quantity=value).quantity == value


@pytest.mark.parametrize(("command", "field"), QUANTITIES + SALES, ids=of(QUANTITIES + SALES))
@pytest.mark.parametrize("value", [0, -1, -(10**30)])
def test_a_number_below_one_is_refused(command, field, value):
    assert mistakes(command, **{field: value}) == {field: "It must be 1 or more."}


@pytest.mark.parametrize(("command", "field"), QUANTITIES + SALES, ids=of(QUANTITIES + SALES))
@pytest.mark.parametrize("value", [LARGEST_NUMBER + 1, 2**64, 10**30])
def test_a_number_that_json_does_not_keep_exactly_is_refused(command, field, value):
    assert mistakes(command, **{field: value}) == {field: TOO_LARGE}


@pytest.mark.parametrize("year", [1900, 2100])
def test_a_vintage_at_its_edge_is_taken(year):
    assert read(CreateRecord, vintage=year).vintage == year


@pytest.mark.parametrize(
    ("year", "sentence"), [(1899, "It must be 1900 or more."), (2101, "It must be 2100 or less.")]
)
def test_a_vintage_past_its_edge_is_refused(year, sentence):
    assert mistakes(CreateRecord, vintage=year) == {"vintage": sentence}


@pytest.mark.parametrize(("command", "field"), WHOLE_NUMBERS, ids=of(WHOLE_NUMBERS))
@pytest.mark.parametrize(
    "value",
    [
        '"110"',
        '""',
        '"1_000"',
        "1.9",
        "1.0",
        "1e3",
        "true",
        "false",
        "[5]",
        "{}",
        "NaN",
        "Infinity",
    ],
)
def test_only_plain_digits_are_a_whole_number(command, field, value):
    rest = {name: one for name, one in LEAST[command].items() if name != field}
    text = json.dumps(rest | {field: "HERE"}).replace('"HERE"', value)
    assert refused(command, text) == {field: NOT_WHOLE}


# --- null


@pytest.mark.parametrize(("command", "field"), NOT_NULLABLE, ids=of(NOT_NULLABLE))
def test_null_is_refused_where_a_value_is_needed_or_units_are_chosen(command, field):
    assert mistakes(command, **{field: None}).keys() == {field}


@pytest.mark.parametrize("field", ["quantity", "blocks", "sale"])
def test_null_for_units_is_refused_with_what_to_do(field):
    assert mistakes(Retire, **{field: None}) == {field: NULL}


def test_every_null_is_told_at_its_field():
    nulls = dict.fromkeys(["quantity", "blocks", "sale"])
    assert mistakes(Retire, **nulls) == dict.fromkeys(nulls, NULL)


@pytest.mark.parametrize("command", TAKING)
def test_null_beside_a_good_choice_is_still_told(command):
    assert mistakes(command, quantity=None, blocks=[{"first": 1, "last": 2}]) == {"quantity": NULL}
    assert mistakes(command, quantity=5, blocks=None) == {"blocks": NULL}


@pytest.mark.parametrize(
    ("command", "field"),
    [(Sell, "sale"), (Cancel, "sale"), (CreateRecord, "blocks"), (Retire, "amount")],
)
def test_null_for_a_field_that_a_command_has_not_is_no_such_field(command, field):
    assert mistakes(command, **{field: None})[field].startswith("There is no such field here;")


@pytest.mark.parametrize(("command", "field"), NULLABLE, ids=of(NULLABLE))
def test_null_elsewhere_is_the_same_as_leaving_it_out(command, field):
    assert read(command, **{field: None}) == read(command)


# --- several fields together


def test_a_record_whose_serial_is_malformed_is_refused_at_the_serial():
    assert mistakes(CreateRecord, serial_number="ACR-FR-1129-2025-1 to 5").keys() == {
        "serial_number"
    }


def test_a_record_whose_serial_has_another_count_is_refused_at_the_quantity():
    fields = {"registry": "GS", "serial_number": "GS1-1-CM-GS1064-16-2012-1253-1-3150"}
    assert mistakes(CreateRecord, **fields, vintage=2012, quantity=9039) == {
        "quantity": "In this serial number the block 1-3150 has 3\u202f150 units "
        "but the record declares 9\u202f039."
    }


def test_a_record_whose_serial_has_another_vintage_is_refused_at_the_vintage():
    fields = {"registry": "GS", "serial_number": "GS1-1-CM-GS1064-16-2012-1253-1-3150"}
    assert mistakes(CreateRecord, **fields, vintage=2013, quantity=3150).keys() == {"vintage"}


def test_a_record_whose_serial_has_another_project_is_refused_at_the_project():
    fields = {"registry": "GS", "serial_number": "GS1-1-CM-GS1064-16-2012-1253-1-3150"}
    assert mistakes(
        CreateRecord, **fields, vintage=2012, quantity=3150, project_id="GS1065"
    ).keys() == {"project_id"}


# --- whatever comes


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["first", "last", "x"]), inside, max_size=3)
    ),
    max_leaves=6,
)


# How fast the machine draws examples is not what is tested.
@pytest.mark.parametrize("command", EVERY)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_json_comes_it_fits_or_is_refused_with_a_sentence_a_field(command, data):
    names = st.sampled_from([*command.model_fields, "colour"])
    fields = data.draw(st.dictionaries(names, anything, max_size=4))
    try:
        read(command, **fields)
        errors = None
    except InvalidFields as refusal:
        errors = refusal.errors
    assert errors is None or (errors and all(error.message for error in errors))
