"""The description of the API is valid and whole; the client of these tests holds each answer to it."""

import re
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.client import Client
from tests.factories import GUJARAT, GUJARAT_ID


@pytest.fixture
def document(public: Client) -> Any:
    """The document as it is served."""
    return public.get("/openapi.json").json


def schema_of(document: Any, path: str) -> Draft202012Validator:
    """The validator of the body that a call takes."""
    body = document["paths"][f"/api/v1{path}"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})


def test_it_is_valid_openapi_3_1(document: Any) -> None:
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


def test_it_is_open_to_anyone(public: Client) -> None:
    answer = public.get("/openapi.json")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"


def test_every_route_of_the_api_but_its_own_is_described(api_app: Flask, document: Any) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in api_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/")
    }
    described = {
        (path, method.upper())
        for path, operations in document["paths"].items()
        for method in operations
    }

    assert routes - described == {("/api/v1/openapi.json", "GET")}
    assert described - routes == set()


def test_every_operation_has_a_name_of_its_own_a_sentence_and_its_refusals(document: Any) -> None:
    operations = [one for path in document["paths"].values() for one in path.values()]

    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one["summary"].endswith(".")
        assert {"400", "401", "503"} <= set(one["responses"])


def test_what_needs_a_token_says_so(document: Any) -> None:
    for operations in document["paths"].values():
        for method, one in operations.items():
            assert ({} in one["security"]) == (method == "get")
            assert {"token": []} in one["security"]


def test_every_schema_is_a_schema(document: Any) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


GOOD = [
    ("/records", GUJARAT),
    ("/records", GUJARAT | {"project_id": None, "issued_on": "2019-02-28"}),
    ("/records/{record_id}/retire", {}),
    ("/records/{record_id}/retire", {"quantity": 5, "note": None}),
    ("/records/{record_id}/sell", {"buyer": "Acme Ltd", "blocks": [{"first": 1, "last": 5}]}),
    ("/records/{record_id}/cancel", {"reason": "Reversal", "effective_on": "2026-01-31"}),
]
BAD = [
    ("/records", {}),
    ("/records", GUJARAT | {"quantity": "110"}),
    ("/records", GUJARAT | {"quantity": 0}),
    ("/records", GUJARAT | {"vintage": 1899}),
    ("/records", GUJARAT | {"vintage": 2101}),
    ("/records", GUJARAT | {"registry": ""}),
    ("/records", GUJARAT | {"registry": "x" * 301}),
    ("/records", GUJARAT | {"colour": "red"}),
    ("/records/{record_id}/retire", {"quantity": None}),
    ("/records/{record_id}/retire", {"quantity": 1.5}),
    ("/records/{record_id}/retire", {"blocks": []}),
    ("/records/{record_id}/retire", {"blocks": [{"first": 1}]}),
    ("/records/{record_id}/sell", {}),
    ("/records/{record_id}/return", {"sale": 2}),
    ("/records/{record_id}/cancel", {"reason": None}),
]


def test_what_the_description_calls_good_the_door_takes(api: Client, document: Any) -> None:
    assert api.create().status == 201
    for path, body in GOOD:
        assert schema_of(document, path).is_valid(body)
        answer = api.post(path.replace("{record_id}", GUJARAT_ID), body)
        assert answer.status != 422, (path, body)


def test_what_the_description_calls_bad_the_door_refuses(api: Client, document: Any) -> None:
    assert api.create().status == 201
    for path, body in BAD:
        assert not schema_of(document, path).is_valid(body), (path, body)
        answer = api.post(path.replace("{record_id}", GUJARAT_ID), body)
        assert answer.status == 422, (path, body)


def test_every_default_that_is_described_may_be_sent(public: Client, document: Any) -> None:
    for path, operations in document["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", []):
            if "default" in parameter["schema"]:
                value = parameter["schema"]["default"]
                answer = public.call("GET", f"{path}?{parameter['name']}={value}")
                assert answer.status == 200, parameter
