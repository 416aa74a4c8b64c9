"""Searching while the registry changes, and what counts as the same text."""

from typing import Any

import pytest
from flask import Flask

from tests.actions.conftest import Force, ids
from tests.factories import DESK, new_record
from webapp.actions import creating, searching, taking
from webapp.domain.commands import Cancel, Retire, Return, Sell
from webapp.domain.refusals import InvalidQuery
from webapp.domain.searching import Search
from webapp.store import database, sums
from webapp.store import searching as store_searching


def make(number: int, **changes: Any) -> str:
    """The id of a new record, Project 1 with the serial number S-1 for the number 1."""
    named = {"project_name": f"Project {number:02}", "serial_number": f"S-{number}"}
    return creating.create(new_record(**named | changes), DESK).story.record.id


def found(q: str = "", **asked: Any) -> list[str]:
    """The ids of the hits on the first page."""
    return ids(searching.find_records(Search(q=q, **asked)))


def rest(search: Search, cursor: str | None) -> list[str]:
    """The ids of the pages after a cursor."""
    seen: list[str] = []
    while cursor:
        page = searching.find_records(search.model_copy(update={"cursor": cursor}))
        seen += ids(page)
        cursor = page.next
    return seen


def test_records_added_meanwhile_move_none_of_the_others(app: Flask) -> None:
    made = [make(number) for number in range(0, 20, 2)]
    search = Search(sort="project", limit=3)
    page = searching.find_records(search)

    make(1)  # before where the reader is
    later = make(17)

    assert ids(page) == made[:3]
    assert rest(search, page.next) == [*made[3:9], later, made[9]]


def test_a_record_that_something_happens_to_meanwhile_is_not_shown_twice(app: Flask) -> None:
    made = [make(number) for number in range(9)]
    search = Search(sort="last_event", limit=3)
    page = searching.find_records(search)

    taking.retire(made[1], Retire(quantity=1), DESK)
    taking.retire(made[8], Retire(quantity=1), DESK)

    assert ids(page) == made[:5:-1]
    assert rest(search, page.next) == [one for one in made[5::-1] if one != made[1]]
    assert found(sort="last_event")[:2] == [made[8], made[1]]


def test_the_first_page_reached_by_going_back_shows_what_was_added_before_it(app: Flask) -> None:
    made = [make(number) for number in range(6)]
    search = Search(limit=3)
    second = searching.find_records(
        search.model_copy(update={"cursor": searching.find_records(search).next})
    )
    newest = make(6)

    back = searching.find_records(search.model_copy(update={"cursor": second.previous}))

    assert ids(back) == made[:2:-1]
    assert back.previous is not None
    newer = searching.find_records(search.model_copy(update={"cursor": back.previous}))
    assert (ids(newer), newer.previous) == ([newest], None)


@pytest.mark.parametrize("fold", [False, True])
def test_a_changed_status_counts_at_once(app: Flask, fold: bool) -> None:
    first, second = make(1), make(2)
    if fold:
        database.change(sums.fold)

    taking.retire(first, Retire(), DESK)

    assert found(status="retired") == [first]
    assert found(status="active") == [second]
    assert searching.find_records(Search(status="retired")).count == 1


def test_a_record_whose_last_of_a_status_left_it_is_found_no_more(app: Flask) -> None:
    one = make(1)
    taking.sell(one, Sell(buyer="Acme Ltd"), DESK)
    assert found(status="sold", vintage=2018) == [one]

    taking.return_sold(one, Return(sale=2, reason="unpaid"), DESK)

    assert found(status="sold", vintage=2018) == []
    assert found(status="active", vintage=2018) == [one]


@pytest.mark.parametrize(
    ("order", "which"), [("desc", ["third", "second"]), ("asc", ["first", "second"])]
)
def test_a_record_with_events_in_many_months_hides_none_that_comes_after_it(
    app: Flask, force: Force, taken: list[str], order: str, which: list[str]
) -> None:
    made = dict(zip(("first", "second", "third"), map(make, (1, 2, 3)), strict=True))
    long = {"desc": "third", "asc": "first"}[order]
    for month in range(1, 9):
        day = f"2024-{month:02}-01"
        taking.retire(
            made[long], Retire.model_validate({"quantity": 1, "effective_on": _day(day)}), DESK
        )
    for name, day in (
        ("second", "2024-12-01"),
        ("first" if order == "desc" else "third", "2024-01-01"),
    ):
        taking.retire(made[name], Retire(quantity=1, effective_on=_day(day)), DESK)
    force("walk and months")

    page = searching.find_records(Search(event="retired", order=order, limit=2))

    assert taken == ["months"]
    assert ids(page) == [made[one] for one in which]
    assert page.next is not None


