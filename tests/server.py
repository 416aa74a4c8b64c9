"""A real `flask serve` in a process of its own, for tests that meet it as an operator or a script does."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil

from tests.cli.commands import environment, flask
from webapp.config import ROOT

PATIENCE_S = 40


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


class Server:
    """A `flask serve` in a process of its own, with all processes that it brought up."""

    def __init__(self, data_dir: Path, port: int | None = None, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.settings = {"DATA_DIR": str(data_dir), "PORT": str(self.port), "WORKERS": "2"}
        self.settings |= settings
        self.seen: dict[int, psutil.Process] = {}
        self.log = data_dir.parent / f"{data_dir.name}.{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "serve"],
                cwd=ROOT,
                env=environment(**self.settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def await_ready(self) -> "Server":
        wait_until(lambda: "Cairn is ready" in self.said or self.process.poll() is not None, "up")
        assert self.process.poll() is None, self.said
        self.look_around()
        return self

    def look_around(self) -> list[psutil.Process]:
        """The living processes of this server, its database's among them."""
        with suppress(psutil.Error):
            for one in psutil.Process(self.process.pid).children(recursive=True):
                self.seen.setdefault(one.pid, one)
        with suppress(OSError, ValueError, psutil.Error):
            postmaster = psutil.Process(self.postmaster())
            if postmaster.name() == "postgres":
                self.seen.setdefault(postmaster.pid, postmaster)
        return [one for one in self.seen.values() if alive(one)]

    def postmaster(self) -> int:
        pid_file = self.data_dir / "postgres" / "postmaster.pid"
        return int(pid_file.read_text().split()[0])

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def ended_by(self, number: int) -> int:
        """The exit code after a signal."""
        self.look_around()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def end(self) -> None:
        """Whatever became of it: nothing of it is left behind."""
        self.look_around()
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE_S)
        for one in self.look_around():
            with suppress(psutil.Error):
                one.kill()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)

    def ask(
        self, method: str, path: str, body: Any = None, token: str = "", **headers: str
    ) -> tuple[int, bytes]:
        """One request on a connection of its own: the status and the body's bytes."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            if token:
                sent["Authorization"] = f"Bearer {token}"
            if body is not None:
                sent["Content-Type"] = "application/json"
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, sent)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def new_token(self) -> str:
        """A token made with the command, beside the running server."""
        made = flask("token", "add", "Registry desk", "--role", "operator", **self.settings)
        assert made.code == 0, made.err
        return made.out.strip()


def alive(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
