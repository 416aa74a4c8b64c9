"""What serial numbers say: every grammar, what is refused, and free text.

The serials are the examples of the registries' formats and others of the same shape.
"""

import pytest

from webapp.domain.blocks import LARGEST_NUMBER, Block
from webapp.domain.refusals import InvalidFields
from webapp.domain.serials import check_against_fields, read_serial

VCS = "19385-941467007-941467431-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1"
VCS_LEGACY = "240-7863589-7889021-VCU-003-APX-IN-1-101-01042006-18032007-0"
GS = "GS1-1-KE-GS11603-16-2025-30256-110-5463"
GS_OLDER = "GS1-1-KH-1020-16-2012-325-1-22283"
ACR = "ACR-FR-1129-2025-2917-30932 to 35143"
CAR = "CAR-ROC-US-2056-129-2283-WV-2025-8969-1 to 260294"
ART = "ART-GY-102-2019-3-2500001 to 2600000"
CDM = "RW-5-1463953-2-2-0-7014 - RW-5-1467609-2-2-0-7014"

# registry, serial, quantity, series, remainder, block, vintage, project
READ = {
    "VCS": (
        "VCS", VCS, 425, "VCS#19385", "VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1",
        (941467007, 941467431), 2020, "1340",
    ),
    "VCS, verifier of three digits": (
        "VCS", "7-1-10-VCS-VCU-034-VER-BR-01-0007-15062018-14062019-0", 10, "VCS#7",
        "VCS-VCU-034-VER-BR-01-0007-15062018-14062019-0", (1, 10), 2018, "0007",
    ),
    "VCS, legacy with APX": (
        "VCS", VCS_LEGACY, 25433, "VCS#240", "VCU-003-APX-IN-1-101-01042006-18032007-0",
        (7863589, 7889021), 2006, "101",
    ),
    "VCS, legacy with MER": (
        "VCS", "1019-48811-48911-VCU-006-MER-CN-1-411-01012008-31122008-0", 101, "VCS#1019",
        "VCU-006-MER-CN-1-411-01012008-31122008-0", (48811, 48911), 2008, "411",
    ),
    "GS": (
        "GS", GS, 5354, "GS#30256", "GS1-1-KE-GS11603-16-2025", (110, 5463), 2025, "11603",
    ),
    "GS, older": (
        "GS", GS_OLDER, 22283, "GS#325", "GS1-1-KH-1020-16-2012", (1, 22283), 2012, "1020",
    ),
    "ACR": (
        "ACR", ACR, 4212, "ACR#2917", "ACR-FR-1129-2025", (30932, 35143), 2025, "1129",
    ),
    "CAR, ROC": (
        "CAR", CAR, 260294, "CAR#8969", "CAR-ROC-US-2056-129-2283-WV-2025", (1, 260294), 2025,
        "2056",
    ),
    "CAR, 1": (
        "CAR", "CAR-1-MX-1335-38-2064-JA-2019-77-12 to 31", 20, "CAR#77",
        "CAR-1-MX-1335-38-2064-JA-2019", (12, 31), 2019, "1335",
    ),
    "ART": (
        "ART", ART, 100000, "ART#3", "ART-GY-102-2019", (2500001, 2600000), 2019, "102",
    ),
    "CDM": (
        "GS", CDM, 3657, "CDM#RW-5-2-2-0-7014", "RW-5-2-2-0-7014", (1463953, 1467609), None, None,
    ),
    "CDM, without the nought": (
        "GS", "IN-5-100-1-2-889 - IN-5-149-1-2-889", 50, "CDM#IN-5-1-2-889", "IN-5-1-2-889",
        (100, 149), None, None,
    ),
    "free text": ("VCS", "VCS-2220", 110, "vcs:vcs-2220", "", (1, 110), None, None),
}  # fmt: skip
BY_GRAMMAR = {
    "VCS": (VCS, 425),
    "VCS_LEGACY": (VCS_LEGACY, 25433),
    "GS": (GS, 5354),
    "ACR": (ACR, 4212),
    "CAR": (CAR, 260294),
    "ART": (ART, 100000),
}


def refusal(registry, serial, quantity=1):
    """The one field at fault and its sentence."""
    with pytest.raises(InvalidFields) as caught:
        read_serial(registry, serial, quantity)
    (error,) = caught.value.errors
    return error.field, error.message


@pytest.mark.parametrize("row", READ.values(), ids=READ.keys())
def test_a_serial_is_read_into_series_remainder_and_block(row):
    registry, text, quantity, series, remainder, block, _, _ = row
    serial = read_serial(registry, text, quantity)
    assert (serial.series, serial.remainder, serial.block) == (series, remainder, block)


@pytest.mark.parametrize("row", READ.values(), ids=READ.keys())
def test_a_serial_tells_its_vintage_and_project(row):
    registry, text, quantity, *_, vintage, project = row
    serial = read_serial(registry, text, quantity)
    assert (serial.vintage, serial.project or None) == (vintage, project)


