"""The serial strip on pages: what it says, where its blocks lead, and what is too fine for it."""

from xml.etree.ElementTree import Element

import pytest
from flask import Flask, render_template_string

from tests.factories import DESK, GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.people import record, sell
from webapp.actions import looking, taking
from webapp.domain.commands import BlockOfUnits, Retire

RECORD = f"/records/{GUJARAT_ID}"


def retire(site: Flask, record_id: str, *units: int, **fields: str) -> None:
    with site.app_context():
        blocks = [BlockOfUnits(first=unit, last=unit) for unit in units]
        taking.retire(record_id, Retire(blocks=blocks, **fields), DESK)


def strip(page: Page) -> Element:
    found = page.root.find(".//figure//{*}svg")
    assert found is not None
    return found


def blocks(page: Page) -> list[tuple[str, str]]:
    """The strip's blocks: what each says, and where it leads."""
    return [(words(one), one.get("href") or "") for one in strip(page).iterfind("{*}a")]


def macro(site: Flask, call: str) -> str:
    """What a macro of the strip's component makes of the record."""
    with site.test_request_context("/"):
        return render_template_string(
            "{% from 'components/strip.html' import strip_tick, strip_only, strip_small %}{{ "
            + call
            + " }}",
            story=looking.record(GUJARAT_ID),
        )


def test_each_block_names_its_units_and_leads_to_its_event(site: Flask, public: Browser) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    assert blocks(public.get(RECORD)) == [
        ("Units 1-60, 60 units: sold to Acme Ltd (event 2)", "#event-2"),
        ("Units 61-110, 50 units: available (event 1)", "#event-1"),
    ]


def test_the_states_differ_in_shape(site: Flask, public: Browser) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    drawn = [one.find("{*}rect") for one in strip(public.get(RECORD)).iterfind("{*}a")]

    assert [one.attrib.get("fill") for one in drawn if one is not None] == ["url(#hatch)", None]
    assert [one.attrib["class"] for one in drawn if one is not None] == ["sold", "available"]


def test_a_strip_that_shows_every_block_needs_no_table(site: Flask, public: Browser) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    assert "All blocks, as a table" not in public.get(RECORD).text


def test_blocks_too_thin_to_draw_are_one_marked_piece_and_stand_in_a_table(
    site: Flask, public: Browser
) -> None:
    record_id = record(site, quantity=100_000)
    retire(site, record_id, 11, 13, 15, beneficiary="Acme Ltd")

    page = public.get(f"/records/{record_id}")

    assert ("Units 1-15: 6 small blocks", "#all-blocks") in blocks(page)
    rows = [[words(cell) for cell in row] for row in page.element("all-blocks").iter("tr")][1:]
    assert rows == [
        ["available", "99 997", "1-10, 12, 14, 16-100000", "event 1"],
        ["retired for Acme Ltd", "3", "11, 13, 15", "event 2"],
    ]


def test_a_strip_of_very_many_blocks_is_no_trap_for_the_tab_key(
    site: Flask, public: Browser
) -> None:
    retire(site, record(site), *range(1, 110, 5))

    page = public.get(RECORD)

    assert {one.get("tabindex") for one in strip(page).iterfind("{*}a")} == {"-1"}
    assert "event 2" in words(page.element("all-blocks"))


def test_the_tick_stands_at_its_unit(site: Flask) -> None:
    sell(site, record(site), "Acme Ltd", 55)

    drawn = macro(site, "strip_tick(story, 56)")

    assert 'x1="50.45%"' in drawn
    assert "unit 56</text>" in drawn
    assert 'aria-label="Unit 56. The units 1-110 in a row.' in drawn


def test_one_events_strip_fills_its_blocks_and_leaves_the_rest_faint(site: Flask) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    drawn = macro(site, "strip_only(story, 2)")

    assert [part.split('"')[0] for part in drawn.split('rect class="')[1:]] == ["sold", "rest"]
    assert "Units 1-60 among the units 1-110 of the record." in drawn


def test_a_small_strip_says_what_it_is_given(site: Flask) -> None:
    record(site)

    drawn = macro(site, "strip_small(strip_pieces(story), '110 available')")

    assert 'aria-label="110 available"' in drawn
    assert drawn.count("<rect") == 1


@pytest.mark.parametrize(
    ("unit", "sentence"),
    [
        (20, "Unit 20 was sold to Acme Ltd on"),
        (100, "Unit 100 is available (event 1)."),
        (111, "Unit 111 is not in this record, whose units are 1-110."),
    ],
)
def test_the_address_of_a_unit_says_what_became_of_it(
    site: Flask, public: Browser, unit: int, sentence: str
) -> None:
    sell(site, record(site), "Acme Ltd", 60)

    page = public.get(f"{RECORD}?unit={unit}")

    assert words(page.element("unit")).startswith(sentence)
    assert (strip(page).find("{*}text") is not None) is (unit <= 110)


@pytest.mark.parametrize("unit", ["", "x", "1.5", "-1", "1" * 17, "٥", "%00"])
def test_what_is_no_units_number_is_a_bad_request(site: Flask, public: Browser, unit: str) -> None:
    record(site)

    page = public.get(f"{RECORD}?unit={unit}")

    assert page.status == 400
    assert "unit is the number of one unit" in page.text


def test_a_form_and_the_table_of_blocks_share_a_page_without_sharing_names(
    site: Flask, desk: Browser
) -> None:
    retire(site, record(site), *range(1, 110, 5))

    page = desk.get(f"{RECORD}/retire")  # the browser of these tests looks for ids given twice

    assert page.form().fields["blocks"] == ""
