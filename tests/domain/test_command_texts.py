"""The text and the days that the commands take, each limit at its edge."""

import json
from datetime import date

import pytest

from tests.domain.asking import DAYS, EVERY, LEAST, LINES, NO_DAY, TAKING, TEXTS, mistakes, of, read
from webapp.domain.commands import CreateRecord
from webapp.domain.reading import NotJson, read_command
from webapp.domain.refusals import InvalidFields

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
