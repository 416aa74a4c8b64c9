"""What cells mean: numbers, days, texts and blocks, as real files write them."""

from datetime import date

import pytest

from webapp.exchange import cells


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("425", 425),
        (" 425 ", 425),
        ("425.0", 425),
        ("425.000", 425),
        ("1,454,054", 1454054),
        ("1,454,054.0", 1454054),
        ("1 454 054", 1454054),
        ("1\u202f454\u202f054", 1454054),
        ("1\u2009454", 1454),
        ("1\u00a0454", 1454),
        ("007", 7),
        ("0", 0),
    ],
)
def test_a_whole_number_is_read_in_each_of_its_notations(cell, number):
    assert cells.whole_number(cell) == number


@pytest.mark.parametrize(
    "cell",
    ["NaN", "undefined", "", "12a", "1.5", "1,5", "1,45", "1,4540", "-5", "+5", "1e3", "1,454 054", "\u0661\u0662", "1.454.054", "0x10"],
)  # fmt: skip
def test_what_is_no_whole_number_is_refused_and_quoted(cell):
    with pytest.raises(ValueError, match=r"is not a whole number; write plain digits\.") as caught:
        cells.whole_number(cell)
    assert f'"{cell}"' in str(caught.value)


def test_an_endless_number_is_still_too_large_and_read_at_once():
    assert cells.whole_number("9" * 100_000) > 2**53


@pytest.mark.parametrize("month_first", [True, False])
@pytest.mark.parametrize(
    "cell",
    [
        "2026-05-03",
        " 2026-05-03 ",
        "2026-05-03T12:35:58.842275",
        "2026-05-03 12:35",
        "2026-05-03 23:59:59Z",
        "2026-05-03T23:30:00-05:00",
        "2026-05-03 00:30:00 UTC",
    ],
)
def test_an_iso_day_is_the_day_that_stands_there_whatever_the_time(cell, month_first):
    assert cells.day(cell, month_first) == date(2026, 5, 3)


@pytest.mark.parametrize(
    ("cell", "month_first", "found"),
    [
        ("5/3/2026", True, date(2026, 5, 3)),
        ("5/3/2026", False, date(2026, 3, 5)),
        ("05/03/26", True, date(2026, 5, 3)),
        ("05/03/98", True, date(1998, 5, 3)),
        ("4/13/2026 7:17:56 PM", True, date(2026, 4, 13)),
        ("04/13/2026 07:17", True, date(2026, 4, 13)),
        ("4/13/2026  7:17:56\nam", True, date(2026, 4, 13)),
        ("4/13/2026", False, date(2026, 4, 13)),
        ("13/4/2026", True, date(2026, 4, 13)),
    ],
)
def test_a_day_with_slashes_goes_by_the_registrys_order_where_that_is_a_day(
    cell, month_first, found
):
    assert cells.day(cell, month_first) == found


@pytest.mark.parametrize("cell", ["2026-02-30", "2026-13-01", "30/02/2026", "13/13/2026", "0/5/2026", "0000-01-01"])  # fmt: skip
def test_a_day_that_no_calendar_has_is_refused(cell):
    with pytest.raises(ValueError, match=r"is no day of the calendar\."):
        cells.day(cell, True)


@pytest.mark.parametrize(
    "cell",
    ["yesterday", "2026", "20260503", "3.5.2026", "2026-5-3", "2026-05-03 25:00", "2026-05-03x", "5/3/026", "3 May 2026", "45000"],
)  # fmt: skip
def test_what_is_no_day_is_refused_and_quoted(cell):
    with pytest.raises(ValueError, match=r"is not a day; write it like 2026-05-03\.") as caught:
        cells.day(cell, True)
    assert f'"{cell}"' in str(caught.value)


@pytest.mark.parametrize("cell", ["", " ", "\n", "NaN", "nan", "NaT", "None", " NaN "])
def test_an_optional_cell_with_what_pandas_writes_for_nothing_is_empty(cell):
    assert cells.text(cell) is None


@pytest.mark.parametrize("cell", ["none", "N/A", "NAN", "Nanterre"])
def test_other_words_are_text(cell):
    assert cells.text(cell) == cell


@pytest.mark.parametrize(
    ("cell", "code"),
    [("1340.0", "1340"), ("1340", "1340"), ("CAR1340.0", "CAR1340.0"), ("1340.5", "1340.5"), ("NaN", None)],
)  # fmt: skip
def test_a_projects_id_loses_the_point_and_zero_of_a_float(cell, code):
    assert cells.code(cell) == code


@pytest.mark.parametrize("dirt", ["\u00c2\u00a0", "\u00a0"])
def test_no_break_spaces_in_a_serial_number_are_dropped_also_misread_ones(dirt):
    assert cells.serial(f"240-1-{dirt}2898{dirt}-VCU") == "240-1-2898-VCU"


def test_other_letters_in_a_serial_number_stay_for_the_domain_to_refuse():
    assert cells.serial("240-\u00c22898-VCU") == "240-\u00c22898-VCU"


@pytest.mark.parametrize(
    ("cell", "pairs"),
    [
        ("1 to 40; 60-70", [(1, 40), (60, 70)]),
        ("7", [(7, 7)]),
        ("1-40,60\u201370", [(1, 40), (60, 70)]),
        (" 1  TO 40 ", [(1, 40)]),
    ],
)
def test_blocks_are_written_with_to_or_a_hyphen(cell, pairs):
    assert [(one["first"], one["last"]) for one in cells.blocks(cell)] == pairs


@pytest.mark.parametrize("cell", ["", "all", "1 to", "1-2-3", "1 to 40;", "1to40x", "-3"])
def test_what_is_no_block_is_refused(cell):
    with pytest.raises(ValueError, match=r"is not a block\. Write blocks like 1 to 40; 60 to 70"):
        cells.blocks(cell)


def test_a_long_cell_is_quoted_shortened():
    assert cells.quoted("x" * 70_000) == f'"{"x" * 40}\u2026"'
