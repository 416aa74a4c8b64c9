"""flask ledger: sealing, keys, proofs checked offline, verifying, and following a log from outside."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.cli.commands import Ended
from tests.cli.conftest import Run
from tests.factories import DESK, GUJARAT_ID, new_record
from tests.server import free_port
from webapp.actions import creating, sealing, taking
from webapp.app import create_app
from webapp.config import ConfigurationError, Settings, read_settings
from webapp.domain.commands import Retire
from webapp.ledger.checkpoint import sign_checkpoint
from webapp.ledger.note import key_text, new_signer
from webapp.ledger.tiles import Tile, read_path
from webapp.ledger.verifier import Checkpoint, hash_leaf, hash_node, read_key
from webapp.ledger_files import signers
from webapp.store import database

SIGNER = new_signer("registry.example.org/log")
VKEY = key_text(SIGNER.key)


@pytest.fixture
def quiet_app(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """The application as on a PostgreSQL of somebody's own, with a key and a folder of its own."""
    ours = replace(
        settings, embedded=False, ledger_key=SIGNER.secret_text(), data_dir=tmp_path / "data"
    )
    app = create_app(ours)
    yield app
    database.close(app)


@pytest.fixture
def written(quiet_app: Flask) -> None:
    """Two events that wait."""
    with quiet_app.app_context():
        creating.create(new_record(), DESK)
        taking.retire(GUJARAT_ID, Retire(quantity=3), DESK)


def told(ended: Ended) -> str:
    """The one sentence of a command that failed."""
    assert ended.code == 1, ended
    (line,) = [one for one in ended.err.splitlines() if one.startswith("Error: ")]
    assert line.endswith(".")
    return line


def test_sealing_seals_what_waits(run: Run, written: None) -> None:
    assert run("ledger", "seal").out == "Sealed 2 events.\n"
    assert run("ledger", "seal").out == "Sealed 0 events.\n"


def test_the_verifier_key_is_printed_alone(run: Run) -> None:
    assert run("ledger", "key").out == f"{VKEY}\n"


def test_a_new_key_is_printed_once_and_can_be_used(run: Run, quiet_app: Flask) -> None:
    made = run("ledger", "new-key", "registry.example.org/log").out
    assert made.startswith("PRIVATE+KEY+registry.example.org/log+")
    assert made != run("ledger", "new-key", "registry.example.org/log").out
    for name in ("a b", "https://registry.example.org/log", "x" * 3000):
        assert "A log's name is like registry.example.org/log" in told(
            run("ledger", "new-key", name)
        )


def test_a_proof_is_verified_without_a_database(
    run: Run, written: None, quiet_app: Flask, tmp_path: Path
) -> None:
    run("ledger", "seal")
    with quiet_app.app_context():
        proven = sealing.prove(GUJARAT_ID, 2)
    proof, leaf = tmp_path / "event.tlog-proof", tmp_path / "event.leaf"
    proof.write_bytes(proven.proof)
    leaf.write_bytes(proven.leaf)
    words = ("ledger", "verify-proof", str(proof), "--leaf", str(leaf), "--key", VKEY)
    ended = run(*words)
    assert ended.code == 0, ended
    assert "the leaf is entry 1 of 2" in ended.out
    leaf.write_bytes(proven.leaf + b" ")
    assert "inclusion is refused" in told(run(*words))
    other = key_text(new_signer("registry.example.org/log").key)
    assert "signature is refused" in told(run(*words[:-1], other))


def test_a_log_s_growth_is_verified_without_a_database(
    run: Run, written: None, quiet_app: Flask, tmp_path: Path
) -> None:
    run("ledger", "seal")
    kept, growth = tmp_path / "kept", tmp_path / "growth"
    with quiet_app.app_context():
        kept.write_bytes(sealing.checkpoint())
        taking.retire(GUJARAT_ID, Retire(quantity=3), DESK)
        run("ledger", "seal")
        growth.write_bytes(sealing.growth_proof(2))
    words = ("ledger", "verify-proof", str(growth), "--key", VKEY)
    ended = run(*words, "--old", str(kept))
    assert ended.code == 0, ended
    assert "The log of size 3 begins with the log of size 2." in ended.out
    kept.write_bytes(kept.read_bytes().replace(b"\n2\n", b"\n1\n"))
    assert "signature is refused" in told(run(*words, "--old", str(kept)))
    assert "either --leaf or --old" in run(*words).err


