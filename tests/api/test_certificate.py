"""A retirement's certificate over JSON."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.api.client import Client
from tests.factories import GUJARAT_ID

PATH = f"/records/{GUJARAT_ID}/events/2/certificate"


def test_it_says_what_the_event_says(api: Client) -> None:
    api.create()
    event = api.act(GUJARAT_ID, "retire", quantity=40, beneficiary="Acme Ltd").json["event"]

    found = api.get(PATH).json

    day = event["timestamp"][:10]
    year, month, number = (int(part) for part in day.split("-"))
    assert found.pop("statement").startswith("40 tonnes of CO2e from Waste-to-Energy Gujarat ")
    assert found == {
        "record_id": GUJARAT_ID,
        "seq": 2,
        "project_name": "Waste-to-Energy Gujarat",
        "project_id": None,
        "registry": "VCS",
        "vintage": 2018,
        "serial_number": "VCS-2220",
        "record_block": {"first": 1, "last": 110},
        "tonnes": 40,
        "blocks": [
            {"first": 1, "last": 40, "quantity": 40, "serial_number": "VCS-2220, units 1-40"}
        ],
        "beneficiary": "Acme Ltd",
        "reason": None,
        "note": None,
        "retired_on": f"{year}-{month:02}-{number:02}",
        "recorded_at": event["timestamp"],
        "recorded_by": "Registry desk",
        "sealed": None,
        "page": f"http://localhost{PATH}",
        "pdf": f"http://localhost{PATH}.pdf",
        "leaf": f"http://localhost/api/v1/records/{GUJARAT_ID}/events/2/leaf",
        "proof": f"http://localhost/api/v1/records/{GUJARAT_ID}/events/2/proof",
    }


def test_another_event_is_404_and_named(api: Client) -> None:
    api.create()
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=40)

    problem = api.get(PATH).refused(404, "not_a_retirement")

    assert problem["detail"].startswith("Event 2 is not a retirement: it is a sale.")


def test_an_event_or_a_record_that_there_is_not_is_404(api: Client) -> None:
    api.get(PATH).refused(404, "not_found")
    api.create()
    problem = api.get(PATH).refused(404, "not_a_retirement")

    assert problem["detail"].startswith("There is no event 2. This record has no retirements.")


def test_a_parameter_that_there_is_not_is_named(public: Client) -> None:
    problem = public.get(f"{PATH}?format=pdf").refused(400, "invalid_query")

    assert [one["field"] for one in problem["errors"]] == ["format"]


def test_without_public_lookup_it_needs_a_token(door: Callable[..., Flask]) -> None:
    Client(door(public_lookup=False)).get(PATH).refused(401, "sign_in_needed")


def test_its_path_is_described(public: Client) -> None:
    document: Any = public.get("/openapi.json").json

    operation = document["paths"]["/api/v1/records/{record_id}/events/{seq}/certificate"]["get"]
    assert [(one["name"], one["in"]) for one in operation["parameters"]] == [
        ("record_id", "path"),
        ("seq", "path"),
    ]
