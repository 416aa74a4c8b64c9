"""POST /records: once is 201, again is 200 and nothing more, and never somebody else's record."""

import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.api.client import Client
from tests.api.conftest import Snapshot
from tests.factories import GUJARAT, GUJARAT_ID

SAMPLES = json.loads(
    (Path(__file__).parent.parent / "domain" / "id_vectors.json").read_text(encoding="utf-8")
)
KENYA = {
    "project_name": "Hifadhi Cookstoves",
    "registry": "GS",
    "vintage": 2025,
    "quantity": 100,
    "serial_number": "GS1-1-KE-GS11603-16-2025-30256-101-200",
}


def test_a_first_record_is_201_with_its_address_and_its_creation(api: Client) -> None:
    before = datetime.now(UTC)
    answer = api.create(project_id="GJ-7", issued_on="2019-02-28")

    assert answer.status == 201
    assert answer.headers["Location"] == f"/api/v1/records/{GUJARAT_ID}"
    created_at = answer.json["created_at"]
    assert answer.json == {
        "id": GUJARAT_ID,
        **GUJARAT,
        "project_id": "GJ-7",
        "issued_on": "2019-02-28",
        "status": "active",
        "units": {"available": 110, "sold": 0, "retired": 0, "cancelled": 0},
        "created_at": created_at,
        "events": [
            {
                "seq": 1,
                "event_type": "created",
                "timestamp": created_at,
                "quantity": 110,
                "blocks": [{"first": 1, "last": 110}],
                "from_seq": None,
                "actor": "Registry desk",
            }
        ],
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", created_at)
    assert before - timedelta(seconds=5) < datetime.fromisoformat(created_at) < datetime.now(UTC)


def test_the_address_in_location_shows_the_same_record(api: Client, public: Client) -> None:
    answer = api.create()

    found = public.call("GET", answer.headers["Location"])

    assert found.data == answer.data


def test_the_same_input_again_is_200_with_the_same_record_and_nothing_is_added(
    api: Client, ledger: Snapshot
) -> None:
    first = api.create(project_id="GJ-7", issued_on="2019-02-28")
    before = ledger()

    second = api.create(project_id="GJ-7", issued_on="2019-02-28")

    assert (first.status, second.status) == (201, 200)
    assert second.data == first.data
    assert second.headers["Location"] == first.headers["Location"]
    assert ledger() == before


def test_the_same_input_after_a_sale_shows_the_record_as_it_stands_now(api: Client) -> None:
    api.create()
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)

    again = api.create()

    assert again.status == 200
    assert again.json["units"]["sold"] == 60
    assert [event["event_type"] for event in again.json["events"]] == ["created", "sold"]


@pytest.mark.parametrize("left_out", ["project_id", "issued_on"])
@pytest.mark.parametrize("as_null", [False, True])
def test_what_is_left_out_of_a_repeat_is_no_difference(
    api: Client, left_out: str, as_null: bool
) -> None:
    full = {"project_id": "GJ-7", "issued_on": "2019-02-28"}
    first = api.create(**full)
    rest = {name: value for name, value in full.items() if name != left_out}

    again = api.create(**rest, **({left_out: None} if as_null else {}))

    assert again.status == 200
    assert again.data == first.data


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("quantity", 111, "The record has 110 here."),
        ("project_id", "GJ-8", 'The record has "GJ-7" here.'),
        ("issued_on", "2019-03-01", 'The record has "2019-02-28" here.'),
    ],
)
def test_the_same_id_with_another_field_is_409_that_names_it(
    api: Client, ledger: Snapshot, field: str, value: object, told: str
) -> None:
    full = {"project_id": "GJ-7", "issued_on": "2019-02-28"}
    api.create(**full)
    before = ledger()

    answer = api.create(**full | {field: value})

    problem = answer.refused(409, "record_differs")
    assert problem["errors"] == [{"field": field, "message": told}]
    assert field in problem["detail"]
    assert ledger() == before


@pytest.mark.parametrize(("field", "value"), [("project_id", "GJ-7"), ("issued_on", "2019-02-28")])
def test_a_repeat_cannot_add_what_the_record_never_had(api: Client, field: str, value: str) -> None:
    api.create()

    problem = api.create(**{field: value}).refused(409, "record_differs")

    assert problem["errors"] == [{"field": field, "message": "The record has nothing here."}]


def test_fields_that_hash_the_same_never_give_somebody_elses_record(
    api: Client, ledger: Snapshot
) -> None:
    mine = api.create(project_name="a_b", registry="c")
    before = ledger()

    theirs = api.create(project_name="a", registry="b_c")

    assert mine.status == 201
    problem = theirs.refused(409, "record_differs")
    assert {one["field"] for one in problem["errors"]} == {"project_name", "registry"}
    assert ledger() == before


