"""An object with the names of Cairn's API: a record with what happened to it."""

from datetime import date

import pytest

from tests.factories import GUJARAT, GUJARAT_ID, new_record
from webapp.domain.commands import Retire, Return, Sell
from webapp.domain.refusals import InvalidFields
from webapp.exchange.shapes import recognise

SOLD = {
    "seq": 2,
    "event_type": "sold",
    "timestamp": "2026-05-03T10:00:00.000000Z",
    "quantity": 60,
    "blocks": [{"first": 1, "last": 60}],
    "from_seq": 1,
    "actor": "Registry desk",
    "buyer": "Acme",
    "note": None,
    "effective_on": "2026-05-03",
}
CREATED = {"seq": 1, "event_type": "created", "quantity": 110, "blocks": [{"first": 1, "last": 110}], "from_seq": None}  # fmt: skip
RETIRED = {"seq": 3, "event_type": "retired", "from_seq": 2, "blocks": [{"first": 1, "last": 10}], "beneficiary": "Acme"}  # fmt: skip


def read(**fields):
    return recognise("jsonl", ()).reader(())({**GUJARAT, **fields})


def refused(**fields):
    with pytest.raises(InvalidFields) as caught:
        read(**fields)
    return {error.field: error.message for error in caught.value.errors}


def test_five_fields_are_a_record():
    entry = read()

    assert entry.record == new_record()
    assert entry.happened == ()
    assert entry.own_block


def test_project_id_and_issued_on_are_read():
    record = read(project_id="P1", issued_on="2020-01-31").record

    assert (record.project_id, record.issued_on) == ("P1", date(2020, 1, 31))


def test_a_record_as_the_api_gives_it_is_read():
    entry = read(
        id=GUJARAT_ID,
        project_id=None,
        issued_on=None,
        status="active",
        units={"available": 50, "sold": 60, "retired": 0, "cancelled": 0},
        created_at="2026-05-03T10:00:00.000000Z",
        events=[CREATED, SOLD],
    )

    (one,) = entry.happened
    assert one.seq == 2
    assert isinstance(one.command, Sell)
    assert (one.command.buyer, one.command.effective_on) == ("Acme", date(2026, 5, 3))


def test_the_reason_of_an_earlier_refusal_is_passed_over():
    assert read(cairn={"row": 3, "code": "x", "sentence": "y"}).happened == ()


def test_an_event_out_of_a_sale_names_that_sale():
    _, one = read(events=[CREATED, SOLD, RETIRED]).happened

    assert isinstance(one.command, Retire)
    assert (one.seq, one.command.sale) == (3, 2)


def test_an_event_out_of_the_creation_names_no_sale():
    (one,) = read(events=[RETIRED | {"from_seq": 1}]).happened

    assert one.command.from_sale is None


def test_a_return_names_its_sale():
    returned = {"seq": 3, "event_type": "returned", "from_seq": 2, "blocks": [{"first": 1, "last": 60}], "reason": "r"}  # fmt: skip

    _, one = read(events=[SOLD, returned]).happened

    assert isinstance(one.command, Return)
    assert one.command.sale == 2


def test_an_event_without_blocks_takes_the_whole_block():
    (one,) = read(events=[{"event_type": "retired"}]).happened

    assert [tuple(block) for block in one.command.named_units] == [(1, 110)]
    assert one.seq is None


def test_no_events_are_none():
    assert read(events=None).happened == ()
    assert read(events=[]).happened == ()


@pytest.mark.parametrize("vintage", ["2018", 2018.0, True, None])
def test_types_are_strict(vintage):
    assert set(refused(vintage=vintage)) == {"vintage"}


def test_unknown_names_are_refused_and_named():
    assert "There is no such field here" in refused(colour="red")["colour"]


def test_an_unknown_name_in_an_event_is_refused_and_named():
    assert set(refused(events=[RETIRED | {"from_seq": 1, "colour": "red"}])) == {"events.0.colour"}


def test_a_missing_field_is_named():
    row = {name: value for name, value in GUJARAT.items() if name != "registry"}

    with pytest.raises(InvalidFields, match=r"registry: It is missing; fill it in\."):
        recognise("json", ()).reader(())(row)


def test_what_is_no_object_is_refused():
    with pytest.raises(InvalidFields, match="It must be an object with named fields"):
        recognise("json", ()).reader(())({"": 5})


def test_an_id_that_is_not_the_fields_is_refused():
    assert "bears another id" in refused(id="0" * 64)["id"]


def test_a_registrys_name_becomes_its_code_but_in_a_record_with_an_id():
    assert read(registry="Verra").record.registry == "VCS"
    assert read(registry="Verra", id=new_record(registry="Verra").id).record.registry == "Verra"


def test_a_registry_that_is_no_text_is_refused():
    assert refused(registry=5) == {"registry": "It must be text."}


@pytest.mark.parametrize("events", ["retired", {"event_type": "retired"}, 5])
def test_events_that_are_no_list_are_refused(events):
    assert refused(events=events) == {"events": "It must be a list of events."}


def test_an_event_that_is_no_object_is_refused():
    assert set(refused(events=[CREATED, "retired"])) == {"events.1"}


@pytest.mark.parametrize("event_type", [None, "burned", "Retired", 5])
def test_an_unknown_event_type_is_refused(event_type):
    assert set(refused(events=[{"event_type": event_type}])) == {"events.0.event_type"}


@pytest.mark.parametrize("name", ["seq", "from_seq", "quantity"])
@pytest.mark.parametrize("value", [0, "2", 1.0, True])
def test_a_number_of_an_event_is_strict(name, value):
    assert set(refused(events=[{"event_type": "retired", name: value}])) == {f"events.0.{name}"}


def test_a_number_of_units_that_is_not_the_blocks_is_refused():
    found = refused(events=[{"event_type": "retired", "quantity": 40}])

    assert found == {"events.0.blocks": "Units 1-110 are 110 units, but the row says 40."}


def test_a_source_that_is_no_event_of_the_record_is_refused():
    assert "no event 7" in refused(events=[RETIRED | {"from_seq": 7}])["events.0.from_seq"]


@pytest.mark.parametrize("event_type", ["sold", "returned"])
def test_a_sale_or_return_without_its_number_is_refused(event_type):
    assert "events.0.seq" in refused(events=[{"event_type": event_type}])


def test_a_mistake_in_a_block_is_named_by_its_place():
    found = refused(events=[CREATED, SOLD | {"blocks": [{"first": 5, "last": "x"}]}])

    assert set(found) == {"events.1.blocks.0.last"}
