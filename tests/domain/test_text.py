"""How typed text becomes stored text: each rule, their order, and that once is enough."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.domain.text import normalise, normalise_note

WHITE_SPACE = [  # every character with Unicode's White_Space property
    *map(chr, range(0x09, 0x0E)),
    *"\u0020\u0085\u00a0\u1680",
    *map(chr, range(0x2000, 0x200B)),
    *"\u2028\u2029\u202f\u205f\u3000",
]
WHITE_SPACE_WITHIN_A_LINE = [one for one in WHITE_SPACE if one not in "\n\r\u0085\u2028\u2029"]
CONTROLS = [
    chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)] if chr(code) not in WHITE_SPACE
]
BIDIRECTIONAL = [
    *"\u061c\u200e\u200f",
    *"\u202a\u202b\u202c\u202d\u202e",
    *"\u2066\u2067\u2068\u2069",
]
SURROGATES = ["\ud800", "\udbff", "\udc00", "\udfff"]

both = pytest.mark.parametrize("normalise_it", [normalise, normalise_note])
awkward_text = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from([*WHITE_SPACE, *"\u200b\ufeff\u0301\u0323eE\u1100\u1161\u11a8\u212b"]),
    ),
    max_size=30,
)


@both
@pytest.mark.parametrize(
    ("typed", "stored"),
    [("e\u0301", "\u00e9"), ("\u212b", "\u00c5"), ("\u1100\u1161", "\uac00")],
    ids=ascii,
)
def test_text_is_composed(normalise_it, typed, stored):
    assert normalise_it(typed) == stored


@both
@pytest.mark.parametrize("lookalike", ["\ufb01", "\uff21", "\u00b2"], ids=ascii)
def test_compatibility_characters_stay_what_they_are(normalise_it, lookalike):
    assert normalise_it(lookalike) == lookalike


@both
@pytest.mark.parametrize("invisible", ["\u200b", "\ufeff"], ids=ascii)
def test_zero_width_spaces_and_byte_order_marks_are_dropped(normalise_it, invisible):
    assert normalise_it(f"{invisible}VCS{invisible}-1{invisible}") == "VCS-1"


@pytest.mark.parametrize("space", WHITE_SPACE, ids=ascii)
def test_each_white_space_character_becomes_a_space(space):
    assert normalise(f"Wind{space}Farm") == "Wind Farm"


@pytest.mark.parametrize("space", WHITE_SPACE, ids=ascii)
def test_each_white_space_character_is_trimmed(space):
    assert normalise(f"{space}Wind Farm{space}") == "Wind Farm"


def test_a_run_of_white_space_becomes_one_space():
    assert normalise("Wind" + "".join(WHITE_SPACE) + "Farm") == "Wind Farm"


@pytest.mark.parametrize("joiner", ["\u180e", "\u2060", "\u200c", "\u200d", "\u00ad"], ids=ascii)
def test_what_unicode_does_not_call_white_space_is_kept(joiner):
    assert normalise(f"Wind{joiner}Farm") == f"Wind{joiner}Farm"


def test_dropping_comes_before_white_space_so_a_split_run_is_one_space():
    assert normalise("Wind \u200b \ufeff Farm") == "Wind Farm"


def test_dropping_comes_before_trimming():
    assert normalise("\ufeff Wind Farm \u200b") == "Wind Farm"


def test_a_letter_and_its_accent_meet_when_what_parted_them_is_dropped():
    assert normalise("Cafe\u200b\u0301") == "Caf\u00e9"


def test_white_space_comes_before_controls_so_tabs_and_line_feeds_are_not_refused():
    assert normalise("Wind\t\r\nFarm") == "Wind Farm"


def test_text_of_nothing_but_white_space_and_dropped_characters_is_empty():
    assert normalise("".join(WHITE_SPACE) + "\u200b\ufeff") == ""


@both
@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_each_control_character_is_refused_by_its_code(normalise_it, control):
    with pytest.raises(ValueError, match=rf"U\+{ord(control):04X} stands in it; remove it\."):
        normalise_it(f"Wind{control}Farm")


@both
@pytest.mark.parametrize("control", ["\0", "\x1c", "\x1d", "\x1e", "\x1f"], ids=ascii)
@pytest.mark.parametrize("text", ["{}Wind", "Wind{}", " {} "])
def test_a_control_character_at_an_end_is_refused_not_trimmed(normalise_it, control, text):
    with pytest.raises(ValueError, match="control character"):
        normalise_it(text.format(control))


@both
@pytest.mark.parametrize("turner", BIDIRECTIONAL, ids=ascii)
def test_each_bidirectional_control_is_refused(normalise_it, turner):
    with pytest.raises(ValueError, match=rf"U\+{ord(turner):04X} .*direction of writing"):
        normalise_it(f"Wind{turner}Farm")


@both
@pytest.mark.parametrize("half", SURROGATES, ids=ascii)
def test_a_lone_surrogate_is_refused(normalise_it, half):
    with pytest.raises(ValueError, match="lone surrogate"):
        normalise_it(f"Wind{half}Farm")


@both
@pytest.mark.parametrize(
    "text",
    [
        "\U0001f333 Forest",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u0645\u0634\u0631\u0648\u0639 \u0627\u0644\u0631\u064a\u0627\u062d",
        "\u092a\u0935\u0928",
        "\u98a8\u529b",
    ],
    ids=ascii,
)
def test_emoji_and_every_script_are_kept(normalise_it, text):
    assert normalise_it(text) == text


@given(awkward_text)
@example("e\u200b\u0301")
@example("\u0338\u200b<")
def test_normalising_what_was_normalised_changes_nothing(text):
    try:
        once = normalise(text)
    except ValueError:
        return
    assert normalise(once) == once


@given(awkward_text)
@example("\r\u200b\n")
@example(" \n \u0301")
def test_normalising_a_note_that_was_normalised_changes_nothing(text):
    try:
        once = normalise_note(text)
    except ValueError:
        return
    assert normalise_note(once) == once


@given(awkward_text)
def test_a_note_read_as_one_line_is_that_line(text):
    try:
        note = normalise_note(text)
    except ValueError:
        return
    assert normalise(note) == normalise(text)


def test_a_note_keeps_its_line_feeds_and_empty_lines():
    assert (
        normalise_note("Dear desk,\n\nretire these.\nAnna") == "Dear desk,\n\nretire these.\nAnna"
    )


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_every_line_end_of_a_note_becomes_a_line_feed(end):
    assert normalise_note(f"one{end}two") == "one\ntwo"


@pytest.mark.parametrize("space", WHITE_SPACE_WITHIN_A_LINE, ids=ascii)
def test_white_space_within_a_line_of_a_note_becomes_one_space(space):
    assert normalise_note(f"{space}one{space}{space}two{space}\nthree") == "one two\nthree"


def test_a_note_loses_the_empty_lines_at_its_ends():
    assert normalise_note("\n \n one\n\n two \n\t\n") == "one\n\ntwo"
