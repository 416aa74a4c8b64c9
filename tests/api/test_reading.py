"""GET /records and /records/{id}: the list newest first, page by page, and one record for anyone."""

import base64
from collections.abc import Callable

import pytest
from flask import Flask

from tests.api.client import Client
from tests.factories import GUJARAT_ID

SOME_TIME = "2026-05-03T10:00:00+00:00"


def serials(items: list[dict]) -> list[str]:
    return [item["serial_number"] for item in items]


def create_many(api: Client, numbers: range) -> list[str]:
    """The serial numbers of new records, the oldest first."""
    return [
        api.create(serial_number=f"VCS-{number}", quantity=number).json["serial_number"]
        for number in numbers
    ]


def walk(client: Client, limit: int) -> list[list[str]]:
    """The serial numbers of all pages."""
    pages, cursor = [], ""
    while True:
        page = client.get(f"/records?limit={limit}{cursor}").json
        pages.append(serials(page["items"]))
        if page["next"] is None:
            return pages
        cursor = f"&cursor={page['next']}"


def test_an_empty_registry_is_an_empty_list(public: Client) -> None:
    page = public.get("/records").json

    assert (page["items"], page["next"], page["previous"]) == ([], None, None)
    assert (page["count"], page["more_than_count"]) == (0, False)


def test_the_list_is_newest_first_and_its_items_have_no_events(api: Client, public: Client) -> None:
    made = create_many(api, range(1, 4))
    api.act(api.get("/records").json["items"][-1]["id"], "retire")

    answer = public.get("/records")

    assert serials(answer.json["items"]) == made[::-1]
    assert answer.json["next"] is None
    oldest = answer.json["items"][-1]
    shown = public.record(oldest["id"])
    del shown["events"]
    assert oldest == shown
    assert oldest["status"] == "retired"


def test_walking_all_pages_meets_each_record_once(api: Client, public: Client) -> None:
    made = create_many(api, range(1, 8))

    pages = walk(public, 3)

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [serial for page in pages for serial in page] == made[::-1]


def test_a_last_page_that_is_full_has_no_next(api: Client, public: Client) -> None:
    create_many(api, range(1, 7))

    assert [len(page) for page in walk(public, 3)] == [3, 3]


def test_records_added_meanwhile_disturb_no_walk(api: Client, public: Client) -> None:
    made = create_many(api, range(1, 8))
    seen, cursor, number = [], "", 100
    while True:
        page = public.get(f"/records?limit=2{cursor}").json
        seen += serials(page["items"])
        if page["next"] is None:
            break
        create_many(api, range(number, number + 2))
        number += 2
        cursor = f"&cursor={page['next']}"

    assert seen == made[::-1]


def test_a_page_has_50_records_unless_asked_and_200_at_most(api: Client, public: Client) -> None:
    create_many(api, range(1, 53))

    assert len(public.get("/records").json["items"]) == 50
    assert len(public.get("/records?limit=200").json["items"]) == 52
    assert len(public.get("/records?limit=1").json["items"]) == 1


LIMITS = [
    "0",
    "201",
    "-1",
    "+5",
    "1.5",
    "1e2",
    "abc",
    "",
    "%205",
    "%D9%A5",
    "9" * 400,
    "0000000050000",
]


def test_a_limit_that_is_none_is_400_that_names_it(public: Client) -> None:
    for limit in LIMITS:
        problem = public.get(f"/records?limit={limit}").refused(400)

        assert problem["detail"] == "limit must be a whole number from 1 to 200.", limit


def test_an_unknown_query_parameter_is_400_that_names_it(public: Client) -> None:
    for query in ["colour=red", "Limit=5", "limit=5&page=2", "quantity=5"]:
        problem = public.get(f"/records?{query}").refused(400)

        unknown = query.rpartition("&")[2].partition("=")[0]
        assert f"parameter {unknown}" in problem["detail"]
        assert "there are limit, cursor, q, registry, " in problem["detail"]


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


