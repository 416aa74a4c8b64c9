"""flask serve: everything from an empty folder to a server that answers, and a clean end."""

import errno
import logging
import multiprocessing
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from types import FrameType

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from webapp import embedded
from webapp.actions import secrets, staff
from webapp.actions.witnessing import witnesses
from webapp.config import ROOT, ConfigurationError, Settings
from webapp.domain.refusals import InvalidFields
from webapp.ledger_files import signers
from webapp.store import provisioning

log = logging.getLogger(__name__)

_WATCH_S = 0.5
_ORPHANS_END_S = 3.0
_WORKER_END_S = 10


class CannotServe(Exception):
    """The server cannot start; the text says why and what to do."""


def serve(app: Flask, settings: Settings) -> None:
    """Brings the database up, prepares it, and serves until SIGINT or SIGTERM.

    Raises CannotServe, ConfigurationError, ProvisioningError, EmbeddedPostgresError.
    """
    signal.signal(signal.SIGTERM, _leave)  # until granian takes over
    address = free_address(settings)
    with ExitStack() as stack:
        stack.enter_context(provisioning.available(settings))
        prepare(app, settings)
        if settings.embedded:
            stack.enter_context(_revived(settings))
        stack.enter_context(_background())
        stack.enter_context(_announced(settings))
        # Not fork: this process has threads, and a lock that one holds would stay locked for good.
        multiprocessing.set_start_method("spawn")
        Granian(
            "webapp.worker:worker",
            address=address,
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=settings.workers,
            blocking_threads=settings.pool_size,
            factory=True,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=_WORKER_END_S,
            log_level=LogLevels.error,
        ).serve()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not cut the end short
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("Cairn has stopped.", flush=True)


def prepare(app: Flask, settings: Settings) -> None:
    """Checks the database, makes its tables, and the first administrator if there is none."""
    provisioning.check(settings)
    provisioning.migrate(app, settings)
    signers(settings)  # a log that nobody can sign is told now, and not in the middle of the night
    witnesses(settings)
    email = settings.admin_email or "admin@localhost"
    password = settings.admin_password or secrets.new_password()
    with app.app_context():
        try:
            made = staff.add_first(email, "Administrator", password, not settings.admin_password)
        except InvalidFields as error:
            raise ConfigurationError(f"ADMIN_EMAIL or ADMIN_PASSWORD: {error}") from None
        waiting = [] if made else staff.never_signed_in()
    for account in waiting:
        print(
            f"{account.email} still has a one-time password. If it is lost: "
            f".venv/bin/flask staff password {account.email}",
            flush=True,
        )
    if made and not settings.admin_password:
        print(
            "\nThe first administrator was made. This is shown only once:\n"
            f"    email     {email}\n    password  {password}\n"
            "The password must be changed at the first sign-in.\n",
            flush=True,
        )


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def free_address(settings: Settings) -> str:
    """The IP address of HOST, on which PORT is free. Raises CannotServe."""
    deadline = time.monotonic() + _ORPHANS_END_S
    while True:
        try:
            return _bind(settings)
        except OSError as error:
            # The workers of a server that was killed are about to end; others are not.
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            raise CannotServe(_why_no_port(settings, error)) from None


def _bind(settings: Settings) -> str:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except UnicodeError:  # a name that no host can have
        raise socket.gaierror from None
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
    return str(address[0])


def _why_no_port(settings: Settings, error: OSError) -> str:
    place = f"port {settings.port} of {settings.host}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"Another program already uses {place}. Stop it, or choose another port: "
            f"PORT={settings.port % 65535 + 1} make run."
        )
    if error.errno == errno.EACCES:
        return f"You may not use {place}; choose a PORT above 1023."
    if isinstance(error, socket.gaierror):
        return f"There is no host {settings.host}; set HOST to a name or address of this machine."
    return f"Cannot serve on {place}: {error.strerror}. Check HOST and PORT."


@contextmanager
def _background() -> Iterator[None]:
    """Keeps the process for background work alive as long as the block lasts."""
    over = threading.Event()
    command = [sys.executable, "-m", "webapp.background"]

    def keep() -> None:
        while not over.is_set():
            process = subprocess.Popen(command, cwd=ROOT)  # noqa: S603  (ourselves)
            while process.poll() is None and not over.wait(_WATCH_S):
                pass
            if over.is_set():
                process.terminate()
                process.wait()
            else:
                log.warning("The process for background work had gone and is started again.")
                over.wait(1)

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _announced(settings: Settings) -> Iterator[None]:
    """Says where the server is as soon as it answers."""
    over = threading.Event()

    def announce() -> None:
        while not over.is_set():
            if _answers(settings):
                print(f"Cairn is ready at {settings.address}  (Ctrl-C stops it)", flush=True)
                return
            over.wait(0.05)

    thread = threading.Thread(target=announce)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _answers(settings: Settings) -> bool:
    host = settings.address.removeprefix("http://").rpartition(":")[0].strip("[]")
    connection = HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("HEAD", "/static/site.css")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _revived(settings: Settings) -> Iterator[None]:
    """Starts the embedded database again whenever it was killed, as long as the block lasts."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_WATCH_S):
            try:
                if embedded.revive(settings.data_dir):
                    log.warning("The embedded database had gone and was started again.")
            except embedded.EmbeddedPostgresError as error:
                log.error("%s", error)
                over.wait(5)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
