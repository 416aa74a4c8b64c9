"""What leads from the search straight to a record: its id, or a serial number that it holds."""

from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.people import record, sell

BATCH = "GS1-1-KE-GS11603-16-2025-30256-"


def shown(page: Page) -> list[str]:
    """The projects of the hits, from first to last."""
    return [words(link) for link in page.root.iterfind(".//tbody/tr/th/a")]


def batch(site: Flask, first: int, last: int) -> str:
    return record(
        site,
        registry="GS",
        vintage=2025,
        quantity=last - first + 1,
        serial_number=f"{BATCH}{first}-{last}",
    )


def test_while_one_types_nothing_is_jumped_to(site: Flask, public: Browser) -> None:
    record(site)

    part = public.part(f"/?q={GUJARAT_ID}")

    assert (part.status, shown(part)) == (200, ["Waste-to-Energy Gujarat"])


@pytest.mark.parametrize("q", [GUJARAT_ID, GUJARAT_ID.upper(), f" {GUJARAT_ID} "])
def test_a_full_id_leads_straight_to_its_record(site: Flask, public: Browser, q: str) -> None:
    record(site)

    assert public.ask(f"/?{urlencode({'q': q})}").goes_to == f"/records/{GUJARAT_ID}"


@pytest.mark.parametrize("q", [GUJARAT_ID[:63], GUJARAT_ID[:4], "gujarat"])
def test_less_than_an_id_leads_to_a_list_even_of_one(site: Flask, public: Browser, q: str) -> None:
    record(site)

    page = public.ask(f"/?{urlencode({'q': q})}")

    assert (page.status, shown(page)) == (200, ["Waste-to-Energy Gujarat"])


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ({"q": f"{BATCH}150"}, "?unit=150"),
        ({"q": f"{BATCH}110-209"}, ""),
        ({"q": f"{BATCH}120-130"}, ""),
        ({"serial": f"{BATCH}209"}, "?unit=209"),
        ({"q": f"{BATCH}150", "registry": "GS"}, "?unit=150"),
    ],
    ids=str,
)
def test_a_serial_in_one_record_leads_straight_to_its_unit(
    site: Flask, public: Browser, typed: dict[str, str], query: str
) -> None:
    made = batch(site, 110, 209)
    record(site)

    page = public.ask(f"/?{urlencode(typed)}")

    assert page.goes_to == f"/records/{made}{query}"
    assert public.get(page.goes_to).status == 200


def test_free_text_with_a_units_number_leads_straight_to_the_unit(
    site: Flask, public: Browser
) -> None:
    record(site)
    sell(site, GUJARAT_ID, "Acme Ltd", 60)

    page = public.get("/?q=VCS-2220+60")

    assert page.path == f"/records/{GUJARAT_ID}?unit=60"
    assert "Unit 60 was sold to Acme Ltd on " in page.text


def test_a_serial_over_several_records_tells_where_its_units_are(
    site: Flask, public: Browser
) -> None:
    first, second = batch(site, 110, 209), batch(site, 210, 309)

    page = public.get(f"/?q={BATCH}200-210")

    assert len(shown(page)) == 2
    told = [words(one) for one in page.all("div", "located")]
    assert [one.partition(", of ")[0] for one in told] == ["10 units, 200-209", "1 unit, 210"]
    places = [one.find(".//a") for one in page.all("div", "located")]
    assert [None if one is None else one.get("href") for one in places] == [
        f"/records/{first}",
        f"/records/{second}?unit=210",
    ]


def test_a_filter_that_leaves_the_serials_record_out_is_not_overruled(
    site: Flask, public: Browser
) -> None:
    record(site, serial_number="Lot 7")
    other = record(site, project_name="Lot 7 Forest", registry="GS", serial_number="F")

    page = public.ask("/?q=Lot+7&registry=GS")

    assert page.goes_to is None
    assert page.links()["Lot 7 Forest"] == f"/records/{other}"
