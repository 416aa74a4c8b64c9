"""flask ledger watch: a log followed from outside."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.cli.commands import Ended
from tests.cli.conftest import Run
from tests.cli.ledger.logs import Log, Tiled, served
from tests.cli.ledger.telling import SIGNER, VKEY, told
from tests.factories import DESK, GUJARAT_ID
from tests.server import free_port
from webapp.actions import taking
from webapp.domain.commands import Retire
from webapp.ledger.note import key_text, new_signer
from webapp.ledger.verifier import read_key


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
