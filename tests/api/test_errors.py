"""Every refusal under /api is problem+json with the headers of any answer; the client checks each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask import Flask

from tests.api.client import Client
from tests.api.conftest import Snapshot
from tests.factories import GUJARAT, GUJARAT_ID

WRITES = [
    ("/records", GUJARAT),
    (f"/records/{GUJARAT_ID}/sell", {"buyer": "Acme Ltd"}),
    (f"/records/{GUJARAT_ID}/return", {"sale": 2, "reason": "Error"}),
    (f"/records/{GUJARAT_ID}/retire", {}),
    (f"/records/{GUJARAT_ID}/cancel", {"reason": "Error"}),
]


def test_an_unknown_path_is_404(api: Client) -> None:
    for path in ("/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/records", "/api/v1/nowhere"):
        api.call("GET", path).refused(404, "not_found")
        api.call("POST", path, {}).refused(404, "not_found")
    api.post(f"/records/{GUJARAT_ID}/destroy", {}).refused(404)
    api.get(f"/records/{GUJARAT_ID}/events/1/2").refused(404)


def test_a_wrong_method_is_405_that_names_the_right_ones(api: Client) -> None:
    api.create()
    cases = [
        ("/records", ["PUT", "PATCH", "DELETE"], {"GET", "POST"}),
        (f"/records/{GUJARAT_ID}", ["POST", "PUT", "PATCH", "DELETE"], {"GET"}),
        (f"/records/{GUJARAT_ID}/retire", ["GET", "PUT", "PATCH", "DELETE"], {"POST"}),
        ("/openapi.json", ["POST", "DELETE"], {"GET"}),
    ]
    for path, methods, right in cases:
        for method in methods:
            answer = api.call(method, f"/api/v1{path}", {})

            problem = answer.refused(405, "method_not_allowed")
            allowed = set(answer.headers["Allow"].replace(",", " ").split())
            assert allowed - {"HEAD", "OPTIONS"} == right
            assert all(one in problem["detail"] for one in right)
    assert api.record(GUJARAT_ID)["status"] == "active"


def test_without_a_token_nothing_can_be_changed(public: Client, ledger: Snapshot) -> None:
    before = ledger()
    for path, body in WRITES:
        answer = public.post(path, body)

        answer.refused(401, "sign_in_needed")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert ledger() == before


def test_a_malformed_or_unknown_token_is_401_that_tells_how_to_send_one(
    public: Client, api: Client, ledger: Snapshot
) -> None:
    before = ledger()
    good = api.token
    for header in (
        "",
        "Bearer",
        "Bearer ",
        "Bearer  \t",
        "Bearer cairn_unknown",
        f"Bearer {good}x",
        f"Bearer {good} {good}",
        f"Bearer, {good}",
        f"Basic {good}",
        f"Token {good}",
        f"{good}",
        "Bearer \xfc\xff",
        "Bearer " + "x" * 10_000,
        "Bearer ' OR 1=1 --",
    ):
        answer = public.post("/records", GUJARAT, headers={"Authorization": header})

        assert answer.status == 401, header
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "Authorization: Bearer <token>" in answer.json["detail"]
    assert ledger() == before


def test_the_name_of_the_scheme_may_be_written_in_any_letters(api: Client, public: Client) -> None:
    for scheme in ("bearer", "BEARER"):
        answer = public.post(
            "/records", GUJARAT, headers={"Authorization": f"{scheme} {api.token}"}
        )
        assert answer.status in (200, 201)


def test_a_viewers_token_may_change_nothing(
    api: Client, token_for: Callable[..., str], ledger: Snapshot
) -> None:
    viewer = api.bearing(token_for("Reading room", "viewer"))
    api.create()
    before = ledger()
    for path, body in WRITES:
        problem = viewer.post(path, body).refused(403, "not_allowed")

        assert problem["detail"].startswith("Reading room has the role viewer")
    assert ledger() == before


def test_an_administrators_token_may_do_what_an_operators_may(
    api: Client, token_for: Callable[..., str]
) -> None:
    admin = api.bearing(token_for("Administration", "admin"))

    assert admin.create().status == 201
    assert admin.act(GUJARAT_ID, "retire").status == 200


def test_a_host_that_is_not_ours_is_400(api: Client, ledger: Snapshot) -> None:
    before = ledger()
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.nip.io"):
        api.call("GET", "/api/v1/records", base_url=f"http://{host}").refused(400)
        api.call("POST", "/api/v1/records", GUJARAT, base_url=f"http://{host}").refused(400)
    for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert api.call("GET", "/api/v1/records", base_url=f"http://{host}").status == 200
    assert ledger() == before


def test_only_https_answers_ask_for_https_from_now_on(public: Client) -> None:
    plain = public.get("/records")
    secure = public.get("/records", base_url="https://localhost")

    assert "Strict-Transport-Security" not in plain.headers
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=")


def test_each_request_has_a_number_of_its_own(public: Client) -> None:
    numbers = {public.get(f"/records/{'0' * 64}").json["request_id"] for _ in range(5)}

    assert len(numbers) == 5


def test_what_breaks_inside_is_told_without_its_insides(
    api: Client, public: Client, owner: psycopg.Connection
) -> None:
    api.create()
    owner.execute("DROP TABLE holdings")

    for answer in (
        public.get(f"/records/{GUJARAT_ID}"),
        public.get("/records"),
        api.act(GUJARAT_ID, "retire"),
    ):
        problem = answer.refused(500, "internal_error")
        assert problem["request_id"] in problem["detail"]
        assert "holdings" not in answer.data.decode()


def test_a_database_that_is_away_is_503_and_try_again(
    door: Callable[..., Flask],
) -> None:
    closed_port = "postgresql://cairn:hunter2@127.0.0.1:1/cairn"
    away = Client(door(database_url=closed_port), "cairn_token")

    with ThreadPoolExecutor() as pool:  # each waits until the pool's patience ends
        waiting = [
            pool.submit(away.bearing(None).get, "/records"),
            pool.submit(away.bearing(None).get, f"/records/{GUJARAT_ID}"),
            pool.submit(away.post, "/records", GUJARAT),
        ]
    for answer in (one.result() for one in waiting):
        answer.refused(503, "database_away")
        assert int(answer.headers["Retry-After"]) >= 1
        assert "hunter2" not in answer.data.decode()


def test_a_database_that_comes_back_is_used_again(
    api: Client, public: Client, owner: psycopg.Connection
) -> None:
    api.create()
    end_all = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for _ in range(3):
        owner.execute(end_all)
        assert public.get(f"/records/{GUJARAT_ID}").status == 200
        owner.execute(end_all)
        assert api.act(GUJARAT_ID, "cancel", reason="Reversal", quantity=1).status == 200
    assert api.record(GUJARAT_ID)["units"]["cancelled"] == 3


def test_a_record_that_somebody_else_holds_for_long_is_503_busy(
    api: Client, owner: psycopg.Connection, ledger: Snapshot
) -> None:
    api.create()
    before = ledger()
    with owner.transaction():
        owner.execute("SELECT * FROM holdings FOR UPDATE")

        answer = api.act(GUJARAT_ID, "retire")

    answer.refused(503, "busy")
    assert int(answer.headers["Retry-After"]) >= 1
    assert ledger() == before
    assert api.act(GUJARAT_ID, "retire").status == 200


@pytest.mark.parametrize("path", ["/api/v1/records", "/api/v1/openapi.json"])
def test_answers_that_go_well_bear_the_security_headers_too(api: Client, path: str) -> None:
    answer = api.call("GET", path)  # the client checks them

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-cache"
