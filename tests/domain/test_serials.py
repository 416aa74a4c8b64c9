"""What serial numbers say: every grammar, second notations, and which text has a shape."""

import pytest

from tests.domain.serial_examples import ACR, ART, BY_GRAMMAR, CAR, CDM, GS, READ, VCS, refusal
from webapp.domain.blocks import Block
from webapp.domain.serials import read_serial

# --- each grammar


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


@pytest.mark.parametrize("number", [1463953, 1465000, 1467609])
def test_a_single_cdm_serial_is_its_unit_in_the_series_of_its_run(number):
    one, run = read_serial("GS", f"RW-5-{number}-2-2-0-7014", 1), read_serial("GS", CDM, 3657)
    assert (one.series, one.remainder) == (run.series, run.remainder)
    assert one.block == Block(number, number)
    assert run.block.first <= number <= run.block.last


def test_a_single_cdm_serial_is_one_unit():
    assert refusal("GS", "RW-5-1463953-2-2-0-7014", 3657) == (
        "quantity",
        "In this serial number the block 1463953 has 1 unit but the record declares 3\u202f657.",
    )


@pytest.mark.parametrize(
    "serial",
    [
        *(
            text + more
            for text in (CDM, "RW-5-1463953-2-2-0-7014")
            for more in (" (retired)", "x", "-1", " -", ";", " and others")
        ),
        CDM.lower(),
        CDM.replace("- RW", "- rw"),
        CDM.replace("RW", "Rw"),
        "rw-5-1463953-2-2-0-7014",
        CDM.replace("-1463953-", "-01463953-"),
        CDM.replace("-1467609-", "-01467609-"),
        "RW-5-01463953-2-2-0-7014",
        CDM.replace(" - ", "-"),
        CDM.replace(" - ", " to "),
        CDM.replace(" - ", " \u2013 "),
        "RW-5-1463953-2-2-",
        "RW-5-1463953-2-2-1-7014",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("quantity", [1, 3657])
def test_what_looks_like_cdm_units_must_be_so_to_its_end(serial, quantity):
    field, message = refusal("GS", serial, quantity)
    assert field == "serial_number"
    assert CDM in message


@pytest.mark.parametrize("rest", ["02-2-0-7014", "2-02-0-7014", "2-2-0-07014", "2-2-00-7014"])
def test_no_leading_zero_makes_another_series_of_cdm_units(rest):
    # All of it names the series: a zero in it would let the same units in a second time.
    assert refusal("GS", f"RW-5-1463953-{rest}")[0] == "serial_number"
    assert refusal("GS", f"RW-5-1-{rest} - RW-5-9-{rest}", 9)[0] == "serial_number"


@pytest.mark.parametrize(
    "serial",
    [
        "RW-5-1463953-2",
        "RW-5-1463953-2-",
        "RW-5-1463953-2-2",
        "RWA-5-1-2-2-0-7",
        "RW-6-1-2-2",
        "RW-5-x-2-2-",
    ],
)
def test_what_does_not_look_like_cdm_units_is_free_text(serial):
    assert read_serial("GS", serial, 9).block == Block(1, 9)


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


@pytest.mark.parametrize("registry", ["VCS", "\ufb03" * 300])
def test_a_series_of_very_long_free_text_is_short_enough_for_an_index(registry):
    assert len(read_serial(registry, LONG, 5).series.encode()) <= 600


def test_a_series_of_ordinary_length_stays_readable():
    assert read_serial("VCS", "A" * 300, 5).series == "vcs:" + "a" * 300


def test_very_long_free_texts_that_differ_at_their_end_are_two_series():
    assert read_serial("VCS", LONG + "1", 5).series != read_serial("VCS", LONG + "2", 5).series


def test_very_long_free_text_is_compared_casefolded_too():
    assert read_serial("VCS", LONG.lower(), 5).series == read_serial("VCS", LONG, 5).series
