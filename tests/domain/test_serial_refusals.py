"""Which serial numbers are refused, where and with which sentence."""

import pytest

from tests.domain.serial_examples import (
    ACR,
    ART,
    BY_GRAMMAR,
    CAR,
    CDM,
    GS,
    VCS,
    VCS_LEGACY,
    refusal,
)
from webapp.domain.blocks import LARGEST_NUMBER, Block
from webapp.domain.serials import read_serial


def test_a_quantity_that_the_block_has_not_is_refused_with_both_numbers():
    assert refusal("GS", "GS1-1-CM-GS1064-16-2012-1253-1-3150", 9039) == (
        "quantity",
        "In this serial number the block 1-3150 has 3\u202f150 units but the record declares 9\u202f039.",
    )


@pytest.mark.parametrize("name", BY_GRAMMAR)
@pytest.mark.parametrize("off", [-1, 1])
def test_every_grammar_counts_both_ends_of_the_run(name, off):
    serial, quantity = BY_GRAMMAR[name]
    field, _ = refusal(name.partition("_")[0], serial, quantity + off)
    assert field == "quantity"


def test_cdm_counts_both_ends_of_the_run():
    assert refusal("GS", CDM, 3656)[0] == "quantity"


def test_a_single_serial_is_one_unit():
    assert refusal("GS", "GS1-1-KE-GS11603-16-2025-30256-200", 2) == (
        "quantity",
        "In this serial number the block 200 has 1 unit but the record declares 2.",
    )


@pytest.mark.parametrize(
    ("registry", "serial"),
    [
        ("VCS", VCS.replace("941467007-941467431", "941467431-941467007")),
        ("VCS", VCS_LEGACY.replace("7863589-7889021", "7889021-7863589")),
        ("GS", GS.replace("110-5463", "5463-110")),
        ("ACR", ACR.replace("30932 to 35143", "35143 to 30932")),
        ("CAR", CAR.replace("1 to 260294", "260294 to 1")),
        ("ART", ART.replace("2500001 to 2600000", "2600000 to 2500001")),
        ("GS", "RW-5-1467609-2-2-0-7014 - RW-5-1463953-2-2-0-7014"),
    ],
)
def test_a_run_that_goes_backwards_is_refused(registry, serial):
    field, message = refusal(registry, serial)
    assert field == "serial_number"
    assert "runs backwards" in message


@pytest.mark.parametrize(
    ("registry", "serial", "quantity", "piece"),
    [
        ("VCS", VCS[:-1] + "O", 425, "O"),
        ("VCS", VCS.replace("19385-", "I9385-"), 425, "I9385"),
        ("VCS", VCS_LEGACY.replace("-7863589-", "-786358g-"), 25433, "786358g"),
        ("GS", GS.replace("-110-", "-11O-"), 5354, "11O"),
        ("ACR", ACR.replace("35143", "3514E"), 4212, "30932 to 3514E"),
        ("CAR", CAR.replace("-2025-", "-202S-"), 260294, "202S"),
        ("ART", ART.replace("-102-", "-l02-"), 100000, "l02"),
        ("GS", GS.replace("5463", "546\u0663"), 5354, "546\u0663"),
        ("ART", ART.replace("-102-", "-10\u0662-"), 100000, "10\u0662"),
    ],
)
def test_a_letter_for_a_digit_is_refused_and_shown(registry, serial, quantity, piece):
    field, message = refusal(registry, serial, quantity)
    assert field == "serial_number"
    assert f'not "{piece}"' in message


def test_the_refusal_of_a_wrong_part_tells_its_place_and_a_right_serial():
    assert refusal("VCS", VCS[:-1] + "O", 425)[1] == (
        "It has the shape of a VCS serial number, but part 13, the label, must be 0 or 1, "
        f'not "O". One looks like {VCS}.'
    )


@pytest.mark.parametrize(
    ("registry", "serial", "start"),
    [
        (
            "VCS",
            VCS.replace("-VCS-", "-vcs-"),
            'a VCS serial number, but part 4 must be VCS, not "vcs"',
        ),
        ("GS", GS.replace("GS1-1-", "GS1-2-"), 'a GS serial number, but part 2 must be 1, not "2"'),
        (
            "CAR",
            CAR.replace("-ROC-", "-roc-"),
            'a CAR serial number, but part 2 must be 1 or ROC, not "roc"',
        ),
        (
            "ACR",
            ACR.replace("ACR-", "acr-"),
            'an ACR serial number, but part 1 must be ACR, not "acr"',
        ),
        (
            "ART",
            ART.replace("ART-", "art-"),
            'an ART serial number, but part 1 must be ART, not "art"',
        ),
    ],
)
def test_the_refusal_of_a_fixed_part_names_it_once(registry, serial, start):
    assert refusal(registry, serial)[1].startswith(f"It has the shape of {start}. One looks like ")


@pytest.mark.parametrize("name", BY_GRAMMAR)
@pytest.mark.parametrize("more", [" (retired)", "x", "-1", " -", ";", ", and others"])
def test_text_after_the_serial_is_refused(name, more):
    serial, quantity = BY_GRAMMAR[name]
    assert refusal(name.partition("_")[0], serial + more, quantity)[0] == "serial_number"


