"""A real Chromium at a real server: one server a test process, a fresh browser profile a visitor."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    StorageState,
    expect,
    sync_playwright,
)

from tests.browser.desk import Desk
from tests.cli.commands import environment
from webapp import embedded
from webapp.headers import HTMX_URL

ROOT = Path(__file__).resolve().parents[2]
HTMX = Path(__file__).with_name("htmx-4.0.1.min.js")
EMAIL, PASSWORD = "desk@example.org", "a password only for the browser"
PATIENCE_MS = 15_000
START_S = 120
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_numbers = count(1)

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Server:
    """Where the server answers, and what else reaches its data."""

    address: str
    environment: dict[str, str]
    data_dir: Path


@dataclass
class Faults:
    """What no visitor's browser may complain about; a test that expects it empties the list."""

    seen: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._note)
        context.on("weberror", lambda error: self.seen.append(str(error.error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.seen.append(message.text)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program. Without one the tests skip, or fail where REQUIRE_BROWSER=1."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found:
        return found
    reason = "no Chromium here: install it, or name its program in CHROMIUM"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`flask serve` with two workers and a database of its own, from an empty folder to SIGTERM."""
    folder = tmp_path_factory.mktemp("served")
    port = _free_port()
    settings = environment(
        DATA_DIR=str(folder / "data"),
        PORT=str(port),
        WORKERS="2",
        ADMIN_EMAIL=EMAIL,
        ADMIN_PASSWORD=PASSWORD,
    )
    log = folder / "server.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "flask", "serve"],
            cwd=ROOT,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            _wait_until_ready(process, log)
            yield Server(f"http://127.0.0.1:{port}", settings, folder / "data")
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[str], log: Path) -> None:
    assert process.stdout is not None
    told = []
    overdue = threading.Timer(START_S, process.kill)
    overdue.start()
    try:
        for line in process.stdout:
            told.append(line)
            if "is ready" in line:
                return
    finally:
        overdue.cancel()
    pytest.fail(f"The server did not start:\n{''.join(told)}\n{log.read_text()}", pytrace=False)


@pytest.fixture(scope="session")
def token(server: Server) -> str:
    """A token for scripts, made beside the running server."""
    made = subprocess.run(
        [sys.executable, "-m", "flask", "token", "add", "browser tests", "--role", "operator"],
        cwd=ROOT,
        env=server.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.strip()


# Not for the session: while playwright runs, its event loop is the thread's, and other tests in
# this process may want one of their own.
@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def signed_in(browser: Browser, server: Server) -> StorageState:
    """The cookies of somebody at the registry's desk; for tests that end no session."""
    with browser.new_context(base_url=server.address) as context:
        context.route("https://**", lambda route: route.abort())
        page = context.new_page()
        sign_in(page)
        return context.storage_state()


@pytest.fixture
def faults() -> Iterator[Faults]:
    faults = Faults()
    yield faults
    assert faults.seen == []


@pytest.fixture
def arrive(
    browser: Browser, server: Server, request: pytest.FixtureRequest, faults: Faults
) -> Iterator[Callable[..., Page]]:
    """Gives a page in a browser profile of its own: arrive(desk=True, cdn=blocked, ...)."""
    contexts: list[BrowserContext] = []

    def open_page(desk: bool = True, cdn: Callable[[Route], None] = pinned, **options: Any) -> Page:
        if desk:
            options["storage_state"] = request.getfixturevalue("signed_in")
        context = browser.new_context(base_url=server.address, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.route("https://**", lambda route: route.abort())
        context.route(HTMX_URL, cdn)
        faults.watch(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(arrive: Callable[..., Page]) -> Page:
    """A page of somebody signed in at the registry's desk."""
    return arrive()


@pytest.fixture
def desk(server: Server, token: str) -> Desk:
    """Scripts at the JSON door: makes records, and tells what is true of them."""
    return Desk(server.address, token)


@pytest.fixture
def project(request: pytest.FixtureRequest) -> str:
    """A project's name that no other test uses."""
    return f"Mangroves {os.getpid()}-{next(_numbers)}"


def pinned(route: Route) -> None:
    """The CDN as it is: the file whose hash stands in the pages."""
    _serve(route, HTMX.read_bytes())


def changed(route: Route) -> None:
    """A CDN that was broken into: the file has one more line."""
    _serve(route, HTMX.read_bytes() + b"\nwindow.brokenInto = true;\n")


def blocked(route: Route) -> None:
    """A network that does not reach the CDN."""
    route.abort()


def _serve(route: Route, body: bytes) -> None:
    route.fulfill(
        body=body,
        content_type="application/javascript",
        headers={"Access-Control-Allow-Origin": "*"},
    )


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


@contextmanager
def held(server: Server, path: str) -> Iterator[None]:
    """Somebody else at work on the record, for as long as the block lasts."""
    with psycopg.connect(embedded.owner_url(server.data_dir)) as connection:
        connection.execute(
            "SELECT 1 FROM holdings WHERE record_id = %s FOR UPDATE",
            [path.removeprefix("/records/")],
        )
        yield
        connection.rollback()
