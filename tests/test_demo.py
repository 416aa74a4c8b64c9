"""The sample records of `make demo`: made whole, made once, and never among real ones."""

from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.factories import DESK, GUJARAT, GUJARAT_ID, new_record
from webapp import demo
from webapp.actions import creating, looking, rebuilding, searching, taking
from webapp.domain.commands import Retire, Sell
from webapp.domain.lifecycle import Story
from webapp.domain.searching import Search

# What happens to each record after its creation, and what it comes to: available, sold, retired,
# cancelled.
LIVES: dict[str, tuple[list[str], tuple[int, int, int, int]]] = {
    "Mangrove Restoration Project": ([], (100, 0, 0, 0)),
    "Solar Power Plant Maharashtra": ([], (50, 0, 0, 0)),
    "Wind Farm Rajasthan": (["sold", "retired", "sold"], (40, 80, 80, 0)),
    "Biogas Energy Punjab": ([], (80, 0, 0, 0)),
    "Hydro Dam Uttarakhand": ([], (120, 0, 0, 0)),
    "Solar Rooftops Delhi": (["retired"], (0, 0, 60, 0)),
    "Agroforestry Karnataka": (["sold"], (0, 90, 0, 0)),
    "Cookstove Distribution Bihar": (["retired", "cancelled"], (195, 0, 75, 30)),
    "Reforestation Assam": (["cancelled"], (0, 0, 0, 150)),
    "Waste-to-Energy Gujarat": (["sold", "returned", "retired"], (60, 10, 40, 0)),
}


def told() -> dict[str, tuple[list[str], tuple[int, int, int, int]]]:
    """What the registry holds, as LIVES tells it."""
    return {story.record.project_name: _told(story) for story in _stories()}


def _stories() -> list[Story]:
    found = searching.find_records(Search(limit=100)).items
    return [looking.record(one.record.id) for one in found]


def _told(story: Story) -> tuple[list[str], tuple[int, int, int, int]]:
    held = story.holdings
    events = [event.event_type for event in story.events[1:]]
    return events, (held.available, held.sold, held.retired, held.cancelled)


def ledger(owner: psycopg.Connection) -> dict[str, list[Any]]:
    tables = ("records", "serial_blocks", "events", "holdings")
    return {
        table: owner.execute(f"SELECT * FROM {table} ORDER BY {table}::text").fetchall()
        for table in tables
    }


def test_an_empty_registry_gets_the_ten_records_with_their_lives(app: Flask) -> None:
    demo.play()

    assert told() == LIVES
    assert list(rebuilding.check()) == []


def test_played_again_nothing_is_added(app: Flask, owner: psycopg.Connection) -> None:
    demo.play()
    before = ledger(owner)

    demo.play()

    assert ledger(owner) == before


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_life_that_was_interrupted_half_way_is_completed(app: Flask, steps: int) -> None:
    fields = {"quantity": 200, "serial_number": "VCS-0456", "vintage": 2021}
    wind = new_record(project_name="Wind Farm Rajasthan", **fields)
    record_id = creating.create(wind, DESK).story.record.id
    if steps > 0:
        taking.sell(record_id, Sell(buyer="Northwind Airlines", quantity=120), DESK)
    if steps > 1:
        taking.retire(record_id, Retire(sale=2, quantity=80, reason="Business travel"), DESK)

    demo.play()

    assert told() == LIVES
    assert len(looking.record(record_id).events) == 4


def test_a_sale_that_stands_alone_is_followed_by_the_rest_of_its_life(app: Flask) -> None:
    creating.create(new_record(), DESK)
    taking.sell(GUJARAT_ID, Sell(buyer="Acme Ltd", quantity=60), DESK)

    demo.play()

    assert told() == LIVES
    assert len(looking.record(GUJARAT_ID).events) == 4


@pytest.mark.parametrize("played", [False, True])
def test_a_registry_with_a_record_of_its_own_is_refused_and_left_alone(
    app: Flask, owner: psycopg.Connection, played: bool
) -> None:
    if played:
        demo.play()
    creating.create(new_record(serial_number="VCS-REAL"), DESK)
    before = ledger(owner)

    with pytest.raises(demo.NotEmpty, match="records of its own"):
        demo.play()

    assert ledger(owner) == before


def test_a_record_of_ones_own_that_bears_a_samples_serial_number_is_left_alone(
    app: Flask, owner: psycopg.Connection
) -> None:
    real = GUJARAT | {"project_name": "Something real", "registry": "ACR"}
    record_id = creating.create(new_record(**real), DESK).story.record.id
    before = ledger(owner)

    with pytest.raises(demo.NotEmpty):
        demo.play()

    assert ledger(owner) == before
    assert len(looking.record(record_id).events) == 1


def test_many_records_of_ones_own_are_refused_too(app: Flask) -> None:
    for number in range(12):
        creating.create(new_record(serial_number=f"VCS-REAL-{number}"), DESK)

    with pytest.raises(demo.NotEmpty):
        demo.play()

    assert len(told()) == 1  # all of one name
