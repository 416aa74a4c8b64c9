"""What the five commands take from JSON, each limit at its edge, and the sentence for the rest."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.blocks import LARGEST_NUMBER, Block, Blocks
from webapp.domain.commands import Cancel, CreateRecord, Retire, Return, Sell
from webapp.domain.reading import NotJson, read_command
from webapp.domain.refusals import InvalidFields

# The least that each command needs.
LEAST = {
    CreateRecord: {
        "project_name": "Wind Farm Rajasthan",
        "registry": "VCS",
        "vintage": 2021,
        "quantity": 200,
        "serial_number": "VCS-0456",
    },
    Sell: {"buyer": "Acme"},
    Return: {"sale": 2, "reason": "Payment failed"},
    Retire: {},
    Cancel: {"reason": "Reversal"},
}
TAKING = [Sell, Return, Retire, Cancel]
EVERY = [CreateRecord, *TAKING]

LINES = [
    (CreateRecord, "project_name", 300),
    (CreateRecord, "registry", 300),
    (CreateRecord, "serial_number", 300),
    (CreateRecord, "project_id", 100),
    (Sell, "buyer", 300),
    (Return, "reason", 300),
    (Retire, "beneficiary", 300),
    (Retire, "reason", 300),
    (Cancel, "reason", 300),
    (Cancel, "beneficiary", 300),
]
TEXTS = [*LINES, *((command, "note", 4000) for command in TAKING)]
QUANTITIES = [(command, "quantity") for command in EVERY]
SALES = [(Return, "sale"), (Retire, "sale")]
WHOLE_NUMBERS = [*QUANTITIES, *SALES, (CreateRecord, "vintage")]
DAYS = [(CreateRecord, "issued_on"), *((command, "effective_on") for command in TAKING)]
NOT_NULLABLE = [
    *((CreateRecord, name) for name in LEAST[CreateRecord]),
    *((command, name) for command in TAKING for name in ("quantity", "blocks")),
    *SALES,
    (Sell, "buyer"),
    (Return, "reason"),
    (Cancel, "reason"),
]
NULLABLE = [
    (CreateRecord, "project_id"),
    (Retire, "beneficiary"),
    (Retire, "reason"),
    (Cancel, "beneficiary"),
    *((command, "note") for command in TAKING),
    *DAYS,
]

NOT_WHOLE = "It must be a whole number in plain digits."
NO_DAY = "It must be a day, written like 2026-05-03."


def read(command, **fields):
    """The command, read from the least JSON that it needs with these fields in it."""
    return read_command(command, json.dumps(LEAST[command] | fields))


def refused(command, text):
    """The fields at fault in a JSON text and their sentences."""
    with pytest.raises(InvalidFields) as caught:
        read_command(command, text)
    return {error.field: error.message for error in caught.value.errors}


def mistakes(command, **fields):
    """The fields at fault when these are put into the least JSON that the command needs."""
    return refused(command, json.dumps(LEAST[command] | fields))


def of(cases):
    """Readable names for (command, field) cases."""
    return [f"{case[0].__name__}.{case[1]}" for case in cases]


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
    assert mistakes(command, **{field: value}) == {field: "It must be 9007199254740991 or less."}


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
    assert mistakes(Retire, **{field: None}) == {
        field: f"{field} is null; give a value or leave it out."
    }


@pytest.mark.parametrize(("command", "field"), NULLABLE, ids=of(NULLABLE))
def test_null_elsewhere_is_the_same_as_leaving_it_out(command, field):
    assert read(command, **{field: None}) == read(command)


# --- text


@pytest.mark.parametrize(("command", "field", "longest"), TEXTS, ids=of(TEXTS))
def test_text_of_the_longest_length_is_taken(command, field, longest):
    assert getattr(read(command, **{field: "\u98a8" * longest}), field) == "\u98a8" * longest


@pytest.mark.parametrize(("command", "field", "longest"), TEXTS, ids=of(TEXTS))
def test_text_of_one_character_more_is_refused_with_both_numbers(command, field, longest):
    assert mistakes(command, **{field: "x" * (longest + 1)}) == {
        field: f"It has {longest + 1} characters; {longest} are allowed."
    }


@pytest.mark.parametrize(("command", "field", "longest"), TEXTS, ids=of(TEXTS))
def test_length_is_counted_in_what_is_stored(command, field, longest):
    typed = "  " + "e\u0301" * longest + "\u200b  "
    assert getattr(read(command, **{field: typed}), field) == "\u00e9" * longest


@pytest.mark.parametrize(("command", "field", "longest"), TEXTS, ids=of(TEXTS))
@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u200b", "\u00a0\ufeff"], ids=ascii)
def test_blank_text_is_refused(command, field, longest, blank):
    assert mistakes(command, **{field: blank}) == {field: "It is blank; fill it in."}


@pytest.mark.parametrize(("command", "field", "longest"), TEXTS, ids=of(TEXTS))
@pytest.mark.parametrize("value", [5, 1.5, True, [], {}, ["x"]])
def test_only_text_is_text(command, field, longest, value):
    assert mistakes(command, **{field: value}) == {field: "It must be text."}


@pytest.mark.parametrize(("command", "field", "longest"), TEXTS, ids=of(TEXTS))
@pytest.mark.parametrize("bad", ["\0", "\x1b", "\x1c", "\x7f", "\u202e", "\u2066"], ids=ascii)
def test_controls_in_text_are_refused_by_their_code(command, field, longest, bad):
    message = mistakes(command, **{field: f"a{bad}b"})[field]
    assert f"U+{ord(bad):04X}" in message


@pytest.mark.parametrize("command", EVERY)
@pytest.mark.parametrize("text", ['"\\ud800"', '"\\udc00x"'])
def test_half_a_character_is_refused(command, text):
    field = "registry" if command is CreateRecord else "note"
    with pytest.raises((NotJson, InvalidFields)):
        read_command(command, json.dumps(LEAST[command] | {field: "H"}).replace('"H"', text))


@pytest.mark.parametrize(("command", "field", "longest"), LINES, ids=of(LINES))
def test_a_line_is_normalised(command, field, longest):
    assert (
        getattr(read(command, **{field: " Caf\u0065\u0301\n\u00a0Sud "}), field) == "Caf\u00e9 Sud"
    )


@pytest.mark.parametrize("command", TAKING)
def test_a_note_keeps_its_line_feeds(command):
    assert read(command, note=" one\r\n\r\ntwo ").note == "one\n\ntwo"


# --- days


@pytest.mark.parametrize(("command", "field"), DAYS, ids=of(DAYS))
@pytest.mark.parametrize("text", ["2026-05-03", "2024-02-29", "0001-01-01", "9999-12-31"])
def test_a_day_is_read_as_iso_writes_it(command, field, text):
    assert getattr(read(command, **{field: text}), field) == date.fromisoformat(text)


@pytest.mark.parametrize(("command", "field"), DAYS, ids=of(DAYS))
@pytest.mark.parametrize(
    "value",
    [
        "",
        "today",
        "2026-5-3",
        "20260503",
        "2026-W18-7",
        "03/05/2026",
        "2026-05-03T00:00:00",
        "2026-05-03T00:00:00Z",
        "2026-05-03 00:00",
        "2026-05-03\n",
        " 2026-05-03",
        "12026-05-03",
        "-2026-05-03",
        "\u0662\u0660\u0662\u0666-05-03",
        "1777766400",
        1777766400,
        20260503,
        0,
        1.5,
        True,
        ["2026-05-03"],
        {},
    ],
    ids=ascii,
)
def test_anything_but_a_plain_day_is_refused(command, field, value):
    assert mistakes(command, **{field: value}) == {field: NO_DAY}


@pytest.mark.parametrize(("command", "field"), DAYS, ids=of(DAYS))
@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "0000-01-01"]
)
def test_a_day_that_no_calendar_has_is_refused(command, field, text):
    assert mistakes(command, **{field: text}) == {field: "There is no such day in the calendar."}


# --- blocks


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


@pytest.mark.parametrize(
    ("one", "field", "sentence"),
    [
        (block(-1, 5), "blocks.1.first", "It must be 0 or more."),
        (
            block(5, LARGEST_NUMBER + 1),
            "blocks.1.last",
            "It must be 9007199254740991 or less.",
        ),
        (block(10**30, 10**30), "blocks.1.first", "It must be 9007199254740991 or less."),
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


# --- several fields together


def test_a_record_whose_serial_is_malformed_is_refused_at_the_serial():
    assert mistakes(CreateRecord, serial_number="ACR-FR-1129-2025-1 to 5").keys() == {
        "serial_number"
    }


def test_a_record_whose_serial_has_another_count_is_refused_at_the_quantity():
    fields = {"registry": "GS", "serial_number": "GS1-1-CM-GS1064-16-2012-1253-1-3150"}
    assert mistakes(CreateRecord, **fields, vintage=2012, quantity=9039) == {
        "quantity": "the block 1-3150 has 3,150 units but the record declares 9,039"
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


@pytest.mark.parametrize("command", EVERY)
@given(data=st.data())
def test_whatever_json_comes_it_fits_or_is_refused_with_a_sentence_a_field(command, data):
    names = st.sampled_from([*command.model_fields, "colour"])
    fields = data.draw(st.dictionaries(names, anything, max_size=4))
    try:
        read(command, **fields)
    except InvalidFields as refusal:
        assert refusal.errors
        assert all(error.message for error in refusal.errors)
