"""Looking a serial number up: which records hold its units, and what became of each."""

from datetime import date

import pytest
from flask import Flask

from tests.domain.serial_examples import ACR, ART, CAR, CDM, GS, VCS, VCS_LEGACY
from tests.factories import DESK, new_record
from webapp.actions import creating, searching, taking
from webapp.actions.searching import Located, find_serial
from webapp.domain.blocks import Block, Blocks
from webapp.domain.commands import BlockOfUnits, Cancel, Retire, Return, Sell
from webapp.domain.refusals import InvalidQuery, SerialNotFound
from webapp.domain.searching import Search

BATCH = "GS1-1-KE-GS11603-16-2025-30256-"
WHOLE = [
    ("VCS", 2020, 425, VCS, VCS.replace("007-941467431", "119-941467119"), 941467119),
    ("VCS", 2006, 25433, VCS_LEGACY, VCS_LEGACY.replace("589-7889021", "600-7863600"), 7863600),
    ("GS", 2025, 5354, GS, "GS1-1-KE-GS11603-16-2025-30256-200", 200),
    ("ACR", 2025, 4212, ACR, ACR.replace("30932 to 35143", "31000"), 31000),
    ("CAR", 2025, 260294, CAR, CAR.replace("1 to 260294", "119"), 119),
    ("ART", 2019, 100000, ART, ART.replace("2500001 to 2600000", "2500119"), 2500119),
    ("GS", 2020, 3657, CDM, "RW-5-1463960-2-2-0-7014", 1463960),
    ("Puro", 2020, 110, "Lot A", "lot a 119", None),
    ("Puro", 2020, 120, "Lot A", "LOT A/119", 119),
]


def issue(first: int, last: int) -> str:
    """The id of a new record of the units first to last of one batch."""
    command = new_record(
        registry="GS",
        vintage=2025,
        quantity=last - first + 1,
        serial_number=f"{BATCH}{first}-{last}",
    )
    return creating.create(command, DESK).story.record.id


def named(*blocks: tuple[int, int]) -> list[BlockOfUnits]:
    return [BlockOfUnits(first=first, last=last) for first, last in blocks]


def places(found: list[Located]) -> list[tuple[str, Block]]:
    return [(one.story.record.id, one.units) for one in found]


def states(found: list[Located]) -> list[tuple[Blocks, str, int]]:
    """Of each record, units with their state and the event they lie in."""
    return [(held.units, held.state, held.event.seq) for one in found for held in one.held]


@pytest.mark.parametrize(("registry", "vintage", "quantity", "serial", "single", "unit"), WHOLE)
def test_a_single_serial_finds_the_record_that_its_unit_lies_in(
    app: Flask, registry: str, vintage: int, quantity: int, serial: str, single: str, unit: int | None
) -> None:  # fmt: skip
    command = new_record(
        registry=registry, vintage=vintage, quantity=quantity, serial_number=serial
    )
    record = creating.create(command, DESK).story.record

    if unit is None:
        with pytest.raises(SerialNotFound):
            find_serial(single)
    else:
        assert places(find_serial(single)) == [(record.id, Block(unit, unit))]
    assert places(find_serial(serial)) == [(record.id, record.block)]


def test_each_unit_has_its_own_state_and_sentence(app: Flask) -> None:
    record = issue(110, 209)
    taking.sell(record, Sell(buyer="Acme Ltd", blocks=named((110, 139))), DESK)
    taking.return_sold(record, Return(sale=2, reason="unpaid", blocks=named((120, 129))), DESK)
    day = date(2024, 5, 3)
    taking.retire(record, Retire(sale=2, blocks=named((110, 114)), effective_on=day), DESK)
    taking.cancel(record, Cancel(reason="buffer", blocks=named((200, 209)), effective_on=day), DESK)

    told = {
        unit: find_serial(f"{BATCH}{unit}")[0].held[0].sentence
        for unit in (110, 114, 115, 120, 150, 209)
    }

    assert told[110] == "Unit 110 was retired for Acme Ltd on 3 May 2024 (event 4)."
    assert told[114] == "Unit 114 was retired for Acme Ltd on 3 May 2024 (event 4)."
    assert told[115] == "Unit 115 is sold to Acme Ltd (event 2)."
    assert told[120] == "Unit 120 is available (event 3)."
    assert told[150] == "Unit 150 is available (event 1)."
    assert told[209] == "Unit 209 was cancelled on 3 May 2024 (event 5)."


