"""The totals page: whether the sums agree, in numbers, in pictures, and in words for who cannot see them."""

from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

import psycopg
from flask import Flask

from tests.factories import DESK
from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.people import record
from webapp.actions import taking
from webapp.domain.commands import Cancel, Retire, Sell
from webapp.store import database, sums

LONG = "W" * 300
SVG = "{http://www.w3.org/2000/svg}"


def retire(app: Flask, record_id: str, **fields: object) -> None:
    with app.app_context():
        taking.retire(record_id, Retire(**fields), DESK)


def lived(app: Flask) -> str:
    """A record with units in every state."""
    one = record(app)
    with app.app_context():
        taking.sell(one, Sell(buyer="Acme Ltd", quantity=60), DESK)
        taking.retire(one, Retire(sale=2, quantity=40, effective_on=date(2024, 5, 3)), DESK)
        taking.cancel(one, Cancel(reason="Buffer", quantity=10), DESK)
    return one


def charts(page: Page) -> list[Element]:
    return [one for one in page.root.iter() if one.get("class") == "chart"]


def rows(page: Page, title: str) -> dict[str, list[str]]:
    """The rows of the table under a title, by their heads."""
    section = next(one for one in page.root.iter("section") if title in words(one)[: len(title)])
    found = {}
    for row in section.iter("tr"):
        head = row.find("th[@scope='row']")
        if head is not None:
            found[words(head)] = [words(cell) for cell in row.iter("td")]
    return found


def test_the_page_says_that_the_sums_agree_and_writes_the_equation(
    site: Flask, public: Browser
) -> None:
    lived(site)

    page = public.get("/totals")

    assert page.heading == "Issued, sold, retired: do the sums agree?"
    assert "✓ They agree. The 110 tonnes issued in 1 record are all accounted for." in page.text
    terms = next(page.root.iter("dl"))
    told = [(words(one[0]), words(one[1])) for one in terms]
    assert told == [
        ("Issued", "110"),
        ("= available", "40"),
        ("+ sold", "20"),
        ("+ retired", "40"),
        ("+ cancelled", "10"),
    ]


def test_the_page_says_in_red_when_the_sums_do_not_agree(
    site: Flask, public: Browser, owner: psycopg.Connection
) -> None:
    lived(site)
    with site.app_context():
        database.change(sums.fold)
    owner.execute("UPDATE unit_sums SET sold = sold + 3")

    page = public.get("/totals")

    (verdict,) = page.all("p", "broken")
    assert "✗ They do not agree." in words(verdict)
    assert "110 tonnes were issued, but 113 are accounted for" in words(verdict)
    assert "flask holdings check" in words(verdict)


def test_retirements_that_do_not_come_to_the_retired_units_are_told(
    site: Flask, public: Browser, owner: psycopg.Connection
) -> None:
    lived(site)
    with site.app_context():
        database.change(sums.fold)
    owner.execute("UPDATE event_sums SET units = units - 1 WHERE event_type = 'retired'")

    (verdict,) = public.get("/totals").all("p", "broken")

    assert "come to 39 tonnes, but 40 are counted as retired" in words(verdict)


def test_the_tables_tell_registries_vintages_projects_beneficiaries_and_months(
    site: Flask, public: Browser
) -> None:
    lived(site)
    record(site, registry="GS", vintage=2020, project_name="Hydro", serial_number="G-1")

    page = public.get("/totals")

    assert rows(page, "By registry") == {
        "GS": ["1", "110", "110", "0", "0", "0"],
        "VCS": ["1", "110", "40", "20", "40", "10"],
        "Together": ["2", "220", "150", "20", "40", "10"],
    }
    assert list(rows(page, "By vintage")) == ["2020", "2018"]
    assert rows(page, "The largest projects")["Waste-to-Energy Gujarat VCS"][1] == "110"
    assert rows(page, "For whom most was retired") == {"Acme Ltd": ["40"]}
    assert rows(page, "Retired by month") == {"May 2024": ["40"]}


def test_each_row_leads_to_the_search_that_shows_what_it_counts(
    site: Flask, public: Browser
) -> None:
    retire(site, record(site), quantity=4, beneficiary="Bold & Co", effective_on=date(2024, 2, 3))

    links = public.get("/totals").links()

    def leads(name: str) -> tuple[str, dict[str, str]]:
        place = urlsplit(links[name])
        return place.path, dict(parse_qsl(place.query))

    assert leads("VCS") == ("/", {"registry": "VCS"})
    assert leads("2018") == ("/", {"vintage": "2018"})
    assert leads("Waste-to-Energy Gujarat") == ("/", {"q": "Waste-to-Energy Gujarat"})
    assert leads("Bold & Co") == ("/events", {"party": "Bold & Co"})
    assert leads("February 2024") == (
        "/events",
        {"type": "retired", "date_from": "2024-02-01", "date_to": "2024-02-29"},
    )
    for name in ("VCS", "2018", "Waste-to-Energy Gujarat", "Bold & Co", "February 2024"):
        assert "Gujarat" in public.get(links[name]).text