# Verifying


def test_a_database_that_agrees_is_told_so(run: Run, written: None, quiet_app: Flask) -> None:
    run("ledger", "seal")
    with quiet_app.app_context():
        taking.retire(GUJARAT_ID, Retire(quantity=3), DESK)
    ended = run("ledger", "verify")
    assert ended.code == 0, ended
    assert ended.out == (
        "All agree: 2 leaves, 1 record and 1 checkpoint.\n1 event more waited to be sealed.\n"
    )
    assert "2 of 2 leaves (100%)" in ended.err


def test_a_registry_that_never_sealed_anything_agrees(run: Run) -> None:
    assert run("ledger", "verify").out == "All agree: 0 leaves, 0 records and 0 checkpoints.\n"


def test_a_row_that_was_edited_is_named_with_exit_code_1(
    run: Run, written: None, owner: psycopg.Connection
) -> None:
    run("ledger", "seal")
    owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
    owner.execute("UPDATE events SET party = 'Somebody' WHERE seq = 2")
    assert told(run("ledger", "verify")) == (
        f'Error: events, record_id {GUJARAT_ID}, seq 2: party is "Somebody" and should be empty, as '
        "the data of ledger_leaves, no 1 says."
    )


def test_what_others_kept_is_compared_from_a_file_and_from_an_address(
    run: Run, written: None, quiet_app: Flask, tmp_path: Path
) -> None:
    run("ledger", "seal")
    with quiet_app.app_context():
        note = sealing.checkpoint()
    kept = tmp_path / "kept"
    kept.write_bytes(note)
    assert run("ledger", "verify", "--against", str(kept)).code == 0
    with served({"checkpoint": note}) as url:
        assert run("ledger", "verify", "--against", f"{url}/checkpoint").code == 0
        assert "answers 404" in told(run("ledger", "verify", "--against", f"{url}/other"))
    assert "cannot be reached" in told(run("ledger", "verify", "--against", f"{url}/checkpoint"))
    assert "is not an address" in told(run("ledger", "verify", "--against", "http://"))
    assert "cannot be read" in told(run("ledger", "verify", "--against", str(tmp_path / "none")))
    kept.write_bytes(b"nonsense")
    assert f"The checkpoint in {kept} does not hold" in told(
        run("ledger", "verify", "--against", str(kept))
    )


def test_a_key_that_was_replaced_is_given(
    run: Run, written: None, quiet_app: Flask, settings: Settings, tmp_path: Path
) -> None:
    run("ledger", "seal")
    new = new_signer(SIGNER.name)
    ours: Settings = quiet_app.extensions["cairn.settings"]
    quiet_app.extensions["cairn.settings"] = replace(ours, ledger_key=new.secret_text())
    assert "ledger_checkpoint does not hold" in told(run("ledger", "verify"))
    assert run("ledger", "verify", "--key", VKEY).code == 0
    assert "key is refused" in told(run("ledger", "verify", "--key", "nonsense"))


# Following from outside


Files = dict[str, bytes]


@contextmanager
def served(files: Files) -> Iterator[str]:
    """Serves these files, which may be changed meanwhile; an int in place of bytes is a status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data: Any = files.get(self.path.removeprefix("/"), 404)
            self.send_response(data if isinstance(data, int) else 200)
            self.end_headers()
            self.wfile.write(b"" if isinstance(data, int) else data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Log:
    """A log of these leaves, its tree as RFC 9162, section 2.1.1, has it."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves
        self.over = cache(self._over)

    def _over(self, first: int, end: int) -> bytes:
        if end - first == 1:
            return hash_leaf(self.leaves[first])
        middle = first + (1 << (end - first - 1).bit_length() - 1)
        return hash_node(self.over(first, middle), self.over(middle, end))

    def node_at(self, level: int, number: int) -> bytes:
        return self.over(number << level, (number + 1) << level)

    def checkpoint(self, size: int) -> bytes:
        return sign_checkpoint(Checkpoint(SIGNER.name, size, self.over(0, size)), [SIGNER])


class Tiled(dict[str, Any]):
    """A log's files: its checkpoint at a size, and every tile, made when it is asked for."""

    def __init__(self, log: Log, size: int) -> None:
        super().__init__(checkpoint=log.checkpoint(size))
        self.log, self.size = log, size

    def grow(self, log: Log, size: int) -> None:
        self.log, self.size = log, size
        self["checkpoint"] = log.checkpoint(size)

    def get(self, path: str, default: Any = None) -> Any:
        if path in self or not path.startswith("tile/"):
            return super().get(path, default)
        tile: Tile = read_path(path)
        if not tile.exists_in(self.size):
            return default
        return b"".join(self.log.node_at(*node) for node in tile.nodes)