def test_a_run_inside_one_record_tells_its_units_in_order_and_only_those(app: Flask) -> None:
    record = issue(110, 209)
    taking.retire(record, Retire(blocks=named((130, 139), (150, 150))), DESK)
    taking.sell(record, Sell(buyer="Acme Ltd", blocks=named((140, 145))), DESK)

    found = find_serial(f"{BATCH}135-160")

    assert places(found) == [(record, Block(135, 160))]
    assert states(found) == [
        (Blocks.of([(135, 139), (150, 150)]), "retired", 2),
        (Blocks.of([(140, 145)]), "sold", 3),
        (Blocks.of([(146, 149), (151, 160)]), "available", 1),
    ]


def test_a_run_over_several_records_tells_of_each_only_what_lies_in_it(app: Flask) -> None:
    last, first, middle = issue(401, 500), issue(101, 200), issue(201, 300)  # 301-400: nobody's

    found = find_serial(f"{BATCH}150-450")

    assert places(found) == [
        (first, Block(150, 200)),
        (middle, Block(201, 300)),
        (last, Block(401, 450)),
    ]
    assert [one.held[0].units.quantity for one in found] == [51, 100, 50]


@pytest.mark.parametrize(("unit", "there"), [(109, False), (110, True), (209, True), (210, False)])
def test_the_first_and_the_last_unit_are_found_and_none_beyond(
    app: Flask, unit: int, there: bool
) -> None:
    record = issue(110, 209)

    if there:
        assert places(find_serial(f"{BATCH}{unit}")) == [(record, Block(unit, unit))]
    else:
        with pytest.raises(SerialNotFound):
            find_serial(f"{BATCH}{unit}")


def test_a_unit_of_another_batch_or_of_a_batch_with_other_codes_is_not_confused(app: Flask) -> None:
    issue(110, 209)

    with pytest.raises(SerialNotFound):
        find_serial("GS1-1-KE-GS11603-16-2025-30257-150")


def test_free_text_that_two_registries_use_finds_both(app: Flask) -> None:
    made = {
        creating.create(new_record(registry=registry, serial_number="Lot 7"), DESK).story.record.id
        for registry in ("VCS", "GS")
    }

    assert {one for one, _ in places(find_serial("lot 7"))} == made


def test_a_serial_that_ends_in_a_number_is_itself_before_it_is_a_unit_of_another(
    app: Flask,
) -> None:
    creating.create(new_record(serial_number="Lot"), DESK)
    whole = creating.create(new_record(serial_number="Lot 7"), DESK).story.record.id

    assert places(find_serial("Lot 7")) == [(whole, Block(1, 110))]


def test_free_text_past_its_last_unit_is_not_found(app: Flask) -> None:
    creating.create(new_record(), DESK)

    assert places(find_serial("VCS-2220 110"))[0][1] == Block(110, 110)
    for past in ("VCS-2220 111", "VCS-2220 0", "VCS-2221"):
        with pytest.raises(SerialNotFound, match=past):
            find_serial(past)


def test_white_space_and_invisible_characters_around_it_do_no_harm(app: Flask) -> None:
    record = creating.create(new_record(), DESK).story.record.id

    assert places(find_serial("  VCS\u200b-2220\u00a0 5 \n")) == [(record, Block(5, 5))]


def test_a_search_by_serial_or_by_words_brings_the_located_units_along(app: Flask) -> None:
    record, serial = issue(110, 209), f"{BATCH}150"

    for search in (Search(serial=serial), Search(q=serial)):
        found = searching.find_records(search)

        assert [item.record.id for item in found.items] == [record]
        assert found.count == 1
        assert places(list(found.located)) == [(record, Block(150, 150))]


def test_a_search_by_serial_is_sorted_and_filtered_like_any_other(app: Flask) -> None:
    made = [issue(first, first + 99) for first in (101, 201, 301)]
    taking.retire(made[1], Retire(), DESK)
    serial = f"{BATCH}150-350"

    def ids(**asked: str) -> list[str]:
        found = searching.find_records(Search.model_validate({"serial": serial, **asked}))
        return [item.record.id for item in found.items]

    assert ids() == made[::-1]
    assert ids(order="asc") == made
    assert ids(status="retired") == [made[1]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"{BATCH}2O0", "One looks like GS1-1-KE-GS11603-16-2025-30256-"),
        ("", "A serial number has 1 to 300 characters."),
        (" \u200b", "A serial number has 1 to 300 characters."),
        ("x" * 301, "A serial number has 1 to 300 characters."),
        ("a\x00b", "The control character U+0000 stands in it"),
        ("a\u202eb", "turns the direction of writing"),
        ("a\ud800b", "a lone surrogate"),
    ],
)
def test_a_malformed_one_is_refused_with_a_sentence(app: Flask, text: str, sentence: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        find_serial(text)
    (error,) = caught.value.errors
    assert (error.field, sentence in error.message) == ("serial", True), error.message


def test_an_empty_registry_holds_no_serial(app: Flask) -> None:
    with pytest.raises(SerialNotFound, match="search for the project's name"):
        find_serial("VCS-2220")
