"""Had a rule of the domain a hole, the database would refuse, and that is a refusal and no error."""

import psycopg
import pytest
from flask import Flask

from tests.factories import DESK, GUJARAT_ID, new_record
from tests.store.ledger_rows import Row, created, event, holdings, record, serial_block
from webapp.actions import creating, looking, taking
from webapp.domain.commands import Retire, Sell
from webapp.domain.refusals import (
    BlockTaken,
    RecordNotFound,
    Refusal,
    RefusedByDatabase,
    SeriesDiffers,
    UnitsNotAvailable,
)
from webapp.errors import status_of
from webapp.store import database

SERIES = "vcs:vcs-2220"
OTHER = "c" * 64


def of_gujarat(**changes: object) -> Row:
    """The event 4 of Gujarat, which retires units that are free; or with other fields."""
    return event(**{"record_id": GUJARAT_ID, "seq": 4, "units": "{[21,31)}", **changes})


@pytest.fixture
def gujarat(app: Flask) -> None:
    """110 units, of which 1-10 are sold and 11-20 retired."""
    creating.create(new_record(), DESK)
    taking.sell(GUJARAT_ID, Sell(buyer="Acme Ltd", quantity=10), DESK)
    taking.retire(GUJARAT_ID, Retire(quantity=10), DESK)


HOLES = {
    "units issued twice": (
        serial_block(series=SERIES, remainder="", block="[110,111)"),
        BlockTaken,
    ),
    "another remainder": (
        serial_block(series=SERIES, remainder="x", block="[111,112)"),
        SeriesDiffers,
    ),
    "units retired twice": (of_gujarat(units="{[20,22)}"), UnitsNotAvailable),
    "units the record has not": (of_gujarat(units="{[110,112)}"), UnitsNotAvailable),
    "units of no record": (
        created("d" * 64, "[1,111)"),
        RecordNotFound,
    ),
    "sold units sold": (
        of_gujarat(from_seq=2, event_type="sold", party="B", units="{[1,2)}"),
        RefusedByDatabase,
    ),
    "a source that is not there": (of_gujarat(from_seq=9), RefusedByDatabase),
    "a gap": (of_gujarat(seq=9), RefusedByDatabase),
    "a seq that is taken": (of_gujarat(seq=3), RefusedByDatabase),
    "no buyer": (of_gujarat(event_type="sold"), RefusedByDatabase),
    "null units": (of_gujarat(units=None), RefusedByDatabase),
    "sums that do not add up": (holdings(record_id=OTHER, quantity=99), RefusedByDatabase),
    "a block that is not the quantity": (record(id="e" * 64, quantity=7), RefusedByDatabase),
}


@pytest.mark.usefixtures("gujarat")
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_in_the_domain_is_a_refusal_that_saves_nothing(
    hole: str, owner: psycopg.Connection
) -> None:
    row, kind = HOLES[hole]

    def work(connection: database.Connection) -> None:
        record(id=OTHER).insert(connection)
        row.insert(connection)

    with pytest.raises(kind) as refused:
        database.change(work)
    assert type(refused.value) is kind
    assert status_of(refused.value) in (404, 409)
    assert "Traceback" not in refused.value.detail
    assert owner.execute("SELECT 1 FROM records WHERE id = %s", (OTHER,)).fetchone() is None
    assert len(looking.record(GUJARAT_ID).events) == 3


@pytest.mark.usefixtures("gujarat")
def test_the_one_who_mends_it_finds_the_constraint_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(Refusal):
        database.change(of_gujarat(units="{[20,22)}").insert)
    assert "events_units_leave_once" in caplog.text