def test_the_ten_sample_records_have_the_ids_that_they_always_had(api: Client) -> None:
    for sample in SAMPLES:
        fields = {name: value for name, value in sample.items() if name != "id"}

        answer = api.post("/records", fields)

        assert answer.status == 201
        assert answer.json["id"] == sample["id"]
    assert len(api.get("/records").json["items"]) == 10


def test_fields_are_normalised_and_so_is_a_repeat(api: Client) -> None:
    messy = api.create(
        project_name="  Waste-to-Energy\u00a0\u2003Gujarat\ufeff ", serial_number="\tVCS-2220\u200b"
    )

    assert messy.status == 201
    assert messy.json["id"] == GUJARAT_ID
    assert messy.json["project_name"] == "Waste-to-Energy Gujarat"
    assert messy.json["serial_number"] == "VCS-2220"
    assert api.create().status == 200


def test_composed_and_decomposed_letters_are_one_record(api: Client) -> None:
    composed = "Forêt de Sète"
    first = api.create(project_name=unicodedata.normalize("NFD", composed))

    second = api.create(project_name=composed)

    assert first.json["project_name"] == composed
    assert (second.status, second.json["id"]) == (200, first.json["id"])


def test_an_emoji_is_text_like_any_other(api: Client) -> None:
    answer = api.create(project_name="Mangroves 🌱 Côte d'Ivoire")

    assert answer.status == 201
    assert answer.json["project_name"] == "Mangroves 🌱 Côte d'Ivoire"


def test_the_unit_numbers_of_a_serial_number_are_the_records_block(api: Client) -> None:
    answer = api.post("/records", KENYA)

    assert answer.status == 201
    assert answer.json["events"][0]["blocks"] == [{"first": 101, "last": 200}]


def test_units_that_are_recorded_elsewhere_are_refused_and_told_where(
    api: Client, ledger: Snapshot
) -> None:
    api.post("/records", KENYA)
    before = ledger()

    answer = api.post(
        "/records",
        KENYA | {"serial_number": "GS1-1-KE-GS11603-16-2025-30256-200-299"},
    )

    problem = answer.refused(409, "block_taken")
    assert "Unit 200 of this serial number is already recorded" in problem["detail"]
    assert "Hifadhi Cookstoves" in problem["detail"]
    assert [one["field"] for one in problem["errors"]] == ["serial_number"]
    assert ledger() == before


def test_the_neighbouring_block_of_the_same_batch_is_another_record(api: Client) -> None:
    api.post("/records", KENYA)

    answer = api.post(
        "/records", KENYA | {"serial_number": "GS1-1-KE-GS11603-16-2025-30256-201-300"}
    )

    assert answer.status == 201


def test_one_batch_with_other_codes_around_it_is_refused(api: Client, ledger: Snapshot) -> None:
    api.post("/records", KENYA)
    before = ledger()

    answer = api.post(
        "/records", KENYA | {"serial_number": "GS1-1-UG-GS11603-16-2025-30256-901-1000"}
    )

    problem = answer.refused(409, "series_differs")
    assert [one["field"] for one in problem["errors"]] == ["serial_number"]
    assert ledger() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": 99}, "quantity"),
        ({"vintage": 2024}, "vintage"),
        ({"registry": "VCS"}, "registry"),
        ({"project_id": "GS999"}, "project_id"),
        ({"serial_number": "GS1-1-KE-GS11603-16-2025-30256-200-101"}, "serial_number"),
        ({"serial_number": "GS1-1-KE-GS11603-16-2025-30256-101-99999999999999999999"},
         "serial_number"),
    ],
)  # fmt: skip
def test_a_serial_number_that_contradicts_the_fields_is_refused_at_the_field(
    api: Client, ledger: Snapshot, changes: dict, field: str
) -> None:
    before = ledger()

    answer = api.post("/records", KENYA | changes)

    assert list(answer.fields()) == [field]
    assert ledger() == before


def test_a_free_serial_number_in_other_letters_is_the_same_series(api: Client) -> None:
    api.create()

    api.create(serial_number="vcs-2220").refused(409, "block_taken")


def test_units_cannot_be_issued_in_the_future(api: Client, ledger: Snapshot) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    before = ledger()

    answer = api.create(issued_on=tomorrow)

    assert "lies in the future" in answer.fields()["issued_on"]
    assert ledger() == before


def test_the_largest_quantity_comes_back_to_the_last_digit(api: Client) -> None:
    answer = api.create(quantity=2**53 - 1)

    assert answer.status == 201
    assert answer.json["events"][0]["blocks"] == [{"first": 1, "last": 2**53 - 1}]
    assert answer.json["units"]["available"] == 2**53 - 1
