"""What watches over the server is told: it works, or in a sentence why not."""

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask

from tests.web.people import record
from tests.web.test_ledger_page import restored
from webapp.config import Settings
from webapp.store import database


@pytest.fixture
def site(open_site: Callable[..., Flask], sealed_with: Settings) -> Flask:
    """The application beside the sealer, with the same folder."""
    return open_site(data_dir=sealed_with.data_dir, ledger_origin=sealed_with.ledger_origin)


def test_a_server_that_works_says_ok(site: Flask, seal: Callable[[], int]) -> None:
    record(site)
    seal()

    answer = site.test_client().get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_is_open_where_looking_up_is_not(open_site: Callable[..., Flask]) -> None:
    site = open_site(public_lookup=False)

    assert site.test_client().get("/healthz").status_code == 200


def test_a_ledger_that_is_behind_is_503_with_the_reason(
    site: Flask, seal: Callable[[], int], owner: psycopg.Connection
) -> None:
    record(site)
    seal()
    restored(owner)

    answer = site.test_client().get("/healthz")

    assert answer.status_code == 503
    assert answer.json == {
        "status": "failing",
        "detail": "The log has 0 leaves, and 1 were signed: the database was restored from an old copy.",
    }
    assert answer.headers["Retry-After"]


def test_events_that_nobody_seals_are_told_and_the_server_still_serves(
    site: Flask, owner: psycopg.Connection
) -> None:
    record(site)
    owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
    owner.execute("UPDATE events SET at = at - interval '2 minutes'")

    answer = site.test_client().get("/healthz")

    assert answer.status_code == 200
    assert answer.json["status"] == "degraded"
    assert "Events wait to be sealed" in answer.json["detail"]


def test_a_database_that_is_away_is_503_with_the_reason(open_site: Callable[..., Flask]) -> None:
    site = open_site(database_url="postgresql://nobody@127.0.0.1:1/none")

    answer = site.test_client().get("/healthz")

    assert answer.status_code == 503
    assert "The database cannot be reached." in answer.json["detail"]
    assert "127.0.0.1" not in answer.text
    with site.app_context():
        database.close(site)