FORGED = [
    "",
    "x",
    "abcd",
    "%00",
    "%C3%BC",
    "=" * 5,
    "A" * 5000,
    base64.urlsafe_b64encode(b"\xff\xfe\xfd").decode(),
    encoded(SOME_TIME),
    encoded(f"{SOME_TIME} "),
    encoded(f"{SOME_TIME} {'0' * 63}"),
    encoded(f"{SOME_TIME} {'A' * 64}"),
    encoded(f"2026-05-03T10:00:00 {'0' * 64}"),
    encoded(f"2026-13-03T10:00:00+00:00 {'0' * 64}"),
    encoded(f"yesterday {'0' * 64}"),
    encoded(f"{SOME_TIME} '; DROP TABLE records; --"),
]


def test_a_forged_cursor_is_400_that_tells_to_begin_anew(public: Client) -> None:
    for cursor in FORGED:
        problem = public.get(f"/records?cursor={cursor}").refused(400)

        assert "cursor is not one that" in problem["detail"], cursor
        assert "begin without it" in problem["detail"]


def test_a_cursor_of_any_time_is_a_page_and_never_an_error(api: Client, public: Client) -> None:
    api.create()
    for time in ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59", SOME_TIME]:
        answer = public.get(f"/records?cursor={encoded(f'{time} {GUJARAT_ID}')}")

        assert answer.status in (200, 400), time


def test_an_unknown_id_is_404(public: Client) -> None:
    problem = public.get(f"/records/{'0' * 64}").refused(404, "not_found")

    assert problem["detail"] == "Record not found"


NO_IDS = [
    GUJARAT_ID[:63],
    GUJARAT_ID + "0",
    GUJARAT_ID.upper(),
    "VCS-2220",
    "%00",
    "%27%20OR%201=1",
    "%ED%A0%80",
    "g" * 64,
    GUJARAT_ID + "%0A",
]


def test_what_is_no_id_is_404(api: Client, public: Client) -> None:
    api.create()
    for text in NO_IDS:
        assert public.get(f"/records/{text}").refused(404)["detail"] == "Record not found"


def test_anyone_may_look_up_while_look_up_is_public(api: Client, public: Client) -> None:
    api.create()

    assert public.get(f"/records/{GUJARAT_ID}").status == 200
    assert public.get("/records").status == 200


def test_a_viewers_token_may_look_up(api: Client, token_for: Callable[..., str]) -> None:
    api.create()

    viewer = api.bearing(token_for("Reading room", "viewer"))

    assert viewer.get(f"/records/{GUJARAT_ID}").status == 200


def test_a_dead_token_is_told_so_even_where_none_is_needed(public: Client) -> None:
    public.bearing("cairn_nobody").get("/records").refused(401, "sign_in_needed")


@pytest.mark.parametrize("path", ["/records", f"/records/{GUJARAT_ID}", f"/records/{'0' * 64}"])
def test_looking_up_needs_a_token_when_it_is_not_public(
    door: Callable[..., Flask], api: Client, token_for: Callable[..., str], path: str
) -> None:
    api.create()
    private = Client(door(public_lookup=False))

    private.get(path).refused(401, "sign_in_needed")

    viewer = private.bearing(token_for("Reading room", "viewer"))
    assert viewer.get(path).status == (404 if path.endswith("0" * 64) else 200)


def test_looking_up_changes_nothing(api: Client, public: Client) -> None:
    api.create()

    first, second = public.get(f"/records/{GUJARAT_ID}"), public.get(f"/records/{GUJARAT_ID}")

    assert first.data == second.data


def test_head_answers_like_get_without_a_body(api: Client, public: Client) -> None:
    api.create()

    response = public.app.test_client().head(f"/api/v1/records/{GUJARAT_ID}")

    assert (response.status_code, response.data) == (200, b"")