@pytest.fixture
def watch(run: Run, tmp_path: Path) -> Callable[..., Ended]:
    """Looks once at a log of SIGNER."""

    def watch(url: str, *more: str, key: str = VKEY) -> Ended:
        state = str(tmp_path / "state")
        return run("ledger", "watch", url, "--key", key, "--state", state, "--once", *more)

    return watch


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


LEAVES = [b"leaf %d" % number for number in range(700)]
LOG, FORK = Log(LEAVES), Log(LEAVES[:40] + LEAVES[:660])


def test_a_log_that_grows_is_followed(watch: Callable[..., Ended], state: Path) -> None:
    files = Tiled(LOG, 5)
    with served(files) as url:
        assert watch(url).out == "registry.example.org/log has 5 leaves. This is the first look.\n"
        assert watch(url).out == "registry.example.org/log has 5 leaves, the same as before.\n"
        for before, size in ((5, 6), (6, 255), (255, 256), (256, 300), (300, 513), (513, 700)):
            files.grow(LOG, size)
            ended = watch(f"{url}/")
            assert ended.code == 0, ended
            assert f"has {size} leaves, and begins with the {before} " in ended.out
            assert state.read_bytes() == LOG.checkpoint(size)
    assert not list(state.parent.glob("state.rejected*"))


@pytest.mark.parametrize("size", [41, 256, 300, 700])
def test_a_fork_is_told_and_what_was_seen_before_is_kept(
    watch: Callable[..., Ended], state: Path, size: int
) -> None:
    files = Tiled(LOG, 41)
    with served(files) as url:
        watch(url)
        files.grow(FORK, size)
        for _ in range(2):  # it stays broken
            assert "consistency is refused" in told(watch(url))
    assert state.read_bytes() == LOG.checkpoint(41)
    (rejected,) = state.parent.glob("state.rejected.*")
    assert rejected.read_bytes() == FORK.checkpoint(size)


def test_what_proves_a_fork_is_not_replaced_by_what_is_served_next(
    watch: Callable[..., Ended], state: Path
) -> None:
    files = Tiled(LOG, 41)
    with served(files) as url:
        watch(url)
        for size in (41, 300):
            files.grow(FORK, size)
            told(watch(url))
    kept = [state.with_name(f"state.rejected.{number}").read_bytes() for number in (1, 2)]
    assert kept == [FORK.checkpoint(41), FORK.checkpoint(300)]


def test_a_state_that_cannot_be_written_is_told(watch: Callable[..., Ended], state: Path) -> None:
    state.parent.joinpath("file").write_text("")
    with served(Tiled(LOG, 5)) as url:
        ended = watch(url, "--state", str(state.parent / "file" / "state"))
    assert "cannot be" in told(ended)


def test_a_fork_with_tiles_of_the_true_log_is_told(watch: Callable[..., Ended]) -> None:
    files = Tiled(LOG, 41)
    with served(files) as url:
        watch(url)
        files.grow(LOG, 300)
        files["checkpoint"] = FORK.checkpoint(300)
        assert "than the new checkpoint's" in told(watch(url))


def test_a_rollback_is_told(watch: Callable[..., Ended], state: Path) -> None:
    files = Tiled(LOG, 41)
    with served(files) as url:
        watch(url)
        files.grow(LOG, 40)
        assert "the log went back from size 41 to 40" in told(watch(url))
    assert state.read_bytes() == LOG.checkpoint(41)


def test_a_checkpoint_by_somebody_else_is_told(watch: Callable[..., Ended]) -> None:
    other = key_text(new_signer(SIGNER.name).key)
    files = Tiled(LOG, 41)
    with served(files) as url:
        assert "none is by a key that was given" in told(watch(url, key=other))
        files["checkpoint"] = LOG.checkpoint(41).replace(b"\n41\n", b"\n42\n")
        assert "signature is refused" in told(watch(url))
        files["checkpoint"] = b"<html>"
        assert "note is refused" in told(watch(url))


