"""Sealers, servers and databases that are killed under writes: no gap, no fork, nothing lost or doubled."""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from http.client import HTTPException
from itertools import pairwise

import psutil
import psycopg
import pytest

from tests.cli.commands import flask
from tests.factories import GUJARAT
from tests.server import Server, alive, free_port, wait_until
from webapp.embedded import owner_url
from webapp.ledger.merkle import consistency_plan
from webapp.ledger.tiles import Tile, hashes_from
from webapp.ledger.verifier import (
    Checkpoint,
    Key,
    read_key,
    verify_checkpoint,
    verify_consistency,
    verify_proof,
)

ROUNDS = 5
WRITERS = 3


class Writers:
    """Records are made and retired over HTTP without a pause, and every checkpoint served is kept."""

    def __init__(self, port: int, key: Key, token: str) -> None:
        self.port, self.key, self.token = port, key, token
        self.written: list[str] = []  # records whose creation and retirement were acknowledged
        self.served: list[Checkpoint] = []
        self._over = threading.Event()
        self._failed: list[BaseException] = []

    @contextmanager
    def at_work(self) -> Iterator["Writers"]:
        work = [lambda one=one: self._write(one) for one in range(WRITERS)]
        threads = [threading.Thread(target=self._run, args=(one,)) for one in (*work, self._poll)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in threads:
                thread.join()
        assert not self._failed, self._failed

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self._failed.append(error)
            raise

    def _write(self, writer: int) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            fields = GUJARAT | {"serial_number": f"K-{writer}-{number}", "quantity": 10}
            made = self._ask("POST", "/api/v1/records", fields, (200, 201))
            record_id = None if made is None else json.loads(made)["id"]
            path = f"/api/v1/records/{record_id}/retire"
            if record_id and self._ask("POST", path, {"quantity": 10}, (200,)) is not None:
                self.written.append(record_id)

    def _poll(self) -> None:
        while not self._over.wait(0.02):
            note = self._ask("GET", "/ledger/checkpoint", None, (200,))
            if note is not None:
                found = verify_checkpoint(note, [self.key])
                if not self.served or self.served[-1] != found:
                    self.served.append(found)

    def _ask(self, method: str, path: str, body: object, good: tuple[int, ...]) -> bytes | None:
        """The body of an answer; None while the server or its database is away."""
        with suppress(OSError, HTTPException):
            status, data = Server.ask(self, method, path, body, self.token)  # type: ignore[arg-type]
            if status in good:
                return data
            assert status in (202, 503), data
        return None

    def goes_on(self) -> None:
        """Waits until writes are acknowledged and new checkpoints served."""
        written, sizes = len(self.written) + 20, self.size
        wait_until(lambda: len(self.written) >= written or bool(self._failed), "writes go on")
        wait_until(lambda: self.size > sizes or bool(self._failed), "sealing goes on")
        assert not self._failed, self._failed

    @property
    def size(self) -> int:
        return self.served[-1].size if self.served else 0


def background(server: Server) -> psutil.Process | None:
    for one in psutil.Process(server.process.pid).children():
        with suppress(psutil.Error):
            if "webapp.background" in one.cmdline():
                return one
    return None


def kill_background(server: Server) -> None:
    wait_until(lambda: background(server) is not None, "it was started again")
    found = background(server)
    assert found is not None
    found.kill()
    wait_until(lambda: not alive(found), "it is gone")


def key_of(server: Server) -> Key:
    return read_key(flask("ledger", "key", **server.settings).out.strip())


def assert_whole(server: Server, work: Writers) -> None:
    """One log without a gap, of all events, that every checkpoint ever served is the beginning of."""
    with psycopg.connect(owner_url(server.data_dir), autocommit=True) as owner:
        wait_until(lambda: not rows(owner, "SELECT FROM ledger_queue LIMIT 1"), "all is sealed")
        leaves = rows(owner, "SELECT no, record_id, seq FROM ledger_leaves ORDER BY no")
        events = rows(owner, "SELECT record_id, seq FROM events")
    assert [row[0] for row in leaves] == list(range(len(events)))
    assert sorted(row[1:] for row in leaves) == sorted(events)
    assert {(one, seq) for one in work.written for seq in (1, 2)} <= set(events)

    def newest() -> Checkpoint:
        return verify_checkpoint(server.ask("GET", "/ledger/checkpoint")[1], [work.key])

    wait_until(lambda: newest().size == len(events), "all is signed")

    def tiles(wanted: list[Tile]) -> Mapping[Tile, bytes]:
        return {tile: tile_of(tile.path) for tile in wanted}

    tile_of = cache(lambda path: server.ask("GET", f"/ledger/{path}")[1])  # they never change
    served = [*work.served, newest()]
    assert [one.size for one in served] == sorted(one.size for one in served)
    for old, new in [
        *pairwise(served),
        *((one, served[-1]) for one in served),
    ]:
        plan = consistency_plan(old.size, new.size)
        path = hashes_from(plan, new.size, tiles)
        verify_consistency(old.size, new.size, path, old.root, new.root)
    for record_id in work.written[:: max(1, len(work.written) // 10)]:
        leaf, proof = (
            server.ask("GET", f"/api/v1/records/{record_id}/events/2/{what}")[1]
            for what in ("leaf", "proof")
        )
        verify_proof(proof, leaf, [work.key])


def rows(owner: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    return owner.execute(query).fetchall()


def assert_verified(server: Server) -> None:
    ended = flask("ledger", "verify", **server.settings)
    assert ended.code == 0, ended.err
    assert ended.out.startswith("All agree: ")


@pytest.fixture
def port() -> int:
    return free_port()


def test_a_sealer_that_is_killed_again_and_again_leaves_one_log_without_a_gap(
    start: Callable[..., Server],
) -> None:
    server = start().await_ready()
    with Writers(server.port, key_of(server), server.new_token()).at_work() as work:
        for _ in range(ROUNDS):
            work.goes_on()
            kill_background(server)
        work.goes_on()
    assert_whole(server, work)
    assert_verified(server)


def test_a_server_and_a_database_that_are_killed_leave_one_log_without_a_gap(
    start: Callable[..., Server], port: int
) -> None:
    server = start(port=port).await_ready()
    key, token = key_of(server), server.new_token()
    with Writers(port, key, token).at_work() as work:
        work.goes_on()
        os.kill(server.postmaster(), signal.SIGKILL)
        work.goes_on()
        for one in [server.process, *server.look_around()]:
            with suppress(psutil.Error):
                one.kill()
        server.process.wait()
        server = start(port=port).await_ready()
        work.goes_on()
    assert_whole(server, work)
    assert_verified(server)