def _day(text: str) -> Any:
    return Retire.model_validate({"effective_on": text}).effective_on


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("Forêt d'Émeraude", "foret d'emeraude"),
        ("Foret d'Emeraude", "FORÊT"),
        ("Straße", "strasse"),
        ("Strasse", "straße"),
        ("STRAẞE", "straße"),
        ("İzmir", "izmir"),
        ("Izmir", "İZMİR"),
        ("Ｗｉｎｄ", "wind"),
        ("Wind", "ｗｉｎｄ"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ﬁeld", "field"),
        ("Łódź Øst Æther", "lodz ost aether"),
        ("Wind  Farm", "wind farm"),
        ("Wind\u200bFarm", "windfarm"),
        ("e\u0301olienne", "éol"),
        ("Ветер", "ВЕТЕР"),
        ("风电场", "电"),
        ("محطة الرياح", "الرياح"),
        ("H₂O №5", "h2o no5"),
    ],
)
def test_what_people_type_finds_what_they_mean(app: Flask, name: str, q: str) -> None:
    one = make(1, project_name=name)
    make(2, project_name="Another")

    assert found(q) == [one]


@pytest.mark.parametrize("character", ["%", "_", "\\", "'", '"', "\\%", "%%", "a_b", "*", "?", "("])
def test_a_character_that_is_special_to_databases_stands_for_itself(
    app: Flask, character: str
) -> None:
    one = make(1, project_name=f"Solar {character} Roof")
    make(2, project_name="Solar axb Roof")

    assert found(character) == [one]
    assert found(f"solar {character}") == [one]
    assert found(registry=character) == []


def test_words_count_in_any_order_and_each_in_any_place(app: Flask) -> None:
    one = make(1, project_name="Wind Farm Rajasthan")
    make(2, project_name="Wind Farm Gujarat")

    assert found("rajasthan wind") == [one]
    assert found("asth FAR") == [one]
    assert found("rajasthan solar") == []


def test_a_party_finds_the_records_that_were_sold_to_it_or_retired_or_cancelled_for_it(
    app: Flask,
) -> None:
    made = [make(number) for number in range(5)]
    taking.sell(made[1], Sell(buyer="Acme Ltd", quantity=1), DESK)
    taking.retire(made[2], Retire(beneficiary="ACMÉ Airlines", quantity=1), DESK)
    taking.cancel(made[3], Cancel(reason="x", beneficiary="The acme", quantity=1), DESK)
    taking.retire(made[4], Retire(beneficiary="Bold", reason="for Acme", quantity=1), DESK)

    assert found("acme") == made[3:0:-1]
    assert found("airlines acme") == [made[2]]


def test_who_retires_out_of_a_sale_is_found_by_the_buyers_name(app: Flask) -> None:
    one = make(1)
    taking.sell(one, Sell(buyer="Acme Ltd"), DESK)
    taking.retire(one, Retire(), DESK)

    assert found("acme", event="retired", status="retired") == [one]


def test_a_registrys_code_finds_its_records_and_narrows_other_words(app: Flask) -> None:
    wind = make(1, project_name="Wind", registry="GS")
    solar = make(2, project_name="Solar", registry="GS")
    make(3, project_name="Wind", registry="VCS")

    assert found("gs") == [solar, wind]
    assert found("wind GS") == [wind]


def test_registries_that_differ_only_in_case_are_both_found_by_their_code(app: Flask) -> None:
    small, large = make(1, registry="puro"), make(2, registry="Puro")

    assert found("PURO") == [large, small]


def test_an_ids_beginning_finds_it_from_four_letters_on(app: Flask) -> None:
    one = make(1)
    make(2)

    for length in (4, 12, 63, 64):
        assert found(one[:length]) == [one]
    assert found(one.upper()) == [one]
    assert found(one[:3]) == []
    assert found(one + "0") == []


@pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None), slice(0, 4)])
def test_a_cursor_that_was_cut_or_edited_is_refused(app: Flask, cut: slice) -> None:
    for number in range(3):
        make(number)
    cursor = searching.find_records(Search(limit=1)).next
    assert cursor is not None

    with pytest.raises(InvalidQuery, match="not one that this registry gave"):
        searching.find_records(Search(limit=1, cursor=cursor[cut]))


def test_a_cursor_goes_on_with_another_number_of_records_a_page(app: Flask) -> None:
    made = [make(number) for number in range(5)]
    cursor = searching.find_records(Search(limit=1)).next

    assert ids(searching.find_records(Search(limit=50, cursor=cursor))) == made[3::-1]


def test_when_less_is_counted_than_there_is_the_pages_go_on_all_the_same(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [make(number) for number in range(5)]
    monkeypatch.setattr(store_searching, "COUNTED_UP_TO", 2)

    page = searching.find_records(Search(limit=1))

    assert ids(page) + rest(Search(limit=1), page.next) == made[::-1]