def test_a_tile_that_is_missing_or_broken_is_told(watch: Callable[..., Ended]) -> None:
    files = Tiled(LOG, 41)
    with served(files) as url:
        watch(url)
        files.grow(LOG, 300)
        for broken in (404, b"", bytes(32), bytes(32 * 300)):
            files["tile/0/000"] = broken
            assert "consistency is refused" in told(watch(url))
        del files["tile/0/000"]
        assert watch(url).code == 0


def test_a_full_tile_serves_for_a_partial_one_that_is_gone(watch: Callable[..., Ended]) -> None:
    files = Tiled(LOG, 41)
    with served(files) as url:
        watch(url)
        files.grow(LOG, 100)
        files["tile/0/000.p/100"] = 404
        files["tile/0/000"] = b"".join(LOG.node_at(0, number) for number in range(256))
        assert watch(url).code == 0


def test_a_log_that_cannot_be_reached_is_no_alarm(watch: Callable[..., Ended]) -> None:
    files = Tiled(LOG, 41)
    with served(files) as url:
        watch(url)
        for status in (202, 500, 503):
            files["checkpoint"] = status
            ended = watch(url)
            assert (ended.code, ended.out) == (2, "")
            assert ended.err == f"Nothing was checked: {url}/checkpoint answers {status}.\n"
        files.grow(LOG, 300)
        files["tile/0/000"] = 503
        assert watch(url).code == 2
    away = watch(f"http://127.0.0.1:{free_port()}")
    assert away.code == 2
    assert "cannot be reached" in away.err


def test_a_file_that_was_changed_or_is_another_logs_is_told(
    watch: Callable[..., Ended], state: Path
) -> None:
    with served(Tiled(LOG, 41)) as url:
        watch(url)
        state.write_bytes(state.read_bytes().replace(b"41", b"40"))
        assert "state is not this log's last checkpoint, or was changed" in told(watch(url))
        state.write_bytes(b"")
        assert "state is not this log's last checkpoint, or was changed" in told(watch(url))
        assert state.read_bytes() == b""


def test_what_is_no_address_and_what_is_no_key_is_told(watch: Callable[..., Ended]) -> None:
    for url in (
        "example.org/ledger",
        "ftp://example.org",
        "file:///etc/passwd",
        "http://",
        "http://x:y",
    ):
        assert "is not an address" in told(watch(url))
    assert "key is refused" in told(watch("http://127.0.0.1", key="nonsense"))


def test_without_a_key_this_registrys_own_log_is_followed(
    run: Run, written: None, quiet_app: Flask, state: Path
) -> None:
    server = make_server("127.0.0.1", 0, quiet_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/ledger"
        words = ("ledger", "watch", url, "--state", str(state), "--once")
        assert run(*words).code == 2  # nothing is signed yet
        run("ledger", "seal")
        assert "has 2 leaves. This is the first look." in run(*words).out
        with quiet_app.app_context():
            for _ in range(60):
                taking.retire(GUJARAT_ID, Retire(quantity=1), DESK)
        run("ledger", "seal")
        assert "has 62 leaves, and begins with the 2 " in run(*words).out
        assert read_key(VKEY).name in state.read_text()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "is empty"),
        ("{0} {0}", "the same key twice"),
        ("{1}", "https://a.example/log cannot be a log's name"),
        ("PRIVATE+KEY+x", "not written as"),
    ],
)
def test_a_key_file_with_which_nothing_could_be_signed_is_told_and_named(
    tmp_path: Path, key: str, says: str
) -> None:
    good, bad = (
        new_signer(name).secret_text() for name in ("a.example/log", "https://a.example/log")
    )
    (tmp_path / "ledger_key").write_text(key.format(good, bad))
    with pytest.raises(ConfigurationError) as caught:
        signers(read_settings({"DATA_DIR": str(tmp_path)}))
    assert says in str(caught.value)
    assert str(tmp_path / "ledger_key") in str(caught.value)
    assert good.rpartition("+")[2] not in str(caught.value)


def test_events_that_wait_nowhere_are_queued_when_asked(
    run: Run, written: None, owner: psycopg.Connection
) -> None:
    owner.execute("DELETE FROM ledger_queue")  # as if an older version had written them
    assert "flask ledger seal --requeue" in told(run("ledger", "verify"))
    assert run("ledger", "seal").out == "Sealed 0 events.\n"
    for added in (2, 0):
        assert run("ledger", "seal", "--requeue").out == f"Sealed {added} events.\n"
    assert run("ledger", "verify").code == 0