def test_the_vintage_of_a_vcs_serial_is_the_year_that_its_vintage_starts_in():
    serial = "5-1-10-VCS-VCU-1507-VER-ET-14-1340-31122019-30122020-1"
    assert read_serial("VCS", serial, 10).vintage == 2019


# --- second notations of one series


@pytest.mark.parametrize(
    ("registry", "single", "run", "quantity"),
    [
        ("GS", "GS1-1-KE-GS11603-16-2025-30256-200", GS, 5354),
        ("VCS", VCS.replace("941467007-941467431", "941467100-941467100"), VCS, 425),
        ("ACR", "ACR-FR-1129-2025-2917-31000", ACR, 4212),
        ("CAR", "CAR-ROC-US-2056-129-2283-WV-2025-8969-17", CAR, 260294),
        ("ART", "ART-GY-102-2019-3-2500001", ART, 100000),
    ],
)
def test_a_single_serial_lies_in_the_series_of_its_run(registry, single, run, quantity):
    one, all_of_them = read_serial(registry, single, 1), read_serial(registry, run, quantity)
    assert (one.series, one.remainder) == (all_of_them.series, all_of_them.remainder)
    assert all_of_them.block.first <= one.block.first == one.block.last <= all_of_them.block.last


def test_another_code_in_one_batch_is_another_remainder_of_the_same_series():
    other = read_serial("VCS", VCS.replace("-1507-", "-0507-"), 425)
    same = read_serial("VCS", VCS, 425)
    assert other.series == same.series
    assert other.remainder != same.remainder


def test_codes_keep_their_leading_zeros():
    assert "-0507-" in read_serial("VCS", VCS.replace("-1507-", "-0507-"), 425).remainder


def test_equal_batch_numbers_of_two_registries_are_two_series():
    acr = read_serial("ACR", "ACR-FR-1129-2025-3-1 to 2", 2)
    art = read_serial("ART", "ART-FR-1129-2025-3-1 to 2", 2)
    assert acr.series != art.series


# --- what is refused


def test_a_quantity_that_the_block_has_not_is_refused_with_both_numbers():
    assert refusal("GS", "GS1-1-CM-GS1064-16-2012-1253-1-3150", 9039) == (
        "quantity",
        "the block 1-3150 has 3,150 units but the record declares 9,039",
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
    field, _ = refusal("GS", "GS1-1-KE-GS11603-16-2025-30256-200", 2)
    assert field == "quantity"


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
    ],
)
def test_a_letter_for_a_digit_is_refused_and_shown(registry, serial, quantity, piece):
    field, message = refusal(registry, serial, quantity)
    assert field == "serial_number"
    assert f'not "{piece}"' in message


def test_the_refusal_of_a_wrong_part_tells_its_place_and_a_right_serial():
    assert refusal("VCS", VCS[:-1] + "O", 425)[1] == (
        "It has the shape of a VCS serial number, but part 13, the label, must be 0 or 1, "
        f'not "O". A VCS serial number looks like {VCS}.'
    )


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
    assert refusal(registry, serial, quantity)[0] == "serial_number"


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
    assert str(LARGEST_NUMBER) in message


def test_the_largest_number_is_read():
    serial = f"GS1-1-KE-GS11603-16-2025-30256-{LARGEST_NUMBER}-{LARGEST_NUMBER}"
    assert read_serial("GS", serial, 1).block == Block(LARGEST_NUMBER, LARGEST_NUMBER)


def test_a_run_may_start_at_nought():
    assert read_serial("ACR", "ACR-FR-1129-2025-2917-0 to 9", 10).block == Block(0, 9)


# --- the shape decides


@pytest.mark.parametrize("name", BY_GRAMMAR)
def test_the_shape_decides_and_another_registry_is_refused(name):
    serial, quantity = BY_GRAMMAR[name]
    code = name.partition("_")[0]
    assert refusal("Verra", serial, quantity) == (
        "registry",
        f'The serial number is one of {code}, so the registry must be {code}, not "Verra".',
    )


def test_the_registry_code_is_written_in_capitals():
    assert refusal("vcs", VCS, 425)[0] == "registry"


@pytest.mark.parametrize("name", BY_GRAMMAR)
def test_small_letters_have_the_shape_and_are_refused(name):
    serial, quantity = BY_GRAMMAR[name]
    assert refusal(name.partition("_")[0], serial.lower(), quantity)[0] == "serial_number"


@pytest.mark.parametrize("serial", ["A-VCU-B", "GS1-", "ACR-A-B-C-D", "CAR-A-B-C-D", "ART-A-B-C-D"])
def test_what_has_a_shape_must_match_its_grammar(serial):
    assert refusal("somebody", serial)[0] == "serial_number"


