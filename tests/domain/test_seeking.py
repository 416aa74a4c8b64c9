"""Where a looked-up serial number may lie: by every registry's grammar, and as free text."""

import pytest

from tests.domain.serial_examples import ACR, ART, BY_GRAMMAR, CAR, CDM, GS, READ, VCS, VCS_LEGACY
from webapp.domain.blocks import Block
from webapp.domain.refusals import InvalidFields
from webapp.domain.serials import Sought, read_serial, seek_serial

KNOWN = ("VCS", "GS", "Puro")
SHAPED = {name: row for name, row in READ.items() if name != "free text"}


def refusal(serial: str) -> str:
    """The sentence that refuses it, at serial_number."""
    with pytest.raises(InvalidFields) as caught:
        seek_serial(serial, KNOWN)
    (error,) = caught.value.errors
    assert error.field == "serial_number"
    return error.message


@pytest.mark.parametrize("name", SHAPED)
def test_a_whole_block_lies_in_its_series_whatever_registries_there_are(name):
    _, serial, _, series, _, block, _, _ = SHAPED[name]

    assert seek_serial(serial, KNOWN) == [Sought((series,), Block(*block))]
    assert seek_serial(serial, []) == [Sought((series,), Block(*block))]


@pytest.mark.parametrize(
    ("serial", "series", "unit"),
    [
        (VCS.replace("941467007-941467431", "941467119-941467119"), "VCS#19385", 941467119),
        (VCS_LEGACY.replace("7863589-7889021", "7863600-7863600"), "VCS#240", 7863600),
        ("GS1-1-KE-GS11603-16-2025-30256-200", "GS#30256", 200),
        (GS.replace("110-5463", "200-200"), "GS#30256", 200),
        ("GS1-1-KH-1020-16-2012-325-7", "GS#325", 7),
        (ACR.replace("30932 to 35143", "31000"), "ACR#2917", 31000),
        (ACR.replace("30932 to 35143", "31000 to 31000"), "ACR#2917", 31000),
        (CAR.replace("1 to 260294", "119"), "CAR#8969", 119),
        (ART.replace("2500001 to 2600000", "2500119"), "ART#3", 2500119),
        ("RW-5-1463960-2-2-0-7014", "CDM#RW-5-2-2-0-7014", 1463960),
        ("RW-5-1463960-2-2-0-7014 - RW-5-1463960-2-2-0-7014", "CDM#RW-5-2-2-0-7014", 1463960),
        ("IN-5-120-1-2-889", "CDM#IN-5-1-2-889", 120),
    ],
)
def test_a_single_unit_lies_in_the_series_of_its_block(serial, series, unit):
    assert seek_serial(serial, KNOWN) == [Sought((series,), Block(unit, unit))]


@pytest.mark.parametrize(
    ("serial", "wrong"),
    [
        (VCS[:-1] + "O", 'must be 0 or 1, not "O"'),
        (VCS + "-7", "it has 14 parts joined by hyphens instead of 13"),
        (VCS.lower(), 'part 4, VCS,|must be VCS, not "vcs"'),
        (VCS.replace("19385-", "019385-"), "without leading zeros"),
        (VCS_LEGACY.replace("-APX-", "-APY-"), 'must be MER or APX, not "APY"'),
        (GS + "-1", "it has 10 parts joined by hyphens instead of 9"),
        ("GS1-1-KE", "it has 3 parts"),
        ("gs1-1-KE-GS11603-16-2025-30256-200", 'must be GS1, not "gs1"'),
        (ACR.replace("30932 to 35143", "30932to35143"), 'joined by " to "'),
        (ACR + " retired", "two whole numbers"),
        (CAR.replace("CAR-ROC", "CAR-2"), 'must be 1 or ROC, not "2"'),
        (ART.replace("-2019-", "-19-"), 'must be a year of four digits, not "19"'),
        (CDM.lower(), "capital letters"),
        (CDM + " x", "nothing after it"),
    ],
)  # fmt: skip
def test_a_malformed_one_says_what_is_wrong_and_what_one_looks_like(serial, wrong):
    message = refusal(serial)

    assert any(one in message for one in wrong.split("|")), message
    example = message.rpartition(" looks like ")[2].removesuffix(".")
    assert seek_serial(example, ())[0].series, message


@pytest.mark.parametrize("name", BY_GRAMMAR)
def test_an_example_is_one_of_the_registry_that_the_text_seems_to_be_of(name):
    serial, _ = BY_GRAMMAR[name]

    article = "an" if name.startswith("A") else "a"
    assert f"shape of {article} {name.partition('_')[0]} serial number" in refusal(serial + "!")


@pytest.mark.parametrize(
    ("serial", "sentence"),
    [
        (GS.replace("110-5463", "5463-110"), "Its block 5463-110 runs backwards"),
        (CDM.replace("7014 - RW", "7014 - UG"), "Its two halves may differ only in the unit's"),
        (ACR.replace("35143", "9" * 400), "Its numbers go past"),
        (VCS.replace("-01012020-", "-32012020-"), "32012020 is no day of the calendar"),
        (VCS.replace("-01012020-", "-01012021-"), "Its vintage ends before it starts"),
    ],
)
def test_one_that_contradicts_itself_says_how(serial, sentence):
    assert sentence in refusal(serial)


def test_free_text_may_be_any_registrys_and_case_does_not_count():
    places = seek_serial("Vcs 0001x", KNOWN)

    assert places == [Sought(("vcs:vcs 0001x", "gs:vcs 0001x", "puro:vcs 0001x"), None)]


@pytest.mark.parametrize("joint", [" ", " #", "/", ":", "-", " - ", " / "])
def test_the_number_behind_free_text_may_be_a_units(joint):
    text = f"VCS-A{joint}119"

    whole, unit = seek_serial(text, ("VCS",))

    assert whole == Sought((f"vcs:{text.lower()}",), None)
    assert unit == Sought(("vcs:vcs-a",), Block(119, 119))


@pytest.mark.parametrize(
    "text", ["VCS 1.5", "VCS 1x", "119", "-5", "VCS 1234567890123456", "VCS ١١٩"]
)
def test_what_is_no_number_behind_a_text_names_no_unit(text):
    assert [place.block for place in seek_serial(text, ("VCS",))] == [None]


def test_a_units_number_may_have_leading_zeros():
    assert seek_serial("X 0119", ("VCS",))[1].block == Block(119, 119)


def test_a_text_too_long_for_an_index_is_sought_under_the_series_that_records_have():
    text = "€" * 300

    assert seek_serial(text, ("VCS",))[0].series == (read_serial("VCS", text, 5).series,)


def test_without_registries_free_text_lies_nowhere():
    assert seek_serial("X", []) == [Sought((), None)]
