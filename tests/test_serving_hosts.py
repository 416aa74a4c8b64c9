"""flask serve on other hosts than its own default, and beside a Redis that is not there."""

import re
import signal
import socket
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.cli.commands import flask
from tests.server import Server, free_port

EMAIL, PASSWORD = "ann@example.org", " correct horse battery "
MADE = {"ADMIN_EMAIL": EMAIL, "ADMIN_PASSWORD": PASSWORD}


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def status_at(host: str, port: int, called: str) -> int:
    connection = HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", "/api/v1/records", headers={"Host": f"{called}:{port}"})
        return connection.getresponse().status
    finally:
        connection.close()


def sign_in(server: Server, password: str) -> int:
    """The status of a sign-in over HTTP, with the form's token and cookie."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", "/sign-in")
        answer = connection.getresponse()
        cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())
        assert found is not None
        typed = urlencode({"email": EMAIL, "password": password, "csrf_token": found[1]})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/sign-in", typed, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_server_on_localhost_serves(start: Callable[..., Server]) -> None:
    server = start(HOST="localhost").await_ready()

    assert f"Cairn is ready at http://localhost:{server.port} " in server.said
    assert status_at("localhost", server.port, "localhost") == 200
    assert status_at("localhost", server.port, "elsewhere.example") == 400
    assert server.ended_by(signal.SIGTERM) == 0
    assert "Traceback" not in server.said


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "[::1]", "::"])
def test_a_server_on_an_ipv6_address_serves(start: Callable[..., Server], host: str) -> None:
    server = start(HOST=host).await_ready()

    assert f"Cairn is ready at http://[::1]:{server.port} " in server.said
    assert status_at("::1", server.port, "[::1]") == 200
    assert server.ended_by(signal.SIGTERM) == 0


@pytest.mark.parametrize("words", ["serve", "demo"])
def test_a_host_that_does_not_exist_is_told_before_anything_is_written(
    tmp_path: Path, words: str
) -> None:
    data_dir = tmp_path / "data"

    refused = flask(
        words,
        DATA_DIR=str(data_dir),
        HOST="no-such-host.invalid",
        PORT=str(free_port()),
        WORKERS="2",
    )

    assert refused.sentence() == (
        "There is no host no-such-host.invalid; set HOST to a name or address of this machine."
    )
    assert not (data_dir / "postgres").exists()


@pytest.mark.parametrize("host", ["192.0.2.1", "a" * 70, "ex ample", ".", "a..b"])
def test_a_host_that_is_not_of_this_machine_is_told(tmp_path: Path, host: str) -> None:
    settings = {"DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port()), "WORKERS": "2"}

    refused = flask("serve", **settings, HOST=host)

    assert "HOST" in refused.sentence()


def test_without_its_redis_people_still_sign_in_and_guessing_is_still_limited(
    start: Callable[..., Server],
) -> None:
    server = start(WORKERS="1", RATE_LIMIT_STORAGE_URL="redis://127.0.0.1:1", **MADE).await_ready()

    assert sign_in(server, PASSWORD) == 303
    assert [sign_in(server, "wrong horse") for _ in range(6)] == [422] * 5 + [429]
    assert "Traceback" not in server.said


def test_the_first_administrator_signs_in_with_the_spaces_that_the_password_was_given_with(
    start: Callable[..., Server],
) -> None:
    server = start(**MADE).await_ready()

    assert sign_in(server, PASSWORD.strip()) == 422
    assert sign_in(server, PASSWORD) == 303