@pytest.mark.parametrize(
    "serial", ["VCU-1", "GS-1001", "GS11-2", "ACR-3005", "CAR-1-2-3", "ART-A-B-C", "XACR-1-2-3-4-5"]
)
def test_what_has_no_shape_is_free_text(serial):
    assert read_serial("VCS", serial, 9).block == Block(1, 9)


# --- units of the CDM


def test_the_two_halves_of_a_cdm_run_differ_in_the_number_alone():
    field, message = refusal("GS", CDM.replace("7014 - RW", "7015 - RW"), 3657)
    assert field == "serial_number"
    assert "halves" in message


def test_the_two_halves_of_a_cdm_run_name_one_country():
    assert refusal("GS", CDM.replace("- RW", "- UG"), 3657)[0] == "serial_number"


def test_a_cdm_run_is_one_series_whoever_holds_it():
    assert read_serial("GS", CDM, 3657) == read_serial("CDM", CDM, 3657)


# --- free text


def test_free_text_is_compared_without_regard_to_capitals():
    assert read_serial("VCS", "Vcs-2220", 5).series == read_serial("vcs", "vCS-2220", 5).series


def test_free_text_is_compared_casefolded_not_only_in_small_letters():
    assert (
        read_serial("VCS", "STRASSE 1", 5).series == read_serial("VCS", "Stra\u00dfe 1", 5).series
    )


def test_free_text_of_two_registries_is_two_series():
    assert read_serial("VCS", "A-1", 5).series != read_serial("GS", "A-1", 5).series


def test_free_text_keeps_its_leading_zeros():
    assert read_serial("VCS", "VCS-0001", 5).series != read_serial("VCS", "VCS-1", 5).series


def test_free_text_says_nothing_of_vintage_and_project():
    serial = read_serial("VCS", "VCS-2020-1340", 5)
    assert (serial.vintage, serial.project) == (None, None)


def test_free_text_cannot_name_the_series_of_a_grammar():
    assert read_serial("GS#30256", "x", 5).series != "GS#30256"


LONG = "\U00010400" * 300  # four bytes each, in small letters too


def test_a_series_of_very_long_free_text_is_short_enough_for_an_index():
    assert len(read_serial("\ufb03" * 300, LONG, 5).series.encode()) <= 600


def test_a_series_of_ordinary_length_stays_readable():
    assert read_serial("VCS", "A" * 300, 5).series == "vcs:" + "a" * 300


def test_very_long_free_texts_that_differ_at_their_end_are_two_series():
    assert read_serial("VCS", LONG + "1", 5).series != read_serial("VCS", LONG + "2", 5).series


def test_very_long_free_text_is_compared_casefolded_too():
    assert read_serial("VCS", LONG.lower(), 5).series == read_serial("VCS", LONG, 5).series


# --- against the record's other fields


@pytest.mark.parametrize("name", BY_GRAMMAR)
def test_a_vintage_that_the_serial_contradicts_is_refused(name):
    serial, quantity = BY_GRAMMAR[name]
    read = read_serial(name.partition("_")[0], serial, quantity)
    with pytest.raises(InvalidFields) as caught:
        check_against_fields(read, 1999, None)
    (error,) = caught.value.errors
    assert (error.field, error.message) == (
        "vintage",
        f"The serial number says vintage {read.vintage}, the record says 1999.",
    )


@pytest.mark.parametrize("name", BY_GRAMMAR)
def test_a_project_that_the_serial_contradicts_is_refused(name):
    serial, quantity = BY_GRAMMAR[name]
    read = read_serial(name.partition("_")[0], serial, quantity)
    with pytest.raises(InvalidFields) as caught:
        check_against_fields(read, read.vintage, "31415")
    assert [error.field for error in caught.value.errors] == ["project_id"]


@pytest.mark.parametrize("project_id", [None, "1340", "VCS1340", "VCS 1340", "VCS-1340", "01340"])
def test_a_project_is_known_in_the_ways_that_exports_write_it(project_id):
    check_against_fields(read_serial("VCS", VCS, 425), 2020, project_id)


@pytest.mark.parametrize("project_id", ["13400", "134", "1340a", "a1340", "VCS", "1 340"])
def test_another_project_is_not_taken_for_it(project_id):
    with pytest.raises(InvalidFields):
        check_against_fields(read_serial("VCS", VCS, 425), 2020, project_id)


@pytest.mark.parametrize("project_id", ["GS11603", "11603"])
def test_a_gold_standard_project_is_known_with_and_without_its_letters(project_id):
    check_against_fields(read_serial("GS", GS, 5354), 2025, project_id)


@pytest.mark.parametrize(("serial", "quantity"), [("VCS-2220", 110), (CDM, 3657)])
def test_a_serial_that_says_nothing_contradicts_nothing(serial, quantity):
    check_against_fields(read_serial("GS", serial, quantity), 1999, "31415")