@pytest.mark.parametrize("name", BY_GRAMMAR)
def test_a_missing_part_is_refused_with_how_many_there_are(name):
    serial, quantity = BY_GRAMMAR[name]
    head, _, tail = serial.rpartition("-")
    short = f"{head.rpartition('-')[0]}-{tail}"  # the part before the last is gone
    if name == "GS":
        short = serial.rpartition("-")[0].rpartition("-")[0]  # two fewer: one fewer is a single
    field, message = refusal(name.partition("_")[0], short, quantity)
    assert field == "serial_number"
    assert "parts joined by hyphens instead of" in message


@pytest.mark.parametrize("word", ["NaN", "nan", "undefined", "Undefined", "null", "None", "N/A"])
def test_a_word_for_nothing_is_no_serial_number(word):
    assert refusal("VCS", word)[0] == "serial_number"


@pytest.mark.parametrize(
    ("registry", "serial", "quantity"),
    [
        ("VCS", VCS.replace("-941467007-", "-0941467007-"), 425),
        ("VCS", VCS.replace("19385-", "019385-"), 425),
        ("GS", GS.replace("-110-", "-0110-"), 5354),
        ("GS", "GS1-1-KE-GS11603-16-2025-30256-0200", 1),
        ("GS", GS.replace("-30256-", "-030256-"), 5354),
        ("ACR", ACR.replace("30932 to", "030932 to"), 4212),
        ("CAR", CAR.replace("to 260294", "to 0260294"), 260294),
        ("ART", ART.replace("-3-", "-03-"), 100000),
    ],
)
def test_a_leading_zero_in_a_batch_or_unit_number_is_refused(registry, serial, quantity):
    field, message = refusal(registry, serial, quantity)
    assert field == "serial_number"
    assert "without leading zeros" in message


@pytest.mark.parametrize(
    "run", ["30932-35143", "30932 To 35143", "30932to35143", "30932  to 35143"]
)
def test_the_two_ends_of_an_acr_run_are_joined_by_to(run):
    assert refusal("ACR", f"ACR-FR-1129-2025-2917-{run}", 4212)[0] == "serial_number"


@pytest.mark.parametrize(
    ("part", "day"), [("vintage start", "31042020"), ("vintage end", "00122020")]
)
def test_a_vintage_day_that_no_calendar_has_is_refused(part, day):
    serial = VCS.replace("01012020" if part == "vintage start" else "31122020", day)
    field, message = refusal("VCS", serial, 425)
    assert field == "serial_number"
    assert f"{part} {day}" in message


def test_a_vintage_that_ends_before_it_starts_is_refused():
    assert "ends before it starts" in refusal("VCS", VCS.replace("31122020", "31122019"), 425)[1]


def test_a_vintage_of_one_day_is_read():
    assert read_serial("VCS", VCS.replace("31122020", "01012020"), 425).vintage == 2020


@pytest.mark.parametrize("last", [LARGEST_NUMBER + 1, 10**30, 10**200])
def test_a_number_past_the_largest_is_refused(last):
    field, message = refusal("GS", f"GS1-1-KE-GS11603-16-2025-30256-{last}-{last}", 1)
    assert field == "serial_number"
    assert (
        message
        == "Its numbers go past 9\u202f007\u202f199\u202f254\u202f740\u202f991, the largest kept here."
    )


ENDLESS = "9" * 5000  # more digits than Python reads


@pytest.mark.parametrize(
    ("registry", "serial"),
    [
        ("GS", f"GS1-1-KE-GS11603-16-2025-30256-{ENDLESS}"),
        ("GS", f"GS1-1-KE-GS11603-16-2025-30256-{ENDLESS}-1"),
        ("VCS", VCS.replace("941467431", ENDLESS)),
        ("VCS", VCS_LEGACY.replace("7889021", ENDLESS)),
        ("ACR", ACR.replace("35143", ENDLESS)),
        ("CAR", CAR.replace("260294", ENDLESS)),
        ("ART", ART.replace("2600000", ENDLESS)),
        ("GS", CDM.replace("1467609", ENDLESS)),
        ("GS", f"RW-5-{ENDLESS}-2-2-0-7014"),
    ],
    ids=lambda text: text[:20],
)
def test_thousands_of_digits_are_refused_with_a_sentence(registry, serial):
    assert refusal(registry, serial) == (
        "serial_number",
        "Its numbers go past 9\u202f007\u202f199\u202f254\u202f740\u202f991, the largest kept here.",
    )


def test_the_largest_number_is_read():
    serial = f"GS1-1-KE-GS11603-16-2025-30256-{LARGEST_NUMBER}-{LARGEST_NUMBER}"
    assert read_serial("GS", serial, 1).block == Block(LARGEST_NUMBER, LARGEST_NUMBER)


def test_a_run_may_start_at_nought():
    assert read_serial("ACR", "ACR-FR-1129-2025-2917-0 to 9", 10).block == Block(0, 9)
