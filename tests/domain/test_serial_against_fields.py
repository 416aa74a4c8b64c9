"""What a serial number says of vintage and project, against the record's other fields."""

import pytest

from tests.domain.serial_examples import BY_GRAMMAR, CDM, GS, VCS
from webapp.domain.refusals import InvalidFields
from webapp.domain.serials import check_against_fields, read_serial


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


@pytest.mark.parametrize(
    "project_id", [None, "1340", "VCS1340", "VCS 1340", "VCS-1340", "01340", "vcs1340", "Vcs 1340"]
)
def test_a_project_is_known_in_the_ways_that_exports_write_it(project_id):
    check_against_fields(read_serial("VCS", VCS, 425), 2020, project_id)


@pytest.mark.parametrize(
    "project_id",
    [
        "13400",
        "134",
        "1340a",
        "a1340",
        "VCS",
        "1 340",
        "VCSVCS1340",
        "ACR1340",
        "GS1340",
        "CAR 1340",
        "ART-1340",
    ],
)
def test_another_project_is_not_taken_for_it(project_id):
    with pytest.raises(InvalidFields):
        check_against_fields(read_serial("VCS", VCS, 425), 2020, project_id)


@pytest.mark.parametrize("project_id", ["GS11603", "11603", "gs11603", "Gs 11603", "GS-11603"])
def test_a_gold_standard_project_is_known_with_and_without_its_letters(project_id):
    check_against_fields(read_serial("GS", GS, 5354), 2025, project_id)


@pytest.mark.parametrize("name", BY_GRAMMAR)
@pytest.mark.parametrize("prefix", ["VCS", "GS", "ACR", "CAR", "ART"])
def test_only_the_prefix_of_the_serials_own_registry_is_left_out(name, prefix):
    serial, quantity = BY_GRAMMAR[name]
    own = name.partition("_")[0]
    read = read_serial(own, serial, quantity)
    for project_id in (prefix + read.project, prefix.lower() + read.project):
        if prefix == own:
            check_against_fields(read, read.vintage, project_id)
            continue
        with pytest.raises(InvalidFields) as caught:
            check_against_fields(read, read.vintage, project_id)
        (error,) = caught.value.errors
        assert (error.field, error.message) == (
            "project_id",
            f'The serial number says project {read.project}, the record says "{project_id}".',
        )


@pytest.mark.parametrize(("serial", "quantity"), [("VCS-2220", 110), (CDM, 3657)])
def test_a_serial_that_says_nothing_contradicts_nothing(serial, quantity):
    check_against_fields(read_serial("GS", serial, quantity), 1999, "31415")