def test_each_picture_says_in_words_what_it_shows(site: Flask, public: Browser) -> None:
    lived(site)

    vintages, months, projects, beneficiaries = charts(public.get("/totals"))

    for one in (vintages, months, projects, beneficiaries):
        assert one.get("role") == "img"
    assert "2018: 110 tonnes issued, 40 tonnes retired" in words(vintages)
    assert "most were issued of vintage 2018, 110 tonnes" in (vintages.get("aria-label") or "")
    assert "40 tonnes in all, most in May 2024, 40 tonnes" in (months.get("aria-label") or "")
    assert "Waste-to-Energy Gujarat: 110 tonnes issued, 40 tonnes retired" in (
        projects.get("aria-label") or ""
    )
    assert "Acme Ltd: 40 tonnes retired" in (beneficiaries.get("aria-label") or "")


def test_a_bar_is_as_high_as_its_units(site: Flask, public: Browser) -> None:
    one = record(site, quantity=100)
    retire(site, one, quantity=25)

    vintages = charts(public.get("/totals"))[0]
    parts = {group.get("class"): group for group in vintages.iter(f"{SVG}g") if group.get("class")}
    retired, rest = (
        float(next(parts[name].iter(f"{SVG}rect")).get("height") or 0)
        for name in ("retired", "available")
    )

    assert abs(rest / retired - 3) < 0.05


def test_a_month_without_retirements_is_an_empty_place_in_the_picture(
    site: Flask, public: Browser
) -> None:
    one = record(site)
    retire(site, one, quantity=4, effective_on=date(2020, 1, 3))
    retire(site, one, quantity=5, effective_on=date(2024, 12, 3))
    retire(site, one, quantity=6, effective_on=date(2019, 12, 3))

    page = public.get("/totals")

    months = charts(page)[1]
    assert [words(bar) for bar in months.iter(f"{SVG}title")] == [
        "January 2020: 4 tonnes retired",
        "December 2024: 5 tonnes retired",
    ]
    assert "December 2019" in rows(page, "Retired by month")  # older than the picture's 60 months


def test_axes_tell_large_numbers_shortly(site: Flask, public: Browser) -> None:
    record(site, quantity=4_900_000)

    vintages = charts(public.get("/totals"))[0]

    labels = [words(one) for one in vintages.iter(f"{SVG}text")]
    assert labels[:4] == ["0 t", "2 M t", "4 M t", "6 M t"]
    assert "M: a million" in public.get("/totals").text


def test_the_pictures_bear_nothing_that_our_policy_forbids(site: Flask, public: Browser) -> None:
    lived(site)

    for chart in charts(public.get("/totals")):
        for one in chart.iter():
            assert one.tag.removeprefix(SVG) in ("svg", "g", "path", "rect", "text", "title")
            assert not {"style", "id", "onclick"} & one.attrib.keys()


def test_a_registry_without_records_says_what_to_do_next(public: Browser, desk: Browser) -> None:
    assert "Nothing has been issued yet" in public.get("/totals").text
    assert "/sign-in" in public.get("/totals").links().values()
    assert desk.get("/totals").links()["Record the first units"] == "/records/new"


def test_without_retirements_the_pictures_of_them_are_sentences(
    site: Flask, public: Browser
) -> None:
    record(site)

    page = public.get("/totals")

    assert len(charts(page)) == 2
    assert "Nothing has been retired yet." in page.text
    assert "No retirement names a beneficiary yet." in page.text


def test_the_longest_names_the_largest_numbers_and_the_oldest_days_are_drawn(
    site: Flask, public: Browser
) -> None:
    one = record(site, project_name=LONG, registry="R" * 300, quantity=2**53 - 1)
    name = "<script>alert(1)</script>"
    retire(site, one, quantity=10**15, beneficiary=name, effective_on=date(1, 1, 1))
    record(site, project_name="東京の森" * 60, vintage=1900, serial_number="OLD-1")

    page = public.get("/totals")

    assert page.status == 200
    projects = charts(page)[2]
    assert max(len(words(one)) for one in projects.iter(f"{SVG}text")) <= 20
    assert "<script>alert" not in page.html
    assert name in (charts(page)[3].get("aria-label") or "")
    assert "January 1" in rows(page, "Retired by month")


def test_the_header_leads_to_totals_and_events(public: Browser) -> None:
    links = public.get("/totals").links()

    assert (links["Totals"], links["Events"]) == ("/totals", "/events")


def test_without_public_look_up_the_totals_need_a_sign_in(open_site: Callable[..., Flask]) -> None:
    page = Browser(open_site(public_lookup=False)).ask("/totals")

    assert page.goes_to == "/sign-in?next=/totals"
