"""GET /records/export: the file as a script takes it, and what is refused instead."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.api.client import Client
from tests.conftest import Filled
from tests.exported import as_csv, as_lines, parsed
from webapp.actions import exporting
from webapp.domain.lifecycle import Story
from webapp.domain.searching import Export
from webapp.store import exporting as store_exporting

PLACES = 4  # half of a worker's threads


def found(filled: Filled, **asked: Any) -> list[Story]:
    stories = {one.id: one.story for one in filled.registry.records}
    return [stories[one] for one in filled.registry.hits(Export(**asked).search)]


def test_csv_is_what_comes_without_a_format(stocked: Client, filled: Filled) -> None:
    answer = stocked.ask("/records/export", q="wind", status="active")

    assert answer.data == as_csv(found(filled, q="wind", status="active"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(answer.data))


def test_everything_comes_without_filters(stocked: Client, filled: Filled) -> None:
    answer = stocked.ask("/records/export", format="jsonl")

    assert parsed(answer.data) == as_lines(one.story for one in filled.registry.records)
    assert answer.headers["Content-Type"] == "application/jsonl"


def test_a_spreadsheet_is_a_zip(stocked: Client) -> None:
    answer = stocked.ask("/records/export", format="xlsx")

    assert answer.data.startswith(b"PK")
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")


@pytest.mark.parametrize("wanted", ["csv", "jsonl", "xlsx"])
def test_the_file_has_the_days_name(stocked: Client, wanted: str) -> None:
    before = datetime.now(UTC).date()
    told = stocked.ask("/records/export", format=wanted).headers["Content-Disposition"]
    after = datetime.now(UTC).date()

    assert told in {
        f'attachment; filename="cairn-records-{day}.{wanted}"' for day in (before, after)
    }


def test_it_is_sent_as_it_is_also_to_those_who_take_gzip(stocked: Client, filled: Filled) -> None:
    answer = stocked.get("/records/export", headers={"Accept-Encoding": "gzip"})

    assert answer.data == as_csv(one.story for one in filled.registry.records)
    assert "Content-Encoding" not in answer.headers


def test_asking_for_the_head_alone_leaves_nothing_open(stocked: Client) -> None:
    for _ in range(20):
        assert stocked.call("HEAD", "/api/v1/records/export").status == 200


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"sort": "vintage"}, "sort"),
        ({"order": "asc"}, "order"),
        ({"limit": 5}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"colour": "red"}, "colour"),
        ({"format": "parquet"}, "format"),
        ({"vintage": "1899"}, "vintage"),
        ({"event_from": "2026-05-04", "event_to": "2026-05-03"}, "event_from"),
        ({"q": "wind", "serial": "VCS-1"}, "serial"),
    ],
)
def test_a_parameter_that_is_none_is_refused(
    stocked: Client, asked: dict[str, Any], field: str
) -> None:
    problem = stocked.ask("/records/export", **asked).refused(400, "invalid_query")

    assert [one["field"] for one in problem["errors"]] == [field]


def test_too_many_rows_for_a_spreadsheet_are_refused(
    stocked: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 10)

    problem = stocked.ask("/records/export", format="xlsx").refused(409, "too_many_rows")

    assert problem["detail"].startswith("These are more than 10 rows")


def test_it_needs_a_token_when_looking_up_is_not_public(
    door: Callable[..., Flask], token_for: Callable[..., str]
) -> None:
    closed = door(public_lookup=False)

    Client(closed).get("/records/export").refused(401)
    assert Client(closed, token_for("Reader", "viewer")).get("/records/export").status == 200


def test_a_download_too_many_is_told_to_wait(stocked: Client, stocked_app: Flask) -> None:
    with ExitStack() as stack:
        for _ in range(PLACES):
            reading = stocked_app.test_client().get("/api/v1/records/export", buffered=False)
            stack.callback(reading.close)

        refused = stocked.get("/records/export")

    refused.refused(503, "too_many_downloads")
    assert refused.headers["Retry-After"]
    assert stocked.get("/records/export").status == 200


def test_what_is_refused_takes_no_place(stocked: Client) -> None:
    for _ in range(PLACES + 1):
        stocked.ask("/records/export", q="wind", serial="VCS-1").refused(400)

    assert stocked.get("/records/export").status == 200


def test_a_database_that_is_away_is_told_before_the_first_byte(door: Callable[..., Flask]) -> None:
    away = Client(door(database_url="postgresql://cairn@127.0.0.1:1/cairn"))

    away.get("/records/export").refused(503, "database_away")


def test_a_file_that_breaks_off_says_so_at_its_end(
    api: Client, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_exporting, "FIRST_PAGE", 1)
    monkeypatch.setattr(store_exporting, "PAGE", 1)
    for number in range(3):
        assert api.create(serial_number=f"Serial {number}").status == 201
    whole = api.get("/records/export").data
    response = api.app.test_client().get("/api/v1/records/export", buffered=False)
    chunks = response.iter_encoded()
    begun = b"".join(next(chunks) for _ in range(2))

    owner.execute("ALTER TABLE events RENAME TO hidden")
    rest = b"".join(chunks)
    response.close()

    assert "Content-Length" not in response.headers
    assert begun == b"".join(whole.splitlines(keepends=True)[:2])
    assert rest == b"This file is not whole: it broke off while it was made. Download it again.\n"
