"""Other sites' scripts: those in CORS_ORIGINS may call, the rest may not, and none with credentials."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.factories import GUJARAT

ORIGIN = "https://maps.example"
STRANGERS = [
    "https://evil.example",
    "http://maps.example",
    "https://maps.example:8443",
    "https://maps.example.evil.example",
    "https://mapsxexample",
    "https://a.maps.example",
    "null",
]


@pytest.fixture
def shared(door: Callable[..., Flask]) -> Flask:
    """The application with two sites in CORS_ORIGINS."""
    return door(cors_origins=(ORIGIN, "https://other.example"))


def preflight(app: Flask, origin: str, method: str = "POST") -> TestResponse:
    return app.test_client().options(
        "/api/v1/records",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization, content-type, idempotency-key",
        },
    )


def cors_headers(response: TestResponse) -> set[str]:
    return {name for name, _ in response.headers if name.startswith("Access-Control-")}


def words(text: str) -> set[str]:
    return set(text.lower().replace(",", " ").split())


def test_a_preflight_of_a_site_that_is_named_goes_well(shared: Flask) -> None:
    response = preflight(shared, ORIGIN)

    assert response.status_code in (200, 204)
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "post" in words(response.headers["Access-Control-Allow-Methods"])
    assert words(response.headers["Access-Control-Allow-Headers"]) == {
        *("authorization", "content-type", "idempotency-key"),
    }
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "origin" in words(response.headers["Vary"])


def test_a_site_that_is_named_may_read_answers_and_refusals_and_their_headers(
    shared: Flask,
) -> None:
    client = shared.test_client()
    found = client.get("/api/v1/records", headers={"Origin": ORIGIN})
    missing = client.get(f"/api/v1/records/{'0' * 64}", headers={"Origin": ORIGIN})
    nowhere = client.get("/api/v1/nowhere", headers={"Origin": ORIGIN})
    refused = client.post("/api/v1/records", json=GUJARAT, headers={"Origin": ORIGIN})

    assert [one.status_code for one in (found, missing, nowhere, refused)] == [200, 404, 404, 401]
    for response in (found, missing, nowhere, refused):
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Access-Control-Allow-Credentials" not in response.headers
        exposed = words(response.headers["Access-Control-Expose-Headers"])
        assert {"location", "retry-after"} <= exposed


def test_a_stranger_gets_the_answer_that_anyone_gets_and_its_scripts_may_not_read_it(
    shared: Flask,
) -> None:
    client = shared.test_client()
    for origin in STRANGERS:
        assert cors_headers(preflight(shared, origin)) == set(), origin
        response = client.get("/api/v1/records", headers={"Origin": origin})
        assert response.status_code == 200
        assert cors_headers(response) == set(), origin


def test_without_cors_origins_no_site_is_named(api_app: Flask) -> None:
    assert cors_headers(preflight(api_app, ORIGIN)) == set()
    response = api_app.test_client().get("/api/v1/records", headers={"Origin": ORIGIN})
    assert cors_headers(response) == set()


def test_the_pages_are_shared_with_nobody(shared: Flask) -> None:
    with shared.test_client().get("/static/site.css", headers={"Origin": ORIGIN}) as response:
        assert response.status_code == 200
        assert cors_headers(response) == set()
