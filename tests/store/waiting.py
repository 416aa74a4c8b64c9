"""Waiting for what other processes do, and filling the pool of connections."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from webapp.store import database
from webapp.store.database import Connection


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline


def fill_pool(app: Flask, connections: int) -> None:
    """Makes the pool open so many connections, which then lie in it."""
    all_there = threading.Barrier(connections)

    def hold(connection: Connection) -> None:
        all_there.wait(30)

    def one() -> None:
        with app.app_context():
            database.read(hold)

    with ThreadPoolExecutor(connections) as threads:
        for future in [threads.submit(one) for _ in range(connections)]:
            future.result()
