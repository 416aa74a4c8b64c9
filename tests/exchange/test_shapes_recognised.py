"""Which layout a file has is told by its header, and a file that has none is told why."""

import pytest

from tests.exchange.layouts import EVERY, GS_RETIREMENT, PLAIN, VERRA
from webapp.domain.refusals import FileRefused
from webapp.exchange.shapes import FORMATS, SHAPES, recognise

UNFIT = {
    "acr issuances": (
        ["Date Issued (GMT)", "Vintage", "Total Credits Issued", "Project ID", "Project Name"],
        "issuances of the American Carbon Registry",
    ),
    "car issuances": (
        ["Date Issued", "Project ID", "Project Name", "Vintage", "Total Offset Credits Issued"],
        "issuances of the Climate Action Reserve",
    ),
    "art issuances": (
        ["Date Approved", "Program ID", "Program Name", "Vintage", "Credits Verified"],
        "issuances of ART TREES",
    ),
    "verra projects": (["ID", "Name", "Proponent", "Status"], "list of Verra projects"),
    "gs projects": (
        ["GSID", "Project Name", "Project Developer Name", "Status"],
        "list of Gold Standard projects",
    ),
    "acr projects": (
        ["Project ID", "Project Name", "Voluntary Status", "Total Number of Credits Registered "],
        "list of American Carbon Registry projects",
    ),
    "car projects": (
        ["Project ID", "Project Name", "Status", "Total Number of Offset Credits Registered "],
        "list of Climate Action Reserve projects",
    ),
    "art projects": (
        ["Program ID", "Sovereign Program Developer", "Program Name", "Status"],
        "list of ART TREES projects",
    ),
}


def refusal(kind, header, wanted=None):
    with pytest.raises(FileRefused) as caught:
        recognise(kind, header, wanted)
    return caught.value.detail


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", EVERY)
def test_each_layout_is_recognised_by_its_header(name, kind):
    assert recognise(kind, list(EVERY[name])).name == name


@pytest.mark.parametrize("name", EVERY)
def test_the_order_of_columns_does_not_matter(name):
    assert recognise("csv", list(reversed(EVERY[name]))).name == name


@pytest.mark.parametrize("name", EVERY)
def test_a_header_is_compared_without_case_line_breaks_and_blanks(name):
    header = [f" {column.replace(' ', chr(10) + ' ').upper()} " for column in EVERY[name]]

    assert recognise("csv", header).name == name


@pytest.mark.parametrize("name", EVERY)
def test_each_layout_can_be_asked_for_by_its_family(name):
    assert recognise("csv", list(EVERY[name]), SHAPES[name].family).name == name


@pytest.mark.parametrize("name", EVERY)
def test_a_file_of_refused_rows_has_the_layout_of_the_file_that_it_comes_from(name):
    header = [*EVERY[name], "cairn_row", "cairn_code", "cairn_sentence"]

    assert recognise("csv", header).name == name
    assert not {"cairn_row", "cairn_code", "cairn_sentence"} & set(SHAPES[name].unused(header))


@pytest.mark.parametrize("kind", ["json", "jsonl"])
@pytest.mark.parametrize("wanted", [None, "json"])
def test_json_is_recognised_by_the_kind_of_file(kind, wanted):
    assert recognise(kind, (), wanted).name == "json"


def test_the_formats_are_the_families():
    assert FORMATS == ("verra", "gold-standard", "acr", "car", "art", "plain", "json")


def test_only_gold_standards_retirements_need_an_issuance():
    assert [shape.name for shape in SHAPES.values() if shape.needs_issuance] == [
        "gold-standard-retirements"
    ]


def test_columns_that_are_not_read_are_named_but_not_those_without_a_name():
    header = [*GS_RETIREMENT, "Label", " ", "Unnamed: 31", "POA \nGSID"]

    assert recognise("csv", header).unused(header) == ["Label", "POA \nGSID"]


@pytest.mark.parametrize("name", UNFIT)
def test_exports_without_serial_numbers_are_refused_by_name(name):
    header, found = UNFIT[name]

    detail = refusal("csv", header)

    assert found in detail
    assert "Import" in detail


@pytest.mark.parametrize("name", ["acr issuances", "car issuances", "art issuances"])
def test_issuances_without_serial_numbers_name_what_to_import(name):
    header, _ = UNFIT[name]

    assert (
        "carry no serial numbers: they cannot become records. Import its retirements and "
        "cancellations; each row brings its own block." in refusal("csv", header)
    )


def test_issuances_without_serial_numbers_are_refused_so_when_their_format_is_asked_for_too():
    header, found = UNFIT["acr issuances"]

    assert found in refusal("csv", header, "acr")


def test_an_unknown_header_is_refused_with_what_was_found_and_what_is_known():
    detail = refusal("csv", ["Shoe size", "Colour\nof hat", *[f"c{n}" for n in range(20)]])

    assert 'Found were "Shoe size", "Colour of hat", "c0"' in detail
    assert "and 14 more" in detail
    assert "Verra VCUs" in detail
    assert "project_name, registry, vintage, quantity and serial_number" in detail
    assert len(detail) < 800


def test_a_header_without_any_name_is_refused_too():
    assert "None of its columns has a name." in refusal("csv", ["", " "])


def test_a_format_whose_columns_are_missing_is_refused_and_they_are_named():
    header = [name for name in VERRA if name not in ("Serial Number", "Vintage End")]

    assert 'read as Verra VCUs: it has no column "Vintage End" and "Serial Number".' in refusal(
        "csv", header, "verra"
    )


@pytest.mark.parametrize(
    "column", ["Retirement/Cancellation Date", "Additional Certifications", "Serial Number"]
)
def test_a_verra_file_without_a_column_that_says_what_holds_is_not_taken_for_one(column):
    assert "not those of a file that is known" in refusal(
        "csv", [name for name in VERRA if name != column]
    )


def test_a_registrys_file_is_no_plain_one():
    assert "it has no column" in refusal("csv", list(VERRA), "plain")


def test_a_table_is_no_json():
    assert refusal("csv", list(PLAIN), "json").startswith("The file is no JSON but CSV.")


def test_json_is_no_table():
    assert refusal("jsonl", (), "verra").startswith("The file is JSON")
